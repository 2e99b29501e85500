#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List incidents."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_incident_info
short_description: List incidents (alarms) of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the active incidents that the account may see, or those of the history, as far as they match all filters. If
    none matches, the list is empty and the task succeeds.
  - Cleared incidents stay in the active list for some time before they move to the history.
  - The list is read page by page to its end. An incident that comes or goes meanwhile makes no other one missing or
    listed twice.
  - Needs no permission, but access to the objects and links that the incidents are of. Names of users need
    C(manage-users).
options:
  id:
    description: Only the incident with this id.
    type: str
  history:
    description: Whether to list the incidents of the history, in place of the active ones.
    type: bool
    default: false
  age:
    description:
      - Whether to add the age of each incident, in seconds since it occurred. That is another value each time, so with
        O(dest) the file changes each time.
    type: bool
    default: false
  owner:
    description: Whether to add what the server tells of the object or link.
    type: bool
    default: false
  limit:
    description: Return no more than this many, the latest ones.
    type: int
    aliases: [max_items]
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.incident_filter
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_incident
"""

EXAMPLES = r"""
- name: List all active incidents, with the names of what they refer to
  saymon.platform.saymon_incident_info:
    resolve: true
    age: true
  register: active

- name: Show where something is wrong, and for how many seconds
  ansible.builtin.debug:
    msg: "{{ dict(active.incidents | map(attribute='entity') | zip(active.incidents | map(attribute='age'))) }}"

- name: Find alarms below a site that nobody has acknowledged
  saymon.platform.saymon_incident_info:
    filter:
      object: /ROOT/North site
      recursive: true
      level: [Alarm, Major]
      acknowledged: false

- name: Find those of the last day that mention a disk, or were commented on
  saymon.platform.saymon_incident_info:
    history: true
    filter:
      occurred:
        since: -1d
      any:
        - text: {contains: disk}
        - comment: {matches: 'ticket \d+'}
    limit: 100

- name: Write the history into a file
  saymon.platform.saymon_incident_info:
    history: true
    dest: incidents.csv
"""

RETURN = r"""
incidents:
  description: The incidents, with the server's own keys, in the order of their ids.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the incident. It keeps it in the history.
      type: str
      sample: 64c2a1b0d4e5f60718293a4b
    entityId:
      description: Id of the object or link.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    entityType:
      description: V(1) for an object, V(2) for a link.
      type: int
      sample: 1
    entity:
      description: The path of the object, or the paths of both ends of the link, with O(resolve=true). The module adds
        this key.
      type: str
      sample: /ROOT/North site/db01
    type:
      description: V(1) when a state raised it, V(2) when a condition did.
      type: int
      sample: 1
    state:
      description: Id of the level, a number for built-in levels and a text for others. V(3) means cleared.
      type: raw
      sample: 4
    lastState:
      description: Id of the level that it had before it was cleared.
      type: raw
      sample: 4
    text:
      description: What is wrong, null when nothing was said.
      type: str
      sample: No data for 5 minutes
    timestamp:
      description: When it was registered, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    localTimestamp:
      description: When it occurred, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    clearTimestamp:
      description: When it was cleared. Missing, or V(0), while it is open.
      type: int
      sample: 1700000600000
    acknowledgedBy:
      description: Id of the user who acknowledged it. Null or missing when nobody did.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    comment:
      description: The latest comment. Missing when there is none.
      type: str
      sample: Known, ticket 77
    properties:
      description: Named values, in one of several forms, as pairs, records or a dictionary.
      type: raw
      sample: [[ticket, "77"]]
    age:
      description: Seconds since it occurred, with O(age=true). The module adds this key.
      type: int
      sample: 600
    names:
      description: The names of what the record refers to, with O(resolve=true). The module adds this key.
      type: dict
      sample: {level: Major, last_level: Major, acknowledged_by: operator, commented_by: operator}
    owner:
      description: What the server tells of the object or link, with O(owner=true).
      type: dict
      sample: {_id: 64b1f0c2a9d3e45f6a7b8e01, name: db01, class_id: 3}
  sample:
    - id: 64c2a1b0d4e5f60718293a4b
      entityId: 64b1f0c2a9d3e45f6a7b8e01
      entityType: 1
      type: 1
      state: 4
      lastState: 4
      text: No data for 5 minutes
      timestamp: 1700000000000
      localTimestamp: 1700000000000
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: incidents.csv
"""

from typing import cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_incidents import (
    KEYS,
    REFERENCES,
    IncidentSearch,
    ages,
    entity_paths,
    find_incidents,
    search_incidents,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident import INCIDENT
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Search
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import AtOnce


def _look(context: TaskContext) -> IncidentSearch:
    return search_incidents(context.client, RESOURCES, context.credentials, context.args, check=context.check)


def _read(search: Search) -> list[Record]:
    return find_incidents(cast(IncidentSearch, search))


_INFO = info_of(
    INCIDENT,
    {},
    options={
        "filter": {"type": "dict"},
        "history": {"type": "bool", "default": False},
        "owner": {"type": "bool", "default": False},
        "age": {"type": "bool", "default": False},
        "limit": {"type": "int", "aliases": ["max_items"]},
    },
    read_only=REFERENCES,
    known=KEYS,
    look=_look,
    read=_read,
    gather={"age": AtOnce(ages, ("localTimestamp", "timestamp"), "age"), "entity": AtOnce(entity_paths, (), "resolve")},
)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
