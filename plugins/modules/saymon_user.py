#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring users to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_user
short_description: Create, change, block and delete users of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one user, or a whole list of them, to the state that the options describe. Options that you leave out
    stay unchanged.
  - A user is found by O(login), or by O(id). Use O(id) to change the login.
  - Needs the permission C(manage-users). Without it, the account that is signed in may be the only user of the task,
    and the server lets it change its own O(password) and O(favorites). Whether it may change anything else, such as
    O(language), depends on the server. The module tries it, and fails with what the server says.
options:
  id: &id
    description: Id of the user. Needed only to change the login.
    type: str
  login: &login
    description: Login of the user.
    type: str
  display_name: &display_name
    description: Name that other users see. The server requires it to differ from the login.
    type: str
  email: &email
    description: E-mail address.
    type: str
  password: &password
    description:
      - Password. The server never shows it, so the module cannot know whether it differs; see O(update_password).
      - Use six or more characters that are not a common word. Shorter passwords and words cannot be masked everywhere.
      - A user created without a password gets a mail with a link to choose one.
    type: str
  update_password:
    <<: &update_password
      description:
        - V(always) sets the password in each run and reports a change, V(on_create) sets it for new users only.
        - If the password policy does not allow a password to be used again, V(always) fails in the second run.
      type: str
      choices: [always, on_create]
    default: always
  groups: &groups
    description: Names or ids of the groups that the user belongs to.
    type: list
    elements: str
  append_groups:
    <<: &append_groups
      description: Whether the user keeps other groups besides O(groups).
      type: bool
    default: false
  permissions: &permissions
    description:
      - The user's own permissions, such as V(manage-objects). The user also has the permissions of the groups.
      - Servers may know other permissions than the documented ones, so they are not checked.
    type: list
    elements: str
  append_permissions:
    <<: &append_permissions
      description: Whether the user keeps other permissions besides O(permissions).
      type: bool
    default: false
  object_include: &object_include
    description: Objects that the user may see, with everything below them. Each is a path, a name or an id.
    type: list
    elements: str
  object_exclude: &object_exclude
    description: Objects that the user may not see, with everything below them. Each is a path, a name or an id.
    type: list
    elements: str
  append_objects:
    <<: &append_objects
      description: Whether the user keeps other entries besides O(object_include) and O(object_exclude).
      type: bool
    default: false
  status: &status
    description:
      - Status of the account. V(need_activation) and V(invited) mean that the user has to follow a mailed link.
    type: str
    choices: [active, blocked, invited, need_activation]
  active_to: &active_to
    description:
      - When the server blocks the account, as a date with time and offset such as V(2030-12-31T18:00:00Z), or in
        milliseconds since 1970-01-01 UTC. An empty text means never.
    type: str
  contacts: &contacts
    description: E-mail addresses and phone numbers for notifications.
    type: list
    elements: str
  language: &language
    description: Language of notifications, such as V(en) or V(ru).
    type: str
  event_filter: &event_filter
    description: Filter of the events that the user sees, in the format of the API.
    type: list
    elements: dict
  favorites: &favorites
    description: The user's favourites, in the format of the API.
    type: list
    elements: dict
  state:
    <<: &state
      description:
        - V(present) creates the user or changes what differs. V(blocked) does the same and blocks the account.
          V(absent) deletes the user.
      type: str
      choices: [present, absent, blocked]
    default: present
  allow_self:
    <<: &allow_self
      description: Whether the account that is signed in may be deleted or blocked.
      type: bool
    default: false
  users:
    description: A list of users, instead of the options of one. Options that steer, such as O(state), may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      login: *login
      display_name: *display_name
      email: *email
      password: *password
      update_password: *update_password
      groups: *groups
      append_groups: *append_groups
      permissions: *permissions
      append_permissions: *append_permissions
      object_include: *object_include
      object_exclude: *object_exclude
      append_objects: *append_objects
      status: *status
      active_to: *active_to
      contacts: *contacts
      language: *language
      event_filter: *event_filter
      favorites: *favorites
      state: *state
      allow_self: *allow_self
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
attributes:
  idempotent:
    support: partial
    details:
      - O(password) is set in each run, unless O(update_password=on_create).
seealso:
  - module: saymon.platform.saymon_user_info
  - module: saymon.platform.saymon_user_group
"""

EXAMPLES = r"""
- name: Make sure an operator exists
  saymon.platform.saymon_user:
    login: night.shift
    display_name: Night shift
    email: night.shift@example.org
    password: "{{ night_shift_password }}"
    update_password: on_create
    groups: [Operators]
    object_include: [/ROOT]
    status: active

- name: Add a permission and keep the others
  saymon.platform.saymon_user:
    login: night.shift
    permissions: [execute-operations]
    append_permissions: true

- name: Show what a change would do, without making it
  saymon.platform.saymon_user:
    login: night.shift
    language: ru
  check_mode: true
  diff: true

- name: Look up the id of a user
  saymon.platform.saymon_user_info:
    login: night.shift
  register: found

- name: Change the login, which needs the id
  saymon.platform.saymon_user:
    id: "{{ found.users[0].id }}"
    login: late.shift

- name: Block a user
  saymon.platform.saymon_user:
    login: late.shift
    state: blocked

- name: Many users in one task
  saymon.platform.saymon_user:
    users:
      - login: day.shift
        email: day.shift@example.org
        groups: [Operators]
      - login: late.shift
        state: absent

- name: All users of a file, with up to four requests at a time
  saymon.platform.saymon_user:
    src: staff.csv  # login,email,groups[]
    parallel: 4
"""

RETURN = r"""
user:
  description: The user after the task, with the server's own keys. Empty when the user is absent. In check mode, as it
    would be.
  returned: success, with one item
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
    login: night.shift
    displayName: Night shift
    permissions: []
    group: [64b1f0c2a9d3e45f6a7b8d01]
    status: 2
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
    login:
      description: Login of the item.
      type: str
      sample: night.shift
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
    - login: night.shift
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
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(USER)
run = ensure(USER)


if __name__ == "__main__":
    main(SPEC, run)
