# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States over time, held against a model that looks at each moment, on servers that read the reference in every way."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._resources import state_history
from ansible_collections.saymon.platform.plugins.module_utils._resources.state_history import (
    Change,
    Period,
    Stay,
    availability,
    stays_of,
)
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer

START = 1_800_000_000_000
LENGTH = 60  # milliseconds, few enough to look at each of them
PERIOD = Period(START, START + LENGTH, open=True)
STATES = ["3", "4", "5", "7"]

Record = dict[str, Any]


class History(FakeServer):
    """A server with a history. `from_zero`: its limit is one more than asked for; `inverse`: what that means, the
    `newest` or the `oldest` first, or nothing at all; `excluded`: `from` and `to` are not in the range; `log`: whether
    it has the log of everything."""

    def __init__(
        self, rows: list[Record], *, from_zero: bool, inverse: str, excluded: bool = False, log: bool = True
    ) -> None:
        super().__init__()
        self.rows, self.log = rows, log
        self.from_zero, self.inverse, self.excluded = from_zero, inverse, excluded

    def _act(self, request: Request, body: Any) -> Any:
        query: dict[str, list[str]] = {}
        for key, value in request.query:
            query.setdefault(key, []).append(value)
        kind, *rest = request.path.strip("/").split("/")
        if kind == "state-history-log" and not self.log:
            raise HttpError("GET", request.path, 404, "ResourceNotFound", "")
        wanted = query.get("entityId", []) if kind == "state-history-log" else [rest[0]]
        rows = [row for row in self.rows if not wanted or str(row["entityId"]) in wanted]
        first, last = (int(query[key][0]) if key in query else None for key in ("from", "to"))
        rows = [row for row in rows if first is None or row["timestamp"] >= first + self.excluded]
        rows = [row for row in rows if last is None or row["timestamp"] <= last - self.excluded]
        rows = sorted(rows, key=lambda row: (row["timestamp"], row["id"]))
        newest = {"newest": "inverse" in query, "oldest": "inverse" not in query, "nothing": False}[self.inverse]
        rows = rows[::-1] if newest else rows
        skip, limit = int(query["skip"][0]), int(query["limit"][0]) + self.from_zero
        return rows[skip : skip + limit]


def row(number: int, entity: Any, state: Any, at: int, **more: Any) -> Record:
    return {"id": f"{number:024x}", "entityId": entity, "entityType": 1, "stateId": state, "timestamp": at, **more}


def histories(chance: random.Random, entities: int) -> tuple[list[Record], list[Record]]:
    """Objects, and records of their changes before, in and after the period, one of the objects without any."""
    numbers = itertools.count(1)
    rows, objects = [], []
    for number in range(entities):
        moments = sorted(
            chance.sample(range(START - 40, START + LENGTH), chance.choice([0, 1, 2, 15]) if number else 0)
        )
        mine = [row(next(numbers), f"o{number}", chance.choice(STATES), at) for at in moments]
        rows += mine
        last = mine[-1] if mine else {"stateId": "1", "timestamp": START - 1000}
        objects.append({"id": f"o{number}", "state_id": last["stateId"], "last_state_update": last["timestamp"]})
    return objects, rows


def model(entity: Record, rows: list[Record]) -> list[str | None]:
    """The state in each millisecond of the period."""
    mine = [one for one in rows if one["entityId"] == entity["id"]]
    found: list[str | None] = []
    for moment in range(START, START + LENGTH):
        states = [one["stateId"] for one in mine if one["timestamp"] <= moment]
        found.append(states[-1] if states else None)
    return found if mine else [entity["state_id"]] * LENGTH


def at_each_moment(stays: list[Stay]) -> list[str | None]:
    """The same as the module sees it, after a look at what always holds."""
    found: list[str | None] = [None] * LENGTH
    for before, after in itertools.pairwise(stays):
        assert before.until == after.since
        assert before.change.state != after.change.state
    for stay in stays:
        assert START <= stay.since < stay.until <= START + LENGTH
        found[stay.since - START : stay.until - START] = [stay.change.state] * stay.milliseconds
    assert not stays or stays[-1].until == START + LENGTH
    return found


