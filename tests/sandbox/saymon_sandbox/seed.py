# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first content of a database. Ids and times are the same in every run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import demo, rights
from .builders import ADMIN_ID, EPOCH, add_object
from .resources.catalog import new_class, new_state
from .resources.objects import new_object
from .resources.property_classes import BUILT_IN, new_property_class
from .resources.service import new_policy
from .resources.users import new_user
from .sandbox import Sandbox
from .store import Doc

_BIG = re.compile(r"big:(\d{1,7})")
_BIG_SITES = 100

_CLASSES = {
    1: "Root",
    2: "Saymon Agent",
    3: "Host",
    4: "CPU",
    5: "Memory",
    6: "File System",
    15: "Service",
    20: "Hardware",
    24: "Info",
    30: "Service Group",
    31: "Network IO",
    32: "User",
    35: "Link",
    50: "Ping",
}
_STATES = (
    (1, "Created", 1, "#c0c8d0"),
    (3, "Working", 2, "#4caf50"),
    (4, "Overloaded", 5, "#ffb300"),
    (5, "Alarm", 7, "#e53935"),
    (6, "Stopped", 3, "#78909c"),
    (7, "NoData", 4, "#8e6cc0"),
    (8, "Down", 6, "#6d4c41"),
    (9, "Disable", 0, "#b0bec5"),
)
_CONFIGURATION: Doc = {
    "server": {
        "retain_expired_stat": False,
        "history_update_period": 60000,
        "stat_scan_period": 10000,
        "default_result_timeout": 300000,
        "incident_timeout": 3600000,
        "event_log_max_bytes": "1 G",
        "email": {
            "disabled": False,
            "transport": {"service": "smtp", "auth": {"user": "alerts@example.org", "pass": "not-a-real-secret"}},
            "fields": {"from": "alerts@example.org"},
            "max_json_length": 4096,
        },
        "user": {"lang_default": "en"},
    }
}


def check(name: str) -> None:
    """Raises ValueError with a sentence for an unknown seed."""
    if name not in ("demo", "empty") and not _BIG.fullmatch(name):
        raise ValueError(f"the seed is demo, empty or big:N, not {name}")


def is_seeded(sandbox: Sandbox) -> bool:
    return sandbox.store.get("password_policy", 1) is not None


def fill(sandbox: Sandbox, name: str) -> None:
    """Fills an empty database in one transaction. The administrator keeps the credential that the sandbox holds."""
    _fill_built_in(sandbox)
    big = _BIG.fullmatch(name)
    if name == "demo":
        demo.fill(sandbox)
    elif big:
        _fill_big(sandbox, int(big.group(1)))
    sandbox.store.put("credential", ADMIN_ID, sandbox.admin_credential)
    sandbox.store.commit()


def reset(sandbox: Sandbox, name: str) -> None:
    """Back to a fresh seed with the same administrator; journal, faults, settings, clock and sessions start anew."""
    sandbox.resets += 1
    sandbox.store.clear()
    sandbox.settings.patch({item: value for item, value in sandbox.start_settings.items() if item != "old_version"})
    sandbox.clock.offset = 0
    sandbox.journal.clear()
    sandbox.faults.clear()
    sandbox.captchas.clear()
    fill(sandbox, name)
    sandbox.restart()


def _fill_built_in(sandbox: Sandbox) -> None:
    store = sandbox.store
    for class_id, name in _CLASSES.items():
        store.put("class", class_id, new_class(class_id, {"name": name}))
    for state_id, name, priority, color in _STATES:
        store.put("state", state_id, new_state(state_id, {"name": name, "priority": priority, "ui": {"colors": {"main": color}}}))
    for number, type_id in enumerate(BUILT_IN, 1):
        built_in = {"name": type_id.capitalize(), "value_type_id": type_id, "system": True}
        store.put("property_class", number, new_property_class(number, built_in))
    store.put("password_policy", 1, new_policy(1, {"name": "Default"}))
    store.put("configuration", 1, _CONFIGURATION)
    root = new_object(EPOCH, 1, None, {"name": "ROOT", "class_id": 1})
    store.put("object", 1, {**root, "parent_id": []})
    given = {"permissions": list(rights.ALL), "objectPermissions": {"include": [1], "exclude": []}, "email": "admin@example.org"}
    given["displayName"] = "Sandbox administrator"  # a login has no blanks, so the two always differ
    admin = new_user(sandbox.login, given, ADMIN_ID)
    store.put("user", admin["id"], admin)


def _fill_big(sandbox: Sandbox, count: int) -> None:
    sites = [add_object(sandbox, number, f"Site {number:03d}", {"class_id": 24}, {}) for number in range(1, _BIG_SITES + 1)]
    for number in range(1, count + 1):
        site = sites[(number - 1) % _BIG_SITES]
        given = {"class_id": 3, "parent_id": [site["id"]], "discovery_id": f"big-{number}"}
        add_object(sandbox, _BIG_SITES + number, f"Host {number:06d}", given, dict(_big_properties(number)))


def _big_properties(number: int) -> Iterator[tuple[str, str]]:
    yield "Serial", f"SN-{number:08d}"
    yield "Address", f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    yield "Rack", f"R{number % 40:02d}"
    yield "Owner", ("network", "storage", "compute")[number % 3]
    yield "Model", f"M{number % 7}"
