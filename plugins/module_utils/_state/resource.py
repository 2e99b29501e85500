# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table format of a resource, and the index of its records.

A resource is one kind of thing on the server. All that is peculiar to it stands in its table, so that planner and
engine know no resource.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials

from .field_types import Field, FieldType, Invalid
from .plan import Item, Pending, Plan


def text_of(record: Record, key: str) -> str:
    """A value as text, whatever the server put there; empty when there is none."""
    value = record.get(key)
    return "" if value is None else str(value)


@dataclass(frozen=True)
class Wanted:
    """What a task needs to know of one resource: the records that `items` of it are about, those that references mean
    (`texts`, each a name, an id or a path), and those with these `ids`; `keys` are the record keys that will be looked
    at."""

    items: Sequence[Item] = ()
    texts: Sequence[str] = ()
    ids: Sequence[str] = ()
    keys: AbstractSet[str] = frozenset()


class Index:
    """The records of one resource, found by id, by name, or by the fields that identify an item.

    Without `whole` it holds what a search for ids and exact names has found; so what is not there may exist under a
    similar name.
    """

    def __init__(self, resource: Resource, records: Iterable[Record], *, whole: bool = True) -> None:
        self.resource = resource
        self.whole = whole
        self.records: dict[str, Record] = {str(record["id"]): record for record in records}
        self.left_out: dict[tuple[str, str], Item] = {}  # by key and id: with whom a value agreed that was not kept
        self._scalars: dict[str, bool] = {}
        self._tables: dict[str, tuple[Callable[[Record], Iterable[Any]], dict[Any, list[Record]]]] = {}

    def add(self, record: Record) -> None:
        self.records[str(record["id"])] = record
        for keys_of, table in self._tables.values():
            for key in keys_of(record):
                table.setdefault(key, []).append(record)

    def table(self, name: str, keys_of: Callable[[Record], Iterable[Any]]) -> dict[Any, list[Record]]:
        """The records by what `keys_of` says of each; made on first use and kept up to date."""
        if name not in self._tables:
            table: dict[Any, list[Record]] = {}
            for record in self.records.values():
                for key in keys_of(record):
                    if key in table:
                        table[key].append(record)
                    else:
                        table[key] = [record]  # most stay alone, and an empty list that grows makes room for four
            self._tables[name] = (keys_of, table)
        return self._tables[name][1]

    def named(self, text: str) -> list[Record]:
        """The records that an id or a name may mean. The case of letters counts only where several names differ in
        nothing else."""
        record = self.records.get(text)
        if record is not None:
            return [record]
        title = self.resource.title
        exact = self.table("name", lambda record: [text_of(record, title)]).get(text, [])
        if exact or not self.whole:
            return exact
        return self.table("folded name", lambda record: [text_of(record, title).casefold()]).get(text.casefold(), [])

    def find(self, resolved: Mapping[str, Any]) -> list[Record]:
        """The records that agree with an item in every identifying field; raises Invalid when one of these is
        missing."""
        if not self.resource.key and not self.resource.singleton:
            raise Invalid(f"id must be given, because it names the {self.resource.label}")
        missing = [option for option in self.resource.key if resolved.get(option) in (None, "", ())]
        if missing:
            raise Invalid(
                f"{' and '.join(missing)} must be given, because it names the {self.resource.label} (or give its id)"
            )
        resource = self.resource
        found = self.table("key", lambda record: [resource.key_in(record)]).get(resource.key_of(resolved), [])
        narrowing = [resource.by_option[option] for option in resource.find_by if option in resolved]
        return [
            record for record in found if all(_may_have(record, field, resolved[field.option]) for field in narrowing)
        ]

    def full_name(self, identifier: str) -> str | None:
        """What to call the item with this id, so that a user can find it again; None for one that is not there."""
        return text_of(self.records.get(identifier, {}), self.resource.title) or None

    def above(self, _identifier: str) -> set[str]:
        """Ids of all items that an item stands in, for resources that form a tree."""
        return set()

    def path(self, _identifier: str) -> str | None:
        """Where an item is, for resources that form a tree; None where that is not known."""
        return None

    def holds_scalars(self, key: str) -> bool | None:
        """True when this (older) server keeps a single value in a field that is a list elsewhere; None when too little
        has been read to say so."""
        if key not in self._scalars:
            values = [
                value for value in (record.get(key) for record in self.records.values()) if value not in (None, "")
            ]
            if not values and not self.whole:
                return None
            self._scalars[key] = bool(values) and not any(isinstance(value, list) for value in values)
        return self._scalars[key]


