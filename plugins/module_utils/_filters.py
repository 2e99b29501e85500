# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of a module that finds items of a resource: their options, what they mean, and which records match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item, refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Finder, Search
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from ._run import TaskContext


@dataclass(frozen=True)
class Filters:
    """The filters on the items of `table`: by option the field that each looks at, or a filter of its own. `id` is one
    at all times."""

    table: Resource
    filters: Mapping[str, str | Filter]

    @cached_property
    def filtered(self) -> Resource:
        """The filters on fields as a resource of their own, whose items hold one value of each field."""
        pairs = [(name, self.table.by_option[field]) for name, field in self.filters.items() if isinstance(field, str)]
        fields = tuple(replace(field, option=name, type=field.type.single) for name, field in pairs)
        return replace(
            self.table, fields=fields, key=(), find_by=(), states=(), flags={}, adjust=lambda item: None, search=None
        )

    @property
    def special(self) -> dict[str, Filter]:
        return {name: one for name, one in self.filters.items() if isinstance(one, Filter)}

    @property
    def filter_options(self) -> dict[str, dict[str, Any]]:
        own = {field.option: dict(field.type.argument) for field in self.filtered.fields}
        own.update({name: dict(one.argument) for name, one in self.special.items()})
        return {"id": {"type": "str"}, **own}

    def check_filters(self, args: Mapping[str, Any], options: Iterable[str], where: str = "") -> None:
        """Refuse what can be refused before anything is sent. `options` are those whose text must not be empty."""
        refuse_empty(args, options, where)
        for name, one in self.special.items():
            if args[name] is not None:
                one.check(args[name])

    def keys_for(self, args: Mapping[str, Any]) -> set[str]:
        """The record keys that the given filters look at."""
        used = {top_of(field) for field in self.filtered.fields if args[field.option] is not None}
        used.update(key for name, one in self.special.items() if args[name] is not None for key in one.keys)
        return used

    def search_for(
        self, context: TaskContext, args: Mapping[str, Any], keys: AbstractSet[str] | None, *, whole: bool = False
    ) -> Search:
        """What the filters in `args` ask for, with the record keys that are needed (None for all). Raises BadInput for
        the name of something that does not exist. With `whole`, lists are read whole, and each once."""
        wanted = {field.option: args[field.option] for field in self.filtered.fields if args[field.option] is not None}
        finder = Finder(context.client, self.filtered, RESOURCES, context.credentials, check=context.check)
        finder.whole = whole
        (resolved,) = finder.resolve_all([parse_item(self.filtered, wanted, None, {})])
        return Search(finder, args, resolved, keys)

    def matching(self, search: Search, records: list[Record]) -> list[Record]:
        """The records that match all filters, of which the server may have applied some or none."""
        args, left = search.args, records
        if args["id"] is not None:
            left = [record for record in left if str(record["id"]) == args["id"]]
        for option, value in search.wanted.items():
            field = self.filtered.by_option[option]
            source = self.table.by_option[str(self.filters[option])]
            same = {*_same(source, value, records, exactly=bool(field.type.resources))}
            left = [record for record in left if str(record["id"]) in same]
        for option, one in self.special.items():
            if args[option] is not None:
                try:
                    left = one.pick(search, args[option], left)
                except Invalid as error:
                    raise BadInput(f"{option}: {error}.") from None
        return left


def top_of(field: Field) -> str:
    """The key of a record that holds the field."""
    return field.key.partition(".")[0]


def _same(field: Field, wanted: Any, records: list[Record], *, exactly: bool) -> list[str]:
    """The ids of the records with this value. The case of letters counts only where several differ in nothing else."""
    exact = [str(record["id"]) for record in records if field.type.holds(field.read(record), wanted)]
    if exact or exactly or not isinstance(wanted, str):
        return exact
    folded = wanted.casefold()
    return [str(record["id"]) for record in records if str(field.read(record)).casefold() == folded]
