#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring classes to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_class
short_description: Create, change and delete classes of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one class, or a whole list of them, to the state that the options describe. Options that you leave out stay
    unchanged.
  - Every object and link has a class, which is chosen when it is created and cannot be changed later. New ones start
    with the defaults of their class.
  - The server's own classes can be changed, but not deleted. A class that objects or links have is not deleted either;
    the message says how many there are. Only those that the account may see are counted.
  - Needs the permission C(modify-classes) or C(manage-classes), for a deletion C(manage-classes), and to change
    properties of a class that exists C(manage-properties) or C(manage-classes).
options:
  id: &id
    description: Id of the class. Needed only to change the name.
    type: str
  name: &name
    description: Name of the class.
    type: str
  description: &description
    description: Description of the class.
    type: str
  category: &category
    description: Id of the category. The icon of an object groups its children by the categories of their classes.
    type: str
  client_data: &client_data
    description: Settings of the web client, such as C(default_view), C(columns) and C(background). Keys that you leave
      out stay unchanged.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the class.
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
        - Whether the class keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  state_conditions: &state_conditions
    description:
      - The state conditions of the objects and links of this class that have none of their own, in order. The first
        that holds decides the state.
      - The list replaces the present one, and an empty list removes all conditions.
      - Numbers may be numbers or texts. What the server keeps of a condition and this module does not know stays as it
        is, as long as the condition is there, or another one is in its place.
    type: list
    elements: dict
    suboptions:
      when: &when
        description:
          - >-
            The condition in a readable form. Each metric has a comparison with one or more of C(eq), C(ne), C(gt),
            C(ge), C(lt), C(le), C(contains), C(not_contains), C(matches) (a regular expression) and C(exists), such
            as V({cpu.load1: {gt: 8}}). An empty dictionary always holds.
          - >-
            V({formula: "[disk.used] / [disk.size]", ge: 0.9}) compares a formula. Metrics are in brackets, because
            Ansible takes SAYMON's double braces for its own. Double braces work in texts tagged C(!unsafe) and in
            files of O(src).
          - >-
            V({ratio: [disk.used, disk.size], ge: 0.9}) compares the ratio of two metrics. V({metric: cpu.load1, gt:
            8}) is SAYMON's C(_field).
          - >-
            V({all: [...]}) and V({any: [...]}) combine conditions. They are sent as C(_and) and C(_or); SAYMON's
            documentation names only C(_and).
          - Names that begin with an underscore are SAYMON's own. They and what is in them are sent as they are.
        type: dict
      condition:
        description: The condition in SAYMON's own form, sent as it is, instead of O(state_conditions[].when).
        type: dict
      state:
        description: Name or id of the state that the object gets.
        type: str
        required: true
      description:
        description: A comment, shown in the history and in notifications.
        type: str
      extra: &extra
        description: Further keys under SAYMON's own names, for what this module does not know. Other such keys stay as
          they are.
        type: dict
  append_state_conditions:
    <<: &append_state_conditions
      description:
        - Whether the class keeps other conditions besides O(state_conditions). New ones are added at the end, so they
          count only where none of the others holds.
      type: bool
    default: false
  state_triggers: &state_triggers
    description: What happens when the object enters a state. The list replaces the present one.
    type: list
    elements: dict
    suboptions:
      type:
        description: Type of the trigger, such as V(operation), V(e-mail), V(sms), V(voiceCall) or V(script).
        type: str
        required: true
      payload:
        description:
          - Settings of the type. An operation has C(operation), the id of the operation. An e-mail has C(to) and C(cc).
            C(sms) and C(voiceCall) have C(phone). A script has C(execPath), a file on the server, and C(execArgs).
        type: dict
        required: true
      states:
        description: Names or ids of the states.
        type: list
        elements: str
        required: true
      duration:
        description: How long the state must last, in milliseconds.
        type: int
      periodicity:
        description: >-
          When the trigger is repeated, such as V({value: 5, unit: minutes}).
        type: dict
      extra: *extra
  append_state_triggers:
    <<: &append_state_triggers
      description: Whether the class keeps other triggers besides O(state_triggers).
      type: bool
    default: false
  incident_conditions: &incident_conditions
    description:
      - Conditions that raise incidents (alarms). The list replaces the present one.
      - A server with C(server.conditional_incidents_enabled) switched off refuses them.
    type: list
    elements: dict
    suboptions:
      when: *when
      condition:
        description: The condition in SAYMON's own form, sent as it is, instead of O(incident_conditions[].when).
        type: dict
      clear_when:
        description: The condition that clears the incident, as in O(incident_conditions[].when). Without it, the
          incident is cleared when no condition holds any more.
        type: dict
      clear_condition:
        description: The same in SAYMON's own form, sent as it is, instead of O(incident_conditions[].clear_when).
        type: dict
      level:
        description: Name or id of the incident level.
        type: str
        required: true
      text:
        description: Text of the incident.
        type: str
      extra: *extra
  append_incident_conditions:
    <<: &append_incident_conditions
      description: Whether the class keeps other conditions besides O(incident_conditions). New ones are added at the
        end.
      type: bool
    default: false
  operations: &operations
    description:
      - Operations, each with a name that is unique within the class. What you leave out of one stays as it is.
      - Needs the permissions C(manage-classes) and C(manage-operations).
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the operation.
        type: str
        required: true
      type:
        description: What it is, a message or a program that runs on the server. Needed for a new operation. It cannot
          be changed, so a difference is an error.
        type: str
        choices: [mqtt, program]
      description:
        description: Description of the operation.
        type: str
      popup_result:
        description: Whether the web client shows the result of a run.
        type: bool
      run_on_change:
        description: Whether a new value of a property of the type V(readwrite) runs the operation.
        type: bool
      parameters:
        description:
          - What it sends or runs, merged into the present parameters. Needed for a new operation.
          - For V(mqtt) C(topic) and C(message). For V(program) one of C(path), C(ref) with the id of a script, and
            C(text), and for C(path) also C(args), a list. Which of the three it is cannot be changed.
          - Results and diffs show them, so keep passwords out of them, or use C(no_log).
        type: dict
  append_operations:
    <<: &append_operations
      description: Whether the class keeps other operations besides O(operations).
      type: bool
    default: true
  state:
    <<: &state
      description: V(present) creates the class or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  classes:
    description: A list of classes, instead of the options of one. O(state) and O(append_properties) may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      description: *description
      category: *category
      client_data: *client_data
      properties: *properties
      append_properties: *append_properties
      state_conditions: *state_conditions
      append_state_conditions: *append_state_conditions
      state_triggers: *state_triggers
      append_state_triggers: *append_state_triggers
      incident_conditions: *incident_conditions
      append_incident_conditions: *append_incident_conditions
      operations: *operations
      append_operations: *append_operations
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_class_info
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: A class with properties
  saymon.platform.saymon_class:
    name: Pump
    description: Pumps of the water supply
    client_data:
      default_view: grid-view
    properties:
      - name: Vendor
        value: Grundfos
      - name: Serial number
        value: ""
        type: readwrite

