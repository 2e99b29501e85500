# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the records that a task needs: each list once, or, for a few items, only what they may mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials

from .field_types import Field
from .plan import Item, Pending, Plan, options_of
from .resource import Index, Resource, Wanted
from .stream_filter import StreamFilter

# With more items, or more different references to one resource, a task reads the whole list: that is less work then
# than to search.
FEW = 20


def list_below(client: Client, path: str) -> list[Any]:
    """A list that belongs to one item; empty where none was ever set."""
    try:
        data = client.get(path)
    except HttpError as error:
        if not error.absent:
            raise
        return []
    if isinstance(data, dict) and "code" in data:
        return []  # some servers answer 200 with the code of an error
    if data is not None and not isinstance(data, list):
        raise WrongAnswer(f"GET {path} did not answer with a list: check that saymon_url is a SAYMON server.")
    return data or []


class Reader:
    """The records of all resources that one task on items of `resource` is about.

    With `cached`, lists may be shared with tasks that run at the same time, never with earlier ones. With `whole`,
    lists are read whole, however few the items are. Up to `parallel` reads are on their way at a time.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource,
        resources: Mapping[str, Resource],
        credentials: Credentials,
        *,
        check: bool = False,
        cached: bool = False,
        parallel: int = 1,
    ) -> None:
        self.client = client
        self.resource = resource
        self.resources = {**resources, resource.name: resource}
        self.credentials = credentials
        self.check = check
        self.cached = cached
        self.parallel = parallel
        self.whole = False
        self.items: list[Item] = []
        self._focus: Sequence[Item] = ()  # the items that searches are for
        self._indexes: dict[str, Index] = {}
        self._below: dict[tuple[str, str], Any] = {}  # what was read below items, by path and key

    def index(self, name: str) -> Index:
        """The records of a resource, read once: all of them, or those that the items may mean."""
        if name not in self._indexes:
            resource = self.resources[name]
            found = None if self.whole else self._searched(resource)
            # The result of a single item shows the whole record.
            items = self.items if resource is self.resource and len(self.items) > 1 else ()
            stream_filter = StreamFilter(resource, items)
            records = self._listed(resource, stream_filter) if found is None else found
            self._indexes[name] = resource.index(resource, records, whole=found is None)
            self._indexes[name].left_out = stream_filter.left_out
        return self._indexes[name]

    def know(self, records: Iterable[Record], name: str | None = None, *, whole: bool = True) -> None:
        """Take these records of a resource (by default that of the items) in place of reading them. They are all that
        there are, unless it is said otherwise."""
        resource = self.resources[name or self.resource.name]
        self._indexes[resource.name] = resource.index(resource, records, whole=whole)

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
        self._below.clear()

    def read_whole(self) -> None:
        """Replace what was found by searches, and what plans have added, by the whole lists."""
        self.whole = True
        self._indexes = {
            name: index for name, index in self._indexes.items() if index.whole and name != self.resource.name
        }

    def title(self, resource: str, identifier: Any) -> str:
        """The name to show for an id."""
        if isinstance(identifier, Pending):
            return identifier.title
        record = self.index(resource).records.get(str(identifier), {})
        return str(record.get(self.resources[resource].title, identifier))

    def place(self, resource: str, identifier: Any) -> str:
        """The path of an item of a tree, or its name where no path is known."""
        return self.index(resource).path(str(identifier)) or self.title(resource, identifier)

    def read_titles(self, plans: Iterable[Plan]) -> None:
        """Read the records whose names a diff of these plans will show, as far as only a part has been read."""
        shown: dict[str, set[str]] = {}
        for plan in plans:
            for values in (plan.before, plan.after, self._naming(plan)) if plan.after else ():
                for name, identifier in self.resource.references(values):
                    if isinstance(identifier, str):
                        shown.setdefault(name, set()).add(identifier)
        for name, ids in shown.items():
            index, search = self._indexes.get(name), self.resources[name].search
            if index is None or index.whole or search is None:
                continue
            missing = sorted(ids - index.records.keys())
            for record in (search(self.client, Wanted(ids=missing)) if missing else None) or ():
                if str(record["id"]) not in index.records:
                    index.add(record)

    def _naming(self, plan: Plan) -> dict[str, Any]:
        """What names an item that was found by its id, and has no name but those of what its key refers to."""
        resource = self.resource
        if plan.item.id is None or plan.action == "none" or not resource.named_by_references:
            return {}
        return {option: resource.by_option[option].read(plan.record) for option in resource.key}

    def finding(self, item: Item) -> dict[str, Any]:
        """The part of the desired values that finds the item: nothing beside an id, nor beside a key that holds
        wherever the item is."""
        sure = self.resource.sure_in(item.desired)
        if item.id or sure:
            return {} if item.id else sure
        return {option: value for option, value in item.desired.items() if option in self.resource.names}

    def _listed(self, resource: Resource, stream_filter: StreamFilter) -> list[Record]:
        keys = self._keys(resource)
        if resource.load:
            return resource.load(self, keys)
        if resource.singleton:
            return [self._only_record(resource)]
        return self.client.get_list(resource.path, cached=self.cached, each=stream_filter, **resource.query(keys))

    def _only_record(self, resource: Resource) -> Record:
        data = self.client.get(resource.path)
        if not isinstance(data, dict):
            raise WrongAnswer(
                f"GET {resource.path} did not answer with a record: check that saymon_url is a SAYMON server."
            )
        return {"id": resource.name, **data}

    def _keys(self, resource: Resource) -> set[str]:
        """The record keys that are looked at."""
        options = options_of(self.items) if resource is self.resource else set()
        fields = [resource.by_option[option] for option in (*resource.key, *options)]
        return {field.key for field in fields if field.source is None}

    def read_below(self, wanted: Iterable[tuple[Record, Field]]) -> None:
        """Read fields that have paths of their own into these records."""
        missing = [(record, field) for record, field in wanted if field.key not in record]
        if self.parallel == 1 or len(missing) < 2:
            for record, field in missing:
                self._read_one_below(record, field)
            return
        with ThreadPoolExecutor(self.parallel) as pool:
            for _done in pool.map(lambda pair: self._read_one_below(*pair), missing):
                pass

    def _read_one_below(self, record: Record, field: Field) -> None:
        path = self.resource.path_of(record["id"])
        if (path, field.key) not in self._below:
            self._below[path, field.key] = field.load(self.client, path) if field.load else self._entries(path, field)
        record[field.key] = self._below[path, field.key]

    def _entries(self, path: str, field: Field) -> list[Any]:
        entries = list_below(self.client, f"{path}/{field.source}")
        return [entry for entry in entries if field.only is None or field.only(entry)]

    def _searched(self, resource: Resource) -> list[Record] | None:
        """What the items may mean; None where that cannot be searched for, or the list is less work."""
        mine = self._focus if resource is self.resource else ()
        if resource.search is None or len(mine) > FEW:
            return None
        texts = self._references(resource)
        return None if len(texts) > FEW else resource.search(self.client, Wanted(mine, texts, (), self._keys(resource)))

    def _references(self, resource: Resource) -> list[str]:
        """The different names, ids and paths by which the items refer to a resource."""
        values = (self.finding(item) if item.state == "absent" else item.desired for item in self._focus)
        references = (reference for value in values for reference in self.resource.references(value))
        return list(dict.fromkeys(text for name, text in references if name == resource.name))
