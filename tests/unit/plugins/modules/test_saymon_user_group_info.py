# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_user_group_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_user_group_info"
OPERATORS = {"id": "g1", "name": "Operators", "permissions": ["manage-objects"]}
NUMBERED = {"id": 4, "name": "Numbered"}
EMPTY = {"id": "g3", "name": "Empty"}
GROUPS = [NUMBERED, OPERATORS, EMPTY]  # by id
USERS = [
    {"id": "u1", "login": "ci", "group": ["g1", 4]},
    {"id": "u2", "login": "operator", "group": "g1"},
    {"id": "u3", "login": "alone", "group": None},
    {"id": "u4", "group": ["4"]},
]
MEMBERS = {
    "g1": [{"id": "u1", "login": "ci"}, {"id": "u2", "login": "operator"}],
    4: [{"id": "u1", "login": "ci"}, {"id": "u4", "login": None}],
    "g3": [],
}


def _with_members(*groups: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**group, "members": MEMBERS[group["id"]]} for group in groups]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, GROUPS),
        ({"name": "Operators"}, [OPERATORS]),
        ({"name": "operators"}, [OPERATORS]),
        ({"id": "g1"}, [OPERATORS]),
        ({"id": "4"}, [NUMBERED]),
        ({"id": "4", "name": "Numbered"}, [NUMBERED]),
        ({"name": "Empty"}, [EMPTY]),
    ],
)
def test_found(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/user-groups", 200, GROUPS), ("GET", "/users", 200, USERS))
    assert run_module(NAME, filters, check=check) == {"changed": False, "user_groups": _with_members(*found)}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("filters", [{"name": "nobody"}, {"id": "g9"}, {"id": "g1", "name": "Empty"}])
def test_none_found_asks_for_no_members(script: Script, check: bool, filters: dict[str, Any]) -> None:
    script(("GET", "/user-groups", 200, GROUPS))
    assert run_module(NAME, filters, check=check) == {"changed": False, "user_groups": []}


@pytest.mark.parametrize("check", [False, True])
def test_without_members(script: Script, check: bool) -> None:
    script(("GET", "/user-groups", 200, GROUPS))
    assert run_module(NAME, {"with_members": False}, check=check) == {"changed": False, "user_groups": GROUPS}


def test_members_that_the_server_hides(script: Script) -> None:
    """No members would be a lie, so there is a warning instead."""
    script(("GET", "/user-groups", 200, GROUPS), ("GET", "/users", 200, [{"id": "u1", "login": "Ann A."}]))
    result = run_module(NAME)
    assert result["user_groups"] == GROUPS
    assert result["warnings"] == [
        "The groups are returned without members. The account lacks the permission manage-users, so the server hides "
        "the logins of other users: sign in as one who has it, or change nothing but your own account."
    ]


def test_names(script: Script) -> None:
    """Users are read once, for the members and for their names."""
    script(("GET", "/user-groups", 200, [OPERATORS]), ("GET", "/users", 200, USERS))
    (group,) = run_module(NAME, {"resolve": True})["user_groups"]
    names = {"object_include": [], "object_exclude": [], "members": ["ci", "operator"]}
    assert (group["members"], group["names"]) == (MEMBERS["g1"], names)


def test_members_that_were_not_looked_up_are_not_named(script: Script) -> None:
    script(("GET", "/user-groups", 200, [OPERATORS]))
    (group,) = run_module(NAME, {"resolve": True, "with_members": False})["user_groups"]
    assert group["names"] == {"object_include": [], "object_exclude": []}


def test_no_list(script: Script) -> None:
    script(("GET", "/user-groups", 200, None))
    assert "GET /user-groups did not answer with a list of records" in run_module(NAME)["msg"]
    script(("GET", "/user-groups", 200, GROUPS), ("GET", "/users", 200, {}))
    assert "GET /users did not answer with a list of records" in run_module(NAME)["msg"]


@pytest.mark.parametrize("option", ["id", "name"])
def test_an_empty_filter_does_not_mean_everything(script: Script, option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
