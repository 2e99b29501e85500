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
  - Brings one policy, or a whole list of them, to the state that the options describe. Options that you leave out
    stay unchanged.
  - The server enforces only its default policy, which has the id V(1). Others can be stored, but have no effect.
  - Needs the permission C(manage-configuration).
options:
  id: &id
    description: Id of the policy, V(1) for the default policy.
    type: str
  name: &name
    description: Name of the policy.
    type: str
  length: &length
    description: Minimum number of characters.
    type: int
  min_lowercase: &min_lowercase
    description: Minimum number of small letters.
    type: int
  min_capital: &min_capital
    description: Minimum number of capital letters.
    type: int
  min_digits: &min_digits
    description: Minimum number of digits.
    type: int
  min_special: &min_special
    description: Minimum number of characters that are neither letters nor digits.
    type: int
  change_password_on_first_login: &change_password_on_first_login
    description: Whether a new user must choose another password.
    type: bool
  password_lifetime: &password_lifetime
    description: How long a password is valid. The unit is not documented; it is probably days.
    type: int
  password_expired_notification_period: &password_expired_notification_period
    description: How long before the end of that time the user is notified. The unit is not documented; it is probably
      days.
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
    description: A list of policies, instead of the options of one. O(state) may stay outside and apply to all items.
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
- name: Require longer passwords
  saymon.platform.saymon_password_policy:
    id: "1"
    length: 12
    min_digits: 1

- name: Store another policy
  saymon.platform.saymon_password_policy:
    name: Contractors
    length: 16

- name: Show what a change would do, without making it
  saymon.platform.saymon_password_policy:
    id: "1"
    length: 14
  check_mode: true
  diff: true

- name: Look up the id of a policy
  saymon.platform.saymon_password_policy_info:
    name: Contractors
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_password_policy:
    id: "{{ found.password_policies[0].id }}"
    name: Partners

- name: Delete it
  saymon.platform.saymon_password_policy:
    name: Partners
    state: absent

- name: All policies of a file, with up to four requests at a time
  saymon.platform.saymon_password_policy:
    src: policies.json
    parallel: 4
"""

RETURN = r"""
password_policy:
  description: The policy after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the policy, a text. The default policy has the number C(1).
      type: raw
      sample: 1
    name:
      description: Name of the policy.
      type: str
      sample: Default
    length:
      description: Minimum number of characters.
      type: int
      sample: 12
    minLowercase:
      description: Minimum number of small letters.
      type: int
      sample: 1
    minCapital:
      description: Minimum number of capital letters.
      type: int
      sample: 1
    minDigits:
      description: Minimum number of digits.
      type: int
      sample: 1
    minSpecial:
      description: Minimum number of characters that are neither letters nor digits.
      type: int
      sample: 0
    changePasswordOnFirstLogin:
      description: Whether a new user must choose another password. Newer servers only.
      type: bool
      sample: false
    passwordLifetime:
      description: How long a password is valid, probably in days. Newer servers only.
      type: int
      sample: 90
    passwordExpiredNotificationPeriod:
      description: How long before the end of that time the user is notified, probably in days. Newer servers only.
      type: int
      sample: 7
    uniquePasswordsNumber:
      description: How many former passwords cannot be used again. Newer servers only.
      type: int
      sample: 3
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
      sample: Contractors
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
    - name: Contractors
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.password_policy import PASSWORD_POLICY
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(PASSWORD_POLICY)
run = ensure(PASSWORD_POLICY)


if __name__ == "__main__":
    main(SPEC, run)
