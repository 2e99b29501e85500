# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions, triggers and rules of an item, whatever it is: what is sent, what is kept, and what is refused."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.conditions import (
    append_flags,
    conditions_of,
    own_conditions_of,
    refuse_both,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, lost, refused
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .test_condition_grammar import READABLE

Record = dict[str, Any]
PUMP = "64b1f0c2a9d3e45f6a7b9001"
STATES: list[Record] = [
    {"id": 3, "name": "Working"},
    {"id": 4, "name": "Overloaded"},
    {"id": "64b1f0c2a9d3e45f6a7b9a01", "name": "Течь"},
]
LEVELS: list[Record] = [{"id": 1, "name": "Alarm"}, {"id": 2, "name": "Warning"}]
FIELDS = (*own_conditions_of("/pumps"), *conditions_of("/pumps"))
PUMPS = Resource(
    name="pump",
    plural="pumps",
    path="/pumps",
    adjust=refuse_both,
    flags=append_flags(*FIELDS),
    fields=(Field("name", "name", Text(filled=True)), *FIELDS),
)


def pumps(option: str = "", present: list[Record] | None = None) -> FakeServer:
    server = FakeServer(pumps=[{"id": PUMP, "name": "a"}], states=STATES, incident_levels=LEVELS)
    if present is not None:
        server.below[path_of(option)] = present
    return server


def path_of(option: str) -> str:
    return f"/pumps/{PUMP}/{option.replace('_', '-')}"


@dataclass(frozen=True)
class Case:
    """A list as users write it, how it is sent, other forms in which a server may show it, one more entry, and that as
    it is sent."""

    option: str
    given: list[Record]
    sent: list[Record]
    shown: list[list[Record]]
    more: Record
    more_sent: Record
    reads: list[str]


