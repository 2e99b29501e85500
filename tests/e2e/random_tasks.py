# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that a die writes, and what must be true of each of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.tools.sandbox_process import Sandbox

Item = dict[str, Any]
Pick = Callable[[random.Random], Any]


def one(*values: Any) -> Pick:
    return lambda dice: dice.choice(values)


def some(*values: Any, most: int = 3) -> Pick:
    return lambda dice: dice.sample(values, dice.randint(0, min(most, len(values))))


@dataclass(frozen=True)
class Kind:
    """A module, the options that every item has, those that it may have, and those of which one may take the place of
    the first of every item. Without a `plural` it takes no list."""

    module: str
    plural: str
    always: dict[str, Pick]
    options: dict[str, Pick]
    instead: dict[str, Pick] = field(default_factory=dict)

    def item(self, dice: random.Random) -> Item:
        chosen = {**self.always, **{name: pick for name, pick in self.options.items() if dice.random() < 0.35}}
        if self.instead and dice.random() < 0.3:
            del chosen[next(iter(self.always))]
            chosen.update([dice.choice([*self.instead.items()])])
        return {name: pick(dice) for name, pick in chosen.items()}

    def task(self, dice: random.Random) -> dict[str, Any]:
        if not self.plural or dice.random() < 0.3:
            return self.item(dice)
        return {
            self.plural: [self.item(dice) for _item in range(dice.randint(1, 4))],
            "parallel": dice.choice((1, 1, 4)),
        }


class RunTask(Protocol):
    def __call__(self, *, check: bool = False) -> dict[str, Any]:
        """The result of one task."""


def was_refused(foreseen: dict[str, Any]) -> bool:
    """Whether check mode says that the task will fail: now, or unless an earlier task creates what is missing."""
    return bool(foreseen.get("failed")) or "check mode assumes" in str(foreseen.get("warnings"))


def problem_of(server: Sandbox, run: RunTask) -> str | None:
    """What is wrong with the way a task goes, None for what went through, empty for what was refused in one clear
    sentence."""
    foreseen = run(check=True)
    server.clear_journal()
    result = run()
    for said in (str(foreseen.get("msg", "")), str(result.get("msg", ""))):
        if "Bug in saymon.platform" in said:
            return said
    if was_refused(foreseen):
        sent = [f"{call['method']} {call['path']}" for call in server.writes()]
        return f"refused, but it sent {sent}" if sent or not result.get("failed") else ""
    if result.get("failed"):
        # Only the server knows its rules; what it refuses is told with its own words.
        expected = (" answered 4", "which could not be created", "switched off (409)")
        return "" if any(words in result["msg"] for words in expected) else str(result["msg"])
    if (foreseen["diff"], foreseen["changed"]) != (result["diff"], result["changed"]):
        return f"check mode promised {foreseen['diff']}, the run did {result['diff']}"
    server.clear_journal()
    again = run()
    if again.get("failed") or again["changed"] or server.writes():
        return f"the second run: {again.get('msg') or again['diff']}"
    return None
