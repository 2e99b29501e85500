# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparisons of conditions and filters."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any


def number(value: Any) -> float | None:
    """A finite number, also from text; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text(value: Any) -> str:
    """As conditions see it: true and null in lower case."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    return str(value)


def _equal(present: Any, wanted: Any) -> bool:
    numbers = (number(present), number(wanted))
    return numbers[0] == numbers[1] if None not in numbers else text(present) == text(wanted)


def _ordered(test: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    """A comparison of numbers, which does not hold for anything else."""

    def holds(present: Any, wanted: Any) -> bool:
        left, right = number(present), number(wanted)
        return left is not None and right is not None and test(left, right)

    return holds


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "_eq": _equal,
    "_neq": lambda present, wanted: not _equal(present, wanted),
    "_gt": _ordered(lambda left, right: left > right),
    "_gte": _ordered(lambda left, right: left >= right),
    "_lt": _ordered(lambda left, right: left < right),
    "_lte": _ordered(lambda left, right: left <= right),
    "_ct": lambda present, wanted: text(wanted) in text(present),
    "_nct": lambda present, wanted: text(wanted) not in text(present),
    "_m": lambda present, wanted: re.search(text(wanted), text(present)) is not None,
}


def compare(operator: Any, present: Any, wanted: Any) -> bool:
    """Raises ValueError for an unknown operator and for a pattern that is none."""
    test = COMPARISONS.get(operator) if isinstance(operator, str) else None
    if test is None:
        raise ValueError(f"unknown operator {operator}")
    try:
        return test(present, wanted)
    except re.error as problem:
        raise ValueError(f"invalid pattern: {problem}") from None
