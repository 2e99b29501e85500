# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What filters and tests have in common: how they read their input, and how they refuse one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from ansible.errors import AnsibleFilterError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid

Result = TypeVar("Result")

_LONGEST = 60


def careful(kind: str, name: str, compute: Callable[..., Result]) -> Callable[..., Result]:
    """The function as a filter or test (`kind`) of this name: a value that it cannot take is an AnsibleFilterError."""

    @wraps(compute)
    def computed(*args: Any, **options: Any) -> Result:
        try:
            return compute(*args, **options)
        except Invalid as error:
            raise AnsibleFilterError(f"The {kind} saymon.platform.{name}: {error}.") from None
        except RecursionError:
            raise AnsibleFilterError(
                f"The {kind} saymon.platform.{name}: the value is nested too deeply to be read: use fewer levels."
            ) from None

    return computed


def filters(functions: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """These functions as filters, by name."""
    return {name: careful("filter", name, function) for name, function in functions.items()}


def tests(functions: Mapping[str, Callable[..., bool]]) -> dict[str, Callable[..., bool]]:
    """These functions as tests, by name."""
    return {name: careful("test", name, function) for name, function in functions.items()}


def list_in(value: Any, what: str) -> list[Any]:
    """A list; raises Invalid for anything else."""
    if isinstance(value, (list, tuple)):
        return list(value)
    raise Invalid(f"the value must be a list of {what}, got {short(value)}")


def text_in(value: Any, what: str) -> str:
    """A text; raises Invalid for anything else."""
    if isinstance(value, str):
        return value
    raise Invalid(f"the value must be {what}, got {short(value)}")


def short(value: Any) -> str:
    """The value with its type, cut to a length that fits into a message."""
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}"
