# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look up users."""

from __future__ import annotations

DOCUMENTATION = r"""
name: saymon_user
short_description: Look up users of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the records of users, or one field of each.
  - Needs the permission C(manage-users) for more than ids and names.
  - With C(lookup), one value comes as it is, and several come as a list, or as a text with commas if all are texts.
    With C(query), a list comes at all times.
options:
  _terms:
    description: The users, each a login or an id.
    type: list
    elements: str
    required: true
  field:
    description:
      - A key of the record such as V(email), whose value is returned. The keys are those that
        M(saymon.platform.saymon_user_info) returns.
    type: str
  default:
    description: What to return for what does not exist. Without it, that is an error.
    type: raw
  max_age:
    description:
      - How many seconds ago the list of users may have been read, by whichever host or task of the run. After
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
  - module: saymon.platform.saymon_user_info
"""

EXAMPLES = r"""
- name: Look at one field of a user
  ansible.builtin.debug:
    msg: "{{ lookup('saymon.platform.saymon_user', 'operator', field='email') }}"

- name: Find out whether there is such a user
  ansible.builtin.debug:
    msg: "{{ 'yes' if lookup('saymon.platform.saymon_user', 'Nobody', default={}) else 'no' }}"
"""

RETURN = r"""
_raw:
  description: For each user, its record, or the value of its field.
  type: list
  elements: raw
  sample: [operator@example.org]
"""

from ansible_collections.saymon.platform.plugins.plugin_utils.lookup import SaymonLookup, user_values


class LookupModule(SaymonLookup):
    name = "saymon_user"
    options = {"field": {"type": "str"}}
    values = staticmethod(user_values)
