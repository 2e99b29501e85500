# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signing in and out: credentials, the session value, where sessions are kept, and the ways a request proves itself."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from .client import Auth, Client, ListCache, Request
from .errors import BadInput, HttpError, NotSignedIn, SaymonError, WrongAnswer
from .scrub import Secrets
from .transport import Connection

WHO_ARE_YOU = (
    "Nobody to sign in as: set saymon_login and saymon_password (or "
    "saymon_auth_token) as option, as variable or in the environment "
    "(SAYMON_LOGIN, SAYMON_PASSWORD, SAYMON_AUTH_TOKEN), or run saymon.platform.saymon_session first."
)


@dataclass(frozen=True)
class Session:
    """An open session. `sid` goes into the cookie, `csrf` (None when the server does not check it) into a header of
    writes."""

    url: str
    sid: str
    csrf: str | None = None
    login: str | None = None


@dataclass(frozen=True)
class Credentials:
    """What a login needs: login and password, or a token, or a Keycloak token. All None when nothing was given."""

    login: str | None = None
    password: str | None = None
    auth_token: str | None = None
    keycloak_token: str | None = None

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Credentials:
        return cls(
            params.get("saymon_login"),
            params.get("saymon_password"),
            params.get("saymon_auth_token"),
            params.get("saymon_keycloak_token"),
        )

    @property
    def complete(self) -> bool:
        return bool(self.auth_token or self.keycloak_token or (self.login and self.password))

    def body(self) -> dict[str, Any]:
        """The body of the login call; raises NotSignedIn when something is missing."""
        if self.keycloak_token:
            return {"auth-service": "keycloak", "auth-service-params": {"token": self.keycloak_token}}
        if self.auth_token:
            return {"auth-token": self.auth_token}
        if not self.login and not self.password:
            raise NotSignedIn(WHO_ARE_YOU)
        if not self.password:
            raise NotSignedIn(
                f"saymon_password is missing for saymon_login {self.login!r}: set "
                "it as option, as variable or as SAYMON_PASSWORD."
            )
        if not self.login:
            raise NotSignedIn(
                "saymon_login is missing: set it beside saymon_password as option, as variable or as SAYMON_LOGIN."
            )
        return {"login": self.login, "password": self.password}


class _Login(Request):
    """The login call. It may be sent again as a read may: a session whose id got lost does no harm, and ends by
    itself."""

    @property
    def reads(self) -> bool:
        return True


def log_in(connection: Connection, credentials: Credentials) -> Session:
    """Open a session. The sid is taken from the cookie, else from the body (a JSON string); csrf from its own cookie,
    if any."""
    body = credentials.body()
    try:
        answer = Client(connection).send(_Login("POST", "/users/session", body=body))
    except HttpError as error:
        if error.status not in (401, 403, 404):
            raise
        raise NotSignedIn(
            _refusal(credentials, connection, error), status=error.status, code=error.code or None
        ) from error
    sid = answer.cookies.get("sid") or answer.data
    if not isinstance(sid, str) or not sid:
        raise WrongAnswer(
            f"POST /users/session of {connection.url} answered without a "
            "session id: check that saymon_url is a SAYMON server."
        )
    return Session(connection.url, sid, answer.cookies.get("csrf"), credentials.login)


def _refusal(credentials: Credentials, connection: Connection, error: HttpError) -> str:
    said = f" ({error.reason.rstrip('.')})" if error.reason else ""
    if error.status == 404:
        return f"{connection.url} has no login call below /node/api{said}: check saymon_url, host and port."
    if credentials.keycloak_token:
        return (
            f"{connection.url} refused the Keycloak token{said}: get a fresh "
            "one, and check that the server knows this Keycloak."
        )
    if credentials.auth_token:
        return (
            f"{connection.url} refused saymon_auth_token{said}: it may be removed, "
            "or tokens may be switched off; create a new one."
        )
    return (
        f"{connection.url} refused login {credentials.login!r}{said}: check saymon_login and saymon_password, "
        "and that the account is neither blocked nor expired."
    )


def log_out(connection: Connection, session: Session, secrets: Secrets | None = None) -> bool:
    """End a session; False when the server did not know it any more."""
    try:
        Client(connection, SessionAuth(SessionStore(session), secrets)).send(
            Request("DELETE", "/users/session"), recover=False
        )
    except HttpError as error:
        if error.status not in (401, 404):
            raise
        return False
    return True


def verify_password(connection: Connection, login: str, password: str) -> bool | None:
    """Whether this is the password of the account, found out by a login and a logout; None when nobody can tell."""
    try:
        session = log_in(connection, Credentials(login, password))
    except NotSignedIn as error:
        return False if error.details.get("status") == 401 else None
    except SaymonError:
        return None
    with suppress(SaymonError):
        log_out(connection, session)
    return True


