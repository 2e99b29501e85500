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

from tests.e2e.random_tasks import Item, Kind, one, problem_of, some
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


def _properties(dice: random.Random) -> list[Item]:
    names = dice.sample(("Owner", "serial no", "Комната", "007"), dice.randint(0, 3))
    types = (None, None, "info", "readonly", "2")
    made = [{"name": name, "value": dice.choice(TEXTS), "type": dice.choice(types)} for name in names]
    return [{key: value for key, value in pair.items() if value is not None} for pair in made]


_YES = one(True, False)
_REACH = {"object_include": some("/ROOT", "1", "Lab", most=2), "object_exclude": some("Lab"), "append_objects": _YES}
_FILTER = one([], [{"a": 1}], [{"a": {"b": [True, 1]}}])
_STATE = one("present", "present", "present", "absent")
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
            "client_data": one({}, {"a": 1}, {"a": {"b": [1, "x", None]}}, {"a": True}),
            "properties": _properties,
            "append_parents": _YES,
            "append_tags": _YES,
            "append_properties": _YES,
            "state": _STATE,
            "recursive": _YES,
        },
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
    "policy_create_verb": ("both", "patch", "post"),
    "write_status": (200, 201, 204),
    "upsert_replaces_properties": (True, False),
    "group_delete_clears_members": (True, False),
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
    assert {kind.module for kind in KINDS} == {path.stem for path in modules(ROOT) if module_of(path.stem).SPEC.bulk}


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
