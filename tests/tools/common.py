# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Places, environments and subprocesses shared by the tools of this folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

# A caller's variables that would change what ansible, Python or the collection do.
_FOREIGN = ("ANSIBLE_", "SAYMON_", "PYTHON", "PYTEST_", "COVERAGE_", "VIRTUAL_ENV", "MAKE", "MFLAGS")


@dataclass(frozen=True)
class Result:
    """The outcome of one suite: how many tests passed, failed (errors included) and were skipped; `note` goes into the summary."""

    suite: str
    passed: int
    failed: int
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


def clean_env(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without what would influence a run, with its own `home` (created when missing) and UTF-8.

    pip's and TLS settings stay: a machine may need them to install anything.
    """
    home.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    env.update(HOME=str(home), LC_ALL="C.UTF-8", PYTHONNOUSERSITE="1", ANSIBLE_HOME=str(home / ".ansible"))
    env.update(extra or {})
    return env


def run(
    command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a command without a terminal and return its completed process; with `capture` its output (both streams) is in `stdout`."""
    sys.stdout.flush()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=dict(env) if env is not None else None,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
    )
    try:
        output, _none = process.communicate()
    except BaseException as error:
        _wind_down(process, told=isinstance(error, KeyboardInterrupt))
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def _wind_down(process: subprocess.Popen[str], told: bool) -> None:
    """Stop a child the gentle way first, so that it can stop what it has started. A Ctrl-C has `told` it already."""
    if not told:
        process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()


def headline(text: str) -> None:
    """Print a line that separates one step's output from the one before."""
    print(f"\n== {text}", flush=True)


def link_collection() -> Path:
    """A folder in which the working tree is importable as ansible_collections.saymon.platform; returns the folder.

    Its entries are links, so tools report, and measure, the files that people edit.
    """
    folder = BUILD / "links"
    collection = folder / "ansible_collections" / "saymon" / "platform"
    collection.mkdir(parents=True, exist_ok=True)
    for name in ("plugins", "tests", "meta"):
        link = collection / name
        if not link.is_symlink():
            link.symlink_to(ROOT / name)
    return folder


def exit_on_sigterm() -> None:
    """Let SIGTERM unwind the process as Ctrl-C does, so that whatever it started is stopped."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
