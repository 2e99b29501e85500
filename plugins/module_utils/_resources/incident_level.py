# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Levels of incidents: how serious they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Invalid, Number, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

from .built_in import is_built_in, spare_built_in
from .colors import Color


def _set_priority(_task: Task, level: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    """A creation gives a level the priority 0, whatever it asks for; only a change sets another."""
    yield Request("PATCH", f"/incident-levels/{level['id']}", body={"priority": target})


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    for plan in plans:
        if plan.action == "update" and "priority" in plan.after and is_built_in(plan):
            raise Invalid(
                f"{plan.item.where}{plan.title!r} is a built-in incident level, whose priority must stay as it is: "
                "leave priority out"
            )
    return spare_built_in(task, plans)


INCIDENT_LEVEL = Resource(
    name="incident_level",
    plural="incident_levels",
    path="/incident-levels",
    guard=_guard,
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("color", "ui.colors.main", Color()),
        Field("priority", "priority", Number(0, least=None), writer=_set_priority, in_create=False),
        Field("description", "description", Text()),
        Field("comment", "comment", Text()),
    ),
)
