# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state.reader import FEW
from ansible_collections.saymon.platform.tests.unit import support
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module

NAME = "saymon_object"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
SITE: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e00", "name": "Site", "parent_id": [1]}
RACK: dict[str, Any] = {
    "id": "64b1f0c2a9d3e45f6a7b8e01",
    "name": "Rack",
    "parent_id": [SITE["id"]],
    "discovery_id": "cmdb-1",
}
BOARD: dict[str, Any] = {"id": "64b1f0c2a9d3e45f6a7b8e02", "name": "Board", "parent_id": [RACK["id"], SITE["id"]]}
ALL = [ROOT, SITE, RACK, BOARD]
CLASSES: list[dict[str, Any]] = [{"id": 3, "name": "Host"}, {"id": "64b1f0c2a9d3e45f6a7b8aaa", "name": "Pump"}]
TAGS: list[dict[str, Any]] = [
    {"id": "64b1f0c2a9d3e45f6a7b8f01", "name": "hot"},
    {"id": "64b1f0c2a9d3e45f6a7b8f02", "name": "cold"},
]
LIST_CLASSES, LIST_TAGS = ("GET", "/classes", 200, CLASSES), ("GET", "/tags", 200, TAGS)
RACKS = f"/objects/{RACK['id']}"
PROPERTIES = [
    {"id": "p1", "name": "Owner", "value": "ann", "type_id": 1},
    {"id": "p2", "name": "Slot", "value": "4", "type_id": "3", "owner_type": 1},
    {"id": "p3", "name": "Manual", "value": "https://example.org/m", "type_id": 6},
    {"id": "p4", "name": "Probe", "value": "{}", "type_id": 8},
]
FULL_RACK: dict[str, Any] = {
    **RACK,
    "class_id": 3,
    "tags": [{"id": TAGS[0]["id"], "name": "hot"}],
    "weight": "2.0",
    "geoposition": [37.5, 55],
    "client_data": '{"widgets":[1],"nonPinnedSections":{"a":true}}',
    "properties": PROPERTIES,
}


def listed(*records: Any, more: str = "") -> Exchange:
    """The list call, with the fields that are always needed and those of the options in use."""
    fields = sorted({"name", "parent_id", "discovery_id", *more.split()})
    return Exchange("GET", f"/objects?fields={','.join(fields)}", 200, list(records or ALL))


def search(*words: Any, **keywords: Any) -> Exchange:
    return support.search(*words, **{"among": ALL, **keywords})


FIELDS = "class_id tags weight geoposition client_data properties"
SAME: dict[str, Any] = {
    "discovery_id": "cmdb-1",
    "name": "Rack",
    "parents": ["/ROOT/Site"],
    "class": "Host",
    "tags": ["hot"],
    "weight": 2,
    "geoposition": ["37.5", 55.0],
    "client_data": {"nonPinnedSections": {"a": True}},
    "properties": [{"name": "Slot", "value": 4}, {"name": "Owner", "value": "ann", "type": "info"}],
}


@pytest.mark.parametrize("check", [False, True])
def test_no_change(script: Script, check: bool) -> None:
    among = [ROOT, SITE, FULL_RACK]
    script(search("discovery_id", "cmdb-1", among=among, data=True))
    script(search("name", "ROOT", "ROOT/Site", "Site", among=among, data=True), LIST_CLASSES, LIST_TAGS)
    assert run_module(NAME, SAME, check=check) == {
        "changed": False,
        "diff": [],
        "object": FULL_RACK,
        "action": "unchanged",
        "recovered": False,
    }


@pytest.mark.parametrize("check", [False, True])
def test_change(script: Script, check: bool) -> None:
    data = {"widgets": [1], "nonPinnedSections": {"a": False}, "showArrow": True}
    body = {"parent_id": [1], "weight": 3, "client_data": json.dumps(data)}
    # A move needs to know what stands around, which takes the whole list.
    script(search("discovery_id", "cmdb-1", among=[FULL_RACK], data=True), search("name", "ROOT", data=True))
    script(listed(ROOT, SITE, FULL_RACK, more="weight client_data properties"))
    if not check:
        script(
            ("PATCH", RACKS, 200, {**FULL_RACK, **body}, body),
            # in the order of the server, new ones last
            ("PATCH", f"{RACKS}/props/p1", 200, {}, {"value": "bob", "type_id": 101}),
            ("PATCH", f"{RACKS}/props/p2", 200, {}, {"value": "5"}),
            ("POST", f"{RACKS}/props", 200, {"id": "p5"}, {"name": "Row", "value": "7", "type_id": 2}),
        )
    args = {
        "discovery_id": "cmdb-1",
        "parents": ["/ROOT"],
        "weight": 3,
        "client_data": {"nonPinnedSections": {"a": False}, "showArrow": True},
        "properties": [
            {"name": "Row", "value": 7, "type": "readonly"},
            {"name": "Slot", "value": "5"},
            {"name": "Owner", "value": "bob", "type": "101"},
        ],
    }
    result = run_module(NAME, args, check=check)
    assert (result["changed"], result["action"]) == (True, "updated")
    before, after = result["diff"][0]["before"], result["diff"][0]["after"]
    assert before["parents"] == ["/ROOT/Site"]
    assert after["parents"] == ["/ROOT"]
    assert (before["weight"], after["weight"]) == (2, 3)
    assert after["client_data"] == data
    assert after["properties"] == {
        "Owner": "bob (101)",
        "Slot": "5 (readwrite)",
        "Manual": "https://example.org/m (document)",
        "Probe": "{} (service)",
        "Row": "7 (readonly)",
    }
    assert {(one["name"], one["value"]) for one in result["object"]["properties"]} >= {
        ("Row", "7"),
        ("Slot", "5"),
        ("Owner", "bob"),
    }


