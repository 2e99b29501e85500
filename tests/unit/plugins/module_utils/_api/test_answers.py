# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How answers and the error bodies of the API are read."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api import answers
from ansible_collections.saymon.platform.plugins.module_utils._api.answers import (
    TooDeep,
    TooLong,
    decode,
    looks_like_html,
    raise_for,
    read_list,
    retry_after,
    start_of_file,
    unpacked,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    _REMEDIES,
    AnswerLost,
    HttpError,
    SaymonError,
    WrongAnswer,
)
from hypothesis import given, settings
from hypothesis import strategies as st


def _in_chunks(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def _inner(text: str) -> str:
    return json.dumps({"errorCode": 3, "message": text}, separators=(",", ":"))


# status, body, code, reason: each error that the API is known or believed to send
ERRORS: list[tuple[int, Any, str, str]] = [
    (
        400,
        {"code": "InvalidContent", "message": "Invalid JSON: Unexpected end of input"},
        "InvalidContent",
        "Invalid JSON: Unexpected end",
    ),
    (
        400,
        {"code": "BadRequest", "message": 'Mandatory "metrics" parameter is absent/empty.'},
        "BadRequest",
        'Mandatory "metrics" parameter',
    ),
    (401, {"code": "Unauthorized", "message": _inner("Not logged in.")}, "Unauthorized", "Not logged in."),
    (401, {"code": "Unauthorized", "message": _inner("Session expired.")}, "Unauthorized", "Session expired."),
    (401, {"code": "Unauthorized", "message": _inner("Invalid API token.")}, "Unauthorized", "Invalid API token."),
    (
        401,
        {"code": "InvalidCredentials", "message": _inner("Invalid login or password.")},
        "InvalidCredentials",
        "Invalid login or",
    ),
    (401, {"errorCode": 3, "message": "Wrong CSRF Token"}, "", "Wrong CSRF Token"),
    (
        403,
        {"code": "Forbidden", "message": "Permission required: manage-users"},
        "Forbidden",
        "Permission required: manage-users",
    ),
    (403, {"code": "NotAuthorized", "message": "manage-users"}, "NotAuthorized", "manage-users"),
    (
        404,
        {"code": "ResourceNotFound", "message": "/api/userz does not exist"},
        "ResourceNotFound",
        "/api/userz does not exist",
    ),
    (
        404,
        {"code": "ResourceNotFound", "message": "Entity not found: StateTriggers(1, Object(1))"},
        "ResourceNotFound",
        "Entity not found",
    ),
    (404, {"code": "NotFound", "message": ""}, "NotFound", ""),
    (404, None, "", ""),
    (405, {"code": "MethodNotAllowed", "message": "PATCH is not allowed"}, "MethodNotAllowed", "PATCH is not allowed"),
    (409, {"message": "incident conditions are off"}, "", "incident conditions are off"),
    (
        500,
        {"code": "Internal", "message": "caused by Error: Password does not match policy"},
        "Internal",
        "caused by Error: Password",
    ),
    # an error is an object with a code, whatever the status
    (200, {"code": "Internal", "message": "caused by Error: x"}, "Internal", "caused by Error: x"),
    (200, {"code": "Internal"}, "Internal", ""),
    (200, {"errorCode": 3, "message": "Wrong CSRF Token"}, "", "Wrong CSRF Token"),
    # shapes that nobody promised
    (400, {"code": 7, "message": {"a": 1}}, "7", "{'a': 1}"),
    (400, {"code": "X", "message": '{"errorCode":3'}, "X", '{"errorCode":3'),
    (400, {"code": "X", "message": '{"errorCode":3}'}, "X", '{"errorCode":3}'),
    (400, [1], "", ""),
    (400, "text", "", ""),
    (418, None, "", ""),
]


@pytest.mark.parametrize(("status", "body", "code", "reason"), ERRORS)
def test_error_bodies(status: int, body: Any, code: str, reason: str) -> None:
    with pytest.raises(HttpError) as caught:
        raise_for("PUT", "/users/1", status, body, json.dumps(body), ())
    error = caught.value
    assert (error.status, error.code) == (status, code)
    assert error.reason.startswith(reason)
    text = str(error)
    assert text.startswith(f"PUT /users/1 answered {status}{' ' + code if code else ''}")
    assert reason.rstrip(".") in text
    assert ".." not in text
    assert text.endswith(_REMEDIES.get(status, ""))
    expected = {"msg": text, "status": status, "method": "PUT", "path": "/users/1", **({"code": code} if code else {})}
    assert error.result() == expected
    assert error.absent is (status == 404)


@pytest.mark.parametrize("code", ["NotFound", "ResourceNotFound"])
def test_absent_by_code(code: str) -> None:
    assert HttpError("GET", "/x", 500, code, "").absent


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize(
    "data",
    [None, {}, [], "text", [{"code": 1}], {"errorCode": 3}, {"message": "x"}, {"errorCode": 1, "message": "", "a": 1}],
)
def test_any_2xx_is_success(status: int, data: Any) -> None:
    raise_for("PUT", "/x", status, data, "", ())


@pytest.mark.parametrize(
    ("status", "expect", "fine"),
    [(404, (200, 404), True), (200, (200,), True), (204, (200,), False), (500, (404,), False)],
)
def test_expected_statuses(status: int, expect: tuple[int, ...], fine: bool) -> None:
    if fine:
        raise_for("GET", "/x", status, {"code": "NotFound"}, "<html>", expect)
    else:
        with pytest.raises(HttpError) as caught:
            raise_for("GET", "/x", status, None, "", expect)
        assert ("expected was" in str(caught.value)) is (status < 400)


def test_two_expected_statuses_are_listed() -> None:
    with pytest.raises(HttpError, match=r"GET /x answered 302: expected was 200 or 404\."):
        raise_for("GET", "/x", 302, None, "", (200, 404))


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirects(status: int) -> None:
    with pytest.raises(
        HttpError, match="a redirect, which the API never sends: check the scheme and host of saymon_url"
    ):
        raise_for("GET", "/x", status, None, "", ())


@pytest.mark.parametrize("status", [200, 401, 403, 404, 500])
def test_pages(status: int) -> None:
    with pytest.raises(
        WrongAnswer, match=rf"HTML page \(status {status}\), not by the SAYMON API.*saymon_url"
    ) as caught:
        raise_for("GET", "/x", status, None, "\n <!DOCTYPE html>", ())
    assert caught.value.result()["status"] == status


@pytest.mark.parametrize("status", [502, 503, 504])
def test_pages_of_a_gateway_are_its_status(status: int) -> None:
    with pytest.raises(HttpError, match=f"answered {status}"):
        raise_for("GET", "/x", status, None, "<html>", ())


@pytest.mark.parametrize(
    ("text", "page"),
    [
        *(
            ("<HTML>", True),
            ("<head>", True),
            (" <body>", True),
            ("<!doctype html>", True),
            ("<svg>", False),
            ("", False),
            ("x", False),
        ),
        *(
            (" " * 5000 + "<html>", True),
            ("\ufeff<html>", True),
            ("<!-- a - b -->\n<html>", True),
            ('<?xml version="1.0"?><html>', True),
        ),
        *(("<?xml?><svg>", False), ("<!-- <html> --><svg>", False), ("<!-- <html>", False)),
    ],
)
def test_looks_like_html(text: str, page: bool) -> None:
    assert looks_like_html(text) is page


def test_a_page_of_comments_is_seen_through_at_once() -> None:
    started = time.monotonic()
    assert not looks_like_html("<!-- x --> " * 20_000 + "<svg>")
    assert not looks_like_html("<!--" + " -" * 100_000)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "text",
    [
        "<html><title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Client sent an HTTP request to an HTTPS server.",
        "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port.",
    ],
)
def test_http_on_the_port_of_https(text: str) -> None:
    with pytest.raises(WrongAnswer, match=r"^GET /x: the server speaks TLS on this port. Write saymon_url with https"):
        raise_for("GET", "/x", 400, None, text, ())


