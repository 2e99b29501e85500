# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions with an idle time, and the log of their beginnings and ends."""

from __future__ import annotations

import uuid

from . import ids
from .clock import Clock
from .settings import Settings
from .store import Doc, Store

# A session's time of last use is written to the file at most this often, so that reads stay free of writes.
_SAVE_EVERY_MS = 60_000


class Sessions:
    def __init__(self, store: Store, clock: Clock, settings: Settings) -> None:
        self._store = store
        self._clock = clock
        self._settings = settings
        self._seen: dict[str, int] = {}

    def open(self, user: Doc, csrf: bool) -> Doc:
        now = self._clock.now()
        session: Doc = {"id": str(uuid.uuid4()), "user": user["id"], "created": now, "seen": now}
        if csrf:
            session["csrf"] = uuid.uuid4().hex
        self._store.put("session", session["id"], session)
        self.log(user["id"], "login")
        return session

    def find(self, sid: str) -> Doc | None:
        """A live session; an idle one ends here."""
        session = self._store.get("session", sid)
        if session is None:
            return None
        if self._last_use(session) + self._settings.session_idle_ms <= self._clock.now():
            self.end(session, "expiry")
            self._store.commit()  # the refusal that follows undoes what is not on file
            return None
        return session

    def touch(self, session: Doc) -> None:
        """Renews the idle time."""
        now = self._clock.now()
        self._seen[session["id"]] = now
        if now - session["seen"] > _SAVE_EVERY_MS:
            self._store.put("session", session["id"], {**session, "seen": now})

    def _last_use(self, session: Doc) -> int:
        stored: int = session["seen"]
        return max(stored, self._seen.get(session["id"], 0))

    def end(self, session: Doc, action: str) -> None:
        self._store.delete("session", session["id"])
        self._seen.pop(session["id"], None)
        self.log(session["user"], action)

    def end_all_of(self, user_id: object) -> None:
        for session in list(self._store.all("session").values()):
            if session["user"] == user_id:
                self.end(session, "expiry")

    def forget_all(self) -> int:
        """Drops every session without a trace, as a restarted session store would. Returns their number."""
        sids = list(self._store.all("session"))
        for sid in sids:
            self._store.delete("session", sid)
        self._seen.clear()
        return len(sids)

    def sweep(self) -> None:
        for sid in list(self._store.all("session")):
            self.find(sid)

    def log(self, user_id: object, action: str) -> None:
        record: Doc = {"id": ids.new_id(), "entityId": user_id, "entityType": 5, "kind": 13}
        record["newBody" if action == "login" else "oldBody"] = {"action": action}
        record |= {"timestamp": self._clock.now(), "userId": user_id}
        self._store.put("security_log", record["id"], record)
