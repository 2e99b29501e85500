# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks and chores as nox sessions. They use the environment that make prepares in .venv: `make lint`, or
`.venv/bin/nox -s types`.

`nox` alone runs every check of the lint suite; each session is one test of it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import antsibull_nox
import nox

FORGE = "https://github.com/saymon-platform/saymon.platform/blob/main/"
# Anchors of headings as the forge makes them. References to Ansible's own documentation would need
# the network, so they stay open.
MARKDOWN = """
extensions += ["myst_parser"]
myst_heading_anchors = 3
highlight_language = "text"
suppress_warnings = ["ref.ref"]
intersphinx_mapping = {}
"""
ROOT = Path(__file__).parent.resolve()
sys.path.insert(0, str(ROOT))  # nox imports this file by its path alone

from tests.tools import ansible_test  # noqa: E402
from tests.tools.common import BUILD, VENV, clean_env, link_collection  # noqa: E402

# The tools of .venv come first, for antsibull-nox's sessions as well.
os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "none"
nox.options.envdir = str(BUILD / "nox")
# What `nox` alone runs: the lint suite.
nox.options.sessions = ["style", "types", "types-sandbox", "yamllint", "shellcheck", "ansible-lint", "docs-check"]
nox.options.sessions += ["reuse", "antsibull-nox-config", "extra-checks", "package"]
antsibull_nox.load_antsibull_nox_toml()  # yamllint, antsibull-nox-config, extra-checks


def _run(session: nox.Session, *words: str | Path, **extra: str) -> None:
    """Run a tool of .venv in a clean environment.

    git does not take the copy in .build for a part of this repository, which ignores .build.
    """
    settings = {"GIT_CEILING_DIRECTORIES": str(BUILD), "ANSIBLE_COLLECTIONS_PATH": str(BUILD), "NO_COLOR": "1"}
    session.run(*map(str, words), env=clean_env(BUILD / "home", {**settings, **extra}), include_outer_env=False)


@contextmanager
def _in_copy(session: nox.Session) -> Iterator[None]:
    """Work in a copy of the repository that lies where Ansible looks for a collection."""
    with ansible_test.repository_copy() as copy, session.chdir(copy):
        yield


@nox.session
def style(session: nox.Session) -> None:
    """Run ruff: rules and format."""
    _run(session, "ruff", "check", "--quiet", "--output-format", "concise")
    _run(session, "ruff", "format", "--diff", "--quiet")


@nox.session
def types(session: nox.Session) -> None:
    """Run mypy on the collection and its unit tests (parts of ansible_collections), and on all else but the sandbox."""
    links = link_collection()
    collection = links / "ansible_collections" / "saymon" / "platform"
    tests = [ROOT / "tests" / name for name in ("tools", "e2e", "benchmark")]
    places = [
        collection / "plugins",
        collection / "tests" / "unit",
        ROOT / "extensions",
        ROOT / "noxfile.py",
        *(place for place in tests if place.exists()),
    ]
    _run(session, "mypy", *places, MYPYPATH=f"{links}{os.pathsep}{ROOT}", MYPY_CACHE_DIR=str(BUILD / "mypy"))


@nox.session(name="types-sandbox")
def types_sandbox(session: nox.Session) -> None:
    """Run mypy on the sandbox and its tests, which form a package of their own."""
    with session.chdir(ROOT / "tests" / "sandbox"):
        path = os.pathsep.join(map(str, (Path.cwd(), Path.cwd() / "tests")))
        words = ("--config-file", ROOT / "pyproject.toml", "saymon_sandbox", "tests")
        _run(session, "mypy", *words, MYPYPATH=path, MYPY_CACHE_DIR=str(BUILD / "mypy-sandbox"))


@nox.session
def shellcheck(session: nox.Session) -> None:
    """Run shellcheck on our scripts."""
    _run(session, "shellcheck", ".ci/run", "tests/tools/bootstrap.sh")


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Run ansible-lint with its strictest profile."""
    with _in_copy(session):
        _run(session, "ansible-lint", "--offline", "--profile", "production", "--strict", "-q")


@nox.session(name="docs-check")
def docs_check(session: nox.Session) -> None:
    """Run antsibull-docs on the documentation of the modules and docs/docsite, and antsibull-changelog."""
    with _in_copy(session):
        options = ("--plugin-docs", "--validate-collection-refs=all", "--disallow-unknown-collection-refs")
        _run(session, "antsibull-docs", "lint-collection-docs", *options, ".")
        _run(session, "antsibull-changelog", "lint")
        _run(session, "antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")


@nox.session
def reuse(session: nox.Session) -> None:
    """Run reuse: every file says its licence."""
    with _in_copy(session):
        _run(session, "reuse", "--root", ".", "lint", "--lines")


@nox.session
def package(session: nox.Session) -> None:
    """Build the tarball, check what it holds, and import it as galaxy.ansible.com does."""
    _run(session, sys.executable, "-m", "tests.tools.package")


@nox.session
def lint(session: nox.Session) -> None:  # in place of antsibull-nox's session of this name
    """Run all checks of the lint suite, with one summary."""
    _run(session, sys.executable, "-m", "tests.tools.suites", "lint")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site into .build/docs: the reference from the plugins, and the pages of docs/."""
    source, site = BUILD / "docs-source", BUILD / "docs"
    for folder in (source, site):
        shutil.rmtree(folder, ignore_errors=True)
    source.mkdir(mode=0o755)  # antsibull-docs wants it so
    with ansible_test.repository_copy() as copy:
        options = ("--use-current", "--fail-on-error", "--index-rst-source", copy / "docs" / "docsite" / "index.rst")
        _run(session, "antsibull-docs", "sphinx-init", *options, "--dest-dir", source, "saymon.platform")
        # The pages of docs/ are Markdown, which antsibull-docs does not know.
        guides = source / "rst" / "guides"
        shutil.copytree(copy / "docs", guides, ignore=shutil.ignore_patterns("docsite"))
        for page in guides.glob("*.md"):
            page.write_text(page.read_text(encoding="utf-8").replace("](../", f"]({FORGE}"), encoding="utf-8")
        with (source / "conf.py").open("a", encoding="utf-8") as conf:
            conf.write(MARKDOWN)
        _run(session, "bash", source / "build.sh")
    shutil.copytree(source / "build" / "html", site)
    session.log(f"Documentation: {os.path.relpath(site / 'index.html')}")


@nox.session
def sanity(session: nox.Session) -> None:
    """Run ansible-test sanity on the ansible-core of .venv."""
    _run(session, sys.executable, "-m", "tests.tools.suites", "sanity")


@nox.session
def matrix(session: nox.Session) -> None:
    """Run suites on every supported ansible-core and Python; CORES and SUITES select, as in make test-matrix."""
    chosen = {name: os.environ[name] for name in ("CORES", "SUITES", "TESTS", "TARGETS") if name in os.environ}
    _run(session, sys.executable, "-m", "tests.tools.matrix", **chosen)
