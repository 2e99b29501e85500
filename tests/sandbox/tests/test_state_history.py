# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which states entities have been in, of one entity and of all."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api


def _change(api: Api, path: str, *states: int) -> None:
    for state in states:
        api.control("POST", "/clock", {"advance_ms": 1000})
        api.ok("PUT", f"{path}/state", {"state_id": state})


def test_history_of_an_object(api: Api) -> None:
    made = api.ok("POST", "/objects", {"name": "x"})
    path = f"/objects/{made['id']}"
    _change(api, path, 3, 5, 5)
    me = api.ok("GET", "/users/current")["id"]
    found = api.ok("GET", f"{path}/state-history")
    assert [(row["stateId"], row.get("reason")) for row in found] == [
        (1, None),
        (3, {"code": 12, "by": me}),
        (5, {"code": 12, "by": me}),
    ]
    assert [row["stateId"] for row in api.ok("GET", f"{path}/state-history?inverse=true&limit=2")] == [5, 3]
    assert [row["stateId"] for row in api.ok("GET", f"{path}/state-history?skip=2")] == [5]
    at = found[1]["timestamp"]
    assert [row["stateId"] for row in api.ok("GET", f"{path}/state-history?from={at}&to={at}")] == [3]
    api.fails(404, "GET", f"{path}/state-history", auth=api.user("blind", []))


def test_a_manual_state_says_who_and_why(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}"
    now = api.control("GET", "/clock")["now_ms"]
    api.ok("PUT", f"{path}/manual-state", {"stateId": 9, "reason": "works", "until": now + 60_000})
    api.control("POST", "/clock", {"advance_ms": 120_000})
    newest = api.ok("GET", f"{path}/state-history?inverse=true&limit=2")
    me = api.ok("GET", "/users/current")["id"]
    assert [(row["stateId"], row["reason"]) for row in newest] == [(1, {"code": 13}), (9, {"code": 13, "text": "works", "by": me})]


def test_history_of_a_link(api: Api) -> None:
    path = f"/links/{api.ok('GET', '/links')[0]['id']}"
    _change(api, path, 8)
    assert [row["stateId"] for row in api.ok("GET", f"{path}/state-history")] == [8]


@pytest.mark.parametrize(("path", "from_zero", "expected"), [("/state-history", True, 11), ("/state-history", False, 10)])
def test_the_older_log_counts_its_limit_from_zero(api: Api, path: str, from_zero: bool, expected: int) -> None:
    api.settings(log_limit_from_zero=from_zero)
    rows = api.ok("GET", path)
    assert len(rows) == expected
    assert sorted(rows[0]) == ["entityClass", "entityId", "entityName", "entityType", "id", "skip", "stateId", "timestamp"]
    assert api.ok("GET", f"{path}?skip=3&limit=1")[0]["skip"] == 3


def test_the_log_is_filtered(api: Api) -> None:
    lab, north = api.object_id("Lab"), api.object_id("North site")
    _change(api, f"/objects/{lab}", 5, 3)
    _change(api, f"/objects/{north}", 8)
    start = api.control("GET", "/clock")["now_ms"] - 60_000

    def found(query: str) -> list[Any]:
        return [(row["entityId"], row["stateId"]) for row in api.ok("GET", f"/state-history-log?{query}")]

    assert found(f"from={start}&entityId={lab}&entityId={north}") == [(north, 8), (lab, 3), (lab, 5)]
    assert found(f"from={start}&entityId={lab}&inverse=true") == [(lab, 5), (lab, 3)]
    assert found(f"from={start}&entityId={lab}&limit=0") == [(lab, 3)]
    assert found(f"from={start}&stateId[]=5&stateId[]=8&entityId={lab}") == [(lab, 5)]
    assert found(f"from={start}&to={start + 999_999}&entityName=lab&entityId={lab}") == [(lab, 3), (lab, 5)]
    assert found(f"from={start}&entityType=2") == []
    api.fails(400, "GET", "/state-history-log?classId=3")
    assert api.ok("GET", "/state-history-log", auth=api.user("blind", [])) == []
    api.settings(state_log_inverse="newest")
    assert found(f"from={start}&entityId={lab}&inverse=true") == [(lab, 3), (lab, 5)]


def test_repeated_records_collapse(api: Api) -> None:
    lab = api.object_id("Lab")
    path = f"/objects/{lab}"
    api.ok("PUT", f"{path}/manual-state", {"stateId": 9})
    rows = api.ok("GET", f"/state-history-log?entityId={lab}&downsample=true")
    assert [row["stateId"] for row in rows] == [9, 1]
