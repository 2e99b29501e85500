# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that several tasks want at the same moment, and the count of writes that tells whether they may share one."""

from __future__ import annotations

import errno
import json
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, Session, SessionAuth
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.plugin_utils import list_store
from ansible_collections.saymon.platform.plugins.plugin_utils.list_store import StoreLists
from ansible_collections.saymon.platform.plugins.plugin_utils.records import reference
from ansible_collections.saymon.platform.plugins.plugin_utils.run_folder import lock_until, mark_uncounted
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import RunSessionStore
from ansible_collections.saymon.platform.plugins.plugin_utils.sealed import Damaged
from ansible_collections.saymon.platform.tests.unit.processes import in_processes
from ansible_collections.saymon.platform.tests.unit.support import OTHER_SID, SID, URL, Exchange, Script

HERE = Connection(URL)
KEY = "/objects?"
WAIT = 20.0  # seconds, more than any test takes


class Fetches:
    """A server whose list takes its time; it writes down who fetched, and numbers its answers."""

    def __init__(self, tmp_path: Path, seconds: float = 0.0) -> None:
        self._path = tmp_path / "fetches"
        self._path.touch()
        self._seconds = seconds

    @property
    def count(self) -> int:
        return len(self._path.read_text().splitlines())

    def body(self) -> Iterator[bytes]:
        with self._path.open("a") as file:
            file.write("fetch\n")
        number = self.count
        time.sleep(self._seconds)
        yield f"[{number}".encode()
        yield b"]"


def take(
    lists: StoreLists,
    fetches: Fetches,
    key: str = KEY,
    *,
    seconds: float = WAIT,
    before_end: Callable[[], Any] = lambda: None,
) -> str:
    """What a task gets that reads a list; `before_end` happens while it fetches."""
    with lists.turn(key, seconds) as turn:
        if turn.kept is not None:
            return "kept " + b"".join(turn.kept).decode()
        body = b"".join(turn.copied(fetches.body())).decode()
        before_end()
        return body


