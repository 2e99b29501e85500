# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that several tasks of the run want at the same moment: one fetches, the others wait and take what came.

A task takes only a list whose fetch began after the task itself did, and during which nobody of the run wrote anything.
So what it says rests on the present state of the server, as if it had asked alone.

Tasks that wait for something look again and again. They take what another one has fetched a moment ago, and ask for
what all of them look at, so that together they cost the server no more than one.
"""

from __future__ import annotations

import copy
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Chunks, ListCache, ListTurn

from .run_folder import (
    folder,
    has_uncounted,
    is_at,
    lock_until,
    mark_uncounted,
    open_private,
)
from .sealed import Damaged, Sealer, unsealed

# Each write adds a byte to the one file before it is sent, and to the other when it is done with. Appending needs no
# lock.
_BEGUN = "saymon.begun"
_DONE = "saymon.done"

# Seconds from one fetch of a lasting list to the next one by another process, so that hosts which begin one after the
# other share one too.
_SHORTEST_GAP = 0.25


class StoreLists(ListCache):
    """The lists of one task, which begins now. Those who are to share have the same `scope`: the same server and
    rights.

    The file of a list is also its lock. Whoever has fetched a list removes the name of its file before it lets the lock
    go: those who wait have the file open and read it, nobody else finds it, and the last one who closes it frees its
    space. A lasting list keeps the name until somebody finds it too old.
    """

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self._began = time.monotonic()  # a clock that all processes of the machine share
        self._lasts = 0.0

    def lasting(self, seconds: float) -> StoreLists:
        lists = copy.copy(self)
        lists._lasts = seconds
        return lists

    def remembered(self, seconds: float) -> StoreLists:
        lists = self.lasting(seconds)
        lists._began = 0.0
        return lists

    @contextmanager
    def turn(self, key: str, seconds: float, ids: Collection[str] = ()) -> Iterator[ListTurn]:
        kind = "lasting" if self._lasts else "list"
        path = folder() / f"saymon-{self.scope}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.{kind}"
        with ExitStack() as stack:
            try:
                turn = self._take_turn(path, time.monotonic() + seconds, ids, stack)
            except OSError:  # the folder cannot be used, so there is nobody to share with
                turn = ListTurn(ids=ids)
            yield turn
            turn.finish()

    def _take_turn(self, path: Path, until: float, ids: Collection[str], stack: ExitStack) -> ListTurn:
        while True:
            file = stack.enter_context(open_private(path))
            if not lock_until(file, until):
                return ListTurn(ids=ids)  # the other one takes too long
            named = is_at(file, path)
            if named and not (self._lasts and _length(file)):  # nobody was here before, or one who died
                if not self._lasts:
                    stack.callback(_remove, path)
                return stack.enter_context(_Copying(self, file, path.name, self._all_watched(ids)))
            kept = self._usable(file, path.name, ids)
            if kept is not None:
                fcntl.flock(file, fcntl.LOCK_UN)  # nobody changes the file any more, so all may read it at once
                return kept
            if named:
                _leave_a_gap(file, path.name, until)
                _remove(path)
            file.close()  # somebody has fetched, but not for this task

    def _usable(self, file: FileIO, name: str, ids: Collection[str]) -> ListTurn | None:
        """The list in the file, if it may serve this task."""
        head, chunks = _opened(file, name)
        if head is None or head["began"] <= self._began or head["writes"] != self.writes():
            return None
        if self._lasts and (time.monotonic() - head["began"] > self._lasts or not {*ids} <= {*head["ids"]}):
            return None
        return ListTurn(chunks, ids=ids, began=head["began"])

    @contextmanager
    def watching(self, ids: Collection[str]) -> Iterator[None]:
        path = folder() / f"saymon-{self.scope}-{secrets.token_hex(8)}.watched"
        try:
            with suppress(OSError), open_private(path) as file:  # else this task asks for its ids alone
                sealer = Sealer(file, path.name)
                sealer.write(json.dumps(sorted(ids)).encode())
                sealer.finish()
            yield
        finally:
            _remove(path)

    def _all_watched(self, ids: Collection[str]) -> Collection[str]:
        """These ids, and those at which other tasks look again and again."""
        if not (self._lasts and ids):
            return ids
        found = {*ids}
        for path in folder().glob(f"saymon-{self.scope}-*.watched"):
            with suppress(OSError, ValueError), FileIO(path) as file:  # that task has just ended, or just begins
                found.update(json.loads(b"".join(unsealed(file, path.name))))
        return sorted(found)

    def writes(self) -> int:
        done = _size(_DONE)  # looked at first: if the other one is as long a moment later, no write was on its way
        if _size(_BEGUN) != done or has_uncounted():
            return -1 - secrets.randbits(62)  # equal to no other answer
        return done

    @contextmanager
    def writing(self) -> Iterator[None]:
        _count(_BEGUN)
        try:
            yield
        finally:
            _count(_DONE)


class _Copying(ListTurn):
    """The right to fetch a list, and the copy that is made meanwhile. A full disk costs the others a request, and this
    task nothing."""

    def __init__(self, lists: StoreLists, file: FileIO, name: str, ids: Collection[str]) -> None:
        super().__init__(ids=ids)
        self._lists, self._file, self._name, self._writes = lists, file, name, lists.writes()
        self._sealer: Sealer | None = None
        self._whole = False

    def copied(self, chunks: Chunks) -> Chunks:
        """Begins anew each time: a list whose first answer broke off is read again."""
        self._start()
        for chunk in chunks:
            self._keep(chunk)
            yield chunk

    def finish(self) -> None:
        """The list has come whole, so it may serve others, unless something was written meanwhile."""
        if self._sealer and self._writes == self._lists.writes():
            with suppress(OSError):
                self._sealer.finish()
                self._whole = True

    def __enter__(self) -> _Copying:
        return self

    def __exit__(self, *_error: object) -> None:
        if not self._whole:
            with suppress(OSError):
                self._file.truncate(0)

    def _start(self) -> None:
        self._sealer = None
        with suppress(OSError):
            self._file.truncate(0)
            self._file.seek(0)
            self._sealer = Sealer(self._file, self._name)
        head = {"began": self.began, "writes": self._writes, "ids": [*self.ids], "process": os.getpid()}
        self._keep(json.dumps(head).encode())

    def _keep(self, chunk: bytes) -> None:
        try:
            if self._sealer:
                self._sealer.write(chunk)
        except OSError:
            self._sealer = None


def _opened(file: FileIO, name: str) -> tuple[dict[str, Any] | None, Chunks]:
    """What is known of the list in a file, None when it is damaged, and the body of the list."""
    file.seek(0)
    chunks = unsealed(file, name)
    try:
        return json.loads(next(chunks)), chunks
    except Damaged:
        return None, chunks


def _leave_a_gap(file: FileIO, name: str, until: float) -> None:
    """Wait until the next fetch may begin; meanwhile this task holds the lock, and others come who will share it. The
    items of a loop come one after the other, in one process, so nobody would come."""
    head, _chunks = _opened(file, name)
    if head is None or head["process"] == os.getpid():
        return
    now = time.monotonic()
    time.sleep(max(0.0, min(head["began"] + _SHORTEST_GAP, until) - now))


def _length(file: FileIO) -> int:
    return os.fstat(file.fileno()).st_size


def _size(name: str) -> int:
    try:
        return (folder() / name).stat().st_size
    except OSError:
        return 0


def _count(name: str) -> None:
    try:
        with open_private(folder() / name, os.O_WRONLY | os.O_APPEND) as file:
            file.write(b".")
    except OSError:
        mark_uncounted()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
