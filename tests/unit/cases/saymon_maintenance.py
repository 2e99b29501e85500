# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_maintenance."""

from __future__ import annotations

from typing import Any

_WEB = {"object": "/ROOT/North site/North rack A1/north-web-1"}
_LINK = {"source": "north-core-sw", "target": "south-core-sw"}
DEMO: tuple[dict[str, Any], ...] = (
    {**_WEB, "manual_state": "Disabled", "until": "2030-12-31T18:00:00Z", "reason": "Rollout 4.2", "mute": True},
    {**_LINK, "manual_state": "Stopped", "reason": "Cable"},
    {**_WEB, "mute": True, "state": "absent"},
    {**_LINK, "state": "absent"},
)
_HOLD = {"manual_state": "Maintenance", "until": "+30m", "reason": "Rollout"}
ODD: tuple[dict[str, Any], ...] = (
    {"object": "/ROOT/Site/Rack", **_HOLD, "mute": True},
    {"object": "/ROOT/Site", "recursive": True, **_HOLD, "extend": True, "mute": False},
    {
        "entities": [
            {"source": "Site", "target": "Rack", "class": "Host", **_HOLD},
            {"object": "Rack", "manual_state": "Working", "until": "none"},
            {"object": "Site", "mute": True, "reason": ""},
        ],
        "parallel": 4,
    },
    {"id": "64b1f0c2a9d3e45f6a7b8b01", "state": "absent"},
)
