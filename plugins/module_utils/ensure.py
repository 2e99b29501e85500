# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module of a noun is made of: its options and its run, both from the noun's table."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from .arguments import Spec
from .engine import Engine
from .errors import BadInput
from .fields import Secret
from .items import parse_item
from .listing import Placed, placed
from .noun import Noun
from .nouns.catalog import CLASS, STATE, TAG
from .nouns.object import OBJECT
from .nouns.password_policy import PASSWORD_POLICY
from .nouns.user import USER
from .nouns.user_group import USER_GROUP
from .plan import Item, Plan
from .planner import Planner
from .run import Call, Run

NOUNS: Mapping[str, Noun] = {noun.name: noun for noun in (CLASS, OBJECT, PASSWORD_POLICY, STATE, TAG, USER, USER_GROUP)}
_MOST_PARALLEL = 32


def spec_of(noun: Noun) -> Spec:
    """The options of a noun's module: those of one item, or a list of items under the plural."""
    item: dict[str, dict[str, Any]] = {"id": {"type": "str"}}
    item.update({one.option: dict(one.kind.argument) for one in noun.fields})
    item["state"] = {"type": "str", "choices": list(noun.states), "default": "present"}
    item.update({name: dict(argument) for name, argument in noun.flags.items()})
    many = {name: {key: value for key, value in argument.items() if key != "default"} for name, argument in item.items()}
    options = {
        **item,
        noun.plural: {"type": "list", "elements": "dict", "options": many},
        "src": {"type": "list", "elements": "path"},
        "outcomes": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
        "parallel": {"type": "int", "default": 1},
    }
    for name, argument in (*options.items(), *many.items()):
        if "pass" in name or "token" in name:
            argument.setdefault("no_log", False)  # core guesses from the name that it is a secret
    return Spec(options, bulk=noun.plural)


def ensure(noun: Noun) -> Run:
    """The run of a noun's module: one item from the options of the task, or many from the list; the list in one go."""

    def run(call: Call) -> dict[str, Any]:
        if not 1 <= call.args["parallel"] <= _MOST_PARALLEL:
            raise BadInput(f"parallel is {call.args['parallel']}: give a number from 1 to {_MOST_PARALLEL}.")
        with _collector_stopped() as resume_collector:
            return _run(noun, call, resume_collector)

    return run


def _run(noun: Noun, call: Call, resume_collector: Callable[[], None]) -> dict[str, Any]:
    items = _items(noun, call)
    seen = call.client.lists.writes()
    planner = Planner(call.client, noun, NOUNS, call.credentials, check=call.check, cached=True)
    plans = planner.plan_all(items)
    if all(plan.action == "none" for plan in plans):
        return _applied(planner, plans, call)
    resume_collector()  # requests leave garbage behind
    with nullcontext() if call.check else call.book.exclusive(_written(noun, items)):
        if not call.check and call.client.lists.writes() != seen:
            # A task of this run wrote meanwhile, perhaps just that on which the plans rest.
            planner = Planner(call.client, noun, NOUNS, call.credentials)
            plans = planner.plan_all(items)
        return _applied(planner, plans, call)


def _written(noun: Noun, items: list[Item]) -> set[str]:
    """The nouns whose records the items may change."""
    fields = [(item, noun.by_option[option]) for item in items for option in item.given]
    made = {one.kind.noun for item, one in fields if one.create and item.flags.get(one.create)}
    return {noun.name, *made, *(touched for _item, one in fields for touched in one.touches)}


def _applied(planner: Planner, plans: list[Plan], call: Call) -> dict[str, Any]:
    """Carry out the plans (in check mode foresee them), and say what became of them."""
    noun = planner.noun
    changing = [plan for plan in plans if plan.action != "none"]
    diffs = _diff(planner, changing)
    call.warnings += planner.warnings
    engine = Engine(planner, call.warnings, call.say, call.args["parallel"])
    engine.apply_all(plans)
    changed = engine.touched or any(call.check or plan.touched for plan in changing)
    shown = [diff for diff, plan in zip(diffs, changing) if plan.error is None]  # what was done
    result = {"changed": changed, "diff": shown, **noun.after(planner, plans)}
    single = call.args[noun.plural] is None
    return {**result, **(_one(noun, plans[0], engine) if single else _many(noun, plans, engine, call.args["outcomes"] == "all"))}


