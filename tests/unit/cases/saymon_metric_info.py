# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_metric_info."""

from __future__ import annotations

from typing import Any

_RACK = "64b1f0c2a9d3e45f6a7b8e02"
_STAT: dict[str, Any] = {
    "entityId": _RACK,
    "entityType": 1,
    "period": -1,
    "timestamp": 1_700_000_000_000,
    "payload": {"cpu": {"load1": 0.7}, "disks": ["a"]},
}

DEMO = (
    {"objects": ["north-web-1"], "metrics": ["cpu"]},
    {"object": "north-web-1", "read": "names"},
    {"object": "north-web-1", "read": "metadata"},
    {"object": "/ROOT/North site", "recursive": True, "read": "history", "downsample": "1m avg"},
    {"object": "north-web-1", "read": "history", "metrics": ["cpu.load1"], "from": "-1d", "parallel": 2},
    {"object": "north-web-1", "read": "records", "limit": 5},
)
ANSWERS: dict[str, Any] = {
    "POST /stat/search": [_STAT],
    "POST /stat-history": [_STAT],
    f"/objects/{_RACK}/stat/metrics": ["cpu.load1"],
    f"/objects/{_RACK}/stat/meta": {"payload": {"cpu": {"load1": {"type": "PERCENTILE", "changeRate": "ALWAYS"}}}},
    f"/objects/{_RACK}/history": [{"metric": "cpu.load1", "tags": {}, "dps": [[1_700_000_000_000, 0.7]]}],
}
ODD = (
    {"object": "Rack", "class": "Host", "tag": "prod", "metrics": ["cpu"]},
    {"object": "Rack", "read": "names"},
    {"object": "Rack", "read": "metadata"},
    {"object": "Rack", "read": "records", "from": "2023-11-14T00:00:00Z", "limit": 5},
    {
        "object": "Rack",
        "read": "history",
        "from": "2023-11-14T22:00:00Z",
        "to": "2023-11-14T23:00:00Z",
        "metrics": ["cpu.load1"],
        "downsample": {"interval": "1m", "function": "avg"},
        "timezone": "UTC",
    },
)
