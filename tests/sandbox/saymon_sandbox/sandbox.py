# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of one sandbox: data, settings, clock, sessions, journal and faults."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import ids
from .access import AccessCache
from .accounts import Accounts
from .clock import Clock
from .faults import Faults
from .indexes import OwnerIndex
from .journal import Journal
from .passwords import Passwords
from .sessions import Sessions
from .settings import Settings
from .store import Doc, Store
from .tree import Tree


class Sandbox:
    def __init__(self, data: Path, settings: Settings) -> None:
        self.store = Store(data)
        self.start_settings = settings.as_dict()
        self.settings = settings
        self.clock = Clock()
        self.tree = Tree(self.store)
        self.incidents = OwnerIndex(self.store, "incident")
        self.past_incidents = OwnerIndex(self.store, "incident_history")
        self.access = AccessCache(self.store, self.tree)
        self.accounts = Accounts(self.store)
        self.passwords = Passwords(self.store)
        self.sessions = Sessions(self.store, self.clock, settings)
        self.journal = Journal()
        self.faults = Faults()
        self.captchas: dict[str, str] = {}
        self.resets = 0  # what was asked for before a reset must not happen after it
        self.login = ""
        self.admin_credential: Doc = {}  # what a reset gives back to the administrator
        self.restart: Callable[[], None] = lambda: None  # set by the simulated agents, which start anew after a reset
        self.refuse: Callable[[float], None] = lambda seconds: None  # set by the server, which owns the socket

    def close(self) -> None:
        self.store.close()

    def audit(self, entity_type: int, entity_id: object, kind: int, old: Any, new: Any, user_id: object) -> None:
        record: Doc = {"id": ids.new_id(), "entityId": entity_id, "entityType": entity_type, "kind": kind}
        if new is not None:
            record["newBody"] = new
        if old is not None:
            record["oldBody"] = old
        record |= {"timestamp": self.clock.now(), "userId": user_id}
        self.store.put("audit", record["id"], record)

    def mail(self, kind: str, user: Doc) -> Doc:
        """Instead of sending a letter: it can be read through the control plane until its token is used."""
        letter: Doc = {"kind": kind, "to": user.get("email"), "user": user["id"], "token": str(uuid.uuid4())}
        self.store.put("mail", letter["token"], letter)
        return letter
