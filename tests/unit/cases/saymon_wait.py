# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for what holds already, and for a second longer."""

from __future__ import annotations

from typing import Any

_RACK = "64b1f0c2a9d3e45f6a7b8e02"

DEMO: tuple[dict[str, Any], ...] = (
    {"objects": ["south-core-sw"], "object_state": "Working", "no_incidents": True, "within": "2s"},
    {"object": "south-core-sw", "object_state": "Working", "settle": "1s", "within": "20s"},
)

ANSWERS: dict[str, Any] = {
    "/incidents": [{"id": "64b1f0c2a9d3e45f6a7b9101", "entityId": _RACK, "entityType": 1, "state": 3, "text": "Load"}],
    "POST /stat/search": [{"entityId": _RACK, "entityType": 1, "timestamp": 5, "payload": {"cpu": {"load1": 1}}}],
}

ODD: tuple[dict[str, Any], ...] = (
    {
        "object": "/ROOT/Site/Rack",
        "object_state": "Working",
        "no_incidents": True,
        "metric": {"cpu.load1": {"lt": 2}},
        "within": "0",
    },
)
