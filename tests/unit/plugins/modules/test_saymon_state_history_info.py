# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_state_history_info."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_state_history_info"
START, END = 1_767_225_600_000, 1_767_225_700_000  # 2026-01-01T00:00:00Z, and 100 s later
DAY: dict[str, Any] = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-01T00:01:40Z"}
PERIOD = {"from": "2026-01-01T00:00:00.000+00:00", "to": "2026-01-01T00:01:40.000+00:00"}
WEB, DB, SWITCH = (f"64b1f0c2a9d3e45f6a7b8e0{number}" for number in (1, 2, 3))
LINK = "64b1f0c2a9d3e45f6a7b8e91"
OBJECTS: list[dict[str, Any]] = [
    {"id": 1, "name": "ROOT", "parent_id": []},
    {"id": WEB, "name": "web", "parent_id": [1], "state_id": 3, "last_state_update": START + 30_000},
    {"id": DB, "name": "база", "parent_id": [1], "state_id": 9, "last_state_update": START - 1},
]
STATES = [
    {"id": 3, "name": "Working", "ui": {"colors": {"main": "rgb(40 173 250)"}}},
    {"id": 5, "name": "Alarm", "ui": {"colors": {"main": "#e53935"}}},
    {"id": 9, "name": "Disable"},
]
ALL = "/objects?fields=class_id,last_state_update,manual_state,name,parent_id,state_id,tags"


def change(number: int, state: int, at: int, **more: Any) -> dict[str, Any]:
    return {"id": f"h{number}", "stateId": state, "timestamp": START + at, **more}


def own(identifier: str, *rows: dict[str, Any], to: int = END, limit: int = 100, kind: str = "objects") -> Exchange:
    path = f"/{kind}/{identifier}/state-history?to={to}&inverse=true&limit={limit}&skip=0"
    return Exchange("GET", path, 200, list(rows))


def log(*rows: dict[str, Any], ids: tuple[str, ...] = (WEB, DB), kind: int = 1) -> Exchange:
    query = f"from={START}&to={END}&entityType={kind}&" + "&".join(f"entityId={one}" for one in ids)
    return Exchange("GET", f"/state-history-log?{query}&limit=1000&skip=0", 200, list(rows))


def row(name: str, identifier: str, state: str, number: str, since: int, until: int, **more: Any) -> dict[str, Any]:
    def date(moment: int) -> str:
        return f"2026-01-01T00:{moment // 60_000:02}:{moment % 60_000 / 1000:06.3f}+00:00"

    return {
        "object": name,
        "id": identifier,
        "state": state,
        "state_id": number,
        "carried": False,
        "manual": False,
        "since": START + since,
        "since_time": date(since),
        "until": START + until,
        "until_time": date(until),
        "seconds": (until - since) / 1000,
        "reason": {},
        "comment": "",
        **more,
    }


def sums(
    percent: float | None, good: float, counted: float, unknown: float, *states: tuple[Any, ...]
) -> dict[str, Any]:
    return {
        "available_percent": percent,
        "available_seconds": good,
        "counted_seconds": counted,
        "unknown_seconds": unknown,
        "states": [
            {"state": name, "state_id": number, "seconds": seconds, "percent": seconds}
            for name, number, seconds in states
        ],
    }


READ = [("GET", ALL, 200, OBJECTS), ("GET", "/states", 200, STATES)]
MANUAL = {"code": 13, "by": "u1", "text": "works"}
WEB_ROWS = [
    row("/ROOT/web", WEB, "Working", "3", 0, 10_000, carried=True),
    row("/ROOT/web", WEB, "Alarm", "5", 10_000, 30_250, reason={"code": 12}, comment="why"),
    row("/ROOT/web", WEB, "Working", "3", 30_250, 100_000, reason=MANUAL, manual=True),
]
WEB_CHANGES = [change(3, 3, 30_250, reason=MANUAL), change(2, 5, 10_000, reason={"code": 12}, comment="why")]
WEB_BEFORE = change(1, 3, -5000)
WEB_SUMS = sums(79.75, 79.75, 100.0, 0.0, ("Working", "3", 79.75), ("Alarm", "5", 20.25))
DB_ROW = row("/ROOT/база", DB, "Disable", "9", 0, 100_000, carried=True)
DB_SUMS = sums(0.0, 0.0, 100.0, 0.0, ("Disable", "9", 100.0))


@pytest.mark.parametrize("check", [False, True])
def test_one_object_is_one_request(script: Script, check: bool) -> None:
    script(*READ, own(WEB, *WEB_CHANGES, WEB_BEFORE))
    assert run_module(NAME, {"object": "web", **DAY}, check=check) == {
        "changed": False,
        "changes": WEB_ROWS,
        "availability": [{"object": "/ROOT/web", "id": WEB, **WEB_SUMS}],
        "period": PERIOD,
    }


