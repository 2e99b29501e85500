# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task tells about its items: the differences, and what became of each."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .engine import Engine
from .plan import Plan
from .planner import Planner
from .resource import Resource

_WORDS = {"create": "created", "update": "updated", "delete": "deleted", "none": "unchanged"}
_QUOTED = 3  # so many errors of a list are quoted in its message, which is cut when it is too long to read


def diffs_of(planner: Planner, plans: list[Plan]) -> list[dict[str, Any]]:
    """Before and after of what differs, and of nothing else; made before anything is sent, so check mode shows the
    same."""
    shown = []
    for plan in plans:
        if plan.action == "none":
            continue
        sides = []
        for values in (plan.before, plan.after):
            side = {}
            for option, value in sorted(values.items()):
                field = planner.resource.by_option.get(option)
                side[option] = field.type.show(value, planner) if field and value is not None else value
            sides.append(side)
        if plan.action == "create":
            sides = [{"state": "absent"}, {**sides[1], "state": "present"}]
        header = f"{planner.resource.label} {plan.title}"
        shown.append({"before_header": header, "after_header": header, "before": sides[0], "after": sides[1]})
    return shown


def report_one(plan: Plan, engine: Engine) -> dict[str, Any]:
    """What became of the only item; raises its error."""
    resource = engine.resource
    if plan.error:
        plan.error.details["changed"] = plan.touched or engine.touched
        raise plan.error
    record = {} if plan.item.state == "absent" else plan.record
    return {resource.name: record, "action": _WORDS[plan.action], "recovered": plan.recovered or engine.recovered > 0}


def report_list(plans: list[Plan], engine: Engine, *, every: bool) -> dict[str, Any]:
    """What became of a list. Items without a change have an outcome only if `every` one is wanted; core takes long over
    many."""
    resource = engine.resource
    counts = Counter(_word(plan) for plan in plans)
    outcomes = [_outcome(resource, plan) for plan in plans if every or _word(plan) != _WORDS["none"]]
    summary = {word: counts[word] for word in (*_WORDS.values(), "failed", "skipped")}
    summary["recovered"] = engine.recovered + sum(plan.recovered for plan in plans)
    result: dict[str, Any] = {"outcomes": outcomes, "summary": summary}
    bad = [plan for plan in plans if plan.error and not plan.skipped]
    if bad:
        said = "; ".join(f"{plan.item.where}{plan.error}" for plan in bad[:_QUOTED])
        more = f" (and {len(bad) - _QUOTED} more, see outcomes)" if len(bad) > _QUOTED else ""
        left = f" {summary['skipped']} were not tried." if summary["skipped"] else ""
        result.update(failed=True, msg=f"{len(bad)} of {len(plans)} {resource.plural} failed: {said}{more}{left}")
    return result


def _word(plan: Plan) -> str:
    if plan.error:
        return "skipped" if plan.skipped else "failed"
    return _WORDS[plan.action]


def _outcome(resource: Resource, plan: Plan) -> dict[str, Any]:
    identifier = plan.record.get("id")
    outcome: dict[str, Any] = {
        resource.title: plan.title,
        "id": identifier if isinstance(identifier, (str, int)) else None,
    }
    outcome["action"] = _word(plan)
    if plan.error:
        return {**outcome, "changed": plan.touched, "msg": str(plan.error)}
    return {**outcome, "changed": plan.action != "none"}
