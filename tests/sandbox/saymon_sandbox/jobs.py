# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of operations. Nothing is really run: the record says what would have been, and that it went well."""

from __future__ import annotations

import re
from typing import Any

from . import ids
from .sandbox import Sandbox
from .store import Doc

MQTT, PROGRAM = 1, 2
READ_WRITE = 3
_MACRO = re.compile(r"\{\{\s*(id|properties|user|args)(?:\.([^{}]+?))?\s*\}\}")


def run(sandbox: Sandbox, owner_type: int, doc: Doc, operation: Doc, user: Doc, args: Doc, process: Doc | None = None) -> str:
    """Records a run, with what set it off if that was no user. Returns the id of the job.

    An operation that came within a whole list may lack anything.
    """
    parameters = parameters_of(operation)
    description: Doc = {"exitCode": 0, "stdout": ""}
    if operation.get("type") == MQTT:
        description = {name: _filled(str(parameters.get(name, "")), doc, user, args) for name in ("topic", "message")}
    job: Doc = {"id": ids.new_id(), "operation_id": operation["id"], "user_id": user["id"], "owner_id": doc["id"], "owner_type": owner_type}
    job |= {"timestamp": sandbox.clock.now(), "description": description, "results": [], "process_meta": process}
    sandbox.store.put("job", job["id"], job)
    made: str = job["id"]
    return made


def parameters_of(operation: Doc) -> Doc:
    found = operation.get("parameters")
    return found if isinstance(found, dict) else {}


def operations_of(sandbox: Sandbox, doc: Doc) -> list[Doc]:
    """Its own, and those of its class; a class itself has none to inherit."""
    inherited = sandbox.store.get("class", doc["class_id"]) if "class_id" in doc else None
    return [*doc.get("operations", []), *(inherited or {}).get("operations", [])]


def run_flagged(sandbox: Sandbox, owner_type: int, old: Doc, new: Doc, user: Doc) -> None:
    """A new value of a property for reading and writing runs the operations that ask for it."""
    before = {item["id"]: item["value"] for item in old.get("properties", [])}
    changed = [
        item
        for item in new.get("properties", [])
        if item["type_id"] == READ_WRITE and before.get(item["id"], item["value"]) != item["value"]
    ]
    for operation in operations_of(sandbox, new) if changed else ():
        if operation.get("runOnReadWritePropertyModification"):
            run(sandbox, owner_type, new, operation, user, {})


def _filled(text: str, doc: Doc, user: Doc, args: Doc) -> str:
    """The text with its macros replaced; what nothing is known about becomes empty."""
    properties = {item["name"]: item["value"] for item in doc.get("properties", [])}
    known: dict[str, dict[str, Any]] = {"properties": properties, "user": {"login": user["login"], "id": user["id"]}, "args": args}

    def value(found: re.Match[str]) -> str:
        return str(doc["id"]) if found[1] == "id" else str(known[found[1]].get(found[2] or "", ""))

    return _MACRO.sub(value, text)
