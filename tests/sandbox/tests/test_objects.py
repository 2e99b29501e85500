# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects: fields, creation, change, deletion, cloning, properties."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

CREATED_ORDER = [
    "id",
    "parent_id",
    "name",
    "class_id",
    "properties",
    "discovery_id",
    "owner_id",
    "updated",
    "operations",
    "state_id",
    "created",
    "last_state_update",
    "tags",
    "weight",
    "child_ids",
    "child_link_ids",
    "child_ref_ids",
    "geoposition",
    "object_groups",
    "entityType",
]


def make(api: Api, name: str, **fields: Any) -> Any:
    return api.ok("POST", "/objects", {"name": name, **fields})


def test_list(api: Api) -> None:
    rows = api.ok("GET", "/objects")
    assert len(rows) == 27
    root = rows[0]
    assert (root["id"], root["name"], root["class_id"]) == (1, "ROOT", 1)
    assert len(root["child_ids"]) == 4
    listed = {"id", "name", "parent_id", "class_id", "state_id", "last_state_update", "child_ids", "child_link_ids", "child_ref_ids"}
    assert set(rows[1]) == listed | {"geoposition", "entityType"}


def test_fields(api: Api) -> None:
    row = next(row for row in api.ok("GET", "/objects?fields=path,discovery_id,none") if row.get("discovery_id") == "web-north-1")
    assert set(row) == {"id", "path", "discovery_id", "entityType"}
    assert row["path"] == "ROOT/North site/North rack A1/north-web-1"
    assert set(api.ok("GET", "/objects/1?fields=name")) == {"id", "name", "entityType"}
    assert "discovery_id" not in api.ok("GET", "/objects/1?fields=discovery_id")
    full = next(row for row in api.ok("GET", "/objects?fields=properties,tags,geoposition") if len(row["properties"]) > 1)
    assert {"name", "value", "type_id", "id"} <= set(full["properties"][0])


def test_create(api: Api) -> None:
    given = {"properties": [{"name": "n", "value": 5, "type_id": "2"}], "class_id": "3", "discovery_id": "d"}
    made = make(api, "new", **given)
    assert list(made) == CREATED_ORDER
    assert (made["parent_id"], made["class_id"], made["state_id"], made["weight"]) == ([1], 3, 1, 1)
    assert (made["properties"][0]["value"], made["properties"][0]["type_id"]) == ("5", 2)
    assert made["created"] == made["last_state_update"] == made["updated"]
    assert api.ok("GET", f"/objects/{made['id']}") == made
    assert made["id"] in api.ok("GET", "/objects/1")["child_ids"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"name": ""}, 400),
        ({"name": 5}, 400),
        ({"name": "x", "parent_id": "nope"}, 404),
        ({"name": "x", "class_id": 999}, 404),
        ({"name": "x", "properties": [{"value": "1"}]}, 400),
        ({"name": "x", "properties": ["text"]}, 400),
        ({"name": "x", "weight": "heavy"}, 400),
    ],
)
def test_create_refuses(api: Api, body: Any, status: int) -> None:
    before = len(api.ok("GET", "/objects"))
    api.fails(status, "POST", "/objects", body)
    assert len(api.ok("GET", "/objects")) == before


def test_parent_forms_and_multiparent(api: Api) -> None:
    one, two = make(api, "one", parent_id="1"), make(api, "two", parent_id=1)
    both = make(api, "both", parent_id=[one["id"], two["id"]])
    assert both["parent_id"] == [one["id"], two["id"]]
    for parent in (one, two):
        assert api.ok("GET", f"/objects/{parent['id']}")["child_ids"] == [both["id"]]
    api.settings(parent_id_scalar=True)
    assert api.ok("GET", f"/objects/{both['id']}")["parent_id"] == one["id"]
    assert "parent_id" not in api.ok("GET", "/objects/1")


def test_upsert(api: Api) -> None:
    first = make(api, "first", discovery_id="key", class_id=3, properties=[{"name": "a", "value": "1"}])
    second = make(api, "second", discovery_id="key", class_id=4, properties=[{"name": "b", "value": "2"}])
    assert (second["id"], second["name"], second["class_id"]) == (first["id"], "second", 3)
    assert [item["name"] for item in second["properties"]] == ["b"]
    api.settings(upsert_replaces_properties=False)
    third = api.ok("POST", "/objects", {"discovery_id": "key", "properties": []})
    assert [item["name"] for item in third["properties"]] == ["b"]
    assert api.ok("GET", "/objects/discovery_id:key")["id"] == first["id"]
    assert api.ok("GET", "/objects/discovery%20id:key")["id"] == first["id"]
    other = make(api, "other")
    api.fails(409, "PATCH", f"/objects/{other['id']}", {"discovery_id": "key"})


