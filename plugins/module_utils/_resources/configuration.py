# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration of a server: one record of nested sections. A task names those settings that it is about."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, SaymonError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    same_json,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task
from ansible_collections.saymon.platform.plugins.module_utils._state.spelling import near_miss

from .secret_settings import alike, is_hidden, masked

PATH = "/configuration"

# Settings that SAYMON documents, so that a server need not show them; `*` stands for any name.
_DOCUMENTED = frozenset(
    {
        "agent_stat.*",
        "cache.*",
        "custom_scripts.entity_triggers_path",
        "db.*",
        "elasticsearch.*",
        "keycloak.*",
        "ldap.*",
        "mqtt.*",
        "openTsdb.*",
        "server.agent_registration_parent_id",
        "server.analytics_enabled",
        "server.analytics_processes",
        "server.comet_port",
        "server.comet_secure",
        "server.comet_ssl_certificate",
        "server.comet_ssl_key",
        "server.conditional_incidents_enabled",
        "server.default_result_timeout",
        "server.default_state_id",
        "server.discovery_parent_id",
        "server.email.disabled",
        "server.email.fields.from",
        "server.email.max_json_length",
        "server.email.transport.auth.pass",
        "server.email.transport.auth.user",
        "server.email.transport.service",
        "server.event_log_max_bytes",
        "server.history_temporary_storage_period",
        "server.history_update_period",
        "server.incident_timeout",
        "server.notification_buffering_period",
        "server.redis_populate_period",
        "server.retain_expired_stat",
        "server.self_object_id",
        "server.sms_script",
        "server.stat_scan_period",
        "server.user.auth_enabled",
        "server.user.csrf_token_enabled",
        "server.user.lang_default",
        "server.user.new_user_access",
        "server.user.template.permissions",
        "server.voice_call_script",
    }
)

# What may keep the account of the task, and perhaps everybody, from signing in again.
_LOCKOUTS: Mapping[str, str] = {
    "authentication": "it decides how people sign in",
    "authEnabled": "it decides how people sign in",
    "authTokenEnabled": "it decides whether tokens are accepted",
    "db": "it decides where the server keeps its accounts",
    "keycloak": "accounts of Keycloak sign in through it",
    "ldap": "accounts of LDAP sign in through it",
    "server.user.csrf_token_enabled": "clients that do not send the token are refused once it is on",
}


@dataclass(frozen=True)
class Given:
    """What a user wants of the configuration. With `anew`, secrets that the server hides are written again."""

    values: dict[str, Any]
    anew: bool = False


@dataclass(frozen=True)
class Side:
    """A configuration before or after a change: all of it, and the part that differs."""

    whole: dict[str, Any]
    differing: dict[str, Any]


class Settings(FieldType):
    """Nested sections, of which only what is given is compared; lists are compared whole."""

    argument: Mapping[str, Any] = {"type": "dict"}
    hashable = False

    def parse(self, value: Any) -> Given:
        if not isinstance(value, dict) or not value:
            raise Invalid("give a dictionary of sections, such as {server: {incident_timeout: 3600000}}")
        _check_names(value)
        return Given(value)

    def compare(self, value: Any, desired: Any, _append: bool) -> tuple[Any, Any] | None:
        whole = {} if value is None else value
        before, after = _differing(whole, desired.values, desired.anew, ())
        if not after:
            return None
        return Side(whole, before), Side(_merged(whole, after), after)

    def write(self, value: Any, _scalar: bool) -> Any:
        return value.whole

    def show(self, value: Any, _lookup: Any) -> Any:
        return masked(value.differing)


def _check_names(values: Mapping[Any, Any]) -> None:
    for name, value in values.items():
        if not isinstance(name, str) or not name:
            raise Invalid(f"the name {name!r} is not a text: write it in quotes")
        if "." in name:
            raise Invalid(f"the name {name!r} contains a dot: write the sections as nested dictionaries")
        if isinstance(value, dict):
            _check_names(value)
        elif is_hidden(value):
            raise Invalid(f"{name} holds a mask and no secret: give the secret itself, or leave {name} out")


