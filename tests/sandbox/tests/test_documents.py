# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents with their files, and the configuration log."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import ADMIN, PASSWORD, Api, Process

LINK = {"name": "Runbook", "type_id": 6, "value": "https://wiki.example.org/db01"}
BYTES = b"\x00\xff\r\n--x\r\n\r\nFoto"


def upload(api: Api, path: str, name: str = "db01.pdf", content: bytes = BYTES, status: int = 200, **options: Any) -> Any:
    answer = api.call("POST", f"{path}/docs", files={"file": (name, content)}, **options)
    assert answer.status_code == status, answer.text
    return answer.json()


def fetch(api: Api, value: str, page: int = 1, auth: tuple[str, str] | None = ADMIN) -> requests.Response:
    return api.http.get(f"{api.url}/node-resources/docs/uid/{value}/pdf/{page}.pdf", auth=auth, timeout=10)


def owner(api: Api, root: str) -> str:
    if root == "links":
        return f"/links/{api.ok('GET', '/links')[0]['id']}"
    lab = api.object_id("Lab bench")
    if root == "objects":
        return f"/objects/{lab}"
    return f"/flows/{api.ok('POST', '/flows', {'owner_id': lab, 'item_ids': [lab]})['id']}"


@pytest.mark.parametrize("root", ["objects", "links", "flows"])
def test_documents(api: Api, root: str) -> None:
    path = owner(api, root)
    before = api.ok("GET", f"{path}/props")
    link = api.ok("POST", f"{path}/docs", LINK)
    assert list(link) == ["id"]
    assert api.ok("GET", f"{path}/docs/{link['id']}") == {**link, **LINK}
    file = upload(api, path)
    assert file == {"id": file["id"], "type_id": 7, "name": "db01.pdf", "value": file["value"]}
    assert file["value"].startswith("upload_")
    assert api.ok("GET", f"{path}/props")[len(before) :] == [{**LINK, **link}, file]
    got = fetch(api, file["value"])
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, BYTES, "application/pdf")
    assert fetch(api, file["value"], page=2).status_code == 404
    api.ok("PATCH", f"{path}/props/{file['id']}", {"name": "Photo"})
    assert api.ok("GET", f"{path}/docs/{file['id']}")["name"] == "Photo"
    for item in (link, file):
        assert api.ok("DELETE", f"{path}/docs/{item['id']}") is None
        api.fails(404, "DELETE", f"{path}/docs/{item['id']}")
    assert fetch(api, file["value"]).status_code == 404
    assert api.ok("GET", f"{path}/props") == before


@pytest.mark.parametrize("body", [{"name": "x", "type_id": 6}, {"value": "x", "type_id": 6}, {"name": "x", "value": "x", "type_id": 7}, {}])
def test_bad_links(api: Api, body: dict[str, Any]) -> None:
    api.fails(400, "POST", f"{owner(api, 'objects')}/docs", body)


def test_bad_uploads(api: Api) -> None:
    path = owner(api, "objects")
    assert api.call("POST", f"{path}/docs", files={"other": ("a.pdf", b"x")}).status_code == 400
    assert api.call("POST", f"{path}/docs", data=b"x", headers={"Content-Type": "multipart/form-data"}).status_code == 400
    api.settings(document_types="listed", document_size=True)
    upload(api, path, "a.png", status=400)
    assert upload(api, path, "Паспорт.PDF")["size"] == len(BYTES)
    assert [item["name"] for item in api.ok("GET", f"{path}/props")][-1] == "Паспорт.PDF"


def test_permissions(api: Api) -> None:
    lab = api.object_id("Lab bench")
    path, far = f"/objects/{lab}", api.object_id("North site")
    file = upload(api, path)
    reader = api.user("reader", [], [lab])
    api.fails(403, "POST", f"{path}/docs", LINK, auth=reader)
    api.fails(403, "DELETE", f"{path}/docs/{file['id']}", auth=reader)
    assert fetch(api, file["value"], auth=reader).content == BYTES
    writer = api.user("writer", ["upload-documents", "delete-documents"], [lab])
    made = api.ok("POST", f"{path}/docs", LINK, auth=writer)
    api.ok("DELETE", f"{path}/docs/{made['id']}", auth=writer)
    stranger = api.user("stranger", ["manage-documents"], [far])
    api.fails(404, "POST", f"{path}/docs", LINK, auth=stranger)
    assert fetch(api, file["value"], auth=stranger).status_code == 404
    assert fetch(api, file["value"], auth=None).status_code == 401


