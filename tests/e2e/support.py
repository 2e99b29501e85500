# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the shows have in common: the table of modules, plays as data, results as callbacks see them, and counts of the
journal."""

from __future__ import annotations

import atexit
import base64
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from ansible_collections.saymon.platform.tests.unit.case_files import cases
from ansible_collections.saymon.platform.tests.unit.processes import heed_signals

from tests.e2e.conftest import ANSIBLE_BIN, Runner
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

PLUGINS = Path(__file__).parent / "plugins"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("saymon_*.py"))

USER_PASSWORD = "Marker-of-a-new-user-7d1"  # of the user that a task makes

# Tasks that work on the demo seed, for each module; every kind of call that a module makes should be there, the writes
# included.
TASKS: dict[str, tuple[dict[str, Any], ...]] = {
    "saymon_api": (
        {"path": "/objects", "query": {"fields": "id,name"}},
        {"method": "POST", "path": "/objects", "body": {"name": "probe", "class_id": 3, "parent_id": ["1"]}},
    ),
    "saymon_auth_token": ({"user": "auditor"}, {"user": "auditor", "state": "absent"}),
    "saymon_check_now": ({"objects": ["north-db-1"]},),
    "saymon_class": (
        {"name": "Probe", "properties": [{"name": "Vendor", "value": "x"}]},
        {"name": "Probe", "properties": [{"name": "Vendor", "value": "y"}]},
        {"name": "Probe", "state": "absent"},
    ),
    "saymon_class_info": ({"name": "Host", "with_object_count": True}, {"with_object_count": True}),
    "saymon_flow": (
        {"owner": "Lab", "objects": ["north-web-1", "north-db-1"], "properties": [{"name": "Carries", "value": "x"}]},
        {"owner": "Lab", "objects": ["north-web-1", "north-db-1"], "state": "absent"},
    ),
    "saymon_flow_info": ({"owner": "Lab"},),
    "saymon_link": (
        {"source": "lab-probe", "target": "Lab", "properties": [{"name": "Cable", "value": "CAT6"}]},
        {"source": "north-core-sw", "target": "north-web-1", "properties": [{"name": "Cable", "value": "CAT7"}]},
        {"source": "north-core-sw", "target": "north-web-1", "state": "absent"},
    ),
    "saymon_link_info": ({"object": "north-core-sw"},),
    "saymon_object_clone": (
        {"object": "/ROOT/Lab/Lab bench", "name": "Probe bench"},
        {"object": "/ROOT/Lab/Lab bench", "name": "Probe bench 2", "background": True},
    ),
    "saymon_object": (
        {"name": "Probe site", "parents": ["/ROOT"]},
        {"name": "Probe site", "state": "absent"},
        {
            "name": "Probe site",
            "state_conditions": [{"when": {"cpu": {"gt": 8}}, "state": "Alarm"}],
            "stat_rules": [{"actions": [{"type": "extend"}]}],
        },
        {"name": "Probe site", "inherit_state_conditions": True},
    ),
    "saymon_operation": (
        {"object": "north-web-1", "operation": "Restart nginx", "arguments": {"reason": "test"}},
        {"object": "north-web-2", "operation": "Announce maintenance", "once_per": "test"},
    ),
    "saymon_object_info": (
        {"name": "north-db-1", "fields": ["name", "path"]},
        {"name": "north-db-1", "resolve": True, "gather": ["conditions", "links", "paths"], "parallel": 2},
    ),
    "saymon_password_policy": ({"name": "Probe", "length": 9}, {"name": "Probe", "state": "absent"}),
    "saymon_password_policy_info": ({},),
    "saymon_property_class": ({"name": "Probe", "value_type": "date"}, {"name": "Probe", "state": "absent"}),
    "saymon_property_class_info": ({"value_type": "date"},),
    "saymon_reference": (
        {"owner": "/ROOT", "target": "north-db-1"},
        {"owner": "/ROOT", "target": "north-db-1", "state": "absent"},
    ),
    "saymon_reference_info": ({},),
    "saymon_session": ({}, {"state": "renewed"}, {"state": "absent"}),
    "saymon_session_info": ({},),
    "saymon_state": ({"name": "Probe", "color": "#5e35b1"}, {"name": "Probe", "state": "absent"}),
    "saymon_state_info": ({"name": "Alarm"},),
    "saymon_tag": ({"name": "probe", "color": "#5e35b1"}, {"name": "probe", "state": "absent"}),
    "saymon_tag_info": ({},),
    "saymon_user": (
        {"login": "probe", "password": USER_PASSWORD, "groups": ["Operators"]},
        {"login": "probe", "state": "absent"},
    ),
    "saymon_user_group": ({"name": "Probes", "permissions": ["manage-objects"]}, {"name": "Probes", "state": "absent"}),
    "saymon_user_group_info": ({"name": "Operators"},),
    "saymon_user_info": ({"group": "Operators"},),
    **cases("DEMO"),
}
CASES = [(module, args) for module in MODULES for args in TASKS.get(module, ())]

Task = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """One result of one task on one host, as a callback gets it."""

    task: str
    host: str
    status: str
    result: dict[str, Any]


@dataclass(frozen=True)
class Show:
    """A finished run: what ansible printed, and all results in order."""

    rc: int
    stdout: str
    stderr: str
    results: list[Seen]

    @property
    def output(self) -> str:
        return f"{self.stdout}\n{self.stderr}"

    def of(self, task: str) -> list[Seen]:
        """The results of the tasks with this name, items of loops left out."""
        return [seen for seen in self.results if seen.task == task and not seen.status.startswith("item")]

    def one(self, task: str) -> dict[str, Any]:
        """The result of the only task and host with this name."""
        (seen,) = self.of(task)
        return seen.result


T = TypeVar("T")


def sampled(cases: Iterable[T], every: int, *, beginning: int = 0) -> list[T]:
    """One in `every` of a long table of cases that are alike; all of them when the tests are to be exhaustive. With
    another `beginning` it is others' turn."""
    return list(cases) if os.environ.get("SAYMON_TEST_EXHAUSTIVE") else list(cases)[beginning % every :: every]


