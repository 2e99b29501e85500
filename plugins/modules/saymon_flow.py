#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring flows to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_flow
short_description: Draw flows through objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one flow, or a whole list of them, to the state that the options describe. A flow is a line that is drawn
    through several objects, in order. It is not monitored. Options that you leave out stay unchanged.
  - A flow is found by O(id), otherwise by O(owner) and O(objects) in exactly this order. So the same task with other
    O(objects) draws a second flow. Give O(id) to change the objects of a flow.
  - Needs the permission C(manage-flows), or C(create-flows), C(modify-flows) and C(delete-flows), and access to the
    objects. Changing single properties needs C(manage-properties) or C(manage-flows).
  - It is not documented that a server lists its flows. On a server that does not, the task fails with a sentence that
    says so, because nothing tells which flows exist.
options:
  id: &id
    description: Id of the flow. Needed only to change O(owner) or O(objects), or if several flows match.
    type: str
  owner: &owner
    description: The object whose view shows the flow, a path (such as V(/ROOT/Plant North)), a name or an id.
    type: str
  objects: &objects
    description: The objects that the flow leads through, in order, each a path, a name or an id.
    type: list
    elements: str
  client_data: &client_data
    description: Settings of the web client, such as C(color) and C(connectorStyle), as a dictionary. They are merged
      into the present settings.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the flow.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the property.
        type: str
        required: true
      value:
        description:
          - Value of the property, a text. A number or a boolean becomes one as JSON writes it, such as V(7) or V(true).
            A dictionary or list is refused, so pass it through the filter P(ansible.builtin.to_json#filter).
          - Without it, or with null, an existing property keeps its value, and no property is created.
        type: raw
      type:
        description:
          - Type of the property, V(info), V(readonly), V(readwrite), V(document), V(file), V(service) or a number. The
            default is the present type, and V(info) for a new property.
        type: str
  append_properties:
    <<: &append_properties
      description:
        - Whether the flow keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  state:
    <<: &state
      description: V(present) creates the flow or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  flows:
    description: A list of flows, instead of the options of one. Options that steer, such as O(state), may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      owner: *owner
      objects: *objects
      client_data: *client_data
      properties: *properties
      append_properties: *append_properties
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_flow_info
  - module: saymon.platform.saymon_link
"""

EXAMPLES = r"""
- name: Make sure that the objects exist
  saymon.platform.saymon_object:
    objects:
      - name: Plant North
      - name: sw1
        parents: [/ROOT/Plant North]
      - name: db01
        parents: [/ROOT/Plant North]
      - name: app1
        parents: [/ROOT/Plant North]

- name: Draw the way of the orders through the plant
  saymon.platform.saymon_flow:
    owner: /ROOT/Plant North
    objects: [sw1, db01, app1]
    client_data:
      color: '#e53935'
    properties:
      - name: Carries
        value: Orders
  register: orders

- name: Let the flow end earlier, which needs the id
  saymon.platform.saymon_flow:
    id: "{{ orders.flow.id }}"
    objects: [sw1, db01]

- name: Remove it
  saymon.platform.saymon_flow:
    owner: /ROOT/Plant North
    objects: [sw1, db01]
    state: absent
"""

RETURN = r"""
flow:
  description: The flow after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the flow.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9301
    owner_id:
      description: Id of the object whose view shows the flow.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e00
    item_ids:
      description: Ids of the objects that the flow leads through, in order.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8e01, 64b1f0c2a9d3e45f6a7b8e02]
    client_data:
      description: Settings of the web client, a JSON text or a dictionary, whichever the server sends.
      type: raw
      sample: '{"color": "#e53935"}'
    properties:
      description: The properties, each with C(id), C(name), C(value) and C(type_id).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9001, name: Carries, value: Orders, type_id: 1}
  sample:
    id: 64b1f0c2a9d3e45f6a7b9301
    owner_id: 64b1f0c2a9d3e45f6a7b8e00
    item_ids: [64b1f0c2a9d3e45f6a7b8e01, 64b1f0c2a9d3e45f6a7b8e02]
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
      sample: Plant North - sw1 - db01
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
      sample: "POST /flows answered 403 Forbidden: Missing permissions: manage-flows."
  sample:
    - name: Plant North - sw1 - db01
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.flow import FLOW
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(FLOW)
run = ensure(FLOW)


if __name__ == "__main__":
    main(SPEC, run)
