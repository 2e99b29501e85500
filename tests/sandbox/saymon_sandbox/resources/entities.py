# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What objects and links have in common: look-up, properties, states, conditions, audit log."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from .. import errors, fields, ids, jobs, life, manual, states
from ..call import EMPTY, Call
from ..rights import parse
from ..store import Doc
from .paging import in_time, page

INFO, SERVICE = 1, 8
DOCUMENTS = (6, 7)
_MANAGE_SERVICE = parse("manage-service-properties")
_PROPERTY_READERS: dict[str, fields.Reader] = {
    "id": fields.text,
    "name": fields.text,
    "value": fields.anything,
    "type_id": fields.integer,
}
# Entity type codes of the audit log.
PROPERTY = 10
# Where uploaded files are kept.
FILES = "document_file"
_OWNERS = ("object", "link", "flow")  # of documents
# What is data about an entity, and no part of its configuration.
_STATES = ({"state_id"}, {"manual_state"})


@dataclass(frozen=True)
class Kind:
    """Objects or links: their store, their name in texts, their type code, and how to find and show one."""

    collection: str
    name: str
    type: int
    find: Callable[[Call, str], Doc]
    show: Callable[[Call, Doc], Doc]

    def of(self, call: Call) -> Doc:
        """The entity that the path names, whatever its parameter is called; 404 when it is out of reach."""
        return self.find(call, call.params[call.route.names[0]])

    def put(self, call: Call, old: Doc | None, new: Doc) -> None:
        """Stores, writes the audit log, and runs the operations that the change sets off."""
        call.sandbox.store.put(self.collection, new["id"], new)
        forget_files(call, old, new)
        if old is None:
            life.begin(call.sandbox, self.collection, new)
        else:
            jobs.run_flagged(call.sandbox, self.type, old, new, call.user)
        call.sandbox.audit(self.type, new["id"], self.type, old, new, call.user["id"])

    def remove(self, call: Call, doc: Doc) -> None:
        call.sandbox.store.delete(self.collection, doc["id"])
        life.end(call.sandbox, self.collection, doc)
        forget_files(call, doc, {})
        call.sandbox.audit(self.type, doc["id"], self.type, doc, None, call.user["id"])


def _clean_property(given: Any, known: frozenset[str]) -> Doc:
    """A Property record. An id that the owner already has stays, others are made."""
    if not isinstance(given, dict):
        raise errors.bad_request("A property must be an object.")
    item = fields.read(given, _PROPERTY_READERS)
    if not item.get("name"):
        raise errors.absent("name")
    value = item.get("value")
    made: Doc = {"name": item["name"], "type_id": item.get("type_id") or INFO}
    made["value"] = value if isinstance(value, str) else "" if value is None else fields.json_text(value)
    return made | {"id": item["id"] if item.get("id") in known else ids.new_id()}


def clean_properties(call: Call, given: list[Any], present: list[Doc]) -> list[Doc]:
    """The new list of properties.

    Raises 400; 403 for a caller who changes service properties without the right to; 409 for a repeated name where that is refused.
    """
    known = frozenset(item["id"] for item in present)
    made = [_clean_property(item, known) for item in given]
    _check(call, present, made)
    return made


def replace_property(call: Call, doc: Doc, old: Doc | None, given: Doc) -> tuple[list[Doc], Doc]:
    """The entity's properties after a change of one of them, or with a new one at the end, and that one. Raises as `clean_properties`."""
    present = doc.get("properties", [])
    if old is None:
        new = _clean_property(given, frozenset())
        properties = [*present, new]
    else:
        new = _clean_property({**old, **given, "id": old["id"]}, frozenset({old["id"]}))
        properties = [new if item is old else item for item in present]
    _check(call, present, properties)
    return properties, new


def _check(call: Call, present: list[Doc], properties: list[Doc]) -> None:
    if _service(present) != _service(properties):
        call.need(_MANAGE_SERVICE)
    names: set[str] = set()
    for item in properties if call.sandbox.settings.unique_property_names else ():
        if item["type_id"] in DOCUMENTS:
            continue
        if item["name"] in names:
            raise errors.conflict(f'Property "{item["name"]}" already exists.')
        names.add(item["name"])


def _service(properties: list[Doc]) -> list[tuple[str, str]]:
    """What the service properties say, without regard to ids."""
    return sorted((item["name"], item["value"]) for item in properties if item["type_id"] == SERVICE)


