# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts that wait cost the server as much as one, and what happens meanwhile ends nothing that it need not end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import (
    api,
    book,
    calls,
    crowd,
    interrupt,
    logins_and_logouts,
    play,
    press_ctrl_c,
    saymon,
    show,
    this_machine,
)
from tests.tools.sandbox_process import Sandbox

HOSTS = 40
FORKS = {"ANSIBLE_FORKS": "20"}
WORKING = 3
WAIT: dict[str, Any] = {"object": "{{ inventory_hostname }}", "object_state": "Working", "within": "60s"}
ONE = {**WAIT, "object": "lab-test-1"}  # which is in the state Created


def hosts_on(sandbox: Sandbox) -> list[str]:
    """The ids of new objects, one for each host."""
    names = crowd(HOSTS).split()
    ids = [api(sandbox, "POST", "/objects", {"name": name, "class_id": 3})["id"] for name in names]
    sandbox.clear_journal()
    sandbox.fault(kind="delay", delay_ms=20, path="*", method="*", times=0)
    return ids


def put_to_work(sandbox: Sandbox, *ids: str) -> None:
    for identifier in ids:
        api(sandbox, "PUT", f"/objects/{identifier}/state", {"state_id": WORKING})


def waited_for(sandbox: Sandbox) -> str:
    (found,) = (one["id"] for one in api(sandbox, "GET", "/objects?fields=name") if one["name"] == ONE["object"])
    return str(found)


def terminate(pid: int) -> None:
    """As kill does, which reaches the parent process alone."""
    os.kill(pid, signal.SIGTERM)


@contextmanager
def later(seconds: float, event: Callable[[], Any]) -> Iterator[None]:
    timer = threading.Timer(seconds, event)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def asked(sandbox: Sandbox) -> Counter[str]:
    """How often each of the calls was made with which a task looks."""
    looks = ("GET /objects", "POST /objects/search", "GET /states", "GET /incidents", "POST /stat/search")
    return Counter(call for call in calls(sandbox) if call in looks)


def test_hosts_that_have_nothing_to_wait_for(runner: Runner, sandbox: Sandbox) -> None:
    put_to_work(sandbox, *hosts_on(sandbox))
    sandbox.clear_journal()
    began = time.monotonic()
    done = show(runner, play(saymon("saymon_wait", WAIT), hosts="all"), env=FORKS, inventory=crowd(HOSTS))
    seconds = time.monotonic() - began
    assert done.rc == 0, done.output
    # Each host must read after its task began, and they begin one after the other: four times a second.
    counts = asked(sandbox)
    assert set(counts) == {"GET /objects", "GET /states"}
    assert max(counts.values()) <= seconds * 4 + 2, counts
    assert max(counts.values()) < HOSTS / 2, counts


def test_many_hosts_wait_at_the_price_of_one(runner: Runner, sandbox: Sandbox) -> None:
    ids = hosts_on(sandbox)
    for identifier in ids:
        api(sandbox, "POST", f"/objects/{identifier}/stat", {"payload": {"cpu": {"load1": 0.5}}})
    put_to_work(sandbox, *ids[20:])
    sandbox.clear_journal()
    options = {**WAIT, "no_incidents": True, "metric": {"cpu.load1": {"lt": 2}}, "settle": "2s"}
    began = time.monotonic()
    with later(8, lambda: put_to_work(sandbox, *ids[:20])):
        done = show(runner, play(saymon("saymon_wait", options), hosts="all"), env=FORKS, inventory=crowd(HOSTS))
    seconds = time.monotonic() - began
    assert done.rc == 0, done.output
    assert len(done.of("saymon_wait")) == HOSTS
    assert all(seen.result["waited"] >= 2 for seen in done.of("saymon_wait"))
    counts = asked(sandbox)
    assert set(counts) <= {"GET /objects", "POST /objects/search", "GET /states", "GET /incidents", "POST /stat/search"}
    # Once a second, and four times while hosts begin; one by one, the hosts would have asked 40 times as often.
    assert counts["POST /stat/search"] <= seconds * 2 + 10, (counts, seconds)
    assert counts["GET /incidents"] <= seconds * 2 + 10, (counts, seconds)
    assert counts["GET /objects"] + counts["POST /objects/search"] <= seconds * 2 + 20, (counts, seconds)
    assert logins_and_logouts(sandbox) == (1, 1)


