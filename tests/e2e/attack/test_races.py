# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts, or two runs, that change the same things at the same moment: nothing is lost, nothing comes to be
twice."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import Show, Task, api, calls, crowd, play, saymon, show
from tests.tools.sandbox_process import Sandbox

HOSTS = 10
NAMES = [f"host{number:03}.invalid" for number in range(HOSTS)]
FORKS = ["--forks", str(HOSTS)]
HOST = "{{ inventory_hostname }}"


def together(runner: Runner, sandbox: Sandbox, task: Task) -> Show:
    """One task on all hosts at once, on a server that is slow enough for them to meet. A session is opened before."""
    sandbox.clear_journal()
    for method, path in (
        ("GET", "/users"),
        ("GET", "/tags"),
        ("GET", "/user-groups"),
        ("PATCH", "/users/*"),
        ("POST", "/tags"),
    ):
        sandbox.fault(kind="delay", method=method, path=path, times=0, delay_ms=100)
    done = show(
        runner, play(saymon("saymon_session", run_once=True), task, hosts="all"), args=FORKS, inventory=crowd(HOSTS)
    )
    sandbox.clear_faults()
    return done


def by_name(sandbox: Sandbox, path: str, key: str = "name") -> dict[str, dict[str, Any]]:
    return {record[key]: record for record in api(sandbox, "GET", path)}


@pytest.fixture
def teams(sandbox: Sandbox) -> dict[str, str]:
    """A group for each host, by name."""
    return {name: api(sandbox, "POST", "/user-groups", {"name": name})["id"] for name in NAMES}


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("saymon_user", {"login": "loner", "groups": [HOST], "append_groups": True}),
        ("saymon_user_group", {"name": HOST, "members": ["loner"], "append_members": True}),
    ],
)
def test_each_host_adds_one_user_to_a_group(
    runner: Runner, sandbox: Sandbox, teams: dict[str, str], module: str, args: dict[str, Any]
) -> None:
    done = together(runner, sandbox, saymon(module, args))
    assert done.rc == 0, done.output[-3000:]
    assert all(seen.result["changed"] for seen in done.of(module))
    assert sorted(by_name(sandbox, "/users", "login")["loner"]["group"]) == sorted(teams.values())
    again = together(runner, sandbox, saymon(module, args))
    assert not any(seen.result["changed"] for seen in again.of(module))
    assert sandbox.writes() == []


def test_both_ways_to_add_a_user_to_groups_at_once(runner: Runner, sandbox: Sandbox, teams: dict[str, str]) -> None:
    """By the user, and by the group: different modules write the same record."""
    first = {"login": "loner", "groups": [HOST], "append_groups": True}
    second = {"name": HOST, "members": ["loner"], "append_members": True}
    strategy = {"strategy": "free", "hosts": "all"}
    odd = "inventory_hostname[6] in '13579'"
    sandbox.fault(kind="delay", method="PATCH", path="/users/*", times=0, delay_ms=100)
    tasks = [saymon("saymon_user", first, when=odd), saymon("saymon_user_group", second, when=f"not ({odd})")]
    done = show(runner, play(*tasks, **strategy), args=FORKS, inventory=crowd(HOSTS))
    assert done.rc == 0, done.output[-3000:]
    assert sorted(by_name(sandbox, "/users", "login")["loner"]["group"]) == sorted(teams.values())


@pytest.mark.parametrize(
    ("module", "path", "key", "who"),
    [("saymon_user", "/users", "login", "loner"), ("saymon_user_group", "/user-groups", "name", "Operators")],
)
def test_each_host_adds_a_permission(
    runner: Runner, sandbox: Sandbox, module: str, path: str, key: str, who: str
) -> None:
    before = set(by_name(sandbox, path, key)[who]["permissions"])
    done = together(runner, sandbox, saymon(module, {key: who, "permissions": [HOST], "append_permissions": True}))
    assert done.rc == 0, done.output[-3000:]
    assert set(by_name(sandbox, path, key)[who]["permissions"]) == before | {*NAMES}


def test_a_tag_that_all_hosts_need_is_created_once(runner: Runner, sandbox: Sandbox) -> None:
    done = together(runner, sandbox, saymon("saymon_object", {"name": HOST, "tags": ["shared"], "create_tags": True}))
    assert done.rc == 0, done.output[-3000:]
    (tag,) = (record["id"] for record in api(sandbox, "GET", "/tags") if record["name"] == "shared")
    objects = {
        one["name"]: one["tags"] for one in api(sandbox, "GET", "/objects?fields=name,tags") if one["name"] in NAMES
    }
    assert objects == {name: [tag] for name in NAMES}


