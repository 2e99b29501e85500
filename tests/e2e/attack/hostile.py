# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that misbehaves in one way, on a port of loopback, with or without TLS."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

Behave = Callable[[socket.socket], None]

_LONGEST = 60.0  # seconds that a behaviour without an end goes on
_PAUSE = 0.1  # seconds between two bytes of a slow one


class Hostile:
    """Listens, and treats each request that comes with `behave`, which may send whatever it wants, or as `methods` says
    for its method.

    `asked` are the first lines of the requests. With `silent` it accepts connections and reads nothing from them.
    """

    def __init__(
        self,
        behave: Behave,
        *,
        methods: Mapping[str, Behave] | None = None,
        tls: ssl.SSLContext | None = None,
        silent: bool = False,
    ) -> None:
        self.asked: list[str] = []
        self._behave = behave
        self._methods = methods or {}
        self._tls = tls
        self._silent = silent
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener is closed in the end
            while True:
                connection, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_LONGEST)
        with suppress(OSError):  # the client hangs up on most of what happens here
            if self._silent:
                time.sleep(_LONGEST)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while self._read_request(connection):
                self._methods.get(self.asked[-1].partition(" ")[0], self._behave)(connection)
        with suppress(OSError):
            connection.close()

    def _read_request(self, connection: socket.socket) -> bool:
        data = b""
        while b"\r\n\r\n" not in data and not data.startswith(
            b"\x16"
        ):  # the beginning of TLS, which a server of http answers at once
            more = connection.recv(65536)
            if not more:
                return False
            data += more
        head, _blank, body = data.partition(b"\r\n\r\n")
        self.asked.append(head.split(b"\r\n")[0].decode("latin-1"))
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        return True

    def close(self) -> None:
        self._listener.close()


@contextmanager
def hostile(behave: Behave, **options: Any) -> Iterator[Hostile]:
    """A server for the time of the block."""
    server = Hostile(behave, **options)
    try:
        yield server
    finally:
        server.close()


def raw(data: bytes, *, close: bool = True) -> Behave:
    """Send these bytes, whatever was asked, and hang up unless told otherwise."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(data)
        if close:
            connection.shutdown(socket.SHUT_WR)

    return behave


def answer(body: bytes, *headers: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> Behave:
    """A well-formed answer."""
    lines = [b"HTTP/1.1 " + status, b"Content-Type: " + kind, b"Content-Length: %d" % len(body), *headers]
    return raw(b"\r\n".join(lines) + b"\r\n\r\n" + body, close=False)


def drip(begin: bytes, piece: bytes) -> Behave:
    """Send the beginning at once, and then a small piece every moment, without an end."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(begin)
        until = time.monotonic() + _LONGEST
        while time.monotonic() < until:
            connection.sendall(piece)
            time.sleep(_PAUSE)

    return behave


def flood(begin: bytes, piece: bytes) -> Behave:
    """Send the beginning, and then the piece over and over, as fast as it goes."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(begin)
        until = time.monotonic() + _LONGEST
        block = piece * (65536 // len(piece) + 1)
        while time.monotonic() < until:
            connection.sendall(block)

    return behave


def nothing(_connection: socket.socket) -> None:
    """Never answer."""
    time.sleep(_LONGEST)
