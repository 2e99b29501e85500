# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stat rules of objects and links."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

RULES = [
    {"conditions": [{"_field": {"name": "a", "value": {"_gt": "1"}}}], "actions": [{"type": "set", "field": "b", "value": 1}], "rules": 1}
]


def _owner(api: Api, root: str) -> str:
    return f"/objects/{api.object_id('Lab')}" if root == "objects" else f"/links/{api.ok('GET', '/links')[0]['id']}"


@pytest.mark.parametrize(("root", "kind"), [("objects", "Object"), ("links", "Link")])
def test_stat_rules(api: Api, root: str, kind: str) -> None:
    owner = _owner(api, root)
    path, key = f"{owner}/stat-rules", owner.split("/")[2]
    assert api.fails(404, "GET", path) == {"code": "ResourceNotFound", "message": f"Entity not found: StatRules({key}, {kind}({key}))"}
    assert api.ok("PUT", path, RULES) == RULES == api.ok("GET", path)
    assert api.ok("PUT", path, [{"actions": [{"type": "extend"}]}]) == [{"actions": [{"type": "extend"}]}]
    assert api.ok("PUT", path, []) == [] == api.ok("GET", path)
    wrong: list[Any] = [{}, 5, {"actions": {}}, {"actions": [5]}, {"actions": [{"type": "explode"}]}]
    for item in wrong:
        api.fails(400, "PUT", path, [item])
    api.fails(400, "PUT", path, {})
    auth = api.user("modifier", ["modify-objects", "modify-links"], [1])
    api.fails(403, "GET", path, auth=auth)
    api.fails(403, "PUT", path, [], auth=auth)
    blind = api.user("blind", ["manage-objects", "manage-links"])
    api.fails(404, "PUT", path, [], auth=blind)
    api.ok("PUT", path, RULES)
    api.ok("DELETE", owner)
    api.fails(404, "GET", path)
