# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Planner and engine: what they find and refuse, in which order they write, and what they do when server or network
fail."""

from __future__ import annotations

import itertools
import json
import threading
from functools import partial
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Request
from ansible_collections.saymon.platform.plugins.module_utils._resources import user as user_table
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state import engine as engine_file
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field
from ansible_collections.saymon.platform.plugins.module_utils._state.progress import Progress
from ansible_collections.saymon.platform.plugins.module_utils._state.reader import FEW
from ansible_collections.saymon.platform.tests.unit.fake_server import (
    FakeServer,
    Record,
    ensure_on,
    lost,
    refused,
    run_on,
    unreachable,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SITE = {"id": "64b1f0c2a9d3e45f6a7b8e00", "name": "Site", "parent_id": [1]}
RACK = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "Rack", "parent_id": [SITE["id"]], "discovery_id": "cmdb-1"}
OPERATORS = {"id": "64b1f0c2a9d3e45f6a7b8d01", "name": "Operators"}
ENGINEERS = {"id": "64b1f0c2a9d3e45f6a7b8d02", "name": "Engineers"}
ANN = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ann", "group": []}
BOB = {"id": "64b1f0c2a9d3e45f6a7b8c02", "login": "bob", "group": [OPERATORS["id"]]}


def actions(result: dict[str, Any]) -> list[str]:
    return [outcome["action"] for outcome in result["outcomes"]]


def names(server: FakeServer) -> dict[str, list[str]]:
    """The objects by name, each with the names of its parents."""
    by_id = {str(record["id"]): record["name"] for record in server.data["/objects"]}
    return {record["name"]: sorted(by_id[str(up)] for up in record["parent_id"]) for record in server.data["/objects"]}


def refuses(server: FakeServer, resource: str, *items: Any, **steering: Any) -> str:
    """What is said of a list with something wrong in it; nothing may have been written for it.

    Check mode says the same, unless something is only missing, which an earlier task may be about to make.
    """
    predicted = ensure_on(server, resource, *items, check=True, **steering)
    result = ensure_on(server, resource, *items, **steering)
    assert (result.get("failed"), result["changed"], server.writes) == (True, False, [])
    if "there is no" in result["msg"] and "no such option" not in result["msg"] and not predicted.get("failed"):
        assert "check mode assumes that an earlier task creates it" in predicted["warnings"][0]
    else:
        assert predicted == result
    message: str = result["msg"]
    assert message.endswith(".")
    assert not message.endswith("..")
    return message


# --- what cannot be is refused before the first write ---------------------------------------------


def test_duplicates_on_the_server() -> None:
    server = FakeServer(user_groups=[OPERATORS, {**OPERATORS, "id": "64b1f0c2a9d3e45f6a7b8d09"}])
    message = refuses(server, "user_group", {"name": "Fresh"}, {"name": "Operators", "permissions": ["run-bulks"]})
    assert message == (
        "user_groups[1] (Operators): several user groups match (ids "
        "64b1f0c2a9d3e45f6a7b8d01, 64b1f0c2a9d3e45f6a7b8d09): "
        "give the id, or remove the duplicate."
    )
    result = ensure_on(server, "user_group", {"id": OPERATORS["id"], "permissions": ["run-bulks"]})
    assert actions(result) == ["updated"]


def test_doubles_of_what_is_referred_to() -> None:
    server = FakeServer(user_groups=[OPERATORS, {**OPERATORS, "id": "64b1f0c2a9d3e45f6a7b8d09"}])
    message = refuses(server, "user", {"login": "ann", "groups": ["Operators"]})
    assert (
        "groups: several user groups are called 'Operators' (ids "
        "64b1f0c2a9d3e45f6a7b8d01, 64b1f0c2a9d3e45f6a7b8d09): give the id" in message
    )
    server.data["/user-groups"].append({"id": "x1", "name": "operators"})
    assert "(ids 64b1f0c2a9d3e45f6a7b8d01, 64b1f0c2a9d3e45f6a7b8d09)" in refuses(
        server, "user", {"login": "ann", "groups": ["Operators"]}
    )
    assert actions(ensure_on(server, "user", {"login": "ann", "groups": ["operators"]})) == ["created"]
    assert server.one("/users", login="ann")["group"] == ["x1"]


@pytest.mark.parametrize(
    "items",
    [
        [{"name": "Rack", "parents": ["Site"]}, {"discovery_id": "cmdb-1"}],
        [{"id": RACK["id"]}, {"name": "Rack", "parents": ["/ROOT/Site"]}],
        [{"name": "New"}, {"name": "New", "parents": ["/ROOT"]}],
        [{"name": "New", "discovery_id": "n"}, {"name": "New", "discovery_id": "n"}],
        [{"name": "Rack", "parents": ["Site"], "state": "absent"}, {"discovery_id": "cmdb-1"}],
        [{"name": "New"}, {"name": "Other"}, {"name": "New", "parents": ["1"]}],
    ],
)
def test_doubles_in_the_list(items: list[Any]) -> None:
    message = refuses(FakeServer(objects=[SITE, RACK]), "object", *items)
    assert "is listed twice, also as objects[0]" in message
    assert message.endswith("merge the two.")


def test_same_name_in_other_places_is_no_double() -> None:
    server = FakeServer(objects=[SITE, RACK])
    items = [{"name": "Rack", "parents": ["/Site"]}, {"name": "Rack"}, {"name": "Rack", "parents": ["/Rack"]}]
    assert actions(ensure_on(server, "object", *items)) == ["unchanged", "created", "created"]
    assert actions(ensure_on(server, "object", *items)) == ["unchanged"] * 3


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"login": "ann", "groups": ["Nobody"]},
            "groups: there is no user group 'Nobody': check the spelling, or create it first.",
        ),
        ({"login": "ann", "object_include": ["/ROOT/Nowhere"]}, "object_include: there is no object '/ROOT/Nowhere'"),
        (
            {"id": "64b1f0c2a9d3e45f6a7b8fff"},
            "no user has the id '64b1f0c2a9d3e45f6a7b8fff': correct it, or leave it out to find the user by login.",
        ),
        ({"email": "ann@example.org"}, "login must be given, because it names the user (or give its id)."),
        ({"login": "", "email": "ann@example.org"}, "login is '': give a text that is not empty."),
        ({"login": "ann", "logn": 1}, "there is no such option, choose one of id, login, display_name"),
        (
            {"login": "ann", "status": "gone"},
            "status is 'gone': give one of active, blocked, invited, need_activation.",
        ),
        ({"login": "ann", "state": "gone"}, "state: 'gone' is not one of present, absent, blocked."),
        ({"login": "ann", "update_password": "never"}, "update_password: 'never' is not one of always, on_create."),
        ({"login": "ann", "append_groups": "perhaps"}, "append_groups: 'perhaps' is not valid: give true or false."),
        ({"login": "ann", "active_to": "x" * 200}, "..."),
        ("ann", "users[1]: an item must be a dictionary of options, got str."),
        (None, "users[1]: an item must be a dictionary of options, got null."),
    ],
)
def test_one_bad_item_stops_everything(item: Any, said: str) -> None:
    message = refuses(FakeServer(users=[ANN]), "user", {"login": "fresh"}, item)
    assert message.startswith("users[1]")
    assert said in message
    assert len(message) < 500


def test_every_bad_item_is_named() -> None:
    items = [{"login": f"u{number}", "groups": [f"g{number}"]} for number in range(13)]
    message = refuses(FakeServer(), "user", {"login": "good"}, *items)
    assert message.count("there is no user group") == 10
    assert "users[1] (u0): groups: there is no user group 'g0'" in message
    assert message.endswith("; and 3 more.")


def test_secrets_are_not_in_messages() -> None:
    for item in ({"login": "a", "password": ["hunter2"]}, {"login": "a", "passwrod": "hunter2"}, {"password": "hunt2"}):
        assert "hunt" not in refuses(FakeServer(), "user", item)


@pytest.mark.parametrize("name", ["", None])
def test_an_item_cannot_lose_its_name(name: Any) -> None:
    server = FakeServer(user_groups=[OPERATORS])
    result = ensure_on(server, "user_group", {"id": OPERATORS["id"], "name": name})
    assert result["changed"] is False
    assert server.one("/user-groups", id=OPERATORS["id"])["name"] == "Operators"


def test_create_only_fields() -> None:
    server = FakeServer(
        objects=[{**SITE, "class_id": 3}], classes=[{"id": 3, "name": "Host"}, {"id": 4, "name": "CPU"}]
    )
    message = refuses(server, "object", {"name": "Site", "class": "CPU"})
    assert (
        "class is 'Host' and cannot be changed after creation: leave class out, or delete the object first" in message
    )
    for same in ("Host", "3", "host", 3):
        assert actions(ensure_on(server, "object", {"name": "Site", "class": same})) == ["unchanged"]


def test_an_object_needs_a_name_to_be_created() -> None:
    message = refuses(FakeServer(), "object", {"discovery_id": "cmdb-7", "weight": 2})
    assert "there is no object 'cmdb-7', and none can be created without a name: give name" in message


def test_check_mode_assumes_what_an_earlier_task_makes() -> None:
    """Otherwise a play that makes a group and then its members could not be checked before its first run."""
    server = FakeServer(users=[ANN])
    items = [
        {"login": "ann", "groups": ["Fresh"]},
        {"login": "bob", "groups": ["Fresh"], "object_include": ["/ROOT/New/Rack"]},
    ]
    predicted = ensure_on(server, "user", *items, check=True)
    assert actions(predicted) == ["updated", "created"]
    assert [side["after"]["groups"] for side in predicted["diff"]] == [["Fresh"], ["Fresh"]]
    assert len(predicted["warnings"]) == 2  # one for each that is missing, not for each that needs it
    server.data["/user-groups"].append({"id": "f1", "name": "Fresh"})
    server.data["/objects"] += [
        {"id": "n1", "name": "New", "parent_id": [1]},
        {"id": "n2", "name": "Rack", "parent_id": ["n1"]},
    ]
    result = ensure_on(server, "user", *items)
    assert (result["diff"], "warnings" in result) == (predicted["diff"], False)


def test_moves_in_one_list() -> None:
    """What counts is where things will stand, not where they are."""
    server = FakeServer(objects=[SITE, RACK, {"id": "b1", "name": "Board", "parent_id": [1]}])
    refuses(server, "object", {"id": SITE["id"], "parents": [RACK["id"]]})
    refuses(server, "object", {"id": SITE["id"], "parents": [SITE["id"]]})
    refuses(server, "object", {"id": SITE["id"], "parents": ["b1"]}, {"id": "b1", "parents": [SITE["id"]]})
    result = ensure_on(
        server, "object", {"id": SITE["id"], "parents": [RACK["id"]]}, {"id": RACK["id"], "parents": ["/ROOT"]}
    )
    assert actions(result) == ["updated", "updated"]
    assert names(server) == {"ROOT": [], "Rack": ["ROOT"], "Site": ["Rack"], "Board": ["ROOT"]}


def test_names_in_one_list() -> None:
    """Whether names are unique is a matter of the state that the list asks for, not of the way there."""
    refuses(
        FakeServer(user_groups=[OPERATORS, ENGINEERS]),
        "user_group",
        {"id": OPERATORS["id"], "name": "X"},
        {"id": ENGINEERS["id"], "name": "X"},
    )
    refuses(
        FakeServer(user_groups=[OPERATORS, ENGINEERS]),
        "user_group",
        {"id": OPERATORS["id"], "name": "X"},
        {"name": "X"},
    )
    server = FakeServer(user_groups=[OPERATORS, ENGINEERS])
    result = ensure_on(
        server, "user_group", {"id": ENGINEERS["id"], "state": "absent"}, {"id": OPERATORS["id"], "name": "Engineers"}
    )
    assert actions(result) == ["deleted", "updated"]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "items",
    [
        [{"name": "New"}, {"name": "New", "discovery_id": "n"}],
        [{"name": "New", "parents": ["Rack"]}, {"name": "Rack"}],
        [{"name": "New", "parents": ["rack"]}, {"name": "rack"}],
    ],
)
def test_a_list_must_not_make_its_own_names_ambiguous(items: list[Any], turned: bool) -> None:
    """Else it would go through once, and mean something else or nothing the next time."""
    server = FakeServer(objects=[SITE, RACK])
    result = ensure_on(server, "object", *(reversed(items) if turned else items))
    if result.get("failed"):
        assert server.writes == []
        return
    before = names(server)
    server.journal.clear()
    again = ensure_on(server, "object", *(reversed(items) if turned else items))
    assert (again["changed"], server.writes, names(server)) == (False, [], before)
    assert "failed" not in again


def test_a_list_must_not_refer_to_what_it_deletes() -> None:
    server = FakeServer(objects=[SITE, RACK])
    items = [{"name": "New", "parents": ["Rack"]}, {"name": "Site", "state": "absent", "recursive": True}]
    for parents in ("Site", "Rack"):
        refuses(server, "object", {"name": "New", "parents": [parents]}, items[1])
    refuses(server, "object", items[1], items[0])


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "items",
    [
        [{"name": "Engineers", "state": "absent"}, {"id": OPERATORS["id"], "name": "Engineers"}],
        [{"name": "New", "state": "absent"}, {"name": "New"}],
        [{"name": "New", "state": "absent"}, {"id": OPERATORS["id"], "name": "New"}],
    ],
)
def test_what_is_to_be_absent_is_not_created_in_the_same_list(items: list[Any], turned: bool) -> None:
    server = FakeServer(user_groups=[OPERATORS, ENGINEERS])
    message = refuses(server, "user_group", *(reversed(items) if turned else items))
    assert message.endswith(
        (
            f"({items[0]['name']}): it is to be absent, but this list puts "
            "another user group in its place: correct one of the two.",
            "this user group is listed twice, also as user_groups[0] (New): merge the two.",
        )
    )


@pytest.mark.parametrize("who", [{"id": RACK["id"]}, {"discovery_id": "cmdb-1"}])
@pytest.mark.parametrize("parents", [["/ROOT/Moved away"], ["Hall"]])
def test_absent_by_id_needs_no_parents(who: dict[str, Any], parents: list[str]) -> None:
    halls = [{"id": f"h{number}", "name": "Hall", "parent_id": [1]} for number in range(2)]
    server = FakeServer(objects=[SITE, RACK, *halls])
    assert actions(ensure_on(server, "object", {**who, "parents": parents, "state": "absent"})) == ["deleted"]


def test_a_property_that_stands_twice() -> None:
    twice = [{"id": f"p{number}", "name": "a", "value": "x", "type_id": 1} for number in range(2)]
    server = FakeServer(objects=[{**RACK, "properties": twice}])
    item = {"discovery_id": "cmdb-1", "properties": [{"name": "a", "value": "x"}, {"name": "b", "value": "y"}]}
    assert actions(ensure_on(server, "object", item)) == ["updated"]
    assert [one["name"] for one in server.one("/objects", name="Rack")["properties"]] == ["a", "a", "b"]


@pytest.mark.parametrize(
    ("resource", "item", "option"),
    [
        ("user", {"login": "ann"}, "event_filter"),
        ("user", {"login": "ann"}, "favorites"),
        ("object", {"name": "Site"}, "client_data"),
    ],
)
def test_one_is_not_true(resource: str, item: Record, option: str) -> None:
    server = FakeServer(users=[ANN], objects=[SITE])
    for value in (1, True, 0, False):
        given = {"a": value} if option == "client_data" else [{"a": value}]
        assert actions(ensure_on(server, resource, {**item, option: given})) == ["updated"]
        assert actions(ensure_on(server, resource, {**item, option: given})) == ["unchanged"]


# --- order of work --------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_items_may_refer_to_each_other_in_any_order(order: tuple[int, ...]) -> None:
    items = [
        {"name": "Plant"},
        {"name": "Hall", "parents": ["/ROOT/Plant"]},
        {"name": "Rack", "parents": ["Hall"], "discovery_id": "r"},
        {"name": "Board", "parents": ["/Plant/Hall/Rack", "Plant"]},
    ]
    server = FakeServer()
    shuffled = [items[number] for number in order]
    predicted = ensure_on(server, "object", *shuffled, check=True)
    assert actions(predicted) == ["created"] * 4
    result = ensure_on(server, "object", *shuffled)
    assert (actions(result), result["diff"]) == (["created"] * 4, predicted["diff"])
    assert names(server) == {
        "ROOT": [],
        "Plant": ["ROOT"],
        "Hall": ["Plant"],
        "Rack": ["Hall"],
        "Board": ["Plant", "Rack"],
    }
    assert [body["name"] for _method, _path, body in server.writes] == ["Plant", "Hall", "Rack", "Board"]
    server.journal.clear()
    assert ensure_on(server, "object", *shuffled)["changed"] is False
    assert (server.writes, server.reads) == ([], ["/objects/search"] * 2)  # by key, and by name


def test_an_existing_object_moves_below_a_new_one() -> None:
    server = FakeServer(objects=[SITE, RACK])
    items = [{"discovery_id": "cmdb-1", "parents": ["New"], "append_parents": True}, {"name": "New"}]
    result = ensure_on(server, "object", *items)
    assert actions(result) == ["updated", "created"]
    assert result["diff"][0]["before"] == {"parents": ["/ROOT/Site"]}
    assert sorted(result["diff"][0]["after"]["parents"]) == ["/ROOT/New", "/ROOT/Site"]
    assert names(server)["Rack"] == ["New", "Site"]
    assert ensure_on(server, "object", *items)["changed"] is False


def test_items_that_wait_for_each_other_are_refused() -> None:
    message = refuses(FakeServer(), "object", {"name": "Egg", "parents": ["Hen"]}, {"name": "Hen", "parents": ["Egg"]})
    assert "objects[0] (Egg): parents: there is no object 'Hen'" in message
    assert "objects[1] (Hen): parents: there is no object 'Egg'" in message


def test_tags_are_made_on_demand_and_once() -> None:
    server = FakeServer(objects=[{**SITE, "tags": []}], tags=[{"id": "64b1f0c2a9d3e45f6a7b8f09", "name": "old"}])
    items: list[Record] = [{"name": "Site", "tags": ["new", "old"]}, {"name": "Other", "tags": ["newer", "new"]}]
    assert "tags: there is no tag 'new': check the spelling, or create it first" in refuses(server, "object", *items)
    predicted = ensure_on(server, "object", *items, check=True, create_tags=True)
    result = ensure_on(server, "object", *items, create_tags=True)
    assert result["diff"] == predicted["diff"]
    assert [path for _method, path, _body in server.writes] == ["/tags", "/tags", f"/objects/{SITE['id']}", "/objects"]
    ids = {tag["name"]: tag["id"] for tag in server.data["/tags"]}
    assert sorted(server.one("/objects", name="Site")["tags"]) == sorted([ids["new"], ids["old"]])
    assert sorted(server.one("/objects", name="Other")["tags"]) == sorted([ids["new"], ids["newer"]])
    assert ensure_on(server, "object", *items, create_tags=True)["changed"] is False


def test_no_tags_are_made_for_what_goes() -> None:
    server = FakeServer(objects=[SITE])
    result = ensure_on(
        server,
        "object",
        {"name": "Site", "tags": ["new"]},
        {"name": "Gone", "tags": ["new"]},
        state="absent",
        create_tags=True,
    )
    assert actions(result) == ["deleted", "unchanged"]
    assert server.writes == [("DELETE", f"/objects/{SITE['id']}", None)]


def test_a_lost_answer_to_a_tag_makes_no_second_one() -> None:
    server = FakeServer()
    server.after.append(("POST /tags", lost))
    result = ensure_on(server, "object", {"name": "Site", "tags": ["new"]}, create_tags=True)
    assert (result["changed"], actions(result), result["summary"]["recovered"]) == (True, ["created"], 1)
    assert server.one("/objects", name="Site")["tags"] == [server.one("/tags", name="new")["id"]]
    server.after.append(("POST /tags", lost))
    single = run_on(server, "saymon_object", {"name": "Site", "tags": ["newer"], "create_tags": True})
    assert (single["recovered"], len(server.data["/tags"])) == (True, 2)


def test_what_goes_need_not_have_what_it_names() -> None:
    """The same list takes everything down, again and again."""
    server = FakeServer(objects=[SITE, RACK], user_groups=[OPERATORS], users=[BOB])
    items = [{"name": "Site"}, {"name": "Rack", "parents": ["/ROOT/Site"], "tags": ["gone"], "class": "gone"}]
    assert actions(ensure_on(server, "object", *items, state="absent", recursive=True)) == ["deleted", "deleted"]
    assert names(server) == {"ROOT": []}
    assert actions(ensure_on(server, "object", *items, state="absent", recursive=True)) == ["unchanged", "unchanged"]
    assert actions(ensure_on(server, "user", {"login": "bob", "groups": ["gone"], "state": "absent"})) == ["deleted"]


def test_children_that_go_too_are_no_obstacle() -> None:
    server = FakeServer(objects=[SITE, RACK])
    result = ensure_on(server, "object", {"name": "Site"}, {"discovery_id": "cmdb-1"}, state="absent")
    assert actions(result) == ["deleted", "deleted"]
    assert names(server) == {"ROOT": []}


# --- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("parallel", [1, 4])
def test_a_failure_stays_with_its_item(parallel: int) -> None:
    server = FakeServer(users=[ANN, BOB])
    server.before = [(f"PATCH /users/{ANN['id']}", refused(403))]
    items = [{"login": login, "email": f"{login}@example.org"} for login in ("carl", "ann", "bob", "dora")]
    result = ensure_on(server, "user", *items, parallel=parallel)
    assert actions(result) == ["created", "failed", "updated", "created"]
    assert [outcome["changed"] for outcome in result["outcomes"]] == [True, False, True, True]
    assert (result["changed"], result["failed"]) == (True, True)
    assert result["msg"].startswith(
        "1 of 4 users failed: users[1] (ann): PATCH /users/64b1f0c2a9d3e45f6a7b8c01 answered 403"
    )
    assert result["outcomes"][1]["msg"].startswith("PATCH /users/64b1f0c2a9d3e45f6a7b8c01 answered 403: not today.")
    assert result["summary"] == {
        "created": 2,
        "updated": 1,
        "deleted": 0,
        "unchanged": 0,
        "failed": 1,
        "skipped": 0,
        "recovered": 0,
    }
    assert {user["login"] for user in server.data["/users"]} == {"ann", "bob", "carl", "dora"}


@pytest.mark.parametrize("parallel", [1, 3])
def test_the_diff_of_a_partly_failed_list_shows_what_was_done(parallel: int) -> None:
    server = FakeServer(users=[ANN, BOB])
    server.before = [(f"PATCH /users/{ANN['id']}", refused(403)), (f"DELETE /users/{BOB['id']}", refused(403))]
    server.before += [("POST /user-groups", refused(403))]
    items = [{"login": "ann", "email": "x@example.org"}, {"login": "bob", "state": "absent"}, {"login": "carl"}]
    result = ensure_on(server, "user", *items, parallel=parallel)
    assert [(one["after_header"], one["after"]) for one in result["diff"]] == [
        ("user carl", {"login": "carl", "state": "present"})
    ]
    result = ensure_on(server, "user_group", {"name": "Lost"}, {"name": "Found"}, parallel=1)
    assert [one["after"]["name"] for one in result["diff"]] == ["Found"]


_LISTS = [
    (name, option)
    for name, resource in sorted(RESOURCES.items())
    for option, field in resource.by_option.items()
    if field.type.argument["type"] in ("list", "dict") and option not in resource.key
]


def _key_of(field: Field) -> Any:
    """A value that identifies an item: a name, or the root object where other items do."""
    if not field.type.resources:
        return "x"
    return ["1"] if field.type.argument["type"] == "list" else "1"


@pytest.mark.parametrize("present", [{}, {"value": None}, {"value": ""}], ids=["left out", "null", "empty"])
@pytest.mark.parametrize(("name", "option"), _LISTS)
def test_nothing_where_nothing_is_changes_nothing(name: str, option: str, present: Record) -> None:
    resource = RESOURCES[name]
    field, keys = resource.by_option[option], [resource.by_option[key] for key in resource.key]
    # A pair joins the root with itself.
    wanted: Record = {key.option: _key_of(key) for key in keys}
    written = {key.key: key.type.write(key.type.parse(wanted[key.option]), False) for key in keys}
    record: Record = {"id": "64b1f0c2a9d3e45f6a7b8fff", "parent_id": [1], **written}
    if "value" in present and field.key and field.key != "parent_id":
        record[field.key] = present["value"]
    server = FakeServer(**{resource.path.strip("/").replace("-", "_"): [record]})
    nothing: Any = {} if field.type.argument["type"] == "dict" else []
    flags: dict[str, Any] = {"append_properties": False} if "append_properties" in resource.flags else {}
    result = ensure_on(server, name, {**wanted, option: nothing}, **flags)
    assert (result.get("msg"), actions(result), result["diff"], server.writes) == (None, ["unchanged"], [], [])


def test_what_refers_to_a_failed_item_says_so() -> None:
    server = FakeServer()
    server.before = [("POST /objects", refused(400))]
    result = ensure_on(server, "object", {"name": "Board", "parents": ["Rack"]}, {"name": "Rack"}, {"name": "Other"})
    assert actions(result) == ["failed", "failed", "created"]
    assert result["outcomes"][0]["msg"] == "it refers to 'Rack', which could not be created: see the message there."
    assert names(server) == {"ROOT": [], "Other": ["ROOT"]}


@pytest.mark.parametrize("parallel", [1, 3])
def test_an_unreachable_server_is_not_asked_again(parallel: int) -> None:
    server = FakeServer()
    server.before = [("POST /objects", unreachable)] * parallel
    items = [{"name": f"o{number}"} for number in range(20)] + [{"name": "below", "parents": ["o1"]}]
    result = ensure_on(server, "object", *items, parallel=parallel)
    assert set(actions(result)) == {"failed", "skipped"}
    assert result["summary"]["failed"] <= parallel
    assert len(server.writes) <= parallel
    assert result["changed"] is False
    assert "The server cannot be reached." in result["msg"]
    assert result["msg"].endswith(f" {result['summary']['skipped']} were not tried.")


def test_what_was_written_before_a_failure_counts_as_change() -> None:
    server = FakeServer(users=[ANN])
    server.before = [("PATCH /users/.*", refused(403)), ("PUT .*", refused(500))]
    result = ensure_on(server, "user_group", {"name": "Fresh", "members": ["ann"]})
    assert server.find("/user-groups", name="Fresh")
    assert (actions(result), result["outcomes"][0]["changed"], result["changed"]) == (["failed"], True, True)
    one = run_on(server, "saymon_user", {"login": "ann", "email": "ann@example.org", "password": "new-phrase"})
    assert (one["failed"], one["changed"]) == (True, True)


def test_a_tag_that_cannot_be_made_concerns_its_objects_only() -> None:
    server = FakeServer()
    server.before = [("POST /tags", refused(403))]
    result = ensure_on(server, "object", {"name": "Site", "tags": ["new"]}, {"name": "Other"}, create_tags=True)
    assert actions(result) == ["failed", "created"]
    assert result["outcomes"][0]["msg"].startswith(
        "it refers to 'new', which could not be created: POST /tags answered 403: not today"
    )


def test_a_refused_deletion() -> None:
    server = FakeServer(users=[ANN, BOB])
    server.before = [("DELETE .*", refused(403))]
    result = ensure_on(server, "user", {"login": "ann"}, {"login": "bob"}, state="absent")
    assert [(one["action"], one["changed"]) for one in result["outcomes"]] == [("failed", False), ("deleted", True)]
    assert [user["login"] for user in server.data["/users"]] == ["ann"]


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"activeTo": None, "status": 3}, "active_to"),
        ({"activeTo": 1893456000000, "status": 2}, "status"),
        ({"activeTo": "1893456000000", "status": "3", "email": "ann@example.org"}, None),
        ({"activeTo": 5, "status": 2, "email": ""}, "email, status, active_to"),
    ],
)
def test_what_the_server_does_not_take_over_is_told(kept: Record, told: str | None) -> None:
    server = FakeServer(users=[{**ANN, "status": 2}])
    send = server.send

    def stubborn(request: Request, *, recover: bool = True) -> Answer:
        answer = send(request, recover=recover)
        if request.method == "PATCH":
            answer.data = {**answer.data, **kept}
        return answer

    server.send = stubborn  # type: ignore[method-assign]
    item = {"login": "ann", "active_to": "2030-01-01T00:00:00Z", "email": "ann@example.org", "status": "blocked"}
    why = "this version may not support it, or it conflicts with something else about the item"
    assert ensure_on(server, "user", item).get("warnings") == (
        [f"users[0] (ann): the server ignored {told}: {why}."] if told else None
    )


def test_a_created_item_that_failed_later_can_be_referred_to() -> None:
    """The answer to its creation shows a field that was not taken over, and the server refuses to set it."""
    server = FakeServer()
    make = server._make
    server._make = lambda path, body: {**make(path, body), "weight": 1}  # type: ignore[method-assign]
    server.before = [("PATCH .*", refused(403))]
    result = ensure_on(server, "object", {"name": "Rack", "weight": 5}, {"name": "Board", "parents": ["Rack"]})
    assert actions(result) == ["failed", "created"]
    assert names(server)["Board"] == ["Rack"]


# --- lost answers ---------------------------------------------------------------------------------

LOSSES = [("before", 1), ("before", 2), ("after", 1)]


@pytest.mark.parametrize(("faults", "times"), LOSSES)
@pytest.mark.parametrize("parallel", [1, 4])
def test_lost_answers_to_all_kinds_of_writes(faults: str, times: int, parallel: int) -> None:
    server = FakeServer(
        objects=[
            SITE,
            {
                **RACK,
                "properties": [
                    {"id": "p1", "name": "a", "value": "x", "type_id": 1},
                    {"id": "p2", "name": "b", "value": "x"},
                ],
            },
        ]
    )
    calls = (
        "POST /objects",
        f"PATCH /objects/{RACK['id']}",
        "POST .*/props",
        "PATCH .*/props/p1",
        "DELETE .*/props/p2",
        "DELETE /objects/gone1",
    )
    server.data["/objects"].append({"id": "gone1", "name": "Gone", "parent_id": [1]})
    getattr(server, faults).extend((call, lost) for call in calls for _time in range(times))
    pairs = [{"name": "a", "value": "y"}, {"name": "c", "value": "z"}]
    items = [
        {"name": "Board", "discovery_id": "cmdb-2", "parents": ["Site"], "weight": 2},
        {"discovery_id": "cmdb-1", "weight": 3, "properties": pairs, "append_properties": False},
        {"name": "Gone", "state": "absent"},
    ]
    # Four writes of one item get lost, which is more than is made up for in one run: the next one finishes it.
    first = ensure_on(server, "object", *items, parallel=parallel)
    result = ensure_on(server, "object", *items, parallel=parallel)
    while result["changed"] or result.get("failed"):
        result = ensure_on(server, "object", *items, parallel=parallel)
    assert (actions(first)[0], actions(first)[2], first["summary"]["recovered"]) == ("created", "deleted", 3)
    assert actions(result) == ["unchanged"] * 3
    assert names(server) == {"ROOT": [], "Site": ["ROOT"], "Rack": ["Site"], "Board": ["Site"]}
    rack = server.one("/objects", name="Rack")
    assert {(one["name"], one["value"]) for one in rack["properties"]} == {("a", "y"), ("c", "z")}
    assert len(rack["properties"]) == 2
    assert (rack["weight"], server.one("/objects", name="Board")["weight"]) == (3, 2)


@pytest.mark.parametrize("faults", ["before", "after"])
def test_a_lost_creation(faults: str) -> None:
    server = FakeServer()
    getattr(server, faults).append(("POST /users", lost))
    result = run_on(
        server,
        "saymon_user",
        {"login": "ann", "email": "ann@example.org", "password": "pass-phrase-2", "update_password": "on_create"},
    )
    assert (result["changed"], result["action"], result["recovered"]) == (True, "created", True)
    assert result["user"]["id"] == server.one("/users", login="ann")["id"]
    assert server.passwords == {result["user"]["id"]: "pass-phrase-2"}
    assert [method for method, _path, _body in server.journal] == (
        ["GET", "POST", "GET"] if faults == "after" else ["GET", "POST", "GET", "POST"]
    )


def test_a_lost_creation_with_references_needs_no_second_write() -> None:
    server = FakeServer()
    server.after = [("POST /objects", lost)] * 2
    items = [{"name": "Site", "tags": ["new"], "create_tags": True}, {"name": "Rack", "parents": ["Site"]}]
    result = ensure_on(server, "object", *items)
    assert (actions(result), result["summary"]["recovered"]) == (["created", "created"], 2)
    assert [path for _method, path, _body in server.writes] == ["/tags", "/objects", "/objects"]
    assert names(server) == {"ROOT": [], "Site": ["ROOT"], "Rack": ["Site"]}


@pytest.mark.parametrize("faults", ["before", "after"])
def test_a_lost_membership(faults: str) -> None:
    server = FakeServer(users=[ANN, BOB], user_groups=[OPERATORS])
    getattr(server, faults).append((f"PATCH /users/{ANN['id']}", lost))
    result = ensure_on(
        server, "user_group", {"name": "Operators", "members": ["ann", "bob"]}, {"name": "Fresh", "members": ["ann"]}
    )
    assert (actions(result), result["summary"]["recovered"]) == (["updated", "created"], 1)
    fresh = server.one("/user-groups", name="Fresh")["id"]
    assert sorted(server.one("/users", login="ann")["group"]) == sorted([OPERATORS["id"], fresh])
    assert server.one("/users", login="bob")["group"] == [OPERATORS["id"]]


def test_a_refused_membership_is_not_made_by_the_next_group() -> None:
    server = FakeServer(users=[ANN], user_groups=[OPERATORS, ENGINEERS])
    server.before = [("PATCH /users/.*", refused(403))]
    result = ensure_on(
        server, "user_group", {"name": "Operators", "members": ["ann"]}, {"name": "Engineers", "members": ["ann"]}
    )
    assert actions(result) == ["failed", "updated"]
    assert server.one("/users", login="ann")["group"] == [ENGINEERS["id"]]


# What a call creates, where it shows, and a path that tells the call: without a key that the server enforces, each may
# exist twice.
SLOW: list[tuple[str, dict[str, Any], str, str]] = [
    ("object", {"name": "Site"}, "/objects", "the object 'Site'"),
    ("user_group", {"name": "NOC"}, "/user-groups", "the user group 'NOC'"),
    ("password_policy", {"name": "Strict"}, "/password-policies", "the password policy 'Strict'"),
    ("tag", {"name": "hot"}, "/tags", "the tag 'hot'"),
]


def slow(server: FakeServer, path: str, looks: int) -> None:
    """The next POST to a path is lost, and done only after that many reads of the collection."""
    send = server.send
    late: list[list[Any]] = []

    def late_send(request: Request, *, recover: bool = True) -> Answer:
        if request.reads and late and request.path in (path, path + "/search"):
            late[0][1] -= 1
            if late[0][1] == 0:
                server._act(late.pop()[0], json.loads(json.dumps(request_body)))
        if request.method == "POST" and request.path == path and not late and not request_body:
            request_body.update(json.loads(json.dumps(request.body)))
            server.journal.append((request.method, request.path, request.body))
            late.append([request, looks])
            lost(request)
        return send(request, recover=recover)

    request_body: dict[str, Any] = {}
    server.send = late_send  # type: ignore[method-assign]


@pytest.mark.parametrize(("resource", "item", "path", "what"), SLOW)
@pytest.mark.parametrize("looks", [1, 2, 5])
def test_a_slow_creation_is_waited_for_and_not_repeated(
    resource: str, item: Record, path: str, what: str, looks: int, isolated: list[float]
) -> None:
    server = FakeServer()
    slow(server, path, looks)
    result = ensure_on(server, resource, item)
    assert (actions(result), result["summary"]["recovered"], result["changed"]) == (["created"], 1, True)
    assert server.writes == [("POST", path, item)]
    assert len(server.find(path, **item)) == 1
    assert isolated == [0.5, 1, 2, 4][: looks - 1]


@pytest.mark.parametrize(("resource", "item", "path", "what"), SLOW)
def test_a_creation_that_never_shows_is_told(
    resource: str, item: Record, path: str, what: str, isolated: list[float]
) -> None:
    server = FakeServer()
    server.before = [(f"POST {path}", lost)]
    result = ensure_on(server, resource, item)
    assert (actions(result), result["summary"]["recovered"]) == (["failed"], 0)
    assert result["outcomes"][0]["msg"] == (
        f"The answer to the creation of {what} was lost, and it may still be created: check, then run the task again."
    )
    assert (result["outcomes"][0]["changed"], result["changed"], result["diff"]) == (
        True,
        True,
        [],
    )  # for all one knows
    assert [call[:2] for call in server.writes] == [("POST", path)]
    assert sum(isolated) == server.connection.timeout


@pytest.mark.parametrize(
    ("resource", "item", "path"),
    [("user", {"login": "ann"}, "/users"), ("object", {"name": "Rack", "discovery_id": "d"}, "/objects")],
)
def test_a_creation_with_a_key_that_the_server_enforces_is_repeated(
    resource: str, item: Record, path: str, isolated: list[float]
) -> None:
    server = FakeServer(users=[BOB])
    server.before = [(f"POST {path}", lost)]
    result = ensure_on(server, resource, item)
    assert (actions(result), result["summary"]["recovered"], isolated) == (["created"], 1, [])
    assert [call[:2] for call in server.writes] == [("POST", path)] * 2


def test_a_repeated_creation_that_is_refused_because_the_first_was_late() -> None:
    server = FakeServer(users=[BOB])

    def late(request: Request) -> None:
        server.data["/users"].append({"id": "a1", "login": "ann", "email": "ann@example.org"})
        refused(400)(request)

    server.before = [("POST /users", lost), ("POST /users", late)]
    result = ensure_on(server, "user", {"login": "ann", "email": "ann@example.org"})
    assert (actions(result), result["outcomes"][0]["id"], result["summary"]["recovered"]) == (["created"], "a1", 1)
    server.before = [("POST /users", lost), ("POST /users", refused(400))]
    again = ensure_on(server, "user", {"login": "carl"})
    assert again["outcomes"][0]["msg"].startswith("POST /users answered 400: not today.")


@pytest.mark.parametrize("looks", [1, 3])
def test_a_slow_tag_is_waited_for(looks: int) -> None:
    server = FakeServer()
    slow(server, "/tags", looks)
    result = ensure_on(
        server, "object", {"name": "Site", "tags": ["new"]}, {"name": "Hall", "tags": ["new"]}, create_tags=True
    )
    assert (actions(result), result["summary"]["recovered"]) == (["created", "created"], 1)
    assert [path for _method, path, _body in server.writes] == ["/tags", "/objects", "/objects"]
    assert len(server.data["/tags"]) == 1


def test_a_tag_that_never_shows_is_told() -> None:
    server = FakeServer()
    server.before = [("POST /tags", lost)]
    result = ensure_on(server, "object", {"name": "Site", "tags": ["new"]}, {"name": "Hall"}, create_tags=True)
    assert (actions(result), result["changed"]) == (["failed", "created"], True)
    assert result["outcomes"][0]["msg"] == (
        "it refers to 'new', which could not be created: "
        "The answer to the creation of the tag 'new' was lost, and it "
        "may still be created: check, then run the task again."
    )


@pytest.mark.parametrize("looks", [1, 3, None])
def test_a_slow_property_is_waited_for_and_not_repeated(looks: int | None) -> None:
    """Whether the server minds two properties of one name is not known."""
    server = FakeServer(objects=[SITE, {**RACK, "properties": []}])
    path = f"/objects/{RACK['id']}/props"
    send, late = server.send, [looks]

    def late_send(request: Request, *, recover: bool = True) -> Answer:
        if late[0] and request.path == "/objects/search" and any(call[1] == path for call in server.journal):
            late[0] -= 1
            if late[0] == 0:
                server.one("/objects", name="Rack")["properties"].append(
                    {"id": "p9", "name": "a", "value": "x", "type_id": 1}
                )
        return send(request, recover=recover)

    server.send = late_send  # type: ignore[method-assign]
    server.before = [(f"POST {path}", lost)]
    result = ensure_on(
        server,
        "object",
        {"discovery_id": "cmdb-1", "properties": [{"name": "a", "value": "x"}, {"name": "b", "value": "y"}]},
    )
    names = [one["name"] for one in server.one("/objects", name="Rack")["properties"]]
    if looks:
        assert (actions(result), result["summary"]["recovered"], names) == (["updated"], 1, ["a", "b"])
    else:
        assert (actions(result), names) == (["failed"], [])
        assert "The answer to the creation of an entry of properties was lost" in result["msg"]
    assert [body["name"] for _method, _path, body in server.writes] == (["a", "b"] if looks else ["a"])


# --- another run that does the same at the same time ----------------------------------------------


def rival(server: FakeServer, path: str, record: Record) -> None:
    """Another run creates the same just before."""

    def make(_request: Request) -> None:
        server.data[path].append(dict(record))

    server.before.append((f"POST {path}", make))


@pytest.mark.parametrize(("other", "kept"), [("0" * 24, "0" * 24), ("f" * 24, "0" * 23 + "1")])
def test_of_two_groups_of_one_name_all_runs_keep_the_older(other: str, kept: str) -> None:
    server = FakeServer(users=[ANN])
    rival(server, "/user-groups", {"id": other, "name": "NOC", "permissions": ["a"]})
    result = ensure_on(server, "user_group", {"name": "NOC", "permissions": ["b"], "members": ["ann"]})
    assert (actions(result), result["outcomes"][0]["id"], "warnings" in result) == (["created"], kept, False)
    group = server.one("/user-groups", id=kept)
    assert group["permissions"] == ["b"]
    assert server.one("/users", login="ann")["group"] == [kept]
    assert len(server.data["/user-groups"]) == (1 if kept == other else 2)  # the other run deletes its own


@pytest.mark.parametrize(("other", "kept"), [("0" * 24, "0" * 24), ("f" * 24, "0" * 23 + "1")])
def test_of_two_tags_of_one_name_all_runs_keep_the_older(other: str, kept: str) -> None:
    server = FakeServer()
    rival(server, "/tags", {"id": other, "name": "new"})
    assert actions(ensure_on(server, "object", {"name": "Site", "tags": ["new"]}, create_tags=True)) == ["created"]
    assert server.one("/objects", name="Site")["tags"] == [kept]


def test_a_second_group_that_cannot_be_deleted_is_told() -> None:
    server = FakeServer()
    rival(server, "/user-groups", {"id": "0" * 24, "name": "NOC"})
    server.before.append(("DELETE .*", refused(403)))
    result = ensure_on(server, "user_group", {"name": "NOC"})
    own = "0" * 23 + "1"
    assert result["warnings"][0].startswith(
        f"Another run created the same user group at the same time; delete the one with the id {own}: DELETE"
    )


# --- a server that goes away ----------------------------------------------------------------------


@pytest.mark.parametrize("parallel", [1, 4])
def test_what_was_under_way_when_the_server_went_may_have_been_done(parallel: int) -> None:
    server = FakeServer()
    send, gone = server.send, threading.Event()

    def dying(request: Request, *, recover: bool = True) -> Answer:
        if gone.is_set():
            unreachable(request)
        if request.method == "POST" and request.body.get("name") == "o2":
            gone.set()
            lost(request)
        return send(request, recover=recover)

    server.send = dying  # type: ignore[method-assign]
    result = ensure_on(
        server,
        "object",
        *({"name": f"o{number}", "discovery_id": f"d{number}"} for number in range(20)),
        parallel=parallel,
    )
    outcomes = {outcome["name"]: outcome for outcome in result["outcomes"]}
    assert (outcomes["o2"]["action"], outcomes["o2"]["changed"]) == ("failed", True)
    assert outcomes["o2"]["msg"] == (
        "This may have been done: The answer got lost. Then the server could not "
        "be asked what became of it: The server cannot be reached."
    )
    made = {record["name"] for record in server.data["/objects"]} - {"ROOT"}
    assert {name for name, outcome in outcomes.items() if outcome["action"] == "created"} == made
    rest = [outcome for outcome in outcomes.values() if outcome["action"] == "skipped"]
    assert rest
    assert all((one["changed"], one["msg"]) == (False, "The server cannot be reached.") for one in rest)
    never_sent = [one for one in outcomes.values() if one["action"] == "failed" and one["name"] != "o2"]
    assert len(never_sent) < parallel
    assert [one["changed"] for one in never_sent] == [False] * len(never_sent)
    assert result["changed"] is True
    assert sum(result["summary"][word] for word in ("created", "failed", "skipped")) == 20
    assert len(result["diff"]) == len(made)


def test_a_single_item_that_may_have_been_done_is_no_unchanged_one() -> None:
    server = FakeServer(users=[ANN])

    def gone(_request: Request) -> None:
        server.get_list = lambda *_args, **_query: unreachable(_request)  # type: ignore[method-assign, assignment]
        lost(_request)

    server.before = [("PATCH .*", gone)]
    result = run_on(server, "saymon_user", {"login": "ann", "email": "new@example.org"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: ")


def test_what_went_away_while_an_answer_got_lost() -> None:
    """The item cannot be brought about any more; that concerns nobody else."""
    server = FakeServer(user_groups=[OPERATORS])

    def group_goes(_request: Request) -> None:
        server.data["/user-groups"].clear()
        lost(_request)

    server.before = [("POST /users", group_goes)]
    result = ensure_on(server, "user", {"login": "ann", "groups": ["Operators"]}, {"login": "bob"})
    assert actions(result) == ["failed", "created"]
    assert (
        result["outcomes"][0]["msg"]
        == "groups: there is no user group 'Operators': check the spelling, or create it first."
    )


@pytest.mark.parametrize(
    ("works", "sent", "said"),
    [
        (True, 1, None),  # the server has taken it over
        (False, 2, None),  # it has not, so once more
        (None, 1, "This may have been done: The answer got lost."),
    ],
)
def test_a_lost_password(monkeypatch: pytest.MonkeyPatch, works: bool | None, sent: int, said: str | None) -> None:
    """It is tried by a login, since a policy may refuse to set it a second time."""
    server = FakeServer(users=[ANN])
    server.before = [("PUT .*", lost)]
    tried: list[Any] = []

    def verify(_connection: Any, *who: str) -> bool | None:
        tried.append(who)
        return works

    monkeypatch.setattr(user_table, "verify_password", verify)
    result = run_on(server, "saymon_user", {"login": "ann", "password": "pass-phrase-2"})
    assert (result.get("msg"), result["changed"], tried) == (said, True, [("ann", "pass-phrase-2")])
    assert [method for method, _path, _body in server.writes] == ["PUT"] * sent
    assert said or (result["action"], result["recovered"]) == ("updated", True)


@pytest.mark.parametrize(("works", "sent"), [(True, 0), (False, 1), (None, 1)])
def test_a_password_that_came_with_a_lost_creation(
    monkeypatch: pytest.MonkeyPatch, works: bool | None, sent: int
) -> None:
    server = FakeServer(users=[BOB])
    server.after = [("POST /users", lost)]
    monkeypatch.setattr(user_table, "verify_password", lambda *_who: works)
    assert run_on(server, "saymon_user", {"login": "ann", "password": "pass-phrase-2"})["action"] == "created"
    assert [method for method, _path, _body in server.writes] == ["POST", *["PUT"] * sent]


def test_a_deletion_that_got_lost_is_still_told() -> None:
    server = FakeServer(users=[BOB], user_groups=[OPERATORS])
    server.after = [("DELETE .*", lost)]
    result = ensure_on(server, "user_group", {"name": "Operators", "state": "absent"})
    assert (actions(result), result["outcomes"][0]["id"], result["dangling_members"]) == (
        ["deleted"],
        OPERATORS["id"],
        ["bob"],
    )


def test_answers_that_stay_lost_are_an_error() -> None:
    server = FakeServer(users=[ANN])
    server.before = [("PATCH .*", lost)] * 9
    result = ensure_on(server, "user", {"login": "ann", "email": "ann@example.org"}, {"login": "bob"})
    assert actions(result) == ["failed", "created"]
    assert (result["outcomes"][0]["msg"], result["outcomes"][0]["changed"]) == (
        "This may have been done: The answer got lost.",
        True,
    )
    assert 2 <= sum(method == "PATCH" for method, _path, _body in server.writes) <= 5


def test_an_answer_without_an_id_is_a_lost_one() -> None:
    server = FakeServer()
    send = server.send

    def silent(request: Request, *, recover: bool = True) -> Answer:
        answer = send(request, recover=recover)
        answer.data = answer.data if request.reads else None
        return answer

    server.send = silent  # type: ignore[method-assign]
    result = ensure_on(server, "object", {"name": "Rack", "parents": ["Site"]}, {"name": "Site"})
    assert (actions(result), result["summary"]["recovered"]) == (["created", "created"], 2)
    assert names(server) == {"ROOT": [], "Site": ["ROOT"], "Rack": ["Site"]}


# --- single calls ---------------------------------------------------------------------------------


def test_the_call_that_creates_is_remembered() -> None:
    server = FakeServer()
    server.deaf = {"POST /password-policies"}
    result = ensure_on(server, "password_policy", *({"name": f"p{number}", "length": 8} for number in range(3)))
    assert actions(result) == ["created"] * 3
    assert [(method, path) for method, path, _body in server.writes] == [
        ("POST", "/password-policies"),
        *[("PATCH", "/password-policies/")] * 3,
    ]


def test_a_server_that_cannot_create_says_so() -> None:
    server = FakeServer()
    server.deaf = {"POST /password-policies", "PATCH /password-policies/"}
    result = ensure_on(server, "password_policy", {"name": "p"}, {"name": "q"})
    assert actions(result) == ["failed", "failed"]
    assert "PATCH /password-policies/ answered 405 MethodNotAllowed" in result["outcomes"][0]["msg"]


def test_a_refused_creation_is_not_tried_in_another_way() -> None:
    server = FakeServer()
    server.before = [("POST /password-policies", refused(403))]
    assert actions(ensure_on(server, "password_policy", {"name": "p"})) == ["failed"]
    assert len(server.writes) == 1


def test_an_upsert_that_keeps_something_gets_one_patch() -> None:
    """Another run made the object a moment before: the creation answers with that one."""
    server = FakeServer()
    make = server._make

    def upsert(path: str, body: Record) -> Record:
        return make(
            path, {**body, "weight": 1, "client_data": '{"a":1}', "background": "sky", "parent_id": [SITE["id"]]}
        )

    server._make = upsert  # type: ignore[method-assign]
    server.data["/objects"].append(dict(SITE))
    item = {
        "name": "Rack",
        "discovery_id": "r",
        "weight": 5,
        "client_data": {"b": 2},
        "background": "sky",
        "parents": ["/ROOT/Site"],
    }
    result = ensure_on(server, "object", item)
    assert actions(result) == ["created"]
    (_post, patch) = server.writes
    assert patch[:2] == ("PATCH", f"/objects/{result['outcomes'][0]['id']}")
    assert patch[2].keys() == {"weight", "client_data"}
    assert (patch[2]["weight"], json.loads(patch[2]["client_data"])) == (5, {"a": 1, "b": 2})


@pytest.mark.parametrize("append", [True, False])
def test_an_upsert_that_keeps_properties_gets_their_calls(append: bool) -> None:
    server = FakeServer()
    make = server._make
    kept = [{"name": "a", "value": "old", "type_id": 1}, {"name": "b", "value": "other", "type_id": 1}]
    server._make = lambda path, body: make(path, {**body, "properties": kept})  # type: ignore[method-assign]
    pairs = [{"name": "a", "value": "new"}, {"name": "c", "value": "more"}]
    item = {"name": "Rack", "properties": pairs, "append_properties": append}
    assert actions(ensure_on(server, "object", item)) == ["created"]
    values = {one["name"]: one["value"] for one in server.one("/objects", name="Rack")["properties"]}
    assert values == {"a": "new", "c": "more", **({"b": "other"} if append else {})}
    assert ensure_on(server, "object", item)["changed"] is False


def test_what_the_server_puts_where_nothing_is_wanted_is_taken_away() -> None:
    server = FakeServer()
    make = server._make
    server._make = lambda path, body: make(path, {"displayName": "an*", "contacts": ["x"], **body})  # type: ignore[method-assign]
    item = {"login": "ann", "display_name": "", "contacts": []}
    assert actions(ensure_on(server, "user", item)) == ["created"]
    assert [(method, body) for method, _path, body in server.writes] == [
        ("POST", {"login": "ann"}),
        ("PATCH", {"displayName": "", "contacts": []}),
    ]
    assert ensure_on(server, "user", item)["changed"] is False


def test_absent_below_what_is_not_there_stands_in_no_lists_way() -> None:
    server = FakeServer(objects=[SITE, RACK])
    gone = {"name": "Old", "parents": ["/ROOT/Nowhere"], "state": "absent"}
    assert actions(ensure_on(server, "object", gone, {"name": "New"})) == ["unchanged", "created"]
    below = {"name": "Rack", "parents": ["Site"], "state": "absent"}
    assert actions(ensure_on(server, "object", below, {"name": "Site", "parents": ["/ROOT"], "state": "absent"})) == [
        "deleted",
        "deleted",
    ]


def test_absent_below_a_name_that_another_item_takes_too() -> None:
    server = FakeServer(objects=[{**SITE, "discovery_id": "d1"}, RACK])
    items = [{"name": "Rack", "parents": ["/Site"], "state": "absent"}, {"name": "Site", "discovery_id": "d2"}]
    assert "objects[0] (Rack): '/Site' would mean something else after this list" in refuses(server, "object", *items)


def test_an_item_must_be_found_again_after_the_list() -> None:
    """Another object gets the same name and place, and can be told apart only by a key that the first item does not
    give."""
    server = FakeServer(
        objects=[SITE, RACK, {"id": "x", "name": "Site", "discovery_id": "d", "parent_id": [RACK["id"]]}]
    )
    message = refuses(
        server, "object", {"name": "Site", "weight": 2}, {"name": "Site", "discovery_id": "d", "parents": ["/ROOT"]}
    )
    assert "objects[0] (Site): this list would leave several objects with this name (ids 64" in message


def test_a_nested_record_is_sent_whole() -> None:
    permissions = {"include": [1, "gone"], "exclude": ["x"], "unknown": True}
    server = FakeServer(user_groups=[{**OPERATORS, "objectPermissions": permissions}], objects=[SITE])
    ensure_on(server, "user_group", {"name": "Operators", "object_exclude": ["Site"]})
    body = {"objectPermissions": {"include": [1, "gone"], "exclude": [SITE["id"]], "unknown": True}}
    assert server.writes == [("PATCH", f"/user-groups/{OPERATORS['id']}", body)]
    server.journal.clear()
    ensure_on(
        server,
        "user_group",
        {"name": "Operators", "object_include": ["/ROOT"], "object_exclude": ["/ROOT"], "append_objects": True},
    )
    body = {"objectPermissions": {"include": [1, "gone"], "exclude": [1, SITE["id"]], "unknown": True}}
    assert server.writes == [("PATCH", f"/user-groups/{OPERATORS['id']}", body)]


def test_gone_already_is_deleted() -> None:
    server = FakeServer(users=[ANN])
    server.before = [("DELETE .*", refused(404))]
    assert actions(ensure_on(server, "user", {"login": "ann", "state": "absent"})) == ["deleted"]


def test_a_rename_onto_another_item_is_refused() -> None:
    server = FakeServer(user_groups=[OPERATORS, ENGINEERS])
    message = refuses(server, "user_group", {"id": OPERATORS["id"], "name": "Engineers"})
    assert "Engineers" in message


# --- cost -----------------------------------------------------------------------------------------


def test_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    server = FakeServer(objects=[SITE])
    items = [{"name": "Site"}, *({"name": f"o{number}"} for number in range(3))]
    monkeypatch.setattr(engine_file, "Progress", partial(Progress, clock=itertools.count(0, 10).__next__))
    assert "said" not in ensure_on(server, "object", *items, check=True)
    assert ensure_on(server, "object", *items)["said"] == [
        "objects: 1 of 3 changes done, 0.1 a second, about 20 s left",
        "objects: 2 of 3 changes done, 0.1 a second, about 10 s left",
    ]


@pytest.mark.parametrize("count", [1, 60])
def test_reads_do_not_grow_with_the_list(count: int) -> None:
    site = {**SITE, "tags": []}
    server = FakeServer(
        user_groups=[OPERATORS, ENGINEERS], users=[ANN], objects=[site], tags=[{"id": "t1", "name": "hot"}]
    )
    users = [
        {"login": f"u{n}", "groups": ["Operators", "Engineers"], "object_include": ["Site", "/ROOT"]}
        for n in range(count)
    ]
    ensure_on(server, "user", *users)
    # Two different references to objects, however many users make them, are searched for.
    assert sorted(server.reads) == ["/objects/search", "/user-groups", "/users"]
    server.journal.clear()
    ensure_on(
        server,
        "user_group",
        *({"name": f"g{n}", "members": [f"u{n}"], "object_exclude": ["Site"]} for n in range(count)),
    )
    # The second look is for groups that another run may have created at the same time.
    assert sorted(server.reads) == ["/objects/search", "/user-groups", "/user-groups", "/users"]
    server.journal.clear()
    ensure_on(server, "object", *({"name": f"o{n}", "parents": ["/Site"], "tags": ["hot"]} for n in range(count)))
    assert sorted(server.reads) == ["/objects/search" if count <= FEW else "/objects", "/tags"]


def test_parallel_writes_overlap_and_keep_the_order_of_outcomes() -> None:
    server = FakeServer()
    meet = threading.Barrier(4, timeout=10)
    send = server.send

    def together(request: Request, *, recover: bool = True) -> Answer:
        if request.method == "POST":
            meet.wait()  # passes only if four requests are under way at once
        return send(request, recover=recover)

    server.send = together  # type: ignore[method-assign]
    result = ensure_on(server, "user", *({"login": f"u{number}"} for number in range(8)), parallel=4)
    assert [outcome["login"] for outcome in result["outcomes"]] == [f"u{number}" for number in range(8)]
    assert actions(result) == ["created"] * 8


def test_parallel_groups_do_not_lose_members() -> None:
    """Two groups get the same member at once: whichever call comes last must hold both."""
    server = FakeServer(users=[ANN], user_groups=[OPERATORS, ENGINEERS])
    send = server.send
    first, later = threading.Event(), threading.Event()

    def turned_round(request: Request, *, recover: bool = True) -> Answer:
        if request.method == "PATCH" and not first.is_set():
            first.set()
            later.wait(0.2)  # as if it were slow on the way; it waits in vain if the other group keeps its turn
            return send(request, recover=recover)
        answer = send(request, recover=recover)
        if request.method == "PATCH":
            later.set()
        return answer

    server.send = turned_round  # type: ignore[method-assign]
    ensure_on(
        server,
        "user_group",
        {"name": "Operators", "members": ["ann"]},
        {"name": "Engineers", "members": ["ann"]},
        parallel=2,
    )
    assert sorted(server.one("/users", login="ann")["group"]) == [OPERATORS["id"], ENGINEERS["id"]]


def test_ten_thousand_items_take_no_quadratic_time() -> None:
    """Counted, not measured: how often a record is looked at."""
    looks = 0

    class Watched(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            nonlocal looks
            looks += 1
            return super().get(key, default)

    def cost(count: int) -> int:
        nonlocal looks
        looks = 0
        server = FakeServer()
        users = [Watched(id=f"u{n}", login=f"u{n}", group=[f"g{n // 10}"]) for n in range(count)]
        groups = [Watched(id=f"g{n}", name=f"group {n}") for n in range(count // 10)]
        objects = [
            Watched(id=1, name="ROOT"),
            *(Watched(id=f"o{n}", name=f"o{n}", parent_id=[1]) for n in range(count)),
        ]
        lists = {"/users": users, "/user-groups": groups, "/objects": objects}
        server.get_list = lambda path, **query: lists[path]  # type: ignore[assignment, method-assign]
        wanted = [{"name": f"group {n}", "members": [f"u{10 * n + k}" for k in range(10)]} for n in range(count // 10)]
        assert ensure_on(server, "user_group", *wanted, check=True)["changed"] is False
        below = [{"name": f"new{n}", "parents": [f"o{n}"]} for n in range(count)]
        assert ensure_on(server, "object", *below, check=True)["summary"]["created"] == count
        assert ensure_on(server, "object", *({"name": f"o{n}", "state": "absent"} for n in range(count)), check=True)[
            "changed"
        ]
        return looks

    assert cost(400) < 6 * cost(100)


# --- anything goes --------------------------------------------------------------------------------

NAMES = [f"n{number}" for number in range(5)]
FATES = [None, None, None, ("before", lost), ("after", lost), ("before", refused(500)), ("after", refused(500))]


@st.composite
def _forests(draw: st.DrawFn) -> list[Record]:
    """Objects below each other, in any order, some with properties, each with a key of its own."""
    items = []
    for number, name in enumerate(NAMES):
        item: Record = {"name": name, "discovery_id": f"d-{name}", "weight": draw(st.integers(1, 3))}
        ups = draw(st.sets(st.sampled_from(["/ROOT", *(f"{up}" for up in NAMES[:number])]), min_size=1, max_size=2))
        item["parents"] = draw(st.permutations(sorted(ups)))
        if draw(st.booleans()):
            item["properties"] = [
                {"name": key, "value": draw(st.sampled_from("xyz"))} for key in draw(st.sets(st.sampled_from("ab")))
            ]
            item["append_properties"] = False
        items.append(item)
    return draw(st.permutations(items))


@pytest.mark.slow
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(
    first=_forests(),
    second=_forests(),
    fates=st.lists(st.sampled_from(FATES), max_size=6),
    parallel=st.sampled_from([1, 3]),
)
def test_any_state_is_reached_and_then_kept(
    first: list[Record], second: list[Record], fates: list[Any], parallel: int
) -> None:
    """From one tree to another, with lost and refused calls on the way: no duplicates, check mode is right, and
    then there is nothing more to do."""
    server = FakeServer()
    assert actions(ensure_on(server, "object", *first)) == ["created"] * len(NAMES)
    predicted = ensure_on(server, "object", *second, check=True)
    for where, fault in (fate for fate in fates if fate):
        getattr(server, where).append((".*", fault))
    result = ensure_on(server, "object", *second, parallel=parallel)
    if result.get("failed"):
        assert all(entry in predicted["diff"] for entry in result["diff"])
    else:
        assert (actions(result), result["diff"]) == (actions(predicted), predicted["diff"])
    server.before, server.after = [], []
    ensure_on(server, "object", *second)
    server.journal.clear()
    last = ensure_on(server, "object", *second)
    assert (last["changed"], last["diff"], server.writes) == (False, [], [])
    wanted = {item["name"]: sorted("ROOT" if up == "/ROOT" else up for up in item["parents"]) for item in second}
    assert names(server) == {"ROOT": [], **wanted}
    assert len(server.data["/objects"]) == len(NAMES) + 1
    for item in second:
        record = server.one("/objects", name=item["name"])
        assert record.get("weight", 1) == item["weight"]
        if "properties" in item:
            assert sorted((one["name"], one["value"]) for one in record["properties"]) == sorted(
                (one["name"], one["value"]) for one in item["properties"]
            )
