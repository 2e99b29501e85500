# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every form of resource that the table format carries, each by a table made here."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import (
    Entries,
    Entry,
    WholeList,
    sub_collection,
    whole_list,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    Flag,
    Json,
    Number,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.plugins.module_utils._state.transition import State, transition
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, lost, refused
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

Record = dict[str, Any]
Write = tuple[str, str, Any]
BOX = "64b1f0c2a9d3e45f6a7b9001"
RANDOM = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# What may happen to a write: an answer that is lost before or after the server has done it, and a refusal.
FAULTS = st.lists(st.sampled_from(["before", "after", "refused"]), max_size=3)


def prove(
    make: Callable[[], FakeServer], table: Resource, item: Record, writes: list[Write], **steering: Any
) -> tuple[Record, FakeServer]:
    """The four cases of any table: check mode and run, each with a change and without. The diff and the server after
    it."""
    server = make()
    predicted = ensure_on(server, table, item, check=True, **steering)
    assert (predicted.get("msg"), predicted["changed"], server.writes) == (None, True, [])
    result = ensure_on(server, table, item, **steering)
    assert (result.get("msg"), result["changed"], server.writes) == (None, True, writes)
    assert result["diff"] == predicted["diff"]
    assert result.get("warnings") is None
    for check in (True, False):
        server.journal.clear()
        again = ensure_on(server, table, item, check=check, **steering)
        assert (again.get("msg"), again["changed"], again["diff"], server.writes) == (None, False, [], [])
    (diff,) = predicted["diff"]
    return {"before": diff["before"], "after": diff["after"]}, server


def run_until_done(server: FakeServer, table: Resource, item: Record, faults: list[str], **steering: Any) -> None:
    """Run through faults, then without any, then once more: nothing is left to do."""
    for fault in faults:
        where = server.after if fault == "after" else server.before
        where.append((".*", refused(500) if fault == "refused" else lost))
    ensure_on(server, table, item, **steering)
    server.before.clear()
    server.after.clear()
    result = ensure_on(server, table, item, **steering)
    assert not result.get("failed"), result
    server.journal.clear()
    again = ensure_on(server, table, item, **steering)
    assert (again.get("msg"), again["changed"], server.writes) == (None, False, [])


# --- sub-collection
# ----------------------------------------------------------------------------------------------------------

OPERATIONS = Entries(
    "operation",
    Field("name", "name", Text(filled=True)),
    (
        Field("kind", "type", Choice({"script": 1, "mail": 2, "fixed": 9}, 1), create_only=True),
        Field("timeout", "timeoutSeconds", Number(30)),
    ),
    kept=frozenset({9}),
)
BOXES = Resource(
    name="box",
    plural="boxes",
    path="/boxes",
    flags={"append_operations": {"type": "bool", "default": False}},
    fields=(
        Field("name", "name", Text(filled=True)),
        Field(
            "operations",
            "operations",
            OPERATIONS,
            writer=sub_collection("/boxes", "operations", "operations", OPERATIONS),
            in_create=False,
            append="append_operations",
        ),
    ),
)
PRESENT = [
    {"id": "o1", "name": "restart", "type": 1, "timeoutSeconds": 30},
    {"id": "o2", "name": "tell", "type": 2, "timeoutSeconds": 5},
    {"id": "o3", "name": "built in", "type": 9, "timeoutSeconds": 1},
]
WANTED = [{"name": "restart", "timeout": "60"}, {"name": "stop", "kind": "script"}]
CHANGES: list[Write] = [
    ("PATCH", f"/boxes/{BOX}/operations/o1", {"timeoutSeconds": 60}),
    ("POST", f"/boxes/{BOX}/operations", {"name": "stop", "type": 1, "timeoutSeconds": 30}),
]
REMOVAL: Write = ("DELETE", f"/boxes/{BOX}/operations/o2", None)


def boxes(operations: list[Record] | None = None) -> FakeServer:
    return FakeServer(boxes=[{"id": BOX, "name": "a", "operations": PRESENT if operations is None else operations}])


@pytest.mark.parametrize(("append", "writes"), [(True, CHANGES), (False, [*CHANGES, REMOVAL])])
def test_sub_collection(append: bool, writes: list[Write]) -> None:
    diff, server = prove(boxes, BOXES, {"name": "a", "operations": WANTED}, writes, append_operations=append)
    assert diff["after"]["operations"]["stop"] == {"kind": "script", "timeout": 30}
    ids = {entry["name"]: entry["id"] for entry in server.one("/boxes")["operations"]}
    assert (ids["restart"], ids["built in"]) == ("o1", "o3")  # kept
    assert ("tell" in ids) is append


