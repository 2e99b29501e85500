# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that shows people what goes on: the tree with its states, the incidents, the last requests.

The page is a file beside this one. Server-sent events keep it up to date.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from . import alarms, guard
from .journal import mask_path
from .resources.incident_levels import all_levels
from .sandbox import Sandbox
from .store import Doc

MOST_OBJECTS, MOST_INCIDENTS, MOST_REQUESTS = 1000, 200, 50
_PAUSE_SECONDS = 0.5
_HTML = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")
_GREY = "#9e9e9e"

Row = dict[str, Any]
News = tuple[str, Any]


def _hashes(tag: str) -> str:
    """What the policy of the page allows: exactly the scripts or styles that stand in it."""
    texts = re.findall(f"<{tag}>(.*?)</{tag}>", _HTML, re.DOTALL)
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)


_POLICY = (
    f"default-src 'none'; script-src {_hashes('script')}; style-src {_hashes('style')}; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Page:
    """Answers the page and its stream. `close` ends all streams."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._closing = asyncio.Event()

    def close(self) -> None:
        self._closing.set()

    async def html(self, request: Request) -> Response:
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store"}
        return _refusal(request) or Response(_HTML, media_type="text/html", headers=headers)

    async def stream(self, request: Request) -> Response:
        headers = {"cache-control": "no-store"}
        return _refusal(request) or StreamingResponse(self._events(), media_type="text/event-stream", headers=headers)

    async def _events(self) -> AsyncIterator[bytes]:
        view = View(self._sandbox)
        while not self._closing.is_set():
            for name, data in view.news():
                yield b"event: %s\ndata: %s\n\n" % (name.encode(), orjson.dumps(data))
            try:
                await asyncio.wait_for(self._closing.wait(), _PAUSE_SECONDS)
            except TimeoutError:
                continue


def _refusal(request: Request) -> Response | None:
    refusal = guard.refusal(request.client.host if request.client else None, request.url.scheme, request.headers)
    return Response(f"{refusal}\n", 403, media_type="text/plain") if refusal else None


class View:
    """What one browser has been told, so that it is told only what is new."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._seen: dict[str, Any] = {}
        self._rows: list[Row] = []

    def news(self) -> Iterator[News]:
        """Events by name: `tree` (all rows), `states` (rows that differ, by their place), `incidents`, `requests`,
        `clock`."""
        if self._is_new("objects", *self._generations("object", "state", "class")):
            yield from self._tree()
        # The names of objects and levels stand in the incidents.
        if self._is_new("incidents", *self._generations("incident", "incident_level", "object")):
            yield "incidents", self._incidents()
        latest = self._sandbox.journal.latest(MOST_REQUESTS)
        if self._is_new("requests", self._sandbox.resets, *((entry.n, entry.status) for entry in latest)):
            yield "requests", [_request(entry) for entry in reversed(latest)]
        if self._is_new("clock", self._sandbox.clock.now() // 1000):
            yield "clock", self._sandbox.clock.now()

    def _is_new(self, part: str, *now: Any) -> bool:
        known = self._seen.get(part)
        self._seen[part] = now
        return known != now

    def _generations(self, *kinds: str) -> list[int]:
        return [self._sandbox.store.generation(kind) for kind in kinds]

    def _tree(self) -> Iterator[News]:
        before, self._rows = self._rows, self._read_tree()
        fixed = ("id", "depth", "name")
        if [[row[key] for key in fixed] for row in before] != [[row[key] for key in fixed] for row in self._rows]:
            total = len(self._sandbox.store.all("object"))
            yield "tree", {"rows": self._rows, "total": total}
            return
        changed = {place: row for place, (old, row) in enumerate(zip(before, self._rows, strict=True)) if old != row}
        if changed:
            yield "states", {str(place): row for place, row in changed.items()}

    def _read_tree(self) -> list[Row]:
        """The first objects in the order of the tree, each below its first parent only."""
        store, rows = self._sandbox.store, list[Row]()
        waiting = [(key, 0) for key, doc in store.all("object").items() if not doc["parent_id"]]
        while waiting and len(rows) < MOST_OBJECTS:
            key, depth = waiting.pop()
            doc = store.get("object", key)
            if doc is None:
                continue
            rows.append(self._row(doc, depth))
            children = [child for child in self._sandbox.tree.children.get(key, {}) if self._is_first(child, key)]
            waiting += [(child, depth + 1) for child in reversed(children)]
        return rows

    def _is_first(self, child: str, parent: str) -> bool:
        doc = self._sandbox.store.get("object", child)
        return doc is not None and str(doc["parent_id"][0]) == parent

    def _row(self, doc: Doc, depth: int) -> Row:
        state = self._sandbox.store.get("state", doc["state_id"]) or {"name": str(doc["state_id"])}
        kind = self._sandbox.store.get("class", doc["class_id"]) or {}
        held = doc.get("manual_state") or {}
        return {
            "id": str(doc["id"]),
            "depth": depth,
            "name": doc["name"],
            "class": kind.get("name", ""),
            "state": state["name"],
            "color": _color(state),
            "held": held.get("reason") or bool(held),
        }

    def _incidents(self) -> list[Row]:
        """The latest ones of the active list, cleared ones included."""
        levels = all_levels(self._sandbox)
        latest = list(self._sandbox.store.all(alarms.ACTIVE).values())[: -MOST_INCIDENTS - 1 : -1]
        return [self._incident(doc, levels) for doc in latest]

    def _incident(self, doc: Doc, levels: dict[str, Doc]) -> Row:
        entity = self._sandbox.store.get("link" if doc["entityType"] == 2 else "object", doc["entityId"]) or {}
        level = levels.get(str(doc["state"]), {})
        return {
            "id": doc["id"],
            "level": level.get("name", str(doc["state"])),
            "color": _color(level),
            "entity": entity.get("name") or f"link {doc['entityId']}",
            "text": doc.get("text") or "",
            "comment": doc.get("comment") or "",
            "time": doc["timestamp"],
            "acknowledged": doc.get("acknowledgedBy") is not None,
            "open": alarms.is_open(doc),
        }


def _color(doc: Doc) -> str:
    colors = (doc.get("ui") or {}).get("colors") or {}
    return str(colors.get("main") or _GREY)


def _request(entry: Any) -> Row:
    """Neither parameters nor bodies, which might hold secrets."""
    path = mask_path(entry.path)
    return {"n": entry.n, "time": entry.time, "method": entry.method, "path": path, "status": entry.status, "ms": round(entry.ms, 1)}