@pytest.mark.parametrize("inverse", ["newest", "oldest", "nothing"])
@pytest.mark.parametrize("from_zero", [True, False])
@pytest.mark.parametrize("log", [True, False])
@pytest.mark.parametrize("page", [3, 1000])
@pytest.mark.parametrize("entities", [1, 2, 7])
def test_the_state_at_each_moment(
    monkeypatch: pytest.MonkeyPatch, inverse: str, from_zero: bool, log: bool, page: int, entities: int
) -> None:
    monkeypatch.setattr(state_history, "_PAGE", page)
    monkeypatch.setattr(state_history, "_FEW", min(page, 100))
    for seed in range(8):
        objects, rows = histories(random.Random(seed), entities + 1)
        objects = objects[1:] if seed % 2 else objects[:-1]
        server = History(rows, from_zero=from_zero, inverse=inverse, log=log)
        found = stays_of(server, "objects", objects, PERIOD, parallel=2)
        assert list(found) == [one["id"] for one in objects]
        for one in objects:
            assert at_each_moment(found[one["id"]]) == model(one, rows), (seed, one)


def test_a_closed_period_does_not_take_the_present_state() -> None:
    rows = [row(1, "a", 3, START - 5), row(2, "a", 5, START + 99), row(3, "b", 4, START + 99)]
    objects = [
        {"id": "a", "state_id": 5, "last_state_update": START + 99},
        {"id": "b", "state_id": 4, "last_state_update": START + 99},
        {"id": "c", "state_id": 7, "last_state_update": START - 99},
        {"id": "d", "state_id": 7},
    ]
    server = History(rows, from_zero=True, inverse="newest")
    found = stays_of(server, "objects", objects, Period(START, START + LENGTH, open=False), parallel=1)
    assert {key: [stay.change.state for stay in stays] for key, stays in found.items()} == {
        "a": ["3"],
        "b": [],
        "c": ["7"],
        "d": [],
    }


def test_only_those_that_changed_take_a_request_more() -> None:
    objects = [{"id": f"o{number}", "state_id": 3, "last_state_update": START - 1} for number in range(250)]
    objects[7]["last_state_update"] = START + 5
    objects[9]["manual_state"] = {"stateId": 9}
    rows = [row(1, "o7", 5, START - 50), row(2, "o7", 3, START + 5), row(3, "o9", 9, START - 50)]
    server = History(rows, from_zero=False, inverse="newest")
    found = stays_of(server, "objects", objects, PERIOD, parallel=1)
    own = [f"/objects/o{number}/state-history" for number in (7, 9)]
    assert server.reads == [*["/state-history-log"] * 3, *own]
    assert [stay.change.state for stay in found["o7"]] == ["5", "3"]
    assert [stay.change.state for stay in found["o9"]] == ["9"]


def test_more_than_a_thousand_are_picked_from_everything() -> None:
    objects = [{"id": f"o{number}", "state_id": 3, "last_state_update": START - 1} for number in range(1001)]
    rows = [row(1, "o5", 5, START), row(2, "another", 5, START), row(3, "o6", 5, START, entityType=2)]
    server = History(rows, from_zero=False, inverse="newest")
    found = stays_of(server, "objects", objects, PERIOD, parallel=1)
    assert server.reads == ["/state-history-log", "/objects/o5/state-history"]
    assert Counter(stay.change.state for stays in found.values() for stay in stays) == {"3": 1000, "5": 1}


def test_the_root_is_a_number_in_the_log() -> None:
    objects: list[Record] = [{"id": 1, "state_id": 5, "last_state_update": START + 5}, {"id": "o1", "state_id": 3}]
    server = History([row(1, 1, 5, START + 5)], from_zero=False, inverse="newest")
    found = stays_of(server, "objects", objects, PERIOD, parallel=1)
    assert [(stay.change.state, stay.since - START) for stay in found["1"]] == [("5", 5)]


