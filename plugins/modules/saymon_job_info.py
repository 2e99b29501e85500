#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the jobs that operations have left behind."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_job_info
short_description: List the jobs of a SAYMON server, the results of operations
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Each run of an operation leaves a job, which holds what the program has printed and its exit code, and the results
    that came later. This module returns one job, or those of objects or links, the newest first. If none matches, the
    list is empty and the task succeeds.
  - The server has no list of all jobs, so say which one, or of what.
  - Needs access to the objects, or to both ends of the links.
options:
  id:
    description: The job with this id.
    type: str
  object:
    description: The jobs of this object, a path, a name or an id.
    type: str
  objects:
    description: The jobs of these objects, each a path, a name or an id.
    type: list
    elements: str
  recursive:
    description: Whether the jobs of everything below O(object) or O(objects) are meant too.
    type: bool
    default: false
  class:
    description: Only the jobs of objects of this class, a name or an id.
    type: str
  tag:
    description: Only the jobs of objects with this tag, a name or an id.
    type: str
  links:
    description: The jobs of the links with these ids.
    type: list
    elements: str
  operation:
    description: Only jobs of the operation with this name or id. Each letter counts.
    type: str
  from:
    description:
      - Only jobs at this moment or later. V(now), a time from now such as V(-2h), a date with a time zone such as
        V('2030-12-31T18:00:00Z'), or epoch milliseconds.
    type: str
  to:
    description: Only jobs at this moment or earlier, in the same forms.
    type: str
  limit:
    description: Return no more than this many, the newest ones.
    type: int
  resolve:
    description:
      - Whether to add the names of what each job refers to. It takes one request for each kind of thing.
      - What the account may not see, or what is gone, is named by its id.
    type: bool
    default: false
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing.dest
notes:
  - A job holds what the program has printed, unchanged. If that may be secret, give the file a O(mode) such as
    V('0600'), or the task C(no_log).
seealso:
  - module: saymon.platform.saymon_operation
"""

EXAMPLES = r"""
- name: Restart a web server
  saymon.platform.saymon_operation:
    object: north-web-1
    operation: Restart nginx

- name: Read what was run on the web servers today
  saymon.platform.saymon_job_info:
    objects: [north-web-1, north-web-2]
    from: -1d
    resolve: true
  register: found

- name: Print it
  ansible.builtin.debug:
    msg: "{{ item.names.operation }} on {{ item.names.object }}: {{ item.description.exitCode | default('sent') }}"
  loop: "{{ found.jobs }}"

- name: Find the last restart
  saymon.platform.saymon_job_info:
    object: north-web-1
    operation: Restart nginx
    limit: 1

- name: Write all jobs of a site into a file
  saymon.platform.saymon_job_info:
    object: /ROOT/North site
    recursive: true
    resolve: true
    dest: jobs.jsonl
