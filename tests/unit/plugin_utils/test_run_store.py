# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of one run: shared by all processes, opened once, ended once."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils.errors import (
    HttpError,
    NotSignedIn,
    SaymonError,
    Unreachable,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils.session import Credentials, Session, SessionAuth
from ansible_collections.saymon.platform.plugins.module_utils.transport import Connection
from ansible_collections.saymon.platform.plugins.plugin_utils import run_store
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import StoreBook, StoreLists, end_sessions, reference, stored
from ansible_collections.saymon.platform.tests.unit.support import CSRF, OTHER_SID, SID, URL, Exchange, Script

CI = Credentials("ci", "pass-phrase-1")
HERE = Connection(URL)
REF = reference(HERE, CI)
LOGIN = Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"})
SESSION = Session(URL, SID, None, "ci")


def _book(credentials: Credentials = CI, given: Any = None) -> StoreBook:
    return StoreBook(REF, HERE, credentials, given)


def _opener(tmp_path: Path, *, seconds: float = 0.0, error: Any = None) -> Callable[[], Session]:
    """A login that takes its time, leaves a line in a file and gives each caller another sid."""

    def opener() -> Session:
        with (tmp_path / "logins").open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(seconds)
        if error:
            raise error
        return Session(URL, f"sid-of-{os.getpid()}")

    return opener


def _logins(tmp_path: Path) -> int:
    return len((tmp_path / "logins").read_text().splitlines())


def _in_processes(tmp_path: Path, count: int, work: Callable[[], str]) -> list[str]:
    """Run `work` in forked processes that start together, as core forks its workers; returns what each returned."""
    fork = multiprocessing.get_context("fork")
    barrier = fork.Barrier(count)

    def child(number: int) -> None:
        barrier.wait(20)
        (tmp_path / f"said-{number}").write_text(work())

    children = [fork.Process(target=child, args=(number,)) for number in range(count)]
    for process in children:
        process.start()
    for process in children:
        process.join(20)
    return [(tmp_path / f"said-{number}").read_text() for number in range(count)]


# --- names and files ---------------------------------------------------------------------------------------------------


def test_a_reference_tells_identities_apart_and_nothing_about_them() -> None:
    others = [
        reference(HERE, Credentials("ci", "other")),
        reference(HERE, Credentials("other", "pass-phrase-1")),
        reference(HERE, Credentials(auth_token="t-1")),
        reference(Connection("http://other.example.org"), CI),
    ]
    assert len({REF, *others}) == 5
    assert reference(Connection(URL, timeout=1.0, retries=0), Credentials("ci", "pass-phrase-1")) == REF
    assert len(REF) == 32
    assert REF.isalnum()


def test_a_reference_cannot_be_guessed_in_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_store, "_SALT", b"another run")
    assert reference(HERE, CI) != REF


@pytest.mark.parametrize("ref", [None, "", "../x", "a/b", "absent", 5, ["x"], "x" * 5000])
def test_what_is_not_stored(ref: Any) -> None:
    assert stored(ref) is None


def test_a_damaged_record_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / f"saymon-{REF}.json").write_text('{"session":')
    assert stored(REF) is None


def test_files_are_for_the_owner_only(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    umask = os.umask(0)
    try:
        _book().get()
    finally:
        os.umask(umask)
    files = sorted(tmp_path.iterdir())
    assert [path.suffix for path in files] == [".json", ".lock"]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]


# --- one process -------------------------------------------------------------------------------------------------------


def test_one_login_serves_all_books(script: Script) -> None:
    assert _book().peek() is None
    script(LOGIN)
    assert _book().get() == SESSION
    assert _book().get() == _book().peek() == SESSION


def test_renewing(script: Script) -> None:
    script(
        LOGIN, Exchange("POST", "/users/session", 200, OTHER_SID, body={"login": "ci", "password": "pass-phrase-1"}, cookies={"csrf": CSRF})
    )
    book = _book()
    book.get()
    assert book.renew("an-older-one") == SESSION
    assert book.renew(SID) == _book().get() == Session(URL, OTHER_SID, CSRF, "ci")


