# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions, tokens and the security log."""

from __future__ import annotations

import uuid
from typing import Any

from .. import errors, fields, filters
from ..accounts import usable
from ..auth import session_id
from ..call import EMPTY, Answer, Call
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from .paging import in_time, page
from .users import find_user


def log_in(call: Call) -> Answer:
    body = call.record()
    if "auth-token" in body:
        user = _by_token(call, body["auth-token"])
    elif "auth-service" in body:
        user = _by_keycloak(call, body)
    else:
        user = _by_password(call, body)
    settings = call.sandbox.settings
    session = call.sandbox.sessions.open(user, settings.csrf)
    headers = [(b"set-cookie", f"sid={session['id']}; Path=/".encode())]
    if settings.csrf:
        headers.append((b"set-cookie", f"csrf={session['csrf']}; Path=/".encode()))
    return Answer(session["id"], headers)


def _by_token(call: Call, token: Any) -> Doc:
    user = call.sandbox.accounts.by_token(str(token)) if call.sandbox.settings.tokens_enabled else None
    if user is None or not usable(user):
        raise errors.invalid_token()
    return user


def _by_keycloak(call: Call, body: Doc) -> Doc:
    if body["auth-service"] != "keycloak":
        raise errors.bad_request('Invalid "auth-service" parameter.')
    params = call.require(body, "auth-service-params")
    token = params.get("token") if isinstance(params, dict) else None
    login = call.sandbox.settings.keycloak_tokens.get(str(token))
    user = call.sandbox.accounts.by_login(login) if login else None
    if user is None or not usable(user):
        raise errors.invalid_credentials()
    return user


def _by_password(call: Call, body: Doc) -> Doc:
    login, password = call.require(body, "login"), call.require(body, "password")
    user = call.sandbox.accounts.by_login_or_email(str(login))
    if user is None or not usable(user) or not call.sandbox.passwords.verify(user["id"], str(password)):
        raise errors.invalid_credentials()
    return user


def log_out(call: Call) -> Any:
    if call.session is not None:
        call.sandbox.sessions.end(call.session, "logout")
    return EMPTY


def verify(call: Call) -> bool | None:
    sid = call.params.get("sid") or session_id(call.headers)[1]
    session = call.sandbox.sessions.find(sid) if sid else None
    user = call.sandbox.store.get("user", session["user"]) if session else None
    if user is not None and usable(user):
        return True
    return None if call.sandbox.settings.verify_null else False


def create_token(call: Call) -> str:
    if not call.sandbox.settings.tokens_enabled:
        raise errors.error(403, call.sandbox.settings.forbidden_code, "Authentication tokens are disabled.")
    user = find_user(call)
    token = str(uuid.uuid4())
    call.sandbox.store.put("user", user["id"], {**user, "authenticationToken": token})
    return token


def delete_token(call: Call) -> Any:
    user = find_user(call)
    call.sandbox.store.put("user", user["id"], {**user, "authenticationToken": None})
    return EMPTY


def security_log(call: Call) -> list[Doc]:
    """Newest first. `filter` is JSON text: {"field": ..., "value": ...} or field names with values."""
    call.sandbox.sessions.sweep()
    records = in_time(list(call.sandbox.store.all("security_log").values())[::-1], call.number("from"), call.number("to"))
    text = call.query.get("filter")
    if text:
        try:
            wanted = fields.record(parse(text))
        except ValueError:
            raise errors.bad_request('Invalid "filter" parameter.') from None
        if set(wanted) == {"field", "value"}:
            wanted = {str(wanted["field"]): wanted["value"]}
        records = _filtered(wanted, records)
    return page(call, records)


def _filtered(wanted: Doc, records: list[Doc]) -> list[Doc]:
    try:
        return filters.matching(wanted, records)
    except ValueError:
        raise errors.bad_request('Invalid "filter" parameter.') from None


ROUTES = [
    Route("POST", "/users/session", "none", log_in, open=True),
    Route("DELETE", "/users/session", "none", log_out),
    Route("GET", "/users/session/verify/:sid", "none", verify, open=True),
    Route("GET", "/users/session/verify", "none", verify, open=True),
    Route("POST", "/users/:id/auth-token", "manage-users", create_token),
    Route("DELETE", "/users/:id/auth-token", "manage-users", delete_token),
    Route("GET", "/users/security/log", "read-security-log", security_log),
]
