# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tasks share while a run goes on: read by others, damaged, taken away, out of date; and many hosts that do the
same at once."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from tests.e2e.attack.running import playbook_command, running, store_files
from tests.e2e.support import (
    Task,
    api,
    calls,
    crowd,
    expire,
    failures,
    logins_and_logouts,
    new_token,
    play,
    saymon,
    show,
    this_machine,
    wait_for,
)
from tests.tools.sandbox_process import Sandbox

if TYPE_CHECKING:
    from tests.e2e.conftest import Runner

FORKS = {"ANSIBLE_FORKS": "20"}
CURRENT = saymon("saymon_api", {"path": "/users/current"})
SESSION = saymon("saymon_session")
GROUP = {"name": "Operators"}
RENEWED = saymon("saymon_session", {"state": "renewed"}, name="renewed")
ABSENT = saymon("saymon_session", {"state": "absent"}, name="absent")


def here(command: str) -> Task:
    """A task that runs a shell command in the folder of the run."""
    text = f"{{{{ lookup('ansible.builtin.pipe', 'cd ~/.ansible/tmp/ansible-local-* && {command}') }}}}"
    return {"name": "here", "ansible.builtin.debug": {"msg": text}, "run_once": True}


def assert_sound(sandbox: Sandbox) -> None:
    """Whatever was opened, and whose id is known, has ended."""
    logins, logouts = logins_and_logouts(sandbox)
    assert (logins - logouts, sandbox.sessions()) == (0, 0)


# --- in clear -------------------------------------------------------------------------------------


def test_nobody_can_read_what_the_run_keeps(runner: Runner, sandbox: Sandbox) -> None:
    """Looked at again and again while hosts log in, read users with their tokens, and write."""
    token = new_token(sandbox, "operator")
    tasks = [
        saymon("saymon_user", {"login": f"user-{{{{ inventory_hostname }}}}-{number}"}, name=f"{number}")
        for number in range(3)
    ]
    sandbox.fault(kind="delay", path="/users", delay_ms=100, times=0)
    seen: set[str] = set()
    with running(runner, playbook_command(runner, play(*tasks, hosts="all"), inventory=crowd(4)), FORKS) as process:
        while process.poll() is None:
            for path in store_files(runner):
                try:
                    content, mode = path.read_bytes(), path.stat().st_mode
                except FileNotFoundError:
                    continue
                seen.add(path.suffix)
                for secret in (token, sandbox.password, sandbox.login, "authenticationToken", "login", "sid"):
                    assert secret.encode() not in content, path
                assert mode & 0o077 == 0
        assert process.returncode == 0, process.communicate()
    assert {".record", ".list"} <= seen
    assert_sound(sandbox)


# --- damaged, taken away --------------------------------------------------------------------------


ATTACKS = {
    "emptied": "for f in saymon*; do true > $f; done",
    "garbage": "for f in saymon*; do echo garbage > $f; done",
    "half": "for f in saymon*; do head -c 40 $f > x; cat x > $f; done; rm x",
    "all the same": "for f in saymon*.record; do cp $f saymon-0.record; cat saymon-0.record saymon-0.record > $f; done",
    "removed": "rm saymon*",
    "the folder removed": "cd .. && rm -r ansible-local-*",
    "a file in its place": "d=$(pwd); cd / && rm -r $d && touch $d",
}
WITHOUT_A_FOLDER = ("the folder removed", "a file in its place")


@pytest.mark.parametrize("name", ATTACKS)
def test_whatever_becomes_of_the_store_the_run_goes_on(runner: Runner, sandbox: Sandbox, name: str) -> None:
    group = saymon("saymon_user_group", GROUP, name="group")
    write = saymon("saymon_user_group", {"name": "New {{ inventory_hostname }}"}, name="write", ignore_errors=True)
    done = show(
        runner,
        play(CURRENT, here(ATTACKS[name]), CURRENT, group, write, group, SESSION, CURRENT, hosts="all"),
        env=FORKS,
        inventory=crowd(3),
    )
    assert "Bug in" not in done.output
    assert "Traceback" not in done.output
    assert done.rc == 0, done.output
    # Without a place for locks nobody can keep hosts from writing the same thing twice, so they do not write.
    refused = [text for _task, text in failures(done.results)]
    assert len(refused) == (3 if name in WITHOUT_A_FOLDER else 0)
    assert all(text.startswith("Parallel tasks cannot be kept from writing the same things") for text in refused)
    logins, logouts = logins_and_logouts(sandbox)
    # One that was opened before the attack, and of which nothing is left, ends by itself.
    assert logins - logouts == sandbox.sessions() <= 1


