# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Annotations: notes on the time axis of charts. They have no name, so one is known by what it says and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Text,
    Timestamp,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in, seconds_in
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan, ids_of
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Index, Resource, Task, text_of
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import (
    EARLIEST,
    LATEST,
    Timeframe,
    now_in_ms,
)

_PATH = "/history-annotations"
_HOUR = 3_600_000


@dataclass(frozen=True)
class Spot:
    """A moment in epoch milliseconds (None when the server's cannot be read), and how far from it (in milliseconds) the
    same note may be."""

    moment: int | None
    within: int = 0


class When(FieldType):
    """The moment of a note. What is meant from the time of the run, such as `now`, is another moment in each run, so
    any within an hour counts as the same."""

    argument = {"type": "str"}
    empty = Spot(None)

    def parse(self, value: Any) -> Spot:
        now = now_in_ms()
        moment = moment_in(value, now)
        moves = moment_in(value, now + 1) != moment
        return Spot(moment, _HOUR if moves else 0)

    def read(self, value: Any) -> Spot:
        return Spot(Timestamp().read(value))

    def same(self, one: Spot, other: Spot) -> bool:
        if one.moment is None or other.moment is None:
            return one.moment == other.moment
        return abs(one.moment - other.moment) <= max(one.within, other.within)

    def write(self, value: Spot, _scalar: bool) -> int | None:
        return value.moment

    def show(self, value: Spot, lookup: Lookup) -> Any:
        return Timestamp().show(value.moment, lookup)


class Window(FieldType):
    """A duration, in milliseconds."""

    argument = {"type": "str"}

    def parse(self, value: Any) -> int:
        return seconds_in(value) * 1000


class Notes(Index):
    """Annotations, found by what they say and by a moment near theirs."""

    def near(self, resolved: Mapping[str, Any]) -> list[Record]:
        """Those that count as the same as the one described, the nearest first."""
        when, spot = self.resource.by_option["timestamp"], resolved["timestamp"]
        same_words = self.table("content", lambda record: [text_of(record, "content")]).get(resolved["content"], [])
        found = [note for note in same_words if when.type.same(when.read(note), spot)]
        return sorted(found, key=lambda note: abs((when.read(note).moment or 0) - (spot.moment or 0)))

    def find(self, resolved: Mapping[str, Any]) -> list[Record]:
        """The nearest: several within the window are no obstacle, since there is nothing to add then."""
        super().find(resolved)  # raises Invalid when something is missing
        return self.near(resolved)[:1]


def _adjust(item: Item) -> None:
    """A note is meant for now, unless the task says when. One that is given by its id stays where it is."""
    within = item.desired.pop("window", None)
    spot = item.desired.get("timestamp")
    if spot is None:
        if item.id is not None:
            return
        spot = When().parse("now")
    item.desired["timestamp"] = spot if within is None else replace(spot, within=within)


def _load(task: Task, _keys: set[str]) -> list[Record]:
    """The notes around the moments of all items, in one read; all notes when some are given by id, which the server
    cannot look up."""
    spots = [item.desired["timestamp"] for item in task.items if item.id is None]
    first, last = EARLIEST, LATEST
    if spots and len(spots) == len(task.items):
        # A millisecond more at each end, since nobody says whether the ends are included.
        first = max(EARLIEST, min(spot.moment - spot.within for spot in spots) - 1)
        last = min(LATEST, max(spot.moment + spot.within for spot in spots) + 1)
    return notes_between(task.client, Timeframe(first, last), cached=task.cached)


def notes_between(client: Client, frame: Timeframe, *, cached: bool = False) -> list[Record]:
    """The notes of a time range. The server wants both ends of it, and answers with nothing when one is missing."""
    query = make_query({"from": EARLIEST, "to": LATEST, **frame.query()})
    return client.records(Request("GET", _PATH, query), cached=cached)


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    """A note that shall be absent must be one: the next run would otherwise remove the next one."""
    for plan in plans:
        if plan.action != "delete" or plan.item.id is not None:
            continue
        found = cast(Notes, task.index("annotation")).near(plan.resolved)
        if len(found) > 1:
            raise Invalid(
                f"{plan.item.where}several annotations match (ids {ids_of(found)}): give the id, or a smaller window"
            )
    return []


ANNOTATION = Resource(
    name="annotation",
    plural="annotations",
    path=_PATH,
    key=("content", "timestamp"),
    title="content",
    duplicates_allowed=True,
    index=Notes,
    load=_load,
    adjust=_adjust,
    guard=_guard,
    shorthands={"window": Window()},
    fields=(
        Field("content", "content", Text(filled=True)),
        Field("timestamp", "timestamp", When()),
    ),
)
