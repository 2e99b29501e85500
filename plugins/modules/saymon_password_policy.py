#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring password policies to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_password_policy
short_description: Change, create and delete password policies of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one policy, or a whole list of them, to the state that the options describe. Options that are not given are
    left as they are.
  - The server enforces only its default policy, which has the id V(1). Others can be stored and have no effect.
options:
  id: &id
    description: Id of the policy, V(1) for the default one.
    type: str
  name: &name
    description: Name of the policy.
    type: str
  length: &length
    description: Least number of characters.
    type: int
  min_lowercase: &min_lowercase
    description: Least number of small letters.
    type: int
  min_capital: &min_capital
    description: Least number of capital letters.
    type: int
  min_digits: &min_digits
    description: Least number of digits.
    type: int
  min_special: &min_special
    description: Least number of characters that are neither letters nor digits.
    type: int
  change_password_on_first_login: &change_password_on_first_login
    description: Whether a new user must choose another password.
    type: bool
  password_lifetime: &password_lifetime
    description: How long a password is valid. The unit is not documented and seems to be days.
    type: int
  password_expired_notification_period: &password_expired_notification_period
    description: How long before that the user is told. The unit is not documented and seems to be days.
    type: int
  unique_passwords_number: &unique_passwords_number
    description: How many former passwords cannot be used again.
    type: int
  state:
    <<: &state
      description: V(present) creates the policy or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  password_policies:
    description: A list of policies, in place of the options of one. O(state) outside the list holds for all of it.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      length: *length
      min_lowercase: *min_lowercase
      min_capital: *min_capital
      min_digits: *min_digits
      min_special: *min_special
      change_password_on_first_login: *change_password_on_first_login
      password_lifetime: *password_lifetime
      password_expired_notification_period: *password_expired_notification_period
      unique_passwords_number: *unique_passwords_number
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_password_policy_info
"""

EXAMPLES = r"""
- name: Ask for longer passwords
  saymon.platform.saymon_password_policy:
    id: "1"
    length: 12
    min_digits: 1

- name: Store another policy
  saymon.platform.saymon_password_policy:
    name: Contractors
    length: 16

- name: Remove it again
  saymon.platform.saymon_password_policy:
    name: Contractors
    state: absent

- name: All policies of a file
  saymon.platform.saymon_password_policy:
    src: policies.json
"""

RETURN = r"""
password_policy:
  description: The policy after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  sample:
    id: 1
    name: Default
    length: 12
    minDigits: 1
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
    - name: Contractors
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.password_policy import PASSWORD_POLICY
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(PASSWORD_POLICY)
run = ensure(PASSWORD_POLICY)


if __name__ == "__main__":
    main(SPEC, run)
