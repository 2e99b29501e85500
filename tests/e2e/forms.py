# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table for each form of resource, over calls that the sandbox answers, and the random tasks that it may get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import (
    Entries,
    Entry,
    WholeList,
    sub_collection,
    whole_list,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    Flag,
    Json,
    JsonText,
    Number,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task
from ansible_collections.saymon.platform.plugins.module_utils._state.transition import State, transition

from tests.e2e.random_tasks import Kind, one, some

# The objects that tasks refer to and never change. Two records that differ in nothing but the case of their names are a
# trap for every look-up.
ENDS = ("alpha", "Beta", "beta", "Гамма")
_END = one("alpha", "Beta", "beta", "Гамма", "/ROOT/alpha", "/ROOT/nowhere")
_YES = one(True, False)
_STATE = one("present", "present", "present", "absent")
_JSON = one({}, {"a": 1}, {"a": {"b": [1, "x", None]}}, {"a": True})
_APPEND: Mapping[str, Any] = {"type": "bool", "default": False}


@dataclass(frozen=True)
class Form:
    """A form of resources: its name, the table that stands for it, its random tasks, and the calls that tasks send."""

    name: str
    table: Resource
    kind: Kind
    calls: str

    def __str__(self) -> str:
        return self.name


# --- pairs


def _v2(path: str) -> Any:
    def load(task: Task, _keys: set[str]) -> list[Record]:
        fields = ["source", "target", "class_id", "client_data", "weight"] if "Links" in path else []
        body = {"fields": fields} if fields else {}
        items: list[Record] = task.client.send(Request("POST", path, body=body)).data["items"]
        return items

    return load


def _pair(name: str, ends: tuple[str, str], fields: tuple[Field, ...], **settings: Any) -> Resource:
    both = tuple(Field(end, end, Reference("object"), create_only=True) for end in ends)
    return Resource(name=name, plural=f"{name}s", key=ends, fields=(*both, *fields), **settings)


_LINK_FIELDS = (
    Field("class", "class_id", Reference("class"), create_only=True),
    Field("weight", "weight", Number(whole=False)),
    Field("client_data", "client_data", JsonText()),
)
_LINK_OPTIONS = {"class": one("Link", "35", "Ping"), "weight": one(0, 2.5, "3"), "client_data": _JSON, "state": _STATE}
_LINK_LIST = {"fields": "source,target,class_id,weight,client_data"}
LINK = _pair(
    "link",
    ("source", "target"),
    _LINK_FIELDS,
    path="/links",
    find_by=("class",),
    query=lambda keys: _LINK_LIST,
)
LINK_V2 = _pair(
    "link",
    ("source", "target"),
    _LINK_FIELDS,
    path="/links",
    find_by=("class",),
    unordered_key=True,
    load=_v2("/v2/getLinks"),
)
_REFERENCE_FIELDS = (Field("client_data", "client_data", JsonText()),)
REFERENCE = _pair("reference", ("owner", "target"), _REFERENCE_FIELDS, path="/refs")
REFERENCE_V2 = _pair("reference", ("owner", "target"), _REFERENCE_FIELDS, path="/refs", load=_v2("/v2/getRefs"))
_LINK_ENDS = {"source": _END, "target": _END}
_REFERENCE_ENDS = {"owner": _END, "target": _END}
_REFERENCE_OPTIONS = {"client_data": _JSON, "state": _STATE}

# --- lists below an item

