# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every value of every answer, one after the other, replaced by a value of any other shape: the result is still one
clear message."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api import client
from ansible_collections.saymon.platform.plugins.module_utils._api.files import Upload
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import API_ROOT
from ansible_collections.saymon.platform.tests.unit.case_files import answers, cases
from ansible_collections.saymon.platform.tests.unit.gates import modules
from ansible_collections.saymon.platform.tests.unit.support import run_module

# What may stand in place of any value. MISSING takes the key away.
MISSING: Any = object()
ODD: tuple[Any, ...] = (
    *(MISSING, None, True, False, 0, -1, 7.5, 10**400, "", "x", "9" * 400, "[", [], {}),
    *(
        [None],
        [1],
        ["x"],
        [[]],
        [{}],
        [{"id": []}],
        [{"name": []}],
        [{"name": {}, "value": "x"}],
        {"id": {}},
        {"x": []},
        {"include": 1},
    ),
    *({"include": [{}], "exclude": [[]]}, [{"name": "Owner", "value": [], "type_id": "x"}]),
)

ROOT, SITE, RACK = "1", "64b1f0c2a9d3e45f6a7b8e01", "64b1f0c2a9d3e45f6a7b8e02"
SPARE, OPERATION = "64b1f0c2a9d3e45f6a7b8e03", "64b1f0c2a9d3e45f6a7b8a21"
PUMP = "64b1f0c2a9d3e45f6a7b8b41"
NOC, CHIEF, OPERATOR = (f"64b1f0c2a9d3e45f6a7b8c0{number}" for number in range(1, 4))
OWNER = {"id": "64b1f0c2a9d3e45f6a7b8f01", "name": "Owner", "value": "ops", "type_id": 1}
SETTINGS = [
    {"id": f"64b1f0c2a9d3e45f6a7b8a0{number}", "name": name, "value": value, "type_id": 8}
    for number, (name, value) in enumerate(
        {"AgentId": RACK, "TaskPeriodValue": "60", "TaskPeriodUnit": "seconds"}.items()
    )
]
DOCUMENTS = [
    {"id": "64b1f0c2a9d3e45f6a7b8a11", "name": "Runbook", "value": "https://w", "type_id": 6},
    {"id": "64b1f0c2a9d3e45f6a7b8a12", "name": "Photo", "value": "upload_1", "type_id": 7, "size": 5},
]
VACUUM = {
    "id": "64b1f0c2a9d3e45f6a7b8a21",
    "name": "Vacuum",
    "type": 2,
    "parameters": {"type": "fileSystem", "path": "x"},
}

