# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds objects by the filters of a user, with a search on the server where that spares fetching everything."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, HttpError
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import (
    OBJECT,
    Tree,
    either_form,
    search_objects,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import PropertyValue
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Index

# What the list is asked for when the user names no fields, so that it returns what a search returns.
_FIELDS = [
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
]


def find_objects(context: TaskContext) -> list[Record]:
    """The objects that match all filters in the options of `call`, each with `id` and the fields wanted."""
    args = context.args
    try:
        pattern = re.compile(args["name_regex"] or "")
    except re.error as error:
        raise BadInput(
            f"name_regex is {args['name_regex']!r}, which is not a regular expression ({error}): correct it."
        ) from None
    _read_property(args)
    ids = {name: _ids_of(context, name) for name in ("class", "state", "tag") if args[name]}
    if not all(ids.values()):
        return []
    if args["path"] or args["parent"] or (args["tag"] and not args["id"]):
        records = _listed(context)
    elif args["id"]:
        records = _by_id(context)
    else:
        records = _searched(context, ids)
    if args["path"] or args["parent"]:
        records = _placed(context, records)
    found = [record for record in records if pattern.search(str(record.get("name", ""))) and _fits(record, args, ids)]
    wanted = {"id", *args["fields"]}
    return (
        [{key: value for key, value in record.items() if key in wanted} for record in found]
        if args["fields"]
        else found
    )


def _read_property(args: dict[str, Any]) -> None:
    """Put the text that a property has in place of the value in the filter for it."""
    wanted = args["property"]
    try:
        if wanted and wanted["value"] is not None:
            args["property"] = {**wanted, "value": PropertyValue().parse(wanted["value"])}
    except Invalid as error:
        raise BadInput(f"property: value: {error}.") from None


def _ids_of(context: TaskContext, name: str) -> set[str]:
    resource = RESOURCES[name]
    ids = {
        str(record["id"])
        for record in Index(resource, context.client.get_list(resource.path)).named(context.args[name])
    }
    if not ids:
        context.warnings.append(
            f"There is no {name} {context.args[name]!r}, so no object can match it: check the spelling."
        )
    return ids


def _by_id(context: TaskContext) -> list[Record]:
    fields = context.args["fields"]
    try:
        needed = ",".join(sorted({*fields, *_used(context)} - {"id"})) or "name"
        return [
            context.client.get_record(
                f"/objects/{quote(context.args['id'], safe='', errors='replace')}",
                **({"fields": needed} if fields else {}),
            )
        ]
    except HttpError as error:
        if not error.absent:
            raise
        return []


def _used(context: TaskContext) -> set[str]:
    """The record keys that the filters look at."""
    keys = {
        "name": "name",
        "name_regex": "name",
        "discovery_id": "discovery_id",
        "class": "class_id",
        "state": "state_id",
    }
    keys.update(tag="tags", property="properties", path="name parent_id", parent="name parent_id")
    return {key for option, some in keys.items() if context.args[option] for key in some.split()}


def _listed(context: TaskContext) -> list[Record]:
    fields = {*(context.args["fields"] or _FIELDS), *_used(context)} - {"id"}
    return context.client.get_list("/objects", fields=",".join(sorted(fields)) or "name")


def _searched(context: TaskContext, ids: dict[str, set[str]]) -> list[Record]:
    """The search, or the list where it is refused, or where it would return everything or cannot return what is
    wanted."""
    args = context.args
    search: dict[str, Any] = {}
    for option, key in (("discovery_id", "discovery_id"), ("name", "name")):
        if args[option]:
            search[key] = args[option]
    if args["name_regex"] and "name" not in search:
        search["name"] = {"$regex": args["name_regex"]}
    for option, key in (("class", "class_id"), ("state", "state_id")):
        if option in ids:
            search[key] = {"$in": [form for one in sorted(ids[option]) for form in either_form(one)]}
    if args["property"]:
        search["properties"] = {
            "$elemMatch": {key: value for key, value in args["property"].items() if value is not None}
        }
    if not search or "path" in args["fields"]:
        return _listed(context)
    found = search_objects(context.client, search, client_data=True)
    return _listed(context) if found is None else found


def _placed(context: TaskContext, records: list[Record]) -> list[Record]:
    """Those at the path, and below the parent, that were asked for. A place that does not exist holds nothing."""
    tree = Tree(OBJECT, records)
    if context.args["path"]:
        records = tree.named("/" + context.args["path"].lstrip("/"))
    if not context.args["parent"]:
        return records
    parent = context.args["parent"]
    tops = tree.at(parent) if parent.startswith("/") else {str(record["id"]) for record in tree.named(parent)}
    if not tops:
        context.warnings.append(f"There is no object {context.args['parent']!r} to look below: check the spelling.")

    inside: set[str] = set()
    waiting = tops
    while waiting:
        children = {str(child["id"]) for up in waiting for child in tree.below(up)} - inside
        inside |= children
        waiting = children if context.args["deep"] else set()
    return [record for record in records if str(record["id"]) in inside]


def _fits(record: Record, args: dict[str, Any], ids: dict[str, set[str]]) -> bool:
    """Every filter that looks at the record alone, once more: a server may ignore what it does not know."""
    simple = (("id", "id"), ("discovery_id", "discovery_id"), ("name", "name"))
    if any(args[option] and str(record.get(key, "")) != args[option] for option, key in simple):
        return False
    if any(
        option in ids and str(record.get(key)) not in ids[option]
        for option, key in (("class", "class_id"), ("state", "state_id"))
    ):
        return False
    if "tag" in ids and not ids["tag"] & set(OBJECT.by_option["tags"].read(record)):
        return False
    if not args["property"]:
        return True
    pair = OBJECT.by_option["properties"].read(record).get(args["property"]["name"])
    return pair is not None and args["property"]["value"] in (None, pair[1])