def test_patch(api: Api) -> None:
    made = make(
        api, "x", properties=[{"name": "keep", "value": "1"}, {"name": "drop", "value": "2"}], background="abc", client_data={"a": 1}
    )
    assert made["client_data"] == '{"a":1}'
    kept = made["properties"][0]
    body = {
        "properties": [{**kept, "value": "9"}],
        "background": None,
        "id": "no",
        "created": 1,
        "tags": [{"id": "t", "name": "T"}],
        "weight": "1.5",
    }
    changed = api.ok("PATCH", f"/objects/{made['id']}", body)
    assert [(item["id"], item["value"]) for item in changed["properties"]] == [(kept["id"], "9")]
    assert "background" not in changed
    assert (changed["id"], changed["created"], changed["tags"], changed["weight"]) == (made["id"], made["created"], ["t"], 1.5)
    api.fails(400, "PATCH", f"/objects/{made['id']}", {"class_id": 5})
    api.ok("PATCH", f"/objects/{made['id']}", {"class_id": "1"})
    api.fails(400, "PATCH", f"/objects/{made['id']}", {"name": None})


def test_move(api: Api) -> None:
    rack, site = api.object_id("North rack A1"), api.object_id("North site")
    other = api.object_id("South site")
    assert api.ok("PATCH", f"/objects/{rack}", {"parent_id": [other]})["parent_id"] == [other]
    assert rack not in api.ok("GET", f"/objects/{site}")["child_ids"]
    assert rack in api.ok("GET", f"/objects/{other}")["child_ids"]
    api.fails(400, "PATCH", f"/objects/{other}", {"parent_id": [rack]})
    api.fails(400, "PATCH", "/objects/1", {"parent_id": [rack]})


def test_mute(api: Api) -> None:
    path = f"/objects/{api.object_id('Lab')}"
    assert api.ok("PATCH", path, {"mute_alerts": {"reason": "works", "by": "1"}})["mute_alert"]["reason"] == "works"
    assert api.ok("PATCH", path, {"mute_alerts": None})["mute_alert"] is None


def test_delete_takes_descendants_but_not_those_with_another_parent(api: Api) -> None:
    rack, shared = api.object_id("North rack A1"), api.object_id("north-web-1")
    links = len(api.ok("GET", "/links"))
    assert api.ok("DELETE", f"/objects/{rack}") is None
    names = {row["name"] for row in api.ok("GET", "/objects")}
    assert not {"North rack A1", "north-core-sw", "north-web-2"} & names
    assert "north-web-1" in names
    assert api.ok("GET", f"/objects/{shared}")["parent_id"] == [api.object_id("Customer services")]
    assert len(api.ok("GET", "/links")) == links - 3
    api.fails(404, "DELETE", f"/objects/{rack}")
    api.fails(400, "DELETE", "/objects/1")


def test_children_and_paths(api: Api) -> None:
    rack, web = api.object_id("North rack A1"), api.object_id("north-web-1")
    children = api.ok("GET", f"/objects/{rack}/children")
    assert [child["name"] for child in children] == ["north-core-sw", "north-web-1", "north-web-2"]
    assert "properties" in children[0]
    assert len(api.ok("GET", f"/objects/{rack}/children/links")) == 2
    assert len(api.ok("GET", f"/objects/{rack}")["child_link_ids"]) == 2
    rows = api.ok("GET", f"/objects/{rack}/children/props")
    assert set(rows[0]) == {"entityId", "entityName", "name", "id"}
    assert {row["entityName"] for row in rows} == {"North rack A1", "north-core-sw", "north-web-1", "north-web-2"}
    found = api.ok("GET", f"/objects/{web}/paths")
    site, services = api.object_id("North site"), api.object_id("Customer services")
    assert sorted(found["paths"], key=len) == [[web, services, 1], [web, rack, site, 1]]
    assert {item["name"] for item in found["objects"]} >= {"ROOT", "north-web-1"}
    assert found["objects"][0]["class_name"] == "Host"


