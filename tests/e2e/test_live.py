# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Live operations as people meet them: a rollout, and the story of a disk that fills and is repaired."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Runner
from tests.e2e.support import Show, api, calls, environment, play, results, saymon, show
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

ROLLOUT = ROOT / "playbooks" / "rollout.yml"
DISK = "/ROOT/North site/North rack A1/north-web-1/disk"  # no simulated agent pushes its data
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
SLACK = 30_000  # what the plays of a step may take


def rollout(runner: Runner, *args: str) -> Show:
    (runner.directory / "dump.jsonl").unlink(missing_ok=True)
    done = runner.playbook(ROLLOUT, *args, env=environment(runner, {"ANSIBLE_LOCALHOST_WARNING": "0"}))
    return Show(done.rc, done.stdout, done.stderr, results(runner))


def changed(show: Show) -> dict[str, int]:
    """How many hosts each task has changed."""
    tasks = dict.fromkeys(seen.task for seen in show.results)
    return {task: count for task in tasks if (count := sum(bool(one.result.get("changed")) for one in show.of(task)))}


def test_a_rollout_is_told_and_watched(runner: Runner, sandbox: Sandbox) -> None:
    done = rollout(runner)
    assert done.rc == 0, done.output
    assert changed(done) == {
        "Hold the server, for half an hour at most": 2,
        "Leave a note on its charts": 2,
        "Tell SAYMON which version runs": 2,
        "Let the server go": 2,
    }
    assert calls(sandbox).count("POST /users/session") == 1
    found = api(sandbox, "GET", "/objects?fields=name,manual_state,state_id")
    assert [one["manual_state"] for one in found if one["name"].startswith("north-web")] == [None, None]
    (notes,) = [api(sandbox, "GET", f"/history-annotations?from=1&to={2**43}")]
    assert sorted(note["content"] for note in notes) == ["Rollout 4.2 on north-web-1", "Rollout 4.2 on north-web-2"]


def test_a_rollout_that_fails_lets_the_server_go(runner: Runner, sandbox: Sandbox) -> None:
    fault = {"kind": "status", "method": "POST", "path": "/objects/*/stat", "status": 400, "times": 0}
    sandbox.request("POST", "/faults", fault)
    done = rollout(runner)
    assert done.rc != 0
    assert [seen.task for seen in done.results if seen.status == "failed"] == ["Tell SAYMON which version runs"] * 2
    record = next(
        one for one in api(sandbox, "GET", "/objects?fields=name,manual_state") if one["name"] == "north-web-1"
    )
    assert record["manual_state"] is None


def test_a_disk_fills_and_is_repaired(tmp_path: Path) -> None:
    with Sandbox("--quiet", "--live", "5") as sandbox:
        runner = Runner(sandbox, tmp_path)
        start = round(time.time() * 1000) - 2 * DAY  # the controller has a clock of its own, which must be ahead
        sandbox.request("POST", "/clock", {"now_ms": start})
        conditions = [
            {"when": {"disk.used": {"gt": 90}}, "state": "Alarm", "description": "The disk is full"},
            {"when": {"disk.used": {"le": 90}}, "state": "Working"},
        ]
        rules = saymon("saymon_object", {"path": DISK, "class": "File System", "state_conditions": conditions})
        healthy, full = ({"object": DISK, "metrics": {"disk.used": used}, "expiry": "2h"} for used in (40, 97))

        told = show(
            runner,
            play(
                rules,
                saymon("saymon_metric", healthy),
                saymon("saymon_wait", {"object": DISK, "object_state": "Working"}),
            ),
        )
        assert told.rc == 0, told.output
        sandbox.request("POST", "/clock", {"now_ms": start + 10 * MINUTE})
        about = {"object": DISK, "level": ["Alarm"], "open": True}
        seen = {"filter": about, "state": "acknowledged", "comment": "Known, ticket 77"}
        told = show(
            runner,
            play(
                saymon("saymon_metric", full),
                saymon("saymon_incident", seen),
                saymon("saymon_incident", seen, name="again"),
            ),
        )
        assert told.rc == 0, told.output
        assert told.one("saymon_incident")["summary"]["updated"] == 1, told.one("saymon_incident")
        assert told.one("again")["changed"] is False

        sandbox.request("POST", "/clock", {"now_ms": start + 30 * MINUTE})
        told = show(runner, watching_while_repaired(healthy), inventory="watcher\nmedic\n")
        assert told.rc == 0, told.output
        watch = next(seen.result for seen in told.of("watch") if seen.host == "watcher")
        assert 1 <= watch["waited"] < 20

        sandbox.request("POST", "/clock", {"now_ms": start + DAY})
        told = show(
            runner,
            play(
                saymon("saymon_incident_info", {"history": True, "filter": {"object": DISK}, "resolve": True}),
                history(start),
            ),
        )
        assert told.rc == 0, told.output
        past = [one for one in told.one("saymon_incident_info")["incidents"] if one.get("comment")]
        assert [(one["comment"], one["entity"]) for one in past] == [("Known, ticket 77", DISK)]
        check_the_history(told.one("saymon_state_history_info"))


def watching_while_repaired(healthy: dict[str, Any]) -> dict[str, Any]:
    """One host waits for the end of the alarm, while another one repairs the disk two seconds later."""
    wait = {"object": DISK, "object_state": "Working", "no_incidents": True, "within": "20s"}
    return play(
        saymon("saymon_wait", wait, name="watch", when="inventory_hostname == 'watcher'"),
        {
            "name": "pause",
            "ansible.builtin.wait_for": {"timeout": 2},
            "delegate_to": "localhost",
            "when": "inventory_hostname == 'medic'",
        },
        saymon("saymon_metric", healthy, name="repair", when="inventory_hostname == 'medic'"),
        hosts="all",
        strategy="free",
    )


def history(start: int) -> dict[str, Any]:
    return saymon("saymon_state_history_info", {"object": DISK, "from": str(start), "to": str(start + 60 * MINUTE)})


def check_the_history(told: dict[str, Any]) -> None:
    """Against what the steps of the story must have left: 10 minutes of work, 20 of alarm, 30 of work."""
    (one,) = told["availability"]
    seconds = {state["state"]: state["seconds"] for state in one["states"]}
    assert abs(seconds["Alarm"] - 20 * 60) <= SLACK / 1000, told
    assert abs(one["available_seconds"] - 40 * 60) <= SLACK / 1000, told
    states = [change["state"] for change in told["changes"]]
    assert states[-2:] == ["Alarm", "Working"], states
