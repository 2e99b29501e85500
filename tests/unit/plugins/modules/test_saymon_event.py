# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_event."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
import requests
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_event"
EVENT = {"_id": "64b1f0c2a9d3e45f6a7b8f51", "type": 1, "timestamp": 5, "payload": {"trapOid": "1.3.6", "text": "down"}}
ANN, BOB = (
    {"id": f"64b1f0c2a9d3e45f6a7b8c0{at}", "login": login, "group": []} for at, login in ((1, "ann"), (2, "bob"))
)
USERS = ("GET", "/users", 200, [ANN, BOB])
PATH = f"/event-log/{EVENT['_id']}"
NO_CALL = ("GET", "/event-log/modifications?limit=500&skip=0", 404, {"code": "NotFound"})
ASSIGNED = {"_id": "m1", "target": EVENT["_id"], "body": {"userId": ANN["id"]}}
EDITED = {"_id": "m2", "target": "m1", "body": {"payload": {"text": "planned work", "by": None}}}


def modifications(*records: dict[str, Any]) -> tuple[Any, ...]:
    return ("GET", "/event-log/modifications?limit=500&skip=0", 200, list(records))


def found(*records: dict[str, Any], wanted: Any = EVENT["_id"], status: int = 200) -> tuple[Any, ...]:
    criteria = quote(json.dumps({"_id": wanted}))
    path = f"/event-log?filter={criteria}&sortField=timestamp&sortDirection=desc&limit=500&skip=0"
    return ("GET", path, status, list(records) if status == 200 else {"code": "x"})


def log(*records: dict[str, Any]) -> tuple[Any, ...]:
    return ("GET", "/event-log?sortField=timestamp&sortDirection=desc&limit=500&skip=0", 200, list(records))


def assign(user: dict[str, Any], status: int = 200) -> tuple[Any, ...]:
    return ("PATCH", f"{PATH}/assignee", status, None if status == 200 else {"code": "x"}, {"userId": user["id"]})


