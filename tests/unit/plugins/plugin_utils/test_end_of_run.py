# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of the run: everything that it has opened is logged out, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, Session
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.plugin_utils import end_of_run, run_folder
from ansible_collections.saymon.platform.plugins.plugin_utils.end_of_run import end_run
from ansible_collections.saymon.platform.plugins.plugin_utils.records import lock_path, stored
from ansible_collections.saymon.platform.plugins.plugin_utils.run_folder import locked, run_is_over
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import RunSessionStore, reference
from ansible_collections.saymon.platform.tests.unit.processes import heed_signals
from ansible_collections.saymon.platform.tests.unit.support import OTHER_SID, SID, URL, Exchange, Script

CI = Credentials("ci", "pass-phrase-1")
HERE = Connection(URL)
REF = reference(HERE, CI)
LOGIN = Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"})
SESSION = Session(URL, SID, None, "ci")


def _sessions(given: Any = None) -> RunSessionStore:
    return RunSessionStore(REF, HERE, CI, given)


def _logout(sid: str = SID, status: int = 200, **more: Any) -> Exchange:
    return Exchange("DELETE", "/users/session", status, headers={"Cookie": f"sid={sid}"}, **more)


def test_the_end_logs_out_what_was_opened(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    _sessions().get()
    with _sessions().lists.writing(), _sessions().exclusive(["objects"]):
        pass
    (tmp_path / "somebody else's").touch()
    script(_logout())
    end_run()
    assert [path.name for path in tmp_path.iterdir()] == ["somebody else's"]
    assert (script.connections[-1].timeout, script.connections[-1].retries) == (3.0, 0)
    assert run_is_over()
    end_run()  # nothing is left to end


def test_what_was_replaced_ends_too(script: Script) -> None:
    script(LOGIN)
    _sessions().get()
    _sessions().adopt(Session(URL, OTHER_SID))
    script(_logout(), _logout(OTHER_SID))
    end_run()


def test_what_is_to_be_kept_stays_open(script: Script) -> None:
    script(LOGIN)
    sessions = _sessions()
    sessions.get()
    sessions.keep()
    end_run()
    assert stored(REF) is None


def test_what_comes_after_a_kept_session_ends(script: Script) -> None:
    """Nobody outside of the run knows the one that took its place when it died."""
    script(LOGIN)
    sessions = _sessions()
    sessions.get()
    sessions.keep()
    script(Exchange("POST", "/users/session", 200, OTHER_SID, body=CI.body()))
    _sessions().renew(SID)
    script(_logout(OTHER_SID))
    end_run()


def test_what_this_run_did_not_open_stays_open(script: Script) -> None:
    sessions = _sessions(SESSION)
    sessions.get()
    sessions.keep()
    end_run()


def test_an_adopted_session_is_one_of_this_run(script: Script) -> None:
    _sessions().adopt(SESSION, remote=False)
    sessions = RunSessionStore(REF, HERE, Credentials())
    assert sessions.get() == SESSION
    assert sessions.credentials == CI
    script(_logout())
    end_run()


def test_a_session_of_a_target_cannot_be_ended_from_here(script: Script) -> None:
    _sessions().adopt(SESSION, remote=True)
    end_run()
    assert stored(REF) is None


def test_the_end_is_silent_and_goes_on(script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        RunSessionStore(f"{number}", HERE, CI).adopt(Session(URL, f"sid-{number}"))
    (tmp_path / "saymon-9.record").write_text("[")
    script(_logout("sid-0", 500), _logout("sid-1", error=RuntimeError("odd")), _logout("sid-2"))
    end_run()
    assert capsys.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_the_end_takes_a_bounded_time(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_run, "_BUDGET", 0.0)
    _sessions().adopt(SESSION)
    end_run()
    assert list(tmp_path.iterdir()) == []


def test_a_login_on_its_way_is_waited_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_run, "LOGOUT_TIMEOUT", 0.1)
    _sessions().adopt(SESSION)
    script(_logout())
    with locked(lock_path(REF)):  # by a worker that does not come back
        start = time.monotonic()
        end_run()
    assert 0.1 <= time.monotonic() - start < 5


def test_a_folder_that_is_gone_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.rmdir()
    end_run()
    assert capsys.readouterr() == ("", "")
    tmp_path.mkdir()


def test_a_worker_ends_nothing(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    _sessions().adopt(SESSION)
    monkeypatch.setattr(run_folder, "_PARENT", os.getpid() + 1)
    end_run()
    assert (stored(REF) or {})["session"]["sid"] == SID


# --- a process of its own -------------------------------------------------------------------------

BEGIN = """
import os, signal, sys, time
{before}
from ansible import constants
constants.DEFAULT_LOCAL_TMP = sys.argv[1]
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, Session
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.plugin_utils import end_of_run
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import RunSessionStore


def say(text):
    os.write(1, f"{{text}}\\n".encode())  # a signal may come while it works


def log_out(connection, session):
    say("ends " + session.sid)
    time.sleep({seconds})
    say("ended " + session.sid)


end_of_run.log_out = log_out
RunSessionStore("0", Connection("{url}"), Credentials()).adopt(Session("{url}", "{sid}"))
"""
ENDED = f"ends {SID}\nended {SID}\n"
SLEEP = "say('ready')\ntime.sleep(30)\n"
# As core does from 2.19 on: a second signal kills on the spot.
LIKE_CORE = """
def core(number, frame):
    signal.signal(number, signal.SIG_DFL)
    os.write(1, b"core\\n")
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    os.kill(os.getpid(), number)


signal.signal(signal.SIGTERM, core)
signal.signal(signal.SIGINT, core)
"""


def start(tmp_path: Path, program: str, *, before: str = "", seconds: float = 0.0) -> subprocess.Popen[str]:
    path = os.pathsep.join(one for one in sys.path if one)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONPATH": path}
    folder = tmp_path / "run"
    folder.mkdir()
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN.format(before=before, seconds=seconds, url=URL, sid=SID) + program, str(folder)],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,  # noqa: PLW1509
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        stdout, stderr = process.communicate(timeout=30)
    finally:
        process.kill()
    return process.returncode, stdout, stderr


def wait_for_line(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{text}\n"


@pytest.mark.processes
def test_the_end_comes_by_itself(tmp_path: Path) -> None:
    """The hook is registered when the module is imported; a forked worker does not run it."""
    program = "if os.fork() == 0:\n    sys.exit(0)\nos.wait()\nsay('parent')\nsys.exit(1)\n"
    assert finish(start(tmp_path, program)) == (1, f"parent\n{ENDED}", "")
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.processes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("before", "core"), [("", ""), (LIKE_CORE, "core\n")])
def test_a_signal_ends_the_run_first(tmp_path: Path, number: signal.Signals, before: str, core: str) -> None:
    process = start(tmp_path, SLEEP, before=before)
    wait_for_line(process, "ready")
    process.send_signal(number)
    assert finish(process) == (-number, ENDED + (core if number == signal.SIGTERM else ""), "")
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.processes
def test_a_signal_that_is_ignored_stays_so(tmp_path: Path) -> None:
    """As under nohup."""
    process = start(tmp_path, "say('ready')\ntime.sleep(1)\n", before="signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGHUP)
    assert finish(process) == (0, ENDED, "")


@pytest.mark.processes
@pytest.mark.parametrize("before", ["", LIKE_CORE])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_worker_dies_of_the_signal_and_ends_nothing(tmp_path: Path, number: signal.Signals, before: str) -> None:
    program = f"""
pid = os.fork()
if pid == 0:
    try:
        time.sleep(30)
    except KeyboardInterrupt:
        os.kill(os.getpid(), signal.SIGKILL)
time.sleep(0.1)
os.kill(pid, {int(number)})
status = os.waitpid(pid, 0)[1]
say(status)
"""
    died_of = signal.SIGKILL if number == signal.SIGINT else number
    returncode, stdout, stderr = finish(start(tmp_path, program, before=before))
    assert (returncode, stderr) == (0, "")
    assert stdout.removeprefix("core\n") == f"{int(died_of)}\n{ENDED}"


@pytest.mark.processes
@pytest.mark.parametrize(("before", "core"), [("", ""), (LIKE_CORE, "core\n")])
def test_after_ctrl_c_the_program_does_what_it_would_have_done(tmp_path: Path, before: str, core: str) -> None:
    program = (
        "try:\n    say('ready')\n    time.sleep(30)\nexcept KeyboardInterrupt:\n "
        "   say('interrupted')\n    sys.exit(99)\n"
    )
    process = start(tmp_path, program, before=before)
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGINT)
    assert finish(process) == (99, f"{ENDED}{core}interrupted\n", "")


@pytest.mark.processes
def test_a_second_ctrl_c_kills_at_once_and_loses_nothing(tmp_path: Path) -> None:
    program = (
        "try:\n    say('ready')\n    time.sleep(30)\nexcept KeyboardInterrupt:\n "
        "   say('tidying up')\n    time.sleep(30)\n"
    )
    process = start(tmp_path, program, before=LIKE_CORE)
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGINT)
    for line in (*ENDED.splitlines(), "core", "tidying up"):
        wait_for_line(process, line)
    process.send_signal(signal.SIGINT)
    assert finish(process) == (-signal.SIGINT, "", "")
    assert list((tmp_path / "run").iterdir()) == []


