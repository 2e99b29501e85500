# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations of an object, link or class: MQTT messages, and programs that run on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entries, sub_collection
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    Flag,
    Invalid,
    Items,
    Json,
    Text,
)

OPERATION_FLAGS: Mapping[str, Mapping[str, Any]] = {"append_operations": {"type": "bool", "default": True}}

# The kinds of program, by the parameter that tells which one to run.
_PROGRAMS = {"path": "fileSystem", "ref": "scriptReference", "text": "scriptText"}
_TEXTS = {name: Text() for name in ("type", "topic", "message", "path", "ref", "text")}
_ARGS = Items(Text())


class Parameters(Json):
    """What an operation runs or sends. Given parameters are merged into the present ones, and others stay."""

    def __init__(self) -> None:
        super().__init__("dict", {})

    def parse(self, value: Any) -> Any:
        parsed = {name: self._parsed(name, part) for name, part in super().parse(value).items() if part is not None}
        kinds = [kind for name, kind in _PROGRAMS.items() if name in parsed]
        if len(kinds) > 1:
            raise Invalid(f"give only one of {', '.join(_PROGRAMS)}, because each means another program")
        return {"type": kinds[0], **parsed} if kinds else parsed

    def _parsed(self, name: Any, value: Any) -> Any:
        try:
            if name == "args":
                return list(_ARGS.parse(value))
            return _TEXTS[name].parse(value) if name in _TEXTS else value
        except Invalid as error:
            raise Invalid(f"{name}: {error}") from None

    def read(self, value: Any) -> Any:
        return dict(value)

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        kind = current.get("type")
        if kind is not None and desired.get("type", kind) != kind:
            raise Invalid(
                f"the operation runs a program of the kind {kind}, which cannot become {desired['type']}: "
                "remove the operation first"
            )
        return {**current, **desired}


class Operations(Entries):
    """Operations by name."""

    def __init__(self) -> None:
        super().__init__(
            "operation",
            Field("name", "name", Text(filled=True)),
            (
                Field("type", "type", Choice({"mqtt": 1, "program": 2}), create_only=True),
                Field("description", "description", Text()),
                Field("popup_result", "popupResult", Flag()),
                Field("run_on_change", "runOnReadWritePropertyModification", Flag()),
                Field("parameters", "parameters", Parameters()),
            ),
        )

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        for name, (kind, *_others, parameters) in desired.items():
            if name not in current and (kind is None or not parameters):
                raise Invalid(f"the operation {name!r} does not exist, and cannot be created without type, parameters")
            if name in current and current[name][0] is None:
                raise Invalid(
                    f"the server does not show what the operation {name!r} does: "
                    "give the account the permission manage-operations"
                )
        return super().merge(current, desired, append)


OPERATIONS = Operations()


def operations(collection: str) -> Field:
    """The field `operations` of the items at `collection`, with OPERATION_FLAGS among the flags of the resource."""
    return Field(
        "operations",
        "operations",
        OPERATIONS,
        writer=sub_collection(collection, "operations", "operations", OPERATIONS),
        in_create=False,
        append="append_operations",
    )
