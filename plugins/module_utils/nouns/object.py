# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitored objects: a tree in which an object may have several parents, each with named properties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils.errors import WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils.fields import (
    Field,
    Invalid,
    Items,
    JsonText,
    Kind,
    Lookup,
    Number,
    Reference,
    Text,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils.noun import Index, Noun, Work, text_of
from ansible_collections.saymon.platform.plugins.module_utils.plan import Plan

PROPERTY_TYPES = {"info": 1, "readonly": 2, "readwrite": 3, "document": 6, "file": 7, "service": 8}
_TYPE_NAMES = {code: name for name, code in PROPERTY_TYPES.items()}
# Documents and monitoring settings have calls of their own, so making a list exact never removes them.
_MANAGED_ELSEWHERE = frozenset({6, 7, 8})


class Properties(Kind):
    """Name/value pairs with a type. Canonical form: name to (type, value); the type None stands for the present one, or info."""

    argument: Mapping[str, Any] = {
        "type": "list",
        "elements": "dict",
        "options": {"name": {"type": "str", "required": True}, "value": {"type": "str", "required": True}, "type": {"type": "str"}},
    }
    empty: Any = {}
    bulky = True

    def parse(self, value: Any) -> dict[str, tuple[int | None, str]]:
        if not isinstance(value, list):
            raise Invalid("give a list of properties, each with name and value")
        parsed: dict[str, tuple[int | None, str]] = {}
        for one in value:
            try:
                name, text, type_id = one["name"], one["value"], one.get("type")
            except (KeyError, TypeError, AttributeError):
                raise Invalid("give each property a name and a value, and a type if need be") from None
            if not name or text is None or len(one) > 2 + ("type" in one):
                raise Invalid("give each property a name and a value, a type if need be, and nothing else")
            name = _text(name)
            if name in parsed:
                raise Invalid(f"property {name!r} stands there twice: names are unique within an object")
            parsed[name] = (None if type_id is None else _type(type_id), _text(text))
        return parsed

    def read(self, value: Any) -> dict[str, tuple[int, str]]:
        return {one["name"]: (int(one.get("type_id") or 1), str(one.get("value") or "")) for one in value}

    def agrees(self, value: Any, given: Any, append: bool) -> bool:
        found = set()
        for one in value:
            pair = given.get(one["name"])
            if pair is not None:
                if pair[1] != one.get("value") or pair[0] not in (None, one.get("type_id")):
                    return False
                found.add(one["name"])
            elif not append and one.get("type_id") not in _MANAGED_ELSEWHERE:
                return False
        return len(found) == len(given)

    def aim(self, current: Any, given: Any, append: bool) -> Any:
        kept = current if append else {name: pair for name, pair in current.items() if pair[0] in _MANAGED_ELSEWHERE}
        wanted = {name: (type_id or current.get(name, (1, ""))[0], text) for name, (type_id, text) in given.items()}
        return {**kept, **wanted}

    def write(self, value: Any, _scalar: bool) -> Any:
        return [{"name": name, "type_id": type_id, "value": text} for name, (type_id, text) in value.items()]

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {name: text if type_id == 1 else f"{text} ({_TYPE_NAMES.get(type_id, type_id)})" for name, (type_id, text) in value.items()}


def _type(value: Any) -> int:
    code = PROPERTY_TYPES.get(value) if isinstance(value, str) else value
    if code is None and str(value).isdecimal():
        code = int(value)
    if not isinstance(code, int) or isinstance(code, bool) or code < 1:
        raise Invalid(f"{value!r} is no type of a property: give {', '.join(PROPERTY_TYPES)}, or a number")
    return code


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        raise Invalid("name and value of a property are texts: use the filter to_json for structures")
    return str(value)


def write_properties(collection: str) -> Callable[[Work, Mapping[str, Any], Any, Any], Iterator[Request]]:
    """The `own` of a properties field. It makes one call for each property that differs, so that ids, documents and what others added
    meanwhile stay as they are."""

    def own(work: Work, record: Mapping[str, Any], current: Any, desired: Any) -> Iterator[Request]:
        path = f"{collection}/{record['id']}/props"
        known = record.get("properties") or []
        if any("id" not in one for one in known):
            known = work.client.get_list(path)
        ids = {text_of(one, "name"): one["id"] for one in known}

        def at(name: str) -> str:
            if name not in ids:
                raise WrongAnswer(f"GET {path} does not list the property {name!r}, which was there a moment ago: run the task again.")
            return f"{path}/{ids[name]}"

        for name, (type_id, text) in desired.items():
            if name not in current:
                yield Request("POST", path, body={"name": name, "value": text, "type_id": type_id})
            elif current[name] != (type_id, text):
                changes = {"value": text} if current[name][0] == type_id else {"value": text, "type_id": type_id}
                yield Request("PATCH", at(name), body=changes)
        for name in sorted(current.keys() - desired.keys()):
            yield Request("DELETE", at(name))

    return own


