# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Incidents: lists, actions on one, and clearing many."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .. import alarms, errors, fields, ids
from ..call import EMPTY, Call
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from .entities import Kind
from .incident_filter import compiled
from .incident_levels import find_level
from .links import LINK
from .objects import OBJECT, paths_of, visible_parents
from .paging import in_time, page, sort_key

_KINDS: dict[int, Kind] = {1: OBJECT, 2: LINK}
_READERS: dict[str, fields.Reader] = {
    "entityId": ids.as_id,
    "entityType": fields.integer,
    "state": ids.as_id,
    "type": fields.integer,
    "text": fields.text,
    "data": fields.json_text,
    "localTimestamp": fields.integer,
    "reason": fields.record,
    "properties": fields.record,
}
_HIDDEN = ("due", "condition")
_OPTIONS = ("filter", "parentFilter", "limit", "skip", "owner", "ownerFilter", "sortField", "sortDirection")


def _entity(call: Call, incident: Doc) -> Doc | None:
    """What the incident is of; None when it is out of the caller's reach."""
    try:
        return _KINDS[incident["entityType"]].find(call, str(incident["entityId"]))
    except errors.ApiError:
        return None


def _owner(call: Call, incident: Doc, entity: Doc) -> Doc:
    made: Doc = {"_id": entity["id"], **{name: entity[name] for name in ("name", "class_id", "properties") if name in entity}}
    if incident["entityType"] == OBJECT.type:
        made["parent_id"] = visible_parents(call, entity)
        made["_parents"] = [{"path": path} for path in paths_of(call, entity)]
    return made


def show(call: Call, incident: Doc) -> Doc:
    shown = {name: value for name, value in incident.items() if name not in _HIDDEN}
    if "properties" in shown:
        shown["properties"] = _shown_properties(call, shown["properties"])
    return shown


def _shown_properties(call: Call, properties: Doc) -> Any:
    form = call.sandbox.settings.incident_properties
    if form == "object":
        return properties
    if form == "records":
        return [{"key": name, "value": value} for name, value in properties.items()]
    return [[name, value] for name, value in properties.items()]


def _test(call: Call, wanted: Any) -> Callable[[Doc, Doc], bool]:
    """Of a filter as text or as JSON. Raises 400."""
    if not wanted:
        return lambda incident, entity: True
    try:
        return compiled(parse(wanted) if isinstance(wanted, str) else wanted)
    except (ValueError, TypeError, AttributeError) as problem:
        raise errors.bad_request(f'Invalid "filter" parameter: {problem}.') from None


def _below(call: Call, incident: Doc, entity: Doc, parent: str) -> bool:
    """Whether the entity, or an end of the link, is the parent or somewhere below it."""
    ends = [entity["id"]] if incident["entityType"] == OBJECT.type else [entity["source"], entity["target"]]
    return any(call.sandbox.tree.is_below(str(end), parent) for end in ends)


def _selected(call: Call, place: str) -> list[tuple[Doc, Doc]]:
    """Incidents and their entities that the caller may see and the query selects."""
    ignored = call.sandbox.settings.incident_filter_ignored
    passes = _test(call, None if ignored else call.query.get("filter"))
    parent = call.query.get("parentFilter")
    found = []
    for incident in call.sandbox.store.all(place).values():
        entity = _entity(call, incident)
        if entity is None or (parent and not _below(call, incident, entity, parent)):
            continue
        if passes(incident, entity):
            found.append((incident, entity))
    return found


def _take_options_of_body(call: Call) -> None:
    """Older servers read the options of a GET from its body, too; the query wins."""
    if call.sandbox.settings.incident_body_options and call.body.strip():
        call.query.update({name: value for name, value in _body_options(call).items() if name not in call.query})


def _body_options(call: Call) -> dict[str, str]:
    body = call.record()
    return {name: value if isinstance(value, str) else fields.json_text(value) for name, value in body.items() if name in _OPTIONS}


def _answer(call: Call, selected: list[tuple[Doc, Doc]]) -> list[Doc]:
    """Sorted, cut, and with owners as far as asked for."""
    if not call.sandbox.settings.incident_limit_with_skip and call.query.get("limit") and call.query.get("skip"):
        raise errors.bad_request('"limit" and "skip" cannot be used together.')
    owners = {incident["id"]: entity for incident, entity in selected}
    found = [incident for incident, _entity in selected]
    field = call.query.get("sortField")
    if field:
        found.sort(key=partial(sort_key, field), reverse=call.query.get("sortDirection") == "desc")
    shown = [show(call, incident) for incident in page(call, found)]
    if call.flag("owner"):
        shown = [{**row, "owner": _owner(call, row, owners[row["id"]])} for row in shown]
    return shown


def list_active(call: Call) -> list[Doc]:
    _take_options_of_body(call)
    return _answer(call, _selected(call, alarms.ACTIVE))


def list_history(call: Call) -> list[Doc]:
    """Oldest first; with `inverse` newest first. `from` and `to` are about the time of clearing."""
    selected = _selected(call, alarms.HISTORY)
    inside = in_time(
        ({"timestamp": incident["clearTimestamp"], "id": incident["id"]} for incident, _entity in selected),
        call.number("from"),
        call.number("to"),
    )
    kept = {record["id"] for record in inside}
    selected = [item for item in selected if item[0]["id"] in kept]
    selected.sort(key=lambda item: item[0]["clearTimestamp"], reverse=call.flag("inverse"))
    return _answer(call, selected)