@pytest.mark.parametrize("check", [False, True])
def test_create(script: Script, check: bool) -> None:
    body: dict[str, Any] = {
        "name": "Pump 1",
        "discovery_id": "cmdb-9",
        "parent_id": [1, SITE["id"]],
        "class_id": 3,
        "tags": [TAGS[0]["id"], TAGS[1]["id"]],
        "geoposition": [1, -2.5],
        "client_data": '{"a": 1}',
        "properties": [{"name": "Owner", "type_id": 1, "value": "ann"}],
    }
    among = [{**record, "tags": [], "geoposition": []} for record in ALL]
    script(search("discovery_id", "cmdb-9", data=True), search("id", 1, "1", among=among, data=True))
    script(search("name", "Pump 1", "Site", among=among, data=True), LIST_CLASSES, LIST_TAGS)
    if not check:
        script(("POST", "/objects", 200, {"id": "new1", **body, "state_id": 1, "parent_id": ["1", SITE["id"]]}, body))
    args = {
        "name": "Pump 1",
        "discovery_id": "cmdb-9",
        "parents": ["Site", 1],
        "class": "host",
        "tags": ["hot", "cold"],
        "geoposition": [1, -2.5],
        "client_data": {"a": 1},
        "weight": 1,
        "properties": [{"name": "Owner", "value": "ann"}],
    }
    result = run_module(NAME, args, check=check)
    assert (result["changed"], result["action"], result["object"].get("id")) == (
        True,
        "created",
        None if check else "new1",
    )
    assert result["diff"] == [
        {
            "before_header": "object Pump 1",
            "after_header": "object Pump 1",
            "before": {"state": "absent"},
            "after": {
                "state": "present",
                "name": "Pump 1",
                "discovery_id": "cmdb-9",
                "parents": ["/ROOT", "/ROOT/Site"],
                "class": "Host",
                "tags": ["cold", "hot"],
                "geoposition": [1, -2.5],
                "client_data": {"a": 1},
                "properties": {"Owner": "ann"},
            },
        }
    ]


@pytest.mark.parametrize("check", [False, True])
def test_delete(script: Script, check: bool) -> None:
    script(search("name", "Board", "ROOT", "Rack"), listed())
    if not check:
        script(("DELETE", f"/objects/{BOARD['id']}", 204))
    result = run_module(NAME, {"name": "Board", "parents": ["Rack"], "state": "absent"}, check=check)
    assert (result["action"], result["object"], result["diff"][0]["after"]) == ("deleted", {}, {"state": "absent"})


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ({"name": "Gone"}, [search("name", "Gone", "ROOT")]),
        ({"discovery_id": "gone"}, [search("discovery_id", "gone")]),
        ({"id": "gone"}, [search("id", "gone")]),
        ({"name": "Rack", "parents": ["/ROOT"]}, [search("name", "ROOT", "Rack")]),
        ({"path": "/ROOT/Rack"}, [search("name", "ROOT", "Rack")]),
        ({"name": "/Rack"}, [search("name", "ROOT", "Rack")]),
        # Nothing of that exact name: it may exist in another spelling, which only the list shows.
        (
            {"name": "Board", "parents": ["/ROOT/Gone"]},
            [search("name", "Board", "Gone", "ROOT", "ROOT/Gone"), listed()],
        ),
    ],
)
def test_absent_already(script: Script, check: bool, who: dict[str, Any], reads: list[Any]) -> None:
    script(*reads)
    result = run_module(NAME, {**who, "state": "absent"}, check=check)
    assert result == {"changed": False, "diff": [], "object": {}, "action": "unchanged", "recovered": False}


@pytest.mark.parametrize("check", [False, True])
def test_list(script: Script, check: bool) -> None:
    script(
        search("discovery_id", "cmdb-1"),
        search("id", BOARD["id"]),
        search("name", "Hall", "ROOT", "ROOT/Hall", "Row", "Site"),
    )
    script(LIST_TAGS, listed(more="weight tags"))
    if not check:
        script(
            ("POST", "/tags", 200, {"id": "t9", "name": "wet"}, {"name": "wet"}),
            LIST_TAGS,  # did another run create the same one?
            ("PATCH", RACKS, 200, {}, {"weight": 4}),
            ("DELETE", f"/objects/{BOARD['id']}", 200),
            ("POST", "/objects", 200, {"id": "new1", "name": "Hall", "parent_id": [1]}, {"name": "Hall"}),
            (
                "POST",
                "/objects",
                200,
                {"id": "new2", "name": "Row"},
                {"name": "Row", "parent_id": ["new1"], "tags": ["t9"]},
            ),
        )
    objects = [
        {"name": "Row", "parents": ["/ROOT/Hall"], "tags": ["wet"], "create_tags": True},
        {"discovery_id": "cmdb-1", "weight": 4},
        {"name": "Site"},
        {"id": BOARD["id"], "state": "absent"},
        {"name": "Hall", "weight": 1},
    ]
    result = run_module(NAME, {"objects": objects, "outcomes": "all"}, check=check)
    assert [(one["name"], one["action"], one["id"]) for one in result["outcomes"]] == [
        ("Row", "created", None if check else "new2"),
        ("Rack", "updated", RACK["id"]),
        ("Site", "unchanged", SITE["id"]),
        ("Board", "deleted", BOARD["id"]),
        ("Hall", "created", None if check else "new1"),
    ]
    assert result["diff"][0]["after"] == {"state": "present", "name": "Row", "parents": ["/ROOT/Hall"], "tags": ["wet"]}


@pytest.mark.parametrize("check", [False, True])
def test_list_without_change(script: Script, check: bool) -> None:
    among = [ROOT, SITE, FULL_RACK, BOARD]
    script(search("discovery_id", "cmdb-1", among=among, data=True))
    script(search("name", "Board", "ROOT", "ROOT/Site", "Site", among=among, data=True), LIST_CLASSES, LIST_TAGS)
    objects = [SAME, {"name": "Site"}, {"name": "Board", "parents": ["Site"], "append_parents": True}]
    result = run_module(NAME, {"objects": objects}, check=check)
    assert (result["changed"], result["diff"], result["summary"]["unchanged"]) == (False, [], 3)


# --- older servers --------------------------------------------------------------------------------

OLD = [
    {"id": 1, "name": "ROOT"},
    {**SITE, "parent_id": "1"},
    {**RACK, "parent_id": SITE["id"]},
    {**BOARD, "parent_id": RACK["id"]},
]


@pytest.mark.parametrize("check", [False, True])
def test_one_parent_is_a_list_of_one(script: Script, check: bool) -> None:
    script(search("name", "Board", "ROOT", "ROOT/Site", "Rack", "Site", among=OLD))
    objects = [{"name": "Rack", "parents": ["/ROOT/Site"]}, {"name": "Board", "parents": ["Rack"]}]
    assert run_module(NAME, {"objects": objects}, check=check)["changed"] is False


def test_one_parent_is_written_as_the_server_keeps_it(script: Script) -> None:
    script(search("discovery_id", "cmdb-1", among=OLD), search("name", "Fan", "ROOT", "Rack", among=OLD), listed(*OLD))
    script(
        ("PATCH", RACKS, 200, {}, {"parent_id": 1}),
        (
            "POST",
            "/objects",
            200,
            {"id": "new1", "name": "Fan", "parent_id": RACK["id"]},
            {"name": "Fan", "parent_id": RACK["id"]},
        ),
    )
    objects = [{"discovery_id": "cmdb-1", "parents": ["/ROOT"]}, {"name": "Fan", "parents": ["Rack"]}]
    assert run_module(NAME, {"objects": objects})["changed"] is True


