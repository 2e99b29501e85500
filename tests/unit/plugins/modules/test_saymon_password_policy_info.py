# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_password_policy_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_password_policy_info"
DEFAULT = {"id": 1, "name": "Default", "length": 8}
STRICT = {"id": "64b1f0c2a9d3e45f6a7b8a01", "name": "Strict"}
TWIN = {"id": "64b1f0c2a9d3e45f6a7b8a02", "name": "Strict"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [DEFAULT, STRICT, TWIN]),
        ({"id": 1}, [DEFAULT]),
        ({"id": STRICT["id"]}, [STRICT]),
        ({"name": "Strict"}, [STRICT, TWIN]),
        ({"name": "strict"}, [STRICT, TWIN]),
        ({"name": "Strict", "id": TWIN["id"]}, [TWIN]),
        ({"name": "Default", "id": TWIN["id"]}, []),
        ({"id": "2"}, []),
    ],
)
def test_filters(script: Script, check: bool, filters: dict[str, Any], found: list[Any]) -> None:
    script(("GET", "/password-policies", 200, [DEFAULT, STRICT, TWIN]))
    assert run_module(NAME, filters, check=check) == {"changed": False, "password_policies": found}


def test_no_list(script: Script) -> None:
    script(("GET", "/password-policies", 200, {"items": []}))
    result = run_module(NAME)
    assert result["failed"] is True
    assert "did not answer with a list of records" in result["msg"]


@pytest.mark.parametrize("option", ["id", "name"])
def test_an_empty_filter_does_not_mean_everything(script: Script, option: str) -> None:
    result = run_module(NAME, {option: ""})
    assert (result["failed"], result["msg"]) == (True, f"{option} is empty: give a text, or leave the option out.")