def test_a_full_disk(runner: Runner, sandbox: Sandbox) -> None:
    """From the first task on, no file can get longer than core's own semaphores."""
    wait = {
        "name": "wait",
        "ansible.builtin.debug": {
            "msg": f"{{{{ lookup('ansible.builtin.pipe', 'touch {runner.directory}/on; sleep 2') }}}}"
        },
    }
    tasks = [
        CURRENT,
        saymon("saymon_user_group", {"name": "New {{ inventory_hostname }}"}),
        saymon("saymon_user_group", GROUP),
    ]
    command = playbook_command(runner, play(wait, *tasks, hosts="all"), inventory=crowd(3))
    with running(runner, command, {"ANSIBLE_CALLBACKS_ENABLED": None}) as process:
        wait_for((runner.directory / "on").exists)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (64, 64))
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 0, stdout + stderr
    assert len([one for one in api(sandbox, "GET", "/user-groups") if one["name"].startswith("New ")]) == 3
    assert logins_and_logouts(sandbox) == (9, 9), "each task had a session of its own"
    assert sandbox.sessions() == 0


# --- lists ----------------------------------------------------------------------------------------


def gets(sandbox: Sandbox, path: str) -> int:
    return calls(sandbox).count(f"GET {path}")


def test_hosts_that_read_the_same_list_at_once_share_it(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="delay", path="/user-groups", delay_ms=1000, times=0)
    done = show(runner, play(CURRENT, saymon("saymon_user_group", GROUP), hosts="all"), env=FORKS, inventory=crowd(16))
    assert done.rc == 0, done.output
    assert gets(sandbox, "/user-groups") <= 3
    assert [seen.result["changed"] for seen in done.of("saymon_user_group")] == [False] * 16


def test_a_failing_fetch_fails_no_other_host(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="status", path="/user-groups", status=400, delay_ms=1000)
    done = show(runner, play(CURRENT, saymon("saymon_user_group", GROUP), hosts="all"), env=FORKS, inventory=crowd(8))
    assert [seen.status for seen in done.of("saymon_user_group")].count("failed") == 1, done.output


def test_each_task_looks_for_itself(runner: Runner, sandbox: Sandbox) -> None:
    """What somebody else did since the last task is seen: unchanged means that it is so now."""
    (group,) = [one for one in api(sandbox, "GET", "/user-groups") if one["name"] == "Operators"]
    token = new_token(sandbox)
    gone = {
        "control": f"{sandbox.url}/node/api",
        "calls": [["PATCH", f"/user-groups/{group['id']}?api-token={token}", {"name": "Renamed"}]],
    }
    tasks = [saymon("saymon_user_group", GROUP, name=name) for name in ("first", "second")]
    done = show(runner, play(tasks[0], {"name": "elsewhere", "sandbox_control": gone}, tasks[1]))
    assert done.rc == 0, done.output
    assert [done.one(name)["changed"] for name in ("first", "second")] == [False, True]


def test_items_of_a_loop_look_for_themselves(runner: Runner, sandbox: Sandbox) -> None:
    done = show(runner, play({**saymon("saymon_user_group", GROUP), "loop": [1, 2, 3]}))
    assert done.rc == 0, done.output
    assert gets(sandbox, "/user-groups") == 3


# --- many hosts at once ---------------------------------------------------------------------------


@pytest.mark.parametrize("session", [[], [SESSION], [RENEWED]])
def test_ten_hosts_whose_session_died(runner: Runner, sandbox: Sandbox, session: list[Task]) -> None:
    done = show(
        runner, play(*session, CURRENT, expire(sandbox), CURRENT, CURRENT, hosts="all"), env=FORKS, inventory=crowd(10)
    )
    assert done.rc == 0, done.output
    logins, logouts = logins_and_logouts(sandbox)
    assert logins - logouts == 1, "the one that died"
    assert sandbox.sessions() == 0


