# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between objects."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..store import Doc
from . import conditions
from .entities import Kind, clean_properties, shown_operations

DEFAULT_CLASS = 35
CREATED = 1

_READERS: dict[str, fields.Reader] = {
    "source": ids.as_id,
    "target": ids.as_id,
    "class_id": ids.as_id,
    "properties": fields.array,
    "tags": ids.as_ids,
    "client_data": fields.json_text,
    "weight": fields.number,
    "operations": fields.identified,
}
LIST_FIELDS = ("class_id", "source", "target", "source_name", "target_name", "state_id", "last_state_update")


def find_link(call: Call, wanted: str) -> Doc:
    doc = call.sandbox.store.get("link", wanted)
    if doc is None or not call.access.link(doc):
        raise errors.not_found("Link", wanted)
    return doc


def show(call: Call, doc: Doc) -> Doc:
    return {**doc, "operations": shown_operations(call, doc.get("operations", []))}


def row_of_link(call: Call, doc: Doc, names: list[str] | tuple[str, ...]) -> Doc:
    """The id, and the named fields as far as the link has them."""
    ends = {f"{end}_name": (call.sandbox.store.get("object", doc[end]) or {}).get("name") for end in ("source", "target")}
    full = {**show(call, doc), **ends}
    return {"id": doc["id"], **{name: full[name] for name in names if full.get(name) is not None}}


def list_links(call: Call) -> list[Doc]:
    names = call.field_names() or LIST_FIELDS
    return [row_of_link(call, doc, names) for doc in call.sandbox.store.all("link").values() if call.access.link(doc)]


def get_link(call: Call) -> Doc:
    doc = LINK.of(call)
    names = call.field_names()
    return row_of_link(call, doc, names) if names else show(call, doc)


def new_link(now: int, link_id: ids.Id, owner: ids.Id | None, given: Doc) -> Doc:
    link: Doc = {"id": link_id, "source": given["source"], "target": given["target"]}
    link |= {"class_id": given.get("class_id") or DEFAULT_CLASS, "state_id": CREATED, "properties": given.get("properties") or []}
    link |= {"operations": given.get("operations") or [], "tags": given.get("tags") or []}
    if owner is not None:
        link["owner_id"] = owner
    link |= {name: given[name] for name in ("client_data", "weight") if given.get(name) is not None}
    return link | {"created": now, "updated": now, "last_state_update": now}


def _check_ends(call: Call, given: Doc) -> None:
    for end in ("source", "target"):
        if not call.access.object(call.stored("object", "Object", given[end])):
            raise errors.not_found("Object", given[end])


def create_link(call: Call) -> Doc:
    given = call.given(_READERS)
    for end in ("source", "target"):
        call.require(given, end)
    _check_ends(call, given)
    if given.get("class_id"):
        call.stored("class", "Class", given["class_id"])
    link_id = ids.new_id()
    given["properties"] = clean_properties(call, given.get("properties") or [], [])
    link = new_link(call.sandbox.clock.now(), link_id, call.user["id"], given)
    LINK.put(call, None, link)
    return show(call, link)


def _allowed_ends(call: Call, doc: Doc, given: Doc) -> Doc:
    """The changes, without those of the ends where these are fixed; 400 where a change of them is refused."""
    moved = [end for end in ("source", "target") if given.get(end, doc[end]) != doc[end]]
    rule = call.sandbox.settings.link_ends
    if moved and rule == "refuse":
        raise errors.bad_request(f'"{moved[0]}" cannot be changed.')
    return {name: value for name, value in given.items() if rule == "change" or name not in moved}


def change(call: Call, doc: Doc, given: Doc) -> Doc:
    if given.get("class_id", doc["class_id"]) != doc["class_id"]:
        raise errors.bad_request('"class_id" cannot be changed.')
    given = _allowed_ends(call, doc, given)
    if "properties" in given:
        given["properties"] = clean_properties(call, given["properties"] or [], doc.get("properties", []))
    for name in ("tags", "operations"):
        if name in given:
            given[name] = given[name] or []
    changed = fields.merge(doc, {**given, "updated": call.sandbox.clock.now()}, ("manual_state",))
    _check_ends(call, changed)
    LINK.put(call, doc, changed)
    return changed


def read_changes(call: Call, body: Doc) -> Doc:
    """The writable fields of a body; a link cannot lose an end."""
    given = fields.read(body, _READERS)
    for end in ("source", "target"):
        if end in given:
            call.require(given, end)
    return given


def update_link(call: Call) -> Doc:
    return show(call, change(call, LINK.of(call), read_changes(call, call.record())))


def delete_link(call: Call) -> Any:
    link = LINK.of(call)
    conditions.forget(call, LINK, link)
    LINK.remove(call, link)
    return EMPTY


LINK = Kind("link", "Link", 2, find_link, show)
