# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Property classes: what kind of value a property has. Newer servers only."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Flag,
    Invalid,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

from .built_in import is_built_in

_SYSTEM = Field("system", "system", Flag())


class AnyValue(FieldType):
    """A value of any shape; 60 and "60" are the same, and an empty text means none."""

    hashable = False

    def parse(self, value: Any) -> Any:
        return None if value == "" else value

    def same(self, one: Any, other: Any) -> bool:
        if one is None or other is None:
            return one is other
        return self._text(one) == self._text(other)

    @staticmethod
    def _text(value: Any) -> str:
        return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _guard(_task: Task, plans: list[Plan]) -> list[str]:
    for plan in plans:
        where = plan.item.where
        system = _SYSTEM.read(plan.record) if "system" in plan.record else is_built_in(plan)
        if plan.action in ("update", "delete") and system:
            raise Invalid(
                f"{where}{plan.title!r} is a built-in property class, which cannot be changed or deleted: "
                "create one of your own"
            )
        if plan.action == "create" and not plan.item.desired.get("value_type"):
            raise Invalid(
                f"{where}there is no property class {plan.title!r}, and none can be created without a type: "
                "give value_type"
            )
    return []


PROPERTY_CLASS = Resource(
    name="property_class",
    plural="property_classes",
    path="/property-classes",
    guard=_guard,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("description", "description", Text()),
        Field("value_type", "value_type_id", Text(filled=True), create_only=True),
        Field("value", "value", AnyValue(), create_only=True),
        Field("multiple", "multiple", Flag()),
        Field("multiple_separator", "multiple_separator", Text()),
        Field("source", "source", Text()),
        Field("mask", "mask", Text()),
        Field("value_display_template", "value_display_template", Text()),
    ),
)
