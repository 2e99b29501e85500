# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the whole lists of an owner, such as its conditions, are stored."""

from __future__ import annotations

from typing import Any

from .store import Doc, Store


def key(part: str, collection: str, owner_id: object) -> str:
    return f"{part}:{collection}:{owner_id}"


def own(store: Store, part: str, collection: str, owner_id: object) -> list[Any] | None:
    """The list; None when it was never set."""
    found = store.get("list", key(part, collection, owner_id))
    return None if found is None else found["items"]


def effective(store: Store, part: str, collection: str, doc: Doc) -> list[Any]:
    """The list of an object or a link, else that of its class, else an empty one."""
    found = own(store, part, collection, doc["id"])
    if found is None:
        found = own(store, part, "class", doc["class_id"])
    return found or []
