# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The field operations."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.operations import OPERATIONS
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, lost
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
VACUUM: dict[str, Any] = {
    "id": "o1",
    "name": "Vacuum",
    "type": 2,
    "description": "d",
    "own": 1,
    "parameters": {"type": "fileSystem", "path": "/opt/vacuum.sh", "args": ["a"], "own": 2},
}
SAY: dict[str, Any] = {"id": "o2", "name": "Say", "type": 1, "parameters": {"topic": "t"}}
DB: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "db01", "parent_id": [1], "operations": [VACUUM, SAY]}
PATH = f"/objects/{DB['id']}/operations"


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "db01", among=[ROOT, DB]))
    given = [{"name": "Vacuum", "type": "program", "parameters": {"path": "/opt/vacuum.sh"}}, {"name": "Say"}]
    result = run_module("saymon_object", {"name": "db01", "operations": given}, check=check)
    assert (result["changed"], result["diff"], result["object"]) == (False, [], DB)


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """What is left out of an operation stays, and so does what this collection knows nothing of."""
    script(search("name", "ROOT", "db01", among=[ROOT, DB]))
    new = {
        "name": "New",
        "type": 2,
        "description": "",
        "popupResult": True,
        "runOnReadWritePropertyModification": False,
    }
    if not check:
        script(
            ("PATCH", f"{PATH}/o1", 200, None, {"parameters": {**VACUUM["parameters"], "args": ["--full", "3"]}}),
            ("POST", PATH, 200, {"id": "o3"}, {**new, "parameters": {"type": "scriptText", "text": "true"}}),
            ("DELETE", f"{PATH}/o2", 200),
        )
    given = [
        {"name": "Vacuum", "parameters": {"args": ["--full", 3]}},
        {"name": "New", "type": "program", "popup_result": True, "parameters": {"text": "true"}},
    ]
    args = {"name": "db01", "operations": given, "append_operations": False}
    result = run_module("saymon_object", args, check=check)
    assert result["changed"] is True
    assert [*result["diff"][0]["before"]["operations"]] == ["Say", "Vacuum"]
    assert [*result["diff"][0]["after"]["operations"]] == ["New", "Vacuum"]


def test_others_stay_by_default() -> None:
    server = FakeServer(objects=[DB])
    item = {"name": "db01", "operations": [{"name": "Say", "description": "Чистка"}]}
    ensure_on(server, "object", item)
    assert server.one("/objects", name="db01")["operations"] == [VACUUM, {**SAY, "description": "Чистка"}]
    assert ensure_on(server, "object", item)["changed"] is False


def test_a_new_object_with_operations() -> None:
    server = FakeServer()
    item = {"name": "db02", "operations": [{"name": "Say", "type": "mqtt", "parameters": {"topic": "t", "message": 5}}]}
    ensure_on(server, "object", item)
    (made,) = server.one("/objects", name="db02")["operations"]
    assert (made["type"], made["parameters"]) == (1, {"topic": "t", "message": "5"})
    assert ensure_on(server, "object", item)["changed"] is False


@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_answer_makes_no_duplicate(sent: bool) -> None:
    server = FakeServer(objects=[DB])
    server.connection = server.connection.__class__(server.connection.url, timeout=0.1)
    (server.after if sent else server.before).append((f"POST {PATH}", lost))
    result = ensure_on(server, "object", {"name": "db01", "operations": [{**_NEW}]})
    held = server.find("/objects", name="db01")[0]["operations"]
    assert len(held) == (3 if sent else 2)
    assert bool(result.get("failed")) is not sent, "what may still be created is not created again"


_NEW = {"name": "New", "type": "mqtt", "parameters": {"topic": "t"}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "New"}, "the operation 'New' does not exist, and cannot be created without type, parameters"),
        ({"name": "New", "type": "mqtt", "parameters": {}}, "cannot be created without type, parameters"),
        ({"name": "Vacuum", "type": "mqtt"}, "type of each operation cannot be changed after creation"),
        ({"name": "Vacuum", "parameters": {"text": "x"}}, "cannot become scriptText: remove the operation first"),
        ({"name": "Hidden", "description": "x"}, "give the account the permission manage-operations"),
    ],
)
def test_refused_before_anything_is_written(given: dict[str, Any], said: str) -> None:
    server = FakeServer(objects=[{**DB, "operations": [VACUUM, {"id": "o9", "name": "Hidden"}]}])
    result = ensure_on(server, "object", {"name": "db01", "weight": 7, "operations": [given]})
    assert said in result["msg"]
    assert server.writes == []


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ([], "give a dictionary"),
        ({"path": "a", "text": "b"}, "give only one of path, ref, text"),
        ({"path": {}}, "path: give a text"),
        ({"args": [{}]}, "args: give a text"),
    ],
)
def test_bad_parameters(parameters: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        OPERATIONS.parse([{"name": "x", "parameters": parameters}])
    assert said in str(caught.value)


def test_a_bad_type() -> None:
    with pytest.raises(Invalid, match="give one of mqtt, program"):
        OPERATIONS.parse([{"name": "x", "type": "magic"}])
