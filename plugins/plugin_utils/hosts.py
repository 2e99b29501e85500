# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a server as rows of plain data from which an inventory is made, whatever their number in one or two
requests and one for each list that translates names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import looks_secret
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import FILTERS, READ_ONLY
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import (
    OBJECT,
    Tree,
    parents_of,
    search_objects,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import (
    PROPERTY_FILTER,
    PROPERTY_TYPES,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext
from ansible_collections.saymon.platform.plugins.module_utils._scope import id_in_scope
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Finder, Search

_TEXTS: dict[str, Any] = {"type": "list", "elements": "str"}
# All of these that are given must fit; of the values of one list, any.
SOURCE_OPTIONS: dict[str, dict[str, Any]] = {
    "classes": _TEXTS,
    "states": _TEXTS,
    "tags": _TEXTS,
    "under": _TEXTS,
    "properties": {"type": "dict"},
    "search": {"type": "dict"},
}
SPEC = Spec({"source": {"type": "dict", "options": SOURCE_OPTIONS, "apply_defaults": True}})

_CLASS, _TAGS, _PARENTS = (OBJECT.by_option[name] for name in ("class", "tags", "parents"))
_STATE = next(field for field in READ_ONLY if field.option == "state")
# For each filter that compares a reference: the field, and what it refers to.
_REFERENCES: Mapping[str, tuple[Field, str]] = {
    "classes": (_CLASS, "class"),
    "states": (_STATE, "state"),
    "tags": (_TAGS, "tag"),
}
_KEYS = ("class_id", "discovery_id", "name", "parent_id", "properties", "state_id", "tags")
# Passwords of the systems that are monitored are settings of the monitoring.
_NO_VARIABLES = {PROPERTY_TYPES[name] for name in ("document", "file", "service")}


def read_hosts(context: TaskContext) -> dict[str, Any]:
    """The objects that the option `source` describes, the oldest first.

    `hosts` holds a row for each, `places` the paths of all objects above them, except for the root, each with the paths
    of those directly above it. Raises BadInput for the name of something that does not exist.
    """
    source = context.args["source"]
    _refuse_nothing(source)
    finder = Finder(context.client, OBJECT, RESOURCES, context.credentials, check=context.check, cached=True)
    records = context.client.get_list("/objects", fields=",".join(_KEYS))
    finder.know(records)
    found = _matching(Search(finder, {"deep": True}, {}, None), source, records)
    result = {"hosts": [_row(finder, record) for record in found], "places": _places(finder, found)}
    context.warnings += finder.warnings
    return result


def _refuse_nothing(source: Mapping[str, Any]) -> None:
    """A filter that holds no value is a mistake: it could mean everything as well as nothing."""
    for option, value in source.items():
        if value is not None and (not value or "" in value):
            raise BadInput(f"source.{option} is empty or has an empty value: give a value, or leave the option out.")


# --- which objects --------------------------------------------------------------------------------


def _matching(search: Search, source: Mapping[str, Any], records: list[Record]) -> list[Record]:
    found = records
    for option, (field, resource) in _REFERENCES.items():
        if source[option] is not None:
            wanted = [id_in_scope(search.finder, f"source.{option}", resource, text) for text in source[option]]
            found = [one for one in found if any(field.type.holds(field.read(one), value) for value in wanted)]
    for name, value in (source["properties"] or {}).items():
        found = _picked(search, "properties", PROPERTY_FILTER, {"name": str(name), "value": value}, found)
    if source["under"] is not None:
        inside = {str(one["id"]) for top in source["under"] for one in _picked(search, "under", _BELOW, top, records)}
        found = [one for one in found if str(one["id"]) in inside]
    if source["search"] is not None:
        there = _searched(search, source["search"])
        found = [one for one in found if str(one["id"]) in there]
    return found


_BELOW = cast(Filter, FILTERS["parent"])


def _picked(search: Search, option: str, pick: Filter, value: Any, records: list[Record]) -> list[Record]:
    try:
        return pick.pick(search, value, records)
    except Invalid as error:
        raise BadInput(f"source.{option}: {error}.") from None


def _searched(search: Search, criteria: Mapping[str, Any]) -> set[str]:
    found = search_objects(search.client, criteria, client_data=False)
    if found is None:
        raise SaymonError(
            "source.search: the server refused the search; check the criteria, and whether the account has the "
            "permission run-bulks."
        )
    return {str(record["id"]) for record in found}


# --- what is known about them ---------------------------------------------------------------------


def _row(finder: Finder, record: Record) -> dict[str, Any]:
    """What the variable `saymon` of a host holds. All ids are texts."""
    names = finder.names_in(record, (_CLASS, _STATE, _TAGS, _PARENTS))
    identifier = str(record["id"])
    return {
        "id": identifier,
        "name": _text(record.get("name")),
        "path": _tree(finder).full_name(identifier),
        "discovery_id": _text(record.get("discovery_id")) or None,
        "class": names.get("class"),
        "class_id": _text(record.get("class_id")),
        "state": names.get("state"),
        "state_id": _text(record.get("state_id")),
        "tags": names.get("tags") or [],
        "parents": names.get("parents") or [],
        "parent_ids": [str(up) for up in parents_of(record)],
        "properties": _properties(record),
    }


def _properties(record: Record) -> dict[str, str]:
    """Values by name, without those that nobody should find in an inventory."""
    return {
        _text(one.get("name")): _text(one.get("value"))
        for one in record.get("properties") or ()
        if int(one.get("type_id") or 0) not in _NO_VARIABLES and not looks_secret(_text(one.get("name")))
    }


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _tree(finder: Finder) -> Tree:
    return cast(Tree, finder.index(OBJECT.name))


def _places(finder: Finder, found: Iterable[Record]) -> dict[str, list[str]]:
    """The paths above these objects, without the root and what the account may not see. Objects that stand in a ring
    are never above themselves here, because groups cannot be."""
    tree = _tree(finder)
    path: Callable[[str], str | None] = tree.full_name
    places: dict[str, list[str]] = {}
    seen: set[str] = set()
    waiting = {str(up) for record in found for up in parents_of(record)}
    while waiting:
        seen |= waiting
        above: set[str] = set()
        for one in sorted(waiting):
            title = path(one)
            if one == tree.root or one not in tree.records or title is None:
                continue
            ups = [up for up in tree.parents(tree.records[one]) if up != tree.root and one not in {up, *tree.above(up)}]
            above.update(ups)
            places.setdefault(title, []).extend(name for up in ups if (name := path(up)) is not None)
        waiting = above - seen
    return {title: sorted({*ups}) for title, ups in sorted(places.items())}
