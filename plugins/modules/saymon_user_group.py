#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring user groups to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_user_group
short_description: Create, change and delete user groups of a SAYMON server, with their members
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one group, or a whole list of them, to the state that the options describe. Options that you leave out
    stay unchanged.
  - The server keeps the groups of a user with the user, so O(members) changes the users.
  - A deleted group may leave its id on its former members. The module checks this and returns them as
    RV(dangling_members).
  - Needs the permission C(manage-users).
options:
  id: &id
    description: Id of the group. Needed only to rename it.
    type: str
  name: &name
    description: Name of the group.
    type: str
  permissions: &permissions
    description:
      - Permissions that every member gets, such as V(manage-objects). Servers may know other permissions than the
        documented ones, so they are not checked.
    type: list
    elements: str
  append_permissions:
    <<: &append_permissions
      description: Whether the group keeps other permissions besides O(permissions).
      type: bool
    default: false
  object_include: &object_include
    description: Objects that members may see, with everything below them. Each is a path, a name or an id.
    type: list
    elements: str
  object_exclude: &object_exclude
    description: Objects that members may not see, with everything below them. Each is a path, a name or an id.
    type: list
    elements: str
  append_objects:
    <<: &append_objects
      description: Whether the group keeps other entries besides O(object_include) and O(object_exclude).
      type: bool
    default: false
  event_filter: &event_filter
    description: Filter of the events that members see, in the format of the API.
    type: list
    elements: dict
  members: &members
    description: Logins or ids of the members.
    type: list
    elements: str
  append_members:
    <<: &append_members
      description: Whether the group keeps other members besides O(members).
      type: bool
    default: false
  state:
    <<: &state
      description: V(present) creates the group or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  user_groups:
    description: A list of groups, instead of the options of one. Options that steer, such as O(state), may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      permissions: *permissions
      append_permissions: *append_permissions
      object_include: *object_include
      object_exclude: *object_exclude
      append_objects: *append_objects
      event_filter: *event_filter
      members: *members
      append_members: *append_members
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_user_group_info
  - module: saymon.platform.saymon_user
"""

EXAMPLES = r"""
- name: Make sure a group exists
  saymon.platform.saymon_user_group:
    name: Plant engineers
    permissions: [manage-objects, execute-operations]
    object_include: [/ROOT]

- name: Add a member
  saymon.platform.saymon_user_group:
    name: Plant engineers
    members: [engineer]
    append_members: true

- name: Show what a change would do, without making it
  saymon.platform.saymon_user_group:
    name: Plant engineers
    permissions: [manage-objects]
  check_mode: true
  diff: true

- name: Look up the id of the group
  saymon.platform.saymon_user_group_info:
    name: Plant engineers
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_user_group:
    id: "{{ found.user_groups[0].id }}"
    name: Plant staff

- name: Delete it
  saymon.platform.saymon_user_group:
    name: Plant staff
    state: absent

- name: All groups of a file, with up to four requests at a time
  saymon.platform.saymon_user_group:
    src: groups.yml
    parallel: 4
"""

RETURN = r"""
user_group:
  description: The group after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
  sample:
    id: 64b1f0c2a9d3e45f6a7b8d01
    name: Plant engineers
    permissions: [manage-objects]
    objectPermissions: {include: [1], exclude: []}
action:
  description: What was done, or would be done in check mode. One of C(created), C(updated), C(deleted) and
    C(unchanged).
  returned: success, with one item
  type: str
  sample: updated
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success, with one item
  type: bool
  sample: false
outcomes:
  description:
    - What became of each item that was changed or failed, or with O(outcomes=all) of every item, in the order of the
      list.
    - C(action) can also be C(failed) and C(skipped), then with C(msg).
  returned: with a list of items
  type: list
  elements: dict
  contains:
    name:
      description: Name of the item.
      type: str
      sample: Plant engineers
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8c02
    action:
      description: What was done, C(created), C(updated), C(deleted), C(unchanged), C(failed) or C(skipped).
      type: str
      sample: created
    changed:
      description: Whether something was written, or may have been when the item failed.
      type: bool
      sample: true
    msg:
      description: Why the item failed or was skipped. Missing for all others.
      type: str
      sample: "POST /users answered 400 BadRequest: the login is too long."
  sample:
    - name: Plant engineers
      id: 64b1f0c2a9d3e45f6a7b8c02
      action: created
      changed: true
summary:
  description: Number of items with each outcome, and of items whose state was read again after a lost answer.
  returned: with a list of items
  type: dict
  contains:
    created:
      description: Number of items that were created.
      type: int
      sample: 1
    updated:
      description: Number of items that were changed.
      type: int
      sample: 0
    deleted:
      description: Number of items that were deleted.
      type: int
      sample: 0
    unchanged:
      description: Number of items that needed no change.
      type: int
      sample: 499
    failed:
      description: Number of items that failed.
      type: int
      sample: 0
    skipped:
      description: Number of items that were not tried because the server could no longer be reached.
      type: int
      sample: 0
    recovered:
      description: Number of items whose state was read again after a lost answer.
      type: int
      sample: 0
  sample: {created: 1, updated: 0, deleted: 0, unchanged: 499, failed: 0, skipped: 0, recovered: 0}
dangling_members:
  description: Logins of users that still have the id of a deleted group. In check mode, the present members of a group
    that would be deleted.
  returned: when a group with members is deleted
  type: list
  elements: str
  sample: [engineer]
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user_group import USER_GROUP
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(USER_GROUP)
run = ensure(USER_GROUP)


if __name__ == "__main__":
    main(SPEC, run)
