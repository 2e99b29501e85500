# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Identifiers: 24 hex characters for things made by users, small numbers for built-in things."""

from __future__ import annotations

import itertools
import os
import time

Id = int | str

_process = os.urandom(5).hex()
_counter = itertools.count(int.from_bytes(os.urandom(3), "big"))


def new_id() -> str:
    """A fresh ObjectId text; unique also after a restart on the same data."""
    return f"{int(time.time()):08x}{_process}{next(_counter) & 0xFFFFFF:06x}"


def as_id(value: object) -> Id:
    """The stored form of an id that came as a number or as text. Raises ValueError when it can be neither."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("not an id")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return value


def as_ids(value: object) -> list[Id]:
    """A list of ids from a list, or from one bare id; repeated ones are dropped. Items may be records that carry an `id`."""
    items = value if isinstance(value, list) else [value]
    found = [as_id(item.get("id") if isinstance(item, dict) else item) for item in items]
    return list(dict.fromkeys(found))
