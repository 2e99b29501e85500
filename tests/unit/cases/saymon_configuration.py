# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_configuration."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = ({"settings": {"server": {"incident_timeout": 1800000}}},)
ANSWERS: dict[str, Any] = {
    "/configuration": {
        "server": {
            "incident_timeout": 3600000,
            "email": {"disabled": False, "transport": {"auth": {"user": "noc", "pass": "********"}}},
        }
    },
}
ODD: tuple[dict[str, Any], ...] = (
    {"settings": {"server": {"incident_timeout": 1800000, "email": {"transport": {"auth": {"user": "ci"}}}}}},
)
