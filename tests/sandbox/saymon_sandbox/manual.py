# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual states: set by a user for a time, after which the former state returns."""

from __future__ import annotations

from typing import Any

from .sandbox import Sandbox
from .store import Doc


def set_state(sandbox: Sandbox, collection: str, doc: Doc, state_id: Any) -> Doc:
    """A state from outside. Under a manual state it waits, unless it is one of those that end the manual state."""
    record = sandbox.store.get("manual", f"{collection}:{doc['id']}")
    if record is not None and record["active"]:
        if state_id not in record["cleared_by"]:
            sandbox.store.put("manual", f"{collection}:{doc['id']}", {**record, "former": state_id})
            return doc
        sandbox.store.delete("manual", f"{collection}:{doc['id']}")
        doc = {**doc, "manual_state": None}
    return _store_state(sandbox, collection, doc, state_id)


def set_manual_state(sandbox: Sandbox, collection: str, doc: Doc, manual: Doc) -> Doc:
    """`manual` is the ManualState as the API shows it; `since` in the future makes it wait."""
    key = f"{collection}:{doc['id']}"
    old = sandbox.store.get("manual", key)
    former = old["former"] if old and old["active"] else doc["state_id"]
    active = manual.get("since", 0) <= sandbox.clock.now()
    record: Doc = {"collection": collection, "entity": doc["id"], "former": former, "active": active}
    record |= {"cleared_by": manual.get("clearedByStateId", []), "until": manual.get("until")}
    record["due"] = manual.get("until") if active else manual["since"]
    sandbox.store.put("manual", key, record)
    doc = {**doc, "manual_state": manual}
    return _store_state(sandbox, collection, doc, manual["stateId"] if active else former)


def clear_manual_state(sandbox: Sandbox, collection: str, doc: Doc) -> Doc:
    record = sandbox.store.get("manual", f"{collection}:{doc['id']}")
    sandbox.store.delete("manual", f"{collection}:{doc['id']}")
    doc = {**doc, "manual_state": None}
    return _store_state(sandbox, collection, doc, record["former"] if record and record["active"] else doc["state_id"])


def settle_manual_states(sandbox: Sandbox) -> None:
    """Begins and ends what is due."""
    now = sandbox.clock.now()
    for key, record in list(sandbox.store.all("manual").items()):
        doc = sandbox.store.get(record["collection"], record["entity"])
        if doc is None:
            sandbox.store.delete("manual", key)
        elif record["until"] and record["until"] <= now:
            clear_manual_state(sandbox, record["collection"], doc)
        elif not record["active"] and record["due"] <= now:
            sandbox.store.put("manual", key, {**record, "active": True, "former": doc["state_id"], "due": record["until"]})
            _store_state(sandbox, record["collection"], doc, doc["manual_state"]["stateId"])


def _store_state(sandbox: Sandbox, collection: str, doc: Doc, state_id: Any) -> Doc:
    if state_id != doc["state_id"]:
        doc = {**doc, "state_id": state_id, "last_state_update": sandbox.clock.now()}
    sandbox.store.put(collection, doc["id"], doc)
    return doc
