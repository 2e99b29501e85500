# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data that come from outside: the latest, their history, and who may read them."""

from __future__ import annotations

import resource
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import PASSWORD, Api, Process

START = 1_700_000_000_000


def _lab(api: Api) -> str:
    return f"/objects/{api.object_id('Lab')}"


def _link(api: Api) -> str:
    return f"/links/{api.ok('GET', '/links')[0]['id']}"


def _push(api: Api, path: str, payload: dict[str, Any], at: int | None = None, **more: Any) -> None:
    body = {"payload": payload, **({} if at is None else {"timestamp": at}), **more}
    assert api.ok("POST", f"{path}/stat", body) is None


@pytest.mark.parametrize("body", [{"cpu": {"load1": 0.7}}, {"payload": {"cpu": {"load1": 0.7}}, "timestamp": START, "period": 5}])
def test_an_object_answers_its_latest_data(api: Api, body: dict[str, Any]) -> None:
    path = _lab(api)
    assert api.fails(404, "GET", f"{path}/stat")["code"] == "ResourceNotFound"
    assert api.ok("POST", f"{path}/stat", body) is None
    assert api.ok("GET", f"{path}/stat") == {"cpu": {"load1": 0.7}}
    api.settings(object_stat="stat")
    answer = api.ok("GET", f"{path}/stat")
    assert (answer["entityType"], answer["payload"]) == (1, {"cpu": {"load1": 0.7}})
    if "payload" in body:
        assert (answer["timestamp"], answer["period"]) == (START, 5)
    api.settings(stat_entity_type="text")
    assert api.ok("GET", f"{path}/stat")["entityType"] == "obj"


def test_a_link_answers_a_whole_stat(api: Api) -> None:
    path = _link(api)
    _push(api, path, {"loss": 1}, START)
    link = path.split("/")[2]
    assert api.ok("GET", f"{path}/stat") == {
        "entityId": link,
        "entityType": 2,
        "period": 0,
        "timestamp": START,
        "payload": {"loss": 1},
    }


def test_an_entity_takes_data_by_either_kind_of_id(api: Api) -> None:
    for path in (_lab(api), _link(api)):
        api.ok("POST", f"/entities/{path.split('/')[2]}/stat", {"a": 1})
        assert api.ok("POST", "/stat/search", [{"type": path.split("/")[1], "id": path.split("/")[2]}])[0]["payload"] == {"a": 1}


@pytest.mark.parametrize("body", [[], "text", {"payload": {}, "timestamp": "soon"}, {"payload": {}, "period": []}])
def test_what_is_no_data_is_refused(api: Api, body: Any) -> None:
    api.fails(400, "POST", f"{_lab(api)}/stat", body)


def test_older_data_are_history_and_not_the_latest(api: Api) -> None:
    path = _lab(api)
    _push(api, path, {"a": 2}, START + 1000)
    _push(api, path, {"a": 1}, START)
    assert api.ok("GET", f"{path}/stat") == {"a": 2}
    assert api.ok("GET", f"{path}/history?metrics=a&from={START}")[0]["dps"] == [[START, 1], [START + 1000, 2]]


def test_data_need_rights_and_reach(api: Api) -> None:
    lab, link = _lab(api), _link(api)
    reader, writer = api.user("reader", [], [1]), api.user("writer", ["modify-objects"], [1])
    blind = api.user("blind", ["manage-objects", "manage-links"])
    api.fails(403, "POST", f"{lab}/stat", {"a": 1}, auth=reader)
    api.fails(403, "POST", f"/entities/{lab.split('/')[2]}/stat", {"a": 1}, auth=reader)
    api.ok("POST", f"{link}/stat", {"a": 1}, auth=reader)
    api.fails(403, "POST", f"{link}/stat/meta", {"a": {}}, auth=writer)
    api.ok("POST", f"{lab}/stat", {"a": 1}, auth=writer)
    assert api.ok("GET", f"{lab}/stat", auth=reader) == {"a": 1}
    for path in (lab, link):
        api.fails(404, "GET", f"{path}/stat", auth=blind)
        api.fails(404, "POST", f"{path}/stat", {"a": 1}, auth=blind)
        api.fails(404, "GET", f"{path}/history?metrics=a&from=0", auth=blind)
    wanted = [{"type": "objects", "id": lab.split("/")[2]}]
    assert api.ok("POST", "/stat/search", wanted, auth=blind) == []
    assert api.ok("POST", "/stat-history", {"ids": [wanted[0]["id"]]}, auth=blind) == []


