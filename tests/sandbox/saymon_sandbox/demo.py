# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A believable small installation with invented names."""

from __future__ import annotations

from typing import Any

from . import events, states
from .builders import add_link, add_object, seed_id
from .resources.groups import new_group
from .resources.users import new_user
from .sandbox import Sandbox
from .store import Doc

# Passwords of the demo users, other than the administrator, are their login followed by this.
PASSWORD_SUFFIX = "-demo-pass"

_GROUPS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Operators", {"permissions": ["execute-operations", "manage-event-log"], "objectPermissions": {"include": [1], "exclude": []}}),
    (
        "Engineers",
        {
            "permissions": ["manage-objects", "manage-links", "manage-properties", "manage-service-properties", "run-bulks"],
            "objectPermissions": {"include": [1], "exclude": []},
        },
    ),
    ("Auditors", {"permissions": ["read-security-log"], "objectPermissions": {"include": [1], "exclude": []}}),
    ("North site", {"permissions": ["modify-objects"], "objectPermissions": {"include": [seed_id(3, 1)], "exclude": [seed_id(3, 9)]}}),
)

_TAGS = (("critical", "#e53935"), ("production", "#4caf50"), ("test", "#1e88e5"), ("network", "#8e24aa"), ("storage", "#6d4c41"))


def _group_id(number: int) -> str:
    return seed_id(2, number)


# login, groups by number (None stands for null), further fields
_USERS: tuple[tuple[str, list[int] | None, dict[str, Any]], ...] = (
    (
        "operator",
        [1],
        {"displayName": "Olivia Parker", "email": "operator@example.org", "contacts": ["operator@example.org"], "language": "en"},
    ),
    ("engineer", [2, 4], {"displayName": "Ethan Grant", "email": "engineer@example.org", "permissions": ["manage-classes"]}),
    ("auditor", [3], {"displayName": "Audrey Cole", "email": "auditor@example.org"}),
    ("north.duty", [4], {"displayName": "Дежурный Север", "language": "ru"}),
    ("former", [1], {"displayName": "Frank Moss", "status": 3, "activeTo": 1_690_000_000_000}),
    ("loner", None, {"displayName": "Lena Novak", "permissions": []}),
    ("manager", [1, 3], {"displayName": "Shift manager", "permissions": ["manage-users"], "uiSettings": {"muteSystemSounds": True}}),
)

# number, name, class, parents by number (0 is the root), further fields, properties
_OBJECTS: tuple[tuple[int, str, int, list[int], dict[str, Any], dict[str, str]], ...] = (
    (1, "North site", 24, [0], {"geoposition": [30.3158, 59.9391], "tags": [2]}, {"Address": "1 Harbour Road"}),
    (2, "South site", 24, [0], {"geoposition": [39.7233, 47.2313], "tags": [2]}, {"Address": "20 Station Street"}),
    (3, "Lab", 24, [0], {"geoposition": [37.6173, 55.7558], "geopositionRadius": 150, "tags": [3]}, {}),
    (4, "Customer services", 30, [0], {"weight": 2}, {"Contact": "services@example.org"}),
    (5, "North rack A1", 20, [1], {}, {"Row": "A", "Units": "42"}),
    (6, "North rack A2", 20, [1], {}, {"Row": "A", "Units": "42"}),
    (7, "South rack B1", 20, [2], {}, {"Row": "B", "Units": "36"}),
    (8, "Lab bench", 20, [3], {}, {"Row": "1"}),
    (9, "north-core-sw", 3, [5], {"discovery_id": "sw-north-core", "tags": [1, 2, 4]}, {"IP": "192.0.2.1", "Model": "S5-48"}),
    (10, "north-web-1", 3, [5, 4], {"discovery_id": "web-north-1", "tags": [1, 2]}, {"IP": "192.0.2.11", "OS": "Debian 12"}),
    (11, "north-web-2", 3, [5], {"discovery_id": "web-north-2", "tags": [2]}, {"IP": "192.0.2.12", "OS": "Debian 12"}),
    (12, "north-db-1", 3, [6], {"discovery_id": "db-north-1", "tags": [1, 2, 5]}, {"IP": "192.0.2.21", "OS": "Debian 12"}),
    (13, "south-core-sw", 3, [7], {"discovery_id": "sw-south-core", "tags": [2, 4]}, {"IP": "198.51.100.1", "Model": "S5-24"}),
    (14, "south-web-1", 3, [7], {"discovery_id": "web-south-1", "tags": [2]}, {"IP": "198.51.100.11", "OS": "Ubuntu 24.04"}),
    (15, "south-backup", 3, [7], {"tags": [5]}, {"IP": "198.51.100.31", "OS": "Debian 12"}),
    (16, "lab-probe", 2, [8], {"tags": [3]}, {"Version": "5.0"}),
    (17, "lab-test-1", 3, [8], {"tags": [3]}, {"IP": "203.0.113.17"}),
    (18, "CPU", 4, [10], {}, {"Cores": "8"}),
    (19, "Memory", 5, [10], {}, {"Size": "32 GiB"}),
    (20, "CPU", 4, [11], {}, {"Cores": "8"}),
    (21, "Memory", 5, [11], {}, {"Size": "32 GiB"}),
    (22, "CPU", 4, [12], {}, {"Cores": "16"}),
    (23, "Memory", 5, [12], {}, {"Size": "128 GiB"}),
    (24, "/var/lib/db", 6, [12], {}, {"Size": "2 TiB"}),
    (25, "Portal", 15, [4], {"client_data": '{"showArrow":true}'}, {"URL": "https://portal.example.org"}),
    (26, "Ping south-web-1", 50, [14], {}, {}),
)