def _may_have(record: Record, field: Field, value: Any) -> bool:
    """Whether a record has this value. What a new record leaves out is for the server to choose."""
    return field.read(record) == value or (isinstance(record["id"], Pending) and field.raw(record) is None)


class Task(Protocol):
    """What the hooks of a resource may use of the task that calls them."""

    client: Client
    credentials: Credentials
    check: bool
    cached: bool
    items: list[Item]

    def index(self, name: str) -> Index:
        """The records of a resource, read once."""

    def title(self, resource: str, identifier: Any) -> str:
        """The name to show for an id."""


@dataclass(frozen=True)
class Resource:
    """One kind of thing on the server.

    `name` and `plural` name the record and the list in options and results, `path` is the collection. `key` are the
    options that identify an item, `find_by` others that help to find it, `title` is the record key of its name.
    `create` are the calls that create one, tried in turn while the server does not know the former; `refusals` are what
    it means, and what to do, when the server refuses them with a certain HTTP status. `update` is the
    method to change one. `flags` are options of an item that steer it and are not fields, `shorthands` those that
    stand for fields, with their types, until `adjust` puts these in their place. `unique` are the options of
    which the server never lets two items have the same value, so that a creation may be repeated; with
    `duplicates_allowed` two items may have the same name. With `unordered_key` the values of the key identify an
    item in any order, as the ends of a link without direction do. An item whose key is made of references is shown by
    the names of what they refer to. The items of a `fixed` resource exist and can only be changed. A `singleton` is one
    record at `path` itself. With `update="PUT"` everything that the table knows of a record is sent. Without `states`
    items are only added: the paths of `create` may hold options in braces, and the first call counts whose options an
    item has.

    The hooks: `query` gives the parameters of the list call for the record keys in use; `load` reads the records when a
    list call alone will not do; `search` finds the records that a few items may mean by id or exact name, or returns
    None where the list must be read; `adjust` completes a parsed item, or refuses it (Invalid); `expand` puts several
    items, each with a place, where one stands for all of them; `guard` may refuse plans (Invalid) and returns warnings;
    `after` adds to the result.
    """

    name: str
    plural: str
    path: str
    fields: tuple[Field, ...] = ()
    key: tuple[str, ...] = ("name",)
    find_by: tuple[str, ...] = ()
    title: str = "name"
    create: tuple[tuple[str, str], ...] = ()
    update: str = "PATCH"
    states: tuple[str, ...] = ("present", "absent")
    flags: Mapping[str, Mapping[str, Any]] = dataclasses.field(default_factory=dict)
    shorthands: Mapping[str, FieldType] = dataclasses.field(default_factory=dict)
    unique: tuple[str, ...] = ()
    duplicates_allowed: bool = False
    unordered_key: bool = False
    fixed: bool = False
    singleton: bool = False
    index: type[Index] = Index
    query: Callable[[set[str]], dict[str, Any]] = lambda keys: {}
    refusals: Mapping[int, str] = dataclasses.field(default_factory=dict)
    load: Callable[[Task, set[str]], list[Record]] | None = None
    search: Callable[[Client, Wanted], list[Record] | None] | None = None
    adjust: Callable[[Item], None] = lambda item: None
    expand: Callable[[Task, list[Item]], list[Item]] = lambda task, items: items
    guard: Callable[[Task, list[Plan]], list[str]] = lambda task, plans: []
    after: Callable[[Task, list[Plan]], dict[str, Any]] = lambda task, plans: {}

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def several(self) -> str:
        """What messages call more than one."""
        return self.plural.replace("_", " ")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The options that may name an item."""
        return (*self.key, *self.find_by)

    @cached_property
    def by_option(self) -> dict[str, Field]:
        return {field.option: field for field in self.fields}

    @cached_property
    def types(self) -> dict[str, FieldType]:
        """The types of the options whose values belong to an item, by option."""
        return {**{field.option: field.type for field in self.fields}, **self.shorthands}

    @cached_property
    def apart(self) -> tuple[Field, ...]:
        """The fields that are read below an item, by calls of their own."""
        return tuple(field for field in self.fields if field.source)

    @cached_property
    def referring(self) -> tuple[str, ...]:
        """The options whose values name items that must be looked up, in the order of the table."""
        return tuple(field.option for field in self.fields if field.type.resources)

    @cached_property
    def referring_options(self) -> AbstractSet[str]:
        """The same as a set, which tells at once that none of them is among the options of an item."""
        return frozenset(self.referring)

    @cached_property
    def apart_options(self) -> AbstractSet[str]:
        """The options of the fields in `apart`."""
        return frozenset(field.option for field in self.apart)

    @cached_property
    def self_referring(self) -> tuple[str, ...]:
        """Those of them whose values name items of this resource."""
        return tuple(option for option in self.referring if self.name in self.by_option[option].type.resources)

    @cached_property
    def named_by_references(self) -> bool:
        """Whether an item has no name but those of the items that its key refers to, as a link between two objects."""
        return bool(self.key) and {*self.key} <= {*self.referring}

    def name_in(self, desired: Mapping[str, Any]) -> str:
        """What an item is called in the user's words; empty when nothing names it."""
        if self.named_by_references:
            ends = {option: desired[option] for option in self.key if option in desired}
            return " - ".join(str(text) for _resource, text in self.references(ends))
        key = [desired.get(option) for option in self.key]
        texts = [value for value in key if isinstance(value, str)]
        if len(texts) == len(key) > 1:
            return " ".join(texts)
        names = (desired.get(option) for option in self.names)
        return next((name for name in names if isinstance(name, str) and name), "")

    def sure_in(self, desired: Mapping[str, Any]) -> dict[str, Any]:
        """The values, by option, that find an item wherever it is and whatever its name."""
        return {
            option: value
            for option, value in desired.items()
            if option in self.find_by and option not in self.referring
        }

    def key_of(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What identifies an item, from canonical values by option."""
        key = tuple(values.get(option) for option in self.key)
        return tuple(sorted(key, key=str)) if self.unordered_key else key

    def key_in(self, record: Record) -> tuple[Any, ...]:
        """What identifies a record."""
        return self.key_of({option: self.by_option[option].read(record) for option in self.key})

    def references(self, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """The names or ids of other items in canonical values by option, each with its resource."""
        for option in self.referring:
            value = values.get(option)
            if value is not None:
                yield from self.by_option[option].type.references(value)

    def enforces(self, resolved: Mapping[str, Any]) -> bool:
        """Whether the server makes sure that a creation with these values cannot make a second item."""
        return any(resolved.get(option) for option in self.unique)

    def path_of(self, identifier: Any) -> str:
        """Where one item is."""
        return self.path if self.singleton else f"{self.path}/{identifier}"

    def known_part(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """All of a record that an item's own call may send."""
        keys = {field.key.partition(".")[0] for field in self.fields if field.writer is None}
        return {key: value for key, value in record.items() if key in keys}

    @property
    def creators(self) -> tuple[tuple[str, str], ...]:
        return self.create or (("POST", self.path),)
