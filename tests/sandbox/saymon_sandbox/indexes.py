# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the records of one entity among many."""

from __future__ import annotations

from .store import Doc, Store


class OwnerIndex:
    """Ids of the records of a kind by the entity they are of."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store = store
        self._kind = kind
        self._ids: dict[tuple[int, str], dict[str, None]] = {}
        store.observe(kind, self._changed)

    def _changed(self, old: Doc | None, new: Doc | None) -> None:
        doc = new or old or {}
        owned = self._ids.setdefault((doc["entityType"], str(doc["entityId"])), {})
        if new is not None:
            owned[str(new["id"])] = None
        else:
            owned.pop(str(doc["id"]), None)

    def of(self, entity_type: int, entity_id: object) -> list[Doc]:
        """In the order of their creation."""
        found = (self._store.get(self._kind, key) for key in self._ids.get((entity_type, str(entity_id)), ()))
        return [doc for doc in found if doc is not None]
