# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of one ansible run: one login for all hosts and tasks, one logout when the run ends.

A lock for each identity makes 40 hosts that start at once wait for the one that logs in. Where the folder of the run
cannot be used (the disk is full, somebody has removed it), each task has a session of its own, which ends with the
task.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, replace

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import NotSignedIn, SaymonError, Unreachable
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import (
    Credentials,
    Session,
    SessionStore,
    log_in,
    log_out,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection

from .end_of_run import LOGOUT_TIMEOUT, prepare
from .list_store import StoreLists
from .records import (
    Record,
    lock_path,
    reference,
    save,
    secret_name,
    stored,
)
from .run_folder import (
    folder,
    locked,
    mark_uncounted,
    run_is_over,
)

__all__ = ["RunSessionStore", "reference", "stored"]

_FAILURES = {kind.__name__: kind for kind in (NotSignedIn, Unreachable)}
_held: set[str] = set()  # what this process holds back from others


class RunSessionStore(SessionStore):
    """A SessionStore whose sessions are shared by all processes of the run. It is made when a task begins and closed
    when it ends.

    `given` is a session from a fact or an option that this run did not open; it serves until the server refuses it.
    """

    def __init__(
        self, ref: str, connection: Connection, credentials: Credentials, given: Session | None = None
    ) -> None:
        record = stored(ref) or {}
        if not credentials.complete and record.get("credentials"):
            credentials = Credentials(**record["credentials"])
        current = record.get("session")
        super().__init__(Session(**current) if current else None, connection, credentials)
        self.ref = ref
        self.given = given
        # What a given session may see is not what another may, though both come without credentials.
        self.lists = StoreLists(ref if given is None else secret_name(ref, given.sid))
        self.opener: Callable[[], Session] = lambda: log_in(connection, self.credentials)
        self.remote = (
            False  # the server is reached from a target only, so the controller cannot log out when the run ends
        )
        self._server = connection
        self._own: Session | None = None  # opened by this task, and not shared because the record could not be saved

    def check_run(self) -> None:
        if run_is_over():
            raise SaymonError("The run is being stopped, so this task sends nothing more: start the run again.")

    def peek(self) -> Session | None:
        current = (stored(self.ref) or {}).get("session")
        self.session = self._own or (Session(**current) if current else self.given)
        return self.session

    def get(self) -> Session:
        self.check_run()
        # One that this task has seen serves until the server refuses it, without a look into the record for each
        # request.
        self.session = self.session or self.peek() or self._enter(lambda record: not record.get("session"))
        return self.session

    def open(self) -> Session:
        """Log in anew, and end the session in whose place the new one comes. Those who ask at once get the same new
        one."""
        asked = time.monotonic()
        self.session = self._enter(
            lambda record: not record.get("session") or record.get("opened_at", 0.0) < asked, again=True
        )
        return self.session

    def renew(self, stale: str) -> Session | None:
        if not self.credentials.complete:
            other = self.peek()
            return other if other and other.sid != stale else None
        self.session = self._enter(
            lambda record: not record.get("session") or record["session"]["sid"] == stale, stale=stale
        )
        return self.session

    def adopt(self, session: Session, *, remote: bool | None = None) -> None:
        """Keep a session that was opened elsewhere as one of this run; `remote` when only a target reaches the
        server."""
        if remote is not None:
            self.remote = remote
        with self._locked() as record:
            self._note(record, session)
        self.session = session

    def end(self, secrets: Secrets | None = None) -> bool:
        with self._locked() as record:
            session = Session(**record["session"]) if record.get("session") else self.given
            gone = record.get("ended", [])
            ended = session is not None and session.sid not in gone and log_out(self._server, session, secrets)
            if session:
                self._clear(record)
                record["ended"] = [*gone, session.sid]
        self.session = self.given = self._own = None
        return ended

    def announce(self) -> None:
        """Let tasks that know only the reference open the session when they need it, as in check mode."""
        with self._locked() as record:
            record["credentials"] = asdict(self.credentials)

    def forget(self) -> None:
        """The session that this task has seen has ended. What another task has opened meanwhile stays."""
        with self._locked() as record:
            if self.session and (record.get("session") or {}).get("sid") == self.session.sid:
                self._clear(record)
        self.session = self.given = self._own = None

    def keep(self) -> None:
        if self._own:
            self._own = None  # so it stays open when the task ends
            return
        with self._locked() as record:
            if record.get("session"):
                record["keep"] = record["session"]["sid"]

    def close(self) -> None:
        """The task has ended: so does a session that nobody else can use."""
        if self._own and not self.remote:
            with suppress(SaymonError):
                log_out(replace(self._server, timeout=LOGOUT_TIMEOUT, retries=0), self._own)
        self._own = None

    def handed_over(self, *, later: bool) -> AbstractContextManager[None]:
        """While a module that may write runs on a host; `later` when it goes on in the background and nobody knows
        until when."""
        if later:
            mark_uncounted()
        return self.lists.writing()

    @contextmanager
    def exclusive(self, resources: Iterable[str]) -> Iterator[None]:
        if _held:
            raise AssertionError("who waits for more while holding something can wait for ever")
        names = sorted(
            secret_name(self._server.url, resource) for resource in set(resources)
        )  # all take them in the same order
        with ExitStack() as stack:
            for name in names:
                try:
                    stack.enter_context(locked(folder() / f"saymon-{name}.held"))
                except OSError as error:
                    raise SaymonError(
                        "Parallel tasks cannot be kept from writing the same things "
                        f"({error.strerror}): check that files in {folder()} "
                        "can be written."
                    ) from error
            stack.callback(_held.clear)
            _held.update(names)
            yield

    # --- the record -------------------------------------------------------------------------------

    def _enter(self, needed: Callable[[Record], bool], *, again: bool = False, stale: str | None = None) -> Session:
        """Log in when `needed` says so of the record; otherwise take the session that somebody else opened meanwhile.

        With `again` the new session replaces one that may be alive, which then ends; `stale` is the sid of one that is
        dead.
        """
        asked = time.monotonic()
        self.check_run()
        with self._locked() as record:
            self.check_run()
            if not needed(record):
                return Session(**record["session"])
            self._repeat_failure(record, asked, again=again)
            began = time.monotonic()
            session = self._try_login(record)
            self._note(record, session, stale)
            record["opened_at"] = began
            if again:
                self._end_replaced(record)
            self.opened = True
            return session

    def _repeat_failure(self, record: Record, asked: float, *, again: bool) -> None:
        """Those who waited while a login failed share that failure, so that an unreachable server costs its timeout
        once, not per host.

        A refusal holds, for servers that lock accounts, until the run writes something: that may have made or unblocked
        the account.
        """
        failure = record.get("failure")
        if not failure:
            return
        refused = failure["kind"] == NotSignedIn.__name__ and failure["writes"] == self.lists.writes()
        if failure["at"] > asked or (refused and not again):
            raise _FAILURES.get(failure["kind"], SaymonError)(failure["msg"], **failure["details"])

    def _try_login(self, record: Record) -> Session:
        writes = self.lists.writes()
        try:
            session = self.opener()
        except SaymonError as error:
            failure = {"kind": type(error).__name__, "msg": str(error), "details": error.details}
            record["failure"] = {**failure, "at": time.monotonic(), "writes": writes}
            raise
        if run_is_over() and not self.remote:
            with suppress(SaymonError):
                log_out(self._server, session)
        self.check_run()
        return session

    def _note(self, record: Record, session: Session, stale: str | None = None) -> None:
        old = record.get("session")
        if old and record.get("connection") and old["sid"] not in (session.sid, stale):
            record["left"] = [*record.get("left", []), {"session": old, "connection": record["connection"]}]
        connection = None if self.remote else asdict(self._server)
        record.update(session=asdict(session), credentials=asdict(self.credentials), connection=connection)
        record.pop("failure", None)

    def _clear(self, record: Record) -> None:
        """Forget the session and whose it was, but not what else is still to be ended, or has ended."""
        for key in set(record) - {"left", "ended"}:
            del record[key]

    def _end_replaced(self, record: Record) -> None:
        """What cannot be ended now is tried once more when the run ends, unless it was not opened by this run."""
        left, gone = record.get("left", []), record.get("ended", [])
        record["left"] = []
        for one in left:
            session = Session(**one["session"])
            try:
                log_out(Connection(**one["connection"]), session)
                gone = [*gone, session.sid]
            except SaymonError:
                record["left"].append(one)
        if self.given and self.given.sid not in [*gone, *(one["session"]["sid"] for one in left)]:
            with suppress(SaymonError):
                log_out(self._server, self.given)
            gone = [*gone, self.given.sid]
        record["ended"], self.given = gone, None

    @contextmanager
    def _locked(self) -> Iterator[Record]:
        """Hold the lock of this reference, and save the record when it changed, also when the block fails."""
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(lock_path(self.ref)))
                shared = True
            except OSError:
                shared = False
            record = stored(self.ref) or {}
            if self._own:
                record["session"] = asdict(self._own)
            before = copy.deepcopy(record)
            try:
                yield record
            finally:
                if record != before:
                    self._save(record, before, shared)

    def _save(self, record: Record, before: Record, shared: bool) -> None:
        if shared:
            with suppress(OSError):
                save(self.ref, record)
                self._own = None
                return
        session = record.get("session")
        if session and session != before.get("session"):
            self._own = Session(**session)
        elif record.get("keep") != before.get("keep"):
            raise SaymonError(
                f"The session cannot be kept, because files in {folder()} "
                "cannot be written: check its disk and its mode."
            )


prepare()
