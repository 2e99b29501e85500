# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_flow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_flow"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
PLANT, SWITCH, DB, APP = (
    {"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": name, "parent_id": [1]}
    for number, name in enumerate(("Plant North", "sw1", "db01", "Портал"))
)
OBJECTS = [ROOT, PLANT, SWITCH, DB, APP]
FLOW: dict[str, Any] = {
    "id": "f1",
    "owner_id": PLANT["id"],
    "item_ids": [SWITCH["id"], DB["id"]],
    "client_data": '{"color":"red"}',
    "properties": [{"id": "p1", "name": "Carries", "value": "Orders", "type_id": 1}],
}
WAY = {"owner": "/ROOT/Plant North", "objects": ["sw1", "db01"]}
LIST = ("GET", "/flows", 200, [FLOW])


def found(*names: str) -> Exchange:
    return search("name", *sorted(["Plant North", "ROOT", "ROOT/Plant North", *names]), among=OBJECTS)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "record",
    [
        FLOW,
        {**FLOW, "client_data": {"color": "red"}},
        {**{key: value for key, value in FLOW.items() if key != "item_ids"}, "items_ids": FLOW["item_ids"]},
    ],
)
def test_no_change(script: Script, check: bool, record: dict[str, Any]) -> None:
    script(found("db01", "sw1"), ("GET", "/flows", 200, [record]))
    args = {**WAY, "client_data": {"color": "red"}, "properties": [{"name": "Carries", "value": "Orders"}]}
    result = run_module(NAME, args, check=check)
    assert (result["changed"], result["diff"], result["action"]) == (False, [], "unchanged")
    assert result["flow"]["item_ids"] == FLOW["item_ids"]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("answer", [None, FLOW])
def test_change(script: Script, check: bool, answer: Any) -> None:
    script(found("db01", "sw1"), LIST)
    body = {"client_data": json.dumps({"color": "red", "connectorStyle": "Bezier"})}
    if not check:
        changed = {"value": "Платежи"}
        script(
            ("PATCH", "/flows/f1", 200, answer and {**answer, **body}, body),
            ("PATCH", "/flows/f1/props/p1", 200, {**changed, "id": "p1", "owner_type": 3}, changed),
        )
    properties = [{"name": "Carries", "value": "Платежи"}]
    result = run_module(
        NAME, {**WAY, "client_data": {"connectorStyle": "Bezier"}, "properties": properties}, check=check
    )
    assert result["diff"] == [
        {
            "before_header": "flow Plant North - sw1 - db01",
            "after_header": "flow Plant North - sw1 - db01",
            "before": {"client_data": {"color": "red"}, "properties": {"Carries": "Orders"}},
            "after": {
                "client_data": {"color": "red", "connectorStyle": "Bezier"},
                "properties": {"Carries": "Платежи"},
            },
        }
    ]
    assert "warnings" not in result


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "objects", [["db01", "sw1"], ["sw1"], ["sw1", "db01", "Портал"], ["sw1", "db01", "sw1"]], ids=len
)
def test_create(script: Script, check: bool, objects: list[str]) -> None:
    """Other objects, or the same ones in another order, are another flow."""
    script(found(*{*objects}), LIST)
    body = {
        "owner_id": PLANT["id"],
        "item_ids": [{one["name"]: one["id"] for one in OBJECTS}[name] for name in objects],
    }
    if not check:
        made = {"id": "f2", **body, "properties": []}
        script(("POST", "/flows", 200, made, body), ("GET", "/flows", 200, [FLOW, made]))
    result = run_module(NAME, {**WAY, "objects": objects}, check=check)
    assert result["action"] == "created"
    assert result["diff"][0]["after"] == {"state": "present", "owner": "Plant North", "objects": objects}
    assert result["diff"][0]["after_header"] == f"flow {' - '.join(['Plant North', *objects])}"


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(found("db01", "sw1"), LIST)
    if not check:
        script(Exchange("DELETE", "/flows/f1", 200, text=""))
    assert run_module(NAME, {**WAY, "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(found("db01"), LIST)
    assert run_module(NAME, {**WAY, "objects": ["db01"], "state": "absent"}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_other_objects_for_a_flow_with_a_known_id(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "db01", "Портал", among=OBJECTS), LIST)
    script(search("id", PLANT["id"], SWITCH["id"], among=OBJECTS))
    body = {"item_ids": [DB["id"], APP["id"]]}
    if not check:
        script(Exchange("PATCH", "/flows/f1", 200, body=body, text=""))
    result = run_module(NAME, {"id": "f1", "objects": ["db01", "Портал"]}, check=check)
    (diff,) = result["diff"]
    assert (diff["before"], diff["after"]) == ({"objects": ["sw1", "db01"]}, {"objects": ["db01", "Портал"]})
    assert diff["before_header"] == "flow Plant North - sw1 - db01"
    assert result["flow"] == {**FLOW, **body}


@pytest.mark.parametrize("status", [404, 405])
def test_server_that_does_not_list_flows(script: Script, status: int) -> None:
    script(found("db01", "sw1"), ("GET", "/flows", status, {"code": "ResourceNotFound", "message": "/api/flows"}))
    result = run_module(NAME, WAY)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == (
        "This server does not list flows (it does not know GET /flows), so the module cannot tell which flows exist: "
        "manage them in the web client, or with saymon_api."
    )


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({**WAY, "objects": []}, "objects is []: give at least one object."),
        ({"id": "f1", "objects": []}, "objects is []: give at least one object."),
        ({"owner": "/ROOT/Plant North"}, "objects must be given, because it names the flow (or give its id)."),
        ({**WAY, "objects": ["sw1", "db02"]}, "objects: there is no object 'db02': check the spelling, or create it"),
    ],
)
def test_wrong_options(args: dict[str, Any], said: str) -> None:
    server = FakeServer(objects=OBJECTS, flows=[FLOW])
    result = run_on(server, NAME, args)
    assert result["msg"].startswith(said)
    assert server.writes == []


def test_several_flows_on_the_same_way() -> None:
    server = FakeServer(objects=OBJECTS, flows=[FLOW, {**FLOW, "id": "f9"}])
    result = run_on(server, NAME, {**WAY, "state": "absent"})
    assert result["msg"] == "several flows match (ids f1, f9): give the id, or remove the duplicate."


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(found("db01", "sw1", "Портал"), LIST)
    body = {"owner_id": PLANT["id"], "item_ids": [DB["id"], APP["id"]]}
    if not check:
        made = {"id": "f2", **body}
        script(("POST", "/flows", 200, made, body), ("GET", "/flows", 200, [FLOW, made]))
    items = [WAY, {**WAY, "objects": ["db01", "Портал"]}]
    result = run_module(NAME, {"flows": items, "outcomes": "all"}, check=check)
    assert [(one["name"], one["action"]) for one in result["outcomes"]] == [
        ("Plant North - sw1 - db01", "unchanged"),
        ("Plant North - db01 - Портал", "created"),
    ]
