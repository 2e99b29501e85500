# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNMP traps and MQTT messages, as agents report them."""

from __future__ import annotations

from typing import Any

from . import ids
from .sandbox import Sandbox
from .store import Doc

EVENTS, MODIFICATIONS = "event", "event_modification"
TRAP, MQTT = 1, 2
_LEVELS = range(4)
CAPACITY = 10_000


def record(sandbox: Sandbox, kind: int, payload: Doc, entity_id: object = None, level: int = 0, agent_id: object = None) -> Doc:
    """Adds an event to the log, which holds the latest ones only. Raises ValueError with a sentence for what cannot be one."""
    if kind not in (TRAP, MQTT):
        raise ValueError("type must be 1 (SNMP trap) or 2 (MQTT message)")
    if level not in _LEVELS:
        raise ValueError("level must be between 0 and 3")
    event: Doc = {"_id": ids.new_id()}
    if agent_id is not None:
        event["agentId"] = agent_id
    if entity_id is not None:
        event["entity"] = _entity(sandbox, entity_id)
    event |= {"level": level, "type": kind, "timestamp": sandbox.clock.now(), "payload": payload}
    sandbox.store.put(EVENTS, event["_id"], event)
    kept = sandbox.store.all(EVENTS)
    if len(kept) > CAPACITY:
        sandbox.store.delete(EVENTS, next(iter(kept)))
    return event


def _entity(sandbox: Sandbox, entity_id: Any) -> Doc:
    for kind, collection in ((1, "object"), (2, "link")):
        doc = sandbox.store.get(collection, entity_id)
        if doc is not None:
            return {"entityId": doc["id"], "entityName": doc.get("name", ""), "entityType": kind}
    raise ValueError("there is no object or link with this entityId")
