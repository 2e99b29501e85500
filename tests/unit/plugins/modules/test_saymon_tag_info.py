# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_tag_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_tag_info"
PROD = {"id": "64b1f0c2a9d3e45f6a7b8d01", "name": "production", "color": "#c62828", "public": "on"}
TEST = {"id": "64b1f0c2a9d3e45f6a7b8d02", "name": "test", "public": "off"}
TWIN = {"id": "64b1f0c2a9d3e45f6a7b8d03", "name": "Test"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [PROD, TEST, TWIN]),
        ({"id": TWIN["id"]}, [TWIN]),
        ({"name": "test"}, [TEST]),
        ({"name": "TEST"}, [TEST, TWIN]),
        ({"public": True}, [PROD]),
        ({"public": "no", "fields": ["name"]}, [{"id": one["id"], "name": one["name"]} for one in (TEST, TWIN)]),
        ({"public": True, "name": "test"}, []),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/tags", 200, [PROD, TEST, TWIN]))
    assert run_module(NAME, filters, check=check) == {"changed": False, "tags": found}


@pytest.mark.parametrize("option", ["id", "name"])
def test_an_empty_filter_does_not_mean_everything(option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
