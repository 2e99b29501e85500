# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_metric_info."""

from __future__ import annotations

import csv
import json
import time
import tracemalloc
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.module_utils._resources import read_metrics
from ansible_collections.saymon.platform.plugins.module_utils._resources.read_metrics import (
    DAY,
    Period,
    Source,
    downsample_in,
    history,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import URL, Script, run_module

NAME = "saymon_metric_info"
NOW = 1_700_000_000_000
HOUR = 3_600_000
ROOT: dict[str, Any] = {"id": "1", "name": "ROOT"}
FIRST: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "db01", "parent_id": ["1"]}
SECOND: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e02", "name": "db02", "parent_id": ["1"]}
OBJECTS = ("GET", "/objects?fields=class_id%2Cname%2Cparent_id%2Ctags", 200, [ROOT, FIRST, SECOND])
CPU, LOAD = {"id": FIRST["id"], "object": "/ROOT/db01", "metric": "cpu.user"}, {"id": "7", "object": "link 7"}


@pytest.fixture(autouse=True)
def the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW / 1000)


def latest(*stats: dict[str, Any], of: Any) -> tuple[Any, ...]:
    return ("POST", "/stat/search", 200, list(stats), [{"type": kind, "id": one} for kind, one in of])


def stat(identifier: str, payload: Any, **more: Any) -> dict[str, Any]:
    return {"entityId": identifier, "entityType": 1, "period": -1, "timestamp": NOW, "payload": payload, **more}


def point(row: dict[str, Any], at: int, value: Any) -> dict[str, Any]:
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1000))
    return {**row, "timestamp": at, "time": f"{text}.{at % 1000:03}Z", "value": value}


def past(metrics: str, dps: Any, *, start: int = NOW - HOUR, end: int = NOW, **query: Any) -> tuple[Any, ...]:
    """The call that reads the history of the first object, and its answer: the points by metric, or any."""
    path = f"/objects/{FIRST['id']}/history?" + urlencode({"metrics": metrics, "from": start, "to": end, **query})
    series = [{"metric": name, "tags": {}, "aggregateTags": [], "dps": points} for name, points in dps.items()]
    return ("GET", path, 200, series)


# --- latest values, names and metadata ------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_the_latest_values_of_many_in_one_request(script: Script, check: bool) -> None:
    tree = {"cpu": {"user": 0.5, "list": ["a", True]}, "up": None}
    asked = [("objects", FIRST["id"]), ("objects", SECOND["id"]), ("links", "7")]
    script(OBJECTS, latest(stat("7", {"load": "x"}), stat("9", {"a": 1}), stat(FIRST["id"], tree), of=asked))
    result = run_module(NAME, {"objects": ["db01", "db02"], "links": ["7", "7"]}, check=check)
    assert result == {
        "changed": False,
        "metrics": [
            point(CPU, NOW, 0.5),
            point({**CPU, "metric": "cpu.list.0"}, NOW, "a"),
            point({**CPU, "metric": "cpu.list.1"}, NOW, True),
            point({**CPU, "metric": "up"}, NOW, None),
            point({**LOAD, "metric": "load"}, NOW, "x"),
        ],
    }


def test_metrics_and_branches(script: Script) -> None:
    tree = {"cpu": {"user": 1, "sys": 2}, "cpus": 3, "ram": 4, "disk": 5}
    script(latest(stat("7", tree), of=[("links", "7")]))
    result = run_module(NAME, {"links": ["7"], "metrics": ["cpu", "ram"]})
    assert [row["metric"] for row in result["metrics"]] == ["cpu.user", "cpu.sys", "ram"]


def test_nothing_is_asked_about_nothing(script: Script) -> None:
    assert run_module(NAME, {"links": []})["metrics"] == []


def test_names(script: Script) -> None:
    script(OBJECTS)
    script(("GET", f"/objects/{FIRST['id']}/stat/metrics", 200, ["cpu.user", "ram"]))
    script(("GET", f"/objects/{SECOND['id']}/stat/metrics", 404, {"message": "none", "code": "ResourceNotFound"}))
    script(latest(stat("7", {"cpu": {"a": 1}}), of=[("links", "7")]))
    args = {"objects": ["db01", "db02"], "links": ["7"], "read": "names", "metrics": ["cpu"]}
    assert run_module(NAME, args)["metrics"] == [CPU, {**LOAD, "metric": "cpu.a"}]


