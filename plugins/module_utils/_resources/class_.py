# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Classes of objects and links: the defaults of new ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Invalid, JsonText, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

from .built_in import spare_built_in
from .conditions import append_flags, conditions_of
from .operations import OPERATION_FLAGS, operations
from .properties import properties_of


def _load(task: Task, _keys: set[str]) -> list[Record]:
    """The list itself. The call for one class shows only a part of it, so nothing of the list may be given up."""
    return task.client.get_list("/classes", cached=task.cached)


def count_objects(client: Client, ids: list[str]) -> Mapping[str, int]:
    """How many objects of each of these classes the account may see, by the class's id."""
    if len(ids) == 1:
        try:
            count = client.get(f"/classes/{ids[0]}/object-count")
        except HttpError as error:
            if not error.absent:
                raise
            count = None  # only an early edition of the documentation has this call
        if isinstance(count, int) and not isinstance(count, bool):
            return {ids[0]: count}
    return _by_class(client, "/objects")


def _by_class(client: Client, path: str) -> Mapping[str, int]:
    return Counter(str(record.get("class_id")) for record in client.get_list(path, fields="class_id"))


def _spare_those_in_use(task: Task, plans: list[Plan]) -> list[str]:
    """What a server makes of deleting a class in use is not documented."""
    going = [plan for plan in plans if plan.action == "delete"]
    if not going:
        return []
    spare_built_in(task, going)
    objects = count_objects(task.client, [str(plan.record["id"]) for plan in going])
    links = _by_class(task.client, "/links")
    for plan in going:
        identifier = str(plan.record["id"])
        users = ((objects.get(identifier, 0), "object"), (links.get(identifier, 0), "link"))
        used = " and ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in users if count)
        if used:
            raise Invalid(
                f"{plan.item.where}{plan.title!r} is the class of {used}: delete what has this class first, because an "
                "object or link cannot change its class"
            )
    return []


_CONDITIONS = conditions_of("/classes")

CLASS = Resource(
    name="class",
    plural="classes",
    path="/classes",
    load=_load,
    guard=_spare_those_in_use,
    flags={
        "append_properties": {"type": "bool", "default": True},
        **OPERATION_FLAGS,
        **append_flags(*_CONDITIONS),
    },
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("description", "description", Text()),
        Field("category", "category_id", Text()),
        Field("client_data", "client_data", JsonText()),
        # The documentation requires name and value with every change of a property, and leaves one out in its example.
        properties_of("/classes", repeat=("name", "value")),
        operations("/classes"),
        *_CONDITIONS,
    ),
)
