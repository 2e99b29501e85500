# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of fields that resources are made of: how each is read from a user, read from the server, compared, written
and shown.

Every value has one canonical form, so that equal means equal: 60 and "60", one id and a list of it, absent, null and
empty.
"""

from __future__ import annotations

import dataclasses
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Protocol

from ansible.module_utils.common.validation import check_type_bool, check_type_list
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK

# The ids of things that users made, and the small numbers of what is built in.
_ID = re.compile(r"[0-9a-f]{24}|[0-9]{1,9}")

_sorted_json = json.JSONEncoder(sort_keys=True).encode  # json.dumps would make an encoder each time

# What a value of another shape than the documented one sets off.
ODD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError)

# Epoch milliseconds of 1973 and 9999: what lies before is most likely in seconds, what lies behind in microseconds.
FIRST_MOMENT, LAST_MOMENT = 100_000_000_000, 253_402_300_799_999


class Invalid(Exception):
    """A value that a field cannot have; the text says what to give instead. The planner adds option and value."""


class Missing(Invalid):
    """A reference to something that does not exist."""


class Unproven(Invalid):
    """Only a part of the records was read, and they do not show what has to be known."""


class Lookup(Protocol):
    """What a reference needs of the planner."""

    def find_id(self, resource: str, text: str, create: bool) -> Any:
        """Id of the item of `resource` that has this id or name (or path). With `create` a missing one is planned.
        Raises Invalid."""

    def title(self, resource: str, identifier: Any) -> str:
        """The name to show for an id."""

    def place(self, resource: str, identifier: Any) -> str:
        """The path of an item of a tree, or its name where no path is known."""


class FieldType:
    """A plain JSON value. Canonical form: the value itself, `empty` when the server has none."""

    argument: Mapping[str, Any] = {"type": "raw"}
    empty: Any = None
    resources: tuple[str, ...] = ()  # whose names values hold, which must be looked up
    hashable = True
    shown_by_server = True  # whether records hold the present value
    holds_secrets = False  # whether `secrets` finds any
    uploads: str | None = None  # the option of each entry that names a file to upload
    bulky = False  # whether values may be long, so that a long list had better not keep those that agree
    lasting = False  # whether, in an entry that takes the place of another, what the user did not give stays as it was

    def parse(self, value: Any) -> Any:
        """Canonical form of what a user gave; raises Invalid."""
        return value

    def read(self, value: Any) -> Any:
        """Canonical form of what the server sent; `value` is neither None nor an empty text."""
        return value

    def resolve(self, desired: Any, _lookup: Lookup, _create: bool) -> Any:
        """Turn names inside a parsed value into ids."""
        return desired

    def references(self, _value: Any) -> Iterator[tuple[str, Any]]:
        """The names or ids of other items in a canonical value, each with its resource."""
        return iter(())

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        """The canonical value to reach from `current` when the user gave `desired`."""
        return desired

    def compare(self, value: Any, desired: Any, append: bool) -> tuple[Any, Any] | None:
        """The present value and the one to reach, both canonical; None when nothing has to change. `value` is what the
        server sent, None when it sent nothing. Raises Invalid."""
        current = self.empty if value is None else self.read(value)
        target = self.merge(current, desired, append)
        return None if self.shown_by_server and self.same(target, current) else (current, target)

    def same(self, one: Any, other: Any) -> bool:
        """Whether two canonical values are equal."""
        return bool(one == other)

    @property
    def single(self) -> FieldType:
        """The type of one value, where this is a list of them."""
        return self

    def holds(self, value: Any, wanted: Any) -> bool:
        """Whether a canonical value is this single one, or has it in it."""
        return self.same(value, wanted)

    def canonical(self, value: Any) -> Any:
        """The canonical form again, after ids have taken the place of marks."""
        return value

    def secrets(self, _value: Any) -> Iterator[str]:
        """The texts in a parsed value that must not be shown."""
        return iter(())

    def write(self, value: Any, _scalar: bool) -> Any:
        """What to send. `_scalar` is true when this server holds a single value where newer ones hold a list."""
        return value

    def show(self, value: Any, _lookup: Lookup) -> Any:
        """What a diff shows."""
        return value


class Text(FieldType):
    """A text; a name (`filled`) cannot be empty."""

    argument: Mapping[str, Any] = {"type": "str"}
    empty = ""

    def __init__(self, *, filled: bool = False) -> None:
        self.filled = filled

    def parse(self, value: Any) -> str:
        if value.__class__ is str and (value or not self.filled):
            text: str = value
            return text  # nearly all are
        if isinstance(value, (dict, list)):
            raise Invalid("give a text (use the filter to_json for a structure)")
        if (not isinstance(value, str) and not isinstance(value, (bool, int, float))) or (self.filled and value == ""):
            raise Invalid("give a text that is not empty" if self.filled else "give a text")
        return str(value)

    def read(self, value: Any) -> str:
        return value if isinstance(value, str) else str(value)


class Number(FieldType):
    """An integer or a fraction, from `least` up; 60, 60.0 and "60" are the same."""

    argument: Mapping[str, Any] = {"type": "float"}

    def __init__(self, empty: float | None = None, *, whole: bool = True, least: float | None = 0) -> None:
        self.empty = empty
        self.whole = whole
        self.least = least
        self.argument = {"type": "int" if whole else "float"}

    def parse(self, value: Any) -> float:
        number = _number(value)
        if (
            number is None
            or (self.whole and not isinstance(number, int))
            or (self.least is not None and number < self.least)
        ):
            word = "whole number" if self.whole else "number"
            raise Invalid(f"give a {word}{'' if self.least is None else f', {self.least} or more'}")
        return number

    def read(self, value: Any) -> Any:
        number = _number(value)
        return value if number is None else number


class Flag(FieldType):
    argument: Mapping[str, Any] = {"type": "bool"}
    empty = False

    def parse(self, value: Any) -> bool:
        try:
            return bool(check_type_bool(value))
        except TypeError:
            raise Invalid("give true or false") from None

    def read(self, value: Any) -> bool:
        return value in (True, 1, "true", "True", "1")


class Timestamp(FieldType):
    """A moment. Canonical form: epoch milliseconds; users may write ISO 8601 with an offset; an empty text means
    none."""

    argument: Mapping[str, Any] = {"type": "str"}

    def parse(self, value: Any) -> int | None:
        if value == "":
            return None
        number = _number(value)
        if isinstance(number, int):
            if not FIRST_MOMENT <= number <= LAST_MOMENT:
                looks = "seconds" if abs(number) < FIRST_MOMENT else "microseconds"
                raise Invalid(
                    f"this looks like {looks}: give epoch milliseconds, or a date such as 2030-12-31T18:00:00Z"
                )
            return number
        try:
            moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        except ValueError:
            raise Invalid("give epoch milliseconds or a date such as 2030-12-31T18:00:00Z") from None
        if moment.tzinfo is None:
            raise Invalid("the time zone is missing: add Z for UTC or an offset such as +03:00")
        return round(moment.timestamp() * 1000)

    def read(self, value: Any) -> Any:
        return _number(value)

    def show(self, value: Any, _lookup: Lookup) -> Any:
        known = isinstance(value, int) and FIRST_MOMENT <= value <= LAST_MOMENT
        return datetime.fromtimestamp(value / 1000, timezone.utc).isoformat() if known else value


class Choice(FieldType):
    """A code with a name. Canonical form: the code; users give the name or the code."""

    def __init__(self, codes: Mapping[str, int], empty: int | None = None) -> None:
        self.codes = codes
        self.names = {code: name for name, code in codes.items()}
        self.empty = empty
        self.argument = {"type": "str", "choices": sorted(codes)}

    def parse(self, value: Any) -> int:
        code = self.codes.get(value, _number(value)) if isinstance(value, str) else _number(value)
        if code not in self.names:
            raise Invalid(f"give one of {', '.join(sorted(self.codes))}")
        return int(code)

    def read(self, value: Any) -> Any:
        return _number(value)

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return self.names.get(value, value)


class Items(FieldType):
    """A list of values of one type. Canonical form: a tuple, in order; for `unordered` sorted and without
    duplicates."""

    empty: Any = ()

    def __init__(self, element: FieldType, *, unordered: bool = False) -> None:
        self.element = element
        self.resources, self.hashable = element.resources, element.hashable
        self.unordered = unordered
        self.argument = {"type": "list", "elements": element.argument["type"]}

    def parse(self, value: Any) -> tuple[Any, ...]:
        try:
            values = check_type_list(value)
        except TypeError:
            raise Invalid("give a list") from None
        return self._canonical(self.element.parse(part) for part in values)

    def read(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            value = [value]  # older servers hold one value here
        return self._canonical(self.element.read(part) for part in value if part is not None)

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        return self._canonical(self.element.resolve(part, lookup, create) for part in desired)

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        for part in value:
            yield from self.element.references(part)

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        return self._canonical((*current, *desired)) if append else desired

    def same(self, one: Any, other: Any) -> bool:
        return len(one) == len(other) and all(self.element.same(*pair) for pair in zip(one, other))

    @property
    def single(self) -> FieldType:
        return self.element

    def holds(self, value: Any, wanted: Any) -> bool:
        return any(self.element.same(part, wanted) for part in value)

    def canonical(self, value: Any) -> Any:
        return self._canonical(value)

    def write(self, value: Any, scalar: bool) -> Any:
        written = [self.element.write(part, False) for part in value]
        if not scalar:
            return written
        if len(written) > 1:
            raise Invalid("this older server holds only one value here: give one")
        return written[0] if written else None

    def show(self, value: Any, lookup: Lookup) -> Any:
        shown = [self.element.show(part, lookup) for part in value]
        return sorted(shown, key=str) if self.unordered else shown

    def _canonical(self, values: Any) -> tuple[Any, ...]:
        return tuple(sorted(set(values), key=str)) if self.unordered else tuple(values)


def set_of(element: FieldType) -> Items:
    return Items(element, unordered=True)


def same_json(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1 and true differ."""
    return one is other or _sorted_json(one) == _sorted_json(other)


