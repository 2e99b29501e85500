# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_configuration."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_configuration"
SERVER: dict[str, Any] = {
    "incident_timeout": 3600000,
    "retain_expired_stat": False,
    "ratio": 0.5,
    "email": {
        "disabled": False,
        "transport": {"auth": {"user": "noc", "pass": "mail-secret-1"}},
        "to": ["a@example.org", "b@example.org"],
    },
}
READ = ("GET", "/configuration", 200, {"server": SERVER, "mqtt": {"broker": "mqtt://ci:broker-secret-1@localhost"}})


def hiding() -> dict[str, Any]:
    """The same, from a server that hides the password."""
    server = copy.deepcopy(SERVER)
    server["email"]["transport"]["auth"]["pass"] = "********"
    return {"server": server}


def call(settings: Any, check: bool = False, **more: Any) -> dict[str, Any]:
    return run_module(NAME, {"settings": settings, **more}, check=check)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "settings",
    [
        {"server": {"incident_timeout": 3600000}},
        {"server": {"incident_timeout": "3600000", "retain_expired_stat": "False", "ratio": "0.5"}},
        {"server": {"email": {"transport": {"auth": {"pass": "mail-secret-1"}}}, "new": None}},
        {"server": {"email": {"to": ["a@example.org", "b@example.org"]}}},
        {"server": {}, "unknown": {}},
        {"mqtt": {"broker": "mqtt://ci:broker-secret-1@localhost"}},
    ],
)
def test_no_change(script: Script, check: bool, settings: dict[str, Any]) -> None:
    script(READ)
    result = call(settings, check)
    assert (result["changed"], result["action"], result["diff"]) == (False, "unchanged", [])
    assert result["configuration"]["server"]["incident_timeout"] == 3600000
    assert "warnings" not in result
    assert "mail-secret-1" not in json.dumps(result)
    assert "broker-secret-1" not in json.dumps(result)


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    """The section is sent whole; the diff shows what differs."""
    body = {"server": {**copy.deepcopy(SERVER), "incident_timeout": 60}}
    body["server"]["email"]["to"] = ["b@example.org"]
    script(READ, *([] if check else [("PATCH", "/configuration", 200, body, body)]))
    result = call({"server": {"incident_timeout": "60", "email": {"to": ["b@example.org"]}}}, check)
    assert result["changed"] is True
    assert result["action"] == "updated"
    assert result["configuration"]["server"]["email"]["to"] == ["b@example.org"]
    assert result["diff"] == [
        {
            "before_header": "configuration configuration",
            "after_header": "configuration configuration",
            "before": {
                "settings": {
                    "server": {"incident_timeout": 3600000, "email": {"to": ["a@example.org", "b@example.org"]}}
                }
            },
            "after": {"settings": {"server": {"incident_timeout": 60, "email": {"to": ["b@example.org"]}}}},
        }
    ]
    assert "mail-secret-1" not in json.dumps(result)


@pytest.mark.parametrize(
    "settings",
    [
        {"server": {"incident_timeout": True}},
        {"server": {"retain_expired_stat": 0}},
        {"server": {"email": {"to": ["b@example.org", "a@example.org"]}}},
        {"server": {"email": {"transport": {"auth": {"user": "noc2"}}}}},
        {"server": {"incident_timeout": None}},
        {"mqtt": {"broker": "mqtt://ci:another-secret@localhost"}},
    ],
)
def test_any_difference_is_seen(script: Script, settings: dict[str, Any]) -> None:
    script(READ)
    assert call(settings, True)["changed"] is True


def test_a_secret_in_the_diff_is_masked(script: Script) -> None:
    script(READ)
    result = call({"server": {"email": {"transport": {"auth": {"pass": "new-secret-2"}}}}}, True)
    masked = {"settings": {"server": {"email": {"transport": {"auth": {"pass": "********"}}}}}}
    assert result["diff"][0]["before"] == result["diff"][0]["after"] == masked
    assert "secret-" not in json.dumps(result)


@pytest.mark.parametrize("check", [False, True])
def test_a_hidden_secret_is_no_difference(script: Script, check: bool) -> None:
    script(("GET", "/configuration", 200, hiding()))
    result = call({"server": {"email": {"transport": {"auth": {"user": "noc", "pass": "new-secret-2"}}}}}, check)
    assert result["changed"] is False


def test_a_hidden_secret_is_written_on_request(script: Script) -> None:
    body = hiding()
    body["server"]["email"]["transport"]["auth"]["pass"] = "new-secret-2"
    script(
        ("GET", "/configuration", 200, hiding()),
        ("PATCH", "/configuration", 200, hiding(), body),
        ("GET", "/configuration", 200, hiding()),
    )
    settings = {"server": {"email": {"transport": {"auth": {"pass": "new-secret-2"}}}}}
    result = call(settings, update_secrets=True)
    assert result["changed"] is True
    assert "new-secret-2" not in json.dumps(result)


def test_a_mask_is_never_written_back(script: Script) -> None:
    body = hiding()
    del body["server"]["email"]["transport"]["auth"]["pass"]
    body["server"]["incident_timeout"] = 60
    script(
        ("GET", "/configuration", 200, hiding()),
        ("PATCH", "/configuration", 200, hiding(), body),
        ("GET", "/configuration", 200, hiding()),
    )
    assert call({"server": {"incident_timeout": 60}})["changed"] is True


HIDDEN: dict[str, Any] = {
    "timeout": 1,
    "broker": "mqtt://ci:****@localhost",
    "accounts": [{"user": "ci", "pass": "****"}],
    "tokens": {"first": "****"},
}


