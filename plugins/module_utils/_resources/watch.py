# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at objects again and again until they are as wanted: one request for each criterion, however many objects and
tasks look."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    HttpError,
    SaymonError,
    Unreachable,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.progress import EVERY, duration

from .condition_check import MISSING, Check, value_at
from .object import NO_SEARCH, either_form

_LONGEST_PAUSE = 10.0
_SHORTEST_PAUSE = 0.1
_SHORTEST_TIMEOUT = 5.0
_SHOWN = 10  # objects in a message
_SEARCH_COSTS = 16  # a search returns whole objects, of which each is as long as so many lines of the light list
_CLEARED = "3"  # the level of incidents that are over
_LINK = ("2", "link")  # the type of what is no object, in newer and in older servers
_TOO_MANY_REQUESTS = 429
_GONE = (None, None)  # the state of an object that does not exist any more


class Criterion(Protocol):
    """Something that is to hold for each object."""

    def read(self, client: Client, ids: Collection[str]) -> float:
        """Read how things are, and return when reading began (monotonic seconds)."""

    def complaint(self, identifier: str) -> str | None:
        """Why it does not hold for an object, as the end of a sentence about it."""

    def shown(self, identifier: str) -> dict[str, Any]:
        """What was seen of an object, for the result."""


class States:
    """The states of objects: each is to be in one of `wanted`, ids of states. None wants nothing, and nothing is read.

    `records` have been read since `began`; `total` objects are on the server, and `name_of` is the name for the id of a
    state.
    """

    def __init__(
        self,
        records: Sequence[Record],
        began: float,
        wanted: Collection[str] | None,
        total: int,
        name_of: Callable[[str], str],
    ) -> None:
        self._wanted = wanted
        self._total = total
        self._name_of = name_of
        self._now: dict[str, tuple[str | None, str | None]] = {}
        self._take(records)
        self._given: float | None = began
        self._may_search = True

    def read(self, client: Client, ids: Collection[str]) -> float:
        if self._given is not None or self._wanted is None:
            began, self._given = self._given or time.monotonic(), None
            return began
        try:
            records, began = client.records_of("states", ids, self._request)
        except HttpError as error:
            if error.details["method"] == "GET" or error.status not in NO_SEARCH:
                raise
            self._may_search = False
            records, began = client.records_of("states", ids, self._request)
        self._take(records)
        return began

    def _request(self, ids: Collection[str]) -> Request:
        if self._may_search and len(ids) * _SEARCH_COSTS < self._total:
            forms = [form for one in sorted(ids) for form in either_form(one)]
            body = {"search": {"id": {"$in": forms}}, "options": {"includeClientData": False}}
            return Request("POST", "/objects/search", body=body)
        return Request("GET", "/objects", [("fields", "state_id")])

    def _take(self, records: Sequence[Record]) -> None:
        states = {str(record["id"]): str(record.get("state_id")) for record in records}
        self._now = {identifier: (state, self._name_of(state)) for identifier, state in states.items()}

    def complaint(self, identifier: str) -> str | None:
        if self._wanted is None:
            return None
        state, name = self._now.get(identifier, _GONE)
        if state is None:
            return "does not exist any more"
        return None if state in self._wanted else f"is in the state {name}"

    def shown(self, identifier: str) -> dict[str, Any]:
        _state, name = self._now.get(identifier, _GONE)
        return {"state": name}


class Incidents:
    """The active incidents of objects: there are to be none."""

    def __init__(self) -> None:
        self._now: dict[str, list[Record]] = {}

    def read(self, client: Client, _ids: Collection[str]) -> float:
        # Not by a filter: a server that understands it in another way might answer with no incident at all.
        records, began = client.records_of("incidents", (), lambda _ids: Request("GET", "/incidents"))
        self._now = {}
        for incident in records:
            over = str(incident.get("state")) == _CLEARED or incident.get("clearTimestamp") is not None
            if not over and str(incident.get("entityType")) not in _LINK:
                self._now.setdefault(str(incident.get("entityId")), []).append(incident)
        return began

    def complaint(self, identifier: str) -> str | None:
        found = self._now.get(identifier, [])
        if not found:
            return None
        text = found[0].get("text")
        said = f" ({text})" if text else ""
        return f"has an active incident{said}" if len(found) == 1 else f"has {len(found)} active incidents{said}"

    def shown(self, identifier: str) -> dict[str, Any]:
        found = self._now.get(identifier, [])
        return {"incidents": [{"id": str(one["id"]), "text": one.get("text")} for one in found]}


