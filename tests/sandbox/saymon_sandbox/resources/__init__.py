# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All endpoints of the API, as one table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from .. import errors
from ..call import Call
from ..routing import Route
from ..store import Doc
from . import (
    administration,
    catalog,
    conditions,
    documents,
    entities,
    event_log,
    flows,
    groups,
    incident_levels,
    incidents,
    links,
    notes,
    notification_templates,
    objects,
    operations,
    property_classes,
    references,
    search,
    service,
    session,
    state_history,
    stats,
    users,
)
from .entities import Kind

_MODIFY_OBJECT = "objectPermissions & (modify-objects | manage-objects)"
_MODIFY_LINK = "linkPermissions & (modify-links | manage-links)"


def _find_entity(call: Call, wanted: str) -> tuple[Kind, Doc]:
    kind = links.LINK if call.sandbox.store.get("link", wanted) else objects.OBJECT
    try:
        return kind, kind.find(call, wanted)
    except errors.ApiError:
        raise errors.not_found("Entity", wanted) from None


def _on_entity(handler: Callable[[Call, Kind], Any]) -> Callable[[Call], Any]:
    """For an id that may be of an object or of a link."""
    return lambda call: handler(call, _find_entity(call, call.params["id"])[0])


def _get_entity(call: Call, kind: Kind) -> Any:
    kind.find(call, call.params["id"])
    return links.get_link(call) if kind is links.LINK else objects.get_object(call)


def _condition_routes(root: str, kind: Kind, permission: str, answer: Callable[[Call, str, Kind], Any]) -> list[Route]:
    """`answer` writes the incident conditions, whose answer differs from one owner to another."""
    made = []
    for part in conditions.NAMES:
        path = f"{root}/:id/{part}"
        write = answer if part == "incident-conditions" else conditions.replace
        made.append(Route("GET", path, "" if root == "/classes" else permission, partial(_part, conditions.read, part, kind)))
        made.append(Route("PUT", path, permission, partial(_part, write, part, kind)))
        if part != "state-triggers" and root != "/classes":
            made.append(Route("DELETE", path, permission, partial(_part, conditions.drop, part, kind)))
        if part == "state-conditions" and root != "/classes":
            made.append(Route("GET", path + "/exists", permission, partial(_part, conditions.exists, part, kind)))
    return made


def _part(handler: Callable[[Call, str, Kind], Any], part: str, kind: Kind, call: Call) -> Any:
    return handler(call, part, kind)


def _owner_routes(root: str, word: str, kind: Kind, reach: str, modify: str) -> list[Route]:
    """What objects and links have in common."""
    properties = f"{reach} & (manage-properties | manage-{word}s)"
    monitoring = "objectId" if word == "object" else "linkId"
    table: list[tuple[str, str, str, Callable[[Call, Kind], Any]]] = [
        ("PUT", f"{root}/:id/state", modify, entities.set_state),
        ("PUT", f"{root}/:id/manual-state", modify, entities.set_manual_state),
        ("GET", f"{root}/:id/audit-log", "", entities.audit_log),
        ("GET", f"{root}/:id/config-log", "", entities.config_log),
        ("GET", f"{root}/:id/config-log/:item_id", "", entities.config_log_item),
        ("POST", f"{root}/:id/monitoring", properties, entities.set_monitoring),
        ("POST", f"{root}/:{monitoring}/monitoring/now", properties, entities.check_now),
    ]
    routes = [Route(verb, path, permission, partial(_owned, handler, kind)) for verb, path, permission, handler in table]
    return [*routes, *_property_routes(root, kind, reach, properties, entities.update_property), *_document_routes(root, word, kind)]


def _document_routes(root: str, word: str, kind: Kind) -> list[Route]:
    owner, item = f"{root}/:id/docs", f"{root}/:id/docs/:doc_id"
    upload = f"upload-documents | create-documents | manage-documents | manage-{word}s"
    delete = f"delete-documents | manage-documents | manage-properties | manage-{word}s"
    return [
        Route("POST", owner, upload, partial(_owned, documents.create, kind)),
        Route("GET", item, "", partial(_owned, documents.read, kind)),
        Route("DELETE", item, delete, partial(_owned, documents.delete, kind)),
    ]


