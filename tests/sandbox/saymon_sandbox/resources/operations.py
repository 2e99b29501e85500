# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations of objects, links and classes, and the jobs that their runs leave behind."""

from __future__ import annotations

from typing import Any

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..jobs import MQTT, PROGRAM, operations_of, parameters_of, run
from ..store import Doc
from .entities import Kind, touched
from .links import LINK
from .objects import OBJECT
from .paging import in_time

_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "type": fields.integer,
    "description": fields.text,
    "popupResult": fields.boolean,
    "runOnReadWritePropertyModification": fields.boolean,
    "parameters": fields.record,
}
# What a program is given as: the field that then must be there.
_PROGRAMS = {"fileSystem": "path", "scriptReference": "ref", "scriptText": "text"}
_OWNERS = {OBJECT.type: OBJECT, LINK.type: LINK}


def _check(call: Call, operation: Doc) -> None:
    """Raises 400 for an operation that could not run."""
    parameters = call.require(operation, "parameters")
    if call.require(operation, "type") not in (MQTT, PROGRAM):
        raise errors.bad_request('"type" must be 1 or 2.')
    needed = "topic"
    if operation["type"] == PROGRAM:
        if parameters.get("type") not in _PROGRAMS:
            raise errors.bad_request(f'"parameters.type" must be one of {", ".join(_PROGRAMS)}.')
        needed = _PROGRAMS[parameters["type"]]
    if not isinstance(parameters.get(needed), str) or not parameters[needed]:
        raise errors.absent(f"parameters.{needed}", call.sandbox.settings.missing_name_status)


def _store(call: Call, kind: Kind, doc: Doc, operations: list[Doc]) -> None:
    kind.put(call, doc, {**doc, "operations": operations, **touched(call, doc)})


def list_operations(call: Call, kind: Kind) -> list[Doc]:
    found: list[Doc] = kind.show(call, kind.of(call)).get("operations", [])
    return found


def create_operation(call: Call, kind: Kind) -> Doc:
    doc = kind.of(call)
    given = fields.merge({}, call.given(_READERS))
    call.require(given, "name")
    _check(call, given)
    made: Doc = {"id": ids.new_id(), **given}
    _store(call, kind, doc, [*doc.get("operations", []), made])
    return made


def _find(call: Call, operations: list[Doc]) -> Doc:
    wanted = call.params[call.route.names[1]]
    found = next((item for item in operations if item["id"] == wanted), None)
    if found is None:
        raise errors.not_found("Operation", wanted)
    return found


def update_operation(call: Call, kind: Kind) -> Doc:
    """Parameters are merged; the type and what a program is given as are fixed."""
    doc = kind.of(call)
    old = _find(call, doc.get("operations", []))
    changes = call.given(_READERS, "name")
    parameters = {**parameters_of(old), **(changes.pop("parameters", None) or {})}
    changed = {**fields.merge(old, changes), "parameters": fields.merge({}, parameters)}
    if changed.get("type") != old.get("type") or parameters.get("type") != parameters_of(old).get("type"):
        raise errors.bad_request('"type" of an operation cannot be changed.')
    _check(call, changed)
    _store(call, kind, doc, [changed if item is old else item for item in doc["operations"]])
    return changed


def delete_operation(call: Call, kind: Kind) -> Any:
    doc = kind.of(call)
    old = _find(call, doc.get("operations", []))
    _store(call, kind, doc, [item for item in doc["operations"] if item is not old])
    return EMPTY


def execute(call: Call, kind: Kind) -> str:
    doc = kind.of(call)
    operation = _find(call, operations_of(call.sandbox, doc))
    return run(call.sandbox, kind.type, doc, operation, call.user, call.record())


def _owner(call: Call, job: Doc) -> Doc:
    """The entity that the job is of; raises 404 when it is gone or out of reach."""
    return _OWNERS[job["owner_type"]].find(call, str(job["owner_id"]))


def get_job(call: Call) -> Doc:
    job = call.stored("job", "Job", call.params["id"])
    try:
        _owner(call, job)
    except errors.ApiError:
        raise errors.not_found("Job", job["id"]) from None
    return job


def search_jobs(call: Call) -> list[Doc]:
    """Of objects or of links, never of both."""
    body = fields.merge({}, call.given({"objects": ids.as_ids, "links": ids.as_ids, "from": fields.integer, "to": fields.integer}))
    if ("objects" in body) == ("links" in body):
        raise errors.bad_request('Either "objects" or "links" must be given.')
    kind, wanted = (OBJECT, body["objects"]) if "objects" in body else (LINK, body["links"])
    owners = {kind.find(call, str(item))["id"] for item in wanted}
    found = [job for job in call.sandbox.store.all("job").values() if job["owner_type"] == kind.type and job["owner_id"] in owners]
    return [
        {name: value for name, value in job.items() if name != "owner_type"} for job in in_time(found, body.get("from"), body.get("to"))
    ]


def add_result(call: Call) -> Any:
    job = get_job(call)
    result = {"payload": call.record(), "by": call.user["id"], "timestamp": call.sandbox.clock.now()}
    call.sandbox.store.put("job", job["id"], {**job, "results": [*job["results"], result]})
    return EMPTY
