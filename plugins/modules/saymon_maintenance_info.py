#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what is held in a state by hand, and what is muted."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_maintenance_info
short_description: List objects and links of a SAYMON server that are held in a state, or muted
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Lists the objects and links that have a manual state, or whose alarms are muted, with the reason, the end, and who
    has done it.
  - Without O(object), O(objects), O(class) and O(tag), everything that the account may see is looked at, links too.
    With one of them, links are left out.
options:
  object:
    description: An object to look at, a path, a name or an id.
    type: str
  objects:
    description: Several objects to look at.
    type: list
    elements: str
  recursive:
    description: Whether all objects below these are looked at too.
    type: bool
    default: false
  class:
    description: Only objects of this class, a name or an id.
    type: str
  tag:
    description: Only objects with this tag, a name or an id.
    type: str
  dest:
    description:
      - A file to write the list to, instead of returning it. The file extension names the format, V(.json), V(.yml) or
        V(.yaml), V(.jsonl) or V(.ndjson), or V(.csv).
      - The task reports a change if the content or the mode of the file differs. In check mode, it writes nothing.
    type: path
  mode:
    description:
      - Mode of the file, as octal digits in quotes such as V('0640').
      - Without it, an existing file keeps its mode, and a new file gets the system's default, usually V('0644').
    type: raw
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_maintenance
"""

EXAMPLES = r"""
- name: See what is held or muted anywhere
  saymon.platform.saymon_maintenance_info:
  register: held

- name: Say what has no end
  ansible.builtin.debug:
    msg: "{{ endless | map(attribute='path') | list }}"
  vars:
    endless: "{{ held.entities | rejectattr('state', 'none') | selectattr('until', 'none') }}"

- name: See what is held at one site
  saymon.platform.saymon_maintenance_info:
    object: /ROOT/North site
    recursive: true
"""

RETURN = r"""
entities:
  description: The objects and links that are held or muted, in the order of their ids.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the object or link. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8c02
    type:
      description: What it is, C(object) or C(link).
      type: str
      sample: object
    path:
      description: Path of the object, or the paths of the two ends of the link.
      type: str
      sample: /ROOT/Shop/web-1
    state:
      description: Name of the state in which it is held, null when it is only muted.
      type: str
      sample: Disable
    reason:
      description: Why it is held, or an empty text.
      type: str
      sample: Rollout 4.2
    since:
      description: When that begins, if it has not begun, otherwise null.
      type: str
      sample: null
    until:
      description: When that ends, null when it has no end.
      type: str
      sample: '2030-12-31T18:00:00+00:00'
    cleared_by:
      description: Names of the states that end it.
      type: list
      elements: str
      sample: []
    by:
      description: Login of the user who holds it, or the id where the account cannot see users. Null when that is not
        known.
      type: str
      sample: operator
    muted:
      description: Whether its alarms are muted.
      type: bool
      sample: true
    mute_reason:
      description: Why they are muted, or an empty text.
      type: str
      sample: Rollout 4.2
    muted_by:
      description: Login of the user who has muted them, as C(by).
      type: str
      sample: operator
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8c02
      type: object
      path: /ROOT/Shop/web-1
      state: Disable
      reason: Rollout 4.2
      since: null
      until: '2030-12-31T18:00:00+00:00'
      cleared_by: []
      by: operator
      muted: false
      mute_reason: ''
      muted_by: null
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: held.csv
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_held import HELD_RECORD_KEYS, held_record
from ansible_collections.saymon.platform.plugins.module_utils._resources.maintenance import links_with_state
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._scope import (
    NOT_BOTH_IN_SCOPE,
    ONE_OF_SCOPE,
    SCOPE_OPTIONS,
    objects_in_scope,
)

SPEC = Spec(
    options={**{name: dict(one) for name, one in SCOPE_OPTIONS.items()}, **DEST_OPTIONS},
    mutually_exclusive=NOT_BOTH_IN_SCOPE,
)


def _held(context: TaskContext) -> list[Record]:
    finder, objects = objects_in_scope(context, HELD_RECORD_KEYS)
    told = len(finder.warnings)
    narrowed = any(context.args[option] is not None for option in ONE_OF_SCOPE[0])
    links = [] if narrowed else links_with_state(context.client)
    found: list[Any] = [held_record(finder, record) for record in (*objects, *links)]
    context.warnings += finder.warnings[told:]
    return [record for record in found if record is not None]


run = listed("entities", _held)


if __name__ == "__main__":
    main(SPEC, run)
