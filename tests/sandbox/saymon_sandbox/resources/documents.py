# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents of objects, links and flows: links to web pages, and uploaded files. Each is a property of its owner."""

from __future__ import annotations

import base64
import mimetypes
import re
import uuid
from typing import Any

from .. import errors, ids
from ..call import EMPTY, Call
from ..store import Doc
from . import entities
from .entities import DOCUMENTS, Kind
from .flows import FLOW
from .links import LINK
from .objects import OBJECT

_LINK, _FILE = DOCUMENTS
_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')
_PART_NAME = re.compile(r'\bname="([^"]*)"')
_FILE_NAME = re.compile(r'\bfilename="([^"]*)"')
_LISTED = ("pdf", "doc", "docx", "xls", "xlsx", "zip")
_PATH = re.compile("/node-resources/docs/uid/([^/]+)/pdf/([0-9]+)[.]pdf")


def create(call: Call, kind: Kind) -> Doc:
    doc = kind.of(call)
    content_type = call.headers.get(b"content-type", b"").decode("latin-1")
    is_upload = content_type.startswith("multipart/form-data")
    made = _uploaded(call, content_type) if is_upload else _link(call)
    entities.store_properties(call, kind, doc, [*doc.get("properties", []), made], None, made)
    return made if is_upload else {"id": made["id"]}


def _link(call: Call) -> Doc:
    body = call.record()
    name, value = call.require(body, "name"), call.require(body, "value")
    if str(body.get("type_id")) != str(_LINK):
        raise errors.bad_request('Invalid "type_id" parameter.')
    if not isinstance(name, str) or not isinstance(value, str):
        raise errors.bad_request('"name" and "value" must be strings.')
    return {"id": ids.new_id(), "name": name, "type_id": _LINK, "value": value}


def _uploaded(call: Call, content_type: str) -> Doc:
    name, content = _file_in(call.body, content_type)
    if call.sandbox.settings.document_types == "listed" and name.rpartition(".")[2].lower() not in _LISTED:
        raise errors.bad_request("Unsupported file type.")
    value = f"upload_{uuid.uuid4().hex}"
    call.sandbox.store.put(entities.FILES, value, {"name": name, "content": base64.b64encode(content).decode()})
    made: Doc = {"id": ids.new_id(), "type_id": _FILE, "name": name, "value": value}
    return made | ({"size": len(content)} if call.sandbox.settings.document_size else {})


def _file_in(body: bytes, content_type: str) -> tuple[str, bytes]:
    """Name and content of the part `file`. Raises 400 when there is none."""
    boundary = _BOUNDARY.search(content_type)
    for part in body.split(b"--" + boundary[1].encode("latin-1"))[1:-1] if boundary else ():
        head, _blank, content = part.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace")
        name, file = _PART_NAME.search(text), _FILE_NAME.search(text)
        if name and name[1] == "file" and file and file[1]:
            return file[1].replace("%22", '"'), content[:-2]
    raise errors.absent("file")


def _document(call: Call, doc: Doc) -> Doc:
    wanted = call.params[call.route.names[1]]
    for item in doc.get("properties", []):
        if item["id"] == wanted and item["type_id"] in DOCUMENTS:
            found: Doc = item
            return found
    raise errors.not_found("Document", wanted)


def read(call: Call, kind: Kind) -> Doc:
    item = _document(call, kind.of(call))
    return {name: item[name] for name in ("id", "type_id", "name", "value", "size") if name in item}


def delete(call: Call, kind: Kind) -> Any:
    doc = kind.of(call)
    old = _document(call, doc)
    entities.store_properties(call, kind, doc, [item for item in doc["properties"] if item is not old], old, None)
    return EMPTY


def download(call: Call, path: str) -> tuple[str, bytes]:
    """Content type and bytes of a file, for a caller who can reach an owner of it. Every file has one page here. Raises 404."""
    found = _PATH.fullmatch(path)
    stored = call.sandbox.store.get(entities.FILES, found[1]) if found and found[2] == "1" else None
    if not found or stored is None or not any(_holds(call, kind, found[1]) for kind in (OBJECT, LINK, FLOW)):
        raise errors.not_found("Document", path)
    kind = mimetypes.guess_type(stored["name"])[0] or "application/octet-stream"
    return kind, base64.b64decode(stored["content"])


def _holds(call: Call, kind: Kind, value: str) -> bool:
    """Whether the caller can reach an entity of this kind that has the file."""
    for doc in call.sandbox.store.all(kind.collection).values():
        if value in entities.files_of(doc):
            try:
                return bool(kind.find(call, str(doc["id"])))
            except errors.ApiError:
                continue
    return False