def test_metadata(script: Script) -> None:
    tree = {
        "cpu": {"user": {"type": "PERCENTILE", "changeRate": "ALWAYS"}, "type": {"changeRate": None, "x": 1}},
        "odd": {},
    }
    script(OBJECTS)
    script(("GET", f"/objects/{FIRST['id']}/stat/meta", 200, {"entityId": FIRST["id"], "payload": tree}))
    script(("GET", "/links/7/stat/meta", 404, {}))
    result = run_module(NAME, {"object": "db01", "links": ["7"], "read": "metadata"})
    assert result["metrics"] == [
        {**CPU, "type": "PERCENTILE", "change_rate": "ALWAYS"},
        {**CPU, "metric": "cpu.type", "type": None, "change_rate": None},
    ]


# --- history --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "dps",
    [
        [[NOW - 1, 1.5], [NOW, 1.2e9]],
        [[str(NOW - 1), "1.5"], [float(NOW), "1.2E9"]],
        {str(NOW - 1): 1.5, str(NOW): 1.2e9},
        [{"timestamp": NOW - 1, "value": 1.5}, {"timestamp": NOW, "value": 1.2e9}],
        [[NOW, 1.2e9], [NOW - 2, None], [NOW - 3, "NaN"], [NOW - 1, 1.5]],
    ],
)
def test_every_form_of_points(script: Script, dps: Any) -> None:
    script(OBJECTS, past("cpu.user", {"cpu.user": dps}))
    result = run_module(NAME, {"object": "db01", "read": "history", "metrics": ["cpu.user"]})
    assert result["metrics"] == [point(CPU, NOW - 1, 1.5), point(CPU, NOW, 1_200_000_000)]
    assert isinstance(result["metrics"][1]["value"], int)


def test_numbers_as_java_writes_them(script: Script) -> None:
    text = f'[{{"metric":"a","dps":[[{NOW},1.2E9],[{NOW - 1},1.0E300]]}}]'
    script(OBJECTS)
    asked = past("a", {})
    script((asked[0], asked[1], 200, json.loads(text)))
    result = run_module(NAME, {"object": "db01", "read": "history", "metrics": ["a"]})
    assert [row["value"] for row in result["metrics"]] == [1e300, 1_200_000_000]


def test_several_metrics_by_time(script: Script) -> None:
    dps = {"b": [[NOW - 5, 1], [NOW, 2]], "a": [[NOW, 3]], "stranger": [[NOW, 4]]}
    script(OBJECTS, past("a,b", dps))
    result = run_module(NAME, {"object": "db01", "read": "history", "metrics": ["a", "b", "a"]})
    assert [(row["metric"], row["timestamp"], row["value"]) for row in result["metrics"]] == [
        ("b", NOW - 5, 1),
        ("a", NOW, 3),
        ("b", NOW, 2),
    ]


def test_names_that_the_store_writes_as_codes(script: Script) -> None:
    dps = {"/var///32///log.free": [[NOW, 1]], "a///44///b": [[NOW, 2]]}
    script(OBJECTS, past("/var log.free,a///44///b", dps))
    result = run_module(NAME, {"object": "db01", "read": "history", "metrics": ["/var log.free", "a,b"]})
    assert [row["metric"] for row in result["metrics"]] == ["/var log.free", "a,b"]


def test_without_names_the_numbers_of_now(script: Script) -> None:
    asked = [("objects", FIRST["id"]), ("objects", SECOND["id"]), ("links", "a/b")]
    found = [stat(FIRST["id"], {"a": 1, "b": "x", "c": True, "d": {"e": 2.5}}), stat("a/b", {"f": 3})]
    script(OBJECTS, latest(*found, of=asked), past("a,d.e", {"a": [[NOW, 1]]}))
    path = "/links/a%2Fb/history?" + urlencode({"metrics": "f", "from": NOW - HOUR, "to": NOW})
    script(("GET", path, 200, []))
    result = run_module(NAME, {"objects": ["db01", "db02"], "links": ["a/b"], "read": "history"})
    assert [row["metric"] for row in result["metrics"]] == ["a"]


