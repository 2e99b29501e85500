# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SAYMON's grammar of conditions, and a readable form of it.

    {cpu.load1: {gt: 8}}                                {"cpu.load1": {"_gt": "8"}}
    {metric: cpu.load1, gt: 8}                          {"_field": {"name": "cpu.load1", "value": {"_gt": "8"}}}
    {formula: "[disk.used] / [disk.size]", ge: 0.9}     {"_formula": {"definition": "{{disk.used}} / {{disk.size}}",
                                                                      "value": ">=0.9"}}
    {ratio: [disk.used, disk.size], ge: 0.9}            {"_ratio": {"num": ..., "denom": ..., "value": ">=0.9"}}
    {all: [...]}, {any: [...]}                          {"_and": [...]}, {"_or": [...]}

What begins with an underscore is SAYMON's own and stays as it is, in both directions. `_or` is not in its
documentation, which names `_and` alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid

OPERATORS = {
    "eq": "_eq",
    "ne": "_neq",
    "gt": "_gt",
    "ge": "_gte",
    "lt": "_lt",
    "le": "_lte",
    "contains": "_ct",
    "not_contains": "_nct",
    "matches": "_m",
    "exists": "_exists",
}
_WORDS = {native: word for word, native in OPERATORS.items()}
_TREES = {"all": "_and", "any": "_or"}
_TREE_WORDS = {native: word for word, native in _TREES.items()}
# Formulas and ratios hold the comparison as text. Other signs than these have not been seen.
_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_SIGN_WORDS = {sign: word for word, sign in _SIGNS.items()}
_SIGNED = re.compile(r"(<=|>=|<|>)(.*)", re.DOTALL)
# Ansible would take SAYMON's braces for a template of its own.
_BRACES = re.compile(r"\{\{([^\[\]{}]+)\}\}")
_BRACKETS = re.compile(r"\[([^\[\]{}]+)\]")
_NEW_OR_CURRENT = re.compile(r"\[((?:new|current)\.[^\[\]{}]+)\]")
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_MOST_DIGITS = 15  # that a number has in every reader of JSON

Condition = dict[str, Any]


def same(one: Any, other: Any) -> bool:
    """Whether two native values mean the same. Numbers and truth values may be texts, and a metric may stand in a
    `_field`."""
    return bool(_canonical(one) == _canonical(other))


def native_of(readable: Any) -> Condition:
    """SAYMON's form of a readable condition; raises Invalid."""
    if not isinstance(readable, dict):
        raise Invalid(f"a condition must be a dictionary such as {{cpu.load1: {{gt: 8}}}}, got {_short(readable)}")
    for word, (native, build, _read) in _LEAVES.items():
        if word in readable and not isinstance(readable[word], dict):  # else it is a metric of this name
            return {native: build({str(key): value for key, value in readable.items()})}
    return _unique([_native_part(str(key), value) for key, value in readable.items()])


def readable_of(native: Any) -> Condition | None:
    """The readable form of a condition of SAYMON's; None for one that only SAYMON's own form can express."""
    if not isinstance(native, dict):
        return None
    readable = dict(_readable_part(str(key), value) for key, value in native.items())
    if len(native) == 1:
        readable = _readable_leaf(*next(iter(native.items()))) or readable
    return readable if _leads_to(readable, native) else None


def as_field(native: Condition) -> Condition:
    """The same condition as a `_field`, if it compares one metric."""
    ((name, value),) = native.items() if len(native) == 1 else [("_", None)]
    plain = not name.startswith("_") and isinstance(value, dict)
    return {"_field": {"name": name, "value": value}} if plain else native


def native_value(text: str) -> str:
    """The value of a stat rule's action: [new.metric] and [current.metric] in SAYMON's braces, other brackets as
    they are."""
    return text if "{{" in text else _NEW_OR_CURRENT.sub(r"{{\1}}", text)


