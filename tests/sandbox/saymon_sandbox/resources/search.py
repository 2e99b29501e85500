# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search by criteria, bulk changes, and the experimental list call."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from .. import errors, fields, filters, ids
from ..call import Call
from ..rights import parse
from ..store import Doc
from . import conditions
from .entities import clean_property
from .objects import OBJECT, change, find_object, read_changes, show, show_fields, visible

_RUN_BULKS = parse("run-bulks")
# Criteria on these fields hold ids, which may come as number or as text.
_ID_FIELDS = frozenset({"id", "parent_id", "class_id", "state_id", "child_ids", "child_link_ids", "tags", "owner_id", "type_id", "stateId"})
_PARTS = {"stateConditions": "state-conditions", "stateTriggers": "state-triggers", "incidentConditions": "incident-conditions"}
_V2_FIELDS = ("name", "parent_id", "class_id", "state_id", "last_state_update", "child_ids", "geoposition", "entityType")
_V2_READERS: dict[str, fields.Reader] = {
    "filter": fields.record,
    "fields": fields.strings,
    "flags": fields.strings,
    "order": fields.strings,
    "limit": fields.integer,
    "offset": fields.integer,
}
_V2_FILTERS: dict[str, fields.Reader] = {
    "name": fields.text,
    **dict.fromkeys(("ids", "class_ids", "state_ids", "tags", "parent_ids", "child_ids"), ids.as_ids),
}


def _with_ids(criteria: Any, is_id: bool = False) -> Any:
    """A copy in which ids have their stored form."""
    if isinstance(criteria, dict):
        return {
            name: value if name in ("$regex", "$options") else _with_ids(value, is_id if name.startswith("$") else _names_id(name))
            for name, value in criteria.items()
        }
    if isinstance(criteria, list):
        return [_with_ids(item, is_id) for item in criteria]
    return ids.as_id(criteria) if is_id and isinstance(criteria, str) else criteria


def _names_id(name: str) -> bool:
    return name.rpartition(".")[2] in _ID_FIELDS


def matching(call: Call, criteria: Any) -> list[Doc]:
    """The full records of visible objects that meet all criteria. Raises 400 for criteria that cannot be evaluated."""
    if not isinstance(criteria, dict):
        raise errors.bad_request('"search" must be an object.')
    wanted = _with_ids(criteria)
    rows = (show(call, doc) for doc in _narrowed(visible(call), wanted))
    try:
        return filters.matching(wanted, rows)
    except ValueError as problem:
        raise errors.bad_request(f"Invalid search: {problem}") from None


def _narrowed(docs: list[Doc], wanted: Doc) -> list[Doc]:
    """The documents that may fit, judged by the keys with an index on a real server; working out whole records takes long."""
    for key in ("id", "name", "discovery_id"):
        asked = wanted.get(key)
        values = asked.get("$in") if isinstance(asked, dict) and len(asked) == 1 else [asked]
        if isinstance(values, list) and values and all(isinstance(value, str | int) for value in values):
            some = {*values}
            docs = [doc for doc in docs if doc.get(key) in some]
    return docs


def search(call: Call) -> list[Doc]:
    if call.sandbox.settings.search_permission == "run-bulks":
        call.need(_RUN_BULKS)
    body = call.record()
    found = matching(call, body.get("search") or {})
    options = body.get("options")
    wanted = isinstance(options, dict) and str(options.get("includeClientData", "")).lower() == "true"
    return found if wanted else [{name: value for name, value in row.items() if name != "client_data"} for row in found]


def bulk_objects(call: Call) -> Doc:
    """The change is made at once; only the report that it is finished may be delayed."""
    body = call.record()
    operations = call.require(body, "bulk")
    if not isinstance(operations, list) or not all(isinstance(item, dict) and len(item) == 1 for item in operations):
        raise errors.bad_request('"bulk" must be an array of objects with one key.')
    for row in matching(call, body.get("search") or {}):
        for operation in operations:
            for name, value in operation.items():
                _apply(call, str(row["id"]), name, value)
    return start_bulk(call)


