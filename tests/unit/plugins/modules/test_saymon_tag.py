# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_tag."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_tag"
PROD = {"id": "64b1f0c2a9d3e45f6a7b8d01", "name": "production", "color": "#C62828", "public": "on", "class": "x"}
TEST = {"id": "64b1f0c2a9d3e45f6a7b8d02", "name": "test"}
TWINS = [{"id": f"64b1f0c2a9d3e45f6a7b8d0{number}", "name": "twin"} for number in (8, 9)]
LIST = ("GET", "/tags", 200, [PROD, TEST, *TWINS])
PATH = f"/tags/{PROD['id']}"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "record"),
    [
        ({"name": "production", "color": "#c62828", "public": True, "description": ""}, PROD),
        ({"id": TEST["id"], "name": "test", "public": "no", "color": ""}, TEST),
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any], record: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    assert result == {"changed": False, "diff": [], "tag": record, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """Keys that the table does not know are not sent, so they stay."""
    body = {"color": "#b71c1c", "public": "off", "description": "Live"}
    script(LIST)
    if not check:
        script(("PATCH", PATH, 200, {**PROD, **body}, body))
    args = {"name": "production", "color": "#B71C1C", "public": False, "description": "Live"}
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "tag": {**PROD, **body},
        "diff": [
            {
                "before_header": "tag production",
                "after_header": "tag production",
                "before": {"color": "#c62828", "public": True, "description": ""},
                "after": {"color": "#b71c1c", "public": False, "description": "Live"},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body = {"name": "Резерв", "color": "#1565c0", "public": "on"}
    script(LIST)
    if not check:
        script(("POST", "/tags", 200, {"id": "new1", **body}, body), LIST)
    result = run_module(NAME, {"name": "Резерв", "color": "#1565c0", "public": True}, check=check)
    assert (result["action"], result["diff"][0]["after"]) == (
        "created",
        {"state": "present", "name": "Резерв", "color": "#1565c0", "public": True},
    )


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(Exchange("DELETE", PATH, 200))
    assert run_module(NAME, {"name": "production", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_a_list_in_which_a_name_goes_from_one_tag_to_another(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(
            Exchange("DELETE", f"/tags/{TEST['id']}", 200),
            ("PATCH", PATH, 200, {}, {"name": "test"}),
            ("POST", "/tags", 200, {"id": "new1", "name": "lab"}, {"name": "lab"}),
            LIST,
        )
    tags = [{"id": PROD["id"], "name": "test"}, {"id": TEST["id"], "state": "absent"}, {"name": "lab"}]
    result = run_module(NAME, {"tags": tags}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "deleted", "created"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_several_of_one_name(script: Script, state: str) -> None:
    script(LIST)
    result = run_module(NAME, {"name": "twin", "state": state})
    ids = ", ".join(one["id"] for one in TWINS)
    assert (result["failed"], result["msg"]) == (
        True,
        f"several tags match (ids {ids}): give the id, or remove the duplicate.",
    )
    script(LIST, Exchange("DELETE", f"/tags/{TWINS[1]['id']}", 200))
    assert run_module(NAME, {"id": TWINS[1]["id"], "state": "absent"})["action"] == "deleted"


def test_a_server_that_knows_only_names(script: Script) -> None:
    script(LIST, ("PATCH", f"/tags/{TEST['id']}", 200, TEST, {"color": "#fff"}))
    (warning,) = run_module(NAME, {"name": "test", "color": "#fff"})["warnings"]
    assert "the server ignored color" in warning
