# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploaded files of objects, into a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.files import save
from ansible_collections.saymon.platform.plugins.module_utils._resources.download import download_documents
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on

DB = "64b1f0c2a9d3e45f6a7b8e01"


class Files(FakeServer):
    """A server whose files hold their own address; `deaf` are those of which there is none."""

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        if request.root != "/node-resources":
            return super().send(request, recover=recover)
        self.journal.append((request.method, request.path, None))
        assert request.dest is not None
        if request.path in self.deaf:
            return Answer(200, "", {}, "{}", "application/json", 0.0, {}, None, {})
        saved = save([request.path.encode()], request.dest, keep=not self.read_only)
        return Answer(200, "", {}, "", "application/pdf", 0.0, {}, saved, None)


def document(number: int, name: Any, **more: Any) -> dict[str, Any]:
    return {"id": f"d{number}", "name": name, "value": f"upload_{number}", "type_id": 7, **more}


def server(*documents: dict[str, Any]) -> Files:
    return Files(objects=[{"id": DB, "name": "db01", "parent_id": ["1"], "properties": list(documents)}])


def names(*documents: dict[str, Any], tmp_path: Path) -> list[str]:
    record = {"id": DB, "documents": list(documents)}
    download_documents(server(), [record], str(tmp_path), check=False)
    return sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())


def test_files_are_written_once(tmp_path: Path) -> None:
    link = {"id": "d0", "name": "Runbook", "value": "https://example.org", "type_id": 6}
    here = server(document(1, "plan.pdf"), document(2, "Схема"), link)
    task = {"name": "db01", "fields": ["name"], "documents_dest": str(tmp_path / "a" / "b")}
    for check, changed in ((True, True), (False, True), (True, False), (False, False)):
        result = run_on(here, "saymon_object_info", task, check=check)
        assert result["changed"] is changed
        assert (tmp_path / "a").exists() is not (check and changed)
    (record,) = result["objects"]
    paths = {entry["name"]: entry.get("file") for entry in record["documents"]}
    folder = tmp_path / "a" / "b" / DB
    assert paths == {"plan.pdf": str(folder / "plan.pdf"), "Схема": str(folder / "Схема"), "Runbook": None}
    assert (folder / "plan.pdf").read_text() == "/docs/uid/upload_1/pdf/1.pdf"
    assert (folder / "plan.pdf").stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("given", "written"),
    [
        (["../../x", "a/b", "..", ".hidden", ""], ["_", "_ (2)", "_.._x", "a_b", "hidden"]),
        (["a.pdf", "A.pdf", "a.pdf"], ["A (2).pdf", "a (3).pdf", "a.pdf"]),
        (["Ж" * 300], ["Ж" * 100]),
        (["a\x00b\n"], ["a_b_"]),
    ],
)
def test_no_name_leads_elsewhere(tmp_path: Path, given: list[str], written: list[str]) -> None:
    found = names(*(document(number, name) for number, name in enumerate(given)), tmp_path=tmp_path)
    assert found == sorted(f"{DB}/{name}" for name in written)


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    here = server(document(1, "plan.pdf"))
    here.deaf.add("/docs/uid/upload_1/pdf/1.pdf")
    result = run_on(here, "saymon_object_info", {"name": "db01", "documents_dest": str(tmp_path)})
    assert "GET /node-resources/docs/uid/upload_1/pdf/1.pdf answered no file" in result["msg"]


def test_one_of_two_folders(tmp_path: Path) -> None:
    task = {"documents_dest": str(tmp_path), "dest": str(tmp_path / "a.json")}
    assert run_on(server(), "saymon_object_info", task)["msg"] == (
        "documents_dest and dest are given together: give one of them."
    )