def test_clone(api: Api) -> None:
    rack = api.object_id("North rack A1")
    before = len(api.ok("GET", "/objects"))
    clone = api.ok("POST", f"/objects/{rack}/clone")
    assert (clone["name"], len(clone["child_ids"]), len(clone["child_link_ids"])) == ("North rack A1", 3, 2)
    assert len(api.ok("GET", "/objects")) == before + 8
    copies = api.ok("GET", f"/objects/{clone['id']}/children")
    assert not any("discovery_id" in copy for copy in copies)
    ids = [item["id"] for row in api.ok("GET", "/objects?fields=properties") for item in row["properties"]]
    assert len(ids) == len(set(ids))
    bulk = api.ok("POST", f"/objects/{rack}/clone-bulk")
    assert api.ok("GET", f"/bulk/{bulk['bulkId']}/status") == {"finished": True}


def test_properties(api: Api) -> None:
    lab = api.object_id("Lab")
    path = f"/objects/{lab}/props"
    assert api.ok("GET", path) == []
    made = api.ok("POST", path, {"name": "a", "value": "1", "type_id": "101"})
    assert list(made) == ["id"]
    made = made["id"]
    record = {"name": "a", "type_id": 101, "value": "1", "id": made}
    assert api.ok("GET", path) == [record] == api.ok("GET", f"/objects/{lab}")["properties"]
    assert list(api.ok("GET", path)[0]) == list(record)
    api.fails(400, "POST", path, {"name": "b"})
    changed = {**record, "value": "2", "owner_id": lab, "owner_type": 1}
    assert api.ok("PATCH", f"{path}/{made}", {"value": "2", "id": "no"}) == changed
    api.fails(404, "PATCH", f"{path}/nope", {"value": "2"})
    assert api.ok("DELETE", f"{path}/{made}") is None
    api.fails(404, "DELETE", f"{path}/{made}")
    api.settings(prop_create_answer="string")
    made = api.ok("POST", path, {"name": "b", "value": ""})
    assert api.ok("GET", path)[0]["id"] == made


REPEATED = [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}]


@pytest.mark.parametrize("unique", [False, True])
def test_repeated_property_names(api: Api, unique: bool) -> None:
    """Accepted, unless a switch says otherwise; documents never count."""
    lab = api.object_id("Lab")
    source, target = lab, api.object_id("North site")
    api.ok("POST", f"/objects/{lab}/props", REPEATED[0])
    api.settings(unique_property_names=unique)
    calls: list[tuple[str, str, Any]] = [
        ("POST", f"/objects/{lab}/props", REPEATED[1]),
        ("POST", "/objects", {"name": "x", "properties": REPEATED}),
        ("PATCH", f"/objects/{lab}", {"properties": REPEATED}),
        ("POST", "/links", {"source": source, "target": target, "properties": REPEATED}),
        ("POST", "/classes", {"name": "x", "properties": REPEATED}),
    ]
    for method, path, body in calls:
        if unique:
            assert api.fails(409, method, path, body)["code"] == "Conflict"
        else:
            api.ok(method, path, body)
    documents = [{"name": "a", "value": "u", "type_id": 6}, {"name": "a", "value": "v", "type_id": 6}]
    api.ok("POST", "/objects", {"name": "y", "properties": documents})


def test_service_properties_of_whole_lists_need_their_own_right(api: Api) -> None:
    """Adding, changing and leaving out, also in bulk; what stays as it is asks for nothing."""
    service, other = {"name": "TaskType", "value": "ping", "type_id": 8}, {"name": "p", "value": "1"}
    made = make(api, "watched", properties=[service, other])
    auth = api.user("editor", ["manage-objects", "manage-links", "manage-classes", "run-bulks"], [1])
    path, lab = f"/objects/{made['id']}", api.object_id("Lab")
    only = {"search": {"id": made["id"]}}
    calls: list[tuple[str, str, Any]] = [
        ("POST", "/objects", {"name": "x", "properties": [service]}),
        ("PATCH", path, {"properties": [{**service, "value": "exec"}, other]}),
        ("PATCH", path, {"properties": [other]}),
        ("PATCH", path, {"properties": None}),
        ("POST", "/links", {"source": made["id"], "target": lab, "properties": [service]}),
        ("POST", "/classes", {"name": "x", "properties": [service]}),
        ("POST", "/bulk/objects", {**only, "bulk": [{"modify": {"properties": []}}]}),
        ("POST", "/bulk/objects", {**only, "bulk": [{"properties.createOrModify": {**service, "value": "exec"}}]}),
    ]
    for method, where, body in calls:
        assert api.fails(403, method, where, body, auth=auth)["message"] == "Missing permissions: manage-service-properties", body
    assert api.ok("GET", path) == made
    api.ok("PATCH", path, {"properties": [service, {**other, "value": "2"}]}, auth=auth)
    api.ok("PATCH", path, {"properties": []})


