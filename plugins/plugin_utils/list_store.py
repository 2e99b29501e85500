# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that several tasks of the run want at the same moment: one fetches, the others wait and take what came.

A task takes only a list whose fetch began after the task itself did, and during which nobody of the run wrote anything.
So what it says rests on the present state of the server, as if it had asked alone.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import FileIO
from os import O_APPEND, O_WRONLY
from pathlib import Path

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


class StoreLists(ListCache):
    """The lists of one task, which begins now. Those who are to share have the same `scope`: the same server and
    rights.

    The file of a list is also its lock. Whoever has fetched a list removes the name of its file before it lets the lock
    go: those who wait have the file open and read it, nobody else finds it, and the last one who closes it frees its
    space.
    """

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._began = time.monotonic()  # a clock that all processes of the machine share

    @contextmanager
    def turn(self, key: str, seconds: float) -> Iterator[ListTurn]:
        path = folder() / f"saymon-{self._scope}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.list"
        with ExitStack() as stack:
            try:
                turn = self._take_turn(path, time.monotonic() + seconds, stack)
            except OSError:  # the folder cannot be used, so there is nobody to share with
                turn = ListTurn()
            yield turn
            turn.finish()

    def _take_turn(self, path: Path, until: float, stack: ExitStack) -> ListTurn:
        while True:
            file = stack.enter_context(open_private(path))
            if not lock_until(file, until):
                return ListTurn()  # the other one takes too long
            if is_at(file, path):  # nobody was here before, or one who died
                stack.callback(_remove, path)
                return stack.enter_context(_Copying(self, file, path.name))
            kept = self._usable(file, path.name)
            if kept is not None:
                fcntl.flock(file, fcntl.LOCK_UN)  # nobody changes the file any more, so all may read it at once
                return ListTurn(kept)
            file.close()  # somebody has fetched, but not for this task

    def _usable(self, file: FileIO, name: str) -> Chunks | None:
        """The list in the file, if it may serve this task."""
        chunks = unsealed(file, name)
        try:
            head = json.loads(next(chunks))
        except Damaged:
            return None
        return chunks if head["began"] > self._began and head["writes"] == self.writes() else None

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

    def __init__(self, lists: StoreLists, file: FileIO, name: str) -> None:
        super().__init__()
        self._lists, self._file, self._name = lists, file, name
        self._began, self._writes = time.monotonic(), lists.writes()
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
        self._keep(json.dumps({"began": self._began, "writes": self._writes}).encode())

    def _keep(self, chunk: bytes) -> None:
        try:
            if self._sealer:
                self._sealer.write(chunk)
        except OSError:
            self._sealer = None


def _size(name: str) -> int:
    try:
        return (folder() / name).stat().st_size
    except OSError:
        return 0


def _count(name: str) -> None:
    try:
        with open_private(folder() / name, O_WRONLY | O_APPEND) as file:
            file.write(b".")
    except OSError:
        mark_uncounted()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
