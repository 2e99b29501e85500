# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes seeded records."""

from __future__ import annotations

from typing import Any

from .resources.links import new_link
from .resources.objects import new_object
from .sandbox import Sandbox
from .store import Doc

EPOCH = 1_700_000_000_000


def seed_id(family: int, number: int) -> str:
    """A made-up ObjectId: the families are users 1, groups 2, objects 3, properties 4, tags 5, links 6,
    operations 7, events 8."""
    return f"64b1f0c2a9d3e4{family:02x}{number:08x}"


ADMIN_ID = seed_id(1, 1)


def add_object(sandbox: Sandbox, number: int, name: str, given: dict[str, Any], properties: dict[str, str]) -> Doc:
    """Stores a seeded object; property values by name, ids counted within the object."""
    object_id = seed_id(3, number)
    items = [
        {"name": key, "type_id": 1, "value": value, "id": seed_id(4, number * 16 + at)}
        for at, (key, value) in enumerate(properties.items())
    ]
    doc = new_object(EPOCH + number, object_id, ADMIN_ID, {"name": name, **given, "properties": items})
    sandbox.store.put("object", object_id, doc)
    return doc


def add_link(sandbox: Sandbox, number: int, source: Doc, target: Doc, given: dict[str, Any]) -> None:
    link = new_link(EPOCH + number, seed_id(6, number), ADMIN_ID, {"source": source["id"], "target": target["id"], **given})
    sandbox.store.put("link", link["id"], link)
