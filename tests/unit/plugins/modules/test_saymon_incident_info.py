# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_incident_info."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources import find_incidents
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_incident_info"
NOW = 1_700_000_000_000
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
SHOP: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "Shop", "parent_id": [1]}
DB: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e02", "name": "db01", "parent_id": [SHOP["id"]], "class_id": 3}
OBJECTS: list[dict[str, Any]] = [ROOT, SHOP, DB]
FIRST = {
    "id": "i1",
    "entityId": DB["id"],
    "entityType": 1,
    "state": 1,
    "lastState": 1,
    "text": "disk",
    "timestamp": NOW - 90_500,
    "localTimestamp": NOW - 120_000,
}
SECOND = {"id": "i2", "entityId": "l1", "entityType": 2, "state": "4", "acknowledgedBy": "u1", "timestamp": NOW - 1000}
THIRD = {**FIRST, "id": "i10", "entityId": SHOP["id"], "text": None}
LEVELS = ("GET", "/incident-levels", 200, [{"id": 1, "name": "Alarm"}, {"id": 4, "name": "Major"}])
USERS = ("GET", "/users", 200, [{"id": "u1", "login": "ann", "status": 2}])
LINKS = (
    "GET",
    "/links?fields=class_id,properties,source,state_id,target",
    200,
    [{"id": "l1", "source": SHOP["id"], "target": DB["id"]}],
)
FACTS = Exchange("GET", "/objects?fields=class_id,name,parent_id,properties,state_id", 200, OBJECTS)


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_incidents, "now", lambda: NOW)


def active(*records: Any, wanted: Any = None, more: str = "", order: str = "asc") -> Exchange:
    text = f"filter={quote(json.dumps([wanted], ensure_ascii=False, separators=(',', ':')))}&" if wanted else ""
    return Exchange(
        "GET", f"/incidents?{text}{more}sortField=timestamp&sortDirection={order}&limit=1000", 200, list(records)
    )


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("options", "exchanges", "found"),
    [
        ({}, [active(THIRD, SECOND, FIRST)], [FIRST, SECOND, THIRD]),
        ({"limit": 1}, [active(SECOND, FIRST, order="desc")], [SECOND]),
        ({"limit": 10**30}, [active(SECOND, FIRST, order="desc")], [FIRST, SECOND]),
        ({"max_items": 2}, [active(SECOND, THIRD, FIRST, order="desc")], [SECOND, THIRD]),
        ({"owner": True}, [active(FIRST, more="owner=true&")], [FIRST]),
        ({"id": "i1"}, [("GET", "/incidents/i1", 200, FIRST)], [FIRST]),
        ({"id": "a/b"}, [("GET", "/incidents/a%2Fb", 404, {})], []),
        (
            {"id": "i1", "filter": {"level": "Major"}},
            [LEVELS, ("GET", "/incidents/i1", 200, FIRST)],
            [],
        ),
        ({"history": True}, [("GET", "/incident-history?limit=1000", 200, [FIRST])], [FIRST]),
        (
            {"history": True, "limit": 1},
            [("GET", "/incident-history?inverse=true&limit=1000", 200, [SECOND, FIRST])],
            [SECOND],
        ),
        ({"history": True, "id": "i2"}, [("GET", "/incident-history?limit=1000", 200, [FIRST, SECOND])], [SECOND]),
        (
            {"filter": {"level": "Alarm", "text": {"contains": "disk"}}},
            [
                LEVELS,
                active(
                    FIRST,
                    SECOND,
                    THIRD,
                    wanted=["$and", [["severity", ["1"]], ["text", {"value": "disk", "op": "_ct"}]]],
                ),
            ],
            [FIRST],
        ),
        (
            {"filter": {"object": "/ROOT/Shop"}},
            [
                search("name", "ROOT", "ROOT/Shop", "Shop", among=OBJECTS),
                active(FIRST, THIRD, wanted=["entity", f"objects-{SHOP['id']}"]),
            ],
            [THIRD],
        ),
        (
            {"filter": {"object": "Shop", "recursive": True}},
            [FACTS, active(FIRST, SECOND, more=f"parentFilter={SHOP['id']}&"), LINKS],
            [FIRST, SECOND],
        ),
        (
            {"filter": {"property": {"name": "x"}}, "fields": ["text"]},
            [FACTS, active(FIRST)],
            [],
        ),
        ({"fields": ["text"]}, [active(FIRST)], [{"id": "i1", "text": "disk"}]),
    ],
)
def test_what_is_listed(script: Script, check: bool, options: Any, exchanges: list[Any], found: list[Any]) -> None:
    script(*exchanges)
    assert run_module(NAME, options, check=check) == {"changed": False, "incidents": found}


def test_names_and_ages(script: Script) -> None:
    script(
        active(FIRST, SECOND),
        Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS),
        LINKS,
        LEVELS,
        USERS,
    )
    found = run_module(NAME, {"resolve": True, "age": True})["incidents"]
    assert found == [
        {
            **FIRST,
            "age": 120,
            "entity": "/ROOT/Shop/db01",
            "names": {"level": "Alarm", "last_level": "Alarm", "acknowledged_by": None, "commented_by": None},
        },
        {
            **SECOND,
            "age": 1,
            "entity": "/ROOT/Shop - /ROOT/Shop/db01",
            "names": {"level": "Major", "last_level": None, "acknowledged_by": "ann", "commented_by": None},
        },
    ]


def test_names_of_users_that_the_account_may_not_see(script: Script) -> None:
    script(
        active(SECOND),
        ("GET", LINKS[1], 200, []),
        LEVELS,
        ("GET", "/users", 200, [{"id": "u1", "login": "A. B."}]),
    )
    result = run_module(NAME, {"filter": {"open": True}, "resolve": True})
    (found,) = result["incidents"]
    assert (found["entity"], found["names"]["acknowledged_by"]) == ("link l1", "u1")
    assert result["warnings"][0].startswith("The names of users cannot be read, so resolve returns their ids. ")


def test_pages(script: Script) -> None:
    many = [{**FIRST, "id": f"{number:024x}"} for number in range(1001)]
    whole = active().path
    script(
        Exchange("GET", whole, 200, many[:1000]),
        Exchange("GET", f"{whole}&skip=900", 200, many[900:]),
    )
    assert run_module(NAME)["incidents"] == many


def test_into_a_file_twice(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "incidents.json"
    for changed in (True, False):
        script(active(SECOND, FIRST))
        assert run_module(NAME, {"dest": str(dest)}) == {"changed": changed, "dest": str(dest), "count": 2}
    assert json.loads(dest.read_text()) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"filter": {}}, "filter must be a dictionary with conditions such as {level: [Alarm]}, got {}."),
        ({"limit": 0}, "limit is 0: give a number, 1 or more."),
        ({"id": ""}, "id is empty: give a text, or leave the option out."),
    ],
)
def test_what_is_refused_before_anything_is_sent(script: Script, options: Any, said: str) -> None:
    assert run_module(NAME, options)["msg"] == said


def test_an_unknown_level(script: Script) -> None:
    script(LEVELS)
    assert run_module(NAME, {"filter": {"level": ["Alarn"]}})["msg"] == (
        "filter.level: there is no incident level 'Alarn' (did you mean 'Alarm'?): check the spelling, and whether the "
        "account may see it."
    )
