# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_maintenance."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources import hold
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, lost, run_on
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_maintenance"
NOW = 1_800_000_000_000
MINUTE, HOUR = 60_000, 3_600_000
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
SHOP, WEB, DATA, OTHER = (
    {"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": name, "parent_id": [1]}
    for number, name in enumerate(("Shop", "web-1", "Данные", "web-2"))
)
for below in (WEB, DATA):
    below["parent_id"] = [SHOP["id"]]
STATES: list[dict[str, Any]] = [
    {"id": 3, "name": "Working"},
    {"id": 9, "name": "Disable"},
    {"id": "64b1f0c2a9d3e45f6a7b8f01", "name": "Works"},
]
LINK: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8d01", "source": WEB["id"], "target": DATA["id"], "class_id": 35}
LINK_FIELDS = "class_id,manual_state,source,source_name,target,target_name"
HELD = {"stateId": 9, "reason": "Rollout 4.2", "until": NOW + 30 * MINUTE, "by": "u1"}
HOLD = {"object": "/ROOT/Shop/web-1", "manual_state": "Disabled", "until": "+30m", "reason": "Rollout 4.2"}
PUT = f"/objects/{WEB['id']}/manual-state"


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hold, "now", lambda: NOW)


def searched(*objects: dict[str, Any]) -> Any:
    """The search for /ROOT/Shop/web-1."""
    names = ("ROOT", "ROOT/Shop", "ROOT/Shop/web-1", "Shop", "Shop/web-1", "web-1")
    return search("name", *names, among=[ROOT, SHOP, *objects])


def server_with(manual_state: Any = None, **more: Any) -> FakeServer:
    web = {**WEB, **({} if manual_state is None else {"manual_state": manual_state}), **more}
    return FakeServer(objects=[SHOP, web, DATA, OTHER], states=STATES, links=[LINK])


