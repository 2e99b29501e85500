# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test (sanity, integration) on a copy of the repository, without containers."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.tools.common import BUILD, ROOT, VENV, Result, clean_env, run
from tests.tools.pythons import link_all, path_without_shims

COPY = BUILD / "ansible_collections" / "saymon" / "platform"
# Versions of the pip bootstrap script that the supported ansible-test releases ask for.
_GET_PIP = ("23_1_2", "24_2", "25_2", "25_3", "26_0")


def repository_files() -> list[str]:
    """Paths of all files that are, or could be, under version control: git's view, without what it ignores."""
    if not (ROOT / ".git").exists():
        return _files_without_git()
    listed = run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture=True)
    if listed.returncode:
        raise SystemExit(f"git could not list the files:\n{listed.stdout}")
    return sorted(
        {name for name in listed.stdout.split("\0") if name and ((ROOT / name).is_file() or (ROOT / name).is_symlink())}
    )


def _files_without_git() -> list[str]:
    """The same for an unpacked archive of the repository: everything but what make and the caches leave behind."""
    left_out = {
        ".venv",
        ".build",
        ".ansible",
        ".hypothesis",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "__pycache__",
        "output",
    }
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in left_out and not name.endswith(".egg-info")]
        found += [
            str(Path(folder, name).relative_to(ROOT))
            for name in files
            if not name.endswith((".db", ".pyc", ".log", ".plugin-cache.yaml"))
        ]
    return sorted(found)


@contextmanager
def repository_copy() -> Iterator[Path]:
    """Hold the copy at .build/ansible_collections/saymon/platform, brought up to date; a plain link there would mislead
    ansible.

    One process at a time has it, so runs of several targets at once do not spoil each other's files.
    """
    BUILD.mkdir(exist_ok=True)
    with (BUILD / "copy.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _update_copy()
        yield COPY


def _update_copy() -> None:
    wanted = set(repository_files())
    shutil.rmtree(COPY / "tests" / "output", ignore_errors=True)
    for path in [path for path in COPY.rglob("*") if path.is_symlink() or not path.is_dir()]:
        if str(path.relative_to(COPY)) not in wanted:
            path.unlink()
    for name in wanted:
        source, target = ROOT / name, COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_symlink() or not target.exists() or source.stat().st_mtime_ns != target.stat().st_mtime_ns:
            target.unlink(missing_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def _environment(ansible_bin: Path) -> dict[str, str]:
    """ansible-test's environment: a home with the pip bootstrap in its cache, and real interpreters first on PATH."""
    home = BUILD / "home"
    cache = home / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for version in _GET_PIP:
        shutil.copyfile(ROOT / "tests" / "tools" / "get_pip.py", cache / f"get_pip_{version}.py")
    path = [str(ansible_bin), str(link_all()), str(VENV / "bin"), *path_without_shims()]
    # Named explicitly, the copy is not taken for a part of this repository, which ignores .build: nothing would be left
    # to test.
    return clean_env(home, {"PATH": os.pathsep.join(path), "ANSIBLE_TEST_CONTENT_ROOT": str(COPY)})


def _ansible_test(ansible_bin: Path, *arguments: str) -> tuple[int, str, float]:
    """Run ansible-test in the copy, which the caller holds; returns its status, its output and the seconds it took."""
    start = time.monotonic()
    # ansible-test writes the path of its interpreter into #! lines, where a path with a space does not work: hence the
    # link.
    with tempfile.TemporaryDirectory(prefix="saymon-") as folder:
        link = Path(folder) / "venv"
        link.symlink_to(ansible_bin.parent)
        command: list[str | Path] = [
            link / "bin" / "python",
            link / "bin" / "ansible-test",
            *arguments,
            "--color",
            "no",
        ]
        done = run(command, cwd=COPY, env=_environment(link / "bin"), capture=True)
    return done.returncode, done.stdout, time.monotonic() - start


def sanity(ansible_bin: Path = VENV / "bin") -> Result:
    """Run all sanity tests on all but the sandbox, a package of its own; one test on one Python version counts as
    one."""
    with repository_copy():
        status, output, seconds = _ansible_test(ansible_bin, "sanity", "--venv", "--exclude", "tests/sandbox/")
    started = len(re.findall(r"^Running sanity test ", output, re.MULTILINE))
    skipped = len(re.findall(r"Skipping sanity test ", output))
    failures = re.search(r"The (\d+) sanity test\(s\) listed below", output)
    failed = int(failures.group(1)) if failures else int(status != 0 or not started)
    log = BUILD / "log" / f"sanity-{ansible_bin.parent.name.removeprefix('.')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(output, encoding="utf-8")
    for line in output.splitlines():  # what is left out is mostly pip's
        if line.startswith(("Running sanity test", "WARNING:", "ERROR:", "FATAL: The")):
            print(line)
    return Result(
        "sanity", max(started - failed, 0), failed, skipped, seconds, f"log: {log.relative_to(ROOT)}" if failed else ""
    )


def integration(config: Mapping[str, str], ansible_bin: Path = VENV / "bin", targets: str = "") -> Result:
    """Run integration targets (all of them by default) with the given variables; each target counts as one test."""
    with repository_copy() as copy:
        folder = copy / "tests" / "integration"
        names = targets.split() or [path.name for path in sorted((folder / "targets").glob("*")) if _is_test(path)]
        if not names:
            return Result("integration", 0, 1, note="there are no integration targets")
        (folder / "integration_config.yml").write_text(json.dumps(dict(config)), encoding="utf-8")
        try:
            return _run_targets(ansible_bin, names)
        finally:
            (folder / "integration_config.yml").unlink(missing_ok=True)  # it holds the password


def _is_test(target: Path) -> bool:
    """Whether a folder is a test of its own; a hidden one only serves others."""
    aliases = target / "aliases"
    lines = aliases.read_text(encoding="utf-8").splitlines() if aliases.exists() else []
    return (target / "tasks").is_dir() and "hidden" not in lines


def _run_targets(ansible_bin: Path, names: list[str]) -> Result:
    failed, seconds = [], 0.0
    for name in names:
        status, output, took = _ansible_test(ansible_bin, "integration", "--local", "--allow-unsupported", name)
        print(f"{'FAIL' if status else 'ok':5}{name} ({took:.1f} s)", flush=True)
        if status:
            failed.append(name)
            print(output)
        seconds += took
    return Result("integration", len(names) - len(failed), len(failed), seconds=seconds, note=", ".join(failed))