def test_a_reference_brings_its_credentials(script: Script) -> None:
    """The session fact names the reference; so a task that knows no password can renew the session."""
    script(LOGIN, LOGIN)
    _book().get()
    book = _book(Credentials())
    assert book.credentials == CI
    assert book.renew(SID) == SESSION
    assert StoreBook("unknown", HERE, Credentials()).credentials == Credentials()


def test_without_credentials_nothing_is_renewed(script: Script) -> None:
    book = _book(Credentials(), SESSION)
    assert book.get() == SESSION
    assert book.renew(SID) is None


def test_a_given_session_serves_until_another_is_opened(script: Script) -> None:
    given = Session(URL, OTHER_SID)
    book = _book(CI, given)
    assert book.peek() == book.get() == given
    assert stored(REF) is None  # what this run did not open it does not end
    script(LOGIN)
    assert book.renew(OTHER_SID) == SESSION
    assert _book(CI, given).get() == SESSION


def test_open_opens_always(script: Script) -> None:
    script(LOGIN, LOGIN)
    _book().open()
    assert _book().open() == SESSION


def test_forget(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    book = _book(CI, Session(URL, OTHER_SID))
    book.open()
    book.forget()
    assert book.peek() is None
    assert _book().peek() is None
    assert SID not in "".join(path.read_text() for path in tmp_path.iterdir())


def test_refused_credentials_are_tried_once_a_run(script: Script) -> None:
    refusal = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}
    refused = Exchange("POST", "/users/session", 401, refusal, body={"login": "ci", "password": "pass-phrase-1"})
    script(refused)
    for _host in range(3):
        with pytest.raises(NotSignedIn, match="refused login 'ci'"):
            _book().get()
        with pytest.raises(NotSignedIn, match="refused login 'ci'"):
            _book().renew("x")
    # Who asks for a new session by name wants another try, and its success ends the matter.
    script(refused, LOGIN)
    with pytest.raises(NotSignedIn):
        _book().open()
    _book().open()
    assert _book().get() == SESSION
    assert "denied" not in (stored(REF) or {})


def test_a_later_task_tries_again_after_a_failure(tmp_path: Path) -> None:
    book = _book()
    book.opener = _opener(tmp_path, error=Unreachable("Nobody there."))
    for count in (1, 2):
        with pytest.raises(Unreachable):
            book.get()
        assert _logins(tmp_path) == count


# --- many processes ----------------------------------------------------------------------------------------------------


def test_many_processes_log_in_once(tmp_path: Path) -> None:
    def work() -> str:
        book = _book()
        book.opener = _opener(tmp_path, seconds=0.05)
        return f"{book.get().sid} {book.opened}"

    said = _in_processes(tmp_path, 20, work)
    assert len({one.split()[0] for one in said}) == 1
    assert sum(one.endswith("True") for one in said) == 1
    assert _logins(tmp_path) == 1


