# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds and opens the files of `src` on the controller. What they may hold is described in docs/lists.md."""

from __future__ import annotations

import glob
import io
import itertools
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import is_encrypted
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._listing import Placed

from .list_formats import READERS, Content, Pairs

_VAULT_SIGN = len(b"$ANSIBLE_VAULT")


class ListFiles:
    """The files that take the place of the option `plural` in one task.

    `search_path` are the folders of role and playbook, as the task knows them. While the items are read, `warnings` is
    added to.
    """

    def __init__(self, plural: str, search_path: Sequence[str], loader: DataLoader, warnings: list[str]) -> None:
        self._plural = plural
        self._search_path = list(search_path)
        self._loader = loader
        self._warnings = warnings
        self._warned = False

    def items(self, paths: Sequence[str]) -> Placed:
        """The items of all files, in order, each file once. Raises BadInput when one cannot be found; so does the
        reading later on."""
        found: dict[str, str] = {}
        for path in paths:
            for name, file in self._find(path):
                found.setdefault(os.path.realpath(file), name)
        if not found:
            raise BadInput(f"src is an empty list: name files, or leave it out and give {self._plural}.")
        for file, name in found.items():
            if os.path.isdir(file):
                raise BadInput(
                    f"src is {name!r}, which is a folder: name the files in it, for example by the glob {name}/*.json."
                )
            _suffix(name)
        return Placed(itertools.chain.from_iterable(self._read(name, file) for file, name in found.items()))

    def _find(self, path: str) -> list[tuple[str, str]]:
        """The files that a path or glob means: how messages call each, and where it is."""
        if not _may_be_a_path(path):
            raise BadInput(f"src is {path!r}: give the path of a file.")
        try:
            return [(path, str(self._loader.path_dwim_relative_stack(self._search_path, "files", path)))]
        except AnsibleError:
            if not glob.has_magic(path):
                raise BadInput(
                    f"src is {path!r}, and there is no such file{self._searched(path)}: correct the path."
                ) from None
        for folder in self._folders():
            matches = sorted(match for match in glob.glob(os.path.join(folder, path)) if not os.path.isdir(match))
            if matches:
                return [(match if os.path.isabs(path) else os.path.relpath(match, folder), match) for match in matches]
        raise BadInput(f"src is {path!r}, and no file matches it{self._searched(path)}: correct the pattern.")

    def _folders(self) -> list[str]:
        """Where core looks for a file, in its order."""
        bases = dict.fromkeys(os.path.abspath(base) for base in (*self._search_path, self._loader.get_basedir()))
        return [folder for base in bases for folder in (os.path.join(base, "files"), base)]

    def _searched(self, path: str) -> str:
        return "" if os.path.isabs(path) else f" (searched in {', '.join(self._folders())})"

    def _read(self, name: str, path: str) -> Pairs:
        try:
            with _regular_file(path) as file:
                content = Content(name, self._plural, self._opened(name, file), self._decrypt, self._warn)
                yield from READERS[_suffix(name)](content)
        except OSError as error:
            raise BadInput(
                f"src is {name!r}, which cannot be read ({error.strerror}): give a readable file."
            ) from error

    def _opened(self, name: str, file: BinaryIO) -> BinaryIO:
        """The content of a file; all of it in memory where a vault has to be opened."""
        start = file.read(_VAULT_SIGN)
        file.seek(0)
        if not start:
            raise BadInput(f"{name} is empty: write the items into it, or [] into a JSON or YAML file without any.")
        return io.BytesIO(self._decrypt(name, file.read())) if is_encrypted(start) else file

    def _decrypt(self, place: str, vault: bytes) -> bytes:
        """The content of a vault. Core has no public way to open one without writing it to a file."""
        try:
            content: bytes = self._loader._vault.decrypt(vault)
        except AnsibleError:
            raise BadInput(
                f"{place}: the vault cannot be opened: check that it is whole, "
                "and give its password with --vault-id or "
                "--vault-password-file."
            ) from None
        return content

    def _warn(self, place: str) -> None:
        """Once in a task is enough."""
        if not self._warned:
            self._warnings.append(
                f"{place}: a value holds "
                f"{{{{ or {{%, but what stands in a file of src is not templated and is sent as it is: "
                f"give the list as {self._plural} if it needs templates."
            )
        self._warned = True


def _may_be_a_path(path: str) -> bool:
    """Whether a file can have this name: not one with a zero byte, or with half of a character."""
    try:
        return bool(path) and b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _suffix(name: str) -> str:
    suffix = os.path.splitext(name)[1].lower()
    if suffix not in READERS:
        raise BadInput(f"src is {name!r}, whose format is not known: give a file that ends in {', '.join(READERS)}.")
    return suffix


@contextmanager
def _regular_file(path: str) -> Iterator[BinaryIO]:
    """An open file. Pipes and devices would block, or never end."""
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "it is a device, a pipe or a socket")
        yield file
