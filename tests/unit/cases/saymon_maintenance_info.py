# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of saymon_maintenance_info."""

from __future__ import annotations

from typing import Any

DEMO: tuple[dict[str, Any], ...] = ({}, {"object": "/ROOT/North site", "recursive": True, "class": "Host"})
ODD: tuple[dict[str, Any], ...] = ({}, {"objects": ["Site"], "recursive": True, "tag": "prod"})
