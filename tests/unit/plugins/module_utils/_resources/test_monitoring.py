# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The field monitoring."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.monitoring import Monitoring
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, lost, run_on
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
AGENT: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e0a", "name": "agent-north", "parent_id": [1], "class_id": 2}
OWNER = {"id": "p1", "name": "Owner", "value": "ann", "type_id": 1}
SETTINGS = {
    "AgentId": AGENT["id"],
    "TaskType": "ping",
    "TaskPeriodValue": "1",
    "TaskPeriodUnit": "minutes",
    "PingHost": "h1",
}


def properties(**settings: Any) -> list[dict[str, Any]]:
    made = [
        {"id": f"s{number}", "name": name, "value": value, "type_id": 8}
        for number, (name, value) in enumerate(settings.items())
    ]
    return [OWNER, *made]


DB: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8e01",
    "name": "db01",
    "parent_id": [1],
    "properties": properties(**SETTINGS),
}
ALL = [ROOT, AGENT, DB]
SAME = {
    "name": "db01",
    "monitoring": {"agent": "agent-north", "task": "ping", "period": 60, "settings": {"PingHost": "h1"}},
}


def body_of(**settings: Any) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in settings.items()]


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "agent-north", "db01", among=ALL))
    result = run_module("saymon_object", SAME, check=check)
    assert (result["changed"], result["diff"], result["object"]) == (False, [], DB)


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """All settings are sent, since the call replaces them together; only one read is needed."""
    script(search("name", "ROOT", "db01", among=ALL))
    wanted = body_of(
        AgentId=AGENT["id"], TaskType="ping", TaskPeriodValue="120", TaskPeriodUnit="seconds", PingHost="h2"
    )
    # The name of the agent, which the diff shows.
    script(search("id", AGENT["id"], among=ALL))
    if not check:
        script(("POST", f"/objects/{DB['id']}/monitoring", 200, None, wanted))
    args = {"name": "db01", "monitoring": {"period": "2m", "settings": {"PingHost": "h2"}}}
    result = run_module("saymon_object", args, check=check)
    assert result["changed"] is True
    assert result["diff"][0]["before"]["monitoring"] == {
        "agent": "agent-north",
        "task": "ping",
        "period": "60s",
        "settings": {"PingHost": "h1"},
    }
    assert result["diff"][0]["after"]["monitoring"]["period"] == "120s"
    assert result["object"]["properties"] == [OWNER, *({**one, "type_id": 8} for one in wanted)]


@pytest.mark.parametrize(
    ("given", "append", "settings"),
    [
        ({"settings": {"PingHost": None}}, True, {"PingHost": None}),
        ({"task": "our-own-check"}, True, {"TaskType": "our-own-check"}),
        ({}, True, {}),
        (
            {"settings": {"Count": 3, "On": True, "Args": ["a", 1], "Ж": 1.5}},
            True,
            {"Count": "3", "On": "true", "Args": '["a", 1]', "Ж": "1.5"},
        ),
    ],
)
def test_what_is_left_out_stays(given: dict[str, Any], append: bool, settings: dict[str, Any]) -> None:
    server = FakeServer(objects=[AGENT, DB])
    item = {"name": "db01", "monitoring": given}
    assert ensure_on(server, "object", item)["changed"] is bool(settings)
    held = {
        one["name"]: one["value"] for one in server.one("/objects", name="db01")["properties"] if one["type_id"] == 8
    }
    expected = {name: value for name, value in {**SETTINGS, **settings}.items() if value is not None}
    assert held == expected | ({"TaskPeriodValue": "60", "TaskPeriodUnit": "seconds"} if settings else {})
    assert OWNER in server.one("/objects", name="db01")["properties"]
    server.journal.clear()
    assert ensure_on(server, "object", item)["changed"] is False
    assert server.writes == []


def test_exact() -> None:
    server = FakeServer(objects=[AGENT, DB])
    ensure_on(server, "object", {"name": "db01", "monitoring": {"task": "exec"}, "append_monitoring": False})
    assert server.writes == [("POST", f"/objects/{DB['id']}/monitoring", body_of(TaskType="exec"))]
    ensure_on(server, "object", {"name": "db01", "monitoring": {}, "append_monitoring": False})
    assert server.one("/objects", name="db01")["properties"] == [OWNER]


