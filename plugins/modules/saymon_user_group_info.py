#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List user groups with their members."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_user_group_info
short_description: List user groups of a SAYMON server and their members
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all user groups, or those that match all filters. If none matches, the list is empty and the task succeeds.
  - Needs the permission C(manage-users). Without it, the server shows only the account's own groups and hides who is in
    them, so they are returned without members, and the module warns about it.
options:
  id:
    description: Only the group with this id.
    type: str
  name:
    description: Only groups with this name.
    type: str
  with_members:
    description: Whether to look up the members, which takes one more request.
    type: bool
    default: true
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_user_info
"""

EXAMPLES = r"""
- name: Find out who is in a group
  saymon.platform.saymon_user_group_info:
    name: Operators
  register: found

- name: Print the logins of its members
  ansible.builtin.debug:
    msg: "{{ found.user_groups | map(attribute='members') | flatten | map(attribute='login') }}"

- name: Find out which objects the groups may see
  saymon.platform.saymon_user_group_info:
    with_members: false
    fields: [name, objectPermissions]
    resolve: true
    limit: 20

- name: List all groups without their members
  saymon.platform.saymon_user_group_info:
    with_members: false

- name: Write all groups into a file
  saymon.platform.saymon_user_group_info:
    dest: groups.yml
"""

RETURN = r"""
user_groups:
  description:
    - The groups, with the server's own keys.
  returned: success, without O(dest)
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
    members:
      description: The members, if the task has looked them up. The module adds this key.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the user.
          type: str
          sample: 64b1f0c2a9d3e45f6a7b8c02
        login:
          description: Login of the user.
          type: str
          sample: operator
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b8c02, login: operator}
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {object_include: [/ROOT], object_exclude: [], members: [operator]}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8d01
      name: Operators
      permissions: [manage-objects]
      objectPermissions: {include: [1], exclude: []}
      members:
        - id: 64b1f0c2a9d3e45f6a7b8c02
          login: operator
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: groups.yml
"""

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import Hidden
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user_group import USER_GROUP, members_by_group
from ansible_collections.saymon.platform.plugins.module_utils._run import main
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Search
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import AtOnce


def _members(search: Search, groups: list[Record]) -> dict[str, list[Record]]:
    try:
        members = members_by_group(search.finder)
    except Hidden as error:
        search.finder.warnings.append(f"The groups are returned without members. {error}")
        return {}
    return {str(group["id"]): members.get(str(group["id"]), []) for group in groups}


_INFO = info_of(
    USER_GROUP,
    {"name": "name"},
    options={"with_members": {"type": "bool", "default": True}},
    gather={"members": AtOnce(_members, option="with_members")},
)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