ANSWERS: dict[str, Any] = {
    "/classes": [
        {"id": 3, "name": "Host"},
        {
            "id": PUMP,
            "name": "Pump",
            "description": "x",
            "category_id": 7,
            "client_data": '{"default_view": "geo-view"}',
            "properties": [OWNER],
            "operations": [],
        },
    ],
    f"/classes/{PUMP}/object-count": 0,
    f"/classes/{PUMP}/props": [OWNER],
    "/links": [{"id": "64b1f0c2a9d3e45f6a7b8e91", "class_id": 35}],
    "/states": [
        {"id": 2, "name": "Working"},
        {
            "id": "64b1f0c2a9d3e45f6a7b8e11",
            "name": "Maintenance",
            "priority": 4,
            "ui": {"colors": {"main": "#5e35b1", "svgBackground": ["#111"]}},
            "svgBackground": ["#222"],
        },
    ],
    "/tags": [{"id": "64b1f0c2a9d3e45f6a7b8d01", "name": "prod", "color": "#fff", "public": "on", "description": "x"}],
    "/property-classes": [
        {
            "id": "64b1f0c2a9d3e45f6a7b8a31",
            "name": "Serial",
            "value_type_id": "string",
            "value": {"a": [1]},
            "multiple": False,
            "mask": "^SN",
            "source": "",
            "system": False,
        }
    ],
    "/incident-levels": [{"id": 1, "name": "Alarm"}],
    "/objects": [
        {"id": ROOT, "name": "ROOT"},
        {"id": SITE, "name": "Site", "parent_id": [ROOT], "class_id": 3, "state_id": 2, "tags": [], "properties": []},
        {
            "id": RACK,
            "name": "Rack",
            "parent_id": [SITE],
            "class_id": 3,
            "state_id": 2,
            "discovery_id": "cmdb-1",
            "weight": 1,
            "tags": ["64b1f0c2a9d3e45f6a7b8d01"],
            "geoposition": [1.5, 2.5],
            "geopositionRadius": 5,
            "background": "",
            "client_data": '{"note": "x"}',
            "properties": [OWNER, *SETTINGS, *DOCUMENTS],
            "operations": [VACUUM],
            "manual_state": {"stateId": 2, "reason": "x", "until": 1924970400000, "by": "u", "clearedByStateId": [2]},
            "mute_alerts": {"reason": "x", "by": "u"},
        },
        {"id": SPARE, "name": "Spare", "parent_id": [SITE], "class_id": 3},
    ],
    f"/objects/{RACK}/state-conditions": [
        {
            "condition": {
                "_and": [
                    {"cpu": {"_gt": "8"}},
                    {"_field": {"name": "ram", "value": {"_lt": "1"}}},
                    {"_formula": {"definition": "{{a}} / {{b}}", "value": ">=0.9"}},
                ]
            },
            "state": 2,
            "description": "Load",
            "more": 1,
        }
    ],
    f"/objects/{RACK}/state-conditions/exists": True,
    f"/objects/{RACK}/incident-conditions": [
        {
            "id": "c1",
            "condition": {"cpu": {"_gt": "8"}},
            "clearCondition": {"cpu": {"_lt": "1"}},
            "state": 1,
            "text": "x",
        }
    ],
    f"/objects/{RACK}/state-triggers": [
        {
            "type": "sms",
            "payload": {"phone": "1"},
            "states": ["2"],
            "duration": 5,
            "periodicity": {"value": "5", "unit": "minutes"},
        }
    ],
    f"/objects/{RACK}/stat-rules": [
        {
            "conditions": [{"_field": {"name": "a", "value": {"_gt": "1"}}}],
            "actions": [{"type": "set", "field": "b", "value": "{{new.a}}"}],
        }
    ],
    f"/objects/{RACK}/props": [OWNER, *SETTINGS, *DOCUMENTS],
    "/user-groups": [
        {
            "id": NOC,
            "name": "NOC",
            "permissions": ["a"],
            "objectPermissions": {"include": [SITE], "exclude": []},
            "eventFilter": [],
        }
    ],
    "/users": [
        {
            "id": OPERATOR,
            "login": "operator",
            "displayName": "Operator",
            "email": "operator@example.org",
            "group": [NOC],
            "permissions": ["a"],
            "objectPermissions": {"include": [SITE], "exclude": [RACK]},
            "status": 2,
            "activeTo": 1893456000000,
            "contacts": ["x"],
            "language": "en",
            "eventFilter": [{"a": 1}],
            "favorites": [{"b": 2}],
            "authenticationToken": "hidden",
        },
        {"id": CHIEF, "login": "chief", "group": None},
    ],
    "/users/current": {"id": CHIEF, "login": "chief", "permissions": ["a"], "group": NOC},
    "/password-policies": [
        {"id": 1, "name": "Default", "length": 8, "minDigits": 1, "changePasswordOnFirstLogin": False}
    ],
}
CHANNEL, FLOW, SHOWN = (f"64b1f0c2a9d3e45f6a7b8b0{number}" for number in range(1, 4))
ANSWERS["/links"] = [
    {
        "id": CHANNEL,
        "source": SITE,
        "target": RACK,
        "class_id": 3,
        "tags": [{"id": "64b1f0c2a9d3e45f6a7b8d01"}],
        "weight": "1",
        "client_data": '{"showArrow": true}',
        "properties": [OWNER],
        "manual_state": {"stateId": 2, "since": 1924970400000, "clearedByState": 2},
    }
]
ANSWERS[f"/links/{CHANNEL}/props"] = [OWNER]
ANSWERS["/refs"] = [{"id": SHOWN, "owner": 1, "target": RACK, "client_data": "{}"}]
ANSWERS["/flows"] = [
    {"id": FLOW, "owner_id": SITE, "item_ids": [RACK, SITE], "client_data": {"color": "red"}, "properties": [OWNER]}
]
ANSWERS[f"/flows/{FLOW}/props"] = [OWNER]
ANSWERS[f"/objects/{RACK}/children"] = []
ANSWERS[f"/objects/{RACK}/state-conditions"] = [{"condition": {"cpu": {"_gt": "90"}}, "state": 2}]
ANSWERS[f"/objects/{RACK}/incident-conditions"] = []
ANSWERS[f"/objects/{RACK}/state-conditions/exists"] = True
ANSWERS[f"/objects/{RACK}/state-triggers"] = []
ANSWERS[f"/objects/{RACK}/paths"] = {
    "paths": [[RACK, SITE, ROOT]],
    "objects": [{"id": RACK, "name": "Rack"}, {"id": SITE, "name": "Site"}, {"id": ROOT, "name": "ROOT"}],
}
ANSWERS["/objects/search"] = ANSWERS["/objects"]
ANSWERS[f"POST /objects/{RACK}/clone"] = ANSWERS["/objects"][3]
ANSWERS[f"POST /objects/{RACK}/clone-bulk"] = {"bulkId": "b-1", "finished": False}
ANSWERS["/bulk/b-1/status"] = {"finished": True}
ANSWERS[f"POST /objects/{RACK}/operations/{OPERATION}/execute"] = "job-1"
ANSWERS["/jobs/job-1"] = {"id": "job-1", "description": {"exitCode": 0, "stdout": "x"}, "results": []}
ANSWERS["POST /jobs"] = [
    {
        "id": "job-0",
        "operation_id": OPERATION,
        "timestamp": 5,
        "description": {"exitCode": 0, "stdout": "x"},
        "results": [{"payload": {"once_per": "k"}, "by": "u", "timestamp": 6}],
    }
]
ANSWERS[f"/objects/{RACK}"] = ANSWERS["/objects"][2]