LOAD = {"condition": {"cpu.load1": {"_gt": "8"}}, "state": 4, "description": "Load"}
DISK_FORMULA = {"_formula": {"definition": "{{disk.used}} / {{disk.size}}", "value": ">=0.9"}}
CASES = [
    Case(
        "state_conditions",
        [
            {"when": {"cpu.load1": {"gt": 8}}, "state": "overloaded", "description": "Load"},
            {"when": {"formula": "[disk.used] / [disk.size]", "ge": 0.9}, "state": "Течь"},
        ],
        [LOAD, {"condition": DISK_FORMULA, "state": STATES[2]["id"], "description": ""}],
        [
            [
                {**LOAD, "condition": {"cpu.load1": {"_gt": 8.0}}, "state": "4", "since": 5},
                {"condition": DISK_FORMULA, "state": STATES[2]["id"]},
            ],
            [
                {**LOAD, "condition": {"_field": {"name": "cpu.load1", "value": {"_gt": "8"}}}},
                {"condition": json.dumps(DISK_FORMULA), "state": STATES[2]["id"], "description": None},
            ],
        ],
        {"condition": {"rtt": {"_gt": 250}}, "state": 3},
        {"condition": {"rtt": {"_gt": 250}}, "state": 3, "description": ""},
        ["/states"],
    ),
    Case(
        "incident_conditions",
        [{"when": {"rtt": {"gt": 250}}, "clear_when": {"rtt": {"lt": 50}}, "level": "Warning", "text": "Медленно"}],
        [
            {
                "condition": {"rtt": {"_gt": "250"}},
                "clearCondition": {"rtt": {"_lt": "50"}},
                "state": 2,
                "text": "Медленно",
            }
        ],
        [
            [
                {
                    "id": "c1",
                    "condition": {"rtt": {"_gt": 250}},
                    "clearCondition": {"rtt": {"_lt": "50.0"}},
                    "state": "2",
                    "text": "Медленно",
                }
            ]
        ],
        {"condition": {"up": {"_eq": "false"}}, "level": 1},
        {"condition": {"up": {"_eq": "false"}}, "state": 1, "text": ""},
        ["/incident-levels"],
    ),
    Case(
        "state_triggers",
        [
            {
                "type": "e-mail",
                "payload": {"to": "noc@example.org", "limit": "5"},
                "states": ["Overloaded", "Working"],
                "duration": "60000",
                "periodicity": {"value": 5, "unit": "minutes"},
            }
        ],
        [
            {
                "type": "e-mail",
                "payload": {"to": "noc@example.org", "limit": "5"},
                "states": [3, 4],
                "duration": 60000,
                "periodicity": {"value": 5, "unit": "minutes"},
            }
        ],
        [
            [
                {
                    "type": "e-mail",
                    "payload": {"limit": 5, "to": "noc@example.org"},
                    "states": ["4", "3"],
                    "duration": "60000",
                    "periodicity": {"value": "5", "unit": "minutes"},
                    "id": "t1",
                }
            ]
        ],
        {"type": "pager", "payload": {"number": 5}, "states": ["4"]},
        {"type": "pager", "payload": {"number": 5}, "states": [4]},
        ["/states"],
    ),
    Case(
        "stat_rules",
        [
            {
                "when": [{"cpu": {"lt": 0}}, {"metric": "ram", "exists": True}],
                "actions": [
                    {"type": "set", "field": "cpu", "value": "[new.cpu] * -1"},
                    {"type": "set", "field": "ram", "value": 1},
                    {"type": "extend"},
                ],
            }
        ],
        [
            {
                "conditions": [
                    {"_field": {"name": "cpu", "value": {"_lt": "0"}}},
                    {"_field": {"name": "ram", "value": {"_exists": True}}},
                ],
                "actions": [
                    {"type": "set", "field": "cpu", "value": "{{new.cpu}} * -1"},
                    {"type": "set", "field": "ram", "value": 1},
                    {"type": "extend"},
                ],
            }
        ],
        [
            [
                {
                    "conditions": [{"cpu": {"_lt": 0}}, {"ram": {"_exists": "true"}}],
                    "actions": [
                        {"type": "set", "field": "cpu", "value": "{{new.cpu}} * -1", "id": 1},
                        {"type": "set", "field": "ram", "value": "1"},
                        {"type": "extend", "field": None},
                    ],
                    "rules": [],
                }
            ]
        ],
        {"conditions": [{"a": {"_gt": 1}}], "actions": [{"type": "drop", "field": "a"}]},
        {"conditions": [{"a": {"_gt": 1}}], "actions": [{"type": "drop", "field": "a"}]},
        [],
    ),
]
EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.option)


@pytest.mark.parametrize("check", [True, False])
@EVERY
def test_a_list_that_is_not_there_yet(case: Case, check: bool) -> None:
    server = pumps()
    result = ensure_on(server, PUMPS, {"name": "a", case.option: case.given}, check=check)
    assert (result.get("msg"), result["changed"]) == (None, True)
    assert server.reads == [*case.reads, "/pumps", path_of(case.option)]
    assert server.writes == ([] if check else [("PUT", path_of(case.option), case.sent)])


@pytest.mark.parametrize("check", [True, False])
@EVERY
def test_a_list_that_is_there(case: Case, check: bool) -> None:
    """In the form in which it was sent, and in others that a server may show."""
    for present in (case.sent, *case.shown):
        server = pumps(case.option, present)
        result = ensure_on(server, PUMPS, {"name": "a", case.option: case.given}, check=check)
        assert (result.get("msg"), result["changed"], result["diff"], server.writes) == (None, False, [], [])
        assert server.reads == [*case.reads, "/pumps", path_of(case.option)]


@pytest.mark.parametrize("append", [False, True])
@EVERY
def test_one_more(case: Case, append: bool) -> None:
    """Exact or added; what the server has stays as the server has it, what the table does not know included."""
    for present in (case.sent, *case.shown):
        server = pumps(case.option, present)
        given = [case.more] if append else [*case.given, case.more]
        item = {"name": "a", case.option: given, f"append_{case.option}": append}
        result = ensure_on(server, PUMPS, item)
        assert (result.get("msg"), result["changed"]) == (None, True)
        ((method, path, body),) = server.writes
        assert (method, path, body[-1]) == ("PUT", path_of(case.option), case.more_sent)
        for entry, had in zip(body, present, strict=False):
            assert entry.items() >= {key: had[key] for key in had.keys() - case.sent[0].keys()}.items()
        server.journal.clear()
        assert ensure_on(server, PUMPS, item)["changed"] is False
        assert server.writes == []


