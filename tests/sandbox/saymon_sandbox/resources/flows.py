# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows: lines drawn through several objects."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from . import entities
from .entities import Kind, clean_properties
from .objects import find_object


def _way(value: Any) -> list[ids.Id]:
    """Ids in order; a flow may lead through an object twice."""
    return [ids.as_id(item) for item in fields.array(value)]


_READERS: dict[str, fields.Reader] = {
    "owner_id": ids.as_id,
    "item_ids": _way,
    "items_ids": _way,  # what some pages call it
    "client_data": fields.json_text,
    "properties": fields.array,
}
_PROPERTY_FIELDS = ("name", "value", "type_id")


def find_flow(call: Call, wanted: str) -> Doc:
    """The caller must see the owner and every item."""
    doc = call.sandbox.store.get("flow", wanted)
    if doc is None or not _is_visible(call, doc):
        raise errors.not_found("Flow", wanted)
    return doc


def _is_visible(call: Call, doc: Doc) -> bool:
    needed = [doc["owner_id"], *doc["item_ids"]]
    return len(call.access.within(needed)) == len(needed)


def show(call: Call, doc: Doc) -> Doc:
    if call.sandbox.settings.flow_client_data == "string" or "client_data" not in doc:
        return doc
    try:
        value = parse(doc["client_data"])
    except ValueError:
        value = doc["client_data"]
    return {**doc, "client_data": value}


def _readable(call: Call) -> None:
    """404 on a server that only takes flows."""
    if not call.sandbox.settings.flow_list:
        raise errors.unknown_route(call.route.path)


def list_flows(call: Call) -> list[Doc]:
    _readable(call)
    return [show(call, doc) for doc in call.sandbox.store.all("flow").values() if _is_visible(call, doc)]


def get_flow(call: Call) -> Doc:
    _readable(call)
    return show(call, FLOW.of(call))


def _given(call: Call) -> Doc:
    """The fields of a body with the ids as they are stored. Raises 404 for objects out of reach."""
    given = call.given(_READERS)
    if "items_ids" in given:
        given["item_ids"] = given.pop("items_ids")
    if given.get("owner_id") is not None:
        given["owner_id"] = find_object(call, str(given["owner_id"]))["id"]
    if given.get("item_ids") is not None:
        given["item_ids"] = [find_object(call, str(item))["id"] for item in given["item_ids"]]
    return given


def _complete(call: Call, flow: Doc) -> None:
    call.require(flow, "owner_id")
    if not flow.get("item_ids"):
        raise errors.absent("item_ids", call.sandbox.settings.missing_name_status)


def create_flow(call: Call) -> Doc:
    given = _given(call)
    _complete(call, given)
    made: Doc = {"id": ids.new_id(), "owner_id": given["owner_id"], "item_ids": given["item_ids"]}
    made["properties"] = clean_properties(call, given.get("properties") or [], [])
    if given.get("client_data") is not None:
        made["client_data"] = given["client_data"]
    FLOW.put(call, None, made)
    return show(call, made)


def update_flow(call: Call) -> Any:
    doc = FLOW.of(call)
    given = _given(call)
    if "properties" in given:
        given["properties"] = clean_properties(call, given["properties"] or [], doc["properties"])
    changed = fields.merge(doc, given)
    _complete(call, changed)
    FLOW.put(call, doc, changed)
    return EMPTY if call.sandbox.settings.flow_update_answer == "empty" else show(call, changed)


def delete_flow(call: Call) -> Any:
    FLOW.remove(call, FLOW.of(call))
    return EMPTY


def update_property(call: Call, kind: Kind) -> Doc:
    """Answers what was sent, and whose it is."""
    changed = entities.update_property(call, kind)
    sent = call.record()
    return {
        name: changed[name] for name in (*_PROPERTY_FIELDS, "id", "owner_id", "owner_type") if name in sent or name not in _PROPERTY_FIELDS
    }


FLOW = Kind("flow", "Flow", 3, find_flow, show)
ROUTES = [
    Route("GET", "/flows", "objectPermissions", list_flows),
    Route("GET", "/flows/:id", "objectPermissions", get_flow),
    Route("POST", "/flows", "create-flows | manage-flows", create_flow),
    Route("PATCH", "/flows/:id", "modify-flows | manage-flows", update_flow),
    Route("DELETE", "/flows/:id", "delete-flows | manage-flows", delete_flow),
]
