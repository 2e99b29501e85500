# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects become hosts, what is known about them, and with how many requests."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.plugin_utils.hosts import SOURCE_OPTIONS, read_hosts
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, outcome_on

PROPERTIES = [
    {"id": "p1", "name": "Owner", "value": "Цех 1", "type_id": 1},
    {"id": "p2", "name": "Password", "value": "pass-phrase-2", "type_id": 1},
    {"id": "p3", "name": "community", "value": "snmp-secret", "type_id": 8},
    {"id": "p4", "name": "Manual", "value": "https://example.org", "type_id": 6},
]
OBJECTS = [
    {"id": "a", "name": "Завод, Север", "class_id": 2, "state_id": 1, "parent_id": [1]},
    {"id": "b", "name": "Rack", "class_id": 2, "state_id": 1, "parent_id": ["a"]},
    {
        "id": "c",
        "name": "db",
        "class_id": 3,
        "state_id": 3,
        "parent_id": ["b"],
        "tags": ["t"],
        "properties": PROPERTIES,
    },
    {"id": "d", "name": "web", "class_id": 3, "state_id": 1, "parent_id": ["b", 1], "discovery_id": "cmdb-1"},
]
LISTS = ["/objects", "/classes", "/states", "/tags"]


@pytest.fixture
def server() -> FakeServer:
    classes = [{"id": 1, "name": "Root"}, {"id": 2, "name": "Place"}, {"id": 3, "name": "Host"}]
    states = [{"id": 1, "name": "Working"}, {"id": 3, "name": "Alarm"}]
    return FakeServer(objects=OBJECTS, classes=classes, states=states, tags=[{"id": "t", "name": "core"}])


def found(server: FakeServer, **source: Any) -> dict[str, Any]:
    args = {"source": {**dict.fromkeys(SOURCE_OPTIONS), **source}}
    return outcome_on(server, read_hosts, args, check=False)


def names(server: FakeServer, **source: Any) -> list[str]:
    return [row["name"] for row in found(server, **source)["hosts"]]


def test_a_row_holds_what_is_known(server: FakeServer) -> None:
    result = found(server, classes=["Host"])
    db, web = result["hosts"]
    assert db == {
        "id": "c",
        "name": "db",
        "path": "/ROOT/Завод, Север/Rack/db",
        "discovery_id": None,
        "class": "Host",
        "class_id": "3",
        "state": "Alarm",
        "state_id": "3",
        "tags": ["core"],
        "parents": ["/ROOT/Завод, Север/Rack"],
        "parent_ids": ["b"],
        "properties": {"Owner": "Цех 1"},
    }
    assert (web["discovery_id"], web["parent_ids"], web["properties"]) == ("cmdb-1", ["b", "1"], {})
    assert result["places"] == {
        "/ROOT/Завод, Север": [],
        "/ROOT/Завод, Север/Rack": ["/ROOT/Завод, Север"],
    }


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ({"classes": ["Host"]}, ["db", "web"]),
        ({"classes": ["3"]}, ["db", "web"]),
        ({"classes": ["Host", "Place"], "states": ["Alarm"]}, ["db"]),
        ({"tags": ["core"]}, ["db"]),
        ({"under": ["/ROOT/Завод, Север"]}, ["Rack", "db", "web"]),
        ({"under": ["/ROOT/Завод, Север/Rack", "Rack"], "classes": ["Host"]}, ["db", "web"]),
        ({"properties": {"Owner": "Цех 1"}}, ["db"]),
        ({"properties": {"Owner": None}}, ["db"]),
        ({"properties": {"Owner": "Цех 2"}}, []),
        ({}, ["ROOT", "Завод, Север", "Rack", "db", "web"]),
    ],
    ids=str,
)
def test_filters_take_one_request_and_one_for_each_list(
    server: FakeServer, source: dict[str, Any], wanted: list[str]
) -> None:
    assert names(server, **source) == wanted
    assert sorted(server.reads) == sorted(LISTS if wanted else ["/objects"])


def test_a_search_is_sent_as_it_is(server: FakeServer) -> None:
    assert names(server, search={"name": "web"}) == ["web"]
    assert [one for one in server.journal if one[0] == "POST"] == [
        ("POST", "/objects/search", {"search": {"name": "web"}, "options": {"includeClientData": False}})
    ]
    assert sorted(server.reads) == ["/classes", "/objects", "/objects/search", "/states"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ({"classes": ["Hosst"]}, "source.classes: there is no class 'Hosst' (did you mean 'Host'?)"),
        ({"under": ["/ROOT/Nowhere"]}, "source.under: there is no object '/ROOT/Nowhere'"),
        ({"tags": []}, "source.tags is empty"),
        ({"under": [""]}, "source.under is empty or has an empty value"),
        ({"properties": {"Owner": ["x"]}}, "source.properties:"),
    ],
    ids=str,
)
def test_bad_filters_are_named(server: FakeServer, source: dict[str, Any], says: str) -> None:
    result = found(server, **source)
    assert result["failed"]
    assert says in result["msg"]


def test_a_search_that_the_server_refuses_is_an_error(server: FakeServer) -> None:
    server.deaf.add("POST /objects/search")
    assert "source.search: the server refused the search" in found(server, search={"name": "web"})["msg"]


def test_names_that_may_not_be_read_are_ids(server: FakeServer) -> None:
    server.deaf.add("GET /tags")
    result = found(server, tags=None, classes=["Host"])
    assert result["hosts"][0]["tags"] == ["t"]
    assert len(result["warnings"]) == 1


def test_objects_in_a_ring_are_never_above_themselves(server: FakeServer) -> None:
    server.one("/objects", id="a")["parent_id"] = [1, "b"]
    result = found(server, classes=["Host"])
    assert result["places"] == {"/ROOT/Завод, Север/Rack": []}


def test_an_account_that_does_not_see_the_root_still_sees_paths(server: FakeServer) -> None:
    server.data["/objects"] = [one for one in server.data["/objects"] if one["id"] not in (1, "a")]
    server.one("/objects", id="d")["parent_id"] = [1]
    result = found(server, classes=["Host"])
    assert [row["path"] for row in result["hosts"]] == [None, "/ROOT/web"]
    assert result["places"] == {}
