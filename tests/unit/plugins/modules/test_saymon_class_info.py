# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_class_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_class_info"
HOST = {"id": 3, "name": "Host", "operations": [], "client_data": "{}"}
PUMP = {"id": "64b1f0c2a9d3e45f6a7b8b41", "name": "Pump", "category_id": 7}
TWIN = {"id": "64b1f0c2a9d3e45f6a7b8b42", "name": "pump", "category_id": "8"}
LIST = ("GET", "/classes", 200, [PUMP, HOST, TWIN])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [HOST, PUMP, TWIN]),
        ({"id": "3"}, [HOST]),
        ({"name": "HOST"}, [HOST]),
        ({"name": "pump"}, [TWIN]),
        ({"name": "PUMP"}, [PUMP, TWIN]),
        ({"category": "7"}, [PUMP]),
        ({"category": "9"}, []),
        ({"name": "Gone", "with_object_count": True}, []),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(LIST)
    assert run_module(NAME, filters, check=check) == {"changed": False, "classes": found}


def test_object_count_of_one(script: Script) -> None:
    script(LIST, ("GET", f"/classes/{PUMP['id']}/object-count", 200, 12))
    result = run_module(NAME, {"name": "Pump", "with_object_count": True})
    assert result["classes"] == [{**PUMP, "object_count": 12}]


def test_object_counts_of_all(script: Script) -> None:
    objects = [{"id": 1, "class_id": "3"}, {"id": "o2", "class_id": 3}, {"id": "o3", "class_id": TWIN["id"]}]
    script(LIST, Exchange("GET", "/objects?fields=class_id", 200, objects))
    result = run_module(NAME, {"with_object_count": True, "fields": ["object_count"]})
    assert [one["object_count"] for one in result["classes"]] == [2, 0, 1]


@pytest.mark.parametrize("option", ["id", "name", "category"])
def test_an_empty_filter_does_not_mean_everything(option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
