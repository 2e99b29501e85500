# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of an object or link: links to web pages, and uploaded files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer, kind_of
from ansible_collections.saymon.platform.plugins.module_utils._api.files import Upload
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entry
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import age_of
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Task, text_of

DOCUMENT_FLAGS: Mapping[str, Mapping[str, Any]] = {"append_documents": {"type": "bool", "default": True}}

_LINK, _FILE = 6, 7  # the types of the properties that documents are
_MOST_MIB = 100


@dataclass(frozen=True)
class Document:
    """A link with its address, or a file: `value` is where the server keeps it, or for one to upload its path. The size
    is in bytes, None where the server does not tell it."""

    type: int
    value: str
    size: int | None = None

    @property
    def is_upload(self) -> bool:
        return isinstance(self.value, Upload)

    def is_like(self, other: Document) -> bool:
        """Whether this (present) document is what `other` asks for. Of an uploaded file nothing but its size can be
        compared, and that only where the server tells it."""
        if self.type != other.type:
            return False
        if self.type == _LINK:
            return self.value == other.value
        return self.size is None or self.size == other.size


class LocalFile(FieldType):
    """A file on the controller, which the action has found. Canonical form: its path."""

    argument: Mapping[str, Any] = {"type": "str"}

    def parse(self, value: Any) -> Upload:
        if not isinstance(value, str) or not value:
            raise Invalid("give the path of a file")
        if not isinstance(value, Upload):
            raise Invalid(
                "a file can be uploaded only from the controller: remove saymon_run_on=target or async from the task"
            )
        if value.problem:
            raise Invalid(value.problem)
        return value


class Documents(FieldType):
    """Documents by name."""

    empty: Any = {}
    hashable = False
    uploads = "file"

    def __init__(self) -> None:
        fields = (Field("name", "name", Text(filled=True)), Field("url", "value", Text(filled=True)))
        self._entry = Entry("each document", (*fields, Field("file", "file", LocalFile())), ("name",))
        self.argument = {"type": "list", "elements": "dict", "options": self._entry.argument["options"]}

    def parse(self, value: Any) -> dict[str, Document]:
        if not isinstance(value, list):
            raise Invalid(f"must be a list of dictionaries, got {kind_of(value)}")
        parsed: dict[str, Document] = {}
        for given in value:
            name, url, file = self._entry.parse(given)
            if (url is None) == (file is None):
                raise Invalid(f"the document {name!r} must have either url or file")
            if name in parsed:
                raise Invalid(f"the document {name!r} is listed twice: remove one of the two")
            parsed[name] = Document(_FILE, file, _size_of(file)) if url is None else Document(_LINK, url)
        return parsed

    def read(self, value: Any) -> dict[str, Document]:
        return {str(entry["name"]): _read(entry) for entry in value}

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        target = dict(current) if append else {}
        for name, wanted in desired.items():
            present = current.get(_present_name(current, desired, name))
            target[name] = present if present is not None and present.is_like(wanted) else wanted
            if target[name].type == _FILE and name not in current and not target[name].is_upload:
                target.pop(_present_name(current, desired, name), None)
        return target

    def write(self, value: Any, _scalar: bool) -> list[dict[str, Any]]:
        return [
            {"name": name, "type_id": one.type, **({} if one.is_upload else {"value": one.value})}
            for name, one in value.items()
        ]

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {name: one.value if one.type == _LINK else _shown_file(one) for name, one in value.items()}


DOCUMENTS = Documents()


