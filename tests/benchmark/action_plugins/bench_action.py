# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For comparison: the least that an action plugin must do for one GET of the API, without options, session or error
handling."""

from __future__ import annotations

from typing import Any

import requests
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """Sends a GET to `url` with the header `cookie`; returns the status and the decoded answer."""

    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = self._task.args
        answer = requests.get(str(args["url"]), headers={"Cookie": str(args["cookie"])}, timeout=30)
        answer.raise_for_status()
        result.update(changed=False, status=answer.status_code, json=answer.json())
        return result