def test_search_leaves_out_what_it_cannot_find(api: Api) -> None:
    lab = _lab(api)
    key = lab.split("/")[2]
    _push(api, lab, {"a": 1})
    wanted: list[Any] = [
        {"type": "objects", "id": key},
        {"type": "links", "id": key},
        {"type": "objects", "id": "nowhere"},
        {"type": "objects", "id": 1},
        {"id": key},
        5,
    ]
    found = api.ok("POST", "/stat/search", wanted)
    assert [(row["entityId"], row["payload"]) for row in found] == [(key, {"a": 1})]


def test_metric_names_outlive_the_data(api: Api) -> None:
    lab = _lab(api)
    assert api.ok("GET", f"{lab}/stat/metrics") == []
    _push(api, lab, {"cpu": {"load1": 1, "user.part": 2}, "disks": [{"used": 3}], "name": "x"})
    names = ["cpu.load1", "cpu.user.part", "disks.0.used", "name"]
    assert api.ok("GET", f"{lab}/stat/metrics") == names
    api.control("POST", "/clock", {"advance_ms": 3_600_000})
    api.fails(404, "GET", f"{lab}/stat")
    assert api.ok("GET", f"{lab}/stat/metrics") == names
    rows = {row["name"]: row.get("metrics_cache") for row in api.ok("GET", "/objects/1/children")}
    assert (rows["Lab"], rows["North site"]) == (names, None)


def test_metadata(api: Api) -> None:
    for path, kind in ((_lab(api), 1), (_link(api), 2)):
        api.fails(404, "GET", f"{path}/stat/meta")
        tree = {"cpu": {"user": {"type": "PERCENTILE", "changeRate": "ALWAYS"}}}
        assert api.ok("POST", f"{path}/stat/meta", tree) is None
        assert api.ok("GET", f"{path}/stat/meta") == {"entityId": path.split("/")[2], "entityType": kind, "payload": tree}
        api.fails(400, "POST", f"{path}/stat/meta", [])


QUERIES = [
    "metrics=cpu.load1&metrics=mem",
    "metrics=cpu.load1,mem",
    "metrics[]=cpu.load1&metrics[]=mem",
    "metrics=cpu.load1&metrics[]=mem&metrics[]=cpu.load1",
    "metrics%5B%5D=cpu.load1%2Cmem",
]


@pytest.mark.parametrize("query", QUERIES)
def test_history_takes_every_form_of_a_list(api: Api, query: str) -> None:
    lab = _lab(api)
    for step in range(3):
        _push(api, lab, {"cpu": {"load1": step + 0.5}, "mem": step, "text": "x", "up": True}, START + step * 1000)
    found = api.ok("GET", f"{lab}/history?{query},text,up,none&from={START}&to={START + 1000}")
    tags = {"entity": f"obj{lab.split('/')[2]}"}
    assert found == [
        {"metric": "cpu.load1", "tags": tags, "aggregateTags": [], "dps": [[START, 0.5], [START + 1000, 1.5]]},
        {"metric": "mem", "tags": tags, "aggregateTags": [], "dps": [[START, 0], [START + 1000, 1]]},
    ]
    assert api.ok("GET", f"{lab}/history?metrics=nothing&from=0") == []


def test_history_escapes_names(api: Api) -> None:
    lab = _lab(api)
    _push(api, lab, {"disk C:": {"used %": 5}}, START)
    name = "disk///32///C///58///.used///32//////37///"
    for asked in ("disk C:.used %", name):
        answer = api.http.get(
            api.root + f"{lab}/history", params={"metrics": asked, "from": str(START)}, auth=("admin", PASSWORD), timeout=10
        )
        assert [row["metric"] for row in answer.json()] == [name]


