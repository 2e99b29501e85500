# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of incidents, which others refer to by name."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

INCIDENT_LEVEL = Resource(
    name="incident_level",
    plural="incident_levels",
    path="/incident-levels",
    fields=(Field("name", "name", Text(filled=True)),),
)
