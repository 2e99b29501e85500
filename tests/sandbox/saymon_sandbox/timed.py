# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the clock makes due between requests: accounts that run out, manual states that begin or end."""

from __future__ import annotations

from collections.abc import Callable

from . import alarms, life, triggers
from .accounts import BLOCKED
from .deadlines import Deadlines
from .manual import settle_manual_states
from .sandbox import Sandbox
from .store import Doc

Next = Callable[[], tuple[int, Doc] | None]
Act = Callable[[Sandbox, Doc], None]


class Timer:
    """Looks at the data only after it changed or when the next moment has come."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._next: int | None = None
        self._at = (-1, -1)
        self._sources: list[tuple[Next, Act]] = [
            (Deadlines(sandbox.store, alarms.ACTIVE, "id").next, alarms.retire),
            (Deadlines(sandbox.store, "stat", "key").next, life.expire),
            (Deadlines(sandbox.store, life.REACTIONS, "key").next, life.react),
            (Deadlines(sandbox.store, triggers.WAITING, "key").next, triggers.due),
        ]

    def add(self, coming: Next, act: Act) -> None:
        """Another source of things to do: what comes next and when, and how it is done."""
        self._sources.append((coming, act))

    def settle(self) -> None:
        store = self._sandbox.store
        at = (store.generation("user"), store.generation("manual"))
        if at != self._at:
            times = [user["activeTo"] for user in store.all("user").values() if user.get("activeTo") and user["status"] != BLOCKED]
            times += [item["due"] for item in store.all("manual").values() if item.get("due")]
            self._next = min(times, default=None)
            self._at = at
        if self._next is not None and self._next <= self._sandbox.clock.now():
            self._block_expired_users()
            settle_manual_states(self._sandbox)
        self._do_what_is_due()
        store.commit()

    def _do_what_is_due(self) -> None:
        """One after another in the order of time, each as if it were then; one may bring about the next."""
        clock = self._sandbox.clock
        now = clock.now()
        while True:
            coming = [(found[0], place, found[1]) for place, (ask, _act) in enumerate(self._sources) if (found := ask()) is not None]
            due, place, record = min(coming, key=lambda item: item[:2], default=(now + 1, 0, {}))
            if due > now:
                return
            with clock.stopped_at(due):
                self._sources[place][1](self._sandbox, record)

    def _block_expired_users(self) -> None:
        sandbox = self._sandbox
        for user in list(sandbox.store.all("user").values()):
            if user.get("activeTo") and user["activeTo"] <= sandbox.clock.now() and user["status"] != BLOCKED:
                sandbox.store.put("user", user["id"], {**user, "status": BLOCKED})
                sandbox.sessions.end_all_of(user["id"])
