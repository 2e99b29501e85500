# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever stops make, or the tool that it runs, in whatever way, leaves no process behind: no server, no pytest, no
ansible."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.saymon.platform.tests.unit.processes import heed_signals

from tests.e2e.support import wait_for
from tests.tools.common import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

# -o: never rebuild the environment in which this very test runs.
MAKE = [
    "make",
    *(word for stamp in ("core", "dev", "sandbox", "installed", "bench") for word in ("-o", f".venv/.{stamp}")),
]
E2E = [*MAKE, "e2e", "TESTS=-k test_demo_playbook"]
DEMO = [*MAKE, "demo"]
BENCH = [*MAKE, "bench", "BENCH=--quick"]
# As in `make test`, with one suite beside the others.
SUITES = [sys.executable, "-m", "tests.tools.suites", "processes", "sandbox"]


class Stopped:
    """A running make whose descendants all carry a mark in their environment, whatever session or parent they end up
    with."""

    def __init__(self, command: list[str], log: Path) -> None:
        self.mark = uuid.uuid4().hex
        names = ("SAYMON_", "PYTEST_", "MAKE", "MFLAGS", "PYTHONPATH")
        env = {name: value for name, value in os.environ.items() if not name.startswith(names)}
        with log.open("w") as output:
            self.make = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**env, "LEFT_BEHIND": self.mark},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=heed_signals,  # noqa: PLW1509
            )

    def running(self) -> dict[int, str]:
        """Command lines by process id; one that is just starting has not got its environment yet, and is seen the next
        time."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if f"LEFT_BEHIND={self.mark}".encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (
                        (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
            except OSError:
                continue
        return found

    def with_words(self, *words: str) -> list[int]:
        return [pid for pid, line in self.running().items() if all(word in line for word in words)]

    def kill(self) -> None:
        for pid in self.running():
            os.kill(pid, signal.SIGKILL)
        self.make.wait(10)


def to_the_terminal(stopped: Stopped, number: int) -> None:
    os.killpg(stopped.make.pid, number)


def to_make(stopped: Stopped, number: int) -> None:
    os.kill(stopped.make.pid, number)


def to_the_tool(stopped: Stopped, number: int) -> None:
    tools = [*stopped.with_words("python", "-m tests.tools."), *stopped.with_words("python", "-m tests.benchmark.run")]
    os.kill(min(tools), number)  # it has started the others


PLAYS = ("saymon_sandbox", "bin/ansible")
TWO_SUITES = ("saymon_sandbox", "pytest tests/unit")


@pytest.mark.parametrize(
    ("command", "number", "send", "parts"),
    [
        (E2E, signal.SIGINT, to_the_terminal, PLAYS),
        (E2E, signal.SIGHUP, to_the_terminal, PLAYS),
        (E2E, signal.SIGTERM, to_make, PLAYS),
        (E2E, signal.SIGTERM, to_the_tool, PLAYS),
        (DEMO, signal.SIGINT, to_the_terminal, PLAYS),
        (DEMO, signal.SIGTERM, to_make, PLAYS),
        (BENCH, signal.SIGINT, to_the_terminal, PLAYS),
        (BENCH, signal.SIGTERM, to_make, PLAYS),
        (BENCH, signal.SIGTERM, to_the_tool, PLAYS),
        (SUITES, signal.SIGINT, to_the_terminal, TWO_SUITES),
        (SUITES, signal.SIGTERM, to_the_tool, TWO_SUITES),
    ],
)
def test_nothing_is_left_behind(
    tmp_path: Path, command: list[str], number: int, send: Callable[[Stopped, int], None], parts: tuple[str, ...]
) -> None:
    """Once all `parts` of it run, which words on their command lines show."""
    stopped = Stopped(command, tmp_path / "log")
    try:
        wait_for(lambda: all(stopped.with_words(part) for part in parts), 60)
        send(stopped, number)
        until = time.monotonic() + 40
        while (stopped.make.poll() is None or stopped.running()) and time.monotonic() < until:
            time.sleep(0.1)
        assert stopped.make.returncode not in (None, 0), (tmp_path / "log").read_text()
        assert stopped.running() == {}
    finally:
        stopped.kill()
