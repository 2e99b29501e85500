# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the known endpoints the typed modules send requests to.

Those of the monitored world that they do not reach are listed with the reason in tests/contract/apart.yaml.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible import constants as C
from ansible_collections.saymon.platform.tests.unit.support import make_action

from tests.e2e.support import CASES
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

CONTRACT = ROOT / "tests" / "contract"
LAST = "what the task before has made"
AREAS = (
    *("objects", "entities", "bulk", "v2", "links", "flows", "references", "classes", "properties", "property-classes"),
    *("tags", "states", "operations", "stat-rules", "monitoring"),
    *("stat", "history", "state-history", "history-annotations", "metric-tokens", "incidents", "incident-levels"),
    *("event-log", "jobs"),
)
WHEN = {"cpu.load1": {"gt": 8}}
VACUUM = {"name": "Vacuum", "type": "program", "parameters": {"path": "/opt/vacuum.sh"}}
LISTS: dict[str, Any] = {
    "state_conditions": [{"when": WHEN, "state": "Alarm"}],
    "incident_conditions": [{"when": WHEN, "level": "Alarm"}],
    "state_triggers": [{"type": "sms", "payload": {"phone": "1"}, "states": ["Alarm"]}],
}
OWN: dict[str, Any] = {
    **LISTS,
    "stat_rules": [{"actions": [{"type": "extend"}]}],
    "monitoring": {"task": "ping", "settings": {"PingHost": "192.0.2.1"}},
}
PROBE = "/ROOT/Lab/Lab bench/lab-probe"
PAIR = {"source": PROBE, "target": "/ROOT/Lab"}


def _changing(who: dict[str, Any], fields: dict[str, Any]) -> list[dict[str, Any]]:
    """Tasks that create an item with everything, change each entry of its lists, and take all of them away."""
    first = {"properties": [{"name": "Owner", "value": "a"}], "operations": [VACUUM]}
    other = {"properties": [{"name": "Owner", "value": "b"}], "operations": [{**VACUUM, "description": "x"}]}
    none = {"properties": [], "append_properties": False, "operations": [], "append_operations": False}
    more = {"properties": [{"name": "Room", "value": "7"}]}
    return [who, {**who, **first, **fields}, {**who, **other}, {**who, **more}, {**who, **none}]


def _tasks(folder: Path) -> list[tuple[str, dict[str, Any]]]:
    """The tasks of all modules, and further ones for what belongs to objects, links, flows and classes."""
    plan = folder / "plan.txt"
    plan.write_text("text")
    papers = {"documents": [{"name": "Plan", "file": str(plan)}, {"name": "Page", "url": "https://example.org"}]}
    away = {"documents": [], "append_documents": False}
    host, link, name = {"name": "Contract"}, PAIR, {"name": "Contract"}
    tasks = [case for case in CASES if case[0] not in ("saymon_api", "saymon_session")]
    tasks += [("saymon_object", task) for task in [*_changing(host, {**OWN, **papers}), {**host, **away}]]
    tasks += [("saymon_object", {**host, "inherit_state_conditions": True})]
    tasks += [("saymon_link", task) for task in [*_changing(link, {**OWN, **papers}), {**link, **away}]]
    tasks += [("saymon_link", {**link, "inherit_state_conditions": True, "weight": 2, "operations": [VACUUM]})]
    tasks += [("saymon_operation", {"operation": "Vacuum", "link": LAST})]
    tasks += [("saymon_link", link), ("saymon_check_now", {"links": [LAST]})]
    for log in ("audit", "configuration"):
        tasks += [("saymon_link", link), ("saymon_audit_info", {"link": LAST, "log": log})]
    tasks += [("saymon_class", task) for task in _changing(name, LISTS)]
    tasks += [("saymon_class", {**name, "description": "x", "operations": [VACUUM]})]
    tasks += [("saymon_object", {"name": "Of the class", "class": "Contract"})]
    tasks += [("saymon_operation", {"object": "Of the class", "operation": "Vacuum"})]
    flow = {"owner": "/ROOT/Lab", "objects": [PROBE, "/ROOT/Lab"]}
    owned: list[dict[str, Any]] = [{"properties": [{"name": "a", "value": value}]} for value in "xy"]
    owned += [{"properties": [], "append_properties": False}, {"client_data": {"color": "red"}}]
    tasks += [("saymon_flow", {**flow, **fields}) for fields in ({}, *owned)]
    seen = {"owner": "/ROOT", "target": "/ROOT/Lab"}
    tasks += [("saymon_reference", seen), ("saymon_reference", {**seen, "client_data": {"a": 1}})]
    named = ("saymon_property_class", "saymon_tag", "saymon_state")
    changed: tuple[dict[str, Any], ...] = (
        {"value_type": "date", "description": "x"},
        {"color": "#5e35b1"},
        {"priority": 7},
    )
    for module, fields in zip(named, changed, strict=True):
        new = {key: value for key, value in fields.items() if key == "value_type"}
        tasks += [(module, {**name, **new}), (module, {**name, **fields}), (module, {**name, "state": "absent"})]
    tasks += _live(PROBE)
    parts = ["children", "links", "paths", "has_conditions", "conditions", "triggers", "stat_rules", "documents"]
    tasks += [("saymon_object_info", {"name": "Contract", "gather": parts})]
    return tasks


