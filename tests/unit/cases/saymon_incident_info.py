# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_incident_info."""

from __future__ import annotations

from typing import Any

from .saymon_incident import INCIDENTS

FILTER: dict[str, Any] = {
    "object": "/ROOT/Site",
    "recursive": True,
    "any": [{"level": "Alarm"}, {"text": {"matches": "x"}}, {"class": "Host"}, {"property": {"name": "Owner"}}],
}

DEMO: tuple[dict[str, Any], ...] = (
    {"resolve": True, "age": True, "owner": True},
    {"history": True},
    {"filter": {"object": "/ROOT/North site", "recursive": True, "level": "Alarm", "acknowledged": False}},
)
ANSWERS: dict[str, Any] = {"/incident-history": INCIDENTS}
ODD: tuple[dict[str, Any], ...] = (
    {"resolve": True, "age": True},
    {"history": True, "limit": 1, "filter": FILTER},
    {"filter": FILTER, "fields": ["text"]},
    {"id": "64b1f0c2a9d3e45f6a7b9c01", "filter": {"registered": {"since": "-1h"}}},
)
