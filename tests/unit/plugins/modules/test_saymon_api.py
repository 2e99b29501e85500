# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_api."""

from __future__ import annotations

import os
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api import client
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, SID, URL, Exchange, Script, run_module

NAME = "saymon_api"
ANSWER = {
    "status": 200,
    "json": [{"id": 1}],
    "text": "",
    "headers": {},
    "url": f"{URL}/node/api/objects",
    "changed": False,
}
UNSENT: dict[str, Any] = {"status": None, "json": None, "text": "", "headers": {}, "elapsed": 0.0}


def _run(args: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """The result without the time, which no test can know."""
    result = run_module(NAME, args, **kwargs)
    if result.get("status") is not None and not result.get("failed"):
        assert 0 <= result.pop("elapsed") < 10
    return result


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("path", ["/objects", "objects", "/node/api/objects", "//objects"])
def test_get(script: Script, check: bool, path: str) -> None:
    script(Exchange("GET", "/objects", 200, [{"id": 1}], headers={"Cookie": f"sid={SID}", "Content-Type": None}))
    assert _run({"path": path}, check=check) == ANSWER


@pytest.mark.parametrize(
    ("path", "query", "sent"),
    [
        ("/objects?fields=id,name", {}, "fields=id%2Cname"),
        ("/objects", {"fields": "id,name", "limit": 5, "on": True, "none": None}, "fields=id%2Cname&limit=5&on=true"),
        ("/objects?a=1", {"b": [2, 3]}, "a=1&b=2&b=3"),
        ("/objects", {"filter": {"имя": "x"}}, "filter=%7B%22%D0%B8%D0%BC%D1%8F%22%3A+%22x%22%7D"),
    ],
)
def test_query(script: Script, path: str, query: dict[str, Any], sent: str) -> None:
    script(("GET", f"/objects?{sent}", 200, [{"id": 1}]))
    assert _run({"path": path, "query": query}) == {**ANSWER, "url": f"{URL}/node/api/objects?{sent}"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [{"name": "x"}, [1], "text", 5, False])
def test_write(script: Script, method: str, body: Any) -> None:
    script(Exchange(method, "/objects/1", 201, {"id": 1}, body=body, headers={"Content-Type": "application/json"}))
    result = _run({"path": "/objects/1", "method": method, "body": body})
    assert (result["changed"], result["status"], result["json"]) == (True, 201, {"id": 1})


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{"a": [1, null]}', {"a": [1, None]}),
        (' \n[1, "x"] ', [1, "x"]),
        ("{}", {}),
        *((text, text) for text in ("{a: 1}", "{", "[1", "5", "true", '"x"', "", "text", "[" * 100_000)),
    ],
)
def test_a_body_that_is_json_text(script: Script, body: str, sent: Any) -> None:
    script(Exchange("POST", "/objects", 200, body=sent))
    assert not _run({"path": "/objects", "method": "POST", "body": body}).get("failed")


def test_json_text_that_stays_text(script: Script) -> None:
    script(Exchange("POST", "/x", 200, sent=b'{"a": 1}', headers={"Content-Type": "text/plain; charset=utf-8"}))
    assert not _run({"path": "/x", "method": "POST", "body_text": '{"a": 1}'}).get("failed")


@pytest.mark.parametrize("method", ["get", "Get", "post", "delete"])
def test_methods_in_small_letters(script: Script, method: str) -> None:
    script((method.upper(), "/x", 200, []))
    assert _run({"path": "/x", "method": method})["changed"] is (method.lower() != "get")


