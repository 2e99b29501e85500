# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_reference_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_reference_info"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
BOARD: dict[str, Any] = {"id": "o1", "name": "Board", "parent_id": [1]}
TOP = {"id": "r2", "owner": 1, "target": "o1", "client_data": "{}"}
LOW = {"id": "r1", "owner": "o1", "target": "o2", "client_data": "{}"}
LIST = ("GET", "/refs", 200, [TOP, LOW])
UNKNOWN = ("GET", "/refs", 404, {"code": "ResourceNotFound", "message": "/api/refs does not exist"})
BY_NAME = search("name", "Board", "ROOT", among=[ROOT, BOARD])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "lookups", "found"),
    [
        ({}, [], [LOW, TOP]),
        ({"id": "r2"}, [], [TOP]),
        ({"owner": "/ROOT"}, [search("name", "ROOT", among=[ROOT])], [TOP]),
        ({"owner": "Board"}, [BY_NAME], [LOW]),
        ({"target": "Board"}, [BY_NAME], [TOP]),
        ({"target": "Board", "owner": "Board"}, [BY_NAME], []),
    ],
)
def test_filters(
    script: Script, check: bool, filters: dict[str, Any], lookups: list[Any], found: list[dict[str, Any]]
) -> None:
    script(*lookups, LIST)
    assert run_module(NAME, filters, check=check) == {"changed": False, "references": found}


def test_fields(script: Script) -> None:
    script(LIST)
    assert run_module(NAME, {"fields": ["target"], "limit": 1})["references"] == [{"id": "r1", "target": "o2"}]


def test_the_second_api_is_asked_where_the_first_has_no_list(script: Script) -> None:
    script(UNKNOWN, ("POST", "/v2/getRefs", 200, {"items": [TOP, LOW], "count": 2}, {}))
    assert run_module(NAME) == {"changed": False, "references": [LOW, TOP]}


def test_server_that_does_not_list_references(script: Script) -> None:
    script(UNKNOWN, ("POST", "/v2/getRefs", 404, {"code": "ResourceNotFound"}, {}))
    assert run_module(NAME)["msg"].startswith("This server does not list references")
