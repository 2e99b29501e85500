# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the faults of a rule are carried out on one exchange."""

from __future__ import annotations

import asyncio
import html

import orjson

from .faults import Rule
from .journal import Entry
from .reply import Receive, Reply, Scope, Send
from .sandbox import Sandbox

_NAMES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "ResourceNotFound",
    409: "Conflict",
    429: "TooManyRequests",
    500: "Internal",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}

_WITHOUT_BODY = (204, 304)


def before(rule: Rule, sandbox: Sandbox, scope: Scope, entry: Entry) -> Reply | bool:
    """A made-up reply, or whether the request shall be processed."""
    if rule.kind == "expire_sessions":
        sandbox.sessions.forget_all()
        sandbox.store.commit()
    if rule.kind == "status":
        return error(rule, scope, entry, 503)
    if rule.kind == "html":
        echoed = html.escape(_echo(scope, entry)) if rule.echo else ""
        page = f"<html><head><title>Maintenance</title></head><body><h1>Please come back later</h1><pre>{echoed}</pre></body></html>"
        return Reply(rule.status or 200, page.encode(), [], b"text/html; charset=utf-8")
    return rule.kind != "drop_before"


def error(rule: Rule, scope: Scope, entry: Entry, default: int) -> Reply:
    """The made-up error answer of a rule; `default` is its status unless the rule says another."""
    status = rule.status or default
    text = f"Fault on demand. {_echo(scope, entry)}" if rule.echo else "Fault on demand."
    retry = [(b"retry-after", str(rule.retry_after).encode())] if rule.retry_after is not None else []
    body = b"" if status in _WITHOUT_BODY else orjson.dumps({"code": rule.code or _NAMES.get(status, "Error"), "message": text})
    return Reply(status, body, retry)


def _echo(scope: Scope, entry: Entry) -> str:
    """The request as it came, secrets included: a client must not repeat this."""
    lines = [f"{entry.method} {scope['path']}?{entry.query.decode('latin-1')}"]
    lines += [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in scope["headers"]]
    return "\n".join([*lines, "", entry.body.decode("utf-8", "replace")])


async def deliver(rule: Rule, sandbox: Sandbox, reply: Reply | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Sends the reply, half of it, or none at all."""
    if reply is None or rule.kind == "drop_after" or (rule.kind == "truncate" and not reply.body):
        await hang_up(scope, receive)
    elif rule.kind == "truncate":
        await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        await hang_up(scope, receive)
    elif rule.kind == "drip":
        await _drip(rule, reply, scope, send)
    else:
        await reply.send(send)
        if rule.kind == "refuse":
            sandbox.refuse(rule.seconds)


async def _drip(rule: Rule, reply: Reply, scope: Scope, send: Send) -> None:
    """The head at once, then a byte every `seconds`, until the client has had enough."""
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    for at in range(len(reply.body)):
        await asyncio.sleep(rule.seconds)
        if scope["extensions"]["sandbox.transport"].is_closing():
            return
        await send({"type": "http.response.body", "body": reply.body[at : at + 1], "more_body": True})
    await send({"type": "http.response.body"})


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Closes the connection without another word."""
    scope["extensions"]["sandbox.transport"].close()
    while (await receive())["type"] != "http.disconnect":
        pass
