# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_event_log_info."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources import event_log
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_event_log_info"
NOW = 1_700_000_000_000
SWITCH = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "sw1", "parent_id": [1]}
OLD = {
    "_id": "64b1f0c2a9d3e45f6a7b8f51",
    "entity": {"entityId": SWITCH["id"], "entityName": "sw1", "entityType": 1},
    "level": 2,
    "type": 1,
    "timestamp": NOW - 3_600_000,
    "skip": 4,
    "payload": {"trapOid": "1.3.6", "specificTrap": 6, "text": "Link down"},
}
MIDDLE = {"_id": "b2", "level": 0, "type": 2, "timestamp": NOW - 60_000, "skip": 5, "payload": {"topic": "a"}}
NEW = {
    "_id": "b3",
    "level": 0,
    "type": 2,
    "timestamp": NOW - 60_000,
    "skip": 6,
    "payload": {"topic": "b", "message": ""},
}
LOG = [OLD, MIDDLE, NEW]
ASSIGNED = {"_id": "m1", "target": OLD["_id"], "body": {"userId": "u1"}, "skip": 0}
EDITED = {"_id": "m2", "target": "m1", "body": {"payload": {"text": "planned work"}}, "skip": 1}
PAGE = "limit=500&skip=0"
MODIFICATIONS = ("GET", f"/event-log/modifications?{PAGE}", 200, [ASSIGNED, EDITED])


def log(records: list[dict[str, Any]], query: str = "", *, order: str = "asc", page: str = PAGE) -> tuple[Any, ...]:
    before = f"{query}&" if query else ""
    return ("GET", f"/event-log?{before}sortField=timestamp&sortDirection={order}&{page}", 200, records)


def shown(*records: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**record, "id": record["_id"]} for record in records]


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW / 1000)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "query", "found"),
    [
        ({}, "", LOG),
        ({"id": "b2"}, "", [MIDDLE]),
        ({"from": "-30m"}, f"from={NOW - 1_800_000}", [MIDDLE, NEW]),
        ({"to": str(NOW - 3_600_000)}, f"to={NOW - 3_600_000}", [OLD]),
        ({"from": "1h-ago", "to": "now"}, f"from={NOW - 3_600_000}&to={NOW}", LOG),
        ({"type": "trap"}, "type=1", [OLD]),
        ({"type": "mqtt"}, "type=2", [MIDDLE, NEW]),
        ({"level": "major"}, "", [OLD]),
        ({"level": "clear"}, "", [MIDDLE, NEW]),
        ({"link": "7"}, "", []),
        ({"payload": {"topic": "b"}}, "", [NEW]),
        ({"payload": {"specificTrap": "6", "trapOid": "1.3.6"}}, "", [OLD]),
        ({"payload": {"specificTrap": 6, "trapOid": "1"}}, "", []),
        ({"text": "LINK"}, "", [OLD]),
        ({"text": "assigned"}, "", []),
        ({"filter": {"payload.topic": "я"}}, "filter=" + quote('{"payload.topic": "я"}'), LOG),
        ({"filter": '[["text", "x"]]'}, "filter=" + quote('[["text", "x"]]'), LOG),
        ({"max_items": 2}, "", [OLD, MIDDLE]),
    ],
)
def test_filters(script: Script, check: bool, args: dict[str, Any], query: str, found: list[Any]) -> None:
    """A server that ignores what it is asked sends everything."""
    script(log(LOG, query))
    assert run_module(NAME, args, check=check) == {"changed": False, "events": shown(*found)}


def test_the_newest_first(script: Script) -> None:
    script(log([NEW, MIDDLE, OLD], order="desc"))
    assert run_module(NAME, {"order": "newest"})["events"] == shown(NEW, MIDDLE, OLD)


def test_the_records_of_an_object(script: Script) -> None:
    script(search("id", str(SWITCH["id"]), among=[SWITCH]), log(LOG))
    assert run_module(NAME, {"object": SWITCH["id"]})["events"] == shown(OLD)


def test_an_object_that_an_earlier_task_would_create_has_no_records() -> None:
    server = FakeServer(event_log=LOG)
    assert run_on(server, NAME, {"object": "/ROOT/new"}, check=True)["events"] == []


def _page_of(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_log, "_PAGE", size)