def test_sub_collection_whose_server_wants_some_options_with_every_change() -> None:
    entries = Entries("entry", Field("name", "name", Text()), (Field("a", "a", Text()), Field("b", "b", Text())))
    writer = sub_collection("/boxes", "entries", "entries", entries, repeat=("name", "a"))
    table = replace(BOXES, flags={}, fields=(BOXES.fields[0], Field("entries", "entries", entries, writer=writer)))
    present = [{"id": "e1", "name": "one", "a": "1", "b": "2"}, {"id": "e2", "name": "two", "a": "1", "b": "2"}]
    wanted = [{"name": "one", "a": "1", "b": "9"}, {"name": "two", "a": "1"}]
    writes: list[Write] = [("PATCH", f"/boxes/{BOX}/entries/e1", {"name": "one", "a": "1", "b": "9"})]
    prove(
        lambda: FakeServer(boxes=[{"id": BOX, "name": "a", "entries": present}]),
        table,
        {"name": "a", "entries": wanted},
        writes,
    )


def test_sub_collection_of_a_new_parent() -> None:
    item = {"name": "b", "operations": WANTED}
    server = FakeServer(boxes=[])
    ensure_on(server, BOXES, item)
    created = server.one("/boxes")["id"]
    assert [(method, path) for method, path, _body in server.writes] == [
        ("POST", "/boxes"),
        ("POST", f"/boxes/{created}/operations"),
        ("POST", f"/boxes/{created}/operations"),
    ]


@pytest.mark.parametrize(
    ("operations", "said"),
    [
        ([{"name": "x"}, {"name": "x"}], "operation 'x' is listed twice: merge the two."),
        ([{"timeout": 5}], "each operation must have name."),
        ([{"name": "x", "colour": "red"}], "has no option 'colour': choose one of name, kind, timeout."),
        ([{"name": "x", "timeout": "soon"}], "timeout of each operation: give a whole number, 0 or more."),
        ([{"name": "restart", "kind": "mail"}], "operations: kind of each operation cannot be changed after creation"),
    ],
)
def test_sub_collection_refuses(operations: Any, said: str) -> None:
    server = boxes()
    result = ensure_on(server, BOXES, {"name": "a", "operations": operations})
    assert said in str(result.get("msg"))
    assert server.writes == []


NAMES = st.sampled_from("abcd")
ENTRIES = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"timeout": st.integers(0, 3)}),
    max_size=4,
    unique_by=lambda entry: entry["name"],
)


@pytest.mark.slow
@RANDOM
@given(first=ENTRIES, second=ENTRIES, append=st.booleans(), faults=FAULTS)
def test_any_sub_collection_is_reached(
    first: list[Record], second: list[Record], append: bool, faults: list[str]
) -> None:
    server = boxes([{"id": f"o{entry['name']}", "type": 1, "timeoutSeconds": 30, **entry} for entry in first])
    for entry in server.one("/boxes")["operations"]:
        entry["timeoutSeconds"] = entry.pop("timeout", 30)
    before = {entry["name"]: entry for entry in server.one("/boxes")["operations"]}
    old = {name: entry["timeoutSeconds"] for name, entry in before.items()}
    ids = {name: entry["id"] for name, entry in before.items()}
    run_until_done(server, BOXES, {"name": "a", "operations": second}, faults, append_operations=append)
    found = server.one("/boxes")["operations"]
    wanted = {entry["name"]: entry.get("timeout", old.get(entry["name"], 30)) for entry in second}
    assert {entry["name"]: entry["timeoutSeconds"] for entry in found} == {**(old if append else {}), **wanted}
    assert all(entry["id"] == ids[entry["name"]] for entry in found if entry["name"] in ids)


# --- whole list
# --------------------------------------------------------------------------------------------------------------

RULE = Entry(
    "each rule",
    (
        Field("condition", "condition", Json("dict", {})),
        Field("state", "state", Reference("state")),
        Field("note", "description", Text()),
    ),
    required=("condition", "state"),
)
SETTING = Entry(
    "each setting", (Field("name", "name", Text(filled=True)), Field("value", "value", Text())), required=("name",)
)
SENSORS = Resource(
    name="sensor",
    plural="sensors",
    path="/sensors",
    flags={name: {"type": "bool", "default": False} for name in ("append_rules", "append_settings")},
    fields=(
        Field("name", "name", Text(filled=True)),
        whole_list("rules", WholeList(RULE), "/sensors", "state-conditions", append="append_rules"),
        whole_list(
            "settings",
            WholeList(SETTING, keyed=True),
            "/sensors",
            "monitoring",
            method="POST",
            append="append_settings",
        ),
    ),
)
STATES = [{"id": 3, "name": "Alarm"}, {"id": 4, "name": "Down"}]
HIGH = {"condition": {"rtt": {"_gt": "250"}}, "state": 3, "description": "slow"}
RULES_PATH, SETTINGS_PATH = f"/sensors/{BOX}/state-conditions", f"/sensors/{BOX}/monitoring"