# --- bodies that are packed, long, or files -------------------------------------------------------


_BODY = bytes(range(256)) * 5000


@pytest.mark.parametrize("size", [1, 1000, 10_000_000])
@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("", _BODY),
        ("identity", _BODY),
        ("gzip", gzip.compress(_BODY)),
        (" GZIP ", gzip.compress(_BODY)),
        ("gzip", gzip.compress(_BODY[:100]) + gzip.compress(_BODY[100:])),
        ("deflate", zlib.compress(_BODY)),
    ],
)
def test_bodies_are_unpacked_however_they_arrive(coding: str, packed: bytes, size: int) -> None:
    if size == 1 and packed == _BODY:
        packed = packed[:1000]
        assert b"".join(unpacked(_in_chunks(packed, size), coding, len(packed))) == packed
        return
    assert b"".join(unpacked(_in_chunks(packed, size), coding, len(_BODY))) == _BODY
    with pytest.raises(TooLong):
        list(unpacked(_in_chunks(packed, size), coding, len(_BODY) - 1))


def test_an_empty_body_may_claim_any_compression() -> None:
    assert list(unpacked(iter([]), "gzip", 1)) == []


@pytest.mark.parametrize("packed", [b"no gzip", gzip.compress(_BODY)[:-9], gzip.compress(_BODY) + b"more", b"\x1f\x8b"])
def test_damaged_compression(packed: bytes) -> None:
    with pytest.raises(zlib.error):
        list(unpacked(iter([packed]), "gzip", 1 << 30))


