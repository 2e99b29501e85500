#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create and revoke tokens that read one metric."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_metric_token
short_description: Create and revoke tokens that read one metric of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - A metric token reads the present value of one metric of an object or link, with the request
    C(GET /node/api/metric-token/TOKEN/stat). Anyone who has it can do so, without login and password and without a time
    limit.
  - The server does not list tokens. So each task with O(state=present) creates a new one, and a token that was lost can
    no longer be revoked.
  - The documentation names no permission. The account must be able to see the object or link.
options:
  object:
    description: The object, a path, a name or an id. One of O(object) and O(link) is needed for a new token.
    type: str
  link:
    description: The id of the link.
    type: str
  metric:
    description:
      - Name of the metric, such as V(cpu.load1). Needed for a new token.
      - The server takes any name. A metric that the object does not have has no value.
    type: str
  state:
    description: V(present) creates a token, V(absent) revokes the one in O(token).
    type: str
    choices: [present, absent]
    default: present
  token:
    description: The token to revoke.
    type: str
  dest:
    description:
      - A file for the new token, which is then not returned. Only its owner can read it (mode C(0600)); one that exists
        is replaced.
      - If the file cannot be written after all, the module asks the server to revoke the token.
    type: path
attributes:
  idempotent:
    support: partial
    details:
      - Only with O(state=absent). Each task with O(state=present) creates a token.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
notes:
  - The token is part of the address with which it is used and revoked. Proxies and web servers usually log addresses.
seealso:
  - module: saymon.platform.saymon_auth_token
"""

EXAMPLES = r"""
- name: Create a token for a display in the hall
  saymon.platform.saymon_metric_token:
    object: /ROOT/North site/North rack A1/north-web-1
    metric: cpu.load1
  register: created

- name: Revoke it
  saymon.platform.saymon_metric_token:
    state: absent
    token: "{{ created.token }}"

- name: Create one, and write it to a file that only you can read
  saymon.platform.saymon_metric_token:
    object: north-web-1
    metric: cpu.load1
    dest: ~/.saymon-metric-token

- name: See what would be created
  saymon.platform.saymon_metric_token:
    object: north-web-1
    metric: memory.used
  check_mode: true
  diff: true
"""

RETURN = r"""
token:
  description:
    - The new token. Only the task that creates it returns it, and not with O(dest).
    - The token is a secret, so before ansible-core 2.22 the whole result is hidden in the output. You can still
      register and use it.
  returned: when a token was created
  type: str
  sample: 7d0f6a52-1d6b-4d9e-9b39-0c5a4c3b1e42
dest:
  description: The file with the new token.
  returned: when a token was created and O(dest) is given
  type: str
  sample: /home/engineer/.saymon-metric-token
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success
  type: bool
  sample: false
"""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._acts import Owner, check_dest, handed_over, owner_of
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    HttpError,
    SaymonError,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import InDoubt

SPEC = Spec(
    options={
        "object": {"type": "str"},
        "link": {"type": "str"},
        "metric": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "token": {"type": "str", "no_log": True},
        "dest": {"type": "path"},
    },
    reveals=lambda args: args["state"] == "present" and not args["dest"],
    mutually_exclusive=[("object", "link")],
    required_if=[
        ("state", "present", ("metric",)),
        ("state", "present", ("object", "link"), True),
        ("state", "absent", ("token",)),
    ],
)
_TOKENS = "/metric-token"
_ENTITY_TYPES = {"/objects": 1, "/links": 2}


def run(context: TaskContext) -> dict[str, Any]:
    args = context.args
    refuse_empty(args, ["object", "link", "metric", "token", "dest"])
    if args["state"] == "absent":
        if args["dest"]:
            raise BadInput("dest is a file for a new token, and state is absent: leave out dest.")
        return _revoked(context)
    if args["token"]:
        raise BadInput("token is given, and state is present: leave out token, or set state to absent to revoke it.")
    check_dest(context)
    owner = owner_of(context)
    result = _change(f"metric token of {owner.name}", {}, {"metric": args["metric"]})
    return result if context.check else {**result, **_created(context, owner)}


def _change(header: str, before: dict[str, Any], after: dict[str, Any], *, recovered: bool = False) -> dict[str, Any]:
    diff = {"before_header": header, "after_header": header, "before": before, "after": after}
    return {"changed": True, "recovered": recovered, "diff": diff}


def _created(context: TaskContext, owner: Owner) -> dict[str, str]:
    """Create a token and hand it over. A lost one stays lost, because nothing lists tokens."""
    body = {"entityId": owner.id, "entityType": _ENTITY_TYPES[owner.path], "metric": context.args["metric"]}
    try:
        answer = context.client.send(Request("POST", _TOKENS, body=body)).data
    except AnswerLost as error:
        raise InDoubt(error) from error
    token = answer.get("id") if isinstance(answer, dict) else None
    if not isinstance(token, str) or not token:
        raise WrongAnswer("The server created a token without returning it: run the task again.", changed=True)
    try:
        advice = "The server was asked to revoke the new token: run the task again once the file can be written."
        return handed_over(context, "token", token, advice)
    except BadInput:
        with suppress(SaymonError):
            context.client.send(Request("DELETE", _place(token)))
        raise


def _place(token: str) -> str:
    return f"{_TOKENS}/{quote(token, safe='')}"


def _revoked(context: TaskContext) -> dict[str, Any]:
    unchanged = {"changed": False, "recovered": False}
    if not _works(context):
        return unchanged
    recovered = False
    try:
        if not context.check:
            context.client.send(Request("DELETE", _place(context.args["token"])))
    except AnswerLost as error:
        recovered = True
        if _still_works(context, error):
            raise InDoubt(error) from error
    except HttpError as error:
        if not error.absent or _works(context):
            raise
        return unchanged  # another task was faster
    return _change("metric token", {"state": "present"}, {"state": "absent"}, recovered=recovered)


def _works(context: TaskContext) -> bool:
    """Whether the token can be used, which is all that a server tells about it."""
    try:
        context.client.get(f"{_place(context.args['token'])}/stat")
    except HttpError as error:
        if not error.absent:
            raise
        return False
    return True


def _still_works(context: TaskContext, lost: AnswerLost) -> bool:
    try:
        return _works(context)
    except SaymonError as error:
        raise InDoubt(lost, error) from error


if __name__ == "__main__":
    main(SPEC, run)
