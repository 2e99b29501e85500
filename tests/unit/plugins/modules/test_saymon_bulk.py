# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_bulk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.tests.unit.fake_server import (
    FakeServer,
    Record,
    WatchedStore,
    lost,
    refused,
    run_on,
    unreachable,
)
from ansible_collections.saymon.platform.tests.unit.support import Script, run_module, search

NAME = "saymon_bulk"
FIRST, SECOND, THIRD = (
    {
        "id": f"64b1f0c2a9d3e45f6a7b8e0{number}",
        "name": f"db0{number}",
        "parent_id": [1],
        "class_id": 3,
        "weight": number,
    }
    for number in (1, 2, 3)
)
HOSTS = {"filter": {"class": "3"}}
FIND_BODY = {"search": {"class_id": {"$in": [3, "3"]}}, "options": {"includeClientData": True}}
STARTED = {"bulkId": "b-1", "finished": False}


def asked(*records: Record, operations: list[Record]) -> tuple[str, str, dict[str, Any]]:
    ids = [record["id"] for record in records]
    return ("POST", "/bulk/objects", {"search": {"id": {"$in": ids}}, "bulk": operations})


class Server(FakeServer):
    """Changes in bulk too, at once. `ignored` are operations that it does not carry out, `endless` changes never
    end, `careless` searches find everything."""

    def __init__(self, *objects: Record, **others: Any) -> None:
        super().__init__(objects=objects, classes=[{"id": 3, "name": "Host"}], **others)
        self.ignored: set[str] = set()
        self.endless = False
        self.started: Any = STARTED
        self.careless = False

    def _act(self, request: Request, body: Any) -> Any:
        if request.path == "/bulk/objects":
            for record in super()._act(Request("POST", "/objects/search", body=body), body):
                for operation in body["bulk"]:
                    self._change(record, *next(iter(operation.items())))
            return self.started
        if request.path == "/bulk/b-1/status":
            return {"finished": not self.endless}
        if request.path == "/objects/search" and self.careless:
            return self.data["/objects"]
        return super()._act(request, body)

    def _change(self, record: Record, operation: str, value: Any) -> None:
        if operation in self.ignored:
            return
        if operation == "modify":
            record.update(value)
        elif operation == "properties.createOrModify":
            properties = record.setdefault("properties", [])
            properties[:] = [one for one in properties if one["name"] != value["name"]] + [{"id": "p", **value}]
        else:
            below = {"stateConditions": "state", "incidentConditions": "incident"}[operation]
            self.below[f"/objects/{record['id']}/{below}-conditions"] = value


@pytest.fixture
def server() -> Server:
    return Server(FIRST, SECOND, THIRD)


@pytest.fixture(autouse=True)
def no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    monkeypatch.setattr("time.monotonic", lambda: next(clock) * 5)


def in_bulk(server: FakeServer, wanted: Mapping[str, Any], **args: Any) -> dict[str, Any]:
    check = args.pop("check", False)
    return run_on(server, NAME, {**HOSTS, "set": wanted, **args}, check=check)


def outcome(record: Record, action: str = "updated", **more: Any) -> dict[str, Any]:
    return {"name": record["name"], "id": record["id"], "action": action, "changed": action != "unchanged", **more}


# --- the requests ---------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_a_change(script: Script, check: bool) -> None:
    """Those that are right are left out."""
    script(("POST", "/objects/search", 200, [FIRST, SECOND], FIND_BODY), search("id", FIRST["id"], among=[FIRST]))
    if not check:
        script(
            ("POST", "/bulk/objects", 200, STARTED, asked(FIRST, operations=[{"modify": {"weight": 2}}])[2]),
            ("GET", "/bulk/b-1/status", 200, {"finished": True}),
            search("id", FIRST["id"], among=[{**FIRST, "weight": 2}]),
        )
    header = "object db01"
    assert run_module(NAME, {**HOSTS, "set": {"weight": 2}}, check=check) == {
        "changed": True,
        "matched": 2,
        "outcomes": [outcome(FIRST)],
        "summary": {
            "created": 0,
            "updated": 1,
            "deleted": 0,
            "unchanged": 1,
            "failed": 0,
            "skipped": 0,
            "recovered": 0,
        },
        "diff": [{"before_header": header, "after_header": header, "before": {"weight": 1}, "after": {"weight": 2}}],
    }


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    script(("POST", "/objects/search", 200, [SECOND], FIND_BODY))
    result = run_module(NAME, {**HOSTS, "set": {"weight": "2"}, "outcomes": "all"}, check=check)
    assert (result["changed"], result["outcomes"], result["diff"]) == (False, [outcome(SECOND, "unchanged")], [])


