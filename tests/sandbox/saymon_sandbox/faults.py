# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures on demand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any, get_type_hints

KINDS = ("delay", "drop_before", "drop_after", "status", "truncate", "html", "refuse", "expire_sessions", "gateway", "drip")


@dataclass
class Rule:
    """Which requests fail and how. `nth` is the first matching request that fails, `times` how many do (0 = all from then on)."""

    kind: str
    method: str | None = None
    path: str | None = None
    nth: int = 1
    times: int = 1
    status: int | None = None
    retry_after: int | None = None
    delay_ms: int = 0
    code: str | None = None
    echo: bool = False
    seconds: float = 1.0
    id: int = 0
    seen: int = 0
    hits: int = 0

    def fires(self, method: str, path: str) -> bool:
        if self.times and self.hits >= self.times:
            return False
        if (self.method and not fnmatchcase(method, self.method)) or (self.path and not fnmatchcase(path, self.path)):
            return False
        self.seen += 1
        if self.seen < self.nth:
            return False
        self.hits += 1
        return True

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


_TYPES = {name: kind for name, kind in get_type_hints(Rule).items() if name not in ("id", "seen", "hits")}
_METHOD = re.compile(r"[A-Za-z*?]{1,20}")
# Least and most of the numbers: what HTTP allows, and no longer than an hour.
_RANGES = {
    "nth": (1, 1_000_000_000),
    "times": (0, 1_000_000_000),
    "status": (200, 599),
    "retry_after": (0, 1_000_000_000),
    "delay_ms": (0, 3_600_000),
    "seconds": (0, 3600),
}


def _check(given: Mapping[str, Any]) -> None:
    """Raises ValueError with a sentence when the rule makes no sense."""
    for name, value in given.items():
        if name not in _TYPES:
            raise ValueError(f"a fault has no field {name[:40]}")
        fits = isinstance(value, int | float) if _TYPES[name] is float else isinstance(value, _TYPES[name])
        if not fits or (isinstance(value, bool) and _TYPES[name] is not bool):
            raise ValueError(f"field {name} of a fault has the wrong type")
        least, most = _RANGES.get(name, (0, 0))
        if most and value is not None and not least <= value <= most:
            raise ValueError(f"field {name} of a fault must be between {least} and {most}")
    if given.get("kind") not in KINDS:
        raise ValueError(f"the kind of a fault is one of {', '.join(KINDS)}")
    if given.get("method") is not None and not _METHOD.fullmatch(given["method"]):
        raise ValueError("the method of a fault is an HTTP method or a pattern of one, as in GET or P*")
    path = given.get("path")
    if path == "" or (path or "").startswith("/node/api"):
        raise ValueError("the path of a fault is below the API root, as in /users*")


class Faults:
    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._count = 0

    def add(self, given: Sequence[Mapping[str, Any]]) -> list[Rule]:
        """Adds all rules or none. Raises ValueError with a sentence about the first bad one."""
        for item in given:
            _check(item)
        made = [Rule(**item) for item in given]
        for rule in made:
            self._count += 1
            rule.id = self._count
            rule.method = rule.method.upper() if rule.method else None
        self.rules.extend(made)
        return made

    def pick(self, method: str, path: str) -> Rule | None:
        """The first rule that fires for this request."""
        for rule in self.rules:
            if rule.fires(method, path):
                return rule
        return None

    def clear(self) -> None:
        """Removes all rules; numbering starts at 1 again."""
        self.rules.clear()
        self._count = 0
