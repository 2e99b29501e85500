# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is due next among many records, without looking at all of them."""

from __future__ import annotations

import heapq

from .clock import LATEST
from .store import Doc, Store


def after(now: int, wait: int) -> int | None:
    """The time after a wait, both in milliseconds; None for what will not be in the time of anybody."""
    return now + wait if now + wait <= LATEST else None


class Deadlines:
    """Follows the records of one kind. Each may have a time `due` in milliseconds, and is stored by its field `key`."""

    def __init__(self, store: Store, kind: str, key: str) -> None:
        self._store = store
        self._kind = kind
        self._key = key
        self._heap: list[tuple[int, str]] = []
        store.observe(kind, self._changed)

    def _changed(self, old: Doc | None, new: Doc | None) -> None:
        if new is not None and new.get("due") is not None:
            heapq.heappush(self._heap, (new["due"], str(new[self._key])))

    def next(self) -> tuple[int, Doc] | None:
        """The record that is due first, and when; what has been changed or deleted since it was noted is passed over."""
        while self._heap:
            due, key = self._heap[0]
            doc = self._store.get(self._kind, key)
            if doc is not None and doc.get("due") == due:
                return due, doc
            heapq.heappop(self._heap)
        return None
