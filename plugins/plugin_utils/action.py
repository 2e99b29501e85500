# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action behind all modules: finds the options and the session, runs the module in this process, hides what is secret."""

from __future__ import annotations

import json
from contextlib import nullcontext
from types import ModuleType
from typing import Any

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_list
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.saymon.platform.plugins.module_utils.arguments import CONNECTION_OPTIONS, CREDENTIAL_OPTIONS, SECRET_OPTIONS, Spec
from ansible_collections.saymon.platform.plugins.module_utils.errors import BadInput, NotSignedIn, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils.run import perform
from ansible_collections.saymon.platform.plugins.module_utils.scrub import Secrets
from ansible_collections.saymon.platform.plugins.module_utils.session import Credentials, Session, session_from_params
from ansible_collections.saymon.platform.plugins.module_utils.transport import Connection, normal_url
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import StoreBook, reference, stored

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # before ansible-core 2.22 a value cannot be hidden alone, only a whole result
    register_secret = None

display = Display()

FACT = "saymon_session"


class SaymonAction(ActionBase):
    """Runs `module`, a module of this collection, in the controller's worker: no connection, no Python on the host needed."""

    module: ModuleType
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True
    _book: StoreBook | None = None

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        result: dict[str, Any] = super().run(None, task_vars)
        secrets = Secrets()
        try:
            args = self._options(task_vars)
            result.update(self._perform(args, task_vars, secrets))
        except SaymonError as error:
            result.update(failed=True, changed=False, **error.result())
            result = dict(secrets.scrub(result))
        finally:
            if self._book:
                self._book.close()
        return self._hide(result, secrets)

    # --- options -------------------------------------------------------------------------------------------------------

    def _options(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Validated options: those of the task, then variables of the same name, then the session fact, then the environment."""
        spec: Spec = self.module.SPEC
        argument_spec = spec.argument_spec
        args = _plain(self._task.args)
        names = {alias for name in CONNECTION_OPTIONS for alias in (name, *argument_spec[name].get("aliases", []))}
        args = {name: value for name, value in args.items() if value is not None and (value != "" or name not in names)}
        shared: dict[str, Any] = {}
        for name in CONNECTION_OPTIONS:
            value = next((args[key] for key in [name, *argument_spec[name].get("aliases", [])] if key in args), None)
            if value is None and task_vars.get(name) is not None:
                value = _plain(self._templar.template(task_vars[name]))
                value = None if value == "" else value
                if value is not None:
                    args[name] = value
            shared[name] = value
        self._given = args
        self._fact = self._usable_fact(shared, task_vars)
        if self._fact and not shared["saymon_url"]:
            args["saymon_url"] = self._fact["url"]
        bulk = args.pop(spec.bulk, None) if spec.bulk else None
        try:
            outcome = ArgumentSpecValidator(argument_spec, **spec.rules).validate(args)
        except (ArithmeticError, TypeError, ValueError) as error:  # core's converters let some absurd values through
            raise BadInput(f"An option has a value that cannot be read ({error}): check the options that are numbers.") from None
        if outcome.error_messages:
            unknown = ", ".join(sorted(one if isinstance(one, str) else ".".join(one) for one in outcome.unsupported_parameters))
            said = (
                f"there is no option {unknown}, only {', '.join(sorted(argument_spec))}" if unknown else "; ".join(outcome.error_messages)
            )
            raise BadInput(f"saymon.platform.{self.module.__name__.rpartition('.')[2]}: {said.rstrip('.')}.")
        validated: dict[str, Any] = outcome.validated_parameters
        if spec.bulk and bulk is not None:
            args[spec.bulk] = validated[spec.bulk] = _as_list(spec.bulk, bulk)
        self._drop_foreign_credentials(validated, shared)
        return validated

    def _drop_foreign_credentials(self, validated: dict[str, Any], shared: dict[str, Any]) -> None:
        """The environment stands below all else: it may complete or renew what task, variables and fact say of the account, but its
        own account must not take their place."""
        tokens = ("saymon_auth_token", "saymon_keycloak_token")
        if self._fact and not shared["saymon_login"]:
            validated.update(dict.fromkeys(tokens))
            if validated["saymon_login"] is None or validated["saymon_login"] != self._fact.get("login"):
                validated.update(saymon_login=None, saymon_password=None)
        elif shared["saymon_login"] or shared["saymon_password"]:
            validated.update({name: shared[name] for name in tokens})
        elif shared["saymon_auth_token"] or shared["saymon_keycloak_token"]:
            validated.update(saymon_login=None, saymon_password=None, **{name: shared[name] for name in tokens})

    def _usable_fact(self, shared: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The session fact of this host, else of the delegating host, else of localhost; never a dead or a foreign one."""
        url, login = shared["saymon_url"], shared["saymon_login"]
        if shared["saymon_auth_method"] not in (None, "session"):
            return {}
        if shared["saymon_auth_token"] or shared["saymon_keycloak_token"]:
            return {}  # nobody knows whose they are before the login
        for facts in self._facts(task_vars, complete=bool(url and login)):
            fact = facts.get(FACT)
            if not isinstance(fact, dict) or not fact.get("url"):
                continue
            fact = _plain(fact)
            if not fact.get("sid") and not (stored(fact.get("ref")) or {}).get("session"):
                continue
            try:
                same_url = not url or normal_url(str(url)) == fact["url"]
            except BadInput:
                return {}  # the bad URL is reported where the connection is made
            if same_url and login in (None, fact.get("login")):
                return dict(fact)
        return {}

    def _facts(self, task_vars: dict[str, Any], *, complete: bool) -> Any:
        yield task_vars.get("ansible_facts") or {}
        if complete:
            return  # looking into other hosts costs milliseconds, and the store finds the session by its credentials
        hostvars = task_vars.get("hostvars")
        for host in {self._task.delegate_to: 1, "localhost": 2}:
            if hostvars is not None and host and host != task_vars.get("inventory_hostname") and host in hostvars:
                yield hostvars.raw_get(host).get("ansible_facts") or {}  # raw: a whole view of the host's variables costs milliseconds

    # --- running -------------------------------------------------------------------------------------------------------

    def _perform(self, args: dict[str, Any], task_vars: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
        if args["saymon_run_on"] == "target" or self._task.async_val:
            result = self._on_target(args, task_vars, secrets)
        else:
            result = perform(
                self.module.SPEC,
                self.module.run,
                args,
                check=self._task.check_mode,
                make_book=self._make_book,
                secrets=secrets,
                say=display.v,
            )
        if self.module.SPEC.publishes and not result.get("failed"):
            self._publish(result, args, secrets)
        return result

    def _make_book(self, connection: Connection, credentials: Credentials, args: dict[str, Any]) -> StoreBook:
        fact = self._fact
        given = session_from_params(args, connection.url)
        if given:
            ref = reference(connection, credentials, given.sid)
        else:
            if fact.get("sid"):
                given = Session(connection.url, fact["sid"], fact.get("csrf"), fact.get("login"))
            ref = fact["ref"] if fact.get("ref") and not credentials.complete else reference(connection, credentials)
        self._book = StoreBook(ref, connection, credentials, given)
        return self._book

    def _publish(self, result: dict[str, Any], args: dict[str, Any], secrets: Secrets) -> None:
        """Make the session a fact. Core writes facts into a persistent cache in clear text, whatever a plugin asks for, so the
        sid goes into the fact only while facts live in memory or when the user asked to keep the session."""
        if args["state"] == "absent":
            if not self._task.check_mode:
                result["ansible_facts"] = {FACT: {}}
            return
        session = self._book.peek() if self._book else None
        if self._book is None or session is None or "sid" not in result["session"]:
            return
        result["session"].update(sid=secrets.reveal(session.sid), csrf=secrets.reveal(session.csrf or "") or None)
        fact = {**result["session"], "ref": self._book.ref}
        if not args["keep"] and not str(C.config.get_config_value("CACHE_PLUGIN")).endswith("memory"):
            del fact["sid"], fact["csrf"]
        result["ansible_facts"] = {FACT: fact}

    def _hide(self, result: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
        if result.get("failed"):
            # For a failed ad-hoc task core 2.19 prints what was typed; this process has a copy of it to itself.
            source = self._task.get_ds()
            if isinstance(source, dict) and "args" in source:
                source["args"] = secrets.scrub(_plain(source["args"]))
        if result.pop("saymon_revealed", False) or secrets.revealed:
            if register_secret and secrets.revealed:
                for value in secrets.revealed:
                    register_secret(value)
            else:
                result["_ansible_no_log"] = True
        return result

    # --- on the task's host --------------------------------------------------------------------------------------------

    def _on_target(self, args: dict[str, Any], task_vars: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
        """Run the module file on the task's host (a bastion, or because of `async`), with the session of this run handed over."""
        spec: Spec = self.module.SPEC
        secrets.add(*(args.get(name) for name in SECRET_OPTIONS))
        if spec.publishes and self._task.async_val:
            raise BadInput("async cannot be used here: the session must be known when the task ends. Remove async from the task.")
        book = self._make_book(Connection.from_params(args), Credentials.from_params(args), args)
        book.opener, book.remote = (lambda: self._log_in_on_target(args, task_vars)), args["saymon_run_on"] == "target"
        session = None
        if args["saymon_auth_method"] == "session":
            session = book.get() if spec.needs_session else book.peek()
        result = self._execute(self._handed(args, session, secrets), task_vars)
        if session and spec.needs_session and result.get("status") == 401 and book.renew(session.sid):
            result = self._execute(self._handed(args, book.get(), secrets), task_vars)
        if spec.publishes and not result.get("failed") and not self._task.check_mode:
            if args["state"] == "absent":
                book.forget()
            elif result["changed"]:
                book.adopt(_session_of(result))
        return result if spec.publishes else dict(secrets.scrub(result))

    def _execute(self, module_args: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        later = bool(self._task.async_val)
        writes = not (self._task.check_mode or self.module.__name__.endswith("_info"))
        with self._book.handed_over(later=later) if self._book and writes else nullcontext():
            result: dict[str, Any] = self._execute_module(module_args=module_args, task_vars=task_vars, wrap_async=later)
        return result

    def _handed(self, args: dict[str, Any], session: Session | None, secrets: Secrets) -> dict[str, Any]:
        """The options for the module file: as the task gave them, with the shared ones resolved; a session replaces the credentials."""
        spec: Spec = self.module.SPEC
        short = {alias for option in spec.argument_spec.values() for alias in option.get("aliases", [])}
        handed = {name: value for name, value in self._given.items() if name not in short}
        handed.update({name: args[name] for name in CONNECTION_OPTIONS if args[name] is not None})
        if session:
            secrets.add(session.sid, session.csrf)
            handed.update(saymon_sid=session.sid, saymon_csrf=session.csrf)
            if spec.needs_session:
                for name in CREDENTIAL_OPTIONS:
                    handed.pop(name, None)
        return {name: value for name, value in handed.items() if value is not None}

    def _log_in_on_target(self, args: dict[str, Any], task_vars: dict[str, Any]) -> Session:
        shared = {name: args[name] for name in CONNECTION_OPTIONS if args[name] is not None and name not in ("saymon_sid", "saymon_csrf")}
        check, self._task.check_mode = self._task.check_mode, False  # check mode reads too, and reading needs a session
        try:
            result = self._execute_module(
                module_name="saymon.platform.saymon_session", module_args={**shared, "state": "renewed"}, task_vars=task_vars
            )
        finally:
            self._task.check_mode = check
        if result.get("failed"):
            kind = NotSignedIn if result.get("status") in (401, 403) else SaymonError
            raise kind(str(result.get("msg", "The login on the target failed.")), status=result.get("status"), code=result.get("code"))
        return _session_of(result)


def _session_of(result: dict[str, Any]) -> Session:
    session = result["session"]
    return Session(session["url"], session["sid"], session.get("csrf"), session.get("login"))


def _as_list(option: Any, value: Any) -> list[Any]:
    try:
        return list(check_type_list(value if not isinstance(value, str) else json.loads(value)))
    except (TypeError, ValueError):
        raise BadInput(f"{option} is no list: give a list of dictionaries.") from None


def _plain(value: Any) -> Any:
    """The same data as plain types: core hands out tagged and lazy subclasses, which other libraries refuse."""
    return json.loads(json.dumps(value, default=str))
