# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links: each leads from one object to another, and is monitored like an object."""

from __future__ import annotations

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Items,
    JsonText,
    Number,
    Reference,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Pending, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

from .conditions import append_flags, conditions_of, own_conditions_of, refuse_both
from .documents import DOCUMENT_FLAGS, documents
from .monitoring import MONITORING_FLAGS, monitoring
from .operations import OPERATION_FLAGS, operations
from .properties import properties_of

# What tells links apart, and so is needed whatever else is.
_IDENTITY = frozenset({"source", "target", "class_id"})


def _query(keys: set[str]) -> dict[str, Any]:
    """What to ask for; what is told from the whole record has no key of its own."""
    return {"fields": ",".join(sorted({*keys, *_IDENTITY} - {""}))}


class Ends(Items):
    """The two ends of a link, told from its whole record."""

    def read(self, value: Any) -> tuple[Any, ...]:
        return super().read([value.get("source"), value.get("target")])


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    """A link has a direction, so one with its ends the other way round is another link. Whoever creates it may have
    meant the one that is there."""
    going = {str(plan.record["id"]) for plan in plans if plan.action == "delete"}
    swapped = [plan for plan in plans if plan.action == "create" and _opposite(task, plan) - going]
    if not swapped:
        return []
    more = f" (and so for {len(swapped) - 1} more)" if len(swapped) > 1 else ""
    return [
        f"The link {swapped[0].title} is created, although there is one in the opposite direction{more}: "
        "if you meant that one, swap source and target."
    ]


def _opposite(task: Task, plan: Plan) -> set[str]:
    """Ids of the links on the server that are the planned one with its ends the other way round."""
    source, target = plan.resolved["source"], plan.resolved["target"]
    if source == target:
        return set()
    found = task.index("link").find({**plan.resolved, "source": target, "target": source})
    return {str(link["id"]) for link in found if not isinstance(link["id"], Pending)}


_CONDITIONS = (*own_conditions_of("/links"), *conditions_of("/links"))

LINK = Resource(
    name="link",
    plural="links",
    path="/links",
    key=("source", "target"),
    find_by=("class",),
    query=_query,
    guard=_guard,
    adjust=refuse_both,
    flags={
        "append_tags": {"type": "bool", "default": False},
        "append_properties": {"type": "bool", "default": True},
        "create_tags": {"type": "bool", "default": False},
        **MONITORING_FLAGS,
        **OPERATION_FLAGS,
        **DOCUMENT_FLAGS,
        **append_flags(*_CONDITIONS),
    },
    fields=(
        # The reference lets PATCH take any field, and says that it is not certain for the ends.
        Field("source", "source", Reference("object")),
        Field("target", "target", Reference("object")),
        Field("class", "class_id", Reference("class", trust_ids=True), create_only=True),
        Field("tags", "tags", set_of(Reference("tag")), append="append_tags", create="create_tags"),
        Field("weight", "weight", Number(whole=False)),
        Field("client_data", "client_data", JsonText()),
        properties_of("/links"),
        monitoring("/links"),
        operations("/links"),
        documents("/links"),
        *_CONDITIONS,
    ),
)
