# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States, manual states, conditions and triggers."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api


def test_set_state(api: Api) -> None:
    host = api.object_id("north-web-1")
    before = api.ok("GET", f"/objects/{host}")
    changed = api.ok("PUT", f"/objects/{host}/state", {"state_id": "5"})
    assert changed["state_id"] == 5
    assert changed["last_state_update"] > before["last_state_update"]
    api.fails(404, "PUT", f"/objects/{host}/state", {"state_id": 2})
    api.fails(400, "PUT", f"/objects/{host}/state", {})
    assert api.ok("PUT", f"/entities/{host}/state", {"state_id": 3})["state_id"] == 3


def test_manual_state_until(api: Api) -> None:
    host = api.object_id("north-web-1")
    now = api.control("GET", "/clock")["now_ms"]
    body = {"stateId": "9", "reason": "works", "until": now + 60_000, "clearedByState": [8]}
    manual = api.ok("PUT", f"/objects/{host}/manual-state", body)
    assert manual["state_id"] == 9
    by = api.ok("GET", "/users/current")["id"]
    assert manual["manual_state"] == {"stateId": 9, "reason": "works", "until": now + 60_000, "clearedByStateId": [8], "by": by}
    assert api.ok("PUT", f"/objects/{host}/state", {"state_id": 4})["state_id"] == 9
    api.control("POST", "/clock", {"advance_ms": 60_001})
    after = api.ok("GET", f"/objects/{host}")
    assert (after["state_id"], after["manual_state"]) == (4, None)


def test_manual_state_since(api: Api) -> None:
    host = api.object_id("north-web-1")
    now = api.control("GET", "/clock")["now_ms"]
    assert api.ok("PUT", f"/entities/{host}/manual-state", {"stateId": 9, "since": now + 1000, "until": now + 9000})["state_id"] == 3
    api.control("POST", "/clock", {"now_ms": now + 2000})
    assert api.ok("GET", f"/objects/{host}")["state_id"] == 9
    api.control("POST", "/clock", {"now_ms": now + 10_000})
    assert api.ok("GET", f"/objects/{host}")["state_id"] == 3
    api.ok("PUT", f"/objects/{host}/manual-state", {"stateId": 9, "since": now + 20_000})
    assert api.ok("PUT", f"/objects/{host}/state", {"state_id": 4})["state_id"] == 4
    assert api.ok("PUT", f"/objects/{host}/manual-state", {"clear": True})["state_id"] == 4


def test_manual_state_ends_by_clear_and_by_state(api: Api) -> None:
    host = api.object_id("north-web-1")
    path = f"/objects/{host}/manual-state"
    api.ok("PUT", path, {"stateId": 9, "clearedByStateId": 8})
    ended = api.ok("PUT", f"/objects/{host}/state", {"state_id": 8})
    assert (ended["state_id"], ended["manual_state"]) == (8, None)
    api.ok("PUT", path, {"stateId": 9, "by": 9_999_999_999_999})
    cleared = api.ok("PUT", path, {"clear": True})
    assert (cleared["state_id"], cleared["manual_state"]) == (8, None)
    assert api.ok("PUT", path, {"clear": True})["manual_state"] is None
    api.fails(400, "PUT", path, {"reason": "no state"})


@pytest.mark.parametrize("part", ["state-conditions", "state-triggers", "incident-conditions"])
@pytest.mark.parametrize("owner", ["objects", "links", "classes"])
def test_lists_that_were_never_set(api: Api, part: str, owner: str) -> None:
    api.settings(conditional_incidents_enabled=True)
    owner_id = {"objects": api.object_id("Lab"), "links": api.ok("GET", "/links")[0]["id"], "classes": 3}[owner]
    path = f"/{owner}/{owner_id}/{part}"
    error = api.fails(404, "GET", path)
    kind = "".join(word.title() for word in part.split("-"))
    name = {"objects": "Object", "links": "Link", "classes": "Class"}[owner]
    assert error == {"code": "ResourceNotFound", "message": f"Entity not found: {kind}({owner_id}, {name}({owner_id}))"}
    given = [{"condition": {"a": {"_gt": "1"}}, "state": 3}]
    answer = api.ok("PUT", path, given)
    stored = api.ok("GET", path)
    assert [{name: item[name] for name in given[0]} for item in stored] == given
    assert answer == (stored if part == "incident-conditions" and owner != "objects" else None)
    api.ok("PUT", path, [])
    assert api.ok("GET", path) == []
    api.fails(400, "PUT", path, {})
    if part != "state-triggers" and owner != "classes":
        assert api.ok("DELETE", path) is None
        api.fails(404, "GET", path)


def test_conditions_exist(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}/state-conditions"
    assert api.ok("GET", path + "/exists") is False
    api.ok("PUT", path, [{"condition": {}, "state": 3}])
    assert api.ok("GET", path + "/exists") is True


def test_incident_conditions_are_off_by_default(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}/incident-conditions"
    assert api.fails(409, "PUT", path, [])["code"] == "Conflict"


