# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way a module runs: inside the controller's worker (called by the action), or as a module file on a target."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from .arguments import SECRET_OPTIONS, Spec
from .client import Auth, Client
from .errors import SaymonError
from .scrub import Secrets
from .session import Credentials, SessionBook, make_auth, session_from_params
from .transport import REQUESTS_ERROR, Connection


@dataclass
class Call:
    """What a module's `run` gets: its validated options and everything it may use. `say` prints a line at -v."""

    args: dict[str, Any]
    check: bool
    client: Client
    connection: Connection
    credentials: Credentials
    book: SessionBook
    secrets: Secrets
    say: Callable[[str], None] = lambda text: None
    warnings: list[str] = field(default_factory=list)


_LONGEST_MESSAGE = 1500

Run = Callable[[Call], dict[str, Any]]
MakeBook = Callable[[Connection, Credentials, "dict[str, Any]"], SessionBook]


def memory_book(connection: Connection, credentials: Credentials, args: dict[str, Any]) -> SessionBook:
    return SessionBook(session_from_params(args, connection.url), connection, credentials)


def perform(
    spec: Spec, run: Run, args: dict[str, Any], *, check: bool, make_book: MakeBook, secrets: Secrets, say: Callable[[str], None]
) -> dict[str, Any]:
    """Run one module with validated options and return its result; a failure comes back as a failed result, never as an exception."""
    secrets.add(*(args.get(name) for name in SECRET_OPTIONS))
    # The items of a long list are left to `run`, which looks at each of them anyway.
    secrets.add_from({name: value for name, value in args.items() if name != spec.bulk})
    warnings: list[str] = []
    try:
        if REQUESTS_ERROR:
            raise SaymonError(missing_required_lib("requests"))
        connection = Connection.from_params(args)
        credentials = Credentials.from_params(args)
        book = make_book(connection, credentials, args)
        auth: Auth = make_auth(args["saymon_auth_method"], credentials, book, secrets)
        client = Client(connection, auth, read_only=check, lists=book.lists)
        call = Call(args, check, client, connection, credentials, book, secrets, say, warnings)
        result = {"changed": False, **run(call)}
    except SaymonError as error:
        result = {"changed": False, "failed": True, **error.result()}
    except Exception as error:  # a user must never meet a traceback; what is needed to mend the bug is at -vvv
        place = traceback.extract_tb(sys.exc_info()[2])[-1]
        result = {
            "changed": False,
            "failed": True,
            "msg": f"Bug in saymon.platform, please report it: {type(error).__name__} at {place.name}, line {place.lineno}: {error}",
            "exception": traceback.format_exc(),
        }
    if warnings:
        result["warnings"] = warnings
    scrubbed: dict[str, Any] = secrets.scrub(result)
    if len(scrubbed.get("msg", "")) > _LONGEST_MESSAGE:  # cut only now: half a secret would not be recognised
        scrubbed["msg"] = scrubbed["msg"][:_LONGEST_MESSAGE] + "..."
    return scrubbed


def main(spec: Spec, run: Run) -> None:
    """Entry point of a module file on a target. The action hands over the session; there is no store and nothing is logged out."""
    module = AnsibleModule(argument_spec=spec.argument_spec, supports_check_mode=True, **spec.rules)
    secrets = Secrets()
    result = perform(spec, run, module.params, check=module.check_mode, make_book=memory_book, secrets=secrets, say=module.debug)
    for text in result.pop("warnings", []):
        module.warn(text)
    if secrets.revealed:
        # The action that started this module takes the mark off and hides the result.
        result["saymon_revealed"] = True
    if result.get("failed"):
        module.fail_json(**result)
    module.exit_json(**result)
