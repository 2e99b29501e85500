# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Maintenance: objects and links that are held in a state by hand, and objects whose alarms are muted.

Both are a state of something that exists, so an item of this table is the object or link itself ("entity" is the
server's word for either), found by what names it, and never created or deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Missing,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Pending, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task, Wanted, text_of

from .hold import HELD, Mute, MuteWish, Until, Wish, shown
from .object import OBJECT, Tree

_LINK_FIELDS = "class_id,manual_state,source,source_name,target,target_name"


def is_link(record: Mapping[str, Any]) -> bool:
    return "source" in record and "target" in record


# --- which object or link -------------------------------------------------------------------------


class LinkName(str):
    """What names a link: its id, or words for its ends, whose ids are in `ends` (source, target, and class where one
    was given)."""

    ends: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Pair:
    """The ends of a link, and its class if that is given, in the user's words."""

    source: str
    target: str
    link_class: str | None

    def __str__(self) -> str:
        return f"{self.source} - {self.target}"


class Entities(Tree):
    """Objects as in a tree, and links, which have no place in it."""

    @cached_property
    def links(self) -> list[Record]:
        return [record for record in self.records.values() if is_link(record)]

    @cached_property
    def root(self) -> str:
        tree = (record for record in self.records.values() if not is_link(record))
        return Tree(self.resource, tree, whole=self.whole).root

    def parents(self, record: Record) -> list[str]:
        return [] if is_link(record) else super().parents(record)

    def named(self, text: str) -> list[Record]:
        if isinstance(text, LinkName):
            return [link for link in self.links if _is_meant(link, text)]
        return [record for record in super().named(text) if not is_link(record)]

    def find(self, resolved: Mapping[str, Any]) -> list[Record]:
        found = resolved.get("object", resolved.get("link"))
        if isinstance(found, Pending):  # check mode takes it that an earlier task creates it
            return [{"id": found, "name": found.title}]
        return [self.records[found]]

    def path(self, identifier: str) -> str | None:
        record = self.records.get(identifier, {})
        if not is_link(record):
            return super().path(identifier)
        return " - ".join(self._end(record, end) for end in ("source", "target"))

    def _end(self, link: Record, end: str) -> str:
        identifier = text_of(link, end)
        known = text_of(self.records.get(identifier, {}), "name")
        return known or text_of(link, f"{end}_name") or identifier


def _is_meant(link: Record, name: LinkName) -> bool:
    if not name.ends:
        return str(link["id"]) == name
    values = [text_of(link, key) for key in ("source", "target", "class_id")]
    return all(wanted in (None, value) for wanted, value in zip(name.ends, values))


class AnObject(Reference):
    """An object, shown by its path as far as that is known."""

    def __init__(self) -> None:
        super().__init__("entity")

    def read(self, value: Any) -> Any:
        return value if isinstance(value, Pending) else super().read(value)

    def compare(self, value: Any, desired: Any, append: bool) -> None:
        """What finds a record is never changed in it."""

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        try:
            return super().resolve(desired, lookup, create)
        except Missing:
            raise Missing(f"there is no object {desired!r}: check the spelling, or create it first") from None

    def show(self, value: Any, lookup: Lookup) -> Any:
        return lookup.place(self.resource, value)


class ALink(AnObject):
    """A link, by its id or by its ends."""

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        name = LinkName(desired)
        if isinstance(desired, Pair):
            name.ends = tuple(_ends(desired, lookup))
        try:
            return Reference.resolve(self, name, lookup, create)
        except Missing:
            named = "source, target and class" if name.ends else "the id"
            raise Missing(f"there is no link {str(name)!r}: check {named}, or create it first") from None

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        if not isinstance(value, Pair):
            yield "entity", value if isinstance(value, Pending) else LinkName(value)
            return
        yield "entity", value.source
        yield "entity", value.target


def _ends(pair: Pair, lookup: Lookup) -> Iterator[str | None]:
    for option, resource, text in (
        ("source", "entity", pair.source),
        ("target", "entity", pair.target),
        ("class", "class", pair.link_class),
    ):
        kind: Reference = AnObject() if resource == "entity" else Reference(resource, trust_ids=True)
        try:
            yield None if text is None else str(kind.resolve(text, lookup, False))
        except Invalid as error:
            raise type(error)(f"its {option}: {error}") from None


# --- reading --------------------------------------------------------------------------------------


def _load(task: Task, keys: set[str]) -> list[Record]:
    query = OBJECT.query({*keys, "mute_alerts"} if "mute_alert" in keys else keys)
    objects = muted_alike(task.client.get_list("/objects", cached=task.cached, **query))
    if not _needs_links(task.items, objects):
        return objects
    return [*objects, *links_with_state(task.client, cached=task.cached)]


def _search(client: Client, wanted: Wanted) -> list[Record] | None:
    """The objects that a few items name. Links cannot be searched for, so all are read where an item is about one."""
    if OBJECT.search is None or any(item.flags.get("recursive") for item in wanted.items):
        return None
    texts = [text for text in wanted.texts if not isinstance(text, LinkName)]
    nothing = not texts and not wanted.ids and not any(item.id for item in wanted.items)
    objects = [] if nothing else OBJECT.search(client, Wanted(wanted.items, texts, wanted.ids, wanted.keys))
    if objects is None or not _needs_links(wanted.items, objects):
        return None if objects is None else muted_alike(objects)
    return [*muted_alike(objects), *links_with_state(client)]


def muted_alike(objects: list[Record]) -> list[Record]:
    """The same, with one name for what the documentation has two names for."""
    for record in objects:
        if "mute_alerts" in record:
            record["mute_alert"] = record.pop("mute_alerts") or record.get("mute_alert")
    return objects


def _needs_links(items: Iterable[Item], objects: list[Record]) -> bool:
    """Whether an item is about a link, as one is whose id no object has."""
    ids = {item.id for item in items if item.id is not None}
    return any("link" in item.desired for item in items) or bool(ids - {str(record["id"]) for record in objects})


def links_with_state(client: Client, *, cached: bool = False) -> list[Record]:
    """All links, with what tells how each is held."""
    return client.get_list("/links", cached=cached, fields=_LINK_FIELDS)


# --- items ----------------------------------------------------------------------------------------


def _adjust(item: Item) -> None:
    """Put one value in place of the options that say which link, and one in place of those that say how it is held."""
    desired = item.desired
    pair = {option: desired.pop(option, None) for option in ("source", "target", "class")}
    if any(pair.values()):
        if not (pair["source"] and pair["target"]):
            raise Invalid("give source and target, because together they name a link")
        if "link" in desired:
            raise Invalid("give the id of the link, or source and target, but not both")
        desired["link"] = Pair(pair["source"], pair["target"], pair["class"])
    names = ("id" if item.id else "", *(option for option in ("object", "link") if option in desired))
    if len([name for name in names if name]) != 1:
        raise Invalid("give object, link, or source and target: exactly one of them says what is held")
    if "link" in desired:
        _refuse_for_link(item, "")
    _join_state(item)


def _refuse_for_link(item: Item, where: str) -> None:
    if item.flags.get("recursive"):
        raise Invalid(f"{where}recursive is for objects, because nothing is below a link: leave it out")
    if "mute" in item.desired:
        raise Invalid(f"{where}mute is for objects, because a link cannot be muted: leave it out")


def _join_state(item: Item) -> None:
    """`absent` is a state of something that stays, so for the engine everything is to be present."""
    desired = item.desired
    until, reason, muted = desired.pop("until", None), desired.pop("reason", None), desired.pop("mute", None)
    state = desired.pop("manual_state", None)
    if item.state == "absent":
        desired["manual_state"] = Wish(None)
        if muted is not None:
            desired["mute"] = MuteWish(False)
    else:
        if state is None and (muted is None or until is not None):
            raise Invalid("give manual_state, the state to hold it in" + (", or mute" if until is None else ""))
        if state is not None:
            desired["manual_state"] = Wish(state.state, reason, _to_come(until), bool(item.flags.get("extend")))
        if muted is not None:
            desired["mute"] = MuteWish(muted.on, reason)
    item.flags = {**item.flags, "state": "present"}


def _to_come(until: Until | None) -> Until | None:
    if until is not None and until.is_over():
        raise Invalid(f"until is {until.text!r}, which is over: give a moment to come, such as +30m, or none")
    return until


def _expand(task: Task, items: list[Item]) -> list[Item]:
    """In place of a recursive item, one for the object and one for each object below it. What does not name one object
    stays, and is refused when it is planned."""
    if not any(item.flags.get("recursive") for item in items):
        return items
    tree = cast(Entities, task.index("entity"))
    expanded: list[Item] = []
    for item in items:
        found = [tree.records.get(item.id, {})] if item.id else tree.named(item.desired.get("object", ""))
        if not item.flags.get("recursive") or len(found) != 1 or not found[0] or is_link(found[0]):
            expanded.append(item)
        else:
            expanded += [_one_below(item, identifier, tree) for identifier in _with_descendants(tree, found[0])]
    return expanded


def _one_below(item: Item, identifier: str, tree: Entities) -> Item:
    desired = {option: value for option, value in item.desired.items() if option != "object"}
    place = tree.path(identifier) or identifier
    return Item(item.resource, place, desired, {**item.flags, "recursive": False}, identifier)


def _with_descendants(tree: Tree, record: Record) -> list[str]:
    """The ids of an object and of all below it, each once; an object may have several parents."""
    found = {str(record["id"]): None}
    waiting = [*found]
    while waiting:
        below = dict.fromkeys(str(child["id"]) for up in waiting for child in tree.below(up))
        waiting = [identifier for identifier in below if identifier not in found]
        found.update(dict.fromkeys(waiting))
    return [*found]


def _guard(_task: Task, plans: list[Plan]) -> list[str]:
    """Refuses for links, as far as these are known by their ids, what only objects can have. Warns when an end that an
    earlier run has set is left as it is, although little of the wanted time is left."""
    for plan in plans:
        if is_link(plan.record):
            _refuse_for_link(plan.item, plan.item.where)
    short = [plan for plan in plans if plan.action == "none" and _ends_soon(plan)]
    if not short:
        return []
    more = f" (and so do {len(short) - 1} more)" if len(short) > 1 else ""
    ends = shown(HOLD_FIELD.read(short[0].record).until)
    return [
        f"The manual state of {short[0].title} is left as it is, and ends at {ends}, after less than half of the time "
        f"that until says{more}: set extend to move the end on."
    ]


def _ends_soon(plan: Plan) -> bool:
    wish = plan.item.desired.get("manual_state")
    return wish is not None and HELD.ends_soon(wish, HOLD_FIELD.read(plan.record))


# --- writing --------------------------------------------------------------------------------------


def _place_of(record: Mapping[str, Any]) -> str:
    return f"{'/links' if is_link(record) else '/objects'}/{record['id']}"


def _hold(_task: Task, record: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    body = {"clear": True} if target is None else HELD.body(target)
    yield Request("PUT", f"{_place_of(record)}/manual-state", body=body)


def _mute(task: Task, record: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    # The guide to muting has `mute_alerts`, the model of an object `mute_alert`; the guide is about writing.
    muted = None if target is None else {"reason": target, "by": task.client.get_record("/users/current")["id"]}
    yield Request("PATCH", _place_of(record), body={"mute_alerts": muted})


class _UntilType(FieldType):
    """When a manual state ends."""

    argument: Mapping[str, Any] = {"type": "str"}

    def parse(self, value: Any) -> Until:
        return Until.parse(value)


HOLD_FIELD = Field("manual_state", "manual_state", HELD, writer=_hold, in_create=False, repeatable=True)
MUTE_FIELD = Field("mute", "mute_alert", Mute(), writer=_mute, in_create=False, repeatable=True)

ENTITY = Resource(
    name="entity",
    plural="entities",
    path="/entities",
    key=("object",),
    fixed=True,
    index=Entities,
    load=_load,
    search=_search,
    adjust=_adjust,
    expand=_expand,
    guard=_guard,
    shorthands={
        "source": Text(filled=True),
        "target": Text(filled=True),
        "class": Text(filled=True),
        "until": _UntilType(),
        "reason": Text(),
    },
    flags={"extend": {"type": "bool", "default": False}, "recursive": {"type": "bool", "default": False}},
    fields=(
        Field("object", "id", AnObject()),
        Field("link", "id", ALink()),
        HOLD_FIELD,
        MUTE_FIELD,
    ),
)
