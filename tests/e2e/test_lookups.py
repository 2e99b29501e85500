# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookups, filters and tests in plays: their examples, sessions, what they read, and what they never show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Runner
from tests.e2e.support import Task, api, calls, crowd, expire, logins_and_logouts, play, saymon, show
from tests.e2e.test_docs import examples_in
from tests.e2e.test_leaks import Watch
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

LOOKUPS = sorted((ROOT / "plugins" / "lookup").glob("*.py"))
DOCUMENTS = sorted(path for kind in ("filter", "test") for path in (ROOT / "plugins" / kind).glob("*.yml"))
OBJECT = "saymon.platform.saymon_object"


def say(expression: str, name: str = "say", **keywords: Any) -> Task:
    """A task that shows what an expression yields."""
    return {"name": name, "ansible.builtin.debug": {"msg": "{{ " + expression + " }}"}, **keywords}


def lookup(*words: str) -> str:
    return f"lookup('{OBJECT}', {', '.join(words)})"


@pytest.fixture(autouse=True)
def _data(sandbox: Sandbox) -> None:
    """A server of the demo seed reports its load."""
    found = api(sandbox, "GET", "/objects?fields=name")
    (web,) = [one["id"] for one in found if one["name"] == "north-web-1"]
    api(sandbox, "POST", f"/objects/{web}/stat", {"payload": {"cpu": {"load1": 0.7}}, "expiryPeriod": 3_600_000})
    sandbox.clear_journal()


@pytest.mark.parametrize("path", [*LOOKUPS, *DOCUMENTS], ids=lambda path: path.stem)
def test_examples(runner: Runner, sandbox: Sandbox, path: Path) -> None:
    if path.suffix == ".py":
        tasks = examples_in(path)
    else:
        tasks = yaml.safe_load(yaml.safe_load(path.read_text(encoding="utf-8"))["EXAMPLES"])
    assert any(f"saymon.platform.{path.stem}" in str(task) for task in tasks), "no example uses the plugin itself"
    server = {"saymon_url": sandbox.url, "saymon_login": sandbox.login, "saymon_password": sandbox.password}
    env = {"SAYMON_URL": None, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = show(runner, play(*tasks, vars=server), env=env)
    assert done.rc == 0, done.output
    assert len([seen for seen in done.results if seen.status == "ok"]) == len(tasks), done.output
    assert "WARNING" not in done.output
    assert sandbox.sessions() == 0


@pytest.mark.parametrize("kind", ["lookup", "filter", "test"])
def test_documentation_is_shown(runner: Runner, kind: str) -> None:
    listed = runner.run(["ansible-doc", "-t", kind, "-l", "saymon.platform"])
    names = [line.split()[0] for line in listed.stdout.splitlines()]
    there = [path.stem for path in (LOOKUPS if kind == "lookup" else DOCUMENTS) if path.parent.name == kind]
    assert sorted(names) == [f"saymon.platform.{name}" for name in there]
    shown = runner.run(["ansible-doc", "-t", kind, *names])
    assert shown.rc == 0, shown.output
    for outcome in (listed, shown):
        assert not outcome.stderr
        assert "UNDOCUMENTED" not in outcome.stdout


# --- sessions and requests ------------------------------------------------------------------------


def test_hosts_and_tasks_share_session_and_list(runner: Runner, sandbox: Sandbox) -> None:
    loop = say(lookup("item", "field='path'"), loop=["north-db-1", "north-web-1", "Lab"])
    done = show(runner, play(saymon("saymon_session", run_once=True), loop, loop, hosts="all"), inventory=crowd(8))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)
    assert calls(sandbox, sessions=False) == ["GET /objects"]
    said = {seen.result.get("msg") for seen in done.results if seen.status.startswith("item")}
    assert len(said) == 3


def test_lookups_alone_share_the_list_and_leave_no_session(runner: Runner, sandbox: Sandbox) -> None:
    metric = say("lookup('saymon.platform.saymon_metric', 'north-web-1', metric='cpu.load1')", name="metric")
    tasks = [say(lookup("'north-db-1'", "field='path'")), metric, say(lookup("'nothing'"), ignore_errors=True)]
    done = show(runner, play(*tasks, hosts="all"), inventory=crowd(6))
    assert done.rc == 0, done.output
    assert calls(sandbox, sessions=False).count("GET /objects") <= 3  # one for each task
    logins, logouts = logins_and_logouts(sandbox)
    assert logins == logouts > 0
    assert sandbox.sessions() == 0
    assert not list((runner.directory / "tmp").rglob("saymon*"))


def test_the_options_of_a_task_share_its_session(runner: Runner, sandbox: Sandbox) -> None:
    task = saymon(
        "saymon_user_info", {"login": "{{ lookup('saymon.platform.saymon_user', 'operator', field='login') }}"}
    )
    done = show(runner, play(task))
    assert done.one("saymon_user_info")["users"][0]["login"] == "operator"
    assert logins_and_logouts(sandbox) == (1, 1)


