# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One login and one logout for each server and run, however many hosts, tasks and plays there are, and however the run
ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.support import (
    Task,
    ask,
    book,
    calls,
    crowd,
    failures,
    interrupt,
    logins_and_logouts,
    new_token,
    play,
    saymon,
    show,
)
from tests.tools.sandbox_process import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Runner

FORKS = {"ANSIBLE_FORKS": "20"}
HOSTS = 8
READ = saymon("saymon_user_info", {"login": "operator"})
GROUPS = saymon("saymon_user_group_info", {"with_members": False})


def test_a_hundred_unreachable_hosts_with_three_tasks_and_one_failure(runner: Runner, sandbox: Sandbox) -> None:
    path = "{{ '/objects/none' if inventory_hostname == 'host007.invalid' else '/users/current' }}"
    done = show(
        runner, play(READ, saymon("saymon_api", {"path": path}), GROUPS, hosts="all"), env=FORKS, inventory=crowd(100)
    )
    assert done.rc == 2, done.output
    assert [seen.host for seen in done.results if seen.status == "failed"] == ["host007.invalid"]
    assert [
        len([seen for seen in done.of(name) if seen.status == "ok"]) for name in ("saymon_user_info", "saymon_api")
    ] == [100, 99]
    assert logins_and_logouts(sandbox) == (1, 1)
    assert len(calls(sandbox)) == 1 + 100 + 100 + 99 + 1
    assert sandbox.sessions() == 0


def test_an_ad_hoc_command_for_a_hundred_hosts(runner: Runner, sandbox: Sandbox) -> None:
    done = ask(
        runner, "saymon_user_group_info", "with_members=false", "-i", _file(runner, crowd(100)), env=FORKS, hosts="all"
    )
    assert done.rc == 0, done.output
    assert len(done.results) == 100
    assert logins_and_logouts(sandbox) == (1, 1)


def _file(runner: Runner, text: str) -> str:
    path: Path = runner.directory / "hosts.ini"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_two_servers_in_one_play(runner: Runner, sandbox: Sandbox) -> None:
    with Sandbox("--quiet") as other:
        hosts = crowd(HOSTS).splitlines()
        values = [(server.url, server.password) for server in (sandbox, other)]
        lines = [
            f"{host} saymon_url={values[n % 2][0]} saymon_password={values[n % 2][1]}" for n, host in enumerate(hosts)
        ]
        done = show(runner, play(READ, GROUPS, hosts="all"), env=FORKS, inventory="\n".join([*lines, ""]))
        assert done.rc == 0, done.output
        assert [logins_and_logouts(server) for server in (sandbox, other)] == [(1, 1), (1, 1)]
        assert [len(calls(server)) for server in (sandbox, other)] == [2 + HOSTS, 2 + HOSTS]


SESSION = saymon("saymon_session")
PLAYS: dict[str, list[dict[str, Any]]] = {
    "free strategy": [play(READ, GROUPS, hosts="all", strategy="free")],
    "session run once": [play({**SESSION, "run_once": True}, READ, GROUPS, hosts="all")],
    "session on each host": [play(SESSION, READ, GROUPS, hosts="all")],
    "session on localhost first": [play(SESSION), play(READ, hosts="all")],
    "two plays": [play(READ, hosts="all"), play(GROUPS, hosts="all")],
    "delegated": [
        play({**READ, "delegate_to": "host001.invalid"}, {**GROUPS, "delegate_to": "localhost"}, hosts="all")
    ],
    "serial": [play(READ, GROUPS, hosts="all", serial=3)],
}


@pytest.mark.parametrize("name", PLAYS)
def test_many_hosts_share_one_session(runner: Runner, sandbox: Sandbox, name: str) -> None:
    done = show(runner, *PLAYS[name], env=FORKS, inventory=crowd(HOSTS))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)
    assert sandbox.sessions() == 0


def test_hosts_that_open_a_session_at_once_wait_for_one_login(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="delay", method="POST", path="/users/session", delay_ms=1000)
    done = show(runner, play(SESSION, hosts="all"), env=FORKS, inventory=crowd(HOSTS))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)
    assert calls(sandbox).count("GET /users/current") <= HOSTS - 1
    assert sandbox.sessions() == 0


