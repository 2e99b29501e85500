# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that work at the same time, as core forks its workers."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable
from pathlib import Path


def in_processes(tmp_path: Path, count: int, work: Callable[[], str]) -> list[str]:
    """Run `work` in forked processes that start together; returns what each returned."""
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(count)

    def child(number: int) -> None:
        barrier.wait(20)
        (tmp_path / f"said-{number}").write_text(work())

    children = [fork.Process(target=child, args=(number,)) for number in range(count)]
    for process in children:
        process.start()
    for process in children:
        process.join(20)
    return [(tmp_path / f"said-{number}").read_text() for number in range(count)]


def heed_signals() -> None:
    """For what a test starts: let signals do what they do by default.

    A shell that runs the tests in the background, or nohup, makes them ignore some, and what they start inherits that.
    """
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
