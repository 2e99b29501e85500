# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook of the plant: all that belongs to the monitored world in one place, and left alone once it is there."""

from __future__ import annotations

import json

from tests.e2e.conftest import Runner
from tests.e2e.support import Show, environment, results
from tests.e2e.test_desired_state import did
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

TOPOLOGY = ROOT / "playbooks" / "topology.yml"
KINDS = {"states": 1, "incident levels": 1, "property classes": 1, "tags": 2, "classes": 2, "objects": 7, "links": 2}
KINDS["references"] = 1
KINDS["flows"] = 1


def topology(runner: Runner, *args: str) -> Show:
    (runner.directory / "dump.jsonl").unlink(missing_ok=True)
    done = runner.playbook(TOPOLOGY, *args, env=environment(runner, {}))
    return Show(done.rc, done.stdout, done.stderr, results(runner))


def all_of(word: str) -> list[str]:
    return [f"{kind}: {count} {word}" for kind, count in KINDS.items()]


def test_the_playbook_of_the_plant(runner: Runner, sandbox: Sandbox) -> None:
    foreseen = topology(runner, "--check")
    assert foreseen.rc == 0, foreseen.output
    assert did(foreseen)[1:] == all_of("created")
    assert sandbox.writes() == []

    done = topology(runner)
    assert done.rc == 0, done.output
    assert did(done) == all_of("created")
    assert sorted(done.one("Show it")["msg"]) == ["/ROOT/Plant North/Rack 1/db01", "/ROOT/Plant North/app1"]

    sandbox.clear_journal()
    again = topology(runner)
    assert did(again) == all_of("unchanged")
    assert sandbox.writes() == []

    changed = topology(runner, "--check", "--diff", "-e", "plant_load_limit=12")
    (diff,) = changed.one("saymon.platform.saymon_apply : Bring the classes to their state")["diff"]
    before, after = (json.loads(diff[side])["state_conditions"][1] for side in ("before", "after"))
    assert (before["when"], after["when"]) == ({"cpu.load1": {"gt": 8}}, {"cpu.load1": {"gt": 12}})
    assert sandbox.writes() == []