# --- exact requests -------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    script(searched(WEB), ("GET", "/states", 200, STATES))
    body = {"stateId": 9, "reason": "Rollout 4.2", "until": NOW + 30 * MINUTE}
    if not check:
        script(("PUT", PUT, 200, {**WEB, "manual_state": {**body, "by": "u1"}}, body))
    result = run_module(NAME, HOLD, check=check)
    held = {"state": "Disable", "reason": "Rollout 4.2", "until": "2027-01-15T08:30:00+00:00"}
    header = "entity /ROOT/Shop/web-1"
    assert result == {
        "changed": True,
        "diff": [
            {
                "before_header": header,
                "after_header": header,
                "before": {"manual_state": None},
                "after": {"manual_state": held},
            }
        ],
        "entity": {**WEB, "manual_state": body},
        "action": "updated",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(searched({**WEB, "manual_state": HELD}), ("GET", "/states", 200, STATES))
    result = run_module(NAME, HOLD, check=check)
    assert result == {
        "changed": False,
        "diff": [],
        "entity": {**WEB, "manual_state": HELD},
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_release(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "web-1", among=[{**WEB, "manual_state": HELD}, ROOT]))
    script(("GET", "/states", 200, STATES))
    if not check:
        script(("PUT", PUT, 200, {**WEB, "manual_state": None}, {"clear": True}))
    result = run_module(NAME, {"object": "web-1", "state": "absent"}, check=check)
    assert (result["changed"], result["entity"]) == (True, {**WEB, "manual_state": None})
    assert result["diff"][0]["after"] == {"manual_state": None}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("nothing", [{}, {"manual_state": None}, {"manual_state": ""}, {"manual_state": {}}])
def test_what_is_not_held_is_left_alone(script: Script, check: bool, nothing: dict[str, Any]) -> None:
    script(search("name", "ROOT", "web-1", among=[{**WEB, **nothing}, ROOT]))
    assert run_module(NAME, {"object": "web-1", "state": "absent"}, check=check)["action"] == "unchanged"


@pytest.mark.parametrize("check", [False, True])
def test_link(script: Script, check: bool) -> None:
    ends = {"source": "web-1", "target": "Данные"}
    script(search("name", "ROOT", "web-1", "Данные", among=[ROOT, WEB, DATA]))
    script(("GET", f"/links?fields={LINK_FIELDS}", 200, [LINK]), ("GET", "/states", 200, STATES))
    if not check:
        script(("PUT", f"/links/{LINK['id']}/manual-state", 200, LINK, {"stateId": 3}))
    result = run_module(NAME, {**ends, "manual_state": "working"}, check=check)
    assert result["changed"] is True
    assert result["diff"][0]["after_header"] == "entity web-1 - Данные"


@pytest.mark.parametrize("check", [False, True])
def test_mute(script: Script, check: bool) -> None:
    args = {"object": WEB["id"], "mute": True, "reason": "шум"}
    script(search("id", WEB["id"], among=[WEB]))
    if not check:
        body = {"mute_alerts": {"reason": "шум", "by": "u1"}}
        script(("GET", "/users/current", 200, {"id": "u1"}), ("PATCH", f"/objects/{WEB['id']}", 200, WEB, body))
    result = run_module(NAME, args, check=check)
    assert result["diff"][0]["before"] == {"mute": None}
    assert result["diff"][0]["after"] == {"mute": {"reason": "шум"}}
    assert result["entity"]["mute_alert"] == {"reason": "шум"}


@pytest.mark.parametrize("check", [False, True])
def test_subtree(script: Script, check: bool) -> None:
    objects = [ROOT, SHOP, {**WEB, "manual_state": {"stateId": 9}}, DATA, OTHER]
    script(("GET", "/objects?fields=discovery_id,id,manual_state,name,parent_id", 200, objects))
    script(("GET", "/states", 200, STATES))
    if not check:
        for one in (SHOP, DATA):
            script(("PUT", f"/objects/{one['id']}/manual-state", 200, one, {"stateId": 9}))
    result = run_module(NAME, {"object": "/ROOT/Shop", "recursive": True, "manual_state": "Disable"}, check=check)
    assert [one["name"] for one in result["outcomes"]] == ["/ROOT/Shop", "/ROOT/Shop/Данные"]
    assert (result["summary"]["updated"], result["summary"]["unchanged"]) == (2, 1)


# --- when the end counts as reached ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "until", "target"),
    [
        (None, "+30m", 30 * MINUTE),  # one without an end gets one
        (29 * MINUTE, "+30m", None),
        (1, "+30m", None),
        (31 * MINUTE, "+30m", None),  # the clocks of two controllers differ
        (8 * HOUR, "+30m", 30 * MINUTE),  # no earlier run of this task has set that
        (-1, "+30m", 30 * MINUTE),  # over, and the server still shows it
        (30 * MINUTE, "none", 0),
        (30 * MINUTE, "", 0),
        (None, "none", None),
        (30 * MINUTE, str(NOW + 30 * MINUTE), None),
        (30 * MINUTE, "2027-01-15T08:30:00Z", None),
        (30 * MINUTE, "2027-01-15T11:30:00+03:00", None),
        (30 * MINUTE, "2027-01-15T08:30:01Z", 30 * MINUTE + 1000),
        (30 * MINUTE, None, None),  # not mentioned
    ],
)
def test_until(present: int | None, until: str | None, target: int | None) -> None:
    held = {"stateId": 9, **({} if present is None else {"until": NOW + present})}
    server = server_with(held)
    args = {"object": "web-1", "manual_state": "Disable", **({} if until is None else {"until": until})}
    assert run_on(server, NAME, args)["changed"] is (target is not None)
    sent = [body for _method, _path, body in server.writes]
    assert sent == ([] if target is None else [{"stateId": 9, **({"until": NOW + target} if target else {})}])
    assert run_on(server, NAME, args)["changed"] is False


def test_an_end_is_moved_on_and_never_back() -> None:
    server = server_with({"stateId": 9, "until": NOW + 10 * MINUTE})
    args = {"object": "web-1", "manual_state": "Disable", "until": "+30m", "extend": True}
    assert run_on(server, NAME, args)["changed"] is True
    assert server.writes[-1][2]["until"] == NOW + 30 * MINUTE
    assert run_on(server, NAME, args)["changed"] is False  # by this clock, which stands still
    assert run_on(server, NAME, {**args, "until": "+5m"})["changed"] is False


