#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List references."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_reference_info
short_description: List references of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all references that the account may see, or those that match all filters. If none matches, the list is empty
    and the task succeeds.
  - Needs access to both objects of the references.
  - It is not documented that a server lists its references. From one that does not, the module reads them through the
    experimental second version of the API.
options:
  id:
    description: Only the reference with this id.
    type: str
  owner:
    description: Only references below this object, a path, a name or an id.
    type: str
  target:
    description: Only references that show this object, a path, a name or an id.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_reference
"""

EXAMPLES = r"""
- name: Find out where a server is shown besides its own place
  saymon.platform.saymon_reference_info:
    target: north-db-1

- name: Write the ids of all that the root shows into a file
  saymon.platform.saymon_reference_info:
    owner: /ROOT
    fields: [target]
    dest: references.csv
"""

RETURN = r"""
references:
  description: The references, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the reference.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9201
    owner:
      description: Id of the object below which the other one is shown. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    target:
      description: Id of the object that is shown.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e02
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"custom_style": {"left": 120}}'
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {owner: /ROOT/Dashboards, target: /ROOT/db01}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b9201
      owner: 64b1f0c2a9d3e45f6a7b8e01
      target: 64b1f0c2a9d3e45f6a7b8e02
      client_data: '{}'
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: references.yml
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.reference import REFERENCE, list_references
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(
    REFERENCE,
    {"owner": "owner", "target": "target"},
    read=lambda search: list_references(search.client),
)

SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
