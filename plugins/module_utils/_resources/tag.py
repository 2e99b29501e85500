# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, the labels of objects and links."""

from __future__ import annotations

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Flag, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .built_in import spare_built_in
from .colors import Color


class OnOff(Flag):
    """A flag that the server keeps as the text on or off."""

    def read(self, value: Any) -> bool:
        return value == "on" or super().read(value)

    def write(self, value: Any, _scalar: bool) -> str:
        return "on" if value else "off"


# What the keys class and visibility of a tag mean is not documented; they stay as they are.
TAG = Resource(
    name="tag",
    plural="tags",
    path="/tags",
    guard=spare_built_in,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("color", "color", Color()),
        Field("public", "public", OnOff()),
        Field("description", "description", Text()),
    ),
)
