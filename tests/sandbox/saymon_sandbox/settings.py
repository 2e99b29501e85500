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
    own_record_patch: bool = _option(False, "callers without manage-users may change some fields of their own record")
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
    flow_list: bool = _option(True, "GET /flows and GET /flows/:id exist; otherwise 404")
    flow_update_answer: str = _option("empty", "a change of a flow answers nothing or the flow", "empty", "record")
    reference_list: bool = _option(True, "GET /refs exists; otherwise 404, and only POST /v2/getRefs lists references")
    link_ends: str = _option("change", "what becomes of new ends that a change gives a link", "change", "ignore", "refuse")
    unique_property_names: bool = _option(False, "a second property of the same name is refused with 409")
    class_property_whole: bool = _option(False, "a change of a class's property needs its name and its value")
    delete_class_in_use: bool = _option(False, "a class in use can be deleted, and its objects keep its id; otherwise 409")
    unique_tag_names: bool = _option(False, "a second tag of the same name is refused with 409")
    svg_background_place: str = _option("nested", "svgBackground of a state is in ui.colors or beside ui", "nested", "top")
    property_classes: bool = _option(True, "the calls for property classes exist; older servers answer 404")
    document_types: str = _option("any", "files of any type can be uploaded, or those that are documented", "any", "listed")
    document_size: bool = _option(False, "the record of an uploaded document tells its size in bytes")
    missing_code: str = _option("ResourceNotFound", "`code` of a 404 for an unknown id", "ResourceNotFound", "NotFound")
    tokens_enabled: bool = _option(True, "API tokens work")
    signup_enabled: bool = _option(False, "self-registration calls exist")
    conditional_incidents_enabled: bool = _option(False, "incident conditions can be written; otherwise 409")
    condition_checks: bool = _option(False, "conditions, triggers and stat rules with unknown states or operators are refused with 400")
    condition_form: str = _option("sent", "conditions are shown as sent, or as _field with constants as text", "sent", "field")
    condition_exists_call: bool = _option(True, "GET .../state-conditions/exists exists")
    never_set_status: int = _option(404, "status of the error for a list that was never set", 404, 200)
    empty_list_drops: bool = _option(False, "writing an empty list is like deleting it")
    upsert_replaces_properties: bool = _option(True, "creating with a known discovery_id replaces the properties")
    configuration_readable: bool = _option(True, "GET /configuration exists")
    object_stat: str = _option("payload", "GET /objects/:id/stat answers the bare payload or a whole Stat", "payload", "stat")
    stat_entity_type: str = _option("number", "entityType of data is 1 and 2, or `obj` and `link`", "number", "text")
    history_points: str = _option("pairs", "form of `dps` in metric histories", "pairs", "map", "objects")
    history_exponents: bool = _option(False, "large fractional numbers in metric histories are written like 1.2E9")
    log_limit_from_zero: bool = _option(True, "`limit` of the global state histories counts from 0: one more record comes")
    state_log_inverse: str = _option("oldest", "`inverse=true` of the state history log means this first", "oldest", "newest")
    unique_dictionary_names: bool = _option(True, "a second dictionary of the same name is refused with 409")
    dictionary_content: str = _option("text", "content of dictionaries is answered as JSON text or as an object", "text", "object")
    newest_dictionaries: bool = _option(True, "dictionary groups and dictionaries for monitoring exist; older servers answer 404")
    reaction_delay_ms: int = _option(0, "time until data or changed conditions have an effect, milliseconds")
    states_spread: bool = _option(True, "parents take over states of their children by priority")
    incident_create: bool = _option(True, "incidents can be created; older servers answer 405")
    incident_count: str = _option("number", "what GET /incidents/count answers; none: 404", "number", "object", "none")
    incident_properties: str = _option("pairs", "form of an incident's properties", "pairs", "records", "object")
    incident_filter_ignored: bool = _option(False, "the filter in the query of incident lists has no effect")
    incident_limit_with_skip: bool = _option(True, "incident lists take limit together with skip; otherwise 400")
    incident_body_options: bool = _option(True, "GET /incidents also reads its options from a body; the query wins")
    incident_by_id_in_history: bool = _option(False, "GET /incidents/:id also finds incidents of the history")
    level_priority_on_create: bool = _option(False, "creating an incident level honours its priority; otherwise it is 0")
    template_preview: str = _option("both", "form of the preview of notification templates", "both", "get", "patch")
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
