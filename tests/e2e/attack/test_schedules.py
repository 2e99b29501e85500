# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random schedules: hosts that work on the same records at the same time, on a server that fails now and then.

Whatever the order and the faults: the end is that of one host after the other, nobody claims what is not so, and every
login has its logout. The tasks only add, or concern what is the host's own, so there is one right end.
"""

from __future__ import annotations

import json
import mmap
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.plugins.plugin_utils import end_of_run, run_folder
from ansible_collections.saymon.platform.tests.unit.support import make_action

from tests.e2e.support import api, logins_and_logouts, sampled
from tests.tools.sandbox_process import Sandbox

PER_TEST = 10
BATCHES = sampled(range(10), 3)
HOSTS = 4
TASKS = 4

Task = tuple[str, dict[str, Any]]  # module and options
Make = Callable[[int, random.Random], Task]

MAKERS: tuple[Make, ...] = (
    lambda host, dice: ("saymon_user", {"login": "shared", "groups": [f"Group {host}"], "append_groups": True}),
    lambda host, dice: (
        "saymon_user",
        {"login": "shared", "permissions": [f"right {dice.randint(0, 9)}"], "append_permissions": True},
    ),
    lambda host, dice: ("saymon_user", {"login": f"own.{host}", "email": f"{host}@example.org", "groups": ["Crowd"]}),
    lambda host, dice: ("saymon_user_group", {"name": "Crowd", "members": [f"member.{host}"], "append_members": True}),
    lambda host, dice: (
        "saymon_user_group",
        {"name": "Crowd", "permissions": [f"right {host}"], "append_permissions": True},
    ),
    lambda host, dice: ("saymon_user_group", {"name": "New together", "permissions": ["manage-objects"]}),
    lambda host, dice: ("saymon_object", _tagged({"name": f"node{host}", "parents": ["/ROOT/Plant"]}, host, dice)),
    lambda host, dice: ("saymon_object", _tagged({"discovery_id": "common", "name": "Common"}, host, dice)),
    lambda host, dice: ("saymon_object", _tagged({"name": "Twin", "parents": ["/ROOT/Plant"]}, host, dice)),
    lambda host, dice: (
        "saymon_object",
        {
            "discovery_id": "kept",
            "name": "Kept",
            "properties": [{"name": f"property {host}", "value": str(dice.randint(0, 1))}],
        },
    ),
    lambda host, dice: ("saymon_object", {"name": f"gone{host}", "parents": ["/ROOT/Plant"], "state": "absent"}),
    lambda host, dice: (
        "saymon_object",
        {
            "objects": [
                _tagged({"name": f"listed{host}.{number}", "parents": ["/ROOT/Plant"]}, host, dice)
                for number in range(3)
            ],
            "parallel": 3,
        },
    ),
)
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_after", "method": "POST", "path": "/tags"},
    {"kind": "drop_after", "method": "POST", "path": "/user-groups"},
    {"kind": "drop_after", "method": "POST", "path": "/objects"},
    {"kind": "drop_after", "method": "PATCH", "path": "/users/*"},
    {"kind": "drop_after", "method": "PATCH", "path": "/user-groups/*"},
    {"kind": "drop_after", "method": "POST", "path": "/users"},
    {"kind": "drop_after", "method": "POST", "path": "/users/session"},
    {"kind": "drop_before", "method": "PATCH", "path": "/*"},
    {"kind": "drop_before", "method": "GET", "path": "/*"},
    {"kind": "truncate", "method": "GET", "path": "/users"},
    {"kind": "status", "status": 502, "method": "PATCH", "path": "/*"},
    {"kind": "status", "status": 503, "method": "GET", "path": "/*"},
    {"kind": "delay", "delay_ms": 40, "method": "POST", "path": "/tags", "times": 3},
    {"kind": "delay", "delay_ms": 40, "method": "GET", "path": "/user-groups", "times": 3},
    {"kind": "expire_sessions"},
)


def _tagged(item: dict[str, Any], host: int, dice: random.Random) -> dict[str, Any]:
    tags = dice.sample(("common tag", f"tag of {host}", "other tag"), 2)
    return {**item, "tags": tags, "append_tags": True, "create_tags": True}


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox("--quiet") as sandbox:
        yield sandbox


def run(server: Sandbox, task: Task, *, check: bool = False) -> dict[str, Any]:
    """The result of the action, in this process."""
    module, options = task
    who = {
        "saymon_url": server.url,
        "saymon_login": server.login,
        "saymon_password": server.password,
        "saymon_timeout": 4,
    }
    result: dict[str, Any] = make_action(module, {**who, **options}, {}, check=check).run(task_vars={})
    return result


def new_run(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let this process be the parent of another run."""
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", mkdtemp(dir=folder))
    monkeypatch.setattr(run_folder, "_marks", mmap.mmap(-1, mmap.PAGESIZE))


