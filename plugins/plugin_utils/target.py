# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module file on the task's host (a bastion, or because of `async`), with the session of the run handed over.

A target is told everything and believed little: it reads nothing from its environment, and of what it answers only the
result of the module counts, no facts and no addresses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import NotSignedIn, SaymonError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Session
from ansible_collections.saymon.platform.plugins.module_utils._arguments import (
    CONNECTION_OPTIONS,
    CREDENTIAL_OPTIONS,
    Spec,
)
from ansible_collections.saymon.platform.plugins.module_utils._listing import Placed

from .options import Options
from .run_store import RunSessionStore

_LOGIN = "saymon.platform.saymon_session"

# Starts a module on the host: (name, or None for the task's own; arguments; check mode) -> result.
Execute = Callable[["str | None", "dict[str, Any]", bool], "dict[str, Any]"]


class Target:
    """One task's work on the host: `execute` starts a module file there."""

    def __init__(
        self, spec: Spec, options: Options, sessions: RunSessionStore, secrets: Secrets, execute: Execute, url: str
    ) -> None:
        self._spec = spec
        self._options = options
        self._sessions = sessions
        self._secrets = secrets
        self._execute = execute
        self._url = url
        self._set_options = _set_options(spec, options)
        sessions.opener, sessions.remote = self._log_in, options.values["saymon_run_on"] == "target"

    def run(self, check: bool) -> dict[str, Any]:
        """The result of the module. A session that the server refuses is renewed once, as in the controller."""
        session = self._session()
        result = self._module(session, check)
        if session and self._spec.needs_session and result.get("status") == 401 and self._sessions.renew(session.sid):
            result = self._module(self._sessions.get(), check)
        if self._spec.publishes and not result.get("failed") and not check:
            if self._options.values["state"] == "absent":
                self._sessions.forget()
            elif result.get("changed"):
                self._sessions.adopt(self._session_of(result))
        return result if self._spec.publishes else dict(self._secrets.scrub(result))

    def _session(self) -> Session | None:
        if self._options.values["saymon_auth_method"] != "session":
            return None
        if self._spec.publishes:
            return self._sessions.peek()
        try:
            return self._sessions.get()
        except NotSignedIn:
            if self._spec.needs_session:
                raise
            return None

    def _module(self, session: Session | None, check: bool) -> dict[str, Any]:
        result = self._execute(None, self._handed(session), check)
        result.pop("ansible_facts", None)  # no module of ours sets facts there
        return result

    def _handed(self, session: Session | None) -> dict[str, Any]:
        """The options for the module file: as the task gave them, with the shared ones resolved; a session replaces the
        credentials."""
        values = self._options.values
        handed = dict(self._set_options)
        handed.update({name: values[name] for name in CONNECTION_OPTIONS})
        if session:
            self._secrets.add(session.sid, session.csrf)
            handed.update(saymon_sid=session.sid, saymon_csrf=session.csrf)
        if values["saymon_auth_method"] == "session" and not self._spec.publishes:
            handed.update(dict.fromkeys(CREDENTIAL_OPTIONS))
        return {name: value for name, value in handed.items() if value is not None}

    def _log_in(self) -> Session:
        self._sessions.credentials.body()  # says what is missing, without a look at the target
        values = self._options.values
        connection = {name: values[name] for name in CONNECTION_OPTIONS if name not in ("saymon_sid", "saymon_csrf")}
        args = {name: value for name, value in connection.items() if value is not None}
        result = self._execute(
            _LOGIN, {**args, "state": "renewed"}, False
        )  # check mode reads too, and reading needs a session
        if result.get("failed"):
            kind = NotSignedIn if result.get("status") in (401, 403) else SaymonError
            said = str(result.get("msg", "The login on the target failed."))
            raise kind(said, status=result.get("status"), code=result.get("code"))
        return self._session_of(result)

    def _session_of(self, result: Mapping[str, Any]) -> Session:
        """The session that a login on the target opened, for the server that it was meant for."""
        session = result.get("session")
        sid, csrf = (session.get("sid"), session.get("csrf")) if isinstance(session, Mapping) else (None, None)
        if not isinstance(session, Mapping) or not isinstance(sid, str) or not sid:
            raise WrongAnswer(
                "The login on the target returned no session id: check that "
                "saymon_url, as seen from there, is a SAYMON server."
            )
        login = session.get("login")
        return Session(
            self._url, sid, csrf if isinstance(csrf, str) else None, login if isinstance(login, str) else None
        )


def _set_options(spec: Spec, options: Options) -> dict[str, Any]:
    """The options as the task gave them; a list that comes from files is read, since a target does not have them."""
    short = {alias for option in spec.argument_spec.values() for alias in option.get("aliases", [])}
    set_options = {name: value for name, value in options.given.items() if name not in short}
    items = options.values[spec.bulk] if spec.bulk else None
    if spec.bulk and isinstance(items, Placed):
        set_options.pop("src")
        set_options[spec.bulk] = [item for _place, item in items.pairs]
    return set_options
