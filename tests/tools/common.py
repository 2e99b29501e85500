# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Places, environments and subprocesses shared by the tools of this folder."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / ".build"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

# A caller's variables that would change what ansible, Python or the collection do.
_FOREIGN = ("ANSIBLE_", "SAYMON_", "PYTHON", "PYTEST_", "COVERAGE_", "VIRTUAL_ENV", "MAKE", "MFLAGS")


_STOP_SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_PR_SET_CHILD_SUBREAPER = 36  # from <linux/prctl.h>


@dataclass(frozen=True)
class Result:
    """The outcome of one suite: how many tests passed, failed (errors included) and were skipped; `note` goes into the
    summary."""

    suite: str
    passed: int
    failed: int
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


def clean_env(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without what would influence a run, with its own `home` (created when missing) and
    UTF-8.

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
    """Run a command without a terminal and return its completed process; with `capture` its output (both streams) is in
    `stdout`.

    It gets a process group of its own, so that a signal from the terminal reaches only us, and we can stop all of the
    group.
    """
    sys.stdout.flush()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=cwd,
        env=dict(env) if env is not None else None,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if capture else None,
        stderr=subprocess.STDOUT if capture else None,
        start_new_session=True,
    )
    try:
        output, _none = process.communicate()
    except BaseException:
        stop_group(process)
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, output)


def stop_group(process: subprocess.Popen[str], patience: float = 20.0) -> None:
    """Stop a child and its process group as Ctrl-C does; whatever is left after `patience` seconds is killed."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)


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


def leave_nothing_behind() -> None:
    """Let Ctrl-C, SIGTERM and SIGHUP (a closed terminal) end this process with status 128 + number, and every process
    below it with it."""
    for number in _STOP_SIGNALS:
        signal.signal(number, _exit)
    if sys.platform == "linux":
        # Orphans below us become our children, so that the sweep at the end finds them; without it, stopping process
        # groups must do.
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        atexit.register(_sweep)


def _exit(number: int, _frame: object) -> None:
    for one in _STOP_SIGNALS:
        signal.signal(one, signal.SIG_IGN)  # cleaning up takes a bounded time; a second signal must not break it off
    sys.exit(128 + number)


def _sweep() -> None:
    """Stop what is still running below this process, gently at first; takes 10 seconds at most."""
    for number in (
        signal.SIGTERM,
        signal.SIGTERM,
        signal.SIGKILL,
        signal.SIGKILL,
    ):  # a stopped parent may bring its children to light
        left = _descendants(os.getpid())
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        deadline = time.monotonic() + 2.5
        while left and time.monotonic() < deadline:
            time.sleep(0.05)
            left = left & _descendants(os.getpid())


def _descendants(pid: int) -> set[int]:
    """Process ids of everything that runs below a process; zombies do not count."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                children.setdefault(int(parent), []).append(int(stat.parent.name))
    found: set[int] = set()
    todo = [pid]
    while todo:
        new = children.get(todo.pop(), [])
        found.update(new)
        todo += new
    return found