USER = {
    "login": "operator",
    "display_name": "Chief operator",
    "email": "operator@example.org",
    "groups": ["NOC"],
    "permissions": ["a"],
    "object_include": ["/ROOT/Site"],
    "object_exclude": ["Rack"],
    "status": "active",
    "active_to": "1893456000000",
    "contacts": ["x"],
    "language": "en",
    "event_filter": [{"a": 1}],
    "favorites": [{"b": 2}],
}
SAY = {"type": "mqtt", "parameters": {"topic": "t"}}
UPLOAD = Upload(__file__)
RACK_OPTIONS = {
    "name": "Rack",
    "discovery_id": "cmdb-1",
    "parents": ["/ROOT/Site"],
    "class": "Host",
    "tags": ["prod"],
    "weight": 2,
    "geoposition": [1.5, 2.5],
    "geoposition_radius": 5,
    "client_data": {"note": "x"},
    "properties": [{"name": "Owner", "value": "dev"}, {"name": "Room", "value": "12"}],
}
VACUUM = {"object": "/ROOT/Site/Rack", "operation": "Vacuum", "wait_timeout": 0.001}
PUMP_OPTIONS = {
    "name": "Pump",
    "description": "y",
    "category": "8",
    "client_data": {"default_view": "end-view"},
    "properties": [{"name": "Owner", "value": "dev"}, {"name": "Vendor", "value": "x"}],
}
LINK_OPTIONS = {
    "source": "/ROOT/Site",
    "target": "Rack",
    "class": "Host",
    "tags": [],
    "weight": 2,
    "client_data": {"showArrow": False},
    "properties": [{"name": "Owner", "value": "dev"}, {"name": "Room", "value": "12"}],
}
FLOW_OPTIONS = {
    "owner": "Site",
    "objects": ["Rack", "Site"],
    "client_data": {"color": "blue"},
    "properties": [{"name": "Owner", "value": "dev"}, {"name": "Room", "value": "12"}],
}
RACK_RULES = {
    "discovery_id": "cmdb-1",
    "state_conditions": [
        {"when": {"any": [{"cpu": {"gt": 9}}, {"formula": "[a] / [b]", "ge": 0.9}]}, "state": "Working"}
    ],
    "incident_conditions": [{"when": {"cpu": {"gt": 8}}, "clear_when": {"cpu": {"lt": 2}}, "level": "Alarm"}],
    "state_triggers": [{"type": "sms", "payload": {"phone": "1"}, "states": ["Working"], "periodicity": {"value": 6}}],
    "stat_rules": [{"when": [{"a": {"gt": 1}}], "actions": [{"type": "set", "field": "b", "value": "[new.a] + 1"}]}],
}
TASKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("saymon_user", USER),
    ("saymon_user", {"users": [USER, {"login": "robot", "groups": ["NOC"]}], "append_groups": True}),
    (
        "saymon_user",
        {
            "users": [
                {"login": "operator", "state": "absent"},
                {"login": "chief", "groups": ["NOC"], "password": "hidden-1"},
            ]
        },
    ),
    ("saymon_user", {"id": OPERATOR, "state": "blocked"}),
    (
        "saymon_user_group",
        {"name": "NOC", "members": ["chief"], "permissions": ["b"], "object_include": ["Site"], "event_filter": []},
    ),
    ("saymon_user_group", {"name": "NOC", "state": "absent"}),
    (
        "saymon_user_group",
        {"user_groups": [{"name": "NOC", "members": ["chief"]}, {"name": "Audit"}], "append_members": True},
    ),
    ("saymon_class", PUMP_OPTIONS),
    (
        "saymon_class",
        {"classes": [PUMP_OPTIONS, {"name": "Valve", "client_data": {"a": 1}}], "append_properties": False},
    ),
    ("saymon_class", {"name": "Pump", "state": "absent"}),
    ("saymon_class_info", {"name": "Pump", "category": "7", "with_object_count": True}),
    ("saymon_class_info", {"with_object_count": True}),
    ("saymon_object", RACK_OPTIONS),
    (
        "saymon_object",
        {"objects": [RACK_OPTIONS, {"name": "New", "class": "Host", "parents": ["/Site"]}], "append_properties": False},
    ),
    ("saymon_object", {"name": "Site", "state": "absent", "recursive": True}),
    ("saymon_link", LINK_OPTIONS),
    ("saymon_link", {"links": [LINK_OPTIONS, {"source": "Rack", "target": "Site"}], "append_properties": False}),
    ("saymon_link", {"id": CHANNEL, "target": "Site"}),
    ("saymon_link", {"source": "Site", "target": "Rack", "state": "absent"}),
    ("saymon_link_info", {"object": "Rack", "class": "Host", "property": {"name": "Owner", "value": "ops"}}),
    ("saymon_reference", {"owner": "/ROOT", "target": "Rack", "client_data": {"a": 1}}),
    ("saymon_reference", {"references": [{"owner": "/ROOT", "target": "Site"}, {"id": SHOWN, "state": "absent"}]}),
    ("saymon_reference_info", {"owner": "/ROOT", "target": "Rack"}),
    ("saymon_flow", FLOW_OPTIONS),
    ("saymon_flow", {"flows": [FLOW_OPTIONS, {"owner": "Site", "objects": ["Site"]}], "append_properties": False}),
    ("saymon_flow", {"id": FLOW, "objects": ["Rack"]}),
    ("saymon_flow_info", {"owner": "Site", "object": "Rack", "property": {"name": "Owner"}}),
    ("saymon_object", RACK_RULES),
    ("saymon_object", {"objects": [{**RACK_RULES, "append_state_conditions": True}, {"name": "Site"}], "parallel": 4}),
    ("saymon_object", {"discovery_id": "cmdb-1", "inherit_state_conditions": True}),
    (
        "saymon_object",
        {
            "discovery_id": "cmdb-1",
            "monitoring": {"agent": "Site", "task": "ping", "period": "60s", "settings": {"PingHost": "x"}},
        },
    ),
    (
        "saymon_object",
        {
            "discovery_id": "cmdb-1",
            "operations": [{"name": "Vacuum", "parameters": {"args": ["x"]}}, {"name": "Say", **SAY}],
            "append_operations": False,
        },
    ),
    (
        "saymon_object",
        {
            "discovery_id": "cmdb-1",
            "documents": [
                {"name": "Runbook", "url": "https://v"},
                {"name": "Photo", "file": UPLOAD},
                {"name": "New", "file": UPLOAD},
            ],
        },
    ),
    (
        "saymon_password_policy",
        {"name": "Default", "length": 9, "min_digits": 1, "change_password_on_first_login": True},
    ),
    (
        "saymon_password_policy",
        {"password_policies": [{"name": "Strict", "length": 9}, {"id": "1", "name": "Default"}]},
    ),
    ("saymon_property_class", {"name": "Serial", "value_type": "string", "value": {"a": [1]}, "mask": "^S"}),
    (
        "saymon_property_class",
        {
            "property_classes": [
                {"name": "New", "value_type": "date", "value": 1},
                {"name": "Serial", "state": "absent"},
            ]
        },
    ),
    ("saymon_property_class_info", {"value_type": "string"}),
    ("saymon_state", {"name": "Maintenance", "priority": 5, "color": "#fff", "color_svg_background": ["#333"]}),
    ("saymon_state", {"states": [{"name": "New", "color": "red"}, {"name": "Maintenance", "state": "absent"}]}),
    ("saymon_state_info", {"name": "Maintenance"}),
    ("saymon_tag", {"name": "prod", "color": "#000", "public": False, "description": "y"}),
    ("saymon_tag", {"tags": [{"name": "new"}, {"name": "prod", "state": "absent"}]}),
    ("saymon_tag_info", {"name": "prod", "public": True}),
    ("saymon_auth_token", {"user": "operator", "renew": True}),
    ("saymon_check_now", {"objects": ["/ROOT/Site/Rack"], "settings": {"PingHost": "192.0.2.1"}}),
    ("saymon_object_clone", {"object": "/ROOT/Site/Rack", "name": "Rack 2", "saymon_timeout": 0.01}),
    ("saymon_operation", {**VACUUM, "once_per": "k"}),
    ("saymon_operation", {**VACUUM, "once_per": "another key"}),
    ("saymon_auth_token", {}),
    ("saymon_object_info", {"path": "/ROOT/Site/Rack", "class": "Host", "state": "Working", "tag": "prod"}),
    (
        "saymon_object_info",
        {"parent": "Site", "deep": True, "property": {"name": "Owner", "value": "ops"}, "fields": ["path"]},
    ),
    ("saymon_object_info", {"name_regex": "^R", "class": "Host", "property": {"name": "Owner"}}),
    ("saymon_object_info", {"id": RACK, "discovery_id": "cmdb-1"}),
    ("saymon_object_info", {"resolve": True, "gather": ["operations", "monitoring", "documents", "links"]}),
    ("saymon_object_info", {"id": RACK, "gather": ["children", "conditions", "has_conditions", "paths", "triggers"]}),
    ("saymon_user_group_info", {"resolve": True}),
    ("saymon_user_info", {"resolve": True, "limit": 1}),
    ("saymon_password_policy_info", {"name": "Default"}),
    ("saymon_user_group_info", {"name": "NOC"}),
    ("saymon_session", {}),
    ("saymon_session_info", {}),
    ("saymon_user_info", {"login": "operator", "email": "operator@example.org", "group": "NOC", "status": "active"}),
    *((name, options) for name, tasks in cases("ODD").items() for options in tasks),
)


