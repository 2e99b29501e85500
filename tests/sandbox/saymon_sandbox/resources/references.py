# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References: an object shown inside another one that is not its parent."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..routing import Route
from ..store import Doc
from .objects import find_object

_TYPE = 7  # the real code is not known
_READERS: dict[str, fields.Reader] = {"owner": ids.as_id, "target": ids.as_id, "client_data": fields.json_text}
_MODIFY = "referencePermissions & (modify-objects | manage-objects)"


def visible_references(call: Call) -> list[Doc]:
    """Of a reference the caller must see both ends."""
    return [doc for doc in call.sandbox.store.all("reference").values() if _is_visible(call, doc)]


def list_references(call: Call) -> list[Doc]:
    if not call.sandbox.settings.reference_list:
        raise errors.unknown_route(call.route.path)
    return visible_references(call)


def _is_visible(call: Call, doc: Doc) -> bool:
    return len(call.access.within([doc["owner"], doc["target"]])) == 2


def find_reference(call: Call) -> Doc:
    doc = call.stored("reference", "Reference", call.params["id"])
    if not _is_visible(call, doc):
        raise errors.not_found("Reference", call.params["id"])
    return doc


def create_reference(call: Call) -> Doc:
    """A second reference between the same two objects is another reference."""
    given = call.given(_READERS)
    for end in ("owner", "target"):
        given[end] = find_object(call, str(call.require(given, end)))["id"]
    made: Doc = {"id": ids.new_id(), "owner": given["owner"], "target": given["target"], "client_data": given.get("client_data") or "{}"}
    call.sandbox.store.put("reference", made["id"], made)
    return made


def update_reference(call: Call) -> Doc:
    """Only `client_data` can change; the ends are ignored like every other field."""
    doc = find_reference(call)
    given = fields.read(call.record(), {"client_data": fields.json_text})
    changed = {**doc, "client_data": given.get("client_data", doc["client_data"]) or "{}"}
    call.sandbox.store.put("reference", doc["id"], changed)
    return changed


def delete_reference(call: Call) -> Any:
    call.sandbox.store.delete("reference", find_reference(call)["id"])
    return EMPTY


def show_v2(call: Call, doc: Doc) -> Doc:
    return doc if call.sandbox.settings.no_entity_type else {**doc, "entityType": _TYPE}


ROUTES = [
    Route("GET", "/refs", "referencePermissions", list_references),
    Route("GET", "/refs/:id", "referencePermissions", find_reference),
    Route("POST", "/refs", "objectPermissions & (modify-objects | manage-objects)", create_reference),
    Route("PATCH", "/refs/:id", _MODIFY, update_reference),
    Route("DELETE", "/refs/:id", _MODIFY, delete_reference),
]
