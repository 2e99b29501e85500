# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property classes: what kind of value a property has."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..routing import Route
from ..store import Doc

_CHANGEABLE: dict[str, fields.Reader] = {
    "name": fields.text,
    "description": fields.text,
    "multiple": fields.boolean,
    "multiple_separator": fields.text,
    "value_display_template": fields.text,
    "source": fields.text,
    "mask": fields.text,
}
# The type of the value and its default are fixed once the class exists.
_READERS: dict[str, fields.Reader] = {**_CHANGEABLE, "value_type_id": fields.text, "value": fields.anything}
_DEFAULTS: Doc = {"description": "", "value": None, "multiple": False, "source": "", "mask": "", "system": False}
BUILT_IN = ("string", "number", "boolean", "date", "datetime", "dictionary")


def new_property_class(class_id: ids.Id, given: Doc) -> Doc:
    return {"id": class_id, "name": given["name"], "value_type_id": given["value_type_id"], **_DEFAULTS, **fields.merge({}, given)}


def _exist(call: Call) -> None:
    """404 on an older server, which knows none of these calls."""
    if not call.sandbox.settings.property_classes:
        raise errors.unknown_route(call.route.path)


def list_property_classes(call: Call) -> list[Doc]:
    _exist(call)
    return list(call.sandbox.store.all("property_class").values())


def get_property_class(call: Call) -> Doc:
    _exist(call)
    return call.stored("property_class", "PropertyClass", call.params["id"])


def create_property_class(call: Call) -> Doc:
    _exist(call)
    given = call.given(_READERS)
    for name in ("name", "value_type_id"):
        call.require(given, name)
    made = new_property_class(ids.new_id(), given)
    call.sandbox.store.put("property_class", made["id"], made)
    return made


def _own(call: Call) -> Doc:
    """One that was not there from the start; 409 for the others."""
    doc = get_property_class(call)
    if doc["system"]:
        raise errors.conflict(f"PropertyClass {doc['id']} is built in.")
    return doc


def update_property_class(call: Call) -> Doc:
    doc = _own(call)
    changed = new_property_class(doc["id"], fields.merge(doc, call.given(_CHANGEABLE, "name")))
    call.sandbox.store.put("property_class", doc["id"], changed)
    return changed


def delete_property_class(call: Call) -> Any:
    call.sandbox.store.delete("property_class", _own(call)["id"])
    return EMPTY


ROUTES = [
    Route("GET", "/property-classes", "", list_property_classes),
    Route("GET", "/property-classes/:id", "", get_property_class),
    Route("POST", "/property-classes", "manage-property-classes", create_property_class),
    Route("PATCH", "/property-classes/:id", "manage-property-classes", update_property_class),
    Route("DELETE", "/property-classes/:id", "manage-property-classes", delete_property_class),
]
