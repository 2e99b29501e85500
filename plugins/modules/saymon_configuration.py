#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the configuration of the server to a desired state."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_configuration
short_description: Change the configuration of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings settings of the server to the values that you give. Settings that you leave out stay unchanged, however deep
    in a section they are. Lists are compared and written whole.
  - The sections are those of the file C(saymon-server.conf). SAYMON documents that a part of C(server) can be changed
    through the API. What the server makes of other settings is for the server to decide.
  - A section with a change is sent whole, because it is not documented how deep a server merges.
  - Needs the permission C(manage-configuration).
options:
  settings:
    description:
      - The settings, as nested sections. A number or boolean in quotes, as templates make it, equals the one of the
        server.
      - A name that the server does not show, and that SAYMON does not document, is written as it is, with a warning.
    type: dict
  update_secrets:
    description:
      - Whether to write secrets that the server hides behind a mask, such as C(********). They cannot be compared, so
        with V(true) each run writes them and reports a change.
      - With V(false), a secret that is hidden stays as it is. Secrets that the server shows are compared in any case,
        and those that it does not have yet are written. A server that leaves out a secret altogether, instead of
        hiding it, gets it in each run.
    type: bool
    default: false
  allow_lockout:
    description:
      - Whether to change settings that may keep your account from signing in, namely C(authentication),
        C(authEnabled), C(authTokenEnabled), C(db), C(keycloak), C(ldap) and C(server.user.csrf_token_enabled).
        Without it, a change of one of them is an error, and nothing is written.
    type: bool
    default: false
  state:
    description: The settings are always present. They cannot be deleted.
    type: str
    choices: [present]
    default: present
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
notes:
  - Secrets are masked in the result and in the diff, and a mask is never written to the server. If the server forgets a
    hidden secret because the section around it was written, the task fails and names it.
  - A server that does not have the call GET /configuration, which is not documented, cannot be compared. The task then
    writes in each run what you give, with a warning.
seealso:
  - module: saymon.platform.saymon_configuration_info
"""

EXAMPLES = r"""
- name: Keep cleared incidents for half an hour
  saymon.platform.saymon_configuration:
    settings:
      server:
        incident_timeout: 1800000

- name: Send mail through another account
  saymon.platform.saymon_configuration:
    settings:
      server:
        email:
          transport:
            auth:
              user: noc@example.org
              pass: "{{ mail_password }}"
          fields:
            from: noc@example.org

- name: See what would change
  saymon.platform.saymon_configuration:
    settings:
      server:
        user: {lang_default: ru}
  check_mode: true
  diff: true

- name: Switch the protection against forged requests on, which clients must support
  saymon.platform.saymon_configuration:
    settings:
      server:
        user: {csrf_token_enabled: true}
    allow_lockout: true
  check_mode: true
"""

RETURN = r"""
configuration:
  description: The configuration after the task, with secrets masked. In check mode, as it would be.
  returned: success
  type: dict
  contains:
    server:
      description: Settings of the server process. There may be other sections.
      type: dict
      sample: {incident_timeout: 3600000, user: {lang_default: en}}
  sample:
    server:
      incident_timeout: 3600000
      user: {lang_default: en}
action:
  description: What was done, or would be done in check mode. One of C(updated) and C(unchanged).
  returned: success
  type: str
  sample: updated
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success
  type: bool
  sample: false
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.configuration import CONFIGURATION
from ansible_collections.saymon.platform.plugins.module_utils._resources.secret_settings import masked, secrets_in
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

SPEC = spec_of(CONFIGURATION)
_ensure = ensure(CONFIGURATION)


def run(context: TaskContext) -> dict[str, Any]:
    context.secrets.add(*secrets_in(context.args["settings"]))  # before a message quotes what is wrong with them
    result = _ensure(context)
    return {**result, "configuration": masked(result["configuration"]["settings"] or {})}


if __name__ == "__main__":
    main(SPEC, run)
