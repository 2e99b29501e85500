# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stat: one set of data of an object or a link, which is sent and never compared."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import kind_of
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Reference,
    Text,
    Timestamp,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in, seconds_in
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .metric_names import nested

_DEEPEST = 32  # levels of lists in a value


class Moment(Timestamp):
    """A moment, also as a time from now. Canonical form: epoch milliseconds."""

    def parse(self, value: Any) -> int:
        return moment_in(value, round(time.time() * 1000))


class Duration(FieldType):
    """A duration such as 90, `90s` or `5m`. Canonical form: milliseconds."""

    argument: Mapping[str, Any] = {"type": "str"}

    def parse(self, value: Any) -> int:
        return seconds_in(value) * 1000

    def show(self, value: Any, _lookup: Lookup) -> str:
        return f"{value // 1000}s"


class Metrics(FieldType):
    """The values by name, as a tree. Canonical form: the tree, with texts for keys."""

    argument: Mapping[str, Any] = {"type": "dict"}
    hashable = False

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"give a dictionary of values by name, got {kind_of(value)}")
        return {_name(key): self._value(str(key), one) for key, one in value.items()}

    def _value(self, name: str, value: Any, level: int = 0) -> Any:
        if isinstance(value, dict):
            if not value:
                raise Invalid(f"{name} is an empty dictionary: give a value, or leave it out")
            _check_depth(name, level)
            return {_name(key): self._value(f"{name}.{key}", one, level + 1) for key, one in value.items()}
        if isinstance(value, list):
            _check_depth(name, level)
            return [self._value(name, one, level + 1) for one in value]
        if value is None:
            raise Invalid(f"{name} has no value: give a number, a text or a boolean, or leave it out")
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            _check_finite(name, value)
        elif not isinstance(value, (str, bool)):
            raise Invalid(f"{name} is of the type {kind_of(value)}: give a number, a text or a boolean")
        return value


def _name(key: Any) -> str:
    if isinstance(key, bool) or not isinstance(key, (str, int)):
        raise Invalid(f"the name {key!r} is not a text: write it in quotes")
    name = str(key)
    if "{{" in name:
        raise Invalid(
            f"the name {name!r} is a template, and Ansible does not evaluate those in names: write all of metrics as a "
            "template, such as \"{{ {'host.' ~ inventory_hostname: 1} }}\""
        )
    return name


def _check_depth(name: str, level: int) -> None:
    if level > _DEEPEST:
        raise Invalid(f"{name[:40]}... is nested more than {_DEEPEST} levels deep: use fewer levels")


def _check_finite(name: str, value: float) -> None:
    try:
        finite = math.isfinite(value)
    except OverflowError:  # an integer that no floating-point number comes near
        finite = False
    if not finite:
        raise Invalid(f"{name} is not a number that can be stored: give a finite number, or leave it out")


def _numbers_in(value: Any) -> Any:
    """The same with numbers in place of the texts that are written exactly like one."""
    if isinstance(value, dict):
        return {key: _numbers_in(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers_in(one) for one in value]
    return _number_in(value) if isinstance(value, str) else value


def _number_in(text: str) -> Any:
    for read in (int, float):
        try:
            number = read(text)
        except ValueError:
            continue
        if str(number) == text and math.isfinite(number):
            return number
    return text


def _complete(item: Item) -> None:
    """Refuse an item that nothing can be made of, and bring its metrics into the form in which they are sent."""
    desired = item.desired
    if item.id is not None:
        raise Invalid("id is not an option here: name the object with object, or the link with link")
    if ("object" in desired) == ("link" in desired):
        raise Invalid("give either object or link")
    if not desired.get("metrics"):
        raise Invalid("metrics must be given, with at least one value")
    try:
        tree = nested(desired["metrics"], dotted=item.flags.get("dotted") is not False)
    except Invalid as error:
        raise Invalid(f"metrics: {error}") from None
    desired["metrics"] = _numbers_in(tree) if item.flags.get("parse_numbers") is not False else tree


STAT = Resource(
    name="stat",
    plural="stats",
    path="",
    key=(),
    find_by=("object", "link"),
    states=(),
    create=(("POST", "/objects/{object}/stat"), ("POST", "/links/{link}/stat")),
    flags={
        "dotted": {"type": "bool", "default": True},
        "parse_numbers": {"type": "bool", "default": True},
    },
    fields=(
        Field("object", "", Reference("object")),
        Field("link", "", Text(filled=True)),
        # The full form, in which a metric may even be called `payload`.
        Field("metrics", "payload", Metrics()),
        Field("timestamp", "timestamp", Moment()),
        Field("period", "period", Duration()),
        Field("expiry", "expiryPeriod", Duration()),
        Field("group_key", "groupKey", Text(filled=True)),
        Field("initiator", "initiator", Text(filled=True)),
    ),
    adjust=_complete,
)
