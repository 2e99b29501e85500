# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task is to do, as a value: its options, completed by variables, the session fact and the environment, and
validated."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_list
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, kind_of
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import normal_url
from ansible_collections.saymon.platform.plugins.module_utils._arguments import CONNECTION_OPTIONS, Spec

from .facts import FACT, is_ours, may_exist, set_by_facts
from .run_store import stored

_TOKENS = ("saymon_auth_token", "saymon_keycloak_token")


@dataclass(frozen=True, eq=False, repr=False)  # quicker to load, and nobody compares or prints them
class Source:
    """Where the options of a task come from. `delegate_to` is the host it is delegated to, if any; `template` is
    core's."""

    args: Mapping[str, Any]
    variables: Mapping[str, Any]
    delegate_to: str | None
    template: Callable[[Any], Any]


@dataclass(frozen=True, eq=False, repr=False)
class Options:
    """`values` are the validated options, `given` those that task and variables name, `fact` the session fact in use
    (or {})."""

    values: dict[str, Any]
    given: dict[str, Any]
    fact: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def resolve(name: str, spec: Spec, source: Source) -> Options:
    """The options of the module `name`; for each the first found counts: task, variable, fact, environment. Raises
    BadInput."""
    warnings: list[str] = []
    args = _task_options(spec, source)
    shared = _shared_options(spec, args, source, warnings)
    given = {
        **args,
        **{
            option: value
            for option, value in shared.items()
            if value is not None and option not in _aliased(spec, args)
        },
    }
    fact = _usable_fact(shared, source, warnings)
    wanted = {**given, "saymon_url": fact["url"]} if fact and not shared["saymon_url"] else dict(given)
    bulk = wanted.pop(spec.bulk, None) if spec.bulk else None
    values = _validated(name, spec, wanted)
    if spec.bulk and bulk is not None:
        given[spec.bulk] = values[spec.bulk] = _as_list(spec.bulk, bulk)
    _drop_foreign_credentials(values, shared, fact)
    return Options(values, given, fact, warnings)


def plain(value: Any) -> Any:
    """Free a value of core's tags and vault wrappers, which requests and json would trip over."""
    return json.loads(json.dumps(value, default=str))


def _aliases(spec: Spec, option: str) -> list[str]:
    return [option, *spec.argument_spec[option].get("aliases", [])]


def _aliased(spec: Spec, args: Mapping[str, Any]) -> set[str]:
    """The shared options that the task gives, under whichever name."""
    return {option for option in CONNECTION_OPTIONS if any(name in args for name in _aliases(spec, option))}


def _task_options(spec: Spec, source: Source) -> dict[str, Any]:
    """What the task itself says. Null counts as not given, and so does an empty text in a shared option."""
    shared = {name for option in CONNECTION_OPTIONS for name in _aliases(spec, option)}
    args = plain(dict(source.args))
    return {name: value for name, value in args.items() if value is not None and (value != "" or name not in shared)}


def _shared_options(spec: Spec, args: Mapping[str, Any], source: Source, warnings: list[str]) -> dict[str, Any]:
    """The shared options of task and variables, None for those that neither gives."""
    untrusted = set_by_facts(CONNECTION_OPTIONS, source.variables)
    shared: dict[str, Any] = {}
    for option in CONNECTION_OPTIONS:
        value = next((args[name] for name in _aliases(spec, option) if name in args), None)
        if value is None and source.variables.get(option) is not None:
            if option in untrusted:
                warnings.append(
                    f"{option} is ignored, because its value comes from a fact of the "
                    "host, and a host must not choose where credentials "
                    "go: set it in the play, the inventory or the environment, or with set_fact without cacheable."
                )
                continue
            value = plain(source.template(source.variables[option]))
            value = None if value == "" else value
        shared[option] = value
    return {option: shared.get(option) for option in CONNECTION_OPTIONS}


def _validated(name: str, spec: Spec, wanted: Mapping[str, Any]) -> dict[str, Any]:
    unused = _unused(spec, wanted)
    argument_spec = {option: argument for option, argument in spec.argument_spec.items() if option not in unused}
    _refuse_structures(spec.argument_spec, wanted)
    try:
        outcome = ArgumentSpecValidator(argument_spec, **spec.rules).validate(dict(wanted))
    except (ArithmeticError, TypeError, ValueError) as error:  # core's converters let some absurd values through
        raise BadInput(
            f"An option has a value that cannot be read ({error}): check the options that are numbers."
        ) from None
    if outcome.error_messages:
        paths = sorted((path,) if isinstance(path, str) else tuple(path) for path in outcome.unsupported_parameters)
        said = "; ".join([_no_such_option(spec.argument_spec, path) for path in paths] or outcome.error_messages)
        raise BadInput(f"saymon.platform.{name}: {said if said.endswith('?') else said.rstrip('.') + '.'}")
    return {**unused, **outcome.validated_parameters}


