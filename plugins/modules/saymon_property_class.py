#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring property classes to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_property_class
short_description: Create, change and delete property classes of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one property class, or a whole list of them, to the state that the options describe. Options that you leave
    out stay unchanged.
  - A property class says what kind of value a property has, such as a date or an entry of a dictionary.
  - The server's own property classes cannot be changed or deleted. Only newer servers have property classes.
  - Needs the permission C(manage-property-classes).
options:
  id: &id
    description: Id of the property class. Needed only to change the name.
    type: str
  name: &name
    description: Name of the property class.
    type: str
  description: &description
    description: Description of the property class.
    type: str
  value_type: &value_type
    description: Type of the values, such as V(date), V(datetime) or V(dictionary). Required for a new property class,
      and cannot be changed later.
    type: str
  value: &value
    description: Value that new properties get. Cannot be changed after creation.
    type: raw
  multiple: &multiple
    description: Whether a property can hold several values.
    type: bool
  multiple_separator: &multiple_separator
    description: What stands between several values where they are shown.
    type: str
  source: &source
    description: Id of the dictionary that the values are from, with O(value_type=dictionary).
    type: str
  mask: &mask
    description: A regular expression that values must match.
    type: str
  value_display_template: &value_display_template
    description: How a value is shown. C({{0}}) stands for the value or the key, C({{1}}) and so on for the columns of
      the dictionary. Mark the text with C(!unsafe), because Ansible would take it for a template.
    type: str
  state:
    <<: &state
      description: V(present) creates the property class or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  property_classes:
    description: A list of property classes, instead of the options of one. O(state) may stay outside and apply to all
      items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      description: *description
      value_type: *value_type
      value: *value
      multiple: *multiple
      multiple_separator: *multiple_separator
      source: *source
      mask: *mask
      value_display_template: *value_display_template
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_property_class_info
"""

EXAMPLES = r"""
- name: A property class for serial numbers
  saymon.platform.saymon_property_class:
    name: Serial number
    value_type: string
    mask: "^SN-[0-9]{8}$"
    description: Printed on the back of the device

- name: Two more, one of them with several values
  saymon.platform.saymon_property_class:
    property_classes:
      - name: Warranty end
        value_type: date
      - name: Contact
        value_type: string
        multiple: true
        multiple_separator: "; "

- name: Relax the mask, in check mode
  saymon.platform.saymon_property_class:
    name: Serial number
    mask: "^SN"
  check_mode: true
  diff: true

- name: Look up the id of a property class
  saymon.platform.saymon_property_class_info:
    name: Contact
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_property_class:
    id: "{{ found.property_classes[0].id }}"
    name: Contacts

- name: Delete it
  saymon.platform.saymon_property_class:
    name: Contacts
    state: absent

- name: All property classes of a file
  saymon.platform.saymon_property_class:
    src: property-classes.yml
"""

RETURN = r"""
property_class:
  description: The property class after the task, with the server's own keys. Empty when it is absent. In check mode, as
    it would be.
  returned: success, with one item
  type: dict
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
    id: 64b1f0c2a9d3e45f6a7b8a31
    name: Serial number
    value_type_id: string
    mask: ^SN-[0-9]{8}$
    system: false
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
      sample: Serial number
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
      sample: "POST /property-classes answered 400 BadRequest: the type is unknown."
  sample:
    - name: Serial number
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.property_class import PROPERTY_CLASS
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(PROPERTY_CLASS)
run = ensure(PROPERTY_CLASS)


if __name__ == "__main__":
    main(SPEC, run)