@pytest.mark.processes
def test_a_program_that_goes_on_after_ctrl_c_can_open_sessions_again(tmp_path: Path) -> None:
    """As ansible-console and the debugger do."""
    program = """
try:
    say('ready')
    time.sleep(30)
except KeyboardInterrupt:
    pass
pid = os.fork()
if pid == 0:
    book = RunSessionStore("1", Connection("u"), Credentials())
    book.opener = lambda: Session("u", "later")
    say(book.get().sid)
    os._exit(0)
os.waitpid(pid, 0)
"""
    process = start(tmp_path, program)
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGINT)
    assert finish(process) == (0, f"{ENDED}later\nends later\nended later\n", "")


@pytest.mark.processes
@pytest.mark.parametrize("before", ["", LIKE_CORE])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_interrupts_the_logout(tmp_path: Path, before: str, number: signal.Signals) -> None:
    """It is bounded anyway. Impatient people press Ctrl-C more than once."""
    process = start(tmp_path, "sys.exit(3)\n", before=before, seconds=0.5)
    wait_for_line(process, f"ends {SID}")
    process.send_signal(number)
    assert finish(process) == (3, f"ended {SID}\n", "")


@pytest.mark.processes
def test_a_signal_during_the_logout_of_a_signal(tmp_path: Path) -> None:
    process = start(tmp_path, SLEEP, seconds=0.5)
    wait_for_line(process, "ready")
    process.send_signal(signal.SIGTERM)
    wait_for_line(process, f"ends {SID}")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    assert finish(process) == (-signal.SIGTERM, f"ended {SID}\n", "")


@pytest.mark.processes
def test_outside_of_the_main_thread_no_signal_is_taken(tmp_path: Path) -> None:
    before = """
import threading
def load():
    from ansible_collections.saymon.platform.plugins.plugin_utils import run_store
thread = threading.Thread(target=load)
thread.start()
thread.join()
"""
    program = "say(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)\n"
    assert finish(start(tmp_path, program, before=before)) == (0, f"True\n{ENDED}", "")
