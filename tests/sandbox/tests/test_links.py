# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links between objects."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api


def connect(api: Api, source: str, target: str, **fields: Any) -> Any:
    return api.ok("POST", "/links", {"source": api.object_id(source), "target": api.object_id(target), **fields})


def test_links(api: Api) -> None:
    made = connect(api, "Lab", "North site", properties=[{"name": "a", "value": "1"}], client_data={"showArrow": True}, weight="2")
    path = f"/links/{made['id']}"
    assert (made["class_id"], made["state_id"], made["weight"], made["client_data"]) == (35, 1, 2, '{"showArrow":true}')
    assert api.ok("GET", path) == made
    row = next(one for one in api.ok("GET", "/links") if one["id"] == made["id"])
    assert set(row) == {"id", "class_id", "source", "target", "source_name", "target_name", "state_id", "last_state_update"}
    assert (row["source_name"], row["target_name"]) == ("Lab", "North site")
    chosen = next(one for one in api.ok("GET", "/links?fields=source,properties") if one["id"] == made["id"])
    assert chosen == {name: made[name] for name in ("id", "source", "properties")}
    assert api.ok("PATCH", path, {"weight": 3})["weight"] == 3
    assert api.ok("DELETE", path) is None
    api.fails(404, "DELETE", path)


@pytest.mark.parametrize("wrong", [{"source": None}, {"target": ""}, {"class_id": "64d0c1f2a7b3e95d10f4a2ff"}, {"source": "zzz"}])
def test_wrong_links(api: Api, wrong: dict[str, Any]) -> None:
    ends = {"source": api.object_id("Lab"), "target": api.object_id("North site")}
    unknown = wrong.get("source") == "zzz" or "class_id" in wrong
    api.fails(404 if unknown else 400, "POST", "/links", {**ends, **wrong})


def test_several_links_between_the_same_ends(api: Api) -> None:
    first, second = (connect(api, "Lab", "North site", class_id=class_id) for class_id in (35, 3))
    assert first["id"] != second["id"]
    assert api.fails(400, "PATCH", f"/links/{second['id']}", {"class_id": 35})["message"] == '"class_id" cannot be changed.'
    assert api.ok("PATCH", f"/links/{second['id']}", {"class_id": "3"})["class_id"] == 3


@pytest.mark.parametrize("rule", ["change", "ignore", "refuse"])
def test_new_ends(api: Api, rule: str) -> None:
    api.settings(link_ends=rule)
    made, site = connect(api, "Lab", "North site"), api.object_id("South site")
    path, body = f"/links/{made['id']}", {"target": site, "weight": 4}
    if rule == "refuse":
        api.fails(400, "PATCH", path, body)
        assert api.ok("GET", path) == made
    else:
        changed = api.ok("PATCH", path, body)
        assert (changed["target"], changed["weight"]) == (site if rule == "change" else made["target"], 4)
    same = {"source": made["source"], "target": api.ok("GET", path)["target"]}
    assert api.ok("PATCH", path, same)["source"] == made["source"]


@pytest.mark.parametrize("end", ["Lab", "North site"])
def test_links_go_with_either_end(api: Api, end: str) -> None:
    made = connect(api, "Lab", "North site")
    api.ok("DELETE", f"/objects/{api.object_id(end)}")
    assert made["id"] not in [one["id"] for one in api.ok("GET", "/links")]
    api.fails(404, "GET", f"/links/{made['id']}")