def sensors(rules: list[Record] | None = None, settings: list[Record] | None = None) -> FakeServer:
    server = FakeServer(sensors=[{"id": BOX, "name": "a"}, {"id": 7, "name": "b"}], states=STATES)
    server.whole_lists = {"/state-conditions", "/monitoring"}
    server.below = {
        path: value for path, value in ((RULES_PATH, rules), (SETTINGS_PATH, settings)) if value is not None
    }
    return server


DOWN_RULE = {"condition": {"up": False}, "state": "Down"}
DOWN_SENT = {"condition": {"up": False}, "state": 4, "description": ""}


@pytest.mark.parametrize(
    ("present", "append", "sent"),
    [
        (None, False, [DOWN_SENT]),
        (None, True, [DOWN_SENT]),
        ([HIGH], False, [DOWN_SENT]),
        ([HIGH], True, [HIGH, DOWN_SENT]),
        ([DOWN_SENT, HIGH], False, [DOWN_SENT]),
    ],
)
def test_whole_list(present: Any, append: bool, sent: list[Record]) -> None:
    diff, _server = prove(
        lambda: sensors(present),
        SENSORS,
        {"name": "a", "rules": [DOWN_RULE]},
        [("PUT", RULES_PATH, sent)],
        append_rules=append,
    )
    assert diff["after"]["rules"][-1] == {"condition": {"up": False}, "state": "Down", "note": ""}


@pytest.mark.parametrize(
    ("append", "sent"),
    [
        (False, [{"name": "period", "value": "60"}]),
        (True, [{"name": "period", "value": "60"}, {"name": "task", "value": "ping"}]),
    ],
)
def test_whole_list_with_a_key(append: bool, sent: list[Record]) -> None:
    present = [{"name": "period", "value": "5"}, {"name": "task", "value": "ping"}]
    prove(
        lambda: sensors(None, present),
        SENSORS,
        {"name": "a", "settings": [{"name": "period", "value": 60}]},
        [("POST", SETTINGS_PATH, sent)],
        append_settings=append,
    )


OPEN_SETTING = Entry(
    "each setting",
    (Field("name", "name", Text(filled=True)), Field("value", "value", Text())),
    required=("name",),
    open=True,
)


@pytest.mark.parametrize("keyed", [True, False])
@pytest.mark.parametrize("append", [True, False])
def test_open_entries_keep_what_the_table_does_not_know(keyed: bool, append: bool) -> None:
    field = whole_list(
        "settings", WholeList(OPEN_SETTING, keyed=keyed), "/sensors", "monitoring", append="append_settings"
    )
    table = Resource(
        name="sensor", plural="sensors", path="/sensors", flags=SENSORS.flags, fields=(SENSORS.fields[0], field)
    )
    present = [{"name": "a", "value": "1", "id": 7}, {"name": "b", "value": "2", "id": 8, "unit": None}]
    given = [{"name": "a", "value": "1"}, {"name": "b", "value": "3", "extra": {"more": [1]}}]
    changed = {"name": "b", "value": "3", "id": 8, "unit": None, "more": [1]}
    added = [*present, {"name": "b", "value": "3", "more": [1]}]
    sent = added if append and not keyed else [present[0], changed]
    item = {"name": "a", "settings": given}
    prove(lambda: sensors(None, present), table, item, [("PUT", SETTINGS_PATH, sent)], append_settings=append)


def test_a_refusal_that_the_table_explains() -> None:
    field = whole_list("settings", WholeList(SETTING), "/sensors", "monitoring", refusals={409: "switch it on there."})
    table = Resource(name="sensor", plural="sensors", path="/sensors", fields=(SENSORS.fields[0], field))
    for status, said in ((409, "settings: switch it on there."), (403, f"PUT {SETTINGS_PATH} answered 403")):
        server = sensors()
        server.before.append(("PUT .*", refused(status)))
        (outcome,) = ensure_on(server, table, {"name": "a", "settings": [{"name": "x"}]})["outcomes"]
        assert outcome["msg"].startswith(said)


@pytest.mark.parametrize("parallel", [1, 2])
def test_whole_lists_are_read_at_once_for_the_items_that_name_them(parallel: int) -> None:
    server = sensors([HIGH])
    server.data["/sensors"].append({"id": 8, "name": "c"})
    high = {"condition": HIGH["condition"], "state": "Alarm", "note": "slow"}
    both, plain_get = Barrier(parallel, timeout=10), server.get

    def get(path: str, **query: Any) -> Any:
        both.wait()
        return plain_get(path, **query)

    server.get = get  # type: ignore[method-assign]
    items = [{"name": "a", "rules": [high]}, {"name": "b"}, {"name": "c", "rules": []}]
    result = ensure_on(server, SENSORS, *items, parallel=parallel)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged"] * 3
    assert sorted(server.reads) == sorted(["/states", "/sensors", RULES_PATH, "/sensors/8/state-conditions"])


