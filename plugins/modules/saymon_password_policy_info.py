#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List password policies."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_password_policy_info
short_description: List password policies of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all password policies, or those that match all filters. If none matches, the list is empty and the task
    succeeds.
  - The server enforces only its default policy, which has the id V(1).
  - Needs no permission.
options:
  id:
    description: Only the policy with this id.
    type: str
  name:
    description: Only policies with this name.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_password_policy
"""

EXAMPLES = r"""
- name: Read the policy that is enforced
  saymon.platform.saymon_password_policy_info:
    id: "1"
  register: policy

- name: Read the minimum lengths of the two oldest policies
  saymon.platform.saymon_password_policy_info:
    fields: [name, length]
    limit: 2

- name: Write all policies into a file
  saymon.platform.saymon_password_policy_info:
    dest: policies.json
"""

RETURN = r"""
password_policies:
  description: The policies, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {}
  sample:
    - id: 1
      name: Default
      length: 8
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: policies.json
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.password_policy import PASSWORD_POLICY
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(PASSWORD_POLICY, {"name": "name"})
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
