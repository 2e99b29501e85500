# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an entity changes its state, and what that leaves in its history."""

from __future__ import annotations

from typing import Any

from . import ids, stats
from .sandbox import Sandbox
from .store import Doc

LOG = "state"
# Reason codes.
EXTERNAL, MANUAL = 12, 13


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
    """Stores the entity with this state, whatever manual state it may have."""
    if state_id == doc["state_id"]:
        sandbox.store.put(collection, doc["id"], doc)
        return doc
    doc = {**doc, "state_id": state_id, "last_state_update": sandbox.clock.now()}
    sandbox.store.put(collection, doc["id"], doc)
    record(sandbox, collection, doc, reason)
    return doc
