# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action behind all modules: finds the options and the session, runs the module in this process, hides what is
secret."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from functools import lru_cache
from types import ModuleType
from typing import Any

from ansible import constants as C
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import Secrets, is_distinctive
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, session_from_params
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import (
    REQUESTS_ERROR,
    Connection,
    proxy_for,
    rehearsal,
)
from ansible_collections.saymon.platform.plugins.module_utils._arguments import CONNECTION_OPTIONS, Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import failed, perform, shown

from .facts import FACT, marked
from .options import Options, Source, environment_set, plain, resolve, task_environment
from .plugin import store_of
from .run_store import RunSessionStore, reference

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # before ansible-core 2.22 a value cannot be hidden alone, only a whole result
    register_secret = None

display = Display()

_READING = Spec()


@lru_cache(maxsize=1)
def _rehearse() -> None:
    """Go through a task of a module that reads, without a server."""
    if REQUESTS_ERROR:
        return
    with rehearsal() as connection:
        source = Source({"saymon_url": connection.url, "saymon_sid": "x"}, {}, None, lambda value: value)
        perform(
            _READING,
            lambda context: {"json": context.client.get("/users", key="value")},
            resolve("rehearsal", _READING, source).values,
            check=False,
            make_store=lambda connection, credentials, args: RunSessionStore(
                reference(connection, credentials), connection, credentials, session_from_params(args, "")
            ),
            secrets=Secrets(),
            say=display.v,
        )


