#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring links to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_link
short_description: Create, change and delete links between objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one link, or a whole list of them, to the state that the options describe. Options that you leave out stay
    unchanged.
  - A link is found by O(id), otherwise by O(source), O(target) and, if given, O(class). It has a direction, so the
    link from V(sw1) to V(db01) is not the link from V(db01) to V(sw1). A warning tells when a link is created although
    there is one in the opposite direction.
  - There may be several links between the same two objects. O(class) tells them apart. Otherwise, the task fails and
    lists their ids.
  - Needs the permission C(manage-links), or C(create-links), C(modify-links) and C(delete-links), and access to both
    ends. Changing single properties needs C(manage-properties) or C(manage-links).
options:
  id: &id
    description: Id of the link. Needed only to give it other ends, or if several links match.
    type: str
  source: &source
    description: The object where the link begins, a path (such as V(/ROOT/Plant North/Rack 1/db01)), a name or an id.
    type: str
  target: &target
    description:
      - The object where the link ends, a path, a name or an id.
      - Together with O(id), O(source) and O(target) can be changed on servers that allow it. It is not documented
        which ones do. If the server ignores such a change, the task warns. Then delete the link and create it anew.
    type: str
  class: &class
    description: Name or id of the class. It cannot be changed after creation. The default of a new link is up to the
      server, usually the built-in class V(Link).
    type: str
  tags: &tags
    description: Names or ids of the tags.
    type: list
    elements: str
  append_tags:
    <<: &append_tags
      description: Whether the link keeps other tags besides O(tags).
      type: bool
    default: false
  create_tags:
    <<: &create_tags
      description: Whether missing tags are created.
      type: bool
    default: false
  weight: &weight
    description: Weight of the link.
    type: float
  client_data: &client_data
    description: Settings of the web client, such as C(showArrow), as a dictionary. They are merged into the present
      settings.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the link.
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
        - Whether the link keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  inherit_state_conditions:
    <<: &inherit_state_conditions
      description:
        - With V(true), the link's own state conditions are deleted, so that those of its class apply. Nothing is
          written when it has none of its own. V(false) changes nothing.
        - It cannot be combined with O(state_conditions).
      type: bool
  state_conditions: &state_conditions
    description:
      - The state conditions of the link, in order. The first that holds decides the state.
      - The list replaces the present one. An empty list removes all conditions of the link's own list. A link that has
        no list of its own stays without one then, and the conditions of its class still apply.
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
        description: Name or id of the state that the link gets.
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
        - Whether the link keeps other conditions besides O(state_conditions). New ones are added at the end, so they
          count only where none of the others holds.
        - A link without conditions of its own has only O(state_conditions) then, and those of its class no longer
          apply.
      type: bool
    default: false
  state_triggers: &state_triggers
    description: What happens when the link enters a state. The list replaces the present one.
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
      description: Whether the link keeps other triggers besides O(state_triggers).
      type: bool
    default: false
  stat_rules: &stat_rules
    description: Rules that change incoming data before conditions see them, in order. The list replaces the present
      one.
    type: list
    elements: dict
    suboptions:
      when:
        description: Conditions of the rule, each a comparison of one metric, as in O(state_conditions[].when). Without
          any, the rule always applies.
        type: list
        elements: dict
      conditions:
        description: The conditions in SAYMON's own form, sent as they are, instead of O(stat_rules[].when).
        type: list
        elements: dict
      actions:
        description: What the rule does with the data.
        type: list
        elements: dict
        required: true
        suboptions:
          type:
            description: What is done.
            type: str
            choices: [set, extend, drop]
            required: true
          field:
            description: Metric that is changed. It is added when it does not exist.
            type: str
          value:
            description: A text, a number or a formula of C([new.metric]) and C([current.metric]), which stand for
              SAYMON's double braces.
            type: raw
          extra: *extra
      extra: *extra
  append_stat_rules:
    <<: &append_stat_rules
      description: Whether the link keeps other rules besides O(stat_rules). New ones are added at the end.
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
      description: Whether the link keeps other conditions besides O(incident_conditions). New ones are added at the
        end.
      type: bool
    default: false
  monitoring: &monitoring
    description:
      - What an agent checks. Settings that you leave out stay as they are.
      - Needs the permission C(manage-properties) or C(manage-links), on some servers also
        C(manage-service-properties).
    type: dict
    suboptions:
      agent:
        description: The agent that runs the check, which is an object. A path, a name or an id.
        type: str
      task:
        description: Kind of check, such as V(ping), V(httpRequest), V(exec) or V(mqtt). Other kinds are passed on
          unchanged.
        type: str
      period:
        description: How long the agent waits between two checks, in seconds, or with a unit, such as V(60s), V(5m),
          V(1h) or V(1d).
        type: str
      settings:
        description:
          - Further settings by the names that the server uses, such as C(PingHost). Numbers and booleans become texts,
            lists and dictionaries become JSON texts. A null value removes the setting.
          - The server keeps them in clear text, and shows them to everybody who may see the link. In results and
            diffs, values that you give under a name such as C(SnmpPassword) are masked, values that the server
            already holds are masked in diffs only, so use C(no_log) for tasks on such links.
        type: dict
  append_monitoring:
    <<: &append_monitoring
      description:
        - Whether other settings than those in O(monitoring) are kept.
        - With V(false), O(monitoring) is everything, and an empty dictionary ends the monitoring.
      type: bool
    default: true
  operations: &operations
    description:
      - Operations, each with a name that is unique within the link. What you leave out of one stays as it is.
      - Needs the permissions C(manage-links) and C(manage-operations).
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
      description: Whether the link keeps other operations besides O(operations).
      type: bool
    default: true
  documents: &documents
    description:
      - Documents, each with a name that is unique among the documents of the link, and with either a V(url)
        or a V(file).
      - A file is uploaded when there is no document of that name, or when it differs in size and the server tells the
        size, which not every version does. A change of the content alone is not seen. Give a new name to upload the
        file again.
      - A document that has the name of the file is renamed instead of uploaded again.
      - Needs the permission C(manage-links), or C(create-documents), C(upload-documents) and C(delete-documents),
        and C(manage-properties) for changing a V(url) or a name.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the document.
        type: str
        required: true
      url:
        description: Address of a web page.
        type: str
      file:
        description:
          - Path of a file of at most 100 MiB on the controller. A relative path is searched for where
            M(ansible.builtin.copy) searches, such as in the folder C(files) of the role. A file in a vault is uploaded
            as it is.
          - It cannot be used together with O(saymon_run_on=target) or C(async).
        type: str
  append_documents:
    <<: &append_documents
      description: Whether the link keeps other documents besides O(documents).
      type: bool
    default: true
  state:
    <<: &state
      description: V(present) creates the link or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  links:
    description: A list of links, instead of the options of one. Options that steer, such as O(state), may stay outside
      and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      source: *source
      target: *target
      class: *class
      tags: *tags
      append_tags: *append_tags
      create_tags: *create_tags
      weight: *weight
      client_data: *client_data
      properties: *properties
      append_properties: *append_properties
      inherit_state_conditions: *inherit_state_conditions
      state_conditions: *state_conditions
      append_state_conditions: *append_state_conditions
      state_triggers: *state_triggers
      append_state_triggers: *append_state_triggers
      stat_rules: *stat_rules
      append_stat_rules: *append_stat_rules
      incident_conditions: *incident_conditions
      append_incident_conditions: *append_incident_conditions
      monitoring: *monitoring
      append_monitoring: *append_monitoring
      operations: *operations
      append_operations: *append_operations
      documents: *documents
      append_documents: *append_documents
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_link_info
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Make sure that the ends exist
  saymon.platform.saymon_object:
    objects:
      - name: Plant North
      - name: Rack 1
        parents: [/ROOT/Plant North]
      - name: db01
        parents: [/ROOT/Plant North/Rack 1]
      - name: sw1
        parents: [/ROOT/Plant North/Rack 1]
      - name: sw2
        parents: [/ROOT/Plant North/Rack 1]

