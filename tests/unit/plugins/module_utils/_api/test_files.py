# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of uploads and downloads."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.files import opened
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection, HttpSession
from ansible_collections.saymon.platform.tests.unit.support import URL, Exchange, Script


def test_a_file_that_cannot_be_read(tmp_path: Path, script: Script) -> None:
    for path in (str(tmp_path / "none"), str(tmp_path), "a\x00b"):
        with pytest.raises(BadInput, match=r"files: file is .*cannot be read"):
            Client(Connection(URL)).send(Request("POST", "/x", files={"file": path}))


def test_uploaded_files_are_closed(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    handles: list[Any] = []
    original = Script.request

    def spy(self: Script, method: str, url: str, **kwargs: Any) -> requests.Response:
        handles.append(kwargs["files"]["file"][1])
        assert handles[0].read() == b"pdf"
        return original(self, method, url, **kwargs)

    path = tmp_path / "a.pdf"
    path.write_bytes(b"pdf")
    monkeypatch.setattr(Script, "request", spy)
    script(Exchange("POST", "/x", files={"file": "a.pdf"}, form={"k": "v"}, headers={"Content-Type": None}))
    Client(Connection(URL)).send(Request("POST", "/x", files={"file": str(path)}, form={"k": "v"}))
    assert handles[0].closed


def test_an_uploaded_file_may_be_at_home(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.pdf").write_bytes(b"pdf")
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("~/a.pdf", "$HOME/a.pdf"):
        script(Exchange("POST", "/x", files={"file": "a.pdf"}))
        Client(Connection(URL)).send(Request("POST", "/x", files={"file": path}))


def test_an_upload_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / 'Схема "1".pdf'
    size = 32 * 2**20
    with path.open("wb") as file:
        file.truncate(size)
    with opened({"file": str(path)}) as files:
        session = HttpSession(Connection(URL))
        tracemalloc.start()
        try:
            length = sum(map(len, session.prepared("POST", URL, [], None, files, {}).body))
            _now, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert length > size
    assert peak < size / 8


def test_a_form_with_files_on_the_wire(tmp_path: Path) -> None:
    (tmp_path / 'Схема "1".pdf').write_bytes(b"\x00\r\n--")
    with opened({"file": str(tmp_path / 'Схема "1".pdf')}) as files:
        request = HttpSession(Connection(URL)).prepared("POST", URL, [], {"имя": "знак"}, files, {"Accept": "x"})
        body = b"".join(request.body)
    kind, _equals, boundary = request.headers["Content-Type"].partition("=")
    assert kind == "multipart/form-data; boundary"
    assert request.headers["Content-Length"] == str(len(body))
    assert "Transfer-Encoding" not in request.headers
    parts = body.split(b"--" + boundary.encode())
    assert parts == [
        b"",
        '\r\nContent-Disposition: form-data; name="имя"\r\n\r\nзнак\r\n'.encode(),
        '\r\nContent-Disposition: form-data; name="file"; filename="Схема %221%22.pdf"\r\n\r\n'.encode()
        + b"\x00\r\n--\r\n",
        b"--\r\n",
    ]


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    return path


def test_pipes_and_devices_are_not_uploaded(pipe: Path, script: Script) -> None:
    for path in (str(pipe), "/dev/zero"):
        with pytest.raises(BadInput, match=r"files: file is .*cannot be read \(it is a device, a pipe or a socket\)"):
            Client(Connection(URL)).send(Request("POST", "/x", files={"file": path}))


def test_pipes_and_devices_are_not_written(pipe: Path, script: Script) -> None:
    link = pipe.with_name("link")
    link.symlink_to(pipe)
    for path in (str(pipe), str(link), "/dev/null"):
        script(Exchange("GET", "/x", content=b"data"))
        with pytest.raises(BadInput, match=r"dest is .*cannot be written \(it is a device, a pipe or a socket\)"):
            Client(Connection(URL)).send(Request("GET", "/x", dest=path))
    assert sorted(path.name for path in pipe.parent.iterdir()) == ["link", "pipe"]


def _download(script: Script, dest: Path, content: bytes = b"data") -> bool | None:
    script(Exchange("GET", "/x", content=content))
    return Client(Connection(URL)).send(Request("GET", "/x", dest=str(dest))).saved


def test_a_file_keeps_its_mode(tmp_path: Path, script: Script) -> None:
    for mode in (0o600, 0o640, 0o755, 0o604):
        path = tmp_path / f"{mode:o}"
        path.touch()
        path.chmod(mode)
        assert _download(script, path) is True
        assert (path.stat().st_mode & 0o7777, path.read_bytes()) == (mode, b"data")


def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path, script: Script) -> None:
    before = os.umask(0o027)
    try:
        _download(script, tmp_path / "new")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o7777 == 0o640


@pytest.mark.parametrize("allowed", [True, False])
def test_a_file_keeps_its_owner_where_that_is_allowed(
    tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch, allowed: bool
) -> None:
    path = tmp_path / "mine"
    path.touch()
    asked: list[tuple[int, int]] = []

    def chown(_path: str, user: int, group: int) -> None:
        asked.append((user, group))
        if not allowed:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", chown)
    assert _download(script, path) is True
    assert asked == [(path.stat().st_uid, path.stat().st_gid)]
    assert path.read_bytes() == b"data"


def test_a_link_is_followed(tmp_path: Path, script: Script) -> None:
    target = tmp_path / "folder" / "file"
    target.parent.mkdir()
    link = tmp_path / "link"
    link.symlink_to("folder/file")
    for content in (b"first", b"second"):  # the first makes the file
        assert _download(script, link, content) is True
        assert (link.is_symlink(), target.read_bytes()) == (True, content)
    assert _download(script, link, b"second") is False
    assert [path.name for path in target.parent.iterdir()] == ["file"]


def test_a_link_to_itself(tmp_path: Path, script: Script) -> None:
    link = tmp_path / "link"
    link.symlink_to(link)
    with pytest.raises(BadInput, match=r"dest is .*which cannot be written"):
        _download(script, link)
    assert link.is_symlink()


def test_a_long_download_is_never_held_whole(tmp_path: Path, script: Script) -> None:
    body = b"[" + b'{"id":"1"},' * 4_000_000 + b"{}]"
    script(Exchange("GET", "/x", content=body, answer_headers={"Content-Type": "application/json"}))
    tracemalloc.start()
    Client(Connection(URL)).send(Request("GET", "/x", dest=str(tmp_path / "long")))
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (tmp_path / "long").stat().st_size == len(body)
    assert most < 8 << 20


def test_a_download_that_is_too_long_leaves_nothing(tmp_path: Path, script: Script) -> None:
    script(Exchange("GET", "/x", content=b"data"))
    with pytest.raises(
        WrongAnswer, match=r"GET /x: the answer is longer than saymon_max_answer \(3 bytes\); ask for less, or raise"
    ):
        Client(Connection(URL, max_answer=3)).send(Request("GET", "/x", dest=str(tmp_path / "a")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("dest", ["", "a\x00b", "x" * 300])
def test_a_destination_that_cannot_be(
    tmp_path: Path, script: Script, dest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    script(Exchange("GET", "/x", content=b"data"))
    with pytest.raises(BadInput, match="dest is "):
        Client(Connection(URL)).send(Request("GET", "/x", dest=dest))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_no_bug(tmp_path: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", full)
    script(Exchange("GET", "/x", content=b"data"))
    with pytest.raises(BadInput, match=r"dest is .*No space left on device"):
        Client(Connection(URL)).send(Request("GET", "/x", dest=str(tmp_path / "a")))
    assert list(tmp_path.iterdir()) == []
