# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_notification."""

from __future__ import annotations

from typing import Any

_MAIL: dict[str, Any] = {"to": ["noc@example.org"], "subject": "{{entityName}}", "content": "<p>{{note}}</p>"}
# In a play, Ansible would take the variables of the server for its own.
_PLAIN = {**_MAIL, "subject": "Maintenance", "content": "<p>Tonight</p>"}

DEMO: tuple[dict[str, Any], ...] = (
    {**_PLAIN, "object": "north-web-1", "variables": {"note": "a text"}},
    {"notifications": [{**_PLAIN, "cc": ["a@example.org"], "bcc": ["b@example.org"], "reply_to": "c@example.org"}]},
)
ODD: tuple[dict[str, Any], ...] = (
    {**_MAIL, "object": "Rack", "variables": {"note": "a text"}},
    {"notifications": [{**_MAIL, "cc": ["a@example.org"], "object": "/ROOT/Site/Rack"}]},
)