@pytest.mark.parametrize(
    ("method", "advice"),
    [("PUT", "acted on it. Look before you run the task again."), ("GET", "s the limit. Try again.")],
)
def test_a_lost_answer_is_told_as_it_is(script: Script, method: str, advice: str) -> None:
    """The module repeats blindly, so it must not promise to look."""
    script(Exchange(method, "/x", error=requests.exceptions.ReadTimeout()))
    message = _run({"path": "/x", "method": method, "saymon_retries": 0})["msg"]
    assert message.startswith(f"{method} /x to {URL}: no answer within 30 s; saymon_timeout sets the limit")
    assert message.endswith(advice)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_refused_login_says_nothing_of_the_own_session(script: Script, method: str) -> None:
    wrong = {"code": "InvalidCredentials", "message": '{"errorCode":3,"message":"Invalid login or password."}'}
    script((method, "/users/session", 401, wrong))
    result = _run({"path": "/users/session", "method": method, **CREDENTIALS})
    assert (result["status"], result["code"]) == (401, "InvalidCredentials")


def test_write_without_a_body_and_with_an_empty_answer(script: Script) -> None:
    script(Exchange("DELETE", "/objects/1", 204, headers={"Content-Type": None}))
    result = _run({"path": "/objects/1", "method": "DELETE"})
    assert (result["changed"], result["status"], result["json"], result["text"]) == (True, 204, None, "")


def test_text_in_and_out(script: Script) -> None:
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    script(Exchange("POST", "/incidents/1/comment", 200, sent="заметка".encode(), text="принято", headers=headers))
    result = _run({"path": "/incidents/1/comment", "method": "POST", "body_text": "заметка"})
    assert (result["json"], result["text"]) == (None, "принято")


def test_headers_are_lower_case_and_without_cookies(script: Script) -> None:
    script(Exchange("GET", "/objects", 200, [{"id": 1}], answer_headers={"X-Test": "1", "Set-Cookie": f"sid={SID}"}))
    assert _run({"path": "/objects"}) == {**ANSWER, "headers": {"x-test": "1"}}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(("given", "changed"), [({}, True), ({"changed": True}, True), ({"changed": False}, False)])
def test_check_mode_sends_no_writes(script: Script, method: str, given: dict[str, Any], changed: bool) -> None:
    result = _run({"path": "/objects/1?a=1", "method": method, **given}, check=True)
    msg = f"Would send {method} /objects/1."
    assert result == {**UNSENT, "changed": changed, "url": f"{URL}/node/api/objects/1", "msg": msg}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("path", ["/objects/search", "/v2/getObjects"])
def test_searches_read(script: Script, check: bool, path: str) -> None:
    script(Exchange("POST", path, 200, [], body={"search": {"class_id": 3}}))
    result = _run({"path": path, "method": "POST", "body": {"search": {"class_id": 3}}}, check=check)
    assert (result["changed"], result["json"]) == (False, [])


@pytest.mark.parametrize(("method", "changed"), [("GET", True), ("PUT", False)])
def test_changed_as_told(script: Script, method: str, changed: bool) -> None:
    script((method, "/x", 200))
    assert _run({"path": "/x", "method": method, "changed": changed})["changed"] is changed


def test_a_code_key_is_a_failure_even_with_200(script: Script) -> None:
    script(("PUT", "/x", 200, {"code": "Internal", "message": "caused by Error: no"}))
    result = _run({"path": "/x", "method": "PUT"})
    assert (result["failed"], result["changed"], result["status"], result["code"]) == (True, False, 200, "Internal")


