# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_annotation."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._resources import annotation
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, lost, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_annotation"
NOW = 1_900_000_000_000
HOUR = 3_600_000
FIRST = {"id": "64b1f0c2a9d3e45f6a7b8d01", "timestamp": NOW - 60_000, "content": "Rollout 4.2", "user": "u1"}
LATER = {"id": "64b1f0c2a9d3e45f6a7b8d02", "timestamp": str(NOW), "content": "Резерв", "user": "u1"}
TWINS: list[dict[str, Any]] = [
    {"id": f"64b1f0c2a9d3e45f6a7b8d0{number}", "timestamp": NOW, "content": "twin"} for number in (8, 9)
]
NOTES = [FIRST, LATER, *TWINS]
PATH = f"/history-annotations/{FIRST['id']}"


@pytest.fixture(autouse=True)
def _at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annotation, "now_in_ms", lambda: NOW)


def around(first: int, last: int | None = None, notes: Any = NOTES) -> Exchange:
    """The read of the notes from a millisecond before one moment to a millisecond after another."""
    last = first if last is None else last
    return Exchange("GET", f"/history-annotations?from={first - 1}&to={last + 1}", 200, notes)


EVERYTHING = Exchange("GET", "/history-annotations?from=1&to=253402300799999", 200, NOTES)
NEAR_NOW = around(NOW - HOUR, NOW + HOUR)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "read", "record"),
    [
        ({"content": "Rollout 4.2"}, NEAR_NOW, FIRST),
        ({"content": "Rollout 4.2", "timestamp": "now", "window": "1m"}, around(NOW - 60_000, NOW + 60_000), FIRST),
        ({"content": "Rollout 4.2", "timestamp": "-1m", "window": 0}, around(NOW - 60_000), FIRST),
        ({"content": "Rollout 4.2", "timestamp": NOW - 60_000}, around(NOW - 60_000), FIRST),
        ({"content": "Rollout 4.2", "timestamp": "2030-03-17T17:45:40Z"}, around(NOW - 60_000), FIRST),
        ({"content": "Резерв", "timestamp": str(NOW)}, around(NOW), LATER),
        ({"content": "twin"}, NEAR_NOW, TWINS[0]),
        ({"id": FIRST["id"], "content": "Rollout 4.2"}, EVERYTHING, FIRST),
        ({"id": FIRST["id"], "timestamp": NOW, "window": "2m"}, EVERYTHING, FIRST),
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any], read: Exchange, record: dict[str, Any]) -> None:
    script(read)
    result = run_module(NAME, args, check=check)
    assert result == {"changed": False, "diff": [], "annotation": record, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "read", "moment"),
    [
        ({"content": "Rollout 4.3"}, NEAR_NOW, NOW),
        ({"content": "rollout 4.2"}, NEAR_NOW, NOW),
        ({"content": "Rollout 4.2", "window": 0}, around(NOW), NOW),
        ({"content": "Rollout 4.2", "window": "59s"}, around(NOW - 59_000, NOW + 59_000), NOW),
        ({"content": "Rollout 4.2", "timestamp": "+2h"}, around(NOW + HOUR, NOW + 3 * HOUR), NOW + 2 * HOUR),
        ({"content": "Rollout 4.2", "timestamp": NOW}, around(NOW), NOW),
    ],
)
def test_create(script: Script, check: bool, args: dict[str, Any], read: Exchange, moment: int) -> None:
    body = {"content": args["content"], "timestamp": moment}
    script(read)
    if not check:
        script(("POST", "/history-annotations", 200, {"id": "new1", **body, "user": "u1", "changed": NOW}, body))
    result = run_module(NAME, args, check=check)
    assert (result["changed"], result["action"]) == (True, "created")
    assert result["annotation"]["timestamp"] == moment
    after = result["diff"][0]["after"]
    assert (after["content"], after["timestamp"][:4]) == (args["content"], "2030")


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"content": "Rollback"}, {"content": "Rollback"}),
        ({"timestamp": NOW}, {"timestamp": NOW}),
        ({"content": "Rollback", "timestamp": NOW, "window": "59s"}, {"content": "Rollback", "timestamp": NOW}),
    ],
)
def test_change(script: Script, check: bool, given: dict[str, Any], body: dict[str, Any]) -> None:
    script(EVERYTHING)
    if not check:
        script(("PATCH", PATH, 200, {**FIRST, **body}, body))
    result = run_module(NAME, {"id": FIRST["id"], **given}, check=check)
    assert (result["action"], result["annotation"]) == ("updated", {**FIRST, **body})
    assert result["diff"][0]["before"].keys() == body.keys()


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("args", "read"), [({"content": "Rollout 4.2"}, NEAR_NOW), ({"id": FIRST["id"]}, EVERYTHING)])
def test_delete(script: Script, check: bool, args: dict[str, Any], read: Exchange) -> None:
    script(read)
    if not check:
        script(Exchange("DELETE", PATH, 200))
    assert run_module(NAME, {**args, "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("args", [{"content": "Gone"}, {"content": "Rollout 4.2", "timestamp": NOW}])
def test_absent_already(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(NEAR_NOW if "timestamp" not in args else around(NOW))
    assert run_module(NAME, {**args, "state": "absent"}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_a_list_is_read_at_once(script: Script, check: bool) -> None:
    script(around(NOW - 60_000, NOW + 5000))
    if not check:
        body = {"content": "End", "timestamp": NOW + 5000}
        script(Exchange("DELETE", PATH, 200), ("POST", "/history-annotations", 200, {"id": "new1", **body}, body))
    notes = [
        {"content": "Rollout 4.2", "timestamp": NOW - 60_000, "state": "absent"},
        {"content": "End", "timestamp": NOW + 5000},
        {"content": "Резерв", "timestamp": NOW},
    ]
    result = run_module(NAME, {"annotations": notes, "outcomes": "all"}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["deleted", "created", "unchanged"]


def test_which_of_several_is_to_go_must_be_said(script: Script) -> None:
    script(NEAR_NOW)
    result = run_module(NAME, {"content": "twin", "state": "absent"})
    ids = ", ".join(one["id"] for one in TWINS)
    said = f"several annotations match (ids {ids}): give the id, or a smaller window."
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)
    script(EVERYTHING, Exchange("DELETE", f"/history-annotations/{TWINS[1]['id']}", 200))
    assert run_module(NAME, {"id": TWINS[1]["id"], "state": "absent"})["action"] == "deleted"


def test_the_nearest_one_goes_when_the_others_are_too_far(script: Script) -> None:
    others = [{**FIRST, "id": f"a{number}", "timestamp": value} for number, value in enumerate((NOW, "?", None))]
    script(around(NOW - 60_000, notes=[*others, FIRST]))
    script(Exchange("DELETE", PATH, 200))
    assert run_module(NAME, {"content": "Rollout 4.2", "timestamp": FIRST["timestamp"], "state": "absent"})["changed"]


def test_a_lost_answer_makes_no_second_note(script: Script) -> None:
    body = {"content": "Start", "timestamp": NOW}
    made = {"id": "new1", **body}
    script(NEAR_NOW)
    script(Exchange("POST", "/history-annotations", body=body, error=requests.exceptions.ReadTimeout()))
    script(around(NOW - HOUR, NOW + HOUR, [*NOTES, made]))
    result = run_module(NAME, {"content": "Start"})
    assert (result["action"], result["recovered"], result["annotation"]) == ("created", True, made)


@pytest.mark.parametrize("fault", ["before", "after"])
def test_lost_answers_to_a_change_and_a_deletion(fault: str) -> None:
    server = FakeServer(history_annotations=[FIRST, LATER])
    setattr(server, fault, [("PATCH .*", lost), ("DELETE .*", lost)])
    notes = [{"id": FIRST["id"], "content": "Rollback"}, {"id": LATER["id"], "state": "absent"}]
    result = run_on(server, NAME, {"annotations": notes})
    assert (result["summary"]["updated"], result["summary"]["deleted"], result["summary"]["recovered"]) == (1, 1, 2)
    assert server.data["/history-annotations"] == [{**FIRST, "content": "Rollback"}]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "content must be given, because it names the annotation (or give its id)."),
        ({"content": ""}, "content is '': give a text that is not empty."),
        ({"content": "x", "timestamp": "yesterday"}, "timestamp is 'yesterday': give epoch milliseconds or a date"),
        ({"content": "x", "timestamp": 1_900_000_000}, "timestamp is '1900000000': this looks like seconds"),
        ({"content": "x", "window": "1y"}, "window is '1y': give whole seconds, or a number with a unit"),
        ({"id": "nope", "content": "x"}, "no annotation has the id 'nope': correct it, or leave it out"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    if "id" in args or not args:
        script(EVERYTHING if args else NEAR_NOW)
    result = run_module(NAME, args)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(said)