def saymon(module: str, args: Mapping[str, Any] | None = None, **keywords: Any) -> Task:
    """A task of this collection; keywords are task keywords such as `register` or `name` (default: the module's
    name)."""
    return {"name": module, f"saymon.platform.{module}": dict(args or {}), **keywords}


def control(sandbox: Sandbox, *calls: Sequence[Any], **keywords: Any) -> Task:
    """A task that calls the control plane: each call is (method, path) or (method, path, body)."""
    args = {"control": sandbox.control, "calls": [list(call) for call in calls]}
    return {"name": "control", "sandbox_control": args, "run_once": True, **keywords}


def expire(sandbox: Sandbox) -> Task:
    """A task that ends all sessions on the server, behind the back of the run."""
    return control(sandbox, ("POST", "/sessions/expire"), name="expire")


def play(*tasks: Task, hosts: str = "localhost", **keywords: Any) -> dict[str, Any]:
    """A play without fact gathering."""
    return {"hosts": hosts, "gather_facts": False, "tasks": list(tasks), **keywords}


def book(*plays: dict[str, Any]) -> str:
    """The text of a playbook; JSON is YAML."""
    return json.dumps(list(plays), indent=1)


def crowd(count: int, **variables: str) -> str:
    """An inventory of hosts that exist on no network."""
    words = "".join(f" {name}={value}" for name, value in variables.items())
    return "".join(f"host{number:03}.invalid{words}\n" for number in range(count))


@cache
def _python() -> Path:
    """The Python under test by a path without blanks, because core's wrapper of background tasks splits the path at
    them."""
    python = ANSIBLE_BIN / "python"
    if " " not in str(python):
        return python
    wrapper = Path(tempfile.mkdtemp(prefix="saymon-python-")) / "python"
    wrapper.write_text(f"#!/bin/sh\nexec '{python}' \"$@\"\n", encoding="utf-8")
    wrapper.chmod(0o755)
    atexit.register(shutil.rmtree, wrapper.parent, ignore_errors=True)
    return wrapper


def this_machine(*hosts: str) -> str:
    """An inventory of hosts that are all this machine, with the Python under test, for modules that run on a target."""
    python = _python()
    return "".join(f"{host} ansible_connection=local ansible_python_interpreter='{python}'\n" for host in hosts)


