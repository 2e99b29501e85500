# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an info module finds records: what its filters mean, what records refer to, and filters that do more than compare
a field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, Hidden, HttpError

from .field_types import Field, Missing
from .plan import Pending
from .planner import Planner
from .resource import Index, text_of
from .spelling import near_miss

# What a server answers when the account may not read a list, or when it has none.
_NOT_READABLE = (403, 404, 405)


class Finder(Planner):
    """Finds what filters mean, and the names of what records refer to. Each list is read once at most."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._nameless: set[str] = set()  # resources whose names cannot be read

    def find_id(self, resource: str, text: str, create: bool) -> Any:
        """Id of the one record that a filter means. In check mode an earlier task may be about to create it, so then it
        is an id that no record has."""
        try:
            found = super().find_id(resource, text, create)
        except Missing:
            if not self.check:
                raise self._missing(resource, text) from None
            self._assume = True
            found = super().find_id(resource, text, create)
        return f"{text} (not created yet)" if isinstance(found, Pending) else found

    def _missing(self, resource: str, text: str) -> Missing:
        near = near_miss(text, _names_like(text, self.index(resource)))
        return Missing(
            f"there is no {self.resources[resource].label} {text!r}{near}: "
            "check the spelling, and whether the account may see it"
        )

    def title(self, resource: str, identifier: Any) -> str:
        """The full name for an id; the id where the account cannot see the name."""
        text = str(identifier)
        if resource not in self._nameless:
            try:
                return self.index(resource).full_name(text) or text
            except (Hidden, HttpError) as error:
                if isinstance(error, HttpError) and error.status not in _NOT_READABLE:
                    raise
                self._nameless.add(resource)
                several = self.resources[resource].several
                self.warnings.append(f"The names of {several} cannot be read, so resolve returns their ids. {error}")
        return text

    def names_in(self, record: Record, fields: Iterable[Field]) -> dict[str, Any]:
        """The names of what a record refers to, by option: None or an empty list for a field that it lacks, unless the
        field is kept elsewhere and was not looked up."""
        found = {}
        for one in fields:
            if one.in_create or one.key in record:
                value = one.read(record)
                found[one.option] = None if value is None else one.type.show(value, self)
        return found


def _names_like(text: str, index: Index) -> Iterable[str]:
    if "/" in text:
        return (path for path in map(index.full_name, index.records) if path)
    return (text_of(record, index.resource.title) for record in index.records.values())


@dataclass(frozen=True)
class Search:
    """What the task of an info module looks for.

    `args` are its options, `wanted` the canonical values of the filters that compare a field, with ids in place of
    names. `keys` are the record keys that are needed, None for all that there are.
    """

    finder: Finder
    args: Mapping[str, Any]
    wanted: Mapping[str, Any]
    keys: AbstractSet[str] | None

    @property
    def client(self) -> Client:
        return self.finder.client


@dataclass(frozen=True)
class Filter:
    """A filter that does more than compare a field. `argument` describes its option, `keys` are the record keys that it
    looks at. `pick(search, value, records)` returns the records that match; it may raise Invalid. `check` refuses a
    value before anything is sent (BadInput)."""

    argument: Mapping[str, Any]
    keys: tuple[str, ...]
    pick: Callable[[Search, Any, list[Record]], list[Record]]
    check: Callable[[Any], None] = field(default=lambda value: None)


def exactly(key: str) -> Filter:
    """A filter on a text in which each letter counts, such as a key in another system."""
    return Filter(
        {"type": "str"}, (key,), lambda _search, value, records: [one for one in records if text_of(one, key) == value]
    )


def matching(option: str, key: str) -> Filter:
    """A filter on a text that contains a match of a regular expression."""

    def check(value: str) -> None:
        try:
            re.compile(value)
        except re.error as error:
            raise BadInput(f"{option} is {value!r}, which is not a regular expression ({error}): correct it.") from None

    def pick(_search: Search, value: str, records: list[Record]) -> list[Record]:
        pattern = re.compile(value)
        return [one for one in records if pattern.search(text_of(one, key))]

    return Filter({"type": "str"}, (key,), pick, check)
