#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List and preview templates of notifications."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_notification_template_info
short_description: List and preview the notification templates of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns all notification templates, or those that match all filters. If none matches, the list is empty and the task
    succeeds.
  - It can add previews, which the server makes of the stored texts, or of texts that you give to try them out.
  - No permission is documented for this.
options:
  id:
    description: Only the template with this id.
    type: str
  group:
    description: Only templates of this group, such as V(state) and V(auth).
    type: str
  type:
    description: Only templates of this type, such as V(email).
    type: str
  gather:
    description:
      - What to add to each template. V(preview) is a dictionary with the text for one event (C(single)) and the one for
        several (C(pack)) as the server shows them, filled with sample data.
      - Each text takes one request. Newer servers preview any text, older ones only those that are stored. The module
        tries the newer call first.
    type: list
    elements: str
    choices: [preview]
    default: []
  try_single:
    description: With O(gather=preview), preview this text for one event in place of the stored one. Nothing is stored.
    type: str
  try_pack:
    description: With O(gather=preview), preview this text for several events in place of the stored one.
    type: str
  parallel:
    description: How many of the requests for O(gather) may be sent at the same time, from V(1) to V(32).
    type: int
    default: 1
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_notification_template
"""

EXAMPLES = r"""
- name: List the templates of mails about accounts
  saymon.platform.saymon_notification_template_info:
    group: auth

- name: See what a new text would look like
  saymon.platform.saymon_notification_template_info:
    group: state
    type: email
    gather: [preview]
    try_single: "{% raw %}**{{entityName}}** needs you: {{stateName}}{% endraw %}"
  register: tried

- name: Print it
  ansible.builtin.debug:
    msg: "{{ tried.notification_templates[0].preview.single }}"

- name: Write all templates and their previews into a file
  saymon.platform.saymon_notification_template_info:
    gather: [preview]
    parallel: 4
    dest: notification-templates.yml
"""

RETURN = r"""
notification_templates:
  description: The templates, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
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
    preview:
      description: What the texts look like, as HTML, by their names. With O(gather=preview).
      type: dict
      sample: {single: 'Host 1: Alarm', pack: Several changes}
  sample:
    - id: 64b1f0c2a9d3e40800000001
      group: state
      templateType: email-subject
      content: {single: '{{entityName}}: {{stateName}}', pack: Several changes}
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: notification-templates.yml
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.notification_template import (
    NOTIFICATION_TEMPLATE,
    TEXTS,
    preview_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Search
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import Each


def _preview(search: Search, template: Record) -> dict[str, str]:
    tried = {name: search.args[f"try_{name}"] for name in TEXTS if search.args[f"try_{name}"] is not None}
    return preview_of(search.client, template, tried)


_INFO = info_of(
    NOTIFICATION_TEMPLATE,
    {"group": "group", "type": "type"},
    options={f"try_{name}": {"type": "str"} for name in TEXTS},
    gather={"preview": Each(_preview)},
)
SPEC = _INFO.spec


def run(context: TaskContext) -> dict[str, Any]:
    for name in TEXTS:
        if context.args[f"try_{name}"] is not None and "preview" not in context.args["gather"]:
            raise BadInput(f"try_{name} is given without a preview: set gather to [preview], or leave try_{name} out.")
    return _INFO.run(context)


if __name__ == "__main__":
    main(SPEC, run)
