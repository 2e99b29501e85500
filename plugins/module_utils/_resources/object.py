# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitored objects: a tree in which an object may have several parents, each with named properties."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Items,
    JsonText,
    Lookup,
    Number,
    Reference,
    Text,
    Unproven,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Pending, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import (
    Index,
    Resource,
    Task,
    Wanted,
    text_of,
)

from .conditions import append_flags, conditions_of, own_conditions_of, refuse_both
from .documents import DOCUMENT_FLAGS, documents
from .monitoring import MONITORING_FLAGS, monitoring
from .operations import OPERATION_FLAGS, operations
from .properties import properties_of


class Geoposition(Items):
    """Longitude and latitude in degrees, in this order, or nothing."""

    def __init__(self) -> None:
        super().__init__(Number(whole=False, least=None))

    def parse(self, value: Any) -> tuple[Any, ...]:
        position = super().parse(value)
        if position and not (len(position) == 2 and abs(position[0]) <= 180 and abs(position[1]) <= 90):
            raise Invalid("give longitude (from -180 to 180) and latitude (from -90 to 90), or an empty list")
        return position


class Parent(Reference):
    """Another object, shown by its path as far as it is known: names alone would not tell where an object moves."""

    def __init__(self) -> None:
        super().__init__("object")

    def show(self, value: Any, lookup: Lookup) -> Any:
        return lookup.place(self.resource, value)


class FromPath(tuple):  # type: ignore[type-arg]
    """The parent that a path names, as a value of `Parents`. An object below it may be below others too; only one that
    is elsewhere moves."""


class Parents(Items):
    """The objects above one. An object is below another at all times, so an empty list says nothing, and leaves it
    where it is."""

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        if not desired or (isinstance(desired, FromPath) and {*desired} <= {*current}):
            return current
        return super().merge(current, desired, append)

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        return type(desired)(super().resolve(desired, lookup, create))


