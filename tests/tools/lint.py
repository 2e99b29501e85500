# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lint suite: every check is one test."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from tests.tools import gates
from tests.tools.ansible_test import COPY, repository_copy
from tests.tools.common import BUILD, ROOT, VENV, VENV_PYTHON, Result, clean_env, link_collection, run
from tests.tools.install import build

_BIN = VENV / "bin"


def _environment(**extra: str) -> dict[str, str]:
    """A clean environment in which git does not take the copy in .build for a part of this repository, which ignores .build."""
    settings = {"GIT_CEILING_DIRECTORIES": str(BUILD), "ANSIBLE_COLLECTIONS_PATH": str(BUILD), "NO_COLOR": "1"}
    return clean_env(BUILD / "home", {**settings, "PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}", **extra})


def _command(*words: str | Path, cwd: Path = ROOT, **extra: str) -> str:
    """Run a command; returns its output when it failed, else nothing."""
    done = run(words, cwd=cwd, env=_environment(**extra), capture=True)
    return (done.stdout or f"exit status {done.returncode}") if done.returncode else ""


def _mypy() -> str:
    """Types of the collection, its unit tests (both as parts of ansible_collections) and everything else but the sandbox."""
    links = link_collection()
    collection = links / "ansible_collections" / "saymon" / "platform"
    tests = [ROOT / "tests" / name for name in ("tools", "e2e", "benchmark", "contract")]
    existing = [place for place in (collection / "plugins", collection / "tests" / "unit", *tests) if any(place.rglob("*.py"))]
    path = f"{links}{os.pathsep}{ROOT}"
    output = _command(_BIN / "mypy", *existing, MYPYPATH=path, MYPY_CACHE_DIR=str(BUILD / "mypy"))
    return output.replace(os.path.relpath(collection, ROOT) + os.sep, "")


def _mypy_sandbox() -> str:
    """Types of the sandbox and its tests, which form a package of their own."""
    folder = ROOT / "tests" / "sandbox"
    words = ("--config-file", ROOT / "pyproject.toml", "saymon_sandbox", "tests")
    path = f"{folder}{os.pathsep}{folder / 'tests'}"
    return _command(_BIN / "mypy", *words, cwd=folder, MYPYPATH=path, MYPY_CACHE_DIR=str(BUILD / "mypy-sandbox"))


def _galaxy_importer() -> str:
    """What galaxy.ansible.com checks on upload; the importer ends well whatever it finds, so its log decides."""
    config = BUILD / "galaxy-importer.cfg"
    config.write_text("[galaxy-importer]\nRUN_ANSIBLE_TEST = False\nOFFLINE_ANSIBLE_LINT = True\nRUN_FLAKE8 = False\n", encoding="utf-8")
    folder = BUILD / "import"
    folder.mkdir(exist_ok=True)
    done = run(
        [VENV_PYTHON, "-m", "galaxy_importer.main", build()],
        cwd=folder,
        env=_environment(GALAXY_IMPORTER_CONFIG=str(config)),
        capture=True,
    )
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    return done.stdout if done.returncode else "\n".join(complaints)


def _ansible_lint() -> str:
    return _command(_BIN / "ansible-lint", "--offline", "--profile", "production", "--strict", "-q", cwd=COPY)


def _docs() -> str:
    options = ("--plugin-docs", "--validate-collection-refs=all", "--disallow-unknown-collection-refs")
    return _command(_BIN / "antsibull-docs", "lint-collection-docs", *options, ".", cwd=COPY)


def _changelog() -> str:
    tool = _BIN / "antsibull-changelog"
    return _command(tool, "lint", cwd=COPY) or _command(tool, "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml", cwd=COPY)


def _reuse() -> str:
    return _command(_BIN / "reuse", "--root", COPY, "lint", "--lines")


CHECKS: dict[str, Callable[[], str]] = {
    "ruff check": lambda: _command(_BIN / "ruff", "check", "--quiet", "--output-format", "concise"),
    "ruff format": lambda: _command(_BIN / "ruff", "format", "--diff", "--quiet"),
    "mypy": _mypy,
    "mypy sandbox": _mypy_sandbox,
    "yamllint": lambda: _command(_BIN / "yamllint", "--strict", ".", cwd=COPY),
    "shellcheck": lambda: _command(_BIN / "shellcheck", ".ci/run", "tests/tools/bootstrap.sh"),
    "ansible-lint": _ansible_lint,
    "antsibull-docs": _docs,
    "antsibull-changelog": _changelog,
    "reuse": _reuse,
    "galaxy-importer": _galaxy_importer,
    **gates.CHECKS,
}


def lint() -> Result:
    """Run every check, show what the failed ones say."""
    start = time.monotonic()
    failed = []
    with repository_copy():
        for name, check in CHECKS.items():
            began = time.monotonic()
            complaint = check()
            print(f"{'FAIL' if complaint else 'ok':5}{name} ({time.monotonic() - began:.1f} s)", flush=True)
            if complaint:
                failed.append(name)
                print(complaint.rstrip(), flush=True)
    return Result("lint", len(CHECKS) - len(failed), len(failed), seconds=time.monotonic() - start, note=", ".join(failed))
