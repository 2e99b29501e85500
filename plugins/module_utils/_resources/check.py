# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One check of an object or link, now, with its monitoring settings or with others."""

from __future__ import annotations

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
)
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

_TEXT = Text()


class OtherSettings(FieldType):
    """Monitoring settings by name, all of them texts; None leaves a setting out of this check. Canonical form: a tuple
    of names and values."""

    argument: Mapping[str, Any] = {"type": "dict"}
    empty: Any = ()

    def parse(self, value: Any) -> tuple[tuple[str, str | None], ...]:
        if not isinstance(value, dict):
            raise Invalid(f"give a dictionary of settings, got {kind_of(value)}")
        return tuple((str(name), None if text is None else self._text(name, text)) for name, text in value.items())

    @staticmethod
    def _text(name: Any, value: Any) -> str:
        try:
            return _TEXT.parse(value)
        except Invalid as error:
            raise Invalid(f"{name}: {error}") from None

    def write(self, value: Any, _scalar: bool) -> list[dict[str, Any]]:
        return [
            {"name": name, "destroy": True} if text is None else {"name": name, "value": text} for name, text in value
        ]

    def show(self, value: Any, _lookup: Lookup) -> dict[str, Any]:
        return dict(value)


_SETTINGS = Field("settings", "", OtherSettings())
CHECK_OF_OBJECT = Resource(
    name="check",
    plural="objects",
    path="/objects",
    key=("object",),
    states=(),
    create=(("POST", "/objects/{object}/monitoring/now"),),
    fields=(Field("object", "object", Reference("object")), _SETTINGS),
)
CHECK_OF_LINK = Resource(
    name="check",
    plural="links",
    path="/links",
    key=("link",),
    states=(),
    create=(("POST", "/links/{link}/monitoring/now"),),
    fields=(Field("link", "link", Text(filled=True)), _SETTINGS),
)
