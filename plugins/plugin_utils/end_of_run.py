# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run ends, by itself or by a signal: what it has opened is logged out, and its files are removed.

This works in the process that loads the collection, mostly the parent, before it forks. Workers leave without it.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from multiprocessing.util import Finalize
from types import FrameType

from ansible_collections.saymon.platform.plugins.module_utils._api.session import Session, log_out
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection

from .records import Record, lock_path, stored
from .run_folder import (
    LOADED_BY_WORKER,
    announce,
    in_parent,
    lock_until,
    mark_over,
    open_private,
    sessions_folder,
    sweep,
)

LOGOUT_TIMEOUT = 3.0  # seconds
_BUDGET = 10.0  # seconds for all logouts together
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)

_before: dict[int, signal._HANDLER] = {}  # what each signal did before
_ending = False
_again = False
_alive = None


def prepare() -> None:
    """Get ready for the end of the run that begins now, and clear away what runs before it have left."""
    global _alive
    if LOADED_BY_WORKER:  # which leaves without the hooks of the interpreter
        Finalize(None, end_run, exitpriority=0)
    else:
        _alive = announce()
        sweep()
    # Core removes its temporary directory in a hook of its own, which was registered earlier and so comes later.
    atexit.register(end_run)
    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                _before[number] = signal.signal(number, _on_signal)


def end_run() -> None:
    """Log out whatever this run opened. Silent and bounded: the run is over, and nobody could act on a failure."""
    global _ending
    if not in_parent() or _ending:
        return
    _ending = True
    mark_over()
    until = time.monotonic() + _BUDGET
    place = sessions_folder()
    refs = {path.stem[len("saymon-") :] for kind in ("lock", "record") for path in place.glob(f"saymon-*.{kind}")}
    for ref in sorted(refs):
        with suppress(Exception):
            for connection, session in _open_sessions(_last_record(ref, until)):
                if time.monotonic() < until:
                    with suppress(Exception):
                        log_out(replace(connection, timeout=LOGOUT_TIMEOUT, retries=0), session)
    for path in place.glob("saymon*"):
        with suppress(OSError):
            path.unlink()
    _ending = False


def _last_record(ref: str, until: float) -> Record:
    """The record, after waiting for a worker that is just changing it; if that takes long, the worker ends what it
    opens itself."""
    with suppress(OSError), open_private(lock_path(ref)) as lock:
        lock_until(lock, min(until, time.monotonic() + LOGOUT_TIMEOUT))
    return stored(ref) or {}


def _open_sessions(record: Record) -> Iterator[tuple[Connection, Session]]:
    session = record.get("session")
    current = (
        [{"session": session, "connection": record.get("connection")}]
        if session and session["sid"] != record.get("keep")
        else []
    )
    for one in [*record.get("left", []), *current]:
        if one["connection"]:
            yield Connection(**one["connection"]), Session(**one["session"])


# --- signals --------------------------------------------------------------------------------------


def _on_signal(number: int, _frame: FrameType | None) -> None:
    """First the end, then what would have happened without us. From core 2.19 on, that is death on the spot for a
    second Ctrl-C."""
    global _again
    if _ending:
        _again = True  # the logout is bounded already
        return
    end_run()
    signal.signal(number, _before[number])
    try:
        os.kill(os.getpid(), number)
    finally:
        if _again:  # somebody is in a hurry, and core's own end can wait for a worker that was killed
            os.kill(os.getpid(), number)
