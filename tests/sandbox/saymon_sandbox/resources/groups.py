# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""User groups."""

from __future__ import annotations

from typing import Any

from .. import fields, ids
from ..call import EMPTY, Call
from ..routing import Route
from ..store import Doc

_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "permissions": fields.strings,
    "objectPermissions": fields.object_permissions,
    "eventFilter": fields.array,
    "source": fields.record,
}


def new_group(name: str, given: Doc, group_id: str | None = None) -> Doc:
    defaults: Doc = {"permissions": [], "objectPermissions": {"include": [], "exclude": []}, "eventFilter": []}
    return fields.merge({"id": group_id or ids.new_id(), "name": name, **defaults}, given)


def _find(call: Call) -> Doc:
    return call.stored("user_group", "UserGroup", call.params["id"])


def list_groups(call: Call) -> list[Doc]:
    """All groups for user managers, else the caller's own."""
    groups = call.sandbox.store.all("user_group").values()
    if call.may("manage-users"):
        return list(groups)
    own = call.user.get("group") or ()
    return [group for group in groups if group["id"] in own]


def create_group(call: Call) -> Doc:
    given = call.given(_READERS)
    group = new_group(call.require(given, "name"), {name: value for name, value in given.items() if value is not None})
    call.sandbox.store.put("user_group", group["id"], group)
    return group


def update_group(call: Call) -> Doc:
    group = _find(call)
    changed = new_group(group["name"], fields.merge(group, call.given(_READERS, "name")), group["id"])
    call.sandbox.store.put("user_group", group["id"], changed)
    return changed


def delete_group(call: Call) -> Any:
    """Member accounts stay; whether they keep the id is a setting."""
    group = _find(call)
    call.sandbox.store.delete("user_group", group["id"])
    if call.sandbox.settings.group_delete_clears_members:
        for user in list(call.sandbox.store.all("user").values()):
            if group["id"] in (user.get("group") or ()):
                left = [item for item in user["group"] if item != group["id"]]
                call.sandbox.store.put("user", user["id"], {**user, "group": left})
    return EMPTY


ROUTES = [
    Route("GET", "/user-groups", "none", list_groups),
    Route("GET", "/user-groups/:id", "manage-users", _find),
    Route("POST", "/user-groups", "manage-users", create_group),
    Route("PATCH", "/user-groups/:id", "manage-users", update_group),
    Route("DELETE", "/user-groups/:id", "manage-users", delete_group),
]
