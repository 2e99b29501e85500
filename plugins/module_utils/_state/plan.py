# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What planner and engine work with: items as the user wants them, plans of what each needs, and marks of what is not
created yet."""

from __future__ import annotations

import copy
import marshal
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError

from .field_types import Field

if TYPE_CHECKING:
    from .resource import Resource


# Shared, so nobody may write into them.
_NOTHING = cast("dict[str, Any]", MappingProxyType({}))
_NO_FIELDS = cast("list[Field]", ())


class Pending:
    """The id of an item that is planned and not created yet. `id` is set then; `wave` is the round it comes in."""

    def __init__(self, title: str, wave: int) -> None:
        self.title = title
        self.wave = wave
        self.id: Any = None
        self.error = "see the message there"

    def __str__(self) -> str:
        return f"new {self.title} {id(self)}"


class Packed:
    """A canonical value in a quarter of its memory, for the bulk of long lists that come from files."""

    __slots__ = ("_bytes",)

    def __init__(self, value: Any) -> None:
        self._bytes = marshal.dumps(value)

    def value(self) -> Any:
        return marshal.loads(self._bytes)  # noqa: S302 - our own, and never outside of this process


def unpacked(value: Any) -> Any:
    return value.value() if value.__class__ is Packed else value


@dataclass
class Item:
    """One item as the user wants it: parsed values by option (long ones may be Packed), steering flags, the id if
    given.

    `place` is its number in the list, or where it is in a file; None for the only item of a task.
    """

    __slots__ = ("desired", "flags", "id", "place", "resource")  # there may be a hundred thousand

    resource: Resource
    place: int | str | None
    desired: dict[str, Any]
    flags: Mapping[str, Any]
    id: str | None

    @property
    def state(self) -> str:
        return str(self.flags.get("state"))

    def appends(self, field: Field) -> bool:
        """Whether the item adds to what a field holds, in place of making it exact."""
        return bool(field.append and self.flags.get(field.append))

    @property
    def where(self) -> str:
        """What a message about this item begins with; empty when it is the only one."""
        return where_is(self.resource.plural, self.place, self.resource.name_in(self.desired) or self.id or "")


class Plan:
    """What one item needs. `before` and `after` hold the differing fields by option; `error` says why it failed, if it
    did.

    `action` is create, update, delete or none. `body` is what the item's own call sends, `written_apart` the
    fields with calls of their own, `resolved` what the user gave with ids in place of names.
    """

    __slots__ = (
        "action",
        "after",
        "before",
        "body",
        "created",
        "error",
        "item",
        "pending",
        "record",
        "recovered",
        "refers",
        "resolved",
        "rest",
        "skipped",
        "title",
        "touched",
        "wave",
        "written_apart",
    )

    def __init__(
        self,
        item: Item,
        action: str,
        title: str,
        record: Record | None = None,
        before: dict[str, Any] | None = None,
        after: dict[str, Any] | None = None,
        resolved: Mapping[str, Any] = _NOTHING,
    ) -> None:
        self.item = item
        self.action = action
        self.title = title
        self.record: Record = {} if record is None else record
        self.before: dict[str, Any] = before or {}
        self.after: dict[str, Any] = after or {}
        self.body: dict[str, Any] = {}
        self.written_apart: list[Field] = []
        self.resolved = resolved
        self.pending: Pending | None = None
        self.wave = 0
        self.refers = False  # to something that is not created yet
        self.error: SaymonError | None = None
        self.touched = False  # whether a call that writes has gone well, or may have
        self.recovered = False
        self.skipped = False
        self.created: Record | None = None  # the answer to the creation
        self.rest: Plan | None = None  # what is left to do, once the state had to be looked at again

    def settle(self) -> Plan:
        """Nothing is to be done, so let go of what only a change needs: a long list has thousands of such plans."""
        self.before = self.after = self.body = _NOTHING
        self.written_apart = _NO_FIELDS
        if not any(option in self.resolved for option in self.item.resource.self_referring):
            self.resolved = self.item.desired  # references to items of other resources are not looked at again
        return self


def options_of(items: Iterable[Item]) -> set[str]:
    """The options that any of the items names."""
    return set().union(*(item.desired for item in items))


def ids_of(records: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(
        sorted("not created yet" if isinstance(record["id"], Pending) else str(record["id"]) for record in records)
    )


def age_of(identifier: Any) -> tuple[int, str]:
    """Sorts ids, whether numbers or texts, by the time when they were created: those of one server grow."""
    text = str(identifier)
    return len(text), text


def where_is(plural: str, place: int | str | None, name: str) -> str:
    """What a message about an item begins with. `place` is its number in the list `plural`, or a text that says it
    all."""
    if place is None:
        return ""
    where = place if isinstance(place, str) else f"{plural}[{place}]"
    return f"{where} ({name}): " if name else f"{where}: "


def pendings(value: Any) -> Iterator[Pending]:
    if isinstance(value, Pending):
        yield value
    elif isinstance(value, (tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from pendings(part)


def resolve_pending(value: Any) -> Any:
    """The same value with the ids of what has been created meanwhile."""
    if isinstance(value, Pending):
        if value.id is None:
            raise BadInput(f"it refers to {value.title!r}, which could not be created: {value.error.rstrip('.')}.")
        return value.id
    return _mapped(value, resolve_pending)


def title_of(value: Any) -> Any:
    """The same value with titles in place of ids that are not known yet."""
    return value.title if isinstance(value, Pending) else _mapped(value, title_of)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {key: change(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(change(part) for part in value)
    return value


def put(body: dict[str, Any], record: Mapping[str, Any], key: str, value: Any) -> None:
    """Set a field in a body. Of a nested record the whole is sent, since nobody knows how deep the server merges."""
    top, _dot, rest = key.partition(".")
    if not rest:
        body[top] = value
        return
    if body is record or not isinstance(body.get(top), dict):
        present = record.get(top)
        body[top] = copy.deepcopy(dict(present)) if isinstance(present, Mapping) else {}
    put(body[top], {}, rest, value)
