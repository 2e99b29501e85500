# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_maintenance_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources import find_held, hold
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_maintenance_info"
NOW = 1_800_000_000_000
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
SHOP, WEB, DATA, LINK = (f"64b1f0c2a9d3e45f6a7b8e0{number}" for number in range(1, 5))
OBJECTS: list[dict[str, Any]] = [
    ROOT,
    {"id": SHOP, "name": "Shop", "parent_id": [1], "manual_state": None},
    {
        "id": WEB,
        "name": "web-1",
        "parent_id": [SHOP],
        "manual_state": {
            "stateId": 9,
            "reason": "Выкладка",
            "until": NOW + 60_000,
            "by": "u1",
            "clearedByState": [3],
        },
    },
    {"id": DATA, "name": "db", "parent_id": [SHOP], "mute_alerts": {"reason": "noise", "by": "u2"}},
]
LINKS = [
    {"id": LINK, "source": WEB, "target": DATA, "manual_state": {"stateId": 3, "since": NOW + 1000, "by": NOW + 5000}}
]
STATES = [{"id": 3, "name": "Working"}, {"id": 9, "name": "Disable"}]
LIST = ("GET", "/objects?fields=class_id,manual_state,mute_alert,mute_alerts,name,parent_id,tags", 200)
LINK_LIST = ("GET", "/links?fields=class_id,manual_state,source,source_name,target,target_name", 200)
NOTHING: dict[str, Any] = {
    "reason": "",
    "since": None,
    "until": None,
    "cleared_by": [],
    "muted": False,
    "mute_reason": "",
    "muted_by": None,
}
HELD = {
    **NOTHING,
    "id": WEB,
    "type": "object",
    "path": "/ROOT/Shop/web-1",
    "state": "Disable",
    "reason": "Выкладка",
    "until": "2027-01-15T08:01:00+00:00",
    "cleared_by": ["Working"],
    "by": "ann",
}
MUTED = {
    **NOTHING,
    "id": DATA,
    "type": "object",
    "path": "/ROOT/Shop/db",
    "state": None,
    "by": None,
    "muted": True,
    "mute_reason": "noise",
    "muted_by": "bob",
}
WAITING = {
    **NOTHING,
    "id": LINK,
    "type": "link",
    "path": "/ROOT/Shop/web-1 - /ROOT/Shop/db",
    "state": "Working",
    "since": "2027-01-15T08:00:01+00:00",
    "until": "2027-01-15T08:00:05+00:00",
    "by": None,
}


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (hold, find_held):
        monkeypatch.setattr(module, "now", lambda: NOW)


@pytest.mark.parametrize("check", [False, True])
def test_everything_that_is_held_or_muted(script: Script, check: bool) -> None:
    users = ("GET", "/users", 200, [{"id": "u1", "login": "ann", "permissions": []}, {"id": "u2", "login": "bob"}])
    script((*LIST, OBJECTS), (*LINK_LIST, LINKS), ("GET", "/states", 200, STATES), users)
    assert run_module(NAME, {}, check=check) == {"changed": False, "entities": [HELD, MUTED, WAITING]}


def test_a_subtree_without_links(script: Script) -> None:
    script((*LIST, OBJECTS), ("GET", "/states", 200, STATES), ("GET", "/users", 403, {"code": "Forbidden"}))
    result = run_module(NAME, {"object": "Shop", "recursive": True})
    assert [(one["path"], one["by"], one["muted_by"]) for one in result["entities"]] == [
        (HELD["path"], "u1", None),
        (MUTED["path"], None, "u2"),
    ]
    assert result["warnings"][0].startswith("The names of users cannot be read")


def test_what_is_over_is_not_held(script: Script) -> None:
    over = {**OBJECTS[2], "manual_state": {"stateId": 9, "until": NOW - 1}}
    script((*LIST, [ROOT, OBJECTS[1], over]))
    assert run_module(NAME, {"objects": ["web-1"]}) == {"changed": False, "entities": []}


@pytest.mark.parametrize("option", ["object", "class", "tag"])
def test_an_empty_option_does_not_mean_everything(option: str) -> None:
    assert run_module(NAME, {option: ""})["msg"] == f"{option} is empty: give a text, or leave the option out."
