# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the fields of a request body into their stored form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

from . import errors, ids
from .store import Doc

Reader = Callable[[Any], Any]
_Number = TypeVar("_Number", int, float)


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a string")
    return value


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a boolean")
    return value


def integer(value: Any) -> int:
    """A whole number, also as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("not a whole number")
    return _storable(int(value))


def _storable(value: _Number) -> _Number:
    """Refuses what JSON or the store cannot hold: infinity, and whole numbers of more than 64 bits."""
    if not -(2**63) <= value < 2**63:
        raise ValueError("out of range")
    return value


def number(value: Any) -> int | float:
    """A number, also as text."""
    if isinstance(value, str):
        value = float(value)
        return _storable(int(value) if value.is_integer() else value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("not a number")
    return value


def array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("not an array")
    return value


def strings(value: Any) -> list[str]:
    return [text(item) for item in array(value)]


def record(value: Any) -> Doc:
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def json_text(value: Any) -> str:
    """JSON that is stored as text; it may come as text or as the value itself."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def anything(value: Any) -> Any:
    return value


def identified(value: Any) -> list[Doc]:
    """A list of objects in which each one gets an id unless it has one."""
    return [{**record(item), "id": item.get("id") or ids.new_id()} for item in array(value)]


def object_permissions(value: Any) -> Doc:
    given = record(value)
    return {name: ids.as_ids(given.get(name) or []) for name in ("include", "exclude")}


def read(body: Mapping[str, Any], readers: Mapping[str, Reader]) -> Doc:
    """The known fields of a body, in the body's order; null stays null. Unknown and read-only fields are ignored."""
    found: Doc = {}
    for name, value in body.items():
        reader = readers.get(name)
        if reader is None:
            continue
        try:
            found[name] = None if value is None else reader(value)
        except (ValueError, TypeError, AttributeError):
            raise errors.bad_request(f'Invalid "{name}" parameter.') from None
    return found


def merge(doc: Doc, changes: Mapping[str, Any], keep_null: tuple[str, ...] = ()) -> Doc:
    """A changed copy. null removes a field, unless it is one of those that are shown as null."""
    merged = {**doc, **changes}
    return {name: value for name, value in merged.items() if value is not None or name in keep_null}


def deep_merge(doc: Doc, changes: Mapping[str, Any]) -> Doc:
    """A changed copy in which objects are merged at every depth."""
    merged = dict(doc)
    for name, value in changes.items():
        present = merged.get(name)
        merged[name] = deep_merge(present, value) if isinstance(present, dict) and isinstance(value, dict) else value
    return merged
