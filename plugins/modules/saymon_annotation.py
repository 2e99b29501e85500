#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write notes on charts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_annotation
short_description: Write, change and delete notes on the charts of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one annotation, or a whole list of them, to the state that the options describe. An annotation is a note at a
    moment of the time axis, such as the start of a rollout. It appears on the charts of all objects.
  - A note is known by its text and its time. If there is one with the same text within O(window) of O(timestamp), the
    task leaves it alone and reports no change. So a playbook that runs again within an hour does not write its notes a
    second time.
  - Needs the permission C(manage-history).
options:
  id: &id
    description: Id of the annotation. Needed only to change its text or its time.
    type: str
  content: &content
    description: Text of the note. Each letter counts when the module looks for an existing note.
    type: str
  timestamp: &timestamp
    description:
      - The moment that the note is about. V(now), a time from now such as V(-10m) or V(+2h), a date with a time zone
        such as V('2030-12-31T18:00:00Z'), or epoch milliseconds.
      - Without it, the note is for now. An annotation that is given by O(id) then stays where it is.
    type: str
  window: &window
    description:
      - How far from O(timestamp), before or after it, a note with the same text counts as the same. Whole seconds, or
        a number with a unit such as V(30s), V(5m), V(1h) or V(2d).
      - The default is V(1h) for a moment that depends on the time of the run, and V(0) for a date.
      - With V(0) and no O(timestamp), each run writes a note of its own.
    type: str
  state:
    <<: &state
      description: V(present) writes the note or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  annotations:
    description: A list of annotations, instead of the options of one. O(state) may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      content: *content
      timestamp: *timestamp
      window: *window
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
notes:
  - The server cannot look up one annotation. The module reads those around the given times, in one request, or all of
    them if an O(id) is given.
  - Tasks of one run that write the same note at the same time write it once. Two separate runs that do so at the same
    moment may both write it.
seealso:
  - module: saymon.platform.saymon_annotation_info
"""

EXAMPLES = r"""
- name: Note the rollout on the charts
  saymon.platform.saymon_annotation:
    content: Rollout 4.2 on {{ inventory_hostname }}

- name: Note each restart, however many there are
  saymon.platform.saymon_annotation:
    content: Restarted nginx on {{ inventory_hostname }}
    window: 0

- name: Several notes at fixed times
  saymon.platform.saymon_annotation:
    annotations:
      - content: Maintenance begins
        timestamp: "2030-12-31T18:00:00Z"
      - content: Maintenance ends
        timestamp: "2030-12-31T20:30:00Z"

- name: Note something that happened ten minutes ago
  saymon.platform.saymon_annotation:
    content: Power failure in rack A1
    timestamp: -10m
  register: noted

- name: Correct its text and its time
  saymon.platform.saymon_annotation:
    id: "{{ noted.annotation.id }}"
    content: Power failure in racks A1 and A2
    timestamp: "2030-11-25T08:15:00+03:00"

- name: The maintenance does not take place
  saymon.platform.saymon_annotation:
    state: absent
    annotations:
      - content: Maintenance begins
        timestamp: "2030-12-31T18:00:00Z"
      - content: Maintenance ends
        timestamp: "2030-12-31T20:30:00Z"
"""

RETURN = r"""
annotation:
  description: The annotation after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the annotation.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8d01
    timestamp:
      description: The moment that the note is about, in epoch milliseconds.
      type: int
      sample: 1924970400000
    content:
      description: Text of the note.
      type: str
      sample: Rollout 4.2 on web01
    user:
      description: Id of the account that wrote it.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    changed:
      description: When the note was last written, in epoch milliseconds.
      type: int
      sample: 1924970400123
  sample:
    id: 64b1f0c2a9d3e45f6a7b8d01
    timestamp: 1924970400000
    content: Rollout 4.2 on web01
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
      description: Text of the note, or its id.
      type: str
      sample: Maintenance begins
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8d01
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
      sample: "POST /history-annotations answered 400 BadRequest: the content is too long."
  sample:
    - name: Maintenance begins
      id: 64b1f0c2a9d3e45f6a7b8d01
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.annotation import ANNOTATION
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(ANNOTATION)
run = ensure(ANNOTATION)


if __name__ == "__main__":
    main(SPEC, run)
