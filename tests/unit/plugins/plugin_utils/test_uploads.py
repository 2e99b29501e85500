# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the files that a task uploads are found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible_collections.saymon.platform.plugins.module_utils._listing import Placed
from ansible_collections.saymon.platform.plugins.plugin_utils.uploads import UploadFiles
from ansible_collections.saymon.platform.tests.unit.support import run_action


@pytest.mark.parametrize("listed", [False, True])
def test_the_action_says_that_a_file_is_missing(listed: bool) -> None:
    """Before anything is sent: there is no server at all."""
    item: dict[str, Any] = {"name": "db01", "documents": [{"name": "x", "file": "no/such"}]}
    options = {"saymon_url": "http://127.0.0.1:9", "saymon_sid": "x", **({"objects": [item]} if listed else item)}
    said = run_action("saymon_object", options)["msg"]
    assert said.startswith("objects[0] (db01): documents is" if listed else "documents is")
    assert "there is no file 'no/such' on the controller: correct the path" in said


@pytest.mark.parametrize("path", ["", "a\0b", "~nobody-here/x", "files/../../x", "\ud800"])
def test_the_action_takes_any_path(path: str) -> None:
    found = UploadFiles({"documents": "file"}, [], DataLoader()).found({"documents": [{"file": path}, 5, {"file": 5}]})
    first, *others = found["documents"]
    assert first["file"].problem
    assert others == [5, {"file": 5}]


def test_the_action_finds_files_beside_the_playbook(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.pdf").write_bytes(b"x")
    loader = DataLoader()
    loader.set_basedir(str(tmp_path))
    files = UploadFiles({"documents": "file"}, [], loader)
    item = {"name": "x", "documents": [{"name": "A", "file": "a.pdf"}]}
    for items in ([item, "junk", {}], Placed([("line 1", item)])):
        listed = files.found_in_items(items)
        first = next(iter(listed.pairs))[1] if isinstance(listed, Placed) else listed[0]
        (entry,) = first["documents"]
        assert (str(entry["file"]), entry["file"].given) == (str(tmp_path / "files" / "a.pdf"), "a.pdf")
    assert files.found_in_items(None) is None
