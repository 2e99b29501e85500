# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects: reading, creating, changing, deleting, cloning."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import errors, fields, ids, stats
from ..call import EMPTY, Call
from ..store import Doc
from . import conditions
from .entities import INFO, Kind, clean_properties, shown_operations
from .links import LINK, new_link

ROOT = 1
DEFAULT_CLASS = 1
CREATED = 1
_DISCOVERY = ("discovery_id:", "discovery id:")

_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "parent_id": ids.as_ids,
    "class_id": ids.as_id,
    "properties": fields.array,
    "tags": ids.as_ids,
    "client_data": fields.json_text,
    "discovery_id": fields.text,
    "background": fields.text,
    "geoposition": lambda value: [fields.number(item) for item in fields.array(value)],
    "geopositionRadius": fields.integer,
    "weight": fields.number,
    "operations": fields.identified,
    "mute_alert": fields.record,
    "mute_alerts": fields.record,
}
_KEEP_NULL = ("mute_alert", "manual_state")
_LIST_FIELDS = (
    "name",
    "parent_id",
    "class_id",
    "state_id",
    "last_state_update",
    "child_ids",
    "child_link_ids",
    "child_ref_ids",
    "geoposition",
    "entityType",
)


def find_object(call: Call, wanted: str) -> Doc:
    """By id or `discovery_id:<value>`; raises 404 for what is out of reach as well."""
    store = call.sandbox.store
    doc = store.get("object", wanted)
    if doc is None and wanted.startswith(_DISCOVERY):
        doc = store.get("object", call.sandbox.tree.by_discovery.get(wanted[len(_DISCOVERY[0]) :]))
    if doc is None or not call.access.object(doc):
        raise errors.not_found("Object", wanted)
    return doc


def visible(call: Call) -> list[Doc]:
    reach = call.access.object
    return [doc for doc in call.sandbox.store.all("object").values() if reach(doc)]


def visible_child_ids(call: Call, doc: Doc) -> list[ids.Id]:
    return call.access.within(ids.as_id(key) for key in call.sandbox.tree.children.get(str(doc["id"]), ()))


def _child_link_ids(call: Call, doc: Doc) -> list[ids.Id]:
    return [link["id"] for link in call.sandbox.tree.child_links(str(doc["id"])) if call.access.link(link)]


def _child_ref_ids(call: Call, doc: Doc) -> list[ids.Id]:
    keys = call.sandbox.tree.references_in.get(str(doc["id"]), ())
    found = [call.stored("reference", "Reference", key) for key in keys]
    return [reference["id"] for reference in found if call.access.within([reference["target"]])]


def visible_parents(call: Call, doc: Doc) -> list[ids.Id]:
    return call.access.within(doc["parent_id"])


def _parent_id(call: Call, doc: Doc) -> Any:
    parents = visible_parents(call, doc)
    return next(iter(parents), None) if call.sandbox.settings.parent_id_scalar else parents


def _path(call: Call, doc: Doc) -> str:
    """The names from the root down, along the first parents that the caller may see."""
    names = [doc["name"]]
    parents = visible_parents(call, doc)
    while parents:
        above = call.stored("object", "Object", parents[0])
        names.append(above["name"])
        parents = visible_parents(call, above)
    return "/".join(reversed(names))


_COMPUTED: dict[str, Callable[[Call, Doc], Any]] = {
    "parent_id": _parent_id,
    "child_ids": visible_child_ids,
    "child_link_ids": _child_link_ids,
    "child_ref_ids": _child_ref_ids,
    "operations": lambda call, doc: shown_operations(call, doc.get("operations", [])),
    "path": _path,
}


def show(call: Call, doc: Doc) -> Doc:
    """The full record."""
    sandbox = call.sandbox
    made = dict(doc)
    made["parent_id"] = _parent_id(call, doc)
    made["child_ids"] = visible_child_ids(call, doc)
    made["child_link_ids"] = _child_link_ids(call, doc)
    made["child_ref_ids"] = _child_ref_ids(call, doc)
    made["operations"] = shown_operations(call, doc["operations"])
    if sandbox.settings.no_entity_type:
        del made["entityType"]
    if made["parent_id"] is None:
        del made["parent_id"]
    return made


