# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Operations and jobs."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

MESSAGE = {
    "name": "Say",
    "type": 1,
    "parameters": {"topic": "{{id}}/{{properties.Row}}", "message": "{{user.login}} {{args.word}}{{args.no}}"},
}
SCRIPT = {"name": "Run", "type": "2", "description": "d", "parameters": {"type": "fileSystem", "path": "/bin/true", "args": ["a"]}}


def owner(api: Api, root: str) -> str:
    if root == "classes":
        return "/classes/20"
    return f"/objects/{api.object_id('Lab bench')}" if root == "objects" else f"/links/{api.ok('GET', '/links')[0]['id']}"


def shown(api: Api, path: str, **options: Any) -> Any:
    return api.ok("GET", path, **options)["operations"]


@pytest.mark.parametrize("root", ["objects", "links", "classes"])
def test_operations(api: Api, root: str) -> None:
    path = owner(api, root)
    first, second = (api.ok("POST", f"{path}/operations", body) for body in (MESSAGE, SCRIPT))
    assert second == {"id": second["id"], **SCRIPT, "type": 2}
    assert shown(api, path) == [first, second]
    changed = api.ok("PATCH", f"{path}/operations/{second['id']}", {"popupResult": True, "parameters": {"path": "/bin/false"}})
    assert changed == {**second, "popupResult": True, "parameters": {**SCRIPT["parameters"], "path": "/bin/false"}}  # type: ignore[dict-item]
    for wrong in ({"type": 1}, {"parameters": {"type": "scriptText"}}, {"name": ""}, {"parameters": {"path": ""}}):
        api.fails(400, "PATCH", f"{path}/operations/{second['id']}", wrong)
    assert shown(api, path) == [first, changed]
    assert api.ok("DELETE", f"{path}/operations/{first['id']}") is None
    api.fails(404, "DELETE", f"{path}/operations/{first['id']}")
    assert shown(api, path) == [changed]
    api.fails(404, "POST", f"/{root}/zzz/operations", MESSAGE)


@pytest.mark.parametrize(
    "body",
    [
        {"type": 1, "parameters": {"topic": "t"}},
        {"name": "x", "parameters": {"topic": "t"}},
        {"name": "x", "type": 3, "parameters": {"topic": "t"}},
        {"name": "x", "type": 1},
        {"name": "x", "type": 1, "parameters": {}},
        {"name": "x", "type": 2, "parameters": {"type": "fileSystem"}},
        {"name": "x", "type": 2, "parameters": {"type": "magic", "path": "p"}},
    ],
)
def test_bad_operations(api: Api, body: dict[str, Any]) -> None:
    path = owner(api, "objects")
    assert api.fails(400, "POST", f"{path}/operations", body)["code"] == "BadRequest"
    assert shown(api, path) == []


@pytest.mark.parametrize("root", ["objects", "links", "classes"])
def test_rights(api: Api, root: str) -> None:
    """Who may only run operations sees nothing of what they do."""
    path = owner(api, root)
    made = api.ok("POST", f"{path}/operations", SCRIPT)
    runner = api.user("runner", ["execute-operations"], [1])
    short = [{"id": made["id"], "name": "Run", "description": "d"}]
    assert shown(api, path, auth=runner) == short
    rows = api.ok("GET", f"/{root}" + ("" if root == "classes" else "?fields=operations"), auth=runner)
    assert next(row for row in rows if str(row["id"]) == path.split("/")[2])["operations"] == short
    half = api.user("half", ["manage-objects", "manage-links", "manage-classes"], [1])
    for auth in (runner, half):
        api.fails(403, "POST", f"{path}/operations", MESSAGE, auth=auth)
        api.fails(403, "DELETE", f"{path}/operations/{made['id']}", auth=auth)
    if root == "classes":
        api.fails(404, "POST", f"{path}/operations/{made['id']}/execute")
        return
    api.fails(403, "POST", f"{path}/operations/{made['id']}/execute", auth=half)
    blind = api.user("blind", ["manage-objects", "manage-links", "manage-operations", "execute-operations"])
    api.fails(404, "POST", f"{path}/operations/{made['id']}/execute", auth=blind)
    assert isinstance(api.ok("POST", f"{path}/operations/{made['id']}/execute", auth=runner), str)


def test_list_of_an_object(api: Api) -> None:
    path = owner(api, "objects")
    made = api.ok("POST", f"{path}/operations", MESSAGE)
    assert api.ok("GET", f"{path}/operations") == [made]


