# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of one run: shared by all processes, opened once, ended once."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    HttpError,
    NotSignedIn,
    SaymonError,
    Unreachable,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, Session, make_auth
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.plugin_utils import records, run_store
from ansible_collections.saymon.platform.plugins.plugin_utils.records import save
from ansible_collections.saymon.platform.plugins.plugin_utils.run_folder import mark_over
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import RunSessionStore, reference, stored
from ansible_collections.saymon.platform.plugins.plugin_utils.sealed import Sealer
from ansible_collections.saymon.platform.tests.unit.processes import in_processes
from ansible_collections.saymon.platform.tests.unit.support import CSRF, OTHER_SID, SID, URL, Exchange, Script

CI = Credentials("ci", "pass-phrase-1")
HERE = Connection(URL)
REF = reference(HERE, CI)
LOGIN = Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"})
LOGIN_2 = Exchange("POST", "/users/session", 200, OTHER_SID, body={"login": "ci", "password": "pass-phrase-1"})
SESSION = Session(URL, SID, None, "ci")
SESSION_2 = Session(URL, OTHER_SID, None, "ci")


def _sessions(credentials: Credentials = CI, given: Any = None) -> RunSessionStore:
    return RunSessionStore(REF, HERE, credentials, given)


def _logout(sid: str = SID, status: int = 200) -> Exchange:
    return Exchange("DELETE", "/users/session", status, headers={"Cookie": f"sid={sid}"})


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


# --- names and files ------------------------------------------------------------------------------


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
    monkeypatch.setattr(records, "_SALT", b"another run")
    assert reference(HERE, CI) != REF


@pytest.mark.parametrize("ref", [None, "", "../x", "a/b", "absent", 5, ["x"], "x" * 5000])
def test_what_is_not_stored(ref: Any) -> None:
    assert stored(ref) is None


