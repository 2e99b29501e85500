# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real server would have sent to the outside; it can be read through the control plane."""

from __future__ import annotations

from . import ids
from .sandbox import Sandbox
from .store import Doc

CAPACITY = 10_000


def put(sandbox: Sandbox, kind: str, message: Doc) -> None:
    """Keeps a message; beyond the capacity the oldest one goes."""
    made: Doc = {**message, "id": ids.new_id(), "time": sandbox.clock.now(), "kind": kind}
    sandbox.store.put("outbox", made["id"], made)
    kept = sandbox.store.all("outbox")
    if len(kept) > CAPACITY:
        sandbox.store.delete("outbox", next(iter(kept)))


def clear(sandbox: Sandbox) -> None:
    for key in list(sandbox.store.all("outbox")):
        sandbox.store.delete("outbox", key)
