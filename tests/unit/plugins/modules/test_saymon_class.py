# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_class."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_class"
HOST = {"id": 3, "name": "Host", "operations": [], "client_data": "{}"}
VENDOR = {"id": "64b1f0c2a9d3e45f6a7b8f21", "name": "Vendor", "value": "Grundfos", "type_id": 1}
SERIAL = {"id": "64b1f0c2a9d3e45f6a7b8f22", "name": "Serial", "value": "", "type_id": 3}
CHECK = {"id": "64b1f0c2a9d3e45f6a7b8f23", "name": "TaskType", "value": "ping", "type_id": 8}
PUMP = {
    "id": "64b1f0c2a9d3e45f6a7b8b41",
    "name": "Pump",
    "description": "Pumps",
    "category_id": 7,
    "client_data": '{"default_view":"grid-view","background":"x"}',
    "properties": [VENDOR, SERIAL, CHECK],
    "operations": [],
}
LIST = ("GET", "/classes", 200, [HOST, PUMP])
PATH = f"/classes/{PUMP['id']}"
COUNT = f"{PATH}/object-count"
LINKS = ("GET", "/links?fields=class_id", 200, [{"id": "l1", "class_id": 35}])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "record"),
    [
        ({"name": "Host", "description": "", "category": "", "client_data": {}, "properties": []}, HOST),
        ({"id": 3, "properties": [], "append_properties": False}, HOST),
        ({"name": "Pump", "category": "7", "client_data": {"default_view": "grid-view"}}, PUMP),
        ({"id": PUMP["id"], "properties": [{"name": "Serial", "value": "", "type": "readwrite"}]}, PUMP),
        (
            {
                "name": "Pump",
                "properties": [{"name": "Vendor", "value": "Grundfos"}, {"name": "Serial", "value": ""}],
                "append_properties": False,
            },
            PUMP,
        ),
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any], record: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    assert result == {"changed": False, "diff": [], "class": record, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    client_data = '{"default_view": "geo-view", "background": "x"}'
    body = {"description": "Water", "category_id": "8", "client_data": client_data}
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**PUMP, **body}, body))
    args = {"name": "Pump", "description": "Water", "category": "8", "client_data": {"default_view": "geo-view"}}
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "class": {**PUMP, **body},
        "diff": [
            {
                "before_header": "class Pump",
                "after_header": "class Pump",
                "before": {
                    "description": "Pumps",
                    "category": "7",
                    "client_data": {"default_view": "grid-view", "background": "x"},
                },
                "after": {
                    "description": "Water",
                    "category": "8",
                    "client_data": {"default_view": "geo-view", "background": "x"},
                },
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("append", [True, False])
def test_properties(script: Script, check: bool, append: bool) -> None:
    """One call for each that differs, with name and value at all times. Monitoring settings stay."""
    script(LIST)
    if not check:
        script(
            ("PATCH", f"{PATH}/props/{SERIAL['id']}", 200, SERIAL["id"], {"name": "Serial", "value": "", "type_id": 2}),
            ("POST", f"{PATH}/props", 200, "new1", {"name": "Unit", "type_id": 1, "value": "bar"}),
        )
        if not append:
            script(Exchange("DELETE", f"{PATH}/props/{VENDOR['id']}", 200))
    properties = [{"name": "Serial", "value": "", "type": "readonly"}, {"name": "Unit", "value": "bar"}]
    result = run_module(NAME, {"name": "Pump", "properties": properties, "append_properties": append}, check=check)
    after = {"Vendor": "Grundfos"} if append else {}
    (diff,) = result["diff"]
    assert diff["after"] == {
        "properties": {**after, "Serial": " (readonly)", "TaskType": "ping (service)", "Unit": "bar"}
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    plant = {"name": "Завод", "type_id": 1, "value": "7"}
    body = {
        "name": "Насос",
        "description": "Водоснабжение",
        "client_data": '{"default_view": "grid-view"}',
        "properties": [plant],
    }
    script(LIST)
    if not check:
        made = {**body, "id": "new1", "operations": [], "properties": [{**plant, "id": "p1"}]}
        script(("POST", "/classes", 200, made, body), LIST)
    args = {
        "name": "Насос",
        "description": "Водоснабжение",
        "client_data": {"default_view": "grid-view"},
        "properties": [{"name": "Завод", "value": 7}],
    }
    result = run_module(NAME, args, check=check)
    assert (result["action"], result["diff"][0]["after"]["properties"]) == ("created", {"Завод": "7"})


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST, ("GET", COUNT, 200, 0), LINKS)
    if not check:
        script(Exchange("DELETE", PATH, 204))
    assert run_module(NAME, {"name": "Pump", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("objects", "links", "used"),
    [(1, 0, "1 object"), (20, 1, "20 objects and 1 link"), (0, 2, "2 links")],
)
def test_a_class_in_use_is_not_deleted(script: Script, check: bool, objects: int, links: int, used: str) -> None:
    having = [{"id": f"l{number}", "class_id": PUMP["id"]} for number in range(links)]
    script(LIST, ("GET", COUNT, 200, objects), (*LINKS[:3], [*LINKS[3], *having]))
    result = run_module(NAME, {"name": "Pump", "state": "absent"}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == (
        f"'Pump' is the class of {used}: delete what has this class first, because an object or link cannot change "
        "its class."
    )


@pytest.mark.parametrize("answer", [(404, {"code": "ResourceNotFound", "message": "none"}), (200, None), (200, True)])
def test_a_server_that_does_not_count(script: Script, answer: tuple[int, Any]) -> None:
    objects = [{"id": "o1", "class_id": PUMP["id"]}, {"id": "o2", "class_id": 3}, {"id": "o3"}]
    script(LIST, ("GET", COUNT, *answer), ("GET", "/objects?fields=class_id", 200, objects), LINKS)
    result = run_module(NAME, {"name": "Pump", "state": "absent"})
    assert result["msg"].startswith("'Pump' is the class of 1 object: ")


@pytest.mark.parametrize("check", [False, True])
def test_several_deletions_cost_one_list_of_objects(script: Script, check: bool) -> None:
    valve = {"id": "64b1f0c2a9d3e45f6a7b8b42", "name": "Valve"}
    script(
        ("GET", "/classes", 200, [HOST, PUMP, valve]),
        ("GET", "/objects?fields=class_id", 200, [{"id": 1, "class_id": "1"}]),
        LINKS,
    )
    if not check:
        script(Exchange("DELETE", PATH, 204), Exchange("DELETE", f"/classes/{valve['id']}", 204))
    classes = [{"name": "Pump"}, {"name": "Valve"}, {"name": "Gone"}]
    result = run_module(NAME, {"classes": classes, "state": "absent"}, check=check)
    assert (result["summary"]["deleted"], result["summary"]["unchanged"]) == (2, 1)


@pytest.mark.parametrize("check", [False, True])
def test_a_class_of_the_server_is_changed_and_not_deleted(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("PATCH", "/classes/3", 200, {}, {"description": "Computers"}))
    assert run_module(NAME, {"name": "Host", "description": "Computers"}, check=check)["action"] == "updated"
    script(LIST)
    classes = [{"name": "New"}, {"name": "Host", "state": "absent"}]
    result = run_module(NAME, {"classes": classes}, check=check)
    said = "classes[1] (Host): 'Host' is a built-in class, which cannot be deleted: leave it out."
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)


def test_a_class_that_is_listed_twice(script: Script) -> None:
    """Of a long list, values that agree with the item of their name are given up, and are read again by the id when
    another item needs them. The call for one class does not show them, so nothing may be given up here."""
    script(LIST)
    classes = [
        {"id": PUMP["id"], "client_data": {"default_view": "geo-view"}},
        {"name": "Pump", "client_data": {"default_view": "grid-view", "background": "x"}},
    ]
    result = run_module(NAME, {"classes": classes})
    said = "classes[1] (Pump): this class is listed twice, also as classes[0] "
    assert (result["failed"], result["msg"][: len(said)]) == (True, said)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"name": "X", "client_data": []}, "classes[1] (X): client_data is []: give a dictionary."),
        ({"id": "7", "name": "X"}, "classes[1] (X): no class has the id '7': correct it"),
    ],
)
def test_nothing_is_written_when_one_is_wrong(script: Script, item: dict[str, Any], said: str) -> None:
    if "no class" in said:
        script(LIST)
    result = run_module(NAME, {"classes": [{"name": "New"}, item]})
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(said)


def test_several_of_one_name_have_the_right_plural() -> None:
    classes = [{"id": f"64b1f0c2a9d3e45f6a7b8b4{number}", "name": "Pump"} for number in (1, 2)]
    ids = ", ".join(one["id"] for one in classes)
    server = FakeServer(classes=classes)
    same = run_on(server, "saymon_class", {"name": "Pump", "description": "x"})["msg"]
    assert same == f"several classes match (ids {ids}): give the id, or remove the duplicate."
    used = run_on(server, "saymon_object", {"name": "db01", "class": "Pump"})["msg"]
    assert used == f"class: several classes are called 'Pump' (ids {ids}): give the id."
