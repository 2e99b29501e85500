# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects a user reaches, and what rights allow."""

from __future__ import annotations

from conftest import Api


def names(api: Api, auth: tuple[str, str]) -> set[str]:
    return {row["name"] for row in api.ok("GET", "/objects", auth=auth)}


def test_no_entry_means_no_access(api: Api) -> None:
    auth = api.user("blind", ["manage-objects", "run-bulks"])
    assert api.ok("GET", "/objects", auth=auth) == []
    assert api.ok("POST", "/objects/search", {"search": {}}, auth=auth) == []
    assert api.ok("POST", "/v2/getObjects", {}, auth=auth) == {"items": [], "count": 0}
    assert api.ok("GET", "/links", auth=auth) == []
    lab = api.object_id("Lab")
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/children"), ("GET", "/props"), ("GET", "/audit-log")):
        assert f"Object({lab})" in api.fails(404, method, f"/objects/{lab}{path}", {}, auth=auth)["message"]


def test_include_reaches_what_is_below(api: Api) -> None:
    auth = api.user("rack", [], [api.object_id("North rack A2")])
    assert names(api, auth) == {"North rack A2", "north-db-1", "CPU", "Memory", "/var/lib/db"}


def test_nearest_entry_wins(api: Api) -> None:
    site, rack, host = (api.object_id(name) for name in ("North site", "North rack A1", "north-web-2"))
    auth = api.user("mixed", [], [site, host], exclude=[rack])
    seen = names(api, auth)
    assert {"North site", "North rack A2", "north-web-2"} <= seen
    assert not {"North rack A1", "north-core-sw", "ROOT"} & seen


def test_exclude_beats_include_on_the_same_object(api: Api) -> None:
    site = api.object_id("South site")
    auth = api.user("both", [], [1, site], exclude=[site])
    seen = names(api, auth)
    assert "North site" in seen
    assert not {"South site", "south-web-1"} & seen


def test_one_permitting_path_is_enough(api: Api) -> None:
    auth = api.user("paths", [], [1], exclude=[api.object_id("North rack A1")])
    seen = names(api, auth)
    assert "north-web-1" in seen  # also below Customer services
    assert "north-web-2" not in seen


def test_access_follows_changes(api: Api) -> None:
    auth = api.user("follower", [], [api.object_id("Lab")])
    bench = api.object_id("Lab bench")
    assert "Lab bench" in names(api, auth)
    api.ok("PATCH", f"/objects/{bench}", {"parent_id": [1]})
    assert "Lab bench" not in names(api, auth)
    user = api.ok("GET", "/users/current", auth=auth)
    api.ok("PATCH", f"/users/{user['id']}", {"objectPermissions": {"include": ["1"], "exclude": []}})
    assert "Lab bench" in names(api, auth)


def test_access_and_rights_come_from_groups_too(api: Api) -> None:
    seen = names(api, ("north.duty", "north.duty-demo-pass"))
    assert {"North site", "north-web-2"} <= seen
    assert not {"north-core-sw", "South site"} & seen
    lab, host = api.object_id("Lab"), api.object_id("north-web-2")
    auth = ("north.duty", "north.duty-demo-pass")
    api.ok("PATCH", f"/objects/{host}", {"weight": 3}, auth=auth)
    api.fails(404, "PATCH", f"/objects/{lab}", {"weight": 3}, auth=auth)
    api.fails(403, "POST", "/objects", {"name": "x"}, auth=auth)


def test_split_rights(api: Api) -> None:
    creator = api.user("creator", ["create-objects"], [1])
    made = api.ok("POST", "/objects", {"name": "x"}, auth=creator)
    message = api.fails(403, "PATCH", f"/objects/{made['id']}", {"name": "y"}, auth=creator)["message"]
    assert message == "Missing permissions: manage-objects | modify-objects"
    api.fails(403, "DELETE", f"/objects/{made['id']}", auth=creator)
    api.ok("DELETE", f"/objects/{made['id']}", auth=api.user("deleter", ["delete-objects"], [1]))
    bulk = api.user("bulk", ["run-bulks"], [1])
    assert api.fails(403, "POST", "/bulk/objects", {}, auth=bulk)["message"] == "Missing permissions: manage-objects"


def test_links_need_both_ends(api: Api) -> None:
    auth = api.user("north", ["manage-links"], [api.object_id("North site")])
    links = api.ok("GET", "/links", auth=auth)
    assert {link["source_name"] for link in links} == {"north-core-sw"}
    assert len(links) == 2
    hidden = next(link["id"] for link in api.ok("GET", "/links") if link["target_name"] == "south-core-sw")
    api.fails(404, "GET", f"/links/{hidden}", auth=auth)
    body = {"source": links[0]["source"], "target": api.object_id("Lab")}
    api.fails(404, "POST", "/links", body, auth=auth)
