# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""State and incident conditions, state triggers and stat rules: lists below an object, a link or a class, each written
as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, HttpError, kind_of
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entry, WholeList, whole_list
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Flag,
    Invalid,
    Items,
    Json,
    Lookup,
    Number,
    Reference,
    Text,
    json_or,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Task

from . import condition_grammar as grammar

_INHERIT = "inherit_state_conditions"


@dataclass(frozen=True)
class _Native:
    """What the user gave in SAYMON's own form, and the option that holds it."""

    option: str
    value: Any


class Condition(FieldType):
    """A condition in the readable form, or in SAYMON's own. Canonical form: SAYMON's own."""

    argument: Mapping[str, Any] = {"type": "dict"}
    hashable = False

    def __init__(self, empty: Any = None) -> None:
        self.empty = empty

    def parse(self, value: Any) -> grammar.Condition:
        if isinstance(value, _Native):
            native = json_or(value.value)
            if not isinstance(native, dict):
                raise Invalid(f"{value.option} must be a dictionary, got {kind_of(native)}")
            return native
        return grammar.native_of(json_or(value))

    def read(self, value: Any) -> Any:
        native = json_or(value)
        self.show(native, None)  # what is nested too deeply to be shown is refused here
        return native

    def same(self, one: Any, other: Any) -> bool:
        return grammar.same(one, other)

    def show(self, value: Any, _lookup: Lookup | None) -> Any:
        readable = grammar.readable_of(value)
        return value if readable is None else readable


class _Conditions(Items):
    """The conditions of a stat rule, all of which compare a metric. The server takes them as `_field` only."""

    def __init__(self) -> None:
        super().__init__(Condition())

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, _Native):
            return tuple(grammar.as_field(part) for part in super().parse(value))
        if not isinstance(value.value, list):
            raise Invalid(f"{value.option} must be a list, got {kind_of(value.value)}")
        return tuple(self.element.parse(_Native(value.option, part)) for part in value.value)


class _ConditionEntry(Entry):
    """An entry with conditions. `own_forms` are the options that take a condition in SAYMON's own form, each with the
    option that takes the readable form."""

    def __init__(
        self, word: str, fields: Sequence[Field], required: Sequence[str], own_forms: Mapping[str, str]
    ) -> None:
        super().__init__(word, fields, required, open=True)
        self.own_forms = own_forms
        options = self.argument["options"]
        for own, readable in own_forms.items():
            options[readable].pop("required", None)  # either of the two will do
            options[own] = dict(options[readable])

    def parse(self, value: Any) -> tuple[Any, ...]:
        return super().parse(self._in_one_form(value) if isinstance(value, dict) else value)

    def _in_one_form(self, value: Mapping[str, Any]) -> dict[str, Any]:
        entry = {key: part for key, part in value.items() if key not in self.own_forms}
        for own, readable in self.own_forms.items():
            if value.get(own) is None:
                continue
            if entry.get(readable) is not None:
                raise Invalid(f"{readable} and {own} of {self.word} are the same in two forms: leave one of them out")
            entry[readable] = _Native(own, value[own])
        return entry

    def show(self, value: Any, lookup: Lookup) -> Any:
        shown = super().show(value, lookup)
        parts = {field.option: (field.type, part) for field, part in zip(self.fields, value)}
        for own, readable in self.own_forms.items():
            field_type, part = parts[readable]
            conditions = part if isinstance(part, tuple) else (part,)
            if part is not None and None in map(grammar.readable_of, conditions):
                del shown[readable]
                shown[own] = field_type.write(part, False)
        return shown


class _LooseJson(Json):
    """Free JSON in which numbers and truth values may be texts."""

    def same(self, one: Any, other: Any) -> bool:
        return grammar.same(one, other)


class _Word(Text):
    """One of a few words."""

    def __init__(self, *words: str) -> None:
        super().__init__(filled=True)
        self.words = words
        self.argument = {"type": "str", "choices": list(words)}

    def parse(self, value: Any) -> str:
        if value not in self.words:
            raise Invalid(f"{value!r} is not one of {', '.join(self.words)}")
        return super().parse(value)


class _Optional(Text):
    """A text that is not sent when it is empty."""

    def write(self, value: Any, _scalar: bool) -> Any:
        return value or None


