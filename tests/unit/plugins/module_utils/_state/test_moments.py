# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moments and durations as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in, seconds_in

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(90, 90), ("90", 90), ("90s", 90), ("5m", 300), ("1 h", 3600), ("2d", 172_800), ("1w", 604_800), (0, 0)],
)
def test_a_duration_is_a_number_with_a_unit(value: Any, seconds: int) -> None:
    assert seconds_in(value) == seconds


@pytest.mark.parametrize("value", ["", "m", "-5m", "1.5h", "5 minutes", True, None, [], "9" * 10, "٣s"])
def test_anything_else_is_no_duration(value: Any) -> None:
    with pytest.raises(Invalid, match=r"such as 60s, 5m, 1h or 2d$"):
        seconds_in(value)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("now", NOW),
        ("-1h", NOW - 3_600_000),
        ("1h-ago", NOW - 3_600_000),
        ("+30m", NOW + 1_800_000),
        ("+7d", NOW + 604_800_000),
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15T11:00:00+03:00", NOW),
        (NOW + 1, NOW + 1),
        (str(NOW), NOW),
    ],
)
def test_a_moment_is_a_date_or_a_time_from_now(value: Any, moment: int) -> None:
    assert moment_in(value, NOW) == moment


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("", "give a date such as 2030-12-31T18:00:00Z, or a time from now, such as -1h"),
        ("tomorrow", "give epoch milliseconds or a date such as 2030-12-31T18:00:00Z, or a time from now"),
        ("2027-01-15T08:00:00", "the time zone is missing"),
        (1_800_000_000, "this looks like seconds"),
        ("1h", "or a time from now, such as -1h"),
        ("-1.5h", "or a time from now"),
        ("-9999w", "give a shorter time from now"),
        ("+999999999d", "give a shorter time from now"),
    ],
)
def test_anything_else_is_no_moment(value: Any, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        moment_in(value, NOW)
