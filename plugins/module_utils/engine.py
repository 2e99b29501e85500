# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings items of any noun to the state a user wants: reads once, plans everything, then sends the few calls that are needed.

Nothing here knows a particular noun. A noun is a table (`Noun`) of typed fields and endpoints; what is peculiar to it sits in the
hooks of its table. Every item is checked and planned before the first write, so one bad item leaves everything as it was.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from .client import Client, Request, make_query
from .errors import AnswerLost, BadInput, HttpError, SaymonError, Unreachable
from .fields import Field, Invalid, Secret, Write

_ATTEMPTS = 3
_PROGRESS = 100


class Pending:
    """The id of an item that is planned and not made yet. Once it is made, `id` is set; `wave` is the round that makes it."""

    def __init__(self, title: str, wave: int) -> None:
        self.title = title
        self.wave = wave
        self.id: Any = None

    def __str__(self) -> str:
        return f"(new) {self.title}"


class Index:
    """The records of one noun, found by id, by name, or by the fields that identify an item."""

    def __init__(self, noun: Noun, records: Iterable[dict[str, Any]]) -> None:
        self.noun = noun
        self.records: dict[str, dict[str, Any]] = {}
        self.names: dict[str, list[dict[str, Any]]] = {}
        for record in records:
            self.add(record)

    def add(self, record: dict[str, Any]) -> None:
        self.records[str(record["id"])] = record
        self.names.setdefault(str(record.get(self.noun.title, "")), []).append(record)

    def named(self, text: str) -> list[dict[str, Any]]:
        """The records that an id or a name may mean."""
        record = self.records.get(text)
        return [record] if record is not None else self.names.get(text, [])

    def find(self, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The records that agree with a user's item in every identifying field."""
        found = self.names.get(str(given.get(self.noun.key[0])), []) if self.noun.titled else list(self.records.values())
        keys = [self.noun.by_option[option] for option in self.noun.key]
        return [record for record in found if all(key.read(record) == given[key.option] for key in keys)]

    def identity(self, given: Mapping[str, Any]) -> tuple[Any, ...]:
        """What two items of one list must not have in common; raises Invalid when an identifying option is missing."""
        missing = [option for option in self.noun.key if not given.get(option)]
        if missing:
            raise Invalid(
                f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: it names the {self.noun.label}, or give id"
            )
        return tuple(given[option] for option in self.noun.key)

    @property
    def holds_scalars(self) -> frozenset[str]:
        """The list fields in which this (older) server keeps a single value."""
        lists = [one for one in self.noun.fields if isinstance(one.kind.empty, tuple)]
        return frozenset(one.key for one in lists if any(isinstance(record.get(one.key), str) for record in self.records.values()))


@dataclass(frozen=True)
class Noun:
    """One kind of thing on the server, as a table.

    `key` are the options that identify an item, `title` the record key of its name. `create` are the methods to try in turn on the
    collection (a later one when the server does not know the former). `flags` are options that steer and are no fields. `query` names
    the parameters of the list call for the fields in use; `load` reads the records when a plain list call is not enough; `adjust`
    changes a parsed item before planning; `guard` may refuse a plan, and returns warnings.
    """

    name: str
    plural: str
    path: str
    fields: tuple[Field, ...] = ()
    key: tuple[str, ...] = ("name",)
    title: str = "name"
    create: tuple[str, ...] = ("POST",)
    update: str = "PATCH"
    states: tuple[str, ...] = ("present", "absent")
    flags: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    index: type[Index] = Index
    query: Callable[[set[str]], dict[str, Any]] = lambda keys: {}
    load: Callable[[Engine, set[str]], list[dict[str, Any]]] | None = None
    adjust: Callable[[Item], None] = lambda item: None
    guard: Callable[[Engine, list[Plan]], list[str]] = lambda engine, plans: []

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def by_option(self) -> dict[str, Field]:
        table = _tables.get(self.name)
        if table is None:
            table = _tables[self.name] = {one.option: one for one in self.fields}
        return table

    @property
    def titled(self) -> bool:
        return bool(self.key) and self.by_option[self.key[0]].key == self.title


_tables: dict[str, dict[str, Field]] = {}


@dataclass
class Item:
    """One item as the user wants it: parsed values by option, the id if given, steering flags, and how messages call it."""

    where: str
    given: dict[str, Any]
    flags: dict[str, Any]
    id: str | None = None

    @property
    def state(self) -> str:
        return str(self.flags["state"])


@dataclass
class Plan:
    """What one item needs. `before` and `after` hold the differing fields by option; `error` says why it failed, if it did."""

    item: Item
    action: str  # create, update, delete, none
    record: dict[str, Any]
    title: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    own: list[Field] = field(default_factory=list)
    pending: Pending | None = None
    wave: int = 0
    error: SaymonError | None = None
    recovered: bool = False
    skipped: bool = False


class Engine:
    """One task's work on the items of one noun (`noun`), with the other nouns (`nouns`, by name) that it refers to."""

    def __init__(self, client: Client, noun: Noun, nouns: Mapping[str, Noun], *, check: bool = False, parallel: int = 1) -> None:
        self.client = client
        self.noun = noun
        self.nouns = {**nouns, noun.name: noun}
        self.check = check
        self.parallel = parallel
        self.say: Callable[[str], None] = lambda text: None
        self.warnings: list[str] = []
        self._indexes: dict[str, Index] = {}
        self._options: set[str] = set()
        self._prelude: list[tuple[Pending, Noun]] = []
        self._lock = threading.RLock()
        self._broken: SaymonError | None = None

    # --- reading -------------------------------------------------------------------------------------------------------

    def index(self, name: str) -> Index:
        """All records of a noun, read once; a lost answer to a write drops them."""
        if name not in self._indexes:
            noun = self.nouns[name]
            options = self._options | set(noun.key) if name == self.noun.name else set(noun.key)
            keys = {noun.by_option[option].key for option in options if option in noun.by_option}
            records = noun.load(self, keys) if noun.load else self.client.get(noun.path, **noun.query(keys))
            self._indexes[name] = noun.index(noun, records)
        return self._indexes[name]

    def find_id(self, noun: str, text: str, create: bool) -> Any:
        """Id of the one record that a reference means. With `create` a missing one is planned ahead of everything else."""
        found = self.index(noun).named(text)
        label = self.nouns[noun].label
        if len(found) > 1:
            raise Invalid(f"several {label}s are called {text!r} (ids {_ids(found)}): give the id")
        if found:
            identifier = found[0]["id"]
            return identifier if isinstance(identifier, Pending) else str(identifier)
        if not create:
            raise Invalid(f"there is no {label} {text!r}: check the spelling, or make it first")
        pending = Pending(text, 0)
        self._prelude.append((pending, self.nouns[noun]))
        self.index(noun).add({"id": pending, self.nouns[noun].title: text})
        return pending

    def title(self, noun: str, identifier: Any) -> str:
        if isinstance(identifier, Pending):
            return identifier.title
        record = self.index(noun).records.get(str(identifier))
        return str(record.get(self.nouns[noun].title, identifier)) if record else str(identifier)

    # --- from input to plans -------------------------------------------------------------------------------------------

    def parse(self, raw: Mapping[str, Any], where: str, common: Mapping[str, Any]) -> Item:
        """An item from the options a user gave; `common` are the steering options that hold for all items of a task."""
        given: dict[str, Any] = {}
        flags = dict(common)
        for option, value in raw.items():
            if value is None:
                continue
            try:
                if option in self.noun.by_option:
                    given[option] = self.noun.by_option[option].kind.parse(value)
                elif option in flags:
                    flags[option] = self._flag(option, value)
                elif option != "id":
                    raise Invalid(f"no such option: give some of {', '.join(['id', *self.noun.by_option, *flags])}")
            except Invalid as error:
                secret = option in self.noun.by_option and isinstance(self.noun.by_option[option].kind, Secret)
                said = "" if secret else f" is {_short(value)}"
                raise BadInput(f"{where}{option}{said}: {error}.") from None
        item = Item(where, given, flags, None if raw.get("id") in (None, "") else str(raw["id"]))
        self.noun.adjust(item)
        return item

    def _flag(self, option: str, value: Any) -> Any:
        argument = {"type": "str", "choices": list(self.noun.states)} if option == "state" else self.noun.flags[option]
        if argument["type"] == "bool":
            from .fields import Flag

            return Flag().parse(value)
        if value not in argument["choices"]:
            raise Invalid(f"give one of {', '.join(argument['choices'])}")
        return value

    def plan_all(self, items: list[Item]) -> list[Plan]:
        """Plan every item, or raise BadInput with all that is wrong. Items may refer to each other in any order."""
        self._options = {option for item in items for option in item.given}
        self._refuse_doubles(items)
        plans: dict[int, Plan] = {}
        waiting = list(enumerate(items))
        while waiting:
            problems: list[tuple[int, Item, Invalid]] = []
            for number, item in waiting:
                try:
                    plans[number] = self.plan(item)
                except Invalid as error:
                    problems.append((number, item, error))
            if len(problems) == len(waiting):
                raise BadInput("; ".join(f"{item.where}{error}" for _number, item, error in problems[:10]) + ".")
            waiting = [(number, item) for number, item, _error in problems]
        ordered = [plans[number] for number in range(len(items))]
        self.warnings += self.noun.guard(self, ordered)
        return ordered

    def _refuse_doubles(self, items: list[Item]) -> None:
        seen: dict[Any, Item] = {}
        index = self.index(self.noun.name)
        for item in items:
            try:
                identity = (item.id,) if item.id else index.identity(item.given)
            except Invalid as error:
                raise BadInput(f"{item.where}{error}.") from None
            if identity in seen:
                raise BadInput(
                    f"{item.where}this {self.noun.label} stands in the list twice, first as {seen[identity].where.rstrip(': ')}: merge the two."
                )
            seen[identity] = item

    def plan(self, item: Item) -> Plan:
        """Compare one item with the server's record. Raises Invalid when something in it cannot be."""
        absent = item.state == "absent"
        given = {} if absent else self._resolved(item)
        record = self._record(item, {**item.given, **given})
        title = str((record or {}).get(self.noun.title) or given.get(self.noun.key[0]) or item.id)
        if record is None:
            if absent:
                return Plan(item, "none", {}, title)
            if item.id:
                raise Invalid(f"no {self.noun.label} has the id {item.id!r}: leave out id to make a new one")
        if absent:
            return Plan(item, "delete", record or {}, title, {"state": "present"}, {"state": "absent"})
        plan = Plan(item, "update", record if record is not None else {}, title)
        for option, value in given.items():
            self._compare(plan, self.noun.by_option[option], value, record is None)
        if record is None:
            self._plan_creation(plan)
        elif not plan.after:
            plan.action = "none"
        return plan

    def _resolved(self, item: Item) -> dict[str, Any]:
        given = {}
        for option, value in item.given.items():
            one = self.noun.by_option[option]
            try:
                given[option] = one.kind.resolve(value, self, bool(one.create and item.flags.get(one.create)))
            except Invalid as error:
                raise Invalid(f"{option}: {error}") from None
        return given

    def _record(self, item: Item, given: Mapping[str, Any]) -> dict[str, Any] | None:
        index = self.index(self.noun.name)
        if item.id:
            return index.records.get(item.id)
        found = index.find(given)
        if len(found) > 1:
            raise Invalid(f"several {self.noun.label}s agree with it (ids {_ids(found)}): give the id, or remove the double")
        return found[0] if found else None

    def _compare(self, plan: Plan, one: Field, value: Any, new: bool) -> None:
        if isinstance(one.kind, Secret):
            if not new and plan.item.flags.get("update_password") == "on_create":
                return
            current, desired = None, value
        else:
            current = one.kind.empty if new else one.read(plan.record)
            desired = one.kind.aim(current, value, bool(one.append and plan.item.flags.get(one.append)))
            if desired == current:
                return
        if one.create_only and not new:
            shown = one.kind.show(current, self)
            raise Invalid(
                f"{one.option} is {shown!r} and cannot change after creation: leave it out, or delete the {self.noun.label} first"
            )
        plan.before[one.option] = current
        plan.after[one.option] = desired
        if one.own and not (new and one.in_create):
            plan.own.append(one)
        else:
            scalar = one.key in self.index(self.noun.name).holds_scalars if isinstance(desired, tuple) else False
            _put(plan.body, plan.record, one.key, one.kind.write(desired, scalar))
        plan.wave = max([plan.wave, *(pending.wave + 1 for pending in _pendings(desired))])

    def _plan_creation(self, plan: Plan) -> None:
        plan.action = "create"
        plan.pending = Pending(plan.title, plan.wave)
        plan.record = {"id": plan.pending, **plan.body}
        self.index(self.noun.name).add(plan.record)

    # --- from plans to the server --------------------------------------------------------------------------------------

    def apply_all(self, plans: list[Plan]) -> None:
        """Send what the plans need, round by round so that what others refer to comes first. A failure stays with its item."""
        changing = [plan for plan in plans if plan.action != "none"]
        if self.check or not changing:
            return
        for pending, noun in self._prelude:
            pending.id = self._create(noun, {noun.title: pending.title})["id"]
        done = 0
        for wave in sorted({plan.wave for plan in changing}):
            for _ in self._each([plan for plan in changing if plan.wave == wave]):
                done += 1
                if done % _PROGRESS == 0:
                    self.say(f"{self.noun.plural}: {done} of {len(changing)} changes done")

    def _each(self, plans: list[Plan]) -> Iterator[None]:
        if self.parallel == 1:
            yield from map(self._apply, plans)
            return
        with ThreadPoolExecutor(self.parallel) as pool:
            yield from pool.map(self._apply, plans)

    def _apply(self, plan: Plan) -> None:
        """Carry out one plan. When an answer is lost, look what became of it and go on from there."""
        if self._broken is not None:
            plan.error, plan.skipped = self._broken, True
            return
        todo = plan
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    self._send(todo)
                    break
                except AnswerLost:
                    if attempt == _ATTEMPTS:
                        raise
                    todo = self._look_again(plan)
                    plan.recovered = True
                    if todo.action == "none":
                        break
            plan.record = todo.record
            if plan.pending is not None:
                plan.pending.id = todo.record.get("id")
        except Unreachable as error:
            plan.error = self._broken = error
        except SaymonError as error:
            plan.error = error
        except Invalid as error:
            plan.error = BadInput(f"{error}.")

    def _look_again(self, plan: Plan) -> Plan:
        with self._lock:
            self._indexes.pop(self.noun.name, None)
            return self.plan(replace(plan.item, flags={**plan.item.flags}))

    def _send(self, plan: Plan) -> None:
        item_path = f"{self.noun.path}/{plan.record.get('id')}"
        if plan.action == "delete":
            try:
                self.client.send(Request("DELETE", item_path))
            except HttpError as error:
                if not error.absent:
                    raise
            return
        if plan.action == "create":
            answer = self._create(self.noun, _settled(plan.body))
            plan.record = {**plan.record, **answer}
            plan.action = "update"  # from here on, a lost answer concerns the item that exists now
        elif plan.body:
            answer = self.client.send(Request(self.noun.update, item_path, body=_settled(plan.body))).data
            plan.record = {**plan.record, **_settled(plan.body), **(answer if isinstance(answer, dict) else {})}
        for one in plan.own:
            for method, path, body in self._writes(one, plan):
                self.client.send(Request(method, path, body=_settled(body)))

    def _writes(self, one: Field, plan: Plan) -> Iterable[Write]:
        if one.own is None:
            return []
        return one.own(self, plan.record, plan.before[one.option], _settled(plan.after[one.option]))

    def _create(self, noun: Noun, body: dict[str, Any]) -> dict[str, Any]:
        """Make an item and return the answer, which carries its id. The first method that the server knows is remembered."""
        for method in noun.create:
            try:
                answer = self.client.send(Request(method, noun.path, body=body)).data
            except HttpError as error:
                if error.status not in (404, 405) or method == noun.create[-1]:
                    raise
                continue
            if isinstance(answer, list) and len(answer) == 1:
                answer = answer[0]
            if not isinstance(answer, dict) or "id" not in answer:
                raise AnswerLost(f"{method} {noun.path} answered without the new {noun.label}.")
            return answer
        raise AssertionError("a noun has at least one method to create")  # pragma: no cover


def read_query(keys: set[str]) -> dict[str, Any]:
    """The `fields` parameter of lists that have it, with what is needed to find items."""
    return {"fields": ",".join(sorted(keys))}


def request_of(method: str, path: str, query: Mapping[str, Any]) -> Request:
    return Request(method, path, make_query(query))


def _ids(records: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(sorted(str(record["id"]) for record in records))


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _pendings(value: Any) -> Iterator[Pending]:
    if isinstance(value, Pending):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _pendings(one)


def _settled(value: Any) -> Any:
    """The same value with the ids of what has been made meanwhile."""
    if isinstance(value, Pending):
        if value.id is None:
            raise BadInput(f"it refers to {value.title!r}, which could not be made: see there.")
        return value.id
    if isinstance(value, dict):
        return {key: _settled(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_settled(one) for one in value)
    return value


def _put(body: dict[str, Any], record: Mapping[str, Any], key: str, value: Any) -> None:
    """Set a field in a body. Of a nested record the whole is sent, since nobody knows how deep the server merges."""
    top, _dot, rest = key.partition(".")
    if not rest:
        body[top] = value
        return
    if top not in body:
        present = record.get(top)
        body[top] = copy.deepcopy(dict(present)) if isinstance(present, Mapping) else {}
    _put(body[top], {}, rest, value)
