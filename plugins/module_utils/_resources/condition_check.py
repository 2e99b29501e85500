# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the data of an object meets a condition, decided here and not by the server.

What the documentation leaves open is decided like this: values that look like numbers are compared as numbers, a
pattern may match anywhere in the value, and a metric that is missing meets only `exists: false`.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid

from .condition_grammar import native_of

Holds = Callable[[Any], bool]

MISSING: Any = object()
_SIGNED = re.compile(r"\s*(<=|>=|==|=|!=|<|>)(.*)", re.DOTALL)
_SIGNS = {"<=": "_lte", ">=": "_gte", "==": "_eq", "=": "_eq", "!=": "_neq", "<": "_lt", ">": "_gt"}
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "_gt": operator.gt,
    "_gte": operator.ge,
    "_lt": operator.lt,
    "_lte": operator.le,
}


@dataclass(frozen=True)
class Check:
    """`holds` says of the data of an object whether it meets the condition, which looks at these `metrics`."""

    metrics: tuple[str, ...]
    holds: Holds


def check_of(condition: Any) -> Check:
    """The check of a condition in the readable form or in SAYMON's. Raises Invalid for one that is wrong, or that only
    the server can evaluate."""
    native = native_of(condition)
    if not native:
        raise Invalid("name at least one metric, such as {cpu.load1: {lt: 2}}")
    metrics: list[str] = []
    return Check(holds=_all_of(native, metrics), metrics=tuple(dict.fromkeys(metrics)))


def value_at(data: Any, name: str) -> Any:
    """The value of a metric, named by its dotted path, or MISSING. Keys may contain dots themselves."""
    if isinstance(data, list):
        data = {str(at): item for at, item in enumerate(data)}
    if not isinstance(data, dict):
        return MISSING
    if name in data:
        return data[name]
    dots = [at for at, sign in enumerate(name) if sign == "."]
    found = (value_at(data[name[:at]], name[at + 1 :]) for at in dots if name[:at] in data)
    return next((value for value in found if value is not MISSING), MISSING)


def _all_of(native: Mapping[str, Any], metrics: list[str]) -> Holds:
    parts = [_part(name, body, metrics) for name, body in native.items()]
    return lambda data: all(holds(data) for holds in parts)


def _part(name: str, body: Any, metrics: list[str]) -> Holds:
    if name in ("_and", "_or"):
        return _tree(name, body, metrics)
    if name == "_ratio":
        return _ratio(body, metrics)
    if name == "_field":
        name, body = _key(body, name, "name"), body.get("value")
    if name.startswith("_"):
        raise Invalid(
            f"{name[1:]} can be evaluated only by the server: compare metrics, and combine them with all and any"
        )
    if not isinstance(body, dict) or not body:
        raise Invalid(f"{name} must have a comparison such as {{gt: 8}}, got {body!r}")
    tests = [_test(name, word, constant) for word, constant in body.items()]
    metrics.append(name)
    return lambda data: all(test(value_at(data, name)) for test in tests)


def _tree(name: str, body: Any, metrics: list[str]) -> Holds:
    if not isinstance(body, list) or not body or not all(isinstance(part, dict) and part for part in body):
        raise Invalid(f"{name} must be a list of conditions, got {body!r}")
    parts = [_all_of(part, metrics) for part in body]
    combine = all if name == "_and" else any
    return lambda data: combine(holds(data) for holds in parts)


def _ratio(body: Any, metrics: list[str]) -> Holds:
    above, below = _key(body, "_ratio", "num"), _key(body, "_ratio", "denom")
    signed = _SIGNED.fullmatch(str(body.get("value")))
    if not signed:
        raise Invalid(f"the value of a ratio must be a comparison such as '>=0.9', got {body.get('value')!r}")
    test = _test("ratio", _SIGNS[signed[1]], signed[2].strip())
    metrics += [above, below]

    def holds(data: Any) -> bool:
        first, second = _number(value_at(data, above)), _number(value_at(data, below))
        return test(first / second) if first is not None and second else False

    return holds


def _key(body: Any, word: str, key: str) -> str:
    text = body.get(key) if isinstance(body, dict) else None
    if not isinstance(text, str) or not text:
        raise Invalid(f"{word} must have {key}, a text that is not empty, got {body!r}")
    return text


def _test(metric: str, word: str, constant: Any) -> Holds:
    """Whether the value of a metric, or MISSING, meets one comparison."""
    if word == "_exists":
        wanted = str(constant).lower() != "false"
        return lambda value: (value is not MISSING) == wanted
    meets = _ordered(metric, word, constant) if word in _ORDER else _other(metric, word, _text(constant))
    return lambda value: value is not MISSING and meets(value)


def _ordered(metric: str, word: str, constant: Any) -> Holds:
    limit = _number(constant)
    if limit is None:
        raise Invalid(f"{metric} can only be compared by size with a number, got {constant!r}")
    order = _ORDER[word]

    def meets(value: Any) -> bool:
        number = _number(value)
        return number is not None and order(number, limit)

    return meets


def _other(metric: str, word: str, text: str) -> Holds:
    if word in ("_eq", "_neq"):
        return lambda value: _equal(value, text) == (word == "_eq")
    if word in ("_ct", "_nct"):
        return lambda value: (text in _text(value)) == (word == "_ct")
    if word != "_m":
        raise Invalid(f"{word} of {metric} can be evaluated only by the server: choose another operator")
    try:
        pattern = re.compile(text)
    except re.error as error:
        raise Invalid(f"{metric} has {text!r}, which is not a regular expression ({error})") from None
    return lambda value: pattern.search(_text(value)) is not None


def _equal(value: Any, text: str) -> bool:
    numbers = _number(value), _number(text)
    return _text(value) == text if None in numbers else numbers[0] == numbers[1]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _text(value: Any) -> str:
    """A value as conditions see it: no text for null, and truth values in lower case."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
