# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists that come from files, or go into one, instead of passing through core, which takes seconds for ten thousand
items."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._api.files import save
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import age_of

from ._run import Run, TaskContext

Writer = Callable[["list[Record]"], "Iterator[bytes]"]  # yields the pieces of a file
Stream = Callable[["Iterable[Record]"], "Iterator[bytes]"]  # does so as the records come

# The options of every module that returns a list.
DEST_OPTIONS: dict[str, dict[str, Any]] = {"dest": {"type": "path"}, "mode": {"type": "raw"}}

_HIGHEST_MODE = 0o777


class Placed:
    """Items with the place of each for messages, such as file and line. They are read one by one, once, and never all
    held as text."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self.pairs = pairs


def placed(items: Any) -> Iterable[tuple[int | str, Any]]:
    """The items of a list with the place of each."""
    return items.pairs if isinstance(items, Placed) else enumerate(items)


def by_age(record: Record) -> Any:
    """Sorts records as they came into being."""
    return age_of(record.get("id", ""))


def listed(
    name: str,
    find: Callable[[TaskContext], Iterable[Record]],
    *,
    order: Callable[[Record], Any] | None = by_age,
    writers: Mapping[str, Writer] | None = None,
    columns: Sequence[str] = (),
) -> Run:
    """The run of a module that returns a list: what `find` returns under `name`, or what became of the file that `dest`
    asks for.

    A file holds the records in the given order (by default that of their ids; None leaves them as they are), with
    secrets masked as in a result. Where they stay as they are, `find` may yield them one by one, and only those on the
    way are held. `columns` are those of a CSV file; without them, all records are looked at first. `writers` are
    further formats, by the suffix of the file.
    """
    known: dict[str, Stream] = {**_STREAMS, ".csv": partial(_csv, columns=columns)}
    known.update({suffix: _of_list(write) for suffix, write in (writers or {}).items()})

    def run(context: TaskContext) -> dict[str, Any]:
        dest, mode = context.args["dest"], _mode(context.args["mode"])
        if dest is None:
            if mode is not None:
                raise BadInput("mode is given without dest: give the path of a file as dest, or leave mode out.")
            return {name: list(find(context))}
        write = _stream(dest, known)  # a bad one is refused before anything is sent
        records = find(context)
        if order is not None:
            records = sorted(records, key=order)
        counted = _Counted(records, context.secrets.scrub)
        changed = save(write(counted), dest, keep=not context.check, mode=mode)
        return {"changed": changed, "dest": dest, "count": counted.count}

    return run


class _Counted:
    """Records on their way into a file, without secrets; `count` of them have passed."""

    def __init__(self, records: Iterable[Record], scrub: Callable[[Record], Record]) -> None:
        self._records = records
        self._scrub = scrub
        self.count = 0

    def __iter__(self) -> Iterator[Record]:
        for record in self._records:
            self.count += 1
            yield self._scrub(record)


def _of_list(write: Writer) -> Stream:
    return lambda records: write(list(records))


def _mode(value: Any) -> int | None:
    """The mode of a file, given as a text of octal digits or as a number."""
    if value is None:
        return None
    try:
        mode = int(value, 8) if isinstance(value, str) else value
    except ValueError:
        mode = None
    if isinstance(mode, bool) or not isinstance(mode, int) or not 0 <= mode <= _HIGHEST_MODE:
        raise BadInput(f"mode is {value!r}: give it as octal digits in quotes, such as '0640'.")
    return mode


# --- formats: each function takes records and yields pieces of the file ---------------------------


def _stream(dest: str, known: Mapping[str, Stream]) -> Stream:
    suffix = os.path.splitext(dest)[1].lower()
    if suffix not in known:
        raise BadInput(f"dest is {dest!r}, whose format is not known: give a file that ends in {', '.join(known)}.")
    return known[suffix]


def _json(records: Iterable[Record]) -> Iterator[bytes]:
    """A list with a record in each line, so that versions of the file can be compared."""
    yield b"["
    for number, record in enumerate(records):
        yield (",\n" if number else "\n").encode() + _line(record)
    yield b"\n]\n"


def _json_lines(records: Iterable[Record]) -> Iterator[bytes]:
    return (_line(record) + b"\n" for record in records)


def _line(record: Record) -> bytes:
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")


def _yaml(records: Iterable[Record]) -> Iterator[bytes]:
    """Written here, since a target need not have PyYAML, which is slow besides."""
    yield b"---\n"
    empty = True
    for record in records:
        empty = False
        yield ("\n".join(_entry(record, "")) + "\n").encode("utf-8", "replace")
    if empty:
        yield b"[]\n"


def _csv(records: Iterable[Record], *, columns: Sequence[str]) -> Iterator[bytes]:
    """A column for each value in any record: dots lead into dictionaries, and a name that ends in [] means a list. With
    `columns` these and no others."""
    rows: Iterable[dict[str, str]] = (dict(_cells(record, "")) for record in records)
    if not columns:
        rows = list(rows)
        found = {"id", *(column for row in rows for column in row)}
        columns = sorted(found, key=lambda column: (column != "id", column))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n", extrasaction="ignore")
    for cells in chain([dict(zip(columns, columns))], rows):
        writer.writerow(cells)
        yield text.getvalue().encode("utf-8", "replace")
        text.seek(0)
        text.truncate()


_STREAMS = {".json": _json, ".jsonl": _json_lines, ".ndjson": _json_lines, ".yml": _yaml, ".yaml": _yaml}


def _cells(value: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    for key, one in value.items():
        column = f"{above}{key}"
        if isinstance(one, dict):
            yield from _cells(one, f"{column}.")
        elif isinstance(one, list):
            yield f"{column}[]", _list_cell(one)
        else:
            yield column, _cell(one)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _list_cell(values: list[Any]) -> str:
    """Simple values with semicolons between them; JSON where that could be read in another way."""
    texts = [value if isinstance(value, str) else str(value) for value in values]
    simple = all(isinstance(value, (str, int, float)) and not isinstance(value, bool) for value in values)
    plain = all(text and text == text.strip() and ";" not in text for text in texts)
    if values and simple and plain and not texts[0].startswith("["):
        return ";".join(texts)
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


# --- YAML -----------------------------------------------------------------------------------------

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NO_PLAIN_KEY = frozenset(
    {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)  # YAML 1.1 reads these as other things
_NOT_PRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _entry(value: Any, indent: str) -> Iterator[str]:
    """The lines of an entry of a list."""
    lines = (
        list(_block(value, f"{indent}  "))
        if isinstance(value, (dict, list)) and value
        else [f"{indent}  {_scalar(value)}"]
    )
    yield f"{indent}- {lines[0][len(indent) + 2 :]}"
    yield from lines[1:]


def _block(value: Any, indent: str) -> Iterator[str]:
    """The lines of a dictionary or list that is not empty."""
    if isinstance(value, list):
        for one in value:
            yield from _entry(one, indent)
        return
    for key, one in sorted(value.items()):
        name = key if _PLAIN_KEY.fullmatch(key) and key.lower() not in _NO_PLAIN_KEY else _scalar(key)
        if isinstance(one, (dict, list)) and one:
            yield f"{indent}{name}:"
            yield from _block(one, f"{indent}  ")
        else:
            yield f"{indent}{name}: {_scalar(one)}"


def _scalar(value: Any) -> str:
    """JSON is YAML, but for a few characters that YAML wants written as escapes."""
    return _NOT_PRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
