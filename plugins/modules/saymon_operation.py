#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run an operation."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_operation
short_description: Run an operation of an object or link, and wait for what comes of it
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Runs an operation that an object or link has itself or through its class. Each run leaves a job on the server.
  - The module waits for the job and returns its results. A program that ends with another exit code than 0 makes the
    task fail.
  - It is an act and no state, so it is repeated in each run of the playbook. O(once_per) prevents that.
  - Needs the permission C(execute-operations) and access to the object, or to both ends of the link. With O(once_per),
    C(modify-objects) or C(manage-objects) is needed too.
options:
  object:
    description: The object, a path, a name or an id.
    type: str
  link:
    description: The id of the link.
    type: str
  operation:
    description:
      - Name or id of the operation.
      - An operation of the object or link itself comes before one of its class that has the same name.
    type: str
    required: true
  arguments:
    description: What the operation may use as C({{args.name}}), as a dictionary.
    type: dict
  once_per:
    description:
      - A key such as the number of a change or a date. If the operation has already been run for this key, it is not
        run again, and the task returns the job of that run with C(changed=false).
      - The key is kept on the server, with the results of the job. It holds for one operation of one object or link.
      - Tasks of the same run wait for each other. Two runs at the same time may both run the operation.
    type: str
  wait_for:
    description:
      - V(job) waits until the job has ended, and V(result) until a result was added to it, which agents and scripts do
        later. V(nothing) does not wait.
    type: str
    choices: [job, result, nothing]
    default: job
  wait_timeout:
    description: How long to wait, in seconds. After that the task fails, while the job goes on.
    type: float
    default: 60
attributes:
  check_mode:
    support: full
    details:
      - The operation is not run. Whether it exists is checked.
  diff_mode:
    support: full
    details:
      - Shows the operation and its arguments.
  idempotent:
    support: partial
    details:
      - Only with O(once_per).
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Restart the web server, and show what the program printed
  saymon.platform.saymon_operation:
    object: /ROOT/North site/North rack A1/north-web-1
    operation: Restart nginx
  register: restart

- name: Run it with an argument, once for this change, however often the playbook is repeated
  saymon.platform.saymon_operation:
    object: north-web-1
    operation: Restart nginx
    arguments:
      reason: rollout 4.2
    once_per: change-4711
"""

RETURN = r"""
job:
  description: The job, with the server's own keys. Without O(wait_for), only its C(id). Missing in check mode, if
    the operation would be run.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the job.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9a01
    operation_id:
      description: Id of the operation.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9b01
    owner_id:
      description: Id of the object or link.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e01
    user_id:
      description: Id of the user who started it.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c02
    timestamp:
      description: When it was started, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    description:
      description: What was done. Of a program C(exitCode) and C(stdout), of an MQTT message C(topic) and C(message).
      type: dict
      sample: {exitCode: 0, stdout: "done\n"}
    results:
      description: What agents and scripts have added later, each with C(payload), C(by) and C(timestamp).
      type: list
      elements: dict
      sample: []
  sample:
    id: 64b1f0c2a9d3e45f6a7b9a01
    operation_id: 64b1f0c2a9d3e45f6a7b9b01
    description: {exitCode: 0, stdout: "done\n"}
    results: []
results:
  description: The payloads of the results that were added to the job, the oldest first.
  returned: success
  type: list
  elements: dict
  sample: [{restarted: true}]
stdout:
  description: What the program printed.
  returned: when the operation runs a program, and the job has ended
  type: str
  sample: "done\n"
stdout_lines:
  description: The same as a list of lines.
  returned: when the operation runs a program, and the job has ended
  type: list
  elements: str
  sample: [done]
rc:
  description: The exit code of the program.
  returned: when the operation runs a program, and the job has ended
  type: int
  sample: 0
operation:
  description: The operation that was run. Missing in check mode, when an earlier task would create it.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the operation.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9b01
    name:
      description: Name of the operation.
      type: str
      sample: Restart nginx
  sample: {id: 64b1f0c2a9d3e45f6a7b9b01, name: Restart nginx}
