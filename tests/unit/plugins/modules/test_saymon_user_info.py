# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_user_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, SID, Exchange, Script, run_module

NAME = "saymon_user_info"
CI = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ci", "email": "CI@example.org", "group": ["g1", "g2"], "status": 2}
OLD = {"id": "64b1f0c2a9d3e45f6a7b8c02", "login": "operator", "email": "op@example.org", "group": "g1", "status": 3}
ALONE = {"id": 7, "login": "alone", "group": None, "status": 0}
NEW = {"id": "64b1f0c2a9d3e45f6a7b8c04", "login": "new", "email": None, "status": 1}
USERS = [CI, OLD, ALONE, NEW]
GROUPS = [{"id": "g1", "name": "Operators"}, {"id": "g2", "name": "g1"}, {"id": "g3", "name": "Empty"}]


@pytest.mark.parametrize("check", [False, True])
def test_all(script: Script, check: bool) -> None:
    script(Exchange("GET", "/users", 200, USERS, headers={"Cookie": f"sid={SID}"}))
    assert run_module(NAME, check=check) == {"changed": False, "users": [ALONE, CI, OLD, NEW]}  # by id


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"id": CI["id"]}, [CI]),
        ({"id": "7"}, [ALONE]),
        ({"login": "operator"}, [OLD]),
        ({"login": "Operator"}, [OLD]),
        ({"email": "ci@EXAMPLE.org"}, [CI]),
        ({"email": "ci"}, []),
        ({"status": "need_activation"}, [ALONE]),
        ({"status": "invited"}, [NEW]),
        ({"status": "active"}, [CI]),
        ({"status": "blocked"}, [OLD]),
        ({"id": "7", "login": "alone", "status": "need_activation"}, [ALONE]),
        ({"id": "7", "login": "ci"}, []),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/users", 200, USERS))
    assert run_module(NAME, filters, check=check) == {"changed": False, "users": found}


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"group": "Operators"}, [CI, OLD]),
        ({"group": "operators"}, [CI, OLD]),
        ({"group": "g2"}, [CI]),
        ({"group": "g1"}, [CI, OLD]),  # the id of one and the name of the other
        ({"group": "Empty"}, []),
        ({"group": "Operators", "status": "blocked"}, [OLD]),
    ],
)
def test_group(script: Script, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/user-groups", 200, GROUPS), ("GET", "/users", 200, USERS))
    assert run_module(NAME, filters) == {"changed": False, "users": found}


@pytest.mark.parametrize(
    ("group", "near"), [("operatros", " (did you mean 'Operators'?)"), ("g4", ""), ("nowhere", "")]
)
@pytest.mark.parametrize("others", [{}, {"login": "nobody"}])
def test_an_unknown_group_is_an_error(script: Script, group: str, near: str, others: dict[str, Any]) -> None:
    """Whatever else is asked, and before the users are read."""
    script(("GET", "/user-groups", 200, GROUPS))
    assert run_module(NAME, {"group": group, **others})["msg"] == (
        f"group: there is no user group {group!r}{near}: check the spelling, and whether the account may see it."
    )


def test_only_some_fields_of_some_users(script: Script) -> None:
    script(("GET", "/users", 200, USERS))
    found = run_module(NAME, {"fields": ["login", "email"], "limit": 2})["users"]
    assert found == [{"id": 7, "login": "alone"}, {key: CI[key] for key in ("id", "login", "email")}]
    assert run_module(NAME, {"limit": 0})["msg"] == "limit is 0: give a number, 1 or more."


@pytest.mark.parametrize(
    "filters", [{"login": "ci"}, {"email": "x"}, {"status": "active"}, {"group": "x"}, {"id": "3", "resolve": True}]
)
def test_warns_when_the_account_may_not_see_what_is_filtered(script: Script, filters: dict[str, Any]) -> None:
    if "group" in filters:
        script(("GET", "/user-groups", 200, [{"id": "x"}]))
    script(("GET", "/users", 200, [{"id": "1", "login": "Night shift"}, {"id": "2"}]))
    result = run_module(NAME, filters)
    assert result["users"] == []
    assert len(result["warnings"]) == 1
    assert "lacks the permission manage-users" in result["warnings"][0]


@pytest.mark.parametrize(
    ("filters", "users"),
    [({}, [{"id": "1", "login": "x"}]), ({"id": "1"}, [{"id": "1", "login": "x"}]), ({"login": "x"}, [])],
)
def test_no_warning_where_nothing_is_hidden(script: Script, filters: dict[str, Any], users: list[Any]) -> None:
    script(("GET", "/users", 200, users))
    assert run_module(NAME, filters) == {"changed": False, "users": users}


def test_tokens_are_masked(script: Script) -> None:
    script(
        ("GET", "/users", 200, [{**CI, "authenticationToken": "11112222-3333"}, {**OLD, "authenticationToken": None}])
    )
    masked = [{**CI, "authenticationToken": "********"}, {**OLD, "authenticationToken": None}]
    assert run_module(NAME)["users"] == masked


def test_opens_a_session_when_there_is_none(script: Script) -> None:
    body = {"login": "ci", "password": "pass-phrase-1"}
    script(
        Exchange("POST", "/users/session", 200, SID, body=body),
        Exchange("GET", "/users", 200, [], headers={"Cookie": f"sid={SID}"}),
    )
    assert run_module(NAME, CREDENTIALS, sid=None, check=True) == {"changed": False, "users": []}


def test_nobody_to_sign_in_as(script: Script) -> None:
    result = run_module(NAME, sid=None)
    assert result["failed"]
    assert "Nobody to sign in as" in result["msg"]


def test_failure(script: Script) -> None:
    script(("GET", "/users", 403, {"code": "Forbidden", "message": "manage-users"}))
    result = run_module(NAME)
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 403)
    assert result["msg"].startswith(
        "GET /users answered 403 Forbidden: manage-users. Give the account the missing permission"
    )


def test_no_list(script: Script) -> None:
    script(("GET", "/users", 200, {"users": []}))
    assert "did not answer with a list of records" in run_module(NAME)["msg"]


@pytest.mark.parametrize("option", ["id", "login", "email", "group"])
def test_an_empty_filter_does_not_mean_everything(script: Script, option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