def show_fields(call: Call, docs: Iterable[Doc], names: Iterable[str]) -> list[Doc]:
    """Records with `id` and the named fields; what an object does not have is left out."""
    sandbox = call.sandbox
    wanted = [name for name in names if name != "id" and not (name == "entityType" and sandbox.settings.no_entity_type)]
    rows = []
    for doc in docs:
        row = {"id": doc["id"]}
        for name in wanted:
            compute = _COMPUTED.get(name)
            value = compute(call, doc) if compute else doc.get(name)
            if value is not None or (name in doc and name in _KEEP_NULL):
                row[name] = value
        rows.append(row)
    return rows


def _wanted(call: Call) -> list[str] | None:
    """The asked fields with entityType, which comes unasked."""
    names = call.field_names()
    return None if names is None else list(dict.fromkeys([*names, "entityType"]))


def list_objects(call: Call) -> list[Doc]:
    return show_fields(call, visible(call), _wanted(call) or _LIST_FIELDS)


def get_object(call: Call) -> Doc:
    doc = OBJECT.of(call)
    names = _wanted(call)
    return show(call, doc) if names is None else show_fields(call, [doc], names)[0]


def new_object(now: int, object_id: ids.Id, owner: ids.Id | None, given: Doc) -> Doc:
    """A stored object with its defaults, in the order in which the API shows created ones.

    The child lists are worked out when shown and only hold their places here.
    """
    first: Doc = {"id": object_id, "parent_id": given.get("parent_id") or [ROOT], "name": given["name"]}
    first |= {"class_id": given.get("class_id") or DEFAULT_CLASS, "properties": given.get("properties") or []}
    last: Doc = {"owner_id": owner} if owner is not None else {}
    last |= {"updated": now, "operations": [], "state_id": CREATED, "created": now, "last_state_update": now, "tags": [], "weight": 1}
    last |= {"child_ids": [], "child_link_ids": [], "child_ref_ids": [], "geoposition": [], "object_groups": [], "entityType": 1}
    given = {name: value for name, value in given.items() if value is not None or name in _KEEP_NULL}
    extra = {name: value for name, value in given.items() if name not in first and name not in last}
    return {**first, **extra, **last, **{name: given[name] for name in last if name in given}}


def read_changes(body: Doc) -> Doc:
    """The writable fields of a body."""
    given = fields.read(body, _READERS)
    if "mute_alerts" in given:
        given["mute_alert"] = given.pop("mute_alerts")
    return given


def _check_parents(call: Call, parents: list[ids.Id], child: str | None = None) -> None:
    for parent in parents:
        above = find_object(call, str(parent))
        if child is not None and call.sandbox.tree.is_below(str(above["id"]), child):
            raise errors.bad_request("An object cannot be its own ancestor.")


def _new_parents(call: Call, doc: Doc, given: list[ids.Id]) -> list[ids.Id]:
    """The parents that a change gives, and those that the caller cannot see and therefore cannot take away."""
    seen = visible_parents(call, doc)
    hidden = [parent for parent in doc["parent_id"] if parent not in seen]
    if not given and not hidden:
        given = [ROOT]
    _check_parents(call, given, str(doc["id"]))
    return [*given, *hidden]