@pytest.mark.parametrize("strategy", ["linear", "free"])
@pytest.mark.parametrize(
    "tasks", [[SESSION, ABSENT], [CURRENT, ABSENT], [SESSION, ABSENT, CURRENT, ABSENT], [SESSION, ABSENT, CURRENT]]
)
def test_ten_hosts_that_end_it(runner: Runner, sandbox: Sandbox, tasks: list[Task], strategy: str) -> None:
    done = show(runner, play(*tasks, hosts="all", strategy=strategy), env=FORKS, inventory=crowd(10))
    assert done.rc == 0, done.output
    assert_sound(sandbox)
    if tasks == [SESSION, ABSENT] and strategy == "linear":
        assert logins_and_logouts(sandbox) == (1, 1)
        assert [seen.result["changed"] for seen in done.of("absent")].count(True) == 1


@pytest.mark.parametrize("strategy", ["linear", "free"])
def test_ten_hosts_that_want_a_new_one(runner: Runner, sandbox: Sandbox, strategy: str) -> None:
    done = show(
        runner,
        play(SESSION, RENEWED, CURRENT, RENEWED, CURRENT, hosts="all", strategy=strategy),
        env=FORKS,
        inventory=crowd(10),
    )
    assert done.rc == 0, done.output
    assert_sound(sandbox)


@pytest.mark.parametrize("kind", ["drop_after", "truncate"])
def test_a_login_whose_answer_was_lost(runner: Runner, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault(kind=kind, method="POST", path="/users/session", times=2)
    done = show(runner, play(CURRENT, hosts="all"), env=FORKS, inventory=crowd(4))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (3, 1)


def test_refused_hosts_say_the_same(runner: Runner, sandbox: Sandbox) -> None:
    done = show(
        runner,
        play({**CURRENT, "ignore_errors": True}, hosts="all"),
        env={**FORKS, "SAYMON_PASSWORD": "mistyped"},
        inventory=crowd(5),
    )
    results = [{key: seen.result.get(key) for key in ("msg", "status", "code")} for seen in done.of("saymon_api")]
    assert results == [results[0]] * 5
    assert (results[0]["status"], results[0]["code"]) == (401, "InvalidCredentials")
    assert logins_and_logouts(sandbox) == (1, 0)


def test_an_account_that_an_earlier_task_makes(runner: Runner, sandbox: Sandbox) -> None:
    account = {"saymon_login": "newcomer", "saymon_password": "Of-the-newcomer-1"}
    as_newcomer = saymon("saymon_api", {"path": "/users/current", **account}, name="before", ignore_errors=True)
    make = saymon("saymon_user", {"login": "newcomer", "password": "Of-the-newcomer-1"})
    done = show(
        runner,
        play(
            as_newcomer,
            {**as_newcomer, "name": "again"},
            make,
            {**as_newcomer, "name": "after", "ignore_errors": False},
        ),
    )
    assert done.rc == 0, done.output
    assert [done.of(name)[0].status for name in ("before", "again", "after")] == ["failed", "failed", "ok"]
    assert logins_and_logouts(sandbox) == (3, 2), "it was asked once before"


def test_a_session_for_a_job_in_the_background_ends_too(runner: Runner, sandbox: Sandbox) -> None:
    job = saymon("saymon_user_group", {"name": "Background"}, **{"async": 30, "poll": 1})
    env = {"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    done = show(runner, play(job), env=env, inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    assert_sound(sandbox)


def test_what_a_job_in_the_background_wrote_is_seen(runner: Runner, sandbox: Sandbox) -> None:
    job = saymon("saymon_user_group", {"name": "Background"}, **{"async": 30, "poll": 1})
    env = {"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    gone = saymon("saymon_user_group", {"name": "Background", "state": "absent"}, name="gone")
    done = show(runner, play({**gone, "name": "not there"}, job, gone), env=env, inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    assert [done.one(name)["changed"] for name in ("not there", "gone")] == [False, True]
