# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The field documents."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.files import Upload
from ansible_collections.saymon.platform.plugins.module_utils._resources import documents
from ansible_collections.saymon.platform.plugins.module_utils._resources.documents import DOCUMENTS
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, lost
from ansible_collections.saymon.platform.tests.unit.support import (
    Exchange,
    Script,
    run_module,
    search,
)

ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
OWNER = {"id": "p1", "name": "Owner", "value": "ann", "type_id": 1}
RUNBOOK: dict[str, Any] = {"id": "d1", "name": "Runbook", "value": "https://example.org/1", "type_id": 6, "own": 1}
MANUAL: dict[str, Any] = {"id": "d2", "name": "Manual", "value": "upload_1", "type_id": "7"}
DB: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8e01",
    "name": "db01",
    "parent_id": [1],
    "properties": [OWNER, RUNBOOK, MANUAL],
}
PATH = f"/objects/{DB['id']}"


@pytest.fixture
def photo(tmp_path: Path) -> Upload:
    (tmp_path / "db01.png").write_bytes(b"12345")
    return Upload(str(tmp_path / "db01.png"), "files/db01.png")


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, photo: Upload, check: bool) -> None:
    script(search("name", "ROOT", "db01", among=[ROOT, DB]))
    given = [{"name": "Runbook", "url": "https://example.org/1"}, {"name": "Manual", "file": photo}]
    result = run_module("saymon_object", {"name": "db01", "documents": given}, check=check)
    assert (result["changed"], result["diff"], result["object"]) == (False, [], DB)


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, photo: Upload, check: bool) -> None:
    script(search("name", "ROOT", "db01", among=[ROOT, DB]))
    new = {"id": "d3", "name": "db01.png", "type_id": 7, "value": "upload_2"}
    if not check:
        script(
            ("DELETE", f"{PATH}/docs/d2", 200),
            ("PATCH", f"{PATH}/props/d1", 200, None, {"value": "https://example.org/2"}),
            Exchange("POST", f"{PATH}/docs", 200, new, files={"file": "db01.png"}, form={}),
            ("GET", f"{PATH}/props", 200, [OWNER, RUNBOOK, new]),
            ("PATCH", f"{PATH}/props/d3", 200, None, {"name": "Photo"}),
            ("POST", f"{PATH}/docs", 200, {"id": "d4"}, {"name": "Wiki", "type_id": 6, "value": "https://w"}),
        )
    given = [
        {"name": "Runbook", "url": "https://example.org/2"},
        {"name": "Photo", "file": photo},
        {"name": "Wiki", "url": "https://w"},
    ]
    args = {"name": "db01", "documents": given, "append_documents": False}
    result = run_module("saymon_object", args, check=check)
    assert result["changed"] is True
    assert result["diff"][0]["before"]["documents"] == {"Runbook": "https://example.org/1", "Manual": "uploaded file"}
    assert result["diff"][0]["after"]["documents"] == {
        "Runbook": "https://example.org/2",
        "Photo": "file db01.png (5 bytes)",
        "Wiki": "https://w",
    }
    assert [one["name"] for one in result["object"]["properties"]] == ["Owner", "Runbook", "Photo", "Wiki"]


def files(server: FakeServer) -> list[str]:
    return [one["name"] for one in server.one("/objects", name="db01")["properties"] if str(one["type_id"]) == "7"]


def test_a_file_with_its_own_name_needs_no_renaming(photo: Upload) -> None:
    server = FakeServer(objects=[DB])
    item = {"name": "db01", "documents": [{"name": "db01.png", "file": photo}]}
    ensure_on(server, "object", item)
    assert [(method, path) for method, path, _body in server.writes] == [("POST", f"{PATH}/docs")]
    assert files(server) == ["Manual", "db01.png"]
    assert ensure_on(server, "object", item)["changed"] is False


@pytest.mark.parametrize("fault", ["POST .*/docs", "PATCH .*/props/.*"])
@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_answer_makes_no_duplicate(photo: Upload, fault: str, sent: bool) -> None:
    server = FakeServer(objects=[DB])
    server.connection = server.connection.__class__(server.connection.url, timeout=0.1)
    (server.after if sent else server.before).append((fault, lost))
    item = {"name": "db01", "documents": [{"name": "Photo", "file": photo}]}
    result = ensure_on(server, "object", item)
    if fault.startswith("POST") and not sent:
        assert result["failed"], "what may still be created is not created again"
        assert files(server) == ["Manual"]
    else:
        assert (result["changed"], result["summary"]["recovered"]) == (True, 1)
        assert files(server) == ["Manual", "Photo"]
        assert ensure_on(server, "object", item)["changed"] is False


def test_two_files_of_which_one_answer_was_lost(photo: Upload, tmp_path: Path) -> None:
    """The call for one must not be taken for that of the other."""
    (tmp_path / "b.png").write_bytes(b"1")
    server = FakeServer(objects=[DB])
    server.after.append(("POST .*/docs", lost))
    given = [{"name": "Photo", "file": photo}, {"name": "Plan", "file": Upload(str(tmp_path / "b.png"))}]
    assert ensure_on(server, "object", {"name": "db01", "documents": given})["summary"]["recovered"] == 1
    assert files(server) == ["Manual", "Photo", "Plan"]


def test_another_size_is_seen_where_the_server_tells_it(photo: Upload) -> None:
    server = FakeServer(objects=[DB])
    server.file_facts = lambda path: {"size": Path(path).stat().st_size}
    item = {"name": "db01", "documents": [{"name": "Photo", "file": photo}]}
    ensure_on(server, "object", item)
    assert ensure_on(server, "object", item)["changed"] is False
    Path(photo).write_bytes(b"123456")
    server.journal.clear()
    result = ensure_on(server, "object", item)
    assert result["diff"][0]["before"] == {"documents": {**_SHOWN, "Photo": "uploaded file (5 bytes)"}}
    assert [method for method, _path, _body in server.writes] == ["DELETE", "POST", "PATCH"]
    assert files(server) == ["Manual", "Photo"]
    assert ensure_on(server, "object", item)["changed"] is False


