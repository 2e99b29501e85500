# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions and formulas, applied to data."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from .metrics import MISSING, value_at
from .operators import compare, number

_LONGEST = 500
_METRIC = re.compile(r"\{\{\s*([^{}]+?)\s*\}\}")
_LIMIT = re.compile(r"\s*(<=|>=|==|=|!=|<|>)\s*(.+?)\s*")
_OPERATORS = {"<=": "_lte", ">=": "_gte", "==": "_eq", "=": "_eq", "!=": "_neq", "<": "_lt", ">": "_gt"}
_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}
_FUNCTIONS: dict[str, Callable[..., float]] = {"abs": abs, "min": min, "max": max, "round": round}


def holds(condition: Any, data: Any) -> bool:
    """Whether a condition holds for data; all parts of it must. The empty one always does.

    Raises ValueError with the reason for what cannot be evaluated; the bodies of some kinds are not documented.
    """
    if not isinstance(condition, dict):
        raise ValueError("a condition must be an object")
    return all(_part(name, body, data) for name, body in condition.items())


def _part(name: str, body: Any, data: Any) -> bool:
    if name == "_and":
        if not isinstance(body, list):
            raise ValueError("_and needs an array")
        return all(holds(item, data) for item in body)
    if name == "_field":
        return _field(_named(body, "name"), body.get("value"), data)
    if name == "_formula":
        return _limited(arithmetic(_named(body, "definition"), lambda metric: number(value_at(data, metric))), body.get("value"))
    if name == "_ratio":
        parts = [number(value_at(data, _named(body, end))) for end in ("num", "denom")]
        ratio = parts[0] / parts[1] if parts[0] is not None and parts[1] else None
        return _limited(ratio, body.get("value"))
    if name.startswith("_"):
        raise ValueError(f"{name[:40]} is not understood")
    return _field(name, body, data)


def _named(body: Any, name: str) -> str:
    text = body.get(name) if isinstance(body, dict) else None
    if not isinstance(text, str):
        raise ValueError(f"{name} must be a string")
    return text


def _field(metric: str, tests: Any, data: Any) -> bool:
    """A metric that is not there fulfils only that it does not exist."""
    if not isinstance(tests, dict):
        raise ValueError("a metric needs an object with operators")
    present = value_at(data, metric)
    return all(_test(name, wanted, present) for name, wanted in tests.items())


def _test(name: str, wanted: Any, present: Any) -> bool:
    if name == "_exists":
        return (present is not MISSING) == (str(wanted).lower() != "false")
    return compare(name, "" if present is MISSING else present, wanted) and present is not MISSING


def _limited(value: float | None, limit: Any) -> bool:
    """`<=0.8`, or an object with operators. Without a value it does not hold."""
    if isinstance(limit, str):
        found = _LIMIT.fullmatch(limit)
        if found is None:
            raise ValueError("value must be an operator and a number, such as <=0.8")
        limit = {_OPERATORS[found[1]]: found[2]}
    if not isinstance(limit, dict):
        raise ValueError("value must be an operator and a number, such as <=0.8")
    return all(compare(name, value, wanted) for name, wanted in limit.items()) and value is not None


def arithmetic(text: str, lookup: Callable[[str], float | None]) -> float | None:
    """The value of a formula in which `{{name}}` stands for a number; None when one is missing or a divisor is 0.

    Raises ValueError for what is no formula.
    """
    if len(text) > _LONGEST:
        raise ValueError("the formula is too long")
    names: list[str] = []

    def named(found: re.Match[str]) -> str:
        names.append(found[1])
        return f" _{len(names) - 1} "

    try:
        tree = ast.parse(_METRIC.sub(named, text).strip(), mode="eval").body
        values = {f"_{at}": lookup(name) for at, name in enumerate(names)}
        return _value(tree, values)
    except (ZeroDivisionError, OverflowError):
        return None
    except (SyntaxError, RecursionError, MemoryError, TypeError):
        raise ValueError("not a formula") from None


def _value(node: ast.AST, values: dict[str, float | None]) -> float | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return float(node.value)
    if isinstance(node, ast.Name) and node.id in values:
        return values[node.id]
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        left, right = _value(node.left, values), _value(node.right, values)
        return None if left is None or right is None else _BINARY[type(node.op)](left, right)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        inner = _value(node.operand, values)
        return None if inner is None else _UNARY[type(node.op)](inner)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS and node.args and not node.keywords:
        given = [_value(item, values) for item in node.args]
        return None if None in given else _FUNCTIONS[node.func.id](*given)
    raise ValueError("not a formula")
