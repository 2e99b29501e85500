# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""References, and the experimental lists of links and references."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api


def refer(api: Api, owner: Any, target: Any, **options: Any) -> Any:
    return api.ok("POST", "/refs", {"owner": owner, "target": target}, **options)


def test_references(api: Api) -> None:
    lab, site = api.object_id("Lab"), api.object_id("North site")
    made = refer(api, "1", lab)
    assert made == {"id": made["id"], "owner": 1, "target": lab, "client_data": "{}"}
    assert api.ok("GET", "/refs") == [made] == [api.ok("GET", f"/refs/{made['id']}")]
    assert api.ok("GET", "/objects/1")["child_ref_ids"] == [made["id"]]
    assert api.ok("GET", "/objects?fields=child_ref_ids")[0]["child_ref_ids"] == [made["id"]]
    changed = api.ok("PATCH", f"/refs/{made['id']}", {"client_data": {"a": 1}, "target": site})
    assert changed == {**made, "client_data": '{"a":1}'} == api.ok("GET", f"/refs/{made['id']}")
    assert api.ok("DELETE", f"/refs/{made['id']}") is None
    assert api.ok("GET", "/objects/1")["child_ref_ids"] == []
    api.fails(404, "DELETE", f"/refs/{made['id']}")
    api.fails(400, "POST", "/refs", {"owner": lab})
    api.fails(404, "POST", "/refs", {"owner": lab, "target": "zzz"})


@pytest.mark.parametrize("end", ["owner", "target"])
def test_references_go_with_either_end(api: Api, end: str) -> None:
    ends = {"owner": api.object_id("Lab"), "target": api.object_id("South site")}
    refer(api, **ends)
    kept = refer(api, "1", api.object_id("North site"))
    api.ok("DELETE", f"/objects/{ends[end]}")
    assert api.ok("GET", "/refs") == [kept]


def test_references_need_both_ends_and_a_right(api: Api) -> None:
    lab, site, south = (api.object_id(name) for name in ("Lab", "North site", "South site"))
    made, hidden = refer(api, lab, site), refer(api, lab, south)
    auth = api.user("half", ["modify-objects"], [lab, site])
    assert api.ok("GET", "/refs", auth=auth) == [made]
    assert api.ok("GET", f"/objects/{lab}", auth=auth)["child_ref_ids"] == [made["id"]]
    assert api.ok("POST", "/v2/getRefs", {}, auth=auth)["count"] == 1
    for method in ("GET", "PATCH", "DELETE"):
        api.fails(404, method, f"/refs/{hidden['id']}", {}, auth=auth)
    api.fails(404, "POST", "/refs", {"owner": lab, "target": south}, auth=auth)
    refer(api, site, lab, auth=auth)
    nobody = api.user("nobody", [], [1])
    for method, path in (("POST", "/refs"), ("PATCH", f"/refs/{made['id']}"), ("DELETE", f"/refs/{made['id']}")):
        api.fails(403, method, path, {}, auth=nobody)


def test_v2_references(api: Api) -> None:
    lab, site = api.object_id("Lab"), api.object_id("North site")
    first, second = refer(api, 1, lab), refer(api, lab, site)
    answer = api.ok("POST", "/v2/getRefs", {})
    assert answer["count"] == 2
    assert set(answer["items"][0]) == {"id", "owner", "target", "client_data", "entityType"}
    assert api.ok("POST", "/v2/getRefs", {"filter": {"owner_ids": ["1"]}, "fields": ["target"]})["items"] == [
        {"id": first["id"], "target": lab}
    ]
    found = api.ok("POST", "/v2/getRefs", {"filter": {"target_ids": [site], "ids": [second["id"]]}})
    assert [row["id"] for row in found["items"]] == [second["id"]]
    assert api.ok("POST", "/v2/getRefs", {"order": ["!id"], "limit": 1, "offset": 1})["count"] == 2


def test_references_that_only_the_second_api_lists(api: Api) -> None:
    made = refer(api, 1, api.object_id("Lab"))
    api.settings(reference_list=False)
    assert api.fails(404, "GET", "/refs")["message"] == "/api/refs does not exist"
    assert [row["id"] for row in api.ok("POST", "/v2/getRefs", {})["items"]] == [made["id"]]
    assert api.ok("GET", f"/refs/{made['id']}") == made


def test_v2_links(api: Api) -> None:
    links = api.ok("GET", "/links")
    answer = api.ok("POST", "/v2/getLinks", {})
    assert (answer["count"], answer["items"]) == (4, links)
    switch = api.object_id("north-core-sw")
    found = api.ok("POST", "/v2/getLinks", {"filter": {"source": [switch], "class_id": ["35"]}, "fields": ["source"], "limit": 1})
    assert (found["count"], found["items"]) == (3, [{"id": links[0]["id"], "source": switch}])
    assert api.ok("POST", "/v2/getLinks", {"filter": {"tags": ["x"]}}) == {"items": [], "count": 0}
    api.fails(400, "POST", "/v2/getLinks", {"filter": {"source": {}}})
    assert api.ok("POST", "/v2/getLinks", {}, auth=api.user("blind", [])) == {"items": [], "count": 0}