@EVERY
def test_an_empty_list(case: Case) -> None:
    item = {"name": "a", case.option: []}
    none: list[list[Record] | None] = [None, []]
    for present in none:
        server = pumps(case.option, present)
        assert (ensure_on(server, PUMPS, item)["changed"], server.writes) == (False, [])
    server = pumps(case.option, case.sent)
    assert ensure_on(server, PUMPS, item)["changed"] is True
    assert server.writes == [("PUT", path_of(case.option), [])]


@EVERY
def test_of_a_new_item(case: Case) -> None:
    server = pumps()
    ensure_on(server, PUMPS, {"name": "new", case.option: case.given})
    created = server.one("/pumps", name="new")["id"]
    below = f"/pumps/{created}/{case.option.replace('_', '-')}"
    assert server.writes == [("POST", "/pumps", {"name": "new"}), ("PUT", below, case.sent)]


# --- what this module does not know ---------------------------------------------------------------


def test_an_entry_that_is_changed_keeps_what_the_table_does_not_know() -> None:
    present = [
        {**LOAD, "id": 1},
        {**LOAD, "state": 3, "id": 2, "hidden": {"a": [None]}},
        {**LOAD, "description": "x", "id": 3, "void": None},
    ]
    server = pumps("state_conditions", present)
    given = [
        {"when": {"cpu.load1": {"gt": 8}}, "state": 4, "description": "x"},  # was the last
        {"when": {"cpu.load1": {"gt": 9}}, "state": 3, "description": "Load"},  # in the place of the second
        {"when": {"cpu.load1": {"gt": 1}}, "state": 3},
        {"when": {"cpu.load1": {"gt": 2}}, "state": 3, "extra": {"id": 7, "colour": "red"}},
    ]
    ensure_on(server, PUMPS, {"name": "a", "state_conditions": given})
    ((_method, _path, body),) = server.writes
    assert body[0] == {**LOAD, "description": "x", "id": 3, "void": None}
    assert [{key: entry.get(key) for key in ("id", "hidden", "colour")} for entry in body] == [
        {"id": 3, "hidden": None, "colour": None},
        {"id": 2, "hidden": {"a": [None]}, "colour": None},
        {"id": None, "hidden": None, "colour": None},
        {"id": 7, "hidden": None, "colour": "red"},
    ]


def test_further_keys_are_compared_when_they_are_given() -> None:
    server = pumps("state_conditions", [{**LOAD, "id": 1, "colour": "red"}])
    entry = {"when": {"cpu.load1": {"gt": 8}}, "state": 4, "description": "Load"}
    same = {**entry, "extra": {"colour": "red"}}
    assert ensure_on(server, PUMPS, {"name": "a", "state_conditions": [same]})["changed"] is False
    result = ensure_on(server, PUMPS, {"name": "a", "state_conditions": [{**entry, "extra": {"colour": "blue"}}]})
    assert server.writes == [("PUT", path_of("state_conditions"), [{**LOAD, "id": 1, "colour": "blue"}])]
    assert result["diff"][0]["before"]["state_conditions"][0]["extra"] == {"id": 1, "colour": "red"}


def test_a_condition_in_an_unknown_form_passes() -> None:
    for own in ({"x": 42}, '{"x": 42}', {"_new": [{"a": None}]}, {"cpu": {"gt": 8}}):
        server = pumps()
        ensure_on(server, PUMPS, {"name": "a", "state_conditions": [{"condition": own, "state": 3}]})
        condition = json.loads(own) if isinstance(own, str) else own
        assert server.writes[0][2][0]["condition"] == condition


