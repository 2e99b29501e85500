# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_check_now."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_check_now"
FIRST, SECOND = ({"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": f"db0{number}"} for number in (1, 2))
IDS = [FIRST["id"], SECOND["id"]]
FIND = search("id", *IDS, among=[FIRST, SECOND])
CHANGES = {"PingHost": "192.0.2.20", "PingPacketsCount": 3, "PingSrcInterface": None}
BODY = [
    {"name": "PingHost", "value": "192.0.2.20"},
    {"name": "PingPacketsCount", "value": "3"},
    {"name": "PingSrcInterface", "destroy": True},
]


def check_of(record: dict[str, Any], body: list[Any], status: int = 200) -> tuple[Any, ...]:
    return ("POST", f"/objects/{record['id']}/monitoring/now", status, None if status == 200 else {}, body)


def sent(record: dict[str, Any]) -> dict[str, Any]:
    return {"name": record["id"], "action": "sent", "changed": True}


@pytest.mark.parametrize("check", [False, True])
def test_objects_with_their_own_settings(script: Script, check: bool) -> None:
    script(FIND, *([] if check else [check_of(FIRST, []), check_of(SECOND, [])]))
    result = run_module(NAME, {"objects": IDS}, check=check)
    assert result["changed"] is True
    assert result["outcomes"] == [sent(FIRST), sent(SECOND)]
    assert [diff["after"] for diff in result["diff"]] == [
        {"object": "db01", "settings": {}},
        {"object": "db02", "settings": {}},
    ]


def test_other_settings(script: Script) -> None:
    script(search("id", FIRST["id"], among=[FIRST]), check_of(FIRST, BODY))
    result = run_module(NAME, {"objects": FIRST["id"], "settings": CHANGES})
    assert result["diff"][0]["after"]["settings"] == {**CHANGES, "PingPacketsCount": "3"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("option", ["objects", "links"])
def test_an_empty_list_is_no_check(script: Script, check: bool, option: str) -> None:
    assert run_module(NAME, {option: []}, check=check) == {"changed": False, "diff": [], "outcomes": []}


def test_links(script: Script) -> None:
    script(("POST", "/links/a%2Fb/monitoring/now", 200, None, []))
    assert run_module(NAME, {"links": ["a/b"]})["outcomes"][0]["name"] == "a/b"


def test_one_of_two_fails(script: Script) -> None:
    script(FIND, check_of(FIRST, [], 403), check_of(SECOND, []))
    result = run_module(NAME, {"objects": IDS})
    assert (result["failed"], result["changed"]) == (True, True)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["failed", "sent"]
    assert result["msg"].startswith(f"1 of 2 objects failed: objects[0] ({FIRST['id']}): POST ")


def test_a_lost_answer_is_not_repeated(script: Script) -> None:
    path = f"/objects/{FIRST['id']}/monitoring/now"
    script(search("id", FIRST["id"], among=[FIRST]))
    script(Exchange("POST", path, body=[], error=requests.exceptions.ReadTimeout()))
    result = run_module(NAME, {"objects": [FIRST["id"]]})
    assert (result["failed"], result["changed"]) == (True, True)
    assert "This may have been done: " in result["msg"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"objects": [""]}, "objects[0]: object is '': give a name or an id."),
        ({"links": ["7", ""]}, "links[1]: link is '': give a text that is not empty."),
        (
            {"links": ["7"], "settings": {"A": {"b": 1}}},
            "links[0] (7): settings is {'A': {'b': 1}}: A: give a text (use the filter to_json for a structure).",
        ),
        ({"links": ["7"], "parallel": 0}, "parallel is 0: give a number from 1 to 32."),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)
