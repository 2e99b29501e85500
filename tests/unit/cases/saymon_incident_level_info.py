# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests that go through all modules need to know of saymon_incident_level_info."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = ({"name": "Alarm"},)
ODD: tuple[dict[str, Any], ...] = ({"name": "Alarm"},)
