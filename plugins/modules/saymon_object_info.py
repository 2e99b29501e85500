#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find objects."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_object_info
short_description: Find monitored objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the objects that match all filters, or all objects that the account may see. If none matches, the list is
    empty and the task succeeds.
  - Needs access to the objects. Where possible, the server searches, which on newer servers needs the permission
    C(run-bulks). Without it, the module reads the whole list and filters it.
options:
  id:
    description: Only the object with this id.
    type: str
  discovery_id:
    description: Only the object with this key in another system.
    type: str
  path:
    description: Only the object at this path, such as V(/ROOT/Plant North/Rack 1).
    type: str
  name:
    description: Only objects with this name.
    type: str
  name_regex:
    description: Only objects whose name contains a match of this regular expression.
    type: str
  class:
    description: Only objects of this class, a name or an id.
    type: str
  state:
    description: Only objects in this state, a name (such as V(Alarm)) or an id.
    type: str
  tag:
    description: Only objects with this tag, a name or an id.
    type: str
  property:
    description: Only objects with this property.
    type: dict
    suboptions:
      name:
        description: Name of the property.
        type: str
        required: true
      value:
        description: Value of the property, a text. Without it, any value matches.
        type: raw
  parent:
    description: Only objects below this one, a path, a name or an id.
    type: str
  deep:
    description: Whether to include objects at any depth below O(parent), and not only its direct children.
    type: bool
    default: false
  fields:
    description:
      - The fields to return besides C(id), such as V(name) or V(state_id). Fewer fields give a faster answer.
      - The field V(path), the full name of the object, is returned only if it is listed here.
      - The default is everything that the server returns for a search.
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Find what is in alarm
  saymon.platform.saymon_object_info:
    state: Alarm
    fields: [name, path]
  register: alarms

- name: Find all hosts below the root that have an owner
  saymon.platform.saymon_object_info:
    class: Host
    parent: /ROOT
    deep: true
    property:
      name: Owner

- name: Find an object by its key in the inventory system
  saymon.platform.saymon_object_info:
    discovery_id: cmdb-4711

- name: Write all objects into a file, one record in each line
  saymon.platform.saymon_object_info:
    dest: objects.jsonl
"""

RETURN = r"""
objects:
  description: The objects, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    path:
      description: Full name of the object. Only when O(fields) contains V(path).
      type: str
      sample: ROOT/Plant North/Rack 1/db01
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e01
      name: db01
      parent_id: [64b1f0c2a9d3e45f6a7b8e00]
      class_id: 3
      state_id: 3
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: objects.jsonl
"""

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import find_objects
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty

SPEC = Spec(
    options={
        **{
            name: {"type": "str"}
            for name in ("id", "discovery_id", "path", "name", "name_regex", "class", "state", "tag", "parent")
        },
        "property": {"type": "dict", "options": {"name": {"type": "str", "required": True}, "value": {"type": "raw"}}},
        "deep": {"type": "bool", "default": False},
        "fields": {"type": "list", "elements": "str", "default": []},
        **DEST_OPTIONS,
    }
)


def find(context: TaskContext) -> list[Record]:
    refuse_empty(context.args, SPEC.options)
    refuse_empty(context.args["property"] or {}, ["name"], "property: ")
    return find_objects(context)


run = listed("objects", find)


if __name__ == "__main__":
    main(SPEC, run)
