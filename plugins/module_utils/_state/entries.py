# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields whose values are lists of entries below an item, each a dictionary with fields of its own.

In a sub-collection entries are known by a key and have calls of their own. A whole list is replaced by one call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer

from .field_types import Field, FieldType, Invalid, Items, Lookup
from .resource import Task, text_of

Writer = Callable[[Task, Mapping[str, Any], Any, Any], Iterator[Request]]


class Entry(FieldType):
    """A dictionary with typed fields. Canonical form: a tuple of their values in the order of the table; None stands
    for a value that was not given.

    `word` names one entry in messages, `required` are the options without which there is none.
    """

    hashable = False

    def __init__(self, word: str, fields: Sequence[Field], required: Sequence[str] = ()) -> None:
        self.word = word
        self.fields = tuple(fields)
        self.required = tuple(required)
        self.resources = tuple(name for field in fields for name in field.type.resources)
        options = {field.option: dict(field.type.argument) for field in fields}
        for option in required:
            options[option]["required"] = True
        self.argument = {"type": "dict", "options": options}

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, dict):
            raise Invalid(f"{self.word} must be a dictionary, got {type(value).__name__}")
        unknown = sorted(str(option) for option in {*value} - {field.option for field in self.fields})
        if unknown:
            options = ", ".join(field.option for field in self.fields)
            raise Invalid(f"{self.word} has no option {unknown[0]!r}: choose one of {options}")
        missing = [option for option in self.required if value.get(option) is None]
        if missing:
            raise Invalid(f"{self.word} must have {' and '.join(missing)}")
        return tuple(self._parsed(field, value.get(field.option)) for field in self.fields)

    def _parsed(self, field: Field, value: Any) -> Any:
        try:
            return None if value is None else field.type.parse(value)
        except Invalid as error:
            raise Invalid(f"{field.option} of {self.word}: {error}") from None

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

    def same(self, one: Any, other: Any) -> bool:
        return all(
            value is has if value is None or has is None else field.type.same(value, has)
            for field, value, has in zip(self.fields, one, other)
        )

    def canonical(self, value: Any) -> Any:
        return self._mapped(value, lambda field, part: field.type.canonical(part))

    def write(self, value: Any, _scalar: bool) -> dict[str, Any]:
        written = {field.key: field.type.write(part, False) for field, part in zip(self.fields, value)}
        return {key: part for key, part in written.items() if part is not None}

    def show(self, value: Any, lookup: Lookup) -> Any:
        pairs = [(field, part) for field, part in zip(self.fields, value) if part is not None]
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
        required: Sequence[str] = (),
        kept: AbstractSet[Any] = frozenset(),
    ) -> None:
        self.key = key
        self.whole = Entry(f"each {word}", (key, *fields), (key.option, *required))
        self.rest = Entry(f"each {word}", fields)
        self.word = word
        self.kept = kept
        self.resources = self.rest.resources
        self.argument = {"type": "list", "elements": "dict", "options": self.whole.argument["options"]}

    def parse(self, value: Any) -> dict[str, tuple[Any, ...]]:
        if not isinstance(value, list):
            raise Invalid(f"must be a list of dictionaries, got {type(value).__name__}")
        parsed: dict[str, tuple[Any, ...]] = {}
        for entry in value:
            key, *values = self.whole.parse(entry)
            if key in parsed:
                raise Invalid(f"{self.word} {key!r} is listed twice: merge the two")
            parsed[key] = tuple(values)
        return parsed

    def read(self, value: Any) -> dict[str, tuple[Any, ...]]:
        return {self._key_of(entry): self.rest.read(entry) for entry in value}

    def _key_of(self, entry: Any) -> Any:
        key = entry[self.key.key]
        if not isinstance(key, (str, int)):
            raise TypeError(f"{key!r} cannot be a key")
        return self.key.read(entry)

    def compare(self, value: Any, desired: Any, append: bool) -> tuple[Any, Any] | None:
        # In a long list that is right already, nearly all are, and to read and merge them takes much longer.
        return None if value and self._agree(value, desired, append) else super().compare(value, desired, append)

    def _agree(self, value: Any, desired: Any, append: bool) -> bool:
        """Whether the server's entries are those that the user gave, word for word."""
        fields, found = self.rest.fields, set()
        for entry in value:
            key = entry[self.key.key]
            wanted = desired.get(key)
            if wanted is None:
                if not append and entry.get(fields[0].key) not in self.kept:
                    return False
                continue
            for field, part in zip(fields, wanted):
                if part is not None and entry.get(field.key) != part:
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

    def differences(self, current: tuple[Any, ...], target: tuple[Any, ...]) -> dict[str, Any]:
        """What to send to change an entry."""
        changes: dict[str, Any] = {}
        for field, has, wanted in zip(self.rest.fields, current, target):
            if field.type.same(has, wanted):
                continue
            changes[field.key] = field.type.write(wanted, False)
        return changes


def sub_collection(collection: str, below: str, key: str, entries: Entries) -> Writer:
    """The writer of a sub-collection at `collection`/id/`below`, whose entries the record holds under `key`. It sends
    one call for each entry that differs, so ids, and what others added meanwhile, stay as they are."""

    def write(task: Task, record: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
        path = f"{collection}/{record['id']}/{below}"
        known = record.get(key) or []
        if any("id" not in entry for entry in known):
            known = task.client.get_list(path)
        ids = {text_of(entry, entries.key.key): entry["id"] for entry in known}

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
                yield Request("PATCH", at(name), body=changes)
        for name in sorted(current.keys() - target.keys()):
            yield Request("DELETE", at(name))

    return write


class WholeList(Items):
    """A list of entries that is replaced as a whole. With `keyed` the first field of an entry is its key, which no two
    entries share: then adding to the list changes the entry with that key, else it adds what is not there yet."""

    def __init__(self, entry: Entry, *, keyed: bool = False) -> None:
        super().__init__(entry)
        self.entry = entry
        self.keyed = keyed
        self.argument = {"type": "list", "elements": "dict", "options": entry.argument["options"]}

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise Invalid(f"must be a list of dictionaries, got {type(value).__name__}")
        parsed = tuple(self.entry.parse(part) for part in value)
        keys = [part[0] for part in parsed] if self.keyed else []
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise Invalid(f"{key!r} is listed twice: merge the two")
        return parsed

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        present = {part[0]: part for part in current} if self.keyed else {}
        target = [self.entry.complete(part, present.get(part[0]) if self.keyed else None) for part in desired]
        if not append:
            return tuple(target)
        if self.keyed:
            return tuple({**present, **{part[0]: part for part in target}}.values())
        missing = [part for part in target if not any(self.entry.same(part, has) for has in current)]
        return (*current, *missing)


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
    )
