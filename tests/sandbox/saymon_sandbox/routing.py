# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Declarative routes and the search for the one that a request means."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from . import errors, rights

if TYPE_CHECKING:
    from .call import Call

Handler = Callable[["Call"], Any]
Params = dict[str, str]


class Route:
    """One endpoint: verb, path below the API root with `:name` parameters, permission expression, handler.

    `open` endpoints need no credentials and do not look at any. With `by_handler` the permission depends on more than
    the route, and the handler asks for it.
    """

    __slots__ = ("clauses", "handler", "method", "names", "open", "path", "permission", "reads_one", "segments")

    def __init__(self, method: str, path: str, permission: str, handler: Handler, *, open: bool = False, by_handler: bool = False) -> None:
        self.method = method
        self.path = path
        self.permission = permission
        self.handler = handler
        self.open = open
        self.clauses = () if by_handler else rights.parse(permission)
        self.segments = tuple(path.strip("/").split("/"))
        self.reads_one = method == "GET" and len(self.segments) == 2 and self.segments[1].startswith(":")
        self.names = tuple(segment[1:] for segment in self.segments if segment.startswith(":"))


class _Node:
    __slots__ = ("fixed", "parameter", "routes")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.routes: dict[str, Route] = {}


class RouteTable:
    """Fixed segments win over parameters; a trailing slash is tolerated."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        for route in routes:
            node = self._root
            for segment in route.segments:
                if segment.startswith(":"):
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.fixed.setdefault(segment, _Node())
            if route.method in node.routes:
                raise ValueError(f"route given twice: {route.method} {route.path}")
            node.routes[route.method] = route

    def find(self, method: str, path: str) -> tuple[Route, Params]:
        """Raises the 404 of an unknown route, or 405 when only the verb does not fit."""
        segments = path.strip("/").split("/")
        leaves: list[tuple[_Node, tuple[str, ...]]] = []
        _collect(self._root, segments, 0, (), leaves)
        for node, values in leaves:
            route = node.routes.get(method)
            if route is not None:
                return route, dict(zip(route.names, values, strict=True))
        raise errors.method_not_allowed(method) if leaves else errors.unknown_route(path)


def _collect(node: _Node, segments: list[str], at: int, values: tuple[str, ...], leaves: list[tuple[_Node, tuple[str, ...]]]) -> None:
    if at == len(segments):
        if node.routes:
            leaves.append((node, values))
        return
    segment = segments[at]
    fixed = node.fixed.get(segment)
    if fixed is not None:
        _collect(fixed, segments, at + 1, values, leaves)
    if node.parameter is not None and segment:
        _collect(node.parameter, segments, at + 1, (*values, segment), leaves)
