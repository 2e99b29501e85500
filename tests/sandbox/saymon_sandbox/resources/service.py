# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build hash, server configuration, password policies and presets."""

from __future__ import annotations

from typing import Any

from .. import auth, errors, fields, ids
from ..call import EMPTY, Call
from ..journal import Entry
from ..routing import Route
from ..store import Doc

BUILD_HASH = "5f2b8c1e9a7d43066b1fd0c2e48a97315cd6ab20"

_POLICY_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "length": fields.integer,
    "minLowercase": fields.integer,
    "minCapital": fields.integer,
    "minDigits": fields.integer,
    "minSpecial": fields.integer,
    "changePasswordOnFirstLogin": fields.boolean,
    "passwordLifetime": fields.integer,
    "passwordExpiredNotificationPeriod": fields.integer,
    "uniquePasswordsNumber": fields.integer,
}
_PRESET_READERS: dict[str, fields.Reader] = {"name": fields.text, "key": fields.text, "data": fields.record}
_NUMBERS = ("length", "minLowercase", "minCapital", "minDigits", "minSpecial")


def version_hash(call: Call) -> str:
    return BUILD_HASH


def get_configuration(call: Call) -> Doc:
    if not call.sandbox.settings.configuration_readable:
        raise errors.method_not_allowed("GET")
    return call.sandbox.store.get("configuration", "1") or {}


def update_configuration(call: Call) -> Doc:
    present = call.sandbox.store.get("configuration", "1") or {}
    changed = fields.deep_merge(present, call.record())
    call.sandbox.store.put("configuration", "1", changed)
    return changed


def list_policies(call: Call) -> list[Doc]:
    if not call.sandbox.settings.open_password_policies:
        auth.identify(call, Entry(0, 0, "GET", "", b""))
    return list(call.sandbox.store.all("password_policy").values())


def new_policy(policy_id: ids.Id, given: Doc) -> Doc:
    return {"id": policy_id, "name": given["name"], **dict.fromkeys(_NUMBERS, 0), **given}


def _create_policy(call: Call, verb: str) -> Doc:
    if call.sandbox.settings.policy_create_verb not in ("both", verb):
        raise errors.method_not_allowed(verb.upper())
    given = fields.merge({}, call.given(_POLICY_READERS))
    call.require(given, "name")
    policy = new_policy(ids.new_id(), given)
    call.sandbox.store.put("password_policy", policy["id"], policy)
    return policy


def create_policy_by_patch(call: Call) -> Doc:
    return _create_policy(call, "patch")


def create_policy_by_post(call: Call) -> Doc:
    return _create_policy(call, "post")


def update_policy(call: Call) -> Doc:
    policy = call.stored("password_policy", "PasswordPolicy", call.params["id"])
    changed = new_policy(policy["id"], fields.merge(policy, call.given(_POLICY_READERS, "name")))
    call.sandbox.store.put("password_policy", policy["id"], changed)
    return changed


def delete_policy(call: Call) -> Any:
    """Empty also when there is no such policy. The default one stays."""
    if call.params["id"] == "1":
        raise errors.bad_request("The default password policy cannot be deleted.")
    call.sandbox.store.delete("password_policy", call.params["id"])
    return EMPTY


def list_presets(call: Call) -> list[Doc]:
    key = call.query.get("key")
    return [preset for preset in call.sandbox.store.all("preset").values() if key is None or preset.get("key") == key]


def get_preset(call: Call) -> Doc:
    return call.stored("preset", "Preset", call.params["id"])


def create_preset(call: Call) -> Doc:
    given = call.given(_PRESET_READERS)
    for name in ("name", "key"):
        call.require(given, name)
    preset: Doc = fields.merge({"id": ids.new_id()}, given)
    call.sandbox.store.put("preset", preset["id"], preset)
    return preset


def update_preset(call: Call) -> Doc:
    preset = get_preset(call)
    changed = fields.merge(preset, call.given(_PRESET_READERS))
    call.sandbox.store.put("preset", preset["id"], changed)
    return changed


def delete_preset(call: Call) -> Any:
    call.sandbox.store.delete("preset", get_preset(call)["id"])
    return EMPTY


ROUTES = [
    Route("GET", "/version/hash", "none", version_hash, open=True),
    Route("GET", "/configuration", "manage-configuration", get_configuration),
    Route("PATCH", "/configuration", "manage-configuration", update_configuration),
    Route("GET", "/password-policies", "none", list_policies, open=True),
    Route("PATCH", "/password-policies/", "manage-configuration", create_policy_by_patch),
    Route("POST", "/password-policies", "manage-configuration", create_policy_by_post),
    Route("PATCH", "/password-policies/:id", "manage-configuration", update_policy),
    Route("DELETE", "/password-policies/:id", "manage-configuration", delete_policy),
    Route("GET", "/presets", "", list_presets),
    Route("GET", "/presets/:id", "", get_preset),
    Route("POST", "/presets", "", create_preset),
    Route("PUT", "/presets/:id", "", update_preset),
    Route("DELETE", "/presets/:id", "", delete_preset),
]
