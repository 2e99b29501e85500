#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List incident levels."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_incident_level_info
short_description: List incident levels of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all incident levels, or those that match all filters. If none matches, the list is empty and the task
    succeeds.
  - Needs no permission.
options:
  id:
    description: Only the level with this id.
    type: str
  name:
    description: Only levels with this name.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_incident_level
"""

EXAMPLES = r"""
- name: List all incident levels
  saymon.platform.saymon_incident_level_info:
  register: all_levels

- name: Print the names of those that the users have added
  ansible.builtin.debug:
    msg: "{{ all_levels.incident_levels | rejectattr('id', 'in', [1, 2, 3, 4]) | map(attribute='name') }}"

- name: Write all incident levels into a file
  saymon.platform.saymon_incident_level_info:
    dest: incident-levels.json
"""

RETURN = r"""
incident_levels:
  description: The levels, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the level, a text. The built-in levels have the numbers 1 to 4.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8d21
    name:
      description: Name of the level.
      type: str
      sample: Disaster
    priority:
      description: Where the level stands among the others. Missing for the level Cleared.
      type: int
      sample: 10
    ui:
      description: How the web client shows the level.
      type: dict
      contains:
        colors:
          description: Colours by their use.
          type: dict
          contains:
            main:
              description: Main colour.
              type: str
              sample: '#b71c1c'
          sample: {main: '#b71c1c'}
      sample: {colors: {main: '#b71c1c'}}
    description:
      description: What the level is for. Missing on older servers.
      type: str
      sample: The site is down.
    comment:
      description: A comment. Missing on older servers.
      type: str
      sample: Agreed with the operators
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8d21
      name: Disaster
      priority: 10
      ui: {colors: {main: '#b71c1c'}}
      description: The site is down.
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: incident-levels.json
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident_level import INCIDENT_LEVEL
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(INCIDENT_LEVEL, {"name": "name"})
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
