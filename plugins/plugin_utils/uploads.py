# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files that a task uploads, on the controller, where `copy` would find them too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible_collections.saymon.platform.plugins.module_utils._api.files import Upload
from ansible_collections.saymon.platform.plugins.module_utils._listing import Placed


class UploadFiles:
    """The files in the options of one task. `uploads` tells which options are lists of entries with a file, and which
    key of an entry holds its path."""

    def __init__(self, uploads: Mapping[str, str], search_path: Sequence[str], loader: DataLoader) -> None:
        self._uploads = uploads
        self._search_path = list(search_path)
        self._loader = loader

    def found(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The options with an Upload in place of each path. What is of another form is left to the module."""
        return {
            **values,
            **{
                option: [self._entry(entry, key) for entry in values[option]]
                for option, key in self._uploads.items()
                if isinstance(values.get(option), list)
            },
        }

    def found_in_items(self, items: Any) -> Any:
        """The same for each item of a list."""
        if isinstance(items, Placed):
            return Placed((place, self._item(item)) for place, item in items.pairs)
        return [self._item(item) for item in items] if isinstance(items, list) else items

    def _item(self, item: Any) -> Any:
        return self.found(item) if isinstance(item, dict) and not self._uploads.keys().isdisjoint(item) else item

    def _entry(self, entry: Any, key: str) -> Any:
        if not isinstance(entry, dict) or not isinstance(entry.get(key), str):
            return entry
        return {**entry, key: self._find(entry[key])}

    def _find(self, path: str) -> Upload:
        if not path or "\0" in path:
            return Upload(path, path, "give the path of a file")
        try:
            return Upload(self._loader.path_dwim_relative_stack(self._search_path, "files", path), path)
        except (AnsibleError, OSError, ValueError):
            return Upload(path, path, f"there is no file {path!r} on the controller: correct the path")