def test_the_agent_may_be_new_in_the_same_list() -> None:
    server = FakeServer()
    items = [
        {"name": "db01", "monitoring": {"agent": "a1", "task": "ping"}},
        {"name": "a1", "class": "2"},
    ]
    result = ensure_on(server, "object", *items, check=True)
    assert result["diff"][0]["after"]["monitoring"] == {"agent": "a1", "task": "ping"}
    ensure_on(server, "object", *items)
    agent = server.one("/objects", name="a1")
    assert server.writes[-1][2] == body_of(AgentId=agent["id"], TaskType="ping")
    assert ensure_on(server, "object", *items)["changed"] is False


def test_json_is_compared_by_its_meaning() -> None:
    server = FakeServer(objects=[{**DB, "properties": properties(ExecArgs='["-v","x"]')}])
    assert not ensure_on(server, "object", {"name": "db01", "monitoring": {"settings": {"ExecArgs": ["-v", "x"]}}})[
        "changed"
    ]


@pytest.mark.parametrize("unit", ["fortnights", ""])
def test_an_unknown_unit_is_replaced(unit: str) -> None:
    server = FakeServer(objects=[{**DB, "properties": properties(TaskPeriodValue="60", TaskPeriodUnit=unit)}])
    item = {"name": "db01", "monitoring": {"period": "60s"}}
    ensure_on(server, "object", item)
    assert server.writes[-1][2] == body_of(TaskPeriodValue="60", TaskPeriodUnit="seconds")
    assert ensure_on(server, "object", item)["changed"] is False


@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_answer(sent: bool) -> None:
    server = FakeServer(objects=[AGENT, DB])
    (server.after if sent else server.before).append(("POST .*/monitoring", lost))
    result = run_on(server, "saymon_object", {"name": "db01", "monitoring": {"task": "exec"}})
    assert (result["changed"], result["recovered"]) == (True, True)
    assert len(server.writes) == (1 if sent else 2)


def test_passwords_are_masked() -> None:
    server = FakeServer(objects=[{**DB, "properties": properties(SnmpPassword="present-1-Secret")}])
    item = {"name": "db01", "monitoring": {"settings": {"SnmpPassword": "given", "HttpToken": "new"}}}
    for result in (run_on(server, "saymon_object", item), run_on(server, "saymon_object", {"objects": [item]})):
        assert "present-1-Secret" not in str(result["diff"])
        assert "'given'" not in str(result)
        assert "'new'" not in str(result)
    assert server.writes[-1][2] == body_of(SnmpPassword="given", HttpToken="new")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], "must be a dictionary, got list"),
        ({"agnet": "x"}, "there is no option 'agnet': choose one of agent, task, period, settings"),
        ({"agent": ""}, "agent: give a name or an id"),
        ({"task": ""}, "task: give a text that is not empty"),
        (
            {"period": "soon"},
            "period: 'soon' is not a period: give whole seconds, or a number with a unit, such as 60s",
        ),
        ({"period": 0}, "period: 0 is not a period"),
        ({"period": True}, "period: True is not a period"),
        ({"period": "500ms"}, "period: '500ms' is not a period"),
        ({"settings": []}, "settings must be a dictionary, got list"),
        ({"settings": {"": "x"}}, "'' cannot be the name of a setting"),
        ({"settings": {"AgentId": "x"}}, "settings has 'AgentId', which has an option of its own: give it as agent"),
    ],
)
def test_refused(given: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        Monitoring().parse(given)
    assert said in str(caught.value)


def test_an_unknown_agent_is_refused_before_anything_is_written() -> None:
    server = FakeServer(objects=[DB])
    result = ensure_on(server, "object", {"name": "db01", "weight": 3, "monitoring": {"agent": "agent-south"}})
    assert "monitoring: there is no object 'agent-south'" in result["msg"]
    assert server.writes == []