def _unused(spec: Spec, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The shared options that nobody gives, with their defaults. Most tasks give few, and core's check takes its time
    for each."""
    if spec.publishes:  # they have other names there too
        return {}
    return {
        option: argument.get("default")
        for option, argument in CONNECTION_OPTIONS.items()
        if option not in wanted and option.upper() not in os.environ
    }


def _refuse_structures(argument_spec: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a list or dictionary where a text belongs, which core would turn into one in the notation of Python, and
    anything else where a dictionary of options belongs, which core would trip over."""
    for option, value in wanted.items():
        spec = argument_spec.get(option, {})
        if spec.get("type") == "dict" and "options" in spec and not isinstance(value, (dict, str)):
            raise BadInput(f"{option} must be a dictionary, got {kind_of(value)}: give options and values.")
        is_list = spec.get("type") == "list" and isinstance(value, list)
        texts = value if is_list else [value]
        if spec.get("elements" if is_list else "type") == "str" and any(isinstance(one, (dict, list)) for one in texts):
            raise BadInput(f"{option}: give a text (use the filter to_json for a structure).")


def _no_such_option(argument_spec: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """What to say of an option that does not exist, which `path` names with the options around it: those that it could
    mean, or all that there are."""
    *outer, name = path
    known = argument_spec
    for option in outer:
        known = known[option]["options"]
    said = f"{'.'.join(outer)} has no option {name}" if outer else f"there is no option {name}"
    near = get_close_matches(
        name, [*known, *(alias for option in known.values() for alias in option.get("aliases", []))]
    )
    return f"{said}; did you mean {' or '.join(near)}?" if near else f"{said}, only {', '.join(sorted(known))}"


def _as_list(option: Any, value: Any) -> list[Any]:
    """The list of items, which an ad-hoc command writes as JSON text. Each item is checked by the module."""
    try:
        return list(check_type_list(value if not isinstance(value, str) else json.loads(value)))
    except (TypeError, ValueError):
        raise BadInput(f"{option} must be a list of dictionaries, got {kind_of(value)}: give a list.") from None


def _usable_fact(shared: Mapping[str, Any], source: Source, warnings: list[str]) -> dict[str, Any]:
    """The session fact of this host, else of the delegating host, else of localhost; never a dead, a foreign or a
    forged one."""
    url, login = shared["saymon_url"], shared["saymon_login"]
    if shared["saymon_auth_method"] not in (None, "session"):
        return {}
    if any(shared[name] for name in _TOKENS):
        return {}  # nobody knows whose they are before the login
    for facts in _facts(source, others=not (url and login) and _may_be_elsewhere(shared)):
        fact = facts.get(FACT)
        if not isinstance(fact, Mapping) or not fact.get("url"):
            continue
        fact = plain(fact)
        if not is_ours(fact):
            if fact.get("sid"):
                warnings.append(
                    "The fact saymon_session is ignored, because no task of this run "
                    "made it and it is not a session that was kept: run "
                    "saymon.platform.saymon_session, or hand over a session of your own as saymon_sid."
                )
            continue
        record = stored(fact.get("ref")) or {}
        if not fact.get("sid") and not record.get("session") and not record.get("credentials"):
            continue
        try:
            same_url = not url or normal_url(str(url)) == fact["url"]
        except BadInput:
            return {}  # the bad URL is reported where the connection is made
        if same_url and login in (None, fact.get("login")):
            return dict(fact)
    return {}


def _may_be_elsewhere(shared: Mapping[str, Any]) -> bool:
    """Whether the facts of other hosts are worth a look, which costs a millisecond each: they can hold a session, or
    the task has no other way to one, and then a fact that does not count is worth a warning."""
    names = ("saymon_url", "saymon_login", "saymon_password")
    return may_exist() or not all(shared[name] or os.environ.get(name.upper()) for name in names)


def _facts(source: Source, *, others: bool) -> Iterator[Mapping[str, Any]]:
    variables = source.variables
    yield variables.get("ansible_facts") or {}
    if not others:
        return  # the store finds the session by its credentials
    hostvars = variables.get("hostvars")
    for host in {source.delegate_to: 1, "localhost": 2}:
        if hostvars is not None and host and host != variables.get("inventory_hostname") and host in hostvars:
            yield (
                hostvars.raw_get(host).get("ansible_facts") or {}
            )  # raw: a whole view of the host's variables costs milliseconds


def _drop_foreign_credentials(values: dict[str, Any], shared: Mapping[str, Any], fact: Mapping[str, Any]) -> None:
    """Credentials go only where they belong, and the environment stands below all else.

    An address that only a fact names is used with the session of that fact, never with credentials from elsewhere. The
    environment may complete what task, variables and fact say of the account, but its own account must not take their
    place.
    """
    if fact and not shared["saymon_url"] and not _same_origin(os.environ.get("SAYMON_URL"), fact["url"]):
        values.update(dict.fromkeys(("saymon_login", "saymon_password", *_TOKENS)))
    elif fact and not shared["saymon_login"]:
        values.update(dict.fromkeys(_TOKENS))
        if values["saymon_login"] is None or values["saymon_login"] != fact.get("login"):
            values.update(saymon_login=None, saymon_password=None)
    elif shared["saymon_login"] or shared["saymon_password"]:
        values.update({name: shared[name] for name in _TOKENS})
    elif any(shared[name] for name in _TOKENS):
        values.update(saymon_login=None, saymon_password=None, **{name: shared[name] for name in _TOKENS})


def _same_origin(url: str | None, other: str) -> bool:
    try:
        return normal_url(url) == other
    except BadInput:
        return False


# --- the environment of a task --------------------------------------------------------------------


def task_environment(declared: Any, template: Callable[[Any], Any]) -> dict[str, str]:
    """What `environment:` of the play, its blocks and the task say, the innermost last, as core itself puts it
    together."""
    merged: dict[str, Any] = {}
    for part in declared if isinstance(declared, list) else [declared]:
        values = template(part) if part else {}
        if not isinstance(values, Mapping):
            raise BadInput(f"environment must be a dictionary, got {kind_of(values)}: give names and values.")
        merged.update(values)
    return {str(name): str(value) for name, value in plain(merged).items() if value is not None}


@contextmanager
def environment_set(values: Mapping[str, str]) -> Iterator[None]:
    """Let these variables be part of the process's environment meanwhile. Each task has a process of its own."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