def test_masks_anywhere_are_left_out(script: Script) -> None:
    read = ("GET", "/configuration", 200, {"mqtt": HIDDEN})
    script(read, ("PATCH", "/configuration", 200, None, {"mqtt": {"timeout": 2, "tokens": {}}}), read)
    assert call({"mqtt": {"timeout": 2}})["changed"] is True


@pytest.mark.parametrize(
    ("mqtt", "changed"),
    [
        ({"broker": "mqtt://ci:secret-text-1@localhost"}, False),
        ({"broker": "mqtt://ci:secret-text-1@elsewhere"}, True),
        ({"accounts": [{"user": "ci", "pass": "secret-text-2"}]}, False),
        ({"accounts": [{"user": "noc", "pass": "secret-text-2"}]}, True),
        ({"tokens": {"first": "secret-text-3"}}, False),
    ],
)
def test_what_stands_beside_a_mask_is_compared(script: Script, mqtt: dict[str, Any], changed: bool) -> None:
    script(("GET", "/configuration", 200, {"mqtt": HIDDEN}))
    result = call({"mqtt": mqtt}, True)
    assert result["changed"] is changed
    assert "secret-text" not in json.dumps(result)


def test_a_hidden_secret_that_is_lost_is_told(script: Script) -> None:
    without = hiding()
    del without["server"]["email"]["transport"]["auth"]["pass"]
    body = copy.deepcopy(without)
    body["server"]["incident_timeout"] = 60
    script(
        ("GET", "/configuration", 200, hiding()),
        ("PATCH", "/configuration", 200, without, body),
        ("GET", "/configuration", 200, without),
    )
    result = call({"server": {"incident_timeout": 60}})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"] == (
        "The server has taken over the change and forgotten server.email.transport.auth.pass, which it had hidden: "
        "set this again with its value."
    )


@pytest.mark.parametrize("check", [False, True])
def test_a_change_that_may_lock_out(script: Script, check: bool) -> None:
    script(READ)
    result = call({"server": {"user": {"csrf_token_enabled": True}}}, check)
    assert result["msg"] == (
        "a change of server.user.csrf_token_enabled may lock this account out, because clients that do not send the "
        "token are refused once it is on: check it, and set allow_lockout to true."
    )


@pytest.mark.parametrize("settings", [{"ldap": {"url": "ldap://x"}}, {"authTokenEnabled": False}])
def test_a_change_that_may_lock_out_is_made_on_request(script: Script, settings: dict[str, Any]) -> None:
    script(READ, READ)
    assert "may lock this account out" in call(settings, True)["msg"]
    assert call(settings, True, allow_lockout=True)["changed"] is True


def test_an_unknown_setting_is_written_with_a_warning(script: Script) -> None:
    body = {"server": {**copy.deepcopy(SERVER), "incident_timeot": 60}}
    script(READ, ("PATCH", "/configuration", 200, body, body))
    assert call({"server": {"incident_timeot": 60}})["warnings"] == [
        "The server has no setting 'server.incident_timeot' (did you mean 'server.incident_timeout'?): check the "
        "spelling. It is written as it is."
    ]


def test_a_documented_setting_that_is_not_set_yet_needs_no_warning(script: Script) -> None:
    script(READ)
    result = call({"server": {"stat_scan_period": 5000}}, True)
    assert result["changed"] is True
    assert "warnings" not in result


@pytest.mark.parametrize("status", [404, 405])
@pytest.mark.parametrize("check", [False, True])
def test_a_server_that_does_not_show_it(script: Script, status: int, check: bool) -> None:
    body = {"server": {"incident_timeout": 60}}
    read = ("GET", "/configuration", status, {"code": "MethodNotAllowed", "message": ""})
    script(read, *([] if check else [("PATCH", "/configuration", 200, None, body)]))
    result = call(body, check)
    assert result["changed"] is True
    assert result["configuration"] == body
    assert result["warnings"] == [
        "This server does not show its configuration, so nothing can be compared: the task writes what is given, and "
        "reports a change, in each run."
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"server": 1}, "settings: server is a section of this server: give a dictionary of its settings."),
        (
            {"server": {"incident_timeout": {"a": 1}}},
            "settings: server.incident_timeout is a single setting of this server: give a value in place of a "
            "dictionary.",
        ),
    ],
)
def test_what_does_not_fit(script: Script, settings: Any, message: str) -> None:
    script(READ)
    assert call(settings)["msg"] == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give a dictionary of sections, such as"),
        ({"server.email": {}}, "contains a dot: write the sections as nested dictionaries"),
        ({"server": {1: 2}}, "the name 1 is not a text: write it in quotes"),
        ({"server": {"pass": "****"}}, "pass holds a mask and no secret: give the secret itself, or leave pass out"),
    ],
)
def test_bad_input(script: Script, settings: Any, message: str) -> None:
    script()
    assert message in call(settings)["msg"]


def test_a_message_holds_no_secret(script: Script) -> None:
    script()
    result = call({"mqtt": {"key": "private-key-text-1", "a.b": "mqtt://ci:broker-secret-1@localhost"}})
    assert "contains a dot" in result["msg"]
    assert "private-key-text-1" not in json.dumps(result)
    assert "broker-secret-1" not in json.dumps(result)


def test_settings_are_needed(script: Script) -> None:
    script()
    assert run_module(NAME, {})["msg"] == "settings must be given: a dictionary of sections."


def test_a_lost_answer(script: Script) -> None:
    body = {"server": {**copy.deepcopy(SERVER), "incident_timeout": 60}}
    script(READ, ("PATCH", "/configuration", 502, "", body), ("GET", "/configuration", 200, body))
    result = call({"server": {"incident_timeout": 60}})
    assert (result["changed"], result["recovered"]) == (True, True)
