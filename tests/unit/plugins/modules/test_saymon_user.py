# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_user."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, Script, run_module, search

NAME = "saymon_user"
OPERATORS: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8d01", "name": "Operators"}
ENGINEERS: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8d02", "name": "Engineers"}
GROUPS = [OPERATORS, ENGINEERS]
ANN: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8c01",
    "login": "ann",
    "displayName": "Ann",
    "email": "ann@example.org",
    "group": [OPERATORS["id"], ENGINEERS["id"]],
    "permissions": ["manage-objects", "run-bulks"],
    "objectPermissions": {"include": [1], "exclude": []},
    "status": 2,
    "contacts": [],
}
CI: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8c02", "login": "ci", "status": 2}
OLD: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8c03", "login": "old", "group": OPERATORS["id"], "status": "2"}
NOBODY: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8c04",
    "login": "nobody",
    "group": None,
    "status": 3,
    "email": None,
}
OBJECTS: list[dict[str, Any]] = [
    {"id": 1, "name": "ROOT", "parent_id": []},
    {"id": "64b1f0c2a9d3e45f6a7b8e00", "name": "Site", "parent_id": [1]},
]
LIST, LIST_GROUPS = ("GET", "/users", 200, [ANN, CI]), ("GET", "/user-groups", 200, GROUPS)
FIND_ROOT, FIND_SITE = search("name", "ROOT", among=OBJECTS), search("name", "ROOT", "Site", among=OBJECTS)
MASKED = ("GET", "/users", 200, [{"id": ANN["id"], "login": "Ann"}, {"id": CI["id"], "login": "Robot"}])
ANNS = f"/users/{ANN['id']}"
SAME: dict[str, Any] = {
    "login": "ann",
    "email": "ann@example.org",
    "groups": ["Engineers", OPERATORS["id"]],
    "permissions": ["run-bulks", "manage-objects"],
    "object_include": ["/ROOT"],
    "object_exclude": [],
    "status": "active",
    "contacts": [],
    "language": "",
    "active_to": "",
    "favorites": [],
}


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(LIST_GROUPS, FIND_ROOT, LIST)
    assert run_module(NAME, SAME, check=check) == {
        "changed": False,
        "diff": [],
        "user": ANN,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    body = {"email": "new@example.org", "group": [OPERATORS["id"]], "activeTo": 1924970400000}
    script(LIST_GROUPS, LIST)
    if not check:
        script(("PATCH", ANNS, 200, {**ANN, **body, "updated": 5}, body))
    args = {
        "login": "ann",
        "email": "new@example.org",
        "groups": ["Operators"],
        "active_to": "2030-12-31T18:00:00Z",
        "display_name": "Ann",
    }
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "user": {**ANN, **body, **({} if check else {"updated": 5})},
        "diff": [
            {
                "before_header": "user ann",
                "after_header": "user ann",
                "before": {"active_to": None, "email": "ann@example.org", "groups": ["Engineers", "Operators"]},
                "after": {
                    "active_to": "2030-12-31T18:00:00+00:00",
                    "email": "new@example.org",
                    "groups": ["Operators"],
                },
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    args = {
        "login": "eve",
        "password": "pass-phrase-2",
        "groups": ["Operators"],
        "object_include": ["Site", "/ROOT"],
        "object_exclude": [],
        "contacts": ["+49 123", "eve@example.org"],
        "status": "active",
        "favorites": [{"name": "home"}],
    }
    body = {
        "login": "eve",
        "group": [OPERATORS["id"]],
        "objectPermissions": {"include": [1, OBJECTS[1]["id"]]},
        "contacts": ["+49 123", "eve@example.org"],
        "status": 2,
        "favorites": [{"name": "home"}],
    }
    script(LIST_GROUPS, FIND_SITE, LIST)
    if not check:
        script(
            ("POST", "/users", 201, {"id": "new1", **body, "displayName": "e**"}, {**body, "password": "pass-phrase-2"})
        )
    result = run_module(NAME, args, check=check)
    assert (result["changed"], result["action"]) == (True, "created")
    assert result["diff"][0]["before"] == {"state": "absent"}
    assert result["diff"][0]["after"] == {
        "state": "present",
        "login": "eve",
        "password": MASK,
        "groups": ["Operators"],
        "object_include": ["ROOT", "Site"],
        "contacts": ["+49 123", "eve@example.org"],
        "status": "active",
        "favorites": [{"name": "home"}],
    }
    assert result["user"].get("id") == (None if check else "new1")
    assert "pass-phrase-2" not in str(result)


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST, ("GET", "/users/current", 200, CI))
    if not check:
        script(("DELETE", ANNS, 204))
    result = run_module(NAME, {"login": "ann", "state": "absent"}, check=check)
    assert result == {
        "changed": True,
        "action": "deleted",
        "recovered": False,
        "user": {},
        "diff": [
            {
                "before_header": "user ann",
                "after_header": "user ann",
                "before": {"state": "present"},
                "after": {"state": "absent"},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "who", [{"login": "gone"}, {"id": "gone"}, {"login": "gone", "groups": ["nowhere"], "password": "x"}]
)
def test_absent_already(script: Script, check: bool, who: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, {**who, "state": "absent"}, check=check)
    assert result == {"changed": False, "diff": [], "user": {}, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(("GET", "/users", 200, [ANN, CI, NOBODY]), LIST_GROUPS, ("GET", "/users/current", 200, CI))
    if not check:
        script(
            ("PATCH", ANNS, 200, None, {"permissions": ["execute-operations", "manage-objects", "run-bulks"]}),
            ("POST", "/users", 200, {"id": "new1", "login": "eve"}, {"login": "eve", "group": [ENGINEERS["id"]]}),
            ("DELETE", f"/users/{NOBODY['id']}", 200),
        )
    users = [
        {"login": "ann", "permissions": ["execute-operations"]},
        {"login": "ci", "status": "active"},
        {"login": "eve", "groups": ["engineers"]},
        {"login": "nobody", "state": "absent"},
        {"login": "gone", "state": "absent"},
    ]
    result = run_module(NAME, {"users": users, "append_permissions": True, "outcomes": "all"}, check=check)
    assert result["changed"] is True
    assert result["outcomes"] == [
        {"login": "ann", "id": ANN["id"], "action": "updated", "changed": True},
        {"login": "ci", "id": CI["id"], "action": "unchanged", "changed": False},
        {"login": "eve", "id": None if check else "new1", "action": "created", "changed": True},
        {"login": "nobody", "id": NOBODY["id"], "action": "deleted", "changed": True},
        {"login": "gone", "id": None, "action": "unchanged", "changed": False},
    ]
    assert result["summary"] == {
        "created": 1,
        "updated": 1,
        "deleted": 1,
        "unchanged": 2,
        "failed": 0,
        "skipped": 0,
        "recovered": 0,
    }
    assert [one["before_header"] for one in result["diff"]] == ["user ann", "user eve", "user nobody"]
    assert result["diff"][0]["after"] == {"permissions": ["execute-operations", "manage-objects", "run-bulks"]}


@pytest.mark.parametrize("check", [False, True])
def test_list_without_change(script: Script, check: bool) -> None:
    script(LIST_GROUPS, FIND_ROOT, LIST)
    result = run_module(NAME, {"users": [SAME, {"id": CI["id"]}]}, check=check)
    assert (result["changed"], result["diff"], result["summary"]["unchanged"]) == (False, [], 2)


def test_nothing_to_do_asks_nothing(script: Script) -> None:
    result = run_module(NAME, {"users": []})
    assert (result["changed"], result["outcomes"]) == (False, [])


# --- older servers --------------------------------------------------------------------------------

OLD_LIST = ("GET", "/users", 200, [OLD, NOBODY])


@pytest.mark.parametrize("check", [False, True])
def test_one_group_is_a_list_of_one(script: Script, check: bool) -> None:
    script(LIST_GROUPS, OLD_LIST)
    users = [
        {"login": "old", "groups": ["Operators"], "status": "active"},
        {"login": "nobody", "groups": [], "email": "", "status": "blocked"},
    ]
    assert run_module(NAME, {"users": users}, check=check)["changed"] is False


@pytest.mark.parametrize(("groups", "written"), [(["Engineers"], ENGINEERS["id"]), ([], None)])
def test_one_group_is_written_as_the_server_keeps_it(script: Script, groups: list[str], written: Any) -> None:
    script(
        *((LIST_GROUPS, OLD_LIST) if groups else (OLD_LIST, LIST_GROUPS))
    )  # present names are looked up for the diff at the latest
    script(("PATCH", f"/users/{OLD['id']}", 200, {**OLD, "group": written}, {"group": written}))
    result = run_module(NAME, {"login": "old", "groups": groups})
    assert result["diff"][0]["before"] == {"groups": ["Operators"]}
    assert result["diff"][0]["after"] == {"groups": groups}


@pytest.mark.parametrize(
    "args", [{"groups": ["Operators", "Engineers"]}, {"groups": ["Engineers"], "append_groups": True}]
)
def test_two_groups_do_not_fit(script: Script, args: dict[str, Any]) -> None:
    script(LIST_GROUPS, OLD_LIST)
    result = run_module(NAME, {"login": "old", **args})
    assert result["msg"] == "groups: this older server holds only one value here: give one."


def test_new_servers_get_a_list(script: Script) -> None:
    """Also where one record from before the upgrade is still there."""
    script(LIST_GROUPS, ("GET", "/users", 200, [OLD, ANN]))
    body = {"group": [OPERATORS["id"], ENGINEERS["id"]]}
    script(("PATCH", f"/users/{OLD['id']}", 200, {**OLD, **body}, body))
    assert run_module(NAME, {"login": "old", "groups": ["Operators", "Engineers"]})["changed"] is True


@pytest.mark.parametrize("args", [{"login": "ann"}, {"login": "ann", "state": "absent"}, {"users": [{"login": "eve"}]}])
def test_a_masked_list_is_no_ground_to_act_on(script: Script, args: dict[str, Any]) -> None:
    script(MASKED, ("GET", "/users/current", 200, CI))
    result = run_module(NAME, args)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "manage-users" in result["msg"]


# --- one's own account, without manage-users ------------------------------------------------------

MINE: dict[str, Any] = {**CI, "language": "en", "favorites": [{"name": "home"}], "permissions": []}
CURRENT = ("GET", "/users/current", 200, MINE)
CIS = f"/users/{CI['id']}"
NEW_PASSWORD = (
    "PUT",
    f"{CIS}/password",
    200,
    None,
    {"newPassword": "pass-phrase-2", "currentPassword": "pass-phrase-1"},
)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "writes"),
    [
        ({"password": "pass-phrase-2"}, [NEW_PASSWORD]),
        ({"favorites": []}, [("POST", "/users/favorites", 200, [], [])]),
        (
            {"favorites": [{"name": "x"}], "password": "pass-phrase-2"},
            [NEW_PASSWORD, ("POST", "/users/favorites", 200, [{"name": "x"}], [{"name": "x"}])],
        ),
        # Whether the server lets people do this is not known.
        ({"language": "ru"}, [("PATCH", CIS, 200, {**MINE, "language": "ru"}, {"language": "ru"})]),
    ],
)
@pytest.mark.parametrize("who", [{"login": "ci"}, {"id": CI["id"]}])
def test_people_may_change_their_own_account(
    script: Script, who: dict[str, Any], args: dict[str, Any], writes: list[Any], check: bool
) -> None:
    script(MASKED, CURRENT, *([] if check else writes))
    result = run_module(NAME, {**CREDENTIALS, **who, **args}, check=check)
    assert (result["action"], result["user"]["id"]) == ("updated", CI["id"])


@pytest.mark.parametrize("check", [False, True])
def test_ones_own_account_as_it_is(script: Script, check: bool) -> None:
    script(MASKED, CURRENT)
    args = {
        "login": "ci",
        "language": "en",
        "favorites": [{"name": "home"}],
        "password": "x",
        "update_password": "on_create",
    }
    assert run_module(NAME, {**CREDENTIALS, **args}, check=check)["changed"] is False


def test_what_the_server_does_not_let_people_do_is_told(script: Script) -> None:
    refusal = {"code": "Forbidden", "message": "Missing permissions: manage-users"}
    script(MASKED, CURRENT, ("PATCH", CIS, 403, refusal, {"language": "ru"}))
    said = run_module(NAME, {**CREDENTIALS, "login": "ci", "language": "ru"})["msg"]
    assert said.startswith(f"PATCH {CIS} answered 403 Forbidden: Missing permissions: manage-users")


def test_ones_own_favorites_are_told_from_those_of_others(script: Script) -> None:
    """By the login, or where only a token says who is signed in, by asking."""
    given = {"favorites": [{"name": "x"}]}
    script(LIST, ("PATCH", ANNS, 200, {**ANN, **given}, given))
    assert run_module(NAME, {**CREDENTIALS, "login": "ann", **given})["changed"] is True
    script(LIST, ("GET", "/users/current", 200, CI), ("POST", "/users/favorites", 200, [], given["favorites"]))
    assert run_module(NAME, {"login": "ci", **given})["changed"] is True


def test_others_beside_oneself_take_the_permission(script: Script) -> None:
    script(MASKED, CURRENT)
    said = run_module(NAME, {**CREDENTIALS, "users": [{"login": "ci", "language": "ru"}, {"login": "ann"}]})["msg"]
    assert said.startswith("The account lacks the permission manage-users")


# --- appending ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "body"),
    [
        ({"groups": ["Operators"], "append_groups": True}, None),
        ({"groups": [], "append_groups": True}, None),
        ({"groups": []}, {"group": []}),
        ({"permissions": ["a"], "append_permissions": True}, {"permissions": ["a", "manage-objects", "run-bulks"]}),
        ({"permissions": ["a"]}, {"permissions": ["a"]}),
        ({"permissions": ["run-bulks"], "append_permissions": True}, None),
        (
            {"object_include": ["Site"], "append_objects": True},
            {"objectPermissions": {"include": [1, OBJECTS[1]["id"]], "exclude": []}},
        ),
        ({"object_include": ["Site"]}, {"objectPermissions": {"include": [OBJECTS[1]["id"]], "exclude": []}}),
        (
            {"object_exclude": ["Site"], "append_objects": True},
            {"objectPermissions": {"include": [1], "exclude": [OBJECTS[1]["id"]]}},
        ),
    ],
)
def test_append(args: dict[str, Any], body: Any) -> None:
    server = FakeServer(users=[ANN], user_groups=GROUPS, objects=[OBJECTS[1]])
    result = run_on(server, NAME, {"login": "ann", **args})
    assert server.writes == ([] if body is None else [("PATCH", ANNS, body)])
    assert result["changed"] is (body is not None)
    server.journal.clear()
    assert run_on(server, NAME, {"login": "ann", **args})["changed"] is False
    assert server.writes == []


# --- names and passwords --------------------------------------------------------------------------


def test_rename(script: Script) -> None:
    script(LIST, ("PATCH", ANNS, 200, {**ANN, "login": "anne"}, {"login": "anne"}))
    result = run_module(NAME, {"id": ANN["id"], "login": "anne"})
    assert (result["action"], result["user"]["login"]) == ("updated", "anne")
    assert result["diff"] == [
        {
            "before_header": "user ann",
            "after_header": "user ann",
            "before": {"login": "ann"},
            "after": {"login": "anne"},
        }
    ]


def test_rename_of_nobody(script: Script) -> None:
    script(LIST)
    result = run_module(NAME, {"id": "64b1f0c2a9d3e45f6a7b8fff", "login": "anne"})
    assert (
        result["msg"]
        == "no user has the id '64b1f0c2a9d3e45f6a7b8fff': correct it, or leave it out to find the user by login."
    )


@pytest.mark.parametrize("check", [False, True])
def test_password(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("PUT", f"{ANNS}/password", 200, None, {"newPassword": "pass-phrase-2"}))
    result = run_module(NAME, {"login": "ann", "password": "pass-phrase-2"}, check=check)
    assert (result["changed"], result["action"], result["user"]) == (True, "updated", ANN)
    assert result["diff"][0]["before"] == {"password": None}
    assert result["diff"][0]["after"] == {"password": MASK}
    assert "pass-phrase-2" not in str(result)


def test_password_on_create_only(script: Script) -> None:
    script(LIST)
    assert (
        run_module(NAME, {"login": "ann", "password": "pass-phrase-2", "update_password": "on_create"})["changed"]
        is False
    )


def test_password_beside_other_changes(script: Script) -> None:
    script(
        LIST,
        ("PATCH", ANNS, 200, {}, {"language": "ru"}),
        ("PUT", f"{ANNS}/password", 200, None, {"newPassword": "pass-phrase-2"}),
    )
    result = run_module(NAME, {"login": "ann", "password": "pass-phrase-2", "language": "ru"})
    assert result["diff"][0]["after"] == {"language": "ru", "password": MASK}


def test_ones_own_password_needs_the_present_one(script: Script) -> None:
    script(
        LIST,
        (
            "PUT",
            f"/users/{CI['id']}/password",
            200,
            None,
            {"newPassword": "pass-phrase-2", "currentPassword": "pass-phrase-1"},
        ),
    )
    result = run_module(NAME, {"login": "ci", "password": "pass-phrase-2", **CREDENTIALS})
    assert result["changed"] is True
    assert "pass-phrase" not in str(result)


def test_a_refused_password_is_not_shown(script: Script) -> None:
    said = {
        "code": "Internal",
        "message": "caused by Error: pass-phrase-2 does not match policy: minimum number of characters - 20",
    }
    script(LIST, ("PUT", f"{ANNS}/password", 500, said, {"newPassword": "pass-phrase-2"}))
    result = run_module(NAME, {"login": "ann", "password": "pass-phrase-2"})
    assert result["failed"] is True
    assert f"{MASK} does not match policy: minimum number of characters - 20" in result["msg"]
    assert "pass-phrase-2" not in str(result)


# --- guards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "what"),
    [
        ({"login": "ci", "state": "absent"}, "deleted"),
        ({"login": "ci", "state": "blocked"}, "blocked"),
        ({"login": "ci", "status": "blocked"}, "blocked"),
        ({"users": [{"login": "ann", "email": "x@example.org"}, {"id": CI["id"], "state": "absent"}]}, "deleted"),
    ],
)
def test_the_account_that_is_signed_in_is_spared(script: Script, check: bool, args: dict[str, Any], what: str) -> None:
    script(LIST, ("GET", "/users/current", 200, CI))
    result = run_module(NAME, args, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].endswith(
        f"'ci' is the account that is signed in and would be {what}: set allow_self to do it."
    )


@pytest.mark.parametrize("item", [{"login": "ann", "display_name": "ann"}, {"login": "eve", "display_name": "eve"}])
def test_the_display_name_is_not_the_login(script: Script, item: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, item)
    assert (
        result["msg"]
        == f"display_name is {item['login']!r}, the login itself, which the server refuses: choose another name."
    )


def test_unless_it_is_meant(script: Script) -> None:
    script(LIST, ("DELETE", f"/users/{CI['id']}", 200))
    assert run_module(NAME, {"login": "ci", "state": "absent", "allow_self": True})["changed"] is True


@pytest.mark.parametrize("check", [False, True])
def test_block(script: Script, check: bool) -> None:
    script(LIST, ("GET", "/users/current", 200, CI))
    if not check:
        script(("PATCH", ANNS, 200, {**ANN, "status": 3}, {"status": 3}))
    result = run_module(NAME, {"login": "ann", "state": "blocked"}, check=check)
    assert (result["action"], result["user"]["status"]) == ("updated", 3)
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == ({"status": "active"}, {"status": "blocked"})


def test_blocked_already_or_from_the_start(script: Script) -> None:
    script(
        OLD_LIST, ("POST", "/users", 200, {"id": "new1", "login": "eve", "status": 3}, {"login": "eve", "status": 3})
    )
    result = run_module(NAME, {"users": [{"login": "nobody"}, {"login": "eve"}], "state": "blocked", "outcomes": "all"})
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged", "created"]


def test_options_beside_the_list(script: Script) -> None:
    result = run_module(NAME, {"login": "ann", "email": "x", "users": [{"login": "eve"}]})
    assert (
        result["msg"] == "users and login, email are given together, in the task or in module_defaults: "
        "move login, email into the list, or leave users out."
    )


@pytest.mark.parametrize("parallel", [0, 33])
def test_parallel_has_limits(script: Script, parallel: int) -> None:
    result = run_module(NAME, {"login": "ann", "parallel": parallel})
    assert result["msg"] == f"parallel is {parallel}: give a number from 1 to 32."


# --- cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_many_users_cost_three_requests(script: Script, check: bool) -> None:
    groups = [{"id": f"64b1f0c2a9d3e45f6a7b{number:04x}", "name": f"group {number}"} for number in range(50)]
    users = [
        {
            "id": f"64b1f0c2a9d3e45f6a8b{number:04x}",
            "login": f"user{number}",
            "group": [groups[number % 50]["id"], groups[number % 7]["id"]],
            "permissions": ["run-bulks"],
            "objectPermissions": {"include": [1], "exclude": []},
            "status": 2,
        }
        for number in range(500)
    ]
    wanted = [
        {
            "login": f"user{number}",
            "groups": [f"group {number % 50}", f"group {number % 7}"],
            "permissions": ["run-bulks"],
            "object_include": ["/ROOT"],
            "status": "active",
        }
        for number in range(500)
    ]
    script(("GET", "/user-groups", 200, groups), FIND_ROOT, ("GET", "/users", 200, users))
    result = run_module(NAME, {"users": wanted}, check=check)
    assert (result["changed"], result["summary"]["unchanged"]) == (False, 500)