def test_little_time_left_is_told() -> None:
    server = server_with({"stateId": 9, "until": NOW + 14 * MINUTE})
    result = run_on(server, NAME, {"object": "web-1", "manual_state": "Disable", "until": "+30m"})
    assert result["changed"] is False
    assert result["warnings"] == [
        "The manual state of web-1 is left as it is, and ends at 2027-01-15T08:14:00+00:00, after less than half of "
        "the time that until says: set extend to move the end on."
    ]
    later = {"entities": [{"object": "web-1", "manual_state": "Disable", "until": "+28m"}]}
    assert "warnings" not in run_on(server, NAME, later)


def test_what_is_not_mentioned_stays() -> None:
    server = server_with({**HELD, "clearedByStateId": [3]})
    run_on(server, NAME, {"object": "web-1", "manual_state": "Works"})
    kept = {"reason": "Rollout 4.2", "until": NOW + 30 * MINUTE, "clearedByState": [3]}
    assert [body for _method, _path, body in server.writes] == [{"stateId": STATES[2]["id"], **kept}]


def test_another_reason_is_another_maintenance() -> None:
    server = server_with({**HELD, "until": NOW + MINUTE})
    run_on(server, NAME, {**HOLD, "reason": "Выкладка 4.3"})
    assert server.writes[0][2] == {"stateId": 9, "reason": "Выкладка 4.3", "until": NOW + 30 * MINUTE}


@pytest.mark.parametrize(
    "form",
    [
        {"stateId": "9", "reason": "Rollout 4.2", "until": str(NOW + 30 * MINUTE)},
        {"stateId": 9, "reason": "Rollout 4.2", "by": NOW + 30 * MINUTE},
        {"stateId": 9, "reason": "Rollout 4.2", "until": "2027-01-15T08:30:00Z", "by": "u1"},
        {"stateId": 9, "reason": "Rollout 4.2", "until": NOW + 30 * MINUTE, "since": NOW - 5, "clearedByStateID": 3},
    ],
)
def test_every_documented_form_is_read(form: dict[str, Any]) -> None:
    server = server_with(form)
    result = run_on(server, NAME, {**HOLD, "until": "2027-01-15T08:30:00Z"})
    assert (result["changed"], server.writes) == (False, [])


def test_one_that_has_not_begun_begins_now() -> None:
    server = server_with({**HELD, "since": NOW + HOUR, "until": NOW + 2 * HOUR})
    assert run_on(server, NAME, {**HOLD, "until": "+30m"})["changed"] is True
    assert server.writes[0][2] == {"stateId": 9, "reason": "Rollout 4.2", "until": NOW + 30 * MINUTE}


@pytest.mark.parametrize("key", ["mute_alert", "mute_alerts"])
def test_muting_is_read_under_both_names(key: str) -> None:
    server = server_with(**{key: {"reason": "noise", "by": "u1"}})
    for same in ({"mute": True}, {"mute": True, "reason": "noise"}):
        assert run_on(server, NAME, {"object": "web-1", **same})["changed"] is False
    result = run_on(server, NAME, {"object": "web-1", "mute": True, "state": "absent"})
    assert (result["changed"], result["entity"]["mute_alert"]) == (True, None)
    assert server.writes == [("PATCH", f"/objects/{WEB['id']}", {"mute_alerts": None})]


def test_muting_stays_where_it_is_not_mentioned() -> None:
    server = server_with(HELD, mute_alert={"reason": "noise"})
    run_on(server, NAME, {"object": "web-1", "state": "absent"})
    assert server.writes == [("PUT", PUT, {"clear": True})]


# --- lists, links, what is not there --------------------------------------------------------------


