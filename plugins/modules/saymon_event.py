#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assign and edit records of the event log."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_event
short_description: Assign and edit a record in the event log of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Assigns an SNMP trap or an MQTT message in the event log to a user, and edits the variables of its payload.
  - The server keeps each record as it came in, and adds each edit as a modification. The module reads the modifications
    and sends only what differs from the record as they leave it.
  - Edits cannot be taken back, only followed by others. It is not documented how a record is assigned to nobody.
  - Needs the permission C(manage-event-log), and access to the object or link of the record.
options:
  id:
    description:
      - Id of the record, as M(saymon.platform.saymon_event_log_info) returns it. The id of a modification means the
        record to which it belongs.
    type: str
    required: true
  assignee:
    description:
      - Login or id of the user to whom the record is assigned.
      - Another login than the own one can be found only with the permission C(manage-users).
    type: str
  payload:
    description: Variables of the payload and their values, such as C(text). All others stay as they are.
    type: dict
  when_unknown:
    description:
      - What to do if the present state cannot be told, because the server does not show modifications.
      - V(write) sends the edit in each run, with a warning. V(skip) sends nothing, with a warning. V(fail) is an error.
    type: str
    choices: [write, skip, fail]
    default: write
attributes:
  idempotent:
    support: partial
    details:
      - Only if the server shows the modifications of its event log. The call that lists them is not documented.
      - With O(when_unknown=skip) or O(when_unknown=fail), nothing is repeated on other servers either.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_event_log_info
"""

EXAMPLES = r"""
- name: Find the traps that say that a link is down
  saymon.platform.saymon_event_log_info:
    from: -1d
    type: trap
    text: link down
  register: traps

- name: Assign them, and note why they came
  saymon.platform.saymon_event:
    id: "{{ item.id }}"
    assignee: operator
    payload:
      text: planned work
  loop: "{{ traps.events }}"
  loop_control:
    label: "{{ item.id }}"

- name: See whether they would be assigned to somebody else, without repeating an edit that cannot be seen
  saymon.platform.saymon_event:
    id: "{{ traps.events[0].id }}"
    assignee: engineer
    when_unknown: skip
  check_mode: true
  diff: true
"""

RETURN = r"""
event:
  description: The record after the task, with all modifications. In check mode, as it would be. Empty if the server
    does not show modifications.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the record, the same as C(_id).
      type: str
      sample: 64b1f0c2a9d3e40800000001
    _id:
      description: Id of the record, under the server's own key.
      type: str
      sample: 64b1f0c2a9d3e40800000001
    type:
      description: 1 SNMP trap, 2 MQTT message.
      type: int
      sample: 1
    timestamp:
      description: When it came in, in epoch milliseconds.
      type: int
      sample: 1700000000000
    payload:
      description: The payload as it was edited.
      type: dict
      sample: {trapOid: 1.3.6.1.6.3.1.1.5.3, text: planned work}
    assignee:
      description: Id of the user to whom the record is assigned, or null.
      type: raw
      sample: 64b1f0c2a9d3e40100000002
  sample:
    id: 64b1f0c2a9d3e40800000001
    _id: 64b1f0c2a9d3e40800000001
    type: 1
    timestamp: 1700000000000
    payload: {trapOid: 1.3.6.1.6.3.1.1.5.3, text: planned work}
    assignee: 64b1f0c2a9d3e40100000002
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success
  type: bool
  sample: false
