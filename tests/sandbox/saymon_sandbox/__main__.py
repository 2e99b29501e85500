# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Command line of the sandbox."""

from __future__ import annotations

import argparse
import contextlib
import logging
import secrets
import socket
import sqlite3
import ssl
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import orjson
import uvloop

from . import seed
from .agents import Agents
from .app import App
from .passwords import hashed
from .sandbox import Sandbox
from .server import HOST, Server, TlsFiles, bind
from .settings import Settings

_MOST_AGENTS = 10_000


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _refuse(message)


def _refuse(sentence: str) -> NoReturn:
    sys.stderr.write(f"saymon_sandbox: {sentence}\n")
    raise SystemExit(2)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m saymon_sandbox", description="A local stand-in for the SAYMON REST API.", allow_abbrev=False)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 picks a free one (default)")
    parser.add_argument("--data", type=Path, help="database file, kept between runs; without it a temporary one")
    parser.add_argument("--seed", default="demo", help="content of a new database: demo (default), empty, big:N")
    parser.add_argument("--live", type=int, default=0, metavar="N", help="N simulated agents push data of hosts")
    parser.add_argument("--random-seed", type=int, default=1, metavar="N", help="decides what the simulated agents see (default 1)")
    parser.add_argument("--login", default="admin", help="login of the administrator (default admin)")
    parser.add_argument("--password", help="the administrator's password; random for a new database, unchanged for an old one")
    parser.add_argument("--tls-cert", help="certificate file (PEM); switches to https")
    parser.add_argument("--tls-key", help="key file (PEM)")
    parser.add_argument("--tls-client-ca", help="CA file (PEM); clients must then show a certificate of this CA")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a setting; may be repeated")
    parser.add_argument("--quiet", action="store_true", help="do not log requests")
    given = parser.parse_args(argv)
    if not 0 <= given.port <= 65535:
        parser.error("--port must be between 0 and 65535")
    if not 0 <= given.live <= _MOST_AGENTS:
        parser.error(f"--live must be between 0 and {_MOST_AGENTS}")
    if bool(given.tls_cert) != bool(given.tls_key) or (given.tls_client_ca and not given.tls_cert):
        parser.error("--tls-cert and --tls-key belong together, and --tls-client-ca needs both")
    if any(text is not None and (not text or len(text.split()) != 1) for text in (given.login, given.password)):
        parser.error("--login and --password must not be empty or contain blanks")
    return given


def _settings(pairs: list[str]) -> Settings:
    """Values are JSON where they parse as such, else plain text. Raises ValueError."""
    changes: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError(f"--set needs NAME=VALUE, not {pair}")
        try:
            changes[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            changes[name] = value
    settings = Settings()
    settings.patch(changes)
    return settings


def _prepare(sandbox: Sandbox, given: argparse.Namespace) -> str:
    """Fills a new database or takes over an old one. Returns the password to show. Raises ValueError."""
    sandbox.login = given.login
    if seed.is_seeded(sandbox):
        user = sandbox.accounts.by_login(given.login)
        if user is None:
            raise ValueError(f"the data file has no user {given.login}")
        if given.password:
            sandbox.passwords.set(user["id"], given.password)
            sandbox.store.commit()
        sandbox.admin_credential = sandbox.store.get("credential", user["id"]) or hashed(secrets.token_urlsafe())
        return given.password or "unchanged"
    password: str = given.password or secrets.token_urlsafe(12)
    sandbox.admin_credential = hashed(password)
    seed.fill(sandbox, given.seed)
    return password


def _open(given: argparse.Namespace, data: Path) -> Sandbox:
    try:
        seed.check(given.seed)
        return Sandbox(data, _settings(given.set))
    except ValueError as problem:
        _refuse(str(problem))
    except sqlite3.OperationalError as problem:
        _refuse(f"the data file {data} cannot be used: {problem}")
    except sqlite3.DatabaseError:
        _refuse(f"the data file {data} is not a database of the sandbox")
    except OSError as problem:
        _refuse(f"the data file {data} cannot be used: {problem.strerror}")


def _bind(port: int) -> socket.socket:
    try:
        return bind(port)
    except OSError as problem:
        _refuse(f"port {port} cannot be used: {problem.strerror}")


def _run(sandbox: Sandbox, given: argparse.Namespace, sock: socket.socket) -> None:
    try:
        password = _prepare(sandbox, given)
        app = App(sandbox, given.quiet)
        if given.live:
            app.live(Agents(sandbox, given.live, given.random_seed))
        server = Server(app, sock, TlsFiles(given.tls_cert, given.tls_key, given.tls_client_ca))
    except ValueError as problem:
        _refuse(str(problem))
    except (OSError, ssl.SSLError):
        _refuse("the TLS files cannot be used: both must be readable PEM files that fit together")
    url = f"{'https' if given.tls_cert else 'http'}://{HOST}:{server.port}"

    def ready() -> None:
        print(f"ready url={url} login={given.login} password={password} control={url}/_sandbox", flush=True)

    uvloop.run(server.run(ready))


def _serve(given: argparse.Namespace, data: Path) -> None:
    with contextlib.closing(_open(given, data)) as sandbox, contextlib.closing(_bind(given.port)) as sock:
        _run(sandbox, given, sock)


def _log_to_stderr(quiet: bool) -> None:
    """What uvicorn has to say: malformed requests are its warnings, and errors are ours, which even the quiet shall hear of."""
    logging.basicConfig(level=logging.ERROR if quiet else logging.WARNING, format="%(message)s")


def main(argv: list[str] | None = None) -> int:
    given = _arguments(argv)
    _log_to_stderr(given.quiet)
    if given.data is not None:
        _serve(given, given.data)
        return 0
    with tempfile.TemporaryDirectory(prefix="saymon-sandbox-") as folder:
        _serve(given, Path(folder) / "sandbox.db")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