def test_two_parents_do_not_fit(script: Script) -> None:
    script(search("discovery_id", "cmdb-1", among=OLD), search("name", "ROOT", among=OLD), listed(*OLD))
    result = run_module(NAME, {"discovery_id": "cmdb-1", "parents": ["/ROOT"], "append_parents": True})
    assert result["msg"] == "parents: this older server holds only one value here: give one."


# --- finding --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ({"name": "Site"}, SITE),
        ({"name": "Site", "parents": ["/"]}, SITE),
        ({"name": "Site", "parents": ["/root"]}, SITE),
        ({"name": "Site", "parents": [1]}, SITE),
        ({"discovery_id": "cmdb-1"}, RACK),
        ({"name": "Rack", "parents": ["site"]}, RACK),
        ({"name": "Rack", "parents": ["Site"], "discovery_id": "cmdb-1"}, RACK),
        ({"name": "Board", "parents": ["/Site", "/ROOT/Site/Rack/"]}, BOARD),
        ({"name": "Board", "parents": ["/Site"], "append_parents": True}, BOARD),
        ({"id": BOARD["id"]}, BOARD),
        ({"id": "1"}, ROOT),
    ],
)
@pytest.mark.parametrize("deaf", [set(), {"POST /objects/search"}], ids=["by search", "by list"])
def test_found(deaf: set[str], who: dict[str, Any], found: dict[str, Any]) -> None:
    server = FakeServer(objects=[SITE, RACK, BOARD])
    server.deaf = deaf
    result = run_on(server, NAME, who)
    assert (result["changed"], result["object"]["id"]) == (False, found["id"])


SITE_ID = SITE["id"]


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ({"discovery_id": "cmdb-1"}, [search("discovery_id", "cmdb-1")]),
        ({"id": BOARD["id"]}, [search("id", BOARD["id"])]),
        ({"id": "1"}, [search("id", 1, "1")]),
        ({"name": "Site"}, [search("name", "ROOT", "Site")]),
        ({"name": "Site", "parents": ["/"]}, [search("name", "ROOT", "Site")]),
        ({"name": "Site", "parents": [1]}, [search("id", 1, "1"), search("name", "Site")]),
        ({"name": "Rack", "parents": [SITE_ID]}, [search("id", SITE_ID), search("name", "ROOT", "Rack")]),
        ({"name": "Rack", "parents": ["site"]}, [search("name", "ROOT", "Rack", "site"), listed()]),
        ({"name": "Rack", "parents": ["ROOT/Site"]}, [search("name", "ROOT", "ROOT/Site", "Rack", "Site")]),
        # Who may not search, and a server that does not know the call.
        ({"name": "Site"}, [replace(search("name", "ROOT", "Site"), status=403, data={"code": "Forbidden"}), listed()]),
        (
            {"name": "Site"},
            [replace(search("name", "ROOT", "Site"), status=405, data={"code": "MethodNotAllowed"}), listed()],
        ),
        # A server that ignores what it is asked for.
        ({"discovery_id": "cmdb-1"}, [replace(search("discovery_id", "cmdb-1"), data=ALL)]),
        # The root has another name, or cannot be seen.
        ({"name": "Site"}, [search("name", "ROOT", "Site", among=ALL[1:]), search("id", 1, "1")]),
        (
            {"name": "Site"},
            [search("name", "ROOT", "Site", among=ALL[1:]), search("id", 1, "1", among=[]), listed(*ALL[1:])],
        ),
    ],
)
def test_what_is_read_for_one_object(script: Script, who: dict[str, Any], reads: list[Any]) -> None:
    script(*reads)
    assert run_module(NAME, who)["changed"] is False


def test_a_few_objects_are_searched_for_and_many_are_listed() -> None:
    for count in (FEW, FEW + 1):
        server = FakeServer(objects=[{"id": f"o{n}", "name": f"o{n}", "parent_id": [1]} for n in range(50)])
        assert run_on(server, NAME, {"objects": [{"name": f"o{n}"} for n in range(count)]})["changed"] is False
        assert server.reads == ["/objects/search" if count == FEW else "/objects"]


def test_a_path_that_could_be_made_of_too_many_names_takes_the_list() -> None:
    server = FakeServer(objects=[SITE])
    run_on(server, NAME, {"name": "X", "parents": ["/" + "/".join(f"s{n}" for n in range(30))], "state": "absent"})
    assert server.reads == ["/objects"]


def test_names_of_what_is_taken_away_are_read_for_the_diff() -> None:
    """They are not among what the task refers to."""
    group = {"id": "g1", "name": "NOC", "objectPermissions": {"include": [RACK["id"], BOARD["id"]], "exclude": []}}
    server = FakeServer(objects=[SITE, RACK, BOARD], user_groups=[group])
    result = run_on(server, "saymon_user_group", {"name": "NOC", "object_include": ["/ROOT/Site"]})
    assert result["diff"][0]["before"] == {"object_include": ["Board", "Rack"]}
    assert server.reads == ["/objects/search", "/user-groups", "/objects/search"]


def test_an_orphan_is_not_the_root() -> None:
    server = FakeServer(objects=[SITE])
    server.data["/objects"].insert(0, {"id": "o1", "name": "Orphan"})
    assert run_on(server, NAME, {"name": "Site"})["changed"] is False
    assert "is the root object" in run_on(server, NAME, {"id": "1", "state": "absent", "recursive": True})["msg"]


def test_a_hidden_root_is_still_the_root() -> None:
    """Accounts with limited access do not see it, and what they see names it as parent."""
    server = FakeServer(objects=[SITE])
    del server.data["/objects"][0]
    objects = [{"name": "Site"}, {"name": "Fan", "parents": ["/ROOT/Site"]}, {"name": "New"}]
    result = run_on(server, NAME, {"objects": objects, "outcomes": "all"})
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged", "created", "created"]
    assert server.one("/objects", name="Fan")["parent_id"] == [SITE["id"]]
    assert run_on(server, NAME, {"objects": objects})["changed"] is False
    assert "there is no object '/ROOT'" in run_on(server, NAME, {"name": "X", "parents": ["/ROOT"]})["msg"]


def test_rename(script: Script) -> None:
    script(
        search("id", SITE["id"]),
        listed(),
        ("PATCH", f"/objects/{SITE['id']}", 200, {**SITE, "name": "Plant"}, {"name": "Plant"}),
    )
    assert run_module(NAME, {"id": SITE["id"], "name": "Plant"})["object"]["name"] == "Plant"


