# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The properties of an item: named texts, each with a type. Objects, links, flows and classes have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entries, sub_collection
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Search, filled

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


class Properties(Entries):
    """Name/value pairs with a type; names are unique within an item."""

    def __init__(self) -> None:
        super().__init__(
            "property",
            Field("name", "name", Text(filled=True)),
            (Field("type", "type_id", PropertyType()), Field("value", "value", Text())),
            required=("value",),
            kept=_MANAGED_ELSEWHERE,
        )

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {
            str(name): text if type_id == 1 else f"{text} ({_TYPE_NAMES.get(type_id, type_id)})"
            for name, (type_id, text) in value.items()
        }


PROPERTIES = Properties()


def properties_of(collection: str, *, repeat_required: bool = False) -> Field:
    """The field `properties` of the items at `collection`, which have the flag `append_properties`.

    `repeat_required` is for servers that want name and value with every change of a property.
    """
    return Field(
        "properties",
        "properties",
        PROPERTIES,
        writer=sub_collection(collection, "props", "properties", PROPERTIES, repeat_required=repeat_required),
        append="append_properties",
    )


def _with_property(_search: Search, wanted: Mapping[str, Any], records: list[Record]) -> list[Record]:
    field = Field("properties", "properties", PROPERTIES)
    found = [(record, field.read(record).get(wanted["name"])) for record in records]
    return [record for record, pair in found if pair is not None and wanted["value"] in (None, pair[1])]


PROPERTY_FILTER = Filter(
    {"type": "dict", "options": {"name": {"type": "str", "required": True}, "value": {"type": "str"}}},
    ("properties",),
    _with_property,
    filled("property", "name"),
)
