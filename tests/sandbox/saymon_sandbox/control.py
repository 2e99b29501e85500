# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane for tests: journal, clock, settings, sessions, faults, mails, reset; and the page for people."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import events, guard, outbox, seed
from .clock import LATEST
from .journal import sid_tag
from .page import Page
from .parsing import parse
from .sandbox import Sandbox

ROOT = "/_sandbox"

Endpoint = Callable[[Request], Awaitable[Response]]
Action = Callable[[Sandbox, Request, Any], Any]


def _endpoint(sandbox: Sandbox, action: Action) -> Endpoint:
    """Gives the action the parsed body; a ValueError becomes a 400 with its sentence."""

    async def endpoint(request: Request) -> Response:
        refusal = guard.refusal(request.client.host if request.client else None, request.url.scheme, request.headers)
        if refusal:
            return _json({"error": refusal}, 403)
        try:
            value = action(sandbox, request, _body(await request.body(), request))
            sandbox.store.commit()
        except ValueError as problem:
            sandbox.store.rollback()
            return _json({"error": str(problem)}, 400)
        return _json(value)

    return endpoint


def _body(raw: bytes, request: Request) -> Any:
    """The parsed body; an empty object without one."""
    if not raw:
        return {}
    if not guard.is_json(request.headers):
        raise ValueError("a body must have the content type application/json")
    try:
        return parse(raw)
    except ValueError as problem:
        raise ValueError(f"the body is not valid JSON: {problem}") from None


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


async def _no_such_call(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)
    return _json({"error": f"the control plane has no call {request.method} {request.url.path}"}, problem.status_code)


def _object(body: Any, *names: str) -> dict[str, Any]:
    """The body as an object without other fields than these; without names any field may come."""
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    for name in body:
        if names and name not in names:
            raise ValueError(f"the body may have {' and '.join(names)}, not {name[:40]}")
    return body


def _text(body: dict[str, Any], name: str, default: str) -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a string")
    return value


def _read_journal(sandbox: Sandbox, request: Request, body: Any) -> Any:
    since = request.query_params.get("since", "0")
    if not re.fullmatch("[0-9]{1,15}", since):
        raise ValueError("since must be a whole number of at most 15 digits")
    return sandbox.journal.read(int(since))


def _clear_journal(sandbox: Sandbox, request: Request, body: Any) -> Any:
    sandbox.journal.clear()
    return {}


def _reset(sandbox: Sandbox, request: Request, body: Any) -> Any:
    name = _text(_object(body, "seed"), "seed", "demo")
    seed.check(name)
    seed.reset(sandbox, name)
    return {"seed": name}


def _read_clock(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return {"now_ms": sandbox.clock.now(), "offset_ms": sandbox.clock.offset}


def _move_clock(sandbox: Sandbox, request: Request, body: Any) -> Any:
    given = _object(body, "now_ms", "advance_ms")
    if len(given) != 1:
        raise ValueError("the body must have either now_ms or advance_ms")
    ((name, value),) = given.items()
    if type(value) is not int:
        raise ValueError(f"{name} must be a whole number of milliseconds")
    now = value if name == "now_ms" else sandbox.clock.now() + value
    if not 0 <= now <= LATEST:
        raise ValueError("the clock must stay between the years 1970 and 9999")
    sandbox.clock.set(now)
    return _read_clock(sandbox, request, body)


def _read_settings(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return sandbox.settings.as_dict()


def _patch_settings(sandbox: Sandbox, request: Request, body: Any) -> Any:
    sandbox.settings.patch(_object(body))
    return sandbox.settings.as_dict()


def _expire_sessions(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return {"forgotten": sandbox.sessions.forget_all()}


def _list_sessions(sandbox: Sandbox, request: Request, body: Any) -> Any:
    sandbox.sessions.sweep()
    found = sandbox.store.all("session").values()
    users = sandbox.store.all("user")
    shown = [
        {"sid_tag": sid_tag(item["id"]), "login": users.get(str(item["user"]), {}).get("login"), "created": item["created"]}
        for item in found
    ]
    return {"count": len(shown), "sessions": shown}


def _add_faults(sandbox: Sandbox, request: Request, body: Any) -> Any:
    made = sandbox.faults.add([_object(given) for given in (body if isinstance(body, list) else [body])])
    for rule in made:
        if rule.kind == "refuse" and not rule.method and not rule.path and rule.nth == 1:
            rule.hits = 1  # asked for right now, not at some request
            sandbox.refuse(rule.seconds)
    shown = [rule.as_dict() for rule in made]
    return shown if isinstance(body, list) else shown[0]


def _list_faults(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return [rule.as_dict() for rule in sandbox.faults.rules]


def _clear_faults(sandbox: Sandbox, request: Request, body: Any) -> Any:
    sandbox.faults.clear()
    return {}


def _list_mails(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return list(sandbox.store.all("mail").values())


def _send_mail(sandbox: Sandbox, request: Request, body: Any) -> Any:
    """Stands in for the unknown call with which a user asks for a recovery letter."""
    user = sandbox.accounts.by_login_or_email(_text(_object(body, "login"), "login", ""))
    if user is None:
        raise ValueError("there is no such user")
    return sandbox.mail("restore", user)


def _list_outbox(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return list(sandbox.store.all("outbox").values())


def _clear_outbox(sandbox: Sandbox, request: Request, body: Any) -> Any:
    outbox.clear(sandbox)
    return {}


def _add_event(sandbox: Sandbox, request: Request, body: Any) -> Any:
    given = _object(body, "type", "payload", "entityId", "level", "agentId")
    payload = given.get("payload")
    if not isinstance(payload, dict):
        raise ValueError("payload must be an object")
    return events.record(
        sandbox, given.get("type", events.TRAP), payload, given.get("entityId"), given.get("level", 0), given.get("agentId")
    )


_ACTIONS: tuple[tuple[str, str, Action], ...] = (
    ("GET", "/journal", _read_journal),
    ("DELETE", "/journal", _clear_journal),
    ("POST", "/reset", _reset),
    ("GET", "/clock", _read_clock),
    ("POST", "/clock", _move_clock),
    ("GET", "/settings", _read_settings),
    ("PATCH", "/settings", _patch_settings),
    ("POST", "/sessions/expire", _expire_sessions),
    ("GET", "/sessions", _list_sessions),
    ("POST", "/faults", _add_faults),
    ("GET", "/faults", _list_faults),
    ("DELETE", "/faults", _clear_faults),
    ("GET", "/mails", _list_mails),
    ("POST", "/mails", _send_mail),
    ("GET", "/outbox", _list_outbox),
    ("DELETE", "/outbox", _clear_outbox),
    ("POST", "/events", _add_event),
)


def build(sandbox: Sandbox, page: Page) -> Starlette:
    routes = [Route(ROOT + path, _endpoint(sandbox, action), methods=[verb]) for verb, path, action in _ACTIONS]
    routes += [Route(f"{ROOT}/", page.html), Route(f"{ROOT}/stream", page.stream)]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_call})