- name: Connect a database server to a switch
  saymon.platform.saymon_link:
    source: /ROOT/Plant North/Rack 1/db01
    target: sw1
    class: Link
    properties:
      - name: Cable
        value: CAT6

- name: Change a property of the link, which its ends identify
  saymon.platform.saymon_link:
    source: db01
    target: sw1
    properties:
      - name: Cable
        value: Fibre

- name: Show what a change would do, without making it
  saymon.platform.saymon_link:
    source: db01
    target: sw1
    weight: 2
  check_mode: true
  diff: true

- name: Connect several servers and switches, with up to eight requests at a time
  saymon.platform.saymon_link:
    links:
      - source: db01
        target: sw1
      - source: db01
        target: sw2
      - source: sw1
        target: sw2
        client_data:
          showArrow: false
    parallel: 8

- name: Remove a link
  saymon.platform.saymon_link:
    source: db01
    target: sw2
    state: absent

- name: All links that the inventory system has exported
  saymon.platform.saymon_link:
    src: export/links.csv
"""

RETURN = r"""
link:
  description: The link after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
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
    operations:
      description: The operations, each with C(id), C(name), C(type) (1 for MQTT, 2 for a program) and C(parameters).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9101, name: Vacuum, type: 2, parameters: {type: fileSystem, path: /opt/vacuum.sh}}
    inherit_state_conditions:
      description: Whether the link has no state conditions of its own. Only with O(inherit_state_conditions).
      type: bool
      sample: true
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
    stat_rules:
      description: The rules in SAYMON's own form. Only with O(stat_rules).
      type: list
      elements: dict
      sample: [{"conditions": [], "actions": [{"type": "extend"}]}]
    incident_conditions:
      description: The incident conditions in SAYMON's own form. Only with O(incident_conditions).
      type: list
      elements: dict
      sample: [{"condition": {"cpu.load1": {"_gt": "8"}}, "state": 2, "text": "Load"}]
  sample:
    id: 64b1f0c2a9d3e45f6a7b9101
    source: 64b1f0c2a9d3e45f6a7b8e01
    target: 64b1f0c2a9d3e45f6a7b8e02
    class_id: 35
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
      sample: db01 - sw1
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
      sample: "POST /links answered 403 Forbidden: Missing permissions: manage-links."
  sample:
    - name: db01 - sw1
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.link import LINK
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(LINK)
run = ensure(LINK)


if __name__ == "__main__":
    main(SPEC, run)
