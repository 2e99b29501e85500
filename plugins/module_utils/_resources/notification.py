# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail that the server sends: it is made of templates, and never compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Items,
    Json,
    Lookup,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .secret_settings import masked, secrets_in

_ADDRESS = re.compile(r"[^@,;\x00-\x1f]+@[^@,;\x00-\x1f]+")


class Address(Text):
    """A mail address, alone or with a name before it."""

    def parse(self, value: Any) -> str:
        text = super().parse(value).strip()
        if not _ADDRESS.fullmatch(text):
            raise Invalid(f"{text!r} is no mail address: give one such as noc@example.org or NOC <noc@example.org>")
        return text


class Recipients(Items):
    """Mail addresses, which are sent as one text."""

    def parse(self, value: Any) -> tuple[str, ...]:
        addresses: tuple[str, ...] = super().parse(value)
        if not addresses:
            raise Invalid("give a mail address")
        return addresses

    def write(self, value: Any, _scalar: bool) -> str:
        return ", ".join(value)


class Variables(Json):
    """Values of variables by name. Those whose names say that they are secret are masked."""

    holds_secrets = True

    def secrets(self, value: Any) -> Iterator[str]:
        return secrets_in(value)

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return masked(value)


def _adjust(item: Item) -> None:
    missing = [name for name in ("to", "subject", "content") if name not in item.desired]
    if missing:
        raise Invalid(f"{' and '.join(missing)} must be given, because nobody else knows whom to write what")
    if "object" in item.desired and "link" in item.desired:
        raise Invalid("object and link are given together: give one of them")


def _of(entity_type: int) -> Mapping[str, Any]:
    return {"entityType": entity_type}


NOTIFICATION = Resource(
    name="notification",
    plural="notifications",
    path="/notification-templates/send",
    key=("subject",),
    states=(),
    adjust=_adjust,
    fields=(
        Field("to", "sendParams.to", Recipients(Address())),
        Field("cc", "sendParams.cc", Recipients(Address())),
        Field("bcc", "sendParams.bcc", Recipients(Address())),
        Field("reply_to", "sendParams.replyTo", Address()),
        Field("subject", "subjectTemplate", Text(filled=True)),
        Field("content", "contentTemplate", Text(filled=True)),
        Field("variables", "templateVars", Variables("dict", {})),
        Field("object", "entityId", Reference("object"), along=_of(1)),
        Field("link", "entityId", Text(filled=True), along=_of(2)),
    ),
)
