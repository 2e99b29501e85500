# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sealed files: nobody else can read them, and every change is noticed."""

from __future__ import annotations

import os
from io import FileIO
from pathlib import Path

import pytest
from ansible_collections.saymon.platform.plugins.plugin_utils import sealed
from ansible_collections.saymon.platform.plugins.plugin_utils.sealed import Damaged, Sealer, unsealed

CHUNKS = [b'[{"login":"ci","authenticationToken":"t-secret"}', b",{}", b"]"]


def seal(path: Path, chunks: list[bytes], *, name: str = "list", finish: bool = True) -> bytes:
    with FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+") as file:
        sealer = Sealer(file, name)
        for chunk in chunks:
            sealer.write(chunk)
        if finish:
            sealer.finish()
    return path.read_bytes()


def unseal(path: Path, content: bytes | None = None, *, name: str = "list") -> list[bytes]:
    if content is not None:
        path.write_bytes(content)
    with FileIO(os.open(path, os.O_RDONLY)) as file:
        return list(unsealed(file, name))


@pytest.mark.parametrize("chunks", [[], [b"x"], CHUNKS, [b"a" * 100_000, b"b"]])
def test_what_was_sealed_comes_back(tmp_path: Path, chunks: list[bytes]) -> None:
    seal(tmp_path / "f", chunks)
    assert unseal(tmp_path / "f") == chunks


def test_an_empty_chunk_is_no_end(tmp_path: Path) -> None:
    seal(tmp_path / "f", [b"a", b"", b"b"])
    assert unseal(tmp_path / "f") == [b"a", b"b"]


def test_nothing_is_in_clear_and_no_two_files_are_alike(tmp_path: Path) -> None:
    first, second = seal(tmp_path / "f", CHUNKS), seal(tmp_path / "f", CHUNKS)
    for text in (b"secret", b"login", b"authenticationToken"):
        assert text not in first + second
    assert not any(first[at : at + 16] in second for at in range(len(first) - 16))


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    content = seal(tmp_path / "f", CHUNKS)
    for at in range(len(content)):
        with pytest.raises(Damaged):
            unseal(tmp_path / "f", content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def test_every_missing_end_is_noticed(tmp_path: Path) -> None:
    content = seal(tmp_path / "f", CHUNKS)
    for size in range(len(content)):
        with pytest.raises(Damaged):
            unseal(tmp_path / "f", content[:size])


def test_a_file_that_was_not_finished_is_damaged(tmp_path: Path) -> None:
    seal(tmp_path / "f", CHUNKS, finish=False)
    with pytest.raises(Damaged):
        unseal(tmp_path / "f")


def test_chunks_cannot_be_moved_left_out_or_repeated(tmp_path: Path) -> None:
    content = seal(tmp_path / "f", [b"a", b"b"])
    salt, first, second, end = content[:16], content[16:37], content[37:58], content[58:]
    assert unseal(tmp_path / "f", salt + first + second + end) == [b"a", b"b"]
    for parts in (
        (second, first, end),
        (first, end),
        (second, end),
        (first, first, second, end),
        (end,),
        (first, second, second, end),
    ):
        with pytest.raises(Damaged):
            unseal(tmp_path / "f", salt + b"".join(parts))


def test_a_file_of_another_name_or_run_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = seal(tmp_path / "f", CHUNKS)
    with pytest.raises(Damaged):
        unseal(tmp_path / "f", name="other")
    monkeypatch.setattr(sealed, "_KEY", b"k" * 32)
    with pytest.raises(Damaged):
        unseal(tmp_path / "f")
    seal(tmp_path / "f", CHUNKS)
    with pytest.raises(Damaged):
        unseal(tmp_path / "f", content)


def test_a_length_that_cannot_be_costs_no_memory(tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        unseal(tmp_path / "f", os.urandom(16) + b"\xff\xff\xff\xff" + os.urandom(100))


def test_chunks_come_one_by_one(tmp_path: Path) -> None:
    """A long list is never held as a whole."""
    content = seal(tmp_path / "f", [b"a", b"b"])
    (tmp_path / "f").write_bytes(content[:-1])
    with FileIO(os.open(tmp_path / "f", os.O_RDONLY)) as file:
        chunks = unsealed(file, "list")
        assert [next(chunks), next(chunks)] == [b"a", b"b"]
        with pytest.raises(Damaged):
            next(chunks)
