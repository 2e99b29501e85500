# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane for tests: journal, clock, settings, sessions, faults, mails, reset."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import seed
from .journal import sid_tag
from .sandbox import Sandbox

ROOT = "/_sandbox"
_LOOPBACK = ("127.0.0.1", "::1")

Endpoint = Callable[[Request], Awaitable[Response]]
Action = Callable[[Sandbox, Request, Any], Any]


def _endpoint(sandbox: Sandbox, action: Action) -> Endpoint:
    """Gives the action the parsed body; a ValueError becomes a 400 with its sentence."""

    async def endpoint(request: Request) -> Response:
        if request.client is None or request.client.host not in _LOOPBACK:
            return _json({"error": "the control plane answers to this machine only"}, 403)
        raw = await request.body()
        try:
            value = action(sandbox, request, orjson.loads(raw) if raw else {})
            sandbox.store.commit()
        except (ValueError, TypeError) as problem:
            sandbox.store.rollback()
            return _json({"error": str(problem)}, 400)
        return _json(value)

    return endpoint


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ValueError("the body must be an object")
    return body


def _read_journal(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return sandbox.journal.read(int(request.query_params.get("since", "0")))


def _clear_journal(sandbox: Sandbox, request: Request, body: Any) -> Any:
    sandbox.journal.clear()
    return {}


def _reset(sandbox: Sandbox, request: Request, body: Any) -> Any:
    name = str(_object(body).get("seed", "demo"))
    seed.check(name)
    seed.reset(sandbox, name)
    return {"seed": name}


def _read_clock(sandbox: Sandbox, request: Request, body: Any) -> Any:
    return {"now_ms": sandbox.clock.now(), "offset_ms": sandbox.clock.offset}


def _move_clock(sandbox: Sandbox, request: Request, body: Any) -> Any:
    given = _object(body)
    for name, move in (("now_ms", sandbox.clock.set), ("advance_ms", sandbox.clock.advance)):
        if name in given:
            move(int(given[name]))
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
    made = []
    for given in body if isinstance(body, list) else [body]:
        rule = sandbox.faults.add(_object(given))
        made.append(rule)
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
    user = sandbox.accounts.by_login_or_email(str(_object(body).get("login")))
    if user is None:
        raise ValueError("there is no such user")
    return sandbox.mail("restore", user)


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
)


def build(sandbox: Sandbox) -> Starlette:
    return Starlette(routes=[Route(ROOT + path, _endpoint(sandbox, action), methods=[verb]) for verb, path, action in _ACTIONS])
