# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lost answers, a server that dies, two runs at once, servers and accounts that cannot do all: no duplicate, no half,
clear words."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import ANSIBLE_BIN, Runner
from tests.e2e.support import (
    Seen,
    Show,
    Task,
    api,
    book,
    calls,
    control,
    environment,
    failures,
    new_token,
    play,
    saymon,
    show,
    wait_for,
)
from tests.e2e.test_desired_state import CASES, TASKS, check_the_server, prepare, word
from tests.tools.sandbox_process import Sandbox


def hosts(count: int, *, keyed: bool = True) -> list[dict[str, Any]]:
    """Objects below a new site, itself the first of the list; with keys of another system, or found by name alone."""
    found: list[dict[str, Any]] = [{"name": "Farm", **({"discovery_id": "farm"} if keyed else {})}]
    for number in range(1, count):
        key = {"discovery_id": f"farm-{number}"} if keyed else {}
        found.append(
            {
                "name": f"node-{number}",
                **key,
                "parents": ["/ROOT/Farm"],
                "properties": [{"name": "Slot", "value": str(number)}],
            }
        )
    return found


def made(sandbox: Sandbox) -> Counter[str]:
    """How many objects there are of each name, of those that `hosts` lists."""
    return Counter(
        one["name"]
        for one in api(sandbox, "GET", "/objects")
        if one["name"] == "Farm" or one["name"].startswith("node-")
    )


@pytest.mark.parametrize(("keyed", "parallel"), [(True, 1), (False, 8)], ids=["by key", "by name, in parallel"])
def test_every_answer_to_a_creation_is_lost(runner: Runner, sandbox: Sandbox, keyed: bool, parallel: int) -> None:
    sandbox.fault(kind="drop_after", method="POST", path="/objects", times=0)
    task = saymon("saymon_object", {"objects": hosts(200, keyed=keyed), "parallel": parallel})
    done = show(runner, play(task))
    assert done.rc == 0, done.output[-3000:]
    assert word(done.one("saymon_object")) == "200 created, 200 recovered"
    assert made(sandbox) == Counter(item["name"] for item in hosts(200))
    assert calls(sandbox).count("POST /objects") == 200
    sandbox.clear_faults()
    sandbox.clear_journal()
    again = show(runner, play(task))
    assert word(again.one("saymon_object")) == "200 unchanged"
    assert sandbox.writes() == []


# Calls that write, each with what the module does when its answer is lost.
_CREATIONS = ("/users", "/user-groups", "/password-policies", "/objects", "/tags", "/objects/*/props")
_OTHERS = (("POST", "/users/*/auth-token"), ("PUT", None), ("PATCH", None), ("DELETE", None))


def lose(sandbox: Sandbox, kind: str, creations: Sequence[str] = _CREATIONS) -> Task:
    """The answers to the next call of each kind that writes are lost."""
    rules = [
        {"kind": kind, "method": method, "path": path}
        for method, path in (*_OTHERS, *(("POST", path) for path in creations))
    ]
    return control(sandbox, ("DELETE", "/faults"), ("POST", "/faults", rules))


def no_doubles(sandbox: Sandbox) -> bool:
    listed = [api(sandbox, "GET", path) for path in ("/objects", "/tags", "/user-groups", "/password-policies")]
    names = [Counter(one["name"] for one in records if one["name"] not in ("CPU", "Memory")) for records in listed]
    return all({*counts.values()} == {1} for counts in names)


def test_the_answer_to_each_kind_of_write_is_lost(runner: Runner, sandbox: Sandbox) -> None:
    """The server had done it, so the task ends as if nothing had happened, and says that it had to look again."""
    prepare(sandbox, old=False)
    session = saymon("saymon_session")
    done = show(runner, play(session, *[step for task in TASKS for step in (lose(sandbox, "drop_after"), task)]))
    assert done.rc == 0, done.output[-3000:]
    for name, (_module, _args, expected) in CASES.items():
        said = word(done.one(name))
        assert (name, re.sub(r", \d recovered", "", said)) == (name, expected)
        result = done.one(name)
        if "recovered" in result and "action" in result:
            assert result["recovered"] == (result["action"] != "unchanged"), name
    sandbox.clear_faults()
    check_the_server(sandbox, old=False)
    assert no_doubles(sandbox)
    sandbox.clear_journal()
    again = show(runner, play(*TASKS))
    assert [seen.task for seen in again.results if seen.result["changed"]] == []
    assert sandbox.writes() == []