_OPERATIONS = Entries(
    "operation",
    Field("name", "name", Text(filled=True)),
    (
        Field("type", "type", Choice({"mqtt": 1, "program": 2}, 1), create_only=True),
        Field("description", "description", Text()),
        Field("parameters", "parameters", Json("dict", {})),
    ),
)
_RULE = Entry(
    "each rule",
    (Field("condition", "condition", Json("dict", {})), Field("state", "state", Reference("state"))),
    required=("condition", "state"),
)
_TRIGGER = Entry(
    "each trigger",
    (Field("operation", "operation", Text()), Field("state", "state", Reference("state"))),
    required=("operation",),
)
_STAT_RULE = Entry(
    "each stat rule",
    (Field("condition", "condition", Json("dict", {})), Field("actions", "actions", Json("list", []))),
    required=("actions",),
)
_SETTING = Entry(
    "each setting", (Field("name", "name", Text(filled=True)), Field("value", "value", Text())), required=("name",)
)
_LISTS = ("operations", "conditions", "triggers", "stat_rules", "settings")
DEVICE = Resource(
    name="device",
    plural="devices",
    path="/objects",
    query=lambda keys: {"fields": ",".join(sorted(keys | {"name", "operations"}))},
    flags={f"append_{name}": _APPEND for name in _LISTS},
    fields=(
        Field("name", "name", Text(filled=True)),
        Field(
            "operations",
            "operations",
            _OPERATIONS,
            writer=sub_collection("/objects", "operations", "operations", _OPERATIONS),
            in_create=False,
            append="append_operations",
        ),
        whole_list("conditions", WholeList(_RULE), "/objects", "state-conditions", append="append_conditions"),
        whole_list("triggers", WholeList(_TRIGGER), "/objects", "state-triggers", append="append_triggers"),
        whole_list("stat_rules", WholeList(_STAT_RULE), "/objects", "stat-rules", append="append_stat_rules"),
        whole_list(
            "settings",
            WholeList(_SETTING, keyed=True),
            "/objects",
            "monitoring",
            method="POST",
            append="append_settings",
            source="props",
            only=lambda entry: entry["type_id"] == 8,
        ),
    ),
)
_RULES = some(
    {"condition": {"rtt": {"_gt": 250}}, "state": "Alarm"},
    {"condition": {"rtt": {"_gt": 250}}, "state": "6"},
    {"condition": {}, "state": "overloaded"},
    {"condition": {"вход": [1, "1", True]}, "state": "Down"},
)
_ACTIONS: list[dict[str, Any]] = [{"type": "set", "field": "x", "value": 1}]
_DEVICE = {"name": one("router", "Router", "Коммутатор", "007")}
_SUB_COLLECTION = {
    "operations": some(
        {"name": "restart", "type": "mqtt", "parameters": {"topic": "a"}},
        {"name": "Restart", "parameters": {"topic": "b"}, "description": "x"},
        {"name": "стоп", "type": "program", "parameters": {"type": "scriptText", "text": "exit 0"}},
        {
            "name": "007",
            "type": "program",
            "parameters": {"type": "fileSystem", "path": "/bin/true"},
            "description": "",
        },
    ),
    "append_operations": _YES,
    "state": _STATE,
}
_WHOLE_LISTS = {
    "conditions": _RULES,
    "append_conditions": _YES,
    "triggers": some({"operation": "restart", "state": "5"}, {"operation": "", "state": "Alarm"}, {"operation": "x"}),
    "append_triggers": _YES,
    "stat_rules": some({"actions": []}, {"actions": _ACTIONS}, {"actions": _ACTIONS, "condition": {"a": 1}}),
    "append_stat_rules": _YES,
    "settings": lambda dice: [
        {"name": name, **dice.choice(({}, {"value": "60"}, {"value": 7}))}
        for name in dice.sample(("period", "task", "Период"), dice.randint(0, 3))
    ],
    "append_settings": _YES,
}

# --- the other forms

PRESET = Resource(
    name="preset",
    plural="presets",
    path="/presets",
    key=("key", "name"),
    update="PUT",
    fields=(
        Field("key", "key", Text(filled=True)),
        Field("name", "name", Text(filled=True)),
        Field("color", "data.color", Text()),
        Field("width", "data.width", Number()),
    ),
)
STATE_LOOKS = Resource(
    name="look",
    plural="looks",
    path="/states",
    states=("present",),
    fixed=True,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("priority", "priority", Number()),
        Field("color", "ui.colors.main", Text()),
    ),
)
CONFIGURATION = Resource(
    name="configuration",
    plural="configurations",
    path="/configuration",
    key=(),
    states=("present",),
    singleton=True,
    fields=(
        Field("language", "server.user.lang_default", Text()),
        Field("keep_expired", "server.retain_expired_stat", Flag()),
        Field("scan_period", "server.stat_scan_period", Number()),
        Field("note", "note", Text()),
    ),
)


