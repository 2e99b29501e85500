# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sandbox process for the tests, and a small client that speaks HTTP to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

PASSWORD = "correct-horse-1"
_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
ADMIN = ("admin", PASSWORD)


class Process:
    """A running sandbox. The ready line is parsed into `url`, `login`, `password` and `control`."""

    def __init__(self, *arguments: str, scheme: str = "http") -> None:
        command = [sys.executable, "-m", "saymon_sandbox", *arguments]
        self.popen = subprocess.Popen(command, cwd=_PACKAGE_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.popen.stdout is not None
        self.line = self.popen.stdout.readline()
        assert self.line.startswith(f"ready url={scheme}://127.0.0.1:"), self.line
        self.ready = dict(part.split("=", 1) for part in self.line.split()[1:])
        self.url = self.ready["url"]

    def stop(self) -> int:
        """Ends it the friendly way; returns the exit status."""
        self.popen.terminate()
        self.popen.communicate(timeout=10)
        return self.popen.returncode

    def kill(self) -> None:
        self.popen.kill()
        self.popen.communicate(timeout=10)


class Api:
    """Requests relative to the API root; Basic as the administrator unless told otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.root = url + "/node/api"
        self.http = requests.Session()
        self.http.trust_env = False

    def call(self, method: str, path: str, body: Any = None, auth: tuple[str, str] | None = ADMIN, **options: Any) -> requests.Response:
        """`body` is sent as JSON."""
        if body is not None:
            options["json"] = body
        answer = self.http.request(method, self.root + path, auth=auth, timeout=10, **options)
        self.http.cookies.clear()
        return answer

    def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The parsed answer of a call that must succeed; None for an empty one."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code == 200, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def fails(self, status: int, method: str, path: str, body: Any = None, **options: Any) -> Any:
        answer = self.call(method, path, body, **options)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        return answer.json()

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"{self.url}/_sandbox{path}", json=body, timeout=10)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settings(self, **changes: Any) -> None:
        self.control("PATCH", "/settings", changes)

    def login(self, login: str = "admin", password: str = PASSWORD) -> str:
        sid: str = self.ok("POST", "/users/session", {"login": login, "password": password}, auth=None)
        return sid

    def user(self, login: str, permissions: list[str], include: list[Any] | None = None, **fields: Any) -> tuple[str, str]:
        """Makes a user and returns its Basic credentials."""
        reach = {"include": include or [], "exclude": fields.pop("exclude", [])}
        body = {"login": login, "password": "pw-" + login, "permissions": permissions, "objectPermissions": reach, **fields}
        self.ok("POST", "/users", body)
        return login, "pw-" + login

    def object_id(self, name: str) -> str:
        """The id of a seeded object by its name."""
        found = [row["id"] for row in self.ok("GET", "/objects?fields=name") if row["name"] == name]
        assert len(found) == 1, found
        return str(found[0])


@pytest.fixture(scope="session")
def process() -> Iterator[Process]:
    running = Process("--password", PASSWORD, "--quiet")
    yield running
    assert running.stop() == 0


@pytest.fixture
def api(process: Process) -> Api:
    """A client of the shared sandbox, fresh from the demo seed."""
    client = Api(process.url)
    client.control("POST", "/reset", {"seed": "demo"})
    return client