@pytest.mark.parametrize(
    ("module", "args", "path"),
    [
        ("saymon_object", {"name": "Shared"}, "/objects"),
        ("saymon_user_group", {"name": "Shared"}, "/user-groups"),
        ("saymon_password_policy", {"name": "Shared", "length": 4}, "/password-policies"),
    ],
)
def test_an_item_that_all_hosts_ensure_is_created_once(
    runner: Runner, sandbox: Sandbox, module: str, args: dict[str, Any], path: str
) -> None:
    done = together(runner, sandbox, saymon(module, args))
    assert done.rc == 0, done.output[-3000:]
    assert Counter(record["name"] for record in api(sandbox, "GET", path))["Shared"] == 1
    assert [seen.result["changed"] for seen in done.of(module)].count(True) == 1


def test_a_token_that_all_hosts_ensure_is_created_once(runner: Runner, sandbox: Sandbox) -> None:
    done = together(runner, sandbox, saymon("saymon_auth_token", {"user": "loner"}))
    assert done.rc == 0, done.output[-3000:]
    assert sum(path.endswith("/auth-token") for path in calls(sandbox)) == 1


def test_check_mode_waits_for_nobody(runner: Runner, sandbox: Sandbox) -> None:
    task = saymon("saymon_object", {"name": HOST, "tags": ["shared"], "create_tags": True})
    done = show(runner, play(task, hosts="all"), args=[*FORKS, "--check"], inventory=crowd(HOSTS))
    assert [seen.result["action"] for seen in done.results] == ["created"] * HOSTS
    assert sandbox.writes() == []


@pytest.mark.parametrize(
    ("module", "args", "path"),
    [
        ("saymon_user_group", {"name": "Twin", "members": ["loner"], "append_members": True}, "/user-groups"),
        (
            "saymon_object",
            {"name": "north-web-1", "parents": ["North rack A1"], "tags": ["Twin"], "create_tags": True},
            "/tags",
        ),
        ("saymon_password_policy", {"name": "Twin"}, "/password-policies"),
    ],
)
def test_two_runs_agree_on_one(sandbox: Sandbox, tmp_path: Path, module: str, args: dict[str, Any], path: str) -> None:
    """Runs know nothing of each other, and the server minds no second item of a name."""
    sandbox.fault(kind="delay", method="POST", path=path, times=2, delay_ms=3000)
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda folder: show(Runner(sandbox, folder), play(saymon(module, args))), folders))
    assert [run.rc for run in runs] == [0, 0], [run.output[-2000:] for run in runs]
    assert sum(entry["method"] == "POST" and entry["path"] == path for entry in sandbox.journal()) == 2, (
        "the two runs did not meet"
    )
    (twin,) = (record for record in api(sandbox, "GET", path) if record["name"] == "Twin")
    if path == "/user-groups":
        assert by_name(sandbox, "/users", "login")["loner"]["group"] == [twin["id"]]
    if path == "/tags":
        (web,) = (one for one in api(sandbox, "GET", "/objects?fields=name,tags") if one["name"] == "north-web-1")
        assert twin["id"] in web["tags"]


def _asked(tmp_path: Path, seed: str) -> list[str]:
    """What twenty hosts ask that each ensure an object of their own, which is as it should be."""
    task = saymon("saymon_object", {"name": HOST, "discovery_id": HOST, "parents": ["/ROOT"], "weight": 2})
    tmp_path.mkdir()
    with Sandbox("--quiet", seed=seed) as sandbox:
        runner = Runner(sandbox, tmp_path)
        for _run in range(2):  # the first creates
            sandbox.clear_journal()
            done = show(runner, play(task, hosts="all"), args=["--forks", "20"], inventory=crowd(20))
            assert done.rc == 0, done.output[-3000:]
        return calls(sandbox)


def test_a_host_that_ensures_its_object_does_not_read_ten_thousand(tmp_path: Path) -> None:
    """How long that takes is a figure of the benchmarks."""
    small, large = _asked(tmp_path / "small", "demo"), _asked(tmp_path / "large", "big:10000")
    assert "GET /objects" not in large
    assert sorted(large) == sorted(small)
