# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out plans: sends the few calls that are needed, in rounds, so that what others refer to comes first.

In check mode nothing is sent. When the answer to a write is lost, the state is read again and the work goes on from
what is found. What the server might create twice is not sent again: it may still be at work on the first call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request, is_record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    HttpError,
    SaymonError,
    Unreachable,
    lost,
)

from .doubts import Doubts, InDoubt, NotThereYet, too_late
from .field_types import Field, Invalid
from .plan import Pending, Plan, age_of, put, resolve_pending, title_of
from .planner import Planner
from .progress import Progress
from .resource import Index, Resource

_ATTEMPTS = 3

Send = Callable[[Plan, Doubts], None]


class Engine:
    """Does what a planner has planned, with up to `parallel` requests on their way at a time.

    `warnings` is the list to add to, `say` tells how far a long list has got. `touched` becomes true when something was
    created that items refer to, or may have been; `recovered` counts those of them that were found after the answer had
    got lost.
    """

    def __init__(self, planner: Planner, warnings: list[str], say: Callable[[str], None], parallel: int = 1) -> None:
        self.planner = planner
        self.client = planner.client
        self.resource = planner.resource
        self.warnings = warnings
        self.say = say
        self.parallel = parallel
        self.touched = False
        self.recovered = 0
        self._creator: dict[str, tuple[str, str]] = {}
        self._doubts: dict[int, Doubts] = {}
        self._lock = threading.RLock()
        self._broken: SaymonError | None = None

    # --- the order of work ------------------------------------------------------------------------

    def run_all(self, plans: list[Plan]) -> None:
        """Send what the plans need, round by round so that what others refer to comes first. A failure stays with its
        item."""
        changing = [plan for plan in plans if plan.action != "none"]
        if self.planner.check:
            for plan in plans:
                if plan.action != "none" or isinstance(plan.record.get("id"), Pending):  # an earlier task creates it
                    self._predict(plan)
            return
        self._create_prerequisites()
        progress = Progress(self.resource.plural, len(changing), self.say)
        freeing = self._freeing(changing)
        for _plan in self._run_wave(freeing):
            progress.step()
        done = {id(plan) for plan in freeing}
        changing = [plan for plan in changing if id(plan) not in done]
        for wave in sorted({plan.wave for plan in changing}):
            for _plan in self._run_wave([plan for plan in changing if plan.wave == wave]):
                progress.step()

    def _freeing(self, plans: list[Plan]) -> list[Plan]:
        """The deletions that free a name which another item of the list takes. Where items refer to each other none
        goes first, since what is below one may have to move away before."""
        resource = self.resource
        fields = [resource.by_option[option] for option in resource.key]
        if resource.self_referring:
            return []
        taken = {(field.option, plan.after.get(field.option)) for plan in plans for field in fields}
        return [
            plan
            for plan in plans
            if plan.action == "delete" and any((field.option, field.read(plan.record)) in taken for field in fields)
        ]

    def _run_wave(self, plans: list[Plan]) -> Iterator[None]:
        """Carry out plans that do not need each other. Where another run may create the same items now, and the server
        would not mind, the new ones are created last and looked at once, before anything is added to them."""
        fresh: list[Plan] = []
        others: list[Plan] = []
        for plan in plans:
            unsafe = (
                plan.action == "create"
                and not self.resource.duplicates_allowed
                and not self.resource.enforces(plan.resolved)
            )
            (fresh if unsafe else others).append(plan)
        yield from self._run_each(others, self._send)
        if fresh:
            for _plan in self._run_each(fresh, self._send_creation):
                pass
            self._agree_on_one(fresh)
            yield from self._run_each(fresh, self._send)

    def _run_each(self, plans: list[Plan], send: Send) -> Iterator[None]:
        if self.parallel == 1:
            for plan in plans:
                self._run_one(plan, send)
                yield
            return
        with ThreadPoolExecutor(self.parallel) as pool:
            yield from pool.map(lambda plan: self._run_one(plan, send), plans)

    def _run_one(self, plan: Plan, send: Send) -> None:
        if plan.error is not None:
            return
        if self._broken is not None:
            plan.error, plan.skipped = self._broken, not plan.touched
            return
        try:
            self._until_certain(plan, send)
        except Unreachable as error:
            plan.error = self._broken = error
        except InDoubt as error:
            plan.error = error
            self._broken = self._broken or error.gone
        except SaymonError as error:
            plan.error = error
        except Invalid as error:
            plan.error = BadInput(f"{error}.")

    def _predict(self, plan: Plan) -> None:
        """Give a plan the record that carrying it out would leave, without an id that nobody knows yet."""
        record = {**plan.record, **plan.body}
        for field in plan.written_apart:
            if field.key and field.type.shown_by_server:
                written = field.type.write(plan.after[field.option], False)
                put(record, record, field.key, field.beside(record, written))
        plan.record = {
            key: title_of(value) for key, value in record.items() if not (key == "id" and isinstance(value, Pending))
        }

    # --- lost answers -----------------------------------------------------------------------------

    def _until_certain(self, plan: Plan, send: Send) -> None:
        """Send one plan's calls. When an answer is lost, look what became of them and go on from there."""
        doubts = self._doubts.setdefault(id(plan), Doubts(self.client.connection.timeout))
        while True:
            todo, refusal = plan.rest or plan, None
            try:
                send(todo, doubts)
                return
            except NotThereYet as error:
                plan.recovered = False
                if not doubts.wait():
                    raise too_late(error) from error
            except AnswerLost as error:
                plan.touched = True  # perhaps
                if doubts.count(error) >= _ATTEMPTS:
                    raise InDoubt(error) from error
            except HttpError as error:
                if doubts.last is None or todo.action != "create" or todo.created is not None:
                    raise
                refusal = error  # perhaps because the call before, whose answer was lost, has created it meanwhile
            finally:
                self._note(plan, todo)
            rest = self._look_again(plan, doubts)
            if rest.action == "none":
                return
            if refusal is not None and rest.action == "create":
                raise refusal

    def _look_again(self, plan: Plan, doubts: Doubts) -> Plan:
        """What is left to do for an item after an answer got lost."""
        try:
            with self._lock:
                plan.rest = self.planner.plan_again(plan.item)
        except SaymonError as error:
            if doubts.last is None:
                raise
            raise InDoubt(doubts.last, error) from error
        plan.recovered = plan.recovered or doubts.last is not None
        self._note(plan, plan.rest)
        return plan.rest

    def _note(self, plan: Plan, todo: Plan) -> None:
        """Take over what has been reached for an item."""
        plan.touched |= todo.touched
        plan.record = todo.record or plan.record
        if plan.pending is not None and not isinstance(plan.record["id"], Pending):
            plan.pending.id = plan.record["id"]

    # --- what others refer to ---------------------------------------------------------------------

    def _create_prerequisites(self) -> None:
        """Create what items refer to. What fails concerns those items only, and is told there."""
        prerequisites = self.planner.prerequisites
        for (name, text), pending in prerequisites.items():
            try:
                pending.id = self._create_one_prerequisite(self.planner.resources[name], text)
            except SaymonError as error:
                pending.error = str(error)
        made = [(name, text, pending) for (name, text), pending in prerequisites.items() if pending.id is not None]
        indexes = {name: self._read_again(name) for name in sorted({name for name, _text, _pending in made})}
        for name, text, pending in made:
            index = indexes[name]
            if index is not None:
                pending.id = self._keep_one(index, pending.id, index.named(text))

    def _create_one_prerequisite(self, resource: Resource, text: str) -> Any:
        """The id of the new item, which is looked for when the answer gets lost."""
        doubts = Doubts(self.client.connection.timeout)
        try:
            made = self._create(resource, {resource.title: text})["id"]
            self.touched = True
            return made
        except AnswerLost as error:
            self.touched = True  # perhaps
            doubts.count(error)
        while True:
            try:
                found = self.planner.read_again(resource.name).named(text)
            except SaymonError as error:
                raise InDoubt(doubts.last, error) from error
            if found:
                self.recovered += 1
                return found[0]["id"]
            if not doubts.wait():
                raise too_late(f"the {resource.label} {text!r}")

    # --- duplicates -------------------------------------------------------------------------------

    def _agree_on_one(self, plans: list[Plan]) -> None:
        """Another run may have created the same items since they were looked for. All runs agree on the one with the
        lowest id."""
        index = self._read_again(self.resource.name)
        for plan in plans:
            if index is None or plan.error is not None:
                continue
            kept = self._keep_one(index, plan.record["id"], index.find(plan.resolved))
            if str(kept) != str(plan.record["id"]):
                try:
                    self._look_again(plan, Doubts(0.0))
                except SaymonError as error:
                    plan.error = error
                except Invalid as error:
                    plan.error = BadInput(f"{error}.")

    def _read_again(self, name: str) -> Index | None:
        """The records as they are now; None when they cannot be read, which the calls that follow will tell."""
        try:
            return self.planner.read_again(name)
        except SaymonError:
            return None

    def _keep_one(self, index: Index, own: Any, same: list[Record]) -> Any:
        """The id to go on with, when all of these have the name of the item just created. If it is another's, the own
        one is deleted."""
        ids = sorted((record["id"] for record in same), key=age_of)
        if str(own) not in map(str, ids) or str(own) == str(ids[0]):
            return own
        try:
            self._delete(index.resource.path_of(own))
        except SaymonError as error:
            said = (
                f"Another run created the same {index.resource.label} at the "
                f"same time; delete the one with the id {own}"
            )
            self.warnings.append(f"{said}: {error}")
        return ids[0]

    # --- single calls -----------------------------------------------------------------------------

    def _send(self, plan: Plan, doubts: Doubts) -> None:
        if plan.action == "delete":
            self._delete(self.resource.path_of(plan.record["id"]))
            plan.touched = True
            return
        self._send_creation(plan, doubts)
        if plan.created is not None:
            self._update(plan, self._ignored(plan, plan.created))
        elif plan.body:
            self._update(plan, resolve_pending(plan.body) if plan.refers else plan.body)
        for field in plan.written_apart:
            target = field.type.canonical(resolve_pending(plan.after[field.option]))
            with self._lock if field.touches else nullcontext():
                self._write_apart(plan, field, target, doubts)
            if field.key and field.type.shown_by_server:
                written = field.type.write(target, False)
                put(plan.record, plan.record, field.key, field.beside(plan.record, written))

    def _send_creation(self, plan: Plan, doubts: Doubts) -> None:
        if plan.action != "create" or plan.created is not None:
            return
        if doubts.created:
            raise NotThereYet(f"the {self.resource.label} {plan.title!r}")
        body = resolve_pending(plan.body) if plan.refers else plan.body
        try:
            plan.created = self._create(self.resource, body)
        except AnswerLost:
            doubts.created = not self.resource.enforces(plan.resolved)
            doubts.unverified.update(
                (field.option, None) for field in self.resource.fields if field.verify and field.key in body
            )
            raise
        plan.touched = True
        plan.record = {**body, **plan.created}

    def _write_apart(self, plan: Plan, field: Field, target: Any, doubts: Doubts) -> None:
        """Write a field by calls of its own."""
        if field.option in doubts.unverified and field.verify:
            verdict, error = field.verify(self.planner, plan.record, target), doubts.unverified[field.option]
            if verdict is None and error is not None:
                raise InDoubt(error) from error
            if verdict:
                return
        for request in (
            field.writer(self.planner, plan.record, plan.before[field.option], target) if field.writer else ()
        ):
            if doubts.forbid(request):
                raise NotThereYet(f"an entry of {field.option}")
            try:
                answer = self.client.send(request).data
            except AnswerLost as error:
                if field.verify:
                    doubts.unverified[field.option] = error
                if request.method == "POST" and not field.repeatable:
                    doubts.lost.append(request)
                raise
            except HttpError as error:
                if error.status in field.refusals:
                    raise SaymonError(f"{field.option}: {field.refusals[error.status]}", **error.details) from error
                raise
            plan.touched = True
            if not field.key and is_record(answer):
                plan.record.update(answer)

    def _update(self, plan: Plan, body: dict[str, Any]) -> None:
        if body:
            if self.resource.update == "PUT":
                body = {**self.resource.known_part(plan.record), **body}
            path = self.resource.path_of(plan.record["id"])
            answer = self.client.send(Request(self.resource.update, path, body=body)).data
            plan.touched = True
            answer = answer if is_record(answer) else {}
            changed = [field for field in self.resource.fields if field.option in plan.after]
            sent = [field for field in changed if field.key.partition(".")[0] in body]
            ignored = [
                field.option for field in sent if answer and not field.type.same(field.read(answer), field.read(body))
            ]
            if ignored:
                self.warnings.append(
                    f"{plan.item.where}the server ignored {', '.join(ignored)}: "
                    "this version may not support it, or it conflicts with something else about the item."
                )
            plan.record = {**plan.record, **body, **answer}

    def _ignored(self, plan: Plan, answer: Record) -> dict[str, Any]:
        """What a creation did not take over, as its answer shows: another run may have created the item just before, or
        the server has put something where the user wants nothing."""
        body: dict[str, Any] = {}
        for option, value in plan.resolved.items():
            field = self.resource.by_option[option]
            if (
                field.key.partition(".")[0] not in answer
                or field.create_only
                or field in plan.written_apart
                or not field.type.shown_by_server
            ):
                continue
            current = field.read(answer)
            value = field.type.canonical(resolve_pending(value)) if plan.refers else value
            wanted = field.type.merge(current, value, bool(field.append and plan.item.flags.get(field.append)))
            if field.type.same(current, wanted):
                continue
            if field.writer:
                plan.written_apart.append(field)
                plan.before[option], plan.after[option] = current, wanted
            else:
                with self._lock:  # what is read for one item must not be taken for what another one needs
                    scalar = bool(self.planner.index(self.resource.name).holds_scalars(field.key))
                put(body, answer, field.key, field.type.write(wanted, scalar))
        return body

    def _delete(self, path: str) -> None:
        try:
            self.client.send(Request("DELETE", path))
        except HttpError as error:
            if not error.absent:  # gone already, for example together with its parent
                raise

    def _create(self, resource: Resource, body: dict[str, Any]) -> Record:
        """Create an item and return the answer, which carries its id. The call that the server knows is remembered."""
        creators = [self._creator[resource.name]] if resource.name in self._creator else resource.creators
        for method, path in creators:
            try:
                answer = self.client.send(Request(method, path, body=body)).data
            except HttpError as error:
                if error.status in (404, 405) and (method, path) != creators[-1]:
                    continue
                if error.status in resource.refusals:
                    raise SaymonError(resource.refusals[error.status], **error.details) from error
                raise
            self._creator[resource.name] = (method, path)
            if isinstance(answer, list) and len(answer) == 1:
                answer = answer[0]
            if not is_record(answer):
                raise lost(f"{method} {path} answered without the new {resource.label}", reads=False)
            return dict(answer)
        raise AssertionError("unreachable")  # pragma: no cover
