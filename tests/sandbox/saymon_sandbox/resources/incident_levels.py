# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of incidents: four built-in ones, and others."""

from __future__ import annotations

from typing import Any

from .. import alarms, errors, fields, ids
from ..call import EMPTY, Call
from ..routing import Route
from ..sandbox import Sandbox
from ..store import Doc

_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "ui": fields.record,
    "priority": fields.integer,
    "comment": fields.text,
    "description": fields.text,
}
# The priorities of a real server are not known.
_BUILT_IN: dict[str, Doc] = {
    "1": {"id": 1, "name": "Alarm", "ui": {"colors": {"main": "#e53935"}}, "priority": 3},
    "2": {"id": 2, "name": "Warning", "ui": {"colors": {"main": "#ffb300"}}, "priority": 1},
    "3": {"id": 3, "name": "Cleared", "ui": {"colors": {"main": "#4caf50"}}},
    "4": {"id": 4, "name": "Major", "ui": {"colors": {"main": "#8e6cc0"}}, "priority": 2},
}
_COLLECTION = "incident_level"


def all_levels(sandbox: Sandbox) -> dict[str, Doc]:
    """Built-in levels are stored only once they have been changed."""
    return {**_BUILT_IN, **sandbox.store.all(_COLLECTION)}


def find_level(call: Call, wanted: object) -> Doc:
    found = all_levels(call.sandbox).get(str(wanted))
    if found is None:
        raise errors.not_found("IncidentLevel", wanted)
    return found


def list_levels(call: Call) -> list[Doc]:
    return list(all_levels(call.sandbox).values())


def create_level(call: Call) -> Doc:
    given = fields.merge({}, call.given(_READERS))
    call.require(given, "name")
    if not call.sandbox.settings.level_priority_on_create:
        given.pop("priority", None)
    level = {"id": ids.new_id(), "priority": 0, **given}
    call.sandbox.store.put(_COLLECTION, level["id"], level)
    return level


def update_level(call: Call) -> Doc:
    """With `recalcPriority`, all priorities are then numbered from 0 without gaps."""
    level = find_level(call, call.params["id"])
    changes = call.given(_READERS, "name", "priority")
    if level["id"] == alarms.CLEARED and "priority" in changes:
        raise errors.bad_request("The level of cleared incidents has no priority.")
    if isinstance(changes.get("ui"), dict):
        changes["ui"] = fields.deep_merge(level.get("ui", {}), changes["ui"])
    changed = fields.merge(level, changes)
    call.sandbox.store.put(_COLLECTION, changed["id"], changed)
    if call.number("recalcPriority"):
        _renumber(call)
    return find_level(call, changed["id"])


def _renumber(call: Call) -> None:
    ranked = sorted((level for level in all_levels(call.sandbox).values() if "priority" in level), key=lambda level: level["priority"])
    for number, level in enumerate(ranked):
        if level["priority"] != number:
            call.sandbox.store.put(_COLLECTION, level["id"], {**level, "priority": number})


def delete_level(call: Call) -> Any:
    level = find_level(call, call.params["id"])
    if str(level["id"]) in _BUILT_IN:
        raise errors.conflict("A built-in incident level cannot be deleted.")
    if any(level["id"] in (incident["state"], incident["lastState"]) for incident in call.sandbox.store.all(alarms.ACTIVE).values()):
        raise errors.conflict("This incident level is in use.")
    call.sandbox.store.delete(_COLLECTION, level["id"])
    return EMPTY


ROUTES = [
    Route("GET", "/incident-levels", "", list_levels),
    Route("POST", "/incident-levels", "manage-configuration", create_level),
    Route("PATCH", "/incident-levels/:id", "manage-configuration", update_level),
    Route("DELETE", "/incident-levels/:id", "manage-configuration", delete_level),
]
