# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up the latest values of metrics."""

from __future__ import annotations

DOCUMENTATION = r"""
name: saymon_metric
short_description: Look up the latest values of metrics of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the latest value of a metric of each object, or all of its latest values.
  - The values are read anew each time, with one request for all objects of a call.
  - Needs access to the objects.
  - With C(lookup), one value comes as it is, and several come as a list, or as a text with commas if all are texts.
    With C(query), a list comes at all times.
options:
  _terms:
    description: The objects, each a path, a name or an id. Not needed with O(class) or O(tag).
    type: list
    elements: str
  metric:
    description:
      - The name of a metric such as V(cpu.load1), whose value is returned.
      - For the name of a branch such as V(cpu), and without a name, a dictionary is returned with names of metrics and
        their values.
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
seealso:
  - module: saymon.platform.saymon_metric_info
"""

EXAMPLES = r"""
- name: Look at the load of a server
  ansible.builtin.debug:
    msg: "{{ lookup('saymon.platform.saymon_metric', 'north-web-1', metric='cpu.load1') }}"

- name: Look at all that is known of it
  ansible.builtin.debug:
    msg: "{{ lookup('saymon.platform.saymon_metric', 'north-web-1') }}"

- name: Find the highest load of all hosts
  ansible.builtin.debug:
    msg: "{{ query('saymon.platform.saymon_metric', class='Host', metric='cpu.load1', default=0) | max }}"
"""

RETURN = r"""
_raw:
  description: For each object, the value of the metric, or a dictionary of all values.
  type: list
  elements: raw
  sample: [0.7]
"""

from ansible_collections.saymon.platform.plugins.plugin_utils.lookup import OBJECT_OPTIONS, SaymonLookup, metric_values


class LookupModule(SaymonLookup):
    name = "saymon_metric"
    options = {"metric": {"type": "str"}, **OBJECT_OPTIONS}
    values = staticmethod(metric_values)
