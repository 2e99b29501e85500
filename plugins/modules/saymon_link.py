#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring links to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_link
short_description: Create, change and delete links between objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one link, or a whole list of them, to the state that the options describe. Options that you leave out stay
    unchanged.
  - A link is found by O(id), otherwise by O(source), O(target) and, if given, O(class). It has a direction, so the
    link from V(sw1) to V(db01) is not the link from V(db01) to V(sw1). A warning tells when a link is created although
    there is one in the opposite direction.
  - There may be several links between the same two objects. O(class) tells them apart. Otherwise, the task fails and
    lists their ids.
  - Needs the permission C(manage-links), or C(create-links), C(modify-links) and C(delete-links), and access to both
    ends. Changing single properties needs C(manage-properties) or C(manage-links).
options:
  id: &id
    description: Id of the link. Needed only to give it other ends, or if several links match.
    type: str
  source: &source
    description: The object where the link begins, a path (such as V(/ROOT/Plant North/Rack 1/db01)), a name or an id.
    type: str
  target: &target
    description:
      - The object where the link ends, a path, a name or an id.
      - Together with O(id), O(source) and O(target) can be changed on servers that allow it. It is not documented
        which ones do. If the server ignores such a change, the task warns. Then delete the link and create it anew.
    type: str
  class: &class
    description: Name or id of the class. It cannot be changed after creation. The default of a new link is up to the
      server, usually the built-in class V(Link).
    type: str
  tags: &tags
    description: Names or ids of the tags.
    type: list
    elements: str
  append_tags:
    <<: &append_tags
      description: Whether the link keeps other tags besides O(tags).
      type: bool
    default: false
  create_tags:
    <<: &create_tags
      description: Whether missing tags are created.
      type: bool
    default: false
  weight: &weight
    description: Weight of the link.
    type: float
  client_data: &client_data
    description: Settings of the web client, such as C(showArrow), as a dictionary. They are merged into the present
      settings.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the link.
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
        - Whether the link keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  state:
    <<: &state
      description: V(present) creates the link or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  links:
    description: A list of links, instead of the options of one. Options that steer, such as O(state), may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      source: *source
      target: *target
      class: *class
      tags: *tags
      append_tags: *append_tags
      create_tags: *create_tags
      weight: *weight
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
  - module: saymon.platform.saymon_link_info
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Make sure that the ends exist
  saymon.platform.saymon_object:
    objects:
      - name: Plant North
      - name: Rack 1
        parents: [/ROOT/Plant North]
      - name: db01
        parents: [/ROOT/Plant North/Rack 1]
      - name: sw1
        parents: [/ROOT/Plant North/Rack 1]
      - name: sw2
        parents: [/ROOT/Plant North/Rack 1]

- name: Connect a database server to a switch
  saymon.platform.saymon_link:
    source: /ROOT/Plant North/Rack 1/db01
    target: sw1
    class: Link
    properties:
      - name: Cable
        value: CAT6

- name: Change a property of the link, which its ends identify
  saymon.platform.saymon_link:
    source: db01
    target: sw1
    properties:
      - name: Cable
        value: Fibre

- name: Show what a change would do, without making it
  saymon.platform.saymon_link:
    source: db01
    target: sw1
    weight: 2
  check_mode: true
  diff: true

- name: Connect several servers and switches, with up to eight requests at a time
  saymon.platform.saymon_link:
    links:
      - source: db01
        target: sw1
      - source: db01
        target: sw2
      - source: sw1
        target: sw2
        client_data:
          showArrow: false
    parallel: 8

- name: Remove a link
  saymon.platform.saymon_link:
    source: db01
    target: sw2
    state: absent

- name: All links that the inventory system has exported
  saymon.platform.saymon_link:
    src: export/links.csv
"""

RETURN = r"""
link:
  description: The link after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the link.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9101
    source:
      description: Id of the object where the link begins.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    target:
      description: Id of the object where the link ends.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e02
    class_id:
      description: Id of the class, a number for built-in classes and a text for others.
      type: raw
      sample: 35
    state_id:
      description: Id of the state, a number for built-in states and a text for others.
      type: raw
      sample: 1
    tags:
      description: The tags, as ids or as records with C(id) and C(name), whichever the server sends.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8f01]
    weight:
      description: Weight of the link. Missing when it was never set.
      type: float
      sample: 1
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"showArrow": true}'
    properties:
      description: The properties, each with C(id), C(name), C(value) and C(type_id).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9001, name: Cable, value: CAT6, type_id: 1}
  sample:
    id: 64b1f0c2a9d3e45f6a7b9101
    source: 64b1f0c2a9d3e45f6a7b8e01
    target: 64b1f0c2a9d3e45f6a7b8e02
    class_id: 35
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
      sample: db01 - sw1
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
      sample: "POST /links answered 403 Forbidden: Missing permissions: manage-links."
  sample:
    - name: db01 - sw1
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.link import LINK
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(LINK)
run = ensure(LINK)


if __name__ == "__main__":
    main(SPEC, run)