def test_a_bomb_is_never_held_whole() -> None:
    bomb = gzip.compress(bytes(1 << 26))
    tracemalloc.start()
    with pytest.raises(TooLong):
        for _piece in unpacked(iter([bomb]), "gzip", 1 << 25):
            pass
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


@pytest.mark.parametrize("kind", ["", "application/json", "text/html; charset=utf-8"])
@pytest.mark.parametrize(
    ("body", "is_file"),
    [
        (b"", True),
        (b"\x00pdf", True),
        (b'[{"code":1}]', True),
        (b'{"id":1}', True),
        (b'{"code', True),
        (b'{"a":"' + b"x" * 2_000_000 + b'"}', True),
        (b"<svg></svg>", True),
        (b"[" * 3000, True),
        (b'{"a":' * 100_000, True),
        (b'{"code":"NotFound","message":""}', False),
        (b'\n {"errorCode":3,"message":"x"}', False),
        (b'{"code":"x","message":"' + b"x" * 500_000 + b'"}', False),
        (b" " * 200_000 + b"<!DOCTYPE html>", False),
        (b"\xef\xbb\xbf<html>", False),
    ],
)
@pytest.mark.parametrize("size", [1000, 10_000_000])
def test_which_downloads_are_files(body: bytes, is_file: bool, kind: str, size: int) -> None:
    chunks = _in_chunks(body, size)
    head, found = start_of_file(chunks, kind)
    assert (found, head + b"".join(chunks)) == (is_file, body)


def test_a_list_is_not_held_back() -> None:
    chunks = iter([b"[1,", b"2]"])
    assert start_of_file(chunks, "application/json") == (b"[1,", True)
    assert start_of_file(chunks, "application/pdf") == (b"", True)
    assert list(chunks) == [b"2]"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("  \n", None),
        ("null", None),
        ("true", True),
        ("3", 3),
        ('"a"', "a"),
        ('[{"id":1}]', [{"id": 1}]),
        (" {}", {}),
        ("text", None),
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "", "text/plain"])
def test_decode(text: str, value: Any, kind: str) -> None:
    if text == "text" and kind == "application/json":
        with pytest.raises(AnswerLost):
            decode("GET", "/x", 200, text, kind, reads=True)
    else:
        assert decode("GET", "/x", 200, text, kind, reads=True) == value


@pytest.mark.parametrize("text", ['{"a":', '["a"', '"abc'])
def test_damaged_json(text: str) -> None:
    for reads, advice in ((True, "Try again."), (False, "acted on it. Look before you run the task again.")):
        with pytest.raises(AnswerLost) as caught:
            decode("PUT", "/x", 200, text, "application/json; charset=utf-8", reads=reads)
        assert str(caught.value).startswith("PUT /x: the JSON of the answer broke off")
        assert str(caught.value).endswith(advice)
    assert decode("PUT", "/x", 500, text, "application/json", reads=False) is None
    assert decode("GET", "/x", 200, text, "text/plain", reads=True) is None


def _lists(depth: int) -> str:
    return "[" * depth + "]" * depth