def test_a_file_goes_with_the_last_one_who_has_it(api: Api) -> None:
    lab = api.object_id("Lab bench")
    file = upload(api, f"/objects/{lab}")
    copy = api.ok("POST", f"/objects/{lab}/clone")
    api.ok("DELETE", f"/objects/{lab}")
    assert fetch(api, file["value"]).content == BYTES
    api.ok("DELETE", f"/objects/{copy['id']}")
    assert fetch(api, file["value"]).status_code == 404


def test_files_survive_a_kill(tmp_path: Path) -> None:
    arguments = ("--data", str(tmp_path / "data"), "--password", PASSWORD, "--seed", "demo", "--quiet")
    process = Process(*arguments)
    api = Api(process.url)
    file = upload(api, f"/objects/{api.object_id('Lab bench')}")
    process.kill()
    process = Process(*arguments)
    try:
        assert fetch(Api(process.url), file["value"]).content == BYTES
    finally:
        process.stop()


@pytest.mark.parametrize("root", ["objects", "links"])
def test_settings_of_the_monitoring(api: Api, root: str) -> None:
    path = owner(api, root)
    others = [item for item in api.ok("GET", f"{path}/props") if item["type_id"] != 8]
    assert api.ok("POST", f"{path}/monitoring", [{"name": "TaskType", "value": "ping"}, {"name": "PingHost", "value": "h"}]) is None
    assert api.ok("POST", f"{path}/monitoring", [{"name": "TaskType", "value": "exec"}]) is None
    held = api.ok("GET", f"{path}/props")
    assert held[:-1] == others
    assert (held[-1]["name"], held[-1]["value"], held[-1]["type_id"]) == ("TaskType", "exec", 8)
    assert api.ok("POST", f"{path}/monitoring/now", [{"name": "TaskType", "value": "ping"}, {"name": "PingHost", "destroy": True}]) is None
    assert api.ok("GET", f"{path}/props") == held
    wrong: list[Any] = [[{"name": "x"}], [{"value": "x"}], ["x"], {}]
    for bad in wrong:
        api.fails(400, "POST", f"{path}/monitoring", bad)
        api.fails(400, "POST", f"{path}/monitoring/now", bad)
    word = root[:-1]
    reader = api.user("reader", [f"modify-{word}s"], [1])
    writer = api.user("writer", ["manage-properties"], [1])
    for call in ("monitoring", "monitoring/now"):
        api.fails(403, "POST", f"{path}/{call}", [], auth=reader)
        assert api.ok("POST", f"{path}/{call}", [], auth=writer) is None


def content_of(record: dict[str, Any]) -> Any:
    assert record["contentEncoding"] == "GZIP_BASE64"
    return json.loads(gzip.decompress(base64.b64decode(record["content"])))


@pytest.mark.parametrize("root", ["objects", "links"])
def test_config_log(api: Api, root: str) -> None:
    path = owner(api, root)
    assert api.ok("GET", f"{path}/config-log") == []
    api.ok("PATCH", path, {"weight": 3})
    api.ok("PUT", f"{path}/state", {"state_id": 5})
    made = api.ok("POST", f"{path}/props", {"name": "Row", "value": "2"})
    api.ok("POST", f"{path}/monitoring", [{"name": "TaskType", "value": "ping"}])
    api.ok("DELETE", f"{path}/props/{made['id']}")
    log = api.ok("GET", f"{path}/config-log")
    assert content_of(log[0])["weight"] == 3
    assert content_of(log[1])["value"] == "2"
    assert [item["name"] for item in content_of(log[2])] == ["TaskType"]
    assert content_of(log[3]) is None
    assert len(log) == 4, "a state is no configuration"
    assert api.ok("GET", f"{path}/config-log?inverse=true&limit=1&skip=1") == [log[2]]
    assert api.ok("GET", f"{path}/config-log?from={log[3]['timestamp'] + 1}") == []
    assert api.ok("GET", f"{path}/config-log/{log[1]['id']}") == log[1]
    api.fails(404, "GET", f"{path}/config-log/zzz")
