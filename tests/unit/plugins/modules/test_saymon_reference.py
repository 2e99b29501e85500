# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_reference."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_reference"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
BOARD, DB, APP = (
    {"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": name, "parent_id": [1]}
    for number, name in enumerate(("Dashboards", "db01", "Портал"))
)
OBJECTS = [ROOT, BOARD, DB, APP]
REFERENCE: dict[str, Any] = {"id": "r1", "owner": BOARD["id"], "target": DB["id"], "client_data": '{"x":1,"y":2}'}
TOP: dict[str, Any] = {"id": "r2", "owner": 1, "target": DB["id"], "client_data": "{}"}
ENDS = {"owner": "/ROOT/Dashboards", "target": "db01"}
SEARCH = search("name", "Dashboards", "ROOT", "ROOT/Dashboards", "db01", among=OBJECTS)
LIST = ("GET", "/refs", 200, [REFERENCE, TOP])
UNKNOWN = {"code": "ResourceNotFound", "message": "/api/refs does not exist"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("record", [REFERENCE, TOP])
def test_no_change(script: Script, check: bool, record: dict[str, Any]) -> None:
    if record is TOP:
        script(search("name", "ROOT", "db01", among=OBJECTS), LIST)
        args: dict[str, Any] = {"owner": "/ROOT", "target": "db01", "client_data": {}}
    else:
        script(SEARCH, LIST)
        args = {**ENDS, "client_data": {"x": 1}}
    assert run_module(NAME, args, check=check) == {
        "changed": False,
        "diff": [],
        "reference": record,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    script(SEARCH, LIST)
    body = {"client_data": json.dumps({"x": 5, "y": 2})}
    if not check:
        script(("PATCH", "/refs/r1", 200, {**REFERENCE, **body}, body))
    result = run_module(NAME, {**ENDS, "client_data": {"x": 5}}, check=check)
    assert (result["action"], result["reference"]) == ("updated", {**REFERENCE, **body})
    assert result["diff"] == [
        {
            "before_header": "reference Dashboards - db01",
            "after_header": "reference Dashboards - db01",
            "before": {"client_data": {"x": 1, "y": 2}},
            "after": {"client_data": {"x": 5, "y": 2}},
        }
    ]


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body = {"owner": 1, "target": APP["id"]}
    script(search("name", "ROOT", "Портал", among=OBJECTS), LIST)
    if not check:
        made = {"id": "r3", **body, "client_data": "{}"}
        script(("POST", "/refs", 200, made, body), ("GET", "/refs", 200, [REFERENCE, TOP, made]))
    result = run_module(NAME, {"owner": "/ROOT", "target": "Портал"}, check=check)
    assert result["action"] == "created"
    assert result["diff"][0]["after"] == {"state": "present", "owner": "ROOT", "target": "Портал"}


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(SEARCH, LIST)
    if not check:
        script(Exchange("DELETE", "/refs/r1", 204))
    assert run_module(NAME, {**ENDS, "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "db01", "Портал", among=OBJECTS), LIST)
    result = run_module(NAME, {"owner": "db01", "target": "Портал", "state": "absent"}, check=check)
    assert result["changed"] is False


def test_ends_cannot_change(script: Script) -> None:
    script(search("name", "ROOT", "Портал", among=OBJECTS), LIST)
    script(("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS), LIST)
    result = run_module(NAME, {"id": "r1", "target": "Портал"})
    assert result["msg"] == (
        "target is 'db01' and cannot be changed after creation: leave target out, or delete the reference first."
    )


def test_several_references_between_the_same_objects() -> None:
    server = FakeServer(objects=OBJECTS, refs=[REFERENCE, {**REFERENCE, "id": "r9"}])
    result = run_on(server, NAME, {**ENDS, "client_data": {"x": 5}})
    assert result["msg"] == "several references match (ids r1, r9): give the id, or remove the duplicate."
    assert run_on(server, NAME, {"id": "r9", "state": "absent"})["action"] == "deleted"
    assert run_on(server, NAME, {**ENDS, "client_data": {"x": 5}})["action"] == "updated"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("status", [404, 405])
def test_server_that_lists_references_in_its_second_api_only(script: Script, status: int, check: bool) -> None:
    second: tuple[Any, ...] = ("POST", "/v2/getRefs", 200, {"items": [{**REFERENCE, "entityType": 7}], "count": 1}, {})
    script(SEARCH, ("GET", "/refs", status, UNKNOWN), second)
    if not check:
        script(Exchange("DELETE", "/refs/r1", 200, text=""))
    assert run_module(NAME, {**ENDS, "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (404, UNKNOWN, "This server does not list references (it knows neither GET /refs nor POST /v2/getRefs), so"),
        (200, {"items": [REFERENCE], "count": 2}, "POST /v2/getRefs sent only 1 of 2 references, so the module"),
        (200, [REFERENCE], "POST /v2/getRefs did not answer with a list of records: check that saymon_url"),
        (200, {"items": [{"owner": 1}]}, "POST /v2/getRefs did not answer with a list of records: check that"),
        (403, {"code": "Forbidden", "message": "no"}, "POST /v2/getRefs answered 403 Forbidden: no."),
    ],
)
def test_server_that_does_not_list_references(script: Script, status: int, answer: Any, said: str) -> None:
    script(SEARCH, ("GET", "/refs", 404, UNKNOWN), ("POST", "/v2/getRefs", status, answer, {}))
    result = run_module(NAME, ENDS)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(said)


def test_refusal_does_not_lead_to_the_other_call(script: Script) -> None:
    script(SEARCH, ("GET", "/refs", 403, {"code": "Forbidden", "message": "no"}))
    assert run_module(NAME, ENDS)["msg"].startswith("GET /refs answered 403 Forbidden: no.")


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(search("name", "Dashboards", "ROOT", "ROOT/Dashboards", "db01", "Портал", among=OBJECTS), LIST)
    body = {"owner": BOARD["id"], "target": APP["id"]}
    if not check:
        script(
            ("POST", "/refs", 200, {"id": "r3", **body}, body), ("GET", "/refs", 200, [REFERENCE, {"id": "r3", **body}])
        )
    items = [ENDS, {**ENDS, "target": "Портал"}, {"owner": "Портал", "target": "db01", "state": "absent"}]
    result = run_module(NAME, {"references": items, "outcomes": "all"}, check=check)
    assert [(one["name"], one["action"]) for one in result["outcomes"]] == [
        ("Dashboards - db01", "unchanged"),
        ("Dashboards - Портал", "created"),
        ("Портал - db01", "unchanged"),
    ]
