# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_notification_template_info."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = (
    {"group": "state", "type": "email", "gather": ["preview"], "try_single": "A text"},
    {"group": "auth", "type": "forgot", "gather": ["preview"], "parallel": 2},
)
ODD: tuple[dict[str, Any], ...] = ({"group": "state", "type": "email", "gather": ["preview"], "try_pack": "x"},)