def test_a_range_without_its_ends_loses_at_most_what_lies_on_them() -> None:
    rows = [row(1, "a", 3, START - 1), row(2, "a", 5, START + 1)]
    server = History(rows, from_zero=True, inverse="newest", excluded=True)
    objects = [{"id": one, "state_id": 5, "last_state_update": START + 1} for one in "ab"]
    found = stays_of(server, "objects", objects, PERIOD, parallel=1)
    assert [(stay.change.state, stay.since - START) for stay in found["a"]] == [("3", 0), ("5", 1)]


ODD: list[Any] = [{"timestamp": None}, {"timestamp": "x"}, {"timestamp": 1.5}, {"stateId": None}, {"stateId": [3]}]


@pytest.mark.parametrize("record", [*({**row(1, "a", 3, START), **odd} for odd in ODD), None, "x", [1]])
def test_records_without_time_or_state_are_an_error(record: Any) -> None:
    records = [record]

    class Odd(History):
        def _act(self, request: Request, body: Any) -> Any:
            return records

    for objects in ([{"id": "a"}], [{"id": "a"}, {"id": "b"}]):
        with pytest.raises(WrongAnswer, match="answered with a record that has no time or no state"):
            stays_of(Odd([], from_zero=True, inverse="newest"), "objects", objects, PERIOD, parallel=1)


def test_a_refusal_of_the_log_is_not_hidden() -> None:
    class Refusing(History):
        def _act(self, request: Request, body: Any) -> Any:
            raise HttpError("GET", request.path, 403, "Forbidden", "")

    with pytest.raises(HttpError):
        stays_of(Refusing([], from_zero=True, inverse="newest"), "objects", [{"id": 1}, {"id": 2}], PERIOD, parallel=1)


# --- availability ---------------------------------------------------------------------------------


def stay(state: str, since: int, until: int, **reason: Any) -> Stay:
    return Stay(Change(since, state, {"reason": reason}), since, until, False)


STAYS = [
    stay("3", START, START + 3000, code=12, by="u1"),
    stay("5", START + 3000, START + 4000),
    stay("9", START + 4000, START + 5000, code=13, text="works"),
    stay("3", START + 5000, START + 8000, code=13),  # the end of the manual state
]
TEN_SECONDS = Period(START, START + 10_000, open=True)


@pytest.mark.parametrize(
    ("available", "without", "without_manual", "percent", "good", "counted"),
    [
        ({"3"}, set(), False, 75.0, 6.0, 8.0),
        ({"3", "9"}, set(), False, 87.5, 7.0, 8.0),
        ({"3"}, {"5"}, False, 85.7142, 6.0, 7.0),
        ({"3"}, set(), True, 85.7142, 6.0, 7.0),
        ({"3", "9"}, {"5"}, True, 100.0, 6.0, 6.0),
        ({"3"}, {"3", "5", "9"}, False, None, 0.0, 0.0),
    ],
)
def test_availability(
    available: set[str], without: set[str], without_manual: bool, percent: float | None, good: float, counted: float
) -> None:
    found = availability(STAYS, TEN_SECONDS, available, without, without_manual=without_manual)
    assert found == {
        "available_percent": percent,
        "available_seconds": good,
        "counted_seconds": counted,
        "unknown_seconds": 2.0,
        "states": [
            {"state_id": "3", "seconds": 6.0, "percent": 60.0},
            {"state_id": "5", "seconds": 1.0, "percent": 10.0},
            {"state_id": "9", "seconds": 1.0, "percent": 10.0},
        ],
    }


def test_nothing_but_all_of_it_is_a_hundred_percent() -> None:
    year = Period(START, START + 365 * 86_400_000, open=True)
    stays = [stay("3", year.start, year.end - 1), stay("5", year.end - 1, year.end)]
    assert availability(stays, year, {"3"}, set(), without_manual=False)["available_percent"] == 99.9999