def create_object(call: Call) -> Doc:
    """An object with a known discovery_id is changed instead."""
    given = read_changes(call.record())
    known = call.sandbox.tree.by_discovery.get(given.get("discovery_id") or "")
    if known is not None:
        if not call.sandbox.settings.upsert_replaces_properties:
            given.pop("properties", None)
        given.pop("class_id", None)
        return show(call, change(call, find_object(call, known), given))
    call.require(given, "name")
    object_id = ids.new_id()
    given["parent_id"] = given.get("parent_id") or [ROOT]
    _check_parents(call, given["parent_id"])
    if given.get("class_id"):
        call.stored("class", "Class", given["class_id"])
    given["properties"] = clean_properties(call, given.get("properties") or [], [])
    doc = new_object(call.sandbox.clock.now(), object_id, call.user["id"], given)
    OBJECT.put(call, None, doc)
    shown = show(call, doc)
    if call.sandbox.settings.trailing_id:
        shown["id"] = shown.pop("id")
    return shown


def change(call: Call, doc: Doc, given: Doc) -> Doc:
    """Applies body fields to an object; `properties` and `parent_id` replace the whole lists."""
    if given.get("class_id", doc["class_id"]) != doc["class_id"]:
        raise errors.bad_request('"class_id" cannot be changed.')
    if "name" in given:
        call.require(given, "name")
    if "parent_id" in given:
        if doc["id"] == ROOT:
            raise errors.bad_request("The root object has no parent.")
        given["parent_id"] = _new_parents(call, doc, given["parent_id"] or [])
    other = call.sandbox.tree.by_discovery.get(given.get("discovery_id") or "")
    if other not in (None, str(doc["id"])):
        raise errors.conflict("This discovery_id belongs to another object.")
    if "properties" in given:
        given["properties"] = clean_properties(call, given["properties"] or [], doc.get("properties", []))
    for name, default in (("tags", []), ("geoposition", []), ("operations", []), ("weight", 1)):
        if name in given and given[name] is None:
            given[name] = default
    changed = fields.merge(doc, {**given, "updated": call.sandbox.clock.now()}, _KEEP_NULL)
    OBJECT.put(call, doc, changed)
    return changed


def update_object(call: Call) -> Doc:
    return show(call, change(call, OBJECT.of(call), read_changes(call.record())))


def delete_object(call: Call) -> Any:
    """Descendants go too, unless they have a parent that stays; so do the links, references and flows of what goes."""
    doc = OBJECT.of(call)
    if doc["id"] == ROOT:
        raise errors.bad_request("The root object cannot be deleted.")
    store, tree = call.sandbox.store, call.sandbox.tree
    doomed = tree.with_dependants(str(doc["id"]))
    for key in doomed:
        for child in list(tree.children.get(key, ())):
            below = store.get("object", child)
            if child not in doomed and below is not None:
                left = [parent for parent in below["parent_id"] if str(parent) not in doomed]
                store.put("object", child, {**below, "parent_id": left})
        for link_id in list(tree.links_of.get(key, ())):
            link = store.get("link", link_id)
            if link is not None:
                conditions.forget(call, LINK, link)
                LINK.remove(call, link)
        for reference in [*tree.references_in.get(key, ()), *tree.references_to.get(key, ())]:
            store.delete("reference", reference)
        _take_out_of_flows(call, key)
        gone = store.get("object", key)
        if gone is not None:
            conditions.forget(call, OBJECT, gone)
            OBJECT.remove(call, gone)
    return EMPTY


def clone_object(call: Call) -> Doc:
    """Copies the object with everything nested in it and the links inside, as far as the caller may see them.

    The copy hangs below the visible parents of the original. The external keys stay with the originals.
    """
    doc = OBJECT.of(call)
    sandbox = call.sandbox
    if doc["parent_id"] and not visible_parents(call, doc):
        raise errors.not_found("Object", doc["parent_id"][0])
    originals = _visible_nest(call, doc)
    copies: dict[ids.Id, ids.Id] = {original["id"]: ids.new_id() for original in originals}
    now = sandbox.clock.now()
    for original in originals:
        copy_id = copies[original["id"]]
        parents = [copies.get(parent, parent) for parent in visible_parents(call, original)]
        given = {name: value for name, value in original.items() if name in _READERS and name != "discovery_id"}
        properties = [{**item, "id": ids.new_id()} for item in original.get("properties", [])]
        given |= {"parent_id": parents, "properties": properties}
        OBJECT.put(call, None, new_object(now, copy_id, call.user["id"], given))
    for link in list(sandbox.store.all("link").values()):
        if link["source"] in copies and link["target"] in copies and call.access.link(link):
            ends = {"source": copies[link["source"]], "target": copies[link["target"]]}
            LINK.put(call, None, new_link(now, ids.new_id(), call.user["id"], {**link, **ends}))
    cloned = sandbox.store.get("object", copies[doc["id"]])
    return show(call, cloned or {})


