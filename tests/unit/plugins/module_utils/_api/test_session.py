# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in and out, and the session in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    BadInput,
    HttpError,
    NotSignedIn,
    SaymonError,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK, Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import (
    BasicAuth,
    Credentials,
    Session,
    SessionAuth,
    SessionStore,
    TokenAuth,
    log_in,
    log_out,
    make_auth,
    session_from_params,
    verify_password,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.tests.unit.support import CSRF, OTHER_SID, SID, URL, Exchange, Script

CI = Credentials("ci", "pass-phrase-1")
BODY = {"login": "ci", "password": "pass-phrase-1"}
HERE = Connection(URL, retries=0)
PAGE = "<!DOCTYPE html><title>Sign in</title>"


@pytest.mark.parametrize(
    ("credentials", "body"),
    [
        (CI, BODY),
        (Credentials(auth_token="t-1"), {"auth-token": "t-1"}),
        (Credentials("ci", "x", auth_token="t-1"), {"auth-token": "t-1"}),
        (Credentials(keycloak_token="k-1"), {"auth-service": "keycloak", "auth-service-params": {"token": "k-1"}}),
        (Credentials("ci", "x", "t-1", "k-1"), {"auth-service": "keycloak", "auth-service-params": {"token": "k-1"}}),
    ],
)
def test_login(script: Script, credentials: Credentials, body: dict[str, Any]) -> None:
    assert credentials.complete
    headers = {"Cookie": None, "Authorization": None, "x-csrf-token": None}
    script(Exchange("POST", "/users/session", 200, SID, body=body, headers=headers))
    assert log_in(HERE, credentials) == Session(URL, SID, None, credentials.login)


@pytest.mark.parametrize(
    ("answer", "sid", "csrf"),
    [
        ({"data": SID}, SID, None),  # the quotation marks of the JSON string are gone
        ({"data": SID, "cookies": {"sid": OTHER_SID}}, OTHER_SID, None),  # the cookie counts more than the body
        ({"data": SID, "cookies": {"sid": OTHER_SID, "csrf": CSRF}}, OTHER_SID, CSRF),
        ({"text": "", "cookies": {"sid": SID}}, SID, None),
        ({"data": SID, "cookies": {"csrf": CSRF}}, SID, CSRF),
        ({"data": SID, "status": 201}, SID, None),
    ],
)
def test_where_the_session_id_comes_from(script: Script, answer: dict[str, Any], sid: str, csrf: Any) -> None:
    script(Exchange("POST", "/users/session", body=BODY, **answer))
    assert log_in(HERE, CI) == Session(URL, sid, csrf, "ci")


@pytest.mark.parametrize(
    "answer", [{"text": ""}, {"data": None}, {"data": {"sid": SID}}, {"data": ""}, {"data": 7}, {"data": True}]
)
def test_an_answer_without_a_session_id(script: Script, answer: dict[str, Any]) -> None:
    script(Exchange("POST", "/users/session", body=BODY, **answer))
    with pytest.raises(WrongAnswer, match="answered without a session id: check that saymon_url"):
        log_in(HERE, CI)


@pytest.mark.parametrize(
    ("credentials", "text"),
    [
        (Credentials(), "Nobody to sign in as: set saymon_login"),
        (Credentials(login="ci"), "saymon_password is missing for saymon_login 'ci'"),
        (Credentials(login="ci", password=""), "saymon_password is missing"),
        (Credentials(password="pass-phrase-1"), "saymon_login is missing"),
    ],
)
def test_missing_credentials_send_nothing(script: Script, credentials: Credentials, text: str) -> None:
    assert not credentials.complete
    with pytest.raises(NotSignedIn, match=text) as caught:
        log_in(HERE, credentials)
    assert "pass-phrase-1" not in str(caught.value)


REFUSAL = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}