class Json(FieldType):
    """Free JSON that is sent as given and compared by structure."""

    bulky = True
    hashable = False

    def same(self, one: Any, other: Any) -> bool:
        return same_json(one, other)

    def __init__(self, kind: str, empty: Any) -> None:
        self.empty = empty
        self.argument = {"type": kind, **({"elements": "dict"} if kind == "list" else {})}
        self.type = list if kind == "list" else dict

    def parse(self, value: Any) -> Any:
        if not isinstance(value, self.type):
            raise Invalid(f"give a {'list' if self.type is list else 'dictionary'}")
        return value


class JsonText(FieldType):
    """A dictionary that the server keeps as JSON text. Given keys are merged into what is there; unknown keys stay."""

    argument: Mapping[str, Any] = {"type": "dict"}
    empty: Any = {}
    bulky = True
    hashable = False

    def parse(self, value: Any) -> Any:
        value = json_or(value)
        if not isinstance(value, dict):
            raise Invalid("give a dictionary")
        return value

    def read(self, value: Any) -> Any:
        return json_or(value)

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        if not isinstance(current, dict) or not isinstance(desired, dict):
            return desired
        return {**current, **{key: self.merge(current.get(key), value, False) for key, value in desired.items()}}

    def same(self, one: Any, other: Any) -> bool:
        return same_json(one, other)

    def write(self, value: Any, _scalar: bool) -> Any:
        return json.dumps(value, ensure_ascii=False)


