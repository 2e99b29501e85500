# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Incidents: lists, filters, actions, history, levels."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Api

HOUR = 3_600_000


def _raise(api: Api, name: str, level: Any = 1, **more: Any) -> str:
    made = api.ok("POST", "/incidents", {"entityId": api.object_id(name), "entityType": 1, "state": level, **more})
    return str(made["id"])


def _get(api: Api, incident: str) -> Any:
    return api.ok("GET", f"/incidents/{incident}")


def _texts(api: Api, **query: Any) -> list[Any]:
    answer = api.http.get(api.root + "/incidents", params=query, auth=("admin", "correct-horse-1"), timeout=10)
    assert answer.status_code == 200, answer.text
    return [row["text"] for row in answer.json()]


def test_a_created_incident_is_listed(api: Api) -> None:
    made = api.ok("POST", "/incidents", {"entityId": api.object_id("Lab"), "entityType": 1, "state": 4, "text": "late"})
    assert {name: made[name] for name in ("state", "lastState", "text", "type", "entityType", "count")} == {
        "state": 4,
        "lastState": 4,
        "text": "late",
        "type": 2,
        "entityType": 1,
        "count": 1,
    }
    assert made["timestamp"] == made["localTimestamp"]
    assert api.ok("GET", "/incidents") == [made] == [_get(api, made["id"])]
    assert api.ok("GET", "/incidents/count") == 1
    api.settings(incident_count="object")
    assert api.ok("GET", "/incidents/count") == {"count": 1}
    api.settings(incident_count="none", incident_create=False)
    api.fails(404, "GET", "/incidents/count")
    api.fails(405, "POST", "/incidents", {})


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (400, {"entityId": None}),
        (404, {"entityId": "none"}),
        (400, {"entityType": 7}),
        (400, {"state": 3}),
        (404, {"state": "x"}),
        (400, {"text": 5}),
    ],
)
def test_what_is_no_incident_is_refused(api: Api, status: int, change: dict[str, Any]) -> None:
    api.fails(status, "POST", "/incidents", {"entityId": api.object_id("Lab"), "state": 1, **change})


def test_incidents_of_unreachable_entities_do_not_exist(api: Api) -> None:
    incident = _raise(api, "Lab")
    blind = api.user("blind", [], [api.object_id("North site")])
    assert api.ok("GET", "/incidents", auth=blind) == []
    assert api.ok("GET", "/incidents/count", auth=blind) == 0
    api.ok("POST", "/incidents/clear", auth=blind)
    assert _get(api, incident)["state"] == 1
    api.fails(404, "GET", f"/incidents/{incident}", auth=blind)
    for action in ("acknowledge", "clear", "undo-clear", "clear-remove", "undo-remove", "unacknowledge", "comment", "props"):
        api.fails(404, "POST", f"/incidents/{incident}/{action}", {}, auth=blind)
    api.fails(404, "DELETE", f"/incidents/{incident}/props", auth=blind)


def test_acknowledging(api: Api) -> None:
    incident = _raise(api, "Lab")
    assert "acknowledgedBy" not in _get(api, incident)
    assert api.ok("POST", f"/incidents/{incident}/acknowledge") is None
    seen = _get(api, incident)
    assert (seen["acknowledgedBy"], seen["acknowledgementTimestamp"] > 0) == (api.ok("GET", "/users/current")["id"], True)
    assert api.ok("POST", f"/incidents/{incident}/unacknowledge") is None
    seen = _get(api, incident)
    assert (seen["acknowledgedBy"], seen["acknowledgementTimestamp"]) == (None, None)


