# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_notification."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_notification"
PATH = "/notification-templates/send"
HOST = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "db01"}
MAIL: dict[str, Any] = {"to": ["noc@example.org"], "subject": "Check {{entityName}}", "content": "<p>{{note}}</p>"}
BODY: dict[str, Any] = {
    "sendParams": {"to": "noc@example.org"},
    "subjectTemplate": "Check {{entityName}}",
    "contentTemplate": "<p>{{note}}</p>",
}
SENT = [{"name": "Check {{entityName}}", "action": "sent", "changed": True}]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "body"),
    [
        ({}, {}),
        ({"variables": {"note": "a"}}, {"templateVars": {"note": "a"}}),
        (
            {"to": ["NOC <noc@example.org>", "b@x"], "cc": ["c@x"], "bcc": ["d@x"], "reply_to": "e@x"},
            {"sendParams": {"to": "NOC <noc@example.org>, b@x", "cc": "c@x", "bcc": "d@x", "replyTo": "e@x"}},
        ),
        ({"link": "64b1f0c2a9d3e45f6a7b8f31"}, {"entityId": "64b1f0c2a9d3e45f6a7b8f31", "entityType": 2}),
    ],
)
def test_a_mail(script: Script, check: bool, args: dict[str, Any], body: dict[str, Any]) -> None:
    """It is a change each time; check mode says what would be sent."""
    script(*([] if check else [("POST", PATH, 200, None, {**BODY, **body})]))
    result = run_module(NAME, {**MAIL, **args}, check=check)
    assert (result["changed"], result["outcomes"]) == (True, SENT)
    assert result["diff"] == [
        {"before_header": "notification", "after_header": "notification", "before": {}, "after": {**MAIL, **args}}
    ]


@pytest.mark.parametrize("check", [False, True])
def test_about_an_object(script: Script, check: bool) -> None:
    body = {**BODY, "entityId": HOST["id"], "entityType": 1}
    script(
        search("id", HOST["id"], among=[HOST]),
        *([] if check else [("POST", PATH, 200, None, body)]),
    )
    result = run_module(NAME, {**MAIL, "object": HOST["id"]}, check=check)
    assert result["outcomes"] == SENT
    assert result["diff"][0]["after"]["object"] == "db01"


def test_secrets_are_sent_and_not_shown(script: Script) -> None:
    variables = {"note": "a", "new_password": "first-secret-1", "api": {"token": "second-secret-2"}}
    script(("POST", PATH, 200, None, {**BODY, "templateVars": variables}))
    result = run_module(NAME, {**MAIL, "variables": variables})
    assert result["diff"][0]["after"]["variables"] == {
        "note": "a",
        "new_password": "********",
        "api": {"token": "********"},
    }
    assert "-secret-" not in json.dumps(result)


def test_a_list_with_one_that_is_refused(script: Script) -> None:
    script(
        ("POST", PATH, 403, {"code": "Forbidden", "message": "no"}, BODY),
        ("POST", PATH, 200, None, {**BODY, "subjectTemplate": "Two"}),
    )
    result = run_module(NAME, {"notifications": [MAIL, {**MAIL, "subject": "Two"}]})
    assert (result["failed"], result["changed"]) == (True, True)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["failed", "sent"]
    assert [diff["after"]["subject"] for diff in result["diff"]] == ["Two"]


def test_a_lost_answer_is_not_repeated(script: Script) -> None:
    script(("POST", PATH, 502, "", BODY))
    result = run_module(NAME, MAIL)
    assert (result["failed"], result["changed"]) == (True, True)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"to": None}, "to must be given, because nobody else knows whom to write what."),
        ({"subject": None, "content": None}, "subject and content must be given"),
        ({"to": []}, "to is []: give a mail address."),
        ({"to": ["noc"]}, "'noc' is no mail address: give one such as noc@example.org"),
        ({"cc": ["a@x\r\nBcc: b@x"]}, "is no mail address"),
        ({"bcc": ["a@x, b@x"]}, "is no mail address"),
        ({"reply_to": ""}, "is no mail address"),
        ({"subject": ""}, "subject is '': give a text that is not empty."),
        ({"object": "db01", "link": "1"}, "object and link are given together: give one of them."),
    ],
)
def test_bad_options_send_nothing(script: Script, args: dict[str, Any], message: str) -> None:
    script()
    result = run_module(NAME, {**MAIL, **args})
    assert message in result["msg"], result


def test_one_bad_entry_spoils_the_list(script: Script) -> None:
    script()
    result = run_module(NAME, {"notifications": [MAIL, {**MAIL, "to": ["x"]}]})
    assert result["msg"].startswith("notifications[1] (Check {{entityName}}): to is ")