def test_a_damaged_record_counts_as_none(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    _sessions().get()
    path = tmp_path / f"saymon-{REF}.record"
    whole = path.read_bytes()
    other = tmp_path / "saymon-0.record"
    other.write_bytes(whole)
    assert stored("0") is None, "of another name"
    for content in (b"", whole[:-1], whole[:-20], b'{"session":', bytes(len(whole)), whole[:40] + b"x" + whole[41:]):
        path.write_bytes(content)
        assert stored(REF) is None
    path.unlink()
    path.symlink_to(other)
    assert stored(REF) is None
    script(LOGIN)
    assert _sessions().get() == SESSION


def test_nothing_is_in_clear(script: Script, tmp_path: Path) -> None:
    script(
        Exchange(
            "POST",
            "/users/session",
            200,
            SID,
            body={"login": "ci", "password": "pass-phrase-1"},
            cookies={"csrf": CSRF},
        )
    )
    _sessions().get()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for text in (SID, CSRF, "ci", "pass-phrase-1", "session", URL):
        assert text.encode() not in content, text


def test_files_are_for_the_owner_only(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    umask = os.umask(0)
    try:
        _sessions().get()
    finally:
        os.umask(umask)
    files = sorted(tmp_path.iterdir())
    assert [path.suffix for path in files] == [".lock", ".record"]
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]


# --- one process ----------------------------------------------------------------------------------


def test_one_login_serves_all_books(script: Script) -> None:
    assert _sessions().peek() is None
    script(LOGIN)
    assert _sessions().get() == SESSION
    assert _sessions().get() == _sessions().peek() == SESSION


def test_renewing(script: Script) -> None:
    script(
        LOGIN,
        Exchange(
            "POST",
            "/users/session",
            200,
            OTHER_SID,
            body={"login": "ci", "password": "pass-phrase-1"},
            cookies={"csrf": CSRF},
        ),
    )
    sessions = _sessions()
    sessions.get()
    assert sessions.renew("an-older-one") == SESSION
    assert sessions.renew(SID) == _sessions().get() == Session(URL, OTHER_SID, CSRF, "ci")


def test_a_reference_brings_its_credentials(script: Script) -> None:
    """The session fact names the reference; so a task that knows no password can renew the session."""
    script(LOGIN, LOGIN)
    _sessions().get()
    sessions = _sessions(Credentials())
    assert sessions.credentials == CI
    assert sessions.renew(SID) == SESSION
    assert RunSessionStore("unknown", HERE, Credentials()).credentials == Credentials()


def test_without_credentials_nothing_is_renewed(script: Script) -> None:
    sessions = _sessions(Credentials(), SESSION)
    assert sessions.get() == SESSION
    assert sessions.renew(SID) is None


def test_without_credentials_what_another_task_opened_serves(script: Script) -> None:
    sessions = _sessions(Credentials(), SESSION)
    assert sessions.get() == SESSION
    _sessions().adopt(SESSION_2)
    assert sessions.get() == SESSION, "as long as nobody says that it is dead"
    assert sessions.renew(SID) == sessions.get() == SESSION_2
    assert sessions.renew(OTHER_SID) is None


def test_a_given_session_serves_until_another_is_opened(script: Script) -> None:
    given = Session(URL, OTHER_SID)
    sessions = _sessions(CI, given)
    assert sessions.peek() == sessions.get() == given
    assert stored(REF) is None  # what this run did not open it does not end
    script(LOGIN)
    assert sessions.renew(OTHER_SID) == SESSION
    assert _sessions(CI, given).get() == SESSION


def test_a_new_session_takes_the_place_of_the_old_one(script: Script) -> None:
    script(LOGIN, LOGIN_2, _logout())
    _sessions().open()
    assert _sessions().open() == _sessions().get() == SESSION_2


def test_what_cannot_be_ended_is_remembered_for_the_end_of_the_run(script: Script) -> None:
    script(LOGIN, LOGIN_2, _logout(status=500), LOGIN, _logout(), _logout(OTHER_SID))
    _sessions().open()
    _sessions().open()
    assert [one["session"]["sid"] for one in (stored(REF) or {})["left"]] == [SID]
    _sessions().open()
    assert (stored(REF) or {})["left"] == []


def test_a_given_session_ends_once_when_others_take_its_place(script: Script) -> None:
    given = Session(URL, "given")
    script(LOGIN, _logout("given"), LOGIN_2, _logout())
    first, second = _sessions(CI, given), _sessions(CI, given)
    assert first.open() == SESSION
    assert second.open() == SESSION_2


def test_end(script: Script, tmp_path: Path) -> None:
    script(LOGIN, _logout())
    first, second = _sessions(), _sessions()
    first.get()
    second.get()
    assert first.end() is True
    assert second.end() is False, "the other one has done it"
    assert first.peek() is second.peek() is None


def test_a_given_session_is_ended_once(script: Script) -> None:
    stores = [_sessions(CI, Session(URL, OTHER_SID)) for _host in range(3)]
    script(_logout(OTHER_SID))
    assert [sessions.end() for sessions in stores] == [True, False, False]
    script(LOGIN, _logout())
    late = _sessions(CI)
    late.get()
    assert late.end() is True, "another one is another matter"


def test_an_end_that_fails_changes_nothing(script: Script) -> None:
    script(LOGIN, _logout(status=500))
    sessions = _sessions()
    sessions.get()
    with pytest.raises(HttpError):
        sessions.end()
    assert _sessions().get() == SESSION


def test_forget_leaves_what_others_have_opened(script: Script) -> None:
    script(LOGIN)
    sessions, other = _sessions(), _sessions()
    sessions.get()
    other.adopt(SESSION_2)
    sessions.forget()
    assert _sessions().peek() == SESSION_2
    other.forget()
    assert _sessions().peek() is other.peek() is None


def test_another_session_in_its_place_does_not_hide_one_that_lives(script: Script) -> None:
    """Whatever the run has opened it can end: what is replaced, and not dead, is remembered."""
    script(LOGIN)
    _sessions().get()
    _sessions().adopt(SESSION_2)
    assert [one["session"]["sid"] for one in (stored(REF) or {})["left"]] == [SID]
    script(Exchange("POST", "/users/session", 200, "third", body=CI.body()))
    _sessions().renew(OTHER_SID)
    assert [one["session"]["sid"] for one in (stored(REF) or {})["left"]] == [SID], "that one is dead"


REFUSAL = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}
REFUSED = Exchange("POST", "/users/session", 401, REFUSAL, body=CI.body())


