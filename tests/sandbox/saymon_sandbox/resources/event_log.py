# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNMP traps and MQTT messages that came in, and what people noted on them."""

from __future__ import annotations

from functools import partial
from typing import Any

from .. import errors, events, fields, filters, ids
from ..call import EMPTY, Call
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from .links import LINK
from .objects import OBJECT
from .paging import in_time, page, sort_key

_KINDS = {1: OBJECT, 2: LINK}


def _is_visible(call: Call, event: Doc) -> bool:
    """What came from no entity is everybody's."""
    entity = event.get("entity")
    if entity is None:
        return True
    try:
        _KINDS[entity["entityType"]].find(call, str(entity["entityId"]))
    except errors.ApiError:
        return False
    return True


def _visible(call: Call) -> list[Doc]:
    """In the order of their arrival, with their place in the whole log."""
    numbered = ({**event, "skip": at} for at, event in enumerate(call.sandbox.store.all(events.EVENTS).values()))
    return [event for event in numbered if _is_visible(call, event)]


def _filtered(call: Call, found: list[Doc]) -> list[Doc]:
    """The filter holds criteria as object searches do."""
    text = call.query.get("filter")
    if not text:
        return found
    try:
        criteria = parse(text)
        if not isinstance(criteria, dict):
            raise ValueError("must be an object")
        return filters.matching(criteria, found)
    except ValueError as problem:
        raise errors.bad_request(f'Invalid "filter" parameter: {problem}.') from None


def list_events(call: Call) -> list[Doc]:
    """Oldest first unless asked otherwise."""
    found = in_time(_filtered(call, _visible(call)), call.number("from"), call.number("to"))
    kind = call.number("type")
    found = [event for event in found if kind is None or event["type"] == kind]
    field = call.query.get("sortField")
    if field:
        found.sort(key=partial(sort_key, field))
    if call.flag("inverse") != (call.query.get("sortDirection") == "desc"):
        found.reverse()
    return page(call, found)


def _event(call: Call, wanted: str) -> Doc:
    """The record that an id names, directly or through modifications of it."""
    store = call.sandbox.store
    target: str | None = wanted
    while target is not None:
        event = store.get(events.EVENTS, target)
        if event is not None and _is_visible(call, event):
            return event
        target = (store.get(events.MODIFICATIONS, target) or {}).get("target")
    raise errors.not_found("EventLog", wanted)


def _modify(call: Call, body: Doc) -> Any:
    """The record itself never changes."""
    wanted = call.params["id"]
    _event(call, wanted)
    made: Doc = {"_id": ids.new_id(), "target": wanted, "body": body}
    call.sandbox.store.put(events.MODIFICATIONS, made["_id"], made)
    return EMPTY


def assign(call: Call) -> Any:
    user_id = call.require(call.record(), "userId")
    return _modify(call, {"userId": call.stored("user", "User", user_id)["id"]})


def change_payload(call: Call) -> Any:
    return _modify(call, {"payload": fields.record(call.record())})


def list_modifications(call: Call) -> list[Doc]:
    numbered = [{**item, "skip": at} for at, item in enumerate(call.sandbox.store.all(events.MODIFICATIONS).values())]
    return page(call, [item for item in numbered if _is_known(call, item["target"])])


def _is_known(call: Call, target: str) -> bool:
    try:
        _event(call, target)
    except errors.ApiError:
        return False
    return True


def delete_event(call: Call) -> Any:
    event = call.stored(events.EVENTS, "EventLog", call.params["id"])
    if not _is_visible(call, event):
        raise errors.not_found("EventLog", event["_id"])
    call.sandbox.store.delete(events.EVENTS, event["_id"])
    return EMPTY


ROUTES = [
    Route("GET", "/event-log", "", list_events),
    Route("PATCH", "/event-log/:id/assignee", "manage-event-log", assign),
    Route("PATCH", "/event-log/:id/payload", "manage-event-log", change_payload),
    Route("GET", "/event-log/modifications", "", list_modifications),
    Route("DELETE", "/event-log/:id", "manage-event-log", delete_event),
]
