# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, tokens, Basic, CSRF and the errors around them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from conftest import ADMIN, PASSWORD, Api

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def inner(error: Any) -> Any:
    """The second JSON document inside an authentication error."""
    return json.loads(error["message"])


def test_login_answers_a_quoted_uuid_and_a_cookie(api: Api) -> None:
    answer = api.call("POST", "/users/session", {"login": "admin", "password": PASSWORD}, auth=None)
    sid = answer.json()
    assert answer.status_code == 200
    assert answer.text == f'"{sid}"'
    assert UUID.fullmatch(sid)
    assert answer.raw.headers.getlist("set-cookie") == [f"sid={sid}; Path=/"]


def test_login_by_email(api: Api) -> None:
    assert UUID.fullmatch(api.login("operator@example.org", "operator-demo-pass"))


@pytest.mark.parametrize("body", [{"login": "admin", "password": "no"}, {"login": "nobody", "password": "x"}])
def test_wrong_login(api: Api, body: Any) -> None:
    error = api.fails(401, "POST", "/users/session", body, auth=None)
    assert error["code"] == "InvalidCredentials"
    assert inner(error) == {"errorCode": 3, "message": "Invalid login or password."}


def test_login_needs_both_fields(api: Api) -> None:
    error = api.fails(400, "POST", "/users/session", {"login": "admin"}, auth=None)
    assert error == {"code": "BadRequest", "message": 'Mandatory "password" parameter is absent/empty.'}


def test_errors_are_double_encoded_on_the_wire(api: Api) -> None:
    answer = api.call("GET", "/users", auth=None)
    assert answer.text == r'{"code":"Unauthorized","message":"{\"errorCode\":3,\"message\":\"Not logged in.\"}"}'
    assert answer.status_code == 401


def test_basic(api: Api) -> None:
    assert api.ok("GET", "/users/current", auth=ADMIN)["login"] == "admin"
    error = api.fails(401, "GET", "/users/current", auth=("admin", "wrong"))
    assert (error["code"], inner(error)["message"]) == ("InvalidCredentials", "Invalid login or password.")


@pytest.mark.parametrize("form", ["cookie", "header"])
def test_session_opens_and_closes(api: Api, form: str) -> None:
    sid = api.login()
    headers = {"Cookie": f"theme=dark; sid={sid}"} if form == "cookie" else {"X-Session-Id": sid}
    assert api.ok("GET", "/users/current", auth=None, headers=headers)["login"] == "admin"
    assert api.ok("GET", f"/users/session/verify/{sid}", auth=None) is True
    assert api.ok("GET", "/users/session/verify", auth=None, headers=headers) is True
    logout = api.call("DELETE", "/users/session", auth=None, headers=headers)
    assert (logout.status_code, logout.content) == (200, b"")
    assert inner(api.fails(401, "GET", "/users/current", auth=None, headers=headers))["message"] == "Session expired."
    assert api.ok("GET", f"/users/session/verify/{sid}", auth=None) is False


def test_session_ends_after_an_idle_hour_and_is_renewed_by_use(api: Api) -> None:
    headers = {"Cookie": f"sid={api.login()}"}
    for _ in range(3):
        api.control("POST", "/clock", {"advance_ms": 3_599_000})
        api.ok("GET", "/users/current", auth=None, headers=headers)
    api.control("POST", "/clock", {"advance_ms": 3_600_001})
    error = api.fails(401, "GET", "/users/current", auth=None, headers=headers)
    assert inner(error)["message"] == "Session expired."


def test_tokens(api: Api) -> None:
    user = api.ok("GET", "/users/current")
    token = api.ok("POST", f"/users/{user['id']}/auth-token")
    assert UUID.fullmatch(token)
    for query in (f"auth-token={token}", f"api-token={token}", f"auth-token={token}&api-token={token}"):
        assert api.ok("GET", f"/users/current?{query}", auth=None)["authenticationToken"] == token
    assert api.ok("POST", f"/objects?api-token={token}", {"name": "by token"}, auth=None)["owner_id"] == user["id"]
    assert UUID.fullmatch(api.ok("POST", "/users/session", {"auth-token": token}, auth=None))
    second = api.ok("POST", f"/users/{user['id']}/auth-token")
    assert second != token
    assert inner(api.fails(401, "GET", f"/users?api-token={token}", auth=None))["message"] == "Invalid API token."
    assert api.ok("DELETE", f"/users/{user['id']}/auth-token") is None
    assert inner(api.fails(401, "GET", f"/users?auth-token={second}", auth=None))["message"] == "Invalid API token."
    assert api.ok("GET", "/users/current")["authenticationToken"] is None


