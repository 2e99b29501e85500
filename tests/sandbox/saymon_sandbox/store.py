# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded database: JSON documents that are read from memory and written through, and logs that stay in the file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

Doc = dict[str, Any]
Observer = Callable[[Doc | None, Doc | None], None]

_SCHEMA = "CREATE TABLE IF NOT EXISTS docs (seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body BLOB, UNIQUE (kind, id))"
_PUT = "INSERT INTO docs (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
_DELETE = "DELETE FROM docs WHERE kind = ? AND id = ?"
# Records of what happened, of which there may be millions: they stay in the file.
_LOG_SCHEMA = "CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, kind TEXT, owner TEXT, at INTEGER, body BLOB)"
_LOG_INDEX = "CREATE INDEX IF NOT EXISTS log_of_owner ON log (kind, owner, at)"
_APPEND = "INSERT INTO log (kind, owner, at, body) VALUES (?, ?, ?, ?)"


def _connect(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    made = sqlite3.connect(path, isolation_level=None, timeout=0.5)
    try:
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
            made.execute(f"PRAGMA {pragma}")
        for statement in (_SCHEMA, _LOG_SCHEMA, _LOG_INDEX):
            made.execute(statement)
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
        self._observers: dict[str, list[Observer]] = {}
        self._pending: list[tuple[str, str, Doc | None]] = []
        self._undo: list[tuple[str, str, Doc | None]] = []
        self._log: list[tuple[str, str, int, Doc]] = []
        self._forgotten: list[tuple[str, str]] = []
        for kind, key, body in self._db.execute("SELECT kind, id, body FROM docs ORDER BY seq"):
            self._docs.setdefault(kind, {})[key] = orjson.loads(body)

    def observe(self, kind: str, observer: Observer) -> None:
        """Calls `observer(old, new)` for each present document and for each later change of this kind."""
        self._observers.setdefault(kind, []).append(observer)
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
        for observer in self._observers.get(kind, ()):
            observer(old, doc)
        return old

    def append(self, kind: str, owner: str, at: int, doc: Doc) -> None:
        """Adds a record to the log of an owner, at a time in milliseconds. It can be read once it is committed."""
        self._log.append((kind, owner, at, doc))

    def log(self, kind: str, owner: str | None = None, earliest: int | None = None, before: int | None = None) -> Iterator[Doc]:
        """The records of an owner, or of all, from `earliest` up to but without `before`, oldest first."""
        tests = ["kind = ?"]
        values: list[Any] = [kind]
        for test, value in (("owner = ?", owner), ("at >= ?", earliest), ("at < ?", before)):
            if value is not None:
                tests.append(test)
                values.append(value)
        query = f"SELECT body FROM log WHERE {' AND '.join(tests)} ORDER BY at, seq"
        return (orjson.loads(body) for (body,) in self._db.execute(query, values))

    def latest(self, kind: str, owner: str) -> Doc | None:
        """The latest record of an owner."""
        query = "SELECT body FROM log WHERE kind = ? AND owner = ? ORDER BY at DESC, seq DESC LIMIT 1"
        found = self._db.execute(query, (kind, owner)).fetchone()
        return orjson.loads(found[0]) if found else None

    def forget_log(self, kind: str, owner: str) -> None:
        """Removes the records of an owner with the next commit."""
        self._forgotten.append((kind, owner))

    def commit(self) -> None:
        if not (self._pending or self._log or self._forgotten):
            return
        self._db.execute("BEGIN")
        self._db.executemany("DELETE FROM log WHERE kind = ? AND owner = ?", self._forgotten)
        self._db.executemany(_APPEND, [(kind, owner, at, orjson.dumps(doc)) for kind, owner, at, doc in self._log])
        for kind, key, doc in self._pending:
            if doc is None:
                self._db.execute(_DELETE, (kind, key))
            else:
                self._db.execute(_PUT, (kind, key, orjson.dumps(doc)))
        self._db.execute("COMMIT")
        self._drop_pending()

    def rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        while self._undo:
            self._apply(*self._undo.pop())
        self._drop_pending()

    def clear(self) -> None:
        """Removes everything."""
        for kind, docs in self._docs.items():
            for key in list(docs):
                self._apply(kind, key, None)
        self._drop_pending()
        for table in ("docs", "log"):
            self._db.execute(f"DELETE FROM {table}")

    def _drop_pending(self) -> None:
        for waiting in (self._pending, self._undo, self._log, self._forgotten):
            waiting.clear()

    def close(self) -> None:
        self._db.close()
