# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_auth_token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils import _acts
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, WatchedStore, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_auth_token"
OLD_TOKEN, TOKEN = "11111111-95a4-4a52-8d5e-3f6f1f0a7c11", "22222222-95a4-4a52-8d5e-3f6f1f0a7c22"
ANN = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ann", "authenticationToken": OLD_TOKEN}
BOB = {"id": "64b1f0c2a9d3e45f6a7b8c02", "login": "bob", "authenticationToken": None}
TWIN = {"id": "64b1f0c2a9d3e45f6a7b8c03", "login": "BOB"}
LIST = ("GET", "/users", 200, [ANN, BOB, TWIN])


def who(user: dict[str, Any]) -> dict[str, Any]:
    return {"id": user["id"], "login": user["login"]}


def diff(user: dict[str, Any], before: str, after: str) -> dict[str, Any]:
    header = f"token of {user['login']}"
    return {"before_header": header, "after_header": header, "before": {"state": before}, "after": {"state": after}}


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("POST", f"/users/{BOB['id']}/auth-token", 200, TOKEN))
    secrets = Secrets()
    result = run_module(NAME, {"user": "bob"}, check=check, secrets=secrets)
    token = {} if check else {"token": TOKEN}
    assert result == {
        "changed": True,
        "user": who(BOB),
        "recovered": False,
        "diff": diff(BOB, "absent", "present"),
        **token,
    }
    assert secrets.revealed == set(token.values())  # which makes the action hide the result


@pytest.mark.parametrize("before", [None, "older"])
@pytest.mark.parametrize("check", [False, True])
def test_the_token_goes_into_a_file(script: Script, tmp_path: Path, check: bool, before: str | None) -> None:
    dest = tmp_path / "token"
    if before:
        dest.write_text(before)
        dest.chmod(0o644)
    script(LIST)
    if not check:
        script(("POST", f"/users/{BOB['id']}/auth-token", 200, TOKEN))
    secrets = Secrets()
    result = run_module(NAME, {"user": "bob", "dest": str(dest)}, check=check, secrets=secrets)
    assert result["changed"] is True
    assert TOKEN not in str(result)
    assert secrets.revealed == set()
    if check:
        assert "dest" not in result
        assert [path.name for path in tmp_path.iterdir()] == (["token"] if before else [])
    else:
        assert result["dest"] == str(dest)
        assert (dest.read_text(), dest.stat().st_mode & 0o777) == (TOKEN, 0o600)


def test_a_file_that_cannot_be_written_is_told_before_there_is_a_token(script: Script, tmp_path: Path) -> None:
    script(LIST)
    result = run_module(NAME, {"user": "bob", "dest": str(tmp_path / "nowhere" / "token")})
    assert result["failed"]
    assert result["msg"].startswith(f"dest is '{tmp_path}/nowhere/token', which cannot be written")


def test_a_file_that_can_no_longer_be_written(script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any, keep: bool, **_keywords: Any) -> None:
        if keep:
            raise BadInput("dest is full.")

    monkeypatch.setattr(_acts, "save", refuse)
    script(LIST, ("POST", f"/users/{BOB['id']}/auth-token", 200, TOKEN))
    result = run_module(NAME, {"user": "bob", "dest": str(tmp_path / "token")})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == "dest is full. The token was created all the same: run the task again with renew."


def test_no_file_for_a_token_that_is_revoked(script: Script) -> None:
    result = run_module(NAME, {"user": "bob", "state": "absent", "dest": "/tmp/token"})
    assert result["msg"] == "dest is a file for a new token, and state is absent: leave out dest."


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "user"), [({"user": "ann"}, ANN), ({"user": ANN["id"]}, ANN), ({"user": "bob", "state": "absent"}, BOB)]
)
def test_no_change(script: Script, check: bool, args: dict[str, Any], user: dict[str, Any]) -> None:
    script(LIST)
    assert run_module(NAME, args, check=check) == {"changed": False, "user": who(user), "recovered": False}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("user", "before", "after"), [(ANN, "present", "renewed"), (BOB, "absent", "present")])
def test_renew(script: Script, check: bool, user: dict[str, Any], before: str, after: str) -> None:
    script(LIST)
    if not check:
        script(("POST", f"/users/{user['id']}/auth-token", 200, TOKEN))
    result = run_module(NAME, {"user": user["login"], "renew": True}, check=check)
    assert (result["changed"], result["diff"]) == (True, diff(user, before, after))
    assert OLD_TOKEN not in str(result)