- name: Several classes at once
  saymon.platform.saymon_class:
    classes:
      - name: Valve
        category: "7"
      - name: Sensor
        properties:
          - name: Unit
            value: bar

- name: An object of the new class
  saymon.platform.saymon_object:
    name: Pump 1
    class: Pump

- name: Leave only one property, in check mode
  saymon.platform.saymon_class:
    name: Pump
    append_properties: false
    properties:
      - name: Vendor
        value: Wilo
  check_mode: true
  diff: true

- name: Look up the id of a class
  saymon.platform.saymon_class_info:
    name: Valve
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_class:
    id: "{{ found.classes[0].id }}"
    name: Gate valve

- name: Delete classes that no object has
  saymon.platform.saymon_class:
    state: absent
    classes:
      - name: Gate valve
      - name: Sensor

- name: Deleting a class in use is refused, and the message says how many objects have it
  saymon.platform.saymon_class:
    name: Pump
    state: absent
  register: refused
  failed_when: refused.msg is not search('is the class of 1 object')

- name: All classes of a file
  saymon.platform.saymon_class:
    src: classes.yml
"""

RETURN = r"""
class:
  description: The class after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
    state_conditions:
      description: The state conditions in SAYMON's own form. Only with O(state_conditions).
      type: list
      elements: dict
      sample: [{"condition": {"cpu.load1": {"_gt": "8"}}, "state": 4, "description": "Load"}]
    state_triggers:
      description: The state triggers in SAYMON's own form. Only with O(state_triggers).
      type: list
      elements: dict
      sample: [{"type": "e-mail", "payload": {"to": "noc@example.org"}, "states": [5, 8], "duration": 60000}]
    incident_conditions:
      description: The incident conditions in SAYMON's own form. Only with O(incident_conditions).
      type: list
      elements: dict
      sample: [{"condition": {"cpu.load1": {"_gt": "8"}}, "state": 2, "text": "Load"}]
  sample:
    id: 64b1f0c2a9d3e45f6a7b8b41
    name: Pump
    description: Pumps of the water supply
    client_data: '{}'
    operations: []
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
      sample: Pump
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
      sample: "POST /classes answered 400 BadRequest: the name is too long."
  sample:
    - name: Pump
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.class_ import CLASS
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(CLASS)
run = ensure(CLASS)


if __name__ == "__main__":
    main(SPEC, run)
