# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of conditions, as far as it is known: what a strict server refuses, and another form in which it may show them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import orjson

from .. import errors, ids

_OPERATORS = {"_eq", "_neq", "_gt", "_gte", "_lt", "_lte", "_ct", "_nct", "_m", "_exists"}
# The forms of the last four are not known, so anything goes in them.
_WORDS = {"_field", "_formula", "_ratio", "_and", "_or", "_duration", "_period", "_splash", "_predict"}
_MUST_HAVE: dict[str, dict[str, type | tuple[type, ...]]] = {
    "state-conditions": {"condition": dict, "state": (int, str)},
    "incident-conditions": {"condition": dict, "state": (int, str)},
    "state-triggers": {"type": str, "payload": dict, "states": list},
    "stat-rules": {"actions": list},
}


def check(part: str, items: list[Any], known: Callable[[str], Collection[ids.Id]]) -> None:
    """Raise 400 for what a strict server would refuse. `known("state")` are the ids of states, `known("level")` those of
    incident levels."""
    level = "level" if part == "incident-conditions" else "state"
    for item in items:
        for name, kind in _MUST_HAVE[part].items():
            if not isinstance(item, dict) or not isinstance(item.get(name), kind):
                raise errors.bad_request(f'Invalid "{name}" in {part}.')
        for state in [item["state"]] if "state" in item else _listed(item.get("states")):
            _check_id(level, state, known(level))
        for name in ("condition", "clearCondition"):
            if item.get(name) is not None:
                _check_condition(item[name])
        for condition in _listed(item.get("conditions")):
            _check_condition(condition)
            if condition.keys() != {"_field"}:
                raise errors.bad_request("Conditions of stat rules must be of the form _field.")


def _check_id(kind: str, value: Any, known: Collection[ids.Id]) -> None:
    try:
        found = ids.as_id(value) in known
    except ValueError:
        found = False
    if not found:
        raise errors.bad_request(f"Unknown {kind} {value}.")


def _check_condition(condition: Any) -> None:
    if not isinstance(condition, dict):
        raise errors.bad_request("Every condition must be an object.")
    for key, body in condition.items():
        if key in ("_and", "_or"):
            for part in _listed(body):
                _check_condition(part)
        elif key == "_field":
            _check_comparison(key, body.get("value") if isinstance(body, dict) else None)
        elif not key.startswith("_"):
            _check_comparison(key, body)
        elif key not in _WORDS:
            raise errors.bad_request(f"Unknown condition {key}.")


def _check_comparison(key: str, body: Any) -> None:
    if not isinstance(body, dict) or body.keys() - _OPERATORS:
        raise errors.bad_request(f"Unknown operator in the condition on {key}.")


def with_fields(item: Any) -> Any:
    """The same entry with comparisons of metrics as `_field`, constants as text, and an id."""
    shown = {name: _with_fields(value) if name in ("condition", "clearCondition") else value for name, value in item.items()}
    if isinstance(item.get("conditions"), list):
        shown["conditions"] = [_with_fields(condition) for condition in item["conditions"]]
    return {"id": "0", **shown}


def _with_fields(condition: Any) -> Any:
    if not isinstance(condition, dict):
        return condition
    if len(condition) == 1:
        ((key, body),) = condition.items()
        if key in ("_and", "_or") and isinstance(body, list):
            return {key: [_with_fields(part) for part in body]}
        if not key.startswith("_") and isinstance(body, dict):
            return {"_field": {"name": key, "value": {word: _text(constant) for word, constant in body.items()}}}
    return condition


def _text(constant: Any) -> Any:
    return orjson.dumps(constant).decode() if isinstance(constant, int | float) else constant


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
