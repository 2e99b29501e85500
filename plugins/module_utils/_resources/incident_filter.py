# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SAYMON's grammar of incident filters in a readable form.

    {level: [Alarm, Major]}                        ["severity", ["1", "4"]]
    {object: /ROOT/Shop, recursive: true}          the parameter parentFilter
    {text: {contains: disk}}                       ["text", {"value": "disk", "op": "_ct"}]
    {occurred: {since: -1h}}                       ["localTimestamp", {"from": ..., "to": ...}]
    {any: [{...}, {...}]}, {all: [{...}, {...}]}   ["$or", [...]], ["$and", [...]]

What a dictionary says holds together. The server gets as much of a filter as narrows its list without leaving out what
matches; everything is checked again here, because a server may ignore filters, and only a part can be said to it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Flag,
    Invalid,
    Reference,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, text_of
from ansible_collections.saymon.platform.plugins.module_utils._state.spelling import near_miss

from .incident_entities import Entities, is_acknowledged, is_link, is_open, is_removed
from .properties import PropertyValue

_LAST_MOMENT = 253_402_300_799_999  # of the year 9999, for a range without an end

# SAYMON's own operator if it is sent, the test, and the text to compare with.
Comparison = tuple[Optional[str], Callable[[str, str], bool], str]
# Ids by the place in the filter where their names stand.
Ids = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Condition:
    """A part of a filter.

    `holds(incident, entities, ids)` tells whether an incident meets it. `native(ids)` is the same in SAYMON's grammar;
    None where that could leave out incidents that meet it. `names` are the names in it, each set with the field that
    turns them into ids. `facts` tells whether it looks at more of an entity than its id. `parent` is the place of the
    object at or below which the entities are, for a condition that says that.
    """

    holds: Callable[[Record, Entities, Ids], bool]
    native: Callable[[Ids], Any] = lambda ids: None
    names: tuple[tuple[Field, Any], ...] = ()
    facts: bool = False
    parent: str | None = None


def parse_filter(value: Any, now: int, place: str = "filter") -> Condition:
    """What the option at `place` says. `now` is in epoch milliseconds. Raises BadInput."""
    try:
        return _dictionary(place, value, now)
    except Invalid as error:
        raise BadInput(f"{error}.") from None


def table_of(condition: Condition | None, known: Iterable[Field] = ()) -> tuple[Resource, Item]:
    """A table with a field for each place where the condition has names, and the item that holds them: with these a
    finder turns the names into ids. `known` are further fields."""
    names = condition.names if condition else ()
    fields = (*(field for field, _names in names), *known)
    table = Resource("filter", "filters", "", fields, key=(), states=())
    return table, Item(table, None, {field.option: value for field, value in names}, {}, None)


def query_of(condition: Condition, ids: Ids) -> dict[str, Any]:
    """The parameters that narrow a list call by a condition."""
    # JSON text in the query is inferred from the event log; a server that ignores it answers with more.
    native = condition.native(ids)
    parents = ids[condition.parent] if condition.parent else ()
    return {
        "filter": json.dumps([native], ensure_ascii=False, separators=(",", ":")) if native else None,
        "parentFilter": parents[0] if len(parents) == 1 else None,
    }


# --- combinations ---------------------------------------------------------------------------------


def _dictionary(place: str, value: Any, now: int) -> Condition:
    """All conditions of a dictionary together."""
    if not isinstance(value, dict) or not value:
        raise Invalid(f"{place} must be a dictionary with conditions such as {{level: [Alarm]}}, got {_short(value)}")
    given = {str(key): one for key, one in value.items()}
    _refuse_unknown(place, given, _CONDITIONS)
    if "recursive" in given and "object" not in given:
        raise Invalid(f"{place}.recursive is given without object: add the object, or leave recursive out")
    conditions = [
        _CONDITIONS[key](f"{place}.{key}", one, now) for key, one in given.items() if key not in ("object", "recursive")
    ]
    if "object" in given:
        conditions.append(_object(place, given["object"], given.get("recursive", False)))
    return _every(conditions)


def _every(conditions: list[Condition]) -> Condition:
    if len(conditions) == 1:
        return conditions[0]

    def native(ids: Ids) -> Any:
        parts = [part for part in (one.native(ids) for one in conditions) if part]
        return ["$and", parts] if len(parts) > 1 else next(iter(parts), None)

    return Condition(
        lambda incident, entities, ids: all(one.holds(incident, entities, ids) for one in conditions),
        native,
        tuple(pair for one in conditions for pair in one.names),
        any(one.facts for one in conditions),
        next((one.parent for one in conditions if one.parent), None),
    )


def _all(place: str, value: Any, now: int) -> Condition:
    return _every(_parts(place, value, now))


def _any(place: str, value: Any, now: int) -> Condition:
    conditions = _parts(place, value, now)

    def native(ids: Ids) -> Any:
        parts = [one.native(ids) for one in conditions]
        return ["$or", parts] if all(parts) else None

    return Condition(
        lambda incident, entities, ids: any(one.holds(incident, entities, ids) for one in conditions),
        native,
        tuple(pair for one in conditions for pair in one.names),
        any(one.facts for one in conditions),
    )