def test_whole_list_of_a_new_parent() -> None:
    server = sensors()
    ensure_on(server, SENSORS, {"name": "new", "rules": [DOWN_RULE]})
    created = server.one("/sensors", name="new")["id"]
    assert server.writes == [
        ("POST", "/sensors", {"name": "new"}),
        ("PUT", f"/sensors/{created}/state-conditions", [DOWN_SENT]),
    ]


def test_whole_list_refuses_a_key_that_is_listed_twice() -> None:
    server = sensors()
    result = ensure_on(server, SENSORS, {"name": "a", "settings": [{"name": "x"}, {"name": "x"}]})
    assert "'x' is listed twice: merge the two." in result["msg"]


def test_whole_list_that_is_read_elsewhere() -> None:
    """As monitoring settings, which are read among the properties of another type."""
    field = whole_list(
        "settings",
        WholeList(SETTING, keyed=True),
        "/sensors",
        "monitoring",
        method="POST",
        source="props",
        only=lambda entry: entry["type_id"] == 8,
    )
    table = Resource(name="sensor", plural="sensors", path="/sensors", fields=(SENSORS.fields[0], field))
    server = sensors()
    server.whole_lists.add("/props")
    server.below[f"/sensors/{BOX}/props"] = [
        {"name": "period", "value": "5", "type_id": 8},
        {"name": "Owner", "value": "ann", "type_id": 1},
    ]
    result = ensure_on(server, table, {"name": "a", "settings": [{"name": "period", "value": 5}]})
    assert (result["changed"], server.writes) == (False, [])
    ensure_on(server, table, {"name": "a", "settings": []})
    assert server.writes == [("POST", SETTINGS_PATH, [])]


def test_whole_list_that_cannot_be_read_is_told() -> None:
    server = sensors()
    server.below[RULES_PATH] = "nonsense"  # type: ignore[assignment]
    result = ensure_on(server, SENSORS, {"name": "a", "rules": []})
    assert f"GET {RULES_PATH} did not answer with a list" in result["msg"]


RULES = st.lists(
    st.fixed_dictionaries(
        {"condition": st.dictionaries(NAMES, st.integers(0, 1), max_size=1), "state": st.sampled_from(["Alarm", "4"])},
        optional={"note": NAMES},
    ),
    max_size=3,
)


@pytest.mark.slow
@RANDOM
@given(first=RULES, second=RULES, append=st.booleans(), faults=FAULTS)
def test_any_whole_list_is_reached(first: list[Record], second: list[Record], append: bool, faults: list[str]) -> None:
    def sent(rules: list[Record]) -> list[Record]:
        return [
            {
                "condition": rule["condition"],
                "state": {"Alarm": 3, "4": 4}[rule["state"]],
                "description": rule.get("note", ""),
            }
            for rule in rules
        ]

    server = sensors(sent(first) if first else None)
    run_until_done(server, SENSORS, {"name": "a", "rules": second}, faults, append_rules=append)
    missing = [rule for rule in sent(second) if rule not in sent(first)]
    wanted = [*sent(first), *missing] if append else sent(second)
    assert server.below.get(RULES_PATH, []) == wanted


# --- pair
# --------------------------------------------------------------------------------------------------------------------


def wires(*, unordered: bool) -> Resource:
    return Resource(
        name="wire",
        plural="wires",
        path="/wires",
        key=("source", "target"),
        find_by=("class",),
        unordered_key=unordered,
        fields=(
            Field("source", "source", Reference("object"), create_only=True),
            Field("target", "target", Reference("object"), create_only=True),
            Field("class", "class_id", Reference("class"), create_only=True),
            Field("weight", "weight", Number(1)),
        ),
    )


A, B, C = (f"64b1f0c2a9d3e45f6a7b900{letter}" for letter in "abc")
ENDS = [
    {"id": identifier, "name": name, "parent_id": [1]} for identifier, name in ((A, "db01"), (B, "sw1"), (C, "sw2"))
]


def wired(*present: Record) -> FakeServer:
    return FakeServer(
        objects=ENDS, classes=[{"id": 35, "name": "Link"}, {"id": 36, "name": "Fibre"}], wires=list(present)
    )


ONE = {"id": "w1", "source": A, "target": B, "class_id": 35, "weight": 1}
ITEM = {"source": "db01", "target": "sw1"}


