# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the real Python interpreters of this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.tools.common import BUILD

# Versions that the collection's code may meet: module code from 3.9 on, the controller from 3.11 on.
VERSIONS = tuple(f"3.{minor}" for minor in range(9, 15))


def _pyenv() -> Path:
    return Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")


def path_without_shims() -> list[str]:
    """The folders of PATH without pyenv's shims: one of a version that is not active fails, which ansible-test does not
    expect."""
    return [
        entry
        for entry in os.environ.get("PATH", os.defpath).split(os.pathsep)
        if entry and Path(entry) != _pyenv() / "shims"
    ]


def _folders() -> list[Path]:
    return [*map(Path, path_without_shims()), *sorted(_pyenv().glob("versions/*/bin"), reverse=True)]


def _real(candidate: Path, version: str) -> Path | None:
    """The interpreter behind a name; None when it does not start, or cannot make virtual environments."""
    script = (
        "import sys, os, venv, ensurepip; print('%d.%d' % sys.version_info[:2], "
        "os.path.realpath(sys.executable), sep='\\n')"
    )
    try:
        done = subprocess.run(
            [str(candidate), "-I", "-c", script], check=False, text=True, capture_output=True, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.splitlines()
    return Path(lines[1]) if done.returncode == 0 and len(lines) == 2 and lines[0] == version else None


def find(version: str) -> Path | None:
    """The first fit interpreter of a version such as "3.11" on PATH or in pyenv; None when there is none."""
    for folder in _folders():
        candidate = folder / f"python{version}"
        if candidate.is_file() and (real := _real(candidate, version)):
            return real
    return None


def link_all() -> Path:
    """A folder of links named python3.X to every real interpreter; ansible-test finds them ahead on PATH."""
    folder = BUILD / "pythons"
    folder.mkdir(parents=True, exist_ok=True)
    for version in VERSIONS:
        link = folder / f"python{version}"
        if link.exists():
            continue
        link.unlink(missing_ok=True)
        if real := find(version):
            link.symlink_to(real)
    return folder
