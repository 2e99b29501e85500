# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of uploads and downloads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils.transport import Connection
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


@pytest.mark.parametrize("dest", ["", "a\x00b", "x" * 300])
def test_a_destination_that_cannot_be(tmp_path: Path, script: Script, dest: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
