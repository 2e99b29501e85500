# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What data set off: rules, states by conditions, parents, incidents, triggers, expiry."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

CPU = [
    {"condition": {"_field": {"name": "cpu", "value": {"_gt": "90"}}}, "state": 5, "description": "busy"},
    {"condition": {"cpu": {"_gte": "70"}}, "state": 4},
    {"condition": {"cpu": {"_exists": "true"}}, "state": 3},
]


class Scene:
    """An object below a parent of its own, below the root."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.parent = api.ok("POST", "/objects", {"name": "parent"})["id"]
        self.key = api.ok("POST", "/objects", {"name": "child", "class_id": 4, "parent_id": [self.parent]})["id"]
        self.path = f"/objects/{self.key}"

    def conditions(self, items: list[Any], part: str = "state-conditions") -> None:
        self.api.ok("PUT", f"{self.path}/{part}", items)

    def push(self, payload: dict[str, Any], **more: Any) -> None:
        self.api.ok("POST", f"{self.path}/stat", {"payload": payload, **more})

    def state(self, key: Any = None) -> Any:
        return self.api.ok("GET", f"/objects/{key or self.key}?fields=state_id")["state_id"]

    def last(self) -> Any:
        return self.api.ok("GET", f"{self.path}/state-history?inverse=true&limit=1")[0]

    def incidents(self, key: Any = None) -> list[Any]:
        return [row for row in self.api.ok("GET", "/incidents") if row["entityId"] == (key or self.key)]

    def wait(self, seconds: float) -> None:
        self.api.control("POST", "/clock", {"advance_ms": int(seconds * 1000)})


@pytest.fixture
def scene(api: Api) -> Scene:
    return Scene(api)


def test_the_first_condition_that_holds_decides(scene: Scene) -> None:
    scene.conditions(CPU)
    for cpu, state in ((95, 5), (75, 4), (10, 3)):
        scene.push({"cpu": cpu})
        assert scene.state() == state
    scene.push({"cpu": 99})
    assert scene.last()["reason"] == {"branch": {name: CPU[0][name] for name in ("state", "condition", "description")}, "data": {"cpu": 99}}


def test_without_conditions_data_make_an_entity_work(scene: Scene) -> None:
    scene.push({"cpu": 99})
    assert scene.state() == 3
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 5})
    scene.push({"cpu": 99})
    assert scene.state() == 5


def test_conditions_of_the_class_count_unless_there_are_own_ones(scene: Scene) -> None:
    scene.api.ok("PUT", "/classes/4/state-conditions", CPU)
    scene.push({"cpu": 95})
    assert scene.state() == 5
    scene.conditions([{"condition": {}, "state": 6}])
    assert scene.state() == 6
    scene.api.ok("DELETE", f"{scene.path}/state-conditions")
    assert scene.state() == 5
    scene.api.ok("PUT", "/classes/4/state-conditions", [{"condition": {}, "state": 8}])
    assert scene.state() == 8


def test_no_condition_fits(scene: Scene) -> None:
    scene.conditions(CPU)
    scene.push({"other": 1})
    assert (scene.state(), scene.last()["reason"]["code"]) == (7, 3)
    scene.api.ok("PATCH", "/configuration", {"server": {"default_state_id": 6}})
    scene.push({"other": 2})
    assert scene.state() == 6
    scene.conditions([{"condition": {"_splash": {"x": 1}}, "state": 3}])
    scene.push({"cpu": 1})
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 3})
    scene.push({"cpu": 1})
    assert (scene.state(), scene.last()["reason"]["code"]) == (6, 17)


def test_a_last_empty_entry_keeps_the_state(scene: Scene) -> None:
    scene.conditions([*CPU[:1], {"condition": {}, "state": None}])
    scene.push({"cpu": 99})
    scene.push({"cpu": 1})
    assert scene.state() == 5


@pytest.mark.parametrize(
    ("condition", "data", "expected"),
    [
        ({}, {}, True),
        ({"a": {"_eq": "60"}}, {"a": 60.0}, True),
        ({"a": {"_neq": "60"}}, {"a": "60"}, False),
        ({"a.b": {"_lt": 5}}, {"a": {"b": 4}}, True),
        ({"a.b": {"_lte": "4"}}, {"a": {"b": 5}}, False),
        ({"a": {"_ct": "fail"}}, {"a": "it failed"}, True),
        ({"a": {"_nct": "fail"}}, {"a": "it failed"}, False),
        ({"a": {"_m": "^x+$"}}, {"a": "xxx"}, True),
        ({"a": {"_eq": "true"}}, {"a": True}, True),
        ({"a": {"_gt": "1"}}, {"a": "text"}, False),
        ({"a": {"_neq": "1"}}, {}, False),
        ({"a": {"_exists": "false"}}, {}, True),
        ({"a": {"_gt": "1", "_lt": "3"}}, {"a": 2}, True),
        ({"a": {"_gt": "1"}, "b": {"_gt": "1"}}, {"a": 2, "b": 0}, False),
        ({"_and": [{"a": {"_gt": 1}}, {"b": {"_gt": 1}}]}, {"a": 2, "b": 2}, True),
        ({"_formula": {"definition": "{{a}} / ({{b}} + 1)", "value": "<=0.6"}}, {"a": 3, "b": 4}, True),
        ({"_formula": {"definition": "-{{a.x}} * 2 % 3", "value": {"_gt": 5}}}, {"a": {"x": 1}}, False),
        ({"_formula": {"definition": "max({{a}}, {{b}})", "value": "=4"}}, {"a": 3, "b": 4}, True),
        ({"_formula": {"definition": "{{a}} / {{b}}", "value": "!=1"}}, {"a": 3, "b": 0}, False),
        ({"_formula": {"definition": "{{a}}", "value": ">0"}}, {}, False),
        ({"_ratio": {"num": "a", "denom": "b", "value": ">0.5"}}, {"a": 3, "b": 4}, True),
        ({"_ratio": {"num": "a", "denom": "b", "value": ">0.5"}}, {"a": 3, "b": 0}, False),
    ],
)
def test_conditions(scene: Scene, condition: Any, data: dict[str, Any], expected: bool) -> None:
    scene.conditions([{"condition": condition, "state": 4}, {"condition": {}, "state": 3}])
    scene.push(data)
    assert scene.state() == (4 if expected else 3)


@pytest.mark.parametrize(
    "condition",
    [5, [], {"a": 5}, {"a": {"_xx": 1}}, {"a": {"_m": "("}}, {"_period": {}}, {"_and": {}}, {"_field": 5}, {"_ratio": {}}]
    + [{"_formula": {"definition": text, "value": value}} for text, value in (("{{a}}", "5"), ("", ">1"), ("__import__('os')", ">1"))]
    + [
        {"_formula": {"definition": text, "value": ">1"}}
        for text in ("(" * 300, "-" * 499 + "1", "2 ** 9", "{{a}}.real", "max()", "x" * 600)
    ],
)
def test_a_condition_that_cannot_be_evaluated_never_holds(scene: Scene, condition: Any) -> None:
    scene.conditions([{"condition": condition, "state": 4}, {"condition": {}, "state": 3}, 5])
    scene.push({"a": 1})
    assert scene.state() == 3


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"type": "set", "field": "b", "value": 7}], {"a": 2, "b": 7}),
        ([{"type": "set", "field": "b.c", "value": "{{new.a}} * 10 + {{current.a}}"}], {"a": 2, "b": {"c": 21.0}}),
        ([{"type": "set", "field": "b", "value": "{{current.old}}"}], {"a": 2, "b": "x"}),
        ([{"type": "set", "field": "b", "value": "was {{current.old}}"}], {"a": 2, "b": "was x"}),
        ([{"type": "drop", "field": "a"}], {}),
        ([{"type": "drop"}], {"a": 1, "old": "x"}),
        ([{"type": "extend"}], {"a": 2, "old": "x"}),
        ([{"type": "extend", "field": "old"}], {"a": 2, "old": "x"}),
    ],
)
def test_stat_rules(scene: Scene, actions: list[Any], expected: dict[str, Any]) -> None:
    scene.push({"a": 1, "old": "x"})
    fitting = {"conditions": [{"_field": {"name": "a", "value": {"_gt": "1"}}}], "actions": actions}
    never = {"conditions": [{"a": {"_gt": "5"}}], "actions": [{"type": "drop"}]}
    unclear = {"conditions": 5, "actions": [{"type": "drop"}]}
    scene.api.ok("PUT", f"{scene.path}/stat-rules", [never, unclear, fitting])
    scene.push({"a": 2})
    assert scene.api.ok("GET", f"{scene.path}/stat") == expected


def test_states_spread_upwards(scene: Scene) -> None:
    scene.conditions(CPU)
    scene.push({"cpu": 95})
    assert (scene.state(scene.parent), scene.state(1)) == (5, 5)
    (entry,) = scene.api.ok("GET", f"/objects/{scene.parent}/state-history?inverse=true&limit=1")
    cause = {"entityId": scene.key, "entityType": 1, "entityName": "child"}
    assert entry["reason"] == {"code": 10, "rootCause": cause}
    assert scene.api.ok("GET", "/objects/1/state-history?inverse=true&limit=1")[0]["reason"]["rootCause"] == cause
    scene.push({"cpu": 1})
    assert scene.state(scene.parent) == 3
    other = scene.api.ok("POST", "/objects", {"name": "other", "parent_id": [scene.parent]})["id"]
    scene.api.ok("PUT", f"/objects/{other}/state", {"state_id": 4})
    assert scene.state(scene.parent) == 4
    scene.push({"cpu": 95})
    assert scene.state(scene.parent) == 5
    scene.push({"cpu": 1})
    assert scene.state(scene.parent) == 4
    scene.api.ok("DELETE", f"/objects/{other}")
    assert scene.state(scene.parent) == 3
    scene.api.ok("DELETE", scene.path)
    (entry,) = scene.api.ok("GET", f"/objects/{scene.parent}/state-history?inverse=true&limit=1")
    assert (entry["stateId"], entry["reason"]) == (1, {"code": 5})


def test_a_parent_with_data_shows_the_worse_state(scene: Scene) -> None:
    parent = f"/objects/{scene.parent}"
    scene.api.ok("PUT", f"{parent}/state-conditions", CPU)
    scene.api.ok("POST", f"{parent}/stat", {"cpu": 75})
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 3})
    assert scene.state(scene.parent) == 4
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 5})
    assert scene.state(scene.parent) == 5
    scene.api.ok("POST", f"{parent}/stat", {"cpu": 1})
    assert scene.state(scene.parent) == 5
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 3})
    assert scene.state(scene.parent) == 3


def test_data_that_come_again_count_under_the_state_of_a_child(scene: Scene) -> None:
    parent = f"/objects/{scene.parent}"
    scene.api.ok("POST", f"{parent}/stat", {"cpu": 1})
    scene.wait(400)
    assert scene.state(scene.parent) == 7
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 5})
    scene.api.ok("POST", f"{parent}/stat", {"cpu": 1})
    assert scene.state(scene.parent) == 5
    scene.api.ok("PUT", f"{scene.path}/state", {"state_id": 3})
    assert scene.state(scene.parent) == 3


def test_spreading_can_be_switched_off(scene: Scene) -> None:
    scene.api.settings(states_spread=False)
    scene.push({"cpu": 1})
    assert (scene.state(), scene.state(scene.parent)) == (3, 1)


def test_a_manual_state_outlasts_data(scene: Scene) -> None:
    scene.conditions(CPU)
    scene.api.ok("PUT", f"{scene.path}/manual-state", {"stateId": 9})
    scene.push({"cpu": 95})
    assert (scene.state(), scene.incidents()) == (9, [])
    scene.api.ok("PUT", f"{scene.path}/manual-state", {"clear": True})
    assert (scene.state(), len(scene.incidents())) == (5, 1)


def test_incidents_follow_the_severity_of_states(scene: Scene) -> None:
    scene.conditions(CPU)
    scene.push({"cpu": 75})
    (first,) = scene.incidents()
    assert {name: first[name] for name in ("type", "state", "text", "data", "count")} == {
        "type": 1,
        "state": 2,
        "text": None,
        "data": '{"cpu":75}',
        "count": 1,
    }
    assert [row["type"] for row in scene.incidents(scene.parent)] == [1]
    scene.push({"cpu": 95})
    (again,) = scene.incidents()
    assert (again["id"], again["state"], again["text"], again["count"]) == (first["id"], 1, "busy", 2)
    assert again["reason"]["branch"]["description"] == "busy"
    scene.push({"cpu": 1})
    (cleared,) = scene.incidents()
    assert (cleared["state"], cleared["lastState"], "clearTimestamp" in cleared) == (3, 1, True)
    scene.push({"cpu": 95})
    assert [row["state"] for row in scene.incidents()] == [3, 1]
    scene.wait(3700)
    assert [row["id"] for row in scene.api.ok("GET", "/incident-history") if row["entityId"] == scene.key] == [first["id"]]


def test_incident_conditions_switch_incidents_by_state_off(scene: Scene) -> None:
    scene.api.settings(conditional_incidents_enabled=True)
    scene.conditions(CPU)
    scene.push({"cpu": 95, "disk": 1})
    assert [row["type"] for row in scene.incidents()] == [1]
    disk = {"condition": {"disk": {"_gt": "90"}}, "clearCondition": {"disk": {"_lt": "50"}}, "state": 1, "text": "disk"}
    busy = {"condition": {"cpu": {"_gt": "90"}}, "state": 2, "text": "cpu"}
    scene.conditions([disk, busy], "incident-conditions")

    def seen() -> list[Any]:
        return [(row["type"], row["state"], row["text"]) for row in scene.incidents()][1:]

    assert scene.incidents()[0]["state"] == 3
    assert seen() == [(2, 2, "cpu")]
    scene.push({"cpu": 99, "disk": 95})
    assert seen() == [(2, 2, "cpu"), (2, 1, "disk")]
    scene.push({"cpu": 10, "disk": 70})
    assert seen() == [(2, 3, "cpu"), (2, 1, "disk")]
    scene.push({"cpu": 10, "disk": 40})
    assert seen() == [(2, 3, "cpu"), (2, 3, "disk")]
    scene.push({"cpu": 95, "disk": 40})
    assert (scene.state(), seen()[2:]) == (5, [(2, 2, "cpu")])
    scene.conditions([], "incident-conditions")
    assert seen()[2:] == [(2, 3, "cpu")]


def test_data_expire(scene: Scene) -> None:
    scene.push({"cpu": 1}, expiryPeriod=60_000, period=30_000)
    scene.wait(80)
    assert scene.state() == 3
    scene.wait(20)
    assert (scene.state(), scene.last()["reason"]["code"]) == (7, 15)
    assert scene.api.fails(404, "GET", f"{scene.path}/stat")
    assert [row["state"] for row in scene.incidents()] == [4]
    scene.api.ok("PATCH", "/configuration", {"server": {"retain_expired_stat": True}})
    assert scene.api.ok("GET", f"{scene.path}/stat") == {"cpu": 1}
    scene.push({"cpu": 2})
    assert (scene.state(), [row["state"] for row in scene.incidents()]) == (3, [3])
    scene.wait(290)
    assert scene.state() == 3
    scene.wait(20)
    assert scene.state() == 7
    scene.push({"cpu": 2}, expiryPeriod=0)
    scene.wait(9_999_999)
    assert scene.state() == 3


def test_what_was_due_happened_when_it_was_due(scene: Scene) -> None:
    before = scene.api.control("GET", "/clock")["now_ms"]
    scene.push({"cpu": 1}, expiryPeriod=60_000)
    scene.wait(7200)
    assert scene.state() == 7
    assert 0 <= scene.last()["timestamp"] - before - 60_000 < 10_000


def test_triggers_reach_the_outbox(scene: Scene) -> None:
    operation = scene.api.ok(
        "POST", f"{scene.path}/operations", {"name": "x", "type": 1, "parameters": {"topic": "t", "message": "{{id}}"}}
    )
    scene.conditions(
        [
            {"type": "e-mail", "payload": {"to": "noc@example.org"}, "states": ["5"]},
            {"type": "sms", "payload": {"phone": "1"}, "states": [4, 5], "duration": 60_000},
            {"type": "operation", "payload": {"operation": operation["id"]}, "states": [3]},
            {"type": "script", "payload": {"execPath": "/x"}, "states": [8], "periodicity": {"value": "5", "unit": "minutes"}},
            {"type": "e-mail", "states": "5"},
            "nonsense",
        ],
        "state-triggers",
    )

    def sent() -> list[str]:
        found = [row["kind"] for row in scene.api.control("GET", "/outbox")]
        scene.api.control("DELETE", "/outbox")
        return found

    def put(state: int) -> None:
        scene.api.ok("PUT", f"{scene.path}/state", {"state_id": state})

    put(5)
    (mail,) = scene.api.control("GET", "/outbox")
    assert {name: mail[name] for name in ("kind", "to", "subject", "entityName", "stateId")} == {
        "kind": "e-mail",
        "to": "noc@example.org",
        "subject": "child: Alarm",
        "entityName": "child",
        "stateId": 5,
    }
    sent()
    scene.wait(61)
    scene.state()
    assert sent() == ["sms"]
    put(4)
    put(3)
    scene.wait(120)
    scene.state()
    (run,) = scene.api.control("GET", "/outbox")
    job = scene.api.ok("GET", f"/jobs/{run['job']}")
    assert (job["description"], job["process_meta"]) == ({"topic": "t", "message": scene.key}, {"triggerStates": [3]})
    sent()
    put(8)
    for _time in range(2):
        scene.wait(301)
        scene.state()
    assert sent() == ["script"] * 3
    scene.wait(10 * 301)
    scene.state()
    assert sent() == ["script"]
    scene.api.ok("PATCH", scene.path, {"mute_alert": {"reason": "works"}})
    put(5)
    assert sent() == []


def test_links_live_too(api: Api) -> None:
    path = f"/links/{api.ok('GET', '/links')[0]['id']}"
    api.ok("PUT", f"{path}/state-conditions", [{"condition": {"loss": {"_gt": "5"}}, "state": 8}])
    api.ok("POST", f"{path}/stat", {"loss": 9})
    assert api.ok("GET", path)["state_id"] == 8
    assert [(row["entityType"], row["state"]) for row in api.ok("GET", "/incidents")] == [(2, 4)]


@pytest.mark.parametrize("server", [5, {"default_result_timeout": 2**62, "incident_timeout": 2**62}, {"default_result_timeout": "x"}])
def test_a_strange_configuration_stops_nothing(scene: Scene, server: Any) -> None:
    scene.api.ok("PATCH", "/configuration", {"server": server})
    scene.conditions([{"condition": {"cpu": {"_gt": 1}}, "state": 5}])
    scene.push({"cpu": 2}, period=2**62)
    scene.push({"cpu": 1})
    assert [row["state"] for row in scene.incidents()] == [4]
    scene.api.ok("POST", f"/incidents/{scene.incidents()[0]['id']}/clear")
    scene.wait(10_000_000)
    assert scene.state() == 7


@pytest.mark.parametrize("value", ["1e400", "nan", 1e300, -5, "x", [], {}])
def test_strange_times_of_triggers_stop_nothing(scene: Scene, value: Any) -> None:
    periodicity = {"value": value, "unit": "days"}
    triggers = [{"type": "sms", "states": [3], "duration": value}, {"type": "e-mail", "states": [3], "periodicity": periodicity}]
    scene.conditions(triggers, "state-triggers")
    scene.push({"cpu": 2})
    assert scene.state() == 3
    assert "e-mail" in [row["kind"] for row in scene.api.control("GET", "/outbox")]


def test_strange_stat_rules_do_nothing(scene: Scene) -> None:
    rules = [
        {"conditions": [5], "actions": [{"type": "drop"}]},
        {"actions": [{"type": "set", "field": "a." * 5000, "value": 1}]},
        {"actions": [{"type": "set", "field": "b", "value": "{{new.a}} *"}]},
        {"actions": [{"type": "set", "field": "a.x.y", "value": 3}]},
    ]
    scene.api.ok("PUT", f"{scene.path}/stat-rules", rules)
    scene.push({"a": 1})
    assert scene.api.ok("GET", f"{scene.path}/stat") == {"a": {"x": {"y": 3}}, "b": "1 *"}


def test_conditions_changed_in_bulk_are_applied(scene: Scene) -> None:
    scene.push({"cpu": 95})
    scene.api.ok("POST", "/bulk/objects", {"search": {"class_id": 4}, "bulk": [{"stateConditions": CPU}]})
    assert scene.state() == 5


def test_a_refused_change_leaves_no_trace(scene: Scene) -> None:
    scene.push({"cpu": 95})
    history = scene.api.ok("GET", f"{scene.path}/state-history")
    body = {"search": {"class_id": 4}, "bulk": [{"stateConditions": CPU}, {"nothing": 1}]}
    scene.api.fails(400, "POST", "/bulk/objects", body)
    scene.api.ok("POST", "/incidents", {"entityId": scene.parent, "state": 1})
    assert (scene.state(), scene.api.ok("GET", f"{scene.path}/state-history")) == (3, history)
    assert scene.incidents() == []


def test_reactions_may_come_later(scene: Scene) -> None:
    """On a real server, another service draws the conclusions from data."""
    scene.api.settings(reaction_delay_ms=5000)
    scene.push({"cpu": 95})
    assert (scene.state(), scene.api.ok("GET", f"{scene.path}/stat")) == (1, {"cpu": 95})
    scene.wait(5)
    assert scene.state() == 3
    scene.conditions(CPU)
    assert scene.state() == 3
    scene.push({"cpu": 75})
    scene.wait(5)
    assert (scene.state(), [row["state"] for row in scene.incidents()]) == (4, [2])
    scene.push({"cpu": 1})
    scene.api.ok("DELETE", scene.path)
    scene.wait(5)
    assert scene.api.ok("GET", "/states")
