# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_audit_info."""

from __future__ import annotations

from typing import Any

_LINK = "64b1f0c2a9d3e45f6a7b8e91"
_AUDIT = {
    "entityId": _LINK,
    "entityType": 2,
    "kind": 10,
    "oldBody": {"value": "a"},
    "newBody": {"value": "b"},
    "timestamp": 1924970400000,
    "userId": "64b1f0c2a9d3e45f6a7b8c01",
}
_CONFIGURATION = {
    "id": "64b1f0c2a9d3e45f6a7b8c09",
    "timestamp": 1924970400000,
    "content": "H4sIAAAAAAAC/6uuBQBDv6ajAgAAAA==",
    "contentEncoding": "GZIP_BASE64",
}

DEMO: tuple[dict[str, Any], ...] = (
    {"object": "north-web-1", "resolve": True, "from": "-7d"},
    {"object": "north-web-1", "log": "configuration"},
    {"log": "security", "max_items": 3, "resolve": True},
)
ANSWERS: dict[str, Any] = {
    f"/links/{_LINK}/audit-log": [_AUDIT],
    f"/links/{_LINK}/config-log": [_CONFIGURATION],
    "/users/security/log": [{**_AUDIT, "entityType": 5, "kind": 13}],
}
ODD: tuple[dict[str, Any], ...] = (
    {"link": _LINK, "resolve": True, "from": "-7d"},
    {"link": _LINK, "log": "configuration"},
    {"log": "security", "user": "operator", "max_items": 1},
)
