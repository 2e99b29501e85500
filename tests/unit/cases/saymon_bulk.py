# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of the module saymon_bulk."""

from __future__ import annotations

DEMO = (
    {"filter": {"name_regex": "^north-web-"}, "set": {"weight": 3, "properties": [{"name": "Probe", "value": "1"}]}},
    {
        "search": {"name": "Lab"},
        "set": {
            "state_conditions": [{"when": {"cpu": {"gt": 8}}, "state": "Alarm"}],
            "incident_conditions": [{"when": {"cpu": {"gt": 9}}, "level": "Alarm"}],
            "state_triggers": [],
        },
    },
)

# A server whose records never change, so what a change leads to is tested with the module itself.
ODD = (
    {"filter": {"name": "Rack", "class": "Host"}, "set": {"weight": 1, "properties": [{"name": "Owner"}]}},
    {"search": {"name": "Rack"}, "set": {"tags": [], "append_tags": True}},
)
