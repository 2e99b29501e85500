# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_state."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_state"
ALARM = {"id": 5, "name": "Alarm", "priority": 7, "ui": {"colors": {"main": "#E53935"}}}
OURS = {
    "id": "64b1f0c2a9d3e45f6a7b8e11",
    "name": "Maintenance",
    "priority": "4",
    "ui": {
        "colors": {"main": "rgb(94 53 177)", "light": "#b39ddb", "svgBackground": ["#111", "#222"]},
        "icon": "wrench",
    },
}
LIST = ("GET", "/states", 200, [ALARM, OURS])
PATH = f"/states/{OURS['id']}"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        {"name": "Maintenance"},
        {"name": "Maintenance", "priority": 4, "color": " RGB(94 53 177) ", "color_light": "#B39DDB"},
        {"id": OURS["id"], "color_svg_background": ["#111", "#222"], "color_shadow": "", "color_background": ""},
        {"id": "5", "color": "#e53935", "color_svg_background": []},
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    record = ALARM if args.get("id") == "5" else OURS
    assert result == {"changed": False, "diff": [], "state": record, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """All of the record that holds the colours is sent, because nobody knows how deep the server merges."""
    colors = {"main": "#5e35b1", "light": "#b39ddb", "svgBackground": ["#333"]}
    body = {"priority": -1, "ui": {"colors": colors, "icon": "wrench"}}
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**OURS, **body}, body))
    args = {"name": "Maintenance", "priority": "-1", "color": "#5E35B1", "color_svg_background": ["#333"]}
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "state": {**OURS, **body},
        "diff": [
            {
                "before_header": "state Maintenance",
                "after_header": "state Maintenance",
                "before": {"priority": 4, "color": "rgb(94 53 177)", "color_svg_background": ["#111", "#222"]},
                "after": {"priority": -1, "color": "#5e35b1", "color_svg_background": ["#333"]},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body = {"name": "Degraded", "priority": 6, "ui": {"colors": {"main": "#ef6c00", "shadow": "#e65100"}}}
    script(LIST)
    if not check:
        script(("POST", "/states", 200, {"id": "new1", **body}, body), LIST)
    args = {"name": "Degraded", "priority": 6, "color": "#ef6c00", "color_shadow": "#e65100"}
    result = run_module(NAME, args, check=check)
    assert (result["action"], result["diff"][0]["after"]) == ("created", {"state": "present", **args})


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(Exchange("DELETE", PATH, 204))
    assert run_module(NAME, {"name": "Maintenance", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


def test_rename(script: Script) -> None:
    script(LIST, ("PATCH", PATH, 200, {}, {"name": "Service"}))
    assert run_module(NAME, {"id": OURS["id"], "name": "Service"})["state"]["name"] == "Service"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("many", [False, True])
def test_a_state_of_the_server_is_changed_and_not_deleted(script: Script, check: bool, many: bool) -> None:
    body = {"ui": {"colors": {"main": "#c62828"}}}
    script(LIST)
    if not check:
        script(("PATCH", "/states/5", 200, {**ALARM, **body}, body))
    assert run_module(NAME, {"name": "Alarm", "color": "#c62828"}, check=check)["action"] == "updated"
    script(LIST)
    items: list[dict[str, Any]] = [{"name": "New"}, {"id": 5, "state": "absent"}]
    result = run_module(NAME, {"states": items} if many else items[1], check=check)
    where = "states[1] (5): " if many else ""
    said = f"{where}'Alarm' is a built-in state, which cannot be deleted: leave it out."
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)


@pytest.mark.parametrize("check", [False, True])
def test_a_list(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(
            ("PATCH", PATH, 200, None, {"priority": 5}),
            ("POST", "/states", 200, {"id": "new1", "name": "Degraded"}, {"name": "Degraded"}),
            LIST,
        )
    states = [{"name": "Maintenance", "priority": 5}, {"name": "Degraded"}, {"id": "5"}]
    result = run_module(NAME, {"states": states, "outcomes": "all"}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "created", "unchanged"]


@pytest.mark.parametrize(
    ("args", "sent", "main", "svg"),
    [
        ({"color_svg_background": ["#abc"]}, {"main": "#111", "svgBackground": ["#abc"]}, "#111", ["#abc"]),
        ({"color": "#222"}, {"main": "#222"}, "#222", ["#abc", "#def"]),
    ],
)
def test_svg_background_beside_the_colours(
    script: Script, args: dict[str, Any], sent: dict[str, Any], main: str, svg: list[str]
) -> None:
    """The documentation has it in two places. No change of another colour is taken for one of it."""
    before = {**OURS, "ui": {"colors": {"main": "#111"}}, "svgBackground": ["#abc", "#def"]}
    after = {**OURS, "ui": {"colors": {"main": main}}, "svgBackground": svg}
    body = {"ui": {"colors": sent}}
    script(("GET", "/states", 200, [before]), ("PATCH", PATH, 200, after, body), ("GET", "/states", 200, [after]))
    result = run_module(NAME, {"name": "Maintenance", **args})
    assert (result["changed"], result.get("warnings")) == (True, None)
    assert run_module(NAME, {"name": "Maintenance", **args})["changed"] is False


@pytest.mark.parametrize("color", ["112233", "#12", "blue!", "rgb(1 2 3", "#5e35b1 ; x", 7])
def test_what_is_no_colour(color: Any) -> None:
    result = run_module(NAME, {"name": "Maintenance", "color": color})
    assert result["msg"] == f"color is {str(color)!r}: give a colour such as '#2e7d32' or 'rgb(46 125 50)'."


def test_what_the_server_adds_to_a_new_state_is_taken_away_again(script: Script) -> None:
    made = {"id": "64b1f0c2a9d3e45f6a7b8e12", "name": "Plain", "ui": {"colors": {"main": "rgb(40 173 250)"}}}
    plain = {**made, "ui": {"colors": {"main": ""}}}
    script(
        ("GET", "/states", 200, []),
        ("POST", "/states", 200, made, {"name": "Plain"}),
        ("GET", "/states", 200, [made]),
        ("PATCH", f"/states/{made['id']}", 200, plain, {"ui": {"colors": {"main": ""}}}),
    )
    assert run_module(NAME, {"name": "Plain", "color": ""})["state"] == plain
