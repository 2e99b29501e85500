# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random tasks of every form of resource on a sandbox, whether the form has a module or not.

What check mode promises is what the run does, a second run has nothing left to do, and answers that get lost change
nothing about where a task ends.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any
from urllib.error import HTTPError

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._module import append, ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import USER
from ansible_collections.saymon.platform.plugins.module_utils._run import memory_store, perform
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.tests.unit.support import validated_by

from tests.e2e.forms import ENDS, FORMS, NOTE, Form
from tests.e2e.random_tasks import problem_of, was_refused
from tests.e2e.support import api
from tests.tools.sandbox_process import Sandbox

TASKS = 40
# What may become of a write: the answer is lost before or after the server has acted on the request.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncate"},
    {"kind": "status", "status": 502},
    {"kind": "gateway", "status": 502, "seconds": 0},
    {"kind": "gateway", "status": 504, "seconds": 0.3},
)
LOST = 8
IMPATIENT = {"saymon_timeout": 1, "saymon_retries": 0}
# What differs between two servers that have been told the same.
UNEQUAL = {"id", "created", "updated", "last_state_update", "owner_id", "since"}
COLLECTIONS = (
    "/links?fields=source,target,class_id,weight,client_data",
    "/refs",
    "/presets",
    "/states",
    "/configuration",
)
LISTS = ("state-conditions", "state-triggers", "stat-rules")


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox("--quiet", seed="empty") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def twin() -> Iterator[Sandbox]:
    """A second server, on which nothing goes wrong."""
    with Sandbox("--quiet", seed="empty") as sandbox:
        yield sandbox


def _run(server: Sandbox, table: Resource, options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    """The result of a module of this table."""
    spec = spec_of(table)
    who = {"saymon_url": server.url, "saymon_login": server.login, "saymon_password": server.password}
    args = validated_by(spec, {**who, "saymon_auth_method": "basic", **options})
    run = ensure(table) if table.states else append(table)
    return perform(spec, run, args, check=check, make_store=memory_store, secrets=Secrets(), say=lambda text: None)


def _fresh(server: Sandbox, *, old: bool = False) -> None:
    server.reset()
    server.settings(old_version=old)
    for name in ENDS:
        api(server, "POST", "/objects", {"name": name, "class_id": 3})


def _holdings(server: Sandbox) -> list[Any]:
    """All that tasks may have changed on a server, in words that do not depend on ids."""
    objects = api(server, "GET", "/objects?fields=name,operations,manual_state,properties")
    names = {record["id"]: record["name"] for record in objects}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items() if key not in UNEQUAL}
        if isinstance(value, list):
            return [plain(part) for part in value]
        return names.get(value, value) if isinstance(value, str) else value

    for record in objects:
        record["operations"] = sorted(plain(record.get("operations", [])), key=str)
        for part in LISTS:
            record[part] = _list_below(server, f"/objects/{record['id']}/{part}")
    found = [objects, *(api(server, "GET", path) for path in COLLECTIONS)]
    return [sorted(plain(records), key=str) for records in found]


def _list_below(server: Sandbox, path: str) -> Any:
    try:
        return api(server, "GET", path)
    except HTTPError as error:
        if error.code != 404:
            raise
        return []  # never set


