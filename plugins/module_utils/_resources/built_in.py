# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server has from the start, which is known by its id: a small number."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Task


def is_built_in(plan: Plan) -> bool:
    """Whether a plan is about an item that every server has."""
    return str(plan.record.get("id")).isdecimal()


def spare_built_in(_task: Task, plans: list[Plan]) -> list[str]:
    """A guard that refuses to delete what the server has from the start."""
    for plan in plans:
        if plan.action == "delete" and is_built_in(plan):
            label = plan.item.resource.label
            raise Invalid(
                f"{plan.item.where}{plan.title!r} is a built-in {label}, which cannot be deleted: leave it out"
            )
    return []
