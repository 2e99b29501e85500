# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_configuration_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module

NAME = "saymon_configuration_info"
FOUND: dict[str, Any] = {
    "server": {
        "incident_timeout": 60,
        "email": {"from": "noc@example.org", "auth": {"user": "noc", "pass": "mail-secret-1"}},
    },
    "mqtt": {"broker": "mqtt://ci:broker-secret-1@localhost", "key": ["part-one", "part-two"]},
}
SHOWN: dict[str, Any] = {
    "server": {
        "incident_timeout": 60,
        "email": {"from": "noc@example.org", "auth": {"user": "noc", "pass": "********"}},
    },
    "mqtt": {"broker": "mqtt://ci:********@localhost", "key": ["********", "********"]},
}
READ = ("GET", "/configuration", 200, FOUND)


@pytest.mark.parametrize("check", [False, True])
def test_everything(script: Script, check: bool) -> None:
    script(READ)
    assert run_module(NAME, {}, check=check) == {"changed": False, "configuration": SHOWN}


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["server.incident_timeout"], {"server": {"incident_timeout": 60}}),
        (["server.email.auth", "mqtt.broker"], {"server": {"email": {"auth": SHOWN["server"]["email"]["auth"]}}}),
        (["server", "server.email.auth.user"], {"server": SHOWN["server"]}),
        (["server.email.auth.user", "server.email"], {"server": {"email": SHOWN["server"]["email"]}}),
        (["nothing", "server.incident_timeout.x"], {}),
        ([], {}),
    ],
)
def test_paths(script: Script, paths: list[str], found: dict[str, Any]) -> None:
    script(READ)
    if "mqtt.broker" in paths:
        found = {**found, "mqtt": {"broker": SHOWN["mqtt"]["broker"]}}
    assert run_module(NAME, {"paths": paths})["configuration"] == found


def test_a_server_that_does_not_show_it(script: Script) -> None:
    script(("GET", "/configuration", 405, {"code": "MethodNotAllowed", "message": ""}))
    assert run_module(NAME, {})["msg"] == (
        "This server does not show its configuration through the API: look into /etc/saymon/saymon-server.conf on the "
        "server."
    )


def test_an_empty_path(script: Script) -> None:
    script()
    assert run_module(NAME, {"paths": ["server", ""]})["msg"] == (
        "paths[1] is empty: give names with dots between them, such as server.email."
    )
