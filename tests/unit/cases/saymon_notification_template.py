# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_notification_template."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = (
    {"group": "state", "type": "sms", "single": "A text", "pack": "Texts"},
    {"group": "state", "type": "sms", "state": "default"},
)
ANSWERS: dict[str, Any] = {
    "/notification-templates": [
        {
            "id": "64b1f0c2a9d3e40800000001",
            "group": "state",
            "templateType": "email",
            "content": {"single": "{{entityName}}", "pack": "Several changes"},
        }
    ],
    "PATCH /notification-templates/preview": {"preview": "<p>Host 1</p>"},
}
ODD: tuple[dict[str, Any], ...] = (
    {"group": "state", "type": "email", "single": "x", "pack": "y"},
    {"group": "state", "type": "email", "state": "default"},
    {"notification_templates": [{"id": "64b1f0c2a9d3e40800000001", "single": "x"}]},
)
