# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small server in memory, in place of the client, for tests that care about the outcome and not about each
request."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import (
    Answer,
    Client,
    ListCache,
    Request,
    is_read,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    HttpError,
    SaymonError,
    Unreachable,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, SessionStore
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.module_utils._info import Info
from ansible_collections.saymon.platform.plugins.module_utils._listing import Placed
from ansible_collections.saymon.platform.plugins.module_utils._module import append, ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import Run, TaskContext
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.tests.unit.support import URL, module_of, validated

Record = dict[str, Any]
Fault = Callable[[Request], None]
ROOT: Record = {"id": 1, "name": "ROOT", "class_id": 1, "parent_id": []}
_COLLECTIONS = (
    "/users",
    "/user-groups",
    "/objects",
    "/classes",
    "/states",
    "/tags",
    "/property-classes",
    "/password-policies",
    "/links",
    "/refs",
    "/flows",
    "/incident-levels",
)
# Under which key a record shows the entries below it, where the path has another name.
_BELOW = {"/props": "properties", "/docs": "properties", "/monitoring": "properties"}


def lost(_request: Request) -> None:
    raise AnswerLost("The answer got lost.")


def unreachable(_request: Request) -> None:
    raise Unreachable("The server cannot be reached.")


def refused(status: int) -> Fault:
    def refuse(request: Request) -> None:
        raise HttpError(request.method, request.path, status, "", "not today")

    return refuse


