# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the event log, with SNMP traps and MQTT messages, and the modifications that people have made to its records.

A record itself never changes. Each edit adds a modification, whose target is the record or an earlier modification.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError

LOG, _MODIFICATIONS = "/event-log", "/event-log/modifications"
_PAGE = 500  # records in each request
# The path of the modifications is not documented. A server without it may take the word for the id of a record.
_NO_SUCH_CALL = (400, 403, 404, 405)


@dataclass(frozen=True)
class Modifications:
    """The modifications of the whole log, the oldest first."""

    all: tuple[Record, ...]

    def record_of(self, identifier: str) -> str:
        """The id of the record that an id means, of the record itself or of a modification."""
        targets = {id_of(one): str(one.get("target")) for one in self.all}
        seen: set[str] = set()
        while identifier in targets and identifier not in seen:
            seen.add(identifier)
            identifier = targets[identifier]
        return identifier

    def by_record(self) -> dict[str, list[Record]]:
        """The modifications of each record, by its id."""
        found: dict[str, list[Record]] = {}
        for one in self.all:
            found.setdefault(self.record_of(id_of(one)), []).append(one)
        return found


def id_of(record: Mapping[str, Any]) -> str:
    """The id of a record or modification, which has it as `_id`."""
    return str(record.get("_id", record.get("id")))


def read_modifications(client: Client) -> tuple[Modifications | None, str]:
    """The modifications, and nothing; or None and the reason, where the server does not show them."""
    try:
        pages = client.pages(Request("GET", _MODIFICATIONS), size=_PAGE)
        found = [one for _answer, items in pages for one in items if isinstance(one, dict)]
    except HttpError as error:
        if error.status not in _NO_SUCH_CALL:
            raise
        return None, str(error)
    return Modifications(tuple(found)), ""


def merged(record: Record, modifications: list[Record]) -> Record:
    """A record as it is after its modifications, with `assignee`, the id of a user or None."""
    payload = record.get("payload")
    result: Record = {**record, "payload": {**payload} if isinstance(payload, dict) else {}, "assignee": None}
    for body in (one.get("body") for one in modifications):
        if isinstance(body, dict):
            user = body.get("userId")
            result["assignee"] = result["assignee"] if user is None else str(user)
            result["payload"].update(_payload_in(body))
    return result


def _payload_in(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The variables that a modification sets. The form is not documented: they may stand below a key of their own, or
    as the call has sent them."""
    payload = body.get("payload")
    if isinstance(payload, dict):
        return payload
    return {key: value for key, value in body.items() if key != "userId"}


def read_events(
    client: Client,
    query: Mapping[str, Any],
    take: Callable[[Record], Record | None],
    *,
    newest_first: bool,
    most: int | None = None,
) -> list[Record]:
    """What `take` makes of the records of the log, without those for which it returns None, in the order of their
    times, no more than `most`. `query` are the parameters of the call that narrow the log."""
    found: list[Record] = []
    sorted_so_far, last = True, None
    for page in _pages(client, query, newest_first):
        for record in page:
            at = _moment(record)
            sorted_so_far = sorted_so_far and (last is None or at == last or (at < last) == newest_first)
            last = at
            taken = take(record)
            if taken is not None:
                found.append(taken)
        if most is not None and sorted_so_far and len(found) >= most:
            break  # the rest is older, or newer; a server that sorts in another way is read to the end
    return sorted(found, key=_place, reverse=newest_first)[:most]


def find_event(client: Client, identifier: str) -> Record | None:
    """The record with this id, None when there is none. There is no call for a single one, so the log is searched: by a
    filter, and where the server does not understand that, from the newest record on."""
    for query in ({"filter": json.dumps({"_id": identifier})}, {}):
        try:
            for page in _pages(client, query, newest_first=True):
                found = [record for record in page if id_of(record) == identifier]
                if found:
                    return found[0]
        except HttpError as error:
            if not query or error.status in (401, 403):
                raise
    return None


def _pages(client: Client, query: Mapping[str, Any], newest_first: bool) -> Iterator[list[Record]]:
    """The log in pages. With the newest first, records that leave the full log at its other end move nothing."""
    order = {"sortField": "timestamp", "sortDirection": "desc" if newest_first else "asc"}
    request = Request("GET", LOG, query=[(key, str(value)) for key, value in {**query, **order}.items()])
    for _answer, items in client.pages(request, size=_PAGE):
        yield [record for record in items if isinstance(record, dict)]


def _moment(record: Record) -> float:
    at = record.get("timestamp")
    return at if isinstance(at, (int, float)) else 0


def _place(record: Record) -> tuple[float, float]:
    """Sorts records by time, those of the same moment as they stand in the log."""
    skip = record.get("skip")
    return _moment(record), skip if isinstance(skip, (int, float)) else 0
