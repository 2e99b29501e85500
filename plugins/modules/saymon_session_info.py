#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Show who is signed in, and whether the session is valid."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_session_info
short_description: Show who is signed in on a SAYMON server, with which permissions, and whether the session is valid
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Uses the current session (option, fact or the session of this run). If there is none, or the server no longer
    accepts it, the module signs in like all others if it finds credentials. With O(saymon_sid) it asks about that
    session only.
  - With O(saymon_auth_method=basic) or O(saymon_auth_method=token) it checks the credentials instead.
  - The task does not fail if the server refuses the session or the credentials. See RV(valid) and RV(reason).
  - Needs no permission.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_session
"""

EXAMPLES = r"""
- name: Open a session
  saymon.platform.saymon_session:

- name: Read who is signed in
  saymon.platform.saymon_session_info:
  register: session

- name: Stop early if a permission is missing
  ansible.builtin.assert:
    that:
      - session.valid
      - "'manage-users' in session.permissions"
"""

RETURN = r"""
valid:
  description: Whether the server accepts the session or the credentials.
  returned: success
  type: bool
  sample: true
reason:
  description: Why nobody is signed in. Empty when RV(valid=true).
  returned: success
  type: str
  sample: ""
user:
  description: The account, with the server's own keys. Empty when RV(valid=false).
  returned: success
  type: dict
  contains:
    id:
      description: Id of the user.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c02
    login:
      description: Login. Without the permission C(manage-users), newer servers put the display name here.
      type: str
      sample: operator
    displayName:
      description: Name that other users see. Missing on older servers.
      type: str
      sample: Night shift
    email:
      description: E-mail address.
      type: str
      sample: operator@example.org
    status:
      description: Status, C(0) needs activation, C(1) invited, C(2) active, C(3) blocked.
      type: int
      sample: 2
    group:
      description: Ids of the groups that the user belongs to. Older servers have one id, or null.
      type: list
      elements: str
      sample: [64b1f0c2a9d3e45f6a7b8d01]
    permissions:
      description: The user's own permissions, without those of the groups.
      type: list
      elements: str
      sample: [execute-operations]
    objectPermissions:
      description: Ids of the objects that the user may see (C(include)) and may not see (C(exclude)), with everything
        below them.
      type: dict
      sample: {include: [1], exclude: []}
    activeTo:
      description: When the account gets blocked, in milliseconds since 1970-01-01 UTC. Missing when never.
      type: int
      sample: 1924970400000
    contacts:
      description: E-mail addresses and phone numbers for notifications.
      type: list
      elements: str
      sample: [operator@example.org]
    language:
      description: Language of notifications.
      type: str
      sample: en
    eventFilter:
      description: Filter of the events that the user sees.
      type: list
      elements: dict
      sample: []
    authenticationToken:
      description: A mask if the user has an API token, otherwise null or missing.
      type: str
      sample: "********"
  sample:
    id: 64b1f0c2a9d3e45f6a7b8c02
    login: ci
    permissions: [manage-users]
    group: [64b1f0c2a9d3e45f6a7b8d01]
permissions:
  description: The permissions of the account and of its groups, sorted. Empty when RV(valid=false).
  returned: success
  type: list
  elements: str
  sample: [manage-objects, manage-users]
groups:
  description: The groups of the account, with the server's own keys. Empty when RV(valid=false).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the group.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8d01
    name:
      description: Name of the group.
      type: str
      sample: Operators
    permissions:
      description: Permissions that every member gets.
      type: list
      elements: str
      sample: [manage-objects]
    objectPermissions:
      description: Ids of the objects that members may see (C(include)) and may not see (C(exclude)), with everything
        below them.
      type: dict
      sample: {include: [1], exclude: []}
    eventFilter:
      description: Filter of the events that members see.
      type: list
      elements: dict
      sample: []
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8d01
      name: Operators
      permissions: [manage-objects]
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, NotSignedIn
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER, group_ids
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

SPEC = Spec(needs_session=False)


def run(context: TaskContext) -> dict[str, Any]:
    user, reason = _current_user(context)
    if not user:
        return {"valid": False, "reason": reason, "user": {}, "permissions": [], "groups": []}
    # Without manage-users the list holds only the caller's groups, with it all of them: both serve.
    own = set(group_ids(user))
    groups = [group for group in context.client.get_list("/user-groups") if str(group.get("id")) in own] if own else []
    permissions = {text for holder in [user, *groups] for text in USER.by_option["permissions"].read(holder)}
    return {"valid": True, "reason": "", "user": user, "permissions": sorted(permissions), "groups": groups}


def _current_user(context: TaskContext) -> tuple[dict[str, Any], str]:
    """The account that is signed in, and if there is none, the reason."""
    try:
        # Who hands over a session id asks about this session, and not whether another could be opened.
        user = context.client.send(Request("GET", "/users/current"), recover=not context.args["saymon_sid"]).data
    except NotSignedIn as error:
        return {}, str(error)
    except HttpError as error:
        if error.status != 401:
            raise
        return {}, str(error)
    if isinstance(user, dict) and user.get("id"):
        return user, ""
    return {}, "The server does not say whose session this is."


if __name__ == "__main__":
    main(SPEC, run)