def test_a_mixed_list() -> None:
    server = server_with(HELD)
    args = {
        "entities": [
            {"object": "web-1", "state": "absent"},
            {"link": LINK["id"], "manual_state": 3},
            {"id": DATA["id"], "manual_state": "Working", "mute": False},
            {"object": "web-2", "state": "absent", "until": "2020-01-01T00:00:00Z"},
        ],
        "outcomes": "all",
        "parallel": 4,
    }
    result = run_on(server, NAME, args)
    assert [(one["name"], one["action"]) for one in result["outcomes"]] == [
        ("web-1", "updated"),
        ("web-1 - Данные", "updated"),
        ("Данные", "updated"),
        ("/ROOT/web-2", "unchanged"),
    ]
    assert sorted(path for _method, path, _body in server.writes) == sorted(
        [PUT, f"/links/{LINK['id']}/manual-state", f"/objects/{DATA['id']}/manual-state"]
    )
    assert run_on(server, NAME, args)["changed"] is False


@pytest.mark.parametrize("pattern", [f"PUT {PUT}", f"PATCH /objects/{WEB['id']}"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_recovered(pattern: str, when: str) -> None:
    server = server_with()
    getattr(server, when).append((pattern, lost))
    result = run_on(server, NAME, {**HOLD, "mute": True})
    assert (result["changed"], result["recovered"]) == (True, True)
    sent = [f"{method} {path}" for method, path, _body in server.writes]
    assert sent.count(pattern) == (2 if when == "before" else 1)
    assert server.one("/objects", name="web-1")["manual_state"]["stateId"] == 9
    assert run_on(server, NAME, {**HOLD, "mute": True})["changed"] is False


def test_links_with_the_same_ends_are_told_apart_by_class() -> None:
    server = server_with()
    server.data["/links"].append({**LINK, "id": "64b1f0c2a9d3e45f6a7b8d02", "class_id": 36})
    ends = {"source": "web-1", "target": "Данные", "manual_state": "Disable"}
    assert run_on(server, NAME, ends)["msg"] == (
        "link: several entities are called 'web-1 - Данные' "
        "(ids 64b1f0c2a9d3e45f6a7b8d01, 64b1f0c2a9d3e45f6a7b8d02): give the id."
    )
    assert run_on(server, NAME, {**ends, "class": 36})["changed"] is True
    assert server.writes[0][1] == "/links/64b1f0c2a9d3e45f6a7b8d02/manual-state"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"manual_state": 9}, "give object, link, or source and target: exactly one of them says what is held."),
        ({"object": "web-1"}, "give manual_state, the state to hold it in, or mute."),
        ({"object": "web-1", "mute": True, "until": "+1h"}, "give manual_state, the state to hold it in."),
        ({"object": "web-1", "link": "x", "state": "absent"}, "give object, link, or source and target: exactly one"),
        ({"source": "web-1", "state": "absent"}, "give source and target, because together they name a link."),
        ({"link": "x", "mute": True}, "mute is for objects, because a link cannot be muted: leave it out."),
        ({"link": "x", "recursive": True, "state": "absent"}, "recursive is for objects, because nothing is below"),
        (
            {"link": "x", "source": "a", "target": "b", "state": "absent"},
            "give the id of the link, or source and target",
        ),
        (
            {"object": "web-1", "manual_state": "Working", "until": "2020-01-01T00:00:00Z"},
            "until is '2020-01-01T00:00:00Z', which is over: give a moment to come, such as +30m, or none.",
        ),
        ({"object": "web-1", "manual_state": 9, "until": "-1h"}, "until is '-1h', which is over: give a moment"),
        ({"object": "web-1", "manual_state": 9, "until": "now"}, "until is 'now', which is over: give a moment"),
        ({"object": "web-1", "manual_state": 9, "until": "30"}, "until is '30': this looks like seconds"),
        ({"object": "web-1", "manual_state": ""}, "manual_state is '': give a name or an id."),
    ],
)
def test_bad_options_send_nothing(args: dict[str, Any], message: str) -> None:
    server = server_with()
    assert run_on(server, NAME, args)["msg"].startswith(message)
    assert server.journal == []


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"object": "web-9"}, "object: there is no object 'web-9': check the spelling, or create it first."),
        ({"link": "web-1"}, "link: there is no link 'web-1': check the id, or create it first."),
        ({"link": WEB["id"]}, f"link: there is no link '{WEB['id']}': check the id, or create it first."),
        ({"object": LINK["id"]}, f"object: there is no object '{LINK['id']}': check the spelling, or create it first."),
        (
            {"source": "Данные", "target": "web-1"},
            "link: there is no link 'Данные - web-1': check source, target and class, or create it first.",
        ),
        ({"source": "x", "target": "web-1"}, "link: its source: there is no object 'x': check the spelling, or create"),
        ({"id": "64b1f0c2a9d3e45f6a7b8eff"}, "no entity has the id '64b1f0c2a9d3e45f6a7b8eff': correct it, or leave"),
    ],
)
def test_what_does_not_exist_is_an_error(args: dict[str, Any], message: str) -> None:
    for more in ({"state": "absent"}, {"manual_state": "Disable"}):
        server = server_with(HELD)
        result = run_on(server, NAME, {**args, **more})
        assert result["msg"].startswith(message)
        assert server.writes == []