NESTED = [
    (_lists(100), False),
    (_lists(101), True),
    ('{"a":' * 100 + "{}" + "}" * 100, True),
    ('{"a":[1,' * 51 + "1" + "]}" * 51, True),
    ('{"a":1,"b":' * 101 + "{}}" + "}" * 100, True),
    (json.dumps(["}" * 300 + "]" * 300, json.loads(_lists(100))]), True),
    (json.dumps([{"id": number, "tags": [[]]} for number in range(500)]), False),
    (json.dumps("[{" * 500), False),
    (json.dumps({"text": "[" * 500, "list": []}), False),
    (_lists(900), True),
    (_lists(200_000), True),
    ("[" * 200_000, True),
]


@pytest.mark.parametrize(("text", "deep"), NESTED)
@pytest.mark.parametrize("kind", ["application/json", "text/plain"])
def test_json_has_a_deepest_level(text: str, deep: bool, kind: str) -> None:
    if not deep:
        assert decode("GET", "/x", 200, text, kind, reads=True) == json.loads(text)
        return
    for reads, error in ((True, WrongAnswer), (False, AnswerLost)):
        with pytest.raises(
            error, match=r"^PUT /x answered with JSON that is nested more than 100 levels deep, as no SAYMON server"
        ):
            decode("PUT", "/x", 200, text, kind, reads=reads)
    assert decode("PUT", "/x", 500, text, kind, reads=False) is None


@pytest.mark.parametrize(("text", "deep"), NESTED)
@pytest.mark.parametrize("size", [7, 100_000])
def test_elements_of_a_list_have_a_deepest_level_too(text: str, deep: bool, size: int) -> None:
    if deep and size < 100:
        text = text[:300] + "]" * 300 if text[:2] == "[[" else text[:5000]  # deep enough, and quick
    chunks = _in_chunks(f'[{{"id":1}},{text}]'.encode(), size)
    if deep:
        with pytest.raises(TooDeep):
            read_list(chunks, lambda one: one)
    else:
        assert read_list(chunks, lambda one: one) == ([{"id": 1}, json.loads(text)], "")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5.0),
        ({"RETRY-AFTER": " 61 "}, 60.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "\u00b2"}, None),
        ({"Retry-After": "1.5"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_errors_render_themselves() -> None:
    error = SaymonError("What happened.", status=401, code=None)
    assert str(error) == "What happened."
    assert error.result() == {"msg": "What happened.", "status": 401}


# --- lists that are read while they arrive --------------------------------------------------------


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.lists(_JSON, max_size=5), st.integers(1, 30), st.sampled_from([None, 1]), st.booleans())
def test_a_list_is_the_same_however_it_arrives(
    value: list[Any], size: int, indent: int | None, ascii_only: bool
) -> None:
    body = f" \n{json.dumps(value, indent=indent, ensure_ascii=ascii_only)}\n".encode()
    assert read_list(_in_chunks(body, size), lambda one: one) == (value, "")


def test_each_element_is_taken_before_the_next_one_arrives() -> None:
    taken: list[Any] = []

    def arrive() -> Iterator[bytes]:
        for number, chunk in enumerate([b'[{"id":0}', b',{"id":1}', b',{"id":2}', b"]"]):
            assert len(taken) == max(0, number - 1)
            yield chunk

    def take(one: Any) -> int:
        taken.append(one)
        return len(taken)

    assert read_list(arrive(), take) == ([1, 2, 3], "")
    assert taken == [{"id": 0}, {"id": 1}, {"id": 2}]


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("text", ["", " ", "{}", '{"code":"NotFound"}', "null", "<html>", "a [1]", "\ufeff[]"])
def test_what_is_no_list_comes_as_text(text: str, size: int) -> None:
    assert read_list(_in_chunks(text.encode(), size), lambda one: one) == (None, text.lstrip(" "))


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize(
    "text",
    ["[", "[ ", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1] x", '[{"id":1},{"id', "[nul]", '["a]', "[" * 5000],
)
def test_a_damaged_list_is_refused(text: str, size: int) -> None:
    with pytest.raises(ValueError):
        read_list(_in_chunks(text.encode(), size), lambda one: one)


def test_a_long_element_is_not_tried_with_every_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []
    original = answers._element_at

    def element_at(text: str, at: int) -> tuple[Any, int]:
        tries.append(len(text))
        return original(text, at)

    monkeypatch.setattr(answers, "_element_at", element_at)
    body = json.dumps([{"id": 1, "text": "x" * 100_000}]).encode()
    assert read_list(_in_chunks(body, 100), len) == ([2], "")
    assert sum(tries) < 4 * len(body)
