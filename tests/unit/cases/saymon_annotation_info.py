# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_annotation_info."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = ({"from": "-7d", "content_contains": "a", "resolve": True}, {})
ODD: tuple[dict[str, Any], ...] = (
    {"from": "2030-01-01T00:00:00Z", "to": 1924970400000, "content": "Rollout 4.2"},
    {"content_contains": "rollout", "content_regex": "[0-9]", "limit": 1},
)
