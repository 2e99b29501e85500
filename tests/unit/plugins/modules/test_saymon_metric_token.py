# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_metric_token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils import _acts
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.modules.saymon_metric_token import SPEC
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search, validated

NAME = "saymon_metric_token"
TOKEN = "7d0f6a52-1d6b-4d9e-9b39-0c5a4c3b1e42"
HOST = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "web01"}
FIND = search("id", str(HOST["id"]), among=[HOST])
ARGS = {"object": HOST["id"], "metric": "cpu.load1"}
BODY = {"entityId": HOST["id"], "entityType": 1, "metric": "cpu.load1"}
CREATE = ("POST", "/metric-token", 200, {**BODY, "id": TOKEN}, BODY)
LOOK, DELETE = f"/metric-token/{TOKEN}/stat", f"/metric-token/{TOKEN}"
WORKS = ("GET", LOOK, 200, {**BODY, "id": TOKEN, "value": 0.7})
GONE = ("GET", LOOK, 404, {"code": "NotFound"})
REVOKE = {"state": "absent", "token": TOKEN}


def diff(header: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"before_header": header, "after_header": header, "before": before, "after": after}


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    script(FIND, *([] if check else [CREATE]))
    secrets = Secrets()
    result = run_module(NAME, ARGS, check=check, secrets=secrets)
    token = {} if check else {"token": TOKEN}
    assert result == {
        "changed": True,
        "recovered": False,
        "diff": diff("metric token of web01", {}, {"metric": "cpu.load1"}),
        **token,
    }
    assert secrets.revealed == set(token.values())  # which makes the action hide the result


@pytest.mark.parametrize("check", [False, True])
def test_create_for_a_link(script: Script, check: bool) -> None:
    body = {"entityId": "7", "entityType": 2, "metric": "loss"}
    script(*([] if check else [("POST", "/metric-token", 200, {**body, "id": TOKEN}, body)]))
    result = run_module(NAME, {"link": "7", "metric": "loss"}, check=check)
    assert (result["changed"], result["diff"]["after_header"]) == (True, "metric token of link 7")


def test_in_check_mode_an_earlier_task_may_create_the_object() -> None:
    result = run_on(FakeServer(), NAME, {"object": "/ROOT/new", "metric": "cpu"}, check=True)
    assert (result["changed"], result["diff"]["after"]) == (True, {"metric": "cpu"})


@pytest.mark.parametrize("before", [None, "older"])
@pytest.mark.parametrize("check", [False, True])
def test_the_token_goes_into_a_file(script: Script, tmp_path: Path, check: bool, before: str | None) -> None:
    dest = tmp_path / "token"
    if before:
        dest.write_text(before)
        dest.chmod(0o644)
    script(FIND, *([] if check else [CREATE]))
    secrets = Secrets()
    result = run_module(NAME, {**ARGS, "dest": str(dest)}, check=check, secrets=secrets)
    assert result["changed"] is True
    assert TOKEN not in str(result)
    assert secrets.revealed == set()
    if check:
        assert "dest" not in result
        assert [path.name for path in tmp_path.iterdir()] == (["token"] if before else [])
    else:
        assert result["dest"] == str(dest)
        assert (dest.read_text(), dest.stat().st_mode & 0o777) == (TOKEN, 0o600)


@pytest.mark.parametrize("check", [False, True])
def test_a_file_that_cannot_be_written_is_told_before_there_is_a_token(tmp_path: Path, check: bool) -> None:
    result = run_module(NAME, {**ARGS, "dest": str(tmp_path / "nowhere" / "token")}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(f"dest is '{tmp_path}/nowhere/token', which cannot be written")


@pytest.mark.parametrize("status", [204, 404])
def test_a_token_that_cannot_be_kept_is_revoked(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def refuse(*_args: Any, keep: bool, **_keywords: Any) -> None:
        if keep:
            raise BadInput("dest is full.")

    monkeypatch.setattr(_acts, "save", refuse)
    script(FIND, CREATE, Exchange("DELETE", DELETE, status))
    result = run_module(NAME, {**ARGS, "dest": str(tmp_path / "token")})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("dest is full. The server was asked to revoke the new token: run the task again")


def test_a_lost_answer_is_not_repeated(script: Script) -> None:
    script(FIND, Exchange("POST", "/metric-token", body=BODY, error=requests.exceptions.ReadTimeout()))
    result = run_module(NAME, ARGS)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: POST /metric-token")


@pytest.mark.parametrize("answer", [None, {"id": 7}, {"id": ""}, [TOKEN]])
def test_an_answer_without_a_token(script: Script, answer: Any) -> None:
    script(FIND, ("POST", "/metric-token", 200, answer, BODY))
    result = run_module(NAME, ARGS)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "The server created a token without returning it: run the task again."


def test_a_refusal(script: Script) -> None:
    script(FIND, ("POST", "/metric-token", 403, {"code": "Forbidden"}, BODY))
    result = run_module(NAME, ARGS)
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 403)


@pytest.mark.parametrize("check", [False, True])
def test_revoke(script: Script, check: bool) -> None:
    script(WORKS, *([] if check else [Exchange("DELETE", DELETE, 204)]))
    assert run_module(NAME, REVOKE, check=check) == {
        "changed": True,
        "recovered": False,
        "diff": diff("metric token", {"state": "present"}, {"state": "absent"}),
    }


@pytest.mark.parametrize("check", [False, True])
def test_revoked_already(script: Script, check: bool) -> None:
    script(GONE)
    assert run_module(NAME, REVOKE, check=check) == {"changed": False, "recovered": False}


def test_another_task_was_faster(script: Script) -> None:
    script(WORKS, ("DELETE", DELETE, 404, {"code": "NotFound"}), GONE)
    assert run_module(NAME, REVOKE) == {"changed": False, "recovered": False}


def test_a_server_without_the_call(script: Script) -> None:
    script(WORKS, ("DELETE", DELETE, 404, {"code": "NotFound"}), WORKS)
    result = run_module(NAME, REVOKE)
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 404)
    assert TOKEN not in str(result)


LOST = Exchange("DELETE", DELETE, error=requests.exceptions.ReadTimeout())


def test_a_lost_answer_to_a_revocation(script: Script) -> None:
    script(WORKS, LOST, GONE)
    result = run_module(NAME, REVOKE)
    assert (result["changed"], result["recovered"]) == (True, True)


@pytest.mark.parametrize("then", [WORKS, ("GET", LOOK, 500, {"code": "x"})])
def test_a_revocation_that_may_come_later(script: Script, then: tuple[Any, ...]) -> None:
    script(WORKS, LOST, then)
    result = run_module(NAME, REVOKE)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: DELETE /metric-token/")
    assert TOKEN not in str(result)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({**ARGS, "token": TOKEN}, "token is given, and state is present: leave out token, or set state to absent"),
        ({**REVOKE, "dest": "/tmp/token"}, "dest is a file for a new token, and state is absent: leave out dest."),
        ({**ARGS, "metric": ""}, "metric is empty: give a text, or leave the option out."),
        ({"state": "absent", "token": ""}, "token is empty: give a text, or leave the option out."),
    ],
)
def test_bad_input(args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["changed"], result["msg"].startswith(said)) == (True, False, True), result["msg"]


@pytest.mark.parametrize(("args", "reveals"), [(ARGS, True), ({**ARGS, "dest": "/tmp/token"}, False), (REVOKE, False)])
def test_async_is_refused_only_where_the_result_would_hold_the_token(args: dict[str, Any], reveals: bool) -> None:
    assert SPEC.reveals(validated(NAME, {"saymon_url": "https://saymon.example.org", **args})) is reveals
