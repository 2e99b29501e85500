# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, self-registration, passwords and favourites."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from .. import errors, fields, ids
from ..accounts import ACTIVE, NEED_ACTIVATION, NEED_PASSWORD
from ..call import EMPTY, Call
from ..rights import parse
from ..routing import Route
from ..store import Doc

_READERS: dict[str, fields.Reader] = {
    "login": fields.text,
    "email": fields.text,
    "displayName": fields.text,
    "permissions": fields.strings,
    "objectPermissions": fields.object_permissions,
    "group": ids.as_ids,
    "status": fields.integer,
    "activeTo": fields.integer,
    "contacts": fields.strings,
    "language": fields.text,
    "eventFilter": fields.array,
    "pushFilter": fields.record,
    "uiSettings": fields.record,
    "favorites": fields.array,
    "source": fields.record,
}
# Shown as null after a reset, unlike all others, which vanish.
_KEEP_NULL = ("group", "authenticationToken")
_MANAGE_USERS = parse("manage-users")
# What gives nobody more rights than they have.
_HARMLESS = frozenset({"displayName", "email", "contacts", "language", "eventFilter", "uiSettings", "favorites"})


def find_user(call: Call) -> Doc:
    return call.stored("user", "User", call.params["id"])


def shown(call: Call, user: Doc) -> Doc:
    """The record as this version of the API shows it."""
    settings = call.sandbox.settings
    hidden = set()
    if settings.no_display_name:
        hidden.add("displayName")
    if settings.no_favorites:
        hidden.add("favorites")
    if settings.no_entity_type:
        hidden.add("entityType")
    if not hidden and not settings.group_as_string:
        return user
    record = {name: value for name, value in user.items() if name not in hidden}
    if settings.group_as_string:
        record["group"] = next(iter(record.get("group") or ()), None)
    return record


def _visible(call: Call, user: Doc) -> Doc:
    """Without manage-users only the id, and the display name in place of the login."""
    if call.may("manage-users") or call.sandbox.settings.full_user_list:
        return shown(call, user)
    name = user["login"] if call.sandbox.settings.no_display_name else user["displayName"]
    return {"id": user["id"], "login": name}


def masked_login(login: str) -> str:
    """The default display name: the first half of the login, rounded down, the rest as stars."""
    half = len(login) // 2
    return login[:half] + "*" * (len(login) - half)


def new_user(login: str, given: Doc, user_id: str | None = None) -> Doc:
    """A user record with its defaults, in the order in which the API shows it."""
    user: Doc = {
        "id": user_id or ids.new_id(),
        "login": login,
        "displayName": masked_login(login),
        "permissions": [],
        "objectPermissions": {"include": [], "exclude": []},
        "contacts": [],
        "eventFilter": [],
        "status": ACTIVE,
    }
    known = {name: value for name, value in given.items() if value is not None or name in _KEEP_NULL}
    return {**user, "entityType": 5, **known}


def list_users(call: Call) -> list[Doc]:
    return [_visible(call, user) for user in call.sandbox.store.all("user").values()]


def get_user(call: Call) -> Doc:
    return _visible(call, find_user(call))


def current_user(call: Call) -> Doc:
    return shown(call, call.user)


def _check_login(call: Call, login: str, user_id: str | None = None) -> None:
    other = call.sandbox.accounts.by_login(login)
    if other is not None and other["id"] != user_id:
        status = call.sandbox.settings.duplicate_login_status
        raise errors.error(status, "Conflict" if status == 409 else "BadRequest", f'User with login "{login}" already exists.')


def _check_display_name(user: Doc) -> None:
    if user.get("displayName") == user["login"]:
        raise errors.bad_request('"displayName" must differ from "login".')


def _store_new(call: Call, given: Doc, password: str | None, status: int) -> Doc:
    """Without a login the part of the e-mail before the @ becomes the login."""
    login = given.get("login") or (given.get("email") or "").partition("@")[0]
    if not login:
        raise errors.absent("login", call.sandbox.settings.missing_name_status)
    _check_login(call, login)
    if password is not None:
        call.sandbox.passwords.check_policy(password)
    user = new_user(login, {"status": status, **{name: value for name, value in given.items() if name != "login"}})
    _check_display_name(user)
    call.sandbox.store.put("user", user["id"], user)
    if password is not None:
        call.sandbox.passwords.set(user["id"], password)
    if status != ACTIVE:
        call.sandbox.mail("confirm", user)
    return user


def create_user(call: Call) -> Doc:
    body = call.record()
    password = body.get("password") or None
    if password is not None and not isinstance(password, str):
        raise errors.bad_request('Invalid "password" parameter.')
    return shown(call, _store_new(call, fields.read(body, _READERS), password, ACTIVE if password else NEED_PASSWORD))


