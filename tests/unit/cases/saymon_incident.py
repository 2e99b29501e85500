# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_incident."""

from __future__ import annotations

from typing import Any

_RACK, _CHANNEL = "64b1f0c2a9d3e45f6a7b8e02", "64b1f0c2a9d3e45f6a7b8b01"
_OPERATOR = "64b1f0c2a9d3e45f6a7b8c03"
_FIRST = "64b1f0c2a9d3e45f6a7b9c01"
INCIDENTS: list[dict[str, Any]] = [
    {
        "id": _FIRST,
        "entityId": _RACK,
        "entityType": 1,
        "type": 1,
        "state": 1,
        "lastState": 1,
        "text": "disk",
        "timestamp": 1700000000000,
        "localTimestamp": 1700000000000,
        "acknowledgedBy": _OPERATOR,
        "comment": "76",
        "properties": [["a", 1], ["saymon.platform key", "k"]],
    },
    {
        "id": "64b1f0c2a9d3e45f6a7b9c02",
        "entityId": _CHANNEL,
        "entityType": 2,
        "type": 2,
        "state": 3,
        "lastState": 1,
        "timestamp": 1700000000000,
        "clearTimestamp": 1700000001000,
        "removed": {"userId": _OPERATOR, "timestamp": 1700000001000},
        "properties": {"b": 2},
    },
]

_NEW = {"key": "probe", "object": "north-web-1", "level": "Warning", "text": "Probe"}

DEMO: tuple[dict[str, Any], ...] = (
    {**_NEW, "comment": "Probe", "properties": {"a": 1, "b": 2}},
    {"filter": {"object": "north-web-1", "text": "Probe"}, "state": "acknowledged", "comment": "Known"},
    {"key": "probe", "state": "unacknowledged", "properties": {"a": 2}, "append_properties": False},
    {"key": "probe", "state": "cleared"},
    {"key": "probe", "state": "restored"},
    {"all_incidents": True, "state": "removed", "parallel": 2},
    {"key": "probe", "state": "restored"},
)
ANSWERS: dict[str, Any] = {"/incidents": INCIDENTS, f"/incidents/{_FIRST}": INCIDENTS[0]}
ODD: tuple[dict[str, Any], ...] = (
    {"all_incidents": True, "state": "restored", "comment": "77", "properties": {"a": 2}, "append_properties": False},
    {"id": _FIRST, "state": "unacknowledged", "comment": "77"},
    {"filter": {"level": "Alarm", "object": "Rack", "comment": {"contains": "7"}}, "state": "cleared"},
    {"key": "k", "state": "removed"},
    {"key": "new", "object": "Rack", "level": "Alarm", "text": "x"},
)
