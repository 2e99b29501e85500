#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List states."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_state_info
short_description: List states of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all states, or those that match all filters. If none matches, the list is empty and the task succeeds.
  - Needs no permission.
options:
  id:
    description: Only the state with this id.
    type: str
  name:
    description: Only states with this name.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_state
"""

EXAMPLES = r"""
- name: List all states
  saymon.platform.saymon_state_info:
  register: all_states

- name: Print their names, the most important first
  ansible.builtin.debug:
    msg: "{{ all_states.states | sort(attribute='priority', reverse=true) | map(attribute='name') }}"

- name: Write all states into a file
  saymon.platform.saymon_state_info:
    dest: states.json
"""

RETURN = r"""
states:
  description: The states, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the state, a text. The server's own states have small numbers.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e11
    name:
      description: Name of the state.
      type: str
      sample: Maintenance
    priority:
      description: Decides which state of its children a parent takes.
      type: int
      sample: 4
    ui:
      description: How the web client shows the state.
      type: dict
      contains:
        colors:
          description: Colours by their use.
          type: dict
          contains:
            main:
              description: Main colour.
              type: str
              sample: '#5e35b1'
            light:
              description: Lighter colour.
              type: str
              sample: '#b39ddb'
            shadow:
              description: Colour of shadows.
              type: str
              sample: '#4527a0'
            background:
              description: Colour of the background.
              type: str
              sample: '#ede7f6'
            svgBackground:
              description: Colours of the background of drawings. Some servers put this key beside C(ui).
              type: list
              elements: str
              sample: ['#ede7f6', '#d1c4e9']
          sample: {main: '#5e35b1'}
      sample: {colors: {main: '#5e35b1'}}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e11
      name: Maintenance
      priority: 4
      ui: {colors: {main: '#5e35b1'}}
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: states.json
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.state import STATE
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(STATE, {"name": "name"})
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
