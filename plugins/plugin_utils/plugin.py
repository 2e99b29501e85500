# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How plugins other than actions use the API: with the options, the session and the error messages of modules."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.display import Display
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils._api.session import (
    Credentials,
    Session,
    SessionStore,
    session_from_params,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import Run, failed, perform, shown

from .options import Options, Source, resolve
from .run_store import RunSessionStore, reference

display = Display()


def store_of(options: Options, connection: Connection, credentials: Credentials) -> RunSessionStore:
    """The session that these options mean, shared with all else that this run of ansible does."""
    fact = options.fact
    given = session_from_params(options.values, connection.url)
    if given:
        ref = reference(connection, credentials, given.sid)
    else:
        if fact.get("sid"):
            given = Session(connection.url, fact["sid"], fact.get("csrf"), fact.get("login"))
        ref = fact["ref"] if fact.get("ref") and not credentials.complete else reference(connection, credentials)
    return RunSessionStore(ref, connection, credentials, given)


def run_here(name: str, spec: Spec, run: Run, source: Source, *, check: bool = False) -> dict[str, Any]:
    """The result of `run`, for the plugin of this name. Warnings are displayed. Raises AnsibleError with the message
    that the task of a module would fail with."""
    secrets = Secrets()
    stores: list[RunSessionStore] = []

    def make_store(connection: Connection, credentials: Credentials, _args: dict[str, Any]) -> SessionStore:
        stores.append(store_of(options, connection, credentials))
        return stores[0]

    try:
        options = resolve(name, spec, source)
        result = perform(spec, run, options.values, check=check, make_store=make_store, secrets=secrets, say=display.v)
    except SaymonError as error:
        secrets.add_from(dict(source.args))
        result = shown(failed(error, secrets), secrets)
        options = Options({}, {})
    finally:
        for store in stores:
            store.close()
    for warning in (*options.warnings, *result.get("warnings", ())):
        display.warning(warning)
    if result.get("failed"):
        raise AnsibleError(str(result["msg"]))
    return result