class SaymonAction(ActionBase):
    """Runs `module`, a module of this collection, in the controller's worker: no connection, no Python on the host
    needed."""

    module: ModuleType
    _sessions: RunSessionStore | None = None
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def __init_subclass__(cls) -> None:
        """Core loads the action of a module in the parent process, so that workers inherit what is set up here."""
        super().__init_subclass__()
        _rehearse()
        with suppress(SaymonError):
            resolve(cls.__module__, cls.module.SPEC, Source({}, {}, None, lambda value: value))

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(None, task_vars)
        secrets = Secrets()
        try:
            environment = task_environment(self._task.environment, self._templar.template)
            with environment_set(environment):
                result.update(self._perform(task_vars, environment, secrets))
        except SaymonError as error:
            self._learn_secrets(task_vars, secrets)
            result = shown({**result, **failed(error, secrets)}, secrets)
        finally:
            if self._sessions:
                self._sessions.close()
        return self._hide(result, secrets)

    @property
    def _spec(self) -> Spec:
        spec: Spec = self.module.SPEC
        return spec

    def _perform(self, task_vars: dict[str, Any], environment: dict[str, str], secrets: Secrets) -> dict[str, Any]:
        name = self.module.__name__.rpartition(".")[2]
        source = Source(self._task.args, task_vars, self._task.delegate_to, self._templar.template)
        options = resolve(name, self._spec, source)
        args = options.values
        self._take_list(options)
        if args["saymon_run_on"] == "target" or self._task.async_val:
            result = self._on_target(options, task_vars, environment, secrets)
        else:
            self._find_uploads(args)
            result = perform(
                self._spec,
                self.module.run,
                args,
                check=self._task.check_mode,
                make_store=lambda connection, credentials, _args: self._make_store(connection, credentials, options),
                secrets=secrets,
                say=display.v,
            )
        if self._spec.publishes and not result.get("failed"):
            self._publish(result, options, secrets)
        if options.warnings:
            result["warnings"] = [*options.warnings, *result.get("warnings", [])]
        return result

    def _take_list(self, options: Options) -> None:
        """Put the items of the files in `src` where the list of the task would be."""
        bulk, src = self._spec.bulk, options.values.get("src")
        if bulk is None or src is None:
            return
        if options.values[bulk] is not None:
            raise BadInput(
                f"src and {bulk} are given together, in the task or in module_defaults: "
                "put everything into one of them."
            )
        from .list_files import ListFiles  # not at the top: most tasks read no files, and each run would pay for it

        files = ListFiles(bulk, self._task.get_search_path(), self._loader, options.warnings)
        options.values[bulk] = files.items(src)

    def _find_uploads(self, args: dict[str, Any]) -> None:
        """Put what is known of the files in place of the paths of those that the task uploads."""
        if not self._spec.uploads:
            return
        from .uploads import UploadFiles  # not at the top: few tasks upload anything

        files = UploadFiles(self._spec.uploads, self._task.get_search_path(), self._loader)
        args.update(files.found(args))
        if self._spec.bulk:
            args[self._spec.bulk] = files.found_in_items(args[self._spec.bulk])

    def _make_store(self, connection: Connection, credentials: Credentials, options: Options) -> RunSessionStore:
        self._sessions = store_of(options, connection, credentials)
        return self._sessions

    def _on_target(
        self, options: Options, task_vars: dict[str, Any], environment: dict[str, str], secrets: Secrets
    ) -> dict[str, Any]:
        args = options.values
        if self._task.async_val and self._spec.publishes:
            raise BadInput(
                "async cannot be used here: the session must be known when the task ends. Remove async from the task."
            )
        if self._task.async_val and self._spec.reveals(args):
            raise BadInput(
                "async cannot be used here: it would keep the secret that this "
                "task returns in a file. Remove async from the task."
            )
        secrets.add_from(args)
        connection = Connection.from_params(args)
        if not args["saymon_proxy"]:
            args["saymon_proxy"] = proxy_for(connection.url, environment)
        sessions = self._make_store(connection, Credentials.from_params(args), options)

        def execute(name: str | None, module_args: dict[str, Any], check: bool) -> dict[str, Any]:
            before, self._task.check_mode = self._task.check_mode, check
            try:
                return self._start(name, module_args, task_vars)
            finally:
                self._task.check_mode = before

        from .target import Target  # not at the top: compared with the start of a module on a host this costs nothing

        return Target(self._spec, options, sessions, secrets, execute, connection.url).run(self._task.check_mode)

    def _start(self, name: str | None, module_args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Start a module file on the host; only the task's own may be left behind to run by itself."""
        later = bool(self._task.async_val) and name is None
        writes = not (self._task.check_mode or self.module.__name__.endswith("_info"))
        with self._sessions.handed_over(later=later) if self._sessions and writes else nullcontext():
            result: dict[str, Any] = self._execute_module(
                module_name=name, module_args=module_args, task_vars=task_vars, wrap_async=later
            )
        return result

    def _publish(self, result: dict[str, Any], options: Options, secrets: Secrets) -> None:
        """Make the session a fact. Core writes facts into a persistent cache in clear text, whatever a plugin asks for,
        so the sid goes into the fact only while facts live in memory or when the user asked to keep the session."""
        args = options.values
        if args["state"] == "absent":
            if not self._task.check_mode:
                result["ansible_facts"] = {FACT: {}}
            return
        session = self._sessions.peek() if self._sessions else None
        if self._sessions is None:
            return
        if self._task.check_mode and "sid" not in result["session"]:
            self._sessions.announce()  # the tasks that follow read, and need a session for that
        elif session is not None and "sid" in result["session"]:
            result["session"].update(sid=secrets.reveal(session.sid), csrf=secrets.reveal(session.csrf or "") or None)
        else:
            return
        fact = {**result["session"], "ref": self._sessions.ref}
        if not args["keep"] and not str(C.config.get_config_value("CACHE_PLUGIN")).endswith("memory"):
            fact = {name: value for name, value in fact.items() if name not in ("sid", "csrf")}
        result["ansible_facts"] = {FACT: marked(fact, keep=args["keep"])}

    def _learn_secrets(self, task_vars: dict[str, Any], secrets: Secrets) -> None:
        """What a message about options that could not be read might repeat."""
        secrets.add_from(plain(self._task.args))
        secrets.add_from({option: plain(task_vars[option]) for option in CONNECTION_OPTIONS if task_vars.get(option)})

    def _hide(self, result: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
        if result.get("failed"):
            # For a failed ad-hoc task core 2.19 prints what was typed; this process has a copy of it to itself.
            source = self._task.get_ds()
            if isinstance(source, dict) and "args" in source:
                source["args"] = secrets.scrub(plain(source["args"]))
        if result.pop("saymon_revealed", False) or secrets.revealed:
            if register_secret and secrets.revealed:
                for value in secrets.revealed:
                    if is_distinctive(value):  # a word would be blotted out of everything that core prints
                        register_secret(value)
            else:
                result["_ansible_no_log"] = True
                # Up to ansible-core 2.18 the mark of an item does not reach the result of its loop; that of the task
                # does.
                self._task.no_log = True
        return result