def count(call: Call) -> Any:
    form = call.sandbox.settings.incident_count
    if form == "none":
        raise errors.not_found("Incident", "count")
    number = len(_selected(call, alarms.ACTIVE))
    return {"count": number} if form == "object" else number


def _find(call: Call, *places: str) -> Doc:
    wanted = call.params["id"]
    for place in places or (alarms.ACTIVE,):
        incident = call.sandbox.store.get(place, wanted)
        if incident is not None and _entity(call, incident) is not None:
            return incident
    raise errors.not_found("Incident", wanted)


def get_incident(call: Call) -> Doc:
    places = (alarms.ACTIVE, alarms.HISTORY) if call.sandbox.settings.incident_by_id_in_history else (alarms.ACTIVE,)
    return show(call, _find(call, *places))


def create(call: Call) -> Doc:
    if not call.sandbox.settings.incident_create:
        raise errors.method_not_allowed("POST")
    given = fields.merge({"entityType": OBJECT.type, "type": alarms.BY_CONDITION}, call.given(_READERS))
    for name in ("entityId", "state"):
        call.require(given, name)
    kind = _KINDS.get(given["entityType"])
    if kind is None:
        raise errors.bad_request('"entityType" must be 1 or 2.')
    entity = kind.find(call, str(given.pop("entityId")))
    given["state"] = find_level(call, given["state"])["id"]
    if given["state"] == alarms.CLEARED:
        raise errors.bad_request("A new incident cannot be cleared.")
    return show(call, alarms.raise_new(call.sandbox, kind.collection, entity, given.pop("type"), given))


def _change(call: Call, changes: Doc) -> Any:
    incident = _find(call)
    call.sandbox.store.put(alarms.ACTIVE, incident["id"], {**incident, **changes})
    return EMPTY


def acknowledge(call: Call) -> Any:
    return _change(call, {"acknowledgedBy": call.user["id"], "acknowledgementTimestamp": call.sandbox.clock.now()})


def unacknowledge(call: Call) -> Any:
    return _change(call, {"acknowledgedBy": None, "acknowledgementTimestamp": None})


def clear(call: Call) -> Any:
    alarms.clear(call.sandbox, _find(call))
    return EMPTY


def clear_and_remove(call: Call) -> Any:
    alarms.clear(call.sandbox, _find(call), call.user["id"])
    return EMPTY


def undo_clear(call: Call) -> Any:
    alarms.undo_clear(call.sandbox, _find(call))
    return EMPTY


def undo_remove(call: Call) -> Any:
    incident = _find(call)
    kept = {name: value for name, value in incident.items() if name != "removed"}
    call.sandbox.store.put(alarms.ACTIVE, incident["id"], kept)
    return EMPTY


def comment(call: Call) -> Any:
    """The body is the text itself; JSON with a `comment` is understood as well."""
    incident = _find(call)
    told = _told(call).strip()
    if not told:
        raise errors.absent("comment")
    changes: Doc = {"comment": told, "commentedBy": call.user["id"], "commentTimestamp": call.sandbox.clock.now()}
    return _change(call, changes | {"commentsCount": incident.get("commentsCount", 0) + 1})


def _told(call: Call) -> str:
    if call.headers.get(b"content-type", b"").startswith(b"application/json"):
        body = call.json()
        told = body.get("comment") if isinstance(body, dict) else body
        return told if isinstance(told, str) else ""
    return call.body.decode("utf-8", "replace")


def set_properties(call: Call) -> Doc:
    incident = _find(call)
    return _store_properties(call, incident, {**incident.get("properties", {}), **call.record()})


def delete_properties(call: Call) -> Any:
    """The body names them, no body means all. A wrong body deletes nothing, and is answered with an empty success."""
    incident = _find(call)
    names = call.json()
    if names is None:
        return _store_properties(call, incident, {})
    if not isinstance(names, list):
        return EMPTY
    left = {name: value for name, value in incident.get("properties", {}).items() if name not in names}
    return _store_properties(call, incident, left)


def _store_properties(call: Call, incident: Doc, properties: Doc) -> Doc:
    changed = {**incident, "properties": properties}
    call.sandbox.store.put(alarms.ACTIVE, incident["id"], changed)
    return show(call, changed)


def clear_many(call: Call) -> Any:
    """Without a filter everything that the caller may see."""
    search = call.record().get("search")
    passes = _test(call, search.get("filter") if isinstance(search, dict) else None)
    for incident in list(call.sandbox.store.all(alarms.ACTIVE).values()):
        entity = _entity(call, incident)
        if entity is not None and alarms.is_open(incident) and passes(incident, entity):
            alarms.clear(call.sandbox, incident)
    return EMPTY


ROUTES = [
    Route("GET", "/incidents", "", list_active),
    Route("GET", "/incidents/count", "", count),
    Route("GET", "/incidents/:id", "", get_incident),
    Route("POST", "/incidents", "", create),
    Route("POST", "/incidents/clear", "", clear_many),
    Route("POST", "/incidents/:id/acknowledge", "", acknowledge),
    Route("POST", "/incidents/:id/unacknowledge", "", unacknowledge),
    Route("POST", "/incidents/:id/clear", "", clear),
    Route("POST", "/incidents/:id/clear-remove", "", clear_and_remove),
    Route("POST", "/incidents/:id/undo-clear", "", undo_clear),
    Route("POST", "/incidents/:id/undo-remove", "", undo_remove),
    Route("POST", "/incidents/:id/comment", "", comment),
    Route("POST", "/incidents/:id/props", "", set_properties),
    Route("DELETE", "/incidents/:id/props", "", delete_properties),
    Route("GET", "/incident-history", "", list_history),
]
