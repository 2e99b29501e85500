# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User groups. The members are kept in the records of users, and are written there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Json,
    Reference,
    Text,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

from .user import USER, group_ids


def _member(user: Mapping[str, Any]) -> dict[str, Any]:
    """How records of groups show a member."""
    return {"id": user["id"], "login": user.get("login")}


def members_by_group(task: Task) -> dict[str, list[dict[str, Any]]]:
    """The members of all groups by the id of the group, each with `id` and `login`."""
    members: dict[str, list[dict[str, Any]]] = {}
    for user in task.index("user").records.values():
        for identifier in group_ids(user):
            members.setdefault(identifier, []).append(_member(user))
    return members


def _load(task: Task, keys: set[str]) -> list[dict[str, Any]]:
    """The groups, with their members when these are wanted, or may be left behind by a deletion."""
    groups = task.client.get_list("/user-groups", cached=task.cached)
    if "members" in keys or any(item.state == "absent" for item in task.items):
        members = members_by_group(task)
        for group in groups:
            group["members"] = members.get(str(group["id"]), [])
    return groups


def _set_members(task: Task, group: Mapping[str, Any], current: Any, target: Any) -> Iterator[Request]:
    users = task.index("user")
    scalar = bool(users.holds_scalars("group"))
    for identifier in sorted({*current} ^ {*target}):
        user = users.records[identifier]
        groups = tuple(sorted({*group_ids(user)} ^ {str(group["id"])}))
        written = USER.by_option["groups"].type.write(groups, scalar)
        yield Request("PATCH", f"/users/{identifier}", body={"group": written})
        user["group"] = written  # reached only when the call went well


def _spare_other_groups(task: Task, plans: list[Plan]) -> list[str]:
    """On an older server a user is in one group at most, so nobody can be added who is in another."""
    adding = [plan for plan in plans if plan.after.get("members")]
    users = task.index("user") if adding else None
    if users is None or not users.holds_scalars("group"):
        return []
    taken: set[str] = set()
    for plan in adding:
        for identifier in sorted({*plan.after["members"]} - {*plan.before["members"]}, key=str):
            if group_ids(users.records.get(identifier, {})) or identifier in taken:
                login = task.title("user", identifier)
                raise Invalid(
                    f"{plan.item.where}members: {login!r} is in another group, "
                    "and this older server allows one group for each user"
                )
            taken.add(identifier)
    return []


def _after(task: Task, plans: list[Plan]) -> dict[str, Any]:
    for plan in plans:
        if "members" in plan.after and not plan.error:
            users = task.index("user").records
            # A user whom check mode assumes has no id yet.
            members = [(identifier, users.get(str(identifier))) for identifier in plan.record.get("members") or ()]
            plan.record["members"] = [
                _member(user or {"id": None, "login": identifier}) for identifier, user in members
            ]
    return _tell_dangling(task, plans)


def _tell_dangling(task: Task, plans: list[Plan]) -> dict[str, Any]:
    """Users that still carry the id of a deleted group; whether the server clears it is not known. In check mode, those
    that would."""
    gone = {
        str(plan.record["id"]): plan
        for plan in plans
        if plan.action == "delete" and plan.record.get("members") and not plan.error
    }
    if not gone:
        return {}
    users = list(task.index("user").records.values()) if task.check else task.client.get_list("/users")
    return {"dangling_members": sorted(str(user.get("login")) for user in users if gone.keys() & set(group_ids(user)))}


USER_GROUP = Resource(
    name="user_group",
    plural="user_groups",
    path="/user-groups",
    flags={
        "append_permissions": {"type": "bool", "default": False},
        "append_objects": {"type": "bool", "default": False},
        "append_members": {"type": "bool", "default": False},
    },
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("permissions", "permissions", set_of(Text()), append="append_permissions"),
        Field("object_include", "objectPermissions.include", set_of(Reference("object")), append="append_objects"),
        Field("object_exclude", "objectPermissions.exclude", set_of(Reference("object")), append="append_objects"),
        Field("event_filter", "eventFilter", Json("list", [])),
        Field(
            "members",
            "members",
            set_of(Reference("user")),
            writer=_set_members,
            in_create=False,
            touches=("user",),
            append="append_members",
        ),
    ),
    load=_load,
    guard=_spare_other_groups,
    after=_after,
)
