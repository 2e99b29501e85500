#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find objects."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_object_info
short_description: Find monitored objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the objects that match all filters, or all objects that the account may see. If none matches, the list is
    empty and the task succeeds.
  - Needs access to the objects. Where possible, the server searches, which on newer servers needs the permission
    C(run-bulks). Without it, the module reads the whole list and filters it.
  - V(conditions), V(has_conditions) and V(triggers) in O(gather) need the permission C(modify-objects) or
    C(manage-objects), V(stat_rules) needs C(manage-objects), and V(links) returns the links that the account may see.
    Without C(manage-operations), the server shows only C(id), C(name) and C(description) of operations.
options:
  id:
    description: Only the object with this id.
    type: str
  discovery_id:
    description: Only the object with this key in another system.
    type: str
  path:
    description: Only the object at this path, such as V(/ROOT/Plant North/Rack 1).
    type: str
  name:
    description: Only objects with this name.
    type: str
  name_regex:
    description: Only objects whose name contains a match of this regular expression.
    type: str
  class:
    description: Only objects of this class, a name or an id.
    type: str
  object_state:
    description: Only objects in this state, a name (such as V(Alarm)) or an id.
    type: str
    aliases: [state]
  tag:
    description: Only objects with this tag, a name or an id.
    type: str
  property:
    description: Only objects with this property.
    type: dict
    suboptions:
      name:
        description: Name of the property.
        type: str
        required: true
      value:
        description: Value of the property. Without it, any value matches.
        type: raw
  parent:
    description: Only objects below this one, a path, a name or an id.
    type: str
  deep:
    description: Whether to include objects at any depth below O(parent), and not only its direct children.
    type: bool
    default: false
  fields:
    description:
      - The fields to return besides C(id), such as V(name) or V(state_id). Fewer fields give a faster answer.
      - The field V(path), the full name of the object, is returned only if it is listed here.
      - The default is everything that the server returns for a search.
      - A newer server may have more fields than are documented here, so a field that no object has is not an error. The
        module warns about it if it is not documented either.
    type: list
    elements: str
  gather:
    description:
      - What else to return with each object. Each word adds a key of that name to the record, see RV(objects).
      - V(links) takes one request for all objects. V(documents), V(monitoring) and V(operations) come with the objects
        themselves. V(conditions) takes two requests for each object, and every other word takes one.
    type: list
    elements: str
    choices:
      - children
      - conditions
      - documents
      - has_conditions
      - links
      - monitoring
      - operations
      - paths
      - stat_rules
      - triggers
    default: []
  parallel:
    description: How many of the requests for O(gather) may be sent at the same time, from V(1) to V(32).
    type: int
    default: 1
  documents_dest:
    description:
      - A folder for the uploaded files of the objects, on the controller unless the task runs on its target. Each file
        is written into a folder that has the id of its object as its name, and the records get C(documents), as with
        V(documents) in O(gather), where C(file) is the path.
      - The task reports a change if a file was new or had another content. Nothing is deleted. It cannot be combined
        with O(dest).
    type: path
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Find what is in alarm
  saymon.platform.saymon_object_info:
    object_state: Alarm
    fields: [name, path]
  register: alarms

- name: Find ten hosts, with the names of their classes, states, tags and parents
  saymon.platform.saymon_object_info:
    class: Host
    resolve: true
    limit: 10
  register: monitored

- name: Print where each of them is
  ansible.builtin.debug:
    msg: "{{ monitored.objects | map(attribute='names.parents') | flatten | unique }}"

- name: Find out how the hosts are linked and monitored
  saymon.platform.saymon_object_info:
    class: Host
    fields: [name]
    gather: [links, conditions, monitoring]
    parallel: 4

- name: Find all hosts below the root that have an owner
  saymon.platform.saymon_object_info:
    class: Host
    parent: /ROOT
    deep: true
    property:
      name: Owner

- name: Find an object by its key in the inventory system
  saymon.platform.saymon_object_info:
    discovery_id: cmdb-4711

- name: Write all objects into a file, one record in each line
  saymon.platform.saymon_object_info:
    dest: objects.jsonl

- name: Download what has been uploaded to a server
  saymon.platform.saymon_object_info:
    name: north-db-1
    fields: [name]
    documents_dest: documents
