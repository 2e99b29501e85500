# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up objects."""

from __future__ import annotations

DOCUMENTATION = r"""
name: saymon_object
short_description: Look up objects of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the records of objects, or one property or field of each.
  - Needs access to the objects.
  - With C(lookup), one value comes as it is, and several come as a list, or as a text with commas if all are texts.
    With C(query), a list comes at all times.
options:
  _terms:
    description: The objects, each a path, a name or an id. Not needed with O(class) or O(tag).
    type: list
    elements: str
  property:
    description: The name of a property, whose value is returned.
    type: str
  field:
    description:
      - A key of the record such as V(state_id), whose value is returned. The keys are those that
        M(saymon.platform.saymon_object_info) returns.
      - V(path) means the path, such as V(/ROOT/Plant North/db01).
    type: str
  recursive:
    description: Whether everything below the named objects is meant, too.
    type: bool
    default: false
  class:
    description: Only objects of this class, a name or an id. Without names of objects, it means all of them.
    type: str
  tag:
    description: Only objects with this tag, a name or an id. Without names of objects, it means all of them.
    type: str
  default:
    description: What to return for what does not exist. Without it, that is an error.
    type: raw
  max_age:
    description:
      - How many seconds ago the list of objects may have been read, by whichever host or task of the run. After
        the run has written something, it is read anew. With V(0), that happens each time.
    type: float
    default: 300
extends_documentation_fragment:
  - saymon.platform.connection.plugin
notes:
  - The list is read once for all names, loops, hosts and tasks.
  - All lookups and tasks of a run share one session. A lookup that runs before the run has used anything else of this
    collection opens a session of its own, which ends with its task.
  - Values are never templated. C(errors) works as with all lookups.
  - Set C(no_log) for a task that looks up the value of a secret property.
seealso:
  - module: saymon.platform.saymon_object_info
"""

EXAMPLES = r"""
- name: Tell whom to call
  ansible.builtin.debug:
    msg: >-
      Call {{ lookup('saymon.platform.saymon_object', '/ROOT/North site/North rack A1/north-db-1', property='Owner',
      default='the night shift') }}

- name: Read the records of two objects
  ansible.builtin.set_fact:
    databases: "{{ query('saymon.platform.saymon_object', 'north-db-1', 'lab-probe') }}"

- name: Look at the paths of all hosts
  ansible.builtin.debug:
    msg: "{{ item }}"
  loop: "{{ query('saymon.platform.saymon_object', class='Host', field='path') }}"

- name: Look at the names of everything at a site
  ansible.builtin.debug:
    msg: "{{ query('saymon.platform.saymon_object', '/ROOT/North site', recursive=true, field='name') }}"
"""

RETURN = r"""
_raw:
  description: For each object, its record, or the value of its property or field. Children follow their parents.
  type: list
  elements: raw
  sample: [Platform team]
"""

from ansible_collections.saymon.platform.plugins.plugin_utils.lookup import (
    OBJECT_OPTIONS,
    SaymonLookup,
    object_values,
)


class LookupModule(SaymonLookup):
    name = "saymon_object"
    options = {"property": {"type": "str"}, "field": {"type": "str"}, **OBJECT_OPTIONS}
    exclusive = (("property", "field"),)
    values = staticmethod(object_values)
