# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of one ansible run: one login for all hosts and tasks, one logout when the run ends.

The store is a folder of files with mode 0600 below core's temporary directory of the run (mode 0700, shared by all forks, removed
by core at exit). A lock for each identity makes 40 hosts that start at once wait for the one that logs in.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from io import BufferedWriter
from pathlib import Path
from typing import Any, BinaryIO

from ansible import constants as C
from ansible_collections.saymon.platform.plugins.module_utils.client import Chunks, ListCache
from ansible_collections.saymon.platform.plugins.module_utils.errors import NotSignedIn, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils.session import Credentials, Session, SessionBook, log_in, log_out
from ansible_collections.saymon.platform.plugins.module_utils.transport import Connection

# Made once in the parent process, which loads the action before it forks: workers share it, and other runs cannot guess from a
# reference in a cached fact which password it stands for.
_SALT = secrets.token_bytes(16)
_PARENT = os.getpid()
_LOGOUT_TIMEOUT = 3.0
_LOGOUT_BUDGET = 10.0
_LIST_AGE = 30.0
_WRITES = "saymon.writes"


def _folder() -> Path:
    return Path(C.DEFAULT_LOCAL_TMP)


def reference(connection: Connection, credentials: Credentials, sid: str | None = None) -> str:
    """The name under which the session of these credentials on this server is kept during the run; of a `sid` that was given, its
    successors."""
    text = json.dumps([connection.url, asdict(credentials), sid])
    return hmac.new(_SALT, text.encode(), hashlib.sha256).hexdigest()[:32]


def stored(ref: Any) -> dict[str, Any] | None:
    """The record kept under a reference: `session`, `connection`, `credentials`, `keep`, `denied` (a refusal not to be repeated)."""
    if not isinstance(ref, str) or not ref.isalnum():
        return None
    try:
        record: dict[str, Any] = json.loads((_folder() / f"saymon-{ref}.json").read_text())
    except (OSError, ValueError):
        return None
    return record


