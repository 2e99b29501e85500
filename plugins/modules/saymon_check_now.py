#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check objects or links now."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_check_now
short_description: Have objects or links checked now, and not when their period is over
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Asks the agents to check objects or links once, at once, with their monitoring settings or with others.
  - It is an act and no state, so the task always reports a change. The data arrives a little later, and this module
    does not wait for it.
  - Needs the permission C(manage-properties), C(manage-objects) or, for links, C(manage-links), and access to them.
options:
  objects:
    description: The objects, each a path, a name or an id.
    type: list
    elements: str
  links:
    description: The ids of the links.
    type: list
    elements: str
  settings:
    description:
      - Settings for this check only, such as V(PingHost). They come before those that the object has.
      - Null leaves a setting out.
    type: dict
    default: {}
  parallel:
    description: How many requests may be on their way at the same time, from 1 to 32.
    type: int
    default: 1
attributes:
  check_mode:
    support: full
    details:
      - Nothing is checked. Whether the objects exist is.
  diff_mode:
    support: full
    details:
      - Shows what would be checked, and with which settings.
  idempotent:
    support: none
    details:
      - Each run is one check more.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Check both web servers after a change
  saymon.platform.saymon_check_now:
    objects:
      - /ROOT/North site/North rack A1/north-web-1
      - /ROOT/North site/North rack A1/north-web-2

- name: Try another address once
  saymon.platform.saymon_check_now:
    objects: [north-web-1]
    settings:
      PingHost: 192.0.2.20
      PingSrcInterface:
"""

RETURN = r"""
outcomes:
  description: What became of each check, in the order of the list.
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
      description: Whether the check was asked for, or may have been when that failed.
      type: bool
      sample: true
    msg:
      description: Why it failed. Missing for all others.
      type: str
      sample: "POST /objects/64b1f0c2a9d3e45f6a7b8e01/monitoring/now answered 403 Forbidden."
  sample:
    - name: north-web-1
      action: sent
      changed: true
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._module import append_items
from ansible_collections.saymon.platform.plugins.module_utils._resources.check import CHECK_OF_LINK, CHECK_OF_OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item

SPEC = Spec(
    options={
        "objects": {"type": "list", "elements": "str"},
        "links": {"type": "list", "elements": "str"},
        "settings": {"type": "dict", "default": {}},
        "parallel": {"type": "int", "default": 1},
    },
    required_one_of=[("objects", "links")],
    mutually_exclusive=[("objects", "links")],
)


def run(context: TaskContext) -> dict[str, Any]:
    table = CHECK_OF_LINK if context.args["objects"] is None else CHECK_OF_OBJECT
    common = {"settings": context.args["settings"]}
    named = enumerate(context.args[table.plural])
    items = [parse_item(table, {table.key[0]: name, **common}, place, {}) for place, name in named]
    return append_items(table, items, context)


if __name__ == "__main__":
    main(SPEC, run)