def _manual_state(record: Record) -> str:
    manual: dict[str, int] = record.get("manual_state") or {}
    return {5: "alarm", 9: "off"}.get(manual.get("stateId", 0), "automatic")


_SET: Mapping[str, Any] = {
    "alarm": {"stateId": 5, "reason": "checked"},
    "off": {"stateId": 9},
    "automatic": {"clear": True},
}
MANUAL_STATE = Resource(
    name="manual_state",
    plural="manual_states",
    path="/objects",
    fixed=True,
    query=lambda keys: {"fields": "name,manual_state"},
    fields=(
        Field("name", "name", Text(filled=True)),
        transition(
            "/objects",
            State(
                _manual_state,
                {
                    ("automatic", "alarm"): ("PUT", "manual-state", _SET["alarm"]),
                    ("alarm", "off"): ("PUT", "manual-state", _SET["off"]),
                    ("alarm", "automatic"): ("PUT", "manual-state", _SET["automatic"]),
                    ("off", "automatic"): ("PUT", "manual-state", _SET["automatic"]),
                },
            ),
        ),
    ),
)
NOTE = Resource(
    name="note",
    plural="notes",
    path="/objects/{object}/props",
    key=(),
    states=(),
    fields=(
        Field("object", "object_id", Reference("object")),
        Field("subject", "name", Text(filled=True)),
        Field("text", "value", Text(filled=True)),
    ),
)

FORMS = (
    Form("pair", LINK, Kind("link", "links", _LINK_ENDS, _LINK_OPTIONS), "/links*"),
    Form("unordered pair", LINK_V2, Kind("link", "links", _LINK_ENDS, _LINK_OPTIONS), "/links*"),
    Form(
        "pair without class", REFERENCE, Kind("reference", "references", _REFERENCE_ENDS, _REFERENCE_OPTIONS), "/refs*"
    ),
    Form("pair by v2", REFERENCE_V2, Kind("reference", "references", _REFERENCE_ENDS, _REFERENCE_OPTIONS), "/refs*"),
    Form("sub-collection", DEVICE, Kind("device", "devices", _DEVICE, _SUB_COLLECTION), "/objects*"),
    Form("whole list", DEVICE, Kind("device", "devices", _DEVICE, _WHOLE_LISTS), "/objects/*"),
    Form(
        "put of everything",
        PRESET,
        Kind(
            "preset",
            "presets",
            {"key": one("view", "View", "вид"), "name": one("mine", "007")},
            {"color": one("", "red", "синий"), "width": one(0, 1, "2"), "state": _STATE},
        ),
        "/presets*",
    ),
    Form(
        "fixed set",
        STATE_LOOKS,
        Kind(
            "look",
            "looks",
            {"name": one("Alarm", "alarm", "Working", "Down", "none of them")},
            {"priority": one(0, 3, "7"), "color": one("#e53935", "red")},
        ),
        "/states*",
    ),
    Form(
        "singleton",
        CONFIGURATION,
        Kind(
            "configuration",
            "",
            {},
            {
                "language": one("en", "ru"),
                "keep_expired": one(True, "no"),
                "scan_period": one(0, 10000, "5000"),
                "note": one("", "здесь"),
            },
        ),
        "/configuration",
    ),
    Form(
        "transition",
        MANUAL_STATE,
        Kind(
            "manual_state",
            "manual_states",
            {"name": one(*ENDS, "nowhere")},
            {"state": one("alarm", "off", "automatic")},
        ),
        "/objects*",
    ),
)