def test_clearing_and_taking_it_back(api: Api) -> None:
    incident = _raise(api, "Lab", 4)
    path = f"/incidents/{incident}"
    assert api.ok("POST", f"{path}/clear") is None
    seen = _get(api, incident)
    assert (seen["state"], seen["lastState"], seen["clearTimestamp"] > 0, "due" in seen) == (3, 4, True, False)
    assert api.ok("POST", f"{path}/undo-clear") is None
    seen = _get(api, incident)
    assert (seen["state"], "clearTimestamp" in seen) == (4, False)
    assert api.ok("POST", f"{path}/clear-remove") is None
    assert _get(api, incident)["removed"]["userId"] == api.ok("GET", "/users/current")["id"]
    api.ok("POST", f"{path}/undo-clear")
    assert (_get(api, incident)["state"], "removed" in _get(api, incident)) == (4, True)
    api.ok("POST", f"{path}/clear")
    assert api.ok("POST", f"{path}/undo-remove") is None
    assert (_get(api, incident)["state"], "removed" in _get(api, incident)) == (3, False)


def test_cleared_incidents_move_to_the_history(api: Api) -> None:
    kept, removed = _raise(api, "Lab", text="kept"), _raise(api, "Lab", text="removed")
    open_one = _raise(api, "Lab", text="open")
    api.ok("POST", f"/incidents/{kept}/clear")
    api.ok("POST", f"/incidents/{removed}/clear-remove")
    api.control("POST", "/clock", {"advance_ms": HOUR - 60_000})
    assert _texts(api) == ["kept", "removed", "open"]
    assert api.ok("GET", "/incident-history") == []
    api.control("POST", "/clock", {"advance_ms": 120_000})
    assert _texts(api) == ["open"]
    assert [(row["id"], row["state"], "due" in row) for row in api.ok("GET", "/incident-history")] == [(kept, 3, False)]
    for action in ("undo-clear", "acknowledge", "clear"):
        api.fails(404, "POST", f"/incidents/{kept}/{action}")
    api.fails(404, "GET", f"/incidents/{kept}")
    api.settings(incident_by_id_in_history=True)
    assert _get(api, kept)["text"] == "kept"
    api.fails(404, "GET", f"/incidents/{removed}")
    api.ok("PATCH", "/configuration", {"server": {"incident_timeout": 1000}})
    api.ok("POST", f"/incidents/{open_one}/clear")
    api.control("POST", "/clock", {"advance_ms": 2000})
    assert [row["text"] for row in api.ok("GET", "/incident-history?inverse=true")] == ["open", "kept"]
    assert [row["text"] for row in api.ok("GET", "/incident-history?limit=1&skip=1")] == ["open"]
    at = api.ok("GET", "/incident-history")[0]["clearTimestamp"]
    assert [row["text"] for row in api.ok("GET", f"/incident-history?from={at}&to={at + 60_000}")] == ["kept"]


@pytest.mark.parametrize(("body", "kind"), [("Фильтр заменён", "text/plain"), ('{"comment":"Фильтр заменён"}', "application/json")])
def test_comments_are_plain_text(api: Api, body: str, kind: str) -> None:
    incident = _raise(api, "Lab")
    path = f"/incidents/{incident}/comment"
    for count in (1, 2):
        answer = api.call("POST", path, data=body.encode(), headers={"Content-Type": kind})
        assert (answer.status_code, answer.content) == (200, b"")
        seen = _get(api, incident)
        assert (seen["comment"], seen["commentsCount"]) == ("Фильтр заменён", count)
        assert seen["commentedBy"] == api.ok("GET", "/users/current")["id"]
    assert api.call("POST", path, data=b" ", headers={"Content-Type": kind}).status_code == 400


