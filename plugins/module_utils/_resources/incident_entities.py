# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What incidents are of, and how far they have got."""

from __future__ import annotations

from functools import cached_property
from typing import Any, cast

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import text_of

from .object import Tree

_CLEARED = "3"
_OBJECT_FIELDS = "class_id,name,parent_id,properties,state_id"
_LINK_FIELDS = "class_id,properties,source,state_id,target"


def is_link(incident: Record) -> bool:
    """Whether an incident is of a link, and not of an object."""
    return text_of(incident, "entityType") == "2"


def is_acknowledged(incident: Record) -> bool:
    return text_of(incident, "acknowledgedBy") != ""


def is_open(incident: Record) -> bool:
    """Whether an incident is not cleared."""
    return text_of(incident, "state") != _CLEARED


def is_removed(incident: Record) -> bool:
    """Whether an incident will vanish, in place of moving to the history."""
    return bool(incident.get("removed"))


class Entities:
    """The objects and links that incidents are of. Each list is read once, when it is first needed."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    def read_objects(self) -> None:
        """Read all objects with what conditions look at, before the finder looks for some of them by name."""
        records = self._finder.client.get_list("/objects", fields=_OBJECT_FIELDS)
        self._finder.know(records, "object")

    @cached_property
    def _links(self) -> dict[str, Record]:
        records = self._finder.client.get_list("/links", fields=_LINK_FIELDS)
        return {str(record["id"]): record for record in records}

    @property
    def _tree(self) -> Tree:
        return cast(Tree, self._finder.index("object"))

    def record(self, incident: Record) -> Record:
        """The object or link; empty where the account cannot see it."""
        records = self._links if is_link(incident) else self._tree.records
        return records.get(text_of(incident, "entityId"), {})

    def properties(self, incident: Record, name: str) -> list[str]:
        """The values of a property of the object or link."""
        properties = self.record(incident).get("properties")
        found = [one for one in properties if isinstance(one, dict)] if isinstance(properties, list) else []
        return [text_of(one, "value") for one in found if one.get("name") == name]

    def is_below(self, incident: Record, parent: str) -> bool:
        """Whether the object, or an end of the link, is this object or somewhere below it."""
        return any(end == parent or parent in self._tree.above(end) for end in self._ends(incident))

    def path(self, incident: Record) -> str:
        """The path of the object, or the paths of both ends of the link; ids where the account cannot see it."""
        ends = self._ends(incident)
        if not ends:
            return f"link {text_of(incident, 'entityId')}"
        return " - ".join(self._finder.title("object", end) for end in ends)

    def _ends(self, incident: Record) -> list[str]:
        if not is_link(incident):
            return [text_of(incident, "entityId")]
        link = self.record(incident)
        return [text_of(link, end) for end in ("source", "target") if end in link]


def opened_at(incident: Record) -> Any:
    """When an incident occurred, in epoch milliseconds: clients prefer this to the time when it was registered."""
    return incident.get("localTimestamp") or incident.get("timestamp")
