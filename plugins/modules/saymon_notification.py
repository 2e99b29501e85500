#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Send mails made of templates."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_notification
short_description: Send a mail through a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Has the server send a mail, with a subject and a content that may hold variables in double braces, such as
    C(entityName), and sections as in Mustache. Put such texts between C(raw) and C(endraw), as in the
    examples, or mark them with C(!unsafe), so that Ansible does not take the braces for its own templates.
  - It is an act and no state, so the task always reports a change. A success means that the server has accepted the
    mail, not that it has arrived.
  - The server sends with its own settings for mail (C(server.email) of its configuration). Newer servers have the call,
    older ones answer that it does not exist.
  - No permission is documented for this. The account needs access to O(object) or O(link).
options:
  to: &to
    description: Addresses to send the mail to, such as V(noc@example.org) or V(NOC <noc@example.org>). Needed.
    type: list
    elements: str
  cc: &cc
    description: Addresses that get a copy.
    type: list
    elements: str
  bcc: &bcc
    description: Addresses that get a copy without the others seeing it.
    type: list
    elements: str
  reply_to: &reply_to
    description: Address for answers.
    type: str
  subject: &subject
    description: The subject, in which variables are replaced. Needed.
    type: str
  content: &content
    description: The content, HTML in which variables are replaced. Needed.
    type: str
  variables: &variables
    description:
      - Values of variables by name. The values of those whose names look like a secret, such as C(password), are masked
        in the diff. They are sent in the mail nevertheless.
    type: dict
  object: &object
    description: An object whose name, state and address the texts may use, a path, a name or an id.
    type: str
  link: &link
    description: The id of a link whose name, state and address the texts may use, in place of O(object).
    type: str
  notifications:
    description: Many mails. Each entry has the options above.
    type: list
    elements: dict
    suboptions:
      to: *to
      cc: *cc
      bcc: *bcc
      reply_to: *reply_to
      subject: *subject
      content: *content
      variables: *variables
      object: *object
      link: *link
attributes:
  check_mode:
    support: full
    details:
      - Nothing is sent. The options are checked, and so is whether the objects exist.
  diff_mode:
    support: full
    details:
      - Shows what is sent, or would be.
  idempotent:
    support: none
    details:
      - Each run sends the mails once more.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
  - saymon.platform.desired.batch
notes:
  - All entries are checked before the first is sent. If one of them is invalid, nothing is sent. If the server refuses
    one, the others are still sent, and the task fails at the end.
  - A call whose answer is lost is not repeated, since the server may have sent the mail. The task fails and says so.
seealso:
  - module: saymon.platform.saymon_notification_template
"""

EXAMPLES = r"""
- name: Ask somebody to look at a web server
  saymon.platform.saymon_notification:
    to: [noc@example.org]
    object: north-web-1
    subject: "{% raw %}{{entityName}}: please have a look{% endraw %}"
    content: "{% raw %}<p>It is {{stateName}}. {{note}}</p>{% endraw %}"
    variables:
      note: The certificate ends next week.

- name: See what two mails would look like
  saymon.platform.saymon_notification:
    notifications:
      - to: [Shift <shift@example.org>]
        subject: Maintenance tonight
        content: <p>From 22:00 on.</p>
      - to: [noc@example.org]
        cc: [chief@example.org]
        reply_to: shift@example.org
        subject: Maintenance tonight
        content: <p>The shift knows.</p>
  check_mode: true
  diff: true
"""

RETURN = r"""
outcomes:
  description: What became of each mail, in the order of the list.
  returned: success or failure of some
  type: list
  elements: dict
  contains:
    name:
      description: The subject, as the task gives it.
      type: str
      sample: Maintenance tonight
    action:
      description: What was done, C(sent) or C(failed). In check mode, C(sent) means that it would be.
      type: str
      sample: sent
    changed:
      description: Whether the mail was sent, or may have been when that failed.
      type: bool
      sample: true
    msg:
      description: Why it failed. Missing for all others.
      type: str
      sample: "POST /notification-templates/send answered 403 Forbidden."
  sample:
    - name: Maintenance tonight
      action: sent
      changed: true
"""

from ansible_collections.saymon.platform.plugins.module_utils._module import append, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.notification import NOTIFICATION
from ansible_collections.saymon.platform.plugins.module_utils._run import main

SPEC = spec_of(NOTIFICATION)
run = append(NOTIFICATION)


if __name__ == "__main__":
    main(SPEC, run)
