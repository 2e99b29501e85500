# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps passwords, tokens, sid and csrf out of everything that a task returns."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "********"

# Fields of the API, headers and options whose value is a secret wherever they stand.
SECRET_KEYS = frozenset(
    {"authenticationToken", "auth-token", "api-token", "password", "newPassword", "currentPassword", "pass", "x-csrf-token"}
    | {"cookie", "set-cookie", "authorization", "x-session-id"}
    | {"auth_token", "saymon_password", "saymon_auth_token", "saymon_keycloak_token", "saymon_sid", "saymon_csrf"}
)

# A very short secret would blot out innocent data ("1" in every id); it is masked as a whole value only.
_SHORTEST_PART = 6


class Secrets:
    """The secrets of one task. `scrub` returns a copy of any result with every known one replaced by a fixed mask."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._revealed: set[str] = set()

    def add(self, *values: Any) -> None:
        for value in values:
            if isinstance(value, str) and value:
                self._known.update({value, quote(value, safe="", errors="replace"), quote_plus(value, errors="replace")})

    def add_from(self, data: Any) -> None:
        """Take every value that stands under a secret key anywhere inside `data`."""
        if isinstance(data, dict):
            for key, value in data.items():
                if str(key).lower() in _LOWER_KEYS:
                    self.add(*(str(one) for one in (value if isinstance(value, list) else [value]) if one not in (None, True, False)))
                else:
                    self.add_from(value)
        elif isinstance(data, (list, tuple)):
            for value in data:
                self.add_from(value)

    def reveal(self, value: str) -> str:
        """Let one secret through, because handing it over is the purpose of the task; the caller hides the result."""
        self._revealed.add(value)
        return value

    @property
    def revealed(self) -> frozenset[str]:
        return frozenset(self._revealed)

    def scrub(self, data: Any) -> Any:
        if not self._suspicious(data):
            return data
        parts = sorted((s for s in self._known - self._revealed if len(s) >= _SHORTEST_PART), key=len, reverse=True)
        whole = self._known - self._revealed
        return _scrub(data, parts, whole, self._revealed)

    def _suspicious(self, data: Any) -> bool:
        """A long list is searched as one text first: walking ten thousand clean records would cost more than the task."""
        text = json.dumps(data, ensure_ascii=False, default=str)
        lower = text.lower()
        if any(key in lower for key in _QUOTED_KEYS):
            return True
        return any(json.dumps(secret, ensure_ascii=False)[1:-1] in text for secret in self._known - self._revealed)


_LOWER_KEYS = frozenset(key.lower() for key in SECRET_KEYS)
_QUOTED_KEYS = tuple(f'"{key}":' for key in sorted(_LOWER_KEYS))


def _scrub(data: Any, parts: list[str], whole: Iterable[str], revealed: set[str]) -> Any:
    if isinstance(data, str):
        if data in whole:
            return MASK
        for part in parts:
            if part in data:
                data = data.replace(part, MASK)
        return data
    if isinstance(data, dict):
        return {_scrub(key, parts, (), revealed): _scrub_item(key, value, parts, whole, revealed) for key, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_scrub(value, parts, whole, revealed) for value in data]
    return data


def _scrub_item(key: Any, value: Any, parts: list[str], whole: Iterable[str], revealed: set[str]) -> Any:
    if str(key).lower() in _LOWER_KEYS and value not in (None, "", True, False) and not (isinstance(value, str) and value in revealed):
        return MASK
    return _scrub(value, parts, whole, revealed)