def files_of(doc: Doc) -> set[str]:
    """The uploaded files of an entity."""
    return {item["value"] for item in doc.get("properties", []) if item["type_id"] == DOCUMENTS[1]}


def forget_files(call: Call, old: Doc | None, new: Doc) -> None:
    """Deletes the files that nobody has any more after a change. A clone shares them with its original."""
    store = call.sandbox.store
    for value in files_of(old or {}) - files_of(new):
        if not any(value in files_of(doc) for kind in _OWNERS for doc in store.all(kind).values()):
            store.delete(FILES, value)


def touched(call: Call, doc: Doc) -> Doc:
    """The time of a change, for what has one: a class has not."""
    return {"updated": call.sandbox.clock.now()} if "updated" in doc else {}


def store_properties(call: Call, kind: Kind, doc: Doc, properties: list[Doc], old: Any, new: Any) -> None:
    changed = {**doc, "properties": properties, **touched(call, doc)}
    call.sandbox.store.put(kind.collection, doc["id"], changed)
    forget_files(call, doc, changed)
    jobs.run_flagged(call.sandbox, kind.type, doc, changed, call.user)
    call.sandbox.audit(kind.type, doc["id"], PROPERTY, old, new, call.user["id"])


def shown_operations(call: Call, operations: list[Doc]) -> list[Doc]:
    """Whole for those who may manage operations, else just what tells them apart."""
    if call.may("manage-operations"):
        return operations
    return [{name: item[name] for name in ("id", "name", "description") if name in item} for item in operations]


def list_properties(call: Call, kind: Kind) -> list[Doc]:
    found: list[Doc] = kind.of(call).get("properties", [])
    return found


def create_property(call: Call, kind: Kind) -> Any:
    doc = kind.of(call)
    body = call.record()
    for name in ("name", "value"):
        if body.get(name) is None:
            raise errors.absent(name, call.sandbox.settings.missing_name_status)
    properties, made = replace_property(call, doc, None, body)
    store_properties(call, kind, doc, properties, None, made)
    return made["id"] if call.sandbox.settings.prop_create_answer == "string" else {"id": made["id"]}


def _property(call: Call, doc: Doc) -> Doc:
    wanted = call.params[call.route.names[1]]
    for item in doc.get("properties", []):
        if item["id"] == wanted:
            found: Doc = item
            return found
    raise errors.not_found("Property", wanted)


def update_property(call: Call, kind: Kind) -> Doc:
    doc = kind.of(call)
    old = _property(call, doc)
    changes = {name: value for name, value in call.record().items() if name in ("name", "value", "type_id") and value is not None}
    properties, new = replace_property(call, doc, old, changes)
    store_properties(call, kind, doc, properties, old, new)
    return {**new, "owner_id": doc["id"], "owner_type": kind.type}


def delete_property(call: Call, kind: Kind) -> Any:
    doc = kind.of(call)
    old = _property(call, doc)
    kept = [item for item in doc["properties"] if item is not old]
    _check(call, doc["properties"], kept)
    store_properties(call, kind, doc, kept, old, None)
    return EMPTY


def set_monitoring(call: Call, kind: Kind) -> Any:
    """Replaces all properties of type 8 and leaves the others alone."""
    doc = kind.of(call)
    present = doc.get("properties", [])
    settings = [{**item, "type_id": SERVICE} for item in _settings(call, "value")]
    made = [_clean_property(item, frozenset()) for item in settings]
    old = [item for item in present if item["type_id"] == SERVICE]
    kept = [item for item in present if item["type_id"] != SERVICE]
    store_properties(call, kind, doc, [*kept, *made], old, made)
    return EMPTY


def check_now(call: Call, kind: Kind) -> Any:
    """One check with the given settings; `destroy` leaves one of the entity out."""
    kind.of(call)
    _settings(call, "value", "destroy")
    return EMPTY


def _settings(call: Call, *names: str) -> list[Doc]:
    """The settings in a body: each has a name, and one of `names`."""
    given = call.array()
    for item in given:
        if not isinstance(item, dict):
            raise errors.bad_request("A setting must be an object.")
        call.require(item, "name")
        if all(item.get(name) is None for name in names):
            raise errors.absent(names[0], call.sandbox.settings.missing_name_status)
    return given


