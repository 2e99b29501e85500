#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the configuration of the server."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_configuration_info
short_description: Read the configuration of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the configuration of the server, or the parts that you name. Secrets in it are masked.
  - Needs the permission C(manage-configuration).
options:
  paths:
    description:
      - Only these settings or sections, each with dots between the names, such as V(server.email). One that the server
        does not have is left out.
    type: list
    elements: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
notes:
  - The call GET /configuration is not documented. If the server does not have it, the task fails and says so.
seealso:
  - module: saymon.platform.saymon_configuration
"""

EXAMPLES = r"""
- name: Read the settings for mail
  saymon.platform.saymon_configuration_info:
    paths: [server.email]
  register: mail

- name: Print who sends it
  ansible.builtin.debug:
    msg: "{{ mail.configuration.server.email.fields.from }}"
"""

RETURN = r"""
configuration:
  description: The configuration as nested sections, with secrets masked.
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
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.configuration import read_configuration
from ansible_collections.saymon.platform.plugins.module_utils._resources.secret_settings import masked
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main

SPEC = Spec(options={"paths": {"type": "list", "elements": "str"}})


def run(context: TaskContext) -> dict[str, Any]:
    paths = context.args["paths"]
    if "" in (paths or ()):
        raise BadInput(f"paths[{paths.index('')}] is empty: give names with dots between them, such as server.email.")
    found = read_configuration(context.client)
    if found is None:
        raise SaymonError(
            "This server does not show its configuration through the API: look into /etc/saymon/saymon-server.conf on "
            "the server."
        )
    shown = masked(found)
    return {"configuration": shown if paths is None else _picked(shown, paths)}


def _picked(settings: dict[str, Any], paths: list[str]) -> dict[str, Any]:
    """The sections and settings at these paths, in the sections around them."""
    picked: dict[str, Any] = {}
    for path in sorted(set(paths), key=len):  # a section before what is in it, so that both fit together
        source: Any = settings
        *above, last = path.split(".")
        place = picked
        for name in above:
            source = source.get(name) if isinstance(source, dict) else None
        if not isinstance(source, dict) or last not in source:
            continue
        for name in above:
            place = place.setdefault(name, {})
        place[last] = source[last]
    return picked


if __name__ == "__main__":
    main(SPEC, run)
