# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search by criteria, bulk changes, and the experimental list call."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from .. import errors, fields, filters, ids
from ..call import Call
from ..rights import parse
from ..store import Doc
from . import conditions, links
from .entities import Kind, replace_property
from .links import LINK, LIST_FIELDS, row_of_link
from .objects import (
    OBJECT,
    change,
    read_changes,
    show,
    show_fields,
    visible,
    visible_child_ids,
    visible_parents,
)
from .paging import sort_key
from .references import show_v2, visible_references

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
# Filters of links and references, and the fields that they look at.
_V2_LINK_FILTERS = {"source": "source", "target": "target", "state_id": "state_id", "class_id": "class_id", "id": "id", "tags": "tags"}
_V2_REFERENCE_FILTERS = {"owner_ids": "owner", "target_ids": "target", "ids": "id"}


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
    return _matching(criteria, lambda wanted: (show(call, doc) for doc in _narrowed(visible(call), wanted)))


def _matching_links(call: Call, criteria: Any) -> list[Doc]:
    """The same for links."""
    visible_links = (doc for doc in call.sandbox.store.all("link").values() if call.access.link(doc))
    return _matching(criteria, lambda _wanted: (LINK.show(call, doc) for doc in visible_links))


def _matching(criteria: Any, rows: Callable[[Doc], Iterable[Doc]]) -> list[Doc]:
    if not isinstance(criteria, dict):
        raise errors.bad_request('"search" must be an object.')
    wanted = _with_ids(criteria)
    try:
        return filters.matching(wanted, rows(wanted))
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
    return _bulk(call, OBJECT, matching, lambda doc, value: change(call, doc, read_changes(value)))


def bulk_links(call: Call) -> Doc:
    return _bulk(call, LINK, _matching_links, lambda doc, value: links.change(call, doc, links.read_changes(call, value)))


def _bulk(call: Call, kind: Kind, select: Callable[[Call, Any], list[Doc]], modify: Callable[[Doc, Doc], Any]) -> Doc:
    """The change is made at once; only the report that it is finished may be delayed."""
    body = call.record()
    operations = call.require(body, "bulk")
    if not isinstance(operations, list) or not all(isinstance(item, dict) and len(item) == 1 for item in operations):
        raise errors.bad_request('"bulk" must be an array of objects with one key.')
    for row in select(call, body.get("search") or {}):
        for operation in operations:
            for name, value in operation.items():
                doc = kind.find(call, str(row["id"]))
                if name == "modify" and isinstance(value, dict):
                    modify(doc, value)
                else:
                    _apply(call, kind, doc, name, value)
    return start_bulk(call)


def start_bulk(call: Call) -> Doc:
    """A finished background operation, as its caller sees it."""
    bulk_id = str(uuid.uuid4())
    call.sandbox.store.put("bulk", bulk_id, {"done": call.sandbox.clock.now() + call.sandbox.settings.bulk_delay_ms})
    return {"bulkId": bulk_id, "finished": False}


def _apply(call: Call, kind: Kind, doc: Doc, name: str, value: Any) -> None:
    if name == "properties.createOrModify" and isinstance(value, dict):
        _create_or_modify(call, kind, doc, value)
    elif name in _PARTS and isinstance(value, list):
        conditions.store(call, _PARTS[name], kind, doc, value)
    else:
        raise errors.bad_request(f'Invalid bulk operation "{name}".')


def _create_or_modify(call: Call, kind: Kind, doc: Doc, value: Doc) -> None:
    """Changes the first property of that name, or adds one."""
    old = next((item for item in doc.get("properties", []) if item["name"] == value.get("name")), None)
    properties, _new = replace_property(call, doc, old, value)
    kind.put(call, doc, {**doc, "properties": properties, "updated": call.sandbox.clock.now()})


def bulk_status(call: Call) -> Doc:
    record = call.stored("bulk", "Bulk", call.params["id"])
    return {"finished": record["done"] <= call.sandbox.clock.now()}