@pytest.mark.parametrize("answer", [[], None, [{"metric": "cpu.user", "dps": []}]])
def test_no_data_is_no_error(script: Script, answer: Any) -> None:
    script(OBJECTS, (*past("cpu.user", {})[:3], answer))
    assert run_module(NAME, {"object": "db01", "read": "history", "metrics": ["cpu.user"]}) == {
        "changed": False,
        "metrics": [],
    }


@pytest.mark.parametrize(
    ("given", "query"),
    [
        ({"downsample": "1h avg"}, {"downsample": "1h-avg"}),
        ({"downsample": "1h-avg"}, {"downsample": "1h-avg"}),
        ({"downsample": {"interval": "5m", "function": "max"}}, {"downsample": "5m-max"}),
        (
            {"downsample": "all dev", "timezone": "Europe/Berlin"},
            {"downsample": "all-dev", "timezone": "Europe/Berlin"},
        ),
        ({"downsample": "1n sum"}, {"downsample": "1n-sum"}),
    ],
)
def test_downsampling(script: Script, given: dict[str, Any], query: dict[str, Any]) -> None:
    script(OBJECTS, past("cpu.user", {"cpu.user": [[NOW - HOUR - 1, 1]]}, **query))
    result = run_module(NAME, {"object": "db01", "read": "history", "metrics": ["cpu.user"], **given})
    assert result["metrics"] == [point(CPU, NOW - HOUR - 1, 1)]  # an interval that began before


@pytest.mark.parametrize("odd", ["1 h avg x", "1h median", "0m avg", "h avg", {}, {"interval": "1h"}, [1], 5, True])
def test_bad_downsampling(odd: Any) -> None:
    with pytest.raises(Invalid, match="such as"):
        downsample_in(odd)


# --- slices ---------------------------------------------------------------------------------------


class Past(Client):
    """A server with a point every `step` milliseconds, from `first` on. `closed` tells whether the end of what is
    asked for is included."""

    def __init__(self, step: int, *, first: int = 0, closed: bool = True) -> None:
        super().__init__(Connection(URL))
        self.step, self.first, self.closed = step, first, closed
        self.asked: list[tuple[int, int]] = []

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        query = dict(request.query)
        begin, end = int(query["from"]), int(query["to"])
        self.asked.append((begin, end))
        points = self.points(begin, end + self.closed)
        data = [{"metric": name, "dps": points} for name in query["metrics"].split(",")]
        return Answer(200, URL, {}, "", "application/json", 0.0, {}, data=data)

    def points(self, begin: int, end: int) -> list[list[int]]:
        at = max(begin, self.first)
        return [[one, one] for one in range(at + -at % self.step, end, self.step)]


def moments(client: Past, start: int, end: int, downsample: str = "", metrics: Any = ("a",)) -> list[int]:
    period = Period(start, end, downsample_in(downsample) if downsample else None)
    return [row["timestamp"] for row in history(client, [(Source("1", "x"), metrics)], period, 1)]


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("step", [10_000, 60_000, 7 * HOUR])
@pytest.mark.parametrize(("start", "end"), [(NOW - 3 * DAY - 1, NOW), (0, 2 * DAY), (NOW, NOW), (DAY, 10 * DAY)])
def test_slices_hold_each_point_once(closed: bool, step: int, start: int, end: int) -> None:
    client = Past(step, closed=closed)
    found = moments(client, start, end)
    assert found == [one for one, _value in client.points(start, end + closed)]


