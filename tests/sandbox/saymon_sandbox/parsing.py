# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading JSON that anybody may have sent."""

from __future__ import annotations

from typing import Any

import orjson

# Far more than any real record needs, and well below what can be written again: 254 levels.
MAX_DEPTH = 100


def parse(text: bytes | str) -> Any:
    """The value of a JSON text. Raises ValueError with the reason, also for what is nested too deeply."""
    value = orjson.loads(text)
    raw = text.encode() if isinstance(text, str) else text
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    return value


def _is_deep(value: Any) -> bool:
    """Level by level, since recursion is what deep values break."""
    level = [value]
    for _depth in range(MAX_DEPTH):
        level = [
            item
            for holder in level
            if isinstance(holder, dict | list)
            for item in (holder.values() if isinstance(holder, dict) else holder)
        ]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)
