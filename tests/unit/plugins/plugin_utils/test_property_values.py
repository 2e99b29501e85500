# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same value of a property is the same text, whether it stands in a task or in a file of any format."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible_collections.saymon.platform.plugins.plugin_utils.list_files import ListFiles
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on

NAME = "saymon_object"
SITE: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e00", "name": "Site", "parent_id": [1]}
RACKS = "/objects/64b1f0c2a9d3e45f6a7b8e01"
FULL_RACK: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8e01",
    "name": "Rack",
    "parent_id": [SITE["id"]],
    "discovery_id": "cmdb-1",
    "properties": [{"id": "p2", "name": "Slot", "value": "4", "type_id": 1}],
}
# What a property gets, from the same value in whatever form a user writes it. None is left as it is.
VALUES = [
    ("plain", "plain"),
    ("", ""),
    ("true", "true"),
    ("007", "007"),
    (7, "7"),
    (1.5, "1.5"),
    (True, "true"),
    (False, "false"),
    (date(2030, 1, 31), "2030-01-31"),
    (None, "4"),
]
FORMS = ["one", "list", "json", "jsonl", "yml", "csv"]


def _in_form(form: str, item: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The options of a task that give one item in this form."""
    if form in ("one", "list"):
        return item if form == "one" else {"objects": [item]}
    path = folder / f"objects.{form}"
    text = json.dumps([item], default=str)
    if form == "jsonl":
        text = json.dumps(item, default=str) + "\n"
    elif form == "yml":
        text = yaml.safe_dump([item])  # a date without quotes
    elif form == "csv":
        cells = json.dumps(item["properties"], default=str).replace('"', '""')
        text = f'discovery_id,properties[]\n{item["discovery_id"]},"{cells}"\n'
    path.write_text(text)
    pairs = ListFiles("objects", (), DataLoader(), []).items([str(path)])
    return {"src": [str(path)], "objects": pairs}


def _run_with(server: FakeServer, value: Any, form: str, folder: Path) -> dict[str, Any]:
    item = {"discovery_id": "cmdb-1", "properties": [{"name": "Slot", "value": value}]}
    return run_on(server, NAME, _in_form(form, item, folder))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_property_gets_the_same_value_in_any_form(value: Any, text: str, form: str, tmp_path: Path) -> None:
    server = FakeServer(objects=[SITE, FULL_RACK])
    assert _run_with(server, value, form, tmp_path)["changed"] is (text != "4")
    assert server.writes == ([("PATCH", f"{RACKS}/props/p2", {"value": text})] if text != "4" else [])
    server.journal.clear()
    assert _run_with(server, value, form, tmp_path)["changed"] is False
    assert server.writes == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("value", [{"team": "ops"}, ["ops"], {}, []])
def test_a_structure_is_no_value_of_a_property_in_any_form(value: Any, form: str, tmp_path: Path) -> None:
    server = FakeServer(objects=[SITE, FULL_RACK])
    said = _run_with(server, value, form, tmp_path)["msg"]
    assert said.endswith("value of each property: give a text (use the filter to_json for a structure).")
    assert server.writes == []
