# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_link."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.planner import Planner
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_link"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
RACK, DB, SWITCH, OTHER = (
    {"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": name, "parent_id": [1]}
    for number, name in enumerate(("Rack", "db01", "sw1", "Стойка"))
)
DB["parent_id"] = [RACK["id"]]
OBJECTS = [ROOT, RACK, DB, SWITCH, OTHER]
CLASSES: list[dict[str, Any]] = [{"id": 35, "name": "Link"}, {"id": "64b1f0c2a9d3e45f6a7b8aaa", "name": "Cable"}]
TAGS = [{"id": "64b1f0c2a9d3e45f6a7b8f01", "name": "hot"}]
LIST_CLASSES, LIST_TAGS = ("GET", "/classes", 200, CLASSES), ("GET", "/tags", 200, TAGS)
PROPERTIES = [
    {"id": "p1", "name": "Cable", "value": "CAT6", "type_id": 1},
    {"id": "p2", "name": "PingHost", "value": "10.0.0.7", "type_id": 8},
]
LINK: dict[str, Any] = {"id": "l1", "source": DB["id"], "target": SWITCH["id"], "class_id": 35}
FULL = {**LINK, "weight": "2", "client_data": '{"showArrow":true,"x":1}', "tags": [TAGS[0]], "properties": PROPERTIES}
ENDS = {"source": "/ROOT/Rack/db01", "target": "sw1"}
SEARCH = search("name", "ROOT", "ROOT/Rack", "ROOT/Rack/db01", "Rack", "Rack/db01", "db01", "sw1", among=OBJECTS)


def listed(*records: Any, more: str = "") -> Exchange:
    fields = sorted({"source", "target", "class_id", *more.split()})
    return Exchange("GET", f"/links?fields={','.join(fields)}", 200, list(records))


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(SEARCH, LIST_CLASSES, LIST_TAGS, listed(FULL, more="tags weight client_data properties"))
    same = {
        **ENDS,
        "class": "link",
        "tags": "hot",
        "weight": 2,
        "client_data": {"showArrow": True},
        "properties": [{"name": "Cable", "value": "CAT6"}],
    }
    assert run_module(NAME, same, check=check) == {
        "changed": False,
        "diff": [],
        "link": FULL,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    body = {"tags": [], "weight": 3, "client_data": json.dumps({"showArrow": False, "x": 1})}
    script(SEARCH, listed(FULL, more="tags weight client_data properties"), LIST_TAGS)
    if not check:
        script(
            ("PATCH", "/links/l1", 200, {**FULL, **body, "_stLock": 1}, body),
            ("PATCH", "/links/l1/props/p1", 200, {}, {"value": "Fibre"}),
            ("POST", "/links/l1/props", 200, "p3", {"name": "Длина", "value": "12", "type_id": 2}),
        )
    wanted = {
        "tags": [],
        "weight": 3,
        "client_data": {"showArrow": False},
        "properties": [{"name": "Cable", "value": "Fibre"}, {"name": "Длина", "value": 12, "type": "readonly"}],
    }
    result = run_module(NAME, {**ENDS, **wanted}, check=check)
    assert (result["changed"], result["action"]) == (True, "updated")
    (diff,) = result["diff"]
    assert diff["before_header"] == "link db01 - sw1"
    assert diff["before"] == {
        "tags": ["hot"],
        "weight": 2,
        "client_data": {"showArrow": True, "x": 1},
        "properties": {"Cable": "CAT6", "PingHost": "10.0.0.7 (service)"},
    }
    assert diff["after"] == {
        "tags": [],
        "weight": 3,
        "client_data": {"showArrow": False, "x": 1},
        "properties": {"Cable": "Fibre", "Длина": "12 (readonly)", "PingHost": "10.0.0.7 (service)"},
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body = {
        "source": DB["id"],
        "target": SWITCH["id"],
        "class_id": CLASSES[1]["id"],
        "properties": [{"name": "Cable", "value": "CAT6", "type_id": 1}],
    }
    script(SEARCH, LIST_CLASSES, listed(LINK, more="properties"))  # one of another class is another link
    if not check:
        made = {"id": "l2", **body}
        script(("POST", "/links", 200, made, body), listed(LINK, made, more="properties"))
    args = {**ENDS, "class": "Cable", "properties": [{"name": "Cable", "value": "CAT6"}]}
    result = run_module(NAME, args, check=check)
    assert result["action"] == "created"
    assert result["diff"][0]["after"] == {
        "state": "present",
        "source": "db01",
        "target": "sw1",
        "class": "Cable",
        "properties": {"Cable": "CAT6"},
    }
    assert "warnings" not in result


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("found_by", [{"target": "sw1", "source": "db01"}, {"id": "l1"}])
def test_delete(script: Script, check: bool, found_by: dict[str, Any]) -> None:
    if "id" not in found_by:
        script(search("name", "ROOT", "db01", "sw1", among=OBJECTS))
    script(listed(LINK))
    if "id" in found_by:
        script(search("id", DB["id"], SWITCH["id"], among=OBJECTS))  # what a diff calls it
    if not check:
        script(Exchange("DELETE", "/links/l1", 200, text=""))
    result = run_module(NAME, {**found_by, "state": "absent"}, check=check)
    assert (result["action"], result["diff"][0]["before_header"]) == ("deleted", "link db01 - sw1")


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "db01", "gone", among=OBJECTS), Exchange("GET", OBJECT_LIST, 200, OBJECTS))
    result = run_module(NAME, {"source": "db01", "target": "gone", "state": "absent"}, check=check)
    assert (result["changed"], result["action"]) == (False, "unchanged")


