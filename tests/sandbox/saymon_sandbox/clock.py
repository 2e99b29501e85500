# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The movable clock."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

LATEST = 253_402_300_799_999  # the last millisecond of the year 9999


class Clock:
    """Wall time plus an offset that tests may change. All times are epoch milliseconds."""

    def __init__(self) -> None:
        self.offset = 0
        self._stopped: int | None = None

    def now(self) -> int:
        return self.latest() if self._stopped is None else self._stopped

    def latest(self) -> int:
        """The time, also while the clock is stopped."""
        return int(time.time() * 1000) + self.offset

    def set(self, now: int) -> None:
        self.offset += now - self.now()

    @contextlib.contextmanager
    def stopped_at(self, moment: int) -> Iterator[None]:
        """For what was due at a moment that has passed: it happens as if it were then."""
        self._stopped = moment
        try:
            yield
        finally:
            self._stopped = None