def test_rename_by_discovery_id(script: Script) -> None:
    script(
        search("discovery_id", "cmdb-1"),
        listed(),
        ("PATCH", RACKS, 200, {**RACK, "name": "Rack 2"}, {"name": "Rack 2"}),
    )
    assert run_module(NAME, {"discovery_id": "cmdb-1", "name": "Rack 2"})["object"]["name"] == "Rack 2"


# --- guards ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "said"),
    [
        (
            {"name": "Site", "state": "absent"},
            "'Site' has children (2), which would be deleted with it: set recursive to delete them too.",
        ),
        (
            {"objects": [{"name": "New"}, {"discovery_id": "cmdb-1", "state": "absent"}]},
            "objects[1] (cmdb-1): 'Rack' has children (1), "
            "which would be deleted with it: set recursive to delete them too.",
        ),
        ({"id": "1", "state": "absent"}, "'ROOT' is the root object, which cannot be deleted: name one below it."),
        (
            {"id": "1", "state": "absent", "recursive": True},
            "'ROOT' is the root object, which cannot be deleted: name one below it.",
        ),
        ({"discovery_id": "cmdb-7"}, "there is no object 'cmdb-7', and none can be created without a name: give name."),
        (
            {"weight": 1},
            "discovery_id, path, or name with parents, must be given, because it names the object (or give its id).",
        ),
        (
            {"id": SITE["id"], "parents": ["Board"]},
            "'Site' would be below itself (Site below Board below Site): give parents that are not below it.",
        ),
        (
            {"discovery_id": "cmdb-1", "parents": ["/ROOT/Site/Rack/Board"]},
            "'Rack' would be below itself (Rack below Board below Rack): give parents that are not below it.",
        ),
        (
            {"id": SITE["id"], "parents": ["/ROOT/Site"]},
            "'Site' would be below itself (Site below Site): give parents that are not below it.",
        ),
        (
            {"objects": [{"name": "New", "parents": ["Board"]}, {"discovery_id": "cmdb-1", "parents": ["New"]}]},
            "objects[1] (cmdb-1): 'Rack' would be below itself (Rack below New below Board below Rack): "
            "give parents that are not below it.",
        ),
        (
            {"name": "Fan", "geoposition": [55.75, 137.62]},
            "geoposition is [55.75, 137.62]: give longitude (from -180 to 180) and latitude (from -90 to 90), "
            "or an empty list.",
        ),
        (
            {"objects": [{"name": "Fan", "discovery_id": "f"}, {"name": "Wheel", "discovery_id": "f"}]},
            "objects[1] (Wheel): this object is listed twice, also as objects[0] (Fan), "
            "both with the discovery_id 'f': give each its own, or merge the two.",
        ),
        ({"id": "nowhere"}, "no object has the id 'nowhere': correct it, or leave it out to find the object by name."),
    ],
)
def test_refused(check: bool, args: dict[str, Any], said: str) -> None:
    server = FakeServer(objects=[SITE, RACK, BOARD])
    result = run_on(server, NAME, args, check=check)
    assert (result["failed"], result["changed"], server.writes) == (True, False, [])
    assert result["msg"].startswith(said)


def test_a_long_way_round_is_not_told_in_full() -> None:
    chain = [{"id": f"n{n}", "name": f"n{n}", "parent_id": [f"n{n - 1}" if n else 1]} for n in range(20)]
    result = run_on(FakeServer(objects=chain), NAME, {"id": "n0", "parents": ["n19"]})
    assert result["msg"] == (
        "'n0' would be below itself (n0 below n19 below n18 below ... below n2 below n1 below n0): "
        "give parents that are not below it."
    )


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_key_that_two_objects_have_is_named(state: str) -> None:
    server = FakeServer(objects=[SITE, RACK, {**BOARD, "discovery_id": "cmdb-1"}])
    result = run_on(server, NAME, {"discovery_id": "cmdb-1", "state": state})
    assert result["msg"] == (
        f"several objects have the discovery_id 'cmdb-1' (ids {RACK['id']}, {BOARD['id']}): "
        "give the id, or remove the duplicate."
    )
    assert server.writes == []


def test_recursive(script: Script) -> None:
    script(search("name", "ROOT", "Site"), listed(), ("DELETE", f"/objects/{SITE['id']}", 200))
    assert run_module(NAME, {"name": "Site", "state": "absent", "recursive": True})["action"] == "deleted"


@pytest.mark.parametrize("check", [False, True])
def test_another_class(script: Script, check: bool) -> None:
    among = [ROOT, {**SITE, "class_id": 3}]
    script(LIST_CLASSES, search("name", "ROOT", "Site", among=among), listed(*among, more="class_id"))
    result = run_module(NAME, {"name": "Site", "class": "Pump"}, check=check)
    assert result["msg"].startswith(
        "class is 'Host' and cannot be changed after creation: leave class out, or delete the object first"
    )


@pytest.mark.parametrize("given", ["3", 3, CLASSES[1]["id"]])
def test_a_class_given_by_id_is_not_looked_up(script: Script, given: Any) -> None:
    script(search("name", "ROOT", "Site", among=[ROOT, {**SITE, "class_id": given}]))
    assert run_module(NAME, {"name": "Site", "class": given})["changed"] is False


# --- appending and properties ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "body"),
    [
        ({"tags": ["cold"], "append_tags": True}, {"tags": sorted(one["id"] for one in TAGS)}),
        ({"tags": ["cold"]}, {"tags": [TAGS[1]["id"]]}),
        ({"tags": [], "append_tags": True}, None),
        ({"tags": []}, {"tags": []}),
        ({"parents": ["/ROOT"], "append_parents": True}, {"parent_id": [1, SITE["id"]]}),
        ({"parents": ["/ROOT"]}, {"parent_id": [1]}),
        ({"parents": ["Site"], "append_parents": True}, None),
        ({"client_data": {}}, None),
        ({"geoposition": []}, {"geoposition": []}),
        ({"geoposition": [55, 37.5]}, {"geoposition": [55, 37.5]}),
    ],
)
def test_append(args: dict[str, Any], body: Any) -> None:
    server = FakeServer(objects=[SITE, FULL_RACK], tags=TAGS)
    result = run_on(server, NAME, {"discovery_id": "cmdb-1", **args})
    assert server.writes == ([] if body is None else [("PATCH", RACKS, body)])
    assert result["changed"] is (body is not None)
    server.journal.clear()
    assert run_on(server, NAME, {"discovery_id": "cmdb-1", **args})["changed"] is False
    assert server.writes == []


