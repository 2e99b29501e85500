# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_property_class."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_property_class"
DATE = {"id": 4, "name": "Date", "value_type_id": "date", "value": None}
STRANGE = {"id": "64b1f0c2a9d3e45f6a7b8a30", "name": "Strange", "value_type_id": "color", "system": True}
SERIAL = {
    "id": "64b1f0c2a9d3e45f6a7b8a31",
    "name": "Serial number",
    "description": "",
    "value_type_id": "string",
    "value": "60",
    "multiple": False,
    "mask": "^SN",
    "source": "",
    "system": False,
}
LIST = ("GET", "/property-classes", 200, [DATE, STRANGE, SERIAL])
PATH = f"/property-classes/{SERIAL['id']}"
CHANGES = {
    "description": "On the back",
    "multiple": True,
    "multiple_separator": "; ",
    "source": "64b1f0c2a9d3e45f6a7b8c77",
    "mask": "^S",
    "value_display_template": "{{0}}",
}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        {"name": "Serial number", "value_type": "string", "value": 60, "mask": "^SN", "multiple": False, "source": ""},
        {"id": SERIAL["id"], "value": "60", "multiple_separator": "", "value_display_template": ""},
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": False,
        "diff": [],
        "property_class": SERIAL,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("name", ["Date", "Strange"])
def test_no_change_of_a_built_in_one(script: Script, check: bool, name: str) -> None:
    script(LIST)
    result = run_module(NAME, {"name": name, "multiple": False, "value": ""}, check=check)
    assert (result.get("failed"), result["changed"]) == (None, False)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("args", [{"state": "absent"}, {"mask": "x"}])
@pytest.mark.parametrize("name", ["Date", "Strange"])
def test_a_built_in_one_stays_as_it_is(script: Script, check: bool, args: dict[str, Any], name: str) -> None:
    script(LIST)
    result = run_module(NAME, {"name": name, **args}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == (
        f"'{name}' is a built-in property class, which cannot be changed or deleted: create one of your own."
    )


def test_a_small_number_is_the_id_of_a_built_in_one_only_where_the_record_does_not_say(script: Script) -> None:
    script(
        ("GET", "/property-classes", 200, [{**DATE, "system": False}]), Exchange("DELETE", "/property-classes/4", 200)
    )
    assert run_module(NAME, {"name": "Date", "state": "absent"})["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**SERIAL, **CHANGES}, CHANGES))
    result = run_module(NAME, {"name": "Serial number", **CHANGES}, check=check)
    assert (result["changed"], result["property_class"]) == (True, {**SERIAL, **CHANGES})
    assert result["diff"][0]["after"] == CHANGES
    assert result["diff"][0]["before"]["mask"] == "^SN"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("value", [7, "x", [1, {"a": None}], {"b": 1, "a": 2}, False])
def test_create(script: Script, check: bool, value: Any) -> None:
    body = {"name": "Count", "value_type_id": "number", "value": value, "multiple": True}
    made = {"id": "new1", "description": "", "system": False, **body}
    script(LIST)
    if not check:
        script(("POST", "/property-classes", 200, made, body), ("GET", "/property-classes", 200, [made]))
    args = {"name": "Count", "value_type": "number", "value": value, "multiple": True, "description": ""}
    result = run_module(NAME, args, check=check)
    assert (result["action"], result["diff"][0]["after"]["value"]) == ("created", value)
    script(("GET", "/property-classes", 200, [made]))
    assert run_module(NAME, args, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(Exchange("DELETE", PATH, 204))
    assert run_module(NAME, {"name": "Serial number", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"name": "New"},
            "property_classes[1] (New): there is no property class 'New', and none can be created without a type: "
            "give value_type.",
        ),
        (
            {"name": "Serial number", "value_type": "date"},
            "property_classes[1] (Serial number): value_type is 'string' and cannot be changed after creation: "
            "leave value_type out, or delete the property class first.",
        ),
        (
            {"name": "Serial number", "value": 61},
            "property_classes[1] (Serial number): value is '60' and cannot be changed after creation: "
            "leave value out, or delete the property class first.",
        ),
    ],
)
def test_nothing_is_written_when_one_is_wrong(script: Script, item: dict[str, Any], said: str) -> None:
    script(LIST)
    items = [{"name": "Good", "value_type": "date"}, item]
    result = run_module(NAME, {"property_classes": items})
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)


@pytest.mark.parametrize("check", [False, True])
def test_a_list(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        body = {"name": "Warranty", "value_type_id": "date"}
        script(
            ("PATCH", PATH, 200, None, {"name": "Serial"}),
            ("POST", "/property-classes", 200, {"id": "new1", **body}, body),
            LIST,
        )
    items = [{"id": SERIAL["id"], "name": "Serial"}, {"name": "Warranty", "value_type": "date"}, {"name": "Date"}]
    result = run_module(NAME, {"property_classes": items, "outcomes": "all"}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "created", "unchanged"]


def test_an_older_server_has_none(script: Script) -> None:
    answer = {"code": "ResourceNotFound", "message": "/api/property-classes does not exist"}
    script(("GET", "/property-classes", 404, answer))
    result = run_module(NAME, {"name": "Serial number"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert "GET /property-classes answered 404" in result["msg"]
