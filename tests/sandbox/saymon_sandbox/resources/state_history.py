# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which states entities have been in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from typing import Any

from .. import errors, states, stats
from ..call import Call
from ..routing import Route
from ..store import Doc
from .entities import Kind
from .links import LINK
from .objects import OBJECT
from .paging import page

_KINDS = {1: OBJECT, 2: LINK}
_OF_ENTITY = ("id", "stateId", "timestamp", "reason")
_PAGE = 10


def _in_range(call: Call, owner: str | None) -> list[Doc]:
    """From `from` to `to`, both included, oldest first."""
    latest = call.number("to")
    before = None if latest is None else latest + 1
    return list(call.sandbox.store.log(states.LOG, owner, call.number("from"), before))


def of_entity(call: Call, kind: Kind) -> list[Doc]:
    """Oldest first; with `inverse` newest first."""
    found = _in_range(call, stats.key(kind.collection, kind.of(call)["id"]))
    if call.flag("inverse"):
        found.reverse()
    return [{name: record[name] for name in _OF_ENTITY if name in record} for record in page(call, found)]


def _visible(call: Call, records: Iterable[Doc]) -> list[tuple[Doc, Doc]]:
    """Records and their entities, as far as the caller may see them."""
    known: dict[tuple[int, str], Doc | None] = {}
    found = []
    for record in records:
        key = (record["entityType"], str(record["entityId"]))
        if key not in known:
            try:
                known[key] = _KINDS[key[0]].find(call, key[1])
            except errors.ApiError:
                known[key] = None
        entity = known[key]
        if entity is not None:
            found.append((record, entity))
    return found


def _page(call: Call, rows: list[Doc], default: int | None) -> list[Doc]:
    """`skip` in a row is its place in the whole list."""
    rows = [{**row, "skip": at} for at, row in enumerate(rows)]
    limit = call.number("limit")
    limit = default if limit is None else limit
    if limit is not None and call.sandbox.settings.log_limit_from_zero:
        limit += 1
    skip = call.number("skip") or 0
    return rows[skip:] if limit is None else rows[skip : skip + limit]


def _row(record: Doc, entity: Doc) -> Doc:
    return {**record, "entityName": entity.get("name", ""), "entityClass": entity["class_id"]}


def all_states(call: Call) -> list[Doc]:
    """The older call: newest first, without reasons."""
    rows = [_row(record, entity) for record, entity in reversed(_visible(call, _in_range(call, None)))]
    return _page(call, [{name: value for name, value in row.items() if name != "reason"} for row in rows], _PAGE)


def _passes(call: Call) -> Callable[[Doc, Doc], bool]:
    """The filters of the query as one test. Raises 400 for those that need a range of time, which is not given."""
    wanted = {name: set(call.values(name)) for name in ("stateId", "classId", "tagId", "entityId", "entityType")}
    part = call.query.get("entityName", "").lower()
    if (wanted["classId"] or wanted["tagId"] or part) and (call.number("from") is None or call.number("to") is None):
        raise errors.bad_request('"classId", "tagId" and "entityName" need "from" and "to".')

    def passes(record: Doc, entity: Doc) -> bool:
        present: dict[str, list[Any]] = {"classId": [entity["class_id"]], "tagId": entity.get("tags", [])}
        present |= {name: [record[name]] for name in ("stateId", "entityId", "entityType")}
        fits = all(not asked or asked & {str(item) for item in present[name]} for name, asked in wanted.items())
        return fits and part in str(entity.get("name", "")).lower()

    return passes


def _collapsed(found: list[tuple[Doc, Doc]]) -> list[tuple[Doc, Doc]]:
    """Without records that repeat entity and state of the one before them."""
    same = [
        before["entityId"] == record["entityId"] and before["stateId"] == record["stateId"] for (before, _), (record, _) in pairwise(found)
    ]
    return [item for item, repeated in zip(found, [False, *same], strict=False) if not repeated]


def state_log(call: Call) -> list[Doc]:
    """Newest first unless asked otherwise."""
    passes = _passes(call)
    found = [(record, entity) for record, entity in _visible(call, _in_range(call, None)) if passes(record, entity)]
    if call.flag("downsample"):
        found = _collapsed(found)
    if not (call.flag("inverse") and call.sandbox.settings.state_log_inverse == "oldest"):
        found.reverse()
    return _page(call, [_row(record, entity) for record, entity in found], None)


ROUTES = [
    Route("GET", "/objects/:id/state-history", "objectPermissions", partial(of_entity, kind=OBJECT)),
    Route("GET", "/links/:id/state-history", "linkPermissions", partial(of_entity, kind=LINK)),
    Route("GET", "/state-history", "", all_states),
    Route("GET", "/state-history-log", "", state_log),
]
