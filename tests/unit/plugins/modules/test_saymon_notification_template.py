# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_notification_template."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_notification_template"
MAIL: dict[str, Any] = {
    "id": "64b1f0c2a9d3e40800000001",
    "group": "state",
    "templateType": "email",
    "content": {"single": "{{entityName}}\n", "pack": "Several"},
}
FORGOT: dict[str, Any] = {
    "id": "64b1f0c2a9d3e40800000002",
    "group": "auth",
    "templateType": "forgot",
    "content": {"single": "{{emailLink}}"},
}
LIST = ("GET", "/notification-templates", 200, [MAIL, FORGOT])
PATH = f"/notification-templates/{MAIL['id']}"
WHO = {"group": "state", "type": "email"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        WHO,
        {**WHO, "single": "{{entityName}}", "pack": "Several\n"},
        {**WHO, "single": "{{entityName}}\n"},
        {"id": MAIL["id"], "pack": "Several", "group": "state"},
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(LIST)
    assert run_module(NAME, args, check=check) == {
        "changed": False,
        "diff": [],
        "notification_template": MAIL,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """Both texts are sent, because nobody knows how deep the server merges."""
    body = {"content": {"single": "Новый текст", "pack": "Several"}}
    script(LIST, *([] if check else [("PATCH", PATH, 200, {**MAIL, **body}, body)]))
    result = run_module(NAME, {**WHO, "single": "Новый текст"}, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "notification_template": {**MAIL, **body},
        "diff": [
            {
                "before_header": "notification template state email",
                "after_header": "notification template state email",
                "before": {"single": "{{entityName}}\n"},
                "after": {"single": "Новый текст"},
            }
        ],
    }


@pytest.mark.parametrize("text", ["{{entityName}}\n\n", "{{entityName}} ", ""])
def test_any_other_difference_is_seen(script: Script, text: str) -> None:
    script(LIST)
    assert run_module(NAME, {**WHO, "single": text}, check=True)["changed"] is True


def restored(record: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [("POST", f"/notification-templates/{record['id']}/restore-default/{name}", 200, "x") for name in names]


def test_restore(script: Script) -> None:
    after = {**MAIL, "content": {"single": "{{entityName}} is {{stateName}}", "pack": "Several"}}
    script(LIST, *restored(MAIL, "single", "pack"), ("GET", "/notification-templates", 200, [after, FORGOT]))
    result = run_module(NAME, {**WHO, "state": "default"})
    assert (result["changed"], result["action"], result["notification_template"]) == (True, "updated", after)
    assert (result["diff"][0]["before"], result["diff"][0]["after"]) == ({"state": "present"}, {"state": "default"})


def test_restore_what_was_not_changed(script: Script) -> None:
    """Only the texts that a template has are restored."""
    script(LIST, *restored(FORGOT, "single"), LIST)
    result = run_module(NAME, {"group": "auth", "type": "forgot", "state": "default"})
    assert (result["changed"], result["action"], result["diff"]) == (False, "unchanged", [])


def test_restore_in_check_mode(script: Script) -> None:
    script(LIST)
    result = run_module(NAME, {**WHO, "state": "default"}, check=True)
    assert (result["changed"], result["action"], result["notification_template"]) == (True, "updated", MAIL)


def test_a_list(script: Script) -> None:
    after = {**FORGOT, "content": {"single": "default"}}
    body = {"content": {"single": "{{entityName}}\n", "pack": "Others"}}
    script(
        LIST,
        ("PATCH", PATH, 200, {**MAIL, **body}, body),
        *restored(FORGOT, "single"),
        ("GET", "/notification-templates", 200, [{**MAIL, **body}, after]),
    )
    items = [{**WHO, "pack": "Others"}, {"group": "auth", "type": "forgot", "state": "default"}]
    result = run_module(NAME, {"notification_templates": items})
    assert result["changed"] is True
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "updated"]
    assert result["summary"]["updated"] == 2


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (
            {"group": "state", "type": "fax", "single": "x"},
            "there is no notification template 'state fax', and none can be created: there are auth forgot, state "
            "email.",
        ),
        ({"type": "email"}, "group must be given, because it names the notification template (or give its id)."),
        (
            {"id": MAIL["id"], "type": "sms"},
            "type is 'email' and cannot be changed after creation: leave type out, or delete the notification template "
            "first.",
        ),
    ],
)
def test_what_does_not_exist(script: Script, args: dict[str, Any], message: str) -> None:
    script(LIST)
    result = run_module(NAME, args)
    assert message in result["msg"], result


def test_texts_beside_the_default(script: Script) -> None:
    script()
    assert run_module(NAME, {**WHO, "state": "default", "pack": "x"})["msg"] == (
        "state is default, which restores the texts of the server: leave pack out."
    )


def test_a_lost_answer(script: Script) -> None:
    body = {"content": {"single": "x", "pack": "Several"}}
    script(LIST, ("PATCH", PATH, 502, "", body), ("GET", "/notification-templates", 200, [{**MAIL, **body}]))
    result = run_module(NAME, {**WHO, "single": "x"})
    assert (result["changed"], result["recovered"]) == (True, True)
