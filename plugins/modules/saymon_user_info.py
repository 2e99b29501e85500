#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List users."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_user_info
short_description: List users of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all users, or those that match all filters. If none matches, the list is empty and the task succeeds.
  - Needs the permission C(manage-users). Without it, newer servers show only C(id) and C(login) of users, and put the
    display name into C(login). Filters on other fields then match nothing, O(resolve) finds no names, and the module
    warns about it.
options:
  id:
    description: Only the user with this id.
    type: str
  login:
    description: Only the user with this login.
    type: str
  email:
    description: Only users with this e-mail address. Upper and lower case are the same.
    type: str
  group:
    description: Only members of this group, a name or an id.
    type: str
  status:
    description:
      - Only users in this status.
      - V(need_activation) means that the user has registered and not yet followed the mailed link. V(invited) means
        that the user was created without a password and has not chosen one. V(blocked) means that the account was
        blocked or has expired.
    type: str
    choices: [active, blocked, invited, need_activation]
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_user_group_info
  - module: saymon.platform.saymon_session_info
"""

EXAMPLES = r"""
- name: Find one user
  saymon.platform.saymon_user_info:
    login: operator
  register: found

- name: List the blocked members of a group
  saymon.platform.saymon_user_info:
    group: Operators
    status: blocked

- name: Find out who is in which groups
  saymon.platform.saymon_user_info:
    fields: [login, group]
    resolve: true
  register: everybody

- name: Print the groups of each
  ansible.builtin.debug:
    msg: "{{ dict(everybody.users | map(attribute='login') | zip(everybody.users | map(attribute='names.groups'))) }}"

- name: Read the five oldest accounts
  saymon.platform.saymon_user_info:
    limit: 5

- name: Read all users
  saymon.platform.saymon_user_info:
  register: everybody

- name: Print their logins
  ansible.builtin.debug:
    msg: "{{ everybody.users | map(attribute='login') | sort }}"

- name: Write all users into a file for a spreadsheet
  saymon.platform.saymon_user_info:
    dest: users.csv
    mode: "0600"
"""

RETURN = r"""
users:
  description: The users, with the server's own keys. Tokens are masked.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {groups: [Operators], object_include: [/ROOT]}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8c02
      login: operator
      displayName: Night shift
      permissions: [execute-operations]
      objectPermissions: {include: [1], exclude: []}
      group: [64b1f0c2a9d3e45f6a7b8d01]
      status: 2
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: users.csv
"""

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER, is_masked
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

_FILTERS = {"login": "login", "email": "email", "group": "groups", "status": "status"}


def _warn_of_masked(context: TaskContext, users: list[Record]) -> None:
    if is_masked(users) and any(context.args[name] for name in (*_FILTERS, "resolve")):
        context.warnings.append(
            "The account lacks the permission manage-users, so the server shows only id and display name of users: "
            "filters on login, email, group and status may match nothing, and resolve finds no names. "
            "Sign in as somebody who has it."
        )


_INFO = info_of(USER, _FILTERS, known=["authenticationToken"], inspect=_warn_of_masked)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
