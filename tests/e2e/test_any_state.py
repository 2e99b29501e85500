# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hundreds of tasks that nobody wrote by hand, one after the other on one server, of the newest and of an old version.

Whatever the options: what check mode promises is what the run does, and a second run has nothing left to do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.tests.unit.gates import modules
from ansible_collections.saymon.platform.tests.unit.support import make_action, module_of

from tests.e2e.random_tasks import Item, Kind, Pick, one, problem_of, some
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

TASKS = 150
PER_SERVER = 25  # so many tasks in a row find what the ones before have left

TEXTS = (
    "",
    "x",
    "X",
    "a b",
    "Имя",
    "007",
    "7",
    "7.0",
    "true",
    "null",
    " lead",
    "line\nbreak",
    '{"a":1}',
    "<b>&\"'",
    "1e3",
)
RIGHTS = ("manage-users", "manage-objects", "of our own")
PLACES = (
    "/ROOT",
    "1",
    "/ROOT/Alpha",
    "Alpha",
    "/ROOT/Гамма",
    "/A/B",
    "/ROOT/North site",
    "/North site/North rack A2/north-db-1//var/lib/db",
)
PATHS = (
    "/ROOT/Alpha",
    "/Alpha/beta",
    "ROOT/Гамма/007",
    "/ROOT/Alpha/beta/Beta",
    "/North site/Alpha",
    "/x y/",
    "/ROOT/A/B",
    "/North site/North rack A2/north-db-1//var/lib/db",
    "/ROOT",
    "Alpha",
)

HELD_LINK = "64b1f0c2a9d3e40600000001"
SPOTS = ("/ROOT", "Lab", "/North site", "north-core-sw", "north-web-1", "south-backup")


def _properties(dice: random.Random) -> list[Item]:
    names = dice.sample(("Owner", "serial no", "Комната", "007"), dice.randint(0, 3))
    types = (None, None, "info", "readonly", "2")
    values = (*TEXTS, True, 7, 1.5, None, {"a": 1})
    made = [{"name": name, "value": dice.choice(values), "type": dice.choice(types)} for name in names]
    return [{key: value for key, value in pair.items() if value is not None} for pair in made]


def _condition(dice: random.Random, depth: int = 2) -> Item:
    """A condition in the readable form, with parts in SAYMON's own."""
    numbers = ("8", 8, 8.0, 0.9, -1, 10**12)
    texts = ("", "x", "007", "1.50", "true", "Имя", "[a]", "{{a}}", ">=5")
    word = dice.choice(("gt", "ge", "lt", "le"))
    signed = {word: dice.choice(numbers)}
    compared = dice.choice((signed, {"eq": dice.choice(texts)}, {"exists": True}, {"_gt": 8}, {"gt": 1, "lt": "5"}))
    metric = dice.choice(("cpu.load1", "Память, ГБ", "all", "gt", "a b"))
    leaves: tuple[Item, ...] = (
        {metric: compared},
        {"metric": metric, **compared},
        {"formula": dice.choice(("[disk used] / [disk.size]", "{{a}} * 2", "[Имя]")), **signed},
        {"ratio": ["a", "b"], **signed},
        {"_period": {"from": 9, "days": [1, "2"]}},
        {},
    )
    if depth and dice.random() < 0.4:
        return {dice.choice(("all", "any")): [_condition(dice, depth - 1) for _part in range(dice.randint(1, 3))]}
    return dice.choice(leaves)


def _some(make: Pick) -> Pick:
    return lambda dice: [make(dice) for _one in range(dice.randint(0, 3))]


def _state_condition(dice: random.Random) -> Item:
    made = {"when": _condition(dice), "state": dice.choice(("Alarm", "overloaded", "3"))}
    if dice.random() < 0.2:
        made["condition"] = dice.choice(({"x": 42}, {"cpu": {"_gt": 8}}, '{"cpu": {"_lt": "1"}}'))
        del made["when"]
    if dice.random() < 0.3:
        made["extra"] = {"colour": dice.choice(("red", None))}
    return {**made, "description": dice.choice(TEXTS)} if dice.random() < 0.5 else made


def _incident_condition(dice: random.Random) -> Item:
    made = {"when": _condition(dice), "level": dice.choice(("Alarm", "warning", "4")), "text": dice.choice(TEXTS)}
    return {**made, "clear_when": _condition(dice)} if dice.random() < 0.5 else made