OBJECT_LIST = "/objects?fields=discovery_id,name,parent_id"


@pytest.mark.parametrize("check", [False, True])
def test_new_end(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "Стойка", among=OBJECTS), listed(LINK))
    script(search("id", DB["id"], SWITCH["id"], among=OBJECTS))
    body = {"target": OTHER["id"]}
    if not check:
        script(("PATCH", "/links/l1", 200, {**LINK, **body}, body))
    result = run_module(NAME, {"id": "l1", "target": "Стойка"}, check=check)
    assert result["diff"] == [
        {
            "before_header": "link db01 - sw1",
            "after_header": "link db01 - sw1",
            "before": {"target": "sw1"},
            "after": {"target": "Стойка"},
        }
    ]
    assert "warnings" not in result


def test_server_that_keeps_the_ends(script: Script) -> None:
    script(search("name", "ROOT", "Стойка", among=OBJECTS), listed(LINK))
    script(search("id", DB["id"], SWITCH["id"], among=OBJECTS))
    script(("PATCH", "/links/l1", 200, LINK, {"target": OTHER["id"]}))
    result = run_module(NAME, {"id": "l1", "target": "Стойка"})
    assert "the server ignored target" in result["warnings"][0]


def test_class_cannot_change() -> None:
    server = FakeServer(objects=OBJECTS, classes=CLASSES, links=[LINK])
    result = run_on(server, NAME, {"id": "l1", "class": "Cable"})
    assert result["msg"].startswith("class is 'Link' and cannot be changed after creation")


def test_links_between_the_same_ends_are_told_apart_by_class() -> None:
    cable = {**LINK, "id": "l2", "class_id": CLASSES[1]["id"]}
    server = FakeServer(objects=OBJECTS, classes=CLASSES, links=[LINK, cable])
    refused = run_on(server, NAME, {**ENDS, "weight": 1})
    assert refused["msg"] == "several links match (ids l1, l2): give the id, or remove the duplicate."
    assert run_on(server, NAME, {**ENDS, "class": "Cable", "weight": 1})["link"]["id"] == "l2"
    result = run_on(server, NAME, {"links": [{**ENDS, "class": "Link"}, {**ENDS, "class": "Cable", "state": "absent"}]})
    assert [outcome["id"] for outcome in result["outcomes"]] == ["l2"]
    assert [link["id"] for link in server.find("/links")] == ["l1"]


def test_change_that_would_leave_links_which_nothing_tells_apart() -> None:
    other = {**LINK, "id": "l2", "target": OTHER["id"]}
    server = FakeServer(objects=OBJECTS, classes=CLASSES, links=[LINK, other])
    result = run_on(server, NAME, {"id": "l2", "target": "sw1"})
    assert result["msg"] == (
        "this list would leave several links with this source and target (ids l1, l2): "
        "choose another source or target or class."
    )
    assert server.writes == []