def test_slices_grow_where_there_is_little() -> None:
    client = Past(HOUR, first=NOW - DAY)
    assert len(moments(client, NOW - 3650 * DAY, NOW)) == 24
    assert [(end - begin) // DAY for begin, end in client.asked] == [1, 8, 64, 512, 3065]


def test_slices_shrink_where_there_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_metrics, "POINTS", 200)
    client = Past(10_000)
    moments(client, 0, 2 * DAY)
    assert [(end - begin) // 1000 for begin, end in client.asked][:4] == [86_400, 10_800, 2000, 2000]


@pytest.mark.parametrize("closed", [True, False])
def test_slices_do_not_cut_intervals(closed: bool) -> None:
    start, end = 12_345_678, 12_345_678 + 50_000 * 60_000
    client = Past(60_000, closed=closed)
    found = moments(client, start, end, "1m avg")
    assert found == [one for one, _value in client.points(start, end + closed)]
    assert len(client.asked) == 3
    assert all(begin % 60_000 == 0 for begin, _end in client.asked[1:])


@pytest.mark.parametrize("downsample", ["1m avg", ""])
def test_many_names_are_asked_for_in_turns(downsample: str) -> None:
    names = [f"m{number}" for number in range(45)]
    client = Past(60_000)
    assert len(moments(client, NOW, NOW + 60_000, downsample, names)) == 45
    assert len(client.asked) == 3


def test_several_objects_at_the_same_time() -> None:
    period = Period(NOW - DAY, NOW, None)
    wanted = [(Source(str(number), f"object {number}"), ["a"]) for number in range(5)]
    rows = list(history(Past(HOUR), wanted, period, 3))
    assert [row["object"] for row in rows] == [f"object {number}" for number in range(5) for _hour in range(24)]


@pytest.mark.slow
def test_a_hundred_thousand_points_take_little_memory(tmp_path: Path) -> None:
    server = _Server()
    args = {"object": "db01", "read": "history", "metrics": ["a"], "from": str(NOW - 100_000 * 60_000)}
    run_on(server, NAME, {**args, "from": "-1h", "dest": str(tmp_path / "warm.csv")})
    tracemalloc.start()
    try:
        result = run_on(server, NAME, {**args, "dest": str(tmp_path / "a.csv")})
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result == {"changed": True, "dest": str(tmp_path / "a.csv"), "count": 100_000}
    assert peak < 15_000_000  # all rows at once take 40 MB
    with (tmp_path / "a.csv").open(newline="") as file:
        assert sum(int(row["timestamp"]) == int(row["value"]) for row in csv.DictReader(file)) == 100_000


class _Server(FakeServer):
    """A server whose first object has a point in each minute; `fails_after` is how many histories it sends at most."""

    def __init__(self, fails_after: int = 1000) -> None:
        super().__init__(objects=[FIRST])
        self.past = Past(60_000)
        self.left = fails_after

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        if not request.path.endswith("/history"):
            return super().send(request, recover=recover)
        self.left -= 1
        if self.left < 0:
            raise WrongAnswer("The server has had enough.")
        return self.past.send(request)


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["json", "jsonl", "yml", "csv", "svg"])
def test_a_file_is_written_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, suffix: str) -> None:
    monkeypatch.setattr(read_metrics, "POINTS", 500)
    dest = tmp_path / f"a.{suffix}"
    args = {"object": "db01", "read": "history", "metrics": ["a"], "from": "-2d", "dest": str(dest)}
    broken = run_on(_Server(fails_after=1), NAME, args)
    assert broken["msg"] == "The server has had enough."
    assert list(tmp_path.iterdir()) == []
    assert run_on(_Server(), NAME, args)["count"] == 2 * 24 * 60
    before = dest.read_bytes()
    assert run_on(_Server(fails_after=1), NAME, args)["failed"] is True
    assert (dest.read_bytes(), list(tmp_path.iterdir())) == (before, [dest])
    assert run_on(_Server(), NAME, args)["changed"] is False


def test_only_a_history_is_drawn(script: Script, tmp_path: Path) -> None:
    result = run_module(NAME, {"links": ["7"], "dest": str(tmp_path / "a.svg")})
    assert (
        "whose format is not known: give a file that ends in .json, .jsonl, .ndjson, .yml, .yaml, .csv."
        in result["msg"]
    )


