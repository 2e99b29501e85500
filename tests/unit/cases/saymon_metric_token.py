# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests that go through all modules need to know of saymon_metric_token."""

from __future__ import annotations

from typing import Any

TOKEN = "7d0f6a52-1d6b-4d9e-9b39-0c5a4c3b1e42"

DEMO: tuple[dict[str, Any], ...] = (
    {"object": "north-web-1", "metric": "cpu.load1"},
    {"state": "absent", "token": TOKEN},
)
ANSWERS: dict[str, Any] = {
    f"/metric-token/{TOKEN}/stat": {"id": TOKEN, "entityType": 1, "metric": "cpu.load1", "value": 0.7}
}
ODD: tuple[dict[str, Any], ...] = (
    {"object": "/ROOT/Site/Rack", "metric": "cpu.load1"},
    {"state": "absent", "token": TOKEN},
)