@pytest.mark.parametrize(
    ("status", "data", "credentials", "text"),
    [
        (
            401,
            REFUSAL,
            CI,
            r"refused login 'ci' \(Invalid login or password\): check saymon_login .* neither blocked nor expired",
        ),
        (403, {"code": "Forbidden", "message": "User is blocked."}, CI, r"refused login 'ci' \(User is blocked\)"),
        (401, REFUSAL, Credentials(auth_token="t-secret"), "refused saymon_auth_token .*: it may be removed"),
        (401, REFUSAL, Credentials(keycloak_token="k-secret"), "refused the Keycloak token .*: get a fresh one"),
        (
            404,
            {"code": "ResourceNotFound", "message": "/api/users/session does not exist"},
            CI,
            "has no login call below /node/api .*saymon_url",
        ),
        (401, "text", CI, "refused login 'ci': check"),
    ],
)
def test_refused(script: Script, status: int, data: Any, credentials: Credentials, text: str) -> None:
    script(Exchange("POST", "/users/session", status, data, body=credentials.body()))
    with pytest.raises(NotSignedIn, match=text) as caught:
        log_in(HERE, credentials)
    assert caught.value.result()["status"] == status
    assert not any(secret in str(caught.value) for secret in ("pass-phrase-1", "t-secret", "k-secret"))


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 500}, HttpError),
        ({"status": 503}, HttpError),
        ({"text": PAGE}, WrongAnswer),
        ({"text": PAGE, "status": 404}, WrongAnswer),
    ],
)
def test_other_failures_of_the_login(script: Script, answer: dict[str, Any], kind: type[SaymonError]) -> None:
    script(Exchange("POST", "/users/session", body=BODY, **answer))
    with pytest.raises(kind, match="POST /users/session"):
        log_in(HERE, CI)


@pytest.mark.parametrize(("status", "ended"), [(200, True), (204, True), (401, False), (404, False)])
def test_logout(script: Script, status: int, ended: bool) -> None:
    script(
        Exchange(
            "DELETE", "/users/session", status, headers={"Cookie": f"sid={SID}; csrf={CSRF}", "x-csrf-token": CSRF}
        )
    )
    assert log_out(HERE, Session(URL, SID, CSRF)) is ended


def test_failing_logout(script: Script) -> None:
    script(("DELETE", "/users/session", 500))
    with pytest.raises(HttpError, match="DELETE /users/session answered 500"):
        log_out(HERE, Session(URL, SID))


@pytest.mark.parametrize(
    "answer",
    [
        {"error": requests.exceptions.ReadTimeout()},
        {"text": '"5d0c', "headers": {}},
        {"status": 502},
        {"status": 503},
        {"status": 504},
    ],
)
def test_a_login_whose_answer_was_lost_is_sent_again(script: Script, answer: dict[str, Any]) -> None:
    """The session whose id got lost does no harm."""
    failing = Exchange(
        "POST", "/users/session", body=BODY, answer_headers={"Content-Type": "application/json"}, **answer
    )
    script(failing, failing, _login())
    assert log_in(replace(HERE, retries=2), CI).sid == SID
    assert len(script.naps) == 2
    script(failing)
    with pytest.raises(SaymonError) as caught:
        log_in(HERE, CI)
    assert "may or may not have acted" not in str(caught.value)


def test_a_login_that_was_refused_is_not_sent_again(script: Script) -> None:
    script(Exchange("POST", "/users/session", 401, REFUSAL, body=BODY))
    with pytest.raises(NotSignedIn):
        log_in(replace(HERE, retries=3), CI)


@pytest.mark.parametrize(
    ("login", "known"),
    [
        ({"status": 401, "data": REFUSAL}, False),
        ({"status": 403, "data": {"code": "Forbidden", "message": "User is blocked."}}, None),
        ({"status": 404, "data": {"code": "ResourceNotFound", "message": "no such call"}}, None),
        ({"status": 500}, None),
        ({"text": PAGE}, None),
        ({"error": requests.exceptions.ReadTimeout()}, None),
        ({"error": requests.exceptions.ConnectTimeout()}, None),
    ],
)
def test_a_password_that_cannot_be_verified(script: Script, login: dict[str, Any], known: bool | None) -> None:
    script(Exchange("POST", "/users/session", body=BODY, **login))
    assert verify_password(HERE, "ci", "pass-phrase-1") is known


@pytest.mark.parametrize("status", [200, 500])
def test_a_password_that_is_right(script: Script, status: int) -> None:
    script(_login(), _logout(status=status))
    assert verify_password(HERE, "ci", "pass-phrase-1") is True