@pytest.mark.parametrize("option", ["mute", "recursive"])
def test_what_only_objects_have_is_refused_for_a_link_known_by_its_id(option: str) -> None:
    for state in ("present", "absent"):
        server = server_with()
        items = [{"id": LINK["id"], "manual_state": "Disable", option: True, "state": state}]
        said = run_on(server, NAME, {"entities": items})["msg"]
        assert said.startswith(f"entities[0] ({LINK['id']}): {option} is for objects, because")
        assert server.writes == []


def test_an_unknown_state_is_an_error() -> None:
    result = run_on(server_with(), NAME, {"object": "web-1", "manual_state": "Off"})
    assert result["msg"] == "manual_state: there is no state 'Off': check the spelling, or create it first."


def test_a_state_of_the_usual_name_comes_first() -> None:
    server = server_with()
    server.data["/states"].append({"id": "64b1f0c2a9d3e45f6a7b8f02", "name": "disabled"})
    run_on(server, NAME, {"object": "web-1", "manual_state": "Disabled"})
    assert server.writes[0][2] == {"stateId": "64b1f0c2a9d3e45f6a7b8f02"}


@pytest.mark.parametrize(
    "args", [{"object": "web-9"}, {"source": "web-2", "target": "web-9"}, {"source": "web-2", "target": "web-1"}]
)
def test_check_mode_assumes_that_an_earlier_task_creates_it(args: dict[str, Any]) -> None:
    for more in ({"state": "absent"}, {"manual_state": "Disabled"}):
        result = run_on(server_with(), NAME, {**args, **more}, check=True)
        assert result["changed"] is ("manual_state" in more)
        assert "check mode assumes that an earlier task creates it" in str(result["warnings"])
        json.dumps(result)


def test_a_subtree_with_several_ways_is_held_once() -> None:
    server = server_with()
    server.one("/objects", name="Данные")["parent_id"] = [SHOP["id"], WEB["id"]]
    args = {"object": "Shop", "recursive": True, "manual_state": "Disable", "until": "+1h", "mute": True}
    result = run_on(server, NAME, args)
    assert result["summary"]["updated"] == 3
    assert run_on(server, NAME, args)["changed"] is False
    again = run_on(server, NAME, {"entities": [{**args, "state": "absent"}]})
    assert again["summary"]["updated"] == 3
    assert not [one for one in server.data["/objects"] if one.get("manual_state") or one.get("mute_alerts")]


def test_a_subtree_of_what_is_not_there() -> None:
    server = server_with()
    for name in ("object", "id"):
        result = run_on(server, NAME, {name: "nowhere", "recursive": True, "manual_state": "Disable"})
        assert "nowhere" in result["msg"]
    foreseen = run_on(server, NAME, {"object": "nowhere", "recursive": True, "state": "absent"}, check=True)
    assert foreseen["changed"] is False


def test_a_subtree_and_an_item_in_it_contradict() -> None:
    items = [{"object": "web-1", "manual_state": "Working"}, {"object": "Shop", "recursive": True, "state": "absent"}]
    result = run_on(server_with(), NAME, {"entities": items})
    assert "this entity is listed twice, also as entities[0] (web-1): merge the two" in result["msg"]