@pytest.mark.parametrize("unordered", [True, False])
def test_pair(unordered: bool) -> None:
    table = wires(unordered=unordered)
    created = {"source": A, "target": B, "weight": 2}
    diff, server = prove(wired, table, {**ITEM, "weight": 2}, [("POST", "/wires", created)])
    assert diff["after"] == {"source": "db01", "target": "sw1", "weight": 2, "state": "present"}
    prove(lambda: wired(ONE), table, {**ITEM, "weight": 2}, [("PATCH", "/wires/w1", {"weight": 2})])
    prove(lambda: wired(ONE), table, {**ITEM, "state": "absent"}, [("DELETE", "/wires/w1", None)])
    result = ensure_on(server, table, {**ITEM, "weight": 5}, {**ITEM, "weight": 6})
    assert (
        result["msg"]
        == "wires[1] (db01 - sw1): this wire is listed twice, also as wires[0] (db01 - sw1): merge the two."
    )
    assert ensure_on(wired(ONE), table, {**ITEM, "weight": 5})["outcomes"][0]["name"] == "db01 - sw1"


@pytest.mark.parametrize(("unordered", "action"), [(True, "unchanged"), (False, "created")])
def test_pair_with_its_ends_the_other_way_round(unordered: bool, action: str) -> None:
    server = wired(ONE)
    result = ensure_on(server, wires(unordered=unordered), {"source": "sw1", "target": "db01"})
    assert [outcome["action"] for outcome in result["outcomes"]] == [action]


def test_pair_with_a_class() -> None:
    both, table = (ONE, {**ONE, "id": "w2", "class_id": 36}), wires(unordered=False)
    result = ensure_on(wired(*both), table, {**ITEM, "weight": 2})
    assert (
        result["msg"]
        == "wires[0] (db01 - sw1): several wires match (ids w1, w2): give the id, or remove the duplicate."
    )
    prove(lambda: wired(*both), table, {**ITEM, "class": "Fibre", "weight": 2}, [("PATCH", "/wires/w2", {"weight": 2})])
    changed = ensure_on(wired(ONE), table, {"id": "w1", "class": "Fibre"})
    assert "class is 'Link' and cannot be changed after creation" in changed["msg"]


@pytest.mark.parametrize("order", [1, -1])
def test_pair_whose_class_the_server_chooses_may_be_the_one_to_be_absent(order: int) -> None:
    server = wired()
    items = [{**ITEM, "class": "Link", "state": "absent"}, ITEM][::order]
    result = ensure_on(server, wires(unordered=False), *items)
    assert result["failed"]
    assert ("puts another wire in its place" if order == 1 else "is listed twice") in result["msg"]
    assert server.writes == []


def test_pair_without_an_end() -> None:
    server, table = wired(), wires(unordered=False)
    assert (
        "there is no object 'sw9': check the spelling, or create it first"
        in ensure_on(server, table, {**ITEM, "target": "sw9"})["msg"]
    )
    assert "target must be given" in ensure_on(server, table, {"source": "db01"})["msg"]
    gone = ensure_on(server, table, {**ITEM, "target": "sw9", "state": "absent"})
    assert (gone.get("msg"), gone["changed"], gone["outcomes"][0]["name"]) == (None, False, "db01 - sw9")


@pytest.mark.slow
@RANDOM
@given(
    first=st.lists(st.tuples(st.sampled_from([A, B, C]), st.sampled_from([A, B, C])), max_size=4, unique=True),
    ends=st.tuples(st.sampled_from(["db01", "sw1", "sw2"]), st.sampled_from(["db01", "sw1", "sw2"])),
    state=st.sampled_from(["present", "absent"]),
    faults=FAULTS,
)
def test_any_pair_is_reached(
    first: list[tuple[str, str]], ends: tuple[str, str], state: str, faults: list[str]
) -> None:
    server = wired(*({"id": f"w{number}", "source": up, "target": to} for number, (up, to) in enumerate(first)))
    run_until_done(server, wires(unordered=False), {"source": ends[0], "target": ends[1], "state": state}, faults)
    ids = {"db01": A, "sw1": B, "sw2": C}
    asked = (ids[ends[0]], ids[ends[1]])
    wanted = {*first, asked} if state == "present" else {*first} - {asked}
    assert sorted((one["source"], one["target"]) for one in server.find("/wires")) == sorted(wanted)


# --- update by PUT of everything
# ---------------------------------------------------------------------------------------------------

PRESETS = Resource(
    name="preset",
    plural="presets",
    path="/presets",
    key=("key", "name"),
    update="PUT",
    fields=(
        Field("key", "key", Text(filled=True)),
        Field("name", "name", Text(filled=True)),
        Field("value", "value", Text()),
        Field("colour", "style.colour", Text()),
    ),
)
PRESET = {"id": "p1", "key": "view", "name": "mine", "value": "x", "style": {"colour": "red", "width": 1}, "seen": 5}