class Reference(FieldType):
    """An item of another resource, given by name or id. Canonical form: the id as text (or the mark of an item to be
    created).

    With `trust_ids` a value that has the form of an id is taken as one, which saves reading the other resource.
    """

    argument: Mapping[str, Any] = {"type": "str"}

    def __init__(self, resource: str, *, trust_ids: bool = False) -> None:
        self.resource = resource
        self.resources = (resource,)
        self.trust_ids = trust_ids

    def parse(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            raise Invalid("give a name or an id")
        return str(value)

    def read(self, value: Any) -> str:
        return str(value["id"] if isinstance(value, dict) else value)  # tags come as ids or as records

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        if self.trust_ids and _ID.fullmatch(desired):
            return desired
        return lookup.find_id(self.resource, desired, create)

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        yield self.resource, value

    def write(self, value: Any, _scalar: bool) -> Any:
        return int(value) if isinstance(value, str) and value.isdigit() and len(value) < 10 else value

    def show(self, value: Any, lookup: Lookup) -> Any:
        return lookup.title(self.resource, value)


class Secret(FieldType):
    """Written, never read. Canonical form: the text; nothing is known of the present value."""

    argument: Mapping[str, Any] = {"type": "str", "no_log": True}
    shown_by_server = False
    holds_secrets = True

    def parse(self, value: Any) -> str:
        if not isinstance(value, (str, int)) or isinstance(value, bool) or value == "":
            raise Invalid("give a text that is not empty")
        return str(value)

    def secrets(self, value: Any) -> Iterator[str]:
        yield value

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return MASK


@dataclass(frozen=True)
class Field:
    """One field of a resource: the option a user writes, the key in the record (dots lead into nested records), and its
    type. Without a key the value is told from the whole record.

    `create_only` cannot change later. `writer(task, record, current, target)` yields the calls that write the field
    when it is not part of the item's body; on creation it still is, if `in_create`. `touches` are the resources whose
    records these calls change; other items may change them too, so such calls are made one at a time. `verify(task,
    record, target)` tells whether the server has taken over a value that it never shows, None when nobody can tell.
    `append` names the option that adds to what is there in place of making it exact, `create` the one that creates
    missing items it refers to, `update_flag` the one that says when the value of an existing item is set: `always` or
    `on_create`.
    `source` is the path below an item from which the value is read, one call for each item that names the field.
    `only` picks the entries that count, of what is read there, or of a list of the record that several fields share;
    `load(client, path)` reads the raw value below the path of an item in another way than by one call for a list.
    `repeatable` tells that the calls of the writer may be repeated when an answer is lost, whatever their method.
    `refusals` are what it means, and what to do, when the server refuses them with a certain HTTP status.
    `along` is what the body of an item that is only added says besides, where it has the field.
    """

    option: str
    key: str
    type: FieldType
    create_only: bool = False
    writer: Callable[[Any, Mapping[str, Any], Any, Any], Iterable[Request]] | None = None
    in_create: bool = True
    touches: tuple[str, ...] = ()
    verify: Callable[[Any, Mapping[str, Any], Any], bool | None] | None = None
    append: str | None = None
    create: str | None = None
    update_flag: str | None = None
    source: str | None = None
    only: Callable[[Any], bool] | None = None
    load: Callable[[Client, str], Any] | None = None
    repeatable: bool = False
    refusals: Mapping[int, str] = dataclasses.field(default_factory=dict, hash=False)
    along: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)

    def raw(self, record: Mapping[str, Any]) -> Any:
        """The value in a record of the server, None when there is none."""
        if not self.key:
            return record
        value: Any = record.get(self.key)
        if value is None and "." in self.key:
            value = record
            for part in self.key.split("."):
                value = value.get(part) if isinstance(value, dict) else None
        if self.only is not None and isinstance(value, list):
            return [entry for entry in value if self.only(entry)]
        return None if value == "" else value

    def beside(self, record: Mapping[str, Any], written: Any) -> Any:
        """What a record holds under the key once the field is `written`: entries of other fields stay."""
        value = record.get(self.key)
        if self.only is None or not isinstance(value, list):
            return written
        return [*(entry for entry in value if not self.only(entry)), *written]

    def read(self, record: Mapping[str, Any]) -> Any:
        """Canonical form of this field in a record of the server."""
        value = self.raw(record)
        try:
            return self.type.empty if value is None else self.type.read(value)
        except ODD as error:
            raise self._unreadable(record) from error

    def compare(self, record: Mapping[str, Any], value: Any, desired: Any, append: bool) -> tuple[Any, Any] | None:
        """The (raw) value in a record and the one to reach, both canonical; None when nothing has to change. Raises
        Invalid."""
        try:
            return self.type.compare(value, desired, append)
        except ODD as error:
            raise self._unreadable(record) from error

    def _unreadable(self, record: Mapping[str, Any]) -> WrongAnswer:
        return WrongAnswer(
            f"The server's record {record.get('id')} holds {self.key} in a form that is not known: "
            "look at it with saymon.platform.saymon_api, and report it if this server is a SAYMON."
        )


def _number(value: Any) -> int | float | None:
    """60, 60.0 and "60" as 60; None for what is not a number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


def json_or(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
