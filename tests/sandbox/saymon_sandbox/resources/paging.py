# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time range and paging of histories."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..call import Call
from ..store import Doc


def in_time(records: Iterable[Doc], earliest: int | None, latest: int | None) -> list[Doc]:
    """Records whose timestamp lies between the two, both included."""
    return [
        record
        for record in records
        if (earliest is None or record["timestamp"] >= earliest) and (latest is None or record["timestamp"] <= latest)
    ]


def page(call: Call, records: list[Doc]) -> list[Doc]:
    """`limit` and `skip` of the query."""
    skip, limit = call.number("skip") or 0, call.number("limit")
    return records[skip:] if limit is None else records[skip : skip + limit]


def sort_key(field: str, doc: Doc) -> tuple[int, Any]:
    """Numbers before texts, and something for what is absent."""
    value = doc.get(field)
    return (0, value) if isinstance(value, int | float) else (1, str(value or ""))