def test_refused_credentials_are_tried_once(script: Script) -> None:
    script(REFUSED)
    results = []
    for _host in range(3):
        with pytest.raises(NotSignedIn, match="refused login 'ci'") as caught:
            _sessions().get()
        results.append(caught.value.result())
        with pytest.raises(NotSignedIn, match="refused login 'ci'"):
            _sessions().renew("x")
    assert results == [results[0]] * 3
    assert (results[0]["status"], results[0]["code"]) == (401, "InvalidCredentials")
    # Who asks for a new session by name wants another try, and its success ends the matter.
    script(REFUSED, LOGIN)
    with pytest.raises(NotSignedIn):
        _sessions().open()
    _sessions().open()
    assert _sessions().get() == SESSION
    assert "failure" not in (stored(REF) or {})


def test_refused_credentials_are_tried_again_after_a_write(script: Script) -> None:
    """The write may have created the account, or unblocked it."""
    script(REFUSED, REFUSED, LOGIN)
    for _write in range(2):
        with pytest.raises(NotSignedIn):
            _sessions().get()
        with RunSessionStore("another", HERE, Credentials("admin", "x")).lists.writing():
            pass
    assert _sessions().get() == SESSION


def test_a_later_task_tries_again_after_a_failure(tmp_path: Path) -> None:
    sessions = _sessions()
    sessions.opener = _opener(tmp_path, error=Unreachable("Nobody there."))
    for count in (1, 2):
        with pytest.raises(Unreachable):
            sessions.get()
        assert _logins(tmp_path) == count


# --- the end of the run ---------------------------------------------------------------------------


@pytest.mark.parametrize("given", [None, SESSION_2])
def test_nothing_is_sent_when_the_run_is_over(script: Script, given: Session | None) -> None:
    _sessions().adopt(SESSION)
    mark_over()
    said = "The run is being stopped, so this task sends nothing more: start the run again"
    with pytest.raises(SaymonError, match=said):
        _sessions(given=given).get()
    with pytest.raises(SaymonError, match=said):
        _sessions().open()
    with pytest.raises(SaymonError, match=said):
        _sessions().renew("x")


@pytest.mark.parametrize("method", ["basic", "token"])
def test_nor_without_a_session(script: Script, method: str) -> None:
    credentials = Credentials("ci", "pass-phrase-1", auth_token="t-1")
    client = Client(Connection(URL), make_auth(method, credentials, _sessions(), Secrets()))
    script(("GET", "/users?auth-token=t-1&api-token=t-1" if method == "token" else "/users", 200, []))
    client.get("/users")
    mark_over()
    with pytest.raises(SaymonError, match="The run is being stopped"):
        client.get("/users")


@pytest.mark.parametrize("remote", [False, True])
def test_what_was_being_opened_when_the_run_ended_ends_too(script: Script, remote: bool) -> None:
    sessions = _sessions()
    sessions.remote = remote

    def opener() -> Session:
        mark_over()
        return SESSION

    sessions.opener = opener
    if not remote:
        script(_logout())
    with pytest.raises(SaymonError, match="The run is being stopped"):
        sessions.get()
    assert (stored(REF) or {}).get("session") is None


# --- a folder that cannot be used -----------------------------------------------------------------


