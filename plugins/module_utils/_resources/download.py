# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that have been uploaded to objects, into a folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer

from .properties import PROPERTY_TYPES

# Files have a place of their own on the web server, beside the API.
_ROOT = "/node-resources"
_UNFIT = re.compile(r"[/\\\x00-\x1f\x7f]")
_MOST_BYTES = 200  # of a name, which file systems limit to 255 with what is added here


def download_documents(client: Client, objects: list[Record], folder: str, *, check: bool) -> bool:
    """Bring the uploaded files of these objects into `folder`, each into the folder of its object's id, and add the
    path of each as `file` to its entry in the object's `documents`. Whether a file has changed, or would in check
    mode."""
    changed = False
    for record in objects:
        for name, entry in _files_of(record):
            entry["file"] = os.path.join(folder, str(record["id"]), name)
            changed = _download(client, entry, check=check) or changed
    return changed


def _download(client: Client, entry: Record, *, check: bool) -> bool:
    path = entry["file"]
    if check and not os.path.exists(path):
        return True
    os.makedirs(os.path.dirname(path), exist_ok=True)
    place = f"/docs/uid/{quote(str(entry.get('value')), safe='')}/pdf/1.pdf"
    saved = client.send(Request("GET", place, root=_ROOT, dest=path)).saved
    if saved is None:
        raise WrongAnswer(f"GET {_ROOT}{place} answered no file: look whether the document can be opened in SAYMON.")
    return saved


def _files_of(record: Record) -> Iterator[tuple[str, Any]]:
    """The uploaded files of an object, each with a name that no other has and that leads to no other folder."""
    used: set[str] = set()
    entries = [one for one in record["documents"] if str(one.get("type_id")) == str(PROPERTY_TYPES["file"])]
    for entry in sorted(entries, key=lambda one: str(one.get("id"))):
        plain = _UNFIT.sub("_", str(entry.get("name"))).lstrip(".") or "_"
        plain = plain.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore")
        name, number = plain, 1
        while name.casefold() in used:
            number += 1
            stem, suffix = os.path.splitext(plain)
            name = f"{stem} ({number}){suffix}"
        used.add(name.casefold())
        yield name, entry
