# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_wait, on a clock of its own: no time passes in these tests."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import AnswerLost, HttpError, Unreachable
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_wait"
WEB, DB, DISK = ({"id": f"64b1f0c2a9d3e45f6a7b8e0{number}"} for number in (1, 2, 3))
OBJECTS: list[dict[str, Any]] = [
    {"id": "1", "name": "ROOT"},
    {**WEB, "name": "web", "parent_id": ["1"], "class_id": 3, "state_id": 5, "tags": []},
    {**DB, "name": "db", "parent_id": ["1"], "class_id": 3, "state_id": 3, "tags": []},
    {**DISK, "name": "disk", "parent_id": [DB["id"]], "class_id": 4, "state_id": 3, "tags": []},
]
MORE = [{"id": f"{number:024x}", "name": f"n{number}", "parent_id": ["1"], "state_id": 1} for number in range(20)]
STATES = [{"id": 3, "name": "Working"}, {"id": 5, "name": "Alarm"}]
ALL = "/objects?fields=class_id,name,parent_id,state_id,tags"
WAITING = {"object": "web", "object_state": "Working"}
ALARM = {**WEB, "path": "/ROOT/web", "state": "Alarm"}
WORKING = {**ALARM, "state": "Working"}


class Clock:
    """A clock that goes on only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.naps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.naps.append(round(seconds, 3))
        self.now += seconds


class Live(FakeServer):
    """A server on which things happen as time goes by: `events` are (seconds from the beginning, what happens)."""

    def __init__(self, clock: Clock, *events: tuple[float, Callable[[], Any]], more: int = 0) -> None:
        super().__init__(states=STATES, incidents=[], classes=[{"id": 3, "name": "Host"}])
        self.data["/objects"] = [dict(one) for one in [*OBJECTS, *MORE[:more]]]
        self.stats: dict[str, Any] = {}
        self._clock, self._began, self._events = clock, clock.now, list(events)
        self.asked: list[tuple[float, str]] = []
        self.timeouts: list[tuple[float, int]] = []

    def put(self, record: dict[str, Any], state: int) -> Callable[[], None]:
        return lambda: self.one("/objects", id=record["id"]).update(state_id=state)

    def at(self, seconds: float, event: Callable[[], Any]) -> Live:
        self._events.append((seconds, event))
        return self

    def send(self, request: Request, *, recover: bool = True) -> Any:
        seconds = round(self._clock.now - self._began, 1)
        self.asked.append((seconds, f"{request.method} {request.path}"))
        self.timeouts.append((self.connection.timeout, self.connection.retries))
        for event in [event for event in self._events if event[0] <= seconds]:
            self._events.remove(event)
            event[1]()
        return super().send(request, recover=recover)

    def _act(self, request: Request, body: Any) -> Any:
        if request.path == "/stat/search":
            return [
                {"entityId": one["id"], "entityType": 1, "timestamp": 7, "payload": self.stats[one["id"]]}
                for one in body
                if one["id"] in self.stats
            ]
        return super()._act(request, body)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made.monotonic)
    monkeypatch.setattr(time, "sleep", made.sleep)
    return made


def incident(record: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"id": f"i{record['id'][-2:]}", "entityId": record["id"], "entityType": 1, "state": 1, "text": "x", **values}


def raising(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


# --- the exact requests ---------------------------------------------------------------------------


def test_one_look_is_enough(script: Script, clock: Clock) -> None:
    script(("GET", ALL, 200, OBJECTS), ("GET", "/states", 200, STATES))
    assert run_module(NAME, {"object": "db", "object_state": ["Alarm", "3"]}) == {
        "changed": False,
        "waited": 0.0,
        "objects": [{**DB, "path": "/ROOT/db", "state": "Working"}],
        "waiting": [],
        "waiting_count": 0,
    }
    assert clock.naps == []


def test_a_few_objects_among_many_are_searched_for(script: Script, clock: Clock) -> None:
    script(("GET", ALL, 200, [*OBJECTS, *MORE]), ("GET", "/states", 200, STATES))
    script(search("id", WEB["id"], among=OBJECTS), search("id", WEB["id"], among=[{**WEB, "state_id": "3"}]))
    assert run_module(NAME, WAITING)["objects"] == [WORKING]
    assert clock.naps == [1.0, 1.5]


def test_most_objects_are_listed(script: Script, clock: Clock) -> None:
    script(("GET", ALL, 200, OBJECTS), ("GET", "/states", 200, STATES))
    script(("GET", "/objects?fields=state_id", 200, [{**WEB, "state_id": 3}]))
    assert run_module(NAME, WAITING)["objects"] == [WORKING]


def test_a_search_that_is_refused(script: Script, clock: Clock) -> None:
    script(("GET", ALL, 200, [*OBJECTS, *MORE]), ("GET", "/states", 200, STATES))
    refused = search("id", WEB["id"], among=[])
    script(Exchange("POST", "/objects/search", 403, {}, body=refused.body))
    light = ("GET", "/objects?fields=state_id", 200)
    script((*light, [{**WEB, "state_id": 5}]), (*light, [{**WEB, "state_id": 3}]))
    assert run_module(NAME, WAITING)["objects"] == [WORKING]


def test_everything_at_once_is_one_request_for_each(script: Script, clock: Clock) -> None:
    script(("GET", ALL, 200, OBJECTS), ("GET", "/states", 200, STATES))
    body = [{"type": "objects", "id": one["id"]} for one in (DB, DISK)]
    data = [{"entityId": one["id"], "entityType": 1, "payload": {"load": 1}, "timestamp": 7} for one in (DISK, DB)]
    old = incident(DB, state="3", lastState=1), incident(DISK, clearTimestamp=5)
    script(("GET", "/incidents", 200, [*old, incident(WEB), incident(DB, entityType=2)]))
    script(("POST", "/stat/search", 200, data, body))
    metric = {"load": {"lt": 2}}
    args = {"object": "db", "recursive": True, "object_state": "working", "no_incidents": True, "metric": metric}
    found = run_module(NAME, args)["objects"]
    seen = {"state": "Working", "incidents": [], "metrics": {"load": 1}, "data_timestamp": 7}
    assert found == [{**DB, "path": "/ROOT/db", **seen}, {**DISK, "path": "/ROOT/db/disk", **seen}]


@pytest.mark.parametrize(("name", "count"), [("web", 1), ("db", 0)])
def test_check_mode_looks_once(script: Script, clock: Clock, name: str, count: int) -> None:
    script(("GET", ALL, 200, OBJECTS), ("GET", "/states", 200, STATES), ("GET", "/incidents", 200, []))
    args = {"object": name, "object_state": "Working", "no_incidents": True, "settle": "30s"}
    result = run_module(NAME, args, check=True)
    assert (result["changed"], result["waiting_count"], clock.naps) == (False, count, [])
    reasons = [one["reason"] for one in result["waiting"]]
    assert reasons == ["is in the state Alarm"] * count


def test_check_mode_does_not_fail_because_of_what_an_earlier_task_creates(clock: Clock) -> None:
    args = {"objects": ["web", "new"], "object_state": "Quiet"}
    result = run_on(Live(clock), NAME, args, check=True)
    assert "failed" not in result
    assert [one["path"] for one in result["waiting"]] == ["/ROOT/web"]
    assert [text.split(" yet")[0] for text in result["warnings"]] == [
        "There is no object 'new'",
        "There is no state 'Quiet'",
    ]


# --- time -----------------------------------------------------------------------------------------


def test_the_pauses_grow(clock: Clock) -> None:
    server = Live(clock)
    server.at(40, server.put(WEB, 3))
    result = run_on(server, NAME, WAITING)
    assert clock.naps == [1.0, 1.5, 2.25, 3.375, 5.062, 7.594, 10.0, 10.0]
    assert result["waited"] == 40.8


def test_it_must_hold_without_a_break(clock: Clock) -> None:
    server = Live(clock)
    for seconds, state in ((2, 3), (8, 5), (10, 3)):
        server.at(seconds, server.put(WEB, state))
    result = run_on(server, NAME, {**WAITING, "settle": "10s"})
    assert "failed" not in result
    # Looks at 0, 1, 2.5 (good), then every second; the break is seen at 8.5, and it is over at 11 or 10.5.
    assert 20 <= result["waited"] <= 22


def test_too_late(clock: Clock) -> None:
    server = Live(clock)
    args = {"objects": ["web", "db"], "object_state": "Working", "within": "2m"}
    result = run_on(server, NAME, args)
    assert (result["failed"], result["changed"], result["waited"]) == (True, False, 120)
    assert result["msg"] == (
        "2 min 0 s was not long enough for 1 of 2 objects: /ROOT/web is in the state Alarm. "
        "Look into the reasons, or raise within."
    )
    assert result["waiting"] == [{**ALARM, "reason": "is in the state Alarm"}]
    assert (result["waiting_count"], len(result["objects"])) == (1, 2)
    assert round(sum(clock.naps), 3) == 120.0


def test_all_that_keeps_an_object_waiting(clock: Clock) -> None:
    server = Live(clock)
    server.data["/incidents"] = [incident(WEB), incident(WEB, id="i9", text="y"), incident(DB)]
    server.stats = {WEB["id"]: {"load": 3, "b": {}}, DISK["id"]: {}}
    condition = {"any": [{"load": {"lt": 2}}, {"b.c": {"gt": 1}}]}
    names = {"objects": ["web", "db", "disk"]}
    args = {**names, "object_state": "Working", "no_incidents": True, "metric": condition, "within": 0}
    result = run_on(server, NAME, args)
    assert [one["reason"] for one in result["waiting"]] == [
        "is in the state Alarm and has 2 active incidents (x) and has load = 3 and no b.c",
        "has an active incident (x) and has no data",
        "has no load and no b.c",
    ]
    assert result["waiting"][0]["incidents"] == [{"id": "i01", "text": "x"}, {"id": "i9", "text": "y"}]
    assert result["waiting"][2]["metrics"] == {"load": None, "b.c": None}


def test_the_first_ten_are_named(clock: Clock) -> None:
    server = Live(clock, more=13)
    names = [one["name"] for one in MORE[:13]]
    result = run_on(server, NAME, {"objects": names, "object_state": "Working", "within": "2s"})
    assert "for 13 of 13 objects: /ROOT/n0 is" in result["msg"]
    assert "; /ROOT/n9 is in the state 1; and 3 more. Look" in result["msg"]
    assert len(result["waiting"]) == result["waiting_count"] == 13


def test_too_late_to_settle(clock: Clock) -> None:
    server = Live(clock)
    server.at(5, server.put(WEB, 3))
    result = run_on(server, NAME, {**WAITING, "settle": "10s", "within": "12s"})
    assert result["msg"] == (
        "12 s was not long enough: not everything has been as wanted for 10 s without a break. "
        "Look into the reasons, or raise within."
    )
    assert result["waiting_count"] == 0


def test_an_object_that_goes(clock: Clock) -> None:
    server = Live(clock)
    server.at(5, lambda: server.data["/objects"].pop(1))
    result = run_on(server, NAME, {**WAITING, "within": "10s"})
    assert result["waiting"] == [{**ALARM, "state": None, "reason": "does not exist any more"}]


def test_nothing_to_wait_for(clock: Clock) -> None:
    result = run_on(Live(clock), NAME, {"objects": [], "object_state": "Working"})
    assert (result["objects"], result["waiting"]) == ([], [])
    assert result["warnings"] == ["No object is meant, so there was nothing to wait for: check class and tag."]


def test_lines_about_how_it_goes(clock: Clock) -> None:
    server = Live(clock)
    server.at(12, server.put(WEB, 3))
    for seconds in range(20, 30):
        server.at(seconds, raising(Unreachable("No route.")))
    said = run_on(server, NAME, {"objects": ["web", "db"], "object_state": "Working", "settle": "30s"})["said"]
    assert said[0] == "Waiting, at most 4 min 52 s longer: /ROOT/web is in the state Alarm"
    assert any(line.endswith("longer: everything has been as wanted for 5 s") for line in said)
    assert any(line.endswith("longer: the server does not answer: No route.") for line in said)
    assert len(said) <= (clock.now - 1000) / 5


# --- a server that is away ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("No route."),
        AnswerLost("The answer got lost."),
        *(HttpError("GET", "/objects", status, "", "") for status in (429, 500, 502, 503, 504)),
    ],
)
def test_it_waits_for_the_server_too(clock: Clock, error: Exception) -> None:
    server = Live(clock)
    for seconds in range(2, 20):
        server.at(seconds, raising(error))
    server.at(3, server.put(WEB, 3))
    assert run_on(server, NAME, WAITING)["objects"] == [WORKING]


def test_silence_is_no_sign_of_health(clock: Clock) -> None:
    server = Live(clock)
    server.at(1, server.put(WEB, 3))
    server.at(8, raising(Unreachable("No route.")))
    assert run_on(server, NAME, {**WAITING, "settle": "10s"})["waited"] >= 18


def test_a_server_that_stays_away(clock: Clock) -> None:
    server = Live(clock)
    for number in range(100):
        server.at(2 + number / 1000, raising(Unreachable("No route.")))
    result = run_on(server, NAME, {**WAITING, "within": "60s"})
    assert result["msg"].endswith("raise within. The server did not answer the last time: No route.")
    assert result["waiting"][0]["reason"] == "is in the state Alarm"


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_waiting_does_not_mend_fails_at_once(clock: Clock, status: int) -> None:
    server = Live(clock)
    server.at(2, raising(HttpError("GET", "/objects", status, "", "not you")))
    result = run_on(server, NAME, WAITING)
    assert (result["failed"], result["status"]) == (True, status)
    assert clock.naps == [1.0, 1.5]


def test_the_first_look_must_succeed(clock: Clock) -> None:
    server = Live(clock)
    server.at(0, raising(Unreachable("No route.")))
    result = run_on(server, NAME, WAITING)
    assert (result["msg"], clock.naps) == ("No route.", [])


def test_near_the_end_no_answer_is_waited_for_too_long(clock: Clock) -> None:
    server = Live(clock)
    run_on(server, NAME, {**WAITING, "within": "3m", "saymon_timeout": 30})
    assert server.timeouts[0] == (30.0, 3)
    assert server.timeouts[-1] == (5.0, 0)
    # The time is given in steps, since there are connections for each.
    assert {timeout for timeout, _retries in server.timeouts} <= {5.0, 10.0, 20.0, 30.0}


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "Nothing says what to wait for: give object_state, no_incidents or metric."),
        ({"object_state": []}, "object_state is an empty list: name at least one state, or leave the option out."),
        (
            {"no_incidents": True, "within": "soon"},
            "within is 'soon': give whole seconds, or a number with a unit, such as 60s, 5m, 1h or 2d.",
        ),
        ({"no_incidents": True, "interval": "0"}, "interval is '0': give from 1 to 604800 seconds."),
        ({"no_incidents": True, "within": "8d"}, "within is '8d': give from 0 to 604800 seconds."),
        (
            {"no_incidents": True, "within": "1m", "settle": "2m"},
            "settle is '2m', and within is '1m', which is shorter: raise within, or lower settle.",
        ),
        (
            {"metric": {"formula": "[a]", "lt": 1}},
            "metric: formula can be evaluated only by the server: compare metrics, and combine them with all and any.",
        ),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, {"object": "web", **args})
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"object": "nothing"}, "object: there is no object 'nothing'"),
        ({"object_state": "Wroking"}, "object_state: there is no state 'Wroking' (did you mean 'Working'?): check"),
        ({"object_state": ""}, "object_state: there is no state ''"),
        ({"class": "Hist"}, "class: there is no class 'Hist'"),
    ],
)
def test_unknown_names(clock: Clock, args: dict[str, Any], said: str) -> None:
    result = run_on(Live(clock), NAME, {**WAITING, **args})
    assert result["failed"]
    assert result["msg"].startswith(said)
    assert clock.naps == []
