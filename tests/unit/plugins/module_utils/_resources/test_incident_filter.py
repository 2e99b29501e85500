# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The readable form of incident filters: what it means, what is sent of it, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_incidents import search_incidents
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident_filter import (
    _CONDITIONS,
    parse_filter,
    query_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer

NOW = 1_700_000_000_000
LAST = 253_402_300_799_999
SITE, DB, WEB = ({"id": f"o{number}", "name": name} for number, name in enumerate(("Shop", "db01", "web01")))
OBJECTS: list[dict[str, Any]] = [
    {**SITE, "parent_id": [1], "class_id": 20, "state_id": 3},
    {
        **DB,
        "parent_id": ["o0"],
        "class_id": 3,
        "state_id": 5,
        "properties": [{"name": "Owner", "value": "ops", "type_id": 1}],
    },
    {**WEB, "parent_id": [1], "class_id": 3, "state_id": 3},
]
LINKS: list[dict[str, Any]] = [
    {"id": "l1", "source": "o1", "target": "o2", "class_id": 35, "state_id": 8},
    {"id": "l2", "source": "o2", "target": "o0"},
]
OPEN = {"id": "i1", "entityId": "o1", "entityType": 1, "state": 1, "text": "disk is full", "timestamp": NOW - 60_000}
KNOWN = {
    "id": "i2",
    "entityId": "o2",
    "entityType": 1,
    "state": "4",
    "text": None,
    "comment": "ticket 77",
    "acknowledgedBy": "u1",
    "timestamp": NOW - 3_600_000,
    "localTimestamp": NOW - 7_200_000,
}
OVER = {
    "id": "i3",
    "entityId": "o0",
    "entityType": 1,
    "state": 3,
    "lastState": 1,
    "text": "Диск полон",
    "timestamp": NOW - 86_400_000,
    "clearTimestamp": NOW - 1000,
    "removed": {"userId": "u1", "timestamp": NOW},
}
CABLE = {"id": "i4", "entityId": "l1", "entityType": 2, "state": 1, "text": "down", "timestamp": NOW}
INCIDENTS: list[dict[str, Any]] = [OPEN, KNOWN, OVER, CABLE]


def server() -> FakeServer:
    return FakeServer(
        objects=OBJECTS,
        links=LINKS,
        users=[{"id": "u1", "login": "ann", "status": 2}, {"id": "u2", "login": "bob", "status": 2}],
        classes=[{"id": 3, "name": "Host"}, {"id": 35, "name": "Link"}],
        states=[{"id": 5, "name": "Alarm"}, {"id": 8, "name": "Down"}],
        incident_levels=[{"id": 1, "name": "Alarm"}, {"id": 3, "name": "Cleared"}, {"id": 4, "name": "Major"}],
    )


def outcome(monkeypatch: pytest.MonkeyPatch, wanted: Any) -> tuple[list[str], Any, Any]:
    """The ids of the incidents that match, and what a server is asked for."""
    find = "ansible_collections.saymon.platform.plugins.module_utils._resources.find_incidents.now"
    monkeypatch.setattr(find, lambda: NOW)
    search = search_incidents(server(), RESOURCES, Credentials("ci", "x"), {"filter": wanted})
    assert search.condition
    query = query_of(search.condition, search.ids)
    sent = None if query["filter"] is None else json.loads(query["filter"])
    return [one["id"] for one in INCIDENTS if search.holds(one)], sent, query["parentFilter"]


@pytest.mark.parametrize(
    ("wanted", "found", "sent"),
    [
        ({"level": "Alarm"}, ["i1", "i4"], ["severity", ["1"]]),
        ({"level": ["Alarm", "major"]}, ["i1", "i2", "i4"], ["severity", ["1", "4"]]),
        ({"level": 3}, ["i3"], ["severity", ["3"]]),
        ({"object": "db01"}, ["i1"], ["entity", "objects-o1"]),
        ({"object": "/ROOT/Shop/db01"}, ["i1"], ["entity", "objects-o1"]),
        ({"object": ["o1", "/Shop"]}, ["i1", "i3"], ["$or", [["entity", "objects-o0"], ["entity", "objects-o1"]]]),
        ({"object": "Shop", "recursive": False}, ["i3"], ["entity", "objects-o0"]),
        ({"link": "l1"}, ["i4"], ["entity", "links-l1"]),
        ({"link": ["l1", "l2"]}, ["i4"], ["$or", [["entity", "links-l1"], ["entity", "links-l2"]]]),
        ({"link": {"source": "db01", "target": "web01"}}, ["i4"], None),
        ({"link": {"source": "web01", "target": "db01"}}, [], None),
        ({"text": "disk is full"}, ["i1"], ["text", {"value": "disk is full", "op": "_eq"}]),
        ({"text": {"equals": "disk"}}, [], ["text", {"value": "disk", "op": "_eq"}]),
        ({"text": {"contains": "Диск"}}, ["i3"], ["text", {"value": "Диск", "op": "_ct"}]),
        ({"text": {"matches": "^d.*l$"}}, ["i1"], ["text", {"value": "^d.*l$", "op": "_m"}]),
        ({"text": {"not_contains": "d"}}, ["i2", "i3"], None),
        ({"text": {"contains": "d", "not_equals": "down"}}, ["i1"], ["text", {"value": "d", "op": "_ct"}]),
        (
            {"text": {"contains": "d", "matches": "w"}},
            ["i4"],
            ["$and", [["text", {"value": "d", "op": "_ct"}], ["text", {"value": "w", "op": "_m"}]]],
        ),
        ({"comment": {"contains": 77}}, ["i2"], ["comment", {"value": "77", "op": "_ct"}]),
        ({"comment": {"not_equals": "ticket 77"}}, ["i1", "i3", "i4"], None),
        ({"registered": {"since": "-2m"}}, ["i1", "i4"], ["timestamp", {"from": NOW - 120_000, "to": LAST}]),
        ({"registered": {"until": "-2h"}}, ["i3"], ["timestamp", {"from": 0, "to": NOW - 7_200_000}]),
        (
            {"occurred": {"since": "2023-11-14T00:00:00Z", "until": "now"}},
            ["i2"],
            ["localTimestamp", {"from": 1_699_920_000_000, "to": NOW}],
        ),
        ({"cleared": {"since": "-1h"}}, ["i3"], ["clearTimestamp", {"from": NOW - 3_600_000, "to": LAST}]),
        ({"acknowledged_by": "ann"}, ["i2"], ["acknowledgedBy", "u1"]),
        ({"acknowledged_by": ["ann", "bob"]}, ["i2"], ["$or", [["acknowledgedBy", "u1"], ["acknowledgedBy", "u2"]]]),
        ({"acknowledged_by": "64b1f0c2a9d3e45f6a7b8c01"}, [], ["acknowledgedBy", "64b1f0c2a9d3e45f6a7b8c01"]),
        ({"acknowledged": True}, ["i2"], None),
        ({"acknowledged": "no"}, ["i1", "i3", "i4"], None),
        ({"open": True}, ["i1", "i2", "i4"], None),
        ({"removed": True}, ["i3"], None),
        ({"class": "Host"}, ["i1", "i2"], ["classId", "3"]),
        ({"class": ["Host", 35]}, ["i1", "i2", "i4"], ["$or", [["classId", "3"], ["classId", "35"]]]),
        ({"entity_state": ["Alarm", "Down"]}, ["i1", "i4"], ["stateId", ["5", "8"]]),
        ({"property": {"name": "Owner"}}, ["i1"], None),
        (
            {"property": {"name": "Owner", "equals": "ops"}},
            ["i1"],
            ["property", {"value": "ops", "op": "_eq", "property": "Owner"}],
        ),
        ({"property": {"name": "Owner", "not_equals": "dev"}}, ["i1"], None),
        (
            {"level": "Alarm", "text": {"contains": "disk"}},
            ["i1"],
            ["$and", [["severity", ["1"]], ["text", {"value": "disk", "op": "_ct"}]]],
        ),
        ({"level": "Alarm", "acknowledged": False}, ["i1", "i4"], ["severity", ["1"]]),
        (
            {"any": [{"level": "Major"}, {"object": "Shop"}]},
            ["i2", "i3"],
            ["$or", [["severity", ["4"]], ["entity", "objects-o0"]]],
        ),
        ({"any": [{"level": "Major"}, {"open": False}]}, ["i2", "i3"], None),
        ({"any": [{"level": "Major"}]}, ["i2"], ["$or", [["severity", ["4"]]]]),
        (
            {"all": [{"any": [{"level": 1}, {"level": 4}]}, {"open": True}, {"text": {"contains": "o"}}]},
            ["i4"],
            ["$and", [["$or", [["severity", ["1"]], ["severity", ["4"]]]], ["text", {"value": "o", "op": "_ct"}]]],
        ),
    ],
)
def test_what_a_filter_means(monkeypatch: pytest.MonkeyPatch, wanted: Any, found: list[str], sent: Any) -> None:
    assert outcome(monkeypatch, wanted) == (found, None if sent is None else [sent], None)


@pytest.mark.parametrize(
    ("wanted", "found", "parent"),
    [
        ({"object": "Shop", "recursive": True}, ["i1", "i3", "i4"], "o0"),
        ({"all": [{"object": "Shop", "recursive": True}]}, ["i1", "i3", "i4"], "o0"),
        ({"object": ["Shop", "web01"], "recursive": True}, ["i1", "i2", "i3", "i4"], None),
        ({"object": "/ROOT", "recursive": True}, ["i1", "i2", "i3", "i4"], "1"),
        ({"any": [{"object": "Shop", "recursive": True}, {"level": 4}]}, ["i1", "i2", "i3", "i4"], None),
    ],
)
def test_everything_below_an_object(
    monkeypatch: pytest.MonkeyPatch, wanted: Any, found: list[str], parent: str | None
) -> None:
    assert outcome(monkeypatch, wanted) == (found, None, parent)


def test_every_condition_is_tried() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [key for key in _CONDITIONS if f'"{key}": ' not in text] == []


CHOICES = ", ".join(_CONDITIONS)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({}, "filter must be a dictionary with conditions such as {level: [Alarm]}, got {}."),
        (
            [["severity", [1]]],
            "filter must be a dictionary with conditions such as {level: [Alarm]}, got [['severity', [1]]].",
        ),
        ({"levl": 1}, f"filter has no key 'levl' (did you mean 'level'?): choose one of {CHOICES}."),
        ({"any": [{"tekst": 1}]}, f"filter.any[0] has no key 'tekst' (did you mean 'text'?): choose one of {CHOICES}."),
        ({"any": {}}, "filter.any must be a list of dictionaries with conditions, got {}."),
        ({"all": []}, "filter.all must be a list of dictionaries with conditions, got []."),
        ({"recursive": True}, "filter.recursive is given without object: add the object, or leave recursive out."),
        ({"object": "x", "recursive": 7}, "filter.recursive must be true or false, got 7."),
        ({"level": []}, "filter.level must be a name or an id, or a list of them, got []."),
        ({"level": True}, "filter.level must be a name or an id, or a list of them, got True."),
        ({"object": {"a": 1}}, "filter.object must be a name or an id, or a list of them, got {'a': 1}."),
        (
            {"link": {"source": "a"}},
            "filter.link must be the id of a link, or have source and target, got {'source': 'a'}.",
        ),
        (
            {"text": {"contians": "x"}},
            "filter.text has no key 'contians' (did you mean 'contains'?): choose one of equals, not_equals, matches, "
            "contains, not_contains.",
        ),
        ({"text": {}}, "filter.text must be a text, or a comparison such as {contains: disk}, got {}."),
        ({"text": ["x"]}, "filter.text.equals: give a text (use the filter to_json for a structure)."),
        (
            {"comment": {"matches": "("}},
            "filter.comment.matches is '(', which is not a regular expression (missing ), unterminated subpattern "
            "at position 0).",
        ),
        ({"cleared": True}, "filter.cleared must be a dictionary such as {since: -1h}, got True."),
        (
            {"occurred": {"from": 1}},
            "filter.occurred has no key 'from': choose one of since, until.",
        ),
        (
            {"occurred": {"since": "yesterday"}},
            "filter.occurred.since is 'yesterday': give epoch milliseconds or a date such as 2030-12-31T18:00:00Z, or "
            "a time from now, such as -1h or +30m.",
        ),
        (
            {"occurred": {"since": "now", "until": "-1h"}},
            "filter.occurred: since is later than until: swap the two, or correct them.",
        ),
        ({"property": "x"}, "filter.property must be a dictionary with the name of a property, got 'x'."),
        (
            {"property": {"name": "x", "value": 1}},
            "filter.property has no key 'value': choose one of name, equals, not_equals, matches, contains, "
            "not_contains.",
        ),
        ({"open": "maybe"}, "filter.open must be true or false, got 'maybe'."),
    ],
)
def test_what_is_wrong_with_a_filter(wanted: Any, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        parse_filter(wanted, NOW)
    assert str(raised.value) == said


def test_names_that_do_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        BadInput, match=r"filter.any\[1\].level: there is no incident level 'Alarn' \(did you mean 'Alarm'"
    ):
        outcome(monkeypatch, {"any": [{"level": "Major"}, {"level": "Alarn"}]})
    with pytest.raises(BadInput, match=r"filter.object: there is no object 'db0'"):
        outcome(monkeypatch, {"object": "db0"})


@pytest.mark.parametrize("odd", [None, [], {}, "x", True, 10**30, [[]], {"id": {}}])
@pytest.mark.parametrize(
    "key", ["entityId", "entityType", "state", "text", "timestamp", "localTimestamp", "clearTimestamp"]
)
def test_odd_incidents_raise_no_accident(monkeypatch: pytest.MonkeyPatch, key: str, odd: Any) -> None:
    wanted = {
        "any": [
            *({"level": "Alarm"}, {"object": "db01"}, {"text": "x"}, {"registered": {"since": "-1h"}}),
            *(
                {"occurred": {"until": "now"}},
                {"cleared": {"until": "now"}},
                {"class": "Host"},
                {"entity_state": "Alarm"},
            ),
            *({"object": "Shop", "recursive": True}, {"property": {"name": "Owner"}}, {"link": "l1"}),
        ]
    }
    search = search_incidents(server(), RESOURCES, Credentials("ci", "x"), {"filter": wanted})
    assert search.holds({**CABLE, key: odd}) in (True, False)
    assert search.holds({**OPEN, key: odd}) in (True, False)
