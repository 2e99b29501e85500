# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Incidents: the steps of their life, comments, and named values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import (
    Chunks,
    Client,
    Record,
    Request,
    is_record,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, SaymonError, kind_of, lost
from ansible_collections.saymon.platform.plugins.module_utils._api.walk import walk
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    FieldType,
    Invalid,
    Lookup,
    Reference,
    Text,
    same_json,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task
from ansible_collections.saymon.platform.plugins.module_utils._state.transition import State, transition

from .incident_entities import is_acknowledged, is_open, is_removed

ACTIVE, HISTORY = "/incidents", "/incident-history"
# The property that tells an incident that this collection created from all others.
MARK = "saymon.platform key"


# --- states ---------------------------------------------------------------------------------------


def _notice(incident: Record) -> str:
    return "acknowledged" if is_acknowledged(incident) else "unacknowledged"


def _life(incident: Record) -> str:
    if is_open(incident):
        return "open, to be removed" if is_removed(incident) else "open"
    return "removed" if is_removed(incident) else "cleared"


_NOTICE = State(
    _notice,
    {
        ("unacknowledged", "acknowledged"): ("POST", "acknowledge"),
        ("acknowledged", "unacknowledged"): ("POST", "unacknowledge"),
    },
)
# Of two ways back from removed, the one that first saves the incident from vanishing.
_LIFE = State(
    _life,
    {
        ("open", "cleared"): ("POST", "clear"),
        ("open", "removed"): ("POST", "clear-remove"),
        ("cleared", "removed"): ("POST", "clear-remove"),
        ("cleared", "open"): ("POST", "undo-clear"),
        ("removed", "cleared"): ("POST", "undo-remove"),
        ("open, to be removed", "open"): ("POST", "undo-remove"),
        ("open, to be removed", "removed"): ("POST", "clear"),
    },
)


class IncidentState(State):
    """What an incident shall be. Whether somebody has seen it, and whether it is over, are two things: only the one
    that the user named is looked at."""

    argument = {
        "type": "str",
        "choices": ["present", "acknowledged", "unacknowledged", "cleared", "removed", "restored"],
        "default": "present",
    }

    def __init__(self) -> None:
        """Its steps are those of the two."""

    def parse(self, value: Any) -> str:
        if value not in self.argument["choices"]:
            raise Invalid(f"give one of {', '.join(self.argument['choices'])}")
        return "open" if value == "restored" else str(value)

    def read(self, value: Any) -> Any:
        return value

    def compare(self, value: Any, desired: Any, append: bool) -> tuple[Any, Any] | None:
        if desired == "present" or (desired == "cleared" and not is_open(value)):  # it may be removed as well
            return None
        return self._kind(desired).compare(value, desired, append)

    def way(self, current: str, target: str) -> list[tuple[Any, ...]] | None:
        return self._kind(target).way(current, target)

    @staticmethod
    def _kind(state: str) -> State:
        return _NOTICE if state in _NOTICE.states else _LIFE


# --- comment and properties -----------------------------------------------------------------------


class Comment(Text):
    """The latest comment, without blanks around it, which a server drops."""

    def __init__(self) -> None:
        super().__init__(filled=True)

    def parse(self, value: Any) -> str:
        return super().parse(super().parse(value).strip())

    def read(self, value: Any) -> str:
        return super().read(value).strip()


