# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties as a dictionary, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import PropertyType, PropertyValue
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import filters, list_in, short


def properties_to_dict(properties: Any, types: Any = None) -> dict[str, Any]:
    """The values by name of properties `[{name, value, type_id}, ...]`, or of a record that has them; with `types` only
    those of these types."""
    if isinstance(properties, Mapping):
        if "properties" not in properties:
            raise Invalid("the record has no properties: ask for them with fields, or give the list of properties")
        properties = properties["properties"]
    given = [types] if isinstance(types, (str, int)) else types
    wanted = None if given is None else {PropertyType().parse(one) for one in list_in(given, "types of properties")}
    values: dict[str, Any] = {}
    for one in list_in(properties, "properties"):
        name = one.get("name") if isinstance(one, Mapping) else None
        if not isinstance(name, str) or not name:
            raise Invalid(f"a property must be a dictionary with name and value, got {short(one)}")
        if wanted is not None and _type_of(one) not in wanted:
            continue
        if name in values:
            raise Invalid(
                f"several properties are called {name!r}: choose one with types or with the filter selectattr"
            )
        values[name] = one.get("value")
    return values


def dict_to_properties(values: Any, type: Any = None) -> list[dict[str, Any]]:
    """Properties `[{name, value}, ...]` in the order of the dictionary, all of this `type`. Values become the
    texts that the server keeps."""
    if not isinstance(values, Mapping):
        raise Invalid(f"the value must be a dictionary of names and values, got {short(values)}")
    common = {} if type is None else {"type_id": PropertyType().parse(type)}
    return [{"name": _name(name), "value": _value(name, value), **common} for name, value in values.items()]


def _type_of(one: Mapping[str, Any]) -> int:
    return PropertyType().parse(one.get("type_id", PropertyType.empty))


def _name(name: Any) -> str:
    if name is None or isinstance(name, bool) or str(name) == "":
        raise Invalid(f"the name of a property must be a text that is not empty, got {short(name)}")
    return str(name)


def _value(name: Any, value: Any) -> Any:
    if isinstance(value, (Mapping, list, tuple)):
        raise Invalid(
            f"the value of {name!r} must be a text, got {short(value)}: use the filter to_json for a structure"
        )
    return None if value is None else PropertyValue().parse(value)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters({"properties_to_dict": properties_to_dict, "dict_to_properties": dict_to_properties})