class Tree(Index):
    """Objects by id, by path (/ROOT/Site/Rack 1, with or without the root in front), by name, by discovery id."""

    @cached_property
    def root(self) -> str:
        tops = (
            key
            for key, record in self.records.items()
            if not parents_of(record) and isinstance(record["id"], (str, int))
        )
        return "1" if "1" in self.records else next(tops, "1")

    def parents(self, record: Record) -> list[str]:
        """Ids of the parents; one that is planned without any will be made below the root."""
        return [str(up) for up in parents_of(record)] or ([] if str(record["id"]) == self.root else [self.root])

    def children(self, parent: str, name: str) -> list[Record]:
        return self.table("child", lambda record: [(up, text_of(record, "name")) for up in self.parents(record)]).get(
            (parent, name), []
        )

    def named(self, text: str) -> list[Record]:
        """The objects that a path, an id or a name may mean; the server itself prints paths without the slash in
        front."""
        if not text.startswith("/"):
            found = super().named(text)
            if found or "/" not in text:
                return found
        return [self.records[one] for one in sorted(self.at(text)) if one in self.records]

    def at(self, text: str) -> set[str]:
        """Ids of the objects at a path; that of the root also when the account may not see it.

        A name may hold slashes itself (file systems are called /var/lib), so every number of steps is tried as one
        name.
        """
        steps = text.strip("/").split("/") if text.strip("/") else []
        if steps and steps[0].casefold() == self._root_name.casefold():
            steps = steps[1:]
        reached: list[set[str]] = [{self.root}, *(set() for _step in steps)]
        for start, ups in enumerate(reached):
            for end in range(start + 1, len(reached)) if ups else ():
                name = "/".join(steps[start:end])
                reached[end].update(str(child["id"]) for up in ups for child in self.children(up, name))
                if not name:  # one slash too many
                    reached[end] |= ups
        return reached[-1]

    def above(self, identifier: str) -> set[str]:
        """Ids of all objects above one."""
        return {up for up, _below in self._climb(identifier, {})}

    def cycle(self, identifier: str, moved: Mapping[str, Iterable[Any]]) -> list[str]:
        """The names on the way up from an object to itself, with those in `moved` below the parents that stand there;
        empty when it is not above itself."""
        below = dict(self._climb(identifier, moved))
        if identifier not in below:
            return []
        way = [identifier]
        while len(way) == 1 or way[-1] != identifier:
            way.append(below[way[-1]])
        return [text_of(self.records.get(one, {}), "name") for one in reversed(way)]

    def _climb(self, identifier: str, moved: Mapping[str, Iterable[Any]]) -> Iterator[tuple[str, str]]:
        """The ids of all objects above one, the nearest first, each with that of the one below by which it is
        reached."""
        seen: set[str] = set()
        waiting = deque([identifier])
        while waiting:
            one = waiting.popleft()
            ups = {str(up) for up in moved.get(one, self.parents(self.records[one]) if one in self.records else ())}
            for up in sorted(ups - seen):
                seen.add(up)
                waiting.append(up)
                yield up, one

    def full_name(self, identifier: str) -> str | None:
        """The path, along the first parents that the account may see; None where it leads to none that is there."""
        paths = self._paths
        steps: list[str] = []
        while identifier not in paths:
            paths[identifier] = None  # lest objects that stand in a ring are walked round and round
            ups = self.parents(self.records[identifier]) if identifier in self.records else []
            steps.append(identifier)
            identifier = next((up for up in ups if up in self.records or up == self.root), identifier)
        path = paths[identifier]
        for step in reversed(steps):
            path = None if path is None else f"{path}/{text_of(self.records[step], 'name')}"
            paths[step] = path
        return path

    @cached_property
    def _paths(self) -> dict[str, str | None]:
        """The paths that are known, by id. The root is named also when the account may not see it."""
        return {self.root: f"/{self.records.get(self.root, {}).get('name', 'ROOT')}"}

    def find(self, resolved: Mapping[str, Any]) -> list[Record]:
        key = resolved.get("discovery_id")
        if not key and not resolved.get("name"):
            raise Invalid(
                "discovery_id, path, or name with parents, must be given, because it names the object (or give its id)"
            )
        if not key:
            return self.standing(resolved)
        found = self.table("discovery id", lambda record: [text_of(record, "discovery_id")]).get(key, [])
        # An object at this place that has no key yet is the one to give it to.
        return found or [one for one in self.standing(resolved) if not text_of(one, "discovery_id")]

    def standing(self, resolved: Mapping[str, Any]) -> list[Record]:
        """The objects with the name, and below any of the parents, of an item."""
        name, ups = resolved.get("name"), resolved.get("parents") or (self.root,)
        below = [one for up in ups for one in self.children(str(up), name)] if name else []
        return list({str(one["id"]): one for one in below}.values())

    def elsewhere(self, name: str) -> list[Record]:
        """The objects of this name that are not below the root."""
        same = self.table("name", lambda record: [text_of(record, "name")]).get(name, [])
        return [one for one in same if self.root not in self.parents(one)]

    def path(self, identifier: str) -> str | None:
        """Where an object is, by its shortest path; None where not all that is above it is known."""
        below = dict(self._climb(identifier, {}))
        if identifier != self.root and self.root not in below:
            return None
        way = [self.root]
        while way[-1] != identifier:
            way.append(below[way[-1]])
        names = [self._root_name, *(text_of(self.records[one], "name") for one in way[1:])]
        return "/" + "/".join(names)

    @property
    def _root_name(self) -> str:
        """Also where the root is hidden from the account: its children still name it as their parent."""
        return str(self.records.get(self.root, {}).get("name", _ROOT_NAME))

    def below(self, identifier: str) -> list[Record]:
        """The direct children."""
        return self.table("children", self.parents).get(identifier, [])


def parents_of(record: Mapping[str, Any]) -> Iterable[Any]:
    """The ids of the objects above one, as the server has them; older servers have one."""
    value = record.get("parent_id")
    if isinstance(value, list):
        return value
    return [] if value in (None, "") else [value]


def _query(keys: set[str]) -> dict[str, Any]:
    return {"fields": ",".join(sorted(keys | {"name", "parent_id", "discovery_id"}))}


# --- searches -------------------------------------------------------------------------------------

_ROOT, _ROOT_NAME = "1", "ROOT"
_LIKE_ID = re.compile(r"[0-9a-f]{24}|[0-9]{1,9}")
# A path of many steps could be made of very many names, since each may hold slashes itself.
_MOST_NAMES = 200
# So many names of a circle are shown; of a longer one, both ends.
_LONGEST_CYCLE = 8
# So many paths or keys are shown in a message, and so many objects of a list are warned about one by one.
_MOST_SHOWN, _MOST_WARNINGS = 3, 5
# An account that may not search, or a server that does not know the call or the operators.
NO_SEARCH = (400, 403, 404, 405)