@pytest.mark.parametrize("check", [False, True])
def test_revoke(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(("DELETE", f"/users/{ANN['id']}/auth-token", 204))
    result = run_module(NAME, {"user": "ann", "state": "absent", "renew": True}, check=check)
    assert result == {"changed": True, "user": who(ANN), "recovered": False, "diff": diff(ANN, "present", "absent")}


@pytest.mark.parametrize("check", [False, True])
def test_the_account_that_is_signed_in(script: Script, check: bool) -> None:
    script(("GET", "/users/current", 200, BOB))
    if not check:
        script(("POST", f"/users/{BOB['id']}/auth-token", 200, TOKEN))
    assert run_module(NAME, check=check)["user"] == who(BOB)


@pytest.mark.parametrize(("user", "how_many"), [("eve", "no user"), ("Bob", "several users")])
def test_who_is_meant_must_be_clear(script: Script, user: str, how_many: str) -> None:
    script(LIST)
    result = run_module(NAME, {"user": user})
    assert result["msg"] == f"user is {user!r}, which means {how_many}: give the login or the id of one."


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_masked_list_is_no_ground_to_act_on(script: Script, state: str) -> None:
    script(("GET", "/users", 200, [{"id": ANN["id"], "login": "ann"}]))
    result = run_module(NAME, {"user": "ann", "state": state})
    assert (result["failed"], result["changed"]) == (True, False)
    assert "manage-users" in result["msg"]


LOST = requests.exceptions.ReadTimeout("late")
NEW_ANN, NEW_BOB = ({**user, "authenticationToken": "33333333-95a4-4a52-8d5e-3f6f1f0a7c33"} for user in (ANN, BOB))


def listed(*users: dict[str, Any]) -> tuple[Any, ...]:
    return ("GET", "/users", 200, [*users, TWIN])


def test_a_lost_token_is_replaced_once_it_shows(script: Script) -> None:
    """Not at once: the server may still be at work on the first call, and its late token would replace the new one."""
    path = f"/users/{BOB['id']}/auth-token"
    script(
        LIST,
        Exchange("POST", path, error=LOST),
        listed(ANN, BOB),
        listed(ANN, BOB),
        listed(ANN, NEW_BOB),
        ("POST", path, 200, TOKEN),
    )
    result = run_module(NAME, {"user": "bob"})
    assert (result["changed"], result["recovered"], result["token"]) == (True, True, TOKEN)
    assert script.naps == [0.5, 1.0]


def test_a_lost_token_that_never_shows_is_created_once_more(script: Script) -> None:
    path = f"/users/{ANN['id']}/auth-token"
    script(LIST, Exchange("POST", path, error=LOST), *[LIST] * 4, ("POST", path, 200, TOKEN))
    result = run_module(NAME, {"user": "ann", "renew": True, "saymon_timeout": 3})
    assert (result["recovered"], result["token"], sum(script.naps)) == (True, TOKEN, 3)


@pytest.mark.parametrize("gone", [True, False])
def test_a_lost_revocation(script: Script, gone: bool) -> None:
    path = f"/users/{ANN['id']}/auth-token"
    script(
        LIST, Exchange("DELETE", path, error=LOST), listed({**ANN, "authenticationToken": None} if gone else ANN, BOB)
    )
    if not gone:
        script(("DELETE", path, 204))
    result = run_module(NAME, {"user": "ann", "state": "absent"})
    assert (result["changed"], result["recovered"]) == (True, True)


def test_a_token_that_may_have_been_created_is_told(script: Script) -> None:
    script(
        LIST,
        Exchange("POST", f"/users/{BOB['id']}/auth-token", error=LOST),
        ("GET", "/users", 403, {"code": "Forbidden"}),
    )
    result = run_module(NAME, {"user": "bob"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: POST /users/")
    assert "Then the server could not be asked what became of it: GET /users answered 403 Forbidden" in result["msg"]


@pytest.mark.parametrize("state", ["present", "absent"])
def test_an_empty_user_is_not_the_caller(script: Script, state: str) -> None:
    result = run_module(NAME, {"user": "", "state": state})
    assert (result["changed"], result["msg"]) == (False, "user is empty: give a text, or leave the option out.")


def test_what_another_host_has_created_meanwhile_is_not_replaced() -> None:
    server = FakeServer(users=[BOB, ANN])

    def another_host() -> None:
        server.data["/users"][0]["authenticationToken"] = OLD_TOKEN
        server.counted.written += 1

    sessions = server.sessions = WatchedStore(another_host)
    assert run_on(server, NAME, {"user": "bob"}, check=True)["changed"] is True
    assert sessions.wanted == []
    assert run_on(server, NAME, {"user": "bob"})["changed"] is False
    assert (sessions.wanted, server.writes) == ([{"user"}], [])


def test_a_refusal(script: Script) -> None:
    script(LIST, ("POST", f"/users/{BOB['id']}/auth-token", 403, {"code": "Forbidden", "message": "manage-users"}))
    result = run_module(NAME, {"user": "bob"})
    assert (result["failed"], result["changed"], result["status"]) == (True, False, 403)


def test_an_answer_without_a_token(script: Script) -> None:
    script(LIST, ("POST", f"/users/{BOB['id']}/auth-token", 200, {"ok": True}))
    result = run_module(NAME, {"user": "bob"})
    assert result["msg"] == "The server created a token without returning it: run the task again with renew."