def _parts(place: str, value: Any, now: int) -> list[Condition]:
    if not isinstance(value, list) or not value:
        raise Invalid(f"{place} must be a list of dictionaries with conditions, got {_short(value)}")
    return [_dictionary(f"{place}[{number}]", part, now) for number, part in enumerate(value)]


# --- what a condition looks at --------------------------------------------------------------------


def _object(place: str, value: Any, recursive: Any) -> Condition:
    """The entities are these objects, or are below them."""
    where, below = f"{place}.object", _flag(f"{place}.recursive", recursive)
    names = _names(where, value, "object")
    if below:
        return Condition(
            lambda incident, entities, ids: any(entities.is_below(incident, one) for one in ids[where]),
            names=names,
            facts=True,
            parent=where,
        )
    return Condition(
        lambda incident, _entities, ids: not is_link(incident) and text_of(incident, "entityId") in ids[where],
        lambda ids: _one_of([["entity", f"objects-{one}"] for one in ids[where]]),
        names,
    )


def _link(place: str, value: Any, _now: int) -> Condition:
    """The entity is a link, given by its id or by the two objects that it joins."""
    if not isinstance(value, dict):
        links = _texts(place, value)
        return Condition(
            lambda incident, _entities, _ids: is_link(incident) and text_of(incident, "entityId") in links,
            lambda _ids: _one_of([["entity", f"links-{one}"] for one in links]),
        )
    if {*value} != {"source", "target"}:
        raise Invalid(f"{place} must be the id of a link, or have source and target, got {_short(value)}")
    ends = {end: f"{place}.{end}" for end in ("source", "target")}
    names = tuple(pair for end, where in ends.items() for pair in _names(where, value[end], "object"))

    def joins(incident: Record, entities: Entities, ids: Ids) -> bool:
        link = entities.record(incident) if is_link(incident) else {}
        return all(text_of(link, end) in ids[where] for end, where in ends.items())

    return Condition(joins, names=names)


def _reference(key: str, native: str, resource: str) -> Callable[[str, Any, int], Condition]:
    """A condition on what an incident refers to under `key`."""

    def build(place: str, value: Any, _now: int) -> Condition:
        return Condition(
            lambda incident, _entities, ids: text_of(incident, key) in ids[place],
            lambda ids: [native, list(ids[place])],
            _names(place, value, resource),
        )

    return build


def _acknowledged_by(place: str, value: Any, _now: int) -> Condition:
    return Condition(
        lambda incident, _entities, ids: text_of(incident, "acknowledgedBy") in ids[place],
        lambda ids: _one_of([["acknowledgedBy", one] for one in ids[place]]),
        _names(place, value, "user"),
    )


def _class(place: str, value: Any, _now: int) -> Condition:
    return Condition(
        lambda incident, entities, ids: text_of(entities.record(incident), "class_id") in ids[place],
        lambda ids: _one_of([["classId", one] for one in ids[place]]),
        _names(place, value, "class"),
        facts=True,
    )


def _entity_state(place: str, value: Any, _now: int) -> Condition:
    return Condition(
        lambda incident, entities, ids: text_of(entities.record(incident), "state_id") in ids[place],
        lambda ids: ["stateId", list(ids[place])],
        _names(place, value, "state"),
        facts=True,
    )


def _property(place: str, value: Any, _now: int) -> Condition:
    """A property of the entity: that it is there, or what its value is."""
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str) or not name:
        raise Invalid(f"{place} must be a dictionary with the name of a property, got {_short(value)}")
    _refuse_unknown(place, value, ("name", *_OPERATORS))
    tests = _comparisons(place, {key: one for key, one in value.items() if key != "name"})

    def holds(incident: Record, entities: Entities, _ids: Ids) -> bool:
        values = entities.properties(incident, name)
        return any(all(test(one, wanted) for _op, test, wanted in tests) for one in values)

    return Condition(
        holds,
        lambda _ids: _together([["property", {**sent, "property": name}] for sent in _sent(tests)]),
        facts=True,
    )


def _text(key: str) -> Callable[[str, Any, int], Condition]:
    def build(place: str, value: Any, _now: int) -> Condition:
        tests = _comparisons(place, value if isinstance(value, dict) else {"equals": value})
        if not tests:
            raise Invalid(f"{place} must be a text, or a comparison such as {{contains: disk}}, got {_short(value)}")
        return Condition(
            lambda incident, _entities, _ids: all(test(text_of(incident, key), wanted) for _op, test, wanted in tests),
            lambda _ids: _together([[key, sent] for sent in _sent(tests)]),
        )

    return build


