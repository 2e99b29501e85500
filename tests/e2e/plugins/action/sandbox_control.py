# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action for test playbooks only: calls of the sandbox's control plane, from the controller, in a few
milliseconds."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import stored


class ActionModule(ActionBase):
    """`calls` is a list of [method, path, body] for the control plane at `control`; the answers come back as `answers`.

    With `sessions_to`, the name of a file, the sessions that this run has open are written there, out of everybody's
    sight.
    """

    _requires_connection = False
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(None, task_vars)
        args = json.loads(json.dumps(self._task.args))
        if args.get("sessions_to"):
            _write_sessions(Path(args["sessions_to"]))
        return {"changed": False, "answers": [_call(args["control"], *call) for call in args.get("calls", [])]}


def _call(control: str, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(control + path, data, {"Content-Type": "application/json"}, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + 10
    while True:
        try:
            with opener.open(request, timeout=30) as answer:
                return json.loads(answer.read())
        except OSError:  # a sandbox that was told to refuse connections refuses ours as well
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _write_sessions(path: Path) -> None:
    """The store of the run is the one place that knows every sid, also those that no task has shown."""
    found = json.loads(path.read_text()) if path.exists() else []
    for file in Path(C.DEFAULT_LOCAL_TMP).glob("saymon-*.record"):
        session = (stored(file.stem[len("saymon-") :]) or {}).get("session")
        if session:
            found.append([session["sid"], session["csrf"]])
    path.write_text(json.dumps(found))
