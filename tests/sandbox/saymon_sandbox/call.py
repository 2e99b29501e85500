# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a handler gets to see of a request, and what it may answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl

from . import errors, fields, rights
from .access import Access
from .parsing import parse
from .routing import Params, Route
from .sandbox import Sandbox
from .store import Doc

_NUMBER = re.compile("[0-9]{1,18}")


class _Empty:
    """Type of the answer without a body."""


EMPTY: Final = _Empty()


class Answer:
    """An answer that needs more than a JSON body with status 200."""

    __slots__ = ("headers", "value")

    def __init__(self, value: Any, headers: list[tuple[bytes, bytes]]) -> None:
        self.value = value
        self.headers = headers


class Call:
    """One request on its way to a handler. `user` and `access` are set unless the route is open."""

    __slots__ = ("_query", "_query_string", "access", "body", "headers", "params", "route", "sandbox", "session", "user")

    user: Doc
    access: Access

    def __init__(self, sandbox: Sandbox, route: Route, params: Params, query: bytes, headers: dict[bytes, bytes], body: bytes) -> None:
        self.sandbox = sandbox
        self.route = route
        self.params = params
        self.headers = headers
        self.body = body
        self.session: Doc | None = None
        self._query_string = query
        self._query: dict[str, str] | None = None

    @property
    def query(self) -> dict[str, str]:
        """Query parameters; the last of equal names counts."""
        if self._query is None:
            text = self._query_string.decode("utf-8", "replace")
            self._query = dict(parse_qsl(text, keep_blank_values=True)) if text else {}
        return self._query

    def values(self, name: str) -> list[str]:
        """All values of a query parameter that may be repeated, be spelled `name[]` and hold a list with commas; doubles are dropped."""
        pairs = parse_qsl(self._query_string.decode("utf-8", "replace"))
        given = [part for key, text in pairs if key in (name, f"{name}[]") for part in text.split(",")]
        return list(dict.fromkeys(part.strip() for part in given if part.strip()))

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def number(self, name: str) -> int | None:
        """An optional whole number from the query, not below zero."""
        text = self.query.get(name)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            raise errors.bad_request(f'Invalid "{name}" parameter.')
        return int(text)

    def json(self) -> Any:
        """The parsed body; None without one."""
        if not self.body.strip():
            return None
        try:
            return parse(self.body)
        except ValueError as problem:
            raise errors.error(400, "InvalidContent", f"Invalid JSON: {problem}") from None

    def record(self) -> Doc:
        """The body as an object; no body counts as an empty one."""
        value = self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise errors.bad_request("The body must be an object.")
        return cast(Doc, value)

    def array(self) -> list[Any]:
        value = self.json()
        if not isinstance(value, list):
            raise errors.bad_request("The body must be an array.")
        return value

    def need(self, clauses: rights.Clauses) -> None:
        """Raises 403 naming the missing permissions."""
        lacking = rights.missing(clauses, self.access.rights)
        if lacking:
            raise errors.error(403, self.sandbox.settings.forbidden_code, f"Missing permissions: {lacking}")

    def may(self, right: str) -> bool:
        return right in self.access.rights

    def given(self, readers: Mapping[str, fields.Reader], *names: str) -> Doc:
        """The known fields of a body, for a change: those in `names` may be left out but not emptied."""
        found = fields.read(self.record(), readers)
        for name in names:
            if name in found:
                self.require(found, name)
        return found

    def stored(self, collection: str, kind: str, wanted: object) -> Doc:
        """A stored record, or 404 with the name of its kind."""
        found = self.sandbox.store.get(collection, wanted)
        if found is None:
            raise errors.not_found(kind, wanted)
        return found

    def field_names(self) -> list[str] | None:
        """The names in the `fields` parameter; None without the parameter."""
        text = self.query.get("fields")
        if text is None:
            return None
        return [name.strip() for name in text.split(",") if name.strip()]

    def require(self, record: Doc, name: str) -> Any:
        """A mandatory field of a body: present and not empty."""
        value = record.get(name)
        if value is None or value == "":
            raise errors.absent(name, self.sandbox.settings.missing_name_status)
        return value
