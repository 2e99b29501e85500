# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of metrics. A metric is a leaf of a tree of data, and its name are the keys on the way to it with dots between
them: `{"cpu": {"load1": 0.7}}` holds `cpu.load1`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid

# Far below the depth that Ansible takes in a result, and far above what anybody needs.
_MOST_PARTS = 32

_FORBIDDEN = re.compile(r"[^\w\-./]")
_ENCODED = re.compile(r"///([0-9]{1,7})///")
_SURROGATES = range(0xD800, 0xE000)


def encoded(name: str) -> str:
    """A name as the time series store keeps it: what it forbids is written as its decimal code, a blank as
    `///32///`."""
    return _FORBIDDEN.sub(lambda found: f"///{ord(found[0])}///", name)


def decoded(name: str) -> str:
    """The name that the time series store keeps in this way. Codes that stand for no character stay."""

    def character(found: re.Match[str]) -> str:
        code = int(found[1])
        return chr(code) if code < 0x110000 and code not in _SURROGATES else found[0]

    return _ENCODED.sub(character, name)


def nested(tree: Mapping[str, Any], *, dotted: bool = True) -> dict[str, Any]:
    """The tree in which keys with dots, unless not `dotted`, have become branches. Raises Invalid for a name that
    stands for two things, such as `a` and `a.b`, and for one with an empty part."""
    made: dict[str, Any] = {}
    for parts, value in _leaves(tree, (), dotted):
        _put(made, parts, value)
    return made


def flat(tree: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """The name and value of each leaf. The items of a list have their positions for keys, as on the server."""
    if not isinstance(tree, (dict, list)):
        yield above, tree
        return
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield from flat(value, f"{above}.{key}" if above else str(key))


def is_wanted(name: str, wanted: Iterable[str] | None) -> bool:
    """Whether a metric is one of these, or is in one of these branches. None wants everything."""
    return wanted is None or any(name == one or name.startswith(f"{one}.") for one in wanted)


def _leaves(tree: Mapping[str, Any], above: tuple[str, ...], dotted: bool) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The path and value of everything in a tree that is no branch."""
    for key, value in tree.items():
        path = (*above, *(key.split(".") if dotted else [key]))
        if not all(path):
            raise Invalid(f"the name {'.'.join(path)!r} has an empty part: write names such as cpu.load1")
        if len(path) > _MOST_PARTS:
            raise Invalid(f"the name {'.'.join(path[:3])}... has more than {_MOST_PARTS} parts: use fewer levels")
        if isinstance(value, dict):
            yield from _leaves(value, path, dotted)
        else:
            yield path, value


def _put(made: dict[str, Any], parts: tuple[str, ...], value: Any) -> None:
    inner = made
    for number, part in enumerate(parts[:-1], 1):
        inner = inner.setdefault(part, {})
        if not isinstance(inner, dict):
            raise Invalid(
                f"{'.'.join(parts[:number])!r} is a value and a branch, since there is also {'.'.join(parts)!r}: "
                "keep one of them"
            )
    if isinstance(inner.get(parts[-1]), dict):
        below = next(flat(inner[parts[-1]], ".".join(parts)))[0]
        raise Invalid(f"{'.'.join(parts)!r} is a value and a branch, since there is also {below!r}: keep one of them")
    if parts[-1] in inner:
        raise Invalid(f"{'.'.join(parts)!r} is given twice: keep one of them")
    inner[parts[-1]] = value
