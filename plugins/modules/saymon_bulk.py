#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change many objects at once."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_bulk
short_description: Find objects of a SAYMON server and change all of them with a few requests
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Finds objects, looks which of them are not as O(set) wants them, and has the server change these in the background,
    in one call for all that need the same. Objects that are right already are left out, so a second run of the task
    sends no write.
  - The server tells when such a change has ended, and not whether it went well. So the module looks at the objects
    again, and an object that still differs is an error.
  - For a list of objects that each have values of their own, use M(saymon.platform.saymon_object).
  - Needs the permissions C(run-bulks) and C(manage-objects), and access to the objects.
options:
  filter:
    description: Change the objects that match all of these. The filters are those of
      M(saymon.platform.saymon_object_info).
    type: dict
    suboptions:
      id:
        description: Only the object with this id.
        type: str
      discovery_id:
        description: Only the object with this key in another system.
        type: str
      path:
        description: Only the object at this path, such as V(/ROOT/Plant North/Rack 1).
        type: str
      name:
        description: Only objects with this name.
        type: str
      name_regex:
        description: Only objects whose name contains a match of this regular expression.
        type: str
      class:
        description: Only objects of this class, a name or an id.
        type: str
      object_state:
        description: Only objects in this state, a name (such as V(Alarm)) or an id.
        type: str
        aliases: [state]
      tag:
        description: Only objects with this tag, a name or an id.
        type: str
      property:
        description: Only objects with this property.
        type: dict
        suboptions:
          name:
            description: Name of the property.
            type: str
            required: true
          value:
            description: Value of the property. Without it, any value matches.
            type: raw
      parent:
        description: Only objects below this one, a path, a name or an id.
        type: str
      deep:
        description: Whether to include objects at any depth below O(filter.parent), and not only its direct children.
        type: bool
        default: false
  search:
    description:
      - Change the objects that the server finds by these criteria, in the server's own form and with ids in place of
        names, such as V({"weight":{"$gt":1}}).
    type: dict
  all_objects:
    description: Change all objects that the account may see, the root object included. Without it, a search that is
      empty is refused.
    type: bool
    default: false
  set:
    description:
      - What all of these objects shall have. The keys and their values are those of M(saymon.platform.saymon_object),
        as far as objects can have them in common. These are V(parents), V(tags), V(geoposition), V(geoposition_radius),
        V(weight), V(background), V(client_data), V(properties), V(state_conditions), V(state_triggers) and
        V(incident_conditions).
      - V(append_parents), V(append_tags), V(append_state_conditions), V(append_state_triggers) and
        V(append_incident_conditions) add to what an object has, in place of making the list exact.
      - Properties that are not named stay, because a bulk change cannot remove any.
    type: dict
    required: true
  max_objects:
    description: How many objects may match. With more, the task fails before it changes anything, so a filter that
      matches more than expected does no harm.
    type: int
    default: 1000
  wait_timeout:
    description: How long to wait for the end of each change in the background, in seconds. After that, objects that are
      not as wanted are errors, while the server goes on.
    type: float
    default: 300
  outcomes:
    description: Whether to list only the objects that are changed, or V(all) that match.
    type: str
    choices: [changed, all]
    default: changed
  parallel:
    description: How many objects may have their conditions and triggers read at the same time, from V(1) to V(32).
    type: int
    default: 1
attributes:
  check_mode:
    support: full
    details:
      - Finds and compares the objects, and asks the server whether the account may search.
  diff_mode:
    support: full
    details:
      - Shows only the fields that differ, for each object.
      - In a registered result, the two sides of C(diff) are texts. Read them with the filter C(from_json).
  idempotent:
    support: full
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_object
  - module: saymon.platform.saymon_object_info
"""

EXAMPLES = r"""
- name: Everything below a site gets a property
  saymon.platform.saymon_bulk:
    filter:
      parent: /ROOT/North site
      deep: true
    set:
      properties:
        - {name: Owner, value: Platform team}

- name: Hosts weigh more and have one tag more
  saymon.platform.saymon_bulk:
    filter: {class: Host}
    set:
      weight: 2
      tags: [production]
      append_tags: true

- name: Objects that the server finds by criteria of its own
  saymon.platform.saymon_bulk:
    search:
      name: {$regex: "^north-web-", $options: i}
    set:
      geoposition: [37.62, 55.75]
    max_objects: 20
"""

RETURN = r"""
matched:
  description: How many objects were found.
  returned: success or failure of some
  type: int
  sample: 12
