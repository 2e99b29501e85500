# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Incidents on a server that runs: any task, many hosts at once, and long lists that change while they are read."""

from __future__ import annotations

import base64
import http.client
import json
import random
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.tests.unit.support import make_action

from tests.e2e.conftest import Runner
from tests.e2e.support import api, play, saymon, show, this_machine
from tests.tools.sandbox_process import Sandbox

OBJECTS = ["north-web-1", "north-web-2", "north-db-1", "south-web-1"]
TEXTS = ["disk is full", "Диск полон", "no data", None]
SERVERS = [
    {},
    {"incident_filter_ignored": True, "incident_properties": "object"},
    {"incident_limit_with_skip": False, "incident_properties": "records"},
    {"incident_by_id_in_history": True},
]


def object_ids(sandbox: Sandbox) -> dict[str, str]:
    return {one["name"]: one["id"] for one in api(sandbox, "GET", "/objects?fields=name")}


def raise_incidents(sandbox: Sandbox, *, count: int, dice: random.Random) -> list[dict[str, Any]]:
    ids = object_ids(sandbox)
    known = [ids[name] for name in OBJECTS if name in ids]
    bodies = [
        {"entityId": dice.choice(known), "state": dice.choice((1, 2, 4)), "text": dice.choice(TEXTS)}
        for _incident in range(count)
    ]
    return [api(sandbox, "POST", "/incidents", {k: v for k, v in body.items() if v is not None}) for body in bodies]


def any_filter(dice: random.Random, depth: int = 0) -> dict[str, Any]:
    choices: list[dict[str, Any]] = [
        {"object": dice.choice(OBJECTS[:3])},
        {"object": "/ROOT/North site", "recursive": True},
        {"level": dice.sample(["Alarm", "Warning", 4], dice.randint(1, 3))},
        {"text": {dice.choice(["contains", "not_contains", "matches"]): dice.choice(["disk", "Диск", "."])}},
        {"comment": {"not_equals": "x"}},
        {"registered": {"since": "-1h"}},
        {"acknowledged": dice.choice([True, False])},
        {"open": True},
        {"class": "Host"},
        {"property": {"name": "OS", "contains": "Debian"}},
    ]
    if depth < 2:
        choices.append({dice.choice(["any", "all"]): [any_filter(dice, depth + 1) for _part in range(2)]})
    chosen: dict[str, Any] = {}
    for part in dice.sample(choices, dice.randint(1, 2)):
        chosen.update(part)
    return chosen if "recursive" not in chosen or "object" in chosen else {"open": True}


def any_task(dice: random.Random, ids: list[str]) -> dict[str, Any]:
    named: dict[str, Any] = dice.choice(
        [
            {"id": dice.choice(ids)},
            {"ids": dice.sample(ids, 3)},
            {"filter": any_filter(dice)},
            {"all_incidents": True},
            {"key": dice.choice(["a", "b"]), "object": "north-web-1", "level": "Warning", "text": "Новое"},
        ]
    )
    states = ["present"] if "key" in named else ["present", "acknowledged", "unacknowledged", "cleared", "removed"]
    if named.get("filter") is None and "key" not in named:
        states.append("restored")
    more: dict[str, Any] = {"state": dice.choice(states), "parallel": dice.choice([1, 4])}
    if dice.random() < 0.5:
        more["comment"] = dice.choice(["Known, ticket 77", " Известно\n", "x"])
    if dice.random() < 0.5:
        more["properties"] = dice.choice([{}, {"a": 1}, {"Поле": [1, {"b": None}], "c": "x"}])
        more["append_properties"] = dice.choice([True, False])
    return {**named, **more}