def test_history_understands_relative_times(api: Api) -> None:
    lab = _link(api)
    now = api.control("GET", "/clock")["now_ms"]
    for minutes in (90, 30, 1):
        _push(api, lab, {"a": minutes}, now - minutes * 60_000)
    assert len(api.ok("GET", f"{lab}/history?metrics=a&from=999999999y-ago")[0]["dps"]) == 3
    values = [[value for _at, value in row["dps"]] for row in api.ok("GET", f"{lab}/history?metrics=a&from=1h-ago&to=10m-ago")]
    assert values == [[30]]
    assert [value for _at, value in api.ok("GET", f"{lab}/history?metrics=a&from=1d-ago&to={now + 99_999}")[0]["dps"]] == [90, 30, 1]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("1m-avg", [[1_699_999_980_000, 2.0], [1_700_000_040_000, 6.0]]),
        ("1m-min", [[1_699_999_980_000, 1], [1_700_000_040_000, 6]]),
        ("1m-max", [[1_699_999_980_000, 3], [1_700_000_040_000, 6]]),
        ("1m-dev", [[1_699_999_980_000, 1.0], [1_700_000_040_000, 0.0]]),
        ("all-sum", [[START - 1, 10]]),
    ],
)
def test_history_is_downsampled(api: Api, how: str, expected: list[Any]) -> None:
    lab = _lab(api)
    for at, value in ((0, 1), (30_000, 3), (60_000, 6)):
        _push(api, lab, {"a": value}, START + at)
    assert api.ok("GET", f"{lab}/history?metrics=a&from={START - 1}&downsample={how}&timezone=Europe/Berlin")[0]["dps"] == expected


@pytest.mark.parametrize(
    "query",
    ["from=0", "metrics=&from=0", "metrics=a", "metrics=a&from=yesterday", "metrics=a&from=0&to=1x-ago"]
    + [f"metrics=a&from=0&downsample={how}" for how in ("1m", "1m-median", "0m-avg", "x-avg")],
)
def test_history_refuses_what_it_does_not_understand(api: Api, query: str) -> None:
    assert api.fails(400, "GET", f"{_lab(api)}/history?{query}")["code"] == "BadRequest"


def test_points_have_several_forms(api: Api) -> None:
    lab = _lab(api)
    _push(api, lab, {"a": 1.2e9, "b": 1234.5}, START)
    path = f"{lab}/history?metrics=a,b&from=0"
    api.settings(history_exponents=True)
    assert f"[[{START},1.2E9]]" in api.call("GET", path).text
    assert api.ok("GET", path)[1]["dps"] == [[START, 1234.5]]
    api.settings(history_points="map")
    assert api.ok("GET", path)[0]["dps"] == {str(START): 1.2e9}
    api.settings(history_points="objects")
    assert api.ok("GET", path)[0]["dps"] == [{"timestamp": START, "value": 1.2e9}]


def test_stored_data_are_searched_newest_first(api: Api) -> None:
    lab, link = _lab(api), _link(api)
    ids = [path.split("/")[2] for path in (lab, link)]
    for step in range(15):
        _push(api, lab, {"n": step, "even": step % 2 == 0}, START + step)
    _push(api, link, {"n": 99}, START)

    def found(**body: Any) -> list[int]:
        return [row["payload"]["n"] for row in api.ok("POST", "/stat-history", {"ids": ids, **body})]

    assert found() == [14, 99]
    assert found(**{"from": START}) == [14, 13, 12, 11, 10, 9, 8, 7, 6, 5]
    assert found(**{"from": START, "to": START + 3, "limit": 99}) == [2, 1, 0, 99]
    assert found(**{"from": START, "skip": 10}) == [4, 3, 2, 1, 0, 99]
    assert found(**{"from": START, "after": START + 2}) == [1, 0, 99]
    assert found(**{"from": START, "include": {"payload.even": True}, "limit": 2}) == [14, 12]
    assert found(**{"from": START, "exclude": {"payload.even": True}, "limit": 2}) == [13, 11]
    api.fails(400, "POST", "/stat-history", {"ids": ids, "skip": 1, "after": START})
    api.fails(400, "POST", "/stat-history", {})