@pytest.mark.parametrize("form", FORMS, ids=str)
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_any_task_is_told_done_and_then_left_alone(server: Sandbox, form: Form, old: bool) -> None:
    dice = random.Random(form.name)
    _fresh(server, old=old)
    problems, done = [], 0
    for _number in range(TASKS):
        task = form.kind.task(dice)
        problem = problem_of(server, partial(_run, server, form.table, task))
        done += problem is None
        if problem:
            problems.append((task, problem))
    assert not problems, f"{len(problems)} of {TASKS}, such as {problems[0]}"
    assert done >= TASKS / 4


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_lost_answers_do_not_change_where_a_task_ends(server: Sandbox, twin: Sandbox, form: Form) -> None:
    dice, faults = random.Random(form.name), cycle(FAULTS)
    _fresh(server)
    _fresh(twin)
    hit = 0
    for _number in range(LOST * 20):
        if hit == LOST:
            break
        task = form.kind.task(dice)
        foreseen = _run(twin, form.table, task, check=True)
        if was_refused(foreseen) or not foreseen["changed"]:
            continue
        expected = _run(twin, form.table, task)
        assert not expected.get("failed"), (task, expected["msg"])
        fault = {
            **next(faults),
            "method": dice.choice(("P*", "DELETE", "P*")),
            "path": form.calls,
            "nth": dice.choice((1, 1, 2)),
        }
        server.fault(**fault)
        first = _run(server, form.table, {**task, **IMPATIENT})
        hit += server.faults()[0]["hits"]
        server.clear_faults()
        late = fault.get("seconds", 0.0)
        time.sleep(late * 1.5)
        if first.get("failed") or late:  # what the server does after the run, nobody but the next run can mend
            repetition = _run(server, form.table, task)
            assert not repetition.get("failed"), (task, fault, first["msg"], repetition["msg"])
        assert _holdings(server) == _holdings(twin), (task, fault, first)
        again = _run(server, form.table, task, check=True)
        assert (again.get("msg"), again["changed"]) == (None, False), (task, fault, again)
    assert hit == LOST


@pytest.mark.parametrize("parallel", [1, 3])
def test_what_is_added_is_added_each_time_and_never_repeated(server: Sandbox, parallel: int) -> None:
    _fresh(server)
    notes = [{"object": end, "subject": "seen", "text": f"at {number}"} for number, end in enumerate(ENDS)]
    task = {"notes": notes, "parallel": parallel}

    def added() -> list[int]:
        objects = api(server, "GET", "/objects?fields=name,properties")
        count = {record["name"]: len(record.get("properties", [])) for record in objects}
        return [count[end] for end in ENDS]

    foreseen = _run(server, NOTE, task, check=True)
    assert (foreseen["changed"], added()) == (True, [0, 0, 0, 0])
    for times in (1, 2):
        result = _run(server, NOTE, task)
        assert (result.get("msg"), result["diff"], added()) == (None, foreseen["diff"], [times] * 4)
    for fault, wanted in (({"kind": "drop_after"}, [3] * 4), ({"kind": "drop_before"}, [4, 3, 4, 4])):
        second = next(one["id"] for one in api(server, "GET", "/objects?fields=name") if one["name"] == ENDS[1])
        server.fault(**fault, method="POST", path=f"/objects/{second}/props")
        result = _run(server, NOTE, {**task, **IMPATIENT})
        server.clear_faults()
        assert [outcome["action"] for outcome in result["outcomes"]] == ["sent", "failed", "sent", "sent"]
        assert "This may have been done" in result["outcomes"][1]["msg"]
        assert (result["changed"], len(result["diff"]), added()) == (True, 3, wanted)


def test_names_change_hands_where_the_server_refuses_duplicates(server: Sandbox) -> None:
    _fresh(server)
    users = {name: api(server, "POST", "/users", {"login": name, "password": "Pass-phrase-11"})["id"] for name in "abc"}

    def renamed(**logins: str) -> dict[str, Any]:
        server.clear_journal()
        return _run(server, USER, {"users": [{"id": users[name], "login": login} for name, login in logins.items()]})

    for ring in ({"a": "b", "b": "a"}, {"a": "b", "b": "c", "c": "a"}):
        result = renamed(**ring)
        assert "exchange their login" in result["msg"]
        assert server.writes() == []
    for chain in ({"a": "b", "b": "c", "c": "d"}, {"c": "x", "a": "d", "b": "y"}):
        result = renamed(**chain)
        assert (result.get("msg"), result["changed"]) == (None, True)
        assert (renamed(**chain)["changed"], server.writes()) == (False, [])
    result = _run(server, USER, {"users": [{"id": users["a"], "login": "x"}, {"id": users["c"], "state": "absent"}]})
    assert (result.get("msg"), result["changed"]) == (None, True)
    logins = {user["id"]: user["login"] for user in api(server, "GET", "/users")}
    assert (logins[users["a"]], logins[users["b"]], users["c"] in logins) == ("x", "y", False)
