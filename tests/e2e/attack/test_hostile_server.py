# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that does what a broken, misconfigured or malicious one might do: every task ends soon, with one clear
sentence."""

from __future__ import annotations

import gzip
import json
import re
import time
from typing import Any

import pytest

from tests.e2e.attack.hostile import Behave, answer, drip, flood, hostile, nothing, raw
from tests.e2e.conftest import Runner
from tests.e2e.support import play, sampled, saymon, show

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_CHUNKED = _OK + b"Transfer-Encoding: chunked\r\n\r\n"
_ZEROS = gzip.compress(bytes(1 << 26))
_DEEP = b'[{"id":"1","a":' + b"[" * 400 + b"]" * 400 + b"}]"
_SLOW = r"no answer within 0.5 s; saymon_timeout sets the limit"
_LONG = r"the answer is longer than saymon_max_answer \(1048576 bytes\)"
_FLOOD = f"{_LONG}|{_SLOW}"  # a busy machine may not read fast enough
_HTTP = r"not valid HTTP"
_BROKEN = r"the connection broke before the answer was complete|the answer broke off"
_DAMAGED = r"the JSON of the answer broke off or is damaged"
_TOO_DEEP = r"nested more than 100 levels deep"

# What the server does, and what the task that reads one thing says to it; None where that is an answer like any other.
BEHAVIOURS: dict[str, tuple[Behave, str | None]] = {
    "never answers": (nothing, _SLOW),
    "sends the status line byte by byte": (drip(b"HTTP/1.1 200 ", b"x"), _SLOW),
    "sends a header byte by byte": (drip(_OK + b"X-Slow: ", b"x"), _SLOW),
    "sends headers one by one": (drip(_OK, b"X-Slow: y\r\n"), _SLOW),
    "sends the body byte by byte": (drip(_OK + b"Content-Length: 100000\r\n\r\n[", b" "), _SLOW),
    "sends a body without an end byte by byte": (drip(_OK + b"\r\n[", b" "), _SLOW),
    "sends chunks byte by byte": (drip(_CHUNKED, b"1\r\n \r\n"), _SLOW),
    "sends a chunk size byte by byte": (drip(_CHUNKED, b"0"), _SLOW),
    "sends a chunk extension byte by byte": (drip(_CHUNKED + b"1;", b"x"), _SLOW),
    "sends trailers one by one": (drip(_CHUNKED + b"0\r\n", b"X-Slow: y\r\n"), _SLOW),
    "says 100 Continue without an end": (flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), _FLOOD),
    "says 100 Continue with headers without an end": (
        flood(b"HTTP/1.1 100 Continue\r\n", b"X-Many: y\r\n"),
        f"{_HTTP}|{_FLOOD}",
    ),
    "sends headers without an end": (flood(_OK, b"X-Many: y\r\n"), f"{_HTTP}|{_FLOOD}"),
    "sends a header without an end": (flood(_OK + b"X-Long: ", b"x"), _HTTP),
    "sends 10,000 headers": (raw(_OK + b"X-Many: y\r\n" * 10_000 + b"\r\n[]"), _HTTP),
    "sends a header of a megabyte": (raw(_OK + b"X-Long: " + b"x" * (1 << 20) + b"\r\n\r\n[]"), _HTTP),
    "sends a body without an end": (flood(_OK + b"\r\n[", b'"x",'), _FLOOD),
    "sends text without an end": (flood(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n", b"text"), _FLOOD),
    "sends chunks without an end": (flood(_CHUNKED, b"4\r\n    \r\n"), _FLOOD),
    "sends trailers without an end": (flood(_CHUNKED + b"0\r\n", b"X-Many: y\r\n"), ".*"),
    "sends an error without an end": (flood(b"HTTP/1.1 500 No\r\n\r\n", b"no "), _FLOOD),
    "sends a redirect without an end": (flood(b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", b"go "), _FLOOD),
    "sends a gzip bomb": (answer(_ZEROS, b"Content-Encoding: gzip"), _LONG),
    "sends a gzip bomb inside another": (answer(gzip.compress(_ZEROS), b"Content-Encoding: gzip, gzip"), ".*"),
    "sends an unknown compression": (answer(b"[]", b"Content-Encoding: br"), "compression of the answer is damaged"),
    "sends no gzip as gzip": (answer(b"[]", b"Content-Encoding: gzip"), "compression of the answer is damaged"),
    "breaks off the gzip": (
        answer(gzip.compress(b'[{"id":"1"}]')[:-9], b"Content-Encoding: gzip"),
        "compression of the answer is damaged",
    ),
    "sends a chunk size that is no number": (raw(_CHUNKED + b"zz\r\n[]\r\n0\r\n\r\n"), _BROKEN),
    "sends a negative chunk size": (raw(_CHUNKED + b"-5\r\n[]\r\n0\r\n\r\n"), ".*"),
    "sends a negative chunk size without an end": (flood(_CHUNKED + b"-5\r\n", b"xxxx"), f"{_FLOOD}|{_HTTP}"),
    "sends an absurd chunk size": (raw(_CHUNKED + b"F" * 30 + b"\r\n[]"), _BROKEN),
    "breaks off the chunks": (raw(_CHUNKED + b'9\r\n[{"id":"1'), _BROKEN),
    "promises more than it sends": (raw(_OK + b"Content-Length: 1000\r\n\r\n[]"), _BROKEN),
    "promises absurdly much": (raw(_OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n[]"), _BROKEN),
    "sends more than it promises": (raw(_OK + b"Content-Length: 2\r\n\r\n[]garbage" * 2), None),
    "promises a negative length": (raw(_OK + b"Content-Length: -5\r\n\r\n[]"), None),
    "promises a length in words": (raw(_OK + b"Content-Length: two\r\n\r\n[]"), None),
    "promises two lengths": (raw(_OK + b"Content-Length: 2, 3\r\n\r\n[]"), _HTTP),
    "hangs up": (raw(b""), _BROKEN),
    "hangs up after the status": (raw(b"HTTP/1.1 200 OK\r\n"), ".*"),
    "speaks HTTP/0.9": (raw(b"[]"), _HTTP),
    "speaks HTTP/9.9": (raw(b"HTTP/9.9 200 OK\r\n\r\n[]"), _HTTP),
    "speaks another protocol": (raw(b"220 mail.example.org ESMTP\r\n"), _HTTP),
    "sends binary rubbish": (raw(bytes(range(256)) * 100), _HTTP),
    "answers with a TLS alert": (raw(b"\x15\x03\x01\x00\x02\x02\x46"), "speaks TLS. Write saymon_url with https"),
    "has no status": (raw(b"HTTP/1.1 OK\r\n\r\n"), _HTTP),
    "has status 20": (raw(b"HTTP/1.1 20 OK\r\n\r\n"), _HTTP),
    "has status 999": (answer(b"{}", status=b"999 Odd"), "answered 999"),
    "switches protocols": (raw(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"), "answered 101"),
    "has only early hints": (raw(b"HTTP/1.1 103 Early Hints\r\n\r\n"), "answered 103"),
    "sends a body with 204": (answer(b"[]", status=b"204 No Content"), None),
    "sends a body with 304": (answer(b"[]", status=b"304 Not Modified"), "answered 304"),
    "redirects to nowhere": (
        answer(b"", b"Location: http://[::1", status=b"302 Found"),
        "a redirect, which the API never sends",
    ),
    "redirects to rubbish": (
        answer(b"", b"Location: \xff\xfe\x01", status=b"302 Found"),
        "a redirect, which the API never sends",
    ),
    "redirects to a file": (
        answer(b"", b"Location: file:///etc/passwd", status=b"307 Moved"),
        "a redirect, which the API never sends",
    ),
    "is called over http and wants https": (
        answer(
            b"<html>The plain HTTP request was sent to HTTPS port</html>", status=b"400 Bad Request", kind=b"text/html"
        ),
        "speaks TLS on this port. Write saymon_url with https",
    ),
    "sets odd cookies": (
        answer(b"[]", b"Set-Cookie: sid=a\x01b; x", b"Set-Cookie: ;;=;", b'Set-Cookie: \xff="\xfe'),
        None,
    ),
    "sets a cookie of a sid with quotes": (answer(b'"x"', b'Set-Cookie: sid="a;b c"'), None),
    "sends a sid with control characters": (answer(b'"a\\u0000\\r\\nX: b"'), None),
    "sends a sid of another alphabet": (answer('"сид"'.encode()), None),
    "nests 400 lists in a record": (answer(_DEEP), _TOO_DEEP),
    "nests 400 dictionaries": (answer(b'{"a":' * 400 + b"1" + b"}" * 400), _TOO_DEEP),
    "nests 100,000 lists": (answer(b"[" * 100_000 + b"]" * 100_000), _TOO_DEEP),
    "nests 100,000 lists without closing them": (answer(b"[" * 100_000), f"{_TOO_DEEP}|{_DAMAGED}"),
    "nests 400 lists as text": (answer(_DEEP, kind=b"text/plain"), _TOO_DEEP),
    "nests 400 lists in an error": (
        answer(b'{"code":"No","message":' + _DEEP + b"}", status=b"500 No"),
        "answered 500",
    ),
    "nests 100,000 lists in the message of an error": (
        answer(json.dumps({"code": "No", "message": '{"message":' + "[" * 100_000}).encode(), status=b"500 No"),
        "answered 500",
    ),
    "sends an error of odd types": (answer(b'{"code":{"a":[1]},"message":[{}]}'), "answered 200"),
    "sends a login page": (
        answer(b"\xef\xbb\xbf\n<!-- x -->\n<!DOCTYPE html><html></html>", kind=b"text/html"),
        "HTML page",
    ),
    "sends a long error for a file": (answer(b'{"code":"No","message":"' + b"x" * 100_000 + b'"}'), "answered 200"),
    "sends half of the JSON": (answer(b'[{"id":"1"'), _DAMAGED),
    "sends what is no JSON": (answer(b"nothing"), _DAMAGED),
    "sends bytes that are no text": (answer(b'["\xff\xfe\x80"]'), None),
    "sends half of a character": (answer(b'["\\ud800"]'), None),
    "sends numbers that are none": (answer(b"[NaN,Infinity,-Infinity,1e999]"), None),
    "sends an absurd number": (answer(b'[{"id":"1","weight":' + b"9" * 100_000 + b"}]"), f"{_DAMAGED}|^$"),
    "sends control characters": (answer(b'["\\u0000\\u001b[2J\\u202e"]'), None),
    "sends an absurd type": (answer(b"[]", kind=b"\xff/\x01; charset=\xfe"), None),
    "asks to wait for ever": (
        answer(b"", b"Retry-After: " + b"9" * 400, status=b"429 Too Many Requests"),
        "answered 429",
    ),
}


def _tasks(url: str, folder: str) -> list[dict[str, Any]]:
    server = {"saymon_url": url, "saymon_timeout": 0.5, "saymon_retries": 0, "saymon_max_answer": "1M"}
    session = {**server, "saymon_sid": "5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e"}
    tasks = {
        "one": saymon("saymon_api", {"path": "/users/1", **session}),
        "list": saymon("saymon_object_info", {"name": "x", **session}),
        "file": saymon("saymon_api", {"path": "/docs/1", "dest": f"{folder}/file", **session}),
        "write": saymon("saymon_api", {"path": "/objects", "method": "POST", "body": {"name": "x"}, **session}),
        "item": saymon("saymon_object", {"name": "x", "class": "Host", **session}),
        "login": saymon("saymon_session", {**server, "saymon_login": "ci", "saymon_password": "Marker-of-a-password"}),
        "after": saymon(
            "saymon_api",
            {"path": "/users/1", **server, "saymon_login": "ci", "saymon_password": "Marker-of-a-password"},
        ),
    }
    return [{**task, "name": name, "ignore_errors": True} for name, task in tasks.items()]


@pytest.mark.parametrize("what", sampled(BEHAVIOURS, 4))
def test_a_hostile_server(runner: Runner, what: str) -> None:
    behave, told = BEHAVIOURS[what]
    with hostile(behave) as server:
        tasks = _tasks(f"http://127.0.0.1:{server.port}", str(runner.directory))
        started = time.monotonic()
        done = show(runner, play(*tasks))
        took = time.monotonic() - started
    assert server.asked
    assert took < 20, f"{took:.1f} s"
    assert "Traceback" not in done.output
    assert "recursion" not in done.output
    assert "Marker-of-a-password" not in done.output
    for task in tasks:
        result = done.one(task["name"])
        message = str(result.get("msg", ""))
        assert "Bug in saymon.platform" not in message, (task["name"], message)
        if result.get("failed"):
            assert re.fullmatch(r"[^\n]{20,1500}[.]", message), (task["name"], message)
    message = str(done.one("one").get("msg", ""))
    assert re.search(told or "^$", message), message
    file = runner.directory / "file"
    if file.exists():
        assert b'"code"' not in file.read_bytes()
        assert b"<html" not in file.read_bytes()


@pytest.mark.parametrize(
    "ending",
    ["never answers", "sends the body byte by byte", "sends headers one by one", "sends a body without an end"],
)
def test_a_logout_holds_up_the_end_of_a_run_for_seconds_only(runner: Runner, ending: str) -> None:
    login = answer(b'"5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e"')
    with hostile(answer(b"[]"), methods={"POST": login, "DELETE": BEHAVIOURS[ending][0]}) as server:
        options = {
            "saymon_url": f"http://127.0.0.1:{server.port}",
            "saymon_login": "ci",
            "saymon_password": "Marker-of-a-password",
        }
        started = time.monotonic()
        done = show(runner, play(saymon("saymon_api", {"path": "/users", **options})))
        took = time.monotonic() - started
    assert done.rc == 0, done.output
    assert [line.split()[0] for line in server.asked] == ["POST", "GET", "DELETE"]
    assert took < 12, f"{took:.1f} s"
    assert "Traceback" not in done.output
