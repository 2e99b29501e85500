# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is excluded for an account appears in nothing that it reads and in nothing that it copies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Api

RIGHTS = ["manage-objects", "manage-links", "run-bulks"]


class Limited:
    """An account that sees the tree except the rack North rack A1; north-web-1 in it is also below Customer services."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.rack = api.object_id("North rack A1")
        self.hidden_host = api.object_id("north-web-2")
        self.hidden = {self.rack, self.hidden_host, api.object_id("north-core-sw")}
        self.site, self.shared = api.object_id("North site"), api.object_id("north-web-1")
        self.auth = api.user("limited", RIGHTS, [1], exclude=[self.rack])

    def sees_nothing_hidden(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.api.ok(method, path, body, auth=self.auth)
        text = json.dumps(answer)
        assert [item for item in (*self.hidden, "North rack A1", "north-web-2") if item in text] == [], (method, path)
        return answer


@pytest.fixture
def limited(api: Api) -> Limited:
    return Limited(api)


@pytest.mark.parametrize("scalar", [False, True])
def test_reading(limited: Limited, scalar: bool) -> None:
    limited.api.settings(parent_id_scalar=scalar)
    limited.api.ok("PATCH", f"/objects/{limited.shared}", {"weight": 2})  # something for the audit log
    fields = "name,parent_id,child_ids,child_link_ids,path"
    for path in (
        "/objects",
        f"/objects?fields={fields}",
        "/objects/1",
        *(
            f"/{root}/{item}{part}"
            for item in (limited.site, limited.shared)
            for root, part in (
                ("objects", ""),
                ("objects", f"?fields={fields}"),
                ("objects", "/children"),
                ("objects", "/children/links"),
                ("objects", "/children/props"),
                ("objects", "/paths"),
                ("objects", "/audit-log"),
                ("objects", "/props"),
                ("entities", ""),
                ("entities", f"?fields={fields}"),
            )
        ),
        "/links",
        "/links?fields=source,target,source_name,target_name",
    ):
        limited.sees_nothing_hidden("GET", path)


def test_searching(limited: Limited) -> None:
    """Nor does it find anything by what it cannot see."""

    def search(**criteria: Any) -> Any:
        return limited.sees_nothing_hidden("POST", "/objects/search", {"search": criteria})

    def v2(**body: Any) -> Any:
        return limited.sees_nothing_hidden("POST", "/v2/getObjects", body)["items"]

    assert search()
    assert v2(fields=["name", "parent_id", "child_ids"], flags=["paths"])
    assert search(parent_id=limited.rack) == []
    assert search(child_ids=limited.rack) == []
    assert v2(filter={"parent_ids": [limited.rack]}) == []
    assert v2(filter={"parent_ids": [limited.rack]}, flags=["deepParents"]) == []
    assert v2(filter={"child_ids": [limited.hidden_host]}) == []
    assert {row["name"] for row in v2(filter={"parent_ids": [limited.site]}, flags=["deepParents"])} >= {"North rack A2", "CPU"}


def test_counting(limited: Limited) -> None:
    every = limited.api.ok("GET", "/classes/3/object-count")
    seen = sum(1 for row in limited.api.ok("GET", "/objects", auth=limited.auth) if row["class_id"] == 3)
    assert limited.api.ok("GET", "/classes/3/object-count", auth=limited.auth) == seen < every


@pytest.mark.parametrize("way", ["clone", "clone-bulk"])
def test_cloning(limited: Limited, way: str) -> None:
    api = limited.api
    api.ok("POST", "/links", {"source": limited.site, "target": limited.hidden_host})
    known = {row["id"] for row in api.ok("GET", "/objects")}
    links = len(api.ok("GET", "/links"))
    limited.sees_nothing_hidden("POST", f"/objects/{limited.site}/{way}")
    made = [row for row in api.ok("GET", "/objects?fields=name,parent_id") if row["id"] not in known]
    assert sorted(row["name"] for row in made) == ["/var/lib/db", "CPU", "Memory", "North rack A2", "North site", "north-db-1"]
    assert [parent for row in made for parent in row["parent_id"] if parent in limited.hidden] == []
    assert len(api.ok("GET", "/links")) == links


def test_a_clone_hangs_below_visible_parents_only(limited: Limited) -> None:
    copy = limited.sees_nothing_hidden("POST", f"/objects/{limited.shared}/clone")
    assert limited.api.ok("GET", f"/objects/{copy['id']}")["parent_id"] == [limited.api.object_id("Customer services")]
    alone = limited.api.user("alone", RIGHTS, [limited.hidden_host])
    limited.api.fails(404, "POST", f"/objects/{limited.hidden_host}/clone", auth=alone)


def test_hidden_parents_stay_when_the_visible_ones_change(limited: Limited) -> None:
    api, path, lab = limited.api, f"/objects/{limited.shared}", limited.api.object_id("Lab")
    seen = api.ok("GET", path, auth=limited.auth)["parent_id"]
    assert limited.rack not in seen
    assert api.ok("PATCH", path, {"parent_id": [*seen, lab]}, auth=limited.auth)["parent_id"] == [*seen, lab]
    assert set(api.ok("GET", path)["parent_id"]) == {*seen, lab, limited.rack}
    alone = api.user("alone", RIGHTS, [limited.hidden_host])
    assert api.ok("PATCH", f"/objects/{limited.hidden_host}", {"parent_id": []}, auth=alone)["parent_id"] == []
    assert api.ok("GET", f"/objects/{limited.hidden_host}")["parent_id"] == [limited.rack]


def test_a_link_that_left_a_hidden_object_does_not_name_it(limited: Limited) -> None:
    api = limited.api
    link = api.ok("POST", "/links", {"source": limited.site, "target": limited.hidden_host})
    api.ok("PATCH", f"/links/{link['id']}", {"target": limited.shared})
    limited.sees_nothing_hidden("GET", f"/links/{link['id']}/audit-log")
