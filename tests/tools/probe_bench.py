# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plain client, and things on a server to try something on, for tests/tools/assumptions.py.

It does without the collection's own client, which hides just those differences between servers that are to be found.
"""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from functools import cached_property
from typing import Any

import requests

PREFIX = "saymon-probe"  # everything that a probe makes has this name, or one that begins with it
_NAMED = {"/objects": "name", "/users": "login", "/user-groups": "name", "/tags": "name", "/password-policies": "name"}
Record = dict[str, Any]


class ProbeError(Exception):
    """The server refused something that a probe cannot do without; the text names the call, never what was sent."""


def value(answer: requests.Response) -> Any:
    """The decoded body; None when it is empty or no JSON."""
    try:
        return answer.json()
    except ValueError:
        return None


def refused(answer: requests.Response) -> bool:
    """Whether an answer means failure: by its status, or by the `code` of an error."""
    body = value(answer)
    return not 200 <= answer.status_code < 300 or (isinstance(body, dict) and "code" in body and "message" in body)


class Account:
    """A session of plain requests; `opened` is the answer to its login. ProbeError when that fails."""

    def __init__(self, origin: str, login: str, password: str) -> None:
        self.login = login
        self.root = f"{origin.rstrip('/')}/node/api"
        self.session = requests.Session()
        self.session.trust_env = False  # no credentials from ~/.netrc
        self.session.proxies = requests.utils.get_environ_proxies(origin)
        self.opened = self.done("POST", "/users/session", {"login": login, "password": password})
        if "sid" not in self.session.cookies:
            self.session.cookies.set("sid", str(value(self.opened)))
        if csrf := self.session.cookies.get("csrf"):
            self.session.headers["x-csrf-token"] = csrf

    def close(self) -> None:
        """Log out."""
        with self.session:
            self.call("DELETE", "/users/session")

    def call(self, method: str, path: str, body: Any = None, **keywords: Any) -> requests.Response:
        """Any call below the API root, whatever comes of it."""
        return self.session.request(method, self.root + path, json=body, timeout=30, allow_redirects=False, **keywords)

    def done(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A call that has to succeed; ProbeError when it fails."""
        answer = self.call(method, path, body)
        if refused(answer):
            raise ProbeError(f"{method} {path}: status {answer.status_code}")
        return answer

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """The decoded answer of such a call."""
        return value(self.done(method, path, body))

    def one(self, path: str) -> Record:
        """A record by its path; a server may wrap it in a list."""
        found = self.ok("GET", path)
        record: Record = found[0] if isinstance(found, list) else found
        return record

    def make(self, path: str, **body: Any) -> str:
        """The path of a new record."""
        return f"{path}/{self.ok('POST', path, body)['id']}"

    def _probes(self, path: str) -> list[str]:
        """The paths of what probes have made; never the account itself, the root object or the default policy."""
        field = _NAMED[path]
        own = [
            item
            for item in self.ok("GET", path)
            if str(item.get(field)).startswith(PREFIX) and item[field] != self.login
        ]
        return [f"{path}/{item['id']}" for item in own if str(item["id"]) != "1"]

    def clean(self) -> list[str]:
        """Remove everything that probes of this or an earlier run have made; returns the paths of what stays."""
        left = []
        for path in _NAMED:
            try:
                for place in self._probes(path):
                    self.call("DELETE", place)  # what was below a deleted object may be gone, so only the list tells
                left += self._probes(path)
            except ProbeError:
                left.append(path)
        return left


class Bench:
    """Things to try something on, as their paths, made when a probe first needs them. `stack` ends the sessions."""

    def __init__(self, origin: str, login: str, password: str, stack: ExitStack) -> None:
        self._origin, self._stack = origin, stack
        self._password = f"Aa1-Bb2_{secrets.token_urlsafe(12)}"  # fits strict password policies
        self.admin = self._open(login, password)

    def _open(self, login: str, password: str) -> Account:
        account = Account(self._origin, login, password)
        self._stack.callback(account.close)
        return account

    @cached_property
    def thing(self) -> str:
        """An object below the root."""
        return self.admin.make("/objects", name=PREFIX)

    @cached_property
    def group(self) -> str:
        """A group with two permissions, one included and one excluded object, without members."""
        reach = {"include": [id_of(self.thing)], "exclude": [id_of(self.child())]}
        return self.admin.make(
            "/user-groups", name=PREFIX, permissions=["manage-objects", "manage-links"], objectPermissions=reach
        )

    @cached_property
    def user(self) -> str:
        """A user without permissions, who reaches `thing` only."""
        reach = {"include": [id_of(self.thing)], "exclude": []}
        return self.admin.make("/users", login=PREFIX, password=self._password, objectPermissions=reach)

    @cached_property
    def low(self) -> Account:
        """The session of `user`."""
        return self._open(self.admin.one(self.user)["login"], self._password)

    def child(self, above: str = "", **fields: Any) -> str:
        """A new object below `thing`, or below another object."""
        parent = id_of(above or self.thing)
        listed = isinstance(self.admin.one(self.thing)["parent_id"], list)
        place = {"name": f"{PREFIX}-{secrets.token_hex(4)}", "parent_id": [parent] if listed else parent}
        return self.admin.make("/objects", **{**place, **fields})

    def join(self, group: str) -> Any:
        """The field `group` of `user` after it became a member of a group."""
        if refused(self.admin.call("PATCH", self.user, {"group": [id_of(group)]})):
            self.admin.ok("PATCH", self.user, {"group": id_of(group)})
        return self.admin.one(self.user).get("group")

    def writes(self) -> list[requests.Response]:
        """Answers to one write of each method."""
        path, conditions = self.child(), [{"condition": {"value": {"_gt": "1"}}, "state": 4}]
        calls = (
            ("PATCH", path, {"name": PREFIX}),
            ("PUT", f"{path}/state-conditions", conditions),
            ("DELETE", path, None),
        )
        return [self.new_property(path), *(self.admin.done(*call) for call in calls)]

    def new_property(self, path: str) -> requests.Response:
        """The answer to the creation of a property."""
        return self.admin.done("POST", f"{path}/props", {"name": "Probe", "value": "1", "type_id": 1})

    def status(self, path: str) -> str:
        """The status of a read."""
        return str(self.admin.call("GET", path).status_code)

    def second(self, path: str) -> str:
        """Make two of the same name; what an earlier run could not remove counts, lest there be more after every
        run."""
        for _number in range(2 - sum(item.get("name") == PREFIX for item in self.admin.ok("GET", path))):
            answer = self.admin.call("POST", path, {"name": PREFIX})
            if refused(answer):
                return f"refused, status {answer.status_code}"
        return "makes another"


def id_of(path: str) -> str:
    """The id at the end of a path."""
    return path.rpartition("/")[2]