class Tree(Index):
    """Objects by id, by path (/ROOT/Site/Rack 1, with or without the root in front), by name, by discovery id."""

    @cached_property
    def root(self) -> str:
        tops = (key for key, record in self.records.items() if not _parents(record) and isinstance(record["id"], (str, int)))
        return "1" if "1" in self.records else next(tops, "1")

    def parents(self, record: Record) -> list[str]:
        """Ids of the parents; one that is planned without any will be made below the root."""
        return [str(up) for up in _parents(record)] or ([] if str(record["id"]) == self.root else [self.root])

    def children(self, parent: str, name: str) -> list[Record]:
        return self.table("child", lambda one: [(up, text_of(one, "name")) for up in self.parents(one)]).get((parent, name), [])

    def named(self, text: str) -> list[Record]:
        """The objects that a path, an id or a name may mean; the server itself prints paths without the slash in front."""
        if not text.startswith("/"):
            found = super().named(text)
            if found or "/" not in text:
                return found
        return [self.records[one] for one in sorted(self.at(text)) if one in self.records]

    def at(self, text: str) -> set[str]:
        """Ids of the objects at a path; that of the root also when the account may not see it.

        A name may hold slashes itself (file systems are called /var/lib), so every number of steps is tried as one name.
        """
        steps = text.strip("/").split("/") if text.strip("/") else []
        # The root may be hidden from the account: its children still name it as their parent.
        if steps and steps[0].casefold() == str(self.records.get(self.root, {}).get("name", "ROOT")).casefold():
            steps = steps[1:]
        reached: list[set[str]] = [{self.root}, *(set() for _step in steps)]
        for start, ups in enumerate(reached):
            for end in range(start + 1, len(reached)) if ups else ():
                name = "/".join(steps[start:end])
                reached[end].update(str(child["id"]) for up in ups for child in self.children(up, name))
                if not name:  # one slash too many
                    reached[end] |= ups
        return reached[-1]

    def above(self, identifier: str, moved: Mapping[str, Iterable[Any]] | None = None) -> set[str]:
        """Ids of all objects above one, with those in `moved` below the parents that stand there."""
        moved = moved or {}
        seen: set[str] = set()
        waiting = [identifier]
        while waiting:
            one = waiting.pop()
            ups = {str(up) for up in moved.get(one, self.parents(self.records[one]) if one in self.records else ())}
            waiting += ups - seen
            seen |= ups
        return seen

    def find(self, given: Mapping[str, Any]) -> list[Record]:
        if given.get("discovery_id"):
            found = self.table("discovery id", lambda one: [text_of(one, "discovery_id")])
            return found.get(given["discovery_id"], [])
        if not given.get("name"):
            raise Invalid("discovery_id, or name with parents, must be given, because it names the object (or give its id)")
        below = [one for up in given.get("parents") or (self.root,) for one in self.children(str(up), given["name"])]
        return list({str(one["id"]): one for one in below}.values())

    def below(self, identifier: str) -> list[Record]:
        """The direct children."""
        return self.table("children", self.parents).get(identifier, [])


def _parents(record: Mapping[str, Any]) -> Iterable[Any]:
    value = record.get("parent_id")
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _query(keys: set[str]) -> dict[str, Any]:
    return {"fields": ",".join(sorted(keys | {"name", "parent_id", "discovery_id"}))}


def _guard(work: Work, plans: list[Plan]) -> list[str]:
    tree = work.index("object")
    moved = {str(plan.record["id"]): plan.after["parents"] for plan in plans if "parents" in plan.after}
    going = {str(plan.record["id"]) for plan in plans if plan.action == "delete"}
    for plan in plans:
        if not isinstance(tree, Tree) or plan.action == "none":
            continue
        where, identifier = plan.item.where, str(plan.record["id"])
        if plan.action == "create" and not plan.item.given.get("name"):
            raise Invalid(f"{where}there is no object {plan.title!r}, and none can be made without a name: give name")
        if plan.action == "update" and identifier in moved and identifier in tree.above(identifier, moved):
            raise Invalid(f"{where}{plan.title!r} would stand below itself: correct parents")
        if plan.action == "delete" and identifier == tree.root:
            raise Invalid(f"{where}{plan.title!r} is the root object, which cannot be deleted: name one below it")
        staying = [child for child in tree.below(identifier) if str(child["id"]) not in going]
        if plan.action == "delete" and staying and not plan.item.flags.get("recursive"):
            raise Invalid(f"{where}{plan.title!r} has children ({len(staying)}), which would go with it: set recursive to delete them too")
    return []


OBJECT = Noun(
    name="object",
    plural="objects",
    path="/objects",
    find_by=("discovery_id", "parents"),
    index=Tree,
    query=_query,
    guard=_guard,
    flags={
        "append_parents": {"type": "bool", "default": False},
        "append_tags": {"type": "bool", "default": False},
        "append_properties": {"type": "bool", "default": True},
        "create_tags": {"type": "bool", "default": False},
        "recursive": {"type": "bool", "default": False},
    },
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("discovery_id", "discovery_id", Text()),
        Field("parents", "parent_id", set_of(Reference("object")), append="append_parents"),
        Field("class", "class_id", Reference("class", trust_ids=True), create_only=True),
        Field("tags", "tags", set_of(Reference("tag")), append="append_tags", create="create_tags"),
        Field("geoposition", "geoposition", Items(Number(whole=False, least=None), length=2)),
        Field("geoposition_radius", "geopositionRadius", Number()),
        Field("weight", "weight", Number(1, whole=False)),
        Field("background", "background", Text()),
        Field("client_data", "client_data", JsonText()),
        Field("properties", "properties", Properties(), own=write_properties("/objects"), append="append_properties"),
    ),
)
