#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring tags to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_tag
short_description: Create, change and delete tags of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings one tag, or a whole list of them, to the state that the options describe. Options that you leave out stay
    unchanged.
  - A tag is a label that objects and links can have. To attach tags to an object, use the option
    O(saymon.platform.saymon_object#module:tags) of M(saymon.platform.saymon_object).
  - A server may hold several tags of the same name. The task then fails and lists their ids; give one of them with
    O(id).
  - Objects and links may keep the id of a tag that is deleted, so take the tag off them first.
    M(saymon.platform.saymon_object_info) finds the objects that have it.
  - The documentation of the server describes only the name. The other options are known from stored tags; the task
    warns if the server ignores one.
  - Which permission is needed is not documented. Probably it is C(manage-configuration).
options:
  id: &id
    description: Id of the tag. Needed only to change the name.
    type: str
  name: &name
    description: Name of the tag.
    type: str
  color: &color
    description:
      - Colour, such as V('#2e7d32').
      - Quote it. YAML takes what follows an unquoted V(#) for a comment, and the option is then ignored.
    type: str
  public: &public
    description: Whether the tag is public.
    type: bool
  description: &description
    description: Description of the tag.
    type: str
  state:
    <<: &state
      description: V(present) creates the tag or changes what differs, V(absent) deletes it.
      type: str
      choices: [present, absent]
    default: present
  tags:
    description: A list of tags, instead of the options of one. O(state) may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      name: *name
      color: *color
      public: *public
      description: *description
      state: *state
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_tag_info
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Make sure the tags of our hosts exist
  saymon.platform.saymon_tag:
    tags:
      - name: production
        color: "#c62828"
        description: Changes need an approval
      - name: staging
        color: "#1565c0"
      - name: retired

- name: One tag, in check mode
  saymon.platform.saymon_tag:
    name: staging
    color: "#0277bd"
  check_mode: true
  diff: true

- name: Look up the id of a tag
  saymon.platform.saymon_tag_info:
    name: staging
  register: found

- name: Rename it, which needs the id
  saymon.platform.saymon_tag:
    id: "{{ found.tags[0].id }}"
    name: preproduction

- name: Delete tags that nothing should have any more
  saymon.platform.saymon_tag:
    state: absent
    tags:
      - name: retired
      - name: obsolete

- name: All tags of a file
  saymon.platform.saymon_tag:
    src: tags.csv
"""

RETURN = r"""
tag:
  description: The tag after the task, with the server's own keys. Empty when it is absent. In check mode, as it would
    be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the tag.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8d03
    name:
      description: Name of the tag.
      type: str
      sample: critical
    color:
      description: Colour. Missing when the tag never had one, as is each of the keys below.
      type: str
      sample: '#c62828'
    public:
      description: C(on) or C(off).
      type: str
      sample: 'on'
    description:
      description: Description of the tag.
      type: str
      sample: Changes need an approval
  sample:
    id: 64b1f0c2a9d3e45f6a7b8d03
    name: critical
    color: '#c62828'
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
      sample: critical
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
      sample: "POST /tags answered 400 BadRequest: the name is too long."
  sample:
    - name: critical
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.tag import TAG
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(TAG)
run = ensure(TAG)


if __name__ == "__main__":
    main(SPEC, run)
