# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile and absurd requests: they are refused in one sentence, and the server stays quiet and usable."""

from __future__ import annotations

import json
import random
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
from conftest import ADMIN, PASSWORD, Api, Process

from saymon_sandbox.resources import ROUTES

DEEP = "[" * 10_000 + "]" * 10_000
HALF_DEEP = '{"a":' * 500 + "1" + "}" * 500
JSON = {"content-type": "application/json"}
GARBAGE = (
    b"\x00\xff\x16\x03\x01\r\n\r\n",
    b"NONSENSE\r\n\r\n",
    b"GET /node/api/users HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
    b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n",
    b"POST /node/api/tags HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    b"POST /node/api/tags HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
)


def _send_raw(url: str, data: bytes) -> None:
    host, port = url.partition("://")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        try:
            while connection.recv(4096):
                pass
        except ConnectionError:
            pass  # it may hang up on us


def _certificate(folder: Path) -> tuple[str, str]:
    cert, key = str(folder / "cert.pem"), str(folder / "key.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    return cert, key


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_quiet_says_nothing_about_malformed_requests(tmp_path: Path, scheme: str) -> None:
    tls: tuple[str, ...] = ()
    if scheme == "https":
        cert, key = _certificate(tmp_path)
        tls = ("--tls-cert", cert, "--tls-key", key)
    running = Process("--quiet", "--password", PASSWORD, *tls, scheme=scheme)
    for data in GARBAGE:
        _send_raw(running.url, data)
    api = Api(running.url)
    api.http.verify = tls[1] if tls else True
    if not tls:
        api.ok("GET", "/users/current")
    running.popen.terminate()
    assert running.popen.communicate(timeout=10) == ("", "")
    assert running.popen.returncode == 0


def test_without_quiet_a_malformed_request_is_one_line() -> None:
    running = Process("--password", PASSWORD)
    _send_raw(running.url, b"NONSENSE\r\n\r\n")
    running.popen.terminate()
    assert running.popen.communicate(timeout=10)[1].count("\n") == 1


@pytest.mark.parametrize("text", [DEEP, '{"name":"x","client_data":' + HALF_DEEP + "}", '{"name":' + DEEP + "}"])
@pytest.mark.parametrize("path", ["/objects", "/tags", "/objects/search", "/users/favorites", "/v2/getObjects"])
def test_deep_bodies_are_no_json(api: Api, path: str, text: str) -> None:
    error = api.fails(400, "POST", path, data=text, headers=JSON)
    assert error["code"] == "InvalidContent"
    assert error["message"].startswith("Invalid JSON: ")
    assert api.control("GET", "/journal")[-1]["status"] == 400


def test_what_is_as_deep_as_allowed_goes_in_and_comes_out(api: Api) -> None:
    value: Any = 1
    for _level in range(97):
        value = {"a": value}
    object_id = api.ok("POST", "/objects", {"name": "deep"})["id"]
    conditions = [{"condition": value, "state": 3}]
    api.ok("PUT", f"/objects/{object_id}/state-conditions", conditions)
    assert api.ok("GET", f"/objects/{object_id}/state-conditions") == conditions
    api.ok("GET", f"/objects/{object_id}/audit-log")
    assert api.control("GET", "/journal")
    api.ok("POST", "/objects/search", {"search": {"a": value}})
    api.ok("PATCH", "/configuration", value)
    api.ok("PATCH", "/configuration", value)


def test_deep_query_parameters(api: Api) -> None:
    for text in (DEEP[:4000] + DEEP[-4000:], HALF_DEEP):
        assert api.fails(400, "GET", "/users/security/log", params={"filter": text})["code"] == "BadRequest"


@pytest.mark.parametrize(
    "query", ["limit=-1", "skip=-1", "limit=1e400", "limit=NaN", "skip=" + "9" * 5000, "from=x", "to=1.5", "from=" + "9" * 30, "limit=[]"]
)
def test_absurd_numbers_in_the_query(api: Api, query: str) -> None:
    path = f"/objects/{api.object_id('Lab')}/audit-log?{query}"
    assert api.fails(400, "GET", path)["message"] == f'Invalid "{query.partition("=")[0]}" parameter.'


def _control(api: Api, method: str, path: str, data: str, **headers: str) -> tuple[int, str]:
    """Status and error sentence of a call of the control plane."""
    answer = api.http.request(method, f"{api.url}/_sandbox{path}", data=data.encode(), headers={**JSON, **headers}, timeout=5)
    return answer.status_code, str(answer.json()["error"] if answer.status_code != 200 else "")


_WRONG: tuple[tuple[str, str, str], ...] = (
    *(("POST", path, DEEP) for path in ("/clock", "/faults", "/reset", "/mails")),
    ("PATCH", "/settings", DEEP),
    ("PATCH", "/settings", '{"keycloak_tokens":' + HALF_DEEP + "}"),
    *(
        ("POST", "/clock", f'{{"{name}": {value}}}')
        for name in ("now_ms", "advance_ms")
        for value in ("NaN", "1e400", "1e300", "1.5", '"1"', "true", "null", "[]", "{}", "-99999999999999999", "9" * 30, "9" * 18)
    ),
    ("POST", "/clock", '{"now_ms": -1}'),
    ("POST", "/clock", '{"now_ms": 1, "advance_ms": "x"}'),
    ("POST", "/clock", '{"nonsense": 1}'),
    ("POST", "/clock", "{}"),
    ("POST", "/clock", "[]"),
    *(
        ("POST", "/faults", f'{{"kind": "{kind}", "{name}": {value}}}')
        for kind, name, value in (
            ("status", "nth", "0"),
            ("status", "nth", "-1"),
            ("status", "nth", "9" * 30),
            ("status", "times", "-1"),
            ("status", "times", "1e400"),
            ("status", "status", "99999"),
            ("status", "status", "0"),
            ("status", "status", "100"),
            ("html", "status", "-200"),
            ("status", "retry_after", "-1"),
            ("status", "retry_after", "99999999999"),
            ("delay", "delay_ms", "-1"),
            ("delay", "delay_ms", "1000000000000"),
            ("refuse", "seconds", "1e12"),
            ("refuse", "seconds", "-1"),
            ("refuse", "seconds", "NaN"),
            ("refuse", "seconds", '"1"'),
            ("status", "method", '"GE T"'),
            ("status", "method", '""'),
            ("status", "path", '""'),
            ("status", "kind", "5"),
            ("status", "echo", "1"),
            ("status", "times", "null"),
        )
    ),
    ("POST", "/faults", '[{"kind": "status"}, {"kind": "nonsense"}]'),
    ("POST", "/faults", "null"),
    ("POST", "/reset", "[]"),
    ("POST", "/reset", '{"seed": 5}'),
    ("POST", "/reset", '{"nonsense": 5}'),
    ("POST", "/reset", '{"seed": "big:9999999999"}'),
    ("POST", "/mails", '{"login": ["operator"]}'),
    ("PATCH", "/settings", '{"session_idle_ms": -1}'),
    ("PATCH", "/settings", '{"session_idle_ms": 1000000000000000}'),
    ("PATCH", "/settings", '{"bulk_delay_ms": 18446744073709551615}'),
    ("PATCH", "/settings", '{"keycloak_tokens": {"a": 5}}'),
    ("GET", "/journal?since=x", ""),
    ("GET", "/journal?since=-1", ""),
    ("GET", "/journal?since=" + "9" * 5000, ""),
)


@pytest.mark.parametrize(("method", "path", "text"), _WRONG, ids=lambda value: str(value)[:50])
def test_absurd_control_calls(api: Api, method: str, path: str, text: str) -> None:
    before = [api.control("GET", path) for path in ("/settings", "/faults")]
    status, sentence = _control(api, method, path, text)
    assert status == 400
    assert 0 < len(sentence) < 300
    assert "\n" not in sentence
    assert "invalid literal" not in sentence
    assert [api.control("GET", path) for path in ("/settings", "/faults")] == before
    assert api.control("GET", "/clock")["offset_ms"] == 0


def test_unknown_control_calls_answer_json(api: Api) -> None:
    assert _control(api, "GET", "/nonsense", "")[0] == 404
    assert _control(api, "PUT", "/clock", "")[0] == 405


@pytest.mark.parametrize("host", ["rebound.example.org", "127.0.0.1.example.org", "localhost.example.org:80", "10.0.0.1", "[::2]", "", "["])
def test_control_plane_refuses_a_foreign_host(api: Api, host: str) -> None:
    status, sentence = _control(api, "GET", "/settings", "", host=host)
    assert (status, "Host" in sentence) == (403, True)


def test_control_plane_answers_to_its_own_names(api: Api) -> None:
    port = api.url.rsplit(":", 1)[1]
    for host in ("127.0.0.1", "localhost", "LOCALHOST:1", "[::1]", f"[::1]:{port}", f"127.0.0.1:{port}", f"localhost:{port}"):
        assert _control(api, "GET", "/settings", "", host=host)[0] == 200, host


def test_control_plane_refuses_pages_of_other_sites(api: Api) -> None:
    for headers in (
        {"origin": "https://evil.example.org"},
        {"origin": "null"},
        {"origin": "http://localhost:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ):
        status, sentence = _control(api, "POST", "/sessions/expire", "", **headers)
        assert (status, "page" in sentence) == (403, True), headers
    for headers in ({"origin": api.url}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}):
        assert _control(api, "POST", "/sessions/expire", "", **headers)[0] == 200, headers


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_control_plane_wants_json_by_name(api: Api, kind: str) -> None:
    status, sentence = _control(api, "POST", "/clock", '{"advance_ms": 1}', **{"content-type": kind})
    assert (status, "application/json" in sentence) == (400, True)
    assert api.control("GET", "/clock")["offset_ms"] == 0
    assert _control(api, "POST", "/clock", '{"advance_ms": 1}', **{"content-type": "Application/JSON; charset=utf-8"})[0] == 200


_ATOMS: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64 - 1, -(2**63), 1.5, 1e300, -0.0, "", "x", "1", "-1", "9" * 30, "1e400", "NaN", "inf",
    "\u0000", "\ud7ff", "a" * 5000, "/", "..", "%", "$where", "(", "((a+)", "true", "[]", "{}",
)  # fmt: skip
_NAMES = (
    "id", "name", "value", "type_id", "parent_id", "class_id", "state_id", "stateId", "properties", "tags", "operations", "client_data",
    "discovery_id", "geoposition", "geopositionRadius", "weight", "mute_alert", "source", "target", "search", "options", "bulk", "modify",
    "properties.createOrModify", "stateConditions", "filter", "fields", "flags", "order", "limit", "offset", "ids", "login", "password",
    "permissions", "objectPermissions", "include", "exclude", "group", "status", "activeTo", "contacts", "since", "until", "clear",
    "clearedByState", "$or", "$and", "$not", "$in", "$nin", "$regex", "$options", "$elemMatch", "$exists", "$gt", "$size", "$mod", "$type",
    "$all", "$expr", "ui", "priority", "data", "key", "length", "newPassword", "currentPassword", "auth-token", "auth-service-params",
    "owner_id", "item_ids", "owner", "parameters", "type", "conditions", "actions", "content",
)  # fmt: skip
_CONTROL_NAMES = (
    "now_ms", "advance_ms", "seed", "login", "kind", "method", "path", "nth", "times", "status", "retry_after", "code", "echo",
    "csrf", "write_status", "keycloak_tokens",
)  # fmt: skip


def _value(dice: random.Random, names: tuple[str, ...], depth: int = 0) -> Any:
    roll = dice.random()
    if depth > 4 or roll < 0.4:
        return dice.choice(_ATOMS)
    if roll < 0.6:
        return [_value(dice, names, depth + 1) for _item in range(dice.randint(0, 3))]
    return {dice.choice(names): _value(dice, names, depth + 1) for _item in range(dice.randint(0, 6))}


def _query(dice: random.Random) -> dict[str, str]:
    names = ("fields", "filter", "limit", "skip", "from", "to", "key", "inverse", "nonsense")
    return {name: json.dumps(_value(dice, _NAMES))[:2000] for name in dice.sample(names, dice.randint(0, 3))}


@pytest.mark.parametrize("seed", range(4))
def test_random_requests_are_done_or_refused(api: Api, seed: int) -> None:
    dice = random.Random(seed)
    known = [api.object_id("Lab"), "1", "3", "64b1f0c2a9d3e40100000002", "64b1f0c2a9d3e40600000001", "64b1f0c2a9d3e40200000001", "zzz"]
    keep = ("/users/session",)  # logging in has a cost of its own
    routes = [route for route in ROUTES if route.path not in keep]
    for _request in range(350):
        route = dice.choice(routes)
        path = "/".join(dice.choice(known) if part.startswith(":") else part for part in route.path.split("/"))
        body = _value(dice, _NAMES)
        answer = api.call(route.method, path, data=json.dumps(body).encode(), headers=JSON, params=_query(dice))
        assert answer.status_code < 500, (route.method, path, body, answer.text)
        if answer.status_code == 401:  # the administrator took part
            api.control("POST", "/reset", {"seed": "demo"})
        elif answer.status_code >= 400:
            error = answer.json()
            assert isinstance(error["code"], str), (route.method, path, body)
            assert "\n" not in error["message"], (route.method, path, body)
    api.control("GET", "/journal")
    api.control("POST", "/reset", {"seed": "demo"})
    assert len(api.ok("GET", "/tags", auth=ADMIN)) == 5


@pytest.mark.parametrize("seed", range(2))
def test_random_control_calls_are_done_or_refused(api: Api, seed: int) -> None:
    dice = random.Random(seed)
    calls = (("POST", "/reset"), ("POST", "/clock"), ("PATCH", "/settings"), ("POST", "/faults"), ("POST", "/mails"), ("GET", "/journal"))
    for _request in range(300):
        method, path = dice.choice(calls)
        text = json.dumps(_value(dice, _CONTROL_NAMES))
        status, sentence = _control(api, method, path, text)
        assert status in (200, 400), (method, path, text)
        assert "\n" not in sentence, (method, path, text)
    api.control("POST", "/reset", {"seed": "demo"})
    assert len(api.ok("GET", "/tags")) == 5
