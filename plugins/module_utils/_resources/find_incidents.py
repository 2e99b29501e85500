# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds incidents by a filter, in the active list or in the history, and what belongs to them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials
from ansible_collections.saymon.platform.plugins.module_utils._api.walk import walk
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder, Search
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .incident import ACTIVE, HISTORY, active_incident
from .incident_entities import Entities, opened_at
from .incident_filter import Condition, parse_filter, query_of, table_of

# What incidents refer to. Nobody sets it through the table.
REFERENCES = (
    Field("level", "state", Reference("incident_level")),
    Field("last_level", "lastState", Reference("incident_level")),
    Field("acknowledged_by", "acknowledgedBy", Reference("user")),
    Field("commented_by", "commentedBy", Reference("user")),
)
KEYS = (
    "entityId",
    "entityType",
    "type",
    "text",
    "data",
    "timestamp",
    "localTimestamp",
    "clearTimestamp",
    "acknowledgementTimestamp",
    "commentTimestamp",
    "commentsCount",
    "count",
    "parentChainId",
    "branchId",
    "reason",
    "removed",
    "owner",
)


@dataclass(frozen=True)
class IncidentSearch(Search):
    """What a task looks for: its options, the condition of its filter with the ids that this needs, and the entities
    that incidents are of."""

    condition: Condition | None
    ids: Mapping[str, tuple[str, ...]]
    entities: Entities

    def holds(self, incident: Record) -> bool:
        """Whether an incident meets the filter."""
        return self.condition is None or self.condition.holds(incident, self.entities, self.ids)


def search_incidents(
    client: Client,
    resources: Mapping[str, Resource],
    credentials: Credentials,
    args: Mapping[str, Any],
    *,
    check: bool = False,
) -> IncidentSearch:
    """The search for the incidents that the option `filter` describes. Raises BadInput for a filter that is wrong, and
    for names of what does not exist."""
    condition = None if args.get("filter") is None else parse_filter(args["filter"], now())
    table, item = table_of(condition, REFERENCES)
    finder = Finder(client, table, resources, credentials, check=check)
    finder.whole = bool(args.get("resolve"))  # then whole lists are needed in any case, and each is read once
    entities = Entities(finder)
    if condition is not None and condition.facts:
        entities.read_objects()
    (ids,) = finder.resolve_all([item])
    return IncidentSearch(finder, args, {}, None, condition, ids, entities)


def now() -> int:
    """The present moment in epoch milliseconds."""
    return int(time.time() * 1000)


def find_incidents(search: IncidentSearch) -> list[Record]:
    """The incidents that match, the oldest first; with a limit, the latest ones."""
    args = search.args
    if args["id"] is not None and not args.get("history"):
        found = active_incident(search.client, args["id"])
        return [found] if found is not None and search.holds(found) else []
    limit = args.get("limit")
    most = None if limit is None else min(limit, sys.maxsize)  # more than that islice refuses
    matching = (one for one in _listed(search, latest_first=limit is not None) if search.holds(one))
    return list(islice((one for one in matching if args["id"] in (None, str(one["id"]))), most))


def _listed(search: IncidentSearch, *, latest_first: bool) -> Iterator[Record]:
    """The list, narrowed as far as the server can. Oldest first, what is new comes at the end while it is read."""
    args, history = search.args, search.args.get("history")
    query = {} if search.condition is None else query_of(search.condition, search.ids)
    if args.get("owner"):
        query["owner"] = True
    if history:
        query["inverse"] = True if latest_first else None
    else:
        query.update(sortField="timestamp", sortDirection="desc" if latest_first else "asc")
    return walk(search.client, Request("GET", HISTORY if history else ACTIVE, make_query(query)))


# --- what belongs to the records ------------------------------------------------------------------


def entity_paths(search: Search, records: Iterable[Record]) -> dict[str, str]:
    """The path of the object of each incident, or the paths of both ends of its link."""
    entities = cast(IncidentSearch, search).entities
    return {str(record["id"]): entities.path(record) for record in records}


def ages(_search: Search, records: Iterable[Record]) -> dict[str, int]:
    """How many seconds ago each incident occurred."""
    moment = now()
    return {str(record["id"]): (moment - int(opened_at(record))) // 1000 for record in records if opened_at(record)}
