# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_flow_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_flow_info"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
PLANT, SWITCH = ({"id": f"o{number}", "name": name, "parent_id": [1]} for number, name in enumerate(("Plant", "sw1")))
OBJECTS = [ROOT, PLANT, SWITCH]
CARRIES = {"id": "p1", "name": "Carries", "value": "Orders", "type_id": 1}
FIRST = {"id": "f1", "owner_id": "o0", "item_ids": ["o1", "o2"], "properties": [CARRIES]}
SECOND = {"id": "f2", "owner_id": 1, "item_ids": ["o2"], "client_data": {"color": "red"}}
LIST = ("GET", "/flows", 200, [SECOND, FIRST])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "lookups", "found"),
    [
        ({}, [], [FIRST, SECOND]),
        ({"id": "f2"}, [], [SECOND]),
        ({"owner": "/Plant"}, [search("name", "Plant", "ROOT", among=OBJECTS)], [FIRST]),
        ({"object": "sw1"}, [search("name", "ROOT", "sw1", among=OBJECTS)], [FIRST]),
        ({"object": "Plant"}, [search("name", "Plant", "ROOT", among=OBJECTS)], []),
        ({"property": {"name": "Carries"}}, [], [FIRST]),
        ({"property": {"name": "Carries", "value": "Parts"}}, [], []),
    ],
)
def test_filters(
    script: Script, check: bool, filters: dict[str, Any], lookups: list[Any], found: list[dict[str, Any]]
) -> None:
    script(*lookups, LIST)
    assert run_module(NAME, filters, check=check) == {"changed": False, "flows": found}


def test_names(script: Script) -> None:
    script(Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS), LIST)
    (found,) = run_module(NAME, {"object": "sw1", "resolve": True})["flows"]
    assert found["names"] == {"owner": "/ROOT/Plant", "objects": ["/ROOT/sw1", "o2"]}  # the last one is hidden


def test_misspelled_objects_are_found(script: Script) -> None:
    other = {"id": "f3", "owner_id": "o0", "items_ids": ["o1"]}
    script(search("name", "ROOT", "sw1", among=OBJECTS), ("GET", "/flows", 200, [other]))
    found = run_module(NAME, {"object": "sw1"})["flows"]
    assert found == [{"id": "f3", "owner_id": "o0", "item_ids": ["o1"]}]


@pytest.mark.parametrize("status", [404, 405])
def test_server_that_does_not_list_flows(script: Script, status: int) -> None:
    script(("GET", "/flows", status, {"code": "ResourceNotFound", "message": "/api/flows does not exist"}))
    assert run_module(NAME)["msg"].startswith("This server does not list flows (it does not know GET /flows), so")
