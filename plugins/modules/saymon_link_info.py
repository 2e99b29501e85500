#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List links."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_link_info
short_description: List links of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all links that the account may see, or those that match all filters. If none matches, the list is empty and
    the task succeeds.
  - Needs access to both ends of the links.
options:
  id:
    description: Only the link with this id.
    type: str
  source:
    description: Only links that begin at this object, a path, a name or an id.
    type: str
  target:
    description: Only links that end at this object, a path, a name or an id.
    type: str
  object:
    description: Only links that begin or end at this object, a path, a name or an id.
    type: str
  class:
    description: Only links of this class, a name or an id.
    type: str
  link_state:
    description: Only links in this state, a name (such as V(Alarm)) or an id.
    type: str
    aliases: [state]
  property:
    description: Only links with this property.
    type: dict
    suboptions:
      name:
        description: Name of the property.
        type: str
        required: true
      value:
        description: Value of the property. Without it, any value matches.
        type: raw
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_link
"""

EXAMPLES = r"""
- name: Find out what a switch is connected to
  saymon.platform.saymon_link_info:
    object: north-core-sw
    fields: [source_name, target_name]
  register: found

- name: Print the other ends
  ansible.builtin.debug:
    msg: "{{ (found.links | map(attribute='source_name') + found.links | map(attribute='target_name')) | unique }}"

- name: Find the fibre cables that begin there
  saymon.platform.saymon_link_info:
    source: /ROOT/North site/North rack A1/north-core-sw
    class: Link
    property:
      name: Cable
      value: Fibre

- name: Write all links into a file
  saymon.platform.saymon_link_info:
    dest: links.csv
"""

RETURN = r"""
links:
  description: The links, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    source_name:
      description: Name of the object where the link begins.
      type: str
      sample: db01
    target_name:
      description: Name of the object where the link ends.
      type: str
      sample: sw1
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
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {source: /ROOT/Plant North/Rack 1/db01, target: /ROOT/sw1, class: Link, state: Working, tags: []}
    operations:
      description: The operations, each with C(id), C(name), C(type) (1 for MQTT, 2 for a program) and C(parameters).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9101, name: Vacuum, type: 2, parameters: {type: fileSystem, path: /opt/vacuum.sh}}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b9101
      source: 64b1f0c2a9d3e45f6a7b8e01
      source_name: db01
      target: 64b1f0c2a9d3e45f6a7b8e02
      target_name: sw1
      class_id: 35
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: links.yml
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.link import LINK, Ends
from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import PROPERTY_FILTER
from ansible_collections.saymon.platform.plugins.module_utils._run import main
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference

_INFO = info_of(
    LINK,
    {
        **{name: name for name in ("source", "target", "object", "class")},
        "link_state": "state",
        "property": PROPERTY_FILTER,
    },
    options={"link_state": {"type": "str", "aliases": ["state"]}},
    read_only=[Field("object", "", Ends(Reference("object"))), Field("state", "state_id", Reference("state"))],
    known=[
        "source_name",
        "target_name",
        "manual_state",
        "operations",
        "owner_id",
        "created",
        "updated",
        "last_state_update",
    ],
)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