@pytest.mark.parametrize("check", [False, True])
def test_several_come_from_the_log(script: Script, check: bool) -> None:
    changes = [{**one, "entityId": WEB, "entityType": 1, "skip": 0} for one in WEB_CHANGES]
    script(*READ, log(*changes), own(WEB, WEB_BEFORE, to=START, limit=2))
    result = run_module(NAME, {"objects": ["web", "/ROOT/база"], **DAY}, check=check)
    assert result["changes"] == [*WEB_ROWS, DB_ROW]
    assert result["availability"] == [
        {"object": "/ROOT/web", "id": WEB, **WEB_SUMS},
        {"object": "/ROOT/база", "id": DB, **DB_SUMS},
    ]


def test_a_server_without_the_log(script: Script) -> None:
    missing = Exchange("GET", log().path, 404, {"code": "ResourceNotFound", "message": "no"})
    script(*READ, missing, own(WEB, *WEB_CHANGES, WEB_BEFORE), own(DB))
    assert run_module(NAME, {"objects": ["web", "база"], **DAY})["changes"] == [*WEB_ROWS, DB_ROW]


@pytest.mark.parametrize(
    ("options", "percent", "counted"),
    [
        ({"available": ["Alarm"]}, 20.25, 100.0),
        ({"available": ["Working", "5"]}, 100.0, 100.0),
        ({"without": ["alarm"]}, 100.0, 79.75),
        ({"without_manual": True}, 33.0578, 30.25),
        ({"without": ["Working", "Alarm"]}, None, 0.0),
    ],
)
def test_what_counts(script: Script, options: dict[str, Any], percent: float | None, counted: float) -> None:
    script(*READ, own(WEB, *WEB_CHANGES, WEB_BEFORE))
    (found,) = run_module(NAME, {"object": "web", **DAY, **options})["availability"]
    assert (found["available_percent"], found["counted_seconds"]) == (percent, counted)
    assert [one["seconds"] for one in found["states"]] == [79.75, 20.25]


def test_an_object_that_was_created_in_the_period(script: Script) -> None:
    script(*READ, own(WEB, change(1, 3, 60_000)))
    result = run_module(NAME, {"object": "web", **DAY})
    assert result["changes"] == [row("/ROOT/web", WEB, "Working", "3", 60_000, 100_000)]
    assert result["availability"][0] == {
        "object": "/ROOT/web",
        "id": WEB,
        **sums(100.0, 40.0, 40.0, 60.0, ("Working", "3", 40.0)),
    }


def test_a_state_that_is_gone_keeps_its_id(script: Script) -> None:
    script(*READ, own(WEB, change(1, 77, 0)))
    (found,) = run_module(NAME, {"object": "web", **DAY})["changes"]
    assert (found["state"], found["state_id"]) == ("77", "77")


