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
  - Brings one user, or a whole list of them, to the state that the options describe. Options that are not given are
    left as they are.
  - A user is found by O(login), or by O(id), which also allows to change the login.
options:
  id: &id
    description: Id of the user. Needed only to change the login.
    type: str
  login: &login
    description: Login of the user.
    type: str
  display_name: &display_name
    description: Name that other users see. The server wants it to differ from the login.
    type: str
  email: &email
    description: E-mail address.
    type: str
  password: &password
    description:
      - Password. The server never shows it, so whether it differs cannot be known; see O(update_password).
      - A user created without one gets a mail with a link to choose it.
    type: str
  update_password:
    <<: &update_password
      description:
        - V(always) sets the password in each run and reports a change, V(on_create) sets it for new users only.
        - Where the password policy forbids to use a password again, V(always) fails in the second run.
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
      - The user's own permissions, such as V(manage-objects). Those of the groups come in addition.
      - The list of possible permissions is open, so they are not checked.
    type: list
    elements: str
  append_permissions:
    <<: &append_permissions
      description: Whether the user keeps other permissions besides O(permissions).
      type: bool
    default: false
  object_include: &object_include
    description: Objects that the user may see, with all below them. Each is given by path, name or id.
    type: list
    elements: str
  object_exclude: &object_exclude
    description: Objects that the user may not see, with all below them. Each is given by path, name or id.
    type: list
    elements: str
  append_objects:
    <<: &append_objects
      description: Whether other entries besides O(object_include) and O(object_exclude) stay.
      type: bool
    default: false
  status: &status
    description:
      - Status of the account. V(need_activation) and V(invited) wait for the user to follow a mailed link.
    type: str
    choices: [active, blocked, invited, need_activation]
  active_to: &active_to
    description:
      - When the account gets blocked by itself, as date with time and offset, such as V(2030-12-31T18:00:00Z), or in
        epoch milliseconds. An empty text means never.
    type: str
  contacts: &contacts
    description: E-mail addresses and phone numbers for notifications.
    type: list
    elements: str
  language: &language
    description: Language of notifications, such as V(en) or V(ru).
    type: str
  event_filter: &event_filter
    description: Filter of the events that the user sees, as the API takes it.
    type: list
    elements: dict
  favorites: &favorites
    description: The user's favourites, as the API takes them.
    type: list
    elements: dict
  state:
    <<: &state
      description:
        - V(present) creates the user or changes what differs, V(blocked) does so and blocks the account, V(absent)
          deletes it.
      type: str
      choices: [present, absent, blocked]
    default: present
  allow_self:
    <<: &allow_self
      description: Whether the account that is signed in may be deleted or blocked.
      type: bool
    default: false
  users:
    description: A list of users, in place of the options of one. Steering options outside the list hold for all of it.
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
      - A given O(password) is set in each run, unless O(update_password=on_create).
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

- name: Give one more permission, and keep those that are there
  saymon.platform.saymon_user:
    login: night.shift
    permissions: [execute-operations]
    append_permissions: true

- name: Block somebody
  saymon.platform.saymon_user:
    login: night.shift
    state: blocked

- name: Many users in one task
  saymon.platform.saymon_user:
    users:
      - login: day.shift
        email: day.shift@example.org
        groups: [Operators]
      - login: night.shift
        state: absent

- name: Whoever the staff list names
  saymon.platform.saymon_user:
    src: staff.csv  # login,email,groups[]
    parallel: 4
"""

RETURN = r"""
user:
  description: The user after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
  description: Whether the answer to a write got lost, and the server's state was read again to find out what had become
    of it.
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
  sample:
    - login: night.shift
      id: 64b1f0c2a9d3e45f6a7b8c02
      action: created
      changed: true
summary:
  description: How many items had each outcome, and for how many of them a lost answer was recovered.
  returned: with a list of items
  type: dict
  sample: {created: 1, updated: 0, deleted: 0, unchanged: 499, failed: 0, skipped: 0, recovered: 0}
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(USER)
run = ensure(USER)


if __name__ == "__main__":
    main(SPEC, run)