@pytest.mark.parametrize("check", [False, True])
def test_columns(script: Script, tmp_path: Path, check: bool) -> None:
    dest = tmp_path / "a.csv"
    script(latest(stat("7", {"a": "x, y", "b": True}), of=[("links", "7")]))
    result = run_module(NAME, {"links": ["7"], "dest": str(dest)}, check=check)
    assert result == {"changed": True, "dest": str(dest), "count": 2}
    assert dest.exists() is not check
    if not check:
        assert dest.read_text() == (
            "id,object,metric,timestamp,time,value\n"
            f'7,link 7,a,{NOW},2023-11-14T22:13:20.000Z,"x, y"\n'
            f"7,link 7,b,{NOW},2023-11-14T22:13:20.000Z,true\n"
        )


# --- stored sets of data --------------------------------------------------------------------------


def stored(found: Any, *, limit: int = 500, skip: int = 0) -> tuple[Any, ...]:
    body = {"ids": ["7", "8"], "from": NOW - HOUR, "to": NOW + 1, "limit": limit, "skip": skip}
    return ("POST", "/stat-history", 200, found, body)


def test_stored_sets_of_data(script: Script) -> None:
    script(stored([stat("7", {"a": "x"}), stat("9", {"a": 1}), stat("8", {"a": 1, "b": 2}, timestamp=NOW - 5)]))
    result = run_module(NAME, {"links": ["7", "8"], "read": "records", "metrics": ["a"]})
    assert [(row["id"], row["timestamp"], row["value"]) for row in result["metrics"]] == [
        ("7", NOW, "x"),
        ("8", NOW - 5, 1),
    ]


def test_stored_sets_of_data_in_pages(script: Script) -> None:
    page = [stat("7", {"a": number}) for number in range(500)]
    more = [stat("8", {"a": number}) for number in range(100)]
    script(stored(page), stored(more, limit=100, skip=500))
    result = run_module(NAME, {"links": ["7", "8"], "read": "records", "limit": 600})
    assert len(result["metrics"]) == 600


def test_a_server_that_does_not_page(script: Script) -> None:
    page = [stat("7", {"a": number}) for number in range(500)]
    script(stored(page), stored(page, skip=500))
    assert len(run_module(NAME, {"links": ["7", "8"], "read": "records"})["metrics"]) == 500


# --- bad input and odd answers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"read": "history", "from": "soon"}, "from is 'soon': give epoch milliseconds or a date such as"),
        ({"read": "records", "to": "5"}, "to is '5': this looks like seconds"),
        ({"read": "history", "from": "now", "to": "-1h"}, "from is 'now', which is later than to, '-1h': swap them."),
        ({"from": ""}, "from is empty"),
        ({"from": "-1h"}, "from is given, and has no effect with read=latest: set read to history or records, or"),
        ({"read": "names", "downsample": "1h avg"}, "no effect with read=names: set read to history, or leave"),
        ({"read": "history", "limit": 1}, "no effect with read=history: set read to records, or leave limit out."),
        ({"timezone": ""}, "timezone is empty"),
        (
            {"read": "history", "downsample": "often"},
            "downsample is 'often': give an interval and one of avg, min, max, sum, dev",
        ),
        ({"read": "records", "limit": 0}, "limit is 0: give a number, 1 or more."),
        ({"parallel": 0}, "parallel is 0: give a number from 1 to 32."),
        ({"metrics": [""]}, "metrics holds an empty name"),
        ({"links": [""]}, "links holds an empty id"),
        ({"mode": "0600"}, "mode is given without dest"),
        ({"dest": "a.txt"}, "whose format is not known"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, {"links": ["7"], **args})
    assert result["failed"] is True
    assert said in result["msg"]


def test_an_object_that_does_not_exist(script: Script) -> None:
    script(OBJECTS)
    assert "there is no object 'db03'" in run_module(NAME, {"object": "db03"})["msg"]


@pytest.mark.parametrize(
    "answer",
    [
        {"a": 1},
        [5],
        [{"entityId": "7"}],
        [stat("7", "x")],
        [stat("7", {}, timestamp="x")],
        [stat("7", {}, timestamp=1e30)],
    ],
)
def test_odd_answers(script: Script, answer: Any) -> None:
    script(("POST", "/stat/search", 200, answer, [{"type": "links", "id": "7"}]))
    result = run_module(NAME, {"links": ["7"]})
    assert result["msg"].startswith("POST /stat/search sent metrics in a form that is not known: ")
