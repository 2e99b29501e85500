# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control plane: journal, settings, clock, sessions, faults."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from conftest import PASSWORD, Api, Process


def control_fails(api: Api, method: str, path: str, body: Any) -> str:
    answer = api.http.request(method, f"{api.url}/_sandbox{path}", json=body, timeout=5)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


def test_journal(api: Api) -> None:
    sid = api.login()
    api.ok("GET", "/objects?fields=id,name", auth=None, headers={"Cookie": f"sid={sid}"})
    api.ok("GET", f"/users/session/verify/{sid}", auth=None)
    api.fails(401, "GET", "/users?auth-token=secret-token", auth=None)
    api.fails(400, "POST", "/tags", data=b"{broken")
    entries = api.control("GET", "/journal")
    login, listing, verify, token, broken = entries
    assert [entry["n"] for entry in entries] == [1, 2, 3, 4, 5]
    assert (login["path"], login["body"], login["auth"]) == ("/users/session", {"login": "admin", "password": "***"}, "none")
    assert (listing["method"], listing["query"], listing["auth"], listing["status"]) == ("GET", {"fields": "id,name"}, "cookie", 200)
    assert listing["sid_tag"] == api.control("GET", "/sessions")["sessions"][0]["sid_tag"]
    assert verify["path"] == "/users/session/verify/***"
    assert (token["query"], token["auth"], token["status"]) == ({"auth-token": "***"}, "token", 401)
    assert (broken["body"], broken["auth"], broken["status"]) == ("{broken", "basic", 400)
    assert listing["ms"] > 0
    assert abs(listing["time"] - time.time() * 1000) < 60_000
    text = str(entries)
    assert not any(secret in text for secret in (sid, PASSWORD, "secret-token"))
    assert api.control("GET", "/journal?since=3") == [token, broken]
    api.control("DELETE", "/journal")
    assert api.control("GET", "/journal") == []


def test_settings(api: Api) -> None:
    before = api.control("GET", "/settings")
    assert before["csrf"] is False
    for bad, text in (
        ({"nope": 1}, "no setting named nope"),
        ({"csrf": "yes"}, "type bool"),
        ({"write_status": 500}, "200, 201, 204"),
        ([], "object"),
    ):
        assert text in control_fails(api, "PATCH", "/settings", bad)
    control_fails(api, "PATCH", "/settings", {"csrf": True, "nope": 1})
    assert api.control("GET", "/settings") == before
    assert api.control("PATCH", "/settings", {"csrf": True})["csrf"] is True
    api.control("POST", "/reset", {})
    assert api.control("GET", "/settings") == before


def test_reset(api: Api) -> None:
    sid = api.login()
    api.ok("POST", "/tags", {"name": "extra"})
    api.control("POST", "/clock", {"advance_ms": 1000})
    api.control("POST", "/faults", {"kind": "status", "path": "/users*", "nth": 99})
    assert "big:N" in control_fails(api, "POST", "/reset", {"seed": "huge"})
    api.control("POST", "/reset", {"seed": "demo"})
    assert api.control("GET", "/clock")["offset_ms"] == 0
    assert api.control("GET", "/faults") == []
    assert api.control("GET", "/sessions")["count"] == 0
    assert api.control("GET", "/journal") == []
    api.fails(401, "GET", "/tags", auth=None, headers={"Cookie": f"sid={sid}"})
    assert len(api.ok("GET", "/tags")) == 5
    first = api.ok("GET", "/objects")
    api.control("POST", "/reset", {"seed": "demo"})
    assert api.ok("GET", "/objects") == first
    api.control("POST", "/reset", {"seed": "big:250"})
    rows = api.ok("GET", "/objects?fields=properties,parent_id")
    assert len(rows) == 351
    assert len(rows[-1]["properties"]) == 5


def test_clock(api: Api) -> None:
    start = api.control("GET", "/clock")["now_ms"]
    assert api.control("POST", "/clock", {"advance_ms": 3_600_001})["now_ms"] >= start + 3_600_001
    api.control("POST", "/clock", {"now_ms": 2_000_000_000_000})
    assert 0 <= api.ok("POST", "/objects", {"name": "later"})["created"] - 2_000_000_000_000 < 10_000


def test_expire_sessions(api: Api) -> None:
    headers = {"Cookie": f"sid={api.login()}"}
    assert api.control("POST", "/sessions/expire") == {"forgotten": 1}
    assert "Session expired." in api.fails(401, "GET", "/users", auth=None, headers=headers)["message"]