@pytest.mark.parametrize(
    ("append", "given", "writes"),
    [
        (True, [], []),
        (True, [{"name": "Slot", "value": "4", "type": "readwrite"}], []),
        (
            True,
            [{"name": "Slot", "value": "4", "type": "info"}],
            [("PATCH", f"{RACKS}/props/p2", {"type_id": 1})],
        ),
        (
            True,
            [{"name": "slot", "value": "4"}],
            [("POST", f"{RACKS}/props", {"name": "slot", "value": "4", "type_id": 1})],
        ),
        (False, [{"name": "Owner", "value": "ann"}], [("DELETE", f"{RACKS}/props/p2", None)]),
        (False, [], [("DELETE", f"{RACKS}/props/p1", None), ("DELETE", f"{RACKS}/props/p2", None)]),
        (
            False,
            [{"name": "Manual", "value": "https://example.org/n"}],
            [
                ("PATCH", f"{RACKS}/props/p3", {"value": "https://example.org/n"}),
                ("DELETE", f"{RACKS}/props/p1", None),
                ("DELETE", f"{RACKS}/props/p2", None),
            ],
        ),
    ],
)
def test_properties(append: bool, given: list[Any], writes: list[Any]) -> None:
    server = FakeServer(objects=[SITE, FULL_RACK])
    args = {"discovery_id": "cmdb-1", "properties": given, "append_properties": append}
    assert run_on(server, NAME, args, check=True)["changed"] is bool(writes)
    result = run_on(server, NAME, args)
    assert (server.writes, result["changed"]) == (writes, bool(writes))
    server.journal.clear()
    assert run_on(server, NAME, args)["changed"] is False
    assert server.writes == []


def test_a_property_without_a_value_is_not_created() -> None:
    """Nobody knows it, so there is nothing to leave as it is; the type of one that exists can change."""
    server = FakeServer(objects=[SITE, FULL_RACK])
    given = [{"name": "New", "value": None}, {"name": "Owner"}, {"name": "Slot", "type": "info"}]
    task = {"discovery_id": "cmdb-1", "properties": given, "append_properties": False}
    assert run_on(server, NAME, task)["changed"] is True
    assert server.writes == [("PATCH", f"{RACKS}/props/p2", {"type_id": 1})]
    server.journal.clear()
    assert run_on(server, NAME, task)["changed"] is False
    assert run_on(server, NAME, {"name": "Fan", "properties": given})["object"].get("properties", []) == []


def test_properties_without_ids_are_read_where_they_have_some(script: Script) -> None:
    bare = [{key: value for key, value in one.items() if key != "id"} for one in PROPERTIES]
    script(
        search("discovery_id", "cmdb-1", among=[{**RACK, "properties": bare}]),
        ("GET", f"{RACKS}/props", 200, PROPERTIES),
        ("PATCH", f"{RACKS}/props/p1", 200, None, {"value": "bob"}),
    )
    assert (
        run_module(NAME, {"discovery_id": "cmdb-1", "properties": [{"name": "Owner", "value": "bob"}]})["changed"]
        is True
    )


@pytest.mark.parametrize("check", [False, True])
def test_many_objects_cost_three_requests(script: Script, check: bool) -> None:
    records = [
        {"id": f"o{n}", "name": f"rack {n}", "parent_id": [SITE["id"]], "class_id": 3, "tags": [TAGS[n % 2]["id"]]}
        for n in range(500)
    ]
    wanted = [
        {"name": f"rack {n}", "parents": ["/ROOT/Site"], "class": "Host", "tags": [TAGS[n % 2]["name"]]}
        for n in range(500)
    ]
    script(listed(ROOT, SITE, *records, more="class_id tags"), LIST_CLASSES, LIST_TAGS)
    result = run_module(NAME, {"objects": wanted}, check=check)
    assert (result["changed"], result["summary"]["unchanged"]) == (False, 500)


# --- no parents -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [{"name": "Hall"}, {"name": "Hall", "discovery_id": "h"}])
def test_no_parents_means_the_root_for_a_new_object(who: dict[str, Any]) -> None:
    server = FakeServer(objects=[SITE])
    first = run_on(server, NAME, {**who, "parents": []})
    assert (first["action"], server.one("/objects", name="Hall")["parent_id"]) == ("created", [1])
    server.journal.clear()
    assert run_on(server, NAME, {**who, "parents": []})["changed"] is False
    assert server.writes == []


@pytest.mark.parametrize("check", [False, True])
def test_an_object_cannot_be_without_parents(check: bool) -> None:
    server = FakeServer(objects=[SITE, RACK])
    result = run_on(server, NAME, {"discovery_id": "cmdb-1", "parents": []}, check=check)
    assert (result["changed"], server.writes) == (False, [])
    assert result["msg"] == (
        "parents is empty, but 'Rack' is below other objects, and every object must be below another: "
        "give /ROOT to move it below the root, or leave parents out."
    )
    assert (
        run_on(server, NAME, {"discovery_id": "cmdb-1", "parents": [], "append_parents": True}, check=check)["changed"]
        is False
    )
    assert run_on(server, NAME, {"id": "1", "parents": []}, check=check)["changed"] is False


@pytest.mark.parametrize(
    ("args", "option"),
    [({"id": ""}, "id"), ({"id": "", "name": "Site"}, "id"), ({"name": "Site", "discovery_id": ""}, "discovery_id")],
)
def test_an_empty_key_finds_nobody(args: dict[str, Any], option: str) -> None:
    server = FakeServer(objects=[SITE])
    assert run_on(server, NAME, args)["msg"] == f"{option} is '': give a text that is not empty."
    assert server.journal == []


def test_a_key_of_another_system_can_be_taken_away() -> None:
    server = FakeServer(objects=[SITE, RACK])
    assert run_on(server, NAME, {"id": RACK["id"], "discovery_id": ""})["changed"] is True
    assert server.one("/objects", id=RACK["id"])["discovery_id"] == ""


