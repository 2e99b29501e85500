# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which states objects and links have been in, as the server's history tells, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Timestamp
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import age_of

# The record keys that tell the present state, and since when it has been so.
PRESENT_KEYS = ("state_id", "last_state_update", "manual_state")

_LOG = "/state-history-log"
_LOG_TYPES = {"objects": (1, 2), "links": (2, 1)}  # the code of each, and that of the other
_PAGE = 1000  # records in one answer of the log,
_FEW = 100  # of the history of one entity,
_LAST = 2  # and of one of which only the last record is wanted: from two one sees which of them comes first
_IDS = 100  # in one address, which servers do not want to be longer than some thousand characters
_MOST_IDS = 1000  # with more of them, reading everything takes fewer requests
_BY_HAND = 13


@dataclass(frozen=True)
class Change:
    """A record of the history: since the moment `at` (epoch milliseconds), an entity has been in the state `state`, an
    id."""

    at: int
    state: str
    record: Record

    @property
    def manual(self) -> bool:
        """Whether a user has set the state by hand. The end of a manual state has the same code, but neither text nor
        user."""
        reason = self.record.get("reason")
        if not isinstance(reason, dict) or str(reason.get("code")) != str(_BY_HAND):
            return False
        return bool(reason.get("text") or reason.get("by"))


@dataclass(frozen=True)
class Stay:
    """A time that an entity has spent in one state, from `since` to `until` in epoch milliseconds, within a period.
    `carried`: it was in the state before the period began."""

    change: Change
    since: int
    until: int
    carried: bool

    @property
    def milliseconds(self) -> int:
        return self.until - self.since


@dataclass(frozen=True)
class Period:
    """From `start` to `end` in epoch milliseconds. `open`: it ends now, so the present states are those at its end."""

    start: int
    end: int
    open: bool


def stays_of(
    client: Client, collection: str, entities: list[Record], period: Period, *, parallel: int
) -> dict[str, list[Stay]]:
    """The times that objects or links (`collection`) have spent in each state, by id, oldest first.

    The history of one entity is one request, as a rule. Several are looked up in the log of all, a hundred at a time;
    each of them that changed takes one more request, for the state in which it entered the period. A server without
    the log is asked for the history of each. The time before the first known state is missing.

    `entities` have the keys in PRESENT_KEYS.
    """
    history = _History(client, collection, period)
    log = None if len(entities) == 1 else history.from_log([str(one["id"]) for one in entities])
    unknown = entities if log is None else [one for one in entities if log[str(one["id"])] or not _settled(one, period)]

    def read(entity: Record) -> list[Change]:
        if log is None:
            return history.up_to(entity, period.end, _FEW)
        return history.up_to(entity, period.start, _LAST) + log[str(entity["id"])]

    pool = ThreadPoolExecutor(parallel)
    try:
        found = dict(zip((str(one["id"]) for one in unknown), pool.map(read, unknown)))
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure nothing more is sent
    return {str(one["id"]): _stays(one, found.get(str(one["id"]), []), period) for one in entities}


def _settled(entity: Record, period: Period) -> bool:
    """Whether the record itself tells the state at the beginning of the period. While a manual state lasts, it does
    not: the reference does not say which of the two states it shows."""
    updated = Timestamp().read(entity.get("last_state_update"))
    return updated is not None and updated < period.start and not entity.get("manual_state")


def _stays(entity: Record, changes: list[Change], period: Period) -> list[Stay]:
    changes = sorted(changes, key=lambda change: (change.at, age_of(change.record.get("id", ""))))
    before = [change for change in changes if change.at < period.start]
    within = [change for change in changes if period.start <= change.at < period.end]
    present = entity.get("state_id")
    if not before and not within and present is not None and (period.open or _settled(entity, period)):
        before = [Change(period.start - 1, str(present), {})]
    return list(_cut(_without_repeats([*before[-1:], *within]), period))


def _without_repeats(changes: Iterable[Change]) -> list[Change]:
    """Without the records that tell a new reason for the same state."""
    kept: list[Change] = []
    for change in changes:
        if not kept or (kept[-1].state, kept[-1].manual) != (change.state, change.manual):
            kept.append(change)
    return kept


