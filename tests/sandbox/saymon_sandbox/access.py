# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may do and which objects and links the user can reach."""

from __future__ import annotations

from collections.abc import Iterable

from . import ids, rights
from .store import Doc, Store
from .tree import Tree


class Access:
    """Rights and reach of one user: own ones plus those of the groups."""

    def __init__(self, user: Doc, groups: list[Doc], store: Store, tree: Tree) -> None:
        holders = [user, *groups]
        self.rights = rights.expand(right for holder in holders for right in holder.get("permissions") or ())
        lists = [holder.get("objectPermissions") or {} for holder in holders]
        self._include = {str(item) for entry in lists for item in entry.get("include") or ()}
        self._exclude = {str(item) for entry in lists for item in entry.get("exclude") or ()}
        self._all = "1" in self._include and not self._exclude
        self._store = store
        self._tree = tree
        self._known: dict[str, bool] = {}
        self._shape = tree.shape

    def object(self, doc: Doc) -> bool:
        """The nearest entry on a path to the root decides, an exclude before an include; one permitting path is enough."""
        if self._all:
            return True
        if self._shape != self._tree.shape:
            self._shape = self._tree.shape
            self._known.clear()
        return self._reach(str(doc["id"]), doc)

    def within(self, found: Iterable[ids.Id]) -> list[ids.Id]:
        """Those of the object ids that can be reached."""
        if self._all:
            return list(found)
        docs = [(item, self._store.get("object", item)) for item in found]
        return [item for item, doc in docs if doc is not None and self.object(doc)]

    def _reach(self, key: str, doc: Doc) -> bool:
        known = self._known.get(key)
        if known is None:
            if key in self._exclude or key in self._include:
                known = key not in self._exclude
            else:
                known = False
                for parent in doc["parent_id"]:
                    above = self._store.get("object", parent)
                    if above is not None and self._reach(str(parent), above):
                        known = True
                        break
            self._known[key] = known
        return known

    def link(self, doc: Doc) -> bool:
        """Both ends must be reachable."""
        if str(doc["id"]) in self._exclude:
            return False
        ends = [self._store.get("object", doc[end]) for end in ("source", "target")]
        return all(end is not None and self.object(end) for end in ends)


class AccessCache:
    """Access by user, worked out anew after a change of any user or group."""

    def __init__(self, store: Store, tree: Tree) -> None:
        self._store = store
        self._tree = tree
        self._at = (-1, -1)
        self._cache: dict[str, Access] = {}

    def of(self, user: Doc) -> Access:
        at = (self._store.generation("user"), self._store.generation("user_group"))
        if at != self._at:
            self._at = at
            self._cache.clear()
        key = str(user["id"])
        found = self._cache.get(key)
        if found is None:
            groups = [self._store.get("user_group", group) for group in user.get("group") or ()]
            found = Access(user, [group for group in groups if group], self._store, self._tree)
            self._cache[key] = found
        return found
