# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module is made of that lists the items of a resource: its options and its run, both from the resource's
table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Search
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import AtOnce, Each, Part, add_parts
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import age_of
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.plugins.module_utils._state.spelling import near_miss

from ._arguments import Spec
from ._filters import Filters, top_of
from ._listing import DEST_OPTIONS, listed
from ._run import Run, TaskContext

_PICKING: dict[str, dict[str, Any]] = {
    "fields": {"type": "list", "elements": "str"},
    "limit": {"type": "int"},
    "resolve": {"type": "bool", "default": False},
}
_NAMES = "names"  # the record key under which `resolve` puts the names

Hook = Callable[[TaskContext, "list[Record]"], None]
Read = Callable[[Search], "list[Record]"]
Look = Callable[[TaskContext], Search]


class Info(NamedTuple):
    """What a module file needs: its options and its run. `known` are the keys that its records may have."""

    spec: Spec
    run: Run
    known: AbstractSet[str]


def info_of(
    resource: Resource,
    filters: Mapping[str, str | Filter],
    *,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    read_only: Iterable[Field] = (),
    known: Iterable[str] = (),
    read: Read | None = None,
    look: Look | None = None,
    gather: Mapping[str, Part] | None = None,
    inspect: Hook = lambda context, records: None,
    complete: Hook = lambda context, records: None,
) -> Info:
    """The options and the run of a module that lists the items of `resource`.

    `filters` are options of the module, each with the field that it looks at, or with a filter of its own; `id` is one
    at all times. `options` are further ones, or other descriptions of these. `read_only` are fields of records that the
    table lacks, because nobody sets them; `known` are other keys of records. `read` reads the records among which the
    filters look, which may be those that a search on the server has found. `look` makes the search of a task whose
    filters need a table of their own. `gather` are parts that are added on
    request. `inspect` may warn about the records that were read, `complete` may add to those that are returned.
    """
    table = replace(resource, fields=(*resource.fields, *read_only))
    listing = _Listing(table, filters, frozenset(known), gather or {})
    spec = Spec(options={**listing.options, **{name: dict(one) for name, one in (options or {}).items()}})

    def find(context: TaskContext) -> list[Record]:
        args = context.args
        listing.check(args, spec.options)
        parts, parallel = listing.parts_in(args), context.parallel()
        search = look(context) if look else listing.search(context, parts)
        records = (read or listing.read)(search)
        inspect(context, records)
        found = sorted(listing.matching(search, records), key=lambda record: age_of(record["id"]))[: args["limit"]]
        complete(context, found)
        add_parts(search, parts, found, parallel)
        listing.add_names(search, found)
        context.warnings += [*search.finder.warnings, *listing.complaints(args, found)]
        return listing.picked(args, parts, found)

    return Info(spec, listed(resource.plural, find), {_NAMES, *listing.gather, *listing.keys})


@dataclass(frozen=True)
class _Listing(Filters):
    """How the items of a table are listed: `filters`, `known` and `gather` as in `info_of`."""

    known: AbstractSet[str]
    gather: Mapping[str, Part]

    @cached_property
    def keys(self) -> AbstractSet[str]:
        """The record keys that the table and the module know."""
        listed = [field for field in self.table.fields if field not in self.table.apart]
        return {"id", *map(top_of, listed), *self.known} - {""}

    @property
    def options(self) -> dict[str, dict[str, Any]]:
        own = self.filter_options
        choices = [name for name, part in self.gather.items() if _flag_of(part) is None]
        if choices:
            own["gather"] = {"type": "list", "elements": "str", "choices": choices, "default": []}
        if any(isinstance(part, Each) for part in self.gather.values()):
            own["parallel"] = {"type": "int", "default": 1}
        return {**own, **_PICKING, **DEST_OPTIONS}

    def check(self, args: Mapping[str, Any], options: Iterable[str]) -> None:
        """Refuse what can be refused before anything is sent."""
        self.check_filters(args, options)
        if args["limit"] is not None and args["limit"] < 1:
            raise BadInput(f"limit is {args['limit']}: give a number, 1 or more.")

    def parts_in(self, args: Mapping[str, Any]) -> dict[str, Part]:
        """The parts that the options ask for."""
        asked = args.get("gather") or ()
        return {name: part for name, part in self.gather.items() if name in asked or args.get(_flag_of(part) or "")}

    def search(self, context: TaskContext, parts: Mapping[str, Part]) -> Search:
        """What the options ask for. Raises BadInput for the name of something that does not exist."""
        args, keys = context.args, None
        if args["fields"]:
            of_parts = {key for part in parts.values() if isinstance(part, AtOnce) for key in part.keys}
            keys = ({*args["fields"]} | self.keys_for(args) | of_parts) - {_NAMES}
        return self.search_for(context, args, keys, whole=args["resolve"])  # which needs whole lists in any case

    def read(self, search: Search) -> list[Record]:
        """All records, as the list call sends them."""
        keys = self.keys if search.keys is None else search.keys
        return search.client.get_list(self.table.path, **self.table.query({*keys} - {"id"}))

    def add_names(self, search: Search, found: list[Record]) -> None:
        """Add the names of what the records refer to, as far as these references are returned."""
        if search.args["resolve"]:
            fields = search.args["fields"]
            named = [field for field in self.table.fields if field.key and isinstance(field.type.single, Reference)]
            named = [field for field in named if not fields or top_of(field) in fields]
            for record in found:
                record[_NAMES] = search.finder.names_in(record, named)

    def complaints(self, args: Mapping[str, Any], found: list[Record]) -> list[str]:
        """Warnings about fields that no record has, and that are not documented either: newer servers may have more."""
        odd = {*(args["fields"] or ())} - self.keys - {_NAMES}
        odd = {key for key in odd if found and not any(key in record for record in found)}
        return [
            f"fields: none of these {self.table.plural.replace('_', ' ')} has the key {key!r}{self._meant(key)}: "
            "check the spelling, or leave it out."
            for key in sorted(odd)
        ]

    def _meant(self, key: str) -> str:
        field = self.table.by_option.get(key)
        return near_miss(key, self.keys) if field is None else f" (the server calls {key} {top_of(field)!r})"

    def picked(self, args: Mapping[str, Any], parts: Iterable[str], found: list[Record]) -> list[Record]:
        """The records with the fields that were asked for."""
        if not args["fields"]:
            return found
        kept = {"id", _NAMES, *parts, *args["fields"]}
        return [{key: value for key, value in record.items() if key in kept} for record in found]


def _flag_of(part: Part) -> str | None:
    """The option that asks for a part, in place of `gather`."""
    return part.option if isinstance(part, AtOnce) else None