def _differing(
    present: Mapping[str, Any], wanted: Mapping[str, Any], anew: bool, above: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The given settings that differ, as they are and as they shall be."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in wanted.items():
        there = present.get(name)
        if isinstance(there, dict) or isinstance(value, dict):
            inside = _differing(_section(there, value, (*above, name)), value, anew, (*above, name))
            if inside[1]:
                before[name], after[name] = inside
            continue
        value = _like(there, value)
        if not _agrees(name, there, value, anew):
            after[name] = value
            if name in present:
                before[name] = there
    return before, after


def _section(there: Any, value: Any, path: tuple[str, ...]) -> dict[str, Any]:
    """The present section that a dictionary is compared with. Raises Invalid where one side is no section."""
    if not isinstance(value, dict):
        raise Invalid(f"{'.'.join(path)} is a section of this server: give a dictionary of its settings")
    if there in (None, ""):
        return {}
    if not isinstance(there, dict):
        raise Invalid(f"{'.'.join(path)} is a single setting of this server: give a value in place of a dictionary")
    return there


def _like(present: Any, value: Any) -> Any:
    """A text as the number or boolean that it says, where the server has one: templates make texts of all values."""
    if not isinstance(value, str) or not isinstance(present, (bool, int, float)):
        return value
    try:
        said = json.loads(value.lower())
    except ValueError:
        return value
    return said if isinstance(said, bool) == isinstance(present, bool) and not isinstance(said, (dict, list)) else value


def _agrees(name: str, present: Any, value: Any, anew: bool) -> bool:
    """Whether a setting needs no change. What the server hides cannot be compared."""
    if is_hidden(present):
        return not anew and alike(name, present, value)
    if present in (None, "") and value in (None, ""):
        return True
    if isinstance(present, float) or isinstance(value, float):
        return bool(present == value) and isinstance(present, bool) == isinstance(value, bool)
    return same_json(present, value)


def _merged(present: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(present)
    for name, value in changes.items():
        if isinstance(value, dict):
            there = merged.get(name)
            value = _merged(there if isinstance(there, dict) else {}, value)
        merged[name] = value
    return merged


def _without_masks(value: Any) -> Any:
    """The same without the settings that the server hides, which must not be written back."""
    if not isinstance(value, dict):
        return value
    return {key: _without_masks(one) for key, one in value.items() if isinstance(one, dict) or not is_hidden(one)}


def paths_of(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The settings inside of sections, each by its path with dots."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from paths_of(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _hidden_in(values: Mapping[str, Any]) -> list[str]:
    return [path for path, value in paths_of(values) if is_hidden(value)]


def read_configuration(client: Client) -> dict[str, Any] | None:
    """The configuration; None where the server does not show it, which no documentation promises."""
    try:
        data = client.get(PATH)
    except HttpError as error:
        if not error.absent and error.status != 405:
            raise
        return None
    if not isinstance(data, dict):
        raise WrongAnswer(f"GET {PATH} did not answer with a record: check that saymon_url is a SAYMON server.")
    return data


def _load(task: Task, _keys: set[str]) -> list[Record]:
    found = read_configuration(task.client)
    return [{"id": "configuration", "settings": found}]


def _write(_task: Task, _record: Mapping[str, Any], _current: Any, target: Side) -> Iterator[Request]:
    """Sections are sent whole, because nobody knows how deep the server merges, but never with a mask in them."""
    body = {name: _without_masks(target.whole[name]) for name in target.differing}
    yield Request("PATCH", PATH, body=body)


def _adjust(item: Item) -> None:
    if "settings" not in item.desired:
        raise Invalid("settings must be given: a dictionary of sections")
    item.desired["settings"] = replace(item.desired["settings"], anew=bool(item.flags.get("update_secrets")))


def _guard(_task: Task, plans: list[Plan]) -> list[str]:
    (plan,) = plans
    if not plan.after:
        return []
    after = plan.after["settings"]
    if not plan.item.flags.get("allow_lockout"):
        _refuse_lockout(after.differing)
    if plan.record["settings"] is None:
        return [
            "This server does not show its configuration, so nothing can be compared: the task writes what is given, "
            "and reports a change, in each run."
        ]
    known = [path for path, _value in paths_of(plan.record["settings"])]
    odd = [path for path, _value in paths_of(after.differing) if path not in known and not _is_documented(path)]
    return [
        f"The server has no setting {path!r}{near_miss(path, known)}: check the spelling. It is written as it is."
        for path in odd
    ]


def _refuse_lockout(differing: Mapping[str, Any]) -> None:
    for path, _value in paths_of(differing):
        for risky, why in _LOCKOUTS.items():
            if f"{path}.".startswith(f"{risky}."):
                raise Invalid(
                    f"a change of {path} may lock this account out, because {why}: check it, and set allow_lockout to "
                    "true"
                )


def _is_documented(path: str) -> bool:
    return path in _DOCUMENTED or f"{path.partition('.')[0]}.*" in _DOCUMENTED


def _after(task: Task, plans: list[Plan]) -> dict[str, Any]:
    """Look whether the server has kept the hidden secrets of a section that was written without them."""
    (plan,) = plans
    if plan.action == "none" or plan.error is not None or task.check:
        return {}
    before, changed = plan.before["settings"].whole, plan.after["settings"].differing
    hidden = _hidden_in({name: before[name] for name in changed if name in before})
    if not hidden:
        return {}
    there = {path for path, _value in paths_of(read_configuration(task.client) or {})}
    if lost := sorted({*hidden} - there):
        raise SaymonError(
            f"The server has taken over the change and forgotten {', '.join(lost)}, which it had hidden: "
            "set this again with its value.",
            changed=True,
        )
    return {}


CONFIGURATION = Resource(
    name="configuration",
    plural="configurations",
    path=PATH,
    key=(),
    singleton=True,
    states=("present",),
    flags={
        "update_secrets": {"type": "bool", "default": False},
        "allow_lockout": {"type": "bool", "default": False},
    },
    load=_load,
    adjust=_adjust,
    guard=_guard,
    after=_after,
    fields=(Field("settings", "settings", Settings(), writer=_write, repeatable=True),),
)