# --- paths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ({"path": "/ROOT/Site"}, [search("name", "ROOT", "Site")]),
        ({"path": "ROOT/Site/"}, [search("name", "ROOT", "Site")]),
        ({"name": "/root/Site"}, [search("name", "ROOT", "Site")]),
        ({"path": "/ROOT/Site", "name": "Site"}, [search("name", "ROOT", "Site")]),
        ({"path": "/ROOT/Site/Rack"}, [search("name", "ROOT", "ROOT/Site", "Rack", "Site")]),
        ({"path": "/Site/Rack", "parents": ["/ROOT/Site"]}, [search("name", "ROOT", "ROOT/Site", "Rack", "Site")]),
        (
            {"path": "/Site/Rack", "discovery_id": "cmdb-1"},
            [search("discovery_id", "cmdb-1"), search("name", "ROOT", "Site")],
        ),
        # The object is below another one too, and stays there.
        (
            {"path": "/Site/Rack/Board"},
            [search("name", "Board", "ROOT", "Rack", "Site", "Site/Rack")],
        ),
        ({"path": "/Site/Board"}, [search("name", "Board", "ROOT", "Site")]),
    ],
)
@pytest.mark.parametrize("listed_form", [False, True])
def test_a_path_names_an_object(script: Script, who: dict[str, Any], reads: list[Any], listed_form: bool) -> None:
    script(*reads)
    assert run_module(NAME, {"objects": [who]} if listed_form else who)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("who", "words", "body"),
    [
        ({"path": "/ROOT/Site/Fan"}, ["Fan", "ROOT", "ROOT/Site", "Site"], {"name": "Fan", "parent_id": [SITE_ID]}),
        ({"path": "/ROOT/Fan"}, ["Fan", "ROOT"], {"name": "Fan"}),
        ({"path": "/1"}, ["1", "ROOT"], {"name": "1"}),
        ({"name": "/Site/Fan"}, ["Fan", "ROOT", "Site"], {"name": "Fan", "parent_id": [SITE_ID]}),
        (
            {"path": "/Site//var/lib", "name": "/var/lib"},
            ["/var/lib", "ROOT", "Site"],
            {"name": "/var/lib", "parent_id": [SITE_ID]},
        ),
        ({"name": "/var", "parents": ["/Site"]}, ["/var", "ROOT", "Site"], {"name": "/var", "parent_id": [SITE_ID]}),
        ({"name": "/var", "parents": []}, ["/var", "ROOT"], {"name": "/var"}),
    ],
)
def test_a_path_says_where_to_create(
    script: Script, check: bool, who: dict[str, Any], words: list[str], body: dict[str, Any]
) -> None:
    script(search("name", *words, among=[{**record, "parent_id": record["parent_id"]} for record in ALL]))
    if not check:
        script(("POST", "/objects", 200, {"id": "new1", **body}, body))
    assert run_module(NAME, who, check=check)["action"] == "created"


def test_paths_of_a_list_may_lead_through_each_other() -> None:
    server = FakeServer(objects=[SITE])
    objects = [{"path": "/Site/New/Deep/Deeper"}, {"path": "/ROOT/Site/New"}, {"name": "/ROOT/Site/New/Deep"}]
    assert run_on(server, NAME, {"objects": objects})["summary"]["created"] == 3
    above = {one["name"]: one["parent_id"] for one in server.data["/objects"]}
    ids = {one["name"]: one["id"] for one in server.data["/objects"]}
    assert (above["New"], above["Deep"], above["Deeper"]) == ([SITE_ID], [ids["New"]], [ids["Deep"]])
    server.journal.clear()
    assert run_on(server, NAME, {"objects": objects})["changed"] is False
    assert server.writes == []


@pytest.mark.parametrize("path", ["/ROOT/Fan", "/Site/Fan"])
def test_an_object_at_a_path_stays_below_its_other_parents(path: str) -> None:
    server = FakeServer(objects=[SITE, _fan("f1", 1, SITE_ID, discovery_id="f")])
    for who in ({}, {"discovery_id": "f"}, {"id": "f1"}):
        assert run_on(server, NAME, {"path": path, **who}).get("changed") is False
    assert run_on(server, NAME, {"path": path, "weight": 2})["action"] == "updated"
    assert server.writes == [("PATCH", "/objects/f1", {"weight": 2})]


def test_a_path_moves_what_is_found_elsewhere() -> None:
    server = FakeServer(objects=[SITE, RACK, {**BOARD, "discovery_id": "b"}])
    task = {"path": "/ROOT/Fan", "discovery_id": "b"}
    assert run_on(server, NAME, task)["action"] == "updated"
    assert server.writes == [("PATCH", f"/objects/{BOARD['id']}", {"name": "Fan", "parent_id": [1]})]
    server.journal.clear()
    assert run_on(server, NAME, task)["changed"] is False
    assert run_on(server, NAME, {"path": "/ROOT/Fan", "state": "absent"})["action"] == "deleted"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"path": "/ROOT"}, "path is '/ROOT', which is the root object: give its id instead."),
        ({"path": "/"}, "path is '/', which is the root object: give its id instead."),
        ({"name": "/"}, "name is '/', which is the root object: give its id instead."),
        ({"path": ""}, "path is '': give a text that is not empty."),
        ({"path": ["a"]}, "path is ['a']: give a text (use the filter to_json for a structure)."),
        (
            {"path": "/ROOT/Site/Rack", "name": "Board"},
            "path is '/ROOT/Site/Rack', which does not end with the name 'Board': correct one of the two, "
            "or leave name out.",
        ),
        (
            {"path": "/ROOT/Site/Rack", "parents": ["/ROOT", "/ROOT/Site/Board"]},
            "path is '/ROOT/Site/Rack', but '/ROOT/Site' is not among parents: correct one of the two, "
            "or leave parents out.",
        ),
        (
            {"path": "/ROOT/Site/Rack", "parents": []},
            "path is '/ROOT/Site/Rack', but '/ROOT/Site' is not among parents: correct one of the two, "
            "or leave parents out.",
        ),
        (
            {"path": "/ROOT/Site//var/lib"},
            "path is '/ROOT/Site//var/lib', where two slashes may begin a name: give name and parents instead, "
            "or write one slash.",
        ),
        (
            {"path": "/ROOT/Gone/Fan"},
            "parents: there is no object '/ROOT/Gone': check the spelling, or create it first.",
        ),
    ],
)
def test_a_path_that_says_nothing_clear(args: dict[str, Any], said: str) -> None:
    server = FakeServer(objects=[SITE, RACK, BOARD])
    result = run_on(server, NAME, {"objects": [{"name": "Site"}, args]})
    assert result["msg"].startswith("objects[1]")
    assert result["msg"].endswith(f": {said}")
    assert server.writes == []


# --- namesakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_a_name_alone_creates_below_the_root_and_tells_of_others(script: Script, check: bool) -> None:
    """The list is read only then, because it shows where they are."""
    script(search("name", "ROOT", "Rack"), listed())
    if not check:
        script(("POST", "/objects", 200, {"id": "new1", "name": "Rack", "parent_id": [1]}, {"name": "Rack"}))
    result = run_module(NAME, {"name": "Rack"}, check=check)
    assert (result["action"], result["warnings"]) == (
        "created",
        [
            "a new object 'Rack' is created below the root, although there are others (/ROOT/Site/Rack): "
            "give path or parents if you mean one of them."
        ],
    )


