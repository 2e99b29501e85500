# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins other than actions: the options, the session and the messages of modules."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleError
from ansible_collections.saymon.platform.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.saymon.platform.plugins.module_utils._arguments import CONNECTION_OPTIONS, Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext
from ansible_collections.saymon.platform.plugins.plugin_utils import plugin
from ansible_collections.saymon.platform.plugins.plugin_utils.options import Source
from ansible_collections.saymon.platform.plugins.plugin_utils.plugin import run_here
from ansible_collections.saymon.platform.tests.unit.support import URL, Script

SPEC = Spec({"path": {"type": "str", "default": "/users"}})
WHO = {"saymon_url": URL, "saymon_login": "ci", "saymon_password": "pass-phrase-1"}
BODY = {"login": "ci", "password": "pass-phrase-1"}
LOGIN = ("POST", "/users/session", 200, "64b1f0c2a9d3e45f6a7b0001", BODY)


def read(context: TaskContext) -> dict[str, Any]:
    context.warnings.append("mind this")
    return {"records": context.client.get_list(context.args["path"])}


def ask(args: dict[str, Any], variables: dict[str, Any] | None = None) -> dict[str, Any]:
    return run_here("probe", SPEC, read, Source(args, variables or {}, None, lambda value: value))


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(plugin.display, "warning", said.append)
    return said


def test_one_session_serves_all_plugins_of_a_run(script: Script, warnings: list[str]) -> None:
    script(LOGIN, ("GET", "/users", 200, []), ("GET", "/objects", 200, []))
    assert ask(WHO)["records"] == []
    assert ask({"path": "/objects"}, WHO)["records"] == []
    assert warnings == ["mind this"] * 2


def test_a_failure_is_the_message_of_a_module(script: Script, warnings: list[str]) -> None:
    script(("POST", "/users/session", 401, {"code": "InvalidCredentials", "message": "no pass-phrase-1"}, BODY))
    with pytest.raises(AnsibleError, match="refused") as caught:
        ask(WHO)
    assert "pass-phrase-1" not in str(caught.value)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ({}, "saymon_url"),
        ({**WHO, "pth": "/x"}, "there is no option pth; did you mean path?"),
        ({"saymon_url": "ftp://x"}, "saymon_url"),
    ],
)
def test_bad_options_send_nothing(script: Script, args: dict[str, Any], says: str) -> None:
    with pytest.raises(AnsibleError, match=says.replace("?", r"\?")):
        ask(args)


def test_the_options_are_documented_with_their_variables() -> None:
    for_modules, for_plugins = (
        yaml.safe_load(text)["options"] for text in (ModuleDocFragment.DOCUMENTATION, ModuleDocFragment.PLUGIN)
    )
    assert for_modules.keys() == CONNECTION_OPTIONS.keys()
    del for_modules["saymon_run_on"]
    named = {name: {**option, "env": [{"name": name.upper()}]} for name, option in for_modules.items()}
    assert for_plugins == named
