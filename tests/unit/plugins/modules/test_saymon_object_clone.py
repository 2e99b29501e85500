# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_object_clone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils import _acts
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_object_clone"
ROOT = {"id": 1, "name": "ROOT", "parent_id": []}
SITE = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "Site", "parent_id": [1]}
RACK = {"id": "64b1f0c2a9d3e45f6a7b8e02", "name": "Rack", "parent_id": [SITE["id"]]}
COPY = {**RACK, "id": "64b1f0c2a9d3e45f6a7b8e03"}
THERE = {**COPY, "name": "Rack 2"}
ASK = {"object": RACK["id"], "name": "Rack 2"}
FIND = search("id", RACK["id"], among=[RACK])
RECORD = ("GET", f"/objects/{RACK['id']}?fields=name%2Cparent_id", 200, RACK)
CLONE = ("POST", f"/objects/{RACK['id']}/clone", 200, COPY)
LOST = Exchange("POST", CLONE[1], error=requests.exceptions.ReadTimeout())
NAMED = ("PATCH", f"/objects/{COPY['id']}", 200, THERE, {"name": "Rack 2"})


def looked_for(*there: dict[str, Any]) -> list[Exchange]:
    """The search for what is called like the copy below the parent."""
    return [search("id", SITE["id"], among=[SITE]), search("name", "ROOT", "Rack 2", among=[ROOT, *there])]


def beside(*there: dict[str, Any]) -> Exchange:
    body = {"search": {"parent_id": {"$in": [SITE["id"]]}}, "options": {"includeClientData": False}}
    return Exchange("POST", "/objects/search", 200, list(there), body=body)


def renamed() -> list[Any]:
    whole = ("GET", "/objects?fields=discovery_id%2Cname%2Cparent_id", 200, [ROOT, SITE, RACK, COPY])
    return [search("id", SITE["id"], COPY["id"], among=[SITE, COPY]), whole, NAMED]


def test_copy(script: Script) -> None:
    script(FIND, RECORD, *looked_for(), beside(RACK), CLONE, *renamed())
    assert run_module(NAME, ASK) == {
        "changed": True,
        "action": "created",
        "object": THERE,
        "recovered": False,
        "diff": {
            "before_header": "object Rack 2",
            "after_header": "object Rack 2",
            "before": {"state": "absent"},
            "after": {"name": "Rack 2", "state": "present", "copy of": "Rack"},
        },
    }


def test_check_mode(script: Script) -> None:
    script(FIND, RECORD, *looked_for())
    result = run_module(NAME, ASK, check=True)
    assert (result["changed"], result["action"], result["object"]) == (True, "created", {"name": "Rack 2"})


@pytest.mark.parametrize("check", [False, True])
def test_there_already(script: Script, check: bool) -> None:
    script(FIND, RECORD, *looked_for(THERE))
    result = run_module(NAME, ASK, check=check)
    assert result == {"changed": False, "action": "unchanged", "object": THERE, "recovered": False}


@pytest.mark.parametrize("status", [{"finished": True}, {"finished": "true"}])
def test_in_the_background(script: Script, monkeypatch: pytest.MonkeyPatch, status: dict[str, Any]) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    started = ("POST", f"{CLONE[1]}-bulk", 200, {"bulkId": "b", "finished": False})
    waited = [("GET", "/bulk/b/status", 200, {"finished": False}), ("GET", "/bulk/b/status", 200, status)]
    script(FIND, RECORD, *looked_for(), beside(RACK), started, *waited, beside(RACK, COPY), *renamed())
    assert run_module(NAME, {**ASK, "background": True})["object"] == THERE


def test_the_end_in_the_background_does_not_come(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 0.0, 1.0])  # the beginning, and the end of each look
    monkeypatch.setattr(_acts, "time", SimpleNamespace(monotonic=lambda: next(moments), sleep=lambda seconds: None))
    started = ("POST", f"{CLONE[1]}-bulk", 200, {"bulkId": "b", "finished": False})
    status = ("GET", "/bulk/b/status", 200, {"finished": False})
    script(FIND, RECORD, *looked_for(), beside(RACK), started, status, status)
    result = run_module(NAME, {**ASK, "background": True, "wait_timeout": 0.001})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == (
        "The change goes on in the background, and has not ended after 0.001 s: raise wait_timeout, or look at "
        "GET /bulk/b/status later."
    )


def test_the_copy_is_found_after_a_lost_answer(script: Script) -> None:
    script(FIND, RECORD, *looked_for(), beside(RACK), LOST, beside(COPY, RACK), *renamed())
    result = run_module(NAME, ASK)
    assert (result["object"], result["recovered"]) == (THERE, True)


def test_several_new_objects_after_a_lost_answer(script: Script) -> None:
    script(FIND, RECORD, *looked_for(), beside(RACK), LOST, beside(COPY, {**COPY, "id": "x"}))
    result = run_module(NAME, ASK)
    assert (result["failed"], result["changed"]) == (True, True)
    assert f"(ids {COPY['id']}, x)" in result["msg"]


def test_a_copy_that_cannot_be_renamed(script: Script) -> None:
    refused: Any = ("PATCH", f"/objects/{COPY['id']}", 403, {}, {"name": "Rack 2"})
    script(FIND, RECORD, *looked_for(), beside(RACK), CLONE, *renamed()[:-1], refused)
    result = run_module(NAME, ASK)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith(f"'Rack' was copied (the copy has the id {COPY['id']}), but the copy could not be")


def test_an_object_that_an_earlier_task_would_create(script: Script) -> None:
    whole = ("GET", "/objects?fields=discovery_id%2Cname%2Cparent_id", 200, [ROOT])
    script(search("name", "ROOT", "gone", among=[ROOT]), whole, search("name", "ROOT", "Rack 2", among=[ROOT]))
    result = run_module(NAME, {"object": "gone", "name": "Rack 2"}, check=True)
    assert (result["changed"], result["object"]) == (True, {"name": "Rack 2"})
    assert result["warnings"] == ["There is no object 'gone' yet; check mode assumes that an earlier task creates it."]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"name": ""}, "name is empty: give a text, or leave the option out."),
        ({"object": ""}, "object is empty: give a text, or leave the option out."),
        ({"wait_timeout": -1}, "wait_timeout is -1.0: give a number of seconds greater than 0, and at most 604800."),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, {**ASK, **args})
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)