@pytest.mark.parametrize("check", [False, True])
def test_a_name_alone_is_not_enough_to_delete(script: Script, check: bool) -> None:
    script(search("name", "ROOT", "Rack"), listed())
    result = run_module(NAME, {"name": "Rack", "state": "absent"}, check=check)
    assert (result["changed"], result["msg"]) == (
        False,
        "the name 'Rack' alone does not say which object is to be absent, because there are others (/ROOT/Site/Rack): "
        "give path or parents.",
    )


def _fan(identifier: str, *ups: Any, **more: Any) -> dict[str, Any]:
    return {"id": identifier, "name": "Fan", "parent_id": list(ups), **more}


def test_what_a_name_alone_deletes_does_not_depend_on_the_run() -> None:
    """With one below the root and another elsewhere, the first run would delete and the second one fail."""
    server = FakeServer(objects=[SITE, _fan("f1", 1), _fan("f2", SITE_ID)])
    said = run_on(server, NAME, {"name": "Fan", "state": "absent"})["msg"]
    assert said == run_on(server, NAME, {"name": "Fan", "state": "absent"})["msg"]
    assert "(/ROOT/Site/Fan)" in said
    assert server.writes == []
    assert run_on(server, NAME, {"path": "/Fan", "state": "absent"})["action"] == "deleted"


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/Site/Fan"},
        {"id": RACK["id"], "name": "Fan"},
        {"id": "f1", "parents": ["/Site"]},
    ],
)
def test_nor_does_it_depend_on_what_the_list_does(other: dict[str, Any]) -> None:
    """A second run would find what the first one has created, renamed or moved."""
    server = FakeServer(objects=[SITE, RACK, _fan("f1", 1)])
    said = run_on(server, NAME, {"objects": [{"name": "Fan", "state": "absent"}, other]})["msg"]
    assert "the name 'Fan' alone does not say which object is to be absent" in said or "is listed twice" in said
    assert server.writes == []


@pytest.mark.parametrize(
    "others",
    [
        [{"path": "/Site/Fan", "state": "absent"}],
        [{"name": "Site", "state": "absent", "recursive": True}],
    ],
)
def test_others_that_go_in_the_same_list_do_not_count(others: list[dict[str, Any]]) -> None:
    server = FakeServer(objects=[SITE, _fan("f1", 1), _fan("f2", SITE_ID)])
    objects = [{"name": "Fan", "state": "absent"}, *others]
    assert run_on(server, NAME, {"objects": objects})["summary"]["deleted"] == 2
    assert run_on(server, NAME, {"objects": objects})["changed"] is False


@pytest.mark.parametrize(
    "who",
    [
        {"name": "Fan", "parents": ["/ROOT"]},
        {"name": "Fan", "parents": []},
        {"path": "/ROOT/Fan"},
        {"name": "/Fan"},
        {"name": "Fan", "discovery_id": "new"},  # another has a key of its own, so it cannot be meant
    ],
)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_whoever_says_where_is_not_told_of_others(who: dict[str, Any], state: str) -> None:
    server = FakeServer(objects=[SITE, _fan("f2", SITE_ID, discovery_id="f")])
    result = run_on(server, NAME, {**who, "state": state})
    assert (result["action"], result.get("warnings", [])) == ("created" if state == "present" else "unchanged", [])


def test_a_key_that_is_new_and_a_name_that_is_elsewhere() -> None:
    server = FakeServer(objects=[SITE, _fan("f2", SITE_ID)])
    result = run_on(server, NAME, {"name": "Fan", "discovery_id": "new"})
    assert result["action"] == "created"
    assert "although there are others (/ROOT/Site/Fan)" in result["warnings"][0]


def test_few_of_many_are_shown() -> None:
    sites = [{"id": f"s{number}", "name": f"Site {number}", "parent_id": [1]} for number in range(9)]
    fans = [_fan(f"f{number}", f"s{number}") for number in range(9)]
    server = FakeServer(objects=[*sites, *fans])
    said = run_on(server, NAME, {"name": "Fan"}, check=True)["warnings"][0]
    assert "(/ROOT/Site 0/Fan, /ROOT/Site 1/Fan, /ROOT/Site 2/Fan and 6 more)" in said
    plain = [{"id": f"p{number}", "name": f"n{number}", "parent_id": ["s0"]} for number in range(9)]
    warnings = run_on(
        FakeServer(objects=[*sites, *plain]), NAME, {"objects": [{"name": one["name"]} for one in plain]}, check=True
    )["warnings"]
    assert len(warnings) == 6
    assert warnings[0].startswith("objects[0] (n0): a new object 'n0' is created below the root")
    assert warnings[-1] == "4 more objects of the list are created in the same way."


def test_others_that_cannot_be_placed_are_named_by_id() -> None:
    """What is above them is hidden from the account."""
    server = FakeServer(objects=[_fan("f2", "hidden")])
    assert "there are others (f2)" in run_on(server, NAME, {"name": "Fan"}, check=True)["warnings"][0]


# --- a key for an object that has none ------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("there", [{}, {"discovery_id": None}, {"discovery_id": ""}])
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"name": "Board", "parents": [SITE_ID], "append_parents": True}, ["Board", "ROOT"]),
        ({"path": "/ROOT/Site/Board"}, ["Board", "ROOT", "ROOT/Site", "Site"]),
    ],
)
def test_an_object_without_a_key_gets_it(
    script: Script, check: bool, there: dict[str, Any], who: dict[str, Any], words: list[str]
) -> None:
    among = [ROOT, SITE, RACK, {**BOARD, **there}]
    script(search("discovery_id", "new", among=among))
    if "parents" in who:
        script(search("id", SITE_ID, among=among))
    script(search("name", *words, among=among), listed(*among))
    body = {"discovery_id": "new"}
    if not check:
        script(("PATCH", f"/objects/{BOARD['id']}", 200, {**BOARD, **body}, body))
    result = run_module(NAME, {**who, **body}, check=check)
    assert (result["action"], result["object"]["id"], result["object"]["discovery_id"]) == (
        "updated",
        BOARD["id"],
        "new",
    )
    assert result["diff"][0]["after"] == body
    assert "warnings" not in result


def test_an_object_with_another_key_is_left_alone() -> None:
    server = FakeServer(objects=[SITE, RACK])
    task = {"path": "/ROOT/Site/Rack", "discovery_id": "cmdb-2"}
    result = run_on(server, NAME, task)
    assert (result["action"], result["warnings"]) == (
        "created",
        [
            "a new object 'Rack' is created beside one that has another discovery_id (cmdb-1): "
            "correct name or discovery_id if you mean that one."
        ],
    )
    again = run_on(server, NAME, task)
    assert (again["changed"], again.get("warnings", [])) == (False, [])
    assert server.one("/objects", id=RACK["id"])["discovery_id"] == "cmdb-1"


