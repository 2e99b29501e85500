# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows and their properties."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api


def draw(api: Api, *names: str, **fields: Any) -> Any:
    """A flow of the first object through the others."""
    owner, *items = (api.object_id(name) for name in names)
    return api.ok("POST", "/flows", {"owner_id": owner, "item_ids": items, **fields})


def test_flows(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1", "north-web-1", client_data={"color": "red"}, properties=[{"name": "a", "value": "1"}])
    lab, items = api.object_id("Lab"), [api.object_id("south-web-1"), api.object_id("north-web-1")]
    assert (made["owner_id"], made["item_ids"], made["client_data"]) == (lab, items, '{"color":"red"}')
    assert list(made["properties"][0]) == ["name", "type_id", "value", "id"]
    path = f"/flows/{made['id']}"
    assert api.ok("GET", "/flows") == [made] == [api.ok("GET", path)]
    assert api.ok("PATCH", path, {"item_ids": items[::-1]}) is None
    assert api.ok("GET", path) == {**made, "item_ids": items[::-1]}
    api.ok("PATCH", path, {"items_ids": items})
    assert api.ok("GET", path) == made
    assert api.ok("DELETE", path) is None
    api.fails(404, "DELETE", path)
    for wrong in ({"owner_id": lab}, {"owner_id": lab, "item_ids": []}, {"item_ids": items}, {"owner_id": lab, "item_ids": {}}):
        api.fails(400, "POST", "/flows", wrong)
    api.fails(404, "POST", "/flows", {"owner_id": lab, "item_ids": ["zzz"]})


def test_switches(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1", client_data='{"color":"red"}')
    api.settings(flow_client_data="object", flow_update_answer="record")
    assert api.ok("GET", f"/flows/{made['id']}")["client_data"] == {"color": "red"}
    assert api.ok("PATCH", f"/flows/{made['id']}", {"client_data": "no json"})["client_data"] == "no json"


def test_a_flow_may_come_back(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1", "north-web-1", "south-web-1")
    assert len(made["item_ids"]) == 3
    api.ok("DELETE", f"/objects/{api.object_id('south-web-1')}")
    assert api.ok("GET", f"/flows/{made['id']}")["item_ids"] == [api.object_id("north-web-1")]


def test_flows_that_cannot_be_read(api: Api) -> None:
    api.settings(flow_list=False)
    made = draw(api, "Lab", "south-web-1")
    path = f"/flows/{made['id']}"
    assert api.fails(404, "GET", "/flows")["message"] == "/api/flows does not exist"
    api.fails(404, "GET", path)
    api.ok("PATCH", path, {"client_data": "{}"})
    api.ok("DELETE", path)


def test_empty_changes_are_refused(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1")
    wrong: list[Any] = [{"item_ids": []}, {"item_ids": None}, {"owner_id": None}]
    for body in wrong:
        api.fails(400, "PATCH", f"/flows/{made['id']}", body)
    assert api.ok("GET", f"/flows/{made['id']}") == made


def test_properties(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1")
    path = f"/flows/{made['id']}/props"
    first = api.ok("POST", path, {"name": "a", "value": "1", "type_id": 101})["id"]
    assert api.ok("PATCH", f"{path}/{first}", {"value": "2"}) == {"value": "2", "id": first, "owner_id": made["id"], "owner_type": 3}
    assert (
        api.ok("GET", path)
        == [{"name": "a", "type_id": 101, "value": "2", "id": first}]
        == api.ok("GET", f"/flows/{made['id']}")["properties"]
    )
    assert api.ok("DELETE", f"{path}/{first}") is None
    api.fails(404, "DELETE", f"{path}/{first}")
    auth = api.user("props", ["manage-properties"], [1])
    api.fails(403, "POST", path, {"name": "t", "value": "ping", "type_id": 8}, auth=auth)
    api.fails(403, "POST", path, {"name": "t", "value": "1"}, auth=api.user("nobody", [], [1]))


def test_rights_and_reach(api: Api) -> None:
    made = draw(api, "Lab", "south-web-1", "north-web-1")
    path = f"/flows/{made['id']}"
    creator = api.user("creator", ["create-flows"], [1])
    body = {"owner_id": made["owner_id"], "item_ids": made["item_ids"]}
    api.ok("POST", "/flows", body, auth=creator)
    api.fails(403, "PATCH", path, body, auth=creator)
    api.fails(403, "DELETE", path, auth=creator)
    half = api.user("half", ["manage-flows"], [api.object_id("Lab"), api.object_id("South site")])
    assert api.ok("GET", "/flows", auth=half) == []
    for method, where in (("GET", path), ("PATCH", path), ("DELETE", path), ("GET", path + "/props"), ("POST", path + "/props")):
        api.fails(404, method, where, {"name": "a", "value": "1"}, auth=half)
    api.fails(404, "POST", "/flows", body, auth=half)


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("Lab", None),
        ("south-web-1", ["north-web-1"]),
        ("South site", ["north-web-1"]),
        ("Customer services", ["south-web-1", "north-web-1"]),
    ],
)
def test_flows_and_deleted_objects(api: Api, gone: str, left: list[str] | None) -> None:
    draw(api, "Lab", "south-web-1", "north-web-1")
    api.ok("DELETE", f"/objects/{api.object_id(gone)}")
    flows = api.ok("GET", "/flows")
    assert [flow["item_ids"] for flow in flows] == ([] if left is None else [[api.object_id(name) for name in left]])


def test_a_flow_goes_with_its_last_item(api: Api) -> None:
    draw(api, "Lab", "south-web-1")
    api.ok("DELETE", f"/objects/{api.object_id('south-web-1')}")
    assert api.ok("GET", "/flows") == []
