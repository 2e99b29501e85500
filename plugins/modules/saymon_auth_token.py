#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Create and revoke API tokens."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_auth_token
short_description: Create, replace and revoke the API token of a user of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - A user has at most one token. Anyone who has it can act as that user, without login and password and without a time
    limit.
  - Needs the permission C(manage-users). According to the documentation, that also holds for your own token.
options:
  user:
    description: Login or id of the user. The default is the account that is signed in.
    type: str
  state:
    description: V(present) creates a token if there is none, V(absent) revokes it.
    type: str
    choices: [present, absent]
    default: present
  renew:
    description: Replace an existing token. The old one stops working at once.
    type: bool
    default: false
  dest:
    description:
      - A file for the new token, which is then not returned. Only its owner can read it (mode C(0600)); one that exists
        is replaced.
      - It is written by the task that creates the token. When there is a token already, the file stays as it is.
    type: path
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
attributes:
  idempotent:
    support: partial
    details:
      - Not with O(renew=true), which creates a new token each time.
seealso:
  - module: saymon.platform.saymon_user
"""

EXAMPLES = r"""
- name: Create a token for a service
  saymon.platform.saymon_auth_token:
    user: engineer
  register: created

- name: Use it
  saymon.platform.saymon_api:
    path: /users/current
    saymon_auth_method: token
    saymon_auth_token: "{{ created.token }}"

- name: Replace it
  saymon.platform.saymon_auth_token:
    user: engineer
    renew: true

- name: Replace it, and write the new one to a file that only you can read
  saymon.platform.saymon_auth_token:
    user: engineer
    renew: true
    dest: ~/.saymon-token

- name: See whether a token would be created
  saymon.platform.saymon_auth_token:
    user: engineer
  check_mode: true
  diff: true

- name: Revoke it
  saymon.platform.saymon_auth_token:
    user: engineer
    state: absent
"""

RETURN = r"""
token:
  description:
    - The new token. Only the task that creates it returns it, and not with O(dest).
    - The token is a secret, so before ansible-core 2.22 the whole result is hidden in the output. You can still
      register and use it.
  returned: when a token was created
  type: str
  sample: 0b6f2c1e-95a4-4a52-8d5e-3f6f1f0a7c11
dest:
  description: The file with the new token.
  returned: when a token was created and O(dest) is given
  type: str
  sample: /home/engineer/.saymon-token
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success
  type: bool
  sample: false
user:
  description: The user whose token it is.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the user.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c02
    login:
      description: Login of the user.
      type: str
      sample: engineer
  sample: {id: 64b1f0c2a9d3e45f6a7b8c02, login: engineer}
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._acts import check_dest, handed_over
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    SaymonError,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER, list_users
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import Doubts, InDoubt
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Index

SPEC = Spec(
    options={
        "user": {"type": "str"},
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "renew": {"type": "bool", "default": False},
        "dest": {"type": "path"},
    },
    reveals=lambda args: args["state"] == "present" and not args["dest"],
)


def run(context: TaskContext) -> dict[str, Any]:
    refuse_empty(context.args, ["user", "dest"])
    if context.args["dest"] and context.args["state"] == "absent":
        raise BadInput("dest is a file for a new token, and state is absent: leave out dest.")
    seen = context.client.lists.writes()
    user = _user(context)
    if _needed(context, user):
        check_dest(context)
    if context.check or not _needed(context, user):
        return _result(context, user, {})
    with context.sessions.exclusive({"user"}):
        if context.client.lists.writes() != seen:  # another host may have created it meanwhile
            user = _user(context)
        return _result(context, user, _carry_out(context, user) if _needed(context, user) else {})


def _needed(context: TaskContext, user: dict[str, Any]) -> bool:
    wanted = context.args["state"] == "present"
    return bool(user.get("authenticationToken")) != wanted or bool(wanted and context.args["renew"])


def _result(context: TaskContext, user: dict[str, Any], done: dict[str, Any]) -> dict[str, Any]:
    """What the task returns; `done` is what carrying it out adds."""
    there, wanted = bool(user.get("authenticationToken")), context.args["state"] == "present"
    result = {
        "changed": _needed(context, user),
        "user": {"id": user["id"], "login": user.get("login")},
        "recovered": False,
        **done,
    }
    if result["changed"]:
        words = {False: "absent", True: "present"}
        after = "renewed" if there and wanted else words[wanted]
        header = f"token of {user.get('login')}"
        result["diff"] = {
            "before": {"state": words[there]},
            "after": {"state": after},
            "before_header": header,
            "after_header": header,
        }
    return result


def _user(context: TaskContext) -> dict[str, Any]:
    if not context.args["user"]:
        return context.client.get_record("/users/current")
    found = Index(USER, list_users(context.client)).named(context.args["user"])
    if len(found) != 1:
        how_many = "several users" if found else "no user"
        raise BadInput(f"user is {context.args['user']!r}, which means {how_many}: give the login or the id of one.")
    return found[0]


def _carry_out(context: TaskContext, user: dict[str, Any]) -> dict[str, Any]:
    """Create or revoke the token. A lost one is replaced, since only the answer shows it for certain."""
    wanted = context.args["state"] == "present"
    request = Request("POST" if wanted else "DELETE", f"/users/{user['id']}/auth-token")
    recovered = False
    try:
        answer = context.client.send(request).data
    except AnswerLost as error:
        recovered = True
        answer = _after_loss(context, user, request, error)
    if not wanted:
        return {"recovered": recovered}
    if not isinstance(answer, str):
        raise WrongAnswer(
            "The server created a token without returning it: run the task again with renew.", changed=True
        )
    advice = "The token was created all the same: run the task again with renew."
    return {"recovered": recovered, **handed_over(context, "token", answer, advice)}


def _after_loss(context: TaskContext, user: dict[str, Any], request: Request, lost: AnswerLost) -> Any:
    """Repeat the call, but not while the server may still be at work on it: the late token would replace the new
    one."""
    doubts = Doubts(context.connection.timeout)
    try:
        while True:
            token = _user(context).get("authenticationToken")
            if request.method == "DELETE":
                return None if not token else context.client.send(request).data
            if (token and token != user.get("authenticationToken")) or not doubts.wait():
                return context.client.send(request).data
    except SaymonError as error:
        raise InDoubt(lost, error) from error


if __name__ == "__main__":
    main(SPEC, run)