def test_what_only_the_own_form_can_express_is_shown_in_it() -> None:
    server = pumps()
    rules = [{"conditions": [{"a": {"_gt": 1}}, {"x": 42}], "actions": []}]
    conditions = [{"condition": {"x": 42}, "state": "Working", "description": ""}]
    triggers = [{"condition": {}, "clear_condition": {"x": 42}, "level": 1}]
    item = {"name": "a", "state_conditions": conditions, "stat_rules": rules, "incident_conditions": triggers}
    after = ensure_on(server, PUMPS, item)["diff"][0]["after"]
    assert after["state_conditions"] == conditions
    assert after["stat_rules"] == rules
    assert after["incident_conditions"] == [{"when": {}, "clear_condition": {"x": 42}, "level": "Alarm", "text": ""}]


# --- those of the class ---------------------------------------------------------------------------

EXISTS, OWN = f"{path_of('state_conditions')}/exists", path_of("state_conditions")
INHERIT = {"name": "a", "inherit_state_conditions": True}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("present", [[LOAD], []])
def test_own_conditions_are_dropped(present: list[Record], check: bool) -> None:
    server = pumps("state_conditions", present)
    result = ensure_on(server, PUMPS, INHERIT, check=check)
    assert server.reads == ["/pumps", EXISTS]
    assert server.writes == ([] if check else [("DELETE", OWN, None)])
    assert result["diff"][0]["after"] == {"inherit_state_conditions": True}
    if not check:
        server.journal.clear()
        assert (ensure_on(server, PUMPS, INHERIT)["changed"], server.writes) == (False, [])


@pytest.mark.parametrize("check", [True, False])
def test_without_own_conditions_nothing_is_done(check: bool) -> None:
    server = pumps()
    assert (ensure_on(server, PUMPS, INHERIT, check=check)["changed"], server.writes) == (False, [])
    assert server.reads == ["/pumps", EXISTS]


@pytest.mark.parametrize(("present", "own"), [([LOAD], True), ([], True), (None, False)])
def test_a_server_that_does_not_know_whether_there_are_own_ones(present: Any, own: bool) -> None:
    server = pumps("state_conditions", present)
    server.deaf.add(f"GET {EXISTS}")
    assert ensure_on(server, PUMPS, INHERIT)["changed"] is own
    assert server.reads == ["/pumps", EXISTS, OWN]


def test_not_to_inherit_asks_for_nothing() -> None:
    for present in ([LOAD], None):
        server = pumps("state_conditions", present)
        item = {"name": "a", "inherit_state_conditions": False}
        assert (ensure_on(server, PUMPS, item)["changed"], server.writes) == (False, [])
    server = pumps()
    ensure_on(server, PUMPS, {**INHERIT, "name": "new"})
    assert server.writes == [("POST", "/pumps", {"name": "new"})]