@contextmanager
def _collector_stopped() -> Iterator[Callable[[], None]]:
    """Planning makes many records and no garbage; the collector would look through them over and over, for a third of the time.

    Yields the function that ends this early.
    """
    resume = gc.enable if gc.isenabled() else lambda: None
    gc.disable()
    try:
        yield resume
    finally:
        resume()


def _items(noun: Noun, call: Call) -> list[Item]:
    args = call.args
    common = {name: args[name] for name in ("state", *noun.flags)}
    own = {option: args[option] for option in ("id", *noun.by_option) if args[option] is not None}
    listed, source = args[noun.plural], noun.plural if args["src"] is None else "src"
    if source == "src" and not isinstance(listed, Placed):
        raise BadInput(f"src can be read only where Ansible itself runs: call the module through its action, or give {noun.plural}.")
    if listed is None:
        items = [parse_item(noun, own, None, common)]
    elif own:
        raise BadInput(f"{source} and {', '.join(own)} are given together: put everything into the list, or leave {source} out.")
    else:
        items = [parse_item(noun, raw, place, common) for place, raw in placed(listed)]
    for secret in (one.option for one in noun.fields if isinstance(one.kind, Secret)):
        call.secrets.add(*(item.given.get(secret) for item in items))
    return items


def _diff(planner: Planner, plans: list[Plan]) -> list[dict[str, Any]]:
    """Before and after of what differs, and of nothing else; made before anything is sent, so check mode shows the same."""
    shown = []
    for plan in plans:
        if plan.action == "none":
            continue
        sides = []
        for values in (plan.before, plan.after):
            side = {}
            for option, value in sorted(values.items()):
                field = planner.noun.by_option.get(option)
                side[option] = field.kind.show(value, planner) if field and value is not None else value
            sides.append(side)
        if plan.action == "create":
            sides = [{"state": "absent"}, {**sides[1], "state": "present"}]
        header = f"{planner.noun.label} {plan.title}"
        shown.append({"before_header": header, "after_header": header, "before": sides[0], "after": sides[1]})
    return shown


_WORDS = {"create": "created", "update": "updated", "delete": "deleted", "none": "unchanged"}


def _one(noun: Noun, plan: Plan, engine: Engine) -> dict[str, Any]:
    if plan.error:
        plan.error.details["changed"] = plan.touched or engine.touched
        raise plan.error
    record = {} if plan.item.state == "absent" else plan.record
    return {noun.name: record, "action": _WORDS[plan.action], "recovered": plan.recovered or engine.recovered > 0}


def _many(noun: Noun, plans: list[Plan], engine: Engine, every: bool) -> dict[str, Any]:
    """What became of a list. Items without a change have an outcome only if `every` one is wanted; core takes long over many."""
    counts = Counter(_word(plan) for plan in plans)
    outcomes = [_outcome(noun, plan) for plan in plans if every or _word(plan) != _WORDS["none"]]
    summary = {word: counts[word] for word in (*_WORDS.values(), "failed", "skipped")}
    summary["recovered"] = engine.recovered + sum(plan.recovered for plan in plans)
    result: dict[str, Any] = {"outcomes": outcomes, "summary": summary}
    bad = [plan for plan in plans if plan.error and not plan.skipped]
    if bad:
        said = "; ".join(f"{plan.item.where}{plan.error}" for plan in bad[:5])
        more = f" (and {len(bad) - 5} more, see outcomes)" if len(bad) > 5 else ""
        left = f" {summary['skipped']} were not tried." if summary["skipped"] else ""
        result.update(failed=True, msg=f"{len(bad)} of {len(plans)} {noun.plural} failed: {said}{more}{left}")
    return result


def _word(plan: Plan) -> str:
    if plan.error:
        return "skipped" if plan.skipped else "failed"
    return _WORDS[plan.action]


def _outcome(noun: Noun, plan: Plan) -> dict[str, Any]:
    identifier = plan.record.get("id")
    outcome: dict[str, Any] = {noun.title: plan.title, "id": identifier if isinstance(identifier, (str, int)) else None}
    outcome["action"] = _word(plan)
    if plan.error:
        return {**outcome, "changed": plan.touched, "msg": str(plan.error)}
    return {**outcome, "changed": plan.action != "none"}
