# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However a run is told to stop: it logs out, leaves nothing behind, and ends as it would without this collection."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.attack.running import playbook_command, running, store_files
from tests.e2e.support import calls, crowd, logins_and_logouts, play, saymon, show, wait_for
from tests.tools.sandbox_process import Sandbox

if TYPE_CHECKING:
    import subprocess

    from tests.e2e.conftest import Runner

ENDLESS = saymon("saymon_api", {"path": "/users/current"}, loop="{{ range(500) | list }}")
ADHOC = ["ansible", "localhost", "-m", "saymon.platform.saymon_api", "-a", "path=/users/current"]


def busy(sandbox: Sandbox, count: int = 8) -> bool:
    return len(calls(sandbox, sessions=False)) >= count


def slow(sandbox: Sandbox, **rule: Any) -> None:
    """Answers that take a while, so that the signal comes while the tasks wait."""
    sandbox.fault(**{"kind": "delay", "path": "/users/current", "delay_ms": 200, "times": 0, **rule})


def end_of(process: subprocess.Popen[str]) -> int:
    """The exit status. Older cores leave workers behind that hold the output open, so that is not waited for."""
    return process.wait(timeout=30)


def ends_within(process: subprocess.Popen[str], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    return process.poll() is not None


def assert_all_is_over(runner: Runner, sandbox: Sandbox) -> None:
    """And stays so: no worker that outlived the parent opens anything."""
    time.sleep(1.5)
    logins, logouts = logins_and_logouts(sandbox)
    assert (logins, sandbox.sessions()) == (logouts, 0)
    assert store_files(runner) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_playbook_that_is_told_to_stop(runner: Runner, sandbox: Sandbox, number: signal.Signals) -> None:
    slow(sandbox)
    with running(runner, playbook_command(runner, play(ENDLESS, hosts="all"), inventory=crowd(4))) as process:
        wait_for(lambda: busy(sandbox))
        assert store_files(runner)
        process.send_signal(number)
        assert end_of(process) == -number
    assert logins_and_logouts(sandbox) == (1, 1)
    assert_all_is_over(runner, sandbox)
    assert len(calls(sandbox)) < 500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_an_ad_hoc_command_that_is_told_to_stop(runner: Runner, sandbox: Sandbox, number: signal.Signals) -> None:
    slow(sandbox, delay_ms=5000)
    with running(runner, ADHOC) as process:
        wait_for(lambda: logins_and_logouts(sandbox)[0] == 1)
        wait_for(lambda: bool(store_files(runner)))
        time.sleep(0.3)
        process.send_signal(number)
        assert end_of(process) == -number
    assert_all_is_over(runner, sandbox)


@pytest.mark.parametrize("pause", [0.0, 0.05, 0.3])
def test_ctrl_c_twice(runner: Runner, sandbox: Sandbox, pause: float) -> None:
    slow(sandbox)
    slow(sandbox, method="DELETE", path="/users/session", delay_ms=500)
    with running(runner, playbook_command(runner, play(ENDLESS, hosts="all"), inventory=crowd(4))) as process:
        wait_for(lambda: busy(sandbox))
        os.killpg(process.pid, signal.SIGINT)  # a terminal sends it to the whole group
        time.sleep(pause)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
        # Two that come at the same moment are one for the system, and core may then wait for a worker that was killed.
        if not pause and not ends_within(process, 5):
            os.killpg(process.pid, signal.SIGINT)
        assert end_of(process) != 0
    assert logins_and_logouts(sandbox) == (1, 1)
    assert_all_is_over(runner, sandbox)


def test_told_to_stop_during_the_login(runner: Runner, sandbox: Sandbox) -> None:
    slow(sandbox, method="POST", path="/users/session", delay_ms=1500)
    with running(runner, playbook_command(runner, play(ENDLESS, hosts="all"), inventory=crowd(4))) as process:
        wait_for(lambda: bool(store_files(runner)))
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert end_of(process) == -signal.SIGTERM
    assert_all_is_over(runner, sandbox)


def test_a_server_that_hangs_holds_up_the_end_for_a_short_time_only(runner: Runner, sandbox: Sandbox) -> None:
    slow(sandbox)
    slow(sandbox, method="DELETE", path="/users/session", delay_ms=20_000)
    with running(runner, playbook_command(runner, play(ENDLESS))) as process:
        wait_for(lambda: busy(sandbox, 2))
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert end_of(process) == -signal.SIGTERM
        assert time.monotonic() - start < 10
    assert store_files(runner) == []


# --- killed ---------------------------------------------------------------------------------------


def test_what_a_killed_run_leaves_is_sealed_and_swept_by_the_next(runner: Runner, sandbox: Sandbox) -> None:
    slow(sandbox)
    some = {**ENDLESS, "loop": list(range(20))}
    with running(runner, playbook_command(runner, play(some, hosts="all"), inventory=crowd(2))) as process:
        wait_for(lambda: busy(sandbox, 4))
        process.kill()
        assert end_of(process) == -signal.SIGKILL
    left = store_files(runner)
    assert any(path.suffix == ".record" for path in left)
    content = b"".join(path.read_bytes() for path in left)
    for secret in (sandbox.password, sandbox.login, "sid", "password"):
        assert secret.encode() not in content
    sent = len(calls(sandbox))
    time.sleep(3)  # its workers notice, and let go of the folder
    assert len(calls(sandbox)) <= sent + 2
    assert logins_and_logouts(sandbox) == (1, 0), "nobody was left to log out, and nobody logged in again"
    sandbox.clear_faults()
    done = show(runner, play(saymon("saymon_api", {"path": "/users/current"})))
    assert done.rc == 0, done.output
    assert store_files(runner) == []
    assert logins_and_logouts(sandbox) == (2, 1)


def test_a_run_beside_it_is_left_alone(runner: Runner, sandbox: Sandbox) -> None:
    slow(sandbox)
    with running(runner, playbook_command(runner, play(ENDLESS, hosts="all"), inventory=crowd(2))) as process:
        wait_for(lambda: busy(sandbox, 2))
        mine = set(store_files(runner))
        done = show(runner, play(saymon("saymon_api", {"path": "/users/current"})))
        assert done.rc == 0, done.output
        assert {path for path in mine if path.suffix != ".list"} <= set(store_files(runner))
        process.send_signal(signal.SIGTERM)
        assert end_of(process) == -signal.SIGTERM
    assert logins_and_logouts(sandbox) == (2, 2)
    assert_all_is_over(runner, sandbox)