def test_conditions_vanish_with_their_owner(api: Api) -> None:
    made = api.ok("POST", "/objects", {"name": "x"})
    api.ok("PUT", f"/objects/{made['id']}/state-conditions", [])
    api.ok("DELETE", f"/objects/{made['id']}")
    api.fails(404, "GET", f"/objects/{made['id']}/state-conditions")


def test_a_state_leaves_updated_alone(api: Api) -> None:
    """States come with data; only what a user changes moves the time of the last change."""
    path = f"/objects/{api.object_id('Lab')}"
    before = api.ok("GET", path)
    api.control("POST", "/clock", {"advance_ms": 60_000})
    after = api.ok("PUT", f"{path}/state", {"state_id": 5})
    assert (after["state_id"], after["updated"]) == (5, before["updated"])
    assert after["last_state_update"] > before["last_state_update"]
    until = api.control("GET", "/clock")["now_ms"] + 60_000
    manual = api.ok("PUT", f"{path}/manual-state", {"stateId": 9, "until": until})
    assert manual["updated"] > before["updated"]
    api.control("POST", "/clock", {"advance_ms": 120_000})
    ended = api.ok("GET", path)
    assert (ended["state_id"], ended["manual_state"], ended["updated"]) == (5, None, manual["updated"])


LEAF = {"cpu": {"_gt": 8}}
STRICT: list[tuple[str, Any, bool]] = [
    ("state-conditions", {"condition": {"_and": [LEAF, {"_field": {"name": "a", "value": {"_m": "x"}}}]}, "state": "3"}, True),
    ("state-conditions", {"condition": {}, "state": 3, "description": ""}, True),
    ("state-conditions", {"condition": {"_period": 5}, "state": 3}, True),
    ("state-conditions", {"condition": LEAF, "state": 77}, False),
    ("state-conditions", {"condition": LEAF}, False),
    ("state-conditions", {"condition": "cpu > 8", "state": 3}, False),
    ("state-conditions", {"condition": {"cpu": {"gt": 8}}, "state": 3}, False),
    ("state-conditions", {"condition": {"_or": [{"cpu": 8}]}, "state": 3}, False),
    ("state-conditions", {"condition": {"_xor": []}, "state": 3}, False),
    ("state-conditions", 5, False),
    ("incident-conditions", {"condition": LEAF, "clearCondition": LEAF, "state": 4}, True),
    ("incident-conditions", {"condition": LEAF, "clearCondition": {"cpu": {"_x": 1}}, "state": 4}, False),
    ("incident-conditions", {"condition": LEAF, "state": 8}, False),
    ("state-triggers", {"type": "sms", "payload": {"phone": "1"}, "states": ["3", 8]}, True),
    ("state-triggers", {"type": "sms", "payload": {"phone": "1"}, "states": [2]}, False),
    ("state-triggers", {"type": "sms", "payload": {}, "states": [[]]}, False),
    ("state-triggers", {"type": "sms", "states": []}, False),
    ("stat-rules", {"conditions": [{"_field": {"name": "a", "value": {"_gt": "1"}}}], "actions": []}, True),
    ("stat-rules", {"conditions": [LEAF], "actions": []}, False),
]


@pytest.mark.parametrize(("part", "item", "fine"), STRICT)
def test_a_strict_server_refuses_what_it_cannot_understand(api: Api, part: str, item: Any, fine: bool) -> None:
    api.settings(conditional_incidents_enabled=True, condition_checks=True)
    path = f"/objects/{api.object_id('Lab')}/{part}"
    if fine:
        api.ok("PUT", path, [item])
    else:
        api.fails(400, "PUT", path, [item])
        api.fails(404, "GET", path)


def test_conditions_may_be_shown_in_another_form(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}/state-conditions"
    api.ok("PUT", path, [{"condition": {"_and": [LEAF, {"_exists": True}]}, "state": 3}])
    api.settings(condition_form="field")
    field = {"_field": {"name": "cpu", "value": {"_gt": "8"}}}
    assert api.ok("GET", path) == [{"id": "0", "condition": {"_and": [field, {"_exists": True}]}, "state": 3}]


def test_never_set_may_be_told_with_status_200(api: Api) -> None:
    api.settings(never_set_status=200)
    answer = api.ok("GET", f"/objects/{api.object_id('Lab')}/state-triggers")
    assert answer["code"] == "ResourceNotFound"


def test_an_empty_list_may_drop_the_own_one(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}/state-conditions"
    for drops in (False, True):
        api.settings(empty_list_drops=drops)
        api.ok("PUT", path, [])
        assert api.ok("GET", path + "/exists") is not drops


def test_an_old_server_does_not_tell_whether_there_are_own_conditions(api: Api) -> None:
    api.settings(condition_exists_call=False)
    path = f"/objects/{api.object_id('Lab')}/state-conditions/exists"
    assert api.fails(404, "GET", path) == {"code": "ResourceNotFound", "message": f"/api{path} does not exist"}


def test_incident_levels(api: Api) -> None:
    assert {row["id"]: row["name"] for row in api.ok("GET", "/incident-levels")} == {1: "Alarm", 2: "Warning", 3: "Cleared", 4: "Major"}