def _cut(changes: list[Change], period: Period) -> Iterator[Stay]:
    """The changes as times that lie in the period, without those that end where it begins."""
    ends = [*(change.at for change in changes[1:]), period.end]
    for change, until in zip(changes, ends):
        carried = change.at < period.start
        if not carried or until > period.start:
            yield Stay(change, max(change.at, period.start), until, carried)


@dataclass(frozen=True)
class _History:
    """Reads the records of a period. Three things are not certain, so nothing here depends on them: what `inverse`
    means, whether `from` and `to` are included, and whether `limit` is counted from 0."""

    client: Client
    collection: str
    period: Period

    def from_log(self, ids: list[str]) -> dict[str, list[Change]] | None:
        """The changes in the period by id; None when the server has no log."""
        found: dict[str, list[Change]] = {one: [] for one in ids}
        kind, *others = _LOG_TYPES[self.collection]
        groups = [ids[at : at + _IDS] for at in range(0, len(ids), _IDS)] if len(ids) <= _MOST_IDS else [[]]
        for group in groups:
            query = {"from": self.period.start, "to": self.period.end, "entityType": kind}
            try:
                rows = self._pages(_LOG, {**query, "entityId": group}, _PAGE)
                for row in (row for page in rows for row in page):
                    entity = str(row.get("entityId"))
                    if entity in found and row.get("entityType") not in others:
                        found[entity].append(_change(row, _LOG))
            except HttpError as error:
                if error.status not in (404, 405):
                    raise
                return None
        return found

    def up_to(self, entity: Record, end: int, size: int) -> list[Change]:
        """The changes of an entity before `end`, back to the last one before the period, or further."""
        path = f"/{self.collection}/{quote(str(entity['id']), safe='')}/state-history"
        query = {"to": end, "inverse": True}
        found: list[Change] = []
        for page in self._pages(path, query, size):
            found += [_change(row, path) for row in page]
            if len(found) > 1 and found[0].at <= found[-1].at:  # the oldest come first, so the last one is far away
                found = [_change(row, path) for rows in self._pages(path, query, _PAGE) for row in rows]
                break
            if found and found[-1].at < self.period.start:
                break
        return [change for change in found if change.at < end]

    def _pages(self, path: str, query: Mapping[str, Any], size: int) -> Iterator[list[Record]]:
        for _answer, rows in self.client.pages(Request("GET", path, make_query(query)), size=size, from_zero=True):
            if not all(isinstance(row, dict) for row in rows):
                raise _odd(path)
            yield rows


def _change(row: Record, path: str) -> Change:
    at, state = Timestamp().read(row.get("timestamp")), row.get("stateId")
    if not isinstance(at, int) or not isinstance(state, (str, int)):
        raise _odd(path)
    return Change(at, str(state), row)


def _odd(path: str) -> WrongAnswer:
    return WrongAnswer(
        f"GET {path} answered with a record that has no time or no state: look at it with saymon.platform.saymon_api, "
        "and report it if this server is a SAYMON."
    )


def availability(
    stays: list[Stay], period: Period, available: AbstractSet[str], without: AbstractSet[str], *, without_manual: bool
) -> Record:
    """How much of its time an entity was in states that count as available: the seconds in each state by id, the most
    first, and sums. The percentage is of the time that counts, None when there is none."""
    spent: dict[str, int] = {}
    counted = good = 0
    for stay in stays:
        state = stay.change.state
        spent[state] = spent.get(state, 0) + stay.milliseconds
        if state not in without and not (without_manual and stay.change.manual):
            counted += stay.milliseconds
            good += stay.milliseconds if state in available else 0
    known, whole = sum(spent.values()), period.end - period.start
    most = sorted(spent, key=lambda state: (-spent[state], age_of(state)))
    return {
        "available_percent": _percent(good, counted),
        "available_seconds": good / 1000,
        "counted_seconds": counted / 1000,
        "unknown_seconds": (whole - known) / 1000,
        "states": [
            {"state_id": state, "seconds": spent[state] / 1000, "percent": _percent(spent[state], whole)}
            for state in most
        ],
    }


def _percent(part: int, whole: int) -> float | None:
    """Rounded down to four digits, so that 100 means all of it."""
    return part * 1_000_000 // whole / 10_000 if whole else None
