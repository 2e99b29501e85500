# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_property_class_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_property_class_info"
DATE = {"id": 4, "name": "Date", "value_type_id": "date", "system": True}
OURS = {"id": "64b1f0c2a9d3e45f6a7b8a31", "name": "Warranty end", "value_type_id": "date"}
SERIAL = {"id": "64b1f0c2a9d3e45f6a7b8a32", "name": "Serial number", "value_type_id": "string"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [DATE, OURS, SERIAL]),
        ({"id": 4}, [DATE]),
        ({"name": "serial NUMBER"}, [SERIAL]),
        ({"value_type": "date"}, [DATE, OURS]),
        ({"value_type": "date", "limit": 1}, [DATE]),
        ({"value_type": "Date", "name": "Serial number"}, []),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/property-classes", 200, [OURS, DATE, SERIAL]))
    assert run_module(NAME, filters, check=check) == {"changed": False, "property_classes": found}


@pytest.mark.parametrize("option", ["id", "name", "value_type"])
def test_an_empty_filter_does_not_mean_everything(option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