class FakeServer(Client):
    """Keeps records by collection, acts on requests as the API does, and writes down each of them.

    `before` and `after` hold (pattern, fault): the first time a write matches the pattern ("METHOD /path") the fault is
    raised, before or after the server has acted on it. An `upsert` server updates the object whose discovery id a new
    one has; a `deaf` one knows none of the calls ("METHOD /path") in the set. `whole_lists` are paths below an item
    ("/rules") where `below` keeps lists by their full path ("/rules/exists" tells whether there is one), `singletons`
    are records by path, `actions` are what calls below an item ("/close") set in it. `file_facts` is what an upload
    adds to its record. `sessions` takes the place of a session store of its own for each task.
    """

    def __init__(self, **collections: Iterable[Record]) -> None:
        super().__init__(Connection(URL))
        self.data: dict[str, list[Record]] = {path: [] for path in _COLLECTIONS}
        self.data["/objects"].append(dict(ROOT))
        for name, records in collections.items():
            self.data.setdefault("/" + name.replace("_", "-"), []).extend(json.loads(json.dumps(list(records))))
        self.me: Record = {"id": "64b1f0c2a9d3e45f6a7b0000", "login": "ci"}
        self.journal: list[tuple[str, str, Any]] = []
        self.before: list[tuple[str, Fault]] = []
        self.after: list[tuple[str, Fault]] = []
        self.passwords: dict[str, str] = {}
        self.deaf: set[str] = set()
        self.whole_lists = {"/state-conditions", "/incident-conditions", "/state-triggers", "/stat-rules"}
        self.below: dict[str, list[Record]] = {}
        self.singletons: dict[str, Record] = {}
        self.actions: dict[str, Record] = {}
        self.file_facts: Callable[[str], Record] = lambda path: {}
        self.sessions: SessionStore | None = None
        self.lists = self.counted = CountedLists()
        self._made = 0
        self._busy = threading.Lock()

    # --- what tests look at -----------------------------------------------------------------------

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        return [one for one in self.journal if not is_read(*one[:2])]

    @property
    def reads(self) -> list[str]:
        return [path for method, path, _body in self.journal if is_read(method, path)]

    def find(self, path: str, **wanted: Any) -> list[Record]:
        return [record for record in self.data[path] if all(record.get(key) == value for key, value in wanted.items())]

    def one(self, path: str, **wanted: Any) -> Record:
        (record,) = self.find(path, **wanted)
        return record

    # --- the client's side ------------------------------------------------------------------------

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        sent = json.loads(json.dumps(request.body))  # what cannot travel fails here
        with self._busy:
            self.journal.append((request.method, request.path, sent))
            if not request.reads:
                if self.read_only:
                    pytest.fail(f"check mode must not send {request.method} {request.path}")
                self._raise(self.before, request)
            if request.files:
                path = request.files["file"]
                sent = {"name": Path(path).name, "type_id": 7, "value": "upload_x", **self.file_facts(path)}
            data = json.loads(json.dumps(self._act(request, sent)))
            if not request.reads:
                self.counted.written += 1
                self._raise(self.after, request)
        text = json.dumps(data)
        if request.read is not None:
            data, _rest = request.read(iter([text.encode()]))
        return Answer(200, URL, {}, text, "application/json", 0.0, {}, data=data)

    @staticmethod
    def _raise(faults: list[tuple[str, Fault]], request: Request) -> None:
        for number, (pattern, fault) in enumerate(faults):
            if re.fullmatch(pattern, f"{request.method} {request.path}"):
                del faults[number]
                fault(request)

    def _act(self, request: Request, body: Any) -> Any:
        method, path = request.method, request.path
        if f"{method} {path}" in self.deaf:
            raise HttpError(method, path, 405, "MethodNotAllowed", "")
        if path == "/users/current":
            return self.me
        if path == "/objects/search":
            return [
                one
                for one in self.data["/objects"]
                if all(_fits(one, key, asked) for key, asked in body["search"].items())
            ]
        if path in self.singletons:
            self.singletons[path].update(body or {})
            return self.singletons[path]
        if path in self.data:
            return self.data[path] if method == "GET" else self._make(path, body)
        if path == "/password-policies/" and method == "PATCH":
            return self._make("/password-policies", body)
        collection, identifier, *rest = re.findall(r"/[^/]+", path)
        found = [record for record in self.data[collection] if "/" + str(record["id"]) == identifier]
        if not found:
            raise HttpError(method, path, 404, "NotFound", "")
        if rest and rest[0] in self.whole_lists:
            return self._act_on_list(path, method, body)
        if rest:
            return self._act_below(found[0], method, rest, body)
        return self._act_on_record(collection, found[0], method, body)

    def _act_on_record(self, collection: str, record: Record, method: str, body: Any) -> Any:
        if method == "DELETE":
            self.data[collection].remove(record)
            return None
        if method == "PUT":
            for key in record.keys() - {"id"}:
                del record[key]
        if method in ("PATCH", "PUT"):
            record.update(body)
        return record

    def _act_below(self, record: Record, method: str, rest: Sequence[str], body: Any) -> Any:
        if rest[0] == "/password":
            self.passwords[str(record["id"])] = body["newPassword"]
            return None
        if rest[0] == "/object-count":
            return len(self.find("/objects", class_id=record["id"]))
        if rest[0] == "/manual-state":
            record["manual_state"] = None if body.get("clear") else {**body, "by": self.me["id"]}
            return record
        if rest[0] in self.actions:
            record.update(self.actions[rest[0]])
            return None
        entries = record.setdefault(_BELOW.get(rest[0], rest[0][1:]), [])
        if method == "GET":
            return entries
        if rest[0] == "/monitoring":
            settings = [{"id": self._next(), "type_id": 8, **setting} for setting in body]
            entries[:] = [*(entry for entry in entries if entry["type_id"] != 8), *settings]
            return None
        if method == "POST":
            entries.append({"id": self._next(), **body})
            return entries[-1]
        (entry,) = (entry for entry in entries if f"/{entry['id']}" == rest[1])
        if method == "DELETE":
            entries.remove(entry)
            return None
        entry.update(body)
        return entry

    def _act_on_list(self, path: str, method: str, body: Any) -> Any:
        if path.endswith("/exists"):
            return path.removesuffix("/exists") in self.below
        if method == "DELETE":
            self.below.pop(path, None)
            return None
        if method != "GET":
            self.below[path] = body
        elif path not in self.below:
            raise HttpError(method, path, 404, "ResourceNotFound", "")
        return self.below[path] if method == "GET" else None

    def _make(self, path: str, body: Record) -> Record:
        record = {"id": self._next(), **body}
        if "password" in record:
            self.passwords[record["id"]] = record.pop("password")
        if path == "/objects":
            record = {"parent_id": [1], "class_id": 1, **record}
            record["properties"] = [{"id": self._next(), **one} for one in record.get("properties", [])]
        self.data[path].append(record)
        return record

    def _next(self) -> str:
        self._made += 1
        return f"{self._made:024x}"