def start_bulk(call: Call) -> Doc:
    """A finished background operation, as its caller sees it."""
    bulk_id = str(uuid.uuid4())
    call.sandbox.store.put("bulk", bulk_id, {"done": call.sandbox.clock.now() + call.sandbox.settings.bulk_delay_ms})
    return {"bulkId": bulk_id, "finished": False}


def _apply(call: Call, key: str, name: str, value: Any) -> None:
    doc = find_object(call, key)
    if name == "modify" and isinstance(value, dict):
        change(call, doc, read_changes(value))
    elif name == "properties.createOrModify" and isinstance(value, dict):
        _create_or_modify(call, doc, value)
    elif name in _PARTS and isinstance(value, list):
        conditions.store(call, _PARTS[name], OBJECT, doc, value)
    else:
        raise errors.bad_request(f'Invalid bulk operation "{name}".')


def _create_or_modify(call: Call, doc: Doc, value: Doc) -> None:
    present = doc.get("properties", [])
    old = next((item for item in present if item["name"] == value.get("name")), None)
    if old is None:
        properties = [*present, clean_property(OBJECT.type, doc["id"], value, {})]
    else:
        new = clean_property(OBJECT.type, doc["id"], {**old, **value, "id": old["id"]}, {old["id"]: old})
        properties = [new if item is old else item for item in present]
    OBJECT.put(call, doc, {**doc, "properties": properties, "updated": call.sandbox.clock.now()})


def bulk_status(call: Call) -> Doc:
    record = call.stored("bulk", "Bulk", call.params["id"])
    return {"finished": record["done"] <= call.sandbox.clock.now()}


def get_objects_v2(call: Call) -> Doc:
    """`count` is the number of all matches, before `limit` and `offset`."""
    body = fields.merge({}, call.given(_V2_READERS))
    wanted = fields.merge({}, fields.read(body.get("filter", {}), _V2_FILTERS))
    flags = body.get("flags", [])
    docs = [doc for doc in visible(call) if _passes(call, doc, wanted, "deepParents" in flags)]
    for name in reversed(body.get("order", [])):
        docs.sort(key=partial(_sortable, name.lstrip("!")), reverse=name.startswith("!"))
    docs_from = docs[max(body.get("offset", 0), 0) :]
    page = docs_from[: max(body["limit"], 0)] if "limit" in body else docs_from
    names = [*(body.get("fields") or _V2_FIELDS), *(["path"] if "paths" in flags else [])]
    rows = show_fields(call, page, names)
    if "paths" in flags:
        rows = [{"paths" if name == "path" else name: [value] if name == "path" else value for name, value in row.items()} for row in rows]
    return {"items": rows, "count": len(docs)}


def _sortable(field: str, doc: Doc) -> tuple[int, Any]:
    """Numbers before texts, and something for what is absent."""
    value = doc.get(field)
    return (0, value) if isinstance(value, int | float) else (1, str(value or ""))


def _passes(call: Call, doc: Doc, wanted: Doc, deep: bool) -> bool:
    if wanted.get("name", "").lower() not in doc["name"].lower():
        return False
    tree = call.sandbox.tree
    parents = [str(item) for item in wanted.get("parent_ids") or []]
    if parents and deep and not any(tree.is_below(str(doc["id"]), parent) for parent in parents if parent != str(doc["id"])):
        return False
    checks = (
        ("ids", [doc["id"]]),
        ("class_ids", [doc["class_id"]]),
        ("state_ids", [doc["state_id"]]),
        ("tags", doc.get("tags", [])),
        ("parent_ids", [] if deep else doc["parent_id"]),
        ("child_ids", list(tree.children.get(str(doc["id"]), ()))),
    )
    for field, present in checks:
        asked = {str(item) for item in wanted.get(field) or []}
        if asked and not (deep and field == "parent_ids") and not asked & {str(item) for item in present}:
            return False
    return True
