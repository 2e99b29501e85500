# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions in their readable form and in the server's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._resources.condition_grammar import native_of, readable_of
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import filters, short


def readable_condition(native: Any) -> dict[str, Any]:
    """The readable form of a condition; one that only the server's own form can express stays as it is."""
    if not isinstance(native, dict):
        raise Invalid(f"the condition must be a dictionary such as {{cpu.load1: {{_gt: '8'}}}}, got {short(native)}")
    readable = readable_of(native)
    return dict(native) if readable is None else readable


def native_condition(readable: Any) -> dict[str, Any]:
    """The server's own form of a condition; what is in this form already stays as it is."""
    return native_of(readable)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters({"readable_condition": readable_condition, "native_condition": native_condition})