def test_fault_status(api: Api) -> None:
    rule = api.control("POST", "/faults", {"kind": "status", "method": "get", "path": "/users*", "nth": 2, "times": 2, "retry_after": 3})
    assert (rule["id"], rule["hits"], rule["method"]) == (1, 0, "GET")
    api.ok("POST", "/users", {"login": "made", "password": "x"})
    codes = []
    for _ in range(4):
        answer = api.call("GET", "/users/current")
        codes.append(answer.status_code)
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "3"
            assert answer.json() == {"code": "ServiceUnavailable", "message": "Fault on demand."}
    assert codes == [200, 503, 503, 200]
    assert api.control("GET", "/faults")[0]["hits"] == 2
    assert [entry["fault"] for entry in api.control("GET", "/journal")] == [None, None, "status", "status", None]
    api.control("POST", "/faults", {"kind": "status", "status": 500, "code": "Own", "times": 0})
    assert [api.fails(500, "GET", "/tags")["code"] for _ in range(3)] == ["Own"] * 3
    api.control("DELETE", "/faults")
    api.ok("GET", "/tags")


def test_the_method_of_a_fault_may_be_a_pattern(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "status", "method": "p*", "times": 0})
    api.fails(503, "POST", "/tags", {"name": "x"})
    api.fails(503, "PUT", "/tags")
    api.ok("GET", "/tags")


def test_fault_status_is_not_processed(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "status"})
    api.fails(503, "POST", "/tags", {"name": "never"})
    assert len(api.ok("GET", "/tags")) == 5


@pytest.mark.parametrize("kind", ["status", "html"])
def test_fault_echo_shows_the_request(api: Api, kind: str) -> None:
    api.control("POST", "/faults", {"kind": kind, "echo": True})
    answer = api.call("POST", "/tags?auth-token=marker1", {"name": "marker2"}, headers={"X-Marker": "marker3"})
    assert all(f"marker{number}" in answer.text for number in (1, 2, 3))


def test_fault_html(api: Api) -> None:
    api.control("POST", "/faults", [{"kind": "html"}, {"kind": "html", "status": 502}])
    first, second = api.call("GET", "/users"), api.call("GET", "/users")
    assert (first.status_code, second.status_code) == (200, 502)
    assert first.headers["content-type"].startswith("text/html")
    assert first.text.startswith("<html>")


def test_fault_delay(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "delay", "delay_ms": 200})
    started = time.monotonic()
    api.ok("GET", "/tags")
    assert time.monotonic() - started >= 0.2
    assert api.control("GET", "/journal")[0]["ms"] >= 200


def test_fault_drop_before(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "drop_before", "method": "POST"})
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/tags", {"name": "lost"})
    assert len(api.ok("GET", "/tags")) == 5
    assert api.control("GET", "/journal")[0]["status"] is None


def test_fault_drop_after(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "drop_after", "method": "POST"})
    with pytest.raises(requests.ConnectionError):
        api.call("POST", "/tags", {"name": "kept"})
    assert [tag["name"] for tag in api.ok("GET", "/tags")][-1] == "kept"
    entry = api.control("GET", "/journal")[0]
    assert (entry["status"], entry["fault"]) == (200, "drop_after")


