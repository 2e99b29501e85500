# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States that objects and links can be in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Items, Number, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Index, Resource

from .built_in import spare_built_in
from .colors import Color


@dataclass(frozen=True)
class _SvgBackground(Field):
    """The documentation has it among the colours in its examples, and beside them in its table."""

    def raw(self, record: Mapping[str, Any]) -> Any:
        value = super().raw(record)
        return record.get("svgBackground") if value is None else value


class States(Index):
    """The built-in state 9 is called Disable; people also say Disabled, unless the server has a state of that name."""

    def named(self, text: str) -> list[Record]:
        found = super().named(text)
        if found or text.casefold() != "disabled":
            return found
        return [record for record in [self.records.get("9")] if record is not None]


STATE = Resource(
    name="state",
    plural="states",
    path="/states",
    index=States,
    guard=spare_built_in,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("priority", "priority", Number(0, least=None)),
        Field("color", "ui.colors.main", Color()),
        Field("color_light", "ui.colors.light", Color()),
        Field("color_shadow", "ui.colors.shadow", Color()),
        Field("color_background", "ui.colors.background", Color()),
        _SvgBackground("color_svg_background", "ui.colors.svgBackground", Items(Color())),
    ),
)