def _time(key: str) -> Callable[[str, Any, int], Condition]:
    """A condition on a moment of the incident: `since` and `until`, both inclusive."""

    def build(place: str, value: Any, now: int) -> Condition:
        if not isinstance(value, dict) or not value:
            raise Invalid(f"{place} must be a dictionary such as {{since: -1h}}, got {_short(value)}")
        _refuse_unknown(place, value, ("since", "until"))
        first, last = (_moment(f"{place}.{end}", value.get(end), now) for end in ("since", "until"))
        first, last = first or 0, _LAST_MOMENT if last is None else last
        if first > last:
            raise Invalid(f"{place}: since is later than until: swap the two, or correct them")

        def holds(incident: Record, _entities: Entities, _ids: Ids) -> bool:
            moment = incident.get(key)
            return isinstance(moment, (int, float)) and moment > 0 and first <= moment <= last

        return Condition(holds, lambda _ids: [key, {"from": first, "to": last}])

    return build


def _truth(test: Callable[[Record], bool]) -> Callable[[str, Any, int], Condition]:
    """A condition that SAYMON's grammar cannot express."""

    def build(place: str, value: Any, _now: int) -> Condition:
        wanted = _flag(place, value)
        return Condition(lambda incident, _entities, _ids: test(incident) == wanted)

    return build


_CONDITIONS: dict[str, Callable[[str, Any, int], Condition]] = {
    "all": _all,
    "any": _any,
    "object": lambda place, value, now: _object(place, value, False),
    "recursive": lambda place, value, now: _object(place, value, False),
    "link": _link,
    "level": _reference("state", "severity", "incident_level"),
    "text": _text("text"),
    "comment": _text("comment"),
    "class": _class,
    "entity_state": _entity_state,
    "property": _property,
    "registered": _time("timestamp"),
    "occurred": _time("localTimestamp"),
    "cleared": _time("clearTimestamp"),
    "acknowledged_by": _acknowledged_by,
    "acknowledged": _truth(is_acknowledged),
    "open": _truth(is_open),
    "removed": _truth(is_removed),
}


# --- values ---------------------------------------------------------------------------------------

# For each operator: SAYMON's own, and what it means. One that denies is not sent: nobody knows whether a server takes
# an incident without any text for one that meets it.
_OPERATORS: dict[str, tuple[str | None, Callable[[str, str], bool]]] = {
    "equals": ("_eq", lambda present, wanted: present == wanted),
    "not_equals": (None, lambda present, wanted: present != wanted),
    "matches": ("_m", lambda present, wanted: re.search(wanted, present) is not None),
    "contains": ("_ct", lambda present, wanted: wanted in present),
    "not_contains": (None, lambda present, wanted: wanted not in present),
}


def _comparisons(place: str, value: Mapping[str, Any]) -> list[Comparison]:
    _refuse_unknown(place, value, _OPERATORS)
    tests = []
    for word, constant in value.items():
        try:
            wanted = PropertyValue().parse(constant)
            re.compile(wanted if word == "matches" else "")
        except Invalid as error:
            raise Invalid(f"{place}.{word}: {error}") from None
        except re.error as error:
            raise Invalid(f"{place}.{word} is {constant!r}, which is not a regular expression ({error})") from None
        tests.append((*_OPERATORS[word], wanted))
    return tests


def _sent(tests: list[Comparison]) -> Iterator[dict[str, str]]:
    """The comparisons that a server understands."""
    return ({"value": wanted, "op": operator} for operator, _test, wanted in tests if operator)


def _one_of(parts: list[Any]) -> Any:
    return ["$or", parts] if len(parts) > 1 else next(iter(parts), None)


def _together(parts: list[Any]) -> Any:
    return ["$and", parts] if len(parts) > 1 else next(iter(parts), None)


def _names(place: str, value: Any, resource: str) -> tuple[tuple[Field, Any], ...]:
    """The names or ids at a place, with the field that turns them into ids."""
    # Ids of users are taken as they are, because many accounts may not read the list of users.
    reference = Reference(resource, trust_ids=resource == "user")
    return ((Field(place, "", set_of(reference)), tuple(_texts(place, value))),)


def _texts(place: str, value: Any) -> list[str]:
    """One name or id, or a list of them."""
    values = value if isinstance(value, list) else [value]
    good = all(isinstance(one, (str, int)) and not isinstance(one, bool) and one != "" for one in values)
    if not values or not good:
        raise Invalid(f"{place} must be a name or an id, or a list of them, got {_short(value)}")
    return [str(one) for one in values]


def _moment(place: str, value: Any, now: int) -> int | None:
    try:
        return None if value is None else moment_in(value, now)
    except Invalid as error:
        raise Invalid(f"{place} is {_short(value)}: {error}") from None


def _flag(place: str, value: Any) -> bool:
    try:
        return Flag().parse(value)
    except Invalid:
        raise Invalid(f"{place} must be true or false, got {_short(value)}") from None


def _refuse_unknown(place: str, given: Mapping[str, Any], known: Iterable[str]) -> None:
    words = list(known)
    for key in given:
        if key not in words:
            near = near_miss(str(key), words)
            raise Invalid(f"{place} has no key {str(key)!r}{near}: choose one of {', '.join(words)}")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
