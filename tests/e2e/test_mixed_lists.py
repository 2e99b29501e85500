# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of objects and links with all that belongs to them, on a server where a third of all writes gets lost.

Where a task ends is compared with a second server, on which nothing goes wrong.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import requests
from ansible import constants as C
from ansible_collections.saymon.platform.tests.unit.support import make_action

from tests.e2e.support import api
from tests.tools.sandbox_process import Sandbox

OBJECTS, LINKS = 60, 40
# What may become of a write: the answer is lost before or after the server has acted on the request.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "status", "status": 502},
    {"kind": "gateway", "status": 502, "seconds": 0},
)
# Everything below objects and links but their searches.
PATH = "/[ol]*[!h]"
IMPATIENT = {"saymon_timeout": 1}  # so long it waits for what a lost creation may still bring
LEAST_LOST = 20
MOST_WRITES = 1500  # of each kind of method in one task
# What differs between two servers that have been told the same.
UNEQUAL = {"id", "created", "updated", "last_state_update", "owner_id", "since"}

Items = list[dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with Sandbox("--quiet", seed="empty") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def twin() -> Iterator[Sandbox]:
    """A second server, on which nothing goes wrong."""
    with Sandbox("--quiet", seed="empty") as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def _run_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", mkdtemp(dir=tmp_path))


def _belongings(number: int, version: int, folder: Path) -> dict[str, Any]:
    """What item `number` has below it; most of it differs from one version to the next."""
    name = f"п{number}"
    return {
        "properties": [{"name": "Owner", "value": f"team {number + version}"}, {"name": f"v{version}", "value": name}],
        "append_properties": version == 1,
        "state_conditions": [
            {"when": {"cpu": {"gt": 90 + version}}, "state": "Alarm"},
            {"when": {"cpu": {"gt": number}}, "state": "Overloaded"},
        ],
        "monitoring": {
            "agent": "agent",
            "task": "ping",
            "period": f"{version}m",
            "settings": {"PingHost": f"{name}.{version}"},
        },
        "operations": [
            {"name": "Чистка", "type": "program", "parameters": {"path": f"/opt/{version}"}},
            {"name": f"Run {version}", "type": "mqtt", "parameters": {"topic": name}},
        ],
        "documents": [
            {"name": "Runbook", "url": f"https://wiki.example.org/{name}/{version}"},
            {"name": "Plan", "file": str(folder / f"{(number + version) % 3}.png")},
        ],
    }


def _state(number: int, version: int) -> str:
    return "absent" if version == 2 and number % 7 == 0 else "present"


def _objects(version: int, folder: Path) -> Items:
    return [
        {"name": f"node{number}", "class": "Host", "state": _state(number, version)}
        | _belongings(number, version, folder)
        for number in range(1, OBJECTS + 1)
    ]


def _links(version: int, folder: Path) -> Items:
    """Links among objects that stay."""
    kept = [f"node{number}" for number in range(1, OBJECTS) if _state(number, 2) == "present"]
    return [
        {"source": kept[number], "target": kept[number + 1], "state": _state(number, version)}
        | _belongings(number, version, folder)
        for number in range(LINKS)
    ]


def _run(server: Sandbox, module: str, options: dict[str, Any], *, check: bool = False) -> dict[str, Any]:
    who = {"saymon_url": server.url, "saymon_login": server.login, "saymon_password": server.password}
    result: dict[str, Any] = make_action(module, {**who, **options}, {}, check=check).run(task_vars={})
    return result


def _lose_a_third(server: Sandbox, dice: random.Random) -> None:
    for method in ("P*", "DELETE"):
        lost = [number for number in range(1, MOST_WRITES) if dice.random() < 1 / 3]
        rules = [
            # A request that one rule takes is not counted by those after it.
            {**dice.choice(FAULTS), "method": method, "path": PATH, "nth": number - before}
            for before, number in enumerate(lost)
        ]
        server.request("POST", "/faults", rules)


def _file(server: Sandbox, value: str) -> bytes:
    address = f"{server.url}/node-resources/docs/uid/{value}/pdf/1.pdf"
    answer = requests.get(address, auth=(server.login, server.password), timeout=10)
    answer.raise_for_status()
    return answer.content


def _holdings(server: Sandbox) -> Items:
    """The objects and links of a server with all that belongs to them, in words that do not depend on ids."""
    objects = api(server, "GET", "/objects?fields=name,class_id,parent_id,operations,properties")
    links = api(server, "GET", "/links?fields=source,target,class_id,operations,properties")
    names = {str(record["id"]): record["name"] for record in objects}

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(part) for key, part in value.items() if key not in UNEQUAL}
        if isinstance(value, list):
            return [plain(part) for part in value]
        return names.get(value, value) if isinstance(value, str) else value

    for path, records in (("/objects", objects), ("/links", links)):
        for record in records:
            for entry in record["properties"]:
                if entry["name"] == "Plan":
                    entry["value"] = _file(server, entry["value"]).hex()
            record["properties"] = sorted(plain(record["properties"]), key=str)
            record["operations"] = sorted(plain(record.get("operations", [])), key=str)
            if record["operations"]:
                record["conditions"] = api(server, "GET", f"{path}/{record['id']}/state-conditions")
    return sorted(plain(objects), key=str) + sorted(plain(links), key=str)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_third_of_all_writes_is_lost_and_nothing_else(
    server: Sandbox, twin: Sandbox, seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    for one in (server, twin):
        one.reset()
        assert _run(one, "saymon_object", {"name": "agent", "class": "Saymon Agent"})["changed"]
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(dice.randbytes(3000))
    for version in (1, 2):
        for module, items in (
            ("saymon_object", {"objects": _objects(version, tmp_path)}),
            ("saymon_link", {"links": _links(version, tmp_path)}),
        ):
            task = {**items, "parallel": dice.choice((4, 8))}
            expected = _run(twin, module, task)
            assert not expected.get("failed"), expected["msg"]
            _lose_a_third(server, dice)
            first = _run(server, module, {**task, **IMPATIENT})
            hits = sum(rule["hits"] for rule in server.faults())
            server.clear_faults()
            if first.get("failed"):
                repetition = _run(server, module, task)
                assert not repetition.get("failed"), (first["msg"], repetition["msg"])
            assert hits > LEAST_LOST
            assert first["summary"]["recovered"] > 0
            assert _holdings(server) == _holdings(twin), first
            server.clear_journal()
            again = _run(server, module, task)
            assert (again.get("msg"), again["changed"], server.writes()) == (None, False, [])
