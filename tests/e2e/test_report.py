# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback saymon_report: what it sends at the end of a run, and what it never does to the run."""

from __future__ import annotations

import ast
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.e2e.conftest import Outcome, Runner
from tests.e2e.support import PLUGINS, Show, api, book, calls, crowd, play, saymon
from tests.e2e.test_leaks import Watch
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

CALLBACK = "saymon.platform.saymon_report"
OBJECT = "north-web-1"
LOGIN, LOGOUT = "POST /users/session", "DELETE /users/session"
NOTE = ["GET /history-annotations", "POST /history-annotations"]
OK = {"name": "fine", "ansible.builtin.debug": {"msg": "fine"}}
CHANGED = {"name": "change", "ansible.builtin.debug": {"msg": "changed"}, "changed_when": True}
FAILS = {"name": "fail", "ansible.builtin.fail": {"msg": "no"}}
SKIPPED = {"name": "skip", "ansible.builtin.debug": {"msg": "x"}, "when": False}
INCIDENT = {"SAYMON_REPORT_OBJECT": OBJECT, "SAYMON_REPORT_INCIDENT": "1", "SAYMON_REPORT_METRICS": "0"}


def run(
    runner: Runner,
    *plays: dict[str, Any],
    args: tuple[str, ...] = (),
    inventory: str | None = None,
    env: Mapping[str, str | None] | None = None,
) -> Outcome:
    """Run plays with the callback."""
    return runner.playbook(
        book(*plays), *args, inventory=inventory, env={"ANSIBLE_CALLBACKS_ENABLED": CALLBACK, **(env or {})}
    )


def notes(sandbox: Sandbox) -> list[str]:
    """The texts of the notes that are not of the seed, the oldest first."""
    found = api(sandbox, "GET", "/history-annotations?from=0&to=99999999999999")
    return [
        note["content"] for note in sorted(found, key=lambda note: note["timestamp"]) if "Ansible" in note["content"]
    ]


