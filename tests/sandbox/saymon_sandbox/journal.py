# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of requests, for tests that count them, and the masking of secrets in everything that is shown."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from itertools import islice
from typing import Any
from urllib.parse import parse_qsl

from .parsing import parse

CAPACITY = 100_000
MASK = "***"

_SECRET = re.compile(r"pass(word)?$|token|^sid$|^csrf$|secret", re.IGNORECASE)
_SECRET_WORD = re.compile(r"pass|token|sid|csrf|secret", re.IGNORECASE)
_SECRET_PATH = re.compile(r"^(/users/session/verify/|/users/[^/]+/(?:restore|confirm)/|/metric-token/)[^/]+")


class Entry:
    """One request as it came; it is parsed and masked only when somebody reads the journal."""

    __slots__ = ("auth", "body", "fault", "method", "ms", "n", "path", "query", "sid", "status", "time")

    def __init__(self, n: int, time: int, method: str, path: str, query: bytes) -> None:
        self.n = n
        self.time = time
        self.method = method
        self.path = path
        self.query = query
        self.body = b""
        self.auth = "none"
        self.sid: str | None = None
        self.status: int | None = None
        self.ms = 0.0
        self.fault: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "time": self.time,
            "method": self.method,
            "path": mask_path(self.path),
            "query": masked_query(self.query),
            "body": _masked_body(self.body),
            "auth": self.auth,
            "sid_tag": sid_tag(self.sid) if self.sid else None,
            "status": self.status,
            "ms": round(self.ms, 3),
            "fault": self.fault,
        }


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=CAPACITY)
        self._count = 0

    def begin(self, time: int, method: str, path: str, query: bytes) -> Entry:
        self._count += 1
        entry = Entry(self._count, time, method, path, query)
        self._entries.append(entry)
        return entry

    def read(self, since: int = 0) -> list[dict[str, Any]]:
        """Entries whose number is greater than `since`."""
        return [entry.as_dict() for entry in self._entries if entry.n > since]

    def latest(self, count: int) -> list[Entry]:
        """The last entries, oldest first."""
        return list(islice(reversed(self._entries), count))[::-1]

    def clear(self) -> None:
        """Empties the journal; numbering starts at 1 again."""
        self._entries.clear()
        self._count = 0


def sid_tag(sid: str) -> str:
    """Tells sessions apart without showing them."""
    return hashlib.sha256(sid.encode()).hexdigest()[:8]


def mask_path(path: str) -> str:
    return _SECRET_PATH.sub(rf"\g<1>{MASK}", path)


def masked_query(query: bytes) -> dict[str, str]:
    if not query:
        return {}
    pairs = parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: MASK if _SECRET.search(name) else value for name, value in pairs}


def _masked_body(body: bytes) -> Any:
    if not body:
        return None
    try:
        return masked(parse(body))
    except ValueError:
        text = body.decode("utf-8", "replace")
        return MASK if _SECRET_WORD.search(text) else text


def masked(value: Any) -> Any:
    """A copy of a JSON value in which secret strings are replaced."""
    if isinstance(value, dict):
        return {name: MASK if _SECRET.search(name) and not isinstance(item, dict | list) else masked(item) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return value