def _unusable(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def fail(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    if what == "gone":
        monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere")
    elif what == "no locks":
        monkeypatch.setattr(run_store, "locked", fail)
    else:
        monkeypatch.setattr(run_store, "save", fail)


UNUSABLE = ["gone", "no locks", "full"]


@pytest.mark.parametrize("what", UNUSABLE)
def test_each_task_has_a_session_of_its_own(script: Script, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    _unusable(monkeypatch, what)
    for login, sid in ((LOGIN, SID), (LOGIN_2, OTHER_SID)):
        sessions = _sessions()
        script(login)
        assert sessions.get() == sessions.get() == sessions.peek()
        assert sessions.get().sid == sid
        script(_logout(sid))
        sessions.close()
        sessions.close()
    assert (script.connections[-1].timeout, script.connections[-1].retries) == (3.0, 0)


@pytest.mark.parametrize("what", UNUSABLE)
def test_a_session_of_its_own_heals_and_ends(script: Script, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    _unusable(monkeypatch, what)
    sessions = _sessions()
    script(LOGIN, LOGIN_2)
    sessions.get()
    assert sessions.renew(SID) == sessions.get() == SESSION_2
    script(_logout(OTHER_SID))
    assert sessions.end() is True
    sessions.close()


def test_a_session_that_is_to_be_kept_stays_open_all_the_same(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    _unusable(monkeypatch, "full")
    sessions = _sessions()
    script(LOGIN)
    sessions.get()
    sessions.keep()
    sessions.close()


def test_a_shared_session_that_cannot_be_kept_is_told(
    script: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script(LOGIN)
    _sessions().get()
    _unusable(monkeypatch, "full")
    with pytest.raises(SaymonError, match=f"The session cannot be kept, because files in {tmp_path} cannot be written"):
        _sessions().keep()


def test_a_session_of_a_target_is_left_to_itself(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    _unusable(monkeypatch, "full")
    sessions = _sessions()
    sessions.adopt(SESSION, remote=True)
    sessions.close()


def test_a_shared_session_outlives_the_task(script: Script) -> None:
    script(LOGIN)
    sessions = _sessions()
    sessions.get()
    sessions.close()
    assert _sessions().get() == SESSION


def test_of_a_record_that_could_not_be_saved_nothing_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    save("0", {"session": 1})

    def fail(*_args: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Sealer, "write", fail)
    with pytest.raises(OSError):
        save("0", {"session": 2})
    assert [path.name for path in tmp_path.iterdir()] == ["saymon-0.record"]
    assert stored("0") == {"session": 1}


# --- holding others back --------------------------------------------------------------------------


def _turns(tmp_path: Path, resources: Iterable[str], *, url: str = URL) -> str:
    with RunSessionStore("0", Connection(url), CI).exclusive(resources):
        with (tmp_path / "turns").open("a") as file:
            file.write("in ")
        time.sleep(0.03)
        with (tmp_path / "turns").open("a") as file:
            file.write("out ")
    return ""


def _one_by_one(tmp_path: Path) -> bool:
    words = (tmp_path / "turns").read_text().split()
    return words == ["in", "out"] * (len(words) // 2)


@pytest.mark.processes
def test_one_task_at_a_time_writes_to_a_resource(tmp_path: Path) -> None:
    in_processes(tmp_path, 8, lambda: _turns(tmp_path, ["objects"]))
    assert _one_by_one(tmp_path)


@pytest.mark.processes
def test_tasks_that_want_the_same_things_in_another_order_do_not_block_each_other(tmp_path: Path) -> None:
    in_processes(
        tmp_path, 8, lambda: _turns(tmp_path, [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "b"]][os.getpid() % 3])
    )
    assert _one_by_one(tmp_path)


@pytest.mark.parametrize(
    ("resources", "url"), [(["users"], URL), (["objects"], "https://other.example.org"), ([], URL)]
)
def test_other_resources_and_servers_are_not_held_back(tmp_path: Path, resources: list[str], url: str) -> None:
    def inner() -> str:
        run_store._held.clear()  # a process of its own holds nothing
        return _turns(tmp_path, resources, url=url)

    with _sessions().exclusive(["objects"]):
        in_processes(tmp_path, 1, inner)


def test_a_process_that_dies_lets_go(tmp_path: Path) -> None:
    pid = os.fork()
    if pid == 0:
        with _sessions().exclusive(["objects"]):
            os._exit(0)
    os.waitpid(pid, 0)
    _turns(tmp_path, ["objects"])


def test_holding_twice_is_a_bug_and_no_deadlock() -> None:
    with _sessions().exclusive(["objects"]), pytest.raises(AssertionError), _sessions().exclusive(["users"]):
        pass
    with pytest.raises(KeyError), _sessions().exclusive(["objects"]):
        raise KeyError
    with _sessions().exclusive(["objects"]):
        pass


def test_without_a_folder_nobody_can_be_held_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere")
    said = r"Parallel tasks .* \(No such file or directory\): check that files in /nowhere can be written"
    with pytest.raises(SaymonError, match=said), _sessions().exclusive(["objects"]):
        pass


# --- many processes -------------------------------------------------------------------------------


@pytest.mark.processes
def test_many_processes_log_in_once(tmp_path: Path) -> None:
    def work() -> str:
        sessions = _sessions()
        sessions.opener = _opener(tmp_path, seconds=0.05)
        return f"{sessions.get().sid} {sessions.opened}"

    said = in_processes(tmp_path, 20, work)
    assert len({one.split()[0] for one in said}) == 1
    assert sum(one.endswith("True") for one in said) == 1
    assert _logins(tmp_path) == 1


@pytest.mark.processes
def test_many_processes_renew_once(script: Script, tmp_path: Path) -> None:
    script(LOGIN)
    _sessions().get()

    def work() -> str:
        sessions = _sessions()
        sessions.opener = _opener(tmp_path, seconds=0.05)
        session = sessions.renew(SID)
        return session.sid if session else ""

    sids = in_processes(tmp_path, 20, work)
    assert len(set(sids)) == 1
    assert sids[0].startswith("sid-of-")
    assert _logins(tmp_path) == 1


@pytest.mark.parametrize(
    "error", [NotSignedIn("Refused.", status=401, code="X"), Unreachable("Nobody there."), SaymonError("Odd.")]
)
@pytest.mark.processes
@pytest.mark.parametrize("way", ["get", "open", "renew"])
def test_those_who_waited_share_the_failure(tmp_path: Path, error: SaymonError, way: str) -> None:
    def work() -> str:
        sessions = _sessions()
        sessions.opener = _opener(tmp_path, seconds=0.3, error=error)
        try:
            return str(sessions.renew(SID) if way == "renew" else getattr(sessions, way)())
        except SaymonError as failure:
            return f"{type(failure).__name__}: {failure.result()}"

    said = in_processes(tmp_path, 8, work)
    assert _logins(tmp_path) == 1
    assert set(said) == {f"{type(error).__name__}: {error.result()}"}


@pytest.mark.processes
def test_many_processes_that_want_a_new_one_at_once_get_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sessions().adopt(SESSION)
    ended = tmp_path / "ended"

    def end(_connection: Connection, session: Session) -> bool:
        with ended.open("a") as file:
            file.write(f"{session.sid}\n")
        return True

    monkeypatch.setattr(run_store, "log_out", end)

    def work() -> str:
        sessions = _sessions()
        sessions.opener = _opener(tmp_path, seconds=0.3)
        return sessions.open().sid

    sids = in_processes(tmp_path, 10, work)
    current = _sessions().peek()
    assert current is not None
    assert current.sid in sids
    assert _logins(tmp_path) < 5
    assert set(ended.read_text().split()) == {SID, *sids} - {current.sid}, "none is left open that nobody ends"
    assert len(ended.read_text().split()) == _logins(tmp_path)


@pytest.mark.processes
def test_many_processes_end_a_session_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And what a late task opens meanwhile is not lost."""
    _sessions().adopt(SESSION)
    log = tmp_path / "log"

    def end(_connection: Connection, session: Session, _secrets: Any) -> bool:
        with log.open("a") as file:
            file.write(f"ended {session.sid}\n")
        return True

    monkeypatch.setattr(run_store, "log_out", end)

    def opener() -> Session:
        with log.open("a") as file:
            file.write(f"opened sid-of-{os.getpid()}\n")
        return Session(URL, f"sid-of-{os.getpid()}")

    def work() -> str:
        sessions = _sessions()
        sessions.opener = opener
        if os.getpid() % 2:
            sessions.get()
            return ""
        return str(sessions.end())

    in_processes(tmp_path, 10, work)
    lines = log.read_text().splitlines()
    current = _sessions().peek()
    open_ones = {line.split()[1] for line in lines if line.startswith("opened")} | {SID}
    ended = [line.split()[1] for line in lines if line.startswith("ended")]
    assert len(ended) == len(set(ended))
    assert open_ones - set(ended) == ({current.sid} if current else set())