def prepare(server: Sandbox) -> None:
    server.reset("empty")
    groups = [{"name": f"Group {host}"} for host in range(HOSTS)]
    users = [{"login": login} for login in ("shared", *(f"member.{host}" for host in range(HOSTS)))]
    objects: list[dict[str, Any]] = [{"name": "Plant"}, {"discovery_id": "kept", "name": "Kept"}]
    objects += [{"name": f"gone{host}", "parents": ["/ROOT/Plant"]} for host in range(HOSTS)]
    for task in (
        ("saymon_user_group", {"user_groups": [*groups, {"name": "Crowd"}]}),
        ("saymon_user", {"users": users}),
        ("saymon_object", {"objects": objects}),
    ):
        assert not run(server, task).get("failed")


def work(server: Sandbox, tasks: list[Task], report: Path) -> None:
    """What a worker of one host does, one task after the other; a task that went well must hold when it ends."""
    told = []
    for number, task in enumerate(tasks):
        result = run(server, task)
        seen = {
            "number": number,
            "failed": bool(result.get("failed")),
            "changed": result.get("changed"),
            "msg": result.get("msg", ""),
        }
        if not seen["failed"]:
            after = run(server, task, check=True)
            seen["false"] = bool(after.get("changed")) and not after.get("failed")
        told.append(seen)
    report.write_text(json.dumps(told), encoding="utf-8")


def at_once(server: Sandbox, schedule: list[list[Task]], folder: Path) -> list[list[dict[str, Any]]]:
    """Let each host work in a process of its own, as core's workers do."""
    workers = []
    for host, tasks in enumerate(schedule):
        child = os.fork()
        if child == 0:
            status = 1
            try:
                work(server, tasks, folder / f"{host}.json")
                status = 0
            finally:
                os._exit(status)  # nothing of the parent's may run twice
        workers.append(child)
    ends = [os.waitpid(child, 0)[1] for child in workers]
    assert ends == [0] * len(workers)
    return [json.loads((folder / f"{host}.json").read_text(encoding="utf-8")) for host in range(len(schedule))]


def state(server: Sandbox) -> dict[str, Counter[str]]:
    """All that the tasks may have made, by names and not by ids; what stands there twice counts twice."""
    groups = {group["id"]: group["name"] for group in api(server, "GET", "/user-groups")}
    tags = {tag["id"]: tag["name"] for tag in api(server, "GET", "/tags")}
    objects = api(server, "GET", "/objects")
    names = {one["id"]: one["name"] for one in objects}

    def text(*values: Any) -> str:
        return json.dumps(values, sort_keys=True)

    def properties(one: dict[str, Any]) -> list[Any]:
        return sorted([pair["name"], pair["value"]] for pair in one.get("properties") or [])

    def tag_names(one: dict[str, Any]) -> list[str]:
        return sorted(tags[tag["id"] if isinstance(tag, dict) else tag] for tag in one.get("tags") or [])

    return {
        "users": Counter(
            text(
                user["login"],
                sorted(groups[one] for one in user.get("group") or []),
                sorted(user.get("permissions") or []),
            )
            for user in api(server, "GET", "/users")
        ),
        "groups": Counter(
            text(group["name"], sorted(group.get("permissions") or [])) for group in api(server, "GET", "/user-groups")
        ),
        "tags": Counter(tags.values()),
        "objects": Counter(
            text(
                one["name"],
                sorted(names.get(up, "") for up in one.get("parent_id") or []),
                tag_names(one),
                properties(one),
            )
            for one in objects
        ),
    }


@pytest.mark.parametrize("batch", BATCHES)
def test_hosts_at_once_end_where_one_after_the_other_does(
    server: Sandbox, batch: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for seed in range(batch * PER_TEST, (batch + 1) * PER_TEST):
        dice = random.Random(seed)
        schedule = [[dice.choice(MAKERS)(host, dice) for _task in range(TASKS)] for host in range(HOSTS)]
        faults = [{**dice.choice(FAULTS), "nth": dice.randint(1, 3)} for _fault in range(dice.choice((0, 0, 1, 2, 3)))]

        new_run(monkeypatch, tmp_path)
        prepare(server)
        for tasks in schedule:
            for task in tasks:
                assert not run(server, task).get("failed"), task
        wanted = state(server)
        end_of_run.end_run()

        new_run(monkeypatch, tmp_path)
        prepare(server)
        for fault in faults:
            server.request("POST", "/faults", fault)
        told = at_once(server, schedule, tmp_path)
        server.clear_faults()
        story = f"schedule {seed} with {faults}: {schedule}, which said {told}"
        for tasks, seen in zip(schedule, told, strict=True):
            for task, one in zip(tasks, seen, strict=True):
                assert not one.get("false"), f"said it was done, and was not: {task} in {story}"
                assert "Bug in" not in one["msg"], story
                if one["failed"]:  # the task could not know, and says so; a second run must put it right
                    assert faults, story
                    assert not run(server, task).get("failed"), story
        found = state(server)
        assert found == wanted, (
            f"{ {kind: (found[kind] - wanted[kind], wanted[kind] - found[kind]) for kind in wanted} } in {story}"
        )
        end_of_run.end_run()
        logins, logouts = logins_and_logouts(server)
        unknown = sum(fault["kind"] == "drop_after" and fault["path"] == "/users/session" for fault in faults)
        died = sum(fault["kind"] == "expire_sessions" for fault in faults)
        assert logouts <= logins <= logouts + unknown + died, f"{logins} logins, {logouts} logouts: {story}"
