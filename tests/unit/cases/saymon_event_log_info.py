# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests that go through all modules need to know of saymon_event_log_info."""

from __future__ import annotations

from typing import Any

EVENT = "64b1f0c2a9d3e45f6a7b8f51"

DEMO: tuple[dict[str, Any], ...] = ({"type": "trap", "with_modifications": True}, {"object": "lab-test-1"})
ANSWERS: dict[str, Any] = {
    "/event-log": [
        {
            "_id": EVENT,
            "agentId": "64b1f0c2a9d3e45f6a7b8e02",
            "entity": {"entityId": "64b1f0c2a9d3e45f6a7b8e02", "entityName": "Rack", "entityType": 1},
            "level": 2,
            "type": 1,
            "timestamp": 1_700_000_000_000,
            "skip": 0,
            "payload": {"trapOid": "1.3.6", "text": "link down"},
        }
    ],
    "/event-log/modifications": [
        {"_id": "64b1f0c2a9d3e45f6a7b8f61", "target": EVENT, "body": {"userId": "64b1f0c2a9d3e45f6a7b8c03"}, "skip": 0},
        {"_id": "64b1f0c2a9d3e45f6a7b8f62", "target": EVENT, "body": {"payload": {"text": "planned"}}, "skip": 1},
    ],
}
ODD: tuple[dict[str, Any], ...] = (
    {"from": "1600000000000", "to": "now", "type": "trap", "level": "major", "payload": {"trapOid": "1.3.6"}},
    {"object": "/ROOT/Site/Rack", "text": "planned", "with_modifications": True, "order": "newest", "max_items": 1},
)
