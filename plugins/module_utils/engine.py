# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out plans: sends the few calls that are needed, in rounds, so that what others refer to comes first.

In check mode nothing is sent. When the answer to a write is lost, the state is read again and the work goes on from what is found.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

from .client import Record, Request, is_record
from .errors import AnswerLost, BadInput, HttpError, SaymonError, Unreachable
from .fields import Invalid, Secret
from .noun import Noun
from .plan import Pending, Plan, put, settled, title_of
from .planner import Planner

_ATTEMPTS = 3
_PROGRESS = 100


class Engine:
    """Does what a planner has planned, with up to `parallel` requests on their way at a time.

    `warnings` is the list to add to, `say` tells how far a long list has got. `touched` becomes true when something was made that items
    refer to.
    """

    def __init__(self, planner: Planner, warnings: list[str], say: Callable[[str], None], parallel: int = 1) -> None:
        self.planner = planner
        self.client = planner.client
        self.noun = planner.noun
        self.warnings = warnings
        self.say = say
        self.parallel = parallel
        self.touched = False
        self._creator: dict[str, tuple[str, str]] = {}
        self._lock = threading.RLock()
        self._broken: SaymonError | None = None

    def apply_all(self, plans: list[Plan]) -> None:
        """Send what the plans need, round by round so that what others refer to comes first. A failure stays with its item."""
        changing = [plan for plan in plans if plan.action != "none"]
        if self.planner.check:
            for plan in changing:
                self._foresee(plan)
            return
        for (name, text), pending in self.planner.ahead.items():
            self._make_ahead(self.planner.nouns[name], text, pending)
        done = 0
        for wave in sorted({plan.wave for plan in changing}):
            for _plan in self._each([plan for plan in changing if plan.wave == wave]):
                done += 1
                if done % _PROGRESS == 0:
                    self.say(f"{self.noun.plural}: {done} of {len(changing)} changes done")

    def _make_ahead(self, noun: Noun, text: str, pending: Pending) -> None:
        for _attempt in range(_ATTEMPTS):
            try:
                pending.id = self._create(noun, {noun.title: text})["id"]
            except AnswerLost as error:
                found = self.planner.read_again(noun.name).named(text)
                pending.id, pending.error = (found[0]["id"] if found else None), str(error.repeatable())
            except SaymonError as error:
                pending.error = str(error)
                return
            if pending.id is not None:
                self.touched = True
                return

    def _foresee(self, plan: Plan) -> None:
        """Give a plan the record that carrying it out would leave, without an id that nobody knows yet."""
        record = {**plan.record, **plan.body}
        for one in plan.own:
            if not isinstance(one.kind, Secret):
                put(record, record, one.key, one.kind.write(plan.after[one.option], False))
        plan.record = {key: title_of(value) for key, value in record.items() if not (key == "id" and isinstance(value, Pending))}

    def _each(self, plans: list[Plan]) -> Iterator[None]:
        if self.parallel == 1:
            yield from map(self._apply, plans)
            return
        with ThreadPoolExecutor(self.parallel) as pool:
            yield from pool.map(self._apply, plans)

    def _apply(self, plan: Plan) -> None:
        if self._broken is not None:
            plan.error, plan.skipped = self._broken, True
            return
        try:
            self._carry_out(plan)
        except Unreachable as error:
            plan.error = self._broken = error
        except SaymonError as error:
            plan.error = error
        except Invalid as error:
            plan.error = BadInput(f"{error}.")

    def _carry_out(self, plan: Plan) -> None:
        """Send one plan's calls. When an answer is lost, look what became of them and go on from there."""
        todo = plan
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._send(todo)
                break
            except AnswerLost as error:
                if attempt == _ATTEMPTS:
                    raise error.repeatable() from error
                with self._lock:
                    self.planner.forget()
                    todo = self.planner.plan(plan.item)
                plan.recovered = plan.touched = True
                if todo.action == "none":
                    break
            finally:
                plan.touched |= todo.touched
                plan.record = todo.record or plan.record
                if plan.pending is not None and not isinstance(plan.record["id"], Pending):
                    plan.pending.id = plan.record["id"]

    def _send(self, plan: Plan) -> None:
        if plan.action == "delete":
            self._delete(plan)
            plan.touched = True
            return
        body = settled(plan.body) if plan.refers else plan.body
        if plan.action == "create":
            answer = self._create(self.noun, body)
            plan.touched = True
            plan.record = {**body, **answer}
            self._update(plan, self._ignored(plan, answer))
        elif body:
            self._update(plan, body)
        for one in plan.own:
            desired = one.kind.settle(settled(plan.after[one.option]))
            with self._lock if one.shared else nullcontext():
                for request in one.own(self.planner, plan.record, plan.before[one.option], desired) if one.own else ():
                    self.client.send(request)
                    plan.touched = True
            if not isinstance(one.kind, Secret):
                put(plan.record, plan.record, one.key, one.kind.write(desired, False))

    def _update(self, plan: Plan, body: dict[str, Any]) -> None:
        if body:
            answer = self.client.send(Request(self.noun.update, f"{self.noun.path}/{plan.record['id']}", body=body)).data
            plan.touched = True
            answer = answer if is_record(answer) else {}
            sent = [one for one in self.noun.fields if one.key.partition(".")[0] in body]
            ignored = [one.option for one in sent if answer and not one.kind.same(one.read(answer), one.read(body))]
            if ignored:
                self.warnings.append(
                    f"{plan.item.where}the server did not take over {', '.join(ignored)}: "
                    "this version may not know it, or something else about the item rules it out."
                )
            plan.record = {**plan.record, **body, **answer}

    def _ignored(self, plan: Plan, answer: Record) -> dict[str, Any]:
        """What a creation did not take over, as its answer shows: another run may have made the item a moment before, or the server
        has put something where the user wants nothing."""
        body: dict[str, Any] = {}
        for option, given in plan.given.items():
            one = self.noun.by_option[option]
            if one.key.partition(".")[0] not in answer or one.create_only or one in plan.own or isinstance(one.kind, Secret):
                continue
            current = one.read(answer)
            given = one.kind.settle(settled(given)) if plan.refers else given
            wanted = one.kind.aim(current, given, bool(one.append and plan.item.flags.get(one.append)))
            if one.kind.same(current, wanted):
                continue
            if one.own:
                plan.own.append(one)
                plan.before[option], plan.after[option] = current, wanted
            else:
                put(body, answer, one.key, one.kind.write(wanted, self.planner.index(self.noun.name).holds_scalars(one.key)))
        return body

    def _delete(self, plan: Plan) -> None:
        try:
            self.client.send(Request("DELETE", f"{self.noun.path}/{plan.record['id']}"))
        except HttpError as error:
            if not error.absent:  # gone already, for example together with its parent
                raise

    def _create(self, noun: Noun, body: dict[str, Any]) -> Record:
        """Make an item and return the answer, which carries its id. The call that the server knows is remembered."""
        creators = [self._creator[noun.name]] if noun.name in self._creator else noun.creators
        for method, path in creators:
            try:
                answer = self.client.send(Request(method, path, body=body)).data
            except HttpError as error:
                if error.status not in (404, 405) or (method, path) == creators[-1]:
                    raise
                continue
            self._creator[noun.name] = (method, path)
            if isinstance(answer, list) and len(answer) == 1:
                answer = answer[0]
            if not is_record(answer):
                raise AnswerLost(f"{method} {path} answered without the new {noun.label}: run the task again, it looks before it writes.")
            return dict(answer)
        raise AssertionError("unreachable")  # pragma: no cover
