# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of incident filters: pairs of a name and a value, `$and` and `$or` of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import fields, ids
from ..operators import compare
from ..store import Doc

# An incident and its entity.
Test = Callable[[Doc, Doc], bool]
_RANGES = ("timestamp", "localTimestamp", "clearTimestamp")
_TEXTS = ("text", "comment")
_ROOTS = {1: "objects", 2: "links"}


def compiled(wanted: Any) -> Test:
    """A test of incidents. A lone pair is accepted without the outer list. Raises ValueError with the reason."""
    if not isinstance(wanted, list):
        raise ValueError("a filter must be an array")
    if wanted and isinstance(wanted[0], str):
        return _condition(wanted)
    tests = [compiled(item) for item in wanted]
    return lambda incident, entity: all(test(incident, entity) for test in tests)


def _condition(pair: list[Any]) -> Test:
    if len(pair) != 2:
        raise ValueError("a condition must be a pair of name and value")
    name, value = pair
    if name in ("$and", "$or"):
        if not isinstance(value, list):
            raise ValueError(f"{name} needs an array of conditions")
        tests = [compiled(item) for item in value]
        together = all if name == "$and" else any
        return lambda incident, entity: together(test(incident, entity) for test in tests)
    if name in _RANGES:
        return _range(name, value)
    if name in _TEXTS:
        return _text(name, value)
    made = _MAKERS.get(name)
    if made is None:
        raise ValueError(f"unknown name {name[:40]}")
    return made(value)


def _range(name: str, value: Any) -> Test:
    given = fields.record(value)
    earliest, latest = (None if given.get(end) is None else fields.integer(given[end]) for end in ("from", "to"))

    def within(incident: Doc, _entity: Doc) -> bool:
        at = incident.get(name)
        return at is not None and (earliest is None or at >= earliest) and (latest is None or at <= latest)

    return within


def _text(name: str, value: Any) -> Test:
    given = fields.record(value)
    operator, wanted = given.get("op", "_eq"), given.get("value")
    compare(operator, "", wanted)
    return lambda incident, _entity: compare(operator, incident.get(name) or "", wanted)


def _property(value: Any) -> Test:
    given = fields.record(value)
    operator, wanted, name = given.get("op", "_eq"), given.get("value"), given.get("property")
    compare(operator, "", wanted)

    def holds(_incident: Doc, entity: Doc) -> bool:
        return any(item["name"] == name and compare(operator, item["value"], wanted) for item in entity.get("properties", []))

    return holds


def _entity(value: Any) -> Test:
    return lambda incident, _entity: f"{_ROOTS[incident['entityType']]}-{incident['entityId']}" == value


def _one_of(value: Any) -> set[str]:
    return {str(item) for item in ids.as_ids(value)}


def _severity(value: Any) -> Test:
    wanted = _one_of(value)
    return lambda incident, _entity: str(incident["state"]) in wanted


def _user(value: Any) -> Test:
    return lambda incident, _entity: incident.get("acknowledgedBy") is not None and str(incident["acknowledgedBy"]) == str(value)


def _of_entity(name: str) -> Callable[[Any], Test]:
    def make(value: Any) -> Test:
        wanted = _one_of(value)
        return lambda _incident, entity: str(entity.get(name)) in wanted

    return make


_MAKERS: dict[str, Callable[[Any], Test]] = {
    "entity": _entity,
    "severity": _severity,
    "acknowledgedBy": _user,
    "property": _property,
    "classId": _of_entity("class_id"),
    "stateId": _of_entity("state_id"),
}