def environment(runner: Runner, env: Mapping[str, str | None] | None = None) -> dict[str, str | None]:
    """`env` and what makes the plugins of this folder work; results go to dump.jsonl in the runner's folder."""
    return {
        "ANSIBLE_ACTION_PLUGINS": str(PLUGINS / "action"),
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
        "ANSIBLE_CALLBACKS_ENABLED": "saymon_dump",
        "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1",
        "SAYMON_E2E_DUMP": str(runner.directory / "dump.jsonl"),
        **(env or {}),
    }


def results(runner: Runner) -> list[Seen]:
    """What the last run of `show` or `ask` left."""
    file = runner.directory / "dump.jsonl"
    return [Seen(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def show(
    runner: Runner,
    *plays: dict[str, Any],
    args: Sequence[str] = (),
    env: Mapping[str, str | None] | None = None,
    inventory: str | None = None,
) -> Show:
    """Run plays and return what came out."""
    (runner.directory / "dump.jsonl").unlink(missing_ok=True)
    outcome = runner.playbook(book(*plays), *args, env=environment(runner, env), inventory=inventory)
    return Show(outcome.rc, outcome.stdout, outcome.stderr, results(runner))


def ask(
    runner: Runner,
    module: str,
    arguments: str = "",
    *args: str,
    env: Mapping[str, str | None] | None = None,
    hosts: str = "localhost",
) -> Show:
    """Run an ad-hoc command and return what came out."""
    (runner.directory / "dump.jsonl").unlink(missing_ok=True)
    outcome = runner.adhoc(module, arguments, *args, hosts=hosts, env=environment(runner, env))
    return Show(outcome.rc, outcome.stdout, outcome.stderr, results(runner))


def press_ctrl_c(pid: int) -> None:
    """As a terminal does, which sends the signal to the whole group."""
    os.killpg(pid, signal.SIGINT)


def interrupt(
    runner: Runner,
    text: str,
    ready: Callable[[], bool],
    *args: str,
    env: Mapping[str, str | None] | None = None,
    stop: Callable[[int], None] = press_ctrl_c,
) -> Show:
    """Start a playbook, stop it as soon as `ready` says so, and wait for the end."""
    path = runner.directory / "playbook.yml"
    path.write_text(text, encoding="utf-8")
    process = subprocess.Popen(
        [str(ANSIBLE_BIN / "ansible-playbook"), str(path), *args],
        cwd=runner.directory,
        env=runner.environment(environment(runner, env)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_signals,  # noqa: PLW1509
    )
    try:
        wait_for(lambda: process.poll() is not None or ready())
        assert process.poll() is None, f"the run ended before it was stopped: {process.communicate()}"
        stop(process.pid)
        stdout, stderr = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Show(process.returncode, stdout, stderr, results(runner))


def wait_for(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until the condition holds; an assertion fails when it never does."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def logins_and_logouts(sandbox: Sandbox) -> tuple[int, int]:
    """How many calls of each kind the journal holds."""
    made = calls(sandbox)
    return made.count("POST /users/session"), made.count("DELETE /users/session")


def calls(sandbox: Sandbox, *, sessions: bool = True) -> list[str]:
    """The journal as `METHOD path` texts; without logins and logouts on demand."""
    listed = [f"{entry['method']} {entry['path']}" for entry in sandbox.journal()]
    return listed if sessions else [text for text in listed if not text.endswith(" /users/session")]


def api(sandbox: Sandbox, method: str, path: str, body: Any = None) -> Any:
    """One call of the API as the administrator with Basic authentication, to prepare or to check something."""
    proof = base64.b64encode(f"{sandbox.login}:{sandbox.password}".encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {proof}"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{sandbox.url}/node/api{path}", data, headers, method=method)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def new_token(sandbox: Sandbox, login: str | None = None) -> str:
    """Give a user (by default the administrator) an API token; the journal is empty afterwards."""
    user = next(user for user in api(sandbox, "GET", "/users") if user["login"] == (login or sandbox.login))
    token: str = api(sandbox, "POST", f"/users/{user['id']}/auth-token", {})
    sandbox.clear_journal()
    return token


def failures(seen: Iterable[Seen]) -> list[tuple[str, str]]:
    """Task and message of everything that failed."""
    return [(one.task, str(one.result.get("msg"))) for one in seen if one.status == "failed"]
