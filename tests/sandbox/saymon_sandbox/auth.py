# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking: token in the query, Basic, session cookie or session header, in this order."""

from __future__ import annotations

import base64
import binascii

from . import errors
from .accounts import usable
from .call import Call
from .journal import Entry
from .store import Doc

_TOKENS = ("auth-token", "api-token")
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def identify(call: Call, entry: Entry) -> None:
    """Fills in user, access and session of the call, and the scheme in the journal entry. Raises the documented 401 errors."""
    tokens = [call.query[name] for name in _TOKENS if name in call.query]
    basic = call.headers.get(b"authorization", b"")
    if tokens:
        entry.auth = "token"
        user = _by_tokens(call, tokens)
    elif basic[:6].lower() == b"basic ":
        entry.auth = "basic"
        user = _by_basic(call, basic[6:])
    else:
        entry.auth, entry.sid = session_id(call.headers)
        if entry.sid is None:
            raise errors.not_logged_in()
        user = _by_session(call, entry)
    call.user = user
    call.access = call.sandbox.access.of(user)


def session_id(headers: dict[bytes, bytes]) -> tuple[str, str | None]:
    """The scheme and the session id of cookie or header."""
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        if name == "sid":
            return "cookie", value.strip('"')
    header = headers.get(b"x-session-id")
    return ("header", header.decode("latin-1")) if header else ("none", None)


def _by_tokens(call: Call, tokens: list[str]) -> Doc:
    user = call.sandbox.accounts.by_token(tokens[0]) if call.sandbox.settings.tokens_enabled else None
    if user is None or not usable(user) or any(token != tokens[0] for token in tokens):
        raise errors.invalid_token()
    return user


def _by_basic(call: Call, encoded: bytes) -> Doc:
    try:
        login, colon, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.invalid_credentials() from None
    user = call.sandbox.accounts.by_login(login)
    if user is None or not colon or not usable(user) or not call.sandbox.passwords.verify(user["id"], password):
        raise errors.invalid_credentials()
    return user


def _by_session(call: Call, entry: Entry) -> Doc:
    sandbox = call.sandbox
    session = sandbox.sessions.find(entry.sid or "")
    user = sandbox.store.get("user", session["user"]) if session else None
    if session is None or user is None or not usable(user):
        raise errors.session_expired()
    if sandbox.settings.csrf and entry.auth == "cookie" and entry.method in _WRITES:
        sent = call.headers.get(b"x-csrf-token", b"").decode("latin-1")
        if not sent or sent != session.get("csrf"):
            raise errors.wrong_csrf()
    sandbox.sessions.touch(session)
    call.session = session
    return user