"""

RETURN = r"""
objects:
  description: The objects, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
        and settings of the monitoring 8.
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9001, name: Owner, value: Platform team, type_id: 1}
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
    path:
      description: Full name of the object. Only when O(fields) contains V(path).
      type: str
      sample: ROOT/Plant North/Rack 1/db01
    last_state_update:
      description: When the state last changed, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    manual_state:
      description: A state set by hand, with C(stateId), C(reason) and C(by). Missing or null when there is none.
      type: dict
      sample: {stateId: 9, reason: Maintenance, by: 64b1f0c2a9d3e45f6a7b8c02}
    child_ids:
      description: Ids of the objects directly below this one.
      type: list
      elements: raw
      sample: [64b1f0c2a9d3e45f6a7b8e02]
    child_link_ids:
      description: Ids of the links between these objects.
      type: list
      elements: str
      sample: []
    child_ref_ids:
      description: Ids of the references shown in the object.
      type: list
      elements: str
      sample: []
    operations:
      description: The operations, each with C(id), C(name), C(type) (1 for MQTT, 2 for a program) and C(parameters).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7b9101, name: Vacuum, type: 2, parameters: {type: fileSystem, path: /opt/vacuum.sh}}
    owner_id:
      description: Id of the user who created the object. Missing if an agent created it.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c02
    mute_alert:
      description: Why and by whom alarms are muted, with C(reason) and C(by). Missing or null when they are not. Some
        servers send it as C(mute_alerts).
      type: dict
      sample: {reason: Maintenance, by: 64b1f0c2a9d3e45f6a7b8c02}
    object_groups:
      description: Groups that the server has put the object into.
      type: list
      elements: raw
      sample: []
    entityType:
      description: C(1), the kind of record.
      type: int
      sample: 1
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      contains:
        class:
          description: Name of the class.
          type: str
          sample: Host
        state:
          description: Name of the state.
          type: str
          sample: Working
        parents:
          description: Paths of the objects above this one.
          type: list
          elements: str
          sample: [/ROOT/Plant North/Rack 1]
        tags:
          description: Names of the tags.
          type: list
          elements: str
          sample: [production]
        owner:
          description: Login of the owner. Its id if the account lacks the permission C(manage-users).
          type: str
          sample: admin
      sample: {class: Host, state: Working, parents: [/ROOT/Plant North/Rack 1], tags: [production], owner: admin}
    children:
      description: The records of the objects directly below this one, with V(children) in O(gather).
      type: list
      elements: dict
      sample: []
    conditions:
      description: The object's own conditions, with V(conditions) in O(gather). Without any, those of its class apply.
      type: dict
      contains:
        state:
          description: State conditions, in their order.
          type: list
          elements: dict
          sample: [{condition: {cpu: {_gt: "90"}}, state: 4, description: Busy}]
        incident:
          description: Incident conditions, in their order.
          type: list
          elements: dict
          sample: []
      sample: {state: [{condition: {cpu: {_gt: "90"}}, state: 4, description: Busy}], incident: []}
    has_conditions:
      description: Whether the object has state conditions of its own, with V(has_conditions) in O(gather).
      type: bool
      sample: true
    triggers:
      description: The object's own state triggers, with V(triggers) in O(gather).
      type: list
      elements: dict
      sample: []
    stat_rules:
      description: Rules that change incoming data before conditions see it, with V(stat_rules) in O(gather).
      type: list
      elements: dict
      sample: [{actions: [{type: extend}]}]
    links:
      description: The records of the links that begin or end at the object, with V(links) in O(gather).
      type: list
      elements: dict
      sample:
        - {id: 64b1f0c2a9d3e45f6a7bb001, source: 64b1f0c2a9d3e45f6a7b8e01, target: 64b1f0c2a9d3e45f6a7b8e02}
    monitoring:
      description: The monitoring settings, properties of type 8, with V(monitoring) in O(gather).
      type: list
      elements: dict
      sample: [{id: 64b1f0c2a9d3e45f6a7b9002, name: TaskType, value: ping, type_id: 8}]
    documents:
      description: Linked and uploaded documents, properties of type 6 and 7, with V(documents) in O(gather).
      type: list
      elements: dict
      sample: [{id: 64b1f0c2a9d3e45f6a7b9003, name: Manual, value: "https://example.org/manual", type_id: 6}]
    paths:
      description: All paths of the object, one for each way up to the root, with V(paths) in O(gather).
      type: list
      elements: str
      sample: [/ROOT/Plant North/Rack 1/db01]
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e01
      name: db01
      parent_id: [64b1f0c2a9d3e45f6a7b8e00]
      class_id: 3
      state_id: 3
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: objects.jsonl
"""

from dataclasses import replace
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.download import download_documents
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import (
    FIELDS,
    FILTER_OPTIONS,
    FILTERS,
    PARTS,
    READ_ONLY,
    read_objects,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

_INFO = info_of(
    OBJECT,
    FILTERS,
    options={**FILTER_OPTIONS, "documents_dest": {"type": "path"}},
    read_only=READ_ONLY,
    known=(*FIELDS, "entityType", "path"),
    read=read_objects,
    gather=PARTS,
)
SPEC = _INFO.spec


def run(context: TaskContext) -> dict[str, Any]:
    args = context.args
    folder = args["documents_dest"]
    if folder is None:
        return _INFO.run(context)
    if args["dest"] is not None:
        raise BadInput("documents_dest and dest are given together: give one of them.")
    gather = [*args["gather"], *{"documents"}.difference(args["gather"])]
    result = _INFO.run(replace(context, args={**args, "gather": gather}))
    changed = download_documents(context.client, result["objects"], folder, check=context.check)
    return {**result, "changed": changed}


if __name__ == "__main__":
    main(SPEC, run)
