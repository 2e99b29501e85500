# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_session."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import SessionStore
from ansible_collections.saymon.platform.plugins.module_utils._run import memory_store
from ansible_collections.saymon.platform.tests.unit.support import (
    CREDENTIALS,
    CSRF,
    OTHER_SID,
    SID,
    URL,
    Exchange,
    Script,
    run_module,
)

NAME = "saymon_session"
BODY = {"login": "ci", "password": "pass-phrase-1"}
LOGIN = Exchange("POST", "/users/session", 200, SID, body=BODY, headers={"Cookie": None})
EXPIRED = {"code": "Unauthorized", "message": '{"errorCode":3,"message":"Session expired."}'}
WRONG = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}
NO_SESSION = {"url": URL, "login": "ci"}


def _whose(status: int = 200, data: Any = None) -> Exchange:
    return Exchange("GET", "/users/current", status, data or {"id": 1, "login": "ci"}, headers={"Cookie": f"sid={SID}"})


def _shown(sid: str = SID, csrf: Any = None, login: str = "ci") -> dict[str, Any]:
    return {"url": URL, "login": login, "sid": sid, "csrf": csrf}


# --- present --------------------------------------------------------------------------------------


def test_present_without_a_session_opens_one(script: Script) -> None:
    script(LOGIN)
    assert run_module(NAME, CREDENTIALS, sid=None) == {"changed": True, "msg": "Opened a session.", "session": _shown()}


def test_present_by_short_names(script: Script) -> None:
    script(LOGIN)
    assert run_module(NAME, {"url": URL, "login": "ci", "password": "pass-phrase-1"}, sid=None)["session"] == _shown()
    script(Exchange("POST", "/users/session", 200, SID, body={"auth-token": "t-1"}))
    assert run_module(NAME, {"auth_token": "t-1"}, sid=None)["session"] == {**_shown(), "login": None}


@pytest.mark.parametrize("check", [False, True])
def test_present_with_a_valid_session_changes_nothing(script: Script, check: bool) -> None:
    script(_whose())
    result = run_module(NAME, CREDENTIALS, check=check)
    assert result == {"changed": False, "msg": "The session is valid.", "session": _shown()}


@pytest.mark.parametrize(
    ("user", "login"),
    [({"id": 1, "login": "operator"}, "operator"), ({"id": 1}, None), ({"id": 1, "login": None}, None)],
)
def test_the_server_knows_whose_session_it_is(script: Script, user: dict[str, Any], login: Any) -> None:
    script(_whose(200, user))
    assert run_module(NAME)["session"]["login"] == login


@pytest.mark.parametrize("answer", [(401, EXPIRED), (200, []), (200, {"login": "ci"})])
def test_present_with_a_dead_session_opens_one(script: Script, answer: tuple[int, Any]) -> None:
    script(Exchange("GET", "/users/current", *answer), Exchange("POST", "/users/session", 200, OTHER_SID, body=BODY))
    result = run_module(NAME, CREDENTIALS)
    assert result == {"changed": True, "msg": "Opened a session.", "session": _shown(OTHER_SID)}