def test_the_server_searches(script: Script) -> None:
    body = {"search": {"weight": {"$gt": 1}}, "options": {"includeClientData": True}}
    script(("POST", "/objects/search", 200, [SECOND, THIRD], body))
    result = run_module(NAME, {"search": {"weight": {"$gt": 1}}, "set": {"background": ""}})
    assert (result["changed"], result["matched"]) == (False, 2)


def test_all_objects(script: Script) -> None:
    script(("GET", "/objects?fields=name%2Cparent_id%2Cweight", 200, [{**FIRST, "weight": 2}, SECOND]))
    assert run_module(NAME, {"all_objects": True, "set": {"weight": 2}})["matched"] == 2


# --- what can be changed --------------------------------------------------------------------------


def test_one_call_for_all_that_need_the_same(server: Server) -> None:
    wanted = {"weight": 5, "properties": [{"name": "Owner", "value": "Команда"}], "tags": ["t1"], "append_tags": True}
    server.data["/tags"] = [{"id": "t1", "name": "a"}, {"id": "t2", "name": "b"}]
    server.data["/objects"][1]["tags"] = ["t2"]
    owner = {"properties.createOrModify": {"name": "Owner", "value": "Команда", "type_id": 1}}
    result = in_bulk(server, wanted)
    assert result["outcomes"] == [outcome(FIRST), outcome(SECOND), outcome(THIRD)]
    assert server.writes == [
        asked(FIRST, operations=[{"modify": {"weight": 5, "tags": ["t1", "t2"]}}, owner]),
        asked(SECOND, THIRD, operations=[{"modify": {"weight": 5, "tags": ["t1"]}}, owner]),
    ]
    assert in_bulk(server, wanted)["changed"] is False
    assert len(server.writes) == 2


def test_only_the_properties_that_differ(server: Server) -> None:
    server.data["/objects"][1]["properties"] = [{"id": "p", "name": "Rack", "value": "B2", "type_id": 1}]
    in_bulk(
        server, {"properties": [{"name": "Rack", "value": "B2"}, {"name": "Row", "value": 7}]}, filter={"name": "db01"}
    )
    row = {"properties.createOrModify": {"name": "Row", "value": "7", "type_id": 1}}
    assert server.writes == [asked(FIRST, operations=[row])]


def test_conditions(server: Server) -> None:
    server.data["/states"] = [{"id": 4, "name": "Busy"}]
    condition = {"condition": {"cpu": {"_gt": "90"}}, "state": 4, "description": ""}
    server.below[f"/objects/{FIRST['id']}/state-conditions"] = [condition]
    wanted = {"state_conditions": [{"when": {"cpu": {"gt": 90}}, "state": "Busy"}]}
    result = in_bulk(server, wanted)
    assert result["outcomes"] == [outcome(SECOND), outcome(THIRD)]
    assert server.writes == [asked(SECOND, THIRD, operations=[{"stateConditions": [condition]}])]
    assert in_bulk(server, wanted)["changed"] is False


def test_another_place(server: Server) -> None:
    server.data["/objects"].append({"id": "64b1f0c2a9d3e45f6a7b8e09", "name": "Rack", "parent_id": [1], "class_id": 1})
    wanted = {"parents": ["/ROOT/Rack"]}
    assert in_bulk(server, wanted)["summary"]["updated"] == 3
    parents = {"modify": {"parent_id": ["64b1f0c2a9d3e45f6a7b8e09"]}}
    assert server.writes == [asked(FIRST, SECOND, THIRD, operations=[parents])]
    assert in_bulk(server, wanted)["changed"] is False


def test_an_object_below_itself(server: Server) -> None:
    result = in_bulk(server, {"parents": ["/ROOT/db02"]})
    assert "would be below itself" in result["msg"]
    assert server.writes == []


