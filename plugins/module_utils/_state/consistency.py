# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds plans against the state that they lead to: what a list refers to must be there then, and found by the same
names again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .field_types import Invalid
from .plan import Item, Pending, Plan, ids_of
from .resource import Index, Resource


class Planned(Protocol):
    """What the checks need of the planner."""

    resource: Resource
    prerequisites: dict[tuple[str, str], Pending]

    def index(self, name: str) -> Index:
        """The records of a resource."""

    def finding(self, item: Item) -> dict[str, Any]:
        """The part of the desired values that finds the item."""


def refuse_contradictions(planner: Planned, plans: list[Plan]) -> None:
    """A list must not refer to what it deletes, nor leave names behind that the next run would take for something
    else."""
    resource = planner.resource
    going = {str(plan.record["id"]): plan.title for plan in plans if plan.action == "delete"}
    if not going and not any(_is_named(resource, plan) for plan in plans):
        return
    index = planner.index(resource.name)
    for plan in plans if going else ():
        above = {
            up
            for reference in _references_within(resource, plan.resolved)
            for up in (str(reference), *index.above(str(reference)))
        }
        doomed = sorted(above & going.keys())
        if doomed and plan.item.state != "absent":
            raise Invalid(
                f"{plan.item.where}it refers to {going[doomed[0]]!r}, which "
                "the same list deletes: correct one of the two"
            )
    changed = {str(plan.record["id"]): {**plan.record, **plan.body} for plan in plans if plan.action == "update"}
    records = (changed.get(key, record) for key, record in index.records.items() if key not in going)
    future = resource.index(resource, records, whole=index.whole)
    for plan in plans:
        _refuse_confusion(resource, plan, future)
    for plan in plans:
        _refuse_shifting_names(planner, plan, future)


def order_renames(resource: Resource, plans: list[Plan]) -> None:
    """Let an item that gives up a name go before the one that takes it, as a server that refuses duplicates demands.

    Raises Invalid for items that exchange their names. No order does for them: one would need another name for a while,
    and would keep that name if the run broke off.
    """
    names: set[tuple[str, ...]] = {(option,) for option in resource.unique}
    if resource.key and not resource.duplicates_allowed:
        names.add(resource.key)
    for options in sorted(names):
        _order_by_name(resource, plans, options)


def _order_by_name(resource: Resource, plans: list[Plan], options: tuple[str, ...]) -> None:
    fields = [resource.by_option[option] for option in options]
    takers: dict[tuple[Any, ...], Plan] = {}
    givers: dict[tuple[Any, ...], Plan] = {}
    for plan in plans:
        if plan.action in ("create", "update") and any(option in plan.after for option in options):
            takers[tuple(plan.after.get(field.option, field.read(plan.record)) for field in fields)] = plan
            if plan.action == "update":
                givers[tuple(field.read(plan.record) for field in fields)] = plan
    following = {id(plan): givers[name] for name, plan in takers.items() if name in givers}
    waited_for = {id(giver) for giver in following.values()}
    for first in [plan for plan in takers.values() if id(plan) not in waited_for]:
        plan = first
        while giver := following.pop(id(plan), None):
            if giver.wave <= 0:  # else it waits for something new itself
                giver.wave = min(giver.wave, plan.wave - 1)
            plan = giver
    ring = [plan.item.where.rstrip(": ") for plan in takers.values() if id(plan) in following]
    if ring:
        shown = ", ".join(ring[:10])
        raise Invalid(
            f"{shown} exchange their {' and '.join(options)}, which a server that refuses duplicates does not allow: "
            "give one of them another one in an earlier task"
        )


def changes_structure(resource: Resource, plan: Plan) -> bool:
    """Whether a plan changes where or by which name an existing item is found, so that its surroundings matter."""
    return plan.action == "delete" or (plan.action == "update" and _is_named(resource, plan))


def _is_named(resource: Resource, plan: Plan) -> bool:
    """Whether a plan gives a name to something."""
    return plan.action == "create" or (bool(plan.after) and any(option in plan.after for option in resource.names))


def _refuse_confusion(resource: Resource, plan: Plan, future: Index) -> None:
    """What an item finds, and by what it is found, once the list is done."""
    label = resource.label
    if plan.item.state == "absent":
        if plan.resolved and future.find(plan.resolved):
            raise Invalid(
                f"{plan.item.where}it is to be absent, but this list puts "
                f"another {label} in its place: correct one of the two"
            )
        return
    searches = [plan.resolved] if plan.item.id is None else []
    if _is_named(resource, plan):
        record = future.records[str(plan.record["id"])]
        searches.append({option: resource.by_option[option].read(record) for option in resource.names})
    named, otherwise = "name", "name"
    if resource.named_by_references:
        named, otherwise = " and ".join(resource.key), " or ".join(resource.names)
    for wanted in searches:
        found = future.find(wanted)
        if len(found) > 1:
            raise Invalid(
                f"{plan.item.where}this list would leave several {resource.several} "
                f"with this {named} (ids {ids_of(found)}): choose another {otherwise}"
            )


def _refuse_shifting_names(planner: Planned, plan: Plan, future: Index) -> None:
    resource, absent = planner.resource, plan.item.state == "absent"
    if absent and not plan.resolved:
        return  # it was found by its id, or what it stands in is not there
    texts = list(_references_within(resource, planner.finding(plan.item) if absent else plan.item.desired))
    if any((resource.name, text) in planner.prerequisites for text in texts):
        return
    meant = {str(reference) for reference in _references_within(resource, plan.resolved)}
    for text in texts:
        found = {str(record["id"]) for record in future.named(text)}
        if not found <= meant or len(found) not in ((0, 1) if absent else (1,)):
            raise Invalid(
                f"{plan.item.where}{text!r} would mean something else after this list: give the path or the id"
            )


def _references_within(resource: Resource, values: Mapping[str, Any]) -> Iterator[Any]:
    """How an item refers to others of its resource: in the user's words, or by ids, as `values` holds them."""
    return (reference for name, reference in resource.references(values) if name == resource.name)
