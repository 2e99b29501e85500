# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States that an item reaches by calls of its own, one for each step, such as those of an incident."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request

from .field_types import Field, FieldType, Invalid
from .resource import Task

# A call: the method, the path below the item, and the body if there is one.
Step = tuple[Any, ...]
# The call that leads from one state to the next.
Steps = Mapping[tuple[str, str], Step]


class State(FieldType):
    """The state of an item, as the option `state` names it. `present` tells it from the record; `steps` are the calls
    from one state to the next."""

    def __init__(self, present: Callable[[Record], str], steps: Steps) -> None:
        self.present = present
        self.steps = steps
        self.states = sorted({state for pair in steps for state in pair})
        self.argument = {"type": "str", "choices": self.states}

    def parse(self, value: Any) -> str:
        if value not in self.states:
            raise Invalid(f"give one of {', '.join(self.states)}")
        return str(value)

    def read(self, value: Any) -> str:
        return self.present(value)

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        if self.way(current, desired) is None:
            raise Invalid(f"there is no way from {current} to {desired}: choose another state")
        return desired

    def way(self, current: str, target: str) -> list[Step] | None:
        """The fewest calls from one state to another; None where there is no way."""
        ways: dict[str, list[Step]] = {current: []}
        waiting = [current]
        while waiting:
            state = waiting.pop(0)
            for (start, end), call in self.steps.items():
                if start == state and end not in ways:
                    ways[end] = [*ways[state], call]
                    waiting.append(end)
        return ways.get(target)


def transition(collection: str, state: State) -> Field:
    """The field `state` of a resource whose items go from state to state. Its value is read from the whole record."""

    def write(_task: Task, record: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
        for method, below, *body in state.way(current, target) or ():
            yield Request(method, f"{collection}/{record['id']}/{below}", body=body[0] if body else None)

    return Field("state", "", state, writer=write, in_create=False, repeatable=True)
