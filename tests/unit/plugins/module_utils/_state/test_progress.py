# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines about how far a long piece of work has got."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state.progress import Progress


def said(total: int, *moments: float) -> list[str]:
    """What is said when changes are done at these moments, in seconds after the start."""
    lines: list[str] = []
    clock: Iterable[float] = iter([100.0, *(100.0 + moment for moment in moments)])
    progress = Progress("users", total, lines.append, iter(clock).__next__)
    for _moment in moments:
        progress.step()
    return lines


def test_nothing_is_said_of_short_work() -> None:
    assert said(1000, *(number / 1000 for number in range(1000))) == []
    assert said(3, 1, 2, 4.9) == []


def test_a_line_every_five_seconds() -> None:
    lines = said(40, *range(1, 41))
    assert [line.split(" changes")[0] for line in lines] == [
        f"users: {done} of 40" for done in (5, 10, 15, 20, 25, 30, 35)
    ]
    assert lines[0] == "users: 5 of 40 changes done, 1.0 a second, about 35 s left"


def test_the_end_is_told_by_the_result() -> None:
    assert said(2, 10, 20) == ["users: 1 of 2 changes done, 0.1 a second, about 10 s left"]


@pytest.mark.parametrize(("total", "left"), [(11, "1 min 0 s"), (91, "9 min 0 s"), (1001, "1 h 40 min")])
def test_long_times(total: int, left: str) -> None:
    assert said(total, 6) == [f"users: 1 of {total} changes done, 0.2 a second, about {left} left"]
