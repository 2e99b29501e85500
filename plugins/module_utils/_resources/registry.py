# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tables by name. An entry here is what makes a resource one that others can refer to."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .catalog import CLASS, STATE, TAG
from .incident_level import INCIDENT_LEVEL
from .object import OBJECT
from .password_policy import PASSWORD_POLICY
from .user import USER
from .user_group import USER_GROUP

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (CLASS, INCIDENT_LEVEL, OBJECT, PASSWORD_POLICY, STATE, TAG, USER, USER_GROUP)
}
