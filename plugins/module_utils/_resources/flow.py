# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Flows: lines that are drawn through several objects, in order."""

from __future__ import annotations

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Items,
    JsonText,
    Reference,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

from .properties import properties_of


class Route(Items):
    """The objects that a flow leads through, in order."""

    def parse(self, value: Any) -> tuple[Any, ...]:
        parsed = super().parse(value)
        if not parsed:
            raise Invalid("give at least one object")
        return parsed


def list_flows(client: Client, *, cached: bool = False) -> list[Record]:
    """All flows. The list call is not documented, and some pages call the objects of a flow items_ids."""
    try:
        flows = client.get_list("/flows", cached=cached)
    except HttpError as error:
        if error.status not in (404, 405):
            raise
        raise SaymonError(
            "This server does not list flows (it does not know GET /flows), so the module cannot tell which flows "
            "exist: manage them in the web client, or with saymon_api."
        ) from error
    for flow in flows:
        if "items_ids" in flow:
            flow.setdefault("item_ids", flow.pop("items_ids"))
    return flows


FLOW = Resource(
    name="flow",
    plural="flows",
    path="/flows",
    key=("owner", "objects"),
    load=lambda task, _keys: list_flows(task.client, cached=task.cached),
    flags={"append_properties": {"type": "bool", "default": True}},
    fields=(
        Field("owner", "owner_id", Reference("object")),
        Field("objects", "item_ids", Route(Reference("object"))),
        Field("client_data", "client_data", JsonText()),
        properties_of("/flows"),
    ),
)
