# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Actions that a state sets off. What they would send goes into the outbox."""

from __future__ import annotations

from typing import Any

from . import jobs, lists, outbox, stats, templates
from .deadlines import after
from .operators import number
from .sandbox import Sandbox
from .store import Doc

WAITING = "waiting_triggers"
_UNITS_MS = {"minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
# The texts for each way to send one.
_TEMPLATES = {"e-mail": "email", "sms": "sms", "voiceCall": "sms"}


def entered(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """The entity is in a new state: what waited in the old one is off, what belongs to the new one happens or waits."""
    key = stats.key(collection, doc["id"])
    sandbox.store.delete(WAITING, key)
    now = sandbox.clock.now()
    waiting = [
        {"due": after(now, _milliseconds(trigger.get("duration"))), "trigger": trigger}
        for trigger in lists.effective(sandbox.store, "state-triggers", collection, doc)
        if _is_for(trigger, doc["state_id"])
    ]
    _settle(sandbox, {"key": key, "collection": collection, "entity": doc["id"]}, waiting)


def due(sandbox: Sandbox, record: Doc) -> None:
    """The time of at least one of the triggers that wait has come."""
    _settle(sandbox, record, record["waiting"])


def _settle(sandbox: Sandbox, record: Doc, waiting: list[Doc]) -> None:
    """Fires what is due, and keeps the others and what repeats."""
    doc = sandbox.store.get(record["collection"], record["entity"])
    left = []
    for item in waiting if doc else ():
        if item["due"] is not None and item["due"] <= sandbox.clock.now():
            _fire(sandbox, record["collection"], doc or {}, item["trigger"])
            item = {**item, "due": _next(sandbox, item)}
        if item["due"] is not None:
            left.append(item)
    if left:
        sandbox.store.put(WAITING, record["key"], {**record, "waiting": left, "due": min(item["due"] for item in left)})
    else:
        sandbox.store.delete(WAITING, record["key"])


def _next(sandbox: Sandbox, item: Doc) -> int | None:
    """When the trigger is due again; repetitions that the clock has passed over are left out."""
    period = item["trigger"].get("periodicity")
    unit = _UNITS_MS.get(str(period.get("unit")), 0) if isinstance(period, dict) else 0
    step = int(unit * (number(period.get("value")) or 0)) if unit else 0
    if step <= 0:
        return None
    passed = max(sandbox.clock.latest() - item["due"], 0) // step
    return after(item["due"], step * (passed + 1))


def _milliseconds(value: Any) -> int:
    return max(int(number(value) or 0), 0)


def _is_for(trigger: Any, state_id: Any) -> bool:
    states = trigger.get("states") if isinstance(trigger, dict) else None
    return isinstance(states, list) and str(state_id) in {str(item) for item in states}


def _fire(sandbox: Sandbox, collection: str, doc: Doc, trigger: Doc) -> None:
    """Nothing happens for a muted object."""
    if doc.get("mute_alert"):
        return
    kind, entity_type = str(trigger.get("type")), stats.TYPES[collection]
    payload = trigger["payload"] if isinstance(trigger.get("payload"), dict) else {}
    message = {"entityId": doc["id"], "entityType": entity_type, "entityName": doc.get("name", ""), "stateId": doc["state_id"], **payload}
    if kind == "operation":
        message["job"] = _run(sandbox, entity_type, doc, payload.get("operation"), trigger)
    template = _TEMPLATES.get(kind)
    if template:
        variables = templates.variables_of(sandbox, entity_type, doc)
        message["text"] = templates.rendered(templates.text_of(sandbox, "state", template), variables)
        message["subject"] = templates.rendered(templates.text_of(sandbox, "state", f"{template}-subject"), variables)
    outbox.put(sandbox, kind, {name: value for name, value in message.items() if value not in (None, "")})


def _run(sandbox: Sandbox, entity_type: int, doc: Doc, operation_id: Any, trigger: Doc) -> str | None:
    """The id of the job; None when there is no such operation."""
    for operation in jobs.operations_of(sandbox, doc):
        if operation["id"] == operation_id:
            nobody = {"id": None, "login": ""}
            return jobs.run(sandbox, entity_type, doc, operation, nobody, {}, {"triggerStates": trigger["states"]})
    return None
