# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A callback for tests only: writes every result, as callbacks get to see it, to the file in SAYMON_E2E_DUMP, one JSON
line each."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: saymon_dump
type: aggregate
short_description: Write every result to a file
description:
  - One JSON object a line, with C(task), C(host), C(status) and C(result).
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "saymon_dump"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._write("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._write("unreachable", result)

    def v2_runner_item_on_ok(self, result: Any) -> None:
        self._write("item ok", result)

    def v2_runner_item_on_failed(self, result: Any) -> None:
        self._write("item failed", result)

    def _write(self, status: str, result: Any) -> None:
        seen = result.result if hasattr(result, "result") else result._result
        line = {"task": result._task.get_name(), "host": result._host.get_name(), "status": status, "result": seen}
        with Path(os.environ["SAYMON_E2E_DUMP"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, default=str) + "\n")
