# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Switches for behaviour that is uncertain, differs between versions or can be configured on a real server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")
_LONGEST_MS = 10**12  # thirty years

# What `old_version` turns on or off together.
OLD_VERSION = (
    "group_as_string",
    "parent_id_scalar",
    "verify_null",
    "trailing_id",
    "full_user_list",
    "current_password_required",
    "no_display_name",
    "no_favorites",
    "no_entity_type",
)


def _option(default: T, doc: str, *choices: Any) -> T:
    """A dataclass field with its explanation and, where the set is closed, its choices."""
    return field(default=default, metadata={"doc": doc, "choices": choices})


@dataclass
class Settings:
    csrf: bool = _option(False, "cookie sessions must send x-csrf-token on POST, PUT, PATCH and DELETE")
    group_as_string: bool = _option(False, "User.group is one string or null")
    parent_id_scalar: bool = _option(False, "Object.parent_id is a single id")
    verify_null: bool = _option(False, "verifying an invalid session answers null instead of false")
    trailing_id: bool = _option(False, "created objects carry `id` as the last key")
    full_user_list: bool = _option(False, "callers without manage-users see full user records")
    current_password_required: bool = _option(False, "currentPassword is needed for another user's password too")
    no_display_name: bool = _option(False, "users have no displayName")
    no_favorites: bool = _option(False, "users have no favourites")
    no_entity_type: bool = _option(False, "records carry no entityType")
    duplicate_login_status: int = _option(400, "status for a login that is taken", 400, 409)
    missing_name_status: int = _option(400, "status for an absent mandatory field", 400, 409)
    wrong_password_status: int = _option(400, "status for a wrong currentPassword", 400, 409)
    forbidden_code: str = _option("Forbidden", "`code` of a 403 answer", "Forbidden", "NotAuthorized")
    policy_create_verb: str = _option("both", "verb that creates a password policy", "both", "patch", "post")
    open_password_policies: bool = _option(True, "password policies can be listed without credentials")
    search_permission: str = _option("run-bulks", "right that POST /objects/search needs", "run-bulks", "objects")
    group_delete_clears_members: bool = _option(False, "deleting a user group removes its id from the users")
    write_status: int = _option(200, "status of successful writes with an empty body", 200, 201, 204)
    prop_create_answer: str = _option("object", 'a created property answers {"id": ...} or its bare id', "object", "string")
    flow_client_data: str = _option("string", "client_data of a flow is JSON text or an object", "string", "object")
    flow_update_answer: str = _option("empty", "a change of a flow answers nothing or the flow", "empty", "record")
    unique_property_names: bool = _option(False, "a second property of the same name is refused with 409")
    document_types: str = _option("any", "files of any type can be uploaded, or those that are documented", "any", "listed")
    document_size: bool = _option(False, "the record of an uploaded document tells its size in bytes")
    missing_code: str = _option("ResourceNotFound", "`code` of a 404 for an unknown id", "ResourceNotFound", "NotFound")
    tokens_enabled: bool = _option(True, "API tokens work")
    signup_enabled: bool = _option(False, "self-registration calls exist")
    conditional_incidents_enabled: bool = _option(False, "incident conditions can be written; otherwise 409")
    upsert_replaces_properties: bool = _option(True, "creating with a known discovery_id replaces the properties")
    configuration_readable: bool = _option(True, "GET /configuration exists")
    session_idle_ms: int = _option(3_600_000, "idle time after which a session ends, milliseconds")
    bulk_delay_ms: int = _option(0, "time until a bulk operation reports finished, milliseconds")
    keycloak_tokens: dict[str, str] = field(
        default_factory=dict, metadata={"doc": "external tokens that open a session: {token: login}", "choices": ()}
    )

    @property
    def old_version(self) -> bool:
        return all(getattr(self, name) for name in OLD_VERSION)

    def as_dict(self) -> dict[str, Any]:
        return {"old_version": self.old_version, **asdict(self)}

    def patch(self, changes: Mapping[str, Any]) -> None:
        """Apply all changes or none. Raises ValueError with a sentence that names the first bad one."""
        wanted: dict[str, Any] = {}
        if "old_version" in changes:
            wanted = dict.fromkeys(OLD_VERSION, _checked("old_version", changes["old_version"], False, ()))
        known = {item.name: item for item in fields(self)}
        for name, value in changes.items():
            if name == "old_version":
                continue
            if name not in known:
                raise ValueError(f"there is no setting named {name[:40]}")
            wanted[name] = _checked(name, value, getattr(self, name), known[name].metadata["choices"])
        for name, value in wanted.items():
            setattr(self, name, value)


def _checked(name: str, value: Any, present: Any, choices: tuple[Any, ...]) -> Any:
    """All numbers that are no choice are durations in milliseconds; all dictionaries map texts to texts."""
    if type(value) is not type(present):
        raise ValueError(f"setting {name} must be of type {type(present).__name__}")
    if choices and value not in choices:
        raise ValueError(f"setting {name} must be one of {', '.join(str(choice) for choice in choices)}")
    if isinstance(present, int) and not choices and not 0 <= value <= _LONGEST_MS:
        raise ValueError(f"setting {name} must be between 0 and {_LONGEST_MS}")
    if isinstance(value, dict) and not all(isinstance(item, str) for item in value.values()):
        raise ValueError(f"setting {name} must map strings to strings")
    return value
