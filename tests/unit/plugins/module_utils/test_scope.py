# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects a task is about."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._run import Run, TaskContext
from ansible_collections.saymon.platform.plugins.module_utils._scope import SCOPE_OPTIONS, objects_in_scope
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, outcome_on

SHOP, WEB, DB, DISK, LAB = (f"64b1f0c2a9d3e45f6a7b8e0{number}" for number in range(1, 6))
PROD = "64b1f0c2a9d3e45f6a7b8d01"
OBJECTS: list[dict[str, Any]] = [
    {"id": SHOP, "name": "Shop", "parent_id": ["1"], "class_id": 1},
    {"id": WEB, "name": "web", "parent_id": [SHOP], "class_id": 3, "tags": [PROD], "state_id": 2},
    {"id": DB, "name": "db", "parent_id": [SHOP, LAB], "class_id": 3, "tags": [{"id": PROD, "name": "prod"}]},
    {"id": DISK, "name": "/var", "parent_id": [DB], "class_id": "4", "tags": None},
    {"id": LAB, "name": "Lab", "parent_id": ["1"], "class_id": 1},
]
CLASSES = [{"id": 1, "name": "Site"}, {"id": 3, "name": "Host"}, {"id": 4, "name": "Disk"}]


def scope(check: bool = False, **options: Any) -> tuple[dict[str, Any], FakeServer]:
    server = FakeServer(objects=OBJECTS, classes=CLASSES, tags=[{"id": PROD, "name": "prod"}])
    run: Run = _paths
    args = {name: argument.get("default") for name, argument in SCOPE_OPTIONS.items()}
    return outcome_on(server, run, {**args, **options}, check=check), server


def _paths(context: TaskContext) -> dict[str, Any]:
    finder, found = objects_in_scope(context, ["state_id"])
    return {"paths": [finder.title("object", record["id"]) for record in found]}


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({"object": "web"}, ["/ROOT/Shop/web"]),
        ({"objects": ["/ROOT/Shop/db", "Lab"]}, ["/ROOT/Shop/db", "/ROOT/Lab"]),
        ({"objects": []}, []),
        (
            {"object": "Shop", "recursive": True},
            ["/ROOT/Shop", "/ROOT/Shop/web", "/ROOT/Shop/db", "/ROOT/Shop/db//var"],
        ),
        ({"objects": ["Shop", "Lab"], "recursive": True, "class": "host"}, ["/ROOT/Shop/web", "/ROOT/Shop/db"]),
        ({"tag": "prod"}, ["/ROOT/Shop/web", "/ROOT/Shop/db"]),
        ({"class": "Disk"}, ["/ROOT/Shop/db//var"]),
        ({"objects": ["web", "web"]}, ["/ROOT/Shop/web"]),
    ],
)
def test_the_objects_that_are_meant(options: dict[str, Any], paths: list[str]) -> None:
    result, server = scope(**options)
    assert result["paths"] == paths
    assert sorted(server.reads) == ["/classes"] * ("class" in options) + ["/objects"] + ["/tags"] * ("tag" in options)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"object": "wev"}, "object: there is no object 'wev' (did you mean 'web'?)"),
        ({"objects": ["web", "none"]}, "objects: there is no object 'none'"),
        ({"object": "web", "class": "Hots"}, "class: there is no class 'Hots'"),
        ({"tag": ""}, "tag is empty: give a text, or leave the option out."),
        ({"object": ""}, "object is empty"),
    ],
)
def test_names_that_nothing_has(options: dict[str, Any], says: str) -> None:
    result, _server = scope(**options)
    assert says in result["msg"]


def test_an_object_that_an_earlier_task_is_about_to_create() -> None:
    result, _server = scope(check=True, objects=["web", "new"])
    assert result["paths"] == ["/ROOT/Shop/web"]
    assert "'new'" in result["warnings"][0]
