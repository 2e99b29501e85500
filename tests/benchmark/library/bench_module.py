# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For comparison: the least that a module transferred to the host must do for one GET of the API."""

from __future__ import annotations

import json

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.urls import open_url


def main() -> None:
    """Send a GET to `url` with the header `cookie`; returns the status and the decoded answer."""
    module = AnsibleModule(
        argument_spec={
            "url": {"type": "str", "required": True},
            "cookie": {"type": "str", "required": True, "no_log": True},
        },
        supports_check_mode=True,
    )
    answer = open_url(module.params["url"], headers={"Cookie": module.params["cookie"]}, timeout=30)
    module.exit_json(changed=False, status=answer.getcode(), json=json.loads(answer.read()))


if __name__ == "__main__":
    main()