_SHOWN = {"Runbook": "https://example.org/1", "Manual": "uploaded file"}


def test_a_link_becomes_a_file_and_a_file_a_link(photo: Upload) -> None:
    server = FakeServer(objects=[DB])
    given = [{"name": "Runbook", "file": photo}, {"name": "Manual", "url": "https://m"}]
    item = {"name": "db01", "documents": given}
    ensure_on(server, "object", item)
    held = {one["name"]: str(one["type_id"]) for one in server.one("/objects", name="db01")["properties"]}
    assert held == {"Owner": "1", "Runbook": "7", "Manual": "6"}
    assert ensure_on(server, "object", item)["changed"] is False


def test_together_with_properties_and_monitoring(photo: Upload) -> None:
    """All of them are kept in one list of the record."""
    server = FakeServer(objects=[DB])
    item = {
        "name": "db01",
        "documents": [{"name": "Photo", "file": photo}],
        "monitoring": {"task": "ping"},
        "properties": [{"name": "Owner", "value": "bob"}],
        "append_properties": False,
        "append_documents": False,
    }
    for check in (True, False):
        result = ensure_on(server, "object", item, check=check)
        assert {*result["diff"][0]["after"]} == {"documents", "monitoring", "properties"}
    assert sorted(one["name"] for one in server.one("/objects", name="db01")["properties"]) == [
        "Owner",
        "Photo",
        "TaskType",
    ]
    several = ensure_on(server, "object", item, {"name": "other", "documents": []})
    assert several["summary"]["unchanged"] == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "must be a list of dictionaries, got dict"),
        ([1], "each document must be a dictionary, got int"),
        ([{"url": "x"}], "each document must have name"),
        ([{"name": "x"}], "the document 'x' must have either url or file"),
        ([{"name": "x", "url": "a"}, {"name": "x", "url": "b"}], "the document 'x' is listed twice"),
        ([{"name": "x", "url": ""}], "url of each document: give a text that is not empty"),
        ([{"name": "x", "file": ""}], "file of each document: give the path of a file"),
        ([{"name": "x", "file": 5}], "file of each document: give the path of a file"),
        (
            [{"name": "x", "file": "/etc/hosts"}],
            "a file can be uploaded only from the controller: remove saymon_run_on=target or async",
        ),
        ([{"name": "x", "file": Upload("/nowhere", "here/x")}], "'here/x' cannot be read (No such file or directory)"),
        ([{"name": "x", "file": Upload("/tmp")}], "'/tmp' is not a regular file"),
        ([{"name": "x", "file": Upload("/dev/zero")}], "'/dev/zero' is not a regular file"),
    ],
)
def test_refused(given: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        DOCUMENTS.parse(given)
    assert said in str(caught.value)


def test_a_file_that_is_too_large(photo: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    os.truncate(photo, 100 * 2**20 + 1)
    with pytest.raises(Invalid, match=r"db01[.]png' is larger than 100 MiB"):
        DOCUMENTS.parse([{"name": "x", "file": photo}])
    assert documents._MOST_MIB == 100


@pytest.mark.parametrize("first", [True, False])
def test_a_document_may_have_the_name_of_a_property(first: bool) -> None:
    document = {"id": "d9", "name": "Owner", "value": "https://o", "type_id": 6}
    held = [document, OWNER] if first else [OWNER, document]
    server = FakeServer(objects=[{**DB, "properties": held}])
    item: dict[str, Any] = {
        "name": "db01",
        "properties": [{"name": "Owner", "value": "ann"}],
        "documents": [{"name": "Owner", "url": "https://o"}],
    }
    for exact in ({}, {"append_properties": False, "append_documents": False}):
        assert ensure_on(server, "object", {**item, **exact})["changed"] is False
    item["properties"][0]["value"], item["documents"][0]["url"] = "bob", "https://p"
    ensure_on(server, "object", item)
    assert [(method, path) for method, path, _body in server.writes] == [
        ("PATCH", f"{PATH}/props/p1"),
        ("PATCH", f"{PATH}/props/d9"),
    ]
    assert ensure_on(server, "object", item)["changed"] is False


@pytest.mark.parametrize(
    "others",
    [
        [{"name": "plan.pdf", "url": "https://example.org"}],
        [{"name": "plan.pdf", "file": "other"}],
        [{"name": "A", "file": "other"}, {"name": "plan.pdf", "url": "https://example.org"}],
    ],
)
def test_a_file_is_renamed_and_nothing_else_that_has_its_name(tmp_path: Path, others: list[dict[str, Any]]) -> None:
    server = FakeServer(objects=[DB])
    uploads = {}
    for folder in ("other", "own"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "plan.pdf").write_bytes(folder.encode())
        uploads[folder] = Upload(str(tmp_path / folder / "plan.pdf"), f"{folder}/plan.pdf")
    given = [{**one, "file": uploads["other"]} if "file" in one else one for one in others]
    given.append({"name": "Schema", "file": uploads["own"]})
    task = {"name": "db01", "documents": given}
    assert ensure_on(server, "object", task)["changed"] is True
    assert ensure_on(server, "object", task)["changed"] is False
    properties = server.data["/objects"][1]["properties"]
    assert [entry["name"] for entry in properties] == ["Owner", "Runbook", "Manual", *(one["name"] for one in given)]
