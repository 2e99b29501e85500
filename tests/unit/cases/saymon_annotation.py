# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_annotation."""

from __future__ import annotations

from typing import Any

_NOTE = {"id": "64b1f0c2a9d3e45f6a7b8a01", "timestamp": 1924970400000, "content": "Rollout 4.2", "user": "u1"}

DEMO: tuple[dict[str, Any], ...] = (
    {"content": "Probe", "timestamp": "2030-12-31T18:00:00Z"},
    {"content": "Probe", "timestamp": "2030-12-31T18:00:00Z", "state": "absent"},
    {"content": "Rollout of the probe", "window": "0"},
)
ANSWERS: dict[str, Any] = {"/history-annotations": [_NOTE]}
ODD: tuple[dict[str, Any], ...] = (
    {"content": "Rollout 4.2", "timestamp": 1924970400000, "window": "5m"},
    {"content": "Rollout 4.3", "timestamp": "+1h"},
    {"id": _NOTE["id"], "content": "Rollback"},
    {"annotations": [{"content": "Rollout 4.2", "timestamp": 1924970400000, "state": "absent"}, {"content": "new"}]},
)