@pytest.mark.parametrize("sid", [None, SID])
def test_present_in_check_mode_would_open_one(script: Script, sid: Any) -> None:
    if sid:
        script(_whose(401, EXPIRED))
    result = run_module(NAME, CREDENTIALS, sid=sid, check=True)
    assert result == {"changed": True, "msg": "Would open a session.", "session": NO_SESSION}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({}, "Nobody to sign in as"),
        ({"saymon_login": "ci"}, "saymon_password is missing"),
        ({"saymon_password": "pass-phrase-1"}, "saymon_login is missing"),
    ],
)
def test_missing_credentials_are_said_in_check_mode_too(
    script: Script, check: bool, args: dict[str, Any], text: str
) -> None:
    result = run_module(NAME, args, sid=None, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert text in result["msg"]


@pytest.mark.parametrize(
    ("status", "data", "text"),
    [
        (401, WRONG, "refused login 'ci' (Invalid login or password)"),
        (403, {"code": "Forbidden", "message": "User is blocked."}, "refused login 'ci' (User is blocked)"),
    ],
)
def test_refused(script: Script, status: int, data: Any, text: str) -> None:
    script(Exchange("POST", "/users/session", status, data, body=BODY))
    result = run_module(NAME, CREDENTIALS, sid=None)
    assert (result["failed"], result["status"]) == (True, status)
    assert text in result["msg"]
    assert "pass-phrase-1" not in str(result)


def test_a_page_in_place_of_the_api(script: Script) -> None:
    script(Exchange("POST", "/users/session", body=BODY, text="<!DOCTYPE html><html>"))
    assert "answered by an HTML page" in run_module(NAME, CREDENTIALS, sid=None)["msg"]


def test_other_failures_while_looking(script: Script) -> None:
    script(_whose(500))
    assert "GET /users/current answered 500" in run_module(NAME, CREDENTIALS)["msg"]


def test_cookies_count_more_than_the_body_and_csrf_is_kept(script: Script) -> None:
    script(Exchange("POST", "/users/session", 200, SID, body=BODY, cookies={"sid": OTHER_SID, "csrf": CSRF}))
    assert run_module(NAME, CREDENTIALS, sid=None)["session"] == _shown(OTHER_SID, CSRF)


def test_a_given_csrf_is_kept(script: Script) -> None:
    script(
        Exchange(
            "GET",
            "/users/current",
            200,
            {"id": 1, "login": "ci"},
            headers={"Cookie": f"sid={SID}; csrf={CSRF}", "x-csrf-token": None},
        )
    )
    assert run_module(NAME, {"saymon_csrf": CSRF})["session"] == _shown(csrf=CSRF)


def test_sid_and_csrf_are_revealed_and_nothing_else(script: Script) -> None:
    script(Exchange("POST", "/users/session", 200, SID, body=BODY, cookies={"csrf": CSRF}))
    secrets = Secrets()
    run_module(NAME, CREDENTIALS, sid=None, secrets=secrets)
    assert secrets.revealed == {SID, CSRF}


# --- renewed --------------------------------------------------------------------------------------


NEW_LOGIN = Exchange("POST", "/users/session", 200, OTHER_SID, body=BODY, headers={"Cookie": None})
RENEWED = {"changed": True, "msg": "Opened a session.", "session": _shown(OTHER_SID)}


def _logout(status: int = 200) -> Exchange:
    return Exchange("DELETE", "/users/session", status, headers={"Cookie": f"sid={SID}"})


def test_renewed_without_a_session(script: Script) -> None:
    script(NEW_LOGIN)
    assert run_module(NAME, {**CREDENTIALS, "state": "renewed"}, sid=None) == RENEWED


@pytest.mark.parametrize("status", [200, 401, 404])
def test_renewed_ends_the_old_one(script: Script, status: int) -> None:
    script(NEW_LOGIN, _logout(status))
    assert run_module(NAME, {**CREDENTIALS, "state": "renewed"}) == RENEWED


def test_renewed_even_if_the_old_one_cannot_be_ended(script: Script) -> None:
    script(NEW_LOGIN, _logout(500))
    result = run_module(NAME, {**CREDENTIALS, "state": "renewed"})
    assert (result.get("failed", False), result["session"]) == (False, _shown(OTHER_SID))


def test_renewed_with_refused_credentials_leaves_the_old_one_open(script: Script) -> None:
    script(Exchange("POST", "/users/session", 401, WRONG, body=BODY))
    assert "refused login 'ci'" in run_module(NAME, {**CREDENTIALS, "state": "renewed"})["msg"]


@pytest.mark.parametrize("sid", [None, SID])
def test_renewed_in_check_mode(script: Script, sid: Any) -> None:
    result = run_module(NAME, {**CREDENTIALS, "state": "renewed"}, sid=sid, check=True)
    assert result == {"changed": True, "msg": "Would open a session.", "session": NO_SESSION}


# --- absent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "changed", "msg"), [(200, True, "Ended the session."), (401, False, "There was no open session.")]
)
def test_absent(script: Script, status: int, changed: bool, msg: str) -> None:
    script(
        Exchange(
            "DELETE", "/users/session", status, headers={"Cookie": f"sid={SID}; csrf={CSRF}", "x-csrf-token": CSRF}
        )
    )
    result = run_module(NAME, {**CREDENTIALS, "saymon_csrf": CSRF, "state": "absent"})
    assert result == {"changed": changed, "msg": msg, "session": NO_SESSION}


def test_absent_without_a_session(script: Script) -> None:
    result = run_module(NAME, {**CREDENTIALS, "state": "absent"}, sid=None)
    assert result == {"changed": False, "msg": "There was no open session.", "session": NO_SESSION}


@pytest.mark.parametrize(
    ("answer", "changed", "msg"),
    [((200, None), True, "Would end the session."), ((401, EXPIRED), False, "There is no open session.")],
)
def test_absent_in_check_mode(script: Script, answer: tuple[int, Any], changed: bool, msg: str) -> None:
    script(_whose(*answer))
    result = run_module(NAME, {**CREDENTIALS, "state": "absent"}, check=True)
    assert result == {"changed": changed, "msg": msg, "session": NO_SESSION}


def test_absent_in_check_mode_without_a_session(script: Script) -> None:
    result = run_module(NAME, {**CREDENTIALS, "state": "absent"}, check=True, sid=None)
    assert result == {"changed": False, "msg": "There is no open session.", "session": NO_SESSION}


def test_absent_that_fails(script: Script) -> None:
    script(("DELETE", "/users/session", 500))
    assert "DELETE /users/session answered 500" in run_module(NAME, {"state": "absent"})["msg"]


# --- the rest -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "check", "kept"),
    [(True, False, 1), (True, True, 0), (False, False, 0)],
    ids=["keep", "keep in check mode", "not kept"],
)
def test_keep(script: Script, keep: bool, check: bool, kept: int) -> None:
    calls: list[SessionStore] = []

    class Store(SessionStore):
        def keep(self) -> None:
            calls.append(self)

    def make_store(*args: Any) -> SessionStore:
        plain = memory_store(*args)
        return Store(plain.session, plain.connection, plain.credentials)

    script(_whose())
    run_module(NAME, {**CREDENTIALS, "keep": keep}, check=check, make_store=make_store)
    assert len(calls) == kept


@pytest.mark.parametrize("state", ["present", "renewed", "absent"])
@pytest.mark.parametrize(
    "args",
    [{**CREDENTIALS, "saymon_auth_method": "basic"}, {"auth_token": "t-1", "saymon_auth_method": "token"}],
    ids=["basic", "token"],
)
def test_methods_without_sessions(script: Script, state: str, args: dict[str, Any]) -> None:
    result = run_module(NAME, {**args, "state": state}, sid=None)
    assert f"saymon_auth_method is {args['saymon_auth_method']}, which uses no session" in result["msg"]