BACK = {"source": "sw1", "target": "db01"}
OPPOSITE = (
    "The link sw1 - db01 is created, although there is one in the opposite direction: "
    "if you meant that one, swap source and target."
)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("present", "items", "warnings"),
    [
        ([LINK], [BACK], [OPPOSITE]),
        ([LINK], [BACK, {**BACK, "class": "Cable"}], None),
        ([LINK], [{**BACK, "class": "Cable"}], []),
        ([LINK], [{**BACK, "class": "Link"}], [OPPOSITE]),
        ([LINK], [BACK, {**ENDS, "state": "absent"}], []),
        ([], [BACK, ENDS], []),
        ([], [{"source": "sw1", "target": "sw1"}], []),
    ],
)
def test_opposite_direction(
    present: list[dict[str, Any]], items: list[dict[str, Any]], warnings: list[str] | None, check: bool
) -> None:
    server = FakeServer(objects=OBJECTS, classes=CLASSES, links=present)
    result = run_on(server, NAME, {"links": items}, check=check)
    assert result.get("failed", False) is (warnings is None), result.get("msg")
    if warnings is not None:
        assert result.get("warnings", []) == warnings


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    """Many objects take one list call, whatever they are called."""
    items = [{**ENDS, "class": "Cable"}, {"source": "sw1", "target": "Стойка", "weight": 2}, {**ENDS, "class": "Link"}]
    script(
        search(
            "name", "ROOT", "ROOT/Rack", "ROOT/Rack/db01", "Rack", "Rack/db01", "db01", "sw1", "Стойка", among=OBJECTS
        )
    )
    script(LIST_CLASSES, listed(LINK, more="weight"))
    if not check:
        ends = {"source": DB["id"], "target": SWITCH["id"], "class_id": CLASSES[1]["id"]}
        other = {"source": SWITCH["id"], "target": OTHER["id"], "weight": 2}
        script(
            ("POST", "/links", 201, {"id": "l2", **ends}, ends), ("POST", "/links", 201, {"id": "l3", **other}, other)
        )
        script(listed(LINK, {"id": "l2", **ends}, {"id": "l3", **other}, more="weight"))
    result = run_module(NAME, {"links": items, "outcomes": "all"}, check=check)
    assert [(one["name"], one["action"]) for one in result["outcomes"]] == [
        ("db01 - sw1", "created"),
        ("sw1 - Стойка", "created"),
        ("db01 - sw1", "unchanged"),
    ]


def test_wrong_ends_are_told_in_one_sentence_before_anything_is_written() -> None:
    server = FakeServer(objects=OBJECTS, classes=CLASSES, links=[])
    items = [
        ENDS,
        {"source": "db0l", "target": "sw1"},
        {"source": "db01", "target": "/ROOT/Rack/sw1"},
        {"source": "db01"},
    ]
    result = run_on(server, NAME, {"links": items})
    assert result["msg"] == (
        "links[1] (db0l - sw1): source: there is no object 'db0l': check the spelling, or create it first; "
        "links[2] (db01 - /ROOT/Rack/sw1): target: there is no object '/ROOT/Rack/sw1': check the spelling, or create "
        "it first; links[3] (db01): target must be given, because it names the link (or give its id)."
    )
    assert server.writes == []


def test_long_list_of_what_an_earlier_task_would_create(monkeypatch: pytest.MonkeyPatch) -> None:
    """In check mode no object is there yet. Each link is looked at a few times, and not once for each of the others."""
    looks, plan = [], Planner.plan

    def counted(planner: Planner, item: Item) -> Plan:
        looks.append(item)
        return plan(planner, item)

    monkeypatch.setattr(Planner, "plan", counted)
    items = [{"source": f"/host {number}", "target": f"/host {number + 1}"} for number in range(200)]
    result = run_on(FakeServer(classes=CLASSES, links=[]), NAME, {"links": items}, check=True)
    assert result["summary"]["created"] == 200
    assert len(result["warnings"]) == 201
    assert len(looks) <= 5 * 200


@pytest.mark.parametrize("state", ["present", "absent"])
def test_long_list_without_change_is_read_in_a_few_calls(state: str) -> None:
    objects = [ROOT, *({"id": f"o{number:04}", "name": f"host {number}", "parent_id": [1]} for number in range(300))]
    links = [
        {"id": f"l{number}", "source": f"o{number:04}", "target": f"o{number + 1:04}", "class_id": 35, "properties": []}
        for number in range(299)
    ]
    server = FakeServer(objects=objects, classes=CLASSES, links=links if state == "present" else [])
    items = [{"source": f"/host {n}", "target": f"host {n + 1}", "class": "Link", "state": state} for n in range(299)]
    result = run_on(server, NAME, {"links": items})
    assert result["summary"]["unchanged"] == 299
    assert sorted(server.reads) == ["/classes", "/links", "/objects"]