def update_user(call: Call) -> Doc:
    """Passwords are not changed here; `password` is ignored like every unknown field."""
    own = call.sandbox.settings.own_record_patch and call.params["id"] == call.user["id"]
    if not (own and call.record().keys() <= _HARMLESS):
        call.need(_MANAGE_USERS)
    user = find_user(call)
    changes = call.given(_READERS, "login")
    changed = fields.merge(user, changes, _KEEP_NULL)
    for name in ("permissions", "contacts", "eventFilter"):
        changed.setdefault(name, [])
    changed.setdefault("objectPermissions", {"include": [], "exclude": []})
    changed.setdefault("displayName", masked_login(changed["login"]))
    changed.setdefault("status", user["status"])
    _check_login(call, changed["login"], user["id"])
    _check_display_name(changed)
    call.sandbox.store.put("user", user["id"], changed)
    if changed["status"] != ACTIVE:
        call.sandbox.sessions.end_all_of(user["id"])
    return shown(call, changed)


def delete_user(call: Call) -> Any:
    user = find_user(call)
    call.sandbox.sessions.end_all_of(user["id"])
    call.sandbox.passwords.forget(user["id"])
    call.sandbox.store.delete("user", user["id"])
    return EMPTY


def change_password(call: Call) -> Any:
    user = find_user(call)
    own = user["id"] == call.user["id"]
    if not own:
        call.need(_MANAGE_USERS)
    body = call.record()
    password = call.require(body, "newPassword")
    current = body.get("currentPassword")
    if own or call.sandbox.settings.current_password_required:
        current = call.require(body, "currentPassword")
    if current is not None and not call.sandbox.passwords.verify(user["id"], str(current)):
        status = call.sandbox.settings.wrong_password_status
        raise errors.error(status, "Conflict" if status == 409 else "BadRequest", "Wrong current password.")
    _set_password(call, user, password)
    return EMPTY


def _set_password(call: Call, user: Doc, password: Any) -> None:
    if not isinstance(password, str):
        raise errors.bad_request('Invalid "password" parameter.')
    call.sandbox.passwords.check_policy(password, user["id"])
    call.sandbox.passwords.set(user["id"], password)
    if user["status"] in (NEED_PASSWORD, NEED_ACTIVATION):
        call.sandbox.store.put("user", user["id"], {**user, "status": ACTIVE})


def _take_token(call: Call, kind: str) -> Doc:
    """The user whose mailed token this is; a token works once."""
    record = call.sandbox.store.get("mail", call.params["token"])
    user = call.sandbox.store.get("user", call.params["id"])
    if record is None or user is None or record["kind"] != kind or record["user"] != user["id"]:
        raise errors.not_found("Token", call.params["id"])
    call.sandbox.store.delete("mail", call.params["token"])
    return user


def restore_password(call: Call) -> str:
    _set_password(call, _take_token(call, "restore"), call.require(call.record(), "password"))
    return "Password recovery successful."


def confirm(call: Call) -> str:
    user = _take_token(call, "confirm")
    password = call.record().get("password")
    if password is not None:
        _set_password(call, user, password)
    else:
        call.sandbox.store.put("user", user["id"], {**user, "status": ACTIVE})
    return "Activation successful."


def _need_signup(call: Call) -> None:
    if not call.sandbox.settings.signup_enabled:
        raise errors.unknown_route(call.route.path)


def captcha(call: Call) -> Doc:
    _need_signup(call)
    token, text = str(uuid.uuid4()), secrets.token_hex(3)
    call.sandbox.captchas[token] = text
    return {
        "captcha": f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><text x="10" y="28">{text}</text></svg>',
        "token": token,
    }


def sign_up(call: Call) -> Doc:
    _need_signup(call)
    body = call.record()
    given = {name: call.require(body, name) for name in ("token", "captcha", "email", "login", "password")}
    if call.sandbox.captchas.pop(str(given["token"]), None) != given["captcha"]:
        raise errors.bad_request("Wrong captcha.")
    user = fields.read({name: given[name] for name in ("login", "email")}, _READERS)
    return shown(call, _store_new(call, user, fields.text(given["password"]), NEED_ACTIVATION))


def _need_favorites(call: Call) -> None:
    if call.sandbox.settings.no_favorites:
        raise errors.unknown_route(call.route.path)


def get_favorites(call: Call) -> Any:
    _need_favorites(call)
    return call.user.get("favorites", [])


def set_favorites(call: Call) -> Any:
    _need_favorites(call)
    favorites = call.array()
    call.sandbox.store.put("user", call.user["id"], {**call.user, "favorites": favorites})
    return favorites


ROUTES = [
    Route("GET", "/users", "none", list_users),
    Route("GET", "/users/current", "none", current_user),
    Route("GET", "/users/captcha", "none", captcha, open=True),
    Route("POST", "/users/signup", "none", sign_up, open=True),
    Route("POST", "/users/:id/confirm/:token", "none", confirm, open=True),
    Route("POST", "/users/:id/restore/:token", "none", restore_password, open=True),
    Route("GET", "/users/favorites", "none", get_favorites),
    Route("POST", "/users/favorites", "none", set_favorites),
    Route("GET", "/users/:id", "none", get_user),
    Route("POST", "/users", "manage-users", create_user),
    Route("PATCH", "/users/:id", "manage-users (own_record_patch: none for oneself)", update_user, by_handler=True),
    Route("DELETE", "/users/:id", "manage-users", delete_user),
    Route("PUT", "/users/:id/password", "none for oneself, manage-users for others", change_password, by_handler=True),
]
