# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out what it takes to bring items of any resource to the state a user wants, and plans every item.

Everything is checked and planned before the first write, so one bad item leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput

from .consistency import changes_structure, order_renames, refuse_contradictions
from .field_types import Field, Invalid, Missing, Unproven
from .plan import Item, Packed, Pending, Plan, ids_of, pendings, put, unpacked
from .reader import Reader


class Planner(Reader):
    """One task's work on the items of one resource, with the other resources (by name) that it refers to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.warnings: list[str] = []
        self.prerequisites: dict[
            tuple[str, str], Pending
        ] = {}  # what is referred to and must be created before everything else
        self._known: dict[tuple[str, Any], Any] = {}  # what names of other resources mean, by option
        self._taken: dict[str, Item] = {}
        self._assume = False

    def find_id(self, resource: str, text: str, create: bool) -> Any:
        """Id of the one record that a reference means. With `create` a missing one is planned, to be created before
        everything else."""
        index = self.index(resource)
        found = index.named(text)
        label = self.resources[resource].label
        if len(found) > 1:
            several = self.resources[resource].several
            raise Invalid(f"several {several} are called {text!r} (ids {ids_of(found)}): give the id")
        if found:
            identifier = found[0]["id"]
            return identifier if isinstance(identifier, Pending) else str(identifier)
        if not index.whole:
            raise Unproven(f"there may be a {label} {text!r} in another spelling")
        if (resource, text) not in self.prerequisites:
            if not create and not self._assume:
                raise Missing(f"there is no {label} {text!r}: check the spelling, or create it first")
            self.prerequisites[resource, text] = Pending(text.rsplit("/", 1)[-1] if text.startswith("/") else text, -1)
            if not create:
                self.warnings.append(
                    f"There is no {label} {text!r} yet; check mode assumes that an earlier task creates it."
                )
        return self.prerequisites[resource, text]

    # --- from input to plans ----------------------------------------------------------------------

    def plan_all(self, items: list[Item]) -> list[Plan]:
        """Plan every item, or raise BadInput with what is wrong.

        For a few items only what they may mean is read. Where that does not answer every question, or where a plan
        moves, renames or deletes something, so that its surroundings matter, the whole lists are read and everything is
        planned anew.
        """
        self.items = self._focus = items
        self.items = self._focus = self.resource.expand(self, items)  # which may read
        try:
            plans = self._plan_all()
        except BadInput:
            if not self.partial:
                raise
        else:
            mine = self._indexes.get(self.resource.name)
            if mine is None or mine.whole or not any(changes_structure(self.resource, plan) for plan in plans):
                self.read_titles(plans)
                for plan in plans:
                    if naming := self._naming(plan):
                        plan.title = self._title_of(naming)
                return plans
        self.read_whole()
        self._reset()
        return self._plan_all()

    def resolve_all(self, items: list[Item]) -> list[dict[str, Any]]:
        """The desired values of items that are compared with nothing, with ids in place of names, or BadInput."""
        self.items = self._focus = items
        try:
            return [self._resolved_or_refused(item) for item in items]
        except BadInput:
            if not self.partial and not self.check:
                raise
        self.read_whole()
        self._reset()
        self._assume = self.check  # in a real run an earlier task would have created what they refer to
        return [self._resolved_or_refused(item) for item in items]

    def _resolved_or_refused(self, item: Item) -> dict[str, Any]:
        try:
            return self._resolved(item)
        except Invalid as error:
            raise BadInput(f"{item.where}{error}.") from None

    def plan_again(self, item: Item) -> Plan:
        """Plan one item by what the server holds now. Raises Invalid when it cannot be any more."""
        self._focus, self.whole = [item], False
        try:
            return self._plan_anew(item)
        except Unproven:
            self.whole = True
            return self._plan_anew(item)

    def _plan_anew(self, item: Item) -> Plan:
        self.forget()
        self._read_below([item])
        return self.plan(item)

    def forget(self) -> None:
        super().forget()
        self._known.clear()
        self._taken.clear()

    def _reset(self) -> None:
        self.warnings.clear()
        self.prerequisites.clear()
        self._known.clear()
        self._taken.clear()
        self._assume = False

    def _plan_all(self) -> list[Plan]:
        """Items may refer to each other in any order."""
        items = self.items
        self._read_below(items)
        plans: list[Plan | None] = [None] * len(items)
        waiting: Sequence[int] = range(len(items))
        while waiting:
            problems: dict[int, Invalid] = {}
            for number in waiting:
                try:
                    plans[number] = self.plan(items[number])
                    self._assume = self._assume and not self.resource.self_referring
                except Invalid as error:
                    problems[number] = error
            if len(problems) == len(waiting) and self.check and not self._assume:
                # In a real run an earlier task would have created what they refer to. Where that may also be another
                # item of the list, this is assumed for one at a time.
                self._assume = True
            elif len(problems) == len(waiting):
                said = [f"{items[number].where}{error}" for number, error in sorted(problems.items())]
                raise BadInput("; ".join(said[:10]) + (f"; and {len(said) - 10} more" if len(said) > 10 else "") + ".")
            # Backwards next time: lists often run from the top down or from the bottom up.
            waiting = sorted(problems, reverse=waiting[0] <= waiting[-1])
        ordered = [plan for plan in plans if plan is not None]
        try:
            # The guard first: it names what is wrong more clearly than what follows from it.
            self.warnings += self.resource.guard(self, ordered)
            refuse_contradictions(self, ordered)
            order_renames(self.resource, ordered)
        except Invalid as error:
            raise BadInput(f"{error}.") from None
        return ordered

    def plan(self, item: Item) -> Plan:
        """Compare one item with the server's record. Raises Invalid when something in it cannot be."""
        try:
            resolved = self._resolved(item)
        except Missing:
            if item.state != "absent":
                raise
            # What it is in does not exist, so neither does the item.
            return Plan(item, "none", self._title(item, None, {}))
        record = self._record(item, resolved)
        title = self._title(item, record, resolved)
        if item.state == "absent":
            if record is None:
                return Plan(item, "none", title, resolved=resolved)
            return Plan(item, "delete", title, record, {"state": "present"}, {"state": "absent"}, resolved=resolved)
        if record is not None:
            below = self._named_below(item, record)
            if below:
                self.read_below(below)  # of an item that could not be found before
        plan = Plan(item, "none", title, record or {}, resolved=resolved)
        if record is None and self.resource.fixed:
            raise self._not_among_fixed(title)
        self._compare_all(plan, new=record is None)
        if record is not None:
            plan.action = "update" if plan.after else "none"
            return plan if plan.after else plan.settle()
        plan.action = "create"
        plan.pending = Pending(title, plan.wave)
        plan.record = {"id": plan.pending, **plan.body}
        self._taken[str(plan.pending)] = item
        self.index(self.resource.name).add(plan.record)
        return plan

    def _not_among_fixed(self, title: str) -> Invalid:
        resource, records = self.resource, self.index(self.resource.name).records.values()
        names = sorted(" ".join(map(str, resource.key_in(record))) for record in records)
        more = f" (and {len(names) - 20} more)" if len(names) > 20 else ""
        there = f"there are {', '.join(names[:20])}{more}" if names else "there are none"
        return Invalid(f"there is no {resource.label} {title!r}, and none can be created: {there}")

    def _compare_all(self, plan: Plan, *, new: bool) -> None:
        item, by_option = plan.item, self.resource.by_option
        left_out = {} if new else self.index(self.resource.name).left_out
        known = self._known_by(plan.resolved, None if new else plan.record)
        for option, value in plan.resolved.items():
            if option in known:
                continue
            field = by_option[option]
            if left_out and field.type.bulky:
                agreed = left_out.get((field.key, str(plan.record["id"])))
                if agreed is item:
                    continue
                if agreed is not None and field.key not in plan.record:  # it turned out to mean another record
                    plan.record.update(self.client.get_record(self.resource.path_of(plan.record["id"])))
            raw = field.raw(plan.record)
            if raw.__class__ is str and raw == value:  # most are, in a long list that is right already
                continue
            try:
                change = field.compare(plan.record, raw, value, field.append is not None and item.appends(field))
            except Invalid as error:
                raise Invalid(f"{field.option}: {error}") from None
            if change is not None:
                self._plan_change(plan, field, *change, new=new)
        if len(plan.written_apart) > 1:  # fields may share a key, so the calls are in the order of the table
            plan.written_apart.sort(key=self.resource.fields.index)

    def _known_by(self, resolved: Mapping[str, Any], record: Record | None) -> tuple[str, ...]:
        """The options that need no look, because a record with the same values in another order is the same."""
        resource = self.resource
        if record is None or not resource.unordered_key or resource.key_of(resolved) != resource.key_in(record):
            return ()
        return resource.key

    def _title(self, item: Item, record: Record | None, resolved: Mapping[str, Any]) -> str:
        resource = self.resource
        if resource.named_by_references and (record or resolved):
            key = {option: resource.by_option[option].read(record) for option in resource.key} if record else resolved
            return self._title_of({option: key[option] for option in resource.key if option in key})
        if record and record.get(resource.title):
            return str(record[resource.title])
        return resource.name_in(item.desired) or item.id or resource.label

    def _title_of(self, key: Mapping[str, Any]) -> str:
        """The names of what the key of an item refers to, as its fields show them."""
        shown = (self.resource.by_option[option].type.show(value, self) for option, value in key.items())
        return " - ".join(str(name) for names in shown for name in (names if isinstance(names, list) else [names]))

    def _resolved(self, item: Item) -> dict[str, Any]:
        """The desired values with ids in place of names; of an item that shall be absent only what is needed to find
        it."""
        resolved = self.finding(item) if item.state == "absent" else item.desired
        if Packed in map(type, resolved.values()):
            resolved = {option: unpacked(value) for option, value in resolved.items()}
        if self.resource.referring_options.isdisjoint(resolved):
            return resolved
        resolved = dict(resolved)
        for option in self.resource.referring:
            if option not in resolved:
                continue
            field = self.resource.by_option[option]
            name = (option, resolved[option]) if field.type.hashable else None
            if name is None or name not in self._known:
                try:
                    resolved[option] = field.type.resolve(
                        resolved[option], self, bool(field.create and item.flags.get(field.create))
                    )
                except Invalid as error:
                    raise type(error)(f"{option}: {error}") from None
                # A name of this resource may mean another item once more are planned.
                if name is not None and self.resource.name not in field.type.resources:
                    self._known[name] = resolved[option]
            else:
                resolved[option] = self._known[name]
        return resolved

    def _read_below(self, items: Iterable[Item]) -> None:
        """Read the fields that have paths of their own, as far as items name them and can be found already."""
        wanted: list[tuple[Record, Field]] = []
        for item in items:
            if self._named_below(item, {}) and item.state != "absent":
                with suppress(Invalid):  # which is told when the item is planned
                    for record in self._matches(item, self._resolved(item))[:1]:
                        wanted += self._named_below(item, record)
        self.read_below(wanted)

    def _named_below(self, item: Item, record: Record) -> list[tuple[Record, Field]]:
        """The record of an item, with each of the fields that have paths of their own and are named by it."""
        if self.resource.apart_options.isdisjoint(item.desired):
            return []
        return [(record, field) for field in self.resource.apart if field.option in item.desired]

    def _matches(self, item: Item, resolved: Mapping[str, Any]) -> list[Record]:
        index = self.index(self.resource.name)
        if item.id is None:
            return index.find(resolved)
        return [record for record in [index.records.get(item.id)] if record is not None]

    def _record(self, item: Item, resolved: Mapping[str, Any]) -> Record | None:
        """The present record of an item, None when there is none; each record serves one item only."""
        found = self._matches(item, resolved)
        if len(found) > 1:
            shared = self._shared(item, found)
            match = f"have the {shared}" if shared else "match"
            raise Invalid(
                f"several {self.resource.several} {match} (ids {ids_of(found)}): give the id, or remove the duplicate"
            )
        if not found:
            if item.id is not None and item.state != "absent":
                key, label = " and ".join(self.resource.key), self.resource.label
                otherwise = f", or leave it out to find the {label} by {key}" if key else ""
                raise Invalid(f"no {label} has the id {item.id!r}: correct it{otherwise}")
            return None
        first = self._taken.setdefault(str(found[0]["id"]), item)
        if first is not item:
            raise Invalid(self._listed_twice(item, first))
        return found[0]

    def _shared(self, item: Item, found: list[Record]) -> str:
        """What these records share with an item, wherever each is and whatever its name; empty when that is nothing."""
        by_option, sure = self.resource.by_option, {} if item.id else self.resource.sure_in(item.desired)
        return _said(
            {
                option: value
                for option, value in sure.items()
                if all(by_option[option].read(record) == value for record in found)
            }
        )

    def _listed_twice(self, item: Item, first: Item) -> str:
        sure = self.resource.sure_in(item.desired).items()
        same = _said({option: value for option, value in sure if first.desired.get(option) == value})
        remedy = f", both with the {same}: give each its own, or merge the two" if same else ": merge the two"
        return f"this {self.resource.label} is listed twice, also as {first.where.rstrip(': ')}{remedy}"

    def _plan_change(self, plan: Plan, field: Field, current: Any, target: Any, *, new: bool) -> None:
        """Add to a plan what it takes to get a field from one canonical value to another."""
        field_type = field.type
        if field.update_flag and not new and plan.item.flags.get(field.update_flag) == "on_create":
            return
        if field.create_only and not new:
            shown = field_type.show(current, self)
            raise Invalid(
                f"{field.option} is {shown!r} and cannot be changed after creation: leave "
                f"{field.option} out, or delete the {self.resource.label} first"
            )
        plan.before[field.option] = current
        plan.after[field.option] = target
        if field.writer and not (new and field.in_create):
            plan.written_apart.append(field)
        else:
            scalar = isinstance(target, tuple) and self.index(self.resource.name).holds_scalars(field.key)
            if scalar is None:
                raise Unproven(f"too little was read to know how this server keeps {field.option}")
            try:
                put(plan.body, plan.record, field.key, field_type.write(target, scalar))
            except Invalid as error:
                raise Invalid(f"{field.option}: {error}") from None
        for pending in pendings(target):
            plan.refers, plan.wave = True, max(plan.wave, pending.wave + 1)


def _said(values: Mapping[str, Any]) -> str:
    return " and ".join(f"{option} {value!r}" for option, value in values.items())
