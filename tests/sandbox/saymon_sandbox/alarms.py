# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of an incident: raised, raised again, cleared, moved to the history."""

from __future__ import annotations

from typing import Any

import orjson

from . import ids, stats
from .deadlines import after
from .sandbox import Sandbox
from .store import Doc

ACTIVE, HISTORY = "incident", "incident_history"
BY_STATE, BY_CONDITION = 1, 2
CLEARED = 3
_DEFAULT_TIMEOUT_MS = 3_600_000


def _put(sandbox: Sandbox, incident: Doc) -> Doc:
    sandbox.store.put(ACTIVE, incident["id"], incident)
    return incident


def is_open(incident: Doc) -> bool:
    return bool(incident["state"] != CLEARED)


def open_of(sandbox: Sandbox, collection: str, entity_id: object, kind: int) -> list[Doc]:
    """The incidents of an entity and a type that are not cleared."""
    found = sandbox.incidents.of(stats.TYPES[collection], entity_id)
    return [incident for incident in found if incident["type"] == kind and is_open(incident)]


def raise_new(sandbox: Sandbox, collection: str, doc: Doc, kind: int, given: Doc) -> Doc:
    """`given` has at least `state`, the level; the data of the entity are added."""
    now = sandbox.clock.now()
    incident: Doc = {"id": ids.new_id(), "entityId": doc["id"], "entityType": stats.TYPES[collection], "type": kind}
    incident |= {"lastState": given["state"], "text": None, "timestamp": now, "localTimestamp": now, "count": 1, "parentChainId": doc["id"]}
    stat = stats.latest(sandbox, collection, doc["id"])
    if stat is not None:
        incident["data"] = orjson.dumps(stat["payload"]).decode()
    return _put(sandbox, incident | given)


def raise_again(sandbox: Sandbox, incident: Doc, given: Doc) -> Doc:
    """The cause of an open incident holds in a new way: another level, another text."""
    return _put(sandbox, {**incident, **given, "lastState": given["state"], "count": incident.get("count", 1) + 1})


def clear(sandbox: Sandbox, incident: Doc, removed_by: Any = None) -> Doc:
    """Stays in the active list for the time that the configuration says; with `removed_by` it then vanishes."""
    now = sandbox.clock.now()
    changed = dict(incident)
    if is_open(incident):
        changed |= {"state": CLEARED, "lastState": incident["state"], "clearTimestamp": now}
        changed["due"] = after(now, stats.server_option(sandbox, "incident_timeout", _DEFAULT_TIMEOUT_MS))
    if removed_by is not None:
        changed["removed"] = {"userId": removed_by, "timestamp": now}
    return _put(sandbox, changed)


def undo_clear(sandbox: Sandbox, incident: Doc) -> Doc:
    if is_open(incident):
        return incident
    kept = {name: value for name, value in incident.items() if name not in ("clearTimestamp", "due")}
    return _put(sandbox, {**kept, "state": incident["lastState"]})


def retire(sandbox: Sandbox, incident: Doc) -> None:
    """The time of a cleared incident in the active list is over."""
    sandbox.store.delete(ACTIVE, incident["id"])
    if "removed" not in incident:
        sandbox.store.put(HISTORY, incident["id"], {name: value for name, value in incident.items() if name != "due"})


def forget(sandbox: Sandbox, collection: str, entity_id: object) -> None:
    """Called when the entity is deleted."""
    kind = stats.TYPES[collection]
    for place, index in ((ACTIVE, sandbox.incidents), (HISTORY, sandbox.past_incidents)):
        for incident in index.of(kind, entity_id):
            sandbox.store.delete(place, incident["id"])
