# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of ansible that go on while the test does something to them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ansible_collections.saymon.platform.tests.unit.processes import heed_signals

from tests.e2e.conftest import ANSIBLE_BIN
from tests.e2e.support import book, environment

if TYPE_CHECKING:
    from tests.e2e.conftest import Runner


@contextmanager
def running(
    runner: Runner, command: Sequence[str], env: Mapping[str, str | None] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """An ansible program in a process group of its own; what is left of it and of its workers at the end is killed."""
    process = subprocess.Popen(
        [str(ANSIBLE_BIN / command[0]), *command[1:]],
        cwd=runner.directory,
        env=runner.environment(environment(runner, env)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_signals,  # noqa: PLW1509
    )
    try:
        yield process
    finally:
        # Workers have groups of their own, and some of a parent that was killed hang for ever; the test's folder tells
        # them.
        for pid in _processes_about(runner.directory):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.communicate(timeout=60)


def _processes_about(folder: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"{folder}/".encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def playbook_command(runner: Runner, *plays: dict[str, Any], inventory: str = "localhost,") -> list[str]:
    """The words that run these plays."""
    path = runner.directory / "playbook.yml"
    path.write_text(book(*plays), encoding="utf-8")
    if "\n" in inventory:
        hosts = runner.directory / "hosts.ini"
        hosts.write_text(inventory, encoding="utf-8")
        inventory = str(hosts)
    return ["ansible-playbook", str(path), "-i", inventory]


def store_files(runner: Runner) -> list[Path]:
    """What the collection has in the folders of all runs of this runner, living and dead."""
    found: list[Path] = []
    for folder in (runner.directory / "home" / ".ansible" / "tmp").glob("ansible-local-*"):
        with suppress(OSError):  # a run that ends removes its folder
            found += [path for path in folder.iterdir() if path.name.startswith("saymon")]
    return sorted(found)