def test_no_write_of_any_kind_arrives(runner: Runner, sandbox: Sandbox) -> None:
    """Nobody can tell it from a server that is slow. What could come to be twice is not sent again, and the task says
    so; the rest is."""
    prepare(sandbox, old=False)
    tasks = [
        saymon(module, {**args, "saymon_timeout": 2}, name=name, ignore_errors=True)
        for name, (module, args, _word) in CASES.items()
    ]
    done = show(
        runner,
        play(saymon("saymon_session"), *[step for task in tasks for step in (lose(sandbox, "drop_before"), task)]),
    )
    assert done.rc == 0, done.output[-3000:]
    failed = {name for name in CASES if done.of(name)[0].status == "failed"}
    made = {"group made", "groups", "policy made", "policies", "object made", "object changed", "objects"}
    assert failed == made
    assert all("may still be created: check, then run the task again." in done.one(name)["msg"] for name in made)
    assert all(done.one(name)["changed"] for name in made)
    assert (
        max(
            Counter(
                str(entry["body"]) for entry in sandbox.writes() if entry["path"] in ("/user-groups", "/tags")
            ).values()
        )
        == 1
    )
    sandbox.clear_faults()
    again = show(runner, play(*TASKS))
    assert again.rc == 0, again.output[-3000:]
    check_the_server(sandbox, old=False)
    assert no_doubles(sandbox)