class Metrics:
    """The latest data of objects, which is to meet a condition."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._now: dict[str, Record] = {}

    def read(self, client: Client, ids: Collection[str]) -> float:
        records, began = client.records_of("data", ids, _request_of_data, key="entityId")
        self._now = {
            str(record["entityId"]): record for record in records if str(record.get("entityType")) not in _LINK
        }
        return began

    def complaint(self, identifier: str) -> str | None:
        if identifier not in self._now:
            return "has no data"
        if self._check.holds(self._now[identifier].get("payload")):
            return None
        values = self._values(identifier)
        return "has " + " and ".join(
            f"no {name}" if value is MISSING else f"{name} = {value}" for name, value in values.items()
        )

    def shown(self, identifier: str) -> dict[str, Any]:
        values = self._values(identifier)
        return {
            "metrics": {name: None if value is MISSING else value for name, value in values.items()},
            "data_timestamp": self._now.get(identifier, {}).get("timestamp"),
        }

    def _values(self, identifier: str) -> dict[str, Any]:
        data = self._now.get(identifier, {}).get("payload")
        return {name: value_at(data, name) for name in self._check.metrics}


def _request_of_data(ids: Collection[str]) -> Request:
    return Request("POST", "/stat/search", body=[{"type": "objects", "id": one} for one in sorted(ids)])


class Watch:
    """Objects, in the order of `paths` (path by id), and what is to hold for each of them. `waiting` are those for
    which something did not hold when they were last looked at, with the reason."""

    def __init__(self, paths: dict[str, str], criteria: Sequence[Criterion]) -> None:
        self._paths = paths
        self._criteria = criteria
        self.waiting: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def ids(self) -> list[str]:
        return list(self._paths)

    def look(self, client: Client) -> float:
        """Look at all objects; what was seen is not older than the time that is returned (monotonic seconds)."""
        began = min(one.read(client, self.ids) for one in self._criteria)
        complaints = {key: [one.complaint(key) for one in self._criteria] for key in self._paths}
        reasons = {key: " and ".join(text for text in texts if text) for key, texts in complaints.items()}
        self.waiting = {key: reason for key, reason in reasons.items() if reason}
        return began

    def shown(self, identifier: str) -> dict[str, Any]:
        """An object as results show it."""
        found = {"id": identifier, "path": self._paths[identifier]}
        for one in self._criteria:
            found.update(one.shown(identifier))
        return found

    def result(self) -> dict[str, Any]:
        """What was seen of all objects, and of those that are not as wanted."""
        waiting = [{**self.shown(key), "reason": reason} for key, reason in self.waiting.items()]
        return {"objects": [self.shown(key) for key in self._paths], "waiting": waiting, "waiting_count": len(waiting)}

    def sentence(self, most: int) -> str:
        """Who is not as wanted, and why: so many of them, and the number of the others."""
        said = [f"{self._paths[key]} {reason}" for key, reason in list(self.waiting.items())[:most]]
        more = len(self.waiting) - len(said)
        return "; ".join([*said, f"and {more} more"] if more else said)


@dataclass(frozen=True)
class Patience:
    """Seconds: to wait at most, for which things must stay as wanted, and from one look to the next."""

    within: int
    settle: int
    interval: int


class Wait:
    """Looks until all objects have been as wanted for long enough, or until it is too late."""

    def __init__(self, watch: Watch, patience: Patience, client: Client, say: Callable[[str], None]) -> None:
        self._watch = watch
        self._patience = patience
        self._client = client
        self._say = say
        self._end = time.monotonic() + patience.within
        self._told = time.monotonic()
        self._pause = float(patience.interval)
        self._since: float | None = None  # all objects have been as wanted
        self._away: SaymonError | None = None  # why the last look failed

    def until_it_holds(self) -> None:
        """Raises SaymonError when that does not come to pass in time, and what a look raises that no waiting mends."""
        began: float | None = self._watch.look(self._client_for(self._patience.within))
        while not self._is_done(began):
            left = self._end - time.monotonic()
            if left <= 0:
                raise self._too_late()
            self._tell(left)
            time.sleep(min(self._next_pause(began), left))
            began = self._look()

    def _look(self) -> float | None:
        """Look once more; None when the server did not answer."""
        try:
            began = self._watch.look(self._client_for(self._end - time.monotonic()))
        except (Unreachable, AnswerLost) as error:
            self._away = error
        except HttpError as error:
            if error.status < 500 and error.status != _TOO_MANY_REQUESTS:
                raise
            self._away = error
        else:
            self._away = None
            return began
        return None

    def _client_for(self, left: float) -> Client:
        """The client for one look: near the end it does not wait longer for an answer than there is time."""
        connection = self._client.connection
        if left >= connection.timeout * (connection.retries + 1):
            return self._client
        seconds = _SHORTEST_TIMEOUT
        while seconds < min(left, connection.timeout):
            seconds *= 2  # in steps, because each timeout has connections of its own
        client = copy.copy(self._client)
        client.connection = replace(connection, timeout=min(seconds, connection.timeout), retries=0)
        return client

    def _is_done(self, began: float | None) -> bool:
        """Whether all is as wanted, and has been so from the end of the first such look to the beginning of this
        one."""
        if began is None or self._watch.waiting:
            self._since = None
            return False
        if self._since is None:
            self._since = time.monotonic()
            return self._patience.settle == 0
        return began - self._since >= self._patience.settle

    def _next_pause(self, began: float | None) -> float:
        if self._since is not None and began is not None:
            self._pause = self._patience.interval
            left = self._patience.settle - max(0.0, began - self._since)
            return max(_SHORTEST_PAUSE, min(self._pause, left))
        pause = self._pause
        self._pause = min(pause * 1.5, max(_LONGEST_PAUSE, self._patience.interval))
        return pause

    def _tell(self, left: float) -> None:
        now = time.monotonic()
        if now - self._told < EVERY:
            return
        self._told = now
        if self._away is not None:
            said = f"the server does not answer: {self._away}"
        elif self._since is not None:
            said = f"everything has been as wanted for {duration(now - self._since)}"
        else:
            said = self._watch.sentence(1)
        self._say(f"Waiting, at most {duration(left)} longer: {said}")

    def _too_late(self) -> SaymonError:
        within = duration(self._patience.within)
        if self._watch.waiting:
            total = len(self._watch)
            who = "1 object" if total == 1 else f"{len(self._watch.waiting)} of {total} objects"
            said = f"{within} was not long enough for {who}: {self._watch.sentence(_SHOWN)}."
        else:
            settle = duration(self._patience.settle)
            said = f"{within} was not long enough: not everything has been as wanted for {settle} without a break."
        said += " Look into the reasons, or raise within."
        if self._away is not None:
            said += f" The server did not answer the last time: {self._away}"
        return SaymonError(said, **self._watch.result(), waited=float(self._patience.within))