"""

from contextlib import nullcontext
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._acts import (
    Owner,
    owner_of,
    seconds_of,
    the_only,
    wait_for,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request, is_record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    HttpError,
    SaymonError,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.job import jobs_of
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import InDoubt

SPEC = Spec(
    options={
        "object": {"type": "str"},
        "link": {"type": "str"},
        "operation": {"type": "str", "required": True},
        "arguments": {"type": "dict"},
        "once_per": {"type": "str"},
        "wait_for": {"type": "str", "choices": ["job", "result", "nothing"], "default": "job"},
        "wait_timeout": {"type": "float", "default": 60},
    },
    required_one_of=[("object", "link")],
    mutually_exclusive=[("object", "link")],
)
_MARK = "once_per"


def run(context: TaskContext) -> dict[str, Any]:
    refuse_empty(context.args, ["object", "link", "operation", "once_per"])
    seconds = seconds_of(context, "wait_timeout")
    owner = owner_of(context)
    if owner.id is None:  # check mode assumes that an earlier task creates it, with its operations
        return {"changed": True, "results": [], "diff": _diff(context, owner, context.args["operation"])}
    operation = _operation(context, owner)
    held = nullcontext() if context.check or not context.args["once_per"] else context.sessions.exclusive({"job"})
    with held:
        job = _done_before(context, owner, operation)
        started = None if job or context.check else _start(context, owner, operation)
    result: dict[str, Any] = {"operation": {"id": operation["id"], "name": operation.get("name")}, "results": []}
    if job is not None:
        return {**result, **_outcome(job)}
    result.update(changed=True, diff=_diff(context, owner, str(operation.get("name"))))
    return result if started is None else {**result, **_ended(context, owner, operation, started, seconds)}


def _operation(context: TaskContext, owner: Owner) -> Record:
    """The operation that is meant, among those of the object or link and those of its class."""
    wanted = context.args["operation"]
    record = context.client.get_record(owner.place, fields="name,class_id,operations")
    own = _matching(record, wanted)
    if own or record.get("class_id") is None:
        return the_only("operation", wanted, own, repr(owner.name))
    of_class = context.client.get_record(f"/classes/{quote(str(record['class_id']), safe='')}")
    return the_only("operation", wanted, _matching(of_class, wanted), repr(owner.name))


def _matching(record: Record, wanted: str) -> list[Record]:
    operations = record.get("operations")
    known = [one for one in operations if is_record(one)] if isinstance(operations, list) else []
    by_id = [one for one in known if str(one.get("id")) == wanted]
    return by_id or [one for one in known if one.get("name") == wanted]


def _done_before(context: TaskContext, owner: Owner, operation: Record) -> Record | None:
    """The job of an earlier run for the same key."""
    key = context.args["once_per"]
    jobs = _jobs(context, owner, operation) if key else []
    return next((job for job in jobs if any(payload == {_MARK: key} for payload in _payloads(job))), None)


def _jobs(context: TaskContext, owner: Owner, operation: Record) -> list[Record]:
    """The jobs of an operation, the newest first."""
    found = jobs_of(context.client, owner.path.strip("/"), [owner.id])
    jobs = [job for job in found if str(job.get("operation_id")) == str(operation["id"])]
    return sorted(jobs, key=lambda job: str(job.get("timestamp")).zfill(20), reverse=True)


def _payloads(job: Record) -> list[Any]:
    results = job.get("results")
    return [one.get("payload") for one in results if isinstance(one, dict)] if isinstance(results, list) else []


def _start(context: TaskContext, owner: Owner, operation: Record) -> str:
    """Run the operation and return the id of the job."""
    path = f"{owner.place}/operations/{quote(str(operation['id']), safe='')}/execute"
    try:
        answer = context.client.send(Request("POST", path, body=context.args["arguments"])).data
    except AnswerLost as error:
        raise InDoubt(error) from error
    job = answer.get("id") if isinstance(answer, dict) else answer
    if not isinstance(job, (str, int)) or job == "":
        raise WrongAnswer(
            f"The server has started {operation.get('name')!r} without naming its job: look for it in the "
            "jobs of the object before you run the task again.",
            changed=True,
        )
    if context.args["once_per"]:
        _keep(context, str(job))
    return str(job)


def _keep(context: TaskContext, job: str) -> None:
    """Note the key with the job, so that the next run finds it."""
    try:
        body = {_MARK: context.args["once_per"]}
        context.client.send(Request("PATCH", f"/jobs/{quote(job, safe='')}/results", body=body))
    except SaymonError as error:
        raise SaymonError(
            f"The operation was run as job {job}, but once_per could not be noted there, so that the next run would "
            f"repeat it: {error}",
            changed=True,
        ) from error


def _ended(context: TaskContext, owner: Owner, operation: Record, job: str, seconds: float) -> dict[str, Any]:
    """What the job has led to, after the wait that the user asked for."""
    wanted = context.args["wait_for"]
    if wanted == "nothing":
        return {"job": {"id": job}, "results": []}
    found = wait_for(lambda: _look(context, job, wanted), seconds)
    name = f"{operation.get('name')!r} of {owner.name!r}"
    if found is None:
        what = "has not ended" if wanted == "job" else "has no result"
        raise SaymonError(
            f"The operation {name} was started as job {job}, which {what} after {seconds:g} s: raise wait_timeout, "
            f"or look at GET /jobs/{job} later.",
            changed=True,
        )
    outcome = _outcome(found)
    if outcome.get("rc"):
        outcome.update(
            failed=True, msg=f"The program of the operation {name} ended with the exit code {outcome['rc']}."
        )
    return outcome


def _look(context: TaskContext, job: str, wanted: str) -> Record | None:
    """The job, once it is as far as the user wants to wait."""
    try:
        found = context.client.get_record(f"/jobs/{quote(job, safe='')}")
    except HttpError as error:
        if not error.absent:
            raise
        return None  # not to be seen yet
    far_enough = found.get("description") if wanted == "job" else _results(found)
    return found if far_enough else None


def _results(job: Record) -> list[Any]:
    """What others have added to a job, without our own note."""
    return [one for one in _payloads(job) if not (isinstance(one, dict) and {*one} == {_MARK})]


def _outcome(job: Record) -> dict[str, Any]:
    result: dict[str, Any] = {"job": job, "results": _results(job)}
    description = job.get("description")
    if isinstance(description, dict) and description.get("exitCode") is not None:
        printed = description.get("stdout")
        text = printed if isinstance(printed, str) else ""
        result.update(rc=description["exitCode"], stdout=text, stdout_lines=text.splitlines())
    return result


def _diff(context: TaskContext, owner: Owner, operation: str) -> dict[str, Any]:
    after = {"operation": operation, **({"arguments": context.args["arguments"]} if context.args["arguments"] else {})}
    return {"before_header": owner.name, "after_header": owner.name, "before": {}, "after": after}


if __name__ == "__main__":
    main(SPEC, run)
