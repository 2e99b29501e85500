# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What belongs to the records that an info module has found, and is read only on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Union

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer

from .field_types import ODD
from .finder import Search


@dataclass(frozen=True)
class Each:
    """A part that is read for one record at a time: `read(search, record)` returns its value."""

    read: Callable[[Search, Record], Any]


@dataclass(frozen=True)
class AtOnce:
    """A part that is read for all records together: `read(search, records)` returns the values by id. A record without
    one does not get the part.

    `keys` are the record keys from which a part is made. `option` is a flag of the module that asks for the part, in
    place of an entry in `gather`.
    """

    read: Callable[[Search, list[Record]], Mapping[str, Any]]
    keys: tuple[str, ...] = ()
    option: str | None = None


Part = Union[Each, AtOnce]


def add_parts(search: Search, parts: Mapping[str, Part], records: list[Record], parallel: int) -> None:
    """Add the parts to the records, each under its name, with up to `parallel` reads on their way at a time."""
    singly = []
    for name, part in parts.items() if records else ():
        if isinstance(part, Each):
            singly += [(name, part, record) for record in records]
            continue
        values = _understood(name, "", part.read, search, records)
        for record in records:
            if str(record["id"]) in values:
                record[name] = values[str(record["id"])]

    def read(name: str, part: Each, record: Record) -> None:
        record[name] = _understood(name, f" of the record {record['id']}", part.read, search, record)

    pool = ThreadPoolExecutor(parallel)
    try:
        for _done in pool.map(lambda job: read(*job), singly):
            pass
    finally:
        pool.shutdown(cancel_futures=True)  # after a failure nothing more is sent


def _understood(name: str, whose: str, read: Callable[..., Any], *args: Any) -> Any:
    try:
        return read(*args)
    except ODD as error:
        raise WrongAnswer(
            f"The server sent {name}{whose} in a form that is not known: "
            f"leave {name} out of gather, and report it if this server is a SAYMON."
        ) from error