def test_a_lost_answer_to_the_deletion() -> None:
    server = pumps("state_conditions", [LOAD])
    server.after.append(("DELETE .*", lost))
    result = ensure_on(server, PUMPS, INHERIT)
    assert (result["changed"], result["summary"]["recovered"], OWN in server.below) == (True, 1, False)


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"state_conditions": [{"when": {}, "state": 3}, {"when": {}, "state": "Overlod"}]},
            "state_conditions: entry 2: there is no state 'Overlod': check the spelling, or create it first.",
        ),
        (
            {"state_triggers": [{"type": "sms", "payload": {}, "states": ["Working", 77]}]},
            "state_triggers: entry 1: there is no state '77': check the spelling, or create it first.",
        ),
        (
            {"incident_conditions": [{"when": {}, "level": "Minor"}]},
            "incident_conditions: entry 1: there is no incident level 'Minor': check the spelling, or create it first.",
        ),
        (
            {"state_conditions": [{"when": {"cpu": {"gte": 8}}, "state": 3}]},
            "entry 1: when of each state condition: 'gte' of cpu is not an operator: choose one of eq, ne, gt,",
        ),
        (
            {"state_conditions": [{"state": 3}]},
            "entry 1: each state condition must have when.",
        ),
        (
            {"state_conditions": [{"when": {}, "condition": {}, "state": 3}]},
            "when and condition of each state condition are the same in two forms: leave one of them out.",
        ),
        (
            {"state_conditions": [{"condition": "cpu > 8", "state": 3}]},
            "when of each state condition: condition must be a dictionary, got str.",
        ),
        (
            {"state_conditions": [{"when": {}, "state": 3, "colour": "red"}]},
            "each state condition has no option 'colour': choose one of when, state, description, extra, condition.",
        ),
        (
            {"state_conditions": [{"when": {}, "state": 3, "extra": {"state": 4}}]},
            "extra of each state condition: state has an option of its own: give it there.",
        ),
        (
            {"stat_rules": [{"conditions": {}, "actions": []}]},
            "when of each stat rule: conditions must be a list, got dict.",
        ),
        (
            {"stat_rules": [{"actions": [{"type": "explode"}]}]},
            "actions of each stat rule: entry 1: type of each action: 'explode' is not one of set, extend, drop.",
        ),
        (
            {"inherit_state_conditions": True, "state_conditions": []},
            "inherit_state_conditions and state_conditions are given together, but only one of them can hold",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_write(given: Record, said: str) -> None:
    server = pumps()
    result = ensure_on(server, PUMPS, {"name": "new"}, {"name": "a", **given})
    assert said in str(result.get("msg"))
    assert server.writes == []


def test_incident_conditions_that_are_switched_off() -> None:
    server = pumps()
    server.before.append(("PUT .*", refused(409)))
    result = ensure_on(server, PUMPS, {"name": "a", "incident_conditions": [{"when": {}, "level": 1}]})
    assert result["outcomes"][0]["msg"] == (
        "incident_conditions: this server has incident conditions switched off (409): "
        "set server.conditional_incidents_enabled in its configuration, or leave the option out."
    )


def test_another_refusal_is_told_as_it_is() -> None:
    server = pumps()
    server.before.append(("PUT .*", refused(403)))
    result = ensure_on(server, PUMPS, {"name": "a", "incident_conditions": [{"when": {}, "level": 1}]})
    assert "answered 403: not today" in result["outcomes"][0]["msg"]


# --- the diff -------------------------------------------------------------------------------------


def test_a_change_of_one_number_is_one_line_of_the_diff() -> None:
    present = [{**LOAD, "description": f"Нагрузка {number}", "state": STATES[2]["id"]} for number in range(3)]
    server = pumps("state_conditions", present)
    given = [
        {"when": {"cpu.load1": {"gt": 9 if number == 1 else 8}}, "state": "Течь", "description": f"Нагрузка {number}"}
        for number in range(3)
    ]
    result = ensure_on(server, PUMPS, {"name": "a", "state_conditions": given}, check=True)
    assert result["diff"][0]["after"]["state_conditions"] == given
    before, after = (
        json.dumps(result["diff"][0][side], indent=4, sort_keys=True, ensure_ascii=False).splitlines()
        for side in ("before", "after")
    )
    lines = list(difflib.unified_diff(before, after, lineterm=""))[3:]
    assert [line.strip("+- ") for line in lines if line[0] in "+-"] == ['"gt": 8', '"gt": 9']
    assert any('"state": "Течь"' in line for line in lines)
    assert any('"cpu.load1"' in line for line in lines)


# --- any lists ------------------------------------------------------------------------------------

ENTRIES = st.lists(
    st.fixed_dictionaries(
        {"when": READABLE, "state": st.sampled_from(["Working", "4", "Течь"])},
        optional={"description": st.sampled_from(["", "x", "Имя"])},
    ),
    max_size=3,
)


@pytest.mark.slow
@settings(
    max_examples=80,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(first=ENTRIES, second=ENTRIES, append=st.booleans())
def test_any_conditions_are_reached_and_then_left_alone(
    first: list[Record], second: list[Record], append: bool
) -> None:
    server = pumps()
    for conditions in (first, second):
        item = {"name": "a", "state_conditions": conditions, "append_state_conditions": append}
        foreseen = ensure_on(server, PUMPS, item, check=True)
        result = ensure_on(server, PUMPS, item)
        assert not result.get("failed"), result
        assert (foreseen["changed"], foreseen["diff"]) == (result["changed"], result["diff"])
        for diff in result["diff"]:  # what is shown may be given again
            shown = {"name": "a", "state_conditions": diff["after"]["state_conditions"]}
            server.journal.clear()
            assert (ensure_on(server, PUMPS, shown)["changed"], server.writes) == (False, [])
        server.journal.clear()
        assert (ensure_on(server, PUMPS, item)["changed"], server.writes) == (False, [])


# --- any nonsense ---------------------------------------------------------------------------------

JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 9),
        st.sampled_from([10**400, 1e300, float("nan"), "", "x", "Working", "1", "{}", "{", "[1]", ">=5", "\x00"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *("when", "condition", "state", "states", "type", "payload", "actions", "value", "level", "extra"),
                    *("_and", "_field", "_formula", "_ratio", "name", "definition", "num", "denom", "clearCondition"),
                    *("all", "any", "formula", "metric", "ratio", "gt", "_gt", "conditions", "id", "periodicity"),
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


def _entry(option: str) -> st.SearchStrategy[Any]:
    """Entries of the right shape, with anything in them."""
    shape = {key: JUNK for case in CASES if case.option == option for key in (*case.given[0], *case.sent[0])}
    return st.lists(st.one_of(st.fixed_dictionaries({}, optional=shape), JUNK), max_size=3)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
@pytest.mark.parametrize("option", [case.option for case in CASES])
def test_any_nonsense_is_a_result(option: str, data: st.DataObject) -> None:
    """From a user and from a server; a bug would be raised."""
    server = pumps(option, data.draw(_entry(option)))
    conditions = data.draw(st.one_of(_entry(option), st.just([CASES[0].given[0]])))
    item = {"name": "a", option: conditions, f"append_{option}": data.draw(st.booleans())}
    foreseen = ensure_on(server, PUMPS, item, check=True)
    result = ensure_on(server, PUMPS, item)
    assert foreseen.get("msg") == result.get("msg")
    if not result.get("failed"):
        assert ensure_on(server, PUMPS, item)["changed"] is False


@pytest.mark.parametrize("depth", [50, 300])
@pytest.mark.parametrize("option", ["state_conditions", "stat_rules"])
def test_what_is_nested_too_deeply_is_refused_or_kept(option: str, depth: int) -> None:
    condition: Any = {"cpu": {"_gt": "8"}}
    for _level in range(depth):
        condition = {"_and": [condition]}
    entry = (
        {"condition": condition, "state": 3}
        if option == "state_conditions"
        else {"conditions": [condition], "actions": []}
    )
    server = pumps(option, [entry])
    given = {"when": {"cpu": {"gt": 8}}, "state": 3} if option == "state_conditions" else {"actions": []}
    result = ensure_on(server, PUMPS, {"name": "a", option: [given]}, check=True)
    if result.get("failed"):
        assert "holds" in result["msg"]
        assert "in a form that is not known" in result["msg"]
    ensure_on(server, PUMPS, {"name": "a", option: [entry]}, check=True)


@pytest.mark.parametrize("append", [False, True])
def test_an_item_that_refers_to_a_new_one_keeps_what_is_below_it(append: bool) -> None:
    """What it refers to is planned later, so it is found later than the others; its lists are read all the same."""
    server = FakeServer(objects=[{"id": PUMP, "name": "pump", "parent_id": [1]}], states=STATES)
    path = f"/objects/{PUMP}/state-conditions"
    server.below[path] = [LOAD]
    more = {"when": {"rtt": {"gt": 250}}, "state": "Working"}
    pump = {"name": "pump", "parents": ["/hall", "/ROOT"], "state_conditions": [more]}
    result = ensure_on(server, "object", pump, {"name": "hall"}, append_state_conditions=append)
    assert result["diff"][0]["before"]["state_conditions"][0]["description"] == "Load"
    sent = [{"condition": {"rtt": {"_gt": "250"}}, "state": 3, "description": ""}]
    assert server.below[path] == ([LOAD, *sent] if append else sent)
    server.journal.clear()
    again = ensure_on(server, "object", pump, {"name": "hall"}, append_state_conditions=append)
    assert (again["changed"], server.writes) == (False, [])