def incidents(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The active incidents that runs have raised."""
    return [one for one in api(sandbox, "GET", "/incidents?limit=1000") if "playbook.yml" in str(one["properties"])]


def stat(sandbox: Sandbox) -> dict[str, Any]:
    """The metrics that the only push in the journal carried."""
    (entry,) = [entry for entry in sandbox.journal() if entry["path"].endswith("/stat")]
    metrics: dict[str, Any] = entry["body"]["payload"]["ansible"]
    return metrics


def ini_of_the_example() -> str:
    """The configuration in the documentation, without the signs that make comments of its lines."""
    tree = ast.parse((ROOT / "plugins" / "callback" / "saymon_report.py").read_text(encoding="utf-8"))
    (text,) = (
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "EXAMPLES"
        and isinstance(node.value, ast.Constant)
    )
    return "\n".join(line.removeprefix("#").strip() for line in str(text).splitlines() if line != "# ansible.cfg")


# --- what is sent ---------------------------------------------------------------------------------


def test_a_run_is_noted_and_nothing_else_without_an_object(runner: Runner, sandbox: Sandbox) -> None:
    done = run(runner, play(OK, CHANGED, SKIPPED))
    assert done.rc == 0
    assert "WARNING" not in done.output
    assert calls(sandbox) == [LOGIN, *NOTE, LOGOUT]
    assert notes(sandbox) == ["Ansible playbook.yml: ok (2 ok, 1 changed, 0 failed, 0 unreachable)"]


def test_metrics_count_and_measure(runner: Runner, sandbox: Sandbox) -> None:
    plays = [
        play(OK, CHANGED, name="One.and {two}", hosts="all"),
        play(SKIPPED, FAILS, OK, name="Второй", hosts="all", serial=1),
    ]
    env = {"SAYMON_REPORT_OBJECT": OBJECT, "SAYMON_REPORT_ANNOTATE": "never"}
    done = run(runner, *plays, inventory="a\nb\n", env=env)
    assert done.rc == 2
    (found,) = [text for text in calls(sandbox) if text.endswith("/stat")]
    assert calls(sandbox) == [LOGIN, "POST /objects/search", found, LOGOUT]
    metrics = stat(sandbox)
    times = metrics.pop("plays")
    duration = metrics.pop("duration")
    assert metrics == {
        "ok": 4,
        "changed": 2,
        "failed": 1,
        "unreachable": 0,
        "skipped": 1,
        "rescued": 0,
        "ignored": 0,
        "hosts": 2,
        "success": 0,
        "check_mode": 0,
    }
    assert list(times) == ["One.and {two}", "Второй"]
    assert 0 < sum(times.values()) <= duration + 0.01


def test_an_incident_lives_as_long_as_runs_fail(runner: Runner, sandbox: Sandbox) -> None:
    env = {**INCIDENT, "SAYMON_REPORT_ANNOTATE": "never"}
    search = ["POST /objects/search", "GET /incident-levels"]

    def report(task: dict[str, Any]) -> list[str]:
        sandbox.clear_journal()
        done = run(runner, play(task), env=env)
        assert "WARNING" not in done.output
        made = calls(sandbox)
        assert (made[0], made[-1]) == (LOGIN, LOGOUT)
        return made[1:-1]

    assert report(OK) == ["GET /incidents"]
    made = report(FAILS)
    (incident,) = incidents(sandbox)
    place = f"/incidents/{incident['id']}"
    assert made == ["GET /incidents", *search, "POST /incidents", f"GET {place}"]
    assert incident["text"] == "Ansible playbook.yml failed (1 failed, 0 unreachable)"
    assert incident["state"] == 1

    again = report(FAILS)
    assert [call for call in again if not call.startswith("GET")] == [f"POST {place}/comment"]
    assert len(incidents(sandbox)) == 1

    assert [call for call in report(OK) if not call.startswith("GET")] == [f"POST {place}/clear"]
    assert incidents(sandbox)[0]["state"] == 3
    assert report(OK) == ["GET /incidents"]

    report(FAILS)
    (back,) = incidents(sandbox)
    assert (back["id"], back["state"]) == (incident["id"], 1)


@pytest.mark.parametrize(
    ("tasks", "env", "said"),
    [
        ([OK], {"SAYMON_REPORT_ANNOTATE": "failed"}, []),
        (
            [FAILS],
            {"SAYMON_REPORT_ANNOTATE": "failed"},
            ["Ansible playbook.yml: failed (0 ok, 0 changed, 1 failed, 0 unreachable)"],
        ),
        ([FAILS], {"SAYMON_REPORT_ANNOTATE": "never"}, []),
        ([{**FAILS, "ignore_errors": True}], {"SAYMON_REPORT_ANNOTATE": "failed"}, []),
    ],
)
def test_notes_of_failed_runs_only(
    runner: Runner, sandbox: Sandbox, tasks: list[dict[str, Any]], env: dict[str, str], said: list[str]
) -> None:
    done = run(runner, play(*tasks), env=env)
    assert "WARNING" not in done.output
    assert calls(sandbox) == ([LOGIN, *NOTE, LOGOUT] if said else [])
    assert notes(sandbox) == said


def test_unreachable_hosts_are_failures(runner: Runner, sandbox: Sandbox) -> None:
    text = "Ansible {plays}: {status} on {failed_hosts} of {hosts} in {duration} s"
    task = {"name": "ping", "ansible.builtin.ping": {}}
    env = {"SAYMON_REPORT_ANNOTATION_TEXT": text, "ANSIBLE_TIMEOUT": "2"}
    done = run(runner, play(task, hosts="all", name="Ping"), inventory=crowd(12), env=env)
    assert done.rc == 4
    (said,) = notes(sandbox)
    assert said.startswith("Ansible Ping: failed on host000.invalid, host001.invalid, ")
    assert "host009.invalid and 2 more of 12 in " in said


def test_check_mode_is_reported_only_when_wanted(runner: Runner, sandbox: Sandbox) -> None:
    env = {**INCIDENT, "SAYMON_REPORT_METRICS": "1"}
    assert run(runner, play(FAILS), args=("--check",), env=env).rc == 2
    assert calls(sandbox) == []
    assert run(runner, play(FAILS), args=("--check",), env={**env, "SAYMON_REPORT_CHECK_MODE": "true"}).rc == 2
    assert notes(sandbox) == ["Ansible playbook.yml: failed (0 ok, 0 changed, 1 failed, 0 unreachable) (check mode)"]
    assert stat(sandbox)["check_mode"] == 1
    assert incidents(sandbox) == []


def test_each_playbook_of_a_command_has_a_report(runner: Runner, sandbox: Sandbox) -> None:
    other = runner.directory / "other.yml"
    other.write_text(book(play(OK, OK)), encoding="utf-8")
    done = run(runner, play(CHANGED), args=(str(other),))
    assert done.rc == 0
    assert calls(sandbox) == [LOGIN, *NOTE, *NOTE, LOGOUT]
    assert notes(sandbox) == [
        "Ansible playbook.yml: ok (1 ok, 1 changed, 0 failed, 0 unreachable)",
        "Ansible other.yml: ok (2 ok, 0 changed, 0 failed, 0 unreachable)",
    ]


def test_commands_are_reported_only_when_core_loads_callbacks_for_them(runner: Runner, sandbox: Sandbox) -> None:
    env = {"ANSIBLE_CALLBACKS_ENABLED": CALLBACK}
    runner.adhoc("ansible.builtin.debug", env=env)
    assert calls(sandbox) == []
    runner.adhoc("ansible.builtin.debug", env={**env, "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1"})
    assert notes(sandbox) == ["Ansible ad hoc: ok (1 ok, 0 changed, 0 failed, 0 unreachable)"]


def test_nothing_happens_unless_it_is_enabled(runner: Runner, sandbox: Sandbox) -> None:
    run(runner, play(OK), env={"ANSIBLE_CALLBACKS_ENABLED": None})
    assert calls(sandbox) == []


# --- session and options --------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["saymon_tag_info", "saymon_session"])
def test_the_session_is_that_of_the_run(runner: Runner, sandbox: Sandbox, task: str) -> None:
    variables = {
        "server": sandbox.url,
        "saymon_url": "{{ server }}",
        "saymon_login": sandbox.login,
        "saymon_password": sandbox.password,
    }
    env = {"SAYMON_URL": None, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = run(runner, play(saymon(task), vars=variables), env=env)
    assert "WARNING" not in done.output
    read = ["GET /tags"] if task == "saymon_tag_info" else []
    assert calls(sandbox) == [LOGIN, *read, *NOTE, LOGOUT]


def test_a_session_fact_of_localhost_is_enough(runner: Runner, sandbox: Sandbox) -> None:
    server = {"url": sandbox.url, "login": sandbox.login, "password": sandbox.password}
    env = {"SAYMON_URL": None, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = run(runner, play(saymon("saymon_session", server)), env=env)
    assert "WARNING" not in done.output
    assert calls(sandbox) == [LOGIN, *NOTE, LOGOUT]


def test_options_come_from_variables_first(runner: Runner, sandbox: Sandbox) -> None:
    site = "Площадка"
    api(sandbox, "POST", "/objects", {"name": site, "class_id": 3, "parent_id": ["1"]})
    sandbox.clear_journal()
    variables = {"saymon_report_object": "{{ site }}", "site": site, "saymon_report_annotate": "never"}
    done = run(runner, play(OK, vars=variables), env={"SAYMON_REPORT_OBJECT": "nothing", "SAYMON_REPORT_TIMEOUT": "30"})
    assert "WARNING" not in done.output
    assert stat(sandbox)["ok"] == 1
    assert [call for call in calls(sandbox) if "annotations" in call] == []


def test_the_example_of_the_documentation_works(runner: Runner, sandbox: Sandbox) -> None:
    config = runner.directory / "example.cfg"
    config.write_text(ini_of_the_example(), encoding="utf-8")
    env = {"ANSIBLE_CONFIG": str(config), "ANSIBLE_CALLBACKS_ENABLED": None}
    done = run(runner, play(FAILS), env=env)
    assert "WARNING" not in done.output
    assert [one["text"] for one in incidents(sandbox)] == ["playbook.yml failed on localhost"]
    assert stat(sandbox)["success"] == 0
    assert len(notes(sandbox)) == 1


# --- what goes wrong ------------------------------------------------------------------------------


def compare(runner: Runner, env: Mapping[str, str | None], *says: str) -> None:
    """A run that cannot be reported differs from one without the callback in one warning, which holds these words."""
    for task in (OK, FAILS):
        bare = run(runner, play(task), env={"ANSIBLE_CALLBACKS_ENABLED": None})
        done = run(runner, play(task), env=env)
        assert (done.rc, done.stdout) == (bare.rc, bare.stdout)
        warning = " ".join(done.stderr.replace(bare.stderr, "").split())
        assert warning.count("[WARNING]") == 1, done.stderr
        for words in says:
            assert words in warning


EVERYTHING = {"SAYMON_REPORT_OBJECT": OBJECT, "SAYMON_REPORT_INCIDENT": "1"}


def test_a_server_that_is_away(runner: Runner) -> None:
    env = {**EVERYTHING, "SAYMON_URL": "http://127.0.0.1:9"}
    compare(runner, env, "could not send the note and the metrics and the incident: POST /users/session", "reached")


def test_a_slow_server_costs_no_more_than_the_time_limit(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="delay", times=0, delay_ms=700)
    began = time.monotonic()
    run(runner, play(OK), env={"ANSIBLE_CALLBACKS_ENABLED": None})
    bare = time.monotonic() - began
    began = time.monotonic()
    done = run(runner, play(OK), env={**EVERYTHING, "SAYMON_REPORT_TIMEOUT": "2"})
    took = time.monotonic() - began - bare
    assert done.rc == 0
    assert " ".join(done.stderr.split()).count("within 2 s: check the server, or raise the option timeout.") == 1
    assert took < 2 + 0.7 + 1.5  # with the logout, and the start of what talks to the server


def test_a_silent_server(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="delay", times=0, delay_ms=20_000)
    began = time.monotonic()
    done = run(runner, play(OK), env={**EVERYTHING, "SAYMON_REPORT_TIMEOUT": "1"})
    sandbox.clear_faults()
    assert done.rc == 0
    assert " ".join(done.stderr.split()).count("[WARNING]") == 1
    assert time.monotonic() - began < 12


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"SAYMON_PASSWORD": None}, "could not send the note: "),
        ({"SAYMON_PASSWORD": "wrong"}, "could not send the note: "),
        ({"SAYMON_URL": None}, "saymon_url is missing"),
        ({"SAYMON_REPORT_OBJECT": "nowhere"}, "could not send the metrics: object: "),
        ({"SAYMON_REPORT_INCIDENT": "1"}, "could not send the incident: incident needs an object"),
        ({"SAYMON_REPORT_ANNOTATION_TEXT": "{who}"}, "annotation_text has {who}, which does not exist"),
        ({"SAYMON_REPORT_TIMEOUT": "0"}, "timeout is 0"),
        ({"SAYMON_REPORT_ANNOTATE": "maybe"}, "saymon_report"),
    ],
)
def test_bad_settings_cost_one_warning(runner: Runner, env: dict[str, str | None], says: str) -> None:
    compare(runner, env, says)


def test_bad_variables_cost_one_warning(runner: Runner, sandbox: Sandbox) -> None:
    for variables in ({"saymon_report_object": "{{ nothing }}"}, {"saymon_report_timeout": "soon"}):
        done = run(runner, play(OK, vars=variables))
        assert done.rc == 0
        assert "[WARNING]: saymon_report has sent nothing: " in " ".join(done.stderr.split())
    assert calls(sandbox) == []


def test_one_part_that_is_refused_leaves_the_others(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="status", status=403, method="POST", path="/history-annotations", times=0)
    done = run(runner, play(FAILS), env=EVERYTHING)
    assert "could not send the note: POST /history-annotations answered 403" in " ".join(done.stderr.split())
    assert stat(sandbox)["failed"] == 1
    assert len(incidents(sandbox)) == 1


# --- secrets --------------------------------------------------------------------------------------


def test_nothing_leaks(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.settings(csrf=True)
    watch = Watch(runner, sandbox)
    secret = "Marker-of-a-result-3c9f77"
    tasks = [
        {"name": "told", "ansible.builtin.debug": {"msg": secret}, "no_log": True},
        watch.note_sessions(),
        {"name": "fail", "ansible.builtin.fail": {"msg": secret}, "no_log": True},
    ]
    env = {**watch.env(**EVERYTHING), "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action")}
    for fault in ({}, {"kind": "status", "status": 400, "echo": True, "times": 0}):
        if fault:
            sandbox.fault(**fault)
        done = run(runner, play(saymon("saymon_tag_info", ignore_errors=True), *tasks), args=("-vvvvv",), env=env)
        assert done.rc == 2
        assert watch.leaks(Show(done.rc, done.stdout, done.stderr, [])) == []
        assert secret not in str(sandbox.journal())