def test_links(script: Script) -> None:
    link = {"id": LINK, "source": WEB, "target": DB, "state_id": 3, "last_state_update": START - 1}
    twin = {**link, "id": f"{LINK}0"}
    script(
        ("GET", "/links?fields=last_state_update,manual_state,source,state_id,target", 200, [twin, link]),
        ("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS),
        ("GET", "/states", 200, STATES),
        log({**change(1, 5, 50_000), "entityId": LINK}, ids=(LINK, f"{LINK}0"), kind=2),
        own(LINK, change(0, 3, -5000), to=START, limit=2, kind="links"),
    )
    result = run_module(NAME, {"links": [LINK, f"{LINK}0", LINK], **DAY})
    assert [(one["link"], one["state"], one["seconds"]) for one in result["changes"]] == [
        (f"/ROOT/web - /ROOT/база ({LINK})", "Working", 50.0),
        (f"/ROOT/web - /ROOT/база ({LINK})", "Alarm", 50.0),
        (f"/ROOT/web - /ROOT/база ({LINK}0)", "Working", 100.0),
    ]
    assert [one["available_percent"] for one in result["availability"]] == [50.0, 100.0]


def test_a_link_that_is_not_there(script: Script) -> None:
    script(("GET", "/links?fields=last_state_update,manual_state,source,state_id,target", 200, []))
    said = run_module(NAME, {"links": ["7"], **DAY})["msg"]
    assert said == "links: there is no link '7': give the id of a link, and check that the account may see it."


@pytest.mark.parametrize("options", [{"objects": []}, {"links": []}])
def test_nothing_is_asked_for_nothing(script: Script, options: dict[str, Any]) -> None:
    links = "/links?fields=last_state_update,manual_state,source,state_id,target"
    script(("GET", links, 200, []) if "links" in options else READ[0], READ[1])
    assert run_module(NAME, {**options, **DAY}) == {
        "changed": False,
        "changes": [],
        "availability": [],
        "period": PERIOD,
    }


def test_the_last_day_by_default(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: END / 1000)
    script(*READ, own(WEB))
    result = run_module(NAME, {"object": "web"})
    assert result["period"] == {"from": "2025-12-31T00:01:40.000+00:00", "to": PERIOD["to"]}
    assert [one["state"] for one in result["changes"]] == ["Working"]  # nothing changed until now


def test_a_period_begins_in_1970_at_the_earliest(script: Script) -> None:
    script(*READ, own(WEB, WEB_BEFORE))
    result = run_module(NAME, {"object": "web", **DAY, "from": "0001-01-01T00:00:00+14:00"})
    assert result["period"]["from"] == "1970-01-01T00:00:00.000+00:00"
    assert result["changes"][0]["since"] == START - 5000


def test_the_future_counts_as_now(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: END / 1000)
    script(*READ, own(WEB))
    assert run_module(NAME, {"object": "web", "to": "+7d"})["period"]["to"] == PERIOD["to"]


@pytest.mark.parametrize("check", [False, True])
def test_a_table(script: Script, tmp_path: Path, check: bool) -> None:
    dest = tmp_path / "changes.csv"
    for _run in range(2):
        script(*READ, own(WEB, *WEB_CHANGES, WEB_BEFORE))
    result = run_module(NAME, {"object": "web", **DAY, "dest": str(dest)}, check=check)
    assert result == {
        "changed": True,
        "dest": str(dest),
        "count": 3,
        "period": PERIOD,
        "availability": [{"object": "/ROOT/web", "id": WEB, **WEB_SUMS}],
    }
    assert dest.exists() is not check
    again = run_module(NAME, {"object": "web", **DAY, "dest": str(dest)}, check=check)
    assert again["changed"] is check
    if not check:
        rows = list(csv.DictReader(dest.open(encoding="utf-8")))
        assert [(one["object"], one["state"], one["seconds"]) for one in rows] == [
            ("/ROOT/web", "Working", "10.0"),
            ("/ROOT/web", "Alarm", "20.25"),
            ("/ROOT/web", "Working", "69.75"),
        ]


def test_a_chart_has_the_colours_of_the_server(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "chart.svg"
    changes = [{**one, "entityId": WEB} for one in WEB_CHANGES]
    script(*READ, log(*changes), own(WEB, WEB_BEFORE, to=START, limit=2))
    result = run_module(NAME, {"objects": ["web", "база"], **DAY, "dest": str(dest)})
    assert (result["changed"], result["count"]) == (True, 4)
    root = ElementTree.parse(dest).getroot()
    space = "{http://www.w3.org/2000/svg}"
    bars = [one for one in root.iter(f"{space}rect") if one.find(f"{space}title") is not None and one.get("fill")]
    assert [each.get("fill") for each in bars][:3] == ["#28adfa", "#e53935", "#28adfa"]
    assert len(bars) == 4
    assert float(str(bars[1].get("width"))) / float(str(bars[0].get("width"))) == pytest.approx(2.025, abs=0.01)
    texts = [one.text for one in root.iter(f"{space}text")]
    assert {"/ROOT/web", "/ROOT/база", "Working", "Alarm", "Disable"} <= {*texts}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"from": "yesterday"},
            "from is 'yesterday': give epoch milliseconds or a date such as 2030-12-31T18:00:00Z, ",
        ),
        ({"to": ""}, "to is '': give a date such as 2030-12-31T18:00:00Z, or a time from now, such as -1h or +30m."),
        ({"from": "-1h", "to": "-2h"}, "from is '-1h', which is not before to: give an earlier moment."),
        ({"from": "+1h", "to": "+2h"}, "from is '+1h', which is not before now: give an earlier moment."),
        ({"from": "-9999w"}, "from is '-9999w': give a shorter time from now"),
        ({"parallel": 0}, "parallel is 0: give a number from 1 to 32."),
        ({"dest": "chart.png"}, "dest is 'chart.png', whose format is not known: give a file that ends in .json, "),
        ({"mode": "0600"}, "mode is given without dest"),
        ({"object": ""}, "object is empty: give a text, or leave the option out."),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(script: Script, options: dict[str, Any], said: str) -> None:
    result = run_module(NAME, {"object": "web", **options})
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(said)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"available": ["Wroking"]}, "available: there is no state 'Wroking' (did you mean 'Working'?)"),
        ({"without": ["7"]}, "without: there is no state '7'"),
    ],
)
def test_states_that_are_not_there(script: Script, options: dict[str, Any], said: str) -> None:
    script(*READ)
    assert run_module(NAME, {"object": "web", **DAY, **options})["msg"].startswith(said)


def test_a_record_without_a_time(script: Script) -> None:
    script(*READ, own(WEB, {"id": "h1", "stateId": 3}))
    assert run_module(NAME, {"object": "web", **DAY})["msg"] == (
        f"GET /objects/{WEB}/state-history answered with a record that has no time or no state: look at it with "
        "saymon.platform.saymon_api, and report it if this server is a SAYMON."
    )


def test_the_result_is_plain_data(script: Script) -> None:
    script(*READ, own(WEB, *WEB_CHANGES, WEB_BEFORE))
    json.dumps(run_module(NAME, {"object": "web", **DAY}))