outcomes:
  description:
    - What became of each item that was changed or failed, or with O(outcomes=all) of every item, in the order of the
      list.
    - C(action) can also be C(failed) and C(skipped), then with C(msg).
  returned: success or failure of some
  type: list
  elements: dict
  contains:
    name:
      description: Name of the object.
      type: str
      sample: db01
    id:
      description: Id of the object.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    action:
      description: What was done, or would be done in check mode, C(updated) or C(unchanged).
      type: str
      sample: updated
    changed:
      description: Whether the object was changed, or may have been when that failed.
      type: bool
      sample: true
    msg:
      description: Why it failed. Missing for all others.
      type: str
      sample: "The server says that the change has ended, but weight still differs: look at the server's log."
  sample:
    - {name: db01, id: 64b1f0c2a9d3e45f6a7b8e01, action: updated, changed: true}
summary:
  description: Number of items with each outcome, and of items whose state was read again after a lost answer.
  returned: success or failure of some
  type: dict
  sample: {created: 0, updated: 12, deleted: 0, unchanged: 3, failed: 0, skipped: 0, recovered: 0}
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._acts import bulk_finished, seconds_of, wait_for
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    HttpError,
    SaymonError,
    Unreachable,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._filters import Filters
from ansible_collections.saymon.platform.plugins.module_utils._module import planner_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.bulk import (
    criteria_of,
    grouped,
    keys_of,
    wanted_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import (
    FILTER_OPTIONS,
    FILTERS,
    READ_ONLY,
    read_objects,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import InDoubt
from ansible_collections.saymon.platform.plugins.module_utils._state.engine import Engine
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan, age_of
from ansible_collections.saymon.platform.plugins.module_utils._state.planner import Planner
from ansible_collections.saymon.platform.plugins.module_utils._state.report import diffs_of, report_list

_FINDING = Filters(replace(OBJECT, fields=(*OBJECT.fields, *READ_ONLY)), FILTERS)
_FILTER_OPTIONS = {**_FINDING.filter_options, **{name: dict(one) for name, one in FILTER_OPTIONS.items()}}
_ATTEMPTS = 3

SPEC = Spec(
    options={
        "filter": {"type": "dict", "options": _FILTER_OPTIONS},
        "search": {"type": "dict"},
        "all_objects": {"type": "bool", "default": False},
        "set": {"type": "dict", "required": True},
        "max_objects": {"type": "int", "default": 1000},
        "wait_timeout": {"type": "float", "default": 300},
        "outcomes": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
        "parallel": {"type": "int", "default": 1},
    },
)


def run(context: TaskContext) -> dict[str, Any]:
    seconds = seconds_of(context, "wait_timeout")
    context.parallel()  # a bad one is refused before anything is read
    wanted = wanted_of(context.args["set"])
    _check(context.args)
    with nullcontext() if context.check else context.sessions.exclusive({"object"}):
        planner, plans = _plan(context, wanted)
        changing = [plan for plan in plans if plan.action != "none"]
        diff = diffs_of(planner, changing)
        context.warnings += planner.warnings
        if changing:
            _check_search(context, changing)
            if not context.check:
                _carry_out(context, changing, seconds)
    outcomes = report_list(plans, Engine(planner, [], context.say), every=context.args["outcomes"] == "all")
    return {
        "changed": any(context.check or plan.touched for plan in changing),
        "matched": len(plans),
        "diff": [one for one, plan in zip(diff, changing) if plan.error is None],
        **outcomes,
    }


# --- which objects, and what they need ------------------------------------------------------------


def _check(args: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is sent."""
    given = [option for option in ("filter", "search", "all_objects") if args[option] not in (None, False)]
    if len(given) > 1:
        raise BadInput(f"{' and '.join(given)} are given together: leave all but one of them out.")
    filters = [name for name in _FINDING.filter_options if (args["filter"] or {}).get(name) is not None]
    if not (filters or args["search"] or args["all_objects"]):
        raise BadInput(
            "Nothing says which objects are meant, and that would be all: give a filter or a search, "
            "or all_objects: true if you mean all."
        )
    if args["filter"]:
        _FINDING.check_filters(args["filter"], _FILTER_OPTIONS, "filter: ")
    if args["max_objects"] < 1:
        raise BadInput(f"max_objects is {args['max_objects']}: give a number, 1 or more.")


def _found(context: TaskContext, keys: set[str]) -> list[Record]:
    """The records of the objects that are meant, with at least these keys, the oldest first."""
    args = context.args
    if args["search"]:
        found = _searched(context, args["search"], client_data=True)
    else:
        filters = args["filter"] or dict.fromkeys(_FILTER_OPTIONS)
        search = _FINDING.search_for(context, filters, keys | _FINDING.keys_for(filters))
        found = _FINDING.matching(search, read_objects(search))
        context.warnings += search.finder.warnings
    if len(found) > args["max_objects"]:
        raise BadInput(
            f"{len(found)} objects match, and max_objects is {args['max_objects']}: narrow the search, or raise "
            "max_objects if you mean all of them."
        )
    return sorted(found, key=lambda record: age_of(record["id"]))


def _plan(context: TaskContext, wanted: Item) -> tuple[Planner, list[Plan]]:
    """What each of the objects needs."""
    planner = planner_of(OBJECT, context, cached=False)
    planner.resolve_all([wanted])  # an unknown name is one error, and not one for each object
    records = _found(context, keys_of(wanted))
    planner.know(records, whole=context.args["all_objects"])
    items = [replace(wanted, id=str(record["id"]), place=f"object {record.get('name')}") for record in records]
    return planner, planner.plan_all(items)


def _searched(context: TaskContext, criteria: dict[str, Any], *, client_data: bool) -> list[Record]:
    """The objects that the server finds."""
    body = {"search": criteria, "options": {"includeClientData": client_data}}
    try:
        return context.client.records(Request("POST", "/objects/search", body=body))
    except HttpError as error:
        _refuse_without_permission(error, changed=False)
        raise


def _check_search(context: TaskContext, plans: Sequence[Plan]) -> None:
    """Refuse to write where the server does not keep to the ids by which the change names its objects: it would change
    others too."""
    meant = {str(plan.record["id"]) for plan in plans}
    found = _searched(context, criteria_of(plans), client_data=False)
    others = sorted({str(record["id"]) for record in found} - meant)
    if others:
        raise SaymonError(
            f"This server does not search by id as it should (it also finds {others[0]}), so a change of many objects "
            "at once would hit others: use saymon_object with a list."
        )


def _refuse_without_permission(error: HttpError, *, changed: bool) -> None:
    if error.status == 403:
        raise SaymonError(
            "The account may not change many objects at once, which needs the permissions run-bulks and "
            f"manage-objects ({error.details['method']} {error.details['path']} answered 403): give it both, or use "
            "saymon_object with a list.",
            **error.details,
            changed=changed,
        ) from error


# --- the change -----------------------------------------------------------------------------------


def _carry_out(context: TaskContext, plans: Sequence[Plan], seconds: float) -> None:
    """Have the server make the changes, and look what became of them. After a lost answer, what still differs is sent
    again. What fails stays with its plans."""
    waiting = plans
    for _attempt in range(_ATTEMPTS):
        sent = _send(context, waiting, seconds)
        lost = [plan for plan in sent if isinstance(plan.error, AnswerLost)]
        _look_again(context, sent, context.connection.timeout if lost else 0)
        waiting = [plan for plan in lost if plan.error]
        if not waiting:
            return
    for plan in waiting:
        plan.touched = True
        plan.error = InDoubt(plan.error if isinstance(plan.error, AnswerLost) else None)


def _send(context: TaskContext, plans: Sequence[Plan], seconds: float) -> list[Plan]:
    """Send one change for all plans that need the same, one after the other, and wait for the end of each. Returns the
    plans that may have been carried out, with the error of those whose end is not known."""
    sent: list[Plan] = []
    broken: Unreachable | None = None
    for operations, group in grouped(plans):
        error: SaymonError | None = broken
        for plan in group:
            plan.skipped = broken is not None
        try:
            if broken is None:
                body = {"search": criteria_of(group), "bulk": operations}
                answer = context.client.send(Request("POST", "/bulk/objects", body=body)).data
                sent += group
                bulk_finished(context, answer, seconds)
        except HttpError as refusal:
            _refuse_without_permission(refusal, changed=bool(sent))
            error = refusal
        except Unreachable as gone:
            error = broken = gone
        except AnswerLost as loss:
            sent += group
            error = loss
        except SaymonError as unknown:
            error = unknown
        for plan in group:
            plan.error = error
    return sent


def _look_again(context: TaskContext, plans: Sequence[Plan], patience: float) -> None:
    """See which of the plans have been carried out, waiting for them up to `patience` seconds; the others get an
    error."""
    if not plans:
        return

    def settled() -> bool | None:
        try:
            now = planner_of(OBJECT, context, cached=False).plan_all([plan.item for plan in plans])
        except SaymonError as error:
            raise SaymonError(
                f"The change was sent, and what became of it could not be seen: {error}", changed=True
            ) from error
        for plan, rest in zip(plans, now):
            plan.rest = rest
        return None if any(rest.action != "none" for rest in now) else True

    wait_for(settled, patience)
    for plan in plans:
        _judge(plan)


def _judge(plan: Plan) -> None:
    """Say what became of one plan, by what is left to do."""
    rest = plan.rest or plan
    plan.touched = plan.touched or rest.after != plan.after
    if rest.action == "none":
        plan.recovered = plan.recovered or isinstance(plan.error, AnswerLost)
        plan.error = None
    elif plan.error is not None:
        plan.touched = plan.touched or bool(plan.error.details.get("changed"))  # and goes on, perhaps
    else:
        fields = sorted(rest.after)
        plan.error = SaymonError(
            f"The server says that the change has ended, but {' and '.join(fields)} still "
            f"{'differs' if len(fields) == 1 else 'differ'}: look at the server's log."
        )


if __name__ == "__main__":
    main(SPEC, run)
