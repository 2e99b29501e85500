# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_session_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, SID, Exchange, Script, run_module

NAME = "saymon_session_info"
USER = {"id": "u1", "login": "ci", "permissions": ["manage-users", "read"], "group": ["g1", "g3"]}
GROUPS = [
    {"id": "g1", "name": "Operators", "permissions": ["manage-objects", "read"]},
    {"id": "g2", "name": "Others", "permissions": ["never"]},
    {"id": "g3", "name": "Bare"},
]
INVALID = {"changed": False, "valid": False, "user": {}, "permissions": [], "groups": []}


@pytest.mark.parametrize("check", [False, True])
def test_valid(script: Script, check: bool) -> None:
    script(
        Exchange("GET", "/users/current", 200, USER, headers={"Cookie": f"sid={SID}"}),
        ("GET", "/user-groups", 200, GROUPS),
    )
    assert run_module(NAME, check=check) == {
        "changed": False,
        "valid": True,
        "reason": "",
        "user": USER,
        "permissions": ["manage-objects", "manage-users", "read"],
        "groups": [GROUPS[0], GROUPS[2]],
    }


@pytest.mark.parametrize(
    ("group", "asked", "found"),
    [(None, False, []), ("", False, []), ([], False, []), ("g1", True, GROUPS[:1]), (["g9"], True, [])],
)
def test_group_is_null_text_or_list(script: Script, group: Any, asked: bool, found: list[Any]) -> None:
    script(("GET", "/users/current", 200, {"id": 1, "group": group}))
    if asked:
        script(("GET", "/user-groups", 200, GROUPS))
    result = run_module(NAME)
    assert result["groups"] == found
    assert result["permissions"] == (["manage-objects", "read"] if found else [])


def invalid(reason: str) -> dict[str, Any]:
    return {**INVALID, "reason": reason}


REFUSED = "GET /users/current answered 401"
NOBODY = "The server does not say whose session this is."


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "answer", [(401, {"code": "Unauthorized", "message": "x"}), (200, None), (200, {}), (200, False), (200, [])]
)
def test_a_given_session_is_neither_renewed_nor_an_error(script: Script, check: bool, answer: tuple[int, Any]) -> None:
    script(("GET", "/users/current", *answer))
    result = run_module(NAME, CREDENTIALS, check=check)
    assert result.pop("reason").startswith(REFUSED if answer[0] == 401 else NOBODY)
    assert result == INVALID


@pytest.mark.parametrize("check", [False, True])
def test_good_credentials_are_used(script: Script, check: bool) -> None:
    body = {"login": "ci", "password": "pass-phrase-1"}
    script(
        Exchange("POST", "/users/session", 200, SID, body=body),
        ("GET", "/users/current", 200, {"id": 1, "login": "ci"}),
    )
    assert run_module(NAME, CREDENTIALS, sid=None, check=check)["valid"] is True


def test_what_is_missing_or_refused_is_told(script: Script) -> None:
    assert run_module(NAME, sid=None)["reason"].startswith("Nobody to sign in as")
    script(
        (
            "POST",
            "/users/session",
            401,
            {"code": "Unauthorized", "message": "x"},
            {"login": "ci", "password": "pass-phrase-1"},
        )
    )
    result = run_module(NAME, CREDENTIALS, sid=None)
    assert "refused login 'ci'" in result["reason"]
    assert result == invalid(result["reason"])


@pytest.mark.parametrize(
    ("args", "query"),
    [
        ({**CREDENTIALS, "saymon_auth_method": "basic"}, ""),
        ({"saymon_auth_token": "t-secret", "saymon_auth_method": "token"}, "?auth-token=t-secret&api-token=t-secret"),
    ],
)
def test_checks_credentials_with_other_methods(script: Script, args: dict[str, Any], query: str) -> None:
    script(
        Exchange("GET", f"/users/current{query}", 200, {"id": 1}, headers={"Cookie": None}),
        ("GET", f"/users/current{query}", 401),
    )
    assert run_module(NAME, args, sid=None)["valid"] is True
    assert run_module(NAME, args, sid=None)["valid"] is False


def test_other_failures_are_failures(script: Script) -> None:
    script(("GET", "/users/current", 500, {"code": "Internal", "message": "caused by Error: x"}))
    assert "GET /users/current answered 500 Internal" in run_module(NAME)["msg"]


def test_the_token_of_the_account_is_masked(script: Script) -> None:
    script(("GET", "/users/current", 200, {"id": 1, "authenticationToken": "11112222-3333"}))
    assert run_module(NAME)["user"] == {"id": 1, "authenticationToken": "********"}