def documents(collection: str) -> Field:
    """The field `documents` of the items at `collection`, with DOCUMENT_FLAGS among the flags of the resource."""

    def write(task: Task, record: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
        path = f"{collection}/{record['id']}"
        ids = _ids(record.get("properties") or [])
        if not current.keys() <= ids.keys():  # the record holds what was written a moment ago, without ids
            ids = _ids(task.client.get_list(f"{path}/props"))
        missing = sorted(current.keys() - ids.keys())
        if missing:
            raise WrongAnswer(
                f"GET {path}/props does not list the document {missing[0]!r}, which was there a moment ago: "
                "run the task again."
            )
        moved = {target[name] for name in target.keys() - current.keys() if not target[name].is_upload}
        for name in sorted(current.keys() - target.keys()):
            if current[name].type == _LINK or current[name] not in moved:
                yield Request("DELETE", f"{path}/docs/{ids[name]}")
        for name, wanted in target.items():
            if current.get(name) != wanted:
                yield from _requests(task, path, ids, current, name, wanted)

    return Field(
        "documents",
        "properties",
        DOCUMENTS,
        writer=write,
        in_create=False,
        append="append_documents",
        only=is_document,
    )


def _requests(
    task: Task, path: str, ids: Mapping[str, Any], current: Mapping[str, Document], name: str, wanted: Document
) -> Iterator[Request]:
    """The calls for one document. It is a property, so its name and address are changed where properties are."""
    present = current.get(name)
    if wanted.type == _FILE and not wanted.is_upload:
        (old, *_others) = [old for old, document in current.items() if document == wanted]
        yield Request("PATCH", f"{path}/props/{ids[old]}", body={"name": name})
        return
    if present is not None and present.type == wanted.type == _LINK:
        yield Request("PATCH", f"{path}/props/{ids[name]}", body={"value": wanted.value})
        return
    if present is not None:
        yield Request("DELETE", f"{path}/docs/{ids[name]}")
    if wanted.type == _LINK:
        yield Request("POST", f"{path}/docs", body={"name": name, "type_id": _LINK, "value": wanted.value})
        return
    yield Request("POST", f"{path}/docs", files={"file": wanted.value})
    # The server gives it the name of the file, which a link or another file may have too: it is the latest of these.
    known, given = {str(identifier) for identifier in ids.values()}, os.path.basename(wanted.value)
    files = [entry for entry in task.client.get_list(f"{path}/props") if str(entry.get("type_id")) == str(_FILE)]
    fresh = [entry for entry in files if str(entry["id"]) not in known and text_of(entry, "name") == given]
    if fresh and name != given:
        latest = max(fresh, key=lambda entry: age_of(entry["id"]))
        yield Request("PATCH", f"{path}/props/{latest['id']}", body={"name": name})


def _ids(properties: Iterable[Record]) -> dict[str, Any]:
    """The ids of the documents by their names, as far as they have any."""
    return {text_of(entry, "name"): entry["id"] for entry in properties if is_document(entry) and "id" in entry}


def is_document(entry: Any) -> bool:
    """Whether an entry of the properties is a document. What is no entry is left to the reader to complain about."""
    return not isinstance(entry, dict) or str(entry.get("type_id")) in (str(_LINK), str(_FILE))


def _read(entry: Mapping[str, Any]) -> Document:
    size = entry.get("size")
    value = "" if entry.get("value") is None else str(entry["value"])
    return Document(int(entry["type_id"]), value, int(size) if isinstance(size, (int, str)) and size != "" else None)


def _present_name(current: Mapping[str, Document], desired: Mapping[str, Document], name: str) -> str:
    """Under which name the document may be there. One that was uploaded, and not renamed any more, has the name of its
    file."""
    file = os.path.basename(desired[name].value) if desired[name].is_upload else name
    return name if name in current or file in desired else file


def _size_of(path: Upload) -> int:
    """The size of a file in bytes. Raises Invalid for one that cannot be uploaded."""
    try:
        found = os.stat(path)
    except OSError as error:
        raise Invalid(f"{path.given!r} cannot be read ({error.strerror}): give a readable file") from None
    if not stat.S_ISREG(found.st_mode):
        raise Invalid(f"{path.given!r} is not a regular file: give one")
    if not os.access(path, os.R_OK):
        raise Invalid(f"{path.given!r} cannot be read (permission denied): give a readable file")
    if found.st_size > _MOST_MIB * 2**20:
        raise Invalid(f"{path.given!r} is larger than {_MOST_MIB} MiB, which is the most for a document")
    return found.st_size


def _shown_file(document: Document) -> str:
    name = f"file {os.path.basename(document.value)}" if document.is_upload else "uploaded file"
    return name if document.size is None else f"{name} ({document.size} bytes)"
