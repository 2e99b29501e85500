# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lightens the records of a long list while they arrive: most of their bulk agrees with what the user wants, and need
not be kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record

from .field_types import Invalid
from .plan import Item, options_of, unpacked
from .resource import Resource


class StreamFilter:
    """Leaves out each bulky value that agrees with what an item wants. `left_out` holds these items, by the key of the
    value and the id of the record.

    Items are found by their names, where no two of the list share one. Whether it is really this record that the item
    means turns out only when all are there; if another item means it, the record has to be read again.
    """

    def __init__(self, resource: Resource, items: Iterable[Item]) -> None:
        self.left_out: dict[tuple[str, str], Item] = {}
        # A record that is updated by a PUT of everything is needed whole.
        items = [] if resource.update == "PUT" else list(items)
        desired = options_of(items)
        fields = [field for field in resource.fields if field.option in desired]
        keys = Counter(field.key for field in fields)  # a value that several fields look at must stay
        self._bulky = [field for field in fields if field.type.bulky and keys[field.key] == 1]
        names = [
            resource.by_option[option]
            for option in resource.names
            if option not in resource.referring and option in desired
        ]
        self._keys: dict[str, str] = {}
        self._tables = [(field, _by_name(field.option, items)) for field in names if self._bulky]

    def __call__(self, record: Record) -> Record:
        if not self._tables:
            return record
        # Each record comes with keys of its own, which together are as long as the rest of it.
        record = {self._keys.setdefault(key, key): value for key, value in record.items()}
        last = None
        for field, table in self._tables:
            name = record.get(field.key)
            item = table.get(name) if isinstance(name, str) else None
            if item is not None:
                record[field.key] = item.desired[field.option]  # the same text, which need not be held twice
                if item is not last:
                    self._lighten(record, item)
                    last = item
        return record

    def _lighten(self, record: Record, item: Item) -> None:
        for field in self._bulky:
            wanted = item.desired.get(field.option)
            if wanted is None or not record.get(field.key):
                continue
            try:
                change = field.compare(record, field.raw(record), unpacked(wanted), item.appends(field))
            except Invalid:  # which is told when the item is planned
                continue
            if change is None:
                del record[field.key]
                self.left_out[field.key, str(record["id"])] = item


def _by_name(option: str, items: Iterable[Item]) -> dict[Any, Item | None]:
    found: dict[Any, Item | None] = {}
    for item in items:
        name = item.desired.get(option)
        if name:
            found[name] = None if name in found else item
    return found