def readable_value(text: str) -> str:
    """The value of a stat rule's action in a form that Ansible leaves alone, where there is one."""
    readable = _BRACES.sub(r"[\1]", text)
    return readable if native_value(readable) == text else text


# --- from readable to native ----------------------------------------------------------------------


def _native_part(key: str, value: Any) -> tuple[str, Any]:
    if key.startswith("_"):
        return key, value
    if key in _TREES and not isinstance(value, dict):
        if not isinstance(value, list) or not value:
            raise Invalid(f"{key} must be a list of conditions, got {_short(value)}")
        return _TREES[key], [native_of(part) for part in value]
    return key, _native_comparisons(key, value)


def _native_comparisons(metric: str, value: Any) -> Condition:
    if not isinstance(value, dict) or not value:
        raise Invalid(f"{metric} must have a comparison such as {{gt: 8}}, got {_short(value)}")
    return _unique([_native_comparison(metric, str(word), constant) for word, constant in value.items()])


def _native_comparison(metric: str, word: str, constant: Any) -> tuple[str, Any]:
    if word.startswith("_"):
        return word, constant
    if word not in OPERATORS:
        raise Invalid(
            f"{word!r} of {metric} is not an operator: choose one of {', '.join(OPERATORS)}, "
            "or give SAYMON's own name, which begins with an underscore"
        )
    return OPERATORS[word], constant if isinstance(constant, bool) else _text_of(f"{word} of {metric}", constant)


def _text_of(where: str, constant: Any) -> str:
    """A constant as SAYMON keeps it."""
    if isinstance(constant, str):
        return constant
    if not _is_number(constant):
        raise Invalid(f"{where} must be a text or a number, got {_short(constant)}")
    return _number_text(constant)


def _unique(parts: list[tuple[str, Any]]) -> Condition:
    """A dictionary of these parts; raises Invalid when one is there both by its readable and by its native name."""
    found: Condition = {}
    for key, value in parts:
        if key in found:
            raise Invalid(f"{key} is given twice, also by its readable name: leave one of the two out")
        found[key] = value
    return found


def _native_field(readable: Condition) -> Condition:
    name = _filled(readable, "metric")
    return {"name": name, "value": _native_comparisons(name, _without(readable, "metric"))}


def _native_formula(readable: Condition) -> Condition:
    text = _filled(readable, "formula")
    return {"definition": _native_definition(text), "value": _signed("formula", _without(readable, "formula"))}


def _native_ratio(readable: Condition) -> Condition:
    metrics = readable["ratio"]
    if not isinstance(metrics, list) or len(metrics) != 2 or not all(isinstance(one, str) and one for one in metrics):
        raise Invalid(f"ratio must be a list of two metrics, got {_short(metrics)}")
    return {"num": metrics[0], "denom": metrics[1], "value": _signed("ratio", _without(readable, "ratio"))}


def _native_definition(text: str) -> str:
    return text if "{{" in text else _BRACKETS.sub(r"{{\1}}", text)


def _signed(word: str, comparison: Mapping[str, Any]) -> str:
    """The comparison of a formula as SAYMON keeps it, such as >=0.9."""
    if len(comparison) == 1:
        ((name, constant),) = comparison.items()
        if name == "value" and isinstance(constant, str):
            return constant
        if name in _SIGNS:
            return _SIGNS[name] + _text_of(f"{name} of {word}", constant)
    found = ", ".join(comparison) or "none"
    raise Invalid(
        f"{word} must have exactly one comparison, {', '.join(_SIGNS)} or a value such as '==0.9', got {found}"
    )


def _filled(readable: Condition, word: str) -> str:
    text = readable[word]
    if not isinstance(text, str) or not text:
        raise Invalid(f"{word} must be a text that is not empty, got {_short(text)}")
    return text


def _without(readable: Condition, word: str) -> Condition:
    return {key: value for key, value in readable.items() if key != word}


# --- from native to readable ----------------------------------------------------------------------


