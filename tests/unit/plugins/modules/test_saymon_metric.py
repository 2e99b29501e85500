# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_metric."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_metric"
NOW = 1_700_000_000_000
FIRST, SECOND = ({"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": f"db0{number}"} for number in (1, 2))
FIND = search("id", FIRST["id"], SECOND["id"], among=[FIRST, SECOND])


@pytest.fixture(autouse=True)
def the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW / 1000)


def push(record: dict[str, Any], body: Any, status: int = 200) -> tuple[Any, ...]:
    return ("POST", f"/objects/{record['id']}/stat", status, None if status == 200 else {}, body)


def sent(args: dict[str, Any], body: dict[str, Any], script: Script) -> dict[str, Any]:
    """The result of pushing to an object, which must send this body."""
    script(search("id", FIRST["id"], among=[FIRST]), push(FIRST, body))
    return run_module(NAME, {"object": FIRST["id"], **args})


@pytest.mark.parametrize("check", [False, True])
def test_an_object(script: Script, check: bool) -> None:
    script(search("id", FIRST["id"], among=[FIRST]))
    if not check:
        script(push(FIRST, {"payload": {"release": {"number": 42}}}))
    result = run_module(NAME, {"object": FIRST["id"], "metrics": {"release.number": 42}}, check=check)
    assert result["changed"] is True
    assert result["outcomes"] == [{"name": FIRST["id"], "action": "sent", "changed": True}]
    assert result["diff"] == [
        {
            "before_header": "stat",
            "after_header": "stat",
            "before": {},
            "after": {"object": "db01", "metrics": {"release": {"number": 42}}},
        }
    ]


@pytest.mark.parametrize("check", [False, True])
def test_a_link(script: Script, check: bool) -> None:
    script(*[] if check else [("POST", "/links/a%2Fb/stat", 200, None, {"payload": {"payload": {"x": 1}}})])
    result = run_module(NAME, {"link": "a/b", "metrics": {"payload.x": 1}}, check=check)
    assert result["outcomes"] == [{"name": "a/b", "action": "sent", "changed": True}]


def test_everything_that_goes_with_the_data(script: Script) -> None:
    given = {"timestamp": "-1h", "period": "90s", "expiry": 5, "group_key": 7, "initiator": "CI", "metrics": {"a": 1}}
    result = sent(
        given,
        {
            "payload": {"a": 1},
            "timestamp": NOW - 3_600_000,
            "period": 90_000,
            "expiryPeriod": 5_000,
            "groupKey": "7",
            "initiator": "CI",
        },
        script,
    )
    assert result["diff"][0]["after"] == {
        "object": "db01",
        "metrics": {"a": 1},
        "timestamp": "2023-11-14T21:13:20+00:00",
        "period": "90s",
        "expiry": "5s",
        "group_key": "7",
        "initiator": "CI",
    }


@pytest.mark.parametrize(
    ("moment", "milliseconds"),
    [
        ("now", NOW),
        ("+30m", NOW + 1_800_000),
        ("1h-ago", NOW - 3_600_000),
        ("2023-11-14T22:13:20Z", NOW),
        ("2023-11-15T01:13:20+03:00", NOW),
        (NOW, NOW),
    ],
)
def test_moments(script: Script, moment: Any, milliseconds: int) -> None:
    sent({"timestamp": moment, "metrics": {"a": 1}}, {"payload": {"a": 1}, "timestamp": milliseconds}, script)


@pytest.mark.parametrize(
    ("metrics", "payload"),
    [
        ({"a.b": 1, "a": {"c.d": 2.5}, "e": True}, {"a": {"b": 1, "c": {"d": 2.5}}, "e": True}),
        ({"имя": "Ж", "list": [1, "x", {"y": False}], 5: 0}, {"имя": "Ж", "list": [1, "x", {"y": False}], "5": 0}),
        ({"a": "42", "b": "-0.5", "c": ["7"]}, {"a": 42, "b": -0.5, "c": [7]}),
        (
            {"a": "1.10", "b": "007", "c": "1e3", "d": "NaN", "e": " 1", "f": "", "g": "1_0", "h": "٣"},
            {"a": "1.10", "b": "007", "c": "1e3", "d": "NaN", "e": " 1", "f": "", "g": "1_0", "h": "٣"},
        ),
        ({"a": "9" * 5000}, {"a": "9" * 5000}),
    ],
)
def test_values(script: Script, metrics: Any, payload: Any) -> None:
    sent({"metrics": metrics}, {"payload": payload}, script)


def test_names_that_hold_dots(script: Script) -> None:
    sent(
        {"metrics": {"a.b": 1, "a": {"c.d": "2"}}, "dotted": False, "parse_numbers": False},
        {"payload": {"a.b": 1, "a": {"c.d": "2"}}},
        script,
    )


def test_many(script: Script) -> None:
    stats = [
        {"object": FIRST["id"], "metrics": {"a.b": "1"}, "dotted": False, "parse_numbers": False},
        {"link": "7", "metrics": {"a.b": "1"}},
    ]
    script(search("id", FIRST["id"], among=[FIRST]), push(FIRST, {"payload": {"a.b": "1"}}))
    script(("POST", "/links/7/stat", 200, None, {"payload": {"a": {"b": 1}}}))
    result = run_module(NAME, {"stats": stats})
    assert [outcome["name"] for outcome in result["outcomes"]] == [FIRST["id"], "7"]


