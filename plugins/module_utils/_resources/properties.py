# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of an item: named texts, each with a type. Objects, links, flows and classes have them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK, looks_secret
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entries, sub_collection
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Search

PROPERTY_TYPES = {"info": 1, "readonly": 2, "readwrite": 3, "document": 6, "file": 7, "service": 8}
_TYPE_NAMES = {code: name for name, code in PROPERTY_TYPES.items()}
# Documents and monitoring settings have calls of their own, so making a list exact never removes them.
_MANAGED_ELSEWHERE = frozenset({6, 7, 8})


class PropertyType(FieldType):
    """The type of a property, by name or number. Canonical form: the number."""

    argument: Mapping[str, Any] = {"type": "str"}
    empty: Any = PROPERTY_TYPES["info"]

    def parse(self, value: Any) -> int:
        code = PROPERTY_TYPES.get(value) if isinstance(value, str) else value
        if code is None and str(value).isdecimal():
            code = int(value)
        if not isinstance(code, int) or isinstance(code, bool) or code < 1:
            raise Invalid(f"{value!r} is not a type of property: give {', '.join(PROPERTY_TYPES)}, or a number")
        return code

    def read(self, value: Any) -> int:
        return int(value)


class PropertyValue(Text):
    """The value of a property, a text. Core must not turn it into one: in a list it does not either, and then the same
    value would be two texts."""

    argument: Mapping[str, Any] = {"type": "raw"}

    def parse(self, value: Any) -> str:
        if value.__class__ is str:
            text: str = value
            return text  # nearly all are
        if isinstance(value, bool):
            return json.dumps(value)
        # YAML makes a date of 2030-01-31.
        plain = isinstance(value, date) and not isinstance(value, datetime)
        return super().parse(value.isoformat() if plain else value)


class Properties(Entries):
    """Name/value pairs with a type; names are unique within an item. One that is given without a value keeps the value
    that it has, and is not created."""

    def __init__(self) -> None:
        super().__init__(
            "property",
            Field("name", "name", Text(filled=True)),
            (Field("type", "type_id", PropertyType()), Field("value", "value", PropertyValue())),
            kept=_MANAGED_ELSEWHERE,
        )

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        known = {
            name: (type_id, text) for name, (type_id, text) in desired.items() if text is not None or name in current
        }
        return super().merge(current, known, append)

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {str(name): _shown_property(str(name), *values) for name, values in value.items()}


def _shown_property(name: str, type_id: int, text: str) -> str:
    if type_id == 1:
        return text
    shown = MASK if type_id == PROPERTY_TYPES["service"] and looks_secret(name) else text
    return f"{shown} ({_TYPE_NAMES.get(type_id, type_id)})"


PROPERTIES = Properties()


def properties_of(collection: str, *, repeat: Sequence[str] = ()) -> Field:
    """The field `properties` of the items at `collection`, which have the flag `append_properties`.

    `repeat` are the options that the server wants with every change of a property.
    """
    return Field(
        "properties",
        "properties",
        PROPERTIES,
        writer=sub_collection(collection, "props", "properties", PROPERTIES, repeat=repeat),
        append="append_properties",
    )


def criterion(wanted: Mapping[str, Any]) -> dict[str, str]:
    """What a property must have to match a filter: its name, and its value as the text that it is on the server."""
    name, value = wanted["name"], wanted["value"]
    return {"name": name} if value is None else {"name": name, "value": PropertyValue().parse(value)}


def _check(wanted: Mapping[str, Any]) -> None:
    refuse_empty(wanted, ["name"], "property: ")
    try:
        criterion(wanted)
    except Invalid as error:
        raise BadInput(f"property: value: {error}.") from None


def _with_property(_search: Search, wanted: Mapping[str, Any], records: list[Record]) -> list[Record]:
    text = criterion(wanted).get("value")
    field = Field("properties", "properties", PROPERTIES)
    found = [(record, field.read(record).get(wanted["name"])) for record in records]
    return [record for record, pair in found if pair is not None and text in (None, pair[1])]


PROPERTY_FILTER = Filter(
    {"type": "dict", "options": {"name": {"type": "str", "required": True}, "value": {"type": "raw"}}},
    ("properties",),
    _with_property,
    _check,
)
