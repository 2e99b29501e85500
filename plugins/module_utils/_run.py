# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way a module runs: inside the controller's worker (called by the action), or as a module file on a target."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Auth, Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, HttpError, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import (
    DEEPEST,
    LEFT_OUT,
    MASK,
    Secrets,
    printable,
    too_deep,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.session import (
    Credentials,
    SessionStore,
    make_auth,
    session_from_params,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import (
    REQUESTS_ERROR,
    Connection,
    ignore_environment,
)

from ._arguments import Spec


@dataclass(eq=False, repr=False)
class TaskContext:
    """What a module's `run` gets: its validated options and everything it may use. `say` prints a line at -v."""

    args: dict[str, Any]
    check: bool
    client: Client
    connection: Connection
    credentials: Credentials
    sessions: SessionStore
    secrets: Secrets
    say: Callable[[str], None] = lambda text: None
    warnings: list[str] = field(default_factory=list)

    def parallel(self) -> int:
        """How many requests may be on their way at a time."""
        parallel: int = self.args.get("parallel", 1)
        if not 1 <= parallel <= _MOST_PARALLEL:
            raise BadInput(f"parallel is {parallel}: give a number from 1 to {_MOST_PARALLEL}.")
        return parallel


_MOST_PARALLEL = 32
_LONGEST_MESSAGE = 1500

Run = Callable[[TaskContext], dict[str, Any]]
MakeStore = Callable[[Connection, Credentials, "dict[str, Any]"], SessionStore]


def memory_store(connection: Connection, credentials: Credentials, args: dict[str, Any]) -> SessionStore:
    return SessionStore(session_from_params(args, connection.url), connection, credentials)


def perform(
    spec: Spec,
    run: Run,
    args: dict[str, Any],
    *,
    check: bool,
    make_store: MakeStore,
    secrets: Secrets,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Run one module with validated options and return its result; a failure comes back as a failed result, never as an
    exception."""
    _learn(spec, args, secrets)
    warnings: list[str] = []
    try:
        if REQUESTS_ERROR:
            raise SaymonError(missing_required_lib("requests"))
        connection = Connection.from_params(args)
        credentials = Credentials.from_params(args)
        sessions = make_store(connection, credentials, args)
        auth: Auth = make_auth(args["saymon_auth_method"], credentials, sessions, secrets)
        client = _Client(secrets, connection, auth, read_only=check, lists=sessions.lists)
        context = TaskContext(
            args, check, client, connection, credentials, sessions, secrets, _careful(say, secrets), warnings
        )
        result = {"changed": False, **run(context)}
        if too_deep(result):
            result = {**_failure(_TOO_DEEP), "changed": result["changed"]}
    except SaymonError as error:
        result = failed(error, secrets)
    except Exception as error:  # a user must never meet a traceback; what is needed to mend the bug is at -vvv
        result = _accident(error)
    if result.get("failed") and spec.bulk:
        secrets.add_from(args[spec.bulk])  # an item that was refused may hold a secret that nobody has looked at
    if warnings:
        result["warnings"] = warnings
    return shown(result, secrets)


def _learn(spec: Spec, args: dict[str, Any], secrets: Secrets) -> None:
    # The items of a long list are left to `run`, which looks at each of them anyway.
    secrets.add_from({name: value for name, value in args.items() if name != spec.bulk})
    secrets.note(args.get(spec.bulk) if spec.bulk else None)


class _Client(Client):
    """The client of a task, whose errors do not repeat its secrets."""

    def __init__(self, secrets: Secrets, *args: Any, **keywords: Any) -> None:
        super().__init__(*args, **keywords)
        self._secrets = secrets

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        try:
            return super().send(request, recover=recover)
        except SaymonError as error:
            _leave_echo_out(error, self._secrets)
            raise


def failed(error: SaymonError, secrets: Secrets) -> dict[str, Any]:
    """The result of a task that failed with this error, not scrubbed yet."""
    _leave_echo_out(error, secrets)
    return {"changed": False, "failed": True, **error.result()}


def _leave_echo_out(error: SaymonError, secrets: Secrets) -> None:
    """Take the server's words out of an error if they repeat a secret that is too short to be masked inside of them.

    A failed login is caused by the answer that it tells of.
    """
    heard = next((one for one in (error, error.__cause__) if isinstance(one, HttpError)), None)
    if heard is not None:
        said = str(error)
        if heard.code and secrets.scrub(heard.code) == MASK:
            said = said.replace(heard.code, MASK, 1)
        if heard.reason and secrets.repeated(heard.reason):
            said = said.replace(heard.reason.rstrip("."), LEFT_OUT, 1)
        error.args = (said,)


def _careful(say: Callable[[str], None], secrets: Secrets) -> Callable[[str], None]:
    return lambda text: say(printable(secrets.scrub(text)))


_TOO_DEEP = (
    f"The answer is nested more than {DEEPEST} levels deep, which is more than Ansible can take as a result: "
    "ask for less of it, or save it as a file with dest where the module has that option."
)


def _failure(said: str) -> dict[str, Any]:
    return {"changed": False, "failed": True, "msg": said}


def _accident(error: Exception) -> dict[str, Any]:
    """The result for an error that nobody foresaw at its place: of the machine, of absurd data, or of this
    collection."""
    if isinstance(error, RecursionError):
        return _failure(
            "The options or the server's answer are nested too deeply to be read: use data with fewer levels."
        )
    if isinstance(error, MemoryError):
        return _failure(
            "There is not enough memory for this task: ask for less at a time, or give the machine more memory."
        )
    if isinstance(error, UnicodeError):
        return _failure(
            "The options or the server's answer hold a character that cannot "
            "be encoded (half of a pair): correct that text."
        )
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        said = (
            f"The operating system refused something that the task needs ({error.strerror or error}:{where})".replace(
                ":)", ")"
            )
        )
        return _failure(f"{said}. Check the free space, and that temporary folders exist and are writable.")
    place = traceback.extract_tb(sys.exc_info()[2])[-1]
    said = (
        f"Bug in saymon.platform, please report it: {type(error).__name__} "
        f"at {place.name}, line {place.lineno}: {error}"
    )
    return {**_failure(said), "exception": traceback.format_exc()}


def shown(result: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The result as people and plays get it: without secrets, and with texts that a terminal shows as they are."""
    clean: dict[str, Any] = secrets.scrub(result)
    if "msg" in clean:
        clean["msg"] = printable(clean["msg"])
        if len(clean["msg"]) > _LONGEST_MESSAGE:  # cut only now: half a secret would not be recognised
            clean["msg"] = clean["msg"][: _LONGEST_MESSAGE - 3] + "..."
    if "exception" in clean:
        clean["exception"] = printable(clean["exception"], lines=True)
    if "warnings" in clean:
        clean["warnings"] = [printable(text) for text in clean["warnings"]]
    for outcome in clean.get("outcomes", ()):
        if "msg" in outcome:
            outcome["msg"] = printable(outcome["msg"])
    diff = clean.get("diff")
    if diff:
        clean["diff"] = [_diff_text(one) for one in diff] if isinstance(diff, list) else _diff_text(diff)
    return clean


_sides = json.JSONEncoder(ensure_ascii=False, sort_keys=True, indent=4)


def _diff_text(diff: dict[str, Any]) -> dict[str, str]:
    """The sides of a diff as core would write them, but with letters of any alphabet as they are; core shows texts
    unchanged."""
    return {
        key: printable(value) if isinstance(value, str) else printable(f"{_sides.encode(value)}\n", lines=True)
        for key, value in diff.items()
    }


class _Module(AnsibleModule):
    """Core's module, which writes its options into the log of the target unless it is told not to: they may hold
    anything."""

    def _log_invocation(self) -> None:
        """Write nothing."""


def main(spec: Spec, run: Run) -> None:
    """Entry point of a module file on a target. The action hands over the session; there is no store and nothing is
    logged out."""
    ignore_environment()
    module = _Module(argument_spec=spec.target_spec, supports_check_mode=True, no_log=True, **spec.rules)
    secrets = Secrets()
    result = perform(
        spec, run, module.params, check=module.check_mode, make_store=memory_store, secrets=secrets, say=module.debug
    )
    # What core does with these values in its own way would change the meaning of results: a login may equal a password.
    module.no_log_values.clear()
    module.params = secrets.scrub(module.params)
    for text in result.pop("warnings", []):
        module.warn(text)
    if secrets.revealed:
        # The action that started this module takes the mark off and hides the result.
        result["saymon_revealed"] = True
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