def search_objects(client: Client, criteria: Mapping[str, Any], *, client_data: bool) -> list[Record] | None:
    """The objects that fit, and others where a server ignores criteria; None where one cannot search."""
    body = {"search": criteria, "options": {"includeClientData": client_data}}
    try:
        return client.records(Request("POST", "/objects/search", body=body))
    except HttpError as error:
        if error.status not in NO_SEARCH:
            raise
        return None


def either_form(identifier: str) -> list[Any]:
    """The forms that an id may have on a server: built-in ids are numbers, and texts on some."""
    return [int(identifier), identifier] if identifier.isdecimal() and len(identifier) < 10 else [identifier]


class _Hunt:
    """A few searches in a row; `found` is what they have found, by id."""

    def __init__(self, client: Client, *, client_data: bool) -> None:
        self.client = client
        self.client_data = client_data
        self.found: dict[str, Record] = {}
        self.allowed = True

    def ask(self, key: str, values: Iterable[Any]) -> None:
        """Search for all objects whose `key` has one of the values."""
        values = list(values)
        if values and self.allowed:
            records = search_objects(self.client, {key: {"$in": values}}, client_data=self.client_data)
            self.allowed = records is not None
            self.found.update((str(record["id"]), record) for record in records or ())

    def ask_ids(self, ids: Iterable[str]) -> None:
        self.ask("id", [form for one in sorted(ids) for form in either_form(one)])


def _search(client: Client, wanted: Wanted) -> list[Record] | None:
    """By key, by id, and by all names that paths are made of; names are looked for last, together with the root, where
    paths begin."""
    hunt = _Hunt(client, client_data="client_data" in wanted.keys)
    keys = {item.desired["discovery_id"] for item in wanted.items if not item.id and item.desired.get("discovery_id")}
    ids = {
        *wanted.ids,
        *(item.id for item in wanted.items if item.id),
        *(text for text in wanted.texts if _LIKE_ID.fullmatch(text)),
    }
    hunt.ask("discovery_id", sorted(keys))
    hunt.ask_ids(ids - hunt.found.keys())
    known = {text_of(record, "discovery_id") for record in hunt.found.values()}
    names = {item.desired["name"] for item in wanted.items if _is_named(item, known)}
    names.update(name for text in wanted.texts if text not in hunt.found for name in _names_on(text))
    if len(names) > _MOST_NAMES:
        return None
    if names or any("/" in text for text in wanted.texts):
        hunt.ask("name", sorted(names if _ROOT in hunt.found else {*names, _ROOT_NAME}))
        if _ROOT not in hunt.found:
            hunt.ask_ids([_ROOT])
        if _ROOT not in hunt.found:
            return None  # hidden from the account, or this server has another root: only the whole list shows which
    return list(hunt.found.values()) if hunt.allowed else None


def _is_named(item: Item, known: set[str]) -> bool:
    """Whether an item is looked up by its name: also one whose discovery id is not `known`, unless nothing is to have
    it."""
    key = item.desired.get("discovery_id")
    return bool(item.desired.get("name")) and not item.id and (not key or (key not in known and item.state != "absent"))


def _names_on(text: str) -> set[str]:
    """Every name that a path can be made of; a name may hold slashes itself (file systems are called /var/lib)."""
    steps = text.strip("/").split("/")
    names = {"/".join(steps[start:end]) for start in range(len(steps)) for end in range(start + 1, len(steps) + 1)}
    return {*names, *(() if text.startswith("/") else (text,))} - {""}


# --- paths in place of name and parents -----------------------------------------------------------


def _adjust(item: Item) -> None:
    refuse_both(item)
    _by_path(item)


