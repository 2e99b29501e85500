# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the options that a user gave into items, and says what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, kind_of

from .field_types import Flag, Invalid
from .plan import Item, Packed, where_is
from .resource import Resource


def parse_item(resource: Resource, raw: Any, place: int | str | None, common: Mapping[str, Any]) -> Item:
    """An item from the options a user gave; `common` are the steering options that hold for all items of the task."""
    if not isinstance(raw, dict):
        where = where_is(resource.plural, place, "")
        raise BadInput(f"{where}an item must be a dictionary of options, got {kind_of(raw)}.")
    desired: dict[str, Any] = {}
    flags = common
    types = resource.types
    for option, value in raw.items():
        if value is None or (option == "id" and value != ""):
            continue
        field_type = types.get(option)
        try:
            if value == "" and (option == "id" or (_finds(resource, option) and raw.get("id") is None)):
                raise Invalid("give a text that is not empty")  # else another item would be found, or none
            if field_type is not None:
                desired[option] = field_type.parse(value)
            else:
                flags = {**flags, option: _flag(resource, option, value)}
        except Invalid as error:
            quoted = option == "id" or (field_type is not None and field_type.shown_by_server)
            said = f" is {_short(value)}" if quoted else ""
            name = next((str(raw[key]) for key in (*resource.key, "id") if raw.get(key)), "")
            raise BadInput(f"{where_is(resource.plural, place, name)}{option}{said}: {error}.") from None
    if "state" in types and "state" not in desired and flags.get("state") is not None:
        desired["state"] = types["state"].parse(flags["state"])
    item = Item(resource, place, desired, flags, None if raw.get("id") is None else str(raw["id"]))
    try:
        resource.adjust(item)
    except Invalid as error:
        raise BadInput(f"{item.where}{error}.") from None
    if isinstance(place, str):  # out of a file, so nothing else holds the values
        _pack(item)
    return item


def _pack(item: Item) -> None:
    for option, value in item.desired.items():
        field_type = item.resource.by_option[option].type
        if field_type.bulky and not field_type.resources:
            with suppress(ValueError):  # nested too deeply for that
                item.desired[option] = Packed(value)


def refuse_empty(args: Mapping[str, Any], options: Iterable[str], where: str = "") -> None:
    """Raise BadInput when one of these options is an empty text, which would select everything, or somebody else."""
    for option in options:
        if args.get(option) == "":
            raise BadInput(f"{where}{option} is empty: give a text, or leave the option out.")


def _finds(resource: Resource, option: str) -> bool:
    """Whether an option finds an item by its own value."""
    return option in resource.names and option not in resource.referring


def _flag(resource: Resource, option: str, value: Any) -> Any:
    argument = {"choices": resource.states} if option == "state" else resource.flags.get(option)
    if argument is None:
        raise Invalid(
            f"there is no such option, choose one of {', '.join(['id', *resource.types, 'state', *resource.flags])}"
        )
    if "choices" in argument and value not in argument["choices"]:
        raise Invalid(f"{_short(value)} is not one of {', '.join(argument['choices'])}")
    try:
        return value if "choices" in argument else Flag().parse(value)
    except Invalid as error:
        raise Invalid(f"{_short(value)} is not valid: {error}") from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
