# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What user records have in common across server versions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import group_ids, is_masked


@pytest.mark.parametrize(
    ("user", "ids"),
    [
        ({}, []),
        ({"group": None}, []),
        ({"group": ""}, []),
        ({"group": []}, []),
        ({"group": "a"}, ["a"]),
        ({"group": 4}, ["4"]),
        ({"group": ["a", 4]}, ["4", "a"]),
    ],
)
def test_group_ids(user: dict[str, Any], ids: list[str]) -> None:
    assert sorted(group_ids(user)) == ids


@pytest.mark.parametrize(
    ("users", "masked"),
    [
        ([], False),
        ([{"id": 1, "login": "x"}, {"id": 2}], True),
        ([{"id": 1, "login": "x"}, {"id": 2, "login": "y", "status": 2}], False),
    ],
)
def test_is_masked(users: list[dict[str, Any]], masked: bool) -> None:
    assert is_masked(users) is masked