@pytest.mark.parametrize(
    ("expect", "status", "fine"),
    [([200, 404], 404, True), ([204], 200, False), ([200], 200, True), (["404"], 404, True)],
)
def test_expect(script: Script, expect: list[Any], status: int, fine: bool) -> None:
    script(("GET", "/x", status, {"code": "NotFound"}))
    result = _run({"path": "/x", "expect": expect})
    assert result.get("failed", False) is not fine
    assert result["status"] == status
    if fine:
        assert result["json"] == {"code": "NotFound"}


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"path": ""}, "path is ''"),
        ({"path": "/a b"}, "path is '/a b'"),
        ({"path": "/../x"}, "must not leave the API root"),
        ({"path": "/%2e%2e/x"}, "must not leave the API root"),
        ({"path": "/x#y"}, "write it as %23"),
        ({"path": "/x", "method": "FETCH"}, "method is 'FETCH': give one of GET, POST, PUT, PATCH, DELETE."),
        (
            {"path": "/x", "method": "post", "files": {"file": "/x"}, "body": "[1]"},
            "body must be a dictionary of texts",
        ),
        ({"path": "http://other.example.org/node/api/x"}, "a whole URL"),
        ({"path": "/x", "body": {}}, "method is GET, which sends no body"),
        ({"path": "/x", "body_text": "x"}, "method is GET, which sends no body"),
        ({"path": "/x", "files": {"file": "/x"}}, "method is GET, which sends no body"),
        ({"path": "/x", "method": "POST", "files": {"file": "/x"}, "body": [1]}, "body must be a dictionary of texts"),
        ({"path": "/x", "method": "POST", "paginate": True}, "paginate works for method GET, not POST"),
        ({"path": "/x", "paginate": True, "page_size": 0}, "page_size is 0"),
        ({"path": "/x", "paginate": True, "max_items": 0}, "max_items is 0"),
        ({"path": "/x", "expect": [99]}, "expect holds 99"),
        ({"path": "/x", "expect": [200, 600]}, "expect holds 600"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_bad_options_send_nothing(script: Script, args: dict[str, Any], text: str, check: bool) -> None:
    result = _run(args, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert text in result["msg"]


# --- pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_paginate(script: Script, check: bool) -> None:
    script(
        ("GET", "/incidents?from=1&limit=2&skip=0", 200, [{"id": "a"}, {"id": "b"}]),
        ("GET", "/incidents?from=1&limit=2&skip=2", 200, [{"id": "b"}, {"id": "c"}]),
        ("GET", "/incidents?from=1&limit=2&skip=4", 201, [{"id": "d"}]),
    )
    result = _run({"path": "/incidents", "query": {"from": 1}, "paginate": True, "page_size": 2}, check=check)
    assert result["json"] == [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}]
    assert (result["changed"], result["status"], result["url"][-6:]) == (False, 201, "skip=4")


def test_paginate_by_500(script: Script) -> None:
    script(("GET", "/incidents?limit=500&skip=0", 200, []))
    assert _run({"path": "/incidents", "paginate": True})["json"] == []


def test_paginate_where_limit_is_ignored(script: Script) -> None:
    everything = [{"id": number} for number in range(5)]
    script(("GET", "/objects?limit=2&skip=0", 200, everything))
    assert _run({"path": "/objects", "paginate": True, "page_size": 2})["json"] == everything


def test_paginate_where_skip_is_ignored(script: Script) -> None:
    page = [{"id": 1}, {"id": 2}]
    script(("GET", "/objects?limit=2&skip=0", 200, page), ("GET", "/objects?limit=2&skip=2", 200, page))
    assert _run({"path": "/objects", "paginate": True, "page_size": 2})["json"] == page


def test_paginate_at_most(script: Script) -> None:
    script(("GET", "/x?limit=2&skip=0", 200, [1, 2]), ("GET", "/x?limit=2&skip=2", 200, [3, 4]))
    assert _run({"path": "/x", "paginate": True, "page_size": 2, "max_items": 3})["json"] == [1, 2, 3]


def test_paginate_what_is_no_list(script: Script) -> None:
    script(("GET", "/x?limit=500&skip=0", 200, {"id": 1}))
    assert "did not answer with a list" in _run({"path": "/x", "paginate": True})["msg"]


def test_pages_without_an_end(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_MOST_ITEMS", 4)
    script(*[("GET", f"/x?limit=2&skip={skip}", 200, [skip, skip + 1]) for skip in (0, 2, 4)])
    result = _run({"path": "/x", "paginate": True, "page_size": 2})
    assert result["msg"] == "GET /x has sent more than 4 items and no end: ask for fewer with query, or set max_items."
    assert "json" not in result
    script(*[("GET", f"/x?limit=2&skip={skip}", 200, [skip, skip + 1]) for skip in (0, 2, 4)])
    assert len(_run({"path": "/x", "paginate": True, "page_size": 2, "max_items": 6})["json"]) == 6


def test_pages_that_are_too_long_together(script: Script) -> None:
    script(*[("GET", f"/x?limit=1&skip={skip}", 200, [str(skip) * 400]) for skip in (0, 1, 2)])
    result = _run({"path": "/x", "paginate": True, "page_size": 1, "saymon_max_answer": "1K"})
    assert "GET /x in pages: the answer is longer than saymon_max_answer (1024 bytes)" in result["msg"]


# --- files ----------------------------------------------------------------------------------------


def test_upload(script: Script, tmp_path: Path) -> None:
    (tmp_path / "manual.pdf").write_bytes(b"pdf")
    script(
        Exchange(
            "POST", "/objects/1/docs", 200, {"id": 1}, files={"file": "manual.pdf"}, form={"name": "Manual", "n": "1"}
        )
    )
    files = {"file": str(tmp_path / "manual.pdf")}
    result = _run({"path": "/objects/1/docs", "method": "POST", "files": files, "body": {"name": "Manual", "n": 1}})
    assert (result["changed"], result["json"]) == (True, {"id": 1})


def test_upload_of_nothing(script: Script, tmp_path: Path) -> None:
    args = {"path": "/x", "method": "POST", "files": {"file": str(tmp_path / "none")}}
    assert f"files: file is '{tmp_path}/none', which cannot be read" in _run(args)["msg"]
    assert _run(args, check=True)["msg"] == "Would send POST /x."


def _download(content: bytes = b"\x00pdf", **more: Any) -> Exchange:
    return Exchange("GET", "/docs/1", content=content, **more)


def test_download(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "manual.pdf"
    script(_download(), _download(), _download(b"new"))
    result = _run({"path": "/docs/1", "dest": str(dest)})
    assert (result["changed"], result["dest"], result["json"], result["text"]) == (True, str(dest), None, "")
    assert dest.read_bytes() == b"\x00pdf"
    umask = os.umask(0)
    os.umask(umask)
    assert dest.stat().st_mode & 0o777 == 0o666 & ~umask
    inode = dest.stat().st_ino
    assert _run({"path": "/docs/1", "dest": str(dest)})["changed"] is False
    assert dest.stat().st_ino == inode  # an unchanged file is not even touched
    assert _run({"path": "/docs/1", "dest": str(dest)})["changed"] is True
    assert dest.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [dest]


def test_download_in_check_mode(script: Script, tmp_path: Path) -> None:
    same = tmp_path / "same"
    same.write_bytes(b"\x00pdf")
    script(_download(), _download())
    assert _run({"path": "/docs/1", "dest": str(tmp_path / "new")}, check=True)["changed"] is True
    assert _run({"path": "/docs/1", "dest": str(same)}, check=True)["changed"] is False
    assert list(tmp_path.iterdir()) == [same]


def test_download_with_changed_as_told(script: Script, tmp_path: Path) -> None:
    script(_download())
    assert _run({"path": "/docs/1", "dest": str(tmp_path / "x"), "changed": False})["changed"] is False
    assert (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"status": 404, "content": b'{"code":"NotFound","message":"no"}'}, "404 NotFound"),
        (
            {"content": b'{"code":"Internal","message":"no"}', "answer_headers": {"Content-Type": "application/json"}},
            "200 Internal",
        ),
        ({"content": b"<!DOCTYPE html>", "answer_headers": {"Content-Type": "text/html"}}, "HTML page"),
    ],
)
def test_a_failed_download_leaves_the_file_alone(
    script: Script, tmp_path: Path, answer: dict[str, Any], text: str
) -> None:
    dest = tmp_path / "kept"
    dest.write_bytes(b"kept")
    script(Exchange("GET", "/docs/1", **answer))
    result = _run({"path": "/docs/1", "dest": str(dest)})
    assert text in result["msg"]
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"kept"]


