# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds out what it takes to bring items of any noun to the state a user wants: reads each list once, and plans every item.

Everything is checked and planned before the first write, so one bad item leaves everything as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .client import Client, Record
from .errors import BadInput
from .fields import Field, Invalid, Missing, Secret
from .noun import Index, Noun
from .plan import Item, Pending, Plan, ids_of, pendings, put
from .session import Credentials
from .sieve import Sieve


class Planner:
    """One task's work on the items of one noun, with the other nouns (by name) that it refers to."""

    def __init__(
        self,
        client: Client,
        noun: Noun,
        nouns: Mapping[str, Noun],
        credentials: Credentials,
        *,
        check: bool = False,
        cached: bool = False,
    ) -> None:
        self.client = client
        self.noun = noun
        self.nouns = nouns
        self.credentials = credentials
        self.check = check
        self.cached = cached
        self.items: list[Item] = []
        self.warnings: list[str] = []
        self._indexes: dict[str, Index] = {}
        self._known: dict[tuple[str, Any], Any] = {}  # what names of other nouns mean, by option
        self._keys: set[str] = set()
        self._taken: dict[str, Item] = {}
        self.ahead: dict[tuple[str, str], Pending] = {}  # what is referred to and must be made before everything else
        self._assume = False

    # --- reading -------------------------------------------------------------------------------------------------------

    def index(self, name: str) -> Index:
        """All records of a noun, read once. A write by any task of the run makes the next task read anew, a lost answer this one."""
        if name not in self._indexes:
            noun = self.nouns[name]
            mine = noun is self.noun
            keys = {noun.by_option[option].key for option in noun.key} | (self._keys if mine else set())
            if noun.load:
                records = noun.load(self, keys)
            else:
                # The result of a single item shows the whole record.
                sieve = Sieve(noun, self.items if mine and len(self.items) > 1 else ())
                records = self.client.get_list(noun.path, cached=self.cached, each=sieve, **noun.query(keys))
            self._indexes[name] = noun.index(noun, records)
        return self._indexes[name]

    def read_again(self, name: str) -> Index:
        self._indexes.pop(name, None)
        return self.index(name)

    def forget(self) -> None:
        """Read everything anew when it is needed next, since nobody knows what has become of it."""
        self._indexes.clear()
        self._known.clear()
        self._taken.clear()

    def find_id(self, noun: str, text: str, create: bool) -> Any:
        """Id of the one record that a reference means. With `create` a missing one is planned, to be made before everything else."""
        found = self.index(noun).named(text)
        label = self.nouns[noun].label
        if len(found) > 1:
            raise Invalid(f"several {label}s are called {text!r} (ids {ids_of(found)}): give the id")
        if found:
            identifier = found[0]["id"]
            return identifier if isinstance(identifier, Pending) else str(identifier)
        if (noun, text) not in self.ahead:
            if not create and not self._assume:
                raise Missing(f"there is no {label} {text!r}: check the spelling, or make it first")
            self.ahead[noun, text] = Pending(text.rsplit("/", 1)[-1] if text.startswith("/") else text, -1)
            if not create:
                self.warnings.append(f"There is no {label} {text!r} yet; check mode assumes that an earlier task makes it.")
        return self.ahead[noun, text]

    def title(self, noun: str, identifier: Any) -> str:
        """The name to show for an id."""
        if isinstance(identifier, Pending):
            return identifier.title
        record = self.index(noun).records.get(str(identifier), {})
        return str(record.get(self.nouns[noun].title, identifier))

    # --- from input to plans -------------------------------------------------------------------------------------------

    def plan_all(self, items: list[Item]) -> list[Plan]:
        """Plan every item, or raise BadInput with what is wrong. Items may refer to each other in any order."""
        self.items = items
        self._keys = {self.noun.by_option[option].key for item in items for option in item.given}
        plans: dict[int, Plan] = {}
        waiting = list(enumerate(items))
        while waiting:
            problems: dict[int, Invalid] = {}
            for number, item in waiting:
                try:
                    plans[number] = self.plan(item)
                    self._assume = False
                except Invalid as error:
                    problems[number] = error
            if len(problems) == len(waiting) and self.check and not self._assume:
                self._assume = True  # for one item: in a real run an earlier task would have made what it refers to
            elif len(problems) == len(waiting):
                said = [f"{items[number].where}{error}" for number, error in sorted(problems.items())]
                raise BadInput("; ".join(said[:10]) + (f"; and {len(said) - 10} more" if len(said) > 10 else "") + ".")
            # Backwards next time: lists often run from the top down or from the bottom up.
            waiting = [(number, items[number]) for number in sorted(problems, reverse=waiting[0][0] <= waiting[-1][0])]
        ordered = [plans[number] for number in range(len(items))]
        try:
            self._refuse_contradictions(ordered)
            self.warnings += self.noun.guard(self, ordered)
        except Invalid as error:
            raise BadInput(f"{error}.") from None
        return ordered

    def plan(self, item: Item) -> Plan:
        """Compare one item with the server's record. Raises Invalid when something in it cannot be."""
        try:
            given = self._resolved(item)
        except Missing:
            if item.state != "absent":
                raise
            return Plan(item, "none", self._title(item, None))  # what it stands in is not there, so neither is the item
        record = self._record(item, given)
        title = self._title(item, record)
        if item.state == "absent":
            if record is None:
                return Plan(item, "none", title, given=given)
            return Plan(item, "delete", title, record, {"state": "present"}, {"state": "absent"}, given=given)
        plan = Plan(item, "none", title, record or {}, given=given)
        by_option = self.noun.by_option
        for option, value in given.items():
            one = by_option[option]
            raw = None if record is None else one.raw(record)
            if raw is item or (raw.__class__ is str and raw == value):  # in a long list that is right already, nearly all are
                continue
            append = bool(one.append and item.flags.get(one.append))
            if raw.__class__ is Item:
                raw = self._whole(plan.record, one)
            if raw is None or not one.agrees(plan.record, raw, value, append):
                self._compare(plan, one, value, append, record is None)
        if record is not None:
            plan.action = "update" if plan.after else "none"
            return plan
        plan.action = "create"
        plan.pending = Pending(title, plan.wave)
        plan.record = {"id": plan.pending, **plan.body}
        self._taken[str(plan.pending)] = item
        self.index(self.noun.name).add(plan.record)
        return plan

    def _whole(self, record: Record, one: Field) -> Any:
        """The value of a field that was given up because it agrees with another item, which means another record."""
        record.update(self.client.get_record(f"{self.noun.path}/{record['id']}"))
        return one.raw(record)

    def _refuse_contradictions(self, plans: list[Plan]) -> None:
        """A list must not refer to what it deletes, nor leave names behind that the next run would take for something else."""
        going = {str(plan.record["id"]): plan.title for plan in plans if plan.action == "delete"}
        if not going and not any(self._is_named(plan) for plan in plans):
            return
        index = self.index(self.noun.name)
        for plan in plans:
            above = {up for one in _own_references(self.noun, plan.given) for up in (str(one), *index.above(str(one)))}
            doomed = sorted(above & going.keys())
            if doomed and plan.item.state != "absent":
                raise Invalid(f"{plan.item.where}it refers to {going[doomed[0]]!r}, which the same list deletes: correct one of the two")
        changed = {str(plan.record["id"]): {**plan.record, **plan.body} for plan in plans if plan.action == "update"}
        future = self.noun.index(self.noun, (changed.get(key, record) for key, record in index.records.items() if key not in going))
        for plan in plans:
            self._refuse_confusion(plan, future)
        for plan in plans:
            self._refuse_shifting_names(plan, future)

    def _is_named(self, plan: Plan) -> bool:
        """Whether a plan gives a name to something."""
        return plan.action == "create" or any(option in plan.after for option in self.noun.names)

    def _refuse_confusion(self, plan: Plan, future: Index) -> None:
        """What an item finds, and by what it is found, once the list is done."""
        label = self.noun.label
        if plan.item.state == "absent":
            if plan.given and future.find(plan.given):
                raise Invalid(
                    f"{plan.item.where}it shall be absent, but this list leaves another {label} in its place: correct one of the two"
                )
            return
        searches = [plan.given] if plan.item.id is None else []
        if self._is_named(plan):
            record = future.records[str(plan.record["id"])]
            searches.append({option: self.noun.by_option[option].read(record) for option in self.noun.names})
        for given in searches:
            found = future.find(given)
            if len(found) > 1:
                raise Invalid(f"{plan.item.where}several {label}s could not be told apart then (ids {ids_of(found)}): choose another name")

    def _refuse_shifting_names(self, plan: Plan, future: Index) -> None:
        absent = plan.item.state == "absent"
        if absent and not plan.given:
            return  # it was found by its id, or what it stands in is not there
        texts = list(_own_references(self.noun, self._finding(plan.item) if absent else plan.item.given))
        if any((self.noun.name, text) in self.ahead for text in texts):
            return
        meant = {str(one) for one in _own_references(self.noun, plan.given)}
        for text in texts:
            found = {str(record["id"]) for record in future.named(text)}
            if not found <= meant or len(found) not in ((0, 1) if absent else (1,)):
                raise Invalid(f"{plan.item.where}{text!r} would mean something else after this list: give the path or the id")

    def _title(self, item: Item, record: Record | None) -> str:
        if record and record.get(self.noun.title):
            return str(record[self.noun.title])
        names = [item.given.get(option) for option in self.noun.names]
        return str(next((name for name in (*names, item.id) if name), self.noun.label))

    def _finding(self, item: Item) -> dict[str, Any]:
        """The part of the given values that finds the item: nothing beside an id, nor beside a key that holds wherever the item is."""
        noun = self.noun
        sure = {option: value for option, value in item.given.items() if option in noun.find_by and option not in noun.referring}
        if item.id or sure:
            return {} if item.id else sure
        return {option: value for option, value in item.given.items() if option in noun.names}

    def _resolved(self, item: Item) -> dict[str, Any]:
        """The given values with ids in place of names; of an item that shall be absent only what is needed to find it."""
        given = self._finding(item) if item.state == "absent" else item.given
        referring = [option for option in self.noun.referring if option in given]
        if not referring:
            return given
        given = dict(given)
        for option in referring:
            one = self.noun.by_option[option]
            name = (option, given[option])
            if name not in self._known:
                try:
                    given[option] = one.kind.resolve(given[option], self, bool(one.create and item.flags.get(one.create)))
                except Invalid as error:
                    raise type(error)(f"{option}: {error}") from None
                if one.kind.noun != self.noun.name:  # a name of this noun may mean another item once more are planned
                    self._known[name] = given[option]
            else:
                given[option] = self._known[name]
        return given

    def _record(self, item: Item, given: Mapping[str, Any]) -> Record | None:
        """The present record of an item, None when there is none; each record serves one item only."""
        index = self.index(self.noun.name)
        found = index.find(given) if item.id is None else [index.records[item.id]] if item.id in index.records else []
        if len(found) > 1:
            raise Invalid(f"several {self.noun.label}s agree with it (ids {ids_of(found)}): give the id, or remove the double")
        if not found:
            if item.id is not None and item.state != "absent":
                known_by = " and ".join(self.noun.key)
                raise Invalid(
                    f"no {self.noun.label} has the id {item.id!r}: correct it, or leave it out to find the {self.noun.label} by {known_by}"
                )
            return None
        first = self._taken.setdefault(str(found[0]["id"]), item)
        if first is not item:
            raise Invalid(f"this {self.noun.label} stands in the list twice, also as {first.where.rstrip(': ')}: merge the two")
        return found[0]

    def _compare(self, plan: Plan, one: Field, value: Any, append: bool, new: bool) -> None:
        """Add to a plan what it takes to get a field to what `value` asks for."""
        kind = one.kind
        if isinstance(kind, Secret) and not new and plan.item.flags.get("update_password") == "on_create":
            return
        current = kind.empty if new else one.read(plan.record)
        desired = kind.aim(current, value, append)
        if not isinstance(kind, Secret) and kind.same(desired, current):
            return
        if one.create_only and not new:
            shown = kind.show(current, self)
            raise Invalid(
                f"{one.option} is {shown!r} and cannot change after creation: leave {one.option} out, or delete the {self.noun.label} first"
            )
        plan.before[one.option] = current
        plan.after[one.option] = desired
        if one.own and not (new and one.in_create):
            plan.own.append(one)
        else:
            scalar = isinstance(desired, tuple) and self.index(self.noun.name).holds_scalars(one.key)
            try:
                put(plan.body, plan.record, one.key, kind.write(desired, scalar))
            except Invalid as error:
                raise Invalid(f"{one.option}: {error}") from None
        for pending in pendings(desired):
            plan.refers, plan.wave = True, max(plan.wave, pending.wave + 1)


def _own_references(noun: Noun, given: Mapping[str, Any]) -> Iterator[Any]:
    """How an item refers to others of its noun: in the user's words, or by ids, depending on what `given` holds."""
    for option in noun.self_referring:
        value = given.get(option, ())
        yield from value if isinstance(value, tuple) else [value]
