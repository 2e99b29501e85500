# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_incident_level."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_incident_level"
ALARM = {"id": 1, "name": "Alarm", "priority": 3, "ui": {"colors": {"main": "#E53935"}}}
CLEARED = {"id": 3, "name": "Cleared", "ui": {"colors": {"main": "#4caf50"}}}
OURS = {
    "id": "64b1f0c2a9d3e45f6a7b8d21",
    "name": "Disaster",
    "priority": "10",
    "ui": {"colors": {"main": "#b71c1c"}, "icon": "bell"},
    "comment": "x",
}
LIST = ("GET", "/incident-levels", 200, [ALARM, CLEARED, OURS])
PATH = f"/incident-levels/{OURS['id']}"
NEW = {"id": "new1", "name": "Notice", "priority": 0, "ui": {"colors": {"main": "#0288d1"}}}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "record"),
    [
        ({"name": "Disaster"}, OURS),
        ({"name": "Disaster", "priority": 10, "color": " #B71C1C", "comment": "x", "description": ""}, OURS),
        ({"id": "1", "color": "#e53935", "priority": "3"}, ALARM),
        ({"name": "Cleared", "priority": 0}, CLEARED),
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any], record: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    assert result == {"changed": False, "diff": [], "incident_level": record, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """All of the record that holds the colour is sent, because nobody knows how deep the server merges."""
    body = {"ui": {"colors": {"main": "#880e4f"}, "icon": "bell"}, "description": "y"}
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**OURS, **body}, body))
    result = run_module(NAME, {"name": "Disaster", "color": "#880E4F", "description": "y"}, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "incident_level": {**OURS, **body},
        "diff": [
            {
                "before_header": "incident level Disaster",
                "after_header": "incident level Disaster",
                "before": {"color": "#b71c1c", "description": ""},
                "after": {"color": "#880e4f", "description": "y"},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
def test_another_priority(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**OURS, "priority": 4}, {"priority": 4}))
    result = run_module(NAME, {"name": "Disaster", "priority": 4}, check=check)
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == ({"priority": 10}, {"priority": 4})
    assert result["incident_level"] == {**OURS, "priority": 4}


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    """The priority takes a call of its own, because a creation does not set it."""
    body = {"name": "Notice", "ui": {"colors": {"main": "#0288d1"}}}
    script(LIST)
    if not check:
        script(
            ("POST", "/incident-levels", 200, NEW, body),
            ("GET", "/incident-levels", 200, [ALARM, CLEARED, OURS, NEW]),
            ("PATCH", "/incident-levels/new1", 200, {**NEW, "priority": 1}, {"priority": 1}),
        )
    args = {"name": "Notice", "color": "#0288d1", "priority": 1}
    result = run_module(NAME, args, check=check)
    assert (result["action"], result["diff"][0]["after"]) == ("created", {"state": "present", **args})
    assert result["incident_level"]["priority"] == 1


@pytest.mark.parametrize("args", [{}, {"priority": 0}])
def test_a_new_level_has_the_priority_0_already(script: Script, args: dict[str, Any]) -> None:
    script(LIST, ("POST", "/incident-levels", 200, NEW, {"name": "Notice"}), LIST)
    assert run_module(NAME, {"name": "Notice", **args})["action"] == "created"


def test_a_creation_whose_answer_is_lost(script: Script) -> None:
    """What the server has created is found, and gets the priority that it still lacks."""
    body = {"name": "Notice"}
    script(
        LIST,
        Exchange("POST", "/incident-levels", body=body, error=requests.exceptions.ReadTimeout()),
        ("GET", "/incident-levels", 200, [ALARM, NEW]),
        ("GET", "/incident-levels", 200, [ALARM, NEW]),  # another run may have created it too
        ("PATCH", "/incident-levels/new1", 200, {**NEW, "priority": 2}, {"priority": 2}),
    )
    result = run_module(NAME, {"name": "Notice", "priority": 2})
    assert (result["changed"], result["recovered"], result["incident_level"]["priority"]) == (True, True, 2)


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(Exchange("DELETE", PATH, 204))
    assert run_module(NAME, {"name": "Disaster", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


def test_rename(script: Script) -> None:
    script(LIST, ("PATCH", PATH, 200, {}, {"name": "Calamity"}))
    assert run_module(NAME, {"id": OURS["id"], "name": "Calamity"})["incident_level"]["name"] == "Calamity"


@pytest.mark.parametrize("check", [False, True])
def test_a_built_in_level_gets_another_colour(script: Script, check: bool) -> None:
    body = {"ui": {"colors": {"main": "#c62828"}}}
    script(LIST)
    if not check:
        script(("PATCH", "/incident-levels/1", 200, {**ALARM, **body}, body))
    assert run_module(NAME, {"name": "Alarm", "color": "#c62828"}, check=check)["action"] == "updated"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"id": 1, "state": "absent"}, "'Alarm' is a built-in incident level, which cannot be deleted: leave it out."),
        (
            {"id": 1, "priority": 4},
            "'Alarm' is a built-in incident level, whose priority must stay as it is: leave priority out.",
        ),
        (
            {"id": 3, "priority": 4},
            "'Cleared' is a built-in incident level, whose priority must stay as it is: leave priority out.",
        ),
    ],
)
def test_a_built_in_level_is_neither_deleted_nor_renumbered(
    script: Script, check: bool, many: bool, item: dict[str, Any], said: str
) -> None:
    script(LIST)
    items = [{"name": "New"}, item]
    result = run_module(NAME, {"incident_levels": items} if many else item, check=check)
    where = f"incident_levels[1] ({item['id']}): " if many else ""
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, where + said)


@pytest.mark.parametrize("check", [False, True])
def test_a_list(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(
            ("PATCH", PATH, 200, None, {"priority": 5}),
            ("POST", "/incident-levels", 200, NEW, {"name": "Notice"}),
            LIST,
            ("PATCH", "/incident-levels/new1", 200, None, {"priority": 1}),
        )
    levels = [{"name": "Disaster", "priority": 5}, {"name": "Notice", "priority": 1}, {"id": "1"}]
    result = run_module(NAME, {"incident_levels": levels, "outcomes": "all"}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "created", "unchanged"]


def test_an_account_that_may_not(script: Script) -> None:
    refusal = {"code": "Forbidden", "message": "manage-configuration"}
    script(LIST, ("POST", "/incident-levels", 403, refusal, {"name": "Notice"}), LIST)
    result = run_module(NAME, {"name": "Notice"})
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 403)