def start(runner: Runner, text: str, name: str) -> tuple[subprocess.Popen[str], Path]:
    """Start a playbook and return at once; the second value is the file in which its results will be."""
    playbook, dump = runner.directory / f"{name}.yml", runner.directory / f"{name}.jsonl"
    playbook.write_text(text, encoding="utf-8")
    env = runner.environment(environment(runner, {"SAYMON_E2E_DUMP": str(dump)}))
    process = subprocess.Popen(
        [str(ANSIBLE_BIN / "ansible-playbook"), str(playbook)],
        cwd=runner.directory,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return process, dump


def finish(process: subprocess.Popen[str], dump: Path) -> Show:
    """Wait for a started playbook."""
    output, _errors = process.communicate(timeout=120)
    lines = dump.read_text(encoding="utf-8").splitlines() if dump.exists() else []
    return Show(process.returncode, output, "", [Seen(**json.loads(line)) for line in lines])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("back", [True, False], ids=["back at once", "back later"])
def test_the_server_dies_in_the_middle(tmp_path: Path, back: bool) -> None:
    """A run goes on when the server is back in time, and else fails with few words; the next run ends it."""
    port = str(free_port())
    with Sandbox("--quiet", "--port", port, "--data", str(tmp_path / "data.db"), seed="empty") as sandbox:
        runner = Runner(sandbox, tmp_path)
        patience = {"saymon_retries": 3 if back else 1}
        text = book(play(saymon("saymon_object", {"objects": hosts(500), "parallel": 8, **patience})))
        process, dump = start(runner, text, "first")
        wait_for(lambda: len(calls(sandbox)) > 200)
        os.kill(sandbox.pid, signal.SIGKILL)
        if not back:
            broken = finish(process, dump)
        sandbox.stop()
        sandbox.start()
        if back:
            broken = finish(process, dump)
            assert broken.rc == 0, broken.output[-3000:]
        check_the_break(broken, sandbox, back=back)
        again = finish(*start(runner, text, "second"))
        assert again.rc == 0, again.output[-3000:]
        assert made(sandbox) == Counter(item["name"] for item in hosts(500))
        result = again.one("saymon_object")["summary"]
        assert result["unchanged"] + result["updated"] + result["created"] == 500
        assert (result["created"] + result["updated"] == 0) == back


def check_the_break(broken: Show, sandbox: Sandbox, *, back: bool) -> None:
    result = broken.one("saymon_object")
    if back:
        assert word(result).startswith("500 created"), result
        return
    assert broken.rc == 2
    # What is said to be untouched does not exist; what exists is said to be created, or that it may be.
    there = made(sandbox)
    assert [one for one in result["outcomes"] if not one["changed"] and one["name"] in there] == []
    doubtful = [one for one in result["outcomes"] if one["action"] == "failed" and one["changed"]]
    assert all(one["msg"].startswith("This may have been done: POST /objects") for one in doubtful)
    assert {one["name"] for one in result["outcomes"] if one["action"] == "created"} <= {*there}
    assert result["changed"] is True
    assert sum(result["summary"][word] for word in ("created", "failed", "skipped")) == 500
    assert 0 < result["summary"]["created"] < 500
    assert result["summary"]["skipped"] > 0
    assert "cannot be reached" in result["msg"]
    assert len(result["msg"]) <= 1500
    assert result["msg"].endswith(f" {result['summary']['skipped']} were not tried.")


def two_at_once(runner: Runner, sandbox: Sandbox, text: str, path: str) -> list[Show]:
    """Run a playbook twice at the same time; both have read the list at `path` before anything is written there."""
    sandbox.fault(kind="delay", method="POST", path=path, times=2, delay_ms=3000)
    started = [start(runner, text, name) for name in ("one", "other")]
    done = [finish(*one) for one in started]
    asked = (("GET", path), ("POST", f"{path}/search"))
    reads = [entry["time"] for entry in sandbox.journal() if (entry["method"], entry["path"]) in asked][:2]
    assert max(reads) < min(entry["time"] + entry["ms"] for entry in sandbox.writes()), "the two runs did not overlap"
    return done


def test_two_runs_at_once_make_no_double_of_an_object_with_a_key(runner: Runner, sandbox: Sandbox) -> None:
    text = book(play(saymon("saymon_object", {"objects": hosts(60), "parallel": 4})))
    for done in two_at_once(runner, sandbox, text, "/objects"):
        assert done.rc == 0, done.output[-3000:]
    assert made(sandbox) == Counter(item["name"] for item in hosts(60))
    sandbox.clear_journal()
    again = finish(*start(runner, text, "again"))
    assert word(again.one("saymon_object")) == "60 unchanged"
    assert sandbox.writes() == []


def test_two_runs_at_once_make_no_login_twice(runner: Runner, sandbox: Sandbox) -> None:
    users = [{"login": f"twin-{number}"} for number in range(3)]
    text = book(play(saymon("saymon_user", {"users": users}, ignore_errors=True)))
    done = two_at_once(runner, sandbox, text, "/users")
    logins = Counter(user["login"] for user in api(sandbox, "GET", "/users") if user["login"].startswith("twin-"))
    assert logins == Counter(user["login"] for user in users)
    assert sum(one.one("saymon_user")["summary"]["created"] for one in done) == 3
    said = [text for one in done for _task, text in failures(one.results)]
    assert said and all("already exists" in text for text in said), said
    assert word(show(runner, play(saymon("saymon_user", {"users": users}))).one("saymon_user")) == "3 unchanged"


def test_a_double_without_a_key_is_named_by_the_next_run(runner: Runner, sandbox: Sandbox) -> None:
    """The server does not mind two objects of one name, so two runs at once can make them; which one is meant is not
    for us to say."""
    twin = play(saymon("saymon_object", {"name": "Twin"}))
    assert [one.rc for one in two_at_once(runner, sandbox, book(twin), "/objects")] == [0, 0]
    ids = [one["id"] for one in api(sandbox, "GET", "/objects") if one["name"] == "Twin"]
    assert len(ids) == 2
    sandbox.clear_journal()
    assert failures(show(runner, twin).results) == [
        (
            "saymon_object",
            f"several objects match (ids {', '.join(sorted(ids))}): give the id, or remove the duplicate.",
        )
    ]
    assert sandbox.writes() == []


def test_what_others_made_meanwhile_is_seen(runner: Runner, sandbox: Sandbox) -> None:
    """Each task looks for itself; what somebody else makes between two tasks must not be made again."""
    token = new_token(sandbox)
    made_there = [
        ["POST", f"/users?api-token={token}", {"login": "newcomer"}],
        ["POST", f"/objects?api-token={token}", {"name": "Newcomer"}],
    ]
    elsewhere = {"name": "elsewhere", "sandbox_control": {"control": f"{sandbox.url}/node/api", "calls": made_there}}
    tasks = [
        saymon("saymon_user", {"login": "newcomer"}, name="user"),
        saymon("saymon_object", {"name": "Newcomer"}, name="object"),
    ]
    reading = [{**task, "name": f"{task['name']} before", "check_mode": True} for task in tasks]
    done = show(runner, play(*reading, elsewhere, *tasks))
    assert done.rc == 0, done.output[-3000:]
    assert [word(seen.result) for seen in done.results if seen.task != "elsewhere"] == [
        "created",
        "created",
        "unchanged",
        "unchanged",
    ]


def test_the_verb_that_makes_a_policy(runner: Runner, sandbox: Sandbox) -> None:
    """The documentation is not sure of it, so the other one is tried where one is not known; once for all items."""
    verbs = {"both": ["POST"] * 3, "post": ["POST"] * 3, "patch": ["POST", "PATCH", "PATCH", "PATCH"]}
    tasks = []
    for verb in verbs:
        policies = [{"name": f"{verb} {number}", "length": 7} for number in range(3)]
        tasks.append(control(sandbox, ("PATCH", "/settings", {"policy_create_verb": verb})))
        tasks.append(saymon("saymon_password_policy", {"password_policies": policies}, name=verb))
    done = show(runner, play(*tasks))
    assert [word(done.one(verb)) for verb in verbs] == ["3 created"] * 3
    assert [entry["method"] for entry in sandbox.writes()] == [method for sent in verbs.values() for method in sent]
    names = ["Default", *(f"{verb} {number}" for verb in verbs for number in range(3))]
    assert [policy["name"] for policy in api(sandbox, "GET", "/password-policies")] == names


def test_accounts_that_may_not_do_it(runner: Runner, sandbox: Sandbox) -> None:
    """Without run-bulks a search becomes a list; without manage-users nothing is promised, nothing is written, and the
    reason is told."""
    env: dict[str, str | None] = {"SAYMON_LOGIN": "auditor", "SAYMON_PASSWORD": "auditor-demo-pass"}
    search = saymon("saymon_object_info", {"name_regex": "^north-web", "fields": ["name"]})
    tasks = {
        "a user": saymon("saymon_user", {"login": "newcomer"}),
        "a known user": saymon("saymon_user", {"login": "operator", "language": "ru"}),
        "a group": saymon("saymon_user_group", {"name": "Newcomers"}),
        "a group of others": saymon("saymon_user_group", {"name": "Operators", "permissions": []}),
        "a policy": saymon("saymon_password_policy", {"name": "Newcomers", "length": 3}),
        "an object": saymon("saymon_object", {"name": "Newcomer"}),
        "a token": saymon("saymon_auth_token", {}),
    }
    refused = [{**task, "name": name, "ignore_errors": True} for name, task in tasks.items()]
    done = show(runner, play(search, *refused), env=env)
    assert [one["name"] for one in done.one("saymon_object_info")["objects"]] == ["north-web-1", "north-web-2"]
    said = dict(failures(done.results))
    assert list(said) == list(tasks), said
    needs = dict.fromkeys(tasks, "manage-users") | {"a policy": "manage-configuration", "an object": "manage-objects"}
    assert {name: needs[name] in text for name, text in said.items()} == dict.fromkeys(tasks, True), said
    assert all(entry["status"] == 403 for entry in sandbox.writes())
    checked = show(runner, play(*refused[:2]), args=["--check"], env=env)
    assert [seen.status for seen in checked.results] == ["failed", "failed"], "check mode cannot see who is there"
