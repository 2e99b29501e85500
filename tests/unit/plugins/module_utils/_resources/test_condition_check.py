# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions that are evaluated without the server."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.condition_check import check_of
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid

DATA: dict[str, Any] = {
    "cpu": {"load1": 1.5, "cores": "4", "model": "Xeon E5"},
    "disk./var.used": 90,
    "disk": {"/var.size": "100", "ports": [{"up": True}, {"up": False}]},
    "text": "10 apples",
    "nothing": None,
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"cpu.load1": {"lt": 2}}, True),
        ({"cpu.load1": {"lt": 1.5}}, False),
        ({"cpu.load1": {"le": "1.50"}}, True),
        ({"cpu.load1": {"gt": 1, "lt": 1.2}}, False),
        ({"cpu.load1": {"ge": 1.5}, "cpu.cores": {"gt": 3}}, True),
        ({"cpu.load1": {"ge": 1.5}, "cpu.cores": {"gt": 4}}, False),
        ({"cpu.cores": {"eq": 4.0}}, True),
        ({"cpu.cores": {"ne": 4}}, False),
        ({"cpu.model": {"gt": 3}}, False),
        ({"cpu.model": {"lt": 3}}, False),
        ({"cpu.model": {"contains": "E5"}}, True),
        ({"cpu.model": {"not_contains": "E5"}}, False),
        ({"cpu.model": {"matches": "^Xeon"}}, True),
        ({"cpu.model": {"matches": "^E5"}}, False),
        ({"cpu.model": {"matches": "E[0-9]"}}, True),
        ({"disk./var.used": {"gt": 80}}, True),
        ({"disk./var.size": {"eq": 100}}, True),
        ({"disk.ports.0.up": {"eq": True}}, True),
        ({"disk.ports.1.up": {"eq": "true"}}, False),
        ({"text": {"gt": 1}}, False),
        ({"nothing": {"eq": ""}}, True),
        ({"nothing": {"exists": True}}, True),
        ({"missing": {"exists": True}}, False),
        ({"missing": {"exists": False}}, True),
        ({"missing": {"ne": 1}}, False),
        ({"missing": {"not_contains": "x"}}, False),
        ({"metric": "cpu.load1", "gt": 1}, True),
        ({"any": [{"cpu.load1": {"gt": 9}}, {"cpu.cores": {"gt": 3}}]}, True),
        ({"all": [{"cpu.load1": {"gt": 9}}, {"cpu.cores": {"gt": 3}}]}, False),
        ({"ratio": ["cpu.load1", "cpu.cores"], "lt": 0.4}, True),
        ({"ratio": ["cpu.load1", "cpu.cores"], "gt": 0.4}, False),
        ({"ratio": ["cpu.load1", "missing"], "lt": 9}, False),
        ({"ratio": ["cpu.load1", "cpu.cores"], "value": "==0.375"}, True),
        ({"_field": {"name": "cpu.load1", "value": {"_lt": "2"}}}, True),
    ],
)
def test_what_holds(condition: dict[str, Any], holds: bool) -> None:
    assert check_of(condition).holds(DATA) is holds


@pytest.mark.parametrize(
    "data", [None, [], "x", 7, {}, {"cpu": None}, {"cpu": {"load1": []}}, {"cpu": {"load1": 1e400}}]
)
def test_data_of_other_shapes_meets_nothing(data: Any) -> None:
    assert check_of({"cpu.load1": {"lt": 2}}).holds(data) is False
    assert check_of({"ratio": ["cpu.load1", "cpu.load1"], "lt": 2}).holds(data) is False


def test_no_division_by_zero() -> None:
    assert check_of({"ratio": ["a", "b"], "lt": 2}).holds({"a": 1, "b": 0}) is False


def test_the_metrics_of_a_condition() -> None:
    condition = {"any": [{"a": {"gt": 9}}, {"ratio": ["b", "a"], "lt": 1}, {"metric": "c", "exists": True}]}
    assert check_of(condition).metrics == ("a", "b", "c")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ({}, "name at least one metric, such as {cpu.load1: {lt: 2}}"),
        ("x", "a condition must be a dictionary such as {cpu.load1: {gt: 8}}, got 'x'"),
        ({"cpu": 8}, "cpu must have a comparison such as {gt: 8}, got 8"),
        ({"cpu": {"lt": "low"}}, "cpu can only be compared by size with a number, got 'low'"),
        ({"cpu": {"gt": True}}, "cpu can only be compared by size with a number, got True"),
        ({"formula": "[a] / [b]", "lt": 1}, "formula can be evaluated only by the server"),
        ({"_not": []}, "not can be evaluated only by the server"),
        ({"cpu": {"_near": "1"}}, "_near of cpu can be evaluated only by the server"),
        ({"cpu": {"matches": "["}}, "cpu has '[', which is not a regular expression"),
        ({"_or": [1]}, "_or must be a list of conditions, got [1]"),
        ({"any": [{}]}, "_or must be a list of conditions, got [{}]"),
        ({"_field": {"value": {"_lt": "2"}}}, "_field must have name, a text that is not empty"),
        ({"_field": {"name": "cpu"}}, "cpu must have a comparison such as {gt: 8}, got None"),
        ({"_ratio": {"num": "a", "denom": "b"}}, "the value of a ratio must be a comparison such as '>=0.9', got None"),
        ({"_ratio": {"num": "a", "denom": "b", "value": "<x"}}, "ratio can only be compared by size with a number"),
    ],
)
def test_what_is_refused(condition: Any, said: str) -> None:
    with pytest.raises(Invalid) as error:
        check_of(condition)
    assert str(error.value).startswith(said)