def _state_trigger(dice: random.Random) -> Item:
    made = {
        "type": dice.choice(("sms", "e-mail", "Новый")),
        "payload": dice.choice(({"phone": "+7 900"}, {"to": ["a@example.org"], "limit": "5"}, {})),
        "states": dice.sample(("Alarm", "3", "Down"), dice.randint(1, 3)),
        "duration": dice.choice((None, 0, "60000")),
        "periodicity": dice.choice((None, {"value": 5, "unit": "minutes"}, {"value": "5", "unit": "minutes"})),
    }
    return {key: value for key, value in made.items() if value is not None}


def _stat_rule(dice: random.Random) -> Item:
    value = dice.choice(("[new.cpu] * 2", "{{current.cpu}}", 1, "1", 2.5, "[OK]", ""))
    actions = [{"type": "extend"}, {"type": "set", "field": "Имя", "value": value}, {"type": "drop", "field": "a"}]
    made = {"actions": dice.sample(actions, dice.randint(0, 3))}
    conditions = [{"cpu": {"gt": dice.choice((1, "1"))}}, {"metric": "a b", "exists": True}]
    return {**made, "when": dice.sample(conditions, dice.randint(0, 2))} if dice.random() < 0.7 else made


def _monitoring(dice: random.Random) -> Item:
    made = {
        "agent": dice.choice(("Alpha", "/ROOT/Гамма", "1", "/ROOT/North site")),
        "task": dice.choice(("ping", "exec", "our own")),
        "period": dice.choice(("60s", 60, "1m", "2 h")),
        "settings": dice.choice(
            ({}, {"PingHost": "h"}, {"ExecArgs": ["Ж", 1]}, {"PingHost": None, "SnmpPassword": "x"})
        ),
    }
    return {name: value for name, value in made.items() if dice.random() < 0.5}


def _operations(dice: random.Random) -> list[Item]:
    parameters: tuple[Item, ...] = (
        {"path": "/bin/x", "args": ["a", 1]},
        {"path": "/bin/y"},
        {"text": "Ж"},
        {"args": []},
        {"topic": "t"},
    )
    more: tuple[Item, ...] = ({}, {"description": "d"}, {"popup_result": True}, {"run_on_change": False})
    return [
        {
            "name": name,
            "type": dice.choice(("program", "mqtt")),
            "parameters": dice.choice(parameters),
            **dice.choice(more),
        }
        for name in dice.sample(("Run", "Чистка", "007"), dice.randint(0, 2))
    ]


def _documents(dice: random.Random) -> list[Item]:
    what = ({"url": "https://a"}, {"url": "b"}, {"file": __file__}, {"file": str(ROOT / "README.md")}, {"file": "none"})
    names = dice.sample(("Runbook", "Owner", "Фото", "README.md"), dice.randint(0, 2))
    return [{"name": name, **dice.choice(what)} for name in names]


