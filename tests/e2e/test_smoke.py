# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shortest ways to use the collection work: one ad-hoc command, and the demo playbook."""

from __future__ import annotations

from typing import Any

from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox


def test_ad_hoc_command_reads_users_with_one_login(adhoc: Any, sandbox: Sandbox) -> None:
    outcome = adhoc("saymon_user_info", "login=admin")
    assert outcome.rc == 0, outcome.output
    assert [user["login"] for user in outcome.json()["users"]] == ["admin"]
    calls = [(entry["method"], entry["path"]) for entry in sandbox.journal()]
    assert calls.count(("POST", "/users/session")) == 1
    assert sandbox.sessions() == 0, "the session was not closed"


def test_wrong_password_fails_without_showing_it(adhoc: Any) -> None:
    outcome = adhoc("saymon_user_info", "", "-vvv", env={"SAYMON_PASSWORD": "not-the-password"})
    assert outcome.rc != 0
    assert "FAILED" in outcome.output
    assert "not-the-password" not in outcome.output


def test_demo_playbook(playbook: Any, sandbox: Sandbox) -> None:
    outcome = playbook(ROOT / "playbooks" / "demo.yml")
    assert outcome.rc == 0, outcome.output
    assert "LOGIN" in outcome.stdout
    assert sandbox.password not in outcome.output
    assert sandbox.writes() == []
