# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lookups of this collection share: how they are called, and the lists that they read once for many calls."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional
from urllib.parse import urlencode

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import FIELDS
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._resources.read_metrics import Source as MetricSource
from ansible_collections.saymon.platform.plugins.module_utils._resources.read_metrics import latest
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext
from ansible_collections.saymon.platform.plugins.module_utils._scope import in_scope
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid, Missing
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.plugins.module_utils._state.spelling import near_miss

from .options import Source
from .plugin import run_here

# A value, or why there is none.
Value = tuple[Any, Optional[str]]

# Narrow down the objects that a lookup names, or mean all of them.
OBJECT_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "recursive": {"type": "bool", "default": False},
    "class": {"type": "str"},
    "tag": {"type": "str"},
}


class SaymonLookup(LookupBase):
    """A lookup. `options` are those that it has beside those of all lookups, and `exclusive` says which of them exclude
    each other. `values` finds the values that a call asks for, in order, or raises SaymonError."""

    name: str
    options: Mapping[str, Mapping[str, Any]]
    exclusive: Sequence[Sequence[str]] = ()
    values: Callable[[TaskContext], list[Value]]

    def run(self, terms: Any, variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        """The values. What does not exist is the option `default`, if it is given, else an error."""
        optional, default = "default" in options, options.pop("default", None)
        terms = self._flatten(terms) if terms else None
        if terms == []:
            return []  # an empty list of names
        spec = Spec(
            {
                "_terms": {"type": "list", "elements": "str"},
                "default": {"type": "raw"},
                "max_age": {"type": "float", "default": 300.0},
                **{name: dict(argument) for name, argument in self.options.items()},
            },
            mutually_exclusive=self.exclusive,
        )

        def find(context: TaskContext) -> dict[str, Any]:
            _check(context.args, self.options)
            found = self.values(context)
            missing = next((why for _value, why in found if why), None)
            if missing and not optional:
                raise BadInput(f"{missing} (or give default).")
            return {"values": [[] if why else [value] for value, why in found]}

        source = Source({**options, "_terms": terms}, variables or {}, None, self._templar.template)
        try:
            found = run_here(self.name, spec, find, source)["values"]
        except AnsibleError as error:
            said = str(error.message).replace(f"saymon.platform.{self.name}: ", "", 1)
            raise AnsibleLookupError(f"saymon.platform.{self.name}: {said}") from None
        return [wrap_var(one[0]) if one else default for one in found]


def _check(args: Mapping[str, Any], options: Iterable[str]) -> None:
    refuse_empty(args, options)
    if "" in (args["_terms"] or ()):
        raise BadInput("A name is empty: check the variable from which it comes.")
    if not args["max_age"] >= 0:
        raise BadInput(f"max_age is {args['max_age']}: give a number of seconds, 0 or more.")


# --- what is read once ----------------------------------------------------------------------------


class _Known(NamedTuple):
    """The records of one list, by a finder; when their fetch began (monotonic seconds), and how many writes this run
    had made then."""

    finder: Finder
    began: float
    writes: int


# By server and rights, resource and fields. Each task has a process of its own, so this serves loops and templates.
_known: dict[tuple[str, str, str], _Known] = {}


def finder_of(context: TaskContext, resource: Resource, keys: Iterable[str]) -> Finder:
    """The finder that knows all records of a resource, with at least these keys.

    They are at most `max_age` seconds old. Calls of one process share the finder, and processes of the run share the
    list, until the run writes something.
    """
    lists, oldest = context.client.lists, context.args["max_age"]
    query = make_query(resource.query({*keys} - {"id"}))
    key = (lists.scope, resource.name, urlencode(query))
    known = _known.get(key)
    if known and time.monotonic() - known.began < oldest and known.writes == lists.writes():
        known.finder.client = context.client
        return known.finder
    client, writes = copy.copy(context.client), lists.writes()
    client.lists = lists.remembered(oldest) if oldest else lists
    request = Request("GET", resource.path, query)
    records, began = client.records_of(f"{request.path}?{key[2]}", (), lambda _ids: request)
    finder = Finder(client, resource, RESOURCES, context.credentials, check=False, cached=True)
    finder.know(records)
    _known[key] = _Known(finder, began, writes)
    return finder


def found_by_name(finder: Finder, args: Mapping[str, Any]) -> list[tuple[Record, str | None]]:
    """What each of the terms means: the record, or an empty one and why there is none."""
    resource = finder.resource.name
    found: list[tuple[Record, str | None]] = []
    for term in args["_terms"]:
        try:
            identifier = str(finder.find_id(resource, term, False))
        except Missing as error:
            found.append(({}, str(error)))
        except Invalid as error:
            raise BadInput(f"{error}.") from None
        else:
            found.append((finder.index(resource).records.get(identifier, {"id": identifier}), None))
    return found


def objects_found(context: TaskContext, keys: Iterable[str]) -> tuple[Finder, list[tuple[Record, str | None]]]:
    """The objects that a call means, as `found_by_name`, with at least these keys."""
    args = context.args
    narrowed = args["recursive"] or args["class"] is not None or args["tag"] is not None
    if all(args[option] is None for option in ("_terms", "class", "tag")):
        raise BadInput("No object is named: give paths, names or ids, or one of class and tag.")
    narrowing = [key for key, option in (("class_id", "class"), ("tags", "tag")) if args[option] is not None]
    finder = finder_of(context, OBJECT, {*keys, *narrowing})
    if not narrowed:
        return finder, found_by_name(finder, args)
    return finder, [(one, None) for one in in_scope(finder, {**args, "object": None, "objects": args["_terms"]})]


# --- what is taken of a record --------------------------------------------------------------------


def field_of(record: Record, key: str, title: str) -> Value:
    """The value that the record has under a key of the server."""
    if key in record:
        return record[key], None
    return None, f"{title} has no field {key!r}{near_miss(key, record)}: check the spelling"


def property_of(record: Record, name: str, title: str) -> Value:
    """The value of a property. The case of letters counts only where names differ in nothing else."""
    properties = [one for one in record.get("properties") or () if isinstance(one, dict)]
    values = {str(one.get("name")): one.get("value") for one in properties}
    if name in values:
        return values[name], None
    folded = [value for one, value in values.items() if one.casefold() == name.casefold()]
    if len(folded) == 1:
        return folded[0], None
    return None, f"{title} has no property {name!r}{near_miss(name, values)}: check the spelling"


# --- the lookups ----------------------------------------------------------------------------------


def object_values(context: TaskContext) -> list[Value]:
    """The records of objects, or one property or field of each."""
    args = context.args
    wanted, key = args["property"], args["field"]
    if wanted is not None:
        keys: Iterable[str] = ("properties",)
    elif key is not None:
        keys = {key} - {"path"}
    else:
        keys = FIELDS
    finder, found = objects_found(context, keys)

    def value_of(record: Record) -> Value:
        title = f"object {finder.title('object', record['id'])!r}"
        if wanted is not None:
            return property_of(record, wanted, title)
        if key == "path":
            return finder.title("object", record["id"]), None
        return (record, None) if key is None else field_of(record, key, title)

    return [(None, why) if why else value_of(record) for record, why in found]


def values_by_name(resource: Resource) -> Callable[[TaskContext], list[Value]]:
    """A lookup of the records of a resource by name or id, or of one field of each."""

    def values(context: TaskContext) -> list[Value]:
        key = context.args["field"]
        if context.args["_terms"] is None:
            raise BadInput(f"No {resource.label} is named: give names or ids.")
        found = found_by_name(finder_of(context, resource, ()), context.args)
        return [
            (record, why)
            if why or key is None
            else field_of(record, key, f"{resource.label} {record.get(resource.title, record['id'])!r}")
            for record, why in found
        ]

    return values


user_values = values_by_name(RESOURCES["user"])
user_group_values = values_by_name(RESOURCES["user_group"])


def metric_values(context: TaskContext) -> list[Value]:
    """The latest value of a metric of each object, or all values by name, from one request for all objects."""
    wanted = context.args["metric"]
    finder, found = objects_found(context, ())
    sources = [MetricSource(str(one["id"]), finder.title("object", one["id"])) for one, why in found if not why]
    values: dict[str, dict[str, Any]] = {source.id: {} for source in sources}
    for row in latest(context.client, list({one.id: one for one in sources}.values()), wanted and [wanted]):
        values[row["id"]][row["metric"]] = row["value"]

    def value_of(record: Record) -> Value:
        given = values[str(record["id"])]
        if wanted in given:
            return given[wanted], None
        if given or wanted is None:
            return given, None
        title = finder.title("object", record["id"])
        return None, f"object {title!r} has no value of the metric {wanted!r}: check the spelling, and when data came"

    return [(None, why) if why else value_of(record) for record, why in found]
