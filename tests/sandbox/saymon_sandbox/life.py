# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What data set off."""

from __future__ import annotations

from . import alarms, states, stats
from .sandbox import Sandbox
from .store import Doc


def receive(sandbox: Sandbox, collection: str, doc: Doc, given: Doc) -> None:
    """New data of an object or a link: a Stat as it came."""
    stats.store(sandbox, collection, doc, given)


def begin(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Called for everything that is created; only objects and links live."""
    if collection in stats.TYPES:
        states.record(sandbox, collection, doc, None)


def end(sandbox: Sandbox, collection: str, doc: Doc) -> None:
    """Called for everything that is deleted."""
    if collection in stats.TYPES:
        stats.forget(sandbox, collection, doc["id"])
        alarms.forget(sandbox, collection, doc["id"])
        sandbox.store.forget_log(states.LOG, stats.key(collection, doc["id"]))
