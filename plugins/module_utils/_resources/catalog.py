# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources that others refer to by name."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

CLASS = Resource(name="class", plural="classes", path="/classes", fields=(Field("name", "name", Text()),))
STATE = Resource(name="state", plural="states", path="/states", fields=(Field("name", "name", Text()),))
TAG = Resource(name="tag", plural="tags", path="/tags", fields=(Field("name", "name", Text()),))
