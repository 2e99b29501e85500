# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of uploads and downloads."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from filecmp import cmp
from typing import Any

from .errors import BadInput


@contextmanager
def opened(files: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
    """Open the files of an upload, given as part to path, and close them in the end: part to (file name, open file)."""
    with ExitStack() as stack:
        parts = {}
        for part, path in (files or {}).items():
            try:
                parts[part] = (os.path.basename(path), stack.enter_context(open(path, "rb")))
            except (OSError, ValueError) as error:
                raise BadInput(
                    f"files: {part} is {path!r}, which cannot be read ({_os_reason(error)}): give the path of a readable file."
                ) from error
        yield parts


def save(chunks: Iterable[bytes], dest: str, *, keep: bool) -> bool:
    """Write a download beside its destination and, with `keep`, move it there in one step. False when the file had this content."""
    part = None
    try:
        handle, part = tempfile.mkstemp(prefix=".saymon-", dir=os.path.dirname(os.path.abspath(dest)))
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
        if os.path.isdir(dest):
            raise IsADirectoryError(0, "it is a folder")
        changed = not (os.path.isfile(dest) and cmp(part, dest, shallow=False))
        if changed and keep:
            umask = os.umask(0)
            os.umask(umask)
            os.chmod(part, 0o666 & ~umask)
            os.replace(part, dest)
        return changed
    except (OSError, ValueError) as error:
        raise BadInput(
            f"dest is {dest!r}, which cannot be written ({_os_reason(error)}): give the path of a file in a writable folder."
        ) from error
    finally:
        if part is not None:
            with suppress(FileNotFoundError):
                os.unlink(part)


def _os_reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
