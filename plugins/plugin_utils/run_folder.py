# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of this run in which its processes share sessions and lists, and what they know without any file.

It is core's temporary directory of the run: mode 0700, shared by all forks, removed by core at exit. What lies in it is
sealed. After a run that was killed it stays behind; the next run takes our files out of it.
"""

from __future__ import annotations

import errno
import fcntl
import hmac
import mmap
import multiprocessing
import os
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape, glob
from io import FileIO
from pathlib import Path

from ansible import constants as C

_PARENT = os.getpid()
# The parent loads the actions, and so this file. When a lookup is the first of the collection that a run uses, a worker
# does. Such a worker shares lists with others, and its sessions with nobody, because nobody would end them.
LOADED_BY_WORKER = multiprocessing.parent_process() is not None
_ALIVE = "saymon.alive"
_CORES_PREFIX = "ansible-local-"
_SHORTEST_PAUSE = 0.002
_LONGEST_PAUSE = 0.05

# Memory that the parent shares with its forks: when it last ended the sessions of the run (monotonic seconds, 0 when it
# has not), whether there are writes that nobody counts, and whether a session has become a fact.
_marks = mmap.mmap(-1, mmap.PAGESIZE)
_OVER, _UNCOUNTED, _PUBLISHED = 0, 8, 9

_began = time.monotonic()  # this process


def _begin_in_child() -> None:
    global _began
    _began = time.monotonic()


os.register_at_fork(after_in_child=_begin_in_child)


def folder() -> Path:
    return Path(C.DEFAULT_LOCAL_TMP)


def sessions_folder() -> Path:
    """Where the records of sessions lie: in the folder of the run, or in one that a worker has for itself."""
    if not LOADED_BY_WORKER:
        return folder()
    place = folder() / f"saymon-{_PARENT}"
    with suppress(OSError):  # then opening a file in it fails too, and each task has a session of its own
        place.mkdir(mode=0o700, exist_ok=True)
    return place


def run_secret(purpose: str) -> bytes:
    """32 bytes that all processes of this run make alike, and nobody else: from the key that Python's multiprocessing
    keeps in memory and hands to each fork."""
    return hmac.digest(multiprocessing.current_process().authkey, f"saymon.platform {purpose}".encode(), "sha256")


def in_parent() -> bool:
    """Whether this is the process that loaded the collection, and not one that core has forked from it."""
    return os.getpid() == _PARENT


def mark_over() -> None:
    """The parent ends the sessions of the run: from now on the workers that it has must not open others.

    It may go on with others all the same: in ansible-console and in the debugger, Ctrl-C stops a task and not the
    program.
    """
    struct.pack_into("d", _marks, _OVER, time.monotonic())


def run_is_over() -> bool:
    ended: float = struct.unpack_from("d", _marks, _OVER)[0]
    return ended > _began or not (in_parent() or os.getppid() == _PARENT)


def mark_uncounted() -> None:
    """There are, or may be, writes of which the run cannot know when they happen."""
    _marks[_UNCOUNTED] = 1


def has_uncounted() -> bool:
    return bool(_marks[_UNCOUNTED])


def mark_published() -> None:
    """From now on some host may have the session as a fact."""
    _marks[_PUBLISHED] = 1


def has_published() -> bool:
    return bool(_marks[_PUBLISHED])


# --- private files and their locks ----------------------------------------------------------------


def open_private(path: Path, flags: int = os.O_RDWR) -> FileIO:
    """A file that is ours alone, made if it is missing, and never one to which a link leads.

    Raises OSError, also in a worker when the run is over: the parent has removed all files, and there must not be new
    ones.
    """
    if run_is_over() and not in_parent():
        raise OSError(errno.ECANCELED, "the run is over")
    return FileIO(os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW, 0o600), "r+" if flags & os.O_RDWR else "w")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of this file, as soon as nobody else in the run does; a process that dies lets it go. Raises
    OSError."""
    with open_private(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def lock_until(file: FileIO, until: float) -> bool:
    """Lock a file for this process; False when somebody else still holds it at `until` (monotonic seconds). Raises
    OSError."""
    pause = _SHORTEST_PAUSE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def is_at(file: FileIO, path: Path) -> bool:
    """Whether this open file is still the one with this name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.lstat())
    except FileNotFoundError:
        return False


# --- runs that died -------------------------------------------------------------------------------


def announce() -> FileIO | None:
    """Show other runs that this one lives, by a file that is locked as long as this process exists.

    Returns the file, which must stay open; None when it cannot be made, and then nobody sweeps this folder.
    """
    fresh = folder() / f"saymon-{_PARENT}.starting"
    try:
        file = open_private(fresh)
        fcntl.flock(file, fcntl.LOCK_EX)
        fresh.rename(folder() / _ALIVE)  # only now, so that nobody ever finds it unlocked
    except OSError:
        return None
    # Not by workers: those of a parent that was killed can hang for ever, because nobody takes their results.
    os.register_at_fork(after_in_child=file.close)
    return file


def sweep() -> None:
    """Remove what runs that were killed have left of ours in their folders beside this one."""
    own = folder()
    if not own.name.startswith(_CORES_PREFIX):
        return
    for alive in glob(f"{escape(str(own.parent))}/{_CORES_PREFIX}*/{_ALIVE}"):
        place = Path(alive).parent
        if place != own:
            with suppress(OSError):  # others sweep too, and runs that end remove their folders
                _sweep_if_dead(place)


def _sweep_if_dead(place: Path) -> None:
    """The folder is held open, so that nothing else can take its place meanwhile. Raises OSError when it is not for
    us."""
    there = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if os.fstat(there).st_uid != os.getuid():
            return
        with FileIO(os.open(_ALIVE, os.O_RDWR | os.O_NOFOLLOW, dir_fd=there), "r+") as alive:
            fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)  # fails while the run lives, or when another one sweeps
            for name in sorted(
                os.listdir(there), key=_ALIVE.__eq__
            ):  # that one last, lest others be forgotten if we die
                if name.startswith("saymon") and stat.S_ISREG(
                    os.stat(name, dir_fd=there, follow_symlinks=False).st_mode
                ):
                    with suppress(FileNotFoundError):
                        os.unlink(name, dir_fd=there)
    finally:
        os.close(there)
