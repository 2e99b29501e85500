# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_state_history_info."""

from __future__ import annotations

_SITE, _RACK = "64b1f0c2a9d3e45f6a7b8e01", "64b1f0c2a9d3e45f6a7b8e02"
_PERIOD = {"from": 1_700_000_000_000, "to": 1_700_000_100_000}
_CHANGE = {
    "id": "64b1f0c2a9d3e45f6a7b8c91",
    "stateId": 2,
    "timestamp": 1_700_000_050_000,
    "reason": {"code": 13, "by": "u1", "text": "works"},
    "comment": "x",
}
_BEFORE = {"id": "64b1f0c2a9d3e45f6a7b8c90", "stateId": "2", "timestamp": 1_600_000_000_000}

DEMO = (
    {
        "object": "/ROOT/North site",
        "recursive": True,
        "from": "2026-01-01T00:00:00Z",
        "to": "2026-01-02T00:00:00Z",
        "parallel": 4,
    },
    {"object": "north-web-1", "from": "-30d", "to": "-1h"},
)
ANSWERS = {
    f"/objects/{_RACK}/state-history": [_CHANGE, _BEFORE],
    "/state-history-log": [{**_CHANGE, "entityId": _RACK, "entityType": 1, "entityName": "Rack", "skip": 0}],
}
ODD = (
    {"object": "Rack", **_PERIOD},
    {"object": "Site", "recursive": True, "without": ["Maintenance"], "without_manual": True, **_PERIOD},
)
