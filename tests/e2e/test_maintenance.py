# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rollout on many hosts: each is held while it is worked on and let go whatever happens."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import Task, api, calls, play, saymon, show, this_machine
from tests.tools.sandbox_process import Sandbox

HOSTS = [f"shop-{number}" for number in range(12)]
START = {
    "object": "/ROOT/Shop/{{ inventory_hostname }}",
    "state": "present",
    "manual_state": "Disabled",
    "until": "+30m",
    "reason": "Выкладка 4.2",
}
END = {"object": "{{ inventory_hostname }}", "state": "absent"}
FORKS = {"ANSIBLE_FORKS": "4"}


@pytest.fixture(autouse=True)
def _shop(sandbox: Sandbox) -> None:
    shop = api(sandbox, "POST", "/objects", {"name": "Shop"})
    for name in HOSTS:
        api(sandbox, "POST", "/objects", {"name": name, "parent_id": [shop["id"]]})
    sandbox.clear_journal()


def rollout(work: Task) -> dict[str, Any]:
    block = [saymon("saymon_maintenance", START, name="start"), work]
    tasks = {"name": "rollout", "block": block, "always": [saymon("saymon_maintenance", END, name="end")]}
    return play(tasks, hosts="all", serial=4)


def held(sandbox: Sandbox) -> list[dict[str, Any]]:
    objects = api(sandbox, "GET", "/objects?fields=name,manual_state")
    return [one["manual_state"] for one in objects if one.get("manual_state")]


def test_a_rollout_holds_each_host_and_lets_it_go(runner: Runner, sandbox: Sandbox) -> None:
    work = {"name": "work", "ansible.builtin.fail": {"msg": "no"}, "when": "inventory_hostname == 'shop-5'"}
    done = show(runner, rollout(work), env=FORKS, inventory="\n".join(HOSTS) + "\n")
    assert [seen.result["changed"] for seen in done.of("start")] == [True] * 12
    assert [seen.result["changed"] for seen in done.of("end")] == [True] * 12
    sent = calls(sandbox, sessions=False)
    assert sum(call.startswith("PUT ") for call in sent) == 24
    # A task searches for its object and reads one list, and both again if another task has written meanwhile.
    assert sum(call.startswith("POST /objects/search") for call in sent) <= 2 * 24
    assert sum(call.startswith("GET ") for call in sent) == sum(call == "GET /states" for call in sent) <= 2 * 24
    assert held(sandbox) == []


def test_a_second_run_of_each_task_sends_nothing(runner: Runner, sandbox: Sandbox) -> None:
    inventory = "\n".join(HOSTS) + "\n"
    for options in (START, END):
        task = play(saymon("saymon_maintenance", options), hosts="all")
        for changed in (True, False):
            sandbox.clear_journal()
            done = show(runner, task, env=FORKS, inventory=inventory)
            assert {seen.result["changed"] for seen in done.of("saymon_maintenance")} == {changed}, done.output
            assert len(sandbox.writes()) == (12 if changed else 0)


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "gateway"])
@pytest.mark.parametrize("options", [START, {**START, "extend": True, "mute": True}])
def test_a_lost_answer_is_made_good(runner: Runner, sandbox: Sandbox, kind: str, options: dict[str, Any]) -> None:
    more = {"seconds": 0.2} if kind == "gateway" else {}
    sandbox.fault(kind=kind, method="PUT", path="/objects/*/manual-state", times=1, **more)
    host = "shop-1\n"
    done = show(runner, play(saymon("saymon_maintenance", options), hosts="all"), inventory=host)
    assert done.rc == 0, done.output
    assert done.one("saymon_maintenance")["changed"] is True
    (state,) = held(sandbox)
    assert (state["stateId"], state["reason"]) == (9, "Выкладка 4.2")
    sandbox.clear_journal()
    again = show(runner, play(saymon("saymon_maintenance", START), hosts="all"), inventory=host)
    assert (again.one("saymon_maintenance")["changed"], sandbox.writes()) == (False, [])
    sandbox.fault(kind=kind, method="PUT", path="/objects/*/manual-state", times=1, **more)
    freed = show(runner, play(saymon("saymon_maintenance", END), hosts="all"), inventory=host)
    assert (freed.one("saymon_maintenance")["changed"], held(sandbox)) == (True, [])


@pytest.mark.parametrize("keywords", [{}, {"async": 60, "poll": 1}])
def test_on_a_target_and_in_the_background(runner: Runner, sandbox: Sandbox, keywords: dict[str, Any]) -> None:
    tree = {"object": "/ROOT/Shop", "recursive": True, "manual_state": "Stopped", "until": "+1h", "parallel": 4}
    task = saymon("saymon_maintenance", {**tree, "saymon_run_on": "target"}, **keywords)
    env = {"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    for changed in (True, False):
        done = show(runner, play(task, hosts="all"), env=env, inventory=this_machine("one"))
        assert done.rc == 0, done.output
        result = done.of("saymon_maintenance")[-1].result
        assert (result["changed"], result["summary"]["updated"]) == (changed, 13 if changed else 0)


def test_what_ends_by_itself_may_be_held_again(runner: Runner, sandbox: Sandbox) -> None:
    task = play(saymon("saymon_maintenance", START), hosts="all")
    assert show(runner, task, inventory="shop-1\n").one("saymon_maintenance")["changed"] is True
    sandbox.advance(31 * 60_000)
    assert held(sandbox) == []
    end = play(saymon("saymon_maintenance", END), hosts="all")
    assert show(runner, end, inventory="shop-1\n").one("saymon_maintenance")["changed"] is False


def test_the_diff_is_in_the_words_of_people(runner: Runner, sandbox: Sandbox) -> None:
    task = play(saymon("saymon_maintenance", {**START, "until": "2030-12-31T18:00:00Z"}), hosts="all")
    done = show(runner, task, args=["--diff", "--check"], inventory="shop-1\n")
    for words in ("entity /ROOT/Shop/shop-1", '"state": "Disable"', "Выкладка 4.2", "2030-12-31T18:00:00+00:00"):
        assert words in done.output
    assert sandbox.writes() == []