@pytest.mark.parametrize("kind", ["application/json", "text/html", "text/plain"])
def test_a_download_may_be_json_or_a_page_fragment(script: Script, tmp_path: Path, kind: str) -> None:
    script(_download(b'[{"id":1}]', answer_headers={"Content-Type": kind}))
    _run({"path": "/docs/1", "dest": str(tmp_path / "x")})
    assert (tmp_path / "x").read_bytes() == b'[{"id":1}]'


@pytest.mark.parametrize(
    "body",
    [
        b'{"code":"Internal","message":"no"}',
        b"\xef\xbb\xbf<!DOCTYPE html>",
        b" " * 300_000 + b"<html>",
        b'{"code":"' + b"x" * 500_000 + b'"}',
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "text/html", None])
def test_no_error_or_page_becomes_the_file(script: Script, tmp_path: Path, body: bytes, kind: str | None) -> None:
    script(Exchange("GET", "/docs/1", content=body, answer_headers={"Content-Type": kind} if kind else {}))
    assert _run({"path": "/docs/1", "dest": str(tmp_path / "x")})["failed"]
    assert list(tmp_path.iterdir()) == []


def test_an_expected_failure_is_no_file(script: Script, tmp_path: Path) -> None:
    script(Exchange("GET", "/docs/1", 404, {"code": "NotFound"}))
    result = _run({"path": "/docs/1", "dest": str(tmp_path / "x"), "expect": [200, 404]})
    assert (result["status"], result["changed"], result["json"]) == (404, False, {"code": "NotFound"})
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_response: Any) -> Any:
        yield b"half"
        raise IncompleteRead(b"half")

    monkeypatch.setattr(client, "received", broken)
    script(_download())
    result = _run({"path": "/docs/1", "dest": str(tmp_path / "x"), "saymon_retries": 0})
    assert "the answer broke off" in result["msg"]
    assert list(tmp_path.iterdir()) == []


