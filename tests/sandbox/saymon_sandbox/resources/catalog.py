# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes, states and tags."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..store import Doc
from . import conditions, entities
from .entities import Kind, clean_properties
from .objects import visible

_CLASS_TYPE = 4

_CLASS_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "description": fields.text,
    "category_id": ids.as_id,
    "client_data": fields.json_text,
    "operations": fields.identified,
    "properties": fields.array,
    "triggers": fields.array,
}
_CLASS_BY_ID = ("id", "name", "description", "category_id", "operations")
_STATE_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "priority": fields.integer,
    "ui": fields.record,
    "svgBackground": fields.strings,
}
_TAG_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "color": fields.text,
    "public": fields.text,
    "class": fields.anything,
    "description": fields.text,
    "visibility": fields.anything,
}
_MAIN_COLOR = "rgb(40 173 250)"


def _used(call: Call, field: str, wanted: ids.Id) -> int:
    return sum(1 for kind in ("object", "link") for doc in call.sandbox.store.all(kind).values() if doc[field] == wanted)


def _delete(call: Call, collection: str, name: str, field: str, *, used: bool = False) -> Any:
    """Built-in ones stay, and those in use unless `used` ones may go too."""
    doc = call.stored(collection, name, call.params["id"])
    if isinstance(doc["id"], int) or (not used and _used(call, field, doc["id"])):
        raise errors.conflict(f"{name} {doc['id']} is built in or in use.")
    call.sandbox.store.delete(collection, doc["id"])
    return EMPTY


def new_class(class_id: ids.Id, given: Doc) -> Doc:
    made: Doc = {"id": class_id, "name": given["name"], "operations": [], "client_data": "{}"}
    made |= {name: value for name, value in given.items() if value is not None}
    return made


def show_class(call: Call, doc: Doc) -> Doc:
    made = {**doc, "operations": entities.shown_operations(call, doc["operations"])}
    return made if call.sandbox.settings.no_entity_type else made | {"entityType": _CLASS_TYPE}


def find_class(call: Call, wanted: str) -> Doc:
    return call.stored("class", "Class", wanted)


def list_classes(call: Call) -> list[Doc]:
    return [show_class(call, doc) for doc in call.sandbox.store.all("class").values()]


def get_class(call: Call) -> Doc:
    """Only part of the record; the list shows everything."""
    doc = show_class(call, CLASS.of(call))
    return {name: doc[name] for name in _CLASS_BY_ID if name in doc}


def create_class(call: Call) -> Doc:
    given = call.given(_CLASS_READERS)
    call.require(given, "name")
    if given.get("properties") is not None:
        given["properties"] = clean_properties(call, given["properties"], [])
    made = new_class(ids.new_id(), given)
    call.sandbox.store.put("class", made["id"], made)
    return show_class(call, made)


def update_class(call: Call) -> Doc:
    doc = CLASS.of(call)
    changes = call.given(_CLASS_READERS, "name")
    if changes.get("properties") is not None:
        changes["properties"] = clean_properties(call, changes["properties"], doc.get("properties", []))
    for name, default in (("operations", []), ("client_data", "{}")):
        if name in changes and changes[name] is None:
            changes[name] = default
    changed = fields.merge(doc, changes)
    call.sandbox.store.put("class", doc["id"], changed)
    return show_class(call, changed)


def delete_class(call: Call) -> Any:
    conditions.forget(call, CLASS, CLASS.of(call))
    return _delete(call, "class", "Class", "class_id", used=call.sandbox.settings.delete_class_in_use)


def update_property(call: Call, kind: Kind) -> str:
    """Answers the id alone, unlike objects and links."""
    body = call.record()
    for name in ("name", "value") if call.sandbox.settings.class_property_whole else ():
        call.require(body, name)
    changed: str = entities.update_property(call, kind)["id"]
    return changed


def object_count(call: Call) -> int:
    """Of the objects that the caller may see."""
    wanted = CLASS.of(call)["id"]
    return sum(1 for doc in visible(call) if doc["class_id"] == wanted)


def new_state(state_id: ids.Id, given: Doc) -> Doc:
    defaults: Doc = {"priority": 0, "ui": {"colors": {"main": _MAIN_COLOR}}}
    return fields.deep_merge({"id": state_id, "name": given["name"], **defaults}, fields.merge({}, given))


def show_state(call: Call, doc: Doc) -> Doc:
    """svgBackground is stored among the colours; the documentation has it in two places."""
    if call.sandbox.settings.svg_background_place == "nested" or "svgBackground" not in doc["ui"]["colors"]:
        return doc
    colors = dict(doc["ui"]["colors"])
    svg = colors.pop("svgBackground")
    return {**doc, "ui": {**doc["ui"], "colors": colors}, "svgBackground": svg}


def _given_state(call: Call, *names: str) -> Doc:
    """The fields of a state in the body, with svgBackground among the colours."""
    given = call.given(_STATE_READERS, *names)
    svg = given.pop("svgBackground", None)
    return given if svg is None else fields.deep_merge(given, {"ui": {"colors": {"svgBackground": svg}}})


def list_states(call: Call) -> list[Doc]:
    return [show_state(call, doc) for doc in call.sandbox.store.all("state").values()]


def get_state(call: Call) -> Doc:
    return show_state(call, call.stored("state", "State", call.params["id"]))


def create_state(call: Call) -> Doc:
    given = _given_state(call)
    call.require(given, "name")
    made = new_state(ids.new_id(), given)
    call.sandbox.store.put("state", made["id"], made)
    return show_state(call, made)


def update_state(call: Call) -> Doc:
    doc = call.stored("state", "State", call.params["id"])
    changed = fields.deep_merge(doc, fields.merge({}, _given_state(call, "name")))
    call.sandbox.store.put("state", doc["id"], changed)
    return show_state(call, changed)


def delete_state(call: Call) -> Any:
    return _delete(call, "state", "State", "state_id")


def list_tags(call: Call) -> list[Doc]:
    return list(call.sandbox.store.all("tag").values())


def get_tag(call: Call) -> Doc:
    return call.stored("tag", "Tag", call.params["id"])


def _check_tag_name(call: Call, name: Any, own: Any = None) -> None:
    """409 for a name that another tag has, where that is refused."""
    others = (tag for tag in list_tags(call) if tag["id"] != own)
    if call.sandbox.settings.unique_tag_names and any(tag["name"] == name for tag in others):
        raise errors.conflict(f'Tag "{name}" already exists.')


def create_tag(call: Call) -> Doc:
    """A second tag of the same name is another tag."""
    given = call.given(_TAG_READERS)
    _check_tag_name(call, call.require(given, "name"))
    made: Doc = fields.merge({"id": ids.new_id()}, given)
    call.sandbox.store.put("tag", made["id"], made)
    return made


def update_tag(call: Call) -> Doc:
    doc = get_tag(call)
    changes = call.given(_TAG_READERS, "name")
    _check_tag_name(call, changes.get("name"), doc["id"])
    changed = fields.merge(doc, changes)
    call.sandbox.store.put("tag", doc["id"], changed)
    return changed


def delete_tag(call: Call) -> Any:
    """Objects and links keep the id of a deleted tag."""
    call.sandbox.store.delete("tag", get_tag(call)["id"])
    return EMPTY


CLASS = Kind("class", "Class", _CLASS_TYPE, find_class, show_class)