class Waiter:
    """A task that waits for a list which another one fetches."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._asks = threading.Event()
        self._thread: threading.Thread | None = None
        self.got: list[Any] = []

        def lock(file: FileIO, until: float) -> bool:
            if threading.current_thread() is self._thread:
                self._asks.set()
            return lock_until(file, until)

        monkeypatch.setattr(list_store, "lock_until", lock)

    def start(self, work: Callable[[], Any]) -> None:
        """Returns when it has got as far as the lock of the list."""
        self._thread = threading.Thread(target=lambda: self.got.append(work()))
        self._thread.start()
        assert self._asks.wait(WAIT)

    def join(self) -> None:
        assert self._thread is not None
        self._thread.join(WAIT)


@pytest.fixture
def waiter(monkeypatch: pytest.MonkeyPatch) -> Waiter:
    return Waiter(monkeypatch)


def take_with_another(waiter: Waiter, fetches: Fetches, during: Callable[[], Any] = lambda: None) -> tuple[str, str]:
    """A task fetches, while one that began before waits for it; `during` happens in between. Returns what both got."""
    early = StoreLists("scope")

    def meanwhile() -> None:
        waiter.start(lambda: take(early, fetches))
        during()

    try:
        first = take(StoreLists("scope"), fetches, before_end=meanwhile)
    except WrongAnswer:
        first = "failed"
    waiter.join()
    return first, waiter.got[0]


# --- sharing --------------------------------------------------------------------------------------


@pytest.mark.processes
def test_simultaneous_reads_are_one(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path, 0.3)
    said = in_processes(tmp_path, 10, lambda: take(StoreLists("scope"), fetches))
    # Whoever got there after the first fetch had begun waits, and shares the second one with all who wait.
    assert fetches.count <= 2
    assert len([one for one in said if one.startswith("kept [")]) == 10 - fetches.count


def test_who_began_before_the_fetch_shares_it(waiter: Waiter, tmp_path: Path) -> None:
    assert take_with_another(waiter, Fetches(tmp_path)) == ("[1]", "kept [1]")


def test_a_task_that_begins_later_reads_anew(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    lists = StoreLists("scope")
    assert [take(lists, fetches), take(lists, fetches), take(StoreLists("scope"), fetches)] == ["[1]", "[2]", "[3]"]


@pytest.mark.processes
def test_those_who_came_too_late_share_the_next_one(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path, 0.3)
    got: list[str] = []

    def late(number: int) -> None:
        time.sleep(0.1)
        got.append(take(StoreLists("scope"), fetches))

    threads = [threading.Thread(target=late, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    assert take(StoreLists("scope"), fetches) == "[1]"
    for thread in threads:
        thread.join(WAIT)
    assert sorted(got) == ["[2]", *["kept [2]"] * 4]


def test_nothing_of_a_list_stays(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    seen: list[list[str]] = []

    def look() -> None:
        path = next(tmp_path.glob("*.list"))
        seen.append([path.name, oct(path.stat().st_mode & 0o777), str(b"[1" in path.read_bytes())])

    umask = os.umask(0)
    try:
        take(StoreLists("scope"), fetches, before_end=look)
    finally:
        os.umask(umask)
    assert [one[1:] for one in seen] == [["0o600", "False"]]
    assert [path.name for path in tmp_path.iterdir()] == ["fetches"]


@pytest.mark.parametrize(("scope", "key"), [("other", KEY), ("scope", "/objects?a=1")])
def test_other_lists_and_rights_are_not_waited_for(tmp_path: Path, scope: str, key: str) -> None:
    fetches = Fetches(tmp_path)
    got: list[str] = []
    other = StoreLists(scope)
    take(StoreLists("scope"), fetches, before_end=lambda: got.append(take(other, fetches, key, seconds=WAIT)))
    assert got == ["[2]"]


def test_who_waits_too_long_fetches_alone(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    got: list[str] = []
    impatient = StoreLists("scope")
    first = take(StoreLists("scope"), fetches, before_end=lambda: got.append(take(impatient, fetches, seconds=0.1)))
    assert (first, got) == ("[1]", ["[2]"])


def test_a_fetch_that_fails_is_nobody_elses_failure(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)

    def fail() -> None:
        raise WrongAnswer("no list of records")

    early = StoreLists("scope")
    with pytest.raises(WrongAnswer):
        take(StoreLists("scope"), fetches, before_end=fail)
    assert take(early, fetches) == "[2]"
    assert [path.name for path in tmp_path.iterdir()] == ["fetches"]


def test_who_waits_for_a_fetch_that_fails_fetches(waiter: Waiter, tmp_path: Path) -> None:
    def fail() -> None:
        raise WrongAnswer("no list of records")

    assert take_with_another(waiter, Fetches(tmp_path), fail) == ("failed", "[2]")


def test_a_process_that_dies_while_it_fetches_holds_nobody_back(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    early = StoreLists("scope")
    pid = os.fork()
    if pid == 0:
        take(StoreLists("scope"), fetches, before_end=lambda: os._exit(0))
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    assert take(early, fetches) == "[2]"
    assert [path.name for path in tmp_path.iterdir()] == ["fetches"]


def test_a_list_that_came_in_two_attempts(waiter: Waiter, tmp_path: Path) -> None:
    early = StoreLists("scope")
    with StoreLists("scope").turn(KEY, WAIT) as turn:
        assert list(turn.copied(iter([b'[{"id":']))) == [b'[{"id":']
        assert list(turn.copied(iter([b"[7]"]))) == [b"[7]"]
        waiter.start(lambda: take(early, Fetches(tmp_path)))
    waiter.join()
    assert waiter.got == ["kept [7]"]


# --- tasks that wait for something ----------------------------------------------------------------


class Poller:
    """A task that looks again and again, at these ids."""

    def __init__(self, *ids: str, lasts: float = 1.0, scope: str = "scope") -> None:
        self.lists = StoreLists(scope).lasting(lasts)
        self.ids = ids

    def look(self, fetches: Fetches) -> tuple[str, list[str], float]:
        """What it got, the ids that it had to ask for, and when that was read."""
        with self.lists.turn(KEY, WAIT, self.ids) as turn:
            if turn.kept is not None:
                return "kept " + b"".join(turn.kept).decode(), [], turn.began
            return b"".join(turn.copied(fetches.body())).decode(), sorted(turn.ids), turn.began


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which passes only when somebody sleeps, or when a test says so."""
    now = [1000.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "sleep", sleep)
    return now


