# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All tables by name. An entry here is what makes a resource one that others can refer to."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .class_ import CLASS
from .flow import FLOW
from .incident_level import INCIDENT_LEVEL
from .link import LINK
from .object import OBJECT
from .password_policy import PASSWORD_POLICY
from .property_class import PROPERTY_CLASS
from .reference import REFERENCE
from .state import STATE
from .tag import TAG
from .user import USER
from .user_group import USER_GROUP

RESOURCES: Mapping[str, Resource] = {
    resource.name: resource
    for resource in (
        CLASS,
        FLOW,
        INCIDENT_LEVEL,
        LINK,
        OBJECT,
        PASSWORD_POLICY,
        PROPERTY_CLASS,
        REFERENCE,
        STATE,
        TAG,
        USER,
        USER_GROUP,
    )
}