def _state_id(call: Call, given: Any) -> ids.Id:
    try:
        state_id = ids.as_id(given)
    except ValueError:
        raise errors.bad_request("Invalid state id.") from None
    call.stored("state", "State", state_id)
    return state_id


def set_state(call: Call, kind: Kind) -> Doc:
    """A state is data about the entity and no change of it: `updated` stays."""
    doc = kind.of(call)
    state_id = _state_id(call, call.require(call.record(), "state_id"))
    reason = {"code": states.EXTERNAL, "by": call.user["id"]}
    changed = states.set_state(call.sandbox, kind.collection, doc, state_id, reason)
    call.sandbox.audit(kind.type, doc["id"], kind.type, {"state_id": doc["state_id"]}, {"state_id": state_id}, call.user["id"])
    return kind.show(call, changed)


def set_manual_state(call: Call, kind: Kind) -> Doc:
    """Accepts every documented spelling: the end is `until` or `by`, the ending states `clearedByState` or `clearedByStateId`."""
    doc = {**kind.of(call), "updated": call.sandbox.clock.now()}
    body = call.record()
    if body.get("clear"):
        changed = manual.clear_manual_state(call.sandbox, kind.collection, doc)
    else:
        readers: dict[str, fields.Reader] = {"reason": fields.text, "since": fields.integer, "until": fields.integer}
        state: Doc = {"stateId": _state_id(call, call.require(body, "stateId"))}
        state |= fields.merge({}, fields.read({"until": body.get("by"), **body}, readers))
        ending = next((body[name] for name in ("clearedByState", "clearedByStateId", "clearedByStateID") if body.get(name)), None)
        if ending is not None:
            state["clearedByStateId"] = [_state_id(call, item) for item in (ending if isinstance(ending, list) else [ending])]
        changed = manual.set_manual_state(call.sandbox, kind.collection, doc, {**state, "by": call.user["id"]})
    before, after = {"manual_state": doc.get("manual_state")}, {"manual_state": changed["manual_state"]}
    call.sandbox.audit(kind.type, doc["id"], kind.type, before, after, call.user["id"])
    return kind.show(call, changed)


def audit_log(call: Call, kind: Kind) -> list[Doc]:
    """Oldest first; without parameters all records."""
    doc = kind.of(call)
    records = call.sandbox.store.all("audit").values()
    own = [record for record in records if record["entityId"] == doc["id"] and record["entityType"] == kind.type]
    return [_visible_part(call, record) for record in page(call, in_time(own, call.number("from"), call.number("to")))]


def config_log(call: Call, kind: Kind) -> list[Doc]:
    """What was configured, oldest first or with `inverse` newest first."""
    records = in_time(_configurations(call, kind), call.number("from"), call.number("to"))
    return page(call, records[::-1] if call.query.get("inverse", "").lower() == "true" else records)


def config_log_item(call: Call, kind: Kind) -> Doc:
    wanted = call.params[call.route.names[1]]
    for record in _configurations(call, kind):
        if record["id"] == wanted:
            return record
    raise errors.not_found("ConfigLog", wanted)


def _configurations(call: Call, kind: Kind) -> list[Doc]:
    """The changes of an entity. The content of each is what was changed, as it is from then on; null when that is gone."""
    doc = kind.of(call)
    made = []
    for record in call.sandbox.store.all("audit").values():
        body = record.get("newBody")
        if record["entityId"] != doc["id"] or record["entityType"] != kind.type or (isinstance(body, dict) and body.keys() in _STATES):
            continue
        text = orjson.dumps(_without_hidden(call, body) if isinstance(body, dict) else body)
        content = base64.b64encode(gzip.compress(text, mtime=0)).decode()
        made.append({"id": record["id"], "timestamp": record["timestamp"], "content": content, "contentEncoding": "GZIP_BASE64"})
    return made


def _visible_part(call: Call, record: Doc) -> Doc:
    """An audit record in which the bodies name no object that the caller cannot see."""
    return {name: _without_hidden(call, value) if isinstance(value, dict) else value for name, value in record.items()}


def _without_hidden(call: Call, body: Doc) -> Doc:
    made = {name: value for name, value in body.items() if name not in ("source", "target") or call.access.within([value])}
    if isinstance(body.get("parent_id"), list):
        made["parent_id"] = call.access.within(body["parent_id"])
    return made