"""

import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._acts import looked_up
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    HttpError,
    SaymonError,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.event_log import (
    LOG,
    find_event,
    id_of,
    merged,
    read_modifications,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import InDoubt
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import same_json
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import title_of

SPEC = Spec(
    options={
        "id": {"type": "str", "required": True},
        "assignee": {"type": "str"},
        "payload": {"type": "dict"},
        "when_unknown": {"type": "str", "choices": ["write", "skip", "fail"], "default": "write"},
    },
    required_one_of=[("assignee", "payload")],
)
_ATTEMPTS = 3
_ID = re.compile("[0-9a-f]{24}")  # which no login looks like
_FORBIDDEN = "The account may not change the event log, which needs the permission manage-event-log."


@dataclass(frozen=True)
class _Wanted:
    """What the task asks for: the id of the user (in check mode, the mark of one to be created), and the variables.
    `name` tells what to call the user with an id."""

    assignee: Any
    payload: dict[str, Any]
    name: Callable[[Any], Any] = str


def run(context: TaskContext) -> dict[str, Any]:
    refuse_empty(context.args, ["id", "assignee"])
    wanted = _wanted(context)
    with nullcontext() if context.check else context.sessions.exclusive({"event"}):
        return _brought_about(context, wanted)


def _wanted(context: TaskContext) -> _Wanted:
    text, payload = context.args["assignee"], context.args["payload"] or {}
    if text is None or _ID.fullmatch(text):
        return _Wanted(text, payload)
    if text == context.credentials.login:  # which no permission is needed to look up
        own = str(context.client.get_record("/users/current")["id"])
        return _Wanted(own, payload, lambda user: text if user == own else str(user))
    found, planner = looked_up(context, "assignee", "user", text)
    return _Wanted(found, payload, lambda user: planner.title("user", user))


def _brought_about(context: TaskContext, wanted: _Wanted) -> dict[str, Any]:
    """Send what differs. After a lost answer the record is read again, and what is there by then is not repeated."""
    event = _present(context)
    todo = _todo(context, wanted, event)
    result = _result(context, wanted, event, todo)
    if context.check:
        return result
    lost: AnswerLost | None = None
    for _attempt in range(_ATTEMPTS):
        try:
            _send(context, todo, touched=lost is not None)
            return {**result, "recovered": lost is not None}
        except AnswerLost as error:
            lost = error
            todo = _left(context, wanted, event, error)
    raise InDoubt(lost)


def _left(context: TaskContext, wanted: _Wanted, event: Record | None, lost: AnswerLost) -> dict[str, Any]:
    """What is left to do after an answer got lost."""
    if event is None:
        raise InDoubt(lost) from lost
    try:
        return _todo(context, wanted, _present(context))
    except SaymonError as error:
        raise InDoubt(lost, error) from error


def _present(context: TaskContext) -> Record | None:
    """The record with its modifications; None where the server does not show these."""
    modifications, why = read_modifications(context.client)
    if modifications is None:
        if context.args["when_unknown"] == "fail":
            raise BadInput(
                f"The record was not changed, because the server does not show what was changed before: set "
                f"when_unknown to write or skip. {why}"
            )
        done = "is sent in each run" if context.args["when_unknown"] == "write" else "was not sent"
        context.warnings.append(f"The server does not show earlier modifications, so the edit {done}. {why}")
        return None
    identifier = modifications.record_of(context.args["id"])
    record = find_event(context.client, identifier)
    if record is None:
        raise BadInput(
            f"id is {context.args['id']!r}, which the event log does not hold: check the id, and whether the account "
            "may see the record. Old records leave the log when it is full."
        )
    return {**merged(record, modifications.by_record().get(identifier, [])), "id": id_of(record)}


def _todo(context: TaskContext, wanted: _Wanted, event: Record | None) -> dict[str, Any]:
    """The bodies of the calls that are needed, by the last part of their paths."""
    if event is None and context.args["when_unknown"] == "skip":
        return {}
    before = event or {"assignee": None, "payload": {}}
    todo: dict[str, Any] = {}
    if wanted.assignee is not None and before["assignee"] != wanted.assignee:
        todo["assignee"] = {"userId": wanted.assignee}
    payload = {
        name: value
        for name, value in wanted.payload.items()
        if name not in before["payload"] or not same_json(before["payload"][name], value)
    }
    if payload:
        todo["payload"] = payload
    return todo


def _send(context: TaskContext, todo: dict[str, Any], *, touched: bool) -> None:
    """Send the calls; `touched` says whether something may have been changed before."""
    place = f"{LOG}/{quote(context.args['id'], safe='')}"
    for part, body in todo.items():
        try:
            context.client.send(Request("PATCH", f"{place}/{part}", body=body))
        except AnswerLost:
            raise
        except SaymonError as error:
            forbidden = isinstance(error, HttpError) and error.status == 403
            said = f"{_FORBIDDEN} {error}" if forbidden else str(error)
            raise SaymonError(said, **{**error.details, "changed": touched}) from error
        touched = True


def _result(context: TaskContext, wanted: _Wanted, event: Record | None, todo: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {"changed": bool(todo), "event": event or {}, "recovered": False}
    if not todo:
        return result
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    if "assignee" in todo:
        after["assignee"] = wanted.name(wanted.assignee)
        if event is not None:
            before["assignee"] = event["assignee"] and wanted.name(event["assignee"])
            result["event"] = {**result["event"], "assignee": title_of(wanted.assignee)}
    if "payload" in todo:
        after["payload"] = todo["payload"]
        if event is not None:
            known = event["payload"]
            before["payload"] = {name: known[name] for name in todo["payload"] if name in known}
            result["event"] = {**result["event"], "payload": {**known, **todo["payload"]}}
    header = f"event {context.args['id']}"
    result["diff"] = {"before_header": header, "after_header": header, "before": before, "after": after}
    return result


if __name__ == "__main__":
    main(SPEC, run)
