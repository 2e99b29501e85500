# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and durations as people write them: `-1h`, `+30m`, `2030-12-31T18:00:00Z`, `90s`."""

from __future__ import annotations

import re
from typing import Any

from .field_types import FIRST_MOMENT, LAST_MOMENT, Invalid, Timestamp

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"([0-9]{1,9}) ?([smhdw]?)")
_RELATIVE = re.compile(r"(?P<sign>[+-])(?P<span>[0-9]{1,9} ?[smhdw])|(?P<ago>[0-9]{1,9} ?[smhdw])-ago")


def seconds_in(value: Any) -> int:
    """The whole seconds of a duration such as 90, `90s`, `5m`, `1h`, `2d` or `1w`. Raises Invalid."""
    found = None if isinstance(value, bool) else _DURATION.fullmatch(str(value).strip())
    if not found:
        raise Invalid("give whole seconds, or a number with a unit, such as 60s, 5m, 1h or 2d")
    return int(found[1]) * _UNITS[found[2]]


def moment_in(value: Any, now: int) -> int:
    """The epoch milliseconds of a moment: `now`, a time before or after it such as `-1h`, `1h-ago` or `+30m`, a date in
    ISO 8601 with a time zone, or epoch milliseconds. `now` is in epoch milliseconds. Raises Invalid."""
    text = str(value).strip()
    found = _RELATIVE.fullmatch(text)
    if found:
        seconds = seconds_in(found["span"] or found["ago"])
        away = now + (seconds if found["sign"] == "+" else -seconds) * 1000
        if not FIRST_MOMENT <= away <= LAST_MOMENT:
            raise Invalid("give a shorter time from now: this moment is not between the years 1973 and 9999")
        return away
    if text == "now":
        return now
    try:
        moment = Timestamp().parse(value)
    except Invalid as error:
        raise Invalid(f"{error}, or a time from now, such as -1h or +30m") from None
    if moment is None:
        raise Invalid("give a date such as 2030-12-31T18:00:00Z, or a time from now, such as -1h or +30m")
    return moment
