# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import Hidden
from ansible_collections.saymon.platform.plugins.module_utils._api.session import verify_password
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    Invalid,
    Items,
    Json,
    Reference,
    Secret,
    Text,
    Timestamp,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Plan
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource, Task

# Names for the codes of `status` (0 and 3 are documented, 1 and 2 inferred from examples).
STATUSES = {"need_activation": 0, "invited": 1, "active": 2, "blocked": 3}

_HIDDEN = (
    "The account lacks the permission manage-users, so the server hides the logins of other users: "
    "sign in as one who has it, or change nothing but your own account."
)


def group_ids(user: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the groups of a user, whether the server keeps a list, one id or null."""
    ids: tuple[str, ...] = USER.by_option["groups"].read(user)
    return ids


def is_masked(users: list[dict[str, Any]]) -> bool:
    """True when the caller lacks manage-users: a newer server then shows no more than id and login of anybody."""
    return bool(users) and all(set(user) <= {"id", "login"} for user in users)


def list_users(client: Client, *, cached: bool = False) -> list[dict[str, Any]]:
    """All users, for work that must not overlook one: refused when the server masks them."""
    users = client.get_list("/users", cached=cached)
    if is_masked(users):
        raise Hidden(_HIDDEN)
    return users


def _load(task: Task, _keys: set[str]) -> list[Record]:
    """All users, or the one who is signed in where the server hides the others and the task is about nobody else."""
    users = task.client.get_list("/users", cached=task.cached)
    if not is_masked(users):
        return users
    if not task.items or any(item.resource.name != USER.name for item in task.items):
        raise Hidden(_HIDDEN)
    me = task.client.get_record("/users/current")
    if not all(_means(item, me) for item in task.items):
        raise Hidden(_HIDDEN)
    return [me]


def _means(item: Item, user: Record) -> bool:
    if item.resource.name != "user":
        return False
    return item.id == str(user["id"]) if item.id is not None else item.desired.get("login") == user.get("login")


def _is_me(task: Task, user: Mapping[str, Any]) -> bool:
    """Whether somebody is the one who is signed in; with a session or token alone, only the server can tell."""
    if task.credentials.login:
        return task.credentials.login in (user.get("login"), user.get("email"))
    return str(task.client.get_record("/users/current")["id"]) == str(user["id"])


def _change_password(task: Task, user: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    body = {"newPassword": target}
    if task.credentials.password and _is_me(task, user):
        body["currentPassword"] = task.credentials.password  # required for one's own
    yield Request("PUT", f"/users/{user['id']}/password", body=body)


def _set_favorites(task: Task, user: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
    """One's own have a call that needs no permission."""
    favorites = [*target]
    if _is_me(task, user):
        yield Request("POST", "/users/favorites", body=favorites)
    else:
        yield Request("PATCH", f"/users/{user['id']}", body={"favorites": favorites})


def _has_password(task: Task, user: Mapping[str, Any], target: Any) -> bool | None:
    return verify_password(task.client.connection, str(user.get("login")), target)


def _block(item: Item) -> None:
    if item.state == "blocked":
        item.desired["status"] = STATUSES["blocked"]


def _guard(task: Task, plans: list[Plan]) -> list[str]:
    for plan in plans:
        name = plan.after.get("display_name")
        if name and name == plan.after.get("login", plan.record.get("login")):
            raise Invalid(
                f"{plan.item.where}display_name is {name!r}, the login itself, which the server refuses: "
                "choose another name"
            )
    return _spare_oneself(task, plans)


def _spare_oneself(task: Task, plans: list[Plan]) -> list[str]:
    """Refuse to lock out the account that does the work, which costs a look at who that is only if somebody is to
    go."""
    going = [plan for plan in plans if plan.action == "delete" or plan.after.get("status") == STATUSES["blocked"]]
    going = [plan for plan in going if plan.record.get("id") is not None and not plan.item.flags.get("allow_self")]
    if any(plan.action != "create" for plan in going):
        me = str(task.client.get_record("/users/current")["id"])
        for plan in going:
            if str(plan.record["id"]) == me:
                what = "deleted" if plan.action == "delete" else "blocked"
                raise Invalid(
                    f"{plan.item.where}{plan.title!r} is the account that is signed "
                    f"in and would be {what}: set allow_self to do it"
                )
    return []


USER = Resource(
    name="user",
    plural="users",
    path="/users",
    key=("login",),
    title="login",
    unique=("login",),
    states=("present", "absent", "blocked"),
    flags={
        "update_password": {"type": "str", "choices": ["always", "on_create"], "default": "always"},
        "append_groups": {"type": "bool", "default": False},
        "append_permissions": {"type": "bool", "default": False},
        "append_objects": {"type": "bool", "default": False},
        "allow_self": {"type": "bool", "default": False},
    },
    fields=(
        Field("login", "login", Text(filled=True)),
        Field("display_name", "displayName", Text()),
        Field("email", "email", Text()),
        Field(
            "password",
            "password",
            Secret(),
            writer=_change_password,
            verify=_has_password,
            update_flag="update_password",
        ),
        Field("groups", "group", set_of(Reference("user_group")), append="append_groups"),
        Field("permissions", "permissions", set_of(Text()), append="append_permissions"),
        Field("object_include", "objectPermissions.include", set_of(Reference("object")), append="append_objects"),
        Field("object_exclude", "objectPermissions.exclude", set_of(Reference("object")), append="append_objects"),
        Field("status", "status", Choice(STATUSES)),
        Field("active_to", "activeTo", Timestamp()),
        Field("contacts", "contacts", set_of(Text())),
        Field("language", "language", Text()),
        Field("event_filter", "eventFilter", Json("list", [])),
        Field("favorites", "favorites", Items(Json("dict", {})), writer=_set_favorites, repeatable=True),
    ),
    load=_load,
    adjust=_block,
    guard=_guard,
)
