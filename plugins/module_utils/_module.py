# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module of a resource is made of: its options and its run, both from the resource's table."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.append import append_all
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item
from ansible_collections.saymon.platform.plugins.module_utils._state.engine import Engine
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.planner import Planner
from ansible_collections.saymon.platform.plugins.module_utils._state.report import diffs_of, report_list, report_one
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from ._arguments import Spec
from ._listing import Placed, placed
from ._run import Run, TaskContext

_OUTCOMES = {"outcomes": {"type": "str", "choices": ["changed", "all"], "default": "changed"}}
Find = Callable[[], "tuple[Resource, list[Item]]"]


def spec_of(resource: Resource) -> Spec:
    """The options of a resource's module: those of one item, or a list of items under the plural."""
    item: dict[str, dict[str, Any]] = {"id": {"type": "str"}} if resource.states and not resource.singleton else {}
    item.update({option: dict(field_type.argument) for option, field_type in resource.types.items()})
    if resource.states and "state" not in item:
        item["state"] = {"type": "str", "choices": list(resource.states), "default": "present"}
    item.update({name: dict(argument) for name, argument in resource.flags.items()})
    many = {
        name: {key: value for key, value in argument.items() if key != "default"} for name, argument in item.items()
    }
    outcomes = _OUTCOMES if resource.states else {}  # what is only added is a change at all times
    options = (
        dict(item)
        if resource.singleton
        else {
            **item,
            resource.plural: {"type": "list", "elements": "dict", "options": many},
            "src": {"type": "list", "elements": "path"},
            **outcomes,
            "parallel": {"type": "int", "default": 1},
        }
    )
    for name, argument in (*options.items(), *many.items()):
        if any(word in name for word in ("pass", "token", "key")):
            argument.setdefault("no_log", False)  # core guesses from the name that it is a secret
    uploads = {field.option: field.type.uploads for field in resource.fields if field.type.uploads}
    return Spec(options, bulk=None if resource.singleton else resource.plural, uploads=uploads)


def ensure(resource: Resource) -> Run:
    """The run of a resource's module: one item from the options of the task, or many from the list; the list in one
    go."""

    def run(context: TaskContext) -> dict[str, Any]:
        context.parallel()  # a bad one is refused before anything is read
        find = cache(lambda: (resource, _items(resource, context)))  # a file is read once
        return ensure_items(find, context)

    return run


def ensure_items(find: Find, context: TaskContext, *, listed: bool = False) -> dict[str, Any]:
    """Bring the items that `find` returns to their state; what the task returns. They are found once more when another
    task of this run wrote meanwhile. `listed` tells that the task is about a list of items, however many they are."""
    with _collector_stopped() as resume_collector:
        return _run(find, context, resume_collector, listed)


def append(resource: Resource) -> Run:
    """The run of a module that adds items, one from the options of the task or many from a list, without comparing."""

    return lambda context: append_items(resource, _items(resource, context), context)


def append_items(resource: Resource, items: list[Item], context: TaskContext) -> dict[str, Any]:
    """Add these items; what the task returns."""
    planner = planner_of(resource, context)
    result = append_all(planner, items)
    context.warnings += planner.warnings
    return result


def planner_of(resource: Resource, context: TaskContext, *, cached: bool = True) -> Planner:
    """The planner of a task for the items of a resource."""
    return Planner(
        context.client,
        resource,
        RESOURCES,
        context.credentials,
        check=context.check,
        cached=cached,
        parallel=context.parallel(),
    )


def _run(find: Find, context: TaskContext, resume_collector: Callable[[], None], listed: bool) -> dict[str, Any]:
    seen = context.client.lists.writes()
    resource, items = find()
    planner = planner_of(resource, context)
    plans = planner.plan_all(items)
    if all(plan.action == "none" for plan in plans):
        return applied(planner, plans, context, listed=listed)
    resume_collector()  # requests leave garbage behind
    with nullcontext() if context.check else context.sessions.exclusive(_written(resource, items)):
        if not context.check and context.client.lists.writes() != seen:
            # A task of this run wrote meanwhile, perhaps just that on which the plans rest.
            resource, items = find()
            planner = planner_of(resource, context, cached=False)
            plans = planner.plan_all(items)
        return applied(planner, plans, context, listed=listed)


def _written(resource: Resource, items: list[Item]) -> set[str]:
    """The resources whose records the items may change."""
    fields = [(item, resource.by_option[option]) for item in items for option in item.desired]
    made = {
        name for item, field in fields if field.create and item.flags.get(field.create) for name in field.type.resources
    }
    return {resource.name, *made, *(touched for _item, field in fields for touched in field.touches)}


def applied(planner: Planner, plans: list[Plan], context: TaskContext, *, listed: bool = False) -> dict[str, Any]:
    """Carry out the plans (in check mode predict them), and say what became of them. Raises the error of a single
    item."""
    resource = planner.resource
    changing = [plan for plan in plans if plan.action != "none"]
    diffs = diffs_of(planner, changing)
    context.warnings += planner.warnings
    engine = Engine(planner, context.warnings, context.say, planner.parallel)
    engine.run_all(plans)
    changed = engine.touched or any(context.check or plan.touched for plan in changing)
    shown = [diff for diff, plan in zip(diffs, changing) if plan.error is None]  # what was done
    result = {"changed": changed, "diff": shown, **resource.after(planner, plans)}
    if not listed and [plan.item.place for plan in plans] == [None]:
        return {**result, **report_one(plans[0], engine)}
    return {**result, **report_list(plans, engine, every=context.args.get("outcomes") == "all")}


@contextmanager
def _collector_stopped() -> Iterator[Callable[[], None]]:
    """Planning makes many records and no garbage; the collector would look through them over and over, for a third of
    the time.

    Yields the function that ends this early.
    """
    resume = gc.enable if gc.isenabled() else lambda: None
    gc.disable()
    try:
        yield resume
    finally:
        resume()


def _items(resource: Resource, context: TaskContext) -> list[Item]:
    args = context.args
    common = {name: args.get(name) for name in ("state", *resource.flags)}
    single = {
        option: args[option] for option in ("id", *resource.types) if option != "state" and args.get(option) is not None
    }
    listed, source = args.get(resource.plural), resource.plural if args.get("src") is None else "src"
    if source == "src" and not isinstance(listed, Placed):
        raise BadInput(
            "src can be read only where Ansible itself runs: call the module "
            f"through its action, or give {resource.plural}."
        )
    if listed is None:
        items = [parse_item(resource, single, None, common)]
    elif single:
        own = ", ".join(single)
        raise BadInput(
            f"{source} and {own} are given together, in the task or in module_defaults: "
            f"move {own} into the list, or leave {source} out."
        )
    else:
        items = [parse_item(resource, raw, place, common) for place, raw in placed(listed)]
    for field in (field for field in resource.fields if field.type.holds_secrets):
        for value in (item.desired[field.option] for item in items if field.option in item.desired):
            context.secrets.add(*field.type.secrets(value))
    return items
