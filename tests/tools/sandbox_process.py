# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and stop a sandbox process, and talk to its control plane."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.tools.common import BUILD, ROOT, VENV_PYTHON, clean_env

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_SEARCH = re.compile(r"/(search|jobs|stat-history|v2/get\w+|preview)$")  # what is read with a POST or PATCH


class SandboxError(RuntimeError):
    """The sandbox did not start."""


class Sandbox:
    """A sandbox process of our own on a free port of 127.0.0.1, used as a context manager.

    Attributes after start: `url` (origin), `control` (URL of the control plane), `login`, `password`, `pid`.
    `options` are further command line options of the sandbox; its log goes to `log`.
    """

    def __init__(self, *options: str, seed: str = "demo", login: str = "admin", log: Path | None = None) -> None:
        self.login = login
        self.password = secrets.token_urlsafe(15)
        self.seed = seed
        self.url = ""
        self.control = ""
        self._options = options
        self._log = log or BUILD / "log" / "sandbox.log"
        self._process: subprocess.Popen[str] | None = None
        self._directory: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id; 0 when the sandbox does not run."""
        return self._process.pid if self._process else 0

    @property
    def credentials(self) -> dict[str, str]:
        """Environment variables that point the collection at this sandbox."""
        return {"SAYMON_URL": self.url, "SAYMON_LOGIN": self.login, "SAYMON_PASSWORD": self.password}

    def start(self) -> None:
        """Start the process and wait until it is ready; SandboxError when it is not within 30 seconds."""
        self._directory = tempfile.TemporaryDirectory(prefix="saymon-sandbox-")
        data = Path(self._directory.name) / "data.db"
        command = [str(VENV_PYTHON), "-m", "saymon_sandbox", "--port", "0", "--data", str(data), "--seed", self.seed]
        command += [
            f"--login={self.login}",
            f"--password={self.password}",
            *self._options,
        ]  # a word may begin with a hyphen
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=clean_env(Path(self._directory.name)),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # a Ctrl-C at the terminal reaches us, and we stop the sandbox
            )
        try:
            words = dict(word.split("=", 1) for word in self._ready_line().split()[1:])
            self.url, self.control = words["url"], words["control"]
        except BaseException:
            self.stop()
            raise

    def _ready_line(self) -> str:
        assert self._process is not None and self._process.stdout is not None
        deadline = time.monotonic() + _START_SECONDS
        line = ""
        if select.select([self._process.stdout], [], [], _START_SECONDS)[0]:
            line = self._process.stdout.readline()
        if not line.startswith("ready "):
            waited = "" if time.monotonic() < deadline else f" within {_START_SECONDS:.0f} s"
            raise SandboxError(f"The sandbox did not get ready{waited}; its log is {os.path.relpath(self._log, ROOT)}")
        return line

    def stop(self) -> None:
        """Stop the process, by force when it does not obey, and remove its data."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()
            self._process = None
        if self._directory is not None:
            self._directory.cleanup()
            self._directory = None

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the control plane, for example `request("GET", "/journal")`; returns the decoded answer, None
        when empty."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, {"Content-Type": "application/json"}, method=method)
        # The sandbox is on this machine: no proxy of the environment may come between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def journal(self, since: int = 0) -> list[dict[str, Any]]:
        """The requests received since number `since`, oldest first: n, time, method, path, query, body, auth, status,
        ..."""
        entries: list[dict[str, Any]] = self.request("GET", f"/journal?since={since}")
        return entries

    def clear_journal(self) -> None:
        """Forget the journal."""
        self.request("DELETE", "/journal")

    def writes(self) -> list[dict[str, Any]]:
        """The journal's entries that could have changed data: no GET, no login or logout, no search, no reading call of
        the second API."""
        return [
            entry
            for entry in self.journal()
            if entry["method"] != "GET"
            and not entry["path"].startswith("/users/session")
            and not _SEARCH.search(entry["path"])
        ]

    def reset(self, seed: str | None = None) -> None:
        """Back to the seed: data, journal, faults, settings, clock and sessions; login, password and port stay."""
        self.request("POST", "/reset", {"seed": seed or self.seed})

    def settings(self, **values: Any) -> dict[str, Any]:
        """Change switches when any are given, and return all of them."""
        current: dict[str, Any] = (
            self.request("PATCH", "/settings", values) if values else self.request("GET", "/settings")
        )
        return current

    def fault(self, **rule: Any) -> dict[str, Any]:
        """Add a fault rule (kind, method, path, nth, times, ...) and return it with its id."""
        added: dict[str, Any] = self.request("POST", "/faults", rule)
        return added

    def faults(self) -> list[dict[str, Any]]:
        """The fault rules with their hit counts."""
        rules: list[dict[str, Any]] = self.request("GET", "/faults")
        return rules

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self.request("DELETE", "/faults")

    def advance(self, milliseconds: int) -> None:
        """Move the sandbox's clock forward."""
        self.request("POST", "/clock", {"advance_ms": milliseconds})

    def expire_sessions(self) -> None:
        """Let every session end, as after an hour without requests."""
        self.request("POST", "/sessions/expire")

    def sessions(self) -> int:
        """How many sessions are open."""
        answer = self.request("GET", "/sessions")
        return int(answer["count"])
