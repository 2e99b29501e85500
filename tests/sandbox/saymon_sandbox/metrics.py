# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and values of metrics: leaves of a JSON tree, their names in the time series store, times and downsampling."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterator
from typing import Any, Final

MISSING: Final = object()
_DEEPEST = 90

_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000, "n": 2_592_000_000, "y": 31_536_000_000}
_SPAN = r"(\d{1,9})(ms|[smhdwny])"
_AGO = re.compile(f"{_SPAN}-ago")
_DOWNSAMPLE = re.compile(rf"(?:{_SPAN}|all)-(\w+)")
_NUMBER = re.compile(r"\d{1,15}")
_FORBIDDEN = re.compile(r"[^\w\-./]")
_ESCAPED = re.compile(r"///(\d{1,7})///")
_FUNCTIONS: dict[str, Callable[[list[float]], float]] = {
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "sum": sum,
    "dev": statistics.pstdev,
}
Points = list[tuple[int, int | float]]


def leaves(tree: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted names and values of everything in a tree that is neither object nor array."""
    if isinstance(tree, list):
        tree = dict(enumerate(tree))
    if not isinstance(tree, dict):
        yield name, tree
        return
    for key, value in tree.items():
        yield from leaves(value, f"{name}.{key}" if name else str(key))


def value_at(tree: Any, name: str) -> Any:
    """The part of a tree with this dotted name, or MISSING; keys may contain dots themselves."""
    if isinstance(tree, list):
        tree = {str(at): item for at, item in enumerate(tree)}
    if not isinstance(tree, dict):
        return MISSING
    if name in tree:
        return tree[name]
    at = name.find(".")
    while at >= 0:
        if name[:at] in tree:
            found = value_at(tree[name[:at]], name[at + 1 :])
            if found is not MISSING:
                return found
        at = name.find(".", at + 1)
    return MISSING


def with_value(tree: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """A copy of a tree in which the dotted name has this value; MISSING takes it away. Raises ValueError for a name of too many parts."""
    if name.count(".") > _DEEPEST:
        raise ValueError("the name has too many parts")
    if "." in name and name not in tree:
        first, _dot, rest = name.partition(".")
        below = tree.get(first)
        if value is MISSING and not isinstance(below, dict):
            return tree
        return {**tree, first: with_value(below if isinstance(below, dict) else {}, rest, value)}
    if value is MISSING:
        return {key: item for key, item in tree.items() if key != name}
    return {**tree, name: value}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def escaped(name: str) -> str:
    """The name as the time series store keeps it: characters that it forbids become their code."""
    return _FORBIDDEN.sub(lambda found: f"///{ord(found[0])}///", name)


def unescaped(name: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1])) if int(found[1]) < 0x110000 else found[0], name)


def moment(text: str, now: int) -> int:
    """Milliseconds, also given as `1h-ago`. Raises ValueError."""
    ago = _AGO.fullmatch(text)
    if ago:
        return max(now - int(ago[1]) * _UNITS[ago[2]], 0)
    if not _NUMBER.fullmatch(text):
        raise ValueError("neither milliseconds nor a time like 1h-ago")
    return int(text)


def downsampler(text: str) -> Callable[[Points, int], Points]:
    """For `1m-avg` or `all-sum`: makes fewer points from points and the beginning of their range. Raises ValueError."""
    found = _DOWNSAMPLE.fullmatch(text)
    function = _FUNCTIONS.get(found[3]) if found else None
    if found is None or function is None or (found[1] and not int(found[1])):
        raise ValueError(f"not <interval>-<function> with one of {', '.join(_FUNCTIONS)}")
    interval = int(found[1]) * _UNITS[found[2]] if found[1] else 0

    def downsampled(points: Points, start: int) -> Points:
        buckets: dict[int, list[float]] = {}
        for at, value in points:
            buckets.setdefault(at - at % interval if interval else start, []).append(value)
        return [(at, function(values)) for at, values in buckets.items()]

    return downsampled