_STATES = {9: 3, 10: 3, 11: 3, 12: 4, 13: 3, 14: 5, 15: 7, 16: 3, 25: 3}
# What can be run on the web servers.
_OPERATIONS = (
    ("Restart nginx", 2, {"type": "fileSystem", "path": "/opt/ops/restart-nginx.sh", "args": ["{{args.reason}}"]}),
    ("Announce maintenance", 1, {"topic": "site/north/display", "message": "{{user.login}}: {{args.text}}"}),
)
_WITH_OPERATIONS = (10, 11)
# object by number (None for what came from no object), minutes ago, level, type and payload
_EVENTS: tuple[tuple[int | None, int, int, int, Doc], ...] = (
    (
        9,
        90,
        2,
        events.TRAP,
        {
            "agentAddress": "192.0.2.1",
            "senderAddress": "192.0.2.1",
            "enterpriseOid": "1.3.6.1.4.1.9",
            "trapOid": "1.3.6.1.6.3.1.1.5.3",
            "genericTrap": 2,
            "specificTrap": 0,
            "bindings": '{"ifIndex":"7"}',
            "text": "link down",
        },
    ),
    (17, 30, 0, events.MQTT, {"topic": "lab/bench/temperature", "message": '{"celsius":41}'}),
    (None, 5, 1, events.TRAP, {"senderAddress": "192.0.2.77", "trapOid": "1.3.6.1.6.3.1.1.5.1", "text": "холодный старт"}),
)
_LINKS = ((9, 10, "CAT6"), (9, 11, "CAT6"), (9, 13, "Fibre"), (13, 14, "CAT6"))


def fill(sandbox: Sandbox) -> None:
    store = sandbox.store
    for number, (name, given) in enumerate(_GROUPS, 1):
        store.put("user_group", _group_id(number), new_group(name, given, _group_id(number)))
    for number, (name, color) in enumerate(_TAGS, 1):
        store.put("tag", seed_id(5, number), {"id": seed_id(5, number), "name": name, "color": color})
    others = [user for user in _USERS if user[0] != sandbox.login]
    for number, (login, groups, given) in enumerate(others, 2):
        member = {"group": None if groups is None else [_group_id(group) for group in groups]}
        user = new_user(login, {**given, **member}, seed_id(1, number))
        store.put("user", user["id"], user)
        sandbox.passwords.set(user["id"], login + PASSWORD_SUFFIX)
    _fill_objects(sandbox)
    _fill_event_log(sandbox)


def _fill_event_log(sandbox: Sandbox) -> None:
    for number, (source, minutes, level, kind, payload) in enumerate(_EVENTS, 1):
        entity_id = None if source is None else seed_id(3, source)
        event = events.record(sandbox, kind, payload, entity_id, level, seed_id(3, 1))
        sandbox.store.delete(events.EVENTS, event["_id"])
        known = {**event, "_id": seed_id(8, number), "timestamp": event["timestamp"] - minutes * 60_000}
        sandbox.store.put(events.EVENTS, known["_id"], known)


def _fill_objects(sandbox: Sandbox) -> None:
    made: dict[int, Doc] = {}
    for number, name, class_id, parents, given, properties in _OBJECTS:
        parent_id = [made[parent]["id"] if parent else 1 for parent in parents]
        tags = [seed_id(5, tag) for tag in given.get("tags", [])]
        made[number] = add_object(sandbox, number, name, {**given, "class_id": class_id, "parent_id": parent_id, "tags": tags}, properties)
    for number, created in made.items():
        states.record(sandbox, "object", created, None)
        if number in _STATES:
            known = {**created, "state_id": _STATES[number]}
            sandbox.store.put("object", known["id"], known)
            states.record(sandbox, "object", known, {"code": states.EXTERNAL})
    for number in _WITH_OPERATIONS:
        operations = [
            {"id": seed_id(7, 16 * number + place), "name": name, "type": kind, "parameters": parameters}
            for place, (name, kind, parameters) in enumerate(_OPERATIONS)
        ]
        doc = sandbox.store.get("object", made[number]["id"])
        sandbox.store.put("object", made[number]["id"], {**(doc or made[number]), "operations": operations})
    for number, (source, target, cable) in enumerate(_LINKS, 1):
        item = {"name": "Cable", "type_id": 1, "value": cable, "id": seed_id(4, 4096 + number)}
        add_link(sandbox, number, made[source], made[target], {"properties": [item]})
