# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dictionaries of both kinds, their groups, scripts, MQTT subscriptions, updates of agents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from .. import errors, fields, ids
from ..call import EMPTY, Call
from ..operators import number
from ..parsing import parse
from ..routing import Route
from ..store import Doc
from .entities import SERVICE, Kind
from .links import LINK
from .objects import OBJECT

_UNITS_MS = {"milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}


def _content(value: Any) -> str:
    """An object, or JSON text of one; kept as text."""
    content = fields.record(parse(value) if isinstance(value, str) else value)
    return value if isinstance(value, str) else orjson.dumps(content).decode()


_DICTIONARY_READERS: dict[str, fields.Reader] = {
    "name": fields.text,
    "content": _content,
    "columns": fields.record,
    "contentType": fields.text,
    "comment": fields.text,
    "description": fields.text,
}
_DICTIONARY_DEFAULTS: Doc = {"content": "{}", "contentType": "object"}


@dataclass(frozen=True)
class _Collection:
    """Records with a name. With `whole`, a change sets what it does not mention to its default."""

    path: str
    stored: str
    name: str
    readers: dict[str, fields.Reader]
    defaults: Doc
    unique: bool = False
    newest: bool = False
    whole: bool = False

    def check(self, call: Call) -> None:
        """Older servers do not know the newest ones."""
        if self.newest and not call.sandbox.settings.newest_dictionaries:
            raise errors.unknown_route(call.route.path)

    def show(self, call: Call, doc: Doc) -> Doc:
        if "content" in doc and call.sandbox.settings.dictionary_content == "object":
            return {**doc, "content": orjson.loads(doc["content"])}
        return doc

    def put(self, call: Call, doc: Doc) -> Doc:
        """Raises 409 for a name that another one has, where that is refused."""
        others = (other for other in call.sandbox.store.all(self.stored).values() if other["id"] != doc["id"])
        if self.unique and call.sandbox.settings.unique_dictionary_names and any(other["name"] == doc["name"] for other in others):
            raise errors.conflict(f'{self.name} "{doc["name"]}" already exists.')
        call.sandbox.store.put(self.stored, doc["id"], doc)
        return self.show(call, doc)

    def list_all(self, call: Call) -> list[Doc]:
        self.check(call)
        return [self.show(call, doc) for doc in call.sandbox.store.all(self.stored).values()]

    def find(self, call: Call) -> Doc:
        self.check(call)
        return call.stored(self.stored, self.name, call.params["id"])

    def get(self, call: Call) -> Doc:
        return self.show(call, self.find(call))

    def create(self, call: Call) -> Doc:
        self.check(call)
        given = call.given(self.readers)
        call.require(given, "name")
        return self.put(call, fields.merge({"id": ids.new_id(), **self.defaults}, given))

    def update(self, call: Call) -> Doc:
        doc = self.find(call)
        given = call.given(self.readers, "name")
        present = {"id": doc["id"], "name": doc["name"]} if self.whole else doc
        return self.put(call, {**self.defaults, **fields.merge(present, given)})

    def delete(self, call: Call) -> Any:
        call.sandbox.store.delete(self.stored, self.find(call)["id"])
        return EMPTY

    def routes(self, read: str, write: str) -> list[Route]:
        one = f"{self.path}/:id"
        return [
            Route("GET", self.path, read, self.list_all),
            Route("GET", one, read, self.get),
            Route("POST", self.path, write, self.create),
            Route("PATCH", one, write, self.update),
            Route("DELETE", one, write, self.delete),
        ]


_DICTIONARIES = _Collection("/dictionaries", "dictionary", "Dictionary", _DICTIONARY_READERS, _DICTIONARY_DEFAULTS, unique=True)
_GROUPS = _Collection(
    "/dictionary-groups", "dictionary_group", "DictionaryGroup", {"name": fields.text, "description": fields.text}, {}, newest=True
)
_MONITORING = _Collection(
    "/dictionaries-monitoring",
    "dictionary_monitoring",
    "MonitoringDictionary",
    _DICTIONARY_READERS,
    _DICTIONARY_DEFAULTS,
    unique=True,
    newest=True,
    whole=True,
)
_SCRIPTS = _Collection("/scripts", "script", "Script", {"name": fields.text, "text": fields.text}, {"text": ""})


def _subscription(kind: Kind, doc: Doc) -> Doc | None:
    """What an entity listens to, as its monitoring settings say."""
    settings = {item["name"]: item["value"] for item in doc.get("properties", []) if item["type_id"] == SERVICE}
    if settings.get("TaskType") != "mqtt" or not settings.get("MqttTopic"):
        return None
    made: Doc = {"owner": {"entityId": doc["id"], "entityType": kind.type}, "topic": settings["MqttTopic"]}
    unit, value = _UNITS_MS.get(settings.get("MqttExpiryPeriodUnit", "")), number(settings.get("MqttExpiryPeriodValue"))
    return made | {"dataExpiryPeriod": int(unit * value)} if unit and value else made


def subscriptions(call: Call) -> list[Doc]:
    """Of the entities that the caller may see."""
    reach: list[tuple[Kind, Callable[[Doc], bool]]] = [(OBJECT, call.access.object), (LINK, call.access.link)]
    docs = [(kind, doc) for kind, sees in reach for doc in call.sandbox.store.all(kind.collection).values() if sees(doc)]
    return [made for kind, doc in docs if (made := _subscription(kind, doc)) is not None]


def update_agents(call: Call) -> Any:
    """What the body must be is not known; anything is accepted, and nothing happens."""
    return EMPTY


ROUTES = [
    *_DICTIONARIES.routes("", "manage-dictionaries"),
    *_GROUPS.routes("manage-dictionaries", "manage-dictionaries"),
    *_MONITORING.routes("manage-dictionaries", "manage-dictionaries"),
    *_SCRIPTS.routes("manage-scripts", "manage-scripts"),
    Route("GET", "/mqtt/subscriptions", "manage-service-properties", subscriptions),
    Route("POST", "/agents/update", "upload-agent-updates", update_agents),
]