def test_put_of_everything() -> None:
    wanted = {"key": "view", "name": "mine", "colour": "blue"}
    body = {"key": "view", "name": "mine", "value": "x", "style": {"colour": "blue", "width": 1}}
    _diff, server = prove(lambda: FakeServer(presets=[PRESET]), PRESETS, wanted, [("PUT", "/presets/p1", body)])
    prove(
        lambda: FakeServer(presets=[PRESET]), PRESETS, {**wanted, "state": "absent"}, [("DELETE", "/presets/p1", None)]
    )
    assert server.one("/presets")["value"] == "x"  # not reset by what was left out


@pytest.mark.slow
@RANDOM
@given(values=st.fixed_dictionaries({}, optional={"value": NAMES, "colour": NAMES}), faults=FAULTS)
def test_any_put_keeps_what_was_left_out(values: Record, faults: list[str]) -> None:
    server = FakeServer(presets=[PRESET])
    run_until_done(server, PRESETS, {"key": "view", "name": "mine", **values}, faults)
    record = server.one("/presets")
    assert (record["value"], record["style"]["colour"]) == (values.get("value", "x"), values.get("colour", "red"))


# --- fixed set
# ---------------------------------------------------------------------------------------------------------------

TEMPLATES = Resource(
    name="template",
    plural="templates",
    path="/templates",
    key=("group", "kind"),
    states=("present",),
    fixed=True,
    fields=(
        Field("group", "group", Text(filled=True)),
        Field("kind", "type", Text(filled=True)),
        Field("text", "text", Text()),
    ),
)
FIXED = [
    {"id": "t1", "group": "alarm", "type": "mail", "text": "x"},
    {"id": "t2", "group": "alarm", "type": "sms", "text": "y"},
]


def test_fixed_set() -> None:
    item = {"group": "alarm", "kind": "sms", "text": "z"}
    prove(lambda: FakeServer(templates=FIXED), TEMPLATES, item, [("PATCH", "/templates/t2", {"text": "z"})])
    server = FakeServer(templates=FIXED)
    result = ensure_on(server, TEMPLATES, {**item, "kind": "fax"})
    assert result["msg"] == (
        "templates[0] (alarm fax): there is no template 'alarm fax', and "
        "none can be created: there are alarm mail, alarm sms."
    )
    assert "'absent' is not one of present" in ensure_on(server, TEMPLATES, {**item, "state": "absent"})["msg"]
    assert server.writes == []


@pytest.mark.slow
@RANDOM
@given(kind=st.sampled_from(["mail", "sms"]), text=st.sampled_from(["x", "y", "z"]), faults=FAULTS)
def test_any_fixed_item_is_reached(kind: str, text: str, faults: list[str]) -> None:
    server = FakeServer(templates=FIXED)
    run_until_done(server, TEMPLATES, {"group": "alarm", "kind": kind, "text": text}, faults)
    assert server.one("/templates", type=kind)["text"] == text


# --- singleton
# ---------------------------------------------------------------------------------------------------------------

SETUP = Resource(
    name="setup",
    plural="setups",
    path="/setup",
    key=(),
    states=("present",),
    singleton=True,
    fields=(
        Field("language", "language", Text()),
        Field("debug", "log.debug", Flag()),
        Field("days", "days", Number()),
    ),
)


def setup() -> FakeServer:
    server = FakeServer()
    server.singletons["/setup"] = {"language": "en", "log": {"debug": False, "level": 3}}
    return server


def test_singleton() -> None:
    diff, server = prove(
        setup, SETUP, {"debug": True, "language": "en"}, [("PATCH", "/setup", {"log": {"debug": True, "level": 3}})]
    )
    assert diff == {"before": {"debug": False}, "after": {"debug": True}}
    assert server.reads == ["/setup"]


@pytest.mark.slow
@RANDOM
@given(
    values=st.fixed_dictionaries({}, optional={"language": NAMES, "debug": st.booleans(), "days": st.integers(0, 2)}),
    faults=FAULTS,
)
def test_any_singleton_is_reached(values: Record, faults: list[str]) -> None:
    server = setup()
    run_until_done(server, SETUP, values, faults)
    record = server.singletons["/setup"]
    assert record["language"] == values.get("language", "en")
    assert record["log"] == {"debug": values.get("debug", False), "level": 3}


# --- transition
# --------------------------------------------------------------------------------------------------------------


def _present(record: Record) -> str:
    if record.get("closed"):
        return "closed"
    return "acknowledged" if record.get("acknowledged") else "open"


