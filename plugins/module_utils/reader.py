# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the records that a task needs: each list once, or, for a few items, only what they may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .client import Client, Record
from .noun import Index, Noun, Wanted
from .plan import Item, Pending, Plan
from .session import Credentials
from .sieve import Sieve

# With more items, or more different references to one noun, a task reads the whole list: that is less work then than to search.
FEW = 20


class Reader:
    """The records of all nouns that one task on items of `noun` is about.

    With `cached`, lists may be shared with tasks that run at the same time, never with earlier ones. With `whole`, lists are read
    whole, however few the items are.
    """

    def __init__(
        self,
        client: Client,
        noun: Noun,
        nouns: Mapping[str, Noun],
        credentials: Credentials,
        *,
        check: bool = False,
        cached: bool = False,
    ) -> None:
        self.client = client
        self.noun = noun
        self.nouns = nouns
        self.credentials = credentials
        self.check = check
        self.cached = cached
        self.whole = False
        self.items: list[Item] = []
        self._focus: Sequence[Item] = ()  # the items that searches are for
        self._indexes: dict[str, Index] = {}

    def index(self, name: str) -> Index:
        """The records of a noun, read once: all of them, or those that the items may mean."""
        if name not in self._indexes:
            noun = self.nouns[name]
            found = None if self.whole else self._searched(noun)
            self._indexes[name] = noun.index(noun, self._listed(noun) if found is None else found, whole=found is None)
        return self._indexes[name]

    @property
    def partial(self) -> bool:
        """Whether anything has been searched for, so that what was not found may exist in another spelling."""
        return any(not index.whole for index in self._indexes.values())

    def read_again(self, name: str) -> Index:
        """The records as they are now."""
        self.cached = False
        self._indexes.pop(name, None)
        return self.index(name)

    def forget(self) -> None:
        """Read everything anew when it is needed next, since nobody knows what has become of it."""
        self.cached = False
        self._indexes.clear()

    def read_whole(self) -> None:
        """Replace what was found by searches, and what plans have added, by the whole lists."""
        self.whole = True
        self._indexes = {name: index for name, index in self._indexes.items() if index.whole and name != self.noun.name}

    def title(self, noun: str, identifier: Any) -> str:
        """The name to show for an id."""
        if isinstance(identifier, Pending):
            return identifier.title
        record = self.index(noun).records.get(str(identifier), {})
        return str(record.get(self.nouns[noun].title, identifier))

    def read_titles(self, plans: Iterable[Plan]) -> None:
        """Read the records whose names a diff of these plans will show, as far as only a part has been read."""
        shown: dict[str, set[str]] = {}
        for plan in plans:
            for option in {*plan.before, *plan.after} & {*self.noun.referring}:
                values = (*_each(plan.before.get(option)), *_each(plan.after.get(option)))
                ids = {value for value in values if isinstance(value, str)}
                shown.setdefault(self.noun.by_option[option].kind.noun, set()).update(ids)
        for name, ids in shown.items():
            index, search = self._indexes.get(name), self.nouns[name].search
            if index is None or index.whole or search is None:
                continue
            missing = sorted(ids - index.records.keys())
            for record in (search(self.client, Wanted(ids=missing)) if missing else None) or ():
                if str(record["id"]) not in index.records:
                    index.add(record)

    def finding(self, item: Item) -> dict[str, Any]:
        """The part of the given values that finds the item: nothing beside an id, nor beside a key that holds wherever the item is."""
        noun = self.noun
        sure = {option: value for option, value in item.given.items() if option in noun.find_by and option not in noun.referring}
        if item.id or sure:
            return {} if item.id else sure
        return {option: value for option, value in item.given.items() if option in noun.names}

    def _listed(self, noun: Noun) -> list[Record]:
        keys = self._keys(noun)
        if noun.load:
            return noun.load(self, keys)
        # The result of a single item shows the whole record.
        sieve = Sieve(noun, self.items if noun is self.noun and len(self.items) > 1 else ())
        return self.client.get_list(noun.path, cached=self.cached, each=sieve, **noun.query(keys))

    def _keys(self, noun: Noun) -> set[str]:
        """The record keys that are looked at."""
        given = {option for item in self.items for option in item.given} if noun is self.noun else set()
        return {noun.by_option[option].key for option in (*noun.key, *given)}

    def _searched(self, noun: Noun) -> list[Record] | None:
        """What the items may mean; None where that cannot be searched for, or the list is less work."""
        mine = self._focus if noun is self.noun else ()
        if noun.search is None or len(mine) > FEW:
            return None
        texts = self._references(noun)
        return None if len(texts) > FEW else noun.search(self.client, Wanted(mine, texts, (), self._keys(noun)))

    def _references(self, noun: Noun) -> list[str]:
        """The different names, ids and paths by which the items refer to a noun."""
        options = [option for option in self.noun.referring if self.noun.by_option[option].kind.noun == noun.name]
        givens = (self.finding(item) if item.state == "absent" else item.given for item in self._focus)
        return list(dict.fromkeys(text for given in givens for option in options for text in _each(given.get(option))))


def _each(value: Any) -> tuple[Any, ...]:
    """The values of a field that holds one or several."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
