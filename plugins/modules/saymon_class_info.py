#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List classes."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_class_info
short_description: List classes of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all classes, or those that match all filters. If none matches, the list is empty and the task succeeds.
  - Needs no permission. With O(with_object_count), only objects that the account may see are counted.
options:
  id:
    description: Only the class with this id.
    type: str
  name:
    description: Only classes with this name.
    type: str
  category:
    description: Only classes of the category with this id.
    type: str
  with_object_count:
    description: Whether to count the objects of each class, which takes one more request. With O(fields), name
      C(object_count) there too.
    type: bool
    default: false
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_class
"""

EXAMPLES = r"""
- name: Look up a class
  saymon.platform.saymon_class_info:
    name: Host
  register: host_class

- name: Find out which classes no object has
  saymon.platform.saymon_class_info:
    with_object_count: true
    fields: [name, object_count]
  register: all_classes

- name: Print their names
  ansible.builtin.debug:
    msg: "{{ all_classes.classes | selectattr('object_count', '==', 0) | map(attribute='name') }}"

- name: Write all classes into a file
  saymon.platform.saymon_class_info:
    dest: classes.json
"""

RETURN = r"""
classes:
  description: The classes, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the class, a text. The server's own classes have small numbers.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8b41
    name:
      description: Name of the class.
      type: str
      sample: Pump
    description:
      description: Description of the class. Missing when it never had one, as are category and properties.
      type: str
      sample: Pumps of the water supply
    category_id:
      description: Id of the category, a number or a text.
      type: raw
      sample: 7
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"default_view": "grid-view"}'
    properties:
      description: Properties of the class.
      type: list
      elements: dict
      contains:
        id:
          description: Id of the property.
          type: str
          sample: 64b1f0c2a9d3e45f6a7b8f21
        name:
          description: Name of the property.
          type: str
          sample: Vendor
        value:
          description: Value, a text at all times.
          type: str
          sample: Grundfos
        type_id:
          description: Type of the property, such as C(1) for info.
          type: int
          sample: 1
      sample: [{id: 64b1f0c2a9d3e45f6a7b8f21, name: Vendor, value: Grundfos, type_id: 1}]
    operations:
      description: Operations that objects of the class have.
      type: list
      elements: dict
      sample: []
    entityType:
      description: C(4), the kind of record. Newer servers only.
      type: int
      sample: 4
    object_count:
      description: How many objects have the class, with O(with_object_count=true). The module adds this key.
      type: int
      sample: 3
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8b41
      name: Pump
      description: Pumps of the water supply
      client_data: '{}'
      operations: []
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: classes.json
"""

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.class_ import CLASS, count_objects
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main


def _add_counts(context: TaskContext, classes: list[Record]) -> None:
    if context.args["with_object_count"] and classes:
        counts = count_objects(context.client, [str(one["id"]) for one in classes])
        for one in classes:
            one["object_count"] = counts.get(str(one["id"]), 0)


_INFO = info_of(
    CLASS,
    {"name": "name", "category": "category"},
    options={"with_object_count": {"type": "bool", "default": False}},
    known=["entityType", "object_count", "operations"],
    complete=_add_counts,
)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
