# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds objects by the filters of a user, with a search on the server where that spares fetching everything, and reads
what belongs to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import (
    Filter,
    Search,
    exactly,
    matching,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import AtOnce, Each, Part
from ansible_collections.saymon.platform.plugins.module_utils._state.reader import list_below

from .object import OBJECT, Tree, either_form, search_objects
from .properties import PROPERTY_FILTER, PROPERTY_TYPES, criterion

# What the list is asked for when the user names no fields, so that it returns what a search returns.
FIELDS = (
    "name",
    "parent_id",
    "class_id",
    "state_id",
    "last_state_update",
    "manual_state",
    "child_ids",
    "child_link_ids",
    "child_ref_ids",
    "properties",
    "operations",
    "tags",
    "owner_id",
    "client_data",
    "discovery_id",
    "background",
    "geoposition",
    "geopositionRadius",
    "weight",
    "mute_alert",
    "mute_alerts",
    "object_groups",
    "created",
    "updated",
)


# Fields of the records that nobody sets through the table.
READ_ONLY = (Field("state", "state_id", Reference("state")), Field("owner", "owner_id", Reference("user")))

_OPERATORS = re.compile(r"[\\^$.|?*+(){}\[\]]")


# --- reading --------------------------------------------------------------------------------------


def read_objects(search: Search) -> list[Record]:
    """The objects that match, and others where it is easier to read them too. Those that stand in a place are found in
    the whole tree."""
    args = search.args
    if args["path"] or args["parent"] or ("tag" in search.wanted and not args["id"]):
        return _listed(search)
    return _by_id(search) if args["id"] else _searched(search)


def _by_id(search: Search) -> list[Record]:
    path = f"/objects/{quote(search.args['id'], safe='', errors='replace')}"
    query = {} if search.keys is None else {"fields": _joined(search.keys)}
    try:
        return [search.client.get_record(path, **query)]
    except HttpError as error:
        if not error.absent:
            raise
        return []


def _listed(search: Search) -> list[Record]:
    keys = {*(FIELDS if search.keys is None else search.keys)}
    if search.finder.whole and "parent_id" in keys:
        keys.add("name")  # so that the list also shows the paths of the parents
    records = search.client.get_list("/objects", fields=_joined(keys))
    if {"name", "parent_id"} <= keys:
        search.finder.know(records)
    return records


def _joined(keys: Any) -> str:
    """The parameter `fields`; no field is asked for by an empty name, which a server might take for anything."""
    return ",".join(sorted({*keys} - {"id"})) or "name"


def _searched(search: Search) -> list[Record]:
    """The search, or the list where it is refused, or where it would return everything or cannot return what is
    wanted."""
    criteria = _criteria(search)
    if not criteria or (search.keys is not None and "path" in search.keys):
        return _listed(search)
    found = search_objects(search.client, criteria, client_data=True)
    name = search.wanted.get("name")
    if found is not None and name is not None and all(record.get("name") != name for record in found):
        # Names in other letters count where there is none in these.
        pattern = {"$regex": f"^{_OPERATORS.sub(lambda sign: chr(92) + sign[0], name)}$", "$options": "i"}
        found = search_objects(search.client, {"name": pattern}, client_data=True)
    return _listed(search) if found is None else found


def _criteria(search: Search) -> dict[str, Any]:
    args, wanted = search.args, search.wanted
    criteria: dict[str, Any] = {}
    if args["discovery_id"]:
        criteria["discovery_id"] = args["discovery_id"]
    if "name" in wanted:
        criteria["name"] = wanted["name"]
    elif args["name_regex"]:
        criteria["name"] = {"$regex": args["name_regex"]}
    for option, key in (("class", "class_id"), ("object_state", "state_id")):
        if option in wanted:
            criteria[key] = {"$in": either_form(wanted[option])}
    if args["property"]:
        criteria["properties"] = {"$elemMatch": criterion(args["property"])}
    return criteria


# --- filters --------------------------------------------------------------------------------------


def _tree(search: Search) -> Tree:
    return cast(Tree, search.finder.index(OBJECT.name))


def _at_path(search: Search, path: str, records: list[Record]) -> list[Record]:
    there = _tree(search).at(path)
    return [record for record in records if str(record["id"]) in there]


def _below(search: Search, parent: str, records: list[Record]) -> list[Record]:
    """Those below the parent, at any depth if `deep` says so. The root may be hidden from the account."""
    tree = _tree(search)
    is_root = parent.startswith("/") and tree.root in tree.at(parent)
    waiting = {tree.root if is_root else search.finder.find_id(OBJECT.name, parent, False)}
    inside: set[str] = set()
    while waiting:
        children = {str(child["id"]) for up in waiting for child in tree.below(up)} - inside
        inside |= children
        waiting = children if search.args["deep"] else set()
    return [record for record in records if str(record["id"]) in inside]


FILTERS: Mapping[str, str | Filter] = {
    "name": "name",
    "class": "class",
    "object_state": "state",
    "tag": "tags",
    "discovery_id": exactly("discovery_id"),
    "name_regex": matching("name_regex", "name"),
    "path": Filter({"type": "str"}, ("name", "parent_id"), _at_path),
    "parent": Filter({"type": "str"}, ("name", "parent_id"), _below),
    "property": PROPERTY_FILTER,
}


# What these filters need beside them, and the option with another name.
FILTER_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "object_state": {"type": "str", "aliases": ["state"]},
    "deep": {"type": "bool", "default": False},
}


