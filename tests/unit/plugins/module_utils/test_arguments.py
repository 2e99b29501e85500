# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shared options and argument specs."""

from __future__ import annotations

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import SECRET_KEYS
from ansible_collections.saymon.platform.plugins.module_utils._arguments import CONNECTION_OPTIONS, Spec


def test_shared_options_come_with_every_spec() -> None:
    spec = Spec(options={"name": {"type": "str"}})
    assert set(spec.argument_spec) == {*CONNECTION_OPTIONS, "name"}
    assert not any("aliases" in option for option in spec.argument_spec.values())


def test_only_a_publishing_module_takes_short_names() -> None:
    spec = Spec(publishes=True)
    aliases = {name: option["aliases"] for name, option in spec.argument_spec.items() if "aliases" in option}
    assert aliases == {
        "saymon_url": ["url"],
        "saymon_login": ["login"],
        "saymon_password": ["password"],
        "saymon_auth_token": ["auth_token"],
    }
    assert not any("aliases" in option for option in CONNECTION_OPTIONS.values())


def test_secrets_are_marked() -> None:
    marked = {name for name, option in CONNECTION_OPTIONS.items() if option.get("no_log")}
    assert marked == {"saymon_password", "saymon_auth_token", "saymon_keycloak_token", "saymon_sid", "saymon_csrf"}
    assert marked <= SECRET_KEYS


def test_a_target_has_no_fallbacks() -> None:
    spec = Spec(options={"x": {"type": "str", "default": "y"}}, publishes=True)
    assert spec.target_spec == {
        name: {key: value for key, value in option.items() if key != "fallback"}
        for name, option in spec.argument_spec.items()
    }
    assert "fallback" in spec.argument_spec["saymon_url"]
    assert spec.target_spec["saymon_url"] == {"type": "str", "aliases": ["url"]}


def test_rules_are_passed_on_when_there_are_any() -> None:
    assert Spec().rules == {}
    spec = Spec(mutually_exclusive=[("a", "b")], required_by={"a": ["b"]})
    assert spec.rules == {"mutually_exclusive": [("a", "b")], "required_by": {"a": ["b"]}}


@pytest.mark.parametrize("name", sorted(CONNECTION_OPTIONS))
def test_each_option_falls_back_on_the_environment(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    option = CONNECTION_OPTIONS[name]
    text = {"bool": "no", "int": "7", "float": "7"}.get(option["type"], option.get("choices", ["/text"])[-1])
    value = {"bool": False, "int": 7, "float": 7.0}.get(option["type"], text)
    monkeypatch.setenv(name.upper(), text)
    assert ArgumentSpecValidator(Spec().argument_spec).validate({}).validated_parameters[name] == value