def test_unknown_ids(api: Api) -> None:
    """Reading one record says NotFound; everything else answers like a sub-resource, and a switch makes all alike."""
    calls = (
        ("PATCH", "/objects/zzz", "Object"),
        ("DELETE", "/objects/64b1f0c2a9d3e403ffffffff", "Object"),
        ("PUT", "/objects/zzz/state", "Object"),
        ("GET", "/objects/zzz/state-triggers", "Object"),
        ("GET", "/objects/zzz/props", "Object"),
        ("PATCH", "/links/zzz", "Link"),
        ("PATCH", "/users/zzz", "User"),
        ("DELETE", "/user-groups/zzz", "UserGroup"),
        ("PUT", "/presets/zzz", "Preset"),
    )
    for code in ("ResourceNotFound", "NotFound"):
        for method, path, kind in calls:
            wanted = path.split("/")[2]
            assert api.fails(404, method, path, {}) == {"code": code, "message": f"Entity not found: {kind}({wanted})"}
        assert api.fails(404, "GET", "/objects/zzz")["code"] == "NotFound"
        api.settings(missing_code="NotFound")


def test_service_properties_need_their_own_right(api: Api) -> None:
    lab = api.object_id("Lab")
    auth = api.user("props", ["manage-properties"], [1])
    service = {"name": "TaskType", "value": "ping", "type_id": 8}
    error = api.fails(403, "POST", f"/objects/{lab}/props", service, auth=auth)
    assert error["message"] == "Missing permissions: manage-service-properties"
    made = api.ok("POST", f"/objects/{lab}/props", service)["id"]
    api.fails(403, "DELETE", f"/objects/{lab}/props/{made}", auth=auth)
    plain = api.ok("POST", f"/objects/{lab}/props", {"name": "p", "value": "1"}, auth=auth)["id"]
    api.fails(403, "PATCH", f"/objects/{lab}/props/{plain}", {"type_id": 8}, auth=auth)


def test_monitoring_replaces_the_service_properties(api: Api) -> None:
    host = api.object_id("north-web-1")
    before = api.ok("GET", f"/objects/{host}/props")
    path = f"/objects/{host}/monitoring"
    assert api.ok("POST", path, [{"name": "TaskType", "value": "ping"}, {"name": "PingHost", "value": "192.0.2.11"}]) is None
    api.ok("POST", path, [{"name": "TaskType", "value": "exec"}])
    after = api.ok("GET", f"/objects/{host}/props")
    assert after[:-1] == before
    assert (after[-1]["name"], after[-1]["value"], after[-1]["type_id"]) == ("TaskType", "exec", 8)
    assert api.ok("POST", path + "/now", []) is None
    api.fails(400, "POST", path, ["x"])


def test_audit_log(api: Api) -> None:
    made = make(api, "watched")
    api.control("POST", "/clock", {"advance_ms": 10_000})
    api.ok("PATCH", f"/objects/{made['id']}", {"name": "renamed"})
    api.ok("POST", f"/objects/{made['id']}/props", {"name": "a", "value": "1"})
    records = api.ok("GET", f"/objects/{made['id']}/audit-log")
    assert [record["kind"] for record in records] == [1, 1, 10]
    assert "oldBody" not in records[0]
    assert (records[1]["oldBody"]["name"], records[1]["newBody"]["name"]) == ("watched", "renamed")
    assert records[0]["userId"] == api.ok("GET", "/users/current")["id"]
    assert api.ok("GET", f"/objects/{made['id']}/audit-log?skip=1&limit=1") == records[1:2]
    assert api.ok("GET", f"/objects/{made['id']}/audit-log?to={records[0]['timestamp']}") == records[:1]
    api.fails(400, "GET", f"/objects/{made['id']}/audit-log?limit=many")