_YES = one(True, False)
_REACH = {"object_include": some("/ROOT", "1", "Lab", most=2), "object_exclude": some("Lab"), "append_objects": _YES}
_FILTER = one([], [{"a": 1}], [{"a": {"b": [True, 1]}}])
_COLOR = one("", "#5E35B1", " #abc", "RGB(1 2 3)", "red")
_STATE = one("present", "present", "present", "absent")
_DATA = one({}, {"a": 1}, {"a": {"b": [1, "x", None]}}, {"a": True})
_RULES: dict[str, Pick] = {
    "state_conditions": _some(_state_condition),
    "append_state_conditions": _YES,
    "state_triggers": _some(_state_trigger),
    "append_state_triggers": _YES,
    "stat_rules": _some(_stat_rule),
    "append_stat_rules": _YES,
    "incident_conditions": _some(_incident_condition),
    "append_incident_conditions": _YES,
}
KINDS = (
    Kind(
        "saymon_object",
        "objects",
        {
            "name": one("Alpha", "beta", "Beta", "Гамма", "007", "A/B", "x y"),
            "create_tags": one(True, True, True, False),
        },
        {
            "discovery_id": one("d1", "d2", "d 3"),
            "parents": lambda dice: dice.sample(PLACES, dice.choice((1, 1, 1, 2))),
            "class": one("Host", "Link", "3"),
            "tags": some("t1", "t2", "T 3"),
            "weight": one(0, 1, 2.5, "3", "4.0"),
            "geoposition": one([], [1, 2], ["55.75", 37.6]),
            "geoposition_radius": one(0, 5, "7"),
            "background": one(*TEXTS),
            "client_data": _DATA,
            "properties": _properties,
            "monitoring": _monitoring,
            "append_monitoring": _YES,
            "operations": _operations,
            "append_operations": _YES,
            "documents": _documents,
            "append_documents": _YES,
            "append_parents": _YES,
            "append_tags": _YES,
            "append_properties": _YES,
            **_RULES,
            "inherit_state_conditions": lambda dice: dice.random() < 0.3,
            "state": _STATE,
            "recursive": _YES,
        },
        {"path": one(*PATHS), "name": one("/Alpha", "/ROOT/Alpha/beta", "/A/B", "/", "//Alpha")},
    ),
    Kind(
        "saymon_link",
        "links",
        {"source": one(*SPOTS), "target": one(*SPOTS), "create_tags": one(True, True, True, False)},
        {
            "class": one("Link", "host", "35"),
            "tags": some("t1", "t2", "T 3"),
            "weight": one(0, 1, 2.5, "3", "4.0"),
            "client_data": _DATA,
            "properties": _properties,
            "append_tags": _YES,
            "append_properties": _YES,
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_reference",
        "references",
        {"owner": one(*SPOTS), "target": one(*SPOTS)},
        {"client_data": _DATA, "state": _STATE},
    ),
    Kind(
        "saymon_flow",
        "flows",
        {"owner": one(*SPOTS), "objects": lambda dice: dice.choices(SPOTS, k=dice.randint(1, 3))},
        {"client_data": _DATA, "properties": _properties, "append_properties": _YES, "state": _STATE},
    ),
    Kind(
        "saymon_user",
        "users",
        {"login": one("ann", "bob", "cy.d", "007", "Ann"), "update_password": one("on_create")},
        {
            "display_name": one(*TEXTS),
            "email": one("", "a@example.org", "b@example.org"),
            "password": one("Pass-phrase-11", "Pass-phrase-22"),
            "groups": some("Blue", "Red", "007"),
            "append_groups": _YES,
            "permissions": some(*RIGHTS),
            "append_permissions": _YES,
            **_REACH,
            "status": one("active", "blocked", "invited"),
            "active_to": one("", "1893456000000", "2030-12-31T18:00:00Z", "2031-01-01T00:00:00.5+03:00"),
            "contacts": some("tg:@x", "sms:1", "Имя"),
            "language": one("en", "ru", ""),
            "event_filter": _FILTER,
            "state": one("present", "present", "absent", "blocked"),
        },
    ),
    Kind(
        "saymon_user_group",
        "user_groups",
        {"name": one("Blue", "Red", "007", "New one")},
        {
            "permissions": some(*RIGHTS),
            "append_permissions": _YES,
            **_REACH,
            "event_filter": _FILTER,
            "members": some("ann", "bob", "007"),
            "append_members": _YES,
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_class",
        "classes",
        {"name": one("Host", "Pump", "Насос", "007")},
        {
            "description": one(*TEXTS),
            "category": one("", "7", "x"),
            "client_data": one({}, {"a": 1}, {"a": {"b": [1, "x", None]}}),
            "properties": _properties,
            "append_properties": _YES,
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_maintenance",
        "entities",
        {"object": one(*SPOTS), "manual_state": one("Disabled", "Working", "alarm", 9, None)},
        {
            "until": one("2031-01-01T00:00:00Z", "2031-01-01T03:00:00+03:00", 1924992000000, "none", ""),
            "reason": one(*TEXTS),
            "mute": _YES,
            "recursive": one(True, False, False, False),
            "state": _STATE,
        },
        {
            "id": one(HELD_LINK, "1", "64b1f0c2a9d3e45f6a7b8eff"),
            "link": one(HELD_LINK, "64b1f0c2a9d3e45f6a7b8eff"),
        },
    ),
    Kind(
        "saymon_state",
        "states",
        {"name": one("Alarm", "Maintenance", "Ремонт")},
        {
            "priority": one(0, -1, "7"),
            "color": _COLOR,
            "color_light": _COLOR,
            "color_shadow": _COLOR,
            "color_background": _COLOR,
            "color_svg_background": lambda dice: [_COLOR(dice) for _color in range(dice.randint(0, 2))],
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_incident_level",
        "incident_levels",
        {"name": one("Alarm", "Cleared", "Disaster", "Авария")},
        {
            "color": _COLOR,
            "priority": one(0, 3, "7"),
            "description": one(*TEXTS),
            "comment": one(*TEXTS),
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_tag",
        "tags",
        {"name": one("t1", "t2", "T 3", "метка")},
        {"color": _COLOR, "public": one(True, "no"), "description": one(*TEXTS), "state": _STATE},
    ),
    Kind(
        "saymon_annotation",
        "annotations",
        {"content": one(*TEXTS), "timestamp": one(1924970400000, "1924970400000", "2030-12-31T18:30:00+03:00")},
        {"window": one("1h", "2 h", 7200), "state": _STATE},
    ),
    Kind(
        "saymon_notification_template",
        "notification_templates",
        {"group": one("state"), "type": one("sms", "email")},
        {"single": one("x", "Имя", "a\nb\n"), "pack": one("x", "y ")},
    ),
    Kind(
        "saymon_property_class",
        "property_classes",
        {"name": one("Date", "Serial", "007"), "value_type": one("date", "date", "string")},
        {
            "description": one(*TEXTS),
            "value": one("", "60", 60, True, [1], {"a": None}),
            "multiple": _YES,
            "multiple_separator": one(*TEXTS),
            "source": one("", "x"),
            "mask": one(*TEXTS),
            "value_display_template": one("", "{{0}}"),
            "state": _STATE,
        },
    ),
    Kind(
        "saymon_password_policy",
        "password_policies",
        {"name": one("Default", "Strict", "007")},
        {
            "length": one(0, 1, "2"),
            "min_digits": one(0, 1),
            "password_lifetime": one(0, 90, "180"),
            "change_password_on_first_login": one(True, "no"),
            "state": _STATE,
        },
    ),
)
# Whatever the server version, these differ between servers of the same one.
VARIANTS: dict[str, tuple[Any, ...]] = {
    "prop_create_answer": ("string", "object"),
    "unique_property_names": (True, False),
    "missing_code": ("ResourceNotFound", "NotFound"),
    "flow_client_data": ("string", "object"),
    "flow_update_answer": ("empty", "record"),
    "reference_list": (True, False),
    "document_size": (True, False),
    "policy_create_verb": ("both", "patch", "post"),
    "write_status": (200, 201, 204),
    "upsert_replaces_properties": (True, False),
    "group_delete_clears_members": (True, False),
    "class_property_whole": (True, False),
    "delete_class_in_use": (True, False),
    "unique_tag_names": (True, False),
    "svg_background_place": ("nested", "top"),
    "level_priority_on_create": (False, True),
    "property_classes": (True, True, True, False),
    "conditional_incidents_enabled": (True, True, False),
    "condition_checks": (True, False, False),
    "condition_form": ("sent", "field"),
    "condition_exists_call": (True, False),
    "never_set_status": (404, 200),
    "empty_list_drops": (True, False),
}
# An old server does not take these over, which a warning tells.
UNKNOWN_TO_OLD = ("display_name",)


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox("--quiet") as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _run_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Session and lists are kept here, not where the user's runs keep theirs."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", mkdtemp(dir=tmp_path))


def _run(server: Sandbox, module: str, options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """The result of the action, without the seconds that ansible itself needs to start."""
    who = {"saymon_url": server.url, "saymon_login": server.login, "saymon_password": server.password}
    result: dict[str, Any] = make_action(module, {**who, **options}, {}, check=check).run(task_vars={})
    return result


def _fresh(server: Sandbox, dice: random.Random, *, old: bool) -> None:
    server.reset("demo")
    server.request(
        "PATCH", "/settings", {"old_version": old, **{name: dice.choice(values) for name, values in VARIANTS.items()}}
    )
    _run(server, "saymon_user_group", {"user_groups": [{"name": name} for name in ("Blue", "Red", "007")]})
    _run(
        server,
        "saymon_user",
        {"users": [{"login": login, "password": "Pass-phrase-11"} for login in ("ann", "bob", "007")]},
    )


def test_every_module_that_takes_a_list_has_its_tasks() -> None:
    specs = {path.stem: module_of(path.stem).SPEC for path in modules(ROOT)}
    listed = {name for name, spec in specs.items() if spec.bulk and "outcomes" in spec.options}  # others only add
    assert {kind.module for kind in KINDS} == listed


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_any_task_is_told_done_and_then_left_alone(
    server: Sandbox, seed: int, old: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    problems, done = [], 0
    for number in range(TASKS):
        if number % PER_SERVER == 0:
            monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", mkdtemp(dir=tmp_path))
            _fresh(server, dice, old=old)
        kind = dice.choice(KINDS)
        task = kind.task(dice)
        for item in task.get(kind.plural, [task]) if old else []:
            for option in UNKNOWN_TO_OLD:
                item.pop(option, None)
        problem = problem_of(server, partial(_run, server, kind.module, task))
        done += problem is None
        if problem:
            problems.append((kind.module, task, problem))
    assert not problems, f"{len(problems)} of {TASKS}, such as {problems[0]}"
    assert done >= TASKS / 3


@pytest.mark.parametrize(
    "filters",
    [
        {"class": "Host"},
        {"name_regex": "(?i)^north"},
        {"state": "Alarm"},
        {"property": {"name": "OS"}},
        {"discovery_id": "web-north-1"},
        {"name": "NORTH-web-1"},
        {"name": "north-web-1", "resolve": True, "fields": ["parent_id", "tags", "class_id", "state_id"]},
        {"class": "host", "name_regex": "2$", "state": "Working"},
    ],
)
def test_search_and_list_return_the_same(server: Sandbox, filters: dict[str, Any]) -> None:
    """An account that may not search gets the records from the list; nobody should notice."""
    server.reset("demo")
    nobody = {"login": "poor", "password": "Pass-phrase-11", "permissions": [], "object_include": ["/ROOT"]}
    assert not _run(server, "saymon_user", nobody).get("failed")
    searched = _run(server, "saymon_object_info", filters)
    listed = _run(
        server, "saymon_object_info", {**filters, "saymon_login": "poor", "saymon_password": nobody["password"]}
    )
    assert [call["status"] for call in server.journal() if call["path"] == "/objects/search"][-2:] == [200, 403]
    for record in (*searched["objects"], *listed["objects"]):
        record.pop("operations", None)  # of which each account sees what its permissions allow
    assert searched["objects"] == listed["objects"] != []


def test_an_expired_user_becomes_active_with_a_later_end_only(server: Sandbox) -> None:
    server.reset("demo")
    for options, lasting in (({}, False), ({"active_to": "2033-01-01T00:00:00Z"}, True)):
        task = {"login": "former", "status": "active", **options}
        assert _run(server, "saymon_user", task)["changed"] is True
        assert _run(server, "saymon_user", task)["changed"] is not lasting


def test_paths_are_taken_as_the_server_prints_them(server: Sandbox) -> None:
    server.reset("demo")
    objects = _run(server, "saymon_object_info", {"fields": ["path", "name", "parent_id"]})["objects"]
    path_of = {str(record["id"]): record["path"] for record in objects}
    assert any("//" in path for path in path_of.values())  # a file system is called /var/lib/db
    for record in objects:
        for path in (record["path"], "/" + record["path"]):
            found = _run(server, "saymon_object_info", {"path": path, "fields": ["name"]})["objects"]
            assert [each["id"] for each in found] == [record["id"]], path
    items = [
        {"name": record["name"], "parents": [path_of[str(up)] for up in record["parent_id"]]}
        for record in objects
        if record.get("parent_id")
    ]
    assert _run(server, "saymon_object", {"objects": items})["changed"] is False


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_people_change_their_own_account_without_a_permission(server: Sandbox, old: bool) -> None:
    server.reset("demo")
    server.request("PATCH", "/settings", {"old_version": old})
    me = {"login": "operator", "saymon_login": "operator", "saymon_password": "operator-demo-pass"}
    language = _run(server, "saymon_user", {**me, "language": "fr"})
    assert " answered 403 Forbidden: Missing permissions: manage-users" in language["msg"]
    server.request("PATCH", "/settings", {"own_record_patch": True})
    for changed in (True, False):
        assert _run(server, "saymon_user", {**me, "language": "fr"})["changed"] is changed
        if not old:
            assert _run(server, "saymon_user", {**me, "favorites": [{"name": "x"}]})["changed"] is changed
    assert _run(server, "saymon_user", {**me, "password": "Pass-phrase-33"}, check=True)["changed"] is True
    assert _run(server, "saymon_user", {**me, "password": "Pass-phrase-33"})["action"] == "updated"
    again = {**me, "saymon_password": "Pass-phrase-33"}
    assert _run(server, "saymon_user", {**again, "language": "fr"})["changed"] is False
    others = _run(server, "saymon_user", {**again, "login": "manager", "language": "fr"})
    assert others["msg"].count("manage-users") == 1
