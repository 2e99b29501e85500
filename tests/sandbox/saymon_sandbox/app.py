# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The application: from an HTTP request to a handler and back."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import traceback
from typing import Any

import orjson

from . import auth, control, errors, faulty
from .agents import Agents
from .call import EMPTY, Answer, Call
from .journal import Entry, mask_path
from .page import Page
from .reply import Headers, Receive, Reply, Scope, Send
from .resources import ROUTES, documents
from .routing import Route, RouteTable
from .sandbox import Sandbox
from .timed import Timer

API_ROOT = "/node/api"
FILE_ROOT = "/node-resources/"
_DOWNLOAD = Route("GET", FILE_ROOT, "", lambda call: None)
_NO_PAGE = b"<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center></body></html>"


class App:
    """ASGI application. The API lives below `/node/api`, the control plane below `/_sandbox`."""

    def __init__(self, sandbox: Sandbox, quiet: bool) -> None:
        self.sandbox = sandbox
        self.quiet = quiet
        self._table = RouteTable(ROUTES)
        self._timer = Timer(sandbox)
        self.is_live = False
        self.page = Page(sandbox)
        self._control = control.build(sandbox, self.page)
        self._late: set[asyncio.Task[None]] = set()

    def live(self, agents: Agents) -> None:
        """Lets simulated agents work along; `tick` must then be called from time to time."""
        self._timer.add(agents.next, agents.push)
        agents.start()
        self.sandbox.restart = agents.start
        self.is_live = True

    def tick(self) -> None:
        """Does what is due although nobody asks for anything."""
        try:
            self._timer.settle()
        except Exception:
            self.sandbox.store.rollback()
            traceback.print_exc(file=sys.stderr)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        while "//" in path:
            path = path.replace("//", "/")
        if path.startswith(API_ROOT) and path[len(API_ROOT) : len(API_ROOT) + 1] in ("", "/"):
            await self._serve_api(scope, path[len(API_ROOT) :], receive, send)
        elif path.startswith(FILE_ROOT):
            await self._serve_file(scope, path, send)
        elif path == control.ROOT or path.startswith(control.ROOT + "/"):
            await self._control(scope, receive, send)
        else:
            await Reply(404, _NO_PAGE, [], b"text/html").send(send)

    async def _serve_file(self, scope: Scope, path: str, send: Send) -> None:
        """An uploaded file, below the origin as on a real server. Who asks must sign in as for the API."""
        started = time.perf_counter()
        entry = self.sandbox.journal.begin(self.sandbox.clock.now(), scope["method"], path, scope["query_string"])
        call = Call(self.sandbox, _DOWNLOAD, {}, entry.query, dict(scope["headers"]), b"")
        try:
            auth.identify(call, entry)
            kind, content = documents.download(call, path)
            reply = Reply(200, content, [], kind.encode())
        except errors.ApiError as problem:
            reply = Reply(problem.status, orjson.dumps(problem.body), [])
        self._finish(entry, reply.status, started)
        await reply.send(send)

    async def _serve_api(self, scope: Scope, path: str, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        sandbox = self.sandbox
        entry = sandbox.journal.begin(sandbox.clock.now(), scope["method"], path, scope["query_string"])
        headers: dict[bytes, bytes] = dict(scope["headers"])
        if headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers:
            body = await _read_body(receive)
            if body is None:
                self._finish(entry, None, started)
                return
            entry.body = body
        rule = sandbox.faults.pick(entry.method, path) if sandbox.faults.rules else None
        if rule is None:
            reply = self._process(entry, headers)
            self._finish(entry, reply.status, started)
            await reply.send(send)
            return
        entry.fault = rule.kind
        resets = sandbox.resets
        await asyncio.sleep(rule.delay_ms / 1000)
        if sandbox.resets != resets:  # the data that the request was about is gone
            await faulty.hang_up(scope, receive)
            return
        if rule.kind == "gateway":
            reply = faulty.error(rule, scope, entry, 504)
            self._finish(entry, reply.status, started)
            self._process_later(rule.seconds, entry, headers)
            await reply.send(send)
            return
        prepared = faulty.before(rule, sandbox, scope, entry)
        if isinstance(prepared, Reply):
            self._finish(entry, prepared.status, started)
            await prepared.send(send)
            return
        processed = self._process(entry, headers) if prepared else None
        self._finish(entry, processed.status if processed else None, started)
        await faulty.deliver(rule, sandbox, processed, scope, receive, send)

    def _process_later(self, seconds: float, entry: Entry, headers: dict[bytes, bytes]) -> None:
        """What goes on behind a gateway that has lost patience; nobody hears of the answer."""

        async def process() -> None:
            resets = self.sandbox.resets
            await asyncio.sleep(seconds)
            if self.sandbox.resets == resets:
                self._process(entry, headers)

        task = asyncio.get_running_loop().create_task(process())
        self._late.add(task)  # the loop itself keeps weak references only
        task.add_done_callback(self._late.discard)

    def _process(self, entry: Entry, headers: dict[bytes, bytes]) -> Reply:
        """Handles the request; when this returns a success, its effects are on file."""
        sandbox = self.sandbox
        route: Route | None = None
        try:
            self._timer.settle()
            route, params = self._table.find(entry.method, entry.path)
            call = Call(sandbox, route, params, entry.query, headers, entry.body)
            if not route.open:
                auth.identify(call, entry)
                if route.clauses:
                    call.need(route.clauses)
            value = route.handler(call)
            sandbox.store.commit()
            return self._reply(value)
        except errors.ApiError as problem:
            sandbox.store.rollback()
            return Reply(problem.status, orjson.dumps(self._shown(problem, route)), [])
        except Exception as problem:
            sandbox.store.rollback()
            traceback.print_exc(file=sys.stderr)
            return Reply(500, orjson.dumps(errors.internal(type(problem).__name__).body), [])

    def _shown(self, problem: errors.ApiError, route: Route | None) -> dict[str, Any]:
        """The body of an error. Only reading a record by its id says NotFound, whatever the setting."""
        if problem.body.get("code") == "NotFound" and route is not None and not route.reads_one:
            return {**problem.body, "code": self.sandbox.settings.missing_code}
        return problem.body

    def _reply(self, value: Any) -> Reply:
        headers: Headers = []
        if isinstance(value, Answer):
            value, headers = value.value, value.headers
        if value is EMPTY:
            return Reply(self.sandbox.settings.write_status, b"", headers)
        return Reply(200, orjson.dumps(value), headers)

    def _finish(self, entry: Entry, status: int | None, started: float) -> None:
        entry.status = status
        entry.ms = (time.perf_counter() - started) * 1000
        if not self.quiet:
            shown = status if status is not None else "-"
            fault = f" fault={entry.fault}" if entry.fault else ""
            with contextlib.suppress(OSError):  # nobody may be reading the log
                sys.stderr.write(f"{entry.method} {mask_path(entry.path)} {shown} {entry.ms:.1f}ms {entry.auth}{fault}\n")


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None when the client went away before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
