# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is made of that lists the items of a resource: its options and its run, both from the resource's
table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item, refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import age_of
from ansible_collections.saymon.platform.plugins.module_utils._state.planner import Planner
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from ._arguments import Spec
from ._listing import DEST_OPTIONS, listed
from ._run import Run, TaskContext

_PICKING: dict[str, dict[str, Any]] = {"fields": {"type": "list", "elements": "str"}, "limit": {"type": "int"}}


class Info(NamedTuple):
    """The two things that a module file needs."""

    spec: Spec
    run: Run


def info_of(
    resource: Resource,
    filters: Mapping[str, str],
    *,
    options: Mapping[str, dict[str, Any]] | None = None,
    read: Callable[[TaskContext], list[Record]] | None = None,
    inspect: Callable[[TaskContext, list[Record]], None] = lambda context, records: None,
    complete: Callable[[TaskContext, list[Record]], None] = lambda context, records: None,
) -> Info:
    """The options and the run of a module that lists the items of `resource`.

    `filters` are options of the module, each with the field of the table that it looks at; `id` is one at all times.
    `options` are further ones. `read` reads the records where a list call alone will not do. `inspect` may warn about
    the records that the server sent, `complete` may add to those that are returned.
    """
    table = _table_of(resource, filters)
    own = {field.option: dict(field.type.argument) for field in table.fields}
    spec = Spec(options={"id": {"type": "str"}, **own, **(options or {}), **_PICKING, **DEST_OPTIONS})

    def find(context: TaskContext) -> list[Record]:
        args = context.args
        refuse_empty(args, spec.options)
        limit, keys = args["limit"], {*(args["fields"] or ())}
        if limit is not None and limit < 1:
            raise BadInput(f"limit is {limit}: give a number, 1 or more.")
        used = {field.key for field in table.fields if args[field.option] is not None}
        asked = keys | used if keys else set()
        records = read(context) if read else context.client.get_list(resource.path, **resource.query(asked))
        inspect(context, records)
        found = _matching(context, resource, table, records, filters)
        found = sorted(found, key=lambda record: age_of(record["id"]))[:limit]
        complete(context, found)
        if not keys:
            return found
        return [{key: value for key, value in record.items() if key in keys or key == "id"} for record in found]

    return Info(spec, listed(resource.plural, find))


def _table_of(resource: Resource, filters: Mapping[str, str]) -> Resource:
    """The filters as a resource of their own, whose items hold one value of each field."""
    fields = [(name, resource.by_option[option]) for name, option in filters.items()]
    singles = tuple(replace(field, option=name, type=field.type.single) for name, field in fields)
    return replace(resource, fields=singles, key=(), find_by=(), states=(), flags={}, adjust=lambda item: None)


def _matching(
    context: TaskContext, resource: Resource, table: Resource, records: list[Record], filters: Mapping[str, str]
) -> list[Record]:
    """The records that match all filters. References are looked up only while there is something left to compare."""
    args = context.args
    wanted = {field.option: args[field.option] for field in table.fields if args[field.option] is not None}
    item = parse_item(table, wanted, None, {})
    left = records if args["id"] is None else [record for record in records if str(record["id"]) == args["id"]]
    for option, value in item.desired.items():
        if option not in table.referring:
            matches = _same(resource.by_option[filters[option]], value, records)
            left = [record for record in left if str(record["id"]) in matches]
    if left and {*item.desired} & {*table.referring}:
        planner = Planner(context.client, table, RESOURCES, context.credentials)
        (resolved,) = planner.resolve_all([item])
        for option in table.referring:
            if option in resolved:
                field = resource.by_option[filters[option]]
                left = [record for record in left if field.type.holds(field.read(record), resolved[option])]
    return left


def _same(field: Field, wanted: Any, records: list[Record]) -> set[str]:
    """The ids of the records with this value. The case of letters counts only where several differ in nothing else."""
    exact = {str(record["id"]) for record in records if field.type.holds(field.read(record), wanted)}
    if exact or not isinstance(wanted, str):
        return exact
    folded = wanted.casefold()
    return {str(record["id"]) for record in records if str(field.read(record)).casefold() == folded}
