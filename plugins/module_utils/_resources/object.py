# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitored objects: a tree in which an object may have several parents, each with named properties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Items,
    JsonText,
    Number,
    Reference,
    Text,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import (
    Index,
    Resource,
    Task,
    Wanted,
    text_of,
)

from .properties import properties_of


class Parents(Items):
    """The objects above one. An object is below another at all times, so an empty list says nothing, and leaves it
    where it is."""

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        return super().merge(current, desired, append) if desired else current


class Tree(Index):
    """Objects by id, by path (/ROOT/Site/Rack 1, with or without the root in front), by name, by discovery id."""

    @cached_property
    def root(self) -> str:
        tops = (
            key for key, record in self.records.items() if not _parents(record) and isinstance(record["id"], (str, int))
        )
        return "1" if "1" in self.records else next(tops, "1")

    def parents(self, record: Record) -> list[str]:
        """Ids of the parents; one that is planned without any will be made below the root."""
        return [str(up) for up in _parents(record)] or ([] if str(record["id"]) == self.root else [self.root])

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
        if resolved.get("discovery_id"):
            found = self.table("discovery id", lambda record: [text_of(record, "discovery_id")])
            return found.get(resolved["discovery_id"], [])
        if not resolved.get("name"):
            raise Invalid(
                "discovery_id, or name with parents, must be given, because it names the object (or give its id)"
            )
        below = [
            one for up in resolved.get("parents") or (self.root,) for one in self.children(str(up), resolved["name"])
        ]
        return list({str(one["id"]): one for one in below}.values())

    def below(self, identifier: str) -> list[Record]:
        """The direct children."""
        return self.table("children", self.parents).get(identifier, [])


def _parents(record: Mapping[str, Any]) -> Iterable[Any]:
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
# An account that may not search, or a server that does not know the call or the operators.
_NO_SEARCH = (400, 403, 404, 405)


def search_objects(client: Client, criteria: Mapping[str, Any], *, client_data: bool) -> list[Record] | None:
    """The objects that fit, and others where a server ignores criteria; None where one cannot search."""
    body = {"search": criteria, "options": {"includeClientData": client_data}}
    try:
        return client.records(Request("POST", "/objects/search", body=body))
    except HttpError as error:
        if error.status not in _NO_SEARCH:
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
    named = [item for item in wanted.items if not item.id and not item.desired.get("discovery_id")]
    ids = {
        *wanted.ids,
        *(item.id for item in wanted.items if item.id),
        *(text for text in wanted.texts if _LIKE_ID.fullmatch(text)),
    }
    hunt.ask("discovery_id", sorted(keys))
    hunt.ask_ids(ids - hunt.found.keys())
    names = {item.desired["name"] for item in named if item.desired.get("name")}
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


def _names_on(text: str) -> set[str]:
    """Every name that a path can be made of; a name may hold slashes itself (file systems are called /var/lib)."""
    steps = text.strip("/").split("/")
    names = {"/".join(steps[start:end]) for start in range(len(steps)) for end in range(start + 1, len(steps) + 1)}
    return {*names, *(() if text.startswith("/") else (text,))} - {""}


# --- the table ------------------------------------------------------------------------------------


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    tree = task.index("object")
    moved = {str(plan.record["id"]): plan.after["parents"] for plan in plans if "parents" in plan.after}
    going = {str(plan.record["id"]) for plan in plans if plan.action == "delete"}
    for plan in plans:
        if not isinstance(tree, Tree):
            continue
        if plan.action in ("none", "update"):
            _refuse_no_parents(tree, plan)
        if plan.action == "create" and not plan.item.desired.get("name"):
            raise Invalid(
                f"{plan.item.where}there is no object {plan.title!r}, and none can be created without a name: give name"
            )
        identifier = str(plan.record.get("id"))
        if plan.action == "update" and identifier in moved and identifier in tree.above(identifier, moved):
            raise Invalid(f"{plan.item.where}{plan.title!r} would be below itself: correct parents")
        if plan.action == "delete":
            _refuse_deletion(tree, plan, going)
    return []


def _refuse_no_parents(tree: Tree, plan: Plan) -> None:
    desired, append = plan.item.desired.get("parents"), plan.item.flags.get("append_parents")
    if desired == () and not append and plan.record and not {*tree.parents(plan.record)} <= {tree.root}:
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
        Field("parents", "parent_id", Parents(Reference("object"), unordered=True), append="append_parents"),
        Field("class", "class_id", Reference("class", trust_ids=True), create_only=True),
        Field("tags", "tags", set_of(Reference("tag")), append="append_tags", create="create_tags"),
        Field("geoposition", "geoposition", Items(Number(whole=False, least=None), length=2)),
        Field("geoposition_radius", "geopositionRadius", Number()),
        Field("weight", "weight", Number(1, whole=False)),
        Field("background", "background", Text()),
        Field("client_data", "client_data", JsonText()),
        properties_of("/objects"),
    ),
)