# --- what belongs to an object --------------------------------------------------------------------


def _whole_list(below: str) -> Each:
    return Each(lambda search, record: list_below(search.client, f"{OBJECT.path_of(record['id'])}/{below}"))


def _conditions(search: Search, record: Record) -> dict[str, Any]:
    path = OBJECT.path_of(record["id"])
    return {kind: list_below(search.client, f"{path}/{kind}-conditions") for kind in ("state", "incident")}


def _has_conditions(search: Search, record: Record) -> bool:
    return search.client.get(f"{OBJECT.path_of(record['id'])}/state-conditions/exists") is True


def _paths(search: Search, record: Record) -> list[str]:
    """All paths of an object, from the ways up and the records on them."""
    answer = search.client.get(f"{OBJECT.path_of(record['id'])}/paths")
    names = {str(one.get("id", one.get("_id"))): str(one.get("name")) for one in answer["objects"]}
    return sorted("/" + "/".join(names.get(str(step), str(step)) for step in reversed(way)) for way in answer["paths"])


def _links(search: Search, objects: list[Record]) -> dict[str, list[Record]]:
    """The links that begin or end at each of the objects, from one list."""
    found: dict[str, list[Record]] = {str(one["id"]): [] for one in objects}
    for link in search.client.get_list("/links"):
        for end in {str(link.get("source")), str(link.get("target"))} & found.keys():
            found[end].append(link)
    return found


def _operations(_search: Search, objects: list[Record]) -> dict[str, list[Any]]:
    return {str(one["id"]): one.get("operations") or [] for one in objects}


def _properties_of_type(*types: str) -> AtOnce:
    """The properties of these types, which the records hold."""
    codes = {PROPERTY_TYPES[name] for name in types}

    def read(_search: Search, objects: list[Record]) -> dict[str, list[Any]]:
        return {
            str(one["id"]): [entry for entry in one.get("properties") or [] if int(entry.get("type_id") or 0) in codes]
            for one in objects
        }

    return AtOnce(read, keys=("properties",))


PARTS: Mapping[str, Part] = {
    "children": _whole_list("children"),
    "conditions": Each(_conditions),
    "documents": _properties_of_type("document", "file"),
    "has_conditions": Each(_has_conditions),
    "links": AtOnce(_links),
    "monitoring": _properties_of_type("service"),
    "operations": AtOnce(_operations, keys=("operations",)),
    "paths": Each(_paths),
    "stat_rules": _whole_list("stat-rules"),
    "triggers": _whole_list("state-triggers"),
}