def test_properties(api: Api) -> None:
    incident = _raise(api, "Lab")
    path = f"/incidents/{incident}/props"
    assert api.ok("POST", path, {"ticket": "A-1", "n": {"x": [1]}})["properties"] == [["ticket", "A-1"], ["n", {"x": [1]}]]
    assert api.ok("POST", path, {"ticket": "A-2", "late": True})["properties"][0] == ["ticket", "A-2"]
    api.settings(incident_properties="records")
    assert _get(api, incident)["properties"][0] == {"key": "ticket", "value": "A-2"}
    api.settings(incident_properties="object")
    assert api.ok("DELETE", path, ["n", "unknown"])["properties"] == {"ticket": "A-2", "late": True}
    answer = api.call("DELETE", path, {"ticket": "A-2"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert _get(api, incident)["properties"] == {"ticket": "A-2", "late": True}
    assert api.ok("DELETE", path)["properties"] == {}
    api.fails(400, "POST", path, ["x"])


def _filter_scene(api: Api) -> dict[str, str]:
    made = {"lab": _raise(api, "Lab", 1, text="fan failed"), "web": _raise(api, "north-web-1", 4, text="disk full")}
    made["db"] = _raise(api, "north-db-1", 2, text="slow queries")
    return made


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (["severity", ["1"]], ["fan failed"]),
        (["severity", [1, 4]], ["fan failed", "disk full"]),
        (["text", {"value": "f", "op": "_ct"}], ["fan failed", "disk full"]),
        (["text", {"value": "f", "op": "_nct"}], ["slow queries"]),
        (["text", {"value": "^d.*l$", "op": "_m"}], ["disk full"]),
        (["text", {"value": "disk full", "op": "_eq"}], ["disk full"]),
        (["text", {"value": "disk full", "op": "_neq"}], ["fan failed", "slow queries"]),
        (["classId", "3"], ["disk full", "slow queries"]),
        (["classId", 24], ["fan failed"]),
        (["stateId", [4, 1]], ["fan failed", "slow queries"]),
        (["property", {"property": "IP", "value": "192.0.2.11", "op": "_eq"}], ["disk full"]),
        (["timestamp", {"from": 1, "to": 2}], []),
        (["localTimestamp", {"from": 1}], ["fan failed", "disk full", "slow queries"]),
        (["clearTimestamp", {"from": 1}], []),
        (["acknowledgedBy", "nobody"], []),
        (["comment", {"value": "x", "op": "_ct"}], []),
        (["$or", [["severity", ["1"]], ["text", {"value": "slow", "op": "_ct"}]]], ["fan failed", "slow queries"]),
        (["$and", [["severity", ["1", "4"]], ["classId", 3]]], ["disk full"]),
        (["$and", [["$or", [["severity", [1]], ["severity", [4]]]], ["text", {"value": "fan", "op": "_ct"}]]], ["fan failed"]),
    ],
)
def test_filters(api: Api, condition: list[Any], expected: list[str]) -> None:
    made = _filter_scene(api)
    for wanted in ([condition], condition):
        assert _texts(api, filter=json.dumps(wanted)) == expected
    api.settings(incident_filter_ignored=True)
    assert len(_texts(api, filter=json.dumps([condition]))) == len(made)


@pytest.mark.parametrize(
    "wanted",
    [
        "x",
        "5",
        '{"a":1}',
        '[["severity"]]',
        '[["nothing",1]]',
        '[["text",{"op":"_xx","value":1}]]',
        '[["text",{"op":"_m","value":"("}]]',
        '[["timestamp",5]]',
        '[["timestamp",{"from":"x"}]]',
        '[["$and",5]]',
        "[5]",
        '[["severity",[null]]]',
    ],
)
def test_wrong_filters_are_refused(api: Api, wanted: str) -> None:
    _raise(api, "Lab")
    api.fails(400, "GET", "/incidents", params={"filter": wanted})


def test_filters_by_entity_user_and_parent(api: Api) -> None:
    made = _filter_scene(api)
    api.ok("POST", f"/incidents/{made['web']}/acknowledge")
    me = api.ok("GET", "/users/current")["id"]
    assert _texts(api, filter=json.dumps([["acknowledgedBy", me]])) == ["disk full"]
    assert _texts(api, filter=json.dumps([["entity", f"objects-{api.object_id('Lab')}"]])) == ["fan failed"]
    assert _texts(api, parentFilter=api.object_id("North site")) == ["disk full", "slow queries"]
    assert _texts(api, parentFilter=api.object_id("Lab")) == ["fan failed"]


def test_lists_are_sorted_and_cut(api: Api) -> None:
    _filter_scene(api)
    assert _texts(api, sortField="text") == ["disk full", "fan failed", "slow queries"]
    assert _texts(api, sortField="text", sortDirection="desc", limit=2) == ["slow queries", "fan failed"]
    assert _texts(api, limit=1, skip=1) == ["disk full"]
    assert [row["text"] for row in api.ok("GET", "/incidents?limit=1", {"limit": 2, "skip": 1})] == ["disk full"]
    api.settings(incident_limit_with_skip=False, incident_body_options=False)
    api.fails(400, "GET", "/incidents?limit=1&skip=1")
    assert len(api.ok("GET", "/incidents?limit=2", {"skip": 1})) == 2