"""

RETURN = r"""
jobs:
  description: The jobs, the newest first, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the job.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9201
    operation_id:
      description: Id of the operation.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9101
    user_id:
      description: Id of the account that started it. Missing when a state change or a property did.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    owner_id:
      description: Id of the object or link that it ran on.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    owner_type:
      description: V(1) for an object, V(2) for a link. Only with O(id).
      type: raw
      sample: 1
    timestamp:
      description: When it was started, in epoch milliseconds.
      type: int
      sample: 1924970400000
    description:
      description: Of a program C(exitCode) and C(stdout), of an MQTT message C(topic) and C(message).
      type: dict
      sample: {exitCode: 0, stdout: "nginx restarted\n"}
    results:
      description: Results that came later, each with C(payload), C(by) (the id of an account) and C(timestamp).
      type: list
      elements: dict
      sample: [{payload: {ok: true}, by: 64b1f0c2a9d3e45f6a7b8c01, timestamp: 1924970460000}]
    process_meta:
      description: What started it, C(triggerStates) for a state change. Null otherwise.
      type: dict
      sample: {triggerStates: [4]}
    names:
      description:
        - The names of what the job refers to, with O(resolve=true). The module adds this key.
        - C(object) is a path. A job of a link has C(link) instead, the paths of both ends.
      type: dict
      sample: {object: /ROOT/Plant North/Rack 1/db01, operation: Vacuum, user: ci}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b9201
      operation_id: 64b1f0c2a9d3e45f6a7b9101
      owner_id: 64b1f0c2a9d3e45f6a7b8e01
      timestamp: 1924970400000
      description: {exitCode: 0, stdout: "nginx restarted\n"}
      results: []
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: jobs.jsonl
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, is_record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, HttpError
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.job import jobs_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._scope import (
    ONE_OF_SCOPE,
    SCOPE_OPTIONS,
    objects_in_scope,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import (
    TIMEFRAME_OPTIONS,
    Timeframe,
    newest_first,
    timeframe_of,
)

SPEC = Spec(
    options={
        "id": {"type": "str"},
        **{name: dict(argument) for name, argument in SCOPE_OPTIONS.items()},
        "links": {"type": "list", "elements": "str"},
        "operation": {"type": "str"},
        **TIMEFRAME_OPTIONS,
        "limit": {"type": "int"},
        "resolve": {"type": "bool", "default": False},
        **DEST_OPTIONS,
    },
    required_one_of=[("id", "links", *ONE_OF_SCOPE[0])],
    mutually_exclusive=[("id", "links", "object", "objects"), ("id", "links", "class"), ("id", "links", "tag")],
)
_LINK = "2"  # the type of an owner that is a link


class _Owners:
    """What jobs ran on: objects, or links. `kind` is the word for one of them; `read` gets their records, when names
    are asked for."""

    def __init__(self, finder: Finder, kind: str, read: Callable[[], list[Record]]) -> None:
        self.finder = finder
        self._kind = kind
        self._read = read

    def operation(self, job: Record) -> str:
        """The name of the operation of a job; its id where nothing has it any more."""
        identifier = str(job.get("operation_id"))
        return self._own.get(identifier) or self._of_classes.get(identifier) or identifier

    def names(self, job: Record) -> dict[str, Any]:
        """The names of what a job refers to."""
        owner, user = job.get("owner_id"), job.get("user_id")
        return {
            self._kind: None if owner is None else self._title(str(owner)),
            "operation": self.operation(job),
            "user": None if user is None else self.finder.title("user", user),
        }

    def _title(self, identifier: str) -> str:
        if self._kind == "object":
            return self.finder.title("object", identifier)
        ends = self._records.get(identifier)
        if ends is None:
            return identifier
        return " - ".join(self.finder.title("object", ends.get(end)) for end in ("source", "target"))

    @cached_property
    def _records(self) -> dict[str, Record]:
        return {str(record["id"]): record for record in self._read()}

    @cached_property
    def _own(self) -> dict[str, str]:
        return _operations_in(self._records.values())

    @cached_property
    def _of_classes(self) -> dict[str, str]:
        """Objects and links have the operations of their classes too."""
        return _operations_in(self.finder.index("class").records.values())


def _operations_in(records: Iterable[Record]) -> dict[str, str]:
    lists = [record.get("operations") for record in records]
    known = [one for operations in lists if isinstance(operations, list) for one in operations if is_record(one)]
    return {str(one["id"]): str(one.get("name", one["id"])) for one in known}


def _find(context: TaskContext) -> list[Record]:
    """The jobs that the task asks for, the newest first."""
    args = context.args
    refuse_empty(args, SPEC.options)
    if args["limit"] is not None and args["limit"] < 1:
        raise BadInput(f"limit is {args['limit']}: give a number, 1 or more.")
    if "" in (args["links"] or ()):
        raise BadInput(f"links[{args['links'].index('')}] is empty: give the id of a link.")
    frame = timeframe_of(args)
    owners, jobs = (_many if args["id"] is None else _one)(context, frame)
    wanted = args["operation"]
    if wanted is not None:
        jobs = [job for job in jobs if wanted in (str(job.get("operation_id")), owners.operation(job))]
    jobs = newest_first(jobs)[: args["limit"]]
    if args["resolve"]:
        jobs = [{**job, "names": owners.names(job)} for job in jobs]
    context.warnings += owners.finder.warnings
    return jobs


def _one(context: TaskContext, frame: Timeframe) -> tuple[_Owners, list[Record]]:
    """The job with the given id, if there is one in the time range."""
    client, jobs = context.client, []
    try:
        jobs = [client.get_record(f"/jobs/{quote(context.args['id'], safe='')}")]
    except HttpError as error:
        if not error.absent:
            raise
    owner = jobs[0] if jobs else {}
    kind = "link" if str(owner.get("owner_type")) == _LINK else "object"
    return _Owners(_finder(context), kind, lambda: _owner_of(client, kind, owner)), [
        job for job in jobs if frame.holds(job)
    ]


def _owner_of(client: Client, kind: str, job: Record) -> list[Record]:
    """The record of what a job ran on, unless it is gone, or the job does not say."""
    if job.get("owner_id") is None:
        return []
    try:
        return [client.get_record(f"/{kind}s/{quote(str(job['owner_id']), safe='')}", fields=_keys_of(kind))]
    except HttpError as error:
        if not error.absent:
            raise
        return []


def _many(context: TaskContext, frame: Timeframe) -> tuple[_Owners, list[Record]]:
    """The jobs of the given links or objects."""
    args, client = context.args, context.client
    if args["links"] is not None:
        owners = _Owners(_finder(context), "link", lambda: client.get_list("/links", fields=_keys_of("link")))
        ids, kind = args["links"], "links"
    else:
        named = args["resolve"] or args["operation"] is not None
        finder, records = objects_in_scope(context, ["operations"] if named else [])
        finder.warnings.clear()  # the task has them by now
        owners = _Owners(finder, "object", lambda: records)
        ids, kind = [str(record["id"]) for record in records], "objects"
    return owners, jobs_of(client, kind, ids, frame)


def _keys_of(kind: str) -> str:
    return "operations,source,target" if kind == "link" else "operations"


def _finder(context: TaskContext) -> Finder:
    finder = Finder(context.client, OBJECT, RESOURCES, context.credentials, check=context.check)
    finder.whole = True  # each list is read once
    return finder


run = listed("jobs", _find, order=None)


if __name__ == "__main__":
    main(SPEC, run)
