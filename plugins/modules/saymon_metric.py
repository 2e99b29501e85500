#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Push metrics."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_metric
short_description: Push metrics to objects and links of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Sends a set of data (a stat) to an object or a link, as an agent would. The server stores its numbers in the history
    of the metrics, and applies stat rules and the conditions of states and incidents to it.
  - The set takes the place of the one before as the latest data, so metrics that belong together belong into one task.
  - It is an act and no state, so the task always reports a change.
  - Needs the permission C(modify-objects) or C(manage-objects) for objects, and access to the objects and links.
options:
  object:
    description: The object, a path, a name or an id.
    type: str
  link:
    description: The id of the link.
    type: str
  metrics:
    description:
      - The values by name. A name with dots and nested dictionaries mean the same, so V(cpu.load1) is C(load1) in
        C(cpu). A name cannot be a value and a branch at the same time.
      - A value is a number, a text or a boolean, or a list of them. Null, infinity and what is not a number are
        refused.
      - Ansible does not evaluate templates in names. For those, write the whole option as a template.
    type: dict
  timestamp:
    description:
      - When the values were measured. Without it, the server takes the present time.
      - One of V(now), a time from now such as V(-1h), V(1h-ago) or V(+30m), a date such as V(2030-12-31T18:00:00Z), and
        epoch milliseconds.
    type: str
  period:
    description: How often such data comes, in seconds or as V(90s), V(5m), V(1h) or V(1d).
    type: str
  expiry:
    description:
      - How long the data is valid, in the same form. The server adds O(period) to it. Without it, the server decides.
    type: str
  group_key:
    description: The server deals with data that has the same key in the order in which it came.
    type: str
  initiator:
    description: Who sends the data, as a text of your own.
    type: str
  dotted:
    description: Whether dots in names separate branches. With V(false), they are parts of the names.
    type: bool
    default: true
  parse_numbers:
    description:
      - Whether to send a text that is written exactly like a number, such as V('42') or V('0.5'), as this number.
        Before version 2.19, ansible-core makes a text of each templated number, and CSV files hold nothing but texts.
      - Texts that would not stay the same, such as V('1.10') and V('007'), remain texts in any case.
    type: bool
    default: true
  stats:
    description: Many sets of data. Each entry has the options above.
    type: list
    elements: dict
    suboptions:
      object:
        description: The object, a path, a name or an id.
        type: str
      link:
        description: The id of the link.
        type: str
      metrics:
        description:
          - The values by name. A name with dots and nested dictionaries mean the same, so V(cpu.load1) is C(load1) in
            C(cpu). A name cannot be a value and a branch at the same time.
          - A value is a number, a text or a boolean, or a list of them. Null, infinity and what is not a number are
            refused.
          - Ansible does not evaluate templates in names. For those, write the whole option as a template.
        type: dict
      timestamp:
        description:
          - When the values were measured. Without it, the server takes the present time.
          - One of V(now), a time from now such as V(-1h), V(1h-ago) or V(+30m), a date such as
            V(2030-12-31T18:00:00Z), and epoch milliseconds.
        type: str
      period:
        description: How often such data comes, in seconds or as V(90s), V(5m), V(1h) or V(1d).
        type: str
      expiry:
        description:
          - How long the data is valid, in the same form. The server adds O(period) to it. Without it, the server
            decides.
        type: str
      group_key:
        description: The server deals with data that has the same key in the order in which it came.
        type: str
      initiator:
        description: Who sends the data, as a text of your own.
        type: str
      dotted:
        description: Whether dots in names separate branches. With V(false), they are parts of the names.
        type: bool
      parse_numbers:
        description:
          - Whether to send a text that is written exactly like a number, such as V('42') or V('0.5'), as this number.
            Before version 2.19, ansible-core makes a text of each templated number, and CSV files hold nothing but
            texts.
          - Texts that would not stay the same, such as V('1.10') and V('007'), remain texts in any case.
        type: bool
attributes:
  check_mode:
    support: full
    details:
      - Nothing is sent. The values are checked, and so is whether the objects exist.
  diff_mode:
    support: full
    details:
      - Shows what is sent, or would be.
  idempotent:
    support: none
    details:
      - Each run sends the data once more.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
  - saymon.platform.desired.batch
notes:
  - All entries are checked before the first is sent. If one of them is invalid, nothing is sent. If the server
    refuses one, the others are still sent, and the task fails at the end.
  - A call whose answer is lost is not repeated, since the server may have done it. The task fails and says so. Running
    it again may give a second set of data. With an absolute O(timestamp), both sets have the same moment.
  - In a CSV file, a column such as C(metrics.cpu) holds one metric, with an empty cell where there is none.
seealso:
  - module: saymon.platform.saymon_metric_info
"""

EXAMPLES = r"""
- name: Note which release runs on a host
  saymon.platform.saymon_metric:
    object: north-web-1
    metrics:
      release.number: 42
      release.name: spring

- name: Push what was measured an hour ago, valid for two hours
  saymon.platform.saymon_metric:
    object: /ROOT/North site/North rack A1/north-web-1
    timestamp: -1h
    expiry: 2h
    metrics:
      backup:
        seconds: 318.5
        ok: true

- name: Push metrics whose names contain dots
  saymon.platform.saymon_metric:
    object: north-db-1
    dotted: false
    metrics:
      requests:
        example.org: 17

- name: Push a metric whose name is made by a template
  saymon.platform.saymon_metric:
    object: north-db-1
    metrics: "{{ {'playbooks.' ~ inventory_hostname: 1} }}"

- name: Push metrics of several objects
  saymon.platform.saymon_metric:
    stats:
      - object: north-web-1
        metrics: {load: 0.7}
      - object: north-web-2
        metrics: {load: 0.4}
    parallel: 2
"""

RETURN = r"""
outcomes:
  description: What became of each set of data, in the order of the list.
  returned: success or failure of some
  type: list
  elements: dict
  contains:
    name:
      description: The object or link, as the task names it.
      type: str
      sample: north-web-1
    action:
      description: What was done, C(sent) or C(failed). In check mode, C(sent) means that it would be.
      type: str
      sample: sent
    changed:
      description: Whether the data was sent, or may have been when that failed.
      type: bool
      sample: true
    msg:
      description: Why it failed. Missing for all others.
      type: str
      sample: "POST /objects/64b1f0c2a9d3e45f6a7b8e01/stat answered 403 Forbidden."
  sample:
    - name: north-web-1
      action: sent
      changed: true
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import append, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.stat import STAT
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(STAT)
run = append(STAT)


if __name__ == "__main__":
    main(SPEC, run)