def test_what_was_read_a_moment_ago_serves_all_who_wait(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    tasks = [Poller() for _number in range(5)]
    got = []
    for number in range(20):
        clock[0] += 0.125
        got.append(tasks[number % 5].look(fetches)[0])
    assert got == ["[1]", *["kept [1]"] * 8, "[2]", *["kept [2]"] * 8, "[3]", "kept [3]"]


def test_it_is_as_old_as_its_fetch(clock: list[float], tmp_path: Path) -> None:
    first, second = Poller(), Poller()
    clock[0] = 1001.0
    assert first.look(Fetches(tmp_path))[2] == 1001.0
    clock[0] = 1001.5
    assert second.look(Fetches(tmp_path)) == ("kept [1]", [], 1001.0)


def test_nothing_from_before_the_task_serves_it(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    early = Poller()
    clock[0] += 1
    early.look(fetches)
    late = Poller()
    clock[0] += 0.5
    assert late.look(fetches)[0] == "[2]"
    assert early.look(fetches)[0] == "kept [2]"


@pytest.mark.parametrize(("process", "began"), [(7, 1001.25), (os.getpid(), 1001.05)])
def test_who_begins_just_after_a_fetch_waits_for_others(
    clock: list[float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, process: int, began: float
) -> None:
    """Unless it is the next item of a loop, which others do not share."""
    fetches = Fetches(tmp_path)
    first = Poller()
    clock[0] += 1
    first.look(fetches)
    clock[0] += 0.05
    late = Poller()
    monkeypatch.setattr(os, "getpid", lambda: process)
    monkeypatch.setattr(list_store, "open_private", lambda path: FileIO(os.open(path, os.O_RDWR | os.O_CREAT), "r+"))
    assert late.look(fetches)[2] == began


def test_a_write_of_the_run_ends_it(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    task = Poller()
    clock[0] += 1
    task.look(fetches)
    with StoreLists("other").writing():
        pass
    assert task.look(fetches)[0] == "[2]"


def test_those_who_wait_ask_for_the_ids_of_all(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    one, two, stranger = Poller("a", "b"), Poller("c"), Poller("x", scope="other")
    clock[0] += 1
    with one.lists.watching(one.ids), two.lists.watching(two.ids), stranger.lists.watching(stranger.ids):
        assert one.look(fetches)[:2] == ("[1]", ["a", "b", "c"])
        assert two.look(fetches)[0] == "kept [1]"
        three = Poller("a", "d")
        clock[0] += 0.5
        with three.lists.watching(three.ids):
            assert three.look(fetches)[:2] == ("[2]", ["a", "b", "c", "d"])
    clock[0] += 5
    assert two.look(fetches)[:2] == ("[3]", ["c"]), "the others do not wait any more"


def test_a_list_without_the_wanted_ids_does_not_serve(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    one, two = Poller("a"), Poller("b")
    clock[0] += 1
    assert one.look(fetches)[:2] == ("[1]", ["a"])
    assert two.look(fetches)[:2] == ("[2]", ["b"])


def test_a_lasting_list_that_broke_off_serves_nobody(clock: list[float], tmp_path: Path) -> None:
    fetches = Fetches(tmp_path)
    task = Poller()
    clock[0] += 1
    with suppress(WrongAnswer), task.lists.turn(KEY, WAIT) as turn:
        next(turn.copied(fetches.body()))
        raise WrongAnswer("no list of records")
    assert task.look(fetches)[0] == "[2]"
    pid = os.fork()
    if pid == 0:
        with Poller().lists.turn("other", WAIT) as turn:
            next(turn.copied(fetches.body()))
            os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    assert StoreLists("scope").lasting(1).turn("other", WAIT).__enter__().kept is None


def test_what_lies_in_the_folder_is_sealed(clock: list[float], tmp_path: Path) -> None:
    task = Poller("secret-id")
    with task.lists.watching(task.ids):
        task.look(Fetches(tmp_path))
        files = [path for path in tmp_path.iterdir() if path.name.startswith("saymon-")]
        assert len(files) == 2
        for path in files:
            assert (path.stat().st_mode & 0o777, b"secret-id" in path.read_bytes()) == (0o600, False)
    assert [path.suffix for path in tmp_path.iterdir() if path.suffix] == [".lasting"]


def test_waiting_in_a_folder_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere")
    task = Poller("a")
    with task.lists.watching(task.ids):
        assert task.look(Fetches(tmp_path))[:2] == ("[1]", ["a"])


def test_records_that_two_clients_share(script: Script, tmp_path: Path) -> None:
    early = [Client(HERE, lists=StoreLists("scope").lasting(5)) for _number in range(2)]
    request = Request("POST", "/stat/search")
    script(("POST", "/stat/search", 200, [{"entityId": "a"}]))
    got = [client.records_of("data", ["a"], lambda _ids: request, key="entityId") for client in early]
    assert got[0] == got[1]
    assert (got[0][0], [client.from_cache for client in early]) == ([{"entityId": "a"}], [False, True])


@pytest.mark.parametrize("answer", [{"a": 1}, [{"id": "a"}], [7]])
def test_what_is_no_list_of_records_is_not_shared(script: Script, tmp_path: Path, answer: Any) -> None:
    client = Client(HERE, lists=StoreLists("scope").lasting(5))
    for _number in range(2):
        script(("GET", "/stat", 200, answer))
        with pytest.raises(WrongAnswer, match="GET /stat did not answer with a list of records"):
            client.records_of("data", ["a"], lambda _ids: Request("GET", "/stat"), key="entityId")


@pytest.mark.processes
def test_many_processes_wait_at_the_price_of_one(tmp_path: Path) -> None:
    fetches = Fetches(tmp_path, 0.02)

    def work() -> str:
        task = Poller(str(os.getpid()), lasts=0.5)
        with task.lists.watching(task.ids):
            end = time.monotonic() + 2
            while time.monotonic() < end:
                task.look(fetches)
                time.sleep(0.1)
        return ""

    in_processes(tmp_path, 10, work)
    # Four in two seconds, and a few more while the ten begin.
    assert fetches.count <= 9


# --- writes ---------------------------------------------------------------------------------------


def test_a_list_that_overlapped_a_write_is_not_shared(waiter: Waiter, tmp_path: Path) -> None:
    def write() -> None:
        with StoreLists("other account").writing():
            pass

    assert take_with_another(waiter, Fetches(tmp_path), write) == ("[1]", "[2]")


def test_a_write_on_its_way_forbids_sharing(waiter: Waiter, tmp_path: Path) -> None:
    with StoreLists("other account").writing():
        assert take_with_another(waiter, Fetches(tmp_path)) == ("[1]", "[2]")


def test_equal_marks_mean_no_write_in_between() -> None:
    lists, other = StoreLists("scope"), StoreLists("other")
    assert lists.writes() == other.writes() == 0
    with lists.writing():
        assert other.writes() != other.writes(), "one is on its way"
        with other.writing():
            assert other.writes() != other.writes()
        assert other.writes() != other.writes()
    assert lists.writes() == other.writes() == 2
    with suppress(KeyError), lists.writing():
        raise KeyError
    assert other.writes() == 3


@pytest.mark.processes
def test_writes_of_all_processes_count(tmp_path: Path) -> None:
    def work() -> str:
        for _number in range(100):
            with StoreLists("scope").writing():
                pass
        return ""

    in_processes(tmp_path, 8, work)
    assert StoreLists("scope").writes() == 800


def test_writes_that_nobody_can_count(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = StoreLists("scope")
    mark_uncounted()
    assert lists.writes() != lists.writes()


def test_a_job_in_the_background_may_write_at_any_time(tmp_path: Path) -> None:
    sessions = RunSessionStore("0", HERE, Credentials())
    with sessions.handed_over(later=False):
        assert sessions.lists.writes() != sessions.lists.writes()
    assert sessions.lists.writes() == sessions.lists.writes() == 1
    with sessions.handed_over(later=True):
        pass
    assert sessions.lists.writes() != sessions.lists.writes()


# --- a folder that cannot be used -----------------------------------------------------------------


def test_a_full_disk_costs_the_copy_and_not_the_task(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for limit in (0, 2, 20, 100):
        lists = StoreLists("scope")
        with lists.turn(KEY, WAIT) as turn:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))  # nobody can write a longer file
            try:
                assert b"".join(turn.copied(iter([b"[", b"1" * 100, b"]"]))) == b"[" + b"1" * 100 + b"]"
                turn.finish()
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE])
def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    def fail(*_args: Any) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(list_store, "open_private", fail)
    lists, fetches = StoreLists("scope"), Fetches(tmp_path)
    assert take(lists, fetches) == "[1]"
    with lists.writing():
        pass
    assert lists.writes() != lists.writes(), "what could not be counted must not count as nothing"


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere")
    lists, fetches = StoreLists("scope"), Fetches(tmp_path)
    assert take(lists, fetches) == "[1]"
    with lists.writing():
        pass
    assert lists.writes() != lists.writes()


# --- with the client ------------------------------------------------------------------------------


USERS = [{"id": 1, "login": "ci"}]


def client() -> Client:
    return Client(HERE, lists=StoreLists("scope"))


def test_the_client_shares_what_another_one_fetches(waiter: Waiter, script: Script) -> None:
    script(("GET", "/users", 200, USERS))
    early = client()

    def each(record: dict[str, Any]) -> dict[str, Any]:
        waiter.start(lambda: early.get_list("/users", cached=True))
        return record

    assert client().get_list("/users", cached=True, each=each) == USERS
    waiter.join()
    assert waiter.got == [USERS]
    assert early.from_cache


def test_who_does_not_ask_for_it_shares_nothing(script: Script, tmp_path: Path) -> None:
    script(("GET", "/users", 200, USERS))
    seen: list[Path] = []

    def each(record: dict[str, Any]) -> dict[str, Any]:
        seen.extend(tmp_path.iterdir())
        return record

    assert client().get_list("/users", each=each) == USERS
    assert seen == []


def test_a_damaged_copy_counts_as_none(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script(("GET", "/users", 200, USERS))

    def damaged(_file: Any, name: str) -> Iterator[bytes]:
        yield json.dumps({"began": time.monotonic() + 9, "writes": 0}).encode()
        yield b'[{"id":9},'
        raise Damaged(name)

    monkeypatch.setattr(list_store, "unsealed", damaged)
    one = client()
    assert one.get_list("/users", cached=True) == USERS
    assert not one.from_cache


def test_every_write_of_the_client_is_counted(script: Script) -> None:
    script(
        ("PUT", "/x", 500), ("GET", "/users", 200, USERS), ("POST", "/objects/search", 200, []), ("DELETE", "/x", 200)
    )
    one = client()
    with pytest.raises(HttpError):
        one.send(Request("PUT", "/x"))
    assert one.lists.writes() == 1
    one.get("/users")
    one.send(Request("POST", "/objects/search"))
    assert one.lists.writes() == 1
    one.send(Request("DELETE", "/x"))
    assert one.lists.writes() == 2


@pytest.mark.parametrize("text", ["", "{}", "[1]", "text"])
def test_a_wrong_answer_is_not_shared(script: Script, tmp_path: Path, text: str) -> None:
    wrong = Exchange("GET", "/users", text=text)
    script(wrong, wrong)
    for _task in range(2):
        with pytest.raises(WrongAnswer):
            client().get_list("/users", cached=True)
    assert list(tmp_path.iterdir()) == []


def test_lists_of_given_sessions_are_kept_apart(script: Script) -> None:
    """What one may see is not what another may."""
    nobody = Credentials()
    other = RunSessionStore(reference(HERE, nobody), HERE, nobody, Session(URL, OTHER_SID))
    script(Exchange("GET", "/users", 200, [{"id": SID}]), Exchange("GET", "/users", 200, [{"id": OTHER_SID}]))
    got: list[Any] = []

    def each(record: dict[str, Any]) -> dict[str, Any]:
        got.append(Client(HERE, SessionAuth(other), lists=other.lists).get_list("/users", cached=True))
        return record

    sessions = RunSessionStore(reference(HERE, nobody), HERE, nobody, Session(URL, SID))
    assert Client(HERE, SessionAuth(sessions), lists=sessions.lists).get_list("/users", cached=True, each=each) == [
        {"id": SID}
    ]
    assert got == [[{"id": OTHER_SID}]]
