# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Paths of objects as lists of names, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import filters, list_in, short, text_in


def split_path(path: Any, names: Any = None) -> list[str]:
    """The names on a path, the root first. Those in `names` hold slashes themselves; otherwise only the last name can,
    if two slashes begin it."""
    rest = text_in(path, "a path, a text")
    held = sorted({_name(one) for one in list_in(names or (), "names")}, key=len, reverse=True)
    rest = rest.removeprefix("/")
    found: list[str] = []
    while rest:
        name = next((one for one in held if f"{rest}/".startswith(f"{one}/")), None)
        if name is None:
            name = rest if rest.startswith("/") else rest.partition("/")[0]
        found.append(name)
        rest = rest[len(name) + 1 :]
    return found


def join_path(names: Any) -> str:
    """The path that leads over these names, the root first."""
    return "/" + "/".join(_name(one) for one in list_in(names, "names"))


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name:
        raise Invalid(f"a name must be a text that is not empty, got {short(name)}")
    return name


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters({"split_path": split_path, "join_path": join_path})