def _take_out_of_flows(call: Call, key: str) -> None:
    """A flow goes with its owner and with its last item."""
    store = call.sandbox.store
    for flow in list(store.all("flow").values()):
        left = [item for item in flow["item_ids"] if str(item) != key]
        if str(flow["owner_id"]) == key or not left:
            store.delete("flow", flow["id"])
        elif left != flow["item_ids"]:
            store.put("flow", flow["id"], {**flow, "item_ids": left})


def _visible_nest(call: Call, doc: Doc) -> list[Doc]:
    """The object and everything below it that can be reached from it step by step."""
    found: dict[ids.Id, Doc] = {doc["id"]: doc}
    waiting = [doc]
    while waiting:
        below = [child for child in _visible_children(call, waiting.pop()) if child["id"] not in found]
        found.update({child["id"]: child for child in below})
        waiting.extend(below)
    return list(found.values())


def children(call: Call) -> list[Doc]:
    """Full records, with the names of the metrics of those that have data."""
    rows = []
    for child in _visible_children(call, OBJECT.of(call)):
        metrics = stats.metric_names(call.sandbox, OBJECT.collection, child["id"])
        rows.append({**show(call, child), **({"metrics_cache": metrics} if metrics else {})})
    return rows


def _visible_children(call: Call, doc: Doc) -> list[Doc]:
    return [call.stored("object", "Object", key) for key in visible_child_ids(call, doc)]


def children_links(call: Call) -> list[Doc]:
    doc = OBJECT.of(call)
    return [LINK.show(call, link) for link in call.sandbox.tree.child_links(str(doc["id"])) if call.access.link(link)]


def children_properties(call: Call) -> list[Doc]:
    """Info properties of the object and its children."""
    doc = OBJECT.of(call)
    return [
        {"entityId": owner["id"], "entityName": owner["name"], "name": item["name"], "id": item["id"]}
        for owner in [doc, *_visible_children(call, doc)]
        for item in owner.get("properties", [])
        if item["type_id"] == INFO
    ]


def paths(call: Call) -> Doc:
    """All ways up to the root, or to the last object that the caller may see, and a short record of everything on them."""
    found = paths_of(call, OBJECT.of(call))
    store = call.sandbox.store
    records = [store.get("object", item) for item in dict.fromkeys(item for path in found for item in path)]
    return {"paths": found, "objects": [_short(call, record) for record in records if record is not None]}


def paths_of(call: Call, doc: Doc) -> list[list[ids.Id]]:
    """The ids on all ways from the object up to the root, or to the last object that the caller may see."""
    found: list[list[ids.Id]] = []
    waiting: list[list[ids.Id]] = [[doc["id"]]]
    while waiting:
        path = waiting.pop(0)
        parents = visible_parents(call, call.stored("object", "Object", path[-1]))
        if parents:
            waiting.extend([*path, parent] for parent in parents)
        else:
            found.append(path)
    return found


def _short(call: Call, doc: Doc) -> Doc:
    made: Doc = {name: doc[name] for name in ("id", "name", "class_id")}
    made["class_name"] = (call.sandbox.store.get("class", doc["class_id"]) or {}).get("name", "")
    return made | {"parent_id": _parent_id(call, doc), "properties": doc.get("properties", [])}


OBJECT = Kind("object", "Object", 1, find_object, show)
