# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields whose values are lists of entries below an item, each a dictionary with fields of its own.

In a sub-collection entries are known by a key and have calls of their own. A whole list is replaced by one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer, kind_of

from .field_types import Field, FieldType, Invalid, Items, Lookup, same_json
from .resource import Task, text_of

Writer = Callable[[Task, Mapping[str, Any], Any, Any], Iterator[Request]]


class Rest(FieldType):
    """The keys of an entry that its table does not `know`. Users may give some of them; those that they do not give
    last as long as the entry does."""

    argument: Mapping[str, Any] = {"type": "dict"}
    empty: Any = {}
    hashable = False
    lasting = True

    def __init__(self, known: AbstractSet[str]) -> None:
        self.known = known

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"must be a dictionary, got {kind_of(value)}")
        known = sorted(str(key) for key in value if key in self.known)
        if known:
            raise Invalid(f"{known[0]} has an option of its own: give it there")
        return value

    def read(self, value: Any) -> dict[str, Any]:
        return {key: part for key, part in value.items() if key not in self.known}

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        return {**current, **desired}

    def same(self, one: Any, other: Any) -> bool:
        return same_json(one, other)


class Entry(FieldType):
    """A dictionary with typed fields. Canonical form: a tuple of their values in the order of the table; None stands
    for a value that was not given.

    `word` names one entry in messages, `required` are the options without which there is none. An `open` entry has one
    more field, `extra`, with the keys that the table does not know; they are kept when the entry is written.
    """

    hashable = False

    def __init__(self, word: str, fields: Sequence[Field], required: Sequence[str] = (), *, open: bool = False) -> None:
        self.word = word
        extra = (Field("extra", "", Rest({field.key for field in fields})),) if open else ()
        self.fields = (*fields, *extra)
        self.required = tuple(required)
        self._parsers = tuple((field.option, field.type.parse) for field in self.fields)
        self._known = frozenset(field.option for field in self.fields)
        self.resources = tuple(name for field in self.fields for name in field.type.resources)
        options = {field.option: dict(field.type.argument) for field in self.fields}
        for option in required:
            options[option]["required"] = True
        self.argument = {"type": "dict", "options": options}

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, dict):
            raise Invalid(f"{self.word} must be a dictionary, got {kind_of(value)}")
        if not value.keys() <= self._known:
            unknown = min(str(option) for option in value.keys() - self._known)
            options = ", ".join(self.argument["options"])
            raise Invalid(f"{self.word} has no option {unknown!r}: choose one of {options}")
        parsed, option = [], ""
        try:
            for option, parse in self._parsers:
                part = value.get(option)
                parsed.append(None if part is None else parse(part))
        except Invalid as error:
            raise Invalid(f"{option} of {self.word}: {error}") from None
        for option in self.required:
            if value.get(option) is None:
                missing = [one for one in self.required if value.get(one) is None]
                raise Invalid(f"{self.word} must have {' and '.join(missing)}")
        return tuple(parsed)

    def read(self, value: Any) -> tuple[Any, ...]:
        return tuple(field.read(value) for field in self.fields)

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        return self._mapped(desired, lambda field, value: field.type.resolve(value, lookup, create))

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        for field, part in zip(self.fields, value):
            if part is not None:
                yield from field.type.references(part)

    def complete(self, desired: tuple[Any, ...], current: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """The entry to reach: what was not given is as it is now, or as in a new entry. Raises Invalid for what cannot
        change."""
        present = current or tuple(field.type.empty for field in self.fields)
        target = []
        for field, value, has in zip(self.fields, desired, present):
            target.append(has if value is None else field.type.merge(has, value, False))
            if current and field.create_only and not field.type.same(has, target[-1]):
                raise Invalid(f"{field.option} of {self.word} cannot be changed after creation: remove the entry first")
        return tuple(target)

    def adopt(self, entry: tuple[Any, ...], present: tuple[Any, ...]) -> tuple[Any, ...]:
        """A complete entry that takes the place of a present one, with what lasts of that one."""
        return tuple(
            value if value is None or has is None or not field.type.lasting else field.type.merge(has, value, False)
            for field, value, has in zip(self.fields, entry, present)
        )

    def same(self, one: Any, other: Any) -> bool:
        return all(
            value is has if value is None or has is None else field.type.same(value, has)
            for field, value, has in zip(self.fields, one, other)
        )

    def canonical(self, value: Any) -> Any:
        return self._mapped(value, lambda field, part: field.type.canonical(part))

    def write(self, value: Any, _scalar: bool) -> dict[str, Any]:
        pairs = [(field, field.type.write(part, False)) for field, part in zip(self.fields, value)]
        rest = next((part for field, part in pairs if not field.key), None)
        return {**{field.key: part for field, part in pairs if field.key and part is not None}, **(rest or {})}

    def show(self, value: Any, lookup: Lookup) -> Any:
        pairs = [(field, part) for field, part in zip(self.fields, value) if part is not None and (field.key or part)]
        return {field.option: field.type.show(part, lookup) for field, part in pairs}

    def _mapped(self, values: Any, change: Callable[[Field, Any], Any]) -> tuple[Any, ...]:
        return tuple(None if part is None else change(field, part) for field, part in zip(self.fields, values))


class Entries(FieldType):
    """Entries below an item, each with a key that no two of them share. Canonical form: key to the values of the other
    fields, in the order of the table.

    `key` is the field that holds the key, `fields` are the others. Entries whose first such field has one of the values
    `kept` are managed elsewhere, so making the list exact never removes them.
    """

    empty: Any = {}
    bulky = True
    hashable = False

    def __init__(
        self,
        word: str,
        key: Field,
        fields: Sequence[Field],
        *,
        kept: AbstractSet[Any] = frozenset(),
    ) -> None:
        self.key = key
        self.whole = Entry(f"each {word}", (key, *fields), (key.option,))
        self.rest = Entry(f"each {word}", fields)
        self._other_keys = [field.key for field in fields]
        self.word = word
        self.kept = kept
        self.resources = self.rest.resources
        self.argument = {"type": "list", "elements": "dict", "options": self.whole.argument["options"]}

    def parse(self, value: Any) -> dict[str, tuple[Any, ...]]:
        if not isinstance(value, list):
            raise Invalid(f"must be a list of dictionaries, got {kind_of(value)}")
        parsed: dict[str, tuple[Any, ...]] = {}
        for entry in value:
            values = self.whole.parse(entry)
            key = values[0]
            if key in parsed:
                raise Invalid(f"{self.word} {key!r} is listed twice: merge the two")
            parsed[key] = values[1:]
        return parsed

    def read(self, value: Any) -> dict[str, tuple[Any, ...]]:
        for entry in value:
            if not isinstance(entry[self.key.key], (str, int)):
                raise TypeError(f"{entry[self.key.key]!r} cannot be a key")
        return {self.key.read(entry): self.rest.read(entry) for entry in self.by_key(value).values()}

    def by_key(self, entries: Sequence[Record]) -> dict[str, Record]:
        """The entries of a record by their keys. One that something else manages makes way for one of the same key."""
        marker, kept = self.rest.fields[0].key, {str(mark) for mark in self.kept}
        found: dict[str, Record] = {}
        for entry in entries:
            key = text_of(entry, self.key.key)
            if key not in found or str(entry.get(marker)) not in kept:
                found[key] = entry
        return found

    def compare(self, value: Any, desired: Any, append: bool) -> tuple[Any, Any] | None:
        # In a long list that is right already, nearly all are, and to read and merge them takes much longer.
        return None if value and self._agree(value, desired, append) else super().compare(value, desired, append)

    def _agree(self, value: Any, desired: Any, append: bool) -> bool:
        """Whether the server's entries are those that the user gave, word for word."""
        own, others, found = self.key.key, self._other_keys, set()
        for entry in value:
            key = entry[own]
            wanted = desired.get(key)
            if wanted is None:
                if not append and entry.get(others[0]) not in self.kept:
                    return False
                continue
            for other, part in zip(others, wanted):
                if part is not None and entry.get(other) != part:
                    return False
            found.add(key)
        return len(found) == len(desired)

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        return {key: self.rest.resolve(values, lookup, create) for key, values in desired.items()}

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        for values in value.values():
            yield from self.rest.references(values)

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        kept = current if append else {key: values for key, values in current.items() if values[0] in self.kept}
        return {**kept, **{key: self.rest.complete(values, current.get(key)) for key, values in desired.items()}}

    def same(self, one: Any, other: Any) -> bool:
        return one.keys() == other.keys() and all(self.rest.same(values, other[key]) for key, values in one.items())

    def canonical(self, value: Any) -> Any:
        return {key: self.rest.canonical(values) for key, values in value.items()}

    def write(self, value: Any, _scalar: bool) -> Any:
        return [self.whole.write((key, *values), False) for key, values in value.items()]

    def show(self, value: Any, lookup: Lookup) -> Any:
        return {key: self.rest.show(values, lookup) for key, values in value.items()}

    def part(self, options: Iterable[str], key: Any, values: tuple[Any, ...]) -> dict[str, Any]:
        """What to send of an entry for these options."""
        pairs = zip(self.whole.fields, (key, *values))
        return {field.key: field.type.write(part, False) for field, part in pairs if field.option in options}

    def differences(self, current: tuple[Any, ...], target: tuple[Any, ...]) -> dict[str, Any]:
        """What to send to change an entry."""
        changes: dict[str, Any] = {}
        for field, has, wanted in zip(self.rest.fields, current, target):
            if field.type.same(has, wanted):
                continue
            changes[field.key] = field.type.write(wanted, False)
        return changes


def sub_collection(collection: str, below: str, key: str, entries: Entries, *, repeat: Sequence[str] = ()) -> Writer:
    """The writer of a sub-collection at `collection`/id/`below`, whose entries the record holds under `key`. It sends
    one call for each entry that differs, so ids, and what others added meanwhile, stay as they are. A
    change of an entry also sends the options in `repeat`, whether they differ or not."""

    def write(task: Task, record: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
        path = f"{collection}/{record['id']}/{below}"
        known = record.get(key) or []
        if any("id" not in entry for entry in known):
            known = task.client.get_list(path)
        ids = {key: entry["id"] for key, entry in entries.by_key(known).items()}

        def at(name: str) -> str:
            if name not in ids:
                raise WrongAnswer(
                    f"GET {path} does not list the {entries.word} {name!r}, which was there a moment ago: "
                    "run the task again."
                )
            return f"{path}/{ids[name]}"

        for name, values in target.items():
            if name not in current:
                yield Request("POST", path, body=entries.whole.write((name, *values), False))
            elif changes := entries.differences(current[name], values):
                yield Request("PATCH", at(name), body={**entries.part(repeat, name, values), **changes})
        for name in sorted(current.keys() - target.keys()):
            yield Request("DELETE", at(name))

    return write


class WholeList(Items):
    """A list of entries that is replaced as a whole. With `keyed` the first field of an entry is its key, which no two
    entries share: then adding to the list changes the entry with that key, else it adds what is not there yet."""

    lasting = True  # as far as its entries have what lasts

    def __init__(self, entry: Entry, *, keyed: bool = False) -> None:
        super().__init__(entry)
        self.entry = entry
        self.keyed = keyed
        self.argument = {"type": "list", "elements": "dict", "options": entry.argument["options"]}

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Invalid(f"must be a list of dictionaries, got {kind_of(value)}")
        parsed = self._each(value, self.entry.parse)
        keys = [part[0] for part in parsed] if self.keyed else []
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise Invalid(f"{key!r} is listed twice: merge the two")
        return parsed

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        return self._each(desired, lambda part: self.entry.resolve(part, lookup, create))

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        present = {part[0]: part for part in current} if self.keyed else {}
        target = [self.entry.complete(part, present.get(part[0]) if self.keyed else None) for part in desired]
        if self.keyed:
            return tuple({**present, **{part[0]: part for part in target}}.values()) if append else tuple(target)
        if append:
            return (*current, *(part for part in target if not any(self._is(part, has) for has in current)))
        return self._replaced(current, target)

    def _replaced(self, current: tuple[Any, ...], target: list[tuple[Any, ...]]) -> tuple[Any, ...]:
        """The list that is exactly `target`: what is there already stays as it is, and an entry that takes the place of
        another keeps what lasts of it."""
        left = dict(enumerate(current))
        stays: dict[int, Any] = {}
        for place, part in enumerate(target):
            same = [number for number, has in left.items() if self._is(part, has)]
            if same:
                stays[place] = left.pop(place if place in same else same[0])
        return tuple(
            stays.get(place) or (self.entry.adopt(part, left[place]) if place in left else part)
            for place, part in enumerate(target)
        )

    def _is(self, part: tuple[Any, ...], present: tuple[Any, ...]) -> bool:
        """Whether an entry is this present one, which may have more than the user named."""
        return self.entry.same(self.entry.adopt(part, present), present)

    @staticmethod
    def _each(parts: Iterable[Any], change: Callable[[Any], Any]) -> tuple[Any, ...]:
        """What becomes of all entries; an error says which one it is about."""
        changed = []
        for number, part in enumerate(parts, 1):
            try:
                changed.append(change(part))
            except Invalid as error:
                raise type(error)(f"entry {number}: {error}") from None
        return tuple(changed)


def whole_list(
    option: str,
    entries: WholeList,
    collection: str,
    below: str,
    *,
    method: str = "PUT",
    append: str | None = None,
    source: str | None = None,
    only: Callable[[Any], bool] | None = None,
    refusals: Mapping[int, str] | None = None,
) -> Field:
    """A field that is read from `collection`/id/`below` and written there by one call. Records show it under the name
    of the option. Where it is read at another path, `source` is that path, and `only` picks its entries there."""

    def write(_task: Task, record: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
        yield Request(method, f"{collection}/{record['id']}/{below}", body=entries.write(target, False))

    return Field(
        option,
        option,
        entries,
        writer=write,
        in_create=False,
        append=append,
        source=source or below,
        only=only,
        repeatable=True,
        refusals=refusals or {},
    )