def test_both_forms_of_an_id() -> None:
    server = Server({"id": 7, "name": "seven", "parent_id": [1], "class_id": 3})
    in_bulk(server, {"weight": 2})
    assert server.writes[0][2]["search"] == {"id": {"$in": [7, "7"]}}


@pytest.mark.parametrize("option", ["name", "discovery_id", "class", "operations", "append_properties", "state", "id"])
def test_what_is_no_change_in_bulk(server: Server, option: str) -> None:
    said = in_bulk(server, {option: "x"})["msg"]
    assert said.startswith(f"set: {option!r} cannot be changed for many objects at once: choose from parents, tags, ")
    assert server.journal == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"set": {}}, "set is empty: give at least one field to change."),
        ({"set": {"weight": None}}, "set is empty: give at least one field to change."),
        ({"set": {"weight": "much"}}, "weight is 'much': give a number, 0 or more."),
        ({"filter": {}}, "Nothing says which objects are meant"),
        ({"filter": {"deep": True}}, "Nothing says which objects are meant"),
        ({"filter": None, "search": {}}, "Nothing says which objects are meant"),
        ({"filter": {"name": ""}}, "filter: name is empty: give a text"),
        ({"filter": {"name_regex": "("}}, "name_regex is '(', which is not a regular expression"),
        ({"all_objects": True}, "filter and all_objects are given together: leave all but one of them out."),
        ({"max_objects": 0}, "max_objects is 0: give a number, 1 or more."),
        ({"wait_timeout": 0}, "wait_timeout is 0.0: give a number of seconds"),
        ({"parallel": 0}, "parallel is 0: give a number from 1 to 32."),
        ({"max_objects": 2}, "3 objects match, and max_objects is 2: narrow the search, or raise max_objects"),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_bad_input(server: Server, args: dict[str, Any], said: str, check: bool) -> None:
    result = run_on(server, NAME, {**HOSTS, "set": {"weight": 9}, **args}, check=check)
    assert (result["failed"], result["changed"]) == (True, False)
    assert said in result["msg"]
    assert server.writes == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"set": {"tags": ["prod"]}}, "tags: there is no tag 'prod': check the spelling, or create it first."),
        ({"filter": {"class": "Hots"}}, "class: there is no class 'Hots' (did you mean 'Host'?)"),
    ],
)
def test_unknown_names(server: Server, args: dict[str, Any], said: str) -> None:
    result = run_on(server, NAME, {**HOSTS, "set": {"weight": 9}, **args})
    assert (result["failed"], result["changed"], server.writes) == (True, False, [])
    assert said in result["msg"]


# --- what can go wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_no_permission_to_search(server: Server, check: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: Request, body: Any) -> Any:
        if request.path == "/objects/search":
            raise HttpError("POST", "/objects/search", 403, "Forbidden", "")
        return Server._act(server, request, body)

    monkeypatch.setattr(server, "_act", refuse)
    result = in_bulk(server, {"weight": 9}, check=check)
    assert result["msg"].startswith("The account may not change many objects at once, which needs the permissions run-")
    assert (result["changed"], result["status"]) == (False, 403)
    assert in_bulk(server, {"background": ""}, check=check)["changed"] is False  # where nothing is to be changed


def test_no_permission_to_change(server: Server) -> None:
    server.before.append(("POST /bulk/objects", refused(403)))
    result = in_bulk(server, {"weight": 9})
    assert result["msg"].startswith("The account may not change many objects at once")
    assert result["changed"] is False


def test_a_server_that_searches_carelessly(server: Server) -> None:
    server.careless = True
    result = in_bulk(server, {"weight": 9}, filter={"name": "db01"})
    assert "This server does not search by id as it should" in result["msg"]
    assert server.writes == []


def test_the_change_did_not_go_well(server: Server) -> None:
    server.ignored.add("modify")
    result = in_bulk(server, {"weight": 1})
    assert (result["failed"], result["changed"]) == (True, False)
    said = "The server says that the change has ended, but weight still differs: look at the server's log."
    assert result["outcomes"] == [outcome(one, "failed", changed=False, msg=said) for one in (SECOND, THIRD)]