def _live(place: str) -> list[tuple[str, dict[str, Any]]]:
    """Tasks for what happens to an object and the link LAST: data, incidents, states, notes, jobs."""
    pair: tuple[str, dict[str, Any]] = ("saymon_link", PAIR)  # after which LAST is its id
    incident = {"key": "contract", "object": place, "level": "Alarm", "text": "x"}
    steps: tuple[dict[str, Any], ...] = (
        {**incident, "properties": {"a": 1}},
        {"key": "contract", "comment": "x", "properties": {}, "append_properties": False},
        *({"key": "contract", "state": state} for state in ("acknowledged", "unacknowledged", "removed", "restored")),
        {"key": "contract", "state": "cleared"},
    )
    read = ("latest", "names", "metadata", "history", "records")
    return [
        pair,
        ("saymon_metric", {"link": LAST, "metrics": {"a": 1}}),
        ("saymon_metric", {"object": place, "metrics": {"a": 1}}),
        *(("saymon_metric_info", {"object": place, "read": one}) for one in read),
        *(
            step
            for one in ("history", "metadata")
            for step in (pair, ("saymon_metric_info", {"links": [LAST], "read": one}))
        ),
        pair,
        ("saymon_state_history_info", {"links": [LAST]}),
        ("saymon_state_history_info", {"object": "/ROOT", "recursive": True}),
        *(("saymon_incident", step) for step in steps),
        ("saymon_incident_info", {"history": True}),
        ("saymon_annotation", {"content": "x"}),
        ("saymon_annotation", {"id": LAST, "content": "y"}),
        ("saymon_metric_token", {"object": place, "metric": "a"}),
        ("saymon_metric_token", {"token": LAST, "state": "absent"}),
        ("saymon_job_info", {"object": "north-web-1"}),
    ]


def _made(result: dict[str, Any]) -> Any:
    """The id of the link or note, or the token, that a task has made."""
    return result.get("token") or next(
        (result[name].get("id") for name in ("link", "annotation") if isinstance(result.get(name), dict)), None
    )


def _endpoint(method: str, path: str) -> str:
    return f"{method} {re.sub(r':[^/]+', ':id', path).rstrip('/')}"


def _reached(calls: list[dict[str, Any]], endpoints: list[str]) -> set[str]:
    """The endpoints that these requests were for: those with the fewest parameters that fit."""
    patterns = sorted(endpoints, key=lambda endpoint: endpoint.count(":id"))
    found = set()
    for call in calls:
        asked = f"{call['method']} {call['path'].rstrip('/')}"
        fits = (each for each in patterns if re.fullmatch(re.escape(each).replace(":id", "[^/]+"), asked))
        found |= {next(fits, asked)}
    return found


def test_every_endpoint_of_the_monitored_world_has_a_module(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    areas = yaml.safe_load((CONTRACT / "endpoints.yaml").read_text())
    apart = {
        _endpoint(*name.split()): why for name, why in yaml.safe_load((CONTRACT / "apart.yaml").read_text()).items()
    }
    known = [_endpoint(*row[:2]) for rows in areas.values() for row in rows]
    wanted = {_endpoint(*row[:2]) for area in AREAS for row in areas[area]}
    with Sandbox("--quiet") as server:
        who = {"saymon_url": server.url, "saymon_login": server.login, "saymon_password": server.password}
        reached: set[str] = set()
        for reference_list in (True, False):
            server.reset("demo")
            server.request(
                "PATCH", "/settings", {"conditional_incidents_enabled": True, "reference_list": reference_list}
            )
            server.clear_journal()
            last = ""
            for module, options in _tasks(tmp_path):
                here = json.loads(json.dumps(options).replace(LAST, last))
                result = make_action(module, {**who, **here}, {}).run(task_vars={})
                assert not result.get("failed"), (module, here, result["msg"])
                last = str(_made(result))
            reached |= _reached(server.journal(), known)
    with capsys.disabled():
        print(
            f"\nendpoints with a typed module: {len(wanted & reached)} of {len(wanted)} of the monitored world", end=""
        )
        share = 100 * len({*known} & reached) / len(known)
        print(f", {len({*known} & reached)} of all {len(known)} ({share:.0f} %)", end=" ")
    assert sorted(wanted - reached - apart.keys()) == []
    assert sorted(apart.keys() & reached) == [], "they are reached, so they need no reason"
    assert sorted(apart.keys() - wanted) == []
    assert all(apart.values())