@pytest.mark.parametrize("server", SERVERS, ids=str)
def test_any_task(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: dict[str, Any]) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    sandbox.settings(**server)
    dice = random.Random(str(server))
    ids = [one["id"] for one in raise_incidents(sandbox, count=12, dice=dice)]
    who = {"saymon_url": sandbox.url, "saymon_login": sandbox.login, "saymon_password": sandbox.password}

    def run(task: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
        sandbox.clear_journal()
        result: dict[str, Any] = make_action("saymon_incident", {**who, **task}, {}, check=check).run(task_vars={})
        assert not result.get("failed"), (task, result["msg"])
        return result

    for _task in range(40):
        task = any_task(dice, ids)
        foreseen = run(task, check=True)
        assert sandbox.writes() == [], task
        done = run(task)
        assert (foreseen["changed"], foreseen["diff"]) == (done["changed"], done["diff"]), task
        assert bool(sandbox.writes()) == done["changed"], task
        again = run(task)
        assert (again["changed"], sandbox.writes()) == (False, []), task


def test_ten_hosts_at_once(runner: Runner, sandbox: Sandbox) -> None:
    """What one of them has done is no work for the others."""
    raise_incidents(sandbox, count=3, dice=random.Random(1))
    sandbox.clear_journal()
    new = {"key": "сбой 1", "object": "north-web-1", "level": "Alarm", "text": "Сбой"}
    tasks = [
        saymon("saymon_incident", new),
        saymon("saymon_incident", {"filter": {"open": True}, "state": "acknowledged", "comment": "Known"}),
    ]
    hosts = "\n".join(f"host{number}" for number in range(10)) + "\n"
    done = show(runner, play(*tasks, hosts="all"), env={"ANSIBLE_FORKS": "10"}, inventory=hosts, args=["--diff"])
    assert done.rc == 0, done.output
    assert "Сбой" in done.output
    ends = [call["path"].rpartition("/")[2] for call in sandbox.writes()]
    assert sorted(ends) == ["acknowledge"] * 4 + ["comment"] * 4 + ["incidents"]


def test_in_the_background(runner: Runner, sandbox: Sandbox) -> None:
    raise_incidents(sandbox, count=2, dice=random.Random(1))
    task = saymon(
        "saymon_incident",
        {"all_incidents": True, "state": "cleared", "saymon_run_on": "target"},
        **{"async": 60, "poll": 1},
    )
    env = {"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    done = show(runner, play(task, hosts="all"), inventory=this_machine("bastion"), env=env)
    assert done.rc == 0, done.output
    assert done.results[-1].result["summary"]["updated"] == 2


class Line:
    """One connection to the API as the administrator, for thousands of calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        place = urlsplit(sandbox.url)
        self.connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
        proof = base64.b64encode(f"{sandbox.login}:{sandbox.password}".encode()).decode()
        self.headers = {"Content-Type": "application/json", "Authorization": f"Basic {proof}"}

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body)
        self.connection.request(method, f"/node/api{path}", data, self.headers)
        text = self.connection.getresponse().read()
        return json.loads(text) if text else None


@pytest.fixture
def ten_thousand(sandbox: Sandbox) -> set[str]:
    line, owner = Line(sandbox), object_ids(sandbox)["north-web-1"]
    body = {"entityId": owner, "state": 1, "text": "x"}
    return {line.call("POST", "/incidents", body)["id"] for _incident in range(10_000)}


def test_ten_thousand_while_the_list_changes(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ten_thousand: set[str]
) -> None:
    """Incidents leave the active list and others come, at both ends of it, while it is read."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    api(sandbox, "PATCH", "/configuration", {"server": {"incident_timeout": 1}})
    owner, stop = object_ids(sandbox)["north-web-1"], threading.Event()
    leaving = sorted(ten_thousand)[:3000]
    left: list[str] = []

    def change() -> None:
        line = Line(sandbox)
        while not stop.is_set() and len(left) < len(leaving):
            left.append(leaving[len(left)])
            line.call("POST", f"/incidents/{left[-1]}/clear")
            line.call("POST", "/incidents", {"entityId": owner, "state": 1, "text": "new"})

    who = {"saymon_url": sandbox.url, "saymon_login": sandbox.login, "saymon_password": sandbox.password}
    changing = threading.Thread(target=change)
    changing.start()
    try:
        result = make_action("saymon_incident_info", who, {}).run(task_vars={})
    finally:
        stop.set()
        changing.join()
    assert not result.get("failed"), result
    found = [one["id"] for one in result["incidents"]]
    assert left
    assert len(found) == len({*found})
    assert ten_thousand - {*left} <= {*found}
    past = make_action("saymon_incident_info", {**who, "history": True}, {}).run(task_vars={})
    assert {one["id"] for one in past["incidents"]} == {*left}
