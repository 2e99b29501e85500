# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_annotation_info."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state import timeframe
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_annotation_info"
NOW = 1_900_000_000_000
HOUR = 3_600_000
OLD = {"id": "a1", "timestamp": NOW - 3 * HOUR, "content": "Rollout 4.1", "user": "u1", "changed": NOW}
NEW = {"id": "a2", "timestamp": NOW - HOUR, "content": "Rollout 4.2 Резерв", "user": "u2"}
PLAN = {"id": "a3", "timestamp": str(NOW + HOUR), "content": "maintenance"}
NOTES = [NEW, PLAN, OLD]
USERS = (
    "GET",
    "/users",
    200,
    [{"id": id_, "login": login, "permissions": []} for id_, login in (("u1", "ann"), ("u2", "bob"))],
)


@pytest.fixture(autouse=True)
def _at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeframe, "now_in_ms", lambda: NOW)


def listed(first: int = 1, last: int = 253402300799999) -> Exchange:
    return Exchange("GET", f"/history-annotations?from={first}&to={last}", 200, NOTES)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "read", "found"),
    [
        ({}, listed(), [OLD, NEW, PLAN]),
        ({"from": "-1h"}, listed(NOW - HOUR), [NEW, PLAN]),
        ({"from": "-2h", "to": "now"}, listed(NOW - 2 * HOUR, NOW), [NEW]),
        ({"to": NOW - 2 * HOUR}, listed(last=NOW - 2 * HOUR), [OLD]),
        ({"id": "a3"}, listed(), [PLAN]),
        ({"content": "Maintenance"}, listed(), [PLAN]),
        ({"content_contains": "резерв"}, listed(), [NEW]),
        ({"content_contains": "ROLLOUT", "from": "-2h"}, listed(NOW - 2 * HOUR), [NEW]),
        ({"content_regex": r"4\.[0-9]$"}, listed(), [OLD]),
        ({"limit": 1}, listed(), [OLD]),
        (
            {"fields": ["timestamp"], "content_contains": "mainten"},
            listed(),
            [{"id": "a3", "timestamp": str(NOW + HOUR)}],
        ),
    ],
)
def test_filters(
    script: Script, check: bool, filters: dict[str, Any], read: Exchange, found: list[dict[str, Any]]
) -> None:
    """Each is applied here too: a server may ignore the range."""
    script(read)
    assert run_module(NAME, filters, check=check) == {"changed": False, "annotations": found}


def test_the_author(script: Script) -> None:
    script(USERS, listed())
    (found,) = run_module(NAME, {"user": "bob", "resolve": True})["annotations"]
    assert found == {**NEW, "names": {"user": "bob"}}


def test_into_a_file(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "notes.csv"
    script(listed())
    assert run_module(NAME, {"dest": str(dest)})["count"] == 3
    assert "Rollout 4.2 Резерв" in dest.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"from": "soon"}, "from is 'soon': give epoch milliseconds or a date"),
        ({"from": ""}, "from is empty: give a text, or leave the option out."),
        ({"from": "now", "to": "-1h"}, "from is 'now', which is later than to ('-1h'): exchange the two."),
        ({"content_regex": "("}, "content_regex is '(', which is not a regular expression"),
    ],
)
def test_wrong_filters(script: Script, filters: dict[str, Any], said: str) -> None:
    result = run_module(NAME, filters)
    assert (result["failed"], result["msg"][: len(said)]) == (True, said)