def get_objects_v2(call: Call) -> Doc:
    body, wanted = _v2_body(call, _V2_FILTERS)
    flags = body.get("flags", [])
    docs = [doc for doc in visible(call) if _passes(call, doc, wanted, "deepParents" in flags)]
    names = [*(body.get("fields") or _V2_FIELDS), *(["path"] if "paths" in flags else [])]
    rows = show_fields(call, _v2_page(body, docs), names)
    if "paths" in flags:
        rows = [{"paths" if name == "path" else name: [value] if name == "path" else value for name, value in row.items()} for row in rows]
    return {"items": rows, "count": len(docs)}


def get_links_v2(call: Call) -> Doc:
    body, wanted = _v2_body(call, dict.fromkeys(_V2_LINK_FILTERS, ids.as_ids))
    docs = [doc for doc in call.sandbox.store.all("link").values() if call.access.link(doc)]
    docs = _having(docs, {_V2_LINK_FILTERS[name]: value for name, value in wanted.items()})
    rows = [row_of_link(call, doc, body.get("fields") or LIST_FIELDS) for doc in _v2_page(body, docs)]
    return {"items": rows, "count": len(docs)}


def get_references_v2(call: Call) -> Doc:
    body, wanted = _v2_body(call, dict.fromkeys(_V2_REFERENCE_FILTERS, ids.as_ids))
    docs = _having(visible_references(call), {_V2_REFERENCE_FILTERS[name]: value for name, value in wanted.items()})
    rows = [show_v2(call, doc) for doc in _v2_page(body, docs)]
    names = body.get("fields")
    return {"items": [{name: row[name] for name in row if name in ("id", *(names or row))} for row in rows], "count": len(docs)}


def _v2_body(call: Call, filters: dict[str, fields.Reader]) -> tuple[Doc, Doc]:
    """The options of an experimental list call, and its filter."""
    body = fields.merge({}, call.given(_V2_READERS))
    return body, fields.merge({}, fields.read(body.get("filter", {}), filters))


def _v2_page(body: Doc, docs: list[Doc]) -> list[Doc]:
    """Sorted and cut; `count` of the answer is the number of all matches."""
    for name in reversed(body.get("order", [])):
        docs.sort(key=partial(sort_key, name.lstrip("!")), reverse=name.startswith("!"))
    docs_from = docs[max(body.get("offset", 0), 0) :]
    return docs_from[: max(body["limit"], 0)] if "limit" in body else docs_from


def _having(docs: list[Doc], wanted: Doc) -> list[Doc]:
    """Those that have one of the ids in each field that is asked for; a field holds one id or several."""
    return [
        doc
        for doc in docs
        if all(
            {str(item) for item in values} & {str(item) for item in ids.as_ids(doc.get(field, []))}
            for field, values in wanted.items()
            if values
        )
    ]


def _visible_ancestors(call: Call, doc: Doc) -> set[str]:
    found: set[str] = set()
    waiting = [doc]
    while waiting:
        above = [str(parent) for parent in visible_parents(call, waiting.pop()) if str(parent) not in found]
        found.update(above)
        waiting.extend(call.stored("object", "Object", parent) for parent in above)
    return found


def _passes(call: Call, doc: Doc, wanted: Doc, deep: bool) -> bool:
    if wanted.get("name", "").lower() not in doc["name"].lower():
        return False
    parents = {str(item) for item in wanted.get("parent_ids") or []}
    if parents and deep and not parents & _visible_ancestors(call, doc):
        return False
    checks = (
        ("ids", [doc["id"]]),
        ("class_ids", [doc["class_id"]]),
        ("state_ids", [doc["state_id"]]),
        ("tags", doc.get("tags", [])),
        ("parent_ids", visible_parents(call, doc)),
        ("child_ids", visible_child_ids(call, doc)),
    )
    for field, present in checks:
        asked = {str(item) for item in wanted.get(field) or []}
        if asked and not (deep and field == "parent_ids") and not asked & {str(item) for item in present}:
            return False
    return True
