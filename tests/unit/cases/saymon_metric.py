# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_metric."""

from __future__ import annotations

DEMO = (
    {"object": "north-web-1", "metrics": {"cpu.load1": 0.7, "release": {"name": "spring"}}, "expiry": "1h"},
    {
        "stats": [
            {"object": "north-web-1", "metrics": {"cpu.load1": 0.8}, "timestamp": "-1m"},
            {"object": "north-db-1", "metrics": {"queue": 4}},
        ],
        "parallel": 2,
    },
)
ODD = (
    {
        "object": "Rack",
        "metrics": {"cpu.load1": 0.7, "up": True},
        "timestamp": "-1h",
        "period": "60s",
        "expiry": "1h",
        "group_key": "a",
        "initiator": "b",
    },
    {"stats": [{"object": "/ROOT/Site", "metrics": {"a": 1}}]},
)
