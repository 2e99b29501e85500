#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List tags."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_tag_info
short_description: List tags of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all tags, or those that match all filters. If none matches, the list is empty and the task succeeds.
  - Needs no permission.
options:
  id:
    description: Only the tag with this id.
    type: str
  name:
    description: Only tags with this name.
    type: str
  public:
    description: Only tags that are public, or only those that are not.
    type: bool
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_tag
"""

EXAMPLES = r"""
- name: List all tags
  saymon.platform.saymon_tag_info:
    fields: [name, color]
  register: all_tags

- name: Find the objects that have a tag
  saymon.platform.saymon_object_info:
    tag: critical

- name: Write all tags into a file
  saymon.platform.saymon_tag_info:
    dest: tags.csv
"""

RETURN = r"""
tags:
  description: The tags, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the tag.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8d03
    name:
      description: Name of the tag.
      type: str
      sample: critical
    color:
      description: Colour. Missing when the tag never had one, as is each of the keys below.
      type: str
      sample: '#c62828'
    public:
      description: C(on) or C(off).
      type: str
      sample: 'on'
    description:
      description: Description of the tag.
      type: str
      sample: Changes need an approval
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8d03
      name: critical
      color: '#c62828'
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: tags.csv
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.tag import TAG
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(TAG, {"name": "name", "public": "public"})
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
