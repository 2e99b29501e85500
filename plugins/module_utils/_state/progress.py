# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells a user who waits how far a long piece of work has got."""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 5.0  # seconds between two lines


class Progress:
    """Says every few seconds how many of how many changes are done, how fast that goes, and how long the rest will
    take.

    `what` names the things that change, `say` prints a line, `clock` returns seconds.
    """

    def __init__(
        self, what: str, total: int, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._what = what
        self._total = total
        self._say = say
        self._clock = clock
        self._done = 0
        self._start = self._told = clock()

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        now = self._clock()
        if now - self._told < EVERY or self._done >= self._total:
            return
        self._told = now
        rate = self._done / (now - self._start)
        left = duration((self._total - self._done) / rate)
        self._say(f"{self._what}: {self._done} of {self._total} changes done, {rate:.1f} a second, about {left} left")


def duration(seconds: float) -> str:
    """So many seconds in words, such as 4 min 55 s."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