def test_the_owner_comes_on_request(api: Api) -> None:
    _raise(api, "north-web-1")
    assert "owner" not in api.ok("GET", "/incidents")[0]
    owner = api.ok("GET", "/incidents?owner=true")[0]["owner"]
    assert (owner["name"], owner["class_id"], owner["_id"]) == ("north-web-1", 3, api.object_id("north-web-1"))
    assert [path["path"][-1] for path in owner["_parents"]] == [1, 1]
    assert [path["path"][0] for path in owner["_parents"]] == [owner["_id"]] * 2


def test_clearing_many(api: Api) -> None:
    made = _filter_scene(api)
    assert api.ok("POST", "/incidents/clear", {"search": {"filter": ["classId", "24"]}}) is None
    assert {name: _get(api, incident)["state"] for name, incident in made.items()} == {"lab": 3, "web": 4, "db": 2}
    assert api.ok("POST", "/incidents/clear", {"search": {"filter": [["severity", [4]]]}}) is None
    assert _get(api, made["db"])["state"] == 2
    assert api.ok("POST", "/incidents/clear") is None
    assert {_get(api, incident)["state"] for incident in made.values()} == {3}
    api.fails(400, "POST", "/incidents/clear", {"search": {"filter": [["nothing", 1]]}})


def test_incidents_go_with_their_entity(api: Api) -> None:
    made = api.ok("POST", "/objects", {"name": "x"})
    api.ok("POST", "/incidents", {"entityId": made["id"], "state": 1})
    api.ok("DELETE", f"/objects/{made['id']}")
    assert api.ok("GET", "/incidents") == []


def test_levels(api: Api) -> None:
    built_in = api.ok("GET", "/incident-levels")
    assert [(level["id"], level["name"], "priority" in level) for level in built_in] == [
        (1, "Alarm", True),
        (2, "Warning", True),
        (3, "Cleared", False),
        (4, "Major", True),
    ]
    body = {"name": "Notice", "priority": 7, "ui": {"colors": {"main": "#00ff00"}}}
    made = api.ok("POST", "/incident-levels", body)
    assert made == {"id": made["id"], "name": "Notice", "priority": 0, "ui": {"colors": {"main": "#00ff00"}}}
    path = f"/incident-levels/{made['id']}"
    assert api.ok("PATCH", path, {"priority": 10})["priority"] == 10
    assert api.ok("PATCH", f"{path}?recalcPriority=1", {"name": "Note"}) == {**made, "name": "Note", "priority": 3}
    assert [level.get("priority") for level in api.ok("GET", "/incident-levels")] == [2, 0, None, 1, 3]
    api.settings(level_priority_on_create=True)
    assert api.ok("POST", "/incident-levels", body)["priority"] == 7
    for level in (1, 2, 3, 4):
        api.fails(409, "DELETE", f"/incident-levels/{level}")
    api.fails(400, "PATCH", "/incident-levels/3", {"priority": 1})
    api.fails(400, "POST", "/incident-levels", {})
    incident = _raise(api, "Lab", made["id"])
    api.fails(409, "DELETE", path)
    api.ok("POST", f"/incidents/{incident}/clear-remove")
    api.control("POST", "/clock", {"advance_ms": HOUR + 1})
    assert api.ok("DELETE", path) is None
    api.fails(404, "PATCH", path, {"name": "x"})


def test_levels_need_a_right(api: Api) -> None:
    reader = api.user("reader", [], [1])
    assert len(api.ok("GET", "/incident-levels", auth=reader)) == 4
    for verb, path in (("POST", "/incident-levels"), ("PATCH", "/incident-levels/1"), ("DELETE", "/incident-levels/1")):
        api.fails(403, verb, path, {"name": "x"}, auth=reader)
