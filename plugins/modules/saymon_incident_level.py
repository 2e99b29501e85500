#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring incident levels to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_incident_level
short_description: Create, change and delete incident levels of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one incident level, or a whole list of them, to the state that the options describe. Options that you leave
    out stay unchanged.
  - An incident level says how serious an incident is, such as Alarm or Warning. Incident conditions raise incidents of
    a level.
  - The built-in levels are Alarm, Warning, Cleared and Major, with the ids V(1) to V(4). They can be renamed and get
    another colour, but they cannot be deleted or get another priority. Cleared has no priority.
  - The priority of a new level is set by a second request, because a server ignores it in the first one.
  - The server's call that numbers all priorities anew is not used, because it would also change the built-in levels.
  - According to the documentation of SAYMON, custom levels can be deleted. What happens to incidents of a deleted level
    is not documented.
  - Needs the permission C(manage-configuration).
options:
  id: &id
    description: Id of the level. Needed only to change the name.
    type: str
  name: &name
    description: Name of the level.
    type: str
  color: &color
    description:
      - The colour, as stylesheets write it. SAYMON documents the form V('#2e7d32').
      - Quote a colour that begins with V(#). YAML takes what follows for a comment, and the option is then ignored.
    type: str
  priority: &priority
    description:
      - Where the level stands among the others. New levels have V(0), and the web client cannot change that.
      - The built-in levels keep their priorities, so this is an error for them if it differs.
    type: int
  description: &description
    description: What the level is for. Older servers do not have it.
    type: str
  comment: &comment
    description: A comment. Older servers do not have it.
    type: str
  state:
    <<: &state
      description: V(present) creates the level or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  incident_levels:
    description: A list of levels, instead of the options of one. O(state) may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      color: *color
      priority: *priority
      description: *description
      comment: *comment
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_incident_level_info
"""

EXAMPLES = r"""
- name: A level above Major
  saymon.platform.saymon_incident_level:
    name: Disaster
    color: "#b71c1c"
    priority: 10
    description: The site is down.

- name: Several levels at once
  saymon.platform.saymon_incident_level:
    incident_levels:
      - name: Notice
        color: "#0288d1"
        priority: 1
      - name: Minor
        color: "#fbc02d"
        priority: 2

- name: Another colour for a built-in level, in check mode
  saymon.platform.saymon_incident_level:
    name: Major
    color: "#6a1b9a"
  check_mode: true
  diff: true

- name: Look up the id of a level
  saymon.platform.saymon_incident_level_info:
    name: Notice
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_incident_level:
    id: "{{ found.incident_levels[0].id }}"
    name: Information

- name: Delete it
  saymon.platform.saymon_incident_level:
    name: Information
    state: absent

- name: All levels of a file
  saymon.platform.saymon_incident_level:
    src: incident-levels.yml
"""

RETURN = r"""
incident_level:
  description: The level after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
    id: 64b1f0c2a9d3e45f6a7b8d21
    name: Disaster
    priority: 10
    ui: {colors: {main: '#b71c1c'}}
    description: The site is down.
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
      sample: Disaster
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8d21
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
      sample: "POST /incident-levels answered 400 BadRequest: the name is too long."
  sample:
    - name: Disaster
      id: 64b1f0c2a9d3e45f6a7b8d21
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident_level import INCIDENT_LEVEL
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(INCIDENT_LEVEL)
run = ensure(INCIDENT_LEVEL)


if __name__ == "__main__":
    main(SPEC, run)
