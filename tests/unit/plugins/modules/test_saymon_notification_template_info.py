# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_notification_template_info."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_notification_template_info"
SUBJECT: dict[str, Any] = {
    "id": "64b1f0c2a9d3e40800000001",
    "group": "state",
    "templateType": "email-subject",
    "content": {"single": "{{entityName}}", "pack": "Several"},
}
FORGOT: dict[str, Any] = {
    "id": "64b1f0c2a9d3e40800000002",
    "group": "auth",
    "templateType": "forgot",
    "content": {"single": "{{emailLink}}"},
}
LIST = ("GET", "/notification-templates", 200, [SUBJECT, FORGOT])
REFUSED = {"code": "MethodNotAllowed", "message": "PATCH is not allowed"}


def preview(record: dict[str, Any], name: str, text: str, answer: Any, status: int = 200) -> tuple[Any, ...]:
    body = {
        "group": record["group"],
        "templateType": record["templateType"],
        "type": name,
        "content": text,
        "isSubject": record is SUBJECT,
    }
    return ("PATCH", "/notification-templates/preview", status, answer, body)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({}, [SUBJECT, FORGOT]),
        ({"group": "auth"}, [FORGOT]),
        ({"type": "email-subject"}, [SUBJECT]),
        ({"id": FORGOT["id"]}, [FORGOT]),
        ({"group": "auth", "type": "email-subject"}, []),
    ],
)
def test_filters(script: Script, check: bool, args: dict[str, Any], found: list[Any]) -> None:
    script(LIST)
    assert run_module(NAME, args, check=check) == {"changed": False, "notification_templates": found}


@pytest.mark.parametrize("check", [False, True])
def test_previews(script: Script, check: bool) -> None:
    """A preview changes nothing, so check mode makes it too."""
    script(
        LIST,
        preview(SUBJECT, "single", "{{entityName}}", {"preview": "Host 1"}),
        preview(SUBJECT, "pack", "Several", {"preview": "Several"}),
        preview(FORGOT, "single", "{{emailLink}}", {"preview": "<p>here</p>\n"}),
    )
    result = run_module(NAME, {"gather": ["preview"]}, check=check)
    assert result["changed"] is False
    assert [record["preview"] for record in result["notification_templates"]] == [
        {"single": "Host 1", "pack": "Several"},
        {"single": "<p>here</p>\n"},
    ]


@pytest.mark.parametrize("status", [404, 405])
def test_the_older_call(script: Script, status: int) -> None:
    script(
        LIST,
        preview(FORGOT, "single", "{{emailLink}}", REFUSED, status),
        ("GET", f"/notification-templates/{FORGOT['id']}/preview/single", 200, {"preview": "<p>here</p>"}),
    )
    result = run_module(NAME, {"group": "auth", "gather": ["preview"]})
    assert result["notification_templates"][0]["preview"] == {"single": "<p>here</p>"}


def test_a_text_to_try(script: Script) -> None:
    script(
        LIST,
        preview(FORGOT, "single", "new", {"preview": "<p>new</p>"}),
        preview(FORGOT, "pack", "more", {"preview": "<p>more</p>"}),
    )
    result = run_module(NAME, {"group": "auth", "gather": ["preview"], "try_single": "new", "try_pack": "more"})
    assert result["notification_templates"][0]["preview"] == {"single": "<p>new</p>", "pack": "<p>more</p>"}


def test_a_text_to_try_on_an_older_server(script: Script) -> None:
    script(LIST, preview(FORGOT, "single", "new", REFUSED, 405))
    assert run_module(NAME, {"group": "auth", "gather": ["preview"], "try_single": "new"})["msg"].startswith(
        "This older server previews stored texts only: leave single out, or store it first."
    )


def test_a_refusal_is_told(script: Script) -> None:
    script(LIST, preview(FORGOT, "single", "{{emailLink}}", {"code": "Forbidden", "message": "no"}, 403))
    assert "403" in run_module(NAME, {"group": "auth", "gather": ["preview"]})["msg"]


def test_a_text_to_try_without_a_preview(script: Script) -> None:
    script()
    assert run_module(NAME, {"try_single": "new"})["msg"] == (
        "try_single is given without a preview: set gather to [preview], or leave try_single out."
    )


def test_a_file(script: Script, tmp_path: Path) -> None:
    script(LIST, preview(FORGOT, "single", "{{emailLink}}", {"preview": "<p>here</p>"}))
    dest = tmp_path / "templates.json"
    result = run_module(NAME, {"group": "auth", "gather": ["preview"], "dest": str(dest)})
    assert (result["changed"], result["count"]) == (True, 1)
    assert json.loads(dest.read_text())[0]["preview"] == {"single": "<p>here</p>"}