def test_a_metric_token_reads_without_a_login(api: Api) -> None:
    key = api.object_id("Lab")
    _push(api, f"/objects/{key}", {"cpu": {"load1": 1}})
    token = api.ok("POST", "/metric-token", {"entityId": key, "entityType": "1", "metric": "cpu"})
    assert {name: token[name] for name in token if name != "id"} == {"entityId": key, "entityType": 1, "metric": "cpu"}
    path = f"/metric-token/{token['id']}"
    assert api.ok("GET", f"{path}/stat", auth=None) == {**token, "value": {"load1": 1}}
    assert all(token["id"] not in str(entry) for entry in api.control("GET", "/journal"))
    api.fails(401, "DELETE", path, auth=None)
    api.fails(404, "DELETE", path, auth=api.user("blind", []))
    assert api.ok("DELETE", path) is None
    api.fails(404, "GET", f"{path}/stat", auth=None)
    for wrong in ({}, {"entityId": key, "entityType": 3, "metric": "a"}, {"entityId": key, "entityType": 1}):
        api.fails(400, "POST", "/metric-token", wrong)
    api.fails(404, "POST", "/metric-token", {"entityId": "none", "entityType": 1, "metric": "a"})


def test_data_go_with_their_entity(api: Api) -> None:
    made = api.ok("POST", "/objects", {"name": "x"})
    path = f"/objects/{made['id']}"
    _push(api, path, {"a": 1})
    token = api.ok("POST", "/metric-token", {"entityId": made["id"], "entityType": 1, "metric": "a"})
    api.ok("DELETE", path)
    api.fails(404, "GET", f"/metric-token/{token['id']}/stat", auth=None)
    assert api.ok("POST", "/stat-history", {"ids": [made["id"]], "from": 0}) == []


def test_answered_data_survive_a_kill(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "a.db"), "--password", PASSWORD, "--quiet")
    running = Process(*arguments)
    api = Api(running.url)
    lab = _lab(api)
    answered: list[int] = []

    def write() -> None:
        while True:
            try:
                _push(api, lab, {"n": len(answered)}, START + len(answered))
            except requests.RequestException:
                return
            answered.append(len(answered))

    writer = threading.Thread(target=write)
    writer.start()
    until = time.monotonic() + 20
    while len(answered) < 100 and time.monotonic() < until:
        time.sleep(0.01)
    running.kill()
    writer.join()
    again = Process(*arguments)
    points = Api(again.url).ok("GET", f"{lab}/history?metrics=n&from={START}")[0]["dps"]
    again.stop()
    assert len(answered) >= 100
    assert [value for _at, value in points][: len(answered)] == answered
    assert len(points) - len(answered) in (0, 1)


def test_notes_on_the_time_axis(api: Api) -> None:
    note = api.ok("POST", "/history-annotations", {"timestamp": START, "content": "Filter replaced"})
    assert (note["timestamp"], note["content"], "changed" in note) == (START, "Filter replaced", True)
    assert note["user"] == api.ok("GET", "/users/current")["id"]
    assert api.ok("GET", "/history-annotations") == []
    assert api.ok("GET", f"/history-annotations?from={START}&to={START}") == [note]
    assert api.ok("GET", f"/history-annotations?from={START + 1}&to={START + 9}") == []
    path = f"/history-annotations/{note['id']}"
    assert api.ok("PATCH", path, {"content": "Pump"})["content"] == "Pump"
    reader = api.user("reader", [], [1])
    for verb, target in (("POST", "/history-annotations"), ("PATCH", path), ("DELETE", path)):
        api.fails(403, verb, target, {}, auth=reader)
    api.fails(400, "POST", "/history-annotations", {"content": "x"})
    assert api.ok("DELETE", path) is None
    api.fails(404, "DELETE", path)


def _seconds_of_children() -> float:
    """The processor time of all processes of these tests that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_one_core_is_enough_for_five_thousand_objects_a_minute() -> None:
    before = _seconds_of_children()
    running = Process("--password", PASSWORD, "--quiet", "--seed", "big:1000")
    api = Api(running.url)
    hosts = [row["id"] for row in api.ok("GET", "/objects?fields=class_id") if row["class_id"] == 3]
    api.ok("PUT", "/classes/3/state-conditions", [{"condition": {"cpu.load1": {"_gt": "4"}}, "state": 5}, {"condition": {}, "state": 3}])
    sid = api.login()
    for host in hosts:
        body = {"payload": {"cpu": {"load1": 1, "user": 20.5}, "disk": {"used": 50}}}
        api.ok("POST", f"/objects/{host}/stat", body, auth=None, headers={"X-Session-Id": sid})
    running.stop()
    assert len(hosts) == 1000
    assert (_seconds_of_children() - before) * 5 < 60
