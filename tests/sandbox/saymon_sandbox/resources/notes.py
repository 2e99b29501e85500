# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes on the time axis of charts."""

from __future__ import annotations

from typing import Any

from .. import fields, ids
from ..call import EMPTY, Call
from ..routing import Route
from ..store import Doc
from .paging import in_time

_READERS: dict[str, fields.Reader] = {"timestamp": fields.integer, "content": fields.text}
_KIND = ("annotation", "HistoryAnnotation")


def list_annotations(call: Call) -> list[Doc]:
    """Of a range; nothing when no end of it is given."""
    earliest, latest = call.number("from"), call.number("to")
    if earliest is None and latest is None:
        return []
    return in_time(call.sandbox.store.all("annotation").values(), earliest, latest)


def _store(call: Call, note: Doc) -> Doc:
    made = {**note, "user": call.user["id"], "changed": call.sandbox.clock.now()}
    call.sandbox.store.put("annotation", made["id"], made)
    return made


def create(call: Call) -> Doc:
    given = call.given(_READERS)
    for name in ("timestamp", "content"):
        call.require(given, name)
    return _store(call, {"id": ids.new_id(), **given})


def update(call: Call) -> Doc:
    note = call.stored(*_KIND, call.params["id"])
    return _store(call, {**note, **call.given(_READERS, "timestamp", "content")})


def delete(call: Call) -> Any:
    note = call.stored(*_KIND, call.params["id"])
    call.sandbox.store.delete("annotation", note["id"])
    return EMPTY


ROUTES = [
    Route("GET", "/history-annotations", "", list_annotations),
    Route("POST", "/history-annotations", "manage-history", create),
    Route("PATCH", "/history-annotations/:id", "manage-history", update),
    Route("DELETE", "/history-annotations/:id", "manage-history", delete),
]
