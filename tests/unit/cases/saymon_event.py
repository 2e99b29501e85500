# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests that go through all modules need to know of saymon_event."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = (
    {"id": "64b1f0c2a9d3e40800000001", "assignee": "operator", "payload": {"text": "planned work"}},
    {"id": "64b1f0c2a9d3e40800000001", "assignee": "operator", "payload": {"text": "planned work"}},
)
ODD: tuple[dict[str, Any], ...] = (
    {"id": "64b1f0c2a9d3e45f6a7b8f51", "assignee": "64b1f0c2a9d3e45f6a7b8c03", "payload": {"text": "planned", "a": 1}},
    {"id": "64b1f0c2a9d3e45f6a7b8f62", "payload": {"text": "other"}},
)