def test_half_of_the_change(server: Server) -> None:
    server.ignored.add("modify")
    result = in_bulk(server, {"weight": 9, "properties": [{"name": "A", "value": "b"}]})
    assert (result["failed"], result["changed"]) == (True, True)


def test_a_refused_group_and_one_that_is_not(server: Server) -> None:
    server.data["/tags"] = [{"id": "t1", "name": "a"}, {"id": "t2", "name": "b"}]
    server.data["/objects"][1]["tags"] = ["t2"]
    server.before.append(("POST /bulk/objects", refused(400)))
    result = in_bulk(server, {"tags": ["a"], "append_tags": True})
    assert [one["action"] for one in result["outcomes"]] == ["failed", "updated", "updated"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith(
        "1 of 3 objects failed: object db01 (64b1f0c2a9d3e45f6a7b8e01): POST /bulk/objects "
    )


def test_a_change_that_does_not_end(server: Server) -> None:
    server.endless = True
    server.ignored.add("modify")
    result = in_bulk(server, {"weight": 9}, wait_timeout=1)
    assert "The change goes on in the background, and has not ended after 1 s: raise wait_timeout" in result["msg"]
    assert (result["failed"], result["changed"]) == (True, True)


def test_all_is_well_although_the_end_was_not_seen(server: Server) -> None:
    server.endless = True
    assert in_bulk(server, {"weight": 9}, wait_timeout=1)["summary"]["updated"] == 3


@pytest.mark.parametrize("started", [None, [], {}, "x", 7, {"bulkId": None}, {"bulkId": ["b"]}, {"bulkId": ""}])
@pytest.mark.parametrize("ignored", [False, True])
def test_a_change_without_a_name(server: Server, started: Any, ignored: bool) -> None:
    server.started = started
    server.ignored.update(["modify"] if ignored else [])
    result = in_bulk(server, {"weight": 9})
    assert (result.get("failed", False), result["changed"]) == (ignored, True)
    assert not ignored or "The server has started the change without naming it" in result["msg"]


@pytest.mark.parametrize("done", [False, True])
def test_a_lost_answer(server: Server, done: bool) -> None:
    """It is looked for, and sent again only where that is needed."""
    (server.after if done else server.before).append(("POST /bulk/objects", lost))
    result = in_bulk(server, {"weight": 9})
    assert (result["changed"], result["summary"]["updated"], result["summary"]["recovered"]) == (
        True,
        3,
        3 if done else 0,
    )
    assert len(server.writes) == (1 if done else 2)


def test_answers_that_are_always_lost(server: Server) -> None:
    server.before += [("POST /bulk/objects", lost)] * 3
    result = in_bulk(server, {"weight": 9})
    assert (result["failed"], result["changed"], len(server.writes)) == (True, True, 3)
    assert "This may have been done: The answer got lost." in result["msg"]


def test_a_server_that_is_gone(server: Server) -> None:
    server.data["/tags"] = [{"id": "t1", "name": "a"}, {"id": "t2", "name": "b"}]
    server.data["/objects"][1]["tags"] = ["t2"]
    server.before.append(("POST /bulk/objects", unreachable))
    result = in_bulk(server, {"tags": ["a"], "append_tags": True})
    assert [one["action"] for one in result["outcomes"]] == ["failed", "skipped", "skipped"]
    assert (result["changed"], len(server.writes)) == (False, 1)


def test_it_looks_under_the_lock(server: Server) -> None:
    """What another task of the run has changed meanwhile is seen."""

    def other_task() -> None:
        for record in server.data["/objects"][1:]:
            record["weight"] = 9

    server.sessions = WatchedStore(other_task)
    assert in_bulk(server, {"weight": 9})["changed"] is False
    assert server.sessions.wanted == [{"object"}]


def test_check_mode_with_what_an_earlier_task_creates(server: Server) -> None:
    result = in_bulk(server, {"tags": ["prod"]}, check=True)
    assert result["changed"] is True
    assert result["diff"][0]["after"] == {"tags": ["prod"]}
    assert result["warnings"] == ["There is no tag 'prod' yet; check mode assumes that an earlier task creates it."]
