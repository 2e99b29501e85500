# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a paged list whole, while others add to it and take from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .client import Client, Record, Request
from .errors import HttpError, WrongAnswer

_MOST_IN_VAIN = 100  # pages that bring nothing new
_MOST_RECORDS = 1_000_000


def walk(client: Client, request: Request, *, size: int = 1000) -> Iterator[Record]:
    """The records of a list call that pages with `limit` and `skip`: each once, in the order of the list.

    Each page begins with the last tenth of the page before. Where it begins with something new, more than that was
    taken away in front meanwhile, so that the records behind have moved up: then the walk goes back until it meets what
    it knows. A page shorter than `size` is the last, and so is one that is longer, or the same again, from a server
    that does not page. Raises WrongAnswer for a list that changes too fast, or that has no end.
    """
    step = size - max(1, size // 10)
    seen: set[str] = set()
    before: list[str] = []
    skip = in_vain = 0
    while in_vain <= _MOST_IN_VAIN and len(seen) <= _MOST_RECORDS:
        page, paged = _page(client, request, size, skip)
        ids = [str(record["id"]) for record in page]
        if skip and paged and not (ids and ids[0] in seen):
            skip, in_vain = max(0, skip - size), in_vain + 1
            continue
        fresh = {identifier: record for identifier, record in zip(ids, page) if identifier not in seen}
        seen.update(fresh)
        yield from fresh.values()
        if len(page) != size or not paged or ids == before:
            return
        skip, before, in_vain = skip + step, ids, in_vain + (not fresh)
    raise WrongAnswer(
        f"GET {request.path} has no end, or changes faster than it can be read: ask for less of it, or try again later."
    )


def _page(client: Client, request: Request, size: int, skip: int) -> tuple[list[Record], bool]:
    """One page; the whole list, and False, where an older server refuses `limit` together with `skip`."""
    place = [("limit", str(size)), *([("skip", str(skip))] if skip else [])]
    try:
        return client.records(replace(request, query=[*request.query, *place])), True
    except HttpError as error:
        if not skip or error.status != 400:
            raise
    return client.records(request), False
