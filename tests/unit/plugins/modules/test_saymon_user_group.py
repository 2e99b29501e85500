# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_user_group."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_user_group"
OPERATORS = {
    "id": "64b1f0c2a9d3e45f6a7b8d01",
    "name": "Operators",
    "permissions": ["execute-operations", "manage-objects"],
    "objectPermissions": {"include": [1], "exclude": []},
}
ENGINEERS = {"id": "64b1f0c2a9d3e45f6a7b8d02", "name": "Engineers"}
ANN = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ann", "group": [OPERATORS["id"], ENGINEERS["id"]]}
BOB = {"id": "64b1f0c2a9d3e45f6a7b8c02", "login": "bob", "group": []}
EVE = {"id": "64b1f0c2a9d3e45f6a7b8c03", "login": "eve"}
LIST, LIST_USERS = ("GET", "/user-groups", 200, [OPERATORS, ENGINEERS]), ("GET", "/users", 200, [ANN, BOB, EVE])
OBJECTS: list[dict[str, Any]] = [{"id": 1, "name": "ROOT"}, {"id": "s1", "name": "Site", "parent_id": [1]}]
FIND_ROOT, FIND_SITE = search("name", "ROOT", among=OBJECTS), search("name", "ROOT", "ROOT/Site", "Site", among=OBJECTS)
PATH = f"/user-groups/{OPERATORS['id']}"


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    args = {
        "name": "Operators",
        "permissions": ["manage-objects", "execute-operations"],
        "object_include": [1],
        "object_exclude": [],
        "event_filter": [],
    }
    script(search("id", 1, "1", among=OBJECTS), LIST)
    result = run_module(NAME, args, check=check)
    assert result == {"changed": False, "diff": [], "user_group": OPERATORS, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_no_change_of_members(script: Script, check: bool) -> None:
    script(LIST_USERS, LIST)
    groups = [{"name": "Operators", "members": [ANN["id"]]}, {"name": "Engineers", "members": ["ann", "ANN"]}]
    result = run_module(NAME, {"user_groups": groups}, check=check)
    assert (result["changed"], result["diff"], result["summary"]["unchanged"]) == (False, [], 2)


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    body = {"permissions": ["run-bulks"], "objectPermissions": {"include": ["s1"], "exclude": []}}
    script(FIND_SITE, LIST)
    if not check:
        script(("PATCH", PATH, 200, {**OPERATORS, **body}, body))
    result = run_module(
        NAME, {"name": "Operators", "permissions": ["run-bulks"], "object_include": ["/ROOT/Site"]}, check=check
    )
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "user_group": {**OPERATORS, **body},
        "diff": [
            {
                "before_header": "user group Operators",
                "after_header": "user group Operators",
                "before": {"object_include": ["ROOT"], "permissions": ["execute-operations", "manage-objects"]},
                "after": {"object_include": ["Site"], "permissions": ["run-bulks"]},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("append", "members"), [(True, ["ann", "bob"]), (False, ["bob"])])
def test_members(script: Script, check: bool, append: bool, members: list[str]) -> None:
    script(LIST_USERS, LIST)
    if not check:
        if not append:
            script(("PATCH", f"/users/{ANN['id']}", 200, None, {"group": [ENGINEERS["id"]]}))
        script(("PATCH", f"/users/{BOB['id']}", 200, None, {"group": [OPERATORS["id"]]}))
    result = run_module(NAME, {"name": "Operators", "members": ["bob"], "append_members": append}, check=check)
    assert (result["changed"], result["action"]) == (True, "updated")
    assert result["diff"][0]["before"] == {"members": ["ann"]}
    assert result["diff"][0]["after"] == {"members": members}
    shown = [{"id": one["id"], "login": one["login"]} for one in (ANN, BOB) if one["login"] in members]
    assert result["user_group"]["members"] == shown


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    script(LIST_USERS, LIST)
    if not check:
        script(
            ("POST", "/user-groups", 200, {"id": "new1", "name": "Guests", "permissions": []}, {"name": "Guests"}),
            LIST,  # did another run create the same one?
            ("PATCH", f"/users/{ANN['id']}", 200, None, {"group": [OPERATORS["id"], ENGINEERS["id"], "new1"]}),
            ("PATCH", f"/users/{EVE['id']}", 200, None, {"group": ["new1"]}),
        )
    result = run_module(NAME, {"name": "Guests", "members": ["eve", "ann"], "permissions": []}, check=check)
    assert (result["changed"], result["action"]) == (True, "created")
    assert result["diff"] == [
        {
            "before_header": "user group Guests",
            "after_header": "user group Guests",
            "before": {"state": "absent"},
            "after": {"state": "present", "name": "Guests", "members": ["ann", "eve"]},
        }
    ]


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(LIST, LIST_USERS)
    if not check:
        script(
            ("PATCH", PATH, 200, {}, {"permissions": ["execute-operations", "manage-objects", "run-bulks"]}),
            ("DELETE", f"/user-groups/{ENGINEERS['id']}", 200),
            ("POST", "/user-groups", 200, {"id": "new1", "name": "Guests"}, {"name": "Guests"}),
            LIST,
            ("PATCH", f"/users/{BOB['id']}", 200, None, {"group": ["new1"]}),
            ("GET", "/users", 200, [{**ANN, "group": [OPERATORS["id"]]}, BOB, EVE]),
        )
    groups = [
        {"name": "Operators", "permissions": ["run-bulks"], "append_permissions": True},
        {"name": "Engineers", "state": "absent"},
        {"name": "Guests", "members": ["bob"]},
    ]
    result = run_module(NAME, {"user_groups": groups}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "deleted", "created"]
    assert [outcome["id"] for outcome in result["outcomes"]] == [
        OPERATORS["id"],
        ENGINEERS["id"],
        None if check else "new1",
    ]
    assert result["dangling_members"] == (["ann"] if check else [])


def test_one_user_in_several_groups_of_a_list() -> None:
    """Each write of a user must keep what the former one gave it."""
    server = FakeServer(users=[ANN, BOB, EVE], user_groups=[OPERATORS, ENGINEERS])
    groups = [{"name": name, "members": ["bob", "eve"]} for name in ("Operators", "Engineers", "Guests")]
    assert run_on(server, NAME, {"user_groups": groups})["summary"]["updated"] == 2
    guests = server.one("/user-groups", name="Guests")["id"]
    for login in ("bob", "eve"):
        assert sorted(server.one("/users", login=login)["group"]) == sorted([OPERATORS["id"], ENGINEERS["id"], guests])
    assert server.one("/users", login="ann")["group"] == []
    assert run_on(server, NAME, {"user_groups": groups})["changed"] is False


# --- deletion -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left", "dangling"), [(ANN, ["ann"]), ({**ANN, "group": [ENGINEERS["id"]]}, [])])
def test_delete_tells_who_is_left_behind(script: Script, left: dict[str, Any], dangling: list[str]) -> None:
    script(LIST, LIST_USERS, ("DELETE", PATH, 200), ("GET", "/users", 200, [left, BOB]))
    result = run_module(NAME, {"name": "Operators", "state": "absent"})
    assert (result["action"], result["dangling_members"], result["user_group"]) == ("deleted", dangling, {})


def test_delete_in_check_mode(script: Script) -> None:
    script(LIST, LIST_USERS)
    result = run_module(NAME, {"name": "Operators", "state": "absent"}, check=True)
    assert (result["changed"], result["dangling_members"]) == (True, ["ann"])


def test_delete_of_an_empty_group(script: Script) -> None:
    script(
        ("GET", "/user-groups", 200, [{"id": "g9", "name": "Empty"}]), LIST_USERS, ("DELETE", "/user-groups/g9", 200)
    )
    assert "dangling_members" not in run_module(NAME, {"name": "Empty", "state": "absent"})


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST, LIST_USERS)
    result = run_module(
        NAME, {"name": "Gone", "members": ["nobody"], "object_include": ["/nowhere"], "state": "absent"}, check=check
    )
    assert (result["changed"], result["action"]) == (False, "unchanged")


def test_dangling_ids_do_not_disturb(script: Script) -> None:
    """A user may carry the id of a group that is gone; it stays, because nobody asked to remove it."""
    user = {**BOB, "group": ["gone"]}
    script(
        ("GET", "/users", 200, [user]),
        LIST,
        ("PATCH", f"/users/{BOB['id']}", 200, None, {"group": [OPERATORS["id"], "gone"]}),
    )
    assert run_module(NAME, {"name": "Operators", "members": ["bob"]})["changed"] is True


# --- the rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_rename(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**OPERATORS, "name": "Shift"}, {"name": "Shift"}))
    result = run_module(NAME, {"id": OPERATORS["id"], "name": "Shift"}, check=check)
    assert (result["action"], result["user_group"]["name"]) == ("updated", "Shift")


def test_unknown_member(script: Script) -> None:
    script(LIST_USERS)
    result = run_module(NAME, {"name": "Operators", "members": ["ann", "zoe"]})
    assert result["msg"] == "members: there is no user 'zoe': check the spelling, or create it first."


OLD_USERS = [{**ANN, "group": OPERATORS["id"]}, {**BOB, "group": None}, {**EVE, "group": ENGINEERS["id"]}]


@pytest.mark.parametrize("check", [False, True])
def test_old_server_without_change(script: Script, check: bool) -> None:
    script(("GET", "/users", 200, OLD_USERS), LIST)
    assert run_module(NAME, {"name": "Operators", "members": ["ann"]}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_old_server(script: Script, check: bool) -> None:
    script(("GET", "/users", 200, OLD_USERS), LIST)
    if not check:
        script(
            ("PATCH", f"/users/{ANN['id']}", 200, None, {"group": None}),
            ("PATCH", f"/users/{BOB['id']}", 200, None, {"group": OPERATORS["id"]}),
        )
    assert run_module(NAME, {"name": "Operators", "members": ["bob"]}, check=check)["changed"] is True


@pytest.mark.parametrize("check", [False, True])
def test_old_server_knows_one_group_a_user(script: Script, check: bool) -> None:
    script(LIST, ("GET", "/users", 200, OLD_USERS))
    groups = [{"name": "Fresh"}, {"name": "Operators", "members": ["ann", "eve"]}]
    result = run_module(NAME, {"user_groups": groups}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "user_groups[1] (Operators): members: 'eve' is in another group" in result["msg"]


def test_old_server_and_a_member_that_an_earlier_task_makes(script: Script) -> None:
    script(("GET", "/users", 200, OLD_USERS), LIST)
    result = run_module(NAME, {"name": "Operators", "members": ["bob", "zoe"]}, check=True)
    assert result["diff"][0]["after"] == {"members": ["bob", "zoe"]}
    assert result["user_group"]["members"] == [{"id": BOB["id"], "login": "bob"}, {"id": None, "login": "zoe"}]
    assert len(result["warnings"]) == 1


def test_old_server_in_one_list() -> None:
    """Two groups of one list that want the same user do not fit either, and nothing may be written to find that out."""
    server = FakeServer(
        users=[{**BOB, "group": None}, {**ANN, "group": OPERATORS["id"]}], user_groups=[OPERATORS, ENGINEERS]
    )
    groups = [{"name": name, "members": ["bob"], "append_members": True} for name in ("Operators", "Engineers")]
    result = run_on(server, NAME, {"user_groups": groups})
    assert (result["failed"], server.writes) == (True, [])
    removed = [{"name": "Operators", "members": []}, {"name": "Engineers", "members": ["bob"]}]
    assert run_on(server, NAME, {"user_groups": removed})["changed"] is True
    assert {user["login"]: user["group"] for user in server.data["/users"]} == {"bob": ENGINEERS["id"], "ann": None}
    assert run_on(server, NAME, {"user_groups": removed})["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_many_groups_cost_three_requests(script: Script, check: bool) -> None:
    groups = [
        {"id": f"g{number}", "name": f"group {number}", "objectPermissions": {"include": [1], "exclude": []}}
        for number in range(50)
    ]
    users = [{"id": f"u{number}", "login": f"user{number}", "group": [f"g{number % 50}"]} for number in range(500)]
    wanted = [
        {
            "name": f"group {number}",
            "members": [f"user{one}" for one in range(number, 500, 50)],
            "object_include": ["/ROOT"],
        }
        for number in range(50)
    ]
    script(FIND_ROOT, ("GET", "/users", 200, users), ("GET", "/user-groups", 200, groups))
    result = run_module(NAME, {"user_groups": wanted}, check=check)
    assert (result["changed"], result["summary"]["unchanged"]) == (False, 50)
