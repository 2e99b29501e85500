# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manual states: set by a user for a time, after which the former state returns."""

from __future__ import annotations

from .sandbox import Sandbox
from .states import MANUAL, enter
from .store import Doc


def _reason(manual: Doc) -> Doc:
    """Why the state is what it is: who said so, and what they gave as the reason."""
    told: Doc = {"code": MANUAL}
    return told | {name: manual[key] for name, key in (("text", "reason"), ("by", "by")) if manual.get(key) is not None}


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
    return enter(sandbox, collection, doc, manual["stateId"] if active else former, _reason(manual))


def clear_manual_state(sandbox: Sandbox, collection: str, doc: Doc) -> Doc:
    record = sandbox.store.get("manual", f"{collection}:{doc['id']}")
    sandbox.store.delete("manual", f"{collection}:{doc['id']}")
    former = record["former"] if record and record["active"] else doc["state_id"]
    return enter(sandbox, collection, {**doc, "manual_state": None}, former, {"code": MANUAL})


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
            enter(sandbox, record["collection"], doc, doc["manual_state"]["stateId"], _reason(doc["manual_state"]))
