# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time between two moments."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._state import timeframe
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import (
    Timeframe,
    newest_first,
    timeframe_of,
)

NOW = 1_900_000_000_000


@pytest.fixture(autouse=True)
def _at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeframe, "now_in_ms", lambda: NOW)


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, Timeframe()),
        ("-1h", None, Timeframe(NOW - 3_600_000)),
        (None, "now", Timeframe(None, NOW)),
        ("2030-03-17T17:46:40Z", str(NOW), Timeframe(NOW, NOW)),
    ],
)
def test_what_the_options_say(first: Any, last: Any, found: Timeframe) -> None:
    assert timeframe_of({"from": first, "to": last}) == found


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("now", "-1s", "from is 'now', which is later than to ('-1s'): exchange the two."),
        ("2030-03-17", None, "from is '2030-03-17': the time zone is missing"),
        (None, "later", "to is 'later': give epoch milliseconds or a date"),
    ],
)
def test_what_is_no_time_range(first: Any, last: Any, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        timeframe_of({"from": first, "to": last})
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("moment", "held"),
    [(4, False), (5, True), ("7", True), (9.0, True), (10, False), (None, True), ("soon", True), ([], True)],
)
def test_both_ends_are_included(moment: Any, held: bool) -> None:
    """Of a record whose time cannot be read the server knows better."""
    assert Timeframe(5, 9).holds({"timestamp": moment}) is held


def test_open_ends() -> None:
    assert Timeframe(5).query() == {"from": 5}
    assert Timeframe(None, 9).query() == {"to": 9}
    assert Timeframe(5).holds({"timestamp": 10**15})
    assert Timeframe(None, 9).holds({"timestamp": -1})


def test_the_newest_comes_first() -> None:
    records: list[dict[str, Any]] = [
        {"id": "9", "timestamp": 5},
        {"id": "10", "timestamp": "5"},
        {"id": 3},
        {"timestamp": 7},
        {"id": "a", "timestamp": None},
    ]
    assert [record.get("id") for record in newest_first(records)] == [None, "10", "9", "a", 3]
