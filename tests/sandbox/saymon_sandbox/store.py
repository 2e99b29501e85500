# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded database: JSON documents in one SQLite table, read from memory, written through."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

Doc = dict[str, Any]
Observer = Callable[[Doc | None, Doc | None], None]

_SCHEMA = "CREATE TABLE IF NOT EXISTS docs (seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body BLOB, UNIQUE (kind, id))"
_PUT = "INSERT INTO docs (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
_DELETE = "DELETE FROM docs WHERE kind = ? AND id = ?"


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    made = sqlite3.connect(path, isolation_level=None, timeout=0.5)
    try:
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
            made.execute(f"PRAGMA {pragma}")
        made.execute(_SCHEMA)
    except sqlite3.Error:
        made.close()
        raise
    return made


class Store:
    """Documents by kind and id. A stored document must never be changed in place: put a new one.

    Changes are visible at once and become durable with `commit`, or are undone with `rollback`.
    A committed change survives a kill of the process: it has been handed to the operating system.
    """

    def __init__(self, path: Path) -> None:
        """Opens or creates the file (owner access only). Raises sqlite3.Error or OSError when it cannot be used."""
        self._db = _connect(path)
        self._docs: dict[str, dict[str, Doc]] = {}
        self._generations: dict[str, int] = {}
        self._observers: dict[str, Observer] = {}
        self._pending: list[tuple[str, str, Doc | None]] = []
        self._undo: list[tuple[str, str, Doc | None]] = []
        for kind, key, body in self._db.execute("SELECT kind, id, body FROM docs ORDER BY seq"):
            self._docs.setdefault(kind, {})[key] = orjson.loads(body)

    def observe(self, kind: str, observer: Observer) -> None:
        """Calls `observer(old, new)` for each present document and for each later change of this kind."""
        self._observers[kind] = observer
        for doc in self.all(kind).values():
            observer(None, doc)

    def all(self, kind: str) -> Mapping[str, Doc]:
        """All documents of a kind by id text, in the order of their creation."""
        return self._docs.setdefault(kind, {})

    def get(self, kind: str, key: object) -> Doc | None:
        return self._docs.setdefault(kind, {}).get(str(key))

    def generation(self, kind: str) -> int:
        """A number that grows with every change of this kind."""
        return self._generations.get(kind, 0)

    def put(self, kind: str, key: object, doc: Doc) -> None:
        self._change(kind, str(key), doc)

    def delete(self, kind: str, key: object) -> bool:
        """True when there was something to delete."""
        found = self.get(kind, key) is not None
        if found:
            self._change(kind, str(key), None)
        return found

    def _change(self, kind: str, key: str, doc: Doc | None) -> None:
        self._undo.append((kind, key, self._apply(kind, key, doc)))
        self._pending.append((kind, key, doc))

    def _apply(self, kind: str, key: str, doc: Doc | None) -> Doc | None:
        docs = self._docs.setdefault(kind, {})
        old = docs.get(key)
        if doc is None:
            docs.pop(key, None)
        else:
            docs[key] = doc
        self._generations[kind] = self._generations.get(kind, 0) + 1
        observer = self._observers.get(kind)
        if observer is not None:
            observer(old, doc)
        return old

    def commit(self) -> None:
        if not self._pending:
            return
        self._db.execute("BEGIN")
        for kind, key, doc in self._pending:
            if doc is None:
                self._db.execute(_DELETE, (kind, key))
            else:
                self._db.execute(_PUT, (kind, key, orjson.dumps(doc)))
        self._db.execute("COMMIT")
        self._pending.clear()
        self._undo.clear()

    def rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        while self._undo:
            self._apply(*self._undo.pop())
        self._pending.clear()

    def clear(self) -> None:
        """Removes everything."""
        for kind, docs in self._docs.items():
            for key in list(docs):
                self._apply(kind, key, None)
        self._pending.clear()
        self._undo.clear()
        self._db.execute("DELETE FROM docs")

    def close(self) -> None:
        self._db.close()