def edit(**payload: Any) -> tuple[Any, ...]:
    return ("PATCH", f"{PATH}/payload", 200, None, payload)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        {"assignee": "ann"},
        {"payload": {"text": "planned work", "by": None, "trapOid": "1.3.6"}},
        {"assignee": "ann", "payload": {}},
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(*([USERS] if "assignee" in args else []), modifications(ASSIGNED, EDITED), found(EVENT))
    result = run_module(NAME, {"id": EVENT["_id"], **args}, check=check)
    payload = {"trapOid": "1.3.6", "text": "planned work", "by": None}
    event = {**EVENT, "id": EVENT["_id"], "assignee": ANN["id"], "payload": payload}
    assert result == {"changed": False, "event": event, "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """Only what differs is sent."""
    script(USERS, modifications(ASSIGNED), found(EVENT))
    if not check:
        script(assign(BOB), edit(text="planned work"))
    args = {"id": EVENT["_id"], "assignee": "bob", "payload": {"text": "planned work", "trapOid": "1.3.6"}}
    result = run_module(NAME, args, check=check)
    payload = {"trapOid": "1.3.6", "text": "planned work"}
    assert result == {
        "changed": True,
        "event": {**EVENT, "id": EVENT["_id"], "assignee": BOB["id"], "payload": payload},
        "recovered": False,
        "diff": {
            "before_header": f"event {EVENT['_id']}",
            "after_header": f"event {EVENT['_id']}",
            "before": {"assignee": "ann", "payload": {"text": "down"}},
            "after": {"assignee": "bob", "payload": {"text": "planned work"}},
        },
    }


def test_nothing_was_changed_before(script: Script) -> None:
    script(modifications(), found(EVENT), assign(ANN))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["changed"], result["diff"]["before"]) == (True, {"assignee": None})


def test_the_id_of_a_modification_means_its_record(script: Script) -> None:
    script(modifications(ASSIGNED, EDITED), found(EVENT))
    script(("PATCH", "/event-log/m2/payload", 200, None, {"text": "over"}))
    result = run_module(NAME, {"id": "m2", "payload": {"text": "over"}})
    assert (result["event"]["id"], result["event"]["payload"]["text"]) == (EVENT["_id"], "over")


@pytest.mark.parametrize("first", [found(), found(status=400), found(status=500)])
def test_a_server_that_does_not_filter_is_searched(script: Script, first: tuple[Any, ...]) -> None:
    script(modifications(ASSIGNED), first, log({"_id": "another"}, EVENT))
    assert run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})["changed"] is False


@pytest.mark.parametrize("check", [False, True])
def test_a_record_that_is_not_there(script: Script, check: bool) -> None:
    script(modifications(), found(), log({"_id": "another"}))
    result = run_module(NAME, {"id": EVENT["_id"], "payload": {"a": 1}}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(f"id is '{EVENT['_id']}', which the event log does not hold: check the id")


@pytest.mark.parametrize("check", [False, True])
def test_a_server_that_does_not_show_modifications_gets_the_edit_each_time(script: Script, check: bool) -> None:
    script(NO_CALL, *([] if check else [assign(ANN), edit(text="x")]))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"], "payload": {"text": "x"}}, check=check)
    assert (result["changed"], result["event"]) == (True, {})
    assert (result["diff"]["before"], result["diff"]["after"]["payload"]) == ({}, {"text": "x"})
    (warning,) = result["warnings"]
    assert warning.startswith("The server does not show earlier modifications, so the edit is sent in each run. GET ")


@pytest.mark.parametrize("check", [False, True])
def test_or_not_at_all(script: Script, check: bool) -> None:
    script(NO_CALL)
    result = run_module(NAME, {"id": EVENT["_id"], "payload": {"text": "x"}, "when_unknown": "skip"}, check=check)
    assert (result["changed"], result["event"], "diff" in result) == (False, {}, False)
    assert result["warnings"][0].startswith(
        "The server does not show earlier modifications, so the edit was not sent. GET /event-log/modifications "
    )


@pytest.mark.parametrize("check", [False, True])
def test_or_it_is_an_error(script: Script, check: bool) -> None:
    script(NO_CALL)
    result = run_module(NAME, {"id": EVENT["_id"], "payload": {"text": "x"}, "when_unknown": "fail"}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(
        "The record was not changed, because the server does not show what was changed before: set when_unknown to "
    )


def test_an_account_that_may_not(script: Script) -> None:
    script(modifications(), found(EVENT), assign(ANN, 403))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 403)
    assert result["msg"].startswith(
        "The account may not change the event log, which needs the permission manage-event-log. PATCH "
    )


def test_an_edit_that_fails_after_the_assignment(script: Script) -> None:
    script(modifications(), found(EVENT), assign(ANN))
    script(("PATCH", f"{PATH}/payload", 500, {"code": "x"}, {"text": "x"}))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"], "payload": {"text": "x"}})
    assert (result["failed"], result["changed"], result["status"]) == (True, True, 500)


LOST = Exchange("PATCH", f"{PATH}/assignee", body={"userId": ANN["id"]}, error=requests.exceptions.ReadTimeout())


def test_a_lost_answer_to_what_was_done(script: Script) -> None:
    script(modifications(), found(EVENT), LOST, modifications(ASSIGNED), found(EVENT))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["changed"], result["recovered"], result["event"]["assignee"]) == (True, True, ANN["id"])


def test_a_lost_answer_to_what_was_not_done(script: Script) -> None:
    script(modifications(), found(EVENT), LOST, modifications(), found(EVENT), assign(ANN))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["changed"], result["recovered"]) == (True, True)


def test_answers_that_always_get_lost(script: Script) -> None:
    for _attempt in range(3):
        script(modifications(), found(EVENT), LOST)
    script(modifications(), found(EVENT))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: PATCH ")


def test_a_lost_answer_where_nobody_can_look(script: Script) -> None:
    script(NO_CALL, LOST)
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["failed"], result["changed"]) == (True, True)


def test_a_lost_answer_and_then_a_refusal(script: Script) -> None:
    script(modifications(), found(EVENT), LOST)
    script(("GET", "/event-log/modifications?limit=500&skip=0", 500, {"code": "x"}))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": ANN["id"]})
    assert (result["failed"], result["changed"]) == (True, True)
    assert "Then the server could not be asked what became of it: GET " in result["msg"]


def test_oneself_needs_no_list_of_users(script: Script) -> None:
    script(("GET", "/users/current", 200, ANN), modifications(ASSIGNED), found(EVENT))
    args = {"id": EVENT["_id"], "assignee": "ann", "saymon_login": "ann", "saymon_password": "pass-phrase-1"}
    assert run_module(NAME, args)["changed"] is False


def test_somebody_who_does_not_exist(script: Script) -> None:
    script(USERS)
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": "an"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert "there is no user 'an'" in result["msg"]


def test_in_check_mode_an_earlier_task_may_create_the_user(script: Script) -> None:
    script(USERS, modifications(ASSIGNED), found(EVENT))
    result = run_module(NAME, {"id": EVENT["_id"], "assignee": "new"}, check=True)
    assert (result["changed"], result["diff"]["after"]) == (True, {"assignee": "new"})


@pytest.mark.parametrize("args", [{"id": "", "payload": {"a": 1}}, {"id": "7", "assignee": ""}])
def test_an_empty_text(args: dict[str, Any]) -> None:
    assert "is empty: give a text, or leave the option out." in run_module(NAME, args)["msg"]
