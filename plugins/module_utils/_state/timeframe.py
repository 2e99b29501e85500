# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time between two moments, as the options `from` and `to` give it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput

from .field_types import Invalid, Timestamp
from .moments import moment_in
from .plan import age_of

TIMEFRAME_OPTIONS: Mapping[str, dict[str, Any]] = {"from": {"type": "str"}, "to": {"type": "str"}}

# What to ask for when a server wants both ends: 0 might count as none, and the other is the end of the year 9999.
EARLIEST, LATEST = 1, 253_402_300_799_999


@dataclass(frozen=True)
class Timeframe:
    """From one moment to another, both included, in epoch milliseconds; None where it has no end."""

    first: int | None = None
    last: int | None = None

    def query(self) -> dict[str, int]:
        """The two as the server calls them, without what is None."""
        ends = {"from": self.first, "to": self.last}
        return {name: moment for name, moment in ends.items() if moment is not None}

    def holds(self, record: Record) -> bool:
        """Whether a record lies in it. Of one whose time cannot be read the server knows better."""
        moment = Timestamp().read(record.get("timestamp"))
        if moment is None:
            return True
        return (self.first is None or self.first <= moment) and (self.last is None or moment <= self.last)


def now_in_ms() -> int:
    return round(time.time() * 1000)


def newest_first(records: Iterable[Record]) -> list[Record]:
    """Records by their time; of the same time, as they came into being."""

    def age(record: Record) -> Any:
        moment = Timestamp().read(record.get("timestamp"))
        return 0 if moment is None else moment, age_of(record.get("id", ""))

    return sorted(records, key=age, reverse=True)


def timeframe_of(args: Mapping[str, Any]) -> Timeframe:
    """What the options `from` and `to` say. Raises BadInput for what is no moment, and for an end before the start."""
    now = now_in_ms()
    found = Timeframe(_moment_of(args, "from", now), _moment_of(args, "to", now))
    if found.first is not None and found.last is not None and found.first > found.last:
        raise BadInput(f"from is {args['from']!r}, which is later than to ({args['to']!r}): exchange the two.")
    return found


def _moment_of(args: Mapping[str, Any], option: str, now: int) -> int | None:
    if args[option] is None:
        return None
    try:
        return moment_in(args[option], now)
    except Invalid as error:
        raise BadInput(f"{option} is {args[option]!r}: {error}.") from None
