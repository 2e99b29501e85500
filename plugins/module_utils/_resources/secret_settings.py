# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets inside the configuration of a server: which settings hold one, and what a server shows in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK, looks_secret

_NAMES = frozenset({"pass", "key"})
_HIDDEN = re.compile(r"[*\u2022\u25cf]{3,}")
_ACCOUNT = re.compile(r"(?P<head>[\w+.-]+://[^/:@\s]*:)(?P<secret>[^/\s]+)(?=@)")


def is_secret(name: str) -> bool:
    """Whether the setting with this name, the last part of its path, holds a secret."""
    return name.lower() in _NAMES or looks_secret(name)


def is_hidden(value: Any) -> bool:
    """Whether a server shows a mask in place of a value, of the password in an address, or of anything inside."""
    if isinstance(value, (dict, list)):
        return any(map(is_hidden, value.values() if isinstance(value, dict) else value))
    if not isinstance(value, str):
        return False
    account = _ACCOUNT.search(value)
    return _HIDDEN.fullmatch(account["secret"] if account else value) is not None


def alike(name: str, hidden: Any, value: Any) -> bool:
    """Whether a value may be the one that the server hides: nothing else of it differs."""
    return (isinstance(hidden, str) and _HIDDEN.fullmatch(hidden) is not None) or masked(hidden, name) == masked(
        value, name
    )


def secrets_in(value: Any, name: str = "") -> Iterator[str]:
    """The secrets anywhere inside of settings."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from secrets_in(one, name if is_secret(name) else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from secrets_in(one, name)
    elif value not in (None, "") and not isinstance(value, bool) and not is_hidden(value):
        if is_secret(name):
            yield str(value)
        elif isinstance(value, str) and (account := _ACCOUNT.search(value)):
            yield account["secret"]


def masked(value: Any, name: str = "") -> Any:
    """The same settings with a mask in place of each secret."""
    if isinstance(value, dict):
        return {key: masked(one, name if is_secret(name) else str(key)) for key, one in value.items()}
    if isinstance(value, list):
        return [masked(one, name) for one in value]
    if value in (None, "") or isinstance(value, bool):
        return value
    if is_secret(name):
        return MASK
    return _ACCOUNT.sub(rf"\g<head>{MASK}", value) if isinstance(value, str) else value
