# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What data set off: states and incidents by conditions, and what happens when no more data come."""

from __future__ import annotations

from typing import Any

from . import alarms, lists, stat_rules, states, stats
from .evaluate import holds
from .sandbox import Sandbox
from .store import Doc

REACTIONS = "reaction"


def receive(sandbox: Sandbox, collection: str, doc: Doc, given: Doc) -> None:
    """New data of an object or a link: a Stat as it came."""
    rules = lists.own(sandbox.store, "stat-rules", collection, doc["id"])
    if rules:
        current = stats.latest(sandbox, collection, doc["id"])
        payload = stat_rules.applied(rules, given["payload"], current["payload"] if current else {})
        if payload is None:
            return
        given = {**given, "payload": payload}
    if stats.store(sandbox, collection, doc, given):
        _conclude(sandbox, collection, doc)


def _conclude(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Draws the conclusions from the latest data of an entity, now or after the delay of the settings."""
    delay = sandbox.settings.reaction_delay_ms
    record: Doc = {"key": stats.key(collection, doc["id"]), "collection": collection, "entity": doc["id"]}
    if delay:
        sandbox.store.put(REACTIONS, record["key"], {**record, "due": sandbox.clock.now() + delay})
    else:
        react(sandbox, record)


def react(sandbox: Sandbox, record: Doc) -> None:
    """The time to draw conclusions has come."""
    sandbox.store.delete(REACTIONS, record["key"])
    stat, doc = sandbox.store.get("stat", record["key"]), sandbox.store.get(record["collection"], record["entity"])
    if stat is not None and doc is not None and not stat["expired"]:
        _judge(sandbox, record["collection"], doc, stat["payload"])


def _judge(sandbox: Sandbox, collection: str, doc: Doc, payload: Doc) -> None:
    """Data decide on the state first, on the incidents then."""
    state_id, reason = _state_by_conditions(sandbox, collection, doc, payload)
    if state_id is not None:
        _set_own(sandbox, collection, doc, state_id, {**reason, "data": payload})
    _judge_incidents(sandbox, collection, doc, payload)


def _set_own(sandbox: Sandbox, collection: str, doc: Doc, state_id: Any, reason: Doc) -> None:
    """The state that an entity's own data give. An object shows a worse state of a child, if there is one."""
    key = stats.key(collection, doc["id"])
    stat = sandbox.store.get("stat", key) or {}
    if stat.get("own") != state_id:
        sandbox.store.put("stat", key, {**stat, "own": state_id})
    if collection == "object" and sandbox.settings.states_spread:
        state_id, cause = states.worst(sandbox, doc)
        if cause is not None:
            reason = states.because_of(cause)
    if state_id != doc["state_id"] or doc.get("manual_state"):
        states.set_state(sandbox, collection, doc, state_id, reason)


def _state_by_conditions(sandbox: Sandbox, collection: str, doc: Doc, payload: Doc) -> tuple[Any, Doc]:
    """The state, None for the present one, and the reason of it.

    Without any conditions, data make an entity work that was new or had none.
    """
    conditions = lists.effective(sandbox.store, "state-conditions", collection, doc)
    if not conditions:
        own = (sandbox.store.get("stat", stats.key(collection, doc["id"])) or {}).get("own")
        present = doc["state_id"] if own is None else own
        return (states.WORKING if present in (states.CREATED, states.NO_DATA) else None), {}
    code = states.NO_FIT
    for item in conditions:
        try:
            if not holds(item["condition"], payload):
                continue
        except (ValueError, TypeError, KeyError):
            code = states.INVALID
            continue
        branch = {name: item[name] for name in ("state", "condition", "description") if item.get(name) is not None}
        state = item.get("state")
        return None if state is None else _known_state(sandbox, state), {"branch": branch}
    return _default_state(sandbox), {"code": code}


def _known_state(sandbox: Sandbox, wanted: Any) -> Any:
    found = sandbox.store.get("state", wanted)
    return None if found is None else found["id"]


def _default_state(sandbox: Sandbox) -> Any:
    """What an entity is in when no condition fits."""
    return _known_state(sandbox, stats.server_options(sandbox).get("default_state_id")) or states.NO_DATA


def _judge_incidents(sandbox: Sandbox, collection: str, doc: Doc, payload: Doc) -> None:
    """Opens and clears incidents by conditions; where there are conditions, states make none."""
    enabled = states.has_incident_conditions(sandbox, collection, doc)
    present = {incident.get("branchId"): incident for incident in alarms.open_of(sandbox, collection, doc["id"], alarms.BY_CONDITION)}
    conditions = lists.effective(sandbox.store, "incident-conditions", collection, doc) if enabled else []
    for item in conditions:
        _judge_incident(sandbox, collection, doc, payload, item, present.pop(item["id"], None))
    for branch, incident in present.items():
        if branch is not None:  # its condition is gone; others come from the API
            alarms.clear(sandbox, incident)
    for incident in alarms.open_of(sandbox, collection, doc["id"], alarms.BY_STATE) if enabled else ():
        alarms.clear(sandbox, incident)


def _judge_incident(sandbox: Sandbox, collection: str, doc: Doc, payload: Doc, item: Doc, incident: Doc | None) -> None:
    """One condition with the open incident that it has raised, if any."""
    if _fits(item.get("condition"), payload):
        given: Doc = {"state": item.get("state"), "text": item.get("text"), "branchId": item["id"]}
        if incident is None:
            alarms.raise_new(sandbox, collection, doc, alarms.BY_CONDITION, given)
        elif (incident["state"], incident["text"]) != (given["state"], given["text"]):
            alarms.raise_again(sandbox, incident, given)
    elif incident is not None and (not item.get("clearCondition") or _fits(item["clearCondition"], payload)):
        alarms.clear(sandbox, incident)


def _fits(condition: Any, payload: Doc) -> bool:
    try:
        return holds(condition, payload)
    except ValueError:
        return False


def expire(sandbox: Sandbox, stat: Doc) -> None:
    """The time of the latest data is over."""
    sandbox.store.put("stat", stat["key"], {**stat, "due": None, "expired": True})
    doc = sandbox.store.get(stat["collection"], stat["entityId"])
    if doc is not None:
        _set_own(sandbox, stat["collection"], doc, states.NO_DATA, {"code": states.EXPIRED})


def reconsider(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Called when the conditions of an object, a link or a class have changed."""
    if collection in stats.TYPES:
        own = sandbox.store.get("stat", stats.key(collection, doc["id"]))
        found = [own] if own else []
    else:
        found = list(sandbox.store.all("stat").values())
    for stat in found:
        entity = sandbox.store.get(stat["collection"], stat["entityId"])
        if entity is not None and doc["id"] in (entity["id"], entity["class_id"]):
            _conclude(sandbox, stat["collection"], entity)


def begin(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Called for everything that is created; only objects and links live."""
    if collection in stats.TYPES:
        states.record(sandbox, collection, doc, None)


def end(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Called for everything that is deleted."""
    if collection not in stats.TYPES:
        return
    stats.forget(sandbox, collection, doc["id"])
    alarms.forget(sandbox, collection, doc["id"])
    sandbox.store.forget_log(states.LOG, stats.key(collection, doc["id"]))
    if collection == "object":
        states.child_left(sandbox, doc)