def _by_path(item: Item) -> None:
    """Put a name and a parent in the place of a path. A name that begins with a slash is one too, unless something else
    says where the object is."""
    desired = item.desired
    path, name, option = desired.pop("path", None), desired.get("name", ""), "path"
    if path is None:
        if not name.startswith("/") or "parents" in desired or item.id is not None:
            return
        path, name, option = name, "", "name"
    try:
        above, desired["name"] = _split(path, name)
        if "parents" in desired and _below_root(above) not in map(_below_root, desired["parents"] or ("/",)):
            raise Invalid(f"but {above!r} is not among parents: correct one of the two, or leave parents out")
    except Invalid as error:
        raise Invalid(f"{option} is {path!r}, {error}") from None
    if "parents" not in desired:
        # An object is looked up below the root anyway, even where the account may not see it.
        at_root = not _below_root(above) and not desired.get("discovery_id") and item.id is None
        desired["parents"] = FromPath(() if at_root else (above,))


def _split(path: str, name: str) -> tuple[str, str]:
    """The path of the parent, and the name of the object. The name is needed where it holds slashes itself."""
    if not _below_root(path):
        raise Invalid("which is the root object: give its id instead")
    short = path.rstrip("/")
    if not name:
        if "//" in short.lstrip("/"):
            raise Invalid("where two slashes may begin a name: give name and parents instead, or write one slash")
        above, _slash, name = short.rpartition("/")
        return f"/{above.lstrip('/')}", name
    for whole in (path, short):
        if whole == name or whole.endswith(f"/{name}"):
            return f"/{whole[: -len(name)].strip('/')}", name
    raise Invalid(f"which does not end with the name {name!r}: correct one of the two, or leave name out")


def _below_root(path: str) -> str:
    """A path without the root and the slash in front; empty for the root itself, even by its id."""
    bare = "" if path == _ROOT else path.strip("/")
    first, _slash, rest = bare.partition("/")
    return rest if first.casefold() == _ROOT_NAME.casefold() else bare


# --- the table ------------------------------------------------------------------------------------


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    tree = cast(Tree, task.index("object"))
    moved = {str(plan.record["id"]): plan.after["parents"] for plan in plans if "parents" in plan.after}
    going = {str(plan.record["id"]) for plan in plans if plan.action == "delete"}
    later = _later(tree, plans) if any(plan.item.state == "absent" for plan in plans) else tree
    warnings = []
    for plan in plans:
        if plan.item.state == "absent":
            _refuse_bare_name(later, plan, going)
        if plan.action in ("none", "update"):
            _refuse_no_parents(tree, plan)
        if plan.action == "create":
            warnings += _told_of_creation(tree, plan, going)
        if plan.action == "update" and "parents" in plan.after:
            _refuse_cycle(plan, tree.cycle(str(plan.record["id"]), moved))
        if plan.action == "delete":
            _refuse_deletion(tree, plan, going)
    more = len(warnings) - _MOST_WARNINGS
    return [
        *warnings[:_MOST_WARNINGS],
        *([f"{more} more objects of the list are created in the same way."] if more > 0 else []),
    ]


def _later(tree: Tree, plans: list[Plan]) -> Tree:
    """The tree as the plans would leave it, except for deletions. A second run will find this one, and must say the
    same about a name alone."""
    changed = {str(plan.record["id"]): {**plan.record, **plan.body} for plan in plans if plan.action == "update"}
    records = (changed.get(key, record) for key, record in tree.records.items())
    return Tree(tree.resource, records, whole=tree.whole)


def _told_of_creation(tree: Tree, plan: Plan, going: set[str]) -> list[str]:
    """Warnings about objects that exist, and may have been meant instead of a new one."""
    name, where = plan.item.desired.get("name"), plan.item.where
    if not name:
        raise Invalid(f"{where}there is no object {plan.title!r}, and none can be created without a name: give name")
    others = _others(tree, plan, going)
    if others:
        return [
            f"{where}a new object {name!r} is created below the root, although there are others ({others}): "
            "give path or parents if you mean one of them."
        ]
    there = [one for one in tree.standing(plan.resolved) if not isinstance(one["id"], Pending)]
    beside = sorted(text_of(one, "discovery_id") for one in there)
    if beside:
        return [
            f"{where}a new object {name!r} is created beside one that has another discovery_id ({_some(beside)}): "
            "correct name or discovery_id if you mean that one."
        ]
    return []


def _refuse_bare_name(tree: Tree, plan: Plan, going: set[str]) -> None:
    others = _others(tree, plan, going)
    if others:
        raise Invalid(
            f"{plan.item.where}the name {plan.item.desired['name']!r} alone does not say which object is to be absent, "
            f"because there are others ({others}): give path or parents"
        )


