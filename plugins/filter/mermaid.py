# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects and links as a graph in the language of Mermaid."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._resources.object import parents_of
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import filters, list_in, short

_DIRECTIONS = ("LR", "RL", "TB", "TD", "BT")
_NOT_PLAIN = re.compile(r"[^\w \-.,:()/]")  # letters of all alphabets are plain
_SPACES = re.compile(r"[\s\x00-\x1f]+")


def to_mermaid(records: Any, objects: Any = (), direction: str = "LR") -> str:
    """The text of a graph: an arrow from source to target for each link, a line from parent to child for each object.

    `objects` are records that give names to what links and parents refer to, and are not drawn for their own sake.
    """
    if direction not in _DIRECTIONS:
        raise Invalid(f"direction must be one of {', '.join(_DIRECTIONS)}, got {short(direction)}")
    rows = [_record(one) for one in list_in(records, "objects or links")]
    known = [_record(one) for one in list_in(objects, "objects")]
    titles: dict[str, str] = {}
    for row in rows:
        titles.update(_titles_of_ends(row))
    titles.update((str(one["id"]), str(one["name"])) for one in (*known, *rows) if not _is_link(one) and "name" in one)
    drawn = {str(one["id"]) for one in rows if not _is_link(one)}
    edges = list(dict.fromkeys(edge for one in rows for edge in _edges(one, drawn)))
    ends = [end for start, _line, stop in edges for end in (start, stop)]
    nodes = {identifier: f"n{number}" for number, identifier in enumerate(dict.fromkeys([*_ids(rows), *ends]), 1)}
    lines = [f'    {node}["{_label(titles.get(identifier) or identifier)}"]' for identifier, node in nodes.items()]
    lines += [f"    {nodes[start]} {line} {nodes[stop]}" for start, line, stop in edges]
    return "\n".join([f"graph {direction}", *lines]) + "\n"


def _record(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping) and (_is_link(value) or isinstance(value.get("id"), (str, int))):
        return value
    raise Invalid(f"a record must be a dictionary with id, or with source and target, got {short(value)}")


def _is_link(record: Mapping[str, Any]) -> bool:
    return "source" in record and "target" in record


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(one["id"]) for one in rows if not _is_link(one)]


def _titles_of_ends(record: Mapping[str, Any]) -> dict[str, str]:
    """The names of the ends of a link by id, as the info modules add them with resolve."""
    names = record.get("names")
    if not _is_link(record) or not isinstance(names, Mapping):
        return {}
    return {str(record[end]): str(names[end]) for end in ("source", "target") if names.get(end)}


def _edges(record: Mapping[str, Any], drawn: set[str]) -> list[tuple[str, str, str]]:
    if _is_link(record):
        return [(str(record["source"]), "-->", str(record["target"]))]
    return [(str(up), "---", str(record["id"])) for up in parents_of(record) if str(up) in drawn]


def _label(text: str) -> str:
    """The text in the quotes of Mermaid, where what could mean something to it is written as its code."""
    return _NOT_PLAIN.sub(lambda found: f"#{ord(found[0])};", _SPACES.sub(" ", text))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters({"to_mermaid": to_mermaid})
