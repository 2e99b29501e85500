#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring objects to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_object
short_description: Create, change, move and delete monitored objects of a SAYMON server, with their properties
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one object, or a whole list of them, to the state that the options describe. Options that you leave out
    stay unchanged.
  - An object is found by O(id), otherwise by O(discovery_id), otherwise by O(name) below any of O(parents). Use O(id)
    or O(discovery_id) to rename it.
  - Items of a list may refer to each other in any order. Parents are created before their children.
  - Needs the permission C(manage-objects), or C(create-objects), C(modify-objects) and C(delete-objects), and access to
    the objects. Newer servers search only for accounts with C(run-bulks). Without it, the module reads the whole list.
options:
  id: &id
    description: Id of the object. Needed only to rename an object that has no O(discovery_id).
    type: str
  name: &name
    description: Name of the object.
    type: str
  discovery_id: &discovery_id
    description:
      - Key of the object in another system. The object is found by it wherever it is and whatever its name.
      - It cannot be empty, except together with O(id), where an empty text removes the key.
    type: str
  parents: &parents
    description:
      - The objects above this one. Each is a path (such as V(/ROOT/Plant North/Rack 1)), a name or an id.
      - A name that contains a slash is written into a path unchanged, such as V(/ROOT/Plant North/db01//var/lib).
      - Without it, a new object is created below the root, and O(name) is looked up there. An empty list means the
        same, and is an error for an object that exists elsewhere.
    type: list
    elements: str
  append_parents:
    <<: &append_parents
      description: Whether the object stays below other parents besides O(parents).
      type: bool
    default: false
  class: &class
    description: Name or id of the class. It cannot be changed after creation, so a difference is an error.
    type: str
  tags: &tags
    description: Names or ids of the tags.
    type: list
    elements: str
  append_tags:
    <<: &append_tags
      description: Whether the object keeps other tags besides O(tags).
      type: bool
    default: false
  create_tags:
    <<: &create_tags
      description: Whether missing tags are created.
      type: bool
    default: false
  geoposition: &geoposition
    description: Longitude and latitude in degrees. An empty list removes them.
    type: list
    elements: float
  geoposition_radius: &geoposition_radius
    description: Radius around O(geoposition), a whole number.
    type: int
  weight: &weight
    description: Weight of the object in the state of its parent.
    type: float
  background: &background
    description: Id of the background image.
    type: str
  client_data: &client_data
    description: Settings of the web client, as a dictionary. They are merged into the present settings.
    type: dict
  properties: &properties
    description: Properties, each with a name that is unique within the object.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the property.
        type: str
        required: true
      value:
        description: Value of the property, always a text.
        type: str
        required: true
      type:
        description:
          - Type of the property, V(info), V(readonly), V(readwrite), V(document), V(file), V(service) or a number. The
            default is the present type, and V(info) for a new property.
        type: str
  append_properties:
    <<: &append_properties
      description:
        - Whether the object keeps other properties besides O(properties).
        - With V(false) the others are deleted, except documents, files and monitoring settings.
      type: bool
    default: true
  monitoring: &monitoring
    description:
      - What an agent checks. Settings that you leave out stay as they are.
      - Needs the permission C(manage-properties) or C(manage-objects), on some servers also
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
          - The server keeps them in clear text, and shows them to everybody who may see the object. In results and
            diffs, values that you give under a name such as C(SnmpPassword) are masked, values that the server
            already holds are masked in diffs only, so use C(no_log) for tasks on such objects.
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
      - Operations, each with a name that is unique within the object. What you leave out of one stays as it is.
      - Needs the permissions C(manage-objects) and C(manage-operations).
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
      description: Whether the object keeps other operations besides O(operations).
      type: bool
    default: true
  documents: &documents
    description:
      - Documents, each with a name that is unique among the documents of the object, and with either a link or a file.
      - A file is uploaded when there is no document of that name, or when it differs in size and the server tells the
        size, which not every version does. A change of the content alone is not seen. Give a new name to upload the
        file again.
      - A document that has the name of the file is renamed instead of uploaded again.
      - Needs the permission C(manage-objects), or C(create-documents), C(upload-documents) and C(delete-documents),
        and C(manage-properties) for changing a link or a name.
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
      description: Whether the object keeps other documents besides O(documents).
      type: bool
    default: true
  recursive:
    <<: &recursive
      description: Whether an object that has children is deleted together with them.
      type: bool
    default: false
  state:
    <<: &state
      description: V(present) creates the object or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  objects:
    description: A list of objects, instead of the options of one. Options that steer, such as O(state), may stay
      outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      discovery_id: *discovery_id
      parents: *parents
      append_parents: *append_parents
      class: *class
      tags: *tags
      append_tags: *append_tags
      create_tags: *create_tags
      geoposition: *geoposition
      geoposition_radius: *geoposition_radius
      weight: *weight
      background: *background
      client_data: *client_data
      properties: *properties
      append_properties: *append_properties
      monitoring: *monitoring
      append_monitoring: *append_monitoring
      operations: *operations
      append_operations: *append_operations
      documents: *documents
      append_documents: *append_documents
      recursive: *recursive
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_object_info
"""

EXAMPLES = r"""
- name: Make sure a site exists, with a rack and a host in it
  saymon.platform.saymon_object:
    create_tags: true
    objects:
      - name: Plant North
        geoposition: [37.62, 55.75]
      - name: Rack 1
        parents: [/ROOT/Plant North]
      - name: db01
        discovery_id: cmdb-4711
        class: Host
        parents: [/ROOT/Plant North/Rack 1]
        tags: [production]
        properties:
          - name: Serial number
            value: XC-17
          - name: Owner
            value: Platform team

- name: Change one property, and leave the others alone
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    properties:
      - name: Owner
        value: Storage team

- name: Make sure the agent has an object
  saymon.platform.saymon_object:
    name: agent-north
    class: Saymon Agent

- name: Let an agent ping it, offer an operation, and attach documents
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    monitoring:
      agent: agent-north
      task: ping
      period: 60s
      settings:
        PingHost: 192.0.2.10
    operations:
      - name: Vacuum
        type: program
        parameters:
          path: /opt/vacuum.sh
    documents:
      - name: Runbook
        url: https://wiki.example.org/db01
      - name: Photo
        file: files/db01.png

- name: Show what a change would do, without making it
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    weight: 2
  check_mode: true
  diff: true

- name: Rename and move it, which the discovery_id allows
  saymon.platform.saymon_object:
    discovery_id: cmdb-4711
    name: db02
    parents: [/ROOT/Plant North]

- name: Look up the id of an object that has no discovery_id
  saymon.platform.saymon_object_info:
    path: /ROOT/Plant North/Rack 1
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_object:
    id: "{{ found.objects[0].id }}"
    name: Rack 2

- name: Delete the site with everything in it
  saymon.platform.saymon_object:
    name: Plant North
    state: absent
    recursive: true

- name: All objects that the inventory system has exported, with up to eight requests at a time
  saymon.platform.saymon_object:
    src: export/*.jsonl
    create_tags: true
    parallel: 8
"""

RETURN = r"""
object:
  description: The object after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the object, a text. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    name:
      description: Name of the object.
      type: str
      sample: db01
    class_id:
      description: Id of the class, a number for built-in classes and a text for others.
      type: raw
      sample: 3
    parent_id:
      description: Ids of the objects above this one. Older servers have one id.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8e00]
    state_id:
      description: Id of the state, a number for built-in states and a text for others.
      type: raw
      sample: 3
    discovery_id:
      description: Key of the object in another system. Missing when there is none.
      type: str
      sample: cmdb-4711
    tags:
      description: The tags, as ids or as records with C(id) and C(name), whichever the server sends.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8f01]
    properties:
      description: The properties, each with C(id), C(name), C(value) and C(type_id). Documents have the type 6 or 7,
        and settings of the monitoring 8. What the task has just written may lack the id.
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9001, name: Owner, value: Platform team, type_id: 1}
    operations:
      description: The operations, each with C(id), C(name), C(type) (1 for MQTT, 2 for a program) and C(parameters).
        What the task has just written may lack the id.
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9101, name: Vacuum, type: 2, parameters: {type: fileSystem, path: /opt/vacuum.sh}}
    geoposition:
      description: Longitude and latitude in degrees, or an empty list.
      type: list
      elements: float
      sample: [37.62, 55.75]
    geopositionRadius:
      description: Radius around the position.
      type: int
      sample: 100
    weight:
      description: Weight of the object in the state of its parent.
      type: float
      sample: 1
    background:
      description: Id of the background image.
      type: str
      sample: plan-3
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"showArrow": true}'
    created:
      description: When the object was created, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    updated:
      description: When the object was last changed, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
  sample:
    id: 64b1f0c2a9d3e45f6a7b8e01
    name: db01
    parent_id: [64b1f0c2a9d3e45f6a7b8e00]
    class_id: 3
    discovery_id: cmdb-4711
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
      sample: db01
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
      sample: "POST /users answered 400 BadRequest: the login is too long."
  sample:
    - name: db01
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(OBJECT)
run = ensure(OBJECT)


if __name__ == "__main__":
    main(SPEC, run)
