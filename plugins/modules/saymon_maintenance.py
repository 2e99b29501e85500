#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hold objects and links in a state for as long as somebody works on them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_maintenance
short_description: Hold objects and links of a SAYMON server in a state, and mute alarms
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Gives one object or link, or a whole list of them, a manual state, so that data does not change their state while
    somebody works on them, and takes it away again. The former state returns then.
  - Mutes the alarms of objects on request, which clears the active alarm and stops notifications.
  - While something is held, its reason, its end and the states that end it stay as they are unless options change them.
  - Needs the permission C(modify-objects) or C(manage-objects), for links C(modify-links) or C(manage-links), and
    access to them.
options:
  id: &id
    description: Id of the object or link, instead of O(object), O(link), or O(source) and O(target).
    type: str
  object: &object
    description: The object, a path (such as V(/ROOT/Shop/web-1)), a name or an id. A name must be the only one of its
      kind.
    type: str
  link: &link
    description: Id of the link.
    type: str
  source: &source
    description: The object at which the link begins, a path, a name or an id. With O(target), it names the link.
    type: str
  target: &target
    description: The object at which the link ends.
    type: str
  class: &class
    description: Class of the link, a name or an id. Needed only if several links lead from O(source) to O(target).
    type: str
  recursive:
    <<: &recursive
      description: Whether the same is done with every object below the object, at any depth. Links are left alone.
      type: bool
    default: false
  manual_state: &manual_state
    description:
      - The state to hold it in, a name or an id, such as V(Disable). The usual word V(Disabled) means the same, unless
        the server has a state of that name.
      - Needed with O(state=present), unless only O(mute) is given.
    type: str
  until: &until
    description:
      - When the former state returns by itself. Either a moment, in ISO 8601 with a time zone (such as
        V(2030-12-31T18:00:00Z)) or in epoch milliseconds, or a time after the task such as V(+30m), V(+2h) or V(+1d),
        or V(none). A moment that is over is refused.
      - A new manual state without O(until) has no end.
      - A time after the task is met by any end that an earlier run of the same task may have set, which is one that is
        still to come, and not later than it. So a second run changes nothing, and does not move the end. It warns when
        less than half of the time is left. See O(extend).
      - Times after the task are counted by the clock of the machine that runs the task.
    type: str
  extend:
    <<: &extend
      description:
        - Whether each run moves the end on, when O(until) is a time after the task. Every run is a change then.
        - The end is never moved to an earlier moment.
      type: bool
    default: false
  reason: &reason
    description: Why, for people who see the state or the muting in the web client.
    type: str
  mute: &mute
    description:
      - Whether the alarms of the object are muted. If it is not given, this stays as it is.
      - With O(state=absent), the alarms are no longer muted, whichever value is given.
    type: bool
  state:
    <<: &state
      description: V(present) sets the manual state, V(absent) takes it away, whatever it is. What the other options
        say about it does not matter then.
      type: str
      choices: [present, absent]
    default: present
  entities:
    description: A list of objects and links, instead of the options of one. Options that steer, such as O(state),
      O(extend) and O(recursive), may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      object: *object
      link: *link
      source: *source
      target: *target
      class: *class
      recursive: *recursive
      manual_state: *manual_state
      until: *until
      extend: *extend
      reason: *reason
      mute: *mute
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
notes:
  - An object or link that does not exist is an error, also with O(state=absent), because a misspelt name would leave
    the right one held.
seealso:
  - module: saymon.platform.saymon_maintenance_info
  - module: saymon.platform.saymon_object
  - module: saymon.platform.saymon_link
  - module: saymon.platform.saymon_state
"""

EXAMPLES = r"""
- name: Make sure that the objects exist
  saymon.platform.saymon_object:
    objects:
      - name: Shop
      - name: web-1
        parents: [/ROOT/Shop]
      - name: web-2
        parents: [/ROOT/Shop]

- name: Make sure that a link exists
  saymon.platform.saymon_link:
    source: web-1
    target: web-2

