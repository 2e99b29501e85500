# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an entity changes its state, and what follows from that: history, parents, incidents, triggers."""

from __future__ import annotations

from typing import Any

from . import alarms, ids, lists, stats, triggers
from .sandbox import Sandbox
from .store import Doc

LOG = "state"
CREATED, WORKING, NO_DATA = 1, 3, 7
# Reason codes.
NO_FIT, NO_CHILDREN, CHILD, EXTERNAL, MANUAL, EXPIRED, INVALID = 3, 5, 10, 12, 13, 15, 17
# The incident level of a state.
_SEVERITY = {4: 2, 5: 1, NO_DATA: 4, 8: 4}


def record(sandbox: Sandbox, collection: str, doc: Doc, reason: Doc | None) -> None:
    """Adds the state of an entity to its history; a new entity has no reason for its state."""
    entry: Doc = {"id": ids.new_id(), "stateId": doc["state_id"], "timestamp": doc["last_state_update"]}
    entry |= {"entityId": doc["id"], "entityType": stats.TYPES[collection]}
    if reason is not None:
        entry["reason"] = reason
    sandbox.store.append(LOG, stats.key(collection, doc["id"]), entry["timestamp"], entry)


def set_state(sandbox: Sandbox, collection: str, doc: Doc, state_id: Any, reason: Doc) -> Doc:
    """A state from outside or from data. Under a manual state it waits, unless it is one of those that end the manual state."""
    held = sandbox.store.get("manual", f"{collection}:{doc['id']}")
    if held is not None and held["active"]:
        if state_id not in held["cleared_by"]:
            sandbox.store.put("manual", f"{collection}:{doc['id']}", {**held, "former": state_id})
            return doc
        sandbox.store.delete("manual", f"{collection}:{doc['id']}")
        doc = {**doc, "manual_state": None}
    return enter(sandbox, collection, doc, state_id, reason)


def enter(sandbox: Sandbox, collection: str, doc: Doc, state_id: Any, reason: Doc) -> Doc:
    """Stores the entity with this state, whatever manual state it may have, and does what a new state brings about."""
    changed = state_id != doc["state_id"]
    if changed:
        doc = {**doc, "state_id": state_id, "last_state_update": sandbox.clock.now()}
    sandbox.store.put(collection, doc["id"], doc)
    if changed:
        record(sandbox, collection, doc, reason)
        _raise_or_clear(sandbox, collection, doc, reason)
        triggers.entered(sandbox, collection, doc)
        if collection == "object":
            _spread(sandbox, doc, reason)
    return doc


def has_incident_conditions(sandbox: Sandbox, collection: str, doc: Doc) -> bool:
    """Whether conditions make the incidents of the entity, and its states therefore make none."""
    enabled = sandbox.settings.conditional_incidents_enabled
    return enabled and bool(lists.effective(sandbox.store, "incident-conditions", collection, doc))


def _raise_or_clear(sandbox: Sandbox, collection: str, doc: Doc, reason: Doc) -> None:
    """An entity has at most one open incident by state."""
    if has_incident_conditions(sandbox, collection, doc):
        return
    level = _SEVERITY.get(doc["state_id"])
    present = alarms.open_of(sandbox, collection, doc["id"], alarms.BY_STATE)
    if level is None:
        for incident in present:
            alarms.clear(sandbox, incident)
        return
    given: Doc = {"state": level, "reason": reason, "text": (reason.get("branch") or {}).get("description") or None}
    if present:
        alarms.raise_again(sandbox, present[0], given)
    else:
        alarms.raise_new(sandbox, collection, doc, alarms.BY_STATE, given)


def _priority(sandbox: Sandbox, state_id: Any) -> int:
    return int((sandbox.store.get("state", state_id) or {}).get("priority") or 0)


def worst(sandbox: Sandbox, doc: Doc) -> tuple[Any, Doc | None]:
    """The state with the highest priority among those of the children and the one that an object's own data gave.

    With the child it comes from; None without one, and None twice for an object that has neither children nor data.
    """
    own = (sandbox.store.get("stat", stats.key("object", doc["id"])) or {}).get("own")
    found, cause = own, None
    for key in sandbox.tree.children.get(str(doc["id"]), ()):
        child = sandbox.store.get("object", key)
        if child and (found is None or _priority(sandbox, child["state_id"]) > _priority(sandbox, found)):
            found, cause = child["state_id"], child
    return found, cause


def _spread(sandbox: Sandbox, child: Doc, reason: Doc) -> None:
    """The parents follow, as far up as that changes a state."""
    if not sandbox.settings.states_spread:
        return
    for parent_id in child["parent_id"]:
        parent = sandbox.store.get("object", parent_id)
        if parent is None:
            continue
        state_id, cause = worst(sandbox, parent)
        known = cause is not None and cause["id"] == child["id"] and "rootCause" in reason
        set_state(sandbox, "object", parent, state_id, reason if known else because_of(cause or child))


def because_of(child: Doc) -> Doc:
    """The reason of a state that comes from this child."""
    return {"code": CHILD, "rootCause": {"entityId": child["id"], "entityType": 1, "entityName": child["name"]}}


def child_left(sandbox: Sandbox, child: Doc) -> None:
    """Called when an object is deleted: parents that had taken over a state look again."""
    for parent_id in child["parent_id"] if sandbox.settings.states_spread else ():
        parent = sandbox.store.get("object", parent_id)
        latest = sandbox.store.latest(LOG, stats.key("object", parent_id)) if parent else None
        if parent is None or latest is None or (latest.get("reason") or {}).get("code") != CHILD:
            continue
        state_id, cause = worst(sandbox, parent)
        reason: Doc = because_of(cause) if cause else {"code": NO_CHILDREN}
        set_state(sandbox, "object", parent, CREATED if state_id is None else state_id, reason)