class SessionStore:
    """Where a task finds its session and gets a new one. This one lives in memory, for one process."""

    def __init__(
        self,
        session: Session | None = None,
        connection: Connection | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        self.session = session
        self.connection = connection
        self.credentials = credentials or Credentials()
        self.opened = False  # whether this store has logged in itself
        self.lists = ListCache()

    def check_run(self) -> None:
        """Raise SaymonError when the run to which the task belongs is over. This store knows of none."""

    def peek(self) -> Session | None:
        """The session at hand, without opening one."""
        return self.session

    def get(self) -> Session:
        """The session at hand, or a new one."""
        return self.session or self._log_in()

    def open(self) -> Session:
        """Log in and remember the new session in place of the old one, which ends."""
        old = self.session
        session = self._log_in()
        if old is not None and self.connection is not None:
            with suppress(SaymonError):  # it ends by itself an hour later
                log_out(self.connection, old)
        return session

    def renew(self, stale: str) -> Session | None:
        """A session to use in place of the one with the sid `stale`; None when there are no credentials to open one."""
        if self.session is not None and self.session.sid != stale:
            return self.session
        return self._log_in() if self.connection is not None and self.credentials.complete else None

    def end(self, secrets: Secrets | None = None) -> bool:
        """Log out of the session at hand and forget it; False when there was none, or when it had ended already."""
        session = self.session
        ended = session is not None and self.connection is not None and log_out(self.connection, session, secrets)
        self.session = None
        return ended

    def keep(self) -> None:
        """Leave the session open when the run ends (a session in memory always stays)."""

    def exclusive(self, _resources: Iterable[str]) -> AbstractContextManager[None]:
        """Hold back all other tasks of the run that want to write to these resources of the server. A single task has
        nobody to hold."""
        return nullcontext()

    def _log_in(self) -> Session:
        if self.connection is None:
            raise NotSignedIn(WHO_ARE_YOU)
        self.session = log_in(self.connection, self.credentials)
        self.opened = True
        return self.session


class SessionAuth(Auth):
    """The sid cookie, and the csrf header on writes; renews the session once when the server refuses it."""

    def __init__(self, sessions: SessionStore, secrets: Secrets | None = None) -> None:
        self.sessions = sessions
        self._secrets = secrets or Secrets()

    def prepare(self) -> None:
        # Outside the attempts of the request: a login has attempts of its own, and the two must not multiply.
        self.sessions.get()

    def apply(self, headers: dict[str, str], query: list[tuple[str, str]], write: bool) -> None:
        session = self.sessions.get()
        self._secrets.add(session.sid, session.csrf)
        headers["Cookie"] = f"sid={session.sid}"
        if session.csrf:
            headers["Cookie"] += f"; csrf={session.csrf}"
            if write:
                headers["x-csrf-token"] = session.csrf

    def recover(self, sent: Mapping[str, str]) -> bool:
        stale = sent["Cookie"].split(";")[0][len("sid=") :]
        return self.sessions.renew(stale) is not None


class _OpenAuth(Auth):
    """Without a session, each request still asks first whether the run goes on."""

    def __init__(self, sessions: SessionStore) -> None:
        self._sessions = sessions

    def prepare(self) -> None:
        self._sessions.check_run()


class BasicAuth(_OpenAuth):
    """Login and password with every request."""

    def __init__(self, credentials: Credentials, sessions: SessionStore, secrets: Secrets) -> None:
        super().__init__(sessions)
        if not credentials.login or not credentials.password:
            raise NotSignedIn("saymon_auth_method is basic, which needs saymon_login and saymon_password: set both.")
        self._value = (
            "Basic "
            + base64.b64encode(f"{credentials.login}:{credentials.password}".encode("utf-8", "replace")).decode()
        )

        secrets.add(self._value, self._value[len("Basic ") :])

    def apply(self, headers: dict[str, str], query: list[tuple[str, str]], write: bool) -> None:
        headers["Authorization"] = self._value


class TokenAuth(_OpenAuth):
    """The token in the query of every request, in both documented spellings because servers differ in which they
    read."""

    def __init__(self, credentials: Credentials, sessions: SessionStore) -> None:
        super().__init__(sessions)
        if not credentials.auth_token:
            raise NotSignedIn(
                "saymon_auth_method is token, which needs saymon_auth_token: set "
                "it as option, as variable or as SAYMON_AUTH_TOKEN."
            )
        self._token = credentials.auth_token

    def apply(self, headers: dict[str, str], query: list[tuple[str, str]], write: bool) -> None:
        query += [("auth-token", self._token), ("api-token", self._token)]


def make_auth(method: str, credentials: Credentials, sessions: SessionStore, secrets: Secrets) -> Auth:
    """The Auth for `saymon_auth_method`: session, basic or token."""
    if method == "basic":
        return BasicAuth(credentials, sessions, secrets)
    if method == "token":
        return TokenAuth(credentials, sessions)
    return SessionAuth(sessions, secrets)


def session_from_params(params: Mapping[str, Any], url: str) -> Session | None:
    """The session that the options saymon_sid and saymon_csrf hand over, if any."""
    sid = params.get("saymon_sid")
    if not sid:
        return None
    if not sid.isprintable() or any(char in sid for char in ' ;,"'):
        raise BadInput(
            "saymon_sid holds characters that no session id has: give the "
            "value alone, without quotes and without 'sid='."
        )
    return Session(url, sid, params.get("saymon_csrf"), params.get("saymon_login"))
