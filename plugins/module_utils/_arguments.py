# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that every module shares, and the argument spec of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ansible.module_utils.basic import env_fallback

# Shared by all modules; documented once, in doc_fragments/connection.py. Each falls back on a variable of the
# environment.
_SHARED: dict[str, dict[str, Any]] = {
    "saymon_url": {"type": "str"},
    "saymon_login": {"type": "str"},
    "saymon_password": {"type": "str", "no_log": True},
    "saymon_auth_token": {"type": "str", "no_log": True},
    "saymon_keycloak_token": {"type": "str", "no_log": True},
    "saymon_sid": {"type": "str", "no_log": True},
    "saymon_csrf": {"type": "str", "no_log": True},
    "saymon_auth_method": {"type": "str", "choices": ["session", "basic", "token"], "default": "session"},
    "saymon_validate_certs": {"type": "bool", "default": True},
    "saymon_ca_path": {"type": "path"},
    "saymon_client_cert": {"type": "path"},
    "saymon_client_key": {"type": "path"},
    "saymon_proxy": {"type": "str"},
    "saymon_timeout": {"type": "float", "default": 30.0},
    "saymon_retries": {"type": "int", "default": 3},
    "saymon_max_answer": {"type": "str", "default": "512M"},
    "saymon_run_on": {"type": "str", "choices": ["controller", "target"], "default": "controller"},
}
CONNECTION_OPTIONS = {name: {**spec, "fallback": (env_fallback, [name.upper()])} for name, spec in _SHARED.items()}
_SHORT_NAMES = {
    "saymon_url": "url",
    "saymon_login": "login",
    "saymon_password": "password",
    "saymon_auth_token": "auth_token",
}

CREDENTIAL_OPTIONS = ("saymon_password", "saymon_auth_token", "saymon_keycloak_token")


@dataclass(frozen=True, eq=False, repr=False)
class Spec:
    """The options of one module and the rules between them.

    `bulk` names the option with the list of items, which `run` checks itself: it knows which item and which option is
    wrong, and core's check of ten thousand items would take longer than the task.
    `publishes`: the module hands out the session (as result and fact), and takes url, login, password and auth_token as
    short names. `needs_session`: the module fails when no session can be opened for it.
    `uploads` are options with a list of entries, each with the key under which an entry names a file to upload.
    `reveals`: whether the result of a task with these options holds a secret, because handing it over is the purpose of
    the task.
    """

    options: dict[str, dict[str, Any]] = field(default_factory=dict)
    bulk: str | None = None
    publishes: bool = False
    needs_session: bool = True
    uploads: Mapping[str, str] = field(default_factory=dict)
    reveals: Callable[[Mapping[str, Any]], bool] = lambda args: False
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    required_together: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()
    required_by: dict[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def argument_spec(self) -> dict[str, dict[str, Any]]:
        """All options of the module. Made once, and read many times by each task."""
        shared = {name: dict(spec) for name, spec in CONNECTION_OPTIONS.items()}
        if self.publishes:
            for name, short in _SHORT_NAMES.items():
                shared[name]["aliases"] = [short]
        return {**shared, **self.options}

    @property
    def target_spec(self) -> dict[str, dict[str, Any]]:
        """The same on a target, where nothing is read from the environment."""
        return {
            name: {key: value for key, value in spec.items() if key != "fallback"}
            for name, spec in self.argument_spec.items()
        }

    @property
    def rules(self) -> dict[str, Any]:
        names = ("mutually_exclusive", "required_one_of", "required_together", "required_if", "required_by")
        return {name: getattr(self, name) for name in names if getattr(self, name)}