ALARMS = Resource(
    name="alarm",
    plural="alarms",
    path="/alarms",
    key=(),
    fixed=True,
    fields=(
        transition(
            "/alarms",
            State(
                _present,
                {
                    ("open", "acknowledged"): ("POST", "acknowledge"),
                    ("acknowledged", "open"): ("POST", "withdraw"),
                    ("acknowledged", "closed"): ("POST", "close"),
                },
            ),
        ),
    ),
)


def alarms(**record: Any) -> FakeServer:
    server = FakeServer(alarms=[{"id": "i1", **record}])
    server.actions = {
        "/acknowledge": {"acknowledged": 5},
        "/withdraw": {"acknowledged": None},
        "/close": {"closed": True},
    }
    return server


@pytest.mark.parametrize(
    ("present", "target", "steps"),
    [
        ({}, "acknowledged", ["acknowledge"]),
        ({}, "closed", ["acknowledge", "close"]),
        ({"acknowledged": 1}, "open", ["withdraw"]),
    ],
)
def test_transition(present: Record, target: str, steps: list[str]) -> None:
    writes: list[Write] = [("POST", f"/alarms/i1/{step}", None) for step in steps]
    diff, _server = prove(lambda: alarms(**present), ALARMS, {"id": "i1", "state": target}, writes)
    assert diff == {"before": {"state": _present(present)}, "after": {"state": target}}


def test_transition_by_a_call_with_a_body() -> None:
    server = FakeServer(alarms=[{"id": "i1"}])
    server.actions = {"/mute": {"muted": True}}
    state = State(
        lambda record: "muted" if record.get("muted") else "loud", {("loud", "muted"): ("PUT", "mute", {"for": 5})}
    )
    table = Resource(
        name="alarm", plural="alarms", path="/alarms", key=(), fixed=True, fields=(transition("/alarms", state),)
    )
    ensure_on(server, table, {"id": "i1", "state": "muted"})
    assert server.writes == [("PUT", "/alarms/i1/mute", {"for": 5})]


def test_transition_for_a_whole_list() -> None:
    server = alarms()
    result = ensure_on(server, ALARMS, {"id": "i1"}, state="acknowledged")
    assert (result["changed"], server.one("/alarms")["acknowledged"]) == (True, 5)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"id": "i1", "state": "open"}, "state: there is no way from closed to open: choose another state."),
        ({"id": "i1", "state": "gone"}, "state is 'gone': give one of acknowledged, closed, open."),
        ({"id": "i2", "state": "open"}, "no alarm has the id 'i2'"),
        ({"state": "open"}, "id must be given, because it names the alarm"),
    ],
)
def test_transition_refuses(item: Record, said: str) -> None:
    server = alarms(closed=True)
    assert said in ensure_on(server, ALARMS, item)["msg"]
    assert server.writes == []


@pytest.mark.slow
@RANDOM
@given(
    present=st.sampled_from([{}, {"acknowledged": 1}]),
    target=st.sampled_from(["open", "acknowledged", "closed"]),
    faults=FAULTS,
)
def test_any_state_is_reached(present: Record, target: str, faults: list[str]) -> None:
    server = alarms(**present)
    run_until_done(server, ALARMS, {"id": "i1", "state": target}, faults)
    assert _present(server.one("/alarms")) == target


# --- append
# ------------------------------------------------------------------------------------------------------------------

REMARKS = Resource(
    name="remark",
    plural="remarks",
    path="/objects/{object}/remarks",
    key=(),
    states=(),
    fields=(Field("object", "object_id", Reference("object")), Field("text", "message.text", Text(filled=True))),
)
REMARK = {"object": "db01", "text": "hello"}
SENT: Write = ("POST", f"/objects/{A}/remarks", {"message": {"text": "hello"}})


def test_append_is_a_change_each_time() -> None:
    server = FakeServer(objects=ENDS)
    predicted = ensure_on(server, REMARKS, REMARK, check=True)
    assert (predicted["changed"], server.writes) == (True, [])
    assert predicted["diff"][0]["after"] == REMARK
    for times in (1, 2):
        result = ensure_on(server, REMARKS, REMARK)
        assert (result["changed"], result["diff"], server.writes) == (True, predicted["diff"], [SENT] * times)


@pytest.mark.parametrize("parallel", [1, 3])
def test_append_never_repeats_a_call(parallel: int) -> None:
    server = FakeServer(objects=ENDS)
    server.after = [(f"POST /objects/{A}/remarks", lost)]
    server.before = [(f"POST /objects/{B}/remarks", refused(403))]
    items = [REMARK, {**REMARK, "object": "sw1"}, {**REMARK, "object": "sw2"}]
    result = ensure_on(server, REMARKS, *items, parallel=parallel)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["failed", "failed", "sent"]
    assert [outcome["changed"] for outcome in result["outcomes"]] == [True, False, True]
    assert result["msg"].startswith("2 of 3 remarks failed: remarks[0]: This may have been done:")
    assert len(server.writes) == 3