def _write_comment(_task: Task, record: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    yield Request("POST", f"{_place(record)}/comment", text=target)


class Values(FieldType):
    """Named values of any shape. The form in which a server shows them is not certain: pairs, records or one object."""

    argument: Mapping[str, Any] = {"type": "dict"}
    empty: Any = {}
    hashable = False

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"must be a dictionary, got {kind_of(value)}")
        return {str(name): one for name, one in value.items()}

    def read(self, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        return dict((one["key"], one["value"]) if isinstance(one, dict) else _pair(*one) for one in value)

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        kept = current if append else {name: one for name, one in current.items() if name == MARK}
        return {**kept, **desired}

    def same(self, one: Any, other: Any) -> bool:
        return same_json(one, other)

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {name: one for name, one in value.items() if name != MARK}


class Key(Text):
    """The key of an incident, which is one of its named values."""

    def read(self, value: Any) -> str:
        key = VALUES.read(value).get(MARK)
        return key if isinstance(key, str) else ""

    def write(self, value: Any, _scalar: bool) -> Any:
        return {MARK: value}


def _pair(name: str, value: Any) -> tuple[str, Any]:
    return name, value


VALUES = Values()


def _write_values(_task: Task, record: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
    path = f"{_place(record)}/props"
    changed = {name: one for name, one in target.items() if name not in current or not same_json(one, current[name])}
    gone = sorted(current.keys() - target.keys())
    if changed:
        yield Request("POST", path, body=changed, read=_answer_of(f"POST {path}"))
    if gone:
        yield Request("DELETE", path, body=gone, read=_answer_of(f"DELETE {path}"))


def _answer_of(call: str) -> Any:
    """Reads the answer to a call, which must be the incident: a server answers a body that it does not understand with
    an empty success."""

    def read(chunks: Chunks) -> tuple[Any, str]:
        text = b"".join(chunks).decode("utf-8", "replace")
        incident = json.loads(text) if text.strip() else None
        if not is_record(incident):
            raise lost(f"{call} was not answered with the incident", reads=False)
        return incident, text

    return read


# --- reading --------------------------------------------------------------------------------------


def _place(record: Mapping[str, Any]) -> str:
    return f"{ACTIVE}/{quote(str(record['id']), safe='')}"


def active_incident(client: Client, identifier: str) -> Record | None:
    """An incident of the active list, None when it is not there."""
    try:
        return client.get_record(_place({"id": identifier}))
    except HttpError as error:
        if not error.absent:
            raise
        return None


def active_incidents(client: Client) -> Iterator[Record]:
    """The active list, the oldest first, so that what is new comes at the end while it is read."""
    return walk(client, Request("GET", ACTIVE, [("sortField", "timestamp"), ("sortDirection", "asc")]))


def values_of(incident: Record) -> dict[str, Any]:
    """The named values of an incident."""
    values: dict[str, Any] = INCIDENT.by_option["properties"].read(incident)
    return values


INCIDENT = Resource(
    name="incident",
    plural="incidents",
    path=ACTIVE,
    key=(),
    title="text",
    fixed=True,
    flags={"append_properties": {"type": "bool", "default": True}},
    fields=(
        transition(ACTIVE, IncidentState()),
        Field("comment", "comment", Comment(), writer=_write_comment, in_create=False),
        Field(
            "properties",
            "properties",
            VALUES,
            writer=_write_values,
            append="append_properties",
            repeatable=True,
        ),
    ),
)


def _keep_mark(task: Task, plans: list[Plan]) -> dict[str, Any]:
    """Give new incidents their key, where the server has not taken it over from the creation."""
    for plan in plans:
        if plan.error is None and plan.created is not None and MARK not in values_of(plan.created):
            mark = {MARK: plan.resolved["properties"][MARK]}
            for request in _write_values(task, plan.record, {}, mark):
                try:
                    task.client.send(request)
                except SaymonError as error:
                    raise SaymonError(
                        f"The incident {plan.record['id']} was created without its key, so that another run would "
                        f"create one more: {error}",
                        changed=True,
                    ) from error
    return {}


# What a new incident says cannot be changed later, so of one that is there it is not compared.
ON_CREATE = {"details": "on_create"}


def _detail(option: str, key: str, field_type: FieldType) -> Field:
    return Field(option, key, field_type, create_only=True, update_flag="details")


NEW_INCIDENT = replace(
    INCIDENT,
    fixed=False,
    duplicates_allowed=True,
    key=("key",),
    after=_keep_mark,
    refusals=dict.fromkeys(
        (404, 405),
        "This server cannot create incidents, which only newer versions can: raise it by data or by a "
        "condition, or update the server.",
    ),
    fields=(
        _detail("key", "properties", Key(filled=True)),  # before properties, which hold it too
        _detail("object", "entityId", Reference("object")),
        _detail("link", "entityId", Reference("link")),
        _detail("entity_type", "entityType", Choice({"object": 1, "link": 2})),
        _detail("level", "state", Reference("incident_level")),
        _detail("text", "text", Text(filled=True)),
        *(field for field in INCIDENT.fields if field.option != "state"),
    ),
)


def knowing(table: Resource, records: list[Record]) -> Resource:
    """The table for a task that has just read these records, among which its items are. They are read again when it
    has to look once more."""
    fresh = [records]
    return replace(table, load=lambda task, _keys: fresh.pop() if fresh else [*active_incidents(task.client)])
