# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monitoring, operations and documents on a server whose answers get lost, and of an old version; files arrive as they
are."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import requests

from tests.e2e.conftest import Runner
from tests.e2e.support import api, play, saymon, show
from tests.tools.sandbox_process import Sandbox

CALLS = ("/objects/*/docs", "/objects/*/operations")  # an item gives up after three lost answers
PICTURE = os.urandom(300_000)


def item(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "monitoring": {"agent": "North site", "task": "ping", "period": "1m", "settings": {"PingHost": name}},
        "operations": [{"name": "Чистка", "type": "program", "parameters": {"path": "/opt/vacuum.sh"}}],
        "documents": [
            {"name": "Runbook", "url": f"https://wiki.example.org/{name}"},
            {"name": "Фото", "file": "db.png"},
        ],
    }


def check(sandbox: Sandbox, *names: str) -> None:
    """Each object has everything once, and its file."""
    for one in api(sandbox, "GET", "/objects?fields=name,properties,operations"):
        if one["name"] not in names:
            continue
        held = Counter(entry["name"] for entry in one["properties"])
        wanted = ("AgentId", "TaskType", "TaskPeriodValue", "TaskPeriodUnit", "PingHost", "Runbook", "Фото")
        assert held == Counter(wanted), one["name"]
        assert [operation["name"] for operation in one["operations"]] == ["Чистка"]
        (value,) = (entry["value"] for entry in one["properties"] if entry["name"] == "Фото")
        address = f"{sandbox.url}/node-resources/docs/uid/{value}/pdf/1.pdf"
        assert requests.get(address, auth=(sandbox.login, sandbox.password), timeout=10).content == PICTURE


@pytest.mark.parametrize("kind", ["drop_after", "gateway"])
@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_lost_answers_make_no_duplicates(runner: Runner, sandbox: Sandbox, kind: str, old: bool) -> None:
    sandbox.settings(old_version=old)
    (runner.directory / "db.png").write_bytes(PICTURE)
    names = ("first", "second", "third")
    task = saymon("saymon_object", {"objects": [item(name) for name in names], "parallel": 3}, diff=True)
    foreseen = show(runner, play({**task, "check_mode": True})).one("saymon_object")
    assert sandbox.writes() == []
    for path in CALLS:
        sandbox.fault(kind=kind, method="POST", path=path, **({"seconds": 0.2} if kind == "gateway" else {}))
    done = show(runner, play(task))
    assert done.rc == 0, done.output[-3000:]
    result = done.one("saymon_object")
    assert result["diff"] == foreseen["diff"]
    assert result["summary"]["created"] == 3
    assert result["summary"]["recovered"] > 0
    check(sandbox, *names)
    sandbox.clear_faults()
    sandbox.clear_journal()
    again = show(runner, play(task))
    assert again.one("saymon_object")["changed"] is False
    assert sandbox.writes() == []


def test_files_come_back_as_they_went(runner: Runner, sandbox: Sandbox) -> None:
    (runner.directory / "db.png").write_bytes(PICTURE)
    folder = runner.directory / "files"
    read = {"name": "db-1", "fields": ["name"], "documents_dest": str(folder)}
    plays = [
        saymon("saymon_object", item("db-1")),
        *(saymon("saymon_object_info", read, name=word) for word in ("new", "again")),
    ]
    done = show(runner, play(*plays))
    assert done.rc == 0, done.output
    assert [done.one(word)["changed"] for word in ("new", "again")] == [True, False]
    (found,) = done.one("again")["objects"]
    paths = {entry["name"]: entry.get("file") for entry in found["documents"]}
    assert paths == {"Runbook": None, "Фото": str(folder / found["id"] / "Фото")}
    assert (folder / found["id"] / "Фото").read_bytes() == PICTURE
