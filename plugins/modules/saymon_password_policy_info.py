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
  - Returns all password policies, or those that match every given filter. When none matches the list is empty; that is
    no error.
  - The default policy, the only one that the server enforces, has the id V(1).
options:
  id:
    description: Only the policy with this id.
    type: str
  name:
    description: Only policies with this name.
    type: str
  fields:
    description: The keys of a record to return, in place of all of them. C(id) is returned at all times.
    type: list
    elements: str
  limit:
    description: Return no more than this many, those with the lowest ids.
    type: int
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_password_policy
"""

EXAMPLES = r"""
- name: Look at the policy in force
  saymon.platform.saymon_password_policy_info:
    id: "1"
  register: policy

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
  sample:
    - id: 1
      name: Default
      length: 8
count:
  description: How many records the file holds.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file, as it was given.
  returned: success, with O(dest)
  type: str
  sample: policies.json
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.password_policy import PASSWORD_POLICY
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC, run = info_of(PASSWORD_POLICY, {"name": "name"})


if __name__ == "__main__":
    main(SPEC, run)
