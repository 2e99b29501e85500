#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring references to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_reference
short_description: Show objects of a SAYMON server in a second place
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one reference, or a whole list of them, to the state that the options describe. A reference shows the object
    O(target) also below the object O(owner), without making it a child.
  - A reference is found by O(id), otherwise by O(owner) and O(target). If there are several, the task fails and lists
    their ids.
  - Needs the permission C(manage-objects) or C(modify-objects), and access to both objects.
  - It is not documented that a server lists its references. From one that does not, the module reads them through the
    experimental second version of the API.
options:
  id: &id
    description: Id of the reference. Needed only if several references match.
    type: str
  owner: &owner
    description: The object below which the other one is shown, a path (such as V(/ROOT/Dashboards)), a name or an id.
      It cannot be changed after creation.
    type: str
  target: &target
    description: The object that is shown there, a path, a name or an id. It cannot be changed after creation.
    type: str
  client_data: &client_data
    description: Settings of the web client, as a dictionary. They are merged into the present settings.
    type: dict
  state:
    <<: &state
      description: V(present) creates the reference or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  references:
    description: A list of references, instead of the options of one. Options that steer, such as O(state), may stay
      outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      owner: *owner
      target: *target
      client_data: *client_data
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_reference_info
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Make sure that the objects exist
  saymon.platform.saymon_object:
    objects:
      - name: Dashboards
      - name: db01
      - name: db02

- name: Show a server on the dashboard too
  saymon.platform.saymon_reference:
    owner: /ROOT/Dashboards
    target: db01

- name: Show several servers there
  saymon.platform.saymon_reference:
    references:
      - owner: /ROOT/Dashboards
        target: db01
      - owner: /ROOT/Dashboards
        target: db02
        client_data:
          custom_style:
            left: 120
            top: 40

- name: Take one away, which leaves the object itself alone
  saymon.platform.saymon_reference:
    owner: /ROOT/Dashboards
    target: db02
    state: absent
"""

RETURN = r"""
reference:
  description: The reference after the task, with the server's own keys. Empty when it is absent. In check mode, as it
    would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the reference.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9201
    owner:
      description: Id of the object below which the other one is shown. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    target:
      description: Id of the object that is shown.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e02
    client_data:
      description: Settings of the web client, as JSON text.
      type: str
      sample: '{"custom_style": {"left": 120}}'
  sample:
    id: 64b1f0c2a9d3e45f6a7b9201
    owner: 64b1f0c2a9d3e45f6a7b8e01
    target: 64b1f0c2a9d3e45f6a7b8e02
    client_data: '{}'
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
      sample: Dashboards - db01
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
      sample: "POST /refs answered 403 Forbidden: Missing permissions: manage-objects."
  sample:
    - name: Dashboards - db01
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.reference import REFERENCE
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(REFERENCE)
run = ensure(REFERENCE)


if __name__ == "__main__":
    main(SPEC, run)