def _others(tree: Tree, plan: Plan, going: set[str]) -> str:
    """The paths of other objects that have the name of an item which says nothing else about its place; empty when
    there are none, or none that stay. An item with a discovery_id can only mean one without. What the list itself
    creates is no reason to warn."""
    item, name = plan.item, plan.item.desired.get("name")
    keyed = bool(item.desired.get("discovery_id"))
    if item.id is not None or not name or "parents" in item.desired or (keyed and item.state == "absent"):
        return ""
    found = [
        str(one["id"])
        for one in tree.elsewhere(name)
        if (item.state == "absent" or not isinstance(one["id"], Pending))
        and not (keyed and text_of(one, "discovery_id"))
    ]
    if found and not tree.whole:
        raise Unproven(f"too little was read to say where the objects {name!r} are")
    return _some(sorted({tree.path(one) or one for one in found if not {one, *tree.above(one)} & going}))


def _some(texts: list[str]) -> str:
    """A few of these, and how many more there are."""
    more = len(texts) - _MOST_SHOWN
    return ", ".join(texts[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _refuse_cycle(plan: Plan, names: list[str]) -> None:
    if names:
        shown = names if len(names) <= _LONGEST_CYCLE else [*names[:3], "...", *names[-3:]]
        raise Invalid(
            f"{plan.item.where}{plan.title!r} would be below itself ({' below '.join(shown)}): "
            "give parents that are not below it"
        )


def _refuse_no_parents(tree: Tree, plan: Plan) -> None:
    desired, append = plan.item.desired.get("parents"), plan.item.flags.get("append_parents")
    if (
        desired == ()
        and not isinstance(desired, FromPath)
        and not append
        and plan.record
        and not {*tree.parents(plan.record)} <= {tree.root}
    ):
        raise Invalid(
            f"{plan.item.where}parents is empty, but {plan.title!r} is below "
            "other objects, and every object must be below another: "
            "give /ROOT to move it below the root, or leave parents out"
        )


def _refuse_deletion(tree: Tree, plan: Plan, going: set[str]) -> None:
    where, identifier = plan.item.where, str(plan.record["id"])
    if identifier == tree.root:
        raise Invalid(f"{where}{plan.title!r} is the root object, which cannot be deleted: name one below it")
    staying = [child for child in tree.below(identifier) if str(child["id"]) not in going]
    if staying and not plan.item.flags.get("recursive"):
        raise Invalid(
            f"{where}{plan.title!r} has children ({len(staying)}), which "
            "would be deleted with it: set recursive to delete them too"
        )


_CONDITIONS = (*own_conditions_of("/objects"), *conditions_of("/objects"))

OBJECT = Resource(
    name="object",
    plural="objects",
    path="/objects",
    find_by=("discovery_id", "parents"),
    unique=("discovery_id",),
    duplicates_allowed=True,
    index=Tree,
    query=_query,
    search=_search,
    adjust=_adjust,
    guard=_guard,
    shorthands={"path": Text(filled=True)},
    flags={
        "append_parents": {"type": "bool", "default": False},
        "append_tags": {"type": "bool", "default": False},
        "append_properties": {"type": "bool", "default": True},
        **MONITORING_FLAGS,
        **OPERATION_FLAGS,
        **DOCUMENT_FLAGS,
        "create_tags": {"type": "bool", "default": False},
        **append_flags(*_CONDITIONS),
        "recursive": {"type": "bool", "default": False},
    },
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("discovery_id", "discovery_id", Text()),
        Field("parents", "parent_id", Parents(Parent(), unordered=True), append="append_parents"),
        Field("class", "class_id", Reference("class", trust_ids=True), create_only=True),
        Field("tags", "tags", set_of(Reference("tag")), append="append_tags", create="create_tags"),
        Field("geoposition", "geoposition", Geoposition()),
        Field("geoposition_radius", "geopositionRadius", Number()),
        Field("weight", "weight", Number(1, whole=False)),
        Field("background", "background", Text()),
        Field("client_data", "client_data", JsonText()),
        properties_of("/objects"),
        monitoring("/objects"),
        operations("/objects"),
        documents("/objects"),
        *_CONDITIONS,
    ),
)
