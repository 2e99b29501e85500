# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells how objects and links are held or muted, in the words of people."""

from __future__ import annotations

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder

from .hold import HELD, end_in, now
from .maintenance import HOLD_FIELD, MUTE_FIELD, is_link, muted_alike

HELD_RECORD_KEYS = ("manual_state", "mute_alert", "mute_alerts")


def held_record(finder: Finder, record: Record) -> Record | None:
    """What people want to know of an object or link that is held or muted, None for another one."""
    if not is_link(record):
        muted_alike([record])
    held, muted = HOLD_FIELD.read(record), MUTE_FIELD.raw(record)
    if held is not None and held.until is not None and held.until <= now():
        held = None
    if held is None and not muted:
        return None
    shown_state = {} if held is None else HELD.show(held, finder)
    ends = [record[end] for end in ("source", "target")] if is_link(record) else [record["id"]]
    return {
        "id": record["id"],
        "type": "link" if is_link(record) else "object",
        "path": " - ".join(finder.title("object", end) for end in ends),
        **{key: shown_state.get(key) for key in ("state", "since", "until")},
        "reason": shown_state.get("reason", ""),
        "cleared_by": shown_state.get("cleared_by", []),
        "by": None if held is None else _who(finder, record["manual_state"]),
        "muted": bool(muted),
        "mute_reason": MUTE_FIELD.read(record) if muted else "",
        "muted_by": _who(finder, muted),
    }


def _who(finder: Finder, value: Any) -> str | None:
    """The login of the user who has set something. On old servers, the same key may hold the end of a manual state."""
    by = value.get("by") if isinstance(value, dict) else None
    known = isinstance(by, str) and by != "" and end_in({"by": by}) is None
    return finder.title("user", by) if known else None