def test_includes_roles_blocks_and_handlers(runner: Runner, sandbox: Sandbox) -> None:
    tasks = runner.directory / "roles" / "reader" / "tasks"
    tasks.mkdir(parents=True)
    role = book(READ)  # a list of one task is a task file
    (tasks / "main.yml").write_text(role, encoding="utf-8")
    (runner.directory / "more.yml").write_text(role, encoding="utf-8")
    broken = saymon("saymon_api", {"path": "/nothing-here"}, name="broken")
    block: Task = {"block": [broken], "rescue": [READ], "always": [GROUPS]}
    change = saymon("saymon_api", {"path": "/users/current", "changed": True}, name="change", notify=["handler"])
    handler = saymon("saymon_api", {"path": "/users/current"}, name="handler")
    include: list[Task] = [{"include_tasks": "more.yml"}, {"include_role": {"name": "reader"}}]
    done = show(
        runner,
        play(*include, block, change, hosts="all", roles=["reader"], handlers=[handler]),
        env=FORKS,
        inventory=crowd(6),
    )
    assert done.rc == 0, done.output
    assert [len(done.of(name)) for name in ("reader : saymon_user_info", "saymon_user_info", "broken", "handler")] == [
        12,
        12,
        6,
        6,
    ]
    assert logins_and_logouts(sandbox) == (1, 1)


def test_a_failed_play_still_logs_out(runner: Runner, sandbox: Sandbox) -> None:
    done = show(
        runner, play(saymon("saymon_api", {"path": "/nothing-here"}), READ, hosts="all"), env=FORKS, inventory=crowd(5)
    )
    assert done.rc == 2, done.output
    assert len(failures(done.results)) == 5
    assert done.of("saymon_user_info") == []
    assert logins_and_logouts(sandbox) == (1, 1)


def test_ctrl_c_logs_out(runner: Runner, sandbox: Sandbox) -> None:
    # Slow answers, so that Ctrl-C comes while tasks wait: core itself may hang when it hits a worker that is handing in
    # a result.
    sandbox.fault(kind="delay", path="/users/current", delay_ms=200, times=0)
    endless = saymon("saymon_api", {"path": "/users/current"}, loop="{{ range(500) | list }}")
    hosts = _file(runner, crowd(4))
    done = interrupt(runner, book(play(endless, hosts="all")), lambda: len(calls(sandbox)) > 8, "-i", hosts)
    assert done.rc != 0
    assert len(calls(sandbox)) < 500, "the run was not interrupted"
    assert logins_and_logouts(sandbox) == (1, 1)
    assert sandbox.sessions() == 0


def test_a_token_opens_one_session(runner: Runner, sandbox: Sandbox) -> None:
    env = {**FORKS, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None, "SAYMON_AUTH_TOKEN": new_token(sandbox)}
    done = show(runner, play(READ, GROUPS, hosts="all"), env=env, inventory=crowd(HOSTS))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)


def test_keycloak_opens_one_session(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.settings(keycloak_tokens={"kc-token-of-admin": sandbox.login})
    env = {**FORKS, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None, "SAYMON_KEYCLOAK_TOKEN": "kc-token-of-admin"}
    done = show(runner, play(READ, GROUPS, hosts="all"), env=env, inventory=crowd(HOSTS))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)


@pytest.mark.parametrize("method", ["basic", "token"])
def test_other_methods_open_no_session(runner: Runner, sandbox: Sandbox, method: str) -> None:
    env = {**FORKS, "SAYMON_AUTH_METHOD": method, "SAYMON_AUTH_TOKEN": new_token(sandbox)}
    write = saymon(
        "saymon_api", {"method": "POST", "path": "/objects", "body": {"name": "x", "class_id": 3, "parent_id": ["1"]}}
    )
    done = show(runner, play(READ, saymon("saymon_session_info"), write, hosts="all"), env=env, inventory=crowd(4))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (0, 0)
    assert {entry["auth"] for entry in sandbox.journal()} == {method}
    assert all(seen.result["valid"] for seen in done.of("saymon_session_info"))