def test_the_log_is_read_to_its_end(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that came in meanwhile moves the others, and none is returned twice."""
    _page_of(2, monkeypatch)
    script(
        log([NEW, MIDDLE], order="desc", page="limit=2&skip=0"),
        log([MIDDLE, OLD], order="desc", page="limit=2&skip=2"),
        log([], order="desc", page="limit=2&skip=4"),
    )
    assert run_module(NAME, {"order": "newest"})["events"] == shown(NEW, MIDDLE, OLD)


def test_no_more_pages_than_are_needed(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    _page_of(2, monkeypatch)
    script(log([NEW, MIDDLE], order="desc", page="limit=2&skip=0"))
    assert run_module(NAME, {"order": "newest", "max_items": 1})["events"] == shown(NEW)


def test_a_server_that_sorts_in_its_own_way_is_read_to_the_end(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    _page_of(2, monkeypatch)
    script(
        log([OLD, MIDDLE], order="desc", page="limit=2&skip=0"),
        log([NEW], order="desc", page="limit=2&skip=2"),
    )
    assert run_module(NAME, {"order": "newest", "max_items": 1})["events"] == shown(NEW)


@pytest.mark.parametrize("args", [{}, {"text": "planned"}, {"payload": {"text": "planned work"}}])
def test_modifications_are_merged(script: Script, args: dict[str, Any]) -> None:
    script(MODIFICATIONS, log(LOG))
    first, *others = run_module(NAME, {"with_modifications": True, **args})["events"]
    assert first == {
        **OLD,
        "id": OLD["_id"],
        "payload": {"trapOid": "1.3.6", "specificTrap": 6, "text": "planned work"},
        "assignee": "u1",
        "modifications": [ASSIGNED, EDITED],
    }
    rest = [{**record, "assignee": None, "modifications": []} for record in shown(MIDDLE, NEW)]
    assert others == ([] if args else rest)


def test_a_modification_in_the_form_of_the_call(script: Script) -> None:
    """Which form it has is not documented."""
    bare = {"_id": "m1", "target": "b2", "body": {"text": "planned"}}
    script(("GET", f"/event-log/modifications?{PAGE}", 200, [bare]), log([MIDDLE]))
    (event,) = run_module(NAME, {"with_modifications": True})["events"]
    assert event["payload"] == {"topic": "a", "text": "planned"}


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_server_that_does_not_show_modifications(script: Script, status: int) -> None:
    script(("GET", f"/event-log/modifications?{PAGE}", status, {"code": "Nothing"}), log(LOG))
    result = run_module(NAME, {"with_modifications": True})
    assert result["events"] == shown(*LOG)
    (warning,) = result["warnings"]
    assert warning.startswith("This server does not show modifications, so the records are as they came in. GET ")


def test_modifications_that_cannot_be_read_now(script: Script) -> None:
    script(("GET", f"/event-log/modifications?{PAGE}", 500, {"code": "Internal"}))
    assert run_module(NAME, {"with_modifications": True})["status"] == 500


def test_modifications_that_follow_each_other_in_a_circle(script: Script) -> None:
    circle = [{"_id": "m1", "target": "m2", "body": {}}, {"_id": "m2", "target": "m1", "body": 5}]
    script(("GET", f"/event-log/modifications?{PAGE}", 200, circle), log([MIDDLE]))
    assert run_module(NAME, {"with_modifications": True})["events"][0]["modifications"] == []


@pytest.mark.parametrize("check", [False, True])
def test_a_file(script: Script, tmp_path: Path, check: bool) -> None:
    dest = tmp_path / "log.jsonl"
    script(log([NEW, MIDDLE], order="desc"))
    result = run_module(NAME, {"order": "newest", "dest": str(dest)}, check=check)
    assert result == {"changed": True, "dest": str(dest), "count": 2}
    if not check:
        assert [json.loads(line) for line in dest.read_text().splitlines()] == shown(NEW, MIDDLE)


def test_a_table(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "log.csv"
    script(log([MIDDLE]))
    run_module(NAME, {"dest": str(dest)})
    (row,) = csv.DictReader(dest.read_text().splitlines())
    assert (row["id"], row["payload.topic"]) == ("b2", "a")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"text": ""}, "text is empty: give a text, or leave the option out."),
        ({"max_items": 0}, "max_items is 0: give a number, 1 or more."),
        ({"from": "yesterday"}, "from is 'yesterday': give epoch milliseconds or a date such as 2030-12-31T18:00:00Z"),
        (
            {"from": "now", "to": "-1h"},
            "from is 'now', which is after to ('-1h'): give the earlier moment as from.",
        ),
        ({"filter": "text"}, "filter must be a dictionary or a list, got str: give criteria of the server."),
        ({"dest": "log.txt"}, "dest is 'log.txt', whose format is not known"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["msg"].startswith(said)) == (True, True), result["msg"]