def _property_routes(root: str, kind: Kind, read: str, write: str, update: Callable[[Call, Kind], Any]) -> list[Route]:
    """`update` makes the answer to a change, which differs from one owner to another."""
    owner, item = f"{root}/:id/props", f"{root}/:id/props/:prop_id"
    table: list[tuple[str, str, str, Callable[[Call, Kind], Any]]] = [
        ("GET", owner, read, entities.list_properties),
        ("POST", owner, write, entities.create_property),
        ("PATCH", item, write, update),
        ("DELETE", item, write, entities.delete_property),
    ]
    return [Route(verb, path, permission, partial(_owned, handler, kind)) for verb, path, permission, handler in table]


def _owned(handler: Callable[[Call, Kind], Any], kind: Kind, call: Call) -> Any:
    return handler(call, kind)


def _clone_in_background(call: Call) -> Any:
    objects.clone_object(call)
    return search.start_bulk(call)


def _stat_rule_routes(root: str, kind: Kind, permission: str) -> list[Route]:
    path, part = f"{root}/:id/{conditions.STAT_RULES}", conditions.STAT_RULES
    return [
        Route("GET", path, permission, partial(_part, conditions.read, part, kind)),
        Route("PUT", path, permission, partial(_part, conditions.replace_and_show, part, kind)),
    ]


def _operation_routes(root: str, kind: Kind, read: str, write: str, run: str) -> list[Route]:
    """Classes only hand their operations on and run none: `run` is empty."""
    owner, item = f"{root}/:id/operations", f"{root}/:id/operations/:op_id"
    table: list[tuple[str, str, str, Callable[[Call, Kind], Any]]] = [
        ("POST", owner, write, operations.create_operation),
        ("PATCH", item, write, operations.update_operation),
        ("DELETE", item, write, operations.delete_operation),
    ]
    if read:
        table.append(("GET", owner, read, operations.list_operations))
    if run:
        table.append(("POST", item + "/execute", run, operations.execute))
    return [Route(verb, path, permission, partial(_owned, handler, kind)) for verb, path, permission, handler in table]


_OBJECTS = [
    Route("GET", "/objects", "objectPermissions", objects.list_objects),
    Route("GET", "/objects/:id", "objectPermissions", objects.get_object),
    Route("POST", "/objects", "create-objects | manage-objects", objects.create_object),
    Route("PATCH", "/objects/:id", _MODIFY_OBJECT, objects.update_object),
    Route("DELETE", "/objects/:id", "objectPermissions & (delete-objects | manage-objects)", objects.delete_object),
    Route("POST", "/objects/:id/clone", "create-objects | manage-objects", objects.clone_object),
    Route("POST", "/objects/:id/clone-bulk", "create-objects | manage-objects", _clone_in_background),
    Route("GET", "/objects/:id/children", "objectPermissions", objects.children),
    Route("GET", "/objects/:id/children/links", "objectPermissions", objects.children_links),
    Route("GET", "/objects/:objectId/children/props", "objectPermissions", objects.children_properties),
    Route("GET", "/objects/:id/paths", "", objects.paths),
    Route("POST", "/objects/search", "run-bulks", search.search, by_handler=True),
    *_owner_routes("/objects", "object", objects.OBJECT, "objectPermissions", _MODIFY_OBJECT),
    *_condition_routes("/objects", objects.OBJECT, _MODIFY_OBJECT, conditions.replace),
    *_stat_rule_routes("/objects", objects.OBJECT, "objectPermissions & manage-objects"),
    *_operation_routes(
        "/objects",
        objects.OBJECT,
        "objectPermissions",
        "objectPermissions & manage-objects & manage-operations",
        "objectPermissions & execute-operations",
    ),
    Route("GET", "/entities/:id", "entityPermissions", _on_entity(_get_entity)),
    Route("POST", "/entities/:id/stat", "entityPermissions & (modify-objects | manage-objects)", _on_entity(stats.push)),
    Route("PUT", "/entities/:id/state", "entityPermissions", _on_entity(entities.set_state)),
    Route("PUT", "/entities/:id/manual-state", "entityPermissions", _on_entity(entities.set_manual_state)),
    Route("POST", "/bulk/objects", "run-bulks & manage-objects", search.bulk_objects),
    Route("POST", "/bulk/links", "run-bulks & manage-links", search.bulk_links),
    Route("GET", "/bulk/:id/status", "", search.bulk_status),
    Route("POST", "/v2/getObjects", "objectPermissions", search.get_objects_v2),
    Route("POST", "/v2/getLinks", "linkPermissions", search.get_links_v2),
    Route("POST", "/v2/getRefs", "referencePermissions", search.get_references_v2),
]

