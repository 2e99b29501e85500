# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take one measurement: a play run by ansible-playbook, or the sandbox's request rate."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from resource import struct_rusage
from typing import Any
from urllib.parse import urlsplit

from tests.benchmark.cases import PATH, Case, Target, Task
from tests.tools.common import ROOT, VENV, VENV_PYTHON, clean_env, run
from tests.tools.sandbox_process import Sandbox

API_ROOT = "/node/api"
FORKS = 10
_HERE = Path(__file__).parent
_SESSION = "/users/session"
_OBJECTS = "/objects"
# The unit of ru_maxrss differs between systems.
MAXRSS_PER_MIB = 1024 * 1024 if sys.platform == "darwin" else 1024


class BenchmarkError(RuntimeError):
    """A measurement is worthless: a play failed, or it did not send the requests that it should have sent."""


@dataclass(frozen=True)
class Sample:
    """One run of a play: wall-clock seconds, seconds of processor time and MiB of the largest process (the server's
    left out), logins the server saw."""

    seconds: float
    processor: float
    memory: float
    logins: int


def open_session(sandbox: Sandbox) -> str:
    """Log in and return the sid, for those that bring no session handling of their own."""
    body = json.dumps({"login": sandbox.login, "password": sandbox.password}).encode()
    request = urllib.request.Request(sandbox.url + API_ROOT + _SESSION, body, {"Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
        sid: str = json.loads(answer.read())
    return sid


def log_in(sandbox: Sandbox) -> Target:
    """Where the plays send their requests, with a session of its own."""
    return Target(sandbox.url + API_ROOT + PATH, f"sid={open_session(sandbox)}")


def run_play(case: Case, sandbox: Sandbox, target: Target, folder: Path) -> Sample:
    """Run the play of a case in `folder` and check against the sandbox's journal that it did its work; BenchmarkError
    if not."""
    sandbox.clear_journal()
    seconds, usage = playbook(case.key, case.tasks(target), sandbox, folder, hosts=case.hosts)
    calls = [(entry["method"], entry["path"], entry["status"]) for entry in sandbox.journal()]
    sent = calls.count(("GET", PATH, 200))
    if sent != case.requests:
        raise BenchmarkError(f"The play '{case.title}' sent {sent} successful requests instead of {case.requests}.")
    logins = sum(call[:2] == ("POST", _SESSION) for call in calls)
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MAXRSS_PER_MIB, logins)


def playbook(
    name: str,
    tasks: list[Task],
    sandbox: Sandbox | None,
    folder: Path,
    *,
    hosts: int = 1,
    vars_files: Sequence[str] = (),
) -> tuple[float, struct_rusage]:
    """Run tasks as one play; returns the seconds it took and what it and its children used, BenchmarkError when it
    failed."""
    written, output = folder / f"{name}.yml", folder / f"{name}.log"
    play = {
        "hosts": "all",
        "gather_facts": False,
        # For the plays with modules: no ssh, and no search for an interpreter.
        "vars": {"ansible_connection": "local", "ansible_python_interpreter": str(VENV_PYTHON)},
        "vars_files": list(vars_files),
        "tasks": tasks,
    }
    written.write_text(json.dumps([play]), encoding="utf-8")
    inventory = ",".join(f"node{number:03}" for number in range(1, hosts + 1)) + ","
    command = [VENV / "bin" / "ansible-playbook", "-i", inventory, "--forks", str(FORKS), written]
    status, seconds, usage = _timed([str(word) for word in command], _environment(sandbox, folder), output)
    if status:
        raise BenchmarkError(
            f"The play {name} ended with status {status}:\n{output.read_text(encoding='utf-8')[-2000:]}"
        )
    return seconds, usage


def _environment(sandbox: Sandbox | None, folder: Path) -> dict[str, str]:
    """The same for all plays: default settings of ansible, the plugins of this folder, the credentials for the
    collection."""
    config, temporary = folder / "ansible.cfg", folder / "tmp"
    config.touch()
    temporary.mkdir(exist_ok=True)
    settings = {
        "ANSIBLE_CONFIG": str(config),
        "ANSIBLE_LIBRARY": str(_HERE / "library"),
        "ANSIBLE_ACTION_PLUGINS": str(_HERE / "action_plugins"),
        "NO_PROXY": "127.0.0.1",
        "TMPDIR": str(temporary),
    }
    return clean_env(folder / "home", {**settings, **(sandbox.credentials if sandbox else {})})


def _timed(command: list[str], env: dict[str, str], output: Path) -> tuple[int, float, struct_rusage]:
    """Run a command to its end; returns its exit status, the seconds it took and what it and its children used."""
    with output.open("w", encoding="utf-8") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=output.parent, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, seconds, usage


def worker(job: dict[str, Any], folder: Path) -> subprocess.CompletedProcess[str]:
    """Let a fresh process do one piece of bulk work (see scale_worker); what it prints are its figures."""
    return subprocess.run(
        [str(VENV_PYTHON), "-m", "tests.benchmark.scale_worker"],
        input=json.dumps(job),
        cwd=ROOT,
        env=clean_env(folder / "home", {"NO_PROXY": "127.0.0.1"}),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def one_core() -> Iterator[None]:
    """Whatever is started meanwhile stays on one core, where the system can do that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def rate_tool() -> str:
    """The program that `request_rate` uses here."""
    return "wrk -t1 -c1" if shutil.which("wrk") else "a loop over Python's http.client"


def request_rate(target: Target, seconds: float) -> float:
    """Requests a second that one client gets answered over one kept-alive connection; BenchmarkError when an answer is
    no success."""
    return _rate_by_wrk(target, seconds) if shutil.which("wrk") else _rate_by_loop(target, seconds)


def push_rate(sandbox: Sandbox, seconds: float) -> float:
    """How many objects a second get data pushed, one after the other over one kept-alive connection; BenchmarkError
    when an answer is no success."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc, timeout=30)
    headers = {"Cookie": f"sid={open_session(sandbox)}", "Content-Type": "application/json"}
    connection.request("GET", f"{API_ROOT}{_OBJECTS}?fields=name", headers=headers)
    ids = cycle([record["id"] for record in json.loads(connection.getresponse().read())])
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        payload = {"cpu": {"usedPercent": count % 100}, "disk": {"usedPercent": count % 97}}
        connection.request("POST", f"{API_ROOT}{_OBJECTS}/{next(ids)}/stat", json.dumps({"payload": payload}), headers)
        answer = connection.getresponse()
        answer.read()
        if not 200 <= answer.status < 300:
            raise BenchmarkError(f"The sandbox answered {answer.status}.")
        count += 1
    rate = count / (time.perf_counter() - start)
    connection.close()
    return rate


def _rate_by_wrk(target: Target, seconds: float) -> float:
    done = run(
        ["wrk", "-t1", "-c1", f"-d{max(round(seconds), 1)}s", "-H", f"Cookie: {target.cookie}", target.url],
        capture=True,
    )
    rate = re.search(r"^Requests/sec:\s*([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or not rate or re.search(r"Non-2xx|Socket errors", done.stdout):
        raise BenchmarkError(f"wrk failed:\n{done.stdout}")
    return float(rate.group(1))


def _rate_by_loop(target: Target, seconds: float) -> float:
    where = urlsplit(target.url)
    connection = http.client.HTTPConnection(where.netloc, timeout=30)
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        connection.request("GET", where.path, headers={"Cookie": target.cookie})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise BenchmarkError(f"The sandbox answered {answer.status}.")
        count += 1
    rate = count / (time.perf_counter() - start)
    connection.close()
    return rate
