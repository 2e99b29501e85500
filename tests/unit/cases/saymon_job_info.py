# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_job_info."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = (
    {"object": "/ROOT/North site", "recursive": True, "resolve": True},
    {"objects": ["north-web-1"], "operation": "Restart nginx", "limit": 1},
)
ODD: tuple[dict[str, Any], ...] = (
    {"id": "job-1", "resolve": True, "operation": "Vacuum"},
    {"object": "/ROOT/Site/Rack", "operation": "Vacuum", "resolve": True, "from": "-7d", "to": "now"},
)