def test_tokens_can_be_switched_off(api: Api) -> None:
    user = api.ok("GET", "/users/current")
    token = api.ok("POST", f"/users/{user['id']}/auth-token")
    api.settings(tokens_enabled=False)
    assert inner(api.fails(401, "GET", f"/users?auth-token={token}", auth=None))["message"] == "Invalid API token."
    api.fails(401, "POST", "/users/session", {"auth-token": token}, auth=None)
    api.fails(403, "POST", f"/users/{user['id']}/auth-token")


def test_keycloak(api: Api) -> None:
    body = {"auth-service": "keycloak", "auth-service-params": {"token": "outside"}}
    assert api.fails(401, "POST", "/users/session", body, auth=None)["code"] == "InvalidCredentials"
    api.settings(keycloak_tokens={"outside": "engineer"})
    sid = api.ok("POST", "/users/session", body, auth=None)
    assert api.ok("GET", "/users/current", auth=None, headers={"X-Session-Id": sid})["login"] == "engineer"


def test_csrf(api: Api) -> None:
    api.settings(csrf=True)
    login = api.call("POST", "/users/session", {"login": "admin", "password": PASSWORD}, auth=None)
    sid_cookie, csrf_cookie = login.raw.headers.getlist("set-cookie")
    sid, csrf = sid_cookie.split("; ")[0], csrf_cookie.split("; ")[0]
    assert (sid_cookie, csrf_cookie) == (f"{sid}; Path=/", f"{csrf}; Path=/")
    cookies = {"Cookie": f"{sid}; {csrf}"}
    api.ok("GET", "/users/current", auth=None, headers=cookies)
    refused = api.call("POST", "/tags", {"name": "t"}, auth=None, headers=cookies)
    assert (refused.status_code, refused.text) == (401, '{"errorCode":3,"message":"Wrong CSRF Token"}')
    for method, path in (("PUT", "/presets/1"), ("PATCH", "/tags/1"), ("DELETE", "/users/session")):
        wrong = api.call(method, path, {}, auth=None, headers={**cookies, "x-csrf-token": "wrong"})
        assert (wrong.status_code, wrong.json()["message"]) == (401, "Wrong CSRF Token")
    right = {**cookies, "x-csrf-token": csrf.partition("=")[2]}
    api.ok("POST", "/tags", {"name": "t"}, auth=None, headers=right)
    api.ok("POST", "/tags", {"name": "t"})
    api.ok("POST", "/tags", {"name": "t"}, auth=None, headers={"X-Session-Id": sid.partition("=")[2]})


def test_verify_of_older_versions(api: Api) -> None:
    api.settings(verify_null=True)
    assert api.call("GET", "/users/session/verify/none", auth=None).text == "null"


def test_blocked_and_expired_users_are_refused_and_their_sessions_end(api: Api) -> None:
    auth = api.user("short", ["manage-objects"], [1])
    user = api.ok("GET", "/users/current", auth=auth)
    token = api.ok("POST", f"/users/{user['id']}/auth-token")
    headers = {"Cookie": f"sid={api.login(*auth)}"}
    now = api.control("GET", "/clock")["now_ms"]
    api.ok("PATCH", f"/users/{user['id']}", {"activeTo": now + 60_000})
    api.ok("GET", "/users/current", auth=None, headers=headers)
    api.control("POST", "/clock", {"advance_ms": 60_001})
    api.fails(401, "GET", "/users/current", auth=None, headers=headers)
    assert api.ok("GET", f"/users/{user['id']}")["status"] == 3
    api.fails(401, "GET", "/users/current", auth=auth)
    api.fails(401, "GET", f"/users/current?api-token={token}", auth=None)
    api.fails(401, "POST", "/users/session", {"login": auth[0], "password": auth[1]}, auth=None)
    api.ok("PATCH", f"/users/{user['id']}", {"status": 2, "activeTo": None})
    api.ok("GET", "/users/current", auth=auth)
    api.fails(401, "GET", "/users/current", auth=None, headers=headers)


def test_security_log(api: Api) -> None:
    first = api.login("operator", "operator-demo-pass")
    api.ok("DELETE", "/users/session", auth=None, headers={"Cookie": f"sid={first}"})
    api.login()
    api.control("POST", "/clock", {"advance_ms": 3_700_000})
    records = api.ok("GET", "/users/security/log")
    actions = [(record.get("newBody") or record["oldBody"])["action"] for record in records]
    assert actions == ["expiry", "login", "logout", "login"]
    assert {(record["entityType"], record["kind"]) for record in records} == {(5, 13)}
    assert len(api.ok("GET", "/users/security/log?limit=2&skip=1")) == 2
    operator = records[-1]["userId"]
    text = json.dumps({"field": "userId", "value": operator})
    assert len(api.ok("GET", "/users/security/log", params={"filter": text})) == 2
    assert api.ok("GET", f"/users/security/log?from={records[0]['timestamp']}") == records[:1]
    auth = api.user("curious", [])
    assert api.fails(403, "GET", "/users/security/log", auth=auth)["message"] == "Missing permissions: read-security-log"
