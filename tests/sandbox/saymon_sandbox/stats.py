# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The latest data of entities, and the log of all that came before."""

from __future__ import annotations

from typing import Any

from .deadlines import after
from .metrics import leaves
from .sandbox import Sandbox
from .store import Doc

TYPES = {"object": 1, "link": 2}
LOG = "stat"
_DEFAULT_TIMEOUT_MS = 300_000
# What an agent says of itself.
AGENT_FIELDS = ("taskType", "agentId", "agentVersion", "agentBuild")
_KEPT = ("entityId", "entityType", *AGENT_FIELDS, "period", "timestamp", "groupKey", "initiator", "payload")


def key(collection: str, entity_id: object) -> str:
    return f"{collection}:{entity_id}"


def server_options(sandbox: Sandbox) -> Doc:
    """The section `server` of the configuration, which users may have made anything of."""
    found = (sandbox.store.get("configuration", "1") or {}).get("server")
    return found if isinstance(found, dict) else {}


def server_option(sandbox: Sandbox, name: str, default: Any) -> Any:
    """A value of the section `server` of the configuration, of the same type as its default."""
    value = server_options(sandbox).get(name)
    return value if type(value) is type(default) else default


def store(sandbox: Sandbox, collection: str, doc: Doc, given: Doc) -> bool:
    """Keeps a Stat in the log, and as the latest one, unless a later one is known already. True when it is the latest now.

    It expires `expiryPeriod` + `period` milliseconds from now; never when that is not above zero.
    """
    now = sandbox.clock.now()
    name = key(collection, doc["id"])
    record: Doc = {"entityId": doc["id"], "entityType": TYPES[collection], "period": given.get("period", 0)}
    record |= {"timestamp": given.get("timestamp", now)}
    record |= {field: given[field] for field in _KEPT if given.get(field) is not None}
    sandbox.store.append(LOG, name, record["timestamp"], record)
    old = sandbox.store.get("stat", name)
    if old is not None and old["timestamp"] > record["timestamp"]:
        return False
    wait = given.get("expiryPeriod", server_option(sandbox, "default_result_timeout", _DEFAULT_TIMEOUT_MS)) + max(record["period"], 0)
    due = after(now, wait) if wait > 0 else None
    sandbox.store.put(
        "stat", name, {**record, "key": name, "collection": collection, "due": due, "expired": False, "own": (old or {}).get("own")}
    )
    return True


def latest(sandbox: Sandbox, collection: str, entity_id: object) -> Doc | None:
    """The latest Stat; an expired one only where the configuration keeps those."""
    found = sandbox.store.get("stat", key(collection, entity_id))
    if found is None or (found["expired"] and not server_option(sandbox, "retain_expired_stat", False)):
        return None
    return {name: found[name] for name in _KEPT if name in found}


def metric_names(sandbox: Sandbox, collection: str, entity_id: object) -> list[str]:
    """Of the last data that came, even if they have expired."""
    found = sandbox.store.get("stat", key(collection, entity_id))
    return [name for name, _value in leaves(found["payload"])] if found else []


def forget(sandbox: Sandbox, collection: str, entity_id: object) -> None:
    """Called when the entity is deleted."""
    name = key(collection, entity_id)
    sandbox.store.delete("stat", name)
    sandbox.store.delete("stat_meta", name)
    sandbox.store.forget_log(LOG, name)
    for token in list(sandbox.store.all("metric_token").values()):
        if (token["entityType"], str(token["entityId"])) == (TYPES[collection], str(entity_id)):
            sandbox.store.delete("metric_token", token["id"])
