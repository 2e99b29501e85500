# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that only the processes of this run can read: encrypted and authenticated with a key that is kept in memory.

A sealed file is a random salt followed by chunks, each with its length in front. Every file has a key of its own, made
from the run's key, the salt and the name of the file; number and finality of a chunk are its nonce. So a chunk that was
changed, moved, left out or taken from another file, another name or another run is noticed, and so is a file that ends
too early.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from io import FileIO

from .run_folder import run_secret

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:  # pragma: no cover - ansible-core needs it itself; only tools that read plugins do without
    AESGCM = InvalidTag = None  # type: ignore[assignment,misc]

_KEY = run_secret("files")
_SALT = 16
_TAG = 16
_LENGTH = 4


class Damaged(ValueError):
    """A file that this run has not written, or not to its end, or that somebody has changed."""


class Sealer:
    """Writes one sealed file, chunk by chunk; without `finish` it counts as damaged. An OSError says that the disk is
    full."""

    def __init__(self, file: FileIO, name: str) -> None:
        self._file = file
        self._number = 0
        salt = os.urandom(_SALT)
        self._cipher = _cipher(salt, name)
        self._put(salt)

    def write(self, chunk: bytes) -> None:
        if chunk:  # an empty one marks the end
            self._seal(chunk, last=False)

    def finish(self) -> None:
        self._seal(b"", last=True)

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last=last), chunk, None)
        self._number += 1
        self._put(len(sealed).to_bytes(_LENGTH, "big") + sealed)

    def _put(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]


def unsealed(file: FileIO, name: str) -> Iterator[bytes]:
    """The chunks of a sealed file, each as soon as it is found to be genuine. Raises Damaged where that ends."""
    salt = file.read(_SALT)
    cipher = _cipher(salt, name)
    number, last = 0, False
    while not last:
        size = int.from_bytes(file.read(_LENGTH), "big")
        last = size == _TAG
        if not _TAG <= size <= os.fstat(file.fileno()).st_size:
            raise Damaged(name)
        try:
            chunk = cipher.decrypt(_nonce(number, last=last), file.read(size), None)
        except (InvalidTag, ValueError):
            raise Damaged(name) from None
        number += 1
        if not last:
            yield chunk


def _cipher(salt: bytes, name: str) -> AESGCM:
    return AESGCM(hmac.digest(_KEY, salt + name.encode(), "sha256"))


def _nonce(number: int, *, last: bool) -> bytes:
    """Never used twice, because each file has its own key."""
    return number.to_bytes(11, "big") + bytes([last])


# The first use of a cipher in a process costs a millisecond, which the parent spends here once for all its workers.
if AESGCM is not None:
    _cipher(bytes(_SALT), "").encrypt(_nonce(0, last=True), b"", None)
