# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of many objects at once: which fields can take part, and what each becomes in the call."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan

from .object import OBJECT, either_form
from .properties import PROPERTIES

# The operations of the call that write a list whole, by the option.
_LISTS = {
    "state_conditions": "stateConditions",
    "state_triggers": "stateTriggers",
    "incident_conditions": "incidentConditions",
}
# What no two objects beside each other, or none at all, should have in common.
_OWN = ("name", "discovery_id")

_FIELDS = tuple(
    field
    for field in OBJECT.fields
    if not field.create_only
    and field.option not in _OWN
    and (field.writer is None or field.option in _LISTS or field.type is PROPERTIES)
)
# A bulk change can add properties to what an object has, and cannot remove any.
_FLAGS = tuple(field.append for field in _FIELDS if field.append and field.type is not PROPERTIES)
BULK_OPTIONS = (*(field.option for field in _FIELDS), *_FLAGS)


def wanted_of(given: Mapping[str, Any]) -> Item:
    """What the option `set` wants of every object. Raises BadInput for what cannot be changed in bulk."""
    for option in given:
        if option not in BULK_OPTIONS:
            raise BadInput(
                f"set: {option!r} cannot be changed for many objects at once: choose from {', '.join(BULK_OPTIONS)}, "
                "or use saymon_object."
            )
    flags = {name: argument.get("default") for name, argument in OBJECT.flags.items()}
    item = parse_item(OBJECT, dict(given), None, {**flags, "state": "present"})
    if not item.desired:
        raise BadInput("set is empty: give at least one field to change.")
    return item


def keys_of(item: Item) -> set[str]:
    """The record keys that are needed to plan the change."""
    fields = [OBJECT.by_option[option] for option in item.desired]
    return {"name", "parent_id", *(field.key for field in fields if field.source is None)}


def operations_of(plan: Plan) -> list[dict[str, Any]]:
    """The operations that carry out a plan, in the form of `POST /bulk/objects`."""
    operations: list[dict[str, Any]] = [{"modify": plan.body}] if plan.body else []
    for field in plan.written_apart:
        before, after = plan.before[field.option], plan.after[field.option]
        if field.type is PROPERTIES:
            changed = {name: values for name, values in after.items() if values != before.get(name)}
            operations += [
                {"properties.createOrModify": {"name": name, **PROPERTIES.rest.write(values, False)}}
                for name, values in changed.items()
            ]
        else:
            operations.append({_LISTS[field.option]: field.type.write(after, False)})
    return operations


def grouped(plans: Iterable[Plan]) -> list[tuple[list[dict[str, Any]], list[Plan]]]:
    """The plans with equal operations together, as one call carries them out."""
    groups: dict[str, tuple[list[dict[str, Any]], list[Plan]]] = {}
    for plan in plans:
        operations = operations_of(plan.rest or plan)
        groups.setdefault(json.dumps(operations, sort_keys=True), (operations, []))[1].append(plan)
    return list(groups.values())


def criteria_of(plans: Iterable[Plan]) -> dict[str, Any]:
    """The search that finds exactly the objects of these plans."""
    return {"id": {"$in": [form for plan in plans for form in either_form(str(plan.record["id"]))]}}
