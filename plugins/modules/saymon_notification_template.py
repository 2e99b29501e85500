#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring templates of notifications to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_notification_template
short_description: Change and restore the notification templates of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings the texts of one template, or of a whole list of them, to what the options say. Options that you leave out
    stay unchanged.
  - The templates of a server are a fixed set. None can be created or deleted, and one that does not exist is an error
    that names those that do.
  - A text may hold variables in double braces, such as C(entityName), C(stateName) and C(entityUrl), and sections as in
    Mustache. Mails about accounts have C(emailLink). Put such texts between C(raw) and C(endraw), as in the
    examples, or mark them with C(!unsafe), so that Ansible does not take the braces for its own templates.
  - Needs the permission C(manage-configuration).
options:
  id: &id
    description: Id of the template, in place of O(group) and O(type).
    type: str
  group: &group
    description: V(state) for changes of states, V(auth) for mails about accounts. Newer servers may have more.
    type: str
  type: &type
    description:
      - What the template is for. SAYMON documents V(email), V(email-subject), V(telegram), V(sms), V(registration),
        V(registration-subject), V(registration-password), V(registration-password-subject), V(forgot) and
        V(forgot-subject).
    type: str
  single: &single
    description: Text for one event. A line break at the end makes no difference.
    type: str
  pack: &pack
    description: Text for several events in one message. A line break at the end makes no difference.
    type: str
  state:
    <<: &state
      description:
        - V(present) brings the texts to what you give.
        - V(default) restores the texts that the server came with. No call tells what these are, so each run restores
          them, and reports a change if the texts were others before. Check mode cannot know that, and foresees a
          change.
      type: str
      choices: [default, present]
    default: present
  notification_templates:
    description: A list of templates, instead of the options of one. O(state) may stay outside and apply to all items.
    type: list
    elements: dict
    suboptions:
      id: *id
      group: *group
      type: *type
      single: *single
      pack: *pack
      state: *state
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows only the fields that differ.
      - In a registered result, the two sides of C(diff) are texts. Read them with the filter C(from_json).
  idempotent:
    support: partial
    details:
      - With O(state=default), each run restores the texts. A second run reports no change.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
  - saymon.platform.desired
seealso:
  - module: saymon.platform.saymon_notification_template_info
  - module: saymon.platform.saymon_notification
"""

EXAMPLES = r"""
- name: The subject of mails about changes of states
  saymon.platform.saymon_notification_template:
    group: state
    type: email-subject
    single: "{% raw %}[SAYMON] {{entityName}} is {{stateName}}{% endraw %}"
    pack: Several changes

- name: Several texts at once, as they would be
  saymon.platform.saymon_notification_template:
    notification_templates:
      - group: state
        type: telegram
        single: "{% raw %}{{entityName}}: {{stateName}} {{entityUrl}}{% endraw %}"
      - group: state
        type: sms
        single: "{% raw %}{{entityName}} {{stateName}}{% endraw %}"
  check_mode: true
  diff: true

- name: Back to the texts that the server came with
  saymon.platform.saymon_notification_template:
    group: state
    type: email-subject
    state: default
"""

RETURN = r"""
notification_template:
  description: The template after the task, with the server's own keys. In check mode, as it would be.
  returned: success, with one item
  type: dict
  contains:
    id:
      description: Id of the template.
      type: raw
      sample: 64b1f0c2a9d3e40800000001
    group:
      description: C(state) for changes of states, C(auth) for mails about accounts.
      type: str
      sample: state
    templateType:
      description: What the template is for.
      type: str
      sample: email-subject
    content:
      description: The texts.
      type: dict
      contains:
        single:
          description: Text for one event.
          type: str
          sample: '{{entityName}}: {{stateName}}'
        pack:
          description: Text for several events in one message.
          type: str
          sample: Several changes
      sample: {single: '{{entityName}}: {{stateName}}', pack: Several changes}
  sample:
    id: 64b1f0c2a9d3e40800000001
    group: state
    templateType: email-subject
    content: {single: '{{entityName}}: {{stateName}}', pack: Several changes}
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
      sample: state email
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64b1f0c2a9d3e40800000001
    action:
      description: What was done, C(created), C(updated), C(deleted), C(unchanged), C(failed) or C(skipped).
      type: str
      sample: updated
    changed:
      description: Whether something was written, or may have been when the item failed.
      type: bool
      sample: true
    msg:
      description: Why the item failed or was skipped. Missing for all others.
      type: str
      sample: "PATCH /notification-templates/64b1f0c2a9d3e40800000001 answered 403 Forbidden."
  sample:
    - name: state email
      id: 64b1f0c2a9d3e40800000001
      action: updated
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
from ansible_collections.saymon.platform.plugins.module_utils._resources.notification_template import (
    NOTIFICATION_TEMPLATE,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(NOTIFICATION_TEMPLATE)
run = ensure(NOTIFICATION_TEMPLATE)


if __name__ == "__main__":
    main(SPEC, run)
