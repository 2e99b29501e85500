# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with prepared answers: `python -m tests.benchmark.canned COUNT DELAY BODIES` (milliseconds) prints its port.

To create a hundred thousand objects in the sandbox takes minutes, and what an unchanged run costs the client does not
depend on who answers. It serves the list of COUNT objects that the function BODIES of `scale_cases` describes, as many
links between them, and below each object short lists that come DELAY later. `/counts` tells how many requests came,
`reads` and `writes`. It ends when its standard input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.benchmark import scale_cases
from tests.benchmark.measure import API_ROOT, BenchmarkError
from tests.tools.common import ROOT, VENV_PYTHON


class Canned:
    """Such a server in a process of its own, used as a context manager; `url` is its origin."""

    def __init__(self, count: int, delay: int = 0, bodies: str = "bodies") -> None:
        self._words = [str(VENV_PYTHON), "-m", "tests.benchmark.canned", str(count), str(delay), bodies]
        self._process: subprocess.Popen[str] | None = None
        self.url = ""

    def __enter__(self) -> Canned:
        self._process = subprocess.Popen(
            self._words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip()
        if not port:
            raise BenchmarkError("The server with prepared answers did not start.")
        self.url = f"http://127.0.0.1:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None and self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def counts(self) -> dict[str, int]:
        """How many requests of the API came, by `reads` and `writes`."""
        with urllib.request.urlopen(f"{self.url}/counts", timeout=30) as answer:
            found: dict[str, int] = json.load(answer)
        return found


def _identifier(number: int) -> str:
    return f"{0x6B0607230000000000000000 + number:024x}"


def records(bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects as a server shows them, from what was posted."""
    root = {"id": 1, "name": "ROOT", "parent_id": [], "class_id": 1, "properties": [], "entityType": 1}
    found = [root]
    for number, body in enumerate(bodies):
        first = (number + 1) * (scale_cases.PROPERTIES + 1)
        for place, one in enumerate(body["properties"], 1):
            one["id"] = _identifier(first + place)
        found.append({"id": _identifier(first), "parent_id": [1], "entityType": 1, **body})
    return found


def links(count: int) -> list[dict[str, Any]]:
    """The links between the objects."""
    ends = [_identifier((number + 1) * (scale_cases.PROPERTIES + 1)) for number in range(count)]
    return [
        {
            "id": f"l-{number}",
            "source": ends[number],
            "target": ends[(number + 1) % count],
            "class_id": 35,
            "properties": [{"id": f"p-{number}", "name": "Cable", "type_id": 1, "value": f"C-{number}"}],
        }
        for number in range(count)
    ]


def answers(count: int, bodies: str) -> dict[str, bytes]:
    """What is answered, by the last step of the path."""
    lists = {
        "objects": records(getattr(scale_cases, bodies)(count)),
        "links": links(count),
        "classes": [{"id": scale_cases.CLASS_ID, "name": scale_cases.CLASS}],
        **scale_cases.NAMED,
        **_BELOW,
    }
    return {name: json.dumps(found).encode() for name, found in lists.items()}


_BELOW = {scale_cases.BELOW: scale_cases.RULES, **scale_cases.GIVEN}


def serve(count: int, delay: int, bodies: str) -> None:
    prepared = answers(count, bodies)
    counts = {"reads": 0, "writes": 0}
    counting = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            if self.path == "/counts":
                self._answer(200, json.dumps(counts).encode())
                return
            with counting:
                counts["reads"] += 1
            name = self.path.partition("?")[0].removeprefix(API_ROOT).rpartition("/")[2]
            if name in _BELOW:
                time.sleep(delay / 1000)
            self._answer(200, prepared[name])

        def _write(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with counting:
                counts["writes"] += 1
            self._answer(405, b"{}")

        do_POST = do_PATCH = do_PUT = do_DELETE = _write

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