class StoreBook(SessionBook):
    """A SessionBook whose sessions are shared by all processes of the run.

    `given` is a session from a fact or an option that this run did not open; it serves until the server refuses it.
    """

    def __init__(self, ref: str, connection: Connection, credentials: Credentials, given: Session | None = None) -> None:
        record = stored(ref) or {}
        if not credentials.complete and record.get("credentials"):
            credentials = Credentials(**record["credentials"])
        super().__init__(given, connection, credentials)
        self.ref = ref
        self.given = given
        # What a given session may see is not what another may, though both come without credentials.
        self.lists = StoreLists(ref if given is None else hmac.new(_SALT, (ref + given.sid).encode(), hashlib.sha256).hexdigest()[:32])
        self.opener: Callable[[], Session] = lambda: log_in(connection, self.credentials)
        self.remote = False  # the server is reached from a target only, so the controller cannot log out when the run ends

    def peek(self) -> Session | None:
        return self._current() or self.given

    def get(self) -> Session:
        session = self.peek()
        if session is None:
            session = self._enter(lambda record: record.get("session") is None)
        self.session = session
        return session

    def open(self) -> Session:
        self.session = self._enter(lambda _record: True, again=True)
        return self.session

    def renew(self, stale: str) -> Session | None:
        if not self.credentials.complete:
            return None
        self.session = self._enter(lambda record: not record.get("session") or record["session"]["sid"] == stale)
        return self.session

    def adopt(self, session: Session) -> None:
        """Keep a session that was opened elsewhere (on a target) as one of this run."""
        with self._locked() as record:
            self._note(record, session)
        self.session = session

    def forget(self) -> None:
        with self._locked() as record:
            record.clear()
        self.session = self.given = None

    def keep(self) -> None:
        with self._locked() as record:
            record["keep"] = True

    def _current(self) -> Session | None:
        session = (stored(self.ref) or {}).get("session")
        return Session(**session) if session else None

    def _enter(self, needed: Callable[[dict[str, Any]], bool], *, again: bool = False) -> Session:
        """Log in when `needed` says so of the record; otherwise take the session that somebody else opened meanwhile.

        Refused credentials are tried once a run, however many hosts have them, for servers that lock accounts; `again` tries anyway.
        Those who waited while a login failed share that failure, so that an unreachable server costs its timeout once, not per host.
        """
        asked = time.time()
        with self._locked() as record:
            if not needed(record):
                return Session(**record["session"])
            if record.get("denied") and not again:
                raise NotSignedIn(record["denied"])
            if record.get("failed_at", 0) > asked:
                raise SaymonError(record["failed"])
            try:
                session = self.opener()
            except NotSignedIn as error:
                record["denied"] = str(error)
                raise
            except SaymonError as error:
                record.update(failed=str(error), failed_at=time.time())
                raise
            self._note(record, session)
            self.opened = True
            return session

    def _note(self, record: dict[str, Any], session: Session) -> None:
        connection = asdict(self.connection) if self.connection and not self.remote else None
        record.update(session=asdict(session), credentials=asdict(self.credentials), connection=connection)
        record.pop("denied", None)

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        """Hold the lock of this reference, and save the record when it changed, also when the block fails."""
        path = _folder() / f"saymon-{self.ref}"
        with open(os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            record = stored(self.ref) or {}
            before = dict(record)
            try:
                yield record
            finally:
                if record != before:
                    with _replacing(path.with_suffix(".json")) as file:
                        file.write(json.dumps(record).encode())


class StoreLists(ListCache):
    """Lists that tasks of the run have read, for the tasks and hosts that follow: a hundred hosts that look for their objects fetch the
    tree once. They serve for a short time only, because others may change things too, and not after any write of this run."""

    def __init__(self, ref: str) -> None:
        self._ref = ref

    def _path(self, key: str) -> Path:
        return _folder() / f"saymon-{self._ref}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.list"

    def get(self, key: str) -> BinaryIO | None:
        path = self._path(key)
        try:
            return path.open("rb") if time.time() - path.stat().st_mtime < _LIST_AGE else None
        except OSError:
            return None

    @contextmanager
    def copying(self, key: str) -> Iterator[Callable[[Chunks], Chunks]]:
        path, mark, whole = self._path(key), self.writes(), True

        def copied(chunks: Chunks) -> Chunks:
            """Begins anew each time: a list whose first answer broke off is read again."""
            nonlocal whole
            file.seek(0)
            file.truncate()
            whole = True
            for chunk in chunks:
                try:
                    whole = whole and file.raw.write(chunk) == len(chunk)  # past the buffer, which would fail only when closed
                except OSError:  # a full disk costs the next task a request, and this one nothing
                    whole = False
                yield chunk

        with _replacing(path, lambda: whole and mark == self.writes()) as file:
            yield copied
        if mark != self.writes():  # somebody wrote at the last moment
            path.unlink(missing_ok=True)

    def writes(self) -> int:
        try:
            return (_folder() / _WRITES).stat().st_size
        except OSError:
            return 0

    def drop(self) -> None:
        # Each write, by whatever account, adds a byte, so that a list that was on its way meanwhile is recognised as old.
        with open(os.open(_folder() / _WRITES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
            file.write(b".")
        for path in _folder().glob("saymon-*.list"):
            path.unlink(missing_ok=True)


@contextmanager
def _replacing(path: Path, wanted: Callable[[], bool] = lambda: True) -> Iterator[BufferedWriter]:
    """Write a private file that takes the place of another in one step, unless something fails, or it is not wanted in the end."""
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            yield file
        if wanted():
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def end_sessions() -> None:
    """Log out whatever this run opened. Silent and bounded: the run is over, and nobody could act on a failure."""
    if os.getpid() != _PARENT:
        return
    until = time.monotonic() + _LOGOUT_BUDGET
    for path in sorted(_folder().glob("saymon-*.json")):
        record = stored(path.stem[len("saymon-") :]) or {}
        with suppress(Exception):
            path.unlink()
            if record.get("session") and record.get("connection") and not record.get("keep") and time.monotonic() < until:
                connection = replace(Connection(**record["connection"]), timeout=_LOGOUT_TIMEOUT, retries=0)
                log_out(connection, Session(**record["session"]))


# The strategy loads the action class in the parent process, so this is registered there, runs before core removes its temporary
# directory, also after a failed play, and never in workers, which leave without it.
atexit.register(end_sessions)