def test_many_processes_renew_once(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    _book().get()

    def work() -> str:
        book = _book()
        book.opener = _opener(tmp_path, seconds=0.05)
        session = book.renew(SID)
        return session.sid if session else ""

    sids = _in_processes(tmp_path, 20, work)
    assert len(set(sids)) == 1
    assert sids[0].startswith("sid-of-")
    assert _logins(tmp_path) == 1


@pytest.mark.parametrize(("error", "kind"), [(NotSignedIn("Refused."), "NotSignedIn"), (Unreachable("Nobody there."), "SaymonError")])
def test_those_who_waited_share_the_failure(tmp_path: Path, error: SaymonError, kind: str) -> None:
    def work() -> str:
        book = _book()
        book.opener = _opener(tmp_path, seconds=0.3, error=error)
        try:
            return book.get().sid
        except SaymonError as failure:
            return f"{type(failure).__name__}: {failure}"

    said = _in_processes(tmp_path, 8, work)
    assert _logins(tmp_path) == 1
    assert sorted(set(said)) == sorted({f"{type(error).__name__}: {error}", f"{kind}: {error}"})


# --- lists -------------------------------------------------------------------------------------------------------------


def _keep(lists: StoreLists, key: str, *bodies: bytes) -> None:
    """Copy a list, whose transport breaks before the last of the bodies comes through."""
    with lists.copying(key) as copied:
        for body in bodies:
            assert b"".join(copied(iter([body[:3], body[3:]]))) == body


def _kept(lists: StoreLists, key: str) -> bytes | None:
    file = lists.get(key)
    if file is None:
        return None
    with file:
        return file.read()


def test_a_list_serves_the_tasks_that_follow(tmp_path: Path) -> None:
    lists = StoreLists(REF)
    assert lists.get("/objects?") is None
    umask = os.umask(0)
    try:
        _keep(lists, "/objects?", '[{"id":"Ж"}]'.encode())
    finally:
        os.umask(umask)
    assert _kept(StoreLists(REF), "/objects?") == '[{"id":"Ж"}]'.encode()
    assert _kept(StoreLists(REF), "/objects?a=1") is None
    assert _kept(StoreLists("other"), "/objects?") is None
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_of_a_list_that_broke_off_nothing_stays(tmp_path: Path) -> None:
    lists = StoreLists(REF)
    _keep(lists, "/objects?", b'[{"id":1},{"id":', b'[{"id":2}]')
    assert _kept(lists, "/objects?") == b'[{"id":2}]'
    with suppress(WrongAnswer), lists.copying("/users?") as copied:
        next(copied(iter([b"[1]"])))
        raise WrongAnswer("no list of records")
    assert _kept(lists, "/users?") is None
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_costs_the_copy_and_not_the_task(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (0, 2):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # nobody can write a longer file
        try:
            _keep(StoreLists(REF), "/objects?", b'[{"id":1}]')
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(tmp_path.iterdir()) == []
    _keep(StoreLists(REF), "/objects?", b'[{"id":1}]')
    assert _kept(StoreLists(REF), "/objects?") == b'[{"id":1}]'


def test_a_list_serves_for_a_short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = StoreLists(REF)
    _keep(lists, "/objects?", b"[]")
    later = time.time() + run_store._LIST_AGE
    monkeypatch.setattr(time, "time", lambda: later + 0.1)
    assert lists.get("/objects?") is None


def test_no_list_serves_after_a_write(tmp_path: Path) -> None:
    lists, other = StoreLists(REF), StoreLists("other")
    for one in (lists, other):
        _keep(one, "/objects?", b"[]")
    with lists.copying("/objects?") as copied:
        lists.drop()  # something is written while this one is on its way
        assert list(copied(iter([b"[]"]))) == [b"[]"]
    assert _kept(lists, "/objects?") is None
    assert _kept(other, "/objects?") is None, "another account may have written what this one has read"
    assert [path.name for path in tmp_path.iterdir()] == ["saymon.writes"]
    _keep(lists, "/objects?", b"[]")
    assert _kept(lists, "/objects?") == b"[]"


def test_a_write_between_look_and_save_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = StoreLists(REF)
    original = Path.replace

    def replace_while_somebody_writes(self: Path, target: Path) -> Path:
        with (self.parent / "saymon.writes").open("ab") as file:
            file.write(b".")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace_while_somebody_writes)
    _keep(lists, "/objects?", b"[]")
    assert lists.get("/objects?") is None


def test_a_write_of_the_client_drops_the_lists(script: Script) -> None:
    users = [{"id": 1}]
    script(("GET", "/users", 200, users), ("GET", "/users", 200, users), ("PUT", "/x", 500), ("GET", "/users", 200, users))

    def client() -> Client:
        return Client(HERE, lists=StoreLists(REF))

    assert client().get_list("/users", cached=True) == users
    assert client().get_list("/users", cached=True) == users
    assert client().get_list("/users") == users  # whoever does not ask for it gets no kept list
    with pytest.raises(HttpError):
        client().send(Request("PUT", "/x"))
    assert client().get_list("/users", cached=True) == users


@pytest.mark.parametrize("text", ["", "{}", "[1]", "text"])
def test_a_wrong_answer_is_not_kept(script: Script, text: str) -> None:
    wrong = Exchange("GET", "/users", text=text)
    script(wrong, wrong)
    for _task in range(2):
        with pytest.raises(WrongAnswer):
            Client(HERE, lists=StoreLists(REF)).get_list("/users", cached=True)


def test_lists_of_given_sessions_are_kept_apart(script: Script) -> None:
    nobody = Credentials()
    for sid in (SID, OTHER_SID):
        script(Exchange("GET", "/users", 200, [{"id": sid}]))
        book = StoreBook(reference(HERE, nobody), HERE, nobody, Session(URL, sid))
        assert Client(HERE, SessionAuth(book), lists=book.lists).get_list("/users", cached=True) == [{"id": sid}]


# --- the end of the run ------------------------------------------------------------------------------------------------


def _logout(sid: str = SID, status: int = 200, **more: Any) -> Exchange:
    return Exchange("DELETE", "/users/session", status, headers={"Cookie": f"sid={sid}"}, **more)


def test_the_end_logs_out_what_was_opened(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    _book().get()
    script(_logout())
    end_sessions()
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]
    assert (script.connections[-1].timeout, script.connections[-1].retries) == (3.0, 0)
    end_sessions()  # nothing is left to end


def test_what_is_to_be_kept_stays_open(script: Script) -> None:
    script(LOGIN)
    book = _book()
    book.get()
    book.keep()
    end_sessions()
    assert stored(REF) is None


def test_what_this_run_did_not_open_stays_open(script: Script) -> None:
    book = _book(CI, SESSION)
    book.get()
    book.keep()
    end_sessions()


def test_an_adopted_session_is_one_of_this_run(script: Script) -> None:
    _book().adopt(SESSION)
    assert _book(Credentials()).get() == SESSION
    assert _book(Credentials()).credentials == CI
    script(_logout())
    end_sessions()


def test_a_session_of_a_target_cannot_be_ended_from_here(script: Script) -> None:
    book = _book()
    book.remote = True
    book.adopt(SESSION)
    end_sessions()
    assert stored(REF) is None


def test_the_end_is_silent_and_goes_on(script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(3):
        StoreBook(f"{number}", HERE, CI).adopt(Session(URL, f"sid-{number}"))
    (tmp_path / "saymon-9.json").write_text("[")
    script(_logout("sid-0", 500), _logout("sid-1", error=RuntimeError("odd")), _logout("sid-2"))
    end_sessions()
    assert capsys.readouterr() == ("", "")
    assert not list(tmp_path.glob("*.json"))


def test_the_end_takes_a_bounded_time(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_store, "_LOGOUT_BUDGET", 0.0)
    _book().adopt(SESSION)
    end_sessions()
    assert not list(tmp_path.glob("*.json"))


def test_a_worker_ends_nothing(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    _book().adopt(SESSION)
    monkeypatch.setattr(run_store, "_PARENT", os.getpid() + 1)
    end_sessions()
    assert _book().get() == SESSION


def test_the_end_comes_by_itself(tmp_path: Path) -> None:
    """The hook is registered when the module is imported; a forked worker does not run it."""
    record = {"session": {"url": URL, "sid": SID}, "connection": {"url": URL}}
    (tmp_path / "saymon-1.json").write_text(json.dumps(record))
    program = (
        "import os, sys\n"
        "from ansible_collections.saymon.platform.plugins.plugin_utils import run_store\n"
        "run_store.C.DEFAULT_LOCAL_TMP = sys.argv[1]\n"
        "run_store.log_out = lambda connection, session: print('ended', session.sid, flush=True)\n"
        "if os.fork() == 0:\n"
        "    sys.exit(0)\n"
        "os.wait()\n"
        "print('parent', flush=True)\n"
        "sys.exit(1)\n"
    )
    path = os.pathsep.join(one for one in sys.path if one)
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.returncode) == (f"parent\nended {SID}\n", 1), done.stderr