class CountedLists(ListCache):
    """Shares no lists, and counts writes, as a run of a playbook does."""

    def __init__(self) -> None:
        self.written = 0

    def writes(self) -> int:
        return self.written


class WatchedStore(SessionStore):
    """Writes down which resources a task wants to itself; `meanwhile` happens just before it gets them."""

    def __init__(self, meanwhile: Callable[[], None] = lambda: None) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.wanted: list[set[str]] = []
        self.held = False

    @contextmanager
    def exclusive(self, _resources: Iterable[str]) -> Iterator[None]:
        self.wanted.append({*_resources})
        self.meanwhile()
        self.held = True
        yield
        self.held = False


def _fits(record: Record, key: str, asked: Any) -> bool:
    """Whether a record meets one criterion of a search."""
    return record.get(key) in (asked["$in"] if isinstance(asked, dict) else [asked])


def run_on(
    server: FakeServer,
    name: str,
    args: Mapping[str, Any],
    *,
    check: bool = False,
    credentials: Credentials | None = None,
) -> dict[str, Any]:
    """The result of a module with `server` in place of its client."""
    return outcome_on(
        server, module_of(name).run, validated(name, {"saymon_url": URL, **args}), check=check, credentials=credentials
    )


def ensure_on(
    server: FakeServer,
    resource: str | Resource,
    *items: Any,
    check: bool = False,
    parallel: int = 1,
    file: str = "",
    **steering: Any,
) -> dict[str, Any]:
    """The result of bringing a list of items of any resource to its state, whether it has a module or not. With `file`
    they are as if they came from one of this name."""
    table = RESOURCES[resource] if isinstance(resource, str) else resource
    spec = spec_of(table)
    args = {name: argument.get("default") for name, argument in spec.options.items()}
    if table.singleton:
        args.update(items[0])
    else:
        listed = Placed((f"{file}:{number}", item) for number, item in enumerate(items, 1)) if file else list(items)
        args.update({"outcomes": "all", **steering}, parallel=parallel, **{table.plural: listed})
    run = ensure(table) if table.states else append(table)
    return outcome_on(server, run, args, check=check)


def info_on(server: FakeServer, info: Info, **args: Any) -> dict[str, Any]:
    """The result of an info module of any resource, whether it has a file or not."""
    defaults = {name: argument.get("default") for name, argument in info.spec.options.items()}
    return outcome_on(server, info.run, {**defaults, **args}, check=False)


def outcome_on(
    server: FakeServer, run: Run, args: dict[str, Any], *, check: bool, credentials: Credentials | None = None
) -> dict[str, Any]:
    """A failure is a result too, as for users; a bug raises. `said` are the progress lines."""
    credentials = credentials or Credentials("ci", "pass-phrase-1")
    server.read_only = check
    said: list[str] = []
    sessions = server.sessions or SessionStore(None, server.connection, credentials)
    context = TaskContext(args, check, server, server.connection, credentials, sessions, Secrets(), said.append)
    try:
        result: dict[str, Any] = {"changed": False, **run(context)}
    except SaymonError as error:
        result = {"changed": False, "failed": True, **error.result()}
    if context.warnings:
        result["warnings"] = context.warnings
    if said:
        result["said"] = said
    json.dumps(result)  # a result must be plain data
    return dict(context.secrets.scrub(result))
