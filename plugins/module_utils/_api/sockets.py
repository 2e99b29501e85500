# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sockets that end with the attempt they serve, however slowly and however much arrives."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TooMuch(OSError):
    """More bytes came than the attempt may take in."""


class Attempt(threading.local):
    """What this thread asks of the server right now. Each thread has its own, and asks one thing at a time.

    `until` (on the monotonic clock) and `room` (in bytes) are what is left for it, None without a limit; `end` is what
    is left for all attempts together. `connecting` is true from the moment a connection is begun until it is made, its
    proxy and TLS included: nothing of the request can have been sent meanwhile. `fresh` is true while nothing of an
    answer has come over a connection that was made for this attempt.
    """

    until: float | None = None
    end: float | None = None
    room: int | None = None
    connecting = False
    fresh = False

    @contextmanager
    def limited(self, seconds: float, room: int) -> Iterator[None]:
        """Everything that the block does on the network ends after so many seconds, and takes in so many bytes."""
        before = (self.until, self.room)
        self.until, self.room, self.connecting = time.monotonic() + seconds, room, False
        self.fresh = False
        try:
            yield
        finally:
            self.until, self.room = before

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All attempts of the block end after so many seconds together, beside the limits that each of them has."""
        before, self.end = self.end, time.monotonic() + seconds
        try:
            yield
        finally:
            self.end = before

    def seconds_left(self) -> float | None:
        ends = [end for end in (self.until, self.end) if end is not None]
        if not ends:
            return None
        left = min(ends) - time.monotonic()
        if left <= 0:
            raise socket.timeout("timed out")  # the name that Python 3.9 knows too
        return left

    def take(self, size: int) -> None:
        """Note that so many bytes have come."""
        self.fresh = self.fresh and not size
        if self.room is not None:
            self.room -= size
            if self.room < 0:
                raise TooMuch("too much arrived")


attempt = Attempt()


class LimitedSocket(socket.socket):
    """A socket that waits for each byte no longer than the attempt of its thread may still take.

    The time-out of a common socket begins anew with every byte, so that a server which sends one a second is waited for
    without end.
    """

    def _limit(self) -> None:
        left = attempt.seconds_left()
        if left is not None:
            self.settimeout(left)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self._limit()
        size = super().recv_into(*args, **kwargs)
        attempt.take(size)
        return size

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        self._limit()
        data = super().recv(*args, **kwargs)
        attempt.take(len(data))
        return data

    def send(self, *args: Any, **kwargs: Any) -> int:
        self._limit()
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self._limit()
        super().sendall(*args, **kwargs)


class LimitedTLSSocket(LimitedSocket, ssl.SSLSocket):
    """The same with TLS; a TLS context makes it when it is told so."""

    def do_handshake(self, *args: Any, **kwargs: Any) -> None:
        self._limit()
        super().do_handshake(*args, **kwargs)


def limited(plain: socket.socket) -> LimitedSocket:
    """A connected socket, put into one that knows the limits."""
    waits = plain.gettimeout()
    wrapped = LimitedSocket(plain.family, plain.type, plain.proto, fileno=plain.detach())
    wrapped.settimeout(waits)
    return wrapped
