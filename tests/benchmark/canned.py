# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with prepared answers: `python -m tests.benchmark.canned COUNT DELAY` (milliseconds) prints its port.

To create a hundred thousand objects in the sandbox takes minutes, and what an unchanged run costs the client does not
depend on who answers. It serves the list of COUNT objects that `scale_cases.objects` describes, and below each object a
short list that comes DELAY later. It ends when its standard input does, so it never outlives whoever started it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.benchmark import scale_cases
from tests.benchmark.measure import API_ROOT, BenchmarkError
from tests.tools.common import ROOT, VENV_PYTHON


class Canned:
    """Such a server in a process of its own, used as a context manager; `url` is its origin."""

    def __init__(self, count: int, delay: int = 0) -> None:
        self._words = [str(VENV_PYTHON), "-m", "tests.benchmark.canned", str(count), str(delay)]
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


def _identifier(number: int) -> str:
    return f"{0x6B0607230000000000000000 + number:024x}"


def records(count: int) -> list[dict[str, Any]]:
    """The objects as a server shows them."""
    root = {"id": 1, "name": "ROOT", "parent_id": [], "class_id": 1, "properties": [], "entityType": 1}
    found = [root]
    for number, body in enumerate(scale_cases.bodies(count)):
        first = (number + 1) * (scale_cases.PROPERTIES + 1)
        for place, one in enumerate(body["properties"], 1):
            one["id"] = _identifier(first + place)
        found.append({"id": _identifier(first), "parent_id": [1], "entityType": 1, **body})
    return found


def serve(count: int, delay: int) -> None:
    answers = {
        "objects": b"[" + b", ".join(json.dumps(record).encode() for record in records(count)) + b"]",
        "classes": json.dumps([{"id": scale_cases.CLASS_ID, "name": scale_cases.CLASS}]).encode(),
        scale_cases.BELOW: json.dumps(scale_cases.RULES).encode(),
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = answers[self.path.partition("?")[0].removeprefix(API_ROOT).rpartition("/")[2]]
            if body is answers[scale_cases.BELOW]:
                time.sleep(delay / 1000)
            self.send_response(200)
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
    serve(int(sys.argv[1]), int(sys.argv[2]))