# --- the session in memory ------------------------------------------------------------------------


def _login(sid: str = SID) -> Exchange:
    return Exchange("POST", "/users/session", 200, sid, body=BODY)


def _logout(sid: str = SID, status: int = 200) -> Exchange:
    return Exchange("DELETE", "/users/session", status, headers={"Cookie": f"sid={sid}"})


def test_a_book_opens_when_first_asked(script: Script) -> None:
    sessions = SessionStore(None, HERE, CI)
    assert sessions.peek() is None
    script(_login())
    assert sessions.get().sid == SID
    assert sessions.get() is sessions.peek()
    sessions.keep()
    script(_logout())
    assert sessions.end() is True
    assert sessions.peek() is None
    assert sessions.end() is False
    script(_login(OTHER_SID), _login(), _logout(OTHER_SID))
    assert sessions.open().sid == OTHER_SID
    assert sessions.open().sid == SID, "and the one before is ended"


def test_a_new_session_counts_even_if_the_old_one_cannot_be_ended(script: Script) -> None:
    sessions = SessionStore(Session(URL, OTHER_SID), HERE, CI)
    script(_login(), _logout(OTHER_SID, 500))
    assert sessions.open().sid == SID


def test_a_book_without_a_server_or_credentials(script: Script) -> None:
    for sessions in (SessionStore(), SessionStore(None, HERE)):
        with pytest.raises(NotSignedIn, match="Nobody to sign in as"):
            sessions.get()
        assert sessions.renew("x") is None


def test_renewing(script: Script) -> None:
    sessions = SessionStore(Session(URL, SID), HERE, CI)
    assert sessions.renew("an-older-one") == Session(URL, SID)
    script(_login(OTHER_SID))
    renewed = sessions.renew(SID)
    assert renewed is not None
    assert renewed.sid == sessions.get().sid == OTHER_SID


def test_sid_and_csrf_become_known_secrets() -> None:
    secrets = Secrets()
    headers: dict[str, str] = {}
    SessionAuth(SessionStore(Session(URL, SID, CSRF)), secrets).apply(headers, [], True)
    assert secrets.scrub(f"{SID} {CSRF}") == f"{MASK} {MASK}"


def test_make_auth() -> None:
    sessions, secrets = SessionStore(), Secrets()
    assert isinstance(make_auth("session", Credentials(), sessions, secrets), SessionAuth)
    assert isinstance(make_auth("basic", CI, sessions, secrets), BasicAuth)
    assert isinstance(make_auth("token", Credentials(auth_token="t-1"), sessions, secrets), TokenAuth)


@pytest.mark.parametrize(
    ("method", "credentials", "text"),
    [
        ("basic", Credentials("ci"), "saymon_auth_method is basic, which needs saymon_login and saymon_password"),
        ("basic", Credentials(auth_token="t-1"), "saymon_auth_method is basic"),
        ("token", CI, "saymon_auth_method is token, which needs saymon_auth_token"),
    ],
)
def test_a_method_without_its_credentials(method: str, credentials: Credentials, text: str) -> None:
    with pytest.raises(NotSignedIn, match=text):
        make_auth(method, credentials, SessionStore(), Secrets())


def test_a_password_that_utf8_cannot_hold() -> None:
    BasicAuth(Credentials("ci", "\ud800"), SessionStore(), Secrets())


def test_session_from_options() -> None:
    assert session_from_params({}, URL) is None
    assert session_from_params({"saymon_sid": ""}, URL) is None
    params = {"saymon_sid": SID, "saymon_csrf": CSRF, "saymon_login": "ci"}
    assert session_from_params(params, URL) == Session(URL, SID, CSRF, "ci")


@pytest.mark.parametrize("sid", ["a b", "a;b", "a,b", f'"{SID}"', "a\nb", "a\x00"])
def test_what_is_no_session_id(sid: str) -> None:
    with pytest.raises(BadInput, match="saymon_sid holds characters that no session id has") as caught:
        session_from_params({"saymon_sid": sid}, URL)
    assert sid not in str(caught.value)
