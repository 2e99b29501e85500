# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search, bulk changes and the list call of the experimental API."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

RACK = "64b1f0c2a9d3e40300000005"


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ({"name": "Lab"}, {"Lab"}),
        ({"class_id": "24"}, {"North site", "South site", "Lab"}),
        ({"id": 1}, {"ROOT"}),
        ({"id": "1"}, {"ROOT"}),
        ({"_id": 1}, set()),
        ({"parent_id": RACK}, {"north-core-sw", "north-web-1", "north-web-2"}),
        ({"parent_id": "1", "name": {"$regex": "site$"}}, {"North site", "South site"}),
        ({"discovery_id": {"$regex": "^WEB-", "$options": "i"}}, {"north-web-1", "north-web-2", "south-web-1"}),
        ({"class_id": {"$in": ["2", 50]}}, {"lab-probe", "Ping south-web-1"}),
        ({"class_id": {"$gt": 4, "$lte": 6}, "name": {"$ne": "Memory"}}, {"/var/lib/db"}),
        ({"class_id": {"$gte": 50}}, {"Ping south-web-1"}),
        ({"weight": {"$lt": 3, "$gt": 1}}, {"Customer services"}),
        ({"properties": {"$elemMatch": {"name": "OS", "value": {"$regex": "ubuntu", "$options": "i"}}}}, {"south-web-1"}),
        ({"$or": [{"name": "Lab"}, {"id": 1}]}, {"Lab", "ROOT"}),
        ({"$and": [{"class_id": 24}, {"name": {"$not": {"$regex": "site"}}}]}, {"Lab"}),
        ({"geopositionRadius": {"$exists": True}}, {"Lab"}),
        ({"name": "nothing"}, set()),
    ],
)
def test_search(api: Api, search: Any, names: set[str]) -> None:
    assert {row["name"] for row in api.ok("POST", "/objects/search", {"search": search})} == names


def test_search_without_criteria_and_client_data(api: Api) -> None:
    assert len(api.ok("POST", "/objects/search", {})) == 27
    body: dict[str, Any] = {"search": {"name": "Portal"}}
    row = api.ok("POST", "/objects/search", body)[0]
    assert "client_data" not in row
    assert row["properties"][0]["name"] == "URL"
    for value in (True, "true"):
        assert "client_data" in api.ok("POST", "/objects/search", {**body, "options": {"includeClientData": value}})[0]


@pytest.mark.parametrize("search", [{"name": {"$regex": "("}}, {"name": {"$bogus": 1}}, {"id": {"$in": 5}}, []])
def test_bad_criteria(api: Api, search: Any) -> None:
    if search == []:
        search = ["x"]
    assert api.fails(400, "POST", "/objects/search", {"search": search})["code"] == "BadRequest"


def test_search_permission(api: Api) -> None:
    auth = api.user("reader", [], [1])
    assert "run-bulks" in api.fails(403, "POST", "/objects/search", {}, auth=auth)["message"]
    api.settings(search_permission="objects")
    assert len(api.ok("POST", "/objects/search", {}, auth=auth)) == 27


def test_bulk(api: Api) -> None:
    api.settings(bulk_delay_ms=5000, conditional_incidents_enabled=True)
    bulk = [
        {"properties.createOrModify": {"name": "Rack", "value": "B2", "type_id": 1}},
        {"modify": {"weight": 7}},
        {"stateConditions": [{"condition": {}, "state": 3}]},
        {"incidentConditions": []},
        {"stateTriggers": []},
    ]
    started = api.ok("POST", "/bulk/objects", {"search": {"class_id": 4}, "bulk": bulk})
    assert started["finished"] is False
    path = f"/bulk/{started['bulkId']}/status"
    assert api.ok("GET", path) == {"finished": False}
    api.control("POST", "/clock", {"advance_ms": 5001})
    assert api.ok("GET", path) == {"finished": True}
    cpus = api.ok("POST", "/objects/search", {"search": {"class_id": 4}})
    assert len(cpus) == 3
    assert {cpu["weight"] for cpu in cpus} == {7}
    assert {cpu["properties"][-1]["value"] for cpu in cpus} == {"B2"}
    assert api.ok("GET", f"/objects/{cpus[0]['id']}/state-conditions")
    api.ok("POST", "/bulk/objects", {"search": {"class_id": 4}, "bulk": [{"properties.createOrModify": {"name": "Rack", "value": "C3"}}]})
    changed = api.ok("GET", f"/objects/{cpus[0]['id']}/props")
    assert (len(changed), changed[-1]["value"]) == (len(cpus[0]["properties"]), "C3")
    api.fails(404, "GET", "/bulk/none/status")


def test_a_refused_bulk_changes_nothing(api: Api) -> None:
    bulk = [{"modify": {"weight": 9}}, {"explode": {}}]
    assert api.fails(400, "POST", "/bulk/objects", {"search": {}, "bulk": bulk})["code"] == "BadRequest"
    assert api.ok("POST", "/objects/search", {"search": {"weight": 9}}) == []


def test_v2(api: Api) -> None:
    assert api.ok("POST", "/v2/getObjects", {})["count"] == 27
    body = {
        "filter": {"class_ids": ["3"], "name": "NORTH"},
        "order": ["!name"],
        "limit": 2,
        "offset": 1,
        "fields": ["name"],
        "flags": ["paths"],
    }
    found = api.ok("POST", "/v2/getObjects", body)
    assert found["count"] == 4
    assert [row["name"] for row in found["items"]] == ["north-web-1", "north-db-1"]
    assert found["items"][0]["paths"] == ["ROOT/North site/North rack A1/north-web-1"]
    site = api.object_id("North site")
    assert api.ok("POST", "/v2/getObjects", {"filter": {"parent_ids": [site]}})["count"] == 2
    assert api.ok("POST", "/v2/getObjects", {"filter": {"parent_ids": [site]}, "flags": ["deepParents"]})["count"] == 13
    tag = api.ok("GET", "/tags")[0]["id"]
    assert api.ok("POST", "/v2/getObjects", {"filter": {"tags": [tag]}})["count"] == 3
