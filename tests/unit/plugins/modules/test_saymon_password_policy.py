# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_password_policy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_password_policy"
DEFAULT = {"id": 1, "name": "Default", "length": 8, "minDigits": "1", "changePasswordOnFirstLogin": None}
STRICT = {"id": "64b1f0c2a9d3e45f6a7b8a01", "name": "Strict", "length": 16, "passwordLifetime": 90}
LIST = ("GET", "/password-policies", 200, [DEFAULT, STRICT])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "args",
    [
        {"id": "1", "length": 8, "min_digits": 1, "min_special": 0, "change_password_on_first_login": False},
        {"name": "Default", "length": 8, "unique_passwords_number": 0},
        {"name": "Strict", "length": 16, "password_lifetime": 90, "password_expired_notification_period": 0},
    ],
)
def test_no_change(script: Script, check: bool, args: dict[str, Any]) -> None:
    script(LIST)
    result = run_module(NAME, args, check=check)
    record = STRICT if args.get("name") == "Strict" else DEFAULT
    assert result == {
        "changed": False,
        "diff": [],
        "password_policy": record,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    script(LIST)
    body = {"length": 12, "minDigits": 0, "changePasswordOnFirstLogin": True}
    if not check:
        script(("PATCH", "/password-policies/1", 200, {**DEFAULT, **body}, body))
    args = {"id": "1", "length": 12, "min_digits": 0, "change_password_on_first_login": True, "min_capital": 0}
    result = run_module(NAME, args, check=check)
    assert result == {
        "changed": True,
        "action": "updated",
        "recovered": False,
        "password_policy": {**DEFAULT, **body},
        "diff": [
            {
                "before_header": "password policy Default",
                "after_header": "password policy Default",
                "before": {"length": 8, "min_digits": 1, "change_password_on_first_login": False},
                "after": {"length": 12, "min_digits": 0, "change_password_on_first_login": True},
            }
        ],
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body = {"name": "Guests", "length": 4}
    script(LIST)
    if not check:
        script(
            ("POST", "/password-policies", 200, {"id": "new1", **body}, body), LIST
        )  # did another run create the same one?
    result = run_module(NAME, {"name": "Guests", "length": 4, "min_digits": 0}, check=check)
    assert (result["action"], result["diff"][0]["after"]) == (
        "created",
        {"state": "present", "length": 4, "name": "Guests"},
    )


@pytest.mark.parametrize("status", [404, 405])
def test_create_where_post_is_unknown(script: Script, status: int) -> None:
    body = {"name": "Guests"}
    refusal = {"code": "ResourceNotFound", "message": "/api/password-policies does not exist"}
    script(
        LIST,
        ("POST", "/password-policies", status, refusal, body),
        ("PATCH", "/password-policies/", 200, [{"id": "new1", **body}], body),
        LIST,
    )
    assert run_module(NAME, body)["password_policy"]["id"] == "new1"


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(Exchange("DELETE", f"/password-policies/{STRICT['id']}", 204))
    assert run_module(NAME, {"name": "Strict", "state": "absent"}, check=check)["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_absent_already(script: Script, check: bool) -> None:
    script(LIST)
    assert run_module(NAME, {"name": "Gone", "state": "absent"}, check=check)["changed"] is False


def test_rename(script: Script) -> None:
    script(LIST, ("PATCH", f"/password-policies/{STRICT['id']}", 200, {}, {"name": "Hard"}))
    assert run_module(NAME, {"id": STRICT["id"], "name": "Hard"})["password_policy"]["name"] == "Hard"


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(LIST)
    if not check:
        script(
            ("PATCH", "/password-policies/1", 200, None, {"length": 10}),
            ("POST", "/password-policies", 200, {"id": "new1", "name": "Guests"}, {"name": "Guests"}),
            LIST,
        )
    policies = [
        {"id": 1, "length": "10"},
        {"name": "Strict", "length": 16.0},
        {"name": "Guests"},
        {"name": "Gone", "state": "absent"},
    ]
    result = run_module(NAME, {"password_policies": policies, "outcomes": "all"}, check=check)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "unchanged", "created", "unchanged"]
    assert result["changed"] is True


@pytest.mark.parametrize("check", [False, True])
def test_list_without_change(script: Script, check: bool) -> None:
    script(LIST)
    result = run_module(NAME, {"password_policies": [{"id": 1, "length": 8}, {"name": "Strict"}]}, check=check)
    assert (result["changed"], result["diff"]) == (False, [])


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (
            {"name": "Strict", "length": -1},
            "password_policies[1] (Strict): length is -1: give a whole number, 0 or more.",
        ),
        (
            {"name": "Strict", "length": 1.5},
            "password_policies[1] (Strict): length is 1.5: give a whole number, 0 or more.",
        ),
        ({"id": "7", "length": 1}, "password_policies[1] (7): no password policy has the id '7': correct it"),
        (
            {"length": 1},
            "password_policies[1]: name must be given, because it names the password policy (or give its id).",
        ),
    ],
)
def test_nothing_is_written_when_one_is_wrong(script: Script, policy: dict[str, Any], said: str) -> None:
    if "length is" not in said:
        script(LIST)
    result = run_module(NAME, {"password_policies": [{"name": "Guests"}, policy]})
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"].startswith(said)


def test_the_policy_in_force_cannot_go(script: Script) -> None:
    """Whatever a server makes of that: nobody wants to be without one."""
    script(LIST)
    result = run_module(NAME, {"id": "1", "state": "absent"})
    assert (result.get("failed"), result["changed"]) == (True, False)