def test_destinations_that_cannot_be(script: Script, tmp_path: Path) -> None:
    script(_download(), _download())
    missing = _run({"path": "/docs/1", "dest": str(tmp_path / "no" / "x")})
    assert (
        "which cannot be written (No such file or directory): give the path of a file in a writable folder"
        in missing["msg"]
    )
    folder = _run({"path": "/docs/1", "dest": str(tmp_path)})
    assert f"dest is '{tmp_path}', which cannot be written" in folder["msg"]
    assert list(tmp_path.iterdir()) == []


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/users/session", "/users/64b1/auth-token", "/users/64b1/auth-token/"])
def test_an_answer_that_is_a_secret_is_handed_over(script: Script, path: str) -> None:
    secrets = Secrets()
    script(("POST", path, 200, "11112222-3333"))
    assert _run({"path": path, "method": "POST"}, secrets=secrets)["json"] == "11112222-3333"
    assert secrets.revealed == {"11112222-3333"}


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/users/64b1/auth-token"), ("POST", "/users/64b1"), ("POST", "/users/session/x")]
)
def test_other_answers_are_not_revealed(script: Script, method: str, path: str) -> None:
    secrets = Secrets()
    script((method, path, 200, "11112222-3333"))
    _run({"path": path, "method": method}, secrets=secrets)
    assert secrets.revealed == frozenset()


def test_secrets_of_the_body_are_masked_wherever_they_come_back(script: Script) -> None:
    body = {"login": "x", "password": "new-secret-1"}
    script(Exchange("POST", "/users", 400, {"code": "BadRequest", "message": "new-secret-1 is weak"}, body=body))
    assert "BadRequest: ******** is weak" in _run({"path": "/users", "method": "POST", "body": body})["msg"]
    script(("GET", "/users/current", 200, {"id": 1, "authenticationToken": "t", "note": "pass-phrase-1"}))
    masked = {"id": 1, "authenticationToken": "********", "note": "********"}
    assert _run({"path": "/users/current", **CREDENTIALS})["json"] == masked


def test_a_token_never_shows_in_the_url(script: Script) -> None:
    script(("GET", "/x?a=1&auth-token=t-secret&api-token=t-secret", 200, []))
    result = _run({"path": "/x?a=1", "saymon_auth_method": "token", "saymon_auth_token": "t-secret"}, sid=None)
    assert result["url"] == f"{URL}/node/api/x?a=1"
