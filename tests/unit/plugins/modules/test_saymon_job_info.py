# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_job_info."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state import timeframe
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_job_info"
NOW = 1_900_000_000_000
HOUR = 3_600_000
VACUUM, RESTART = {"id": "op1", "name": "Vacuum"}, {"id": "op2", "name": "Restart"}
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
RACK = {"id": "o1", "name": "rack", "parent_id": [1], "class_id": 3}
DB = {"id": "o2", "name": "db", "parent_id": ["o1"], "class_id": 3, "operations": [VACUUM]}
OBJECTS = [ROOT, RACK, DB]
CLASSES = ("GET", "/classes", 200, [{"id": 3, "name": "Host", "operations": [RESTART]}])
LINK = {"id": "l1", "source": "o1", "target": "o2", "operations": [VACUUM]}
USERS = ("GET", "/users", 200, [{"id": "u1", "login": "ann", "permissions": []}])
OLD = {"id": "j1", "operation_id": "op1", "owner_id": "o2", "user_id": "u1", "timestamp": NOW - 3 * HOUR}
NEW = {"id": "j3", "operation_id": "op2", "owner_id": "o1", "timestamp": str(NOW), "description": {"exitCode": 1}}
GONE = {"id": "j2", "operation_id": "op9", "owner_id": "o2", "user_id": "u9", "timestamp": NOW - HOUR}
OF_LINK = {"id": "j4", "operation_id": "op1", "owner_id": "l1", "owner_type": "2", "timestamp": NOW}


@pytest.fixture(autouse=True)
def _at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeframe, "now_in_ms", lambda: NOW)


def tree(*more: str) -> Exchange:
    return Exchange(
        "GET", f"/objects?fields={','.join(sorted(['class_id', 'name', 'parent_id', 'tags', *more]))}", 200, OBJECTS
    )


def jobs(found: list[Any], **body: Any) -> Exchange:
    return Exchange("POST", "/jobs", 200, found, body=body)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "requests", "found"),
    [
        ({"id": "j/1"}, [("GET", "/jobs/j%2F1", 200, OLD)], [OLD]),
        ({"id": "j1", "from": "-1h"}, [("GET", "/jobs/j1", 200, OLD)], []),
        ({"id": "j5"}, [("GET", "/jobs/j5", 404, {"code": "NotFound", "message": ""})], []),
        ({"object": "db"}, [tree(), jobs([OLD, GONE], objects=["o2"])], [GONE, OLD]),
        (
            {"objects": ["/ROOT/rack", "db"], "limit": 2},
            [tree(), jobs([OLD, NEW, GONE], objects=["o1", "o2"])],
            [NEW, GONE],
        ),
        (
            {"object": "rack", "recursive": True, "from": "-2h", "to": "now"},
            [tree(), jobs([OLD, NEW, GONE], objects=["o1", "o2"], **{"from": NOW - 2 * HOUR, "to": NOW})],
            [NEW, GONE],
        ),
        ({"object": "db"}, [tree(), jobs([OLD, NEW], objects=["o2"])], [OLD]),
        ({"class": "Host"}, [tree(), CLASSES, jobs([OLD], objects=["o1", "o2"])], [OLD]),
        ({"class": "Agent"}, [tree(), ("GET", "/classes", 200, [{"id": 2, "name": "Agent"}])], []),
        ({"links": ["l1"]}, [jobs([OF_LINK], links=["l1"])], [OF_LINK]),
        ({"links": []}, [], []),
        (
            {"object": "db", "operation": "Vacuum"},
            [tree("operations"), jobs([OLD, GONE], objects=["o2"]), CLASSES],
            [OLD],
        ),
        (
            {"object": "db", "operation": "op9"},
            [tree("operations"), jobs([OLD, GONE], objects=["o2"]), CLASSES],
            [GONE],
        ),
    ],
)
def test_which_jobs(script: Script, check: bool, args: dict[str, Any], requests: list[Any], found: list[Any]) -> None:
    """Each filter is applied here too: a server may ignore it."""
    script(*requests)
    assert run_module(NAME, args, check=check) == {"changed": False, "jobs": found}


def test_names(script: Script) -> None:
    script(tree("operations"), jobs([OLD, NEW, GONE], objects=["o1", "o2"]), CLASSES, USERS)
    found = run_module(NAME, {"objects": ["rack", "db"], "resolve": True})["jobs"]
    assert [job["names"] for job in found] == [
        {"object": "/ROOT/rack", "operation": "Restart", "user": None},
        {"object": "/ROOT/rack/db", "operation": "op9", "user": "u9"},
        {"object": "/ROOT/rack/db", "operation": "Vacuum", "user": "ann"},
    ]


TREE = Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS)


@pytest.mark.parametrize(
    ("args", "before", "after"),
    [
        (
            {"links": ["l1"]},
            jobs([OF_LINK], links=["l1"]),
            ("GET", "/links?fields=operations,source,target", 200, [LINK]),
        ),
        (
            {"id": "j4"},
            ("GET", "/jobs/j4", 200, OF_LINK),
            ("GET", "/links/l1?fields=operations,source,target", 200, LINK),
        ),
    ],
)
def test_names_of_links(script: Script, args: dict[str, Any], before: Any, after: Any) -> None:
    script(before, after, TREE)
    (found,) = run_module(NAME, {**args, "resolve": True})["jobs"]
    assert found["names"] == {"link": "/ROOT/rack - /ROOT/rack/db", "operation": "Vacuum", "user": None}


def test_names_of_what_is_gone(script: Script) -> None:
    job = {**NEW, "owner_type": 1, "owner_id": "o7"}
    script(("GET", "/jobs/j3", 200, job), TREE, ("GET", "/objects/o7?fields=operations", 404, {}), CLASSES)
    (found,) = run_module(NAME, {"id": "j3", "resolve": True})["jobs"]
    assert found["names"] == {"object": "o7", "operation": "Restart", "user": None}


def test_into_a_file(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "jobs.jsonl"
    script(tree(), jobs([OLD, GONE], objects=["o2"]))
    assert run_module(NAME, {"object": "db", "dest": str(dest)})["count"] == 2
    assert dest.read_text(encoding="utf-8").index("j2") < dest.read_text(encoding="utf-8").index("j1")


@pytest.mark.parametrize("check", [False, True])
def test_an_object_that_an_earlier_task_would_create(script: Script, check: bool) -> None:
    script(tree())
    result = run_module(NAME, {"object": "new"}, check=check)
    if check:
        assert (result["jobs"], len(result["warnings"])) == ([], 1)
    else:
        assert result["msg"].startswith("object: there is no object 'new'")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"links": ["l1", ""]}, "links[1] is empty: give the id of a link."),
        ({"id": ""}, "id is empty: give a text, or leave the option out."),
        ({"id": "j1", "limit": 0}, "limit is 0: give a number, 1 or more."),
        ({"id": "j1", "from": "x"}, "from is 'x': give epoch milliseconds"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["msg"][: len(said)]) == (True, said)
