# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References: each shows an object in a second place, below another object."""

from __future__ import annotations

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request, is_record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, SaymonError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, JsonText, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

_UNKNOWN_CALL = (404, 405)


def list_references(client: Client, *, cached: bool = False) -> list[Record]:
    """All references, by the usual list call, which is not documented, or by the documented one, which is
    experimental."""
    try:
        return client.get_list("/refs", cached=cached)
    except HttpError as error:
        if error.status not in _UNKNOWN_CALL:
            raise
    request = Request("POST", "/v2/getRefs", body={})  # without a filter it returns everything
    try:
        answer = client.send(request).data
    except HttpError as error:
        if error.status not in _UNKNOWN_CALL:
            raise
        raise SaymonError(
            "This server does not list references (it knows neither GET /refs nor POST /v2/getRefs), so the module "
            "cannot tell which references exist: manage them in the web client, or with saymon_api."
        ) from error
    return _listed(answer)


def _listed(answer: object) -> list[Record]:
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(items, list) or not all(map(is_record, items)):
        raise WrongAnswer(
            "POST /v2/getRefs did not answer with a list of records: check that saymon_url is a SAYMON server."
        )
    count = answer.get("count")
    if isinstance(count, int) and count > len(items):
        raise WrongAnswer(
            f"POST /v2/getRefs sent only {len(items)} of {count} references, so the module cannot tell which exist: "
            "manage them in the web client, or with saymon_api."
        )
    return items


REFERENCE = Resource(
    name="reference",
    plural="references",
    path="/refs",
    key=("owner", "target"),
    load=lambda task, _keys: list_references(task.client, cached=task.cached),
    fields=(
        Field("owner", "owner", Reference("object"), create_only=True),
        Field("target", "target", Reference("object"), create_only=True),
        Field("client_data", "client_data", JsonText()),
    ),
)
