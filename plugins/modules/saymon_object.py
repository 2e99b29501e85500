#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring objects to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_object
short_description: Create, change, move and delete monitored objects of a SAYMON server, with their properties
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one object, or a whole list of them, to the state that the options describe. Options that you leave out
    stay unchanged.
  - An object is found by O(id), otherwise by O(discovery_id), otherwise by O(path), or by O(name) below any of
    O(parents). Use O(id) or O(discovery_id) to rename it.
  - O(name) alone is looked up below the root only. If it is not there, a new object is created, with a warning when
    objects of this name are elsewhere. O(state=absent) is refused then, because the name does not say which one is
    meant. O(path) and O(parents) do.
  - Items of a list may refer to each other in any order. Parents are created before their children.
  - Needs the permission C(manage-objects), or C(create-objects), C(modify-objects) and C(delete-objects), and access to
    the objects. Newer servers search only for accounts with C(run-bulks). Without it, the module reads the whole list.
options:
  id: &id
    description: Id of the object. Needed only to rename an object that has no O(discovery_id).
    type: str
  path: &path
    description:
      - Path of the object, such as V(/ROOT/Plant North/Rack 1/db01), in place of O(name) and O(parents). The last step
        is the name. The steps before must exist, or be in the same list.
      - An object that is below further parents stays there. With O(id) or O(discovery_id), an object that is elsewhere
        is moved to the path and renamed.
      - O(name) and O(parents) may be given too, but must agree with it. Use them instead if the name contains a slash.
    type: str
  name: &name
    description:
      - Name of the object.
      - A name that begins with a slash is a O(path), unless O(parents) or O(id) is given.
    type: str
  discovery_id: &discovery_id
    description:
      - Key of the object in another system. The object is found by it wherever it is and whatever its name.
      - If no object has this key, an object without one that is at the given place (O(path), or O(name) with
        O(parents)) gets it. An object there that has another key is left alone, and a new one is created beside it,
        with a warning.
      - It cannot be empty, except together with O(id), where an empty text removes the key.
    type: str
  parents: &parents
    description:
      - The objects above this one. Each is a path (such as V(/ROOT/Plant North/Rack 1)), a name or an id.
      - A name that contains a slash is written into a path unchanged, such as V(/ROOT/Plant North/db01//var/lib).
      - Without it, a new object is created below the root, and O(name) is looked up there. An empty list means the
        same, and is an error for an object that exists elsewhere.
    type: list
    elements: str
  append_parents:
    <<: &append_parents
      description: Whether the object stays below other parents besides O(parents).
      type: bool
    default: false
  class: &class
    description: Name or id of the class. It cannot be changed after creation, so a difference is an error.
    type: str
  tags: &tags
    description: Names or ids of the tags.
    type: list
    elements: str
  append_tags:
    <<: &append_tags
      description: Whether the object keeps other tags besides O(tags).
      type: bool
    default: false
  create_tags:
    <<: &create_tags
      description: Whether missing tags are created.
      type: bool
    default: false
  geoposition: &geoposition
    description: Longitude and latitude in degrees. An empty list removes them.
    type: list
    elements: float
  geoposition_radius: &geoposition_radius
    description: Radius around O(geoposition), a whole number.
    type: int
  weight: &weight
    description: Weight of the object in the state of its parent.
    type: float
  background: &background
    description: Id of the background image.
    type: str
  client_data: &client_data
    description: Settings of the web client, as a dictionary. They are merged into the present settings.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the object.
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
        - Whether the object keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  recursive:
    <<: &recursive
      description: Whether an object that has children is deleted together with them.
      type: bool
    default: false
  state:
    <<: &state
      description: V(present) creates the object or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  objects:
    description: A list of objects, instead of the options of one. Options that steer, such as O(state), may stay
      outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      path: *path
      name: *name
      discovery_id: *discovery_id
      parents: *parents
      append_parents: *append_parents
      class: *class
      tags: *tags
      append_tags: *append_tags
      create_tags: *create_tags
      geoposition: *geoposition
      geoposition_radius: *geoposition_radius
      weight: *weight
      background: *background
      client_data: *client_data
      properties: *properties
      append_properties: *append_properties
      recursive: *recursive
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_object_info
"""

EXAMPLES = r"""
- name: Make sure a site exists, with a rack and a host in it
  saymon.platform.saymon_object:
    create_tags: true
    objects:
      - name: Plant North
        geoposition: [37.62, 55.75]
      - name: Rack 1
        parents: [/ROOT/Plant North]
      - name: db01
        discovery_id: cmdb-4711
        class: Host
        parents: [/ROOT/Plant North/Rack 1]
        tags: [production]
        properties:
          - name: Serial number
            value: XC-17
          - name: Owner
            value: Platform team

- name: The same host, named by its path, gets a key of the inventory system if it has none yet
  saymon.platform.saymon_object:
    path: /ROOT/Plant North/Rack 1/db01
    discovery_id: cmdb-4711
    weight: 1

- name: Change one property, and leave the others alone
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    properties:
      - name: Owner
        value: Storage team

- name: Show what a change would do, without making it
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    weight: 2
  check_mode: true
  diff: true

- name: Rename and move it, which the discovery_id allows
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    name: db02
    parents: [/ROOT/Plant North]

- name: Look up the id of an object that has no discovery_id
  saymon.platform.saymon_object_info:
    path: /ROOT/Plant North/Rack 1
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_object:
    id: "{{ found.objects[0].id }}"
    name: Rack 2

- name: Delete the site with everything in it
  saymon.platform.saymon_object:
    name: Plant North
    state: absent
    recursive: true

- name: All objects that the inventory system has exported, with up to eight requests at a time
  saymon.platform.saymon_object:
    src: export/*.jsonl
    create_tags: true
    parallel: 8
"""

RETURN = r"""
object:
  description: The object after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the object, a text. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    name:
      description: Name of the object.
      type: str
      sample: db01
    class_id:
      description: Id of the class, a number for built-in classes and a text for others.
      type: raw
      sample: 3
    parent_id:
      description: Ids of the objects above this one. Older servers have one id.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8e00]
    state_id:
      description: Id of the state, a number for built-in states and a text for others.
      type: raw
      sample: 3
    discovery_id:
      description: Key of the object in another system. Missing when there is none.
      type: str
      sample: cmdb-4711
    tags:
      description: The tags, as ids or as records with C(id) and C(name), whichever the server sends.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8f01]
    properties:
      description: The properties, each with C(id), C(name), C(value) and C(type_id).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9001, name: Owner, value: Platform team, type_id: 1}
    geoposition:
      description: Longitude and latitude in degrees, or an empty list.
      type: list
      elements: float
      sample: [37.62, 55.75]
    geopositionRadius:
      description: Radius around the position.
      type: int
      sample: 100
    weight:
      description: Weight of the object in the state of its parent.
      type: float
      sample: 1
    background:
      description: Id of the background image.
      type: str
      sample: plan-3
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"showArrow": true}'
    created:
      description: When the object was created, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    updated:
      description: When the object was last changed, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
  sample:
    id: 64b1f0c2a9d3e45f6a7b8e01
    name: db01
    parent_id: [64b1f0c2a9d3e45f6a7b8e00]
    class_id: 3
    discovery_id: cmdb-4711
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
      sample: db01
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
    - name: db01
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(OBJECT)
run = ensure(OBJECT)


if __name__ == "__main__":
    main(SPEC, run)
