# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds what has no state to compare with: each item is one call, every time.

A call whose answer is lost is never repeated, because nothing says whether the server has done it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import AnswerLost, SaymonError

from .doubts import InDoubt
from .plan import Item, put
from .planner import Planner
from .resource import Resource

_IN_BRACES = re.compile(r"{(\w+)}")


def append_all(planner: Planner, items: list[Item]) -> dict[str, Any]:
    """Send every item, in check mode none. Returns `changed`, `diff`, and an outcome for each item; where
    some failed, `failed` and `msg` too."""
    resource = planner.resource
    values = planner.resolve_all(items)
    requests = [_request(resource, resolved) for resolved in values]
    shown = [_shown(planner, resolved) for resolved in values]
    if planner.check:
        results: list[Any] = [None] * len(requests)
    elif planner.parallel == 1 or len(requests) < 2:
        results = [_send(planner, request) for request in requests]
    else:
        with ThreadPoolExecutor(planner.parallel) as pool:
            results = list(pool.map(lambda request: _send(planner, request), requests))
    failed = [(item, result) for item, result in zip(items, results) if isinstance(result, SaymonError)]
    outcomes = [{"name": resource.name_in(item.desired), **_outcome(result)} for item, result in zip(items, results)]
    done = [diff for diff, result in zip(shown, results) if not isinstance(result, SaymonError)]
    result = {"changed": any(outcome["changed"] for outcome in outcomes), "diff": done, "outcomes": outcomes}
    if failed:
        said = "; ".join(f"{item.where}{error}" for item, error in failed[:5])
        more = f" (and {len(failed) - 5} more, see outcomes)" if len(failed) > 5 else ""
        result.update(failed=True, msg=f"{len(failed)} of {len(items)} {resource.plural} failed: {said}{more}")
    return result


def _request(resource: Resource, resolved: Mapping[str, Any]) -> Request:
    """The call for one item, the first whose options in braces it has. These are not part of the body; a field without
    a key is all of it."""
    method, path = next(
        (call for call in resource.creators if {*_IN_BRACES.findall(call[1])} <= {*resolved}), resource.creators[0]
    )
    body: Any = {}
    for option, value in resolved.items():
        field = resource.by_option[option]
        written = field.type.write(value, False)
        if f"{{{option}}}" in path:
            path = path.replace(f"{{{option}}}", quote(str(written), safe=""))
        elif field.key:
            put(body, {}, field.key, written)
            body.update(field.along)
        else:
            body = written
    return Request(method, path, body=body)


def _send(planner: Planner, request: Request) -> Any:
    try:
        return planner.client.send(request).data
    except AnswerLost as error:
        return InDoubt(error)
    except SaymonError as error:
        return error


def _outcome(result: Any) -> dict[str, Any]:
    if isinstance(result, SaymonError):
        return {"action": "failed", "changed": isinstance(result, InDoubt), "msg": str(result)}
    return {"action": "sent", "changed": True, **({} if result is None else {"answer": result})}


def _shown(planner: Planner, resolved: Mapping[str, Any]) -> dict[str, Any]:
    resource = planner.resource
    after = {option: resource.by_option[option].type.show(value, planner) for option, value in sorted(resolved.items())}
    return {"before_header": resource.label, "after_header": resource.label, "before": {}, "after": after}
