# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads lists of items as JSON, JSON lines, CSV and YAML. Messages name keys and never repeat values, which may be
secrets."""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput

from .list_yaml import read_yaml

_LONGEST_LINE = 16 * 1024 * 1024
_MOST_SHARED = 10_000

# The place of an item, such as file and line, and the item as it stands there.
Pairs = Iterator["tuple[str, Any]"]


@dataclass(frozen=True)
class Content:
    """An open file. `name` is what messages call it, `plural` the key that a list may stand under.

    `decrypt(place, vault)` opens a vault; `warn(place)` is called for values that look like templates.
    """

    name: str
    plural: str
    file: BinaryIO
    decrypt: Callable[[str, bytes], bytes]
    warn: Callable[[str], None]

    def text(self) -> str:
        return _decoded(self.name, self.file.read())

    def opened(self, vault: str) -> str:
        """What a vault that is a value holds."""
        try:
            return self.decrypt(self.name, vault.encode()).decode()
        except UnicodeDecodeError:
            raise BadInput(f"{self.name}: a vault holds something that is not text in UTF-8: encrypt a text.") from None

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines with their numbers, decoded one by one."""
        for number in itertools.count(1):
            line = self.file.readline(_LONGEST_LINE + 1)
            if not line:
                return
            if len(line) > _LONGEST_LINE:
                raise BadInput(
                    f"{self.name}:{number}: the line is longer than {_LONGEST_LINE >> 20} MiB: write one item a line."
                )
            yield number, _decoded(self.name, line, number)


def _decoded(name: str, raw: bytes, line: int = 1) -> str:
    """The text of a file, or of one line of it. Some editors put a mark in front of the first."""
    try:
        return raw.decode("utf-8-sig" if line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        line += raw.count(b"\n", 0, error.start)
        raise BadInput(f"{name}:{line}: the text is not UTF-8: save the file in this encoding.") from None


def _is_template(text: str) -> bool:
    return "{{" in text or "{%" in text


# --- JSON and YAML: the whole list is one value ---------------------------------------------------


def _json(content: Content) -> Pairs:
    text = content.text()
    return _members(content, parse_json(content.name, text), _is_template(text))


def _yaml(content: Content) -> Pairs:
    text = content.text()
    value = read_yaml(content.name, text, content.opened)
    return _members(content, value, _is_template(text))


def _members(content: Content, value: Any, suspicious: bool) -> Pairs:
    if isinstance(value, dict) and set(value) == {content.plural}:
        value = value[content.plural]
    if not isinstance(value, list):
        raise BadInput(
            f"{content.name} must hold a list of dictionaries, or a dictionary "
            f"with the list under its only key {content.plural}, "
            f"got {_kind(value)}: correct it."
        )
    for number, item in enumerate(value):
        place = f"{content.name}[{number}]"
        if suspicious and _is_template(json.dumps(item, default=str)):
            content.warn(place)
        yield place, item


def _kind(value: Any) -> str:
    if not isinstance(value, dict):
        return "nothing" if value is None else type(value).__name__
    return f"a dictionary with the keys {', '.join(sorted(value)[:10])}" if value else "an empty dictionary"


# --- JSON lines -----------------------------------------------------------------------------------


def _json_lines(content: Content) -> Pairs:
    empty = True
    for number, line in content.lines():
        if not line.strip():
            continue
        empty = False
        place = f"{content.name}:{number}"
        if _is_template(line):
            content.warn(place)
        yield place, parse_json(place, line)
    if empty:
        raise BadInput(f"{content.name} holds only blank lines: write an item into each line.")


def parse_json(place: str, text: str) -> Any:
    """The value of a JSON text. Raises BadInput, also for what other readers would let pass: duplicate keys, and
    numbers like NaN."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        said = f"this is not valid JSON ({error.msg}, line {error.lineno}, column {error.colno})"
    except RecursionError:
        said = "this is nested too deeply"
    except ValueError as error:
        said = str(error)
    raise BadInput(f"{place}: {said}: correct it.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys, and most of whose repeated texts (such as the name of a property), are kept once for the
    whole list, which saves much memory."""
    once = _met.setdefault if len(_met) < _MOST_SHARED else _met.get
    found = {once(key, key): once(value, value) if value.__class__ is str else value for key, value in pairs}
    if len(found) < len(pairs):
        keys = [key for key, _value in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is a duplicate")
    return found


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is not a number in JSON")


_met: dict[str, str] = {}
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_number)


# --- CSV ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Column:
    """Where the cells of a column go: dots in its name lead into dictionaries, and [] at its end makes a list."""

    name: str
    path: Sequence[str]
    holds_lists: bool

    def put(self, item: dict[str, Any], place: str, cell: str) -> None:
        for key in self.path[:-1]:
            item = item.setdefault(key, {})
        item[self.path[-1]] = self._list(place, cell) if self.holds_lists else cell

    def _list(self, place: str, cell: str) -> list[Any]:
        """Values with semicolons between them, or a list in JSON."""
        if not cell.lstrip().startswith("["):
            return [part for part in (part.strip() for part in cell.split(";")) if part]
        value: list[Any] = parse_json(f"{place}: {self.name}", cell)
        return value


def _csv(content: Content) -> Pairs:
    lines = (line for _number, line in content.lines())
    first = next(lines, "")
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = csv.reader(itertools.chain([first], lines), delimiter=delimiter, strict=True)
    try:
        columns = _columns(f"{content.name}:1", next(rows, []))
        start = rows.line_num + 1
        for cells in rows:
            place = f"{content.name}:{start}"
            start = rows.line_num + 1
            if cells:
                yield place, _item(content, place, columns, cells)
    except csv.Error as error:
        raise BadInput(
            f"{content.name}:{rows.line_num}: this is not valid CSV ({error}): check the quotation marks."
        ) from None


def _columns(place: str, header: Iterable[str]) -> list[_Column]:
    columns: list[_Column] = []
    taken: set[tuple[str, ...]] = set()
    for cell in header:
        name = cell.strip()
        path = tuple(name.removesuffix("[]").split("."))
        if not all(path) or "[" in name.removesuffix("[]"):
            raise BadInput(
                f"{place}: {name!r} is not the name of a column: name an option, as in name, client_data.key or tags[]."
            )
        if path in taken or any(path[:end] in {tuple(one.path) for one in columns} for end in range(1, len(path))):
            raise BadInput(f"{place}: the column {name} is a duplicate: give each option once.")
        taken.update(path[:end] for end in range(1, len(path) + 1))
        columns.append(_Column(name, path, name.endswith("[]")))
    if not columns:
        raise BadInput(f"{place}: the header is missing: name the columns in the first line.")
    return columns


def _item(content: Content, place: str, columns: list[_Column], cells: list[str]) -> dict[str, Any]:
    """The item of a row. An empty cell means that the option is not given."""
    if len(cells) != len(columns):
        raise BadInput(
            f"{place}: the row has {len(cells)} cells and the header {len(columns)}: write a cell for each column."
        )
    item: dict[str, Any] = {}
    for column, cell in zip(columns, cells):
        if cell:
            column.put(item, place, cell)
            if _is_template(cell):
                content.warn(place)
    return item


READERS: dict[str, Callable[[Content], Pairs]] = {
    ".json": _json,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".yml": _yaml,
    ".yaml": _yaml,
    ".csv": _csv,
}
