# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of uploads and downloads."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from filecmp import cmp
from functools import partial
from typing import Any, BinaryIO

from .errors import BadInput

_PIECE = 64 * 1024  # bytes


class Upload(str):
    """The path of a file to upload, which the action has looked for on the controller. `given` is what the user wrote,
    `problem` says why it cannot be used."""

    given: str
    problem: str

    def __new__(cls, path: str, given: str = "", problem: str = "") -> Upload:
        made = super().__new__(cls, path)
        made.given, made.problem = given or path, problem
        return made


@contextmanager
def opened(files: Mapping[str, str] | None) -> Iterator[dict[str, Any]]:
    """Open the files of an upload, given as part to path, and close them in the end: part to (file name, open file)."""
    with ExitStack() as stack:
        parts = {}
        for part, path in (files or {}).items():
            try:
                real = os.path.expanduser(os.path.expandvars(path))
                _must_be_regular(os.stat(real))
                parts[part] = (os.path.basename(real), stack.enter_context(open(real, "rb")))
            except (OSError, ValueError) as error:
                raise BadInput(
                    f"files: {part} is {path!r}, which cannot be read "
                    f"({_os_reason(error)}): give the path of a readable file."
                ) from error
        yield parts


class Multipart:
    """A form with files as the body of a request. The files are read in pieces while it is sent, so that their size
    does not matter. `files` are as `opened` yields them."""

    def __init__(self, form: Mapping[str, str], files: Mapping[str, tuple[str, BinaryIO]]) -> None:
        boundary = os.urandom(16).hex()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self._pieces: list[bytes | BinaryIO] = []
        self._length = 0
        for name, value in form.items():
            self._add(f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n')
        for name, (file_name, file) in files.items():
            disposition = f'form-data; name="{_quoted(name)}"; filename="{_quoted(file_name)}"'
            self._add(f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n")
            self._pieces.append(file)
            self._length += os.fstat(file.fileno()).st_size
            self._add("\r\n")
        self._add(f"--{boundary}--\r\n")

    def _add(self, text: str) -> None:
        piece = text.encode("utf-8", "surrogateescape")
        self._pieces.append(piece)
        self._length += len(piece)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from iter(partial(piece.read, _PIECE), b"")


def _quoted(name: str) -> str:
    """A name in the head of a part, with what would end it written as browsers do."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def save(chunks: Iterable[bytes], dest: str, *, keep: bool, mode: int | None = None) -> bool:
    """Write a download beside its destination and, with `keep`, move it there in one step. False when the file had this
    content.

    A symbolic link is followed; a file that exists keeps its mode unless `mode` is given, and its owner where that is
    allowed.
    """
    part = None
    try:
        target = os.path.realpath(dest)
        there = os.stat(target) if os.path.lexists(target) else None
        if there is not None:
            _must_be_regular(there)
        elif not dest or dest.endswith("/"):
            raise IsADirectoryError(0, "it is a folder")
        handle, part = tempfile.mkstemp(prefix=".saymon-", dir=os.path.dirname(target))
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
        changed = (
            there is None or not cmp(part, target, shallow=False) or mode not in (None, stat.S_IMODE(there.st_mode))
        )
        if changed and keep:
            _take_place(part, target, there, mode)
        return changed
    except (OSError, ValueError) as error:
        raise BadInput(
            f"dest is {dest!r}, which cannot be written ({_os_reason(error)}): "
            "give the path of a file in a writable folder."
        ) from error
    finally:
        if part is not None:
            with suppress(FileNotFoundError):
                os.unlink(part)


def _must_be_regular(found: os.stat_result) -> None:
    """Pipes and devices would block, or take what no file should."""
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(0, "it is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise OSError(0, "it is a device, a pipe or a socket")


def _take_place(part: str, target: str, there: os.stat_result | None, mode: int | None) -> None:
    """Move a finished file over its target, which is `there` unless it is new."""
    if there is not None:
        with suppress(PermissionError):
            os.chown(part, there.st_uid, there.st_gid)
    if mode is None and there is not None:
        mode = stat.S_IMODE(there.st_mode)
    elif mode is None:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    os.chmod(part, mode)
    os.replace(part, target)


def _os_reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