_LINKS = [
    Route("GET", "/links", "linkPermissions", links.list_links),
    Route("GET", "/links/:id", "linkPermissions", links.get_link),
    Route("POST", "/links", "create-links | manage-links", links.create_link),
    Route("PATCH", "/links/:id", _MODIFY_LINK, links.update_link),
    Route("DELETE", "/links/:id", "linkPermissions & (delete-links | manage-links)", links.delete_link),
    *_owner_routes("/links", "link", links.LINK, "linkPermissions", _MODIFY_LINK),
    *_condition_routes("/links", links.LINK, _MODIFY_LINK, conditions.replace_and_show),
    *_stat_rule_routes("/links", links.LINK, "linkPermissions & manage-links"),
    *_operation_routes(
        "/links", links.LINK, "", "linkPermissions & manage-links & manage-operations", "linkPermissions & execute-operations"
    ),
]

_CATALOG = [
    Route("GET", "/classes", "", catalog.list_classes),
    Route("GET", "/classes/:id", "", catalog.get_class),
    Route("POST", "/classes", "modify-classes | manage-classes", catalog.create_class),
    Route("PATCH", "/classes/:id", "modify-classes | manage-classes", catalog.update_class),
    Route("DELETE", "/classes/:id", "manage-classes", catalog.delete_class),
    Route("GET", "/classes/:id/object-count", "", catalog.object_count),
    *_operation_routes("/classes", catalog.CLASS, "", "manage-classes & manage-operations", ""),
    *_property_routes("/classes", catalog.CLASS, "", "manage-properties | manage-classes", catalog.update_property),
    *_condition_routes("/classes", catalog.CLASS, "modify-classes | manage-classes", conditions.replace_and_show),
    Route("GET", "/states", "", catalog.list_states),
    Route("GET", "/states/:id", "", catalog.get_state),
    Route("POST", "/states", "manage-configuration", catalog.create_state),
    Route("PATCH", "/states/:id", "manage-configuration", catalog.update_state),
    Route("DELETE", "/states/:id", "manage-configuration", catalog.delete_state),
    Route("GET", "/tags", "", catalog.list_tags),
    Route("POST", "/tags", "", catalog.create_tag),
    Route("GET", "/tags/:id", "", catalog.get_tag),
    Route("PATCH", "/tags/:id", "", catalog.update_tag),
    Route("DELETE", "/tags/:id", "", catalog.delete_tag),
]

_JOBS = [
    Route("GET", "/jobs/:id", "objectPermissions", operations.get_job),
    Route("POST", "/jobs", "objectPermissions", operations.search_jobs),
    Route("PATCH", "/jobs/:id/results", _MODIFY_OBJECT, operations.add_result),
]

ROUTES: list[Route] = [
    *session.ROUTES,
    *users.ROUTES,
    *groups.ROUTES,
    *service.ROUTES,
    *_OBJECTS,
    *_LINKS,
    *_CATALOG,
    *_JOBS,
    *flows.ROUTES,
    *_property_routes("/flows", flows.FLOW, "", "manage-properties | manage-flows", flows.update_property),
    *_document_routes("/flows", "flow", flows.FLOW),
    *property_classes.ROUTES,
    *references.ROUTES,
    *stats.ROUTES,
    *state_history.ROUTES,
    *notes.ROUTES,
    *incidents.ROUTES,
    *incident_levels.ROUTES,
    *event_log.ROUTES,
    *notification_templates.ROUTES,
    *administration.ROUTES,
]