def _leads_to(readable: Any, native: Condition) -> bool:
    """Whether this readable form means the native one, and so may stand for it."""
    try:
        return same(native_of(readable), native)
    except Invalid:
        return False


def _readable_part(key: str, value: Any) -> tuple[str, Any]:
    if key in _TREE_WORDS and isinstance(value, list) and value:
        parts = [readable_of(part) for part in value]
        return (key, value) if None in parts else (_TREE_WORDS[key], parts)
    if key.startswith("_") or not isinstance(value, dict):
        return key, value
    return key, _readable_comparisons(value)


def _readable_comparisons(native: Mapping[str, Any]) -> Condition:
    return {_WORDS.get(str(word), str(word)): _readable_constant(constant) for word, constant in native.items()}


def _readable_constant(constant: Any) -> Any:
    """A number for a text that is one."""
    if not isinstance(constant, str) or not _PLAIN_NUMBER.fullmatch(constant) or len(constant) > _MOST_DIGITS:
        return constant
    number = float(constant) if "." in constant else int(constant)
    return number if _number_text(number) == constant else constant


def _readable_leaf(key: str, body: Any) -> Condition | None:
    """The readable form of a condition that has a word of its own; None where it has none."""
    for native, _build, read in _LEAVES.values():
        if key == native and isinstance(body, dict):
            try:
                readable = read(body)
            except (AttributeError, LookupError, TypeError):
                return None  # of a form that is not known
            return readable if _leads_to(readable, {key: body}) else None
    return None


def _readable_field(body: Condition) -> Condition:
    return {"metric": body["name"], **_readable_comparisons(body["value"])}


def _readable_formula(body: Condition) -> Condition:
    text = body["definition"]
    readable = _BRACES.sub(r"[\1]", text)
    return {"formula": readable if _native_definition(readable) == text else text, **_readable_sign(body["value"])}


def _readable_ratio(body: Condition) -> Condition:
    return {"ratio": [body["num"], body["denom"]], **_readable_sign(body["value"])}


def _readable_sign(value: str) -> Condition:
    signed = _SIGNED.fullmatch(value)
    return {_SIGN_WORDS[signed[1]]: _readable_constant(signed[2])} if signed else {"value": value}


# For each word of the readable form: the native one, and the way there and back.
_LEAVES: dict[str, tuple[str, Callable[[Condition], Condition], Callable[[Condition], Condition]]] = {
    "metric": ("_field", _native_field, _readable_field),
    "formula": ("_formula", _native_formula, _readable_formula),
    "ratio": ("_ratio", _native_ratio, _readable_ratio),
}


# --- comparison -----------------------------------------------------------------------------------


def _canonical(value: Any) -> Any:
    """One form for all values that mean the same. Scalars are texts in it, but for null."""
    if isinstance(value, dict):
        parts = [_plain(value, str(key), part) for key, part in value.items()]
        return {key: _canonical(part) for key, part in parts}
    if isinstance(value, (list, tuple)):
        return [_canonical(part) for part in value]
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    if isinstance(value, str):
        return _without_zeros(value) if _PLAIN_NUMBER.fullmatch(value) else value
    return value if value is None else _number_text(value)


def _plain(condition: Mapping[str, Any], key: str, body: Any) -> tuple[str, Any]:
    """A part of a condition, a `_field` in the form without this word."""
    if key != "_field" or not isinstance(body, dict) or body.keys() != {"name", "value"}:
        return key, body
    name = body["name"]
    free = isinstance(name, str) and not name.startswith("_") and name not in condition
    return (name, body["value"]) if free and isinstance(body["value"], dict) else (key, body)


def _is_number(value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole or (isinstance(value, float) and math.isfinite(value))


def _number_text(number: float) -> str:
    """A number as text, written in the one way that has no exponent and no needless zeros."""
    if isinstance(number, int) or not math.isfinite(number):
        return str(number)
    return _without_zeros(format(Decimal(repr(number)), "f"))


def _without_zeros(number: str) -> str:
    shortest = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if shortest == "-0" else shortest


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