def test_fault_truncate(api: Api) -> None:
    whole = api.call("GET", "/tags")
    api.control("POST", "/faults", {"kind": "truncate", "times": 2})
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        api.call("GET", "/tags")
    half = api.http.get(api.root + "/tags", auth=("admin", PASSWORD), stream=True, timeout=5)
    assert half.headers["content-length"] == whole.headers["content-length"]
    assert half.raw.read(len(whole.content) // 2) == whole.content[: len(whole.content) // 2]
    half.close()
    assert api.call("GET", "/tags").content == whole.content


def test_fault_expire_sessions(api: Api) -> None:
    headers = {"Cookie": f"sid={api.login()}"}
    api.control("POST", "/faults", {"kind": "expire_sessions", "path": "/objects*"})
    api.ok("GET", "/users", auth=None, headers=headers)
    assert "Session expired." in api.fails(401, "GET", "/objects", auth=None, headers=headers)["message"]
    assert api.control("GET", "/sessions")["count"] == 0


def _until(api: Api, wanted: str) -> None:
    """Connects anew until it works ("ok") or is refused ("refused")."""
    deadline = time.monotonic() + 10
    seen = ""
    while seen != wanted and time.monotonic() < deadline:
        api.http.close()
        try:
            api.ok("GET", "/users")
            seen = "ok"
        except requests.ConnectionError as problem:
            seen = "refused" if "refused" in str(problem).lower() else "lost"
    assert seen == wanted


@pytest.mark.parametrize("path", [None, "/tags"])
def test_fault_refuse(api: Api, path: str | None) -> None:
    """Without a pattern at once, else after the matching request was answered."""
    api.control("POST", "/faults", {"kind": "refuse", "seconds": 0.6, "path": path})
    if path:
        time.sleep(0.1)
        api.ok("GET", "/users")
        api.ok("GET", path)
    _until(api, "refused")
    _until(api, "ok")


def test_bad_faults(api: Api) -> None:
    for bad, text in (
        ({"kind": "explode"}, "one of"),
        ({"kind": "status", "speed": 1}, "no field speed"),
        ({"kind": "status", "status": "503"}, "wrong type"),
        ({"kind": "status", "times": True}, "wrong type"),
        ({"kind": "status", "path": "/node/api/users"}, "below the API root"),
        ("status", "object"),
    ):
        assert text in control_fails(api, "POST", "/faults", bad)
    assert api.control("GET", "/faults") == []


def _gives_up(api: Api, method: str, path: str, body: Any) -> None:
    """A client that waits for a tenth of a second only."""
    with pytest.raises(requests.exceptions.Timeout):
        api.http.request(method, api.root + path, json=body, auth=("admin", PASSWORD), timeout=0.1)
    api.http.close()


def _tags(api: Api) -> int:
    return len(api.ok("GET", "/tags"))


def test_fault_delay_processes_although_the_client_has_gone(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "delay", "method": "POST", "delay_ms": 500})
    _gives_up(api, "POST", "/tags", {"name": "slow"})
    assert _tags(api) == 5
    time.sleep(0.7)
    assert _tags(api) == 6


@pytest.mark.parametrize("status", [502, 504])
def test_fault_gateway_answers_at_once_and_the_request_is_processed_later(api: Api, status: int) -> None:
    api.control("POST", "/faults", {"kind": "gateway", "method": "POST", "seconds": 0.5, "status": status})
    started = time.monotonic()
    api.fails(status, "POST", "/tags", {"name": "late"})
    assert time.monotonic() - started < 0.4
    assert _tags(api) == 5
    time.sleep(0.7)
    assert _tags(api) == 6
    entry = next(entry for entry in api.control("GET", "/journal") if entry["method"] == "POST")
    assert (entry["status"], entry["fault"], entry["auth"]) == (status, "gateway", "basic")


@pytest.mark.parametrize("rule", [{"kind": "gateway", "seconds": 0.4}, {"kind": "delay", "delay_ms": 400}])
def test_what_is_late_does_not_reach_the_data_after_a_reset(api: Api, rule: dict[str, Any]) -> None:
    api.control("POST", "/faults", {**rule, "method": "POST"})
    if rule["kind"] == "gateway":
        assert api.fails(504, "POST", "/tags", {"name": "late"})["code"] == "GatewayTimeout"
    else:
        _gives_up(api, "POST", "/tags", {"name": "late"})
    api.control("POST", "/reset", {"seed": "demo"})
    time.sleep(0.6)
    assert _tags(api) == 5


def test_fault_drip_sends_a_byte_at_a_time(api: Api) -> None:
    whole = api.call("GET", "/version/hash").content
    api.control("POST", "/faults", {"kind": "drip", "seconds": 0.01})
    started = time.monotonic()
    answer = api.http.get(api.root + "/version/hash", stream=True, timeout=5)
    assert time.monotonic() - started < 0.2
    assert b"".join(answer.iter_content(1)) == whole
    assert time.monotonic() - started >= len(whole) * 0.01


def test_fault_drip_drips_once_a_second_and_ends_with_the_client(api: Api) -> None:
    api.control("POST", "/faults", {"kind": "drip"})
    answer = api.http.get(api.root + "/version/hash", stream=True, timeout=5)
    started = time.monotonic()
    assert len(answer.raw.read(1)) == 1
    assert time.monotonic() - started >= 0.8
    answer.close()
    api.ok("GET", "/tags")


@pytest.mark.parametrize("rule", [{"kind": "drip"}, {"kind": "delay", "delay_ms": 60_000}, {"kind": "gateway", "seconds": 60}])
def test_quiet_ends_in_peace_while_something_is_slow(rule: dict[str, Any]) -> None:
    running = Process("--password", PASSWORD, "--quiet")
    api = Api(running.url)
    api.control("POST", "/faults", rule)
    if rule["kind"] == "delay":
        _gives_up(api, "GET", "/tags", None)
    else:
        api.http.get(api.root + "/tags", auth=("admin", PASSWORD), stream=True, timeout=5)
    running.popen.terminate()
    assert running.popen.communicate(timeout=10) == ("", "")
    assert running.popen.returncode == 0