def test_jobs(api: Api) -> None:
    path = owner(api, "objects")
    key = path.split("/")[2]
    made = api.ok("POST", f"{path}/operations", MESSAGE)
    job_id = api.ok("POST", f"{path}/operations/{made['id']}/execute", {"word": "hi"})
    job = api.ok("GET", f"/jobs/{job_id}")
    assert job["description"] == {"topic": f"{key}/1", "message": "admin hi"}
    assert (job["owner_id"], job["owner_type"], job["operation_id"], job["results"]) == (key, 1, made["id"], [])
    assert api.ok("PATCH", f"/jobs/{job_id}/results", {"late": True}) is None
    result = api.ok("GET", f"/jobs/{job_id}")["results"][0]
    assert (result["payload"], result["by"]) == ({"late": True}, job["user_id"])
    found = api.ok("POST", "/jobs", {"objects": [key]})
    assert [row["id"] for row in found] == [job_id]
    assert "owner_type" not in found[0]
    assert api.ok("POST", "/jobs", {"objects": [key], "from": job["timestamp"] + 1}) == []
    mistakes: list[Any] = [{}, {"objects": [key], "links": []}, {"objects": {}}]
    for wrong in mistakes:
        api.fails(400, "POST", "/jobs", wrong)
    blind = api.user("blind", ["manage-objects"])
    for method, where, body in (
        ("GET", f"/jobs/{job_id}", None),
        ("PATCH", f"/jobs/{job_id}/results", {}),
        ("POST", "/jobs", {"objects": [key]}),
    ):
        api.fails(404, method, where, body, auth=blind)
    api.fails(403, "PATCH", f"/jobs/{job_id}/results", {}, auth=api.user("reader", [], [1]))
    api.ok("DELETE", path)
    api.fails(404, "GET", f"/jobs/{job_id}")


def test_jobs_of_links(api: Api) -> None:
    path = owner(api, "links")
    made = api.ok("POST", f"{path}/operations", SCRIPT)
    job_id = api.ok("POST", f"{path}/operations/{made['id']}/execute")
    assert api.ok("GET", f"/jobs/{job_id}")["description"] == {"exitCode": 0, "stdout": ""}
    assert [row["id"] for row in api.ok("POST", "/jobs", {"links": [path.split("/")[2]]})] == [job_id]


def test_operations_of_the_class_run_on_its_objects(api: Api) -> None:
    made = api.ok("POST", "/classes/20/operations", MESSAGE)
    assert isinstance(api.ok("POST", f"{owner(api, 'objects')}/operations/{made['id']}/execute"), str)
    api.fails(404, "POST", f"/objects/{api.object_id('Lab')}/operations/{made['id']}/execute")


@pytest.mark.parametrize("way", ["one", "list"])
def test_a_new_value_of_a_read_write_property_runs_flagged_operations(api: Api, way: str) -> None:
    path = owner(api, "objects")
    key = path.split("/")[2]
    api.ok("POST", f"{path}/operations", {**MESSAGE, "runOnReadWritePropertyModification": True})
    api.ok("POST", f"{path}/operations", SCRIPT)
    item = api.ok("POST", f"{path}/props", {"name": "Goal", "value": "1", "type_id": 3})["id"]
    plain = api.ok("POST", f"{path}/props", {"name": "Plain", "value": "1"})["id"]

    def write(prop: str, value: str) -> None:
        if way == "one":
            api.ok("PATCH", f"{path}/props/{prop}", {"value": value})
        else:
            present = api.ok("GET", f"{path}/props")
            api.ok("PATCH", path, {"properties": [{**row, "value": value} if row["id"] == prop else row for row in present]})

    write(item, "1")
    write(plain, "2")
    assert api.ok("POST", "/jobs", {"objects": [key]}) == []
    write(item, "2")
    assert len(api.ok("POST", "/jobs", {"objects": [key]})) == 1


def test_operations_of_a_whole_list_may_lack_anything(api: Api) -> None:
    path = owner(api, "objects")
    for item in (
        {},
        {"type": 1},
        {"type": 1, "parameters": 5},
        {"type": [], "parameters": {"topic": {}}, "runOnReadWritePropertyModification": True},
    ):
        api.ok("PATCH", path, {"operations": [item]})
        key = shown(api, path)[0]["id"]
        api.ok("POST", f"{path}/operations/{key}/execute")
        api.fails(400, "PATCH", f"{path}/operations/{key}", {"type": 5})
