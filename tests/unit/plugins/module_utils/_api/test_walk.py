# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading paged lists whole, while they change."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.module_utils._api.walk import walk
from ansible_collections.saymon.platform.tests.unit.support import URL

LIST = Request("GET", "/incidents", [("owner", "true")])


class Paged(Client):
    """A server with a list of records; `meanwhile` happens to it before each page but the first. `asked` are the places
    that were asked for."""

    def __init__(self, count: int, meanwhile: Callable[[list[dict[str, Any]]], None] = lambda records: None) -> None:
        super().__init__(Connection(URL))
        self.list = [{"id": f"i{number}"} for number in range(count)]
        self.meanwhile = meanwhile
        self.asked: list[tuple[int | None, int]] = []
        self.refuses_both = self.ignores_limit = self.ignores_skip = False

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        query = dict(request.query)
        assert query.pop("owner") == "true"
        limit, skip = (int(query[name]) if name in query else None for name in ("limit", "skip"))
        if self.asked:
            self.meanwhile(self.list)
        self.asked.append((limit, skip or 0))
        if self.refuses_both and limit and skip:
            raise HttpError("GET", request.path, 400, "BadRequest", "not together")
        start = 0 if self.ignores_skip else skip or 0
        page = self.list[start:] if limit is None or self.ignores_limit else self.list[start : start + limit]
        assert request.read
        data, text = request.read(iter([json.dumps(page).encode()]))
        return Answer(200, URL, {}, text, "application/json", 0.0, {}, data=data)


def walked(server: Paged, size: int = 10) -> list[str]:
    return [record["id"] for record in walk(server, LIST, size=size)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 18, 19, 20, 95])
def test_every_record_once(count: int) -> None:
    server = Paged(count)
    assert walked(server) == [f"i{number}" for number in range(count)]


@pytest.mark.parametrize(("size", "places"), [(10, [0, 9, 18]), (20, [0, 18]), (2, range(25))])
def test_each_page_begins_with_the_last_tenth_of_the_page_before(size: int, places: Iterable[int]) -> None:
    server = Paged(25)
    walked(server, size)
    assert server.asked == [(size, place) for place in places]


def test_a_stop_asks_for_nothing_more() -> None:
    server = Paged(25)
    next(walk(server, LIST, size=10))
    assert server.asked == [(10, 0)]


def test_records_that_vanish_in_front_make_none_missing() -> None:
    server = Paged(100, lambda records: records.__delitem__(slice(0, 3)))
    found = walked(server)
    assert len(found) == len({*found})
    assert {record["id"] for record in server.list} <= {*found}


def test_records_that_come_make_none_twice() -> None:
    server = Paged(50, lambda records: records.insert(0, {"id": f"new{len(records)}"}))
    found = walked(server)
    assert len(found) == len({*found})
    assert {f"i{number}" for number in range(50)} <= {*found}


@pytest.mark.parametrize("seed", range(5))
def test_ten_thousand_in_a_list_that_changes_all_the_time(seed: int) -> None:
    dice = random.Random(seed)
    gone: set[str] = set()

    def change(records: list[dict[str, Any]]) -> None:
        for _time in range(dice.randrange(40)):
            gone.add(records.pop(dice.randrange(len(records)) if dice.random() < 0.5 else 0)["id"])
        records.extend({"id": f"new{dice.random()}"} for _time in range(dice.randrange(40)))

    server = Paged(10_000, change)
    found = walked(server, 1000)
    assert len(found) == len({*found})
    assert {f"i{number}" for number in range(10_000)} - gone <= {*found}
    assert len(server.asked) < 40


def test_a_server_that_refuses_limit_with_skip_is_asked_for_everything() -> None:
    server = Paged(25)
    server.refuses_both = True
    assert walked(server) == [f"i{number}" for number in range(25)]
    assert server.asked == [(10, 0), (10, 9), (None, 0)]


@pytest.mark.parametrize(("limit", "skip", "count", "requests"), [(True, True, 25, 1), (False, True, 10, 2)])
def test_a_server_that_does_not_page(limit: bool, skip: bool, count: int, requests: int) -> None:
    server = Paged(count)
    server.ignores_limit, server.ignores_skip = limit, skip
    assert walked(server) == [f"i{number}" for number in range(count)]
    assert len(server.asked) == requests


def test_a_list_that_changes_too_fast_is_an_error() -> None:
    def replace_all(records: list[dict[str, Any]]) -> None:
        records[:] = [{"id": str(random.random())} for _record in records]

    with pytest.raises(WrongAnswer, match=r"GET /incidents has no end, or changes faster than it can be read"):
        walked(Paged(30, replace_all))


def test_another_refusal_is_one() -> None:
    server = Paged(5)
    server.refuses_both = True

    def refuse(_request: Request, **_more: Any) -> Answer:
        raise HttpError("GET", "/x", 400, "", "")

    server.send = refuse  # type: ignore[assignment, method-assign]
    with pytest.raises(HttpError):
        walked(server)
