# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_incident_level_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_incident_level_info"
ALARM = {"id": 1, "name": "Alarm", "priority": 7, "ui": {"colors": {"main": "#e53935"}}}
OURS = {"id": "64b1f0c2a9d3e45f6a7b8d21", "name": "Disaster"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [ALARM, OURS]),
        ({"id": 1}, [ALARM]),
        ({"name": "disaster"}, [OURS]),
        ({"name": "Alarm", "fields": ["priority"]}, [{"id": 1, "priority": 7}]),
        ({"name": "Gone"}, []),
        ({"limit": 1}, [ALARM]),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/incident-levels", 200, [OURS, ALARM]))
    assert run_module(NAME, filters, check=check) == {"changed": False, "incident_levels": found}


@pytest.mark.parametrize("option", ["id", "name"])
def test_an_empty_filter_does_not_mean_everything(option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