class Server:
    """Answers reads with what stands in `answers`, and writes with what was sent, unless `spoil` changes that.

    `asked` are the paths that were read, `written` the answers to writes.
    """

    def __init__(self, answers: dict[str, Any], spoil: Callable[[Any], Any] = lambda data: data) -> None:
        self.answers = answers
        self.spoil = spoil
        self.written: list[Any] = []
        self.asked: list[str] = []
        self._numbers = count(1)

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        path = urlsplit(url).path.removeprefix(API_ROOT)
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/json"
        call = path if method == "GET" or path == "/objects/search" else f"{method} {path}"
        if method == "GET" or call in self.answers:
            self.asked.append(call)
            data = self.answers.get(call, [])
        elif path.endswith("/auth-token"):
            data = "hidden-token"
        else:
            sent = json.loads(kwargs["data"]) if kwargs.get("data") else {}
            if isinstance(sent, list):
                sent = {"list": sent}
            identifier = f"new-{next(self._numbers)}" if method == "POST" else path.rpartition("/")[2]
            data = {"id": identifier, **(sent if isinstance(sent, dict) else {})}
            data = {"id": identifier, **sent} if isinstance(sent, dict) else sent
            self.written.append(data)
            data = self.spoil(data)
        response.raw = io.BytesIO(json.dumps(data).encode())
        return response


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in JSON data: the keys and indexes that lead to each value, the whole included."""
    yield at
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from _places(one, (*at, key))


def _replaced(value: Any, place: tuple[Any, ...], odd: Any) -> Any:
    """A copy of `value` with `odd` at a place; the value itself where it has no such place."""
    if not place:
        return [] if odd is MISSING else odd
    changed = copy.deepcopy(value)
    holder = changed
    try:
        for key in place[:-1]:
            holder = holder[key]
        if odd is MISSING:
            del holder[place[-1]]
        else:
            holder[place[-1]] = odd
    except (LookupError, TypeError):
        return value
    return changed


def _run(name: str, options: dict[str, Any], server: Server, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(client, "http_session", lambda connection: server)
    return run_module(name, options)


def test_every_module_that_reads_records_has_a_task() -> None:
    root = Path(__file__).resolve().parents[2]
    assert {name for name, _options in TASKS} == {path.stem for path in modules(root)} - {"saymon_api"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "options"), TASKS, ids=[f"{name}-{number}" for number, (name, _options) in enumerate(TASKS)]
)
def test_odd_answers(name: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    known = {**ANSWERS, **answers(name)}
    sound = Server(known)
    result = _run(name, options, sound, monkeypatch)
    assert not result.get("failed"), result["msg"]
    assert sound.asked
    servers = [
        ((path, *place, odd), Server({**known, path: _replaced(known[path], place, odd)}))
        for path in dict.fromkeys(one for one in sound.asked if one in known)
        for place in _places(known[path])
        for odd in ODD
    ]
    servers += [
        (("write", *place, odd), Server(known, partial(_replaced, place=place, odd=odd)))
        for place in dict.fromkeys(place for answer in sound.written for place in _places(answer))
        for odd in ODD
    ]
    messages = ((what, str(_run(name, options, server, monkeypatch).get("msg", ""))) for what, server in servers)
    said = [(what, message) for what, message in messages if "Bug in saymon.platform" in message]
    assert not said, f"{len(said)} of {len(servers)}, such as {said[:5]}"
