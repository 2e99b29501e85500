# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that people look at, and the events that keep it up to date."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from conftest import PASSWORD, Api, Process


def events(api: Api, *wanted: str, **headers: str) -> Iterator[tuple[str, Any]]:
    """The events of a stream of its own, as they come, by name."""
    with requests.get(f"{api.url}/_sandbox/stream", stream=True, timeout=10, headers=headers) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        name = ""
        for line in answer.iter_lines(decode_unicode=True):
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and (not wanted or name in wanted):
                yield name, json.loads(line.removeprefix("data: "))


def web_id(api: Api) -> str:
    return str(next(one["id"] for one in api.ok("GET", "/objects?fields=name") if one["name"] == "north-web-1"))


def test_a_browser_is_first_told_everything(api: Api) -> None:
    stream = events(api)
    told = dict(next(stream) for _part in range(4))
    assert list(told) == ["tree", "incidents", "requests", "clock"]
    rows = told["tree"]["rows"]
    assert told["tree"]["total"] == len(api.ok("GET", "/objects?fields=name")) == len(rows)  # each object once
    assert [(row["name"], row["depth"]) for row in rows[:4]] == [("ROOT", 0), ("North site", 1), ("North rack A1", 2), ("north-core-sw", 3)]
    assert abs(told["clock"] - time.time() * 1000) < 60_000


def test_then_it_is_told_what_changes(api: Api) -> None:
    web = web_id(api)
    stream = events(api, "tree", "states", "incidents")
    (_name, tree), (_again, before) = next(stream), next(stream)
    condition = [{"condition": {"disk": {"_gt": "90"}}, "state": 5, "description": "full"}]
    api.ok("PUT", f"/objects/{web}/state-conditions", condition)
    api.ok("POST", f"/objects/{web}/stat", {"payload": {"disk": 97}})
    names = [row["name"] for row in tree["rows"]]
    told = dict(next(stream) for _part in range(2))
    changed = {names[int(place)]: row["state"] for place, row in told["states"].items()}
    assert changed["north-web-1"] == "Alarm"
    incident = next(one for one in told["incidents"] if one["entity"] == "north-web-1")
    assert incident.items() >= {"open": True, "level": "Alarm", "acknowledged": False}.items()
    assert incident["id"] not in {one["id"] for one in before}
    api.ok("POST", f"/incidents/{incident['id']}/acknowledge")
    assert next(one for one in next(stream)[1] if one["id"] == incident["id"])["acknowledged"] is True
    api.ok("DELETE", f"/objects/{web}")
    assert "north-web-1" not in [row["name"] for row in next(stream)[1]["rows"]]


def test_requests_are_shown_without_secrets(api: Api) -> None:
    sid = api.login()
    api.ok("GET", f"/users/session/verify/{sid}", auth=None)
    api.fails(401, "GET", "/users?auth-token=secret-token", auth=None)
    shown = next(events(api, "requests"))[1]
    assert [(one["method"], one["path"], one["status"]) for one in shown[:3]] == [
        ("GET", "/users", 401),
        ("GET", "/users/session/verify/***", 200),
        ("POST", "/users/session", 200),
    ]
    assert not any(secret in str(shown) for secret in (sid, PASSWORD, "secret-token"))


@pytest.mark.parametrize("path", ["/", "/stream"])
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example.org"}, {"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_other_sites_see_nothing(api: Api, path: str, headers: dict[str, str]) -> None:
    answer = requests.get(f"{api.url}/_sandbox{path}", headers=headers, timeout=5)
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/plain; charset=utf-8")


def test_nothing_but_its_own_script_runs(api: Api) -> None:
    answer = requests.get(f"{api.url}/_sandbox/", timeout=5)
    policy = answer.headers["content-security-policy"]
    assert answer.status_code == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "://" not in answer.text.split("</style>")[1]  # it loads nothing from elsewhere


def test_a_large_tree_is_cut_short() -> None:
    running = Process("--password", PASSWORD, "--quiet", "--seed", "big:3000")
    try:
        tree = next(events(Api(running.url), "tree"))[1]
        assert len(tree["rows"]) == 1000 < tree["total"]
    finally:
        running.stop()


def test_an_open_page_does_not_keep_the_sandbox_from_ending() -> None:
    running = Process("--password", PASSWORD, "--quiet")
    stream = events(Api(running.url))
    next(stream)
    started = time.monotonic()
    assert running.stop() == 0
    assert time.monotonic() - started < 1.5
    list(stream)  # it ends as a whole answer does