- name: Hold a server for half an hour, do something, and let it go whatever happens
  block:
    - name: Start of the maintenance
      saymon.platform.saymon_maintenance:
        object: /ROOT/Shop/web-1
        manual_state: Disabled
        until: +30m
        reason: Rollout 4.2

    - name: The work itself
      ansible.builtin.debug:
        msg: Here the server is updated
  always:
    - name: End of the maintenance
      saymon.platform.saymon_maintenance:
        object: /ROOT/Shop/web-1
        state: absent

- name: Hold a whole shop until a certain moment, and mute its alarms
  saymon.platform.saymon_maintenance:
    object: /ROOT/Shop
    recursive: true
    manual_state: Disable
    until: "2030-12-31T18:00:00Z"
    reason: Переезд
    mute: true
    parallel: 4

- name: Let the shop go
  saymon.platform.saymon_maintenance:
    object: /ROOT/Shop
    recursive: true
    mute: false
    state: absent

- name: Several objects and a link
  saymon.platform.saymon_maintenance:
    entities:
      - object: /ROOT/Shop/web-2
        manual_state: Stopped
        until: none
      - source: web-1
        target: web-2
        manual_state: Working
        until: +2h
        reason: Cable is replaced
"""

RETURN = r"""
entity:
  description: The object or link after the task, with the server's own keys, as far as the module reads them. In check
    mode, as it would be.
  returned: success, with one item and without O(recursive)
  type: dict
  contains:
    id:
      description: Id of the object or link. The root object has the number C(1).
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8c02
    name:
      description: Name of an object. Links have none.
      type: str
      sample: web-1
    manual_state:
      description: The manual state, with C(stateId), and with C(reason) and C(until) (in milliseconds since 1970-01-01
        UTC) where there are any. Missing or null when it is not held.
      type: dict
      sample: {stateId: 9, reason: Rollout 4.2, until: 1924970400000}
    mute_alert:
      description: The muting of an object, with C(reason). Missing or null when its alarms are not muted.
      type: dict
      sample: {reason: Rollout 4.2}
  sample:
    id: 64b1f0c2a9d3e45f6a7b8c02
    name: web-1
    manual_state: {stateId: 9, reason: Rollout 4.2, until: 1924970400000}
action:
  description: What was done, or would be done in check mode. One of C(created), C(updated), C(deleted) and
    C(unchanged).
  returned: success, with one item and without O(recursive)
  type: str
  sample: updated
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success, with one item and without O(recursive)
  type: bool
  sample: false
outcomes:
  description:
    - What became of each item that was changed or failed, or with O(outcomes=all) of every item, in the order of the
      list.
    - C(action) can also be C(failed) and C(skipped), then with C(msg).
  returned: with a list of items or O(recursive)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the item.
      type: str
      sample: /ROOT/Shop/web-1
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8c02
    action:
      description: What was done, C(updated), C(unchanged), C(failed) or C(skipped).
      type: str
      sample: updated
    changed:
      description: Whether something was written, or may have been when the item failed.
      type: bool
      sample: true
    msg:
      description: Why the item failed or was skipped. Missing for all others.
      type: str
      sample: "PUT /objects/64b1f0c2a9d3e45f6a7b8c02/manual-state answered 403 Forbidden."
  sample:
    - name: /ROOT/Shop/web-1
      id: 64b1f0c2a9d3e45f6a7b8c02
      action: updated
      changed: true
summary:
  description: Number of items with each outcome, and of items whose state was read again after a lost answer.
  returned: with a list of items or O(recursive)
  type: dict
  contains:
    created:
      description: Always 0, because objects and links are not created here.
      type: int
      sample: 0
    updated:
      description: Number of items that were changed.
      type: int
      sample: 1
    deleted:
      description: Always 0, because objects and links are not deleted here.
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
  sample: {created: 0, updated: 1, deleted: 0, unchanged: 499, failed: 0, skipped: 0, recovered: 0}
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.maintenance import ENTITY
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(ENTITY)
run = ensure(ENTITY)


if __name__ == "__main__":
    main(SPEC, run)
