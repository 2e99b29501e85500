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
  - Returns the objects that match every given filter, or all that the account may see. When none matches the list is
    empty; that is no error.
  - The server searches where that is possible, which needs the permission C(run-bulks) on newer servers. Without it the
    module fetches the list and filters it.
options:
  id:
    description: Only the object with this id.
    type: str
  discovery_id:
    description: Only the object with this key of another system.
    type: str
  path:
    description: Only the object at this path, such as V(/ROOT/Plant North/Rack 1).
    type: str
  name:
    description: Only objects with this name.
    type: str
  name_regex:
    description: Only objects whose name matches this regular expression somewhere.
    type: str
  class:
    description: Only objects of this class, given by name or id.
    type: str
  state:
    description: Only objects in this state, given by name (such as V(Alarm)) or id.
    type: str
  tag:
    description: Only objects with this tag, given by name or id.
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
        description: Value of the property. Without it any value will do.
        type: str
  parent:
    description: Only objects below this one, given by path, name or id.
    type: str
  deep:
    description: Whether O(parent) may stand anywhere above, and not only directly.
    type: bool
    default: false
  fields:
    description:
      - The fields wanted besides C(id), such as V(name) or V(state_id). Fewer fields make a faster answer.
      - The field V(path), the full name of the object, comes only when it is asked for.
      - Default are all that the server returns when it searches.
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
- name: What is in alarm
  saymon.platform.saymon_object_info:
    state: Alarm
    fields: [name, path]
  register: alarms

- name: All hosts anywhere below the root that have an owner
  saymon.platform.saymon_object_info:
    class: Host
    parent: /ROOT
    deep: true
    property:
      name: Owner

- name: One object by its key in the inventory system
  saymon.platform.saymon_object_info:
    discovery_id: cmdb-4711

- name: Write all objects into a file, a record in each line
  saymon.platform.saymon_object_info:
    dest: objects.jsonl
"""

RETURN = r"""
objects:
  description: The objects, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e01
      name: db01
      parent_id: [64b1f0c2a9d3e45f6a7b8e00]
      class_id: 3
      state_id: 3
count:
  description: How many records the file holds.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file, as it was given.
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
        "property": {"type": "dict", "options": {"name": {"type": "str", "required": True}, "value": {"type": "str"}}},
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
