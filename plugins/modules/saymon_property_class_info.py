#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List property classes."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_property_class_info
short_description: List property classes of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all property classes, or those that match all filters. If none matches, the list is empty and the task
    succeeds.
  - Only newer servers have property classes.
  - Needs no permission.
options:
  id:
    description: Only the property class with this id.
    type: str
  name:
    description: Only property classes with this name.
    type: str
  value_type:
    description: Only property classes whose values have this type.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_property_class
"""

EXAMPLES = r"""
- name: List the property classes for dates
  saymon.platform.saymon_property_class_info:
    value_type: date
  register: dates

- name: Write all property classes into a file
  saymon.platform.saymon_property_class_info:
    dest: property-classes.json
"""

RETURN = r"""
property_classes:
  description: The property classes, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the property class, a text. The server's own have small numbers.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8a31
    name:
      description: Name of the property class.
      type: str
      sample: Serial number
    description:
      description: Description of the property class.
      type: str
      sample: Printed on the back of the device
    value_type_id:
      description: Type of the values.
      type: str
      sample: string
    value:
      description: Value that new properties get, or null.
      type: raw
      sample: null
    multiple:
      description: Whether a property can hold several values.
      type: bool
      sample: false
    multiple_separator:
      description: What stands between several values where they are shown.
      type: str
      sample: '; '
    source:
      description: Id of the dictionary that the values are from.
      type: str
      sample: ''
    mask:
      description: A regular expression that values must match.
      type: str
      sample: ^SN-[0-9]{8}$
    system:
      description: Whether the property class is one of the server's own.
      type: bool
      sample: false
    value_display_template:
      description: How a value is shown.
      type: str
      sample: '{{0}}'
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8a31
      name: Serial number
      value_type_id: string
      mask: ^SN-[0-9]{8}$
      system: false
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: property-classes.yml
"""

from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.property_class import PROPERTY_CLASS
from ansible_collections.saymon.platform.plugins.module_utils._run import main

_INFO = info_of(PROPERTY_CLASS, {"name": "name", "value_type": "value_type"}, known=["system"])
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