def test_append_refuses_before_it_sends() -> None:
    server = FakeServer(objects=ENDS)
    result = ensure_on(server, REMARKS, REMARK, {**REMARK, "object": "sw9"})
    assert result["msg"] == "remarks[1]: object: there is no object 'sw9': check the spelling, or create it first."
    assert server.writes == []


MARKS = replace(
    REMARKS,
    name="mark",
    plural="marks",
    find_by=("object", "link"),
    create=(("POST", "/objects/{object}/marks"), ("POST", "/links/{link}/marks")),
    fields=(
        Field("object", "", Reference("object")),
        Field("link", "", Text(filled=True)),
        Field("text", "text", Text(filled=True)),
    ),
)


def test_append_sends_the_call_whose_options_are_given() -> None:
    server = FakeServer(objects=ENDS, links=[{"id": "7"}])
    result = ensure_on(server, MARKS, REMARK, {"link": "7", "text": "hello"})
    assert [outcome["name"] for outcome in result["outcomes"]] == ["db01", "7"]
    assert [path for _method, path, _body in server.writes] == [f"/objects/{A}/marks", "/links/7/marks"]
    assert [body for _method, _path, body in server.writes] == [{"text": "hello"}] * 2


# --- the order of calls
# ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("parallel", [1, 3])
def test_a_deletion_that_frees_a_name_goes_first(parallel: int) -> None:
    server = FakeServer(boxes=[{"id": "1", "name": "a"}, {"id": "2", "name": "b"}, {"id": "3", "name": "c"}])
    items = [{"id": "3", "state": "absent"}, {"id": "2", "name": "a"}, {"id": "1", "state": "absent"}]
    result = ensure_on(server, BOXES, *items, parallel=parallel)
    assert (result.get("msg"), result["summary"]["deleted"], result["summary"]["updated"]) == (None, 2, 1)
    calls = [(method, path) for method, path, _body in server.writes]
    assert calls[0] == ("DELETE", "/boxes/1")
    assert sorted(calls[1:]) == [("DELETE", "/boxes/3"), ("PATCH", "/boxes/2")]


@pytest.mark.parametrize("parallel", [1, 3])
def test_whoever_gives_up_a_name_goes_before_the_one_that_takes_it(parallel: int) -> None:
    server = FakeServer(boxes=[{"id": "1", "name": "a"}, {"id": "2", "name": "b"}, {"id": "3", "name": "c"}])
    items = [{"id": "1", "name": "b"}, {"id": "2", "name": "c"}, {"id": "3", "name": "d"}]
    result = ensure_on(server, BOXES, *items, parallel=parallel)
    assert (result.get("msg"), result["summary"]["updated"]) == (None, 3)
    assert server.writes == [
        ("PATCH", "/boxes/3", {"name": "d"}),
        ("PATCH", "/boxes/2", {"name": "c"}),
        ("PATCH", "/boxes/1", {"name": "b"}),
    ]
    assert ensure_on(server, BOXES, *items)["changed"] is False


@pytest.mark.parametrize("giver", [{"state": "absent"}, {"name": "b"}])
def test_a_name_means_the_item_that_has_it_now_also_if_the_list_frees_it(giver: Record) -> None:
    server = FakeServer(boxes=[{"id": "1", "name": "a"}])
    result = ensure_on(server, BOXES, {"id": "1", **giver}, {"name": "a"})
    assert "this box is listed twice" in result["msg"]
    assert server.writes == []


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ("bac", "boxes[0] (b), boxes[1] (a) exchange their name, which"),
        ("bca", "boxes[0] (b), boxes[1] (c), boxes[2] (a) exchange their name, which"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_items_that_exchange_their_names_are_refused(names: str, said: str, check: bool) -> None:
    server = FakeServer(boxes=[{"id": name, "name": name} for name in "abc"])
    items = [{"id": "abc"[place], "name": name} for place, name in enumerate(names)]
    result = ensure_on(server, BOXES, *items, {"name": "new"}, check=check)
    assert said in result["msg"]
    assert "give one of them another one in an earlier task." in result["msg"]
    assert server.writes == []


def test_items_may_exchange_names_that_several_may_bear() -> None:
    server = FakeServer(boxes=[{"id": name, "name": name} for name in "ab"])
    free = dataclasses.replace(BOXES, duplicates_allowed=True)
    result = ensure_on(server, free, {"id": "a", "name": "b"}, {"id": "b", "name": "a"})
    assert (result.get("msg"), len(server.writes)) == (None, 2)