def test_what_the_run_changes_is_seen(runner: Runner, sandbox: Sandbox) -> None:
    where = lookup("'/ROOT/Новый узел'", "property='Владелец'", "default='nobody'")
    change = {"path": "/ROOT/Новый узел", "properties": [{"name": "Владелец", "value": "{{ item }}"}]}
    tasks = [say(where, "before"), saymon("saymon_object", change, loop=["дежурный"]), say(where, "after")]
    done = show(runner, play(*tasks))
    assert done.rc == 0, done.output
    assert [done.one(name)["msg"] for name in ("before", "after")] == ["nobody", "дежурный"]


# --- values and errors ----------------------------------------------------------------------------


def test_values_are_never_templated(runner: Runner, sandbox: Sandbox) -> None:
    trap = "{{ lookup('ansible.builtin.pipe', 'touch trapped') }}"
    body = {
        "name": "trap {{ 1 + 1 }}",
        "class_id": 3,
        "parent_id": ["1"],
        "properties": [{"name": "Trap", "value": trap}],
    }
    make = {
        "name": "make",
        "saymon.platform.saymon_api": {"method": "POST", "path": "/objects", "body": "{{ body | from_json }}"},
        "vars": {"body": "{{ lookup('ansible.builtin.file', 'body.json') }}"},
    }
    (runner.directory / "body.json").write_text(json.dumps(body), encoding="utf-8")
    term = "'trap ' ~ '{' ~ '{ 1 + 1 }' ~ '}'"
    tasks = [
        make,
        say(lookup(term, "property='Trap'"), "value"),
        say(f"query('{OBJECT}', {term}) | map(attribute='name')", "name"),
        {"name": "fact", "ansible.builtin.set_fact": {"trap": "{{ " + lookup(term, "property='Trap'") + " }}"}},
        say("trap", "again"),
        say("item", "loop", loop="{{ query('" + OBJECT + "', " + term + ", property='Trap') }}"),
    ]
    done = show(runner, play(*tasks))
    assert done.rc == 0, done.output
    assert [done.one(name)["msg"] for name in ("value", "again")] == [trap] * 2
    assert done.one("name")["msg"] == ["trap {{ 1 + 1 }}"]
    assert not (runner.directory / "trapped").exists()


def test_lists_defaults_and_errors(runner: Runner, sandbox: Sandbox) -> None:
    tasks = [
        say(lookup("'north-db-1'", "field='name'", "wantlist=true"), "wantlist"),
        say(lookup("['north-db-1', 'Lab']", "field='name'"), "text"),
        say(f"query('{OBJECT}', 'north-db-1', 'no', field='name', default='-')", "query"),
        say(lookup("'no'", "errors='ignore'") + " is none", "ignored"),
        say(lookup("'no'", "errors='warn'") + " is none", "warned"),
        say(lookup("'north-db-9'"), "failed", ignore_errors=True),
        say("{'a': 1} is saymon.platform.in_alarm", "test", ignore_errors=True),
        say("7 | saymon.platform.split_path", "filter", ignore_errors=True),
    ]
    done = show(runner, play(*tasks))
    assert done.rc == 0, done.output
    said = [done.one(name)["msg"] for name in ("wantlist", "text", "query")]
    assert said == [["north-db-1"], "north-db-1,Lab", ["north-db-1", "-"]]
    assert "there is no object 'no'" in done.output.replace("\n", " ")
    assert "saymon_object: there is no object 'north-db-9' (did you mean 'north-db-" in done.one("failed")["msg"]
    assert "The test saymon.platform.in_alarm: the record has no state_id" in done.one("test")["msg"]
    assert "The filter saymon.platform.split_path: the value must be a path" in done.one("filter")["msg"]
    assert "Traceback" not in done.output


def test_what_others_change_is_seen_when_asked_for(runner: Runner, sandbox: Sandbox) -> None:
    fresh = say(lookup("'Lab'", "field='name'", "max_age=0"))
    done = show(runner, play(fresh, expire(sandbox), fresh))
    assert done.rc == 0, done.output
    assert calls(sandbox, sessions=False).count("GET /objects") == 2
    assert sandbox.sessions() == 0


def test_nothing_secret_is_shown(runner: Runner, sandbox: Sandbox) -> None:
    watch = Watch(runner, sandbox)
    tasks = [
        say(lookup("'north-db-1'")),
        say("lookup('saymon.platform.saymon_user', 'operator')"),
        watch.note_sessions(),
        saymon("saymon_session"),
        say("lookup('saymon.platform.saymon_metric', 'north-web-1')"),
        watch.note_sessions(),
        say(lookup("'nothing'"), ignore_errors=True),
        say(lookup("'Lab'", "saymon_password='Marker-wrong-9c4'"), ignore_errors=True),
        say(lookup("'Lab'", "max_age=0"), vars={"saymon_url": "http://127.0.0.1:9"}, ignore_errors=True),
    ]
    watch.secrets.add(sandbox.password)
    done = show(runner, play(*tasks), args=["-vvvvv"], env=watch.env())
    assert done.rc == 0, done.output
    assert watch.leaks(done) == []
