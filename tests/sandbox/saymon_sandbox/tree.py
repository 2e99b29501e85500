# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Indexes over objects and links that would be slow to search for on every request."""

from __future__ import annotations

from .store import Doc, Store


class Tree:
    """Kept up to date by the store. Keys are id texts; ordered sets are dicts without values."""

    def __init__(self, store: Store) -> None:
        self.children: dict[str, dict[str, None]] = {}
        self.by_discovery: dict[str, str] = {}
        self.links_of: dict[str, dict[str, None]] = {}
        self.references_in: dict[str, dict[str, None]] = {}  # by owner
        self.references_to: dict[str, dict[str, None]] = {}  # by target
        self.shape = 0  # grows when access inherited through parents may have changed
        self._store = store
        self._child_links: dict[str, list[Doc]] = {}
        self._child_links_at = (-1, -1)
        store.observe("object", self._object_changed)
        store.observe("link", self._link_changed)
        store.observe("reference", self._reference_changed)

    def _object_changed(self, old: Doc | None, new: Doc | None) -> None:
        before = old["parent_id"] if old else []
        after = new["parent_id"] if new else []
        key = str((new or old or {})["id"])
        if before != after:
            for parent in before:
                self.children.get(str(parent), {}).pop(key, None)
            for parent in after:
                self.children.setdefault(str(parent), {})[key] = None
            if old is not None:
                self.shape += 1
        for doc, present in ((old, False), (new, True)):
            discovery = doc.get("discovery_id") if doc else None
            if discovery and present:
                self.by_discovery[discovery] = key
            elif discovery:
                self.by_discovery.pop(discovery, None)

    def _link_changed(self, old: Doc | None, new: Doc | None) -> None:
        key = str((new or old or {})["id"])
        for doc, present in ((old, False), (new, True)):
            for end in (doc["source"], doc["target"]) if doc else ():
                links = self.links_of.setdefault(str(end), {})
                if present:
                    links[key] = None
                else:
                    links.pop(key, None)

    def _reference_changed(self, old: Doc | None, new: Doc | None) -> None:
        key = str((new or old or {})["id"])
        for doc, present in ((old, False), (new, True)):
            for table, end in ((self.references_in, "owner"), (self.references_to, "target")):
                if doc and present:
                    table.setdefault(str(doc[end]), {})[key] = None
                elif doc:
                    table.get(str(doc[end]), {}).pop(key, None)

    def child_links(self, key: str) -> list[Doc]:
        """The links whose two ends both are children of the object."""
        at = (self.shape, self._store.generation("link"))
        if at != self._child_links_at:
            self._child_links_at = at
            self._child_links = {}
            for link in self._store.all("link").values():
                source, target = (self._store.get("object", link[end]) for end in ("source", "target"))
                if source and target:
                    for parent in source["parent_id"]:
                        if parent in target["parent_id"]:
                            self._child_links.setdefault(str(parent), []).append(link)
        return self._child_links.get(key, [])

    def with_dependants(self, key: str) -> list[str]:
        """The object and everything that hangs below it alone: what also has a parent elsewhere stays out."""
        doomed = {key: None}
        waiting = [key]
        while waiting:
            for child in self.children.get(waiting.pop(), {}):
                doc = self._store.get("object", child)
                if child not in doomed and doc and all(str(parent) in doomed for parent in doc["parent_id"]):
                    doomed[child] = None
                    waiting.append(child)
        return list(doomed)

    def is_below(self, key: str, ancestor: str) -> bool:
        """True when `key` is `ancestor` or one of its descendants."""
        seen: set[str] = set()
        waiting = [key]
        while waiting:
            at = waiting.pop()
            if at == ancestor:
                return True
            doc = self._store.get("object", at)
            if at not in seen and doc:
                seen.add(at)
                waiting.extend(str(parent) for parent in doc["parent_id"])
        return False