def test_a_session_that_ends_is_renewed_once(runner: Runner, sandbox: Sandbox) -> None:
    found = waited_for(sandbox)

    def happen() -> None:
        sandbox.expire_sessions()
        time.sleep(3)
        put_to_work(sandbox, found)

    with later(3, happen):
        done = show(runner, play(saymon("saymon_wait", ONE)))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)


@pytest.mark.parametrize("fault", [{"kind": "refuse", "seconds": 4}, {"kind": "status", "status": 503, "times": 30}])
def test_a_server_that_is_away_for_a_while(runner: Runner, sandbox: Sandbox, fault: dict[str, Any]) -> None:
    found = waited_for(sandbox)

    def come_back() -> None:
        sandbox.clear_faults()
        put_to_work(sandbox, found)

    with later(3, lambda: sandbox.fault(**fault)), later(18, come_back):
        done = show(runner, play(saymon("saymon_wait", ONE)), args=["-v"])
    assert done.rc == 0, done.output
    assert done.one("saymon_wait")["waited"] > 5
    assert "Waiting, at most " in done.stdout


def test_a_permission_that_is_taken_away_ends_it_at_once(runner: Runner, sandbox: Sandbox) -> None:
    refusal = {"kind": "status", "status": 403, "path": "/objects*", "times": 0}
    with later(3, lambda: sandbox.fault(**refusal)):
        done = show(runner, play(saymon("saymon_wait", ONE)))
    result = done.one("saymon_wait")
    assert (done.rc, result["status"]) == (2, 403)


def test_too_late(runner: Runner, sandbox: Sandbox) -> None:
    options = {
        "object": "/ROOT/South site",
        "recursive": True,
        "class": "Host",
        "object_state": "Working",
        "within": "2s",
    }
    done = show(runner, play(saymon("saymon_wait", options)))
    result = done.one("saymon_wait")
    assert done.rc == 2
    assert "/south-web-1 is in the state Alarm" in result["msg"]
    assert {one["state"] for one in result["waiting"]} == {"Alarm", "NoData"}
    assert (result["waiting_count"], result["waited"]) == (2, 2.0)
    checked = show(runner, play(saymon("saymon_wait", options)), args=["--check"])
    assert (checked.rc, checked.one("saymon_wait")["waiting"]) == (0, result["waiting"])


@pytest.mark.parametrize(("stop", "method"), [(press_ctrl_c, "session"), (terminate, "session"), (terminate, "token")])
def test_a_run_that_is_stopped_stops_waiting(
    runner: Runner, sandbox: Sandbox, stop: Callable[[int], None], method: str
) -> None:
    token = api(sandbox, "POST", f"/users/{api(sandbox, 'GET', '/users/current')['id']}/auth-token", {})
    given = {"saymon_auth_method": method, **({"saymon_auth_token": token} if method == "token" else {})}
    sandbox.clear_journal()
    stopped = []

    def stop_and_look(pid: int) -> None:
        stopped.append(time.monotonic())
        stop(pid)

    tasks = book(play(saymon("saymon_wait", {**ONE, **given, "within": "10m", "interval": "1s"})))
    interrupt(runner, tasks, lambda: sum(asked(sandbox).values()) > 3, stop=stop_and_look)
    assert time.monotonic() - stopped[0] < 10
    assert logins_and_logouts(sandbox) == ((1, 1) if method == "session" else (0, 0))
    seen = len(sandbox.journal())
    time.sleep(5)
    assert len(sandbox.journal()) == seen, "a worker goes on"


def test_on_a_target(runner: Runner, sandbox: Sandbox) -> None:
    found = waited_for(sandbox)
    options = {**ONE, "saymon_run_on": "target"}
    with later(4, lambda: put_to_work(sandbox, found)):
        done = show(
            runner, play(saymon("saymon_wait", options), hosts="all"), inventory=this_machine("one") + "[all:vars]\n"
        )
    assert done.rc == 0, done.output
    assert done.one("saymon_wait")["objects"][0]["state"] == "Working"
