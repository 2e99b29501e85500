# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State and incident conditions, state triggers, stat rules: whole lists that belong to an object, a link or a class."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids, life, lists
from ..call import EMPTY, Call
from ..store import Doc
from . import condition_forms, incident_levels
from .entities import Kind

NAMES = {"state-conditions": "StateConditions", "incident-conditions": "IncidentConditions", "state-triggers": "StateTriggers"}
STAT_RULES = "stat-rules"
_NAMES = {**NAMES, STAT_RULES: "StatRules"}
_ACTIONS = ("set", "extend", "drop")


def key(part: str, kind: Kind, doc: Doc) -> str:
    return lists.key(part, kind.collection, doc["id"])


def store(call: Call, part: str, kind: Kind, doc: Doc, items: list[Any]) -> list[Any]:
    """Raises 409 for incident conditions while the server has them switched off."""
    if part == "incident-conditions":
        if not call.sandbox.settings.conditional_incidents_enabled:
            raise errors.conflict("Conditional incidents are disabled.")
        try:
            items = fields.identified(items)
        except ValueError:
            raise errors.bad_request("Every condition must be an object.") from None
    if part == STAT_RULES and not all(_is_stat_rule(item) for item in items):
        raise errors.bad_request("Every stat rule must be an object with actions of the types set, extend and drop.")
    if call.sandbox.settings.condition_checks:
        condition_forms.check(part, items, lambda kind: _known(call, kind))
    old = call.sandbox.store.get("list", key(part, kind, doc))
    if items or not call.sandbox.settings.empty_list_drops:
        call.sandbox.store.put("list", key(part, kind, doc), {"items": items})
    else:
        call.sandbox.store.delete("list", key(part, kind, doc))
    call.sandbox.audit(kind.type, doc["id"], kind.type, old["items"] if old else None, items, call.user["id"])
    _look_again(call, part, kind, doc)
    return items


def _known(call: Call, kind: str) -> list[ids.Id]:
    records = call.sandbox.store.all("state").values() if kind == "state" else incident_levels.list_levels(call)
    return [record["id"] for record in records]


def _look_again(call: Call, part: str, kind: Kind, doc: Doc) -> None:
    """Conditions also apply to the data that have come before them."""
    if part in ("state-conditions", "incident-conditions"):
        life.reconsider(call.sandbox, kind.collection, doc)


def _is_stat_rule(item: Any) -> bool:
    actions = item.get("actions") if isinstance(item, dict) else None
    return isinstance(actions, list) and all(isinstance(action, dict) and action.get("type") in _ACTIONS for action in actions)


def read(call: Call, part: str, kind: Kind) -> list[Any]:
    doc = kind.of(call)
    found = call.sandbox.store.get("list", key(part, kind, doc))
    if found is None:
        raise errors.never_set(_NAMES[part], kind.name, doc["id"], call.sandbox.settings.never_set_status)
    items: list[Any] = found["items"]
    if call.sandbox.settings.condition_form == "field":
        return [condition_forms.with_fields(item) if isinstance(item, dict) else item for item in items]
    return items


def replace(call: Call, part: str, kind: Kind) -> Any:
    store(call, part, kind, kind.of(call), call.array())
    return EMPTY


def replace_and_show(call: Call, part: str, kind: Kind) -> list[Any]:
    return store(call, part, kind, kind.of(call), call.array())


def drop(call: Call, part: str, kind: Kind) -> Any:
    doc = kind.of(call)
    call.sandbox.store.delete("list", key(part, kind, doc))
    _look_again(call, part, kind, doc)
    return EMPTY


def exists(call: Call, part: str, kind: Kind) -> bool:
    if not call.sandbox.settings.condition_exists_call:
        raise errors.unknown_route(f"/{kind.collection}s/{call.params['id']}/{part}/exists")
    return call.sandbox.store.get("list", key(part, kind, kind.of(call))) is not None


def forget(call: Call, kind: Kind, doc: Doc) -> None:
    """Called when the owner is deleted."""
    for part in _NAMES:
        call.sandbox.store.delete("list", key(part, kind, doc))
    call.sandbox.store.delete("manual", f"{kind.collection}:{doc['id']}")