def test_two_new_objects_of_one_name_need_no_warning() -> None:
    server = FakeServer(objects=[SITE])
    objects = [{"path": "/Site/Fan", "discovery_id": key} for key in ("a", "b")]
    result = run_on(server, NAME, {"objects": objects})
    assert (result["summary"]["created"], result.get("warnings", [])) == (2, [])
    assert run_on(server, NAME, {"objects": objects})["changed"] is False


def test_which_of_two_objects_gets_a_key_must_be_said() -> None:
    server = FakeServer(objects=[SITE, _fan("f1", SITE_ID), _fan("f2", SITE_ID)])
    said = run_on(server, NAME, {"path": "/Site/Fan", "discovery_id": "new"})["msg"]
    assert said == "several objects match (ids f1, f2): give the id, or remove the duplicate."
    two = FakeServer(objects=[SITE, _fan("f1", SITE_ID)])
    objects = [{"path": "/Site/Fan", "discovery_id": key} for key in ("a", "b")]
    assert "is listed twice, also as objects[0] (Fan)" in run_on(two, NAME, {"objects": objects})["msg"]


def test_a_key_is_never_taken_for_the_place_when_nothing_is_to_have_it() -> None:
    server = FakeServer(objects=[SITE])
    assert run_on(server, NAME, {"path": "/Site", "discovery_id": "gone", "state": "absent"})["changed"] is False
    assert server.reads == ["/objects/search"]


# --- what a move shows ----------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_a_move_between_namesakes_shows_where_they_are(check: bool) -> None:
    other = {"id": "64b1f0c2a9d3e45f6a7b8e09", "name": "Rack", "parent_id": [1]}
    server = FakeServer(objects=[SITE, RACK, other, {**BOARD, "parent_id": [RACK["id"]]}])
    result = run_on(server, NAME, {"id": BOARD["id"], "parents": ["/ROOT/Rack"]}, check=check)
    diff = result["diff"][0]
    assert (diff["before"], diff["after"]) == ({"parents": ["/ROOT/Site/Rack"]}, {"parents": ["/ROOT/Rack"]})


def test_a_parent_whose_place_is_not_known_is_shown_by_its_name(script: Script) -> None:
    script(search("name", "Fan", "ROOT", "Rack"))
    result = run_module(NAME, {"name": "Fan", "parents": ["Rack"]}, check=True)
    assert result["diff"][0]["after"]["parents"] == ["Rack"]


# --- conditions -----------------------------------------------------------------------------------

STATES = [{"id": 4, "name": "Overloaded"}, {"id": 5, "name": "Alarm"}]
LEVELS = [{"id": 2, "name": "Warning"}]
LIST_STATES, LIST_LEVELS = ("GET", "/states", 200, STATES), ("GET", "/incident-levels", 200, LEVELS)
# For each option: what a user gives, the lists that its names are looked up in, and what is sent.
BELOW: list[tuple[str, Any, list[Any], Any]] = [
    (
        "state_conditions",
        [{"when": {"formula": "[disk.used] / [disk.size]", "ge": 0.9}, "state": "Alarm"}],
        [LIST_STATES],
        [
            {
                "condition": {"_formula": {"definition": "{{disk.used}} / {{disk.size}}", "value": ">=0.9"}},
                "state": 5,
                "description": "",
            }
        ],
    ),
    (
        "incident_conditions",
        [{"when": {"cpu.load1": {"gt": 8}}, "level": "Warning", "text": "Load"}],
        [LIST_LEVELS],
        [{"condition": {"cpu.load1": {"_gt": "8"}}, "state": 2, "text": "Load"}],
    ),
    (
        "state_triggers",
        [{"type": "sms", "payload": {"phone": "+7 900"}, "states": ["Alarm", 4], "duration": 60000}],
        [LIST_STATES],
        [{"type": "sms", "payload": {"phone": "+7 900"}, "states": [4, 5], "duration": 60000}],
    ),
    ("stat_rules", [{"actions": [{"type": "extend"}]}], [], [{"conditions": [], "actions": [{"type": "extend"}]}]),
]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(("option", "given", "lists", "sent"), BELOW, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("there", [False, True])
def test_a_list_below(script: Script, option: str, given: Any, lists: Any, sent: Any, there: bool, check: bool) -> None:
    path = f"{RACKS}/{option.replace('_', '-')}"
    error = {"code": "ResourceNotFound", "message": "Entity not found"}
    script(*lists, search("discovery_id", "cmdb-1"))
    script(("GET", path, 200, sent) if there else ("GET", path, 404, error))
    if not check and not there:
        script(("PUT", path, 200, None, sent))
    result = run_module(NAME, {"discovery_id": "cmdb-1", option: given}, check=check)
    assert (result["changed"], result["action"]) == (not there, "unchanged" if there else "updated")
    assert result["object"][option] == sent


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_conditions_of_the_class(script: Script, own: bool, check: bool) -> None:
    script(search("discovery_id", "cmdb-1"), ("GET", f"{RACKS}/state-conditions/exists", 200, own))
    if own and not check:
        script(("DELETE", f"{RACKS}/state-conditions", 200))
    result = run_module(NAME, {"discovery_id": "cmdb-1", "inherit_state_conditions": True}, check=check)
    assert (result["changed"], result["object"]["inherit_state_conditions"]) == (own, True)


def test_no_condition_of_a_bad_list_is_written(script: Script) -> None:
    bad = [{"when": {"cpu": {"gt": 1}}, "state": "Alrm"}]
    objects = [{"discovery_id": "cmdb-1", "weight": 5}, {"name": "Site", "state_conditions": bad}]
    script(LIST_STATES, search("discovery_id", "cmdb-1"), search("name", "ROOT", "Site"), listed(more="weight"))
    result = run_module(NAME, {"objects": objects})
    assert result["msg"] == (
        "objects[1] (Site): state_conditions: entry 1: there is no state 'Alrm': check the spelling, "
        "or create it first."
    )


def test_a_list_below_is_read_once_though_everything_is_planned_anew(script: Script) -> None:
    """A renaming needs to know what stands around, which takes the whole list of objects."""
    path = f"{RACKS}/stat-rules"
    rules = [{"actions": [{"type": "extend"}]}]
    script(search("discovery_id", "cmdb-1"), ("GET", path, 200, rules), listed())
    script(("PATCH", RACKS, 200, {}, {"name": "Rack 9"}))
    result = run_module(NAME, {"discovery_id": "cmdb-1", "name": "Rack 9", "stat_rules": rules})
    assert [*result["diff"][0]["after"]] == ["name"]
