#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List flows."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_flow_info
short_description: List flows of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all flows that the account may see, or those that match all filters. If none matches, the list is empty and
    the task succeeds.
  - Needs access to the objects of the flows.
  - It is not documented that a server lists its flows. On a server that does not, the task fails with a sentence that
    says so.
options:
  id:
    description: Only the flow with this id.
    type: str
  owner:
    description: Only flows that the view of this object shows, a path, a name or an id.
    type: str
  object:
    description: Only flows that lead through this object, a path, a name or an id.
    type: str
  property:
    description: Only flows with this property.
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
  - module: saymon.platform.saymon_flow
"""

EXAMPLES = r"""
- name: Find the flows through a server
  saymon.platform.saymon_flow_info:
    object: /ROOT/North site/North rack A2/north-db-1
  register: found

- name: Find what carries orders in the view of a site
  saymon.platform.saymon_flow_info:
    owner: North site
    property:
      name: Carries
      value: Orders
"""

RETURN = r"""
flows:
  description: The flows, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {owner: /ROOT/Plant North, objects: [/ROOT/sw1, /ROOT/db01]}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b9301
      owner_id: 64b1f0c2a9d3e45f6a7b8e00
      item_ids: [64b1f0c2a9d3e45f6a7b8e01, 64b1f0c2a9d3e45f6a7b8e02]
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: flows.yml
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.flow import FLOW, list_flows
from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import PROPERTY_FILTER
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(
    FLOW,
    {"owner": "owner", "object": "objects", "property": PROPERTY_FILTER},
    read=lambda search: list_flows(search.client),
)

SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
