# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that change data before they are looked at."""

from __future__ import annotations

import re
from typing import Any

from . import fields
from .evaluate import arithmetic, holds
from .metrics import MISSING, value_at, with_value
from .operators import number, text
from .store import Doc

_REFERENCE = re.compile(r"\{\{\s*((?:new|current)\.[^{}]+?)\s*\}\}")


def applied(rules: list[Any], new: Doc, current: Doc) -> Doc | None:
    """The new data after all rules whose conditions hold; None when a rule drops them. `current` are the data before.

    A rule that cannot be understood does nothing.
    """
    made = new
    for rule in rules:
        try:
            if not all(holds(condition, made) for condition in rule.get("conditions") or []):
                continue
            for action in rule["actions"]:
                changed = _act(action, made, current)
                if changed is None:
                    return None
                made = changed
        except (ValueError, TypeError):
            continue
    return made


def _act(action: Doc, new: Doc, current: Doc) -> Doc | None:
    field, kind = action.get("field"), action["type"]
    if not isinstance(field, str) or not field:
        if kind == "drop":
            return None
        return fields.deep_merge(current, new) if kind == "extend" else new
    if kind == "drop":
        return with_value(new, field, MISSING)
    if kind == "extend" and "value" not in action:
        former = value_at(current, field)
        return new if former is MISSING or value_at(new, field) is not MISSING else with_value(new, field, former)
    return with_value(new, field, _value(action.get("value"), {"new": new, "current": current}))


def _value(given: Any, data: Doc) -> Any:
    """A constant, the value that a reference names, the result of a formula of references, or a text with references replaced."""
    if not isinstance(given, str):
        return given
    alone = _REFERENCE.fullmatch(given)
    if alone:
        found = value_at(data, alone[1])
        return None if found is MISSING else found
    if not _REFERENCE.search(given):
        return given
    try:
        return arithmetic(given, lambda name: number(value_at(data, name)))
    except ValueError:
        return _REFERENCE.sub(lambda found: text(_known(data, found[1])), given)


def _known(data: Doc, name: str) -> Any:
    found = value_at(data, name)
    return None if found is MISSING else found