def test_many_at_the_same_time() -> None:
    server = FakeServer()
    server.whole_lists.add("/stat")
    server.data["/links"] = [{"id": number} for number in range(20)]
    stats = [{"link": str(number), "metrics": {"a": number}} for number in range(20)]
    result = run_on(server, NAME, {"stats": stats, "parallel": 8})
    assert [outcome["name"] for outcome in result["outcomes"]] == [str(number) for number in range(20)]
    assert {path: body for _method, path, body in server.writes} == {
        f"/links/{number}/stat": {"payload": {"a": number}} for number in range(20)
    }
    assert len(server.writes) == 20


@pytest.mark.parametrize("check", [False, True])
def test_an_empty_list_sends_nothing(script: Script, check: bool) -> None:
    assert run_module(NAME, {"stats": []}, check=check) == {"changed": False, "diff": [], "outcomes": []}


def test_one_of_two_fails(script: Script) -> None:
    script(FIND, push(FIRST, {"payload": {"a": 1}}, 403), push(SECOND, {"payload": {"a": 1}}))
    result = run_module(NAME, {"stats": [{"object": one["id"], "metrics": {"a": 1}} for one in (FIRST, SECOND)]})
    assert (result["failed"], result["changed"]) == (True, True)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["failed", "sent"]
    assert result["msg"].startswith(f"1 of 2 stats failed: stats[0] ({FIRST['id']}): POST ")


def test_a_lost_answer_is_not_repeated(script: Script) -> None:
    path = f"/objects/{FIRST['id']}/stat"
    script(search("id", FIRST["id"], among=[FIRST]))
    script(Exchange("POST", path, body={"payload": {"a": 1}}, error=requests.exceptions.ReadTimeout()))
    result = run_module(NAME, {"object": FIRST["id"], "metrics": {"a": 1}})
    assert (result["failed"], result["changed"]) == (True, True)
    assert "This may have been done: " in result["msg"]


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"a": 1, "a.b": 2}, "metrics: 'a' is a value and a branch, since there is also 'a.b': keep one of them."),
        ({"a.b": 2, "a": 1}, "metrics: 'a' is a value and a branch, since there is also 'a.b': keep one of them."),
        ({"a.b": 2, "a": {"b": 1}}, "metrics: 'a.b' is given twice: keep one of them."),
        ({"a..b": 2}, "metrics: the name 'a..b' has an empty part: write names such as cpu.load1."),
        ({"": 2}, "metrics: the name '' has an empty part: write names such as cpu.load1."),
        ({".".join("a" * 40): 1}, "metrics: the name a.a.a... has more than 32 parts: use fewer levels."),
        ({}, "metrics must be given, with at least one value."),
        ({"a": {"b": None}}, "a.b has no value: give a number, a text or a boolean, or leave it out."),
        ({"a": float("nan")}, "a is not a number that can be stored: give a finite number, or leave it out."),
        ({"a": [float("-inf")]}, "a is not a number that can be stored: give a finite number, or leave it out."),
        ({"a": 10**400}, "a is not a number that can be stored: give a finite number, or leave it out."),
        ({"a": {}}, "a is an empty dictionary: give a value, or leave it out."),
        (
            {"a": {"{{ b }}": 1}},
            "write all of metrics as a template, such as \"{{ {'host.' ~ inventory_hostname: 1} }}\".",
        ),
        ({True: 1}, "the name True is not a text: write it in quotes."),
    ],
)
def test_bad_metrics(script: Script, metrics: Any, said: str) -> None:
    result = run_module(NAME, {"link": "7", "metrics": metrics})
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].endswith(said)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"object": "", "metrics": {"a": 1}}, "object is '': give a name or an id."),
        ({"link": "", "metrics": {"a": 1}}, "link is '': give a text that is not empty."),
        ({"metrics": {"a": 1}}, "give either object or link."),
        ({"object": "x", "link": "7", "metrics": {"a": 1}}, "give either object or link."),
        ({"object": "x"}, "metrics must be given, with at least one value."),
        ({"link": "7", "metrics": {"a": 1}, "period": "soon"}, "period is 'soon': give whole seconds, or a number"),
        ({"link": "7", "metrics": {"a": 1}, "timestamp": "5"}, "timestamp is '5': this looks like seconds"),
        ({"link": "7", "metrics": {"a": 1}, "timestamp": ""}, "timestamp is '': give a date such as"),
        ({"link": "7", "metrics": {"a": 1}, "parallel": 40}, "parallel is 40: give a number from 1 to 32."),
        ({"stats": [{"id": "7", "metrics": {"a": 1}}]}, "id is not an option here: name the object with"),
        ({"stats": [{"link": "7", "metrics": 1}]}, "stats[0]: metrics is 1: give a dictionary of values by name"),
        ({"stats": [{"link": "7", "metrics": {"a": 1}}], "link": "8"}, "stats and link are given together"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["changed"]) == (True, False)
    assert said in result["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_an_object_that_does_not_exist(check: bool) -> None:
    server = FakeServer(objects=[FIRST])
    stats = [{"object": name, "metrics": {"a": 1}} for name in ("db01", "db03")]
    result = run_on(server, NAME, {"stats": stats}, check=check)
    if check:  # an earlier task may be about to create it
        assert "'db03'" in result["warnings"][0]
    else:
        assert "there is no object 'db03'" in result["msg"]
    assert server.writes == []
