# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listening socket and the life of the process."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from .app import App

HOST = "127.0.0.1"
_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 2.0
_TICK_SECONDS = 1.0


class _Protocol(HttpToolsProtocol):
    """Shows the application the transport, so that it can hang up in the middle of an exchange."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {"sandbox.transport": self.transport}  # type: ignore[dict-item]


class TlsFiles:
    """Paths of the server's certificate and key; with a CA, clients must show a certificate of it."""

    def __init__(self, cert: str | None, key: str | None, client_ca: str | None) -> None:
        self.cert = cert
        self.key = key
        self.client_ca = client_ca


def bind(port: int) -> socket.socket:
    """A bound socket that does not listen yet: until it does, connects to its port are refused."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((HOST, port))
    return made


class Server:
    """Uvicorn's HTTP protocol on a socket that can stop listening for a while.

    Uvicorn's own server wakes up ten times a second and cannot close its socket and open it again.
    """

    def __init__(self, app: App, sock: socket.socket, tls: TlsFiles) -> None:
        """Raises OSError or ssl.SSLError when the TLS files are unusable."""
        self.port: int = sock.getsockname()[1]
        self._app = app
        self._sock = sock
        self._state = ServerState()
        self._log = logging.getLogger("uvicorn.error")
        self._config = Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            ssl_certfile=tls.cert,
            ssl_keyfile=tls.key,
            ssl_ca_certs=tls.client_ca,
            ssl_cert_reqs=2 if tls.client_ca else 0,
        )
        self._config.load()
        app.sandbox.refuse = self._refuse_soon
        self._listener: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, ready: Callable[[], None]) -> None:
        """Listens until SIGTERM or SIGINT; `ready` is called once connects succeed."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        await self._listen()
        if self._app.is_live:
            self._tasks.add(loop.create_task(self._tick()))
        ready()
        await stop.wait()
        self._app.page.close()
        if self._listener is not None:
            self._listener.close()
        await self._drain()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            self._app.tick()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._protocol, sock=self._sock, ssl=self._config.ssl, backlog=_BACKLOG)

    def _protocol(self) -> _Protocol:
        return _Protocol(config=self._config, server_state=self._state, app_state={})

    async def _drain(self) -> None:
        """Lets running requests end, but not for long."""
        for connection in list(self._state.connections):
            connection.shutdown()
        running = {task for task in self._state.tasks if not task.done()}
        if running:
            await asyncio.wait(running, timeout=_GRACE_SECONDS)
        self._log.disabled = True  # that the end cuts off what is still running is no error

    def _refuse_soon(self, seconds: float) -> None:
        task = asyncio.get_running_loop().create_task(self._refuse(seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _bind_again(self) -> socket.socket:
        """The loop closes the old socket a moment after it was told to."""
        while True:
            try:
                return bind(self.port)
            except OSError:
                await asyncio.sleep(0.001)

    async def _refuse(self, seconds: float) -> None:
        # The exchange that asked for it still ends: a connection that is shut down sends its answer first.
        if self._listener is None:
            return
        self._listener.close()
        self._listener = None
        for connection in list(self._state.connections):
            connection.shutdown()
        self._sock = await self._bind_again()
        await asyncio.sleep(seconds)
        await self._listen()