class _ActionValue(FieldType):
    """What a stat rule sets: a constant or a formula. Canonical form: SAYMON's own. Empty, it is not sent."""

    argument: Mapping[str, Any] = {"type": "raw"}
    empty = ""

    def parse(self, value: Any) -> Any:
        if isinstance(value, (dict, list)):
            raise Invalid("give a text or a number")
        return grammar.native_value(value) if isinstance(value, str) else value

    def same(self, one: Any, other: Any) -> bool:
        return grammar.same(one, other)

    def write(self, value: Any, _scalar: bool) -> Any:
        return None if value == "" else value

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return grammar.readable_value(value) if isinstance(value, str) else value


class _Inherits(Flag):
    """Whether there are no own state conditions, so that those of the class count. False asks for nothing."""

    empty = True

    def merge(self, current: Any, desired: Any, _append: bool) -> bool:
        return bool(current or desired)


STATE_CONDITION = _ConditionEntry(
    "each state condition",
    (
        Field("when", "condition", Condition({})),
        Field("state", "state", Reference("state")),
        Field("description", "description", Text()),
    ),
    ("when", "state"),
    {"condition": "when"},
)
INCIDENT_CONDITION = _ConditionEntry(
    "each incident condition",
    (
        Field("when", "condition", Condition({})),
        Field("clear_when", "clearCondition", Condition()),
        Field("level", "state", Reference("incident_level")),
        Field("text", "text", Text()),
    ),
    ("when", "level"),
    {"condition": "when", "clear_condition": "clear_when"},
)
STATE_TRIGGER = Entry(
    "each state trigger",
    (
        Field("type", "type", Text(filled=True)),
        Field("payload", "payload", _LooseJson("dict", {})),
        Field("states", "states", set_of(Reference("state"))),
        Field("duration", "duration", Number()),
        Field("periodicity", "periodicity", _LooseJson("dict", None)),
    ),
    ("type", "payload", "states"),
    open=True,
)
STAT_RULE = _ConditionEntry(
    "each stat rule",
    (
        Field("when", "conditions", _Conditions()),
        Field(
            "actions",
            "actions",
            WholeList(
                Entry(
                    "each action",
                    (
                        Field("type", "type", _Word("set", "extend", "drop")),
                        Field("field", "field", _Optional()),
                        Field("value", "value", _ActionValue()),
                    ),
                    ("type",),
                    open=True,
                )
            ),
        ),
    ),
    ("actions",),
    {"conditions": "when"},
)

_OFF = (
    "this server has incident conditions switched off (409): "
    "set server.conditional_incidents_enabled in its configuration, or leave the option out."
)


def conditions_of(collection: str) -> tuple[Field, ...]:
    """The fields that objects, links and classes have, with `collection` such as /objects. The list that a server may
    refuse is the last."""
    return (
        _field("state_conditions", STATE_CONDITION, collection),
        _field("state_triggers", STATE_TRIGGER, collection),
        _field("incident_conditions", INCIDENT_CONDITION, collection, {409: _OFF}),
    )


def own_conditions_of(collection: str) -> tuple[Field, ...]:
    """The fields that only objects and links have, whose conditions take the place of those of their class."""

    def drop(_task: Task, record: Mapping[str, Any], _current: Any, _target: Any) -> Iterator[Request]:
        yield Request("DELETE", f"{collection}/{record['id']}/state-conditions")

    return (
        Field(
            _INHERIT,
            _INHERIT,
            _Inherits(),
            writer=drop,
            in_create=False,
            source="state-conditions/exists",
            load=_inherits,
        ),
        _field("stat_rules", STAT_RULE, collection),
    )


def append_flags(*fields: Field) -> dict[str, dict[str, Any]]:
    """The steering options that go with fields."""
    return {field.append: {"type": "bool", "default": False} for field in fields if field.append}


def refuse_both(item: Item) -> None:
    """An item cannot have own state conditions and inherit them."""
    if item.desired.get(_INHERIT) and "state_conditions" in item.desired:
        raise BadInput(
            f"{item.where}{_INHERIT} and state_conditions are given together, but only one of them can hold: "
            "leave one of them out."
        )


def _field(option: str, entry: Entry, collection: str, refusals: Mapping[int, str] | None = None) -> Field:
    return whole_list(
        option,
        WholeList(entry),
        collection,
        option.replace("_", "-"),
        append=f"append_{option}",
        refusals=refusals,
    )


def _inherits(client: Client, path: str) -> bool:
    """Whether the item at a path has no state conditions of its own. An own list that is empty is one."""
    for below in ("/exists", ""):  # the first is not known on every server
        try:
            found = client.get(f"{path}/state-conditions{below}")
        except HttpError as error:
            if not error.absent and error.status != 405:
                raise
            continue
        if isinstance(found, bool):
            return not found
        if isinstance(found, list):
            return False
    return True
