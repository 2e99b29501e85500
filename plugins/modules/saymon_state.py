#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring states to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_state
short_description: Create, change and delete states of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one state, or a whole list of them, to the state that the options describe. Options that you leave out stay
    unchanged.
  - A state is what an object or a link can be in, such as Working or Alarm. An object takes over a state of its
    children, and the priority of the states decides which.
  - The server's own states can be changed, but not deleted. It is not documented whether a server deletes a state that
    objects or links are in.
  - Needs the permission C(manage-configuration).
options:
  id: &id
    description: Id of the state. Needed only to change the name.
    type: str
  name: &name
    description: Name of the state.
    type: str
  priority: &priority
    description: Where several children are in different states, the priority decides which one the parent takes. New
      states have V(0).
    type: int
  color: &color
    description:
      - Main colour, as stylesheets write it, such as V('#2e7d32') or V(rgb(46 125 50\)). The server gives new states
        V(rgb(40 173 250\)).
      - Quote a colour that begins with V(#). YAML takes what follows for a comment, and the option is then ignored.
    type: str
  color_light: &color_light
    description: Lighter colour.
    type: str
  color_shadow: &color_shadow
    description: Colour of shadows.
    type: str
  color_background: &color_background
    description: Colour of the background.
    type: str
  color_svg_background: &color_svg_background
    description: Colours of the background of drawings, in order.
    type: list
    elements: str
  state:
    <<: &state
      description: V(present) creates the state or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  states:
    description: A list of states, instead of the options of one. O(state) may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      priority: *priority
      color: *color
      color_light: *color_light
      color_shadow: *color_shadow
      color_background: *color_background
      color_svg_background: *color_svg_background
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_state_info
"""

EXAMPLES = r"""
- name: A state with colours of its own
  saymon.platform.saymon_state:
    name: Maintenance
    priority: 4
    color: "#5e35b1"
    color_light: "#b39ddb"
    color_background: "#ede7f6"

- name: Several states at once
  saymon.platform.saymon_state:
    states:
      - name: Degraded
        priority: 6
        color: "#ef6c00"
      - name: Decommissioned
        priority: 1
        color: "#9e9e9e"

- name: Another colour for a state of the server, in check mode
  saymon.platform.saymon_state:
    name: Alarm
    color: "#c62828"
  check_mode: true
  diff: true

- name: Look up the id of a state
  saymon.platform.saymon_state_info:
    name: Degraded
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_state:
    id: "{{ found.states[0].id }}"
    name: Limited

- name: Delete it
  saymon.platform.saymon_state:
    name: Limited
    state: absent

- name: All states of a file
  saymon.platform.saymon_state:
    src: states.yml
"""

RETURN = r"""
state:
  description: The state after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
    id: 64b1f0c2a9d3e45f6a7b8e11
    name: Maintenance
    priority: 4
    ui: {colors: {main: '#5e35b1'}}
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
      sample: Maintenance
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
      sample: "POST /states answered 400 BadRequest: the name is too long."
  sample:
    - name: Maintenance
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.state import STATE
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(STATE)
run = ensure(STATE)


if __name__ == "__main__":
    main(SPEC, run)
