# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_object_info: every filter, by search and by list, and what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, run_on
from ansible_collections.saymon.platform.tests.unit.support import NOTHING, Exchange, Script, run_module

NAME = "saymon_object_info"
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": [], "class_id": 1, "state_id": 1}
SITE: dict[str, Any] = {"id": "a1", "name": "Site", "parent_id": [1], "class_id": "3", "state_id": 4, "tags": ["t1"]}
RACK: dict[str, Any] = {
    "id": "a2",
    "name": "Rack 1",
    "parent_id": ["a1"],
    "class_id": 3,
    "state_id": "4",
    "discovery_id": "cmdb-1",
    "tags": [{"id": "t1"}],
    "properties": [{"id": "p1", "name": "Owner", "value": "ann", "type_id": 1}],
}
BOARD: dict[str, Any] = {
    "id": "a3",
    "name": "Board",
    "parent_id": ["a2", "a1"],
    "class_id": "c9",
    "properties": [{"id": "p2", "name": "Owner", "value": "bob"}],
}
LONE: dict[str, Any] = {"id": "a4", "name": "Lone", "parent_id": "1", "tags": None}
ALL = [ROOT, SITE, RACK, BOARD, LONE]
CLASSES = ("GET", "/classes", 200, [{"id": 3, "name": "Host"}, {"id": "c9", "name": "Board"}])
STATES = ("GET", "/states", 200, [{"id": 3, "name": "Working"}, {"id": 4, "name": "Alarm"}])
TAGS = ("GET", "/tags", 200, [{"id": "t1", "name": "hot"}])
DEFAULT_FIELDS = (
    "background,child_ids,child_link_ids,child_ref_ids,class_id,client_data,created,discovery_id,geoposition,geopositionRadius,"
    "last_state_update,manual_state,mute_alert,mute_alerts,name,object_groups,operations,owner_id,parent_id,properties,state_id,tags,updated,weight"
)


def listed(fields: str = DEFAULT_FIELDS) -> Exchange:
    return Exchange("GET", f"/objects?fields={fields}", 200, ALL)


def search(answer: Any = NOTHING, **criteria: Any) -> Exchange:
    """The search; a server that ignores what it is asked answers with everything, and the result must be right all the
    same."""
    body = {"search": criteria, "options": {"includeClientData": True}}
    return Exchange("POST", "/objects/search", 200, ALL if answer is NOTHING else answer, body=body)


def ids(result: dict[str, Any]) -> list[Any]:
    assert result["changed"] is False
    return [record["id"] for record in result["objects"]]


@pytest.mark.parametrize("check", [False, True])
def test_all(script: Script, check: bool) -> None:
    script(listed())
    assert run_module(NAME, check=check) == {"changed": False, "objects": ALL}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "before", "criteria", "found"),
    [
        ({"name": "Site"}, [], {"name": "Site"}, ["a1"]),
        ({"discovery_id": "cmdb-1"}, [], {"discovery_id": "cmdb-1"}, ["a2"]),
        ({"name_regex": "^R"}, [], {"name": {"$regex": "^R"}}, [1, "a2"]),
        ({"name_regex": "^R", "name": "Rack 1"}, [], {"name": "Rack 1"}, ["a2"]),
        ({"class": "Host"}, [CLASSES], {"class_id": {"$in": [3, "3"]}}, ["a1", "a2"]),
        ({"class": "c9"}, [CLASSES], {"class_id": {"$in": ["c9"]}}, ["a3"]),
        ({"class": "3"}, [], {"class_id": {"$in": [3, "3"]}}, ["a1", "a2"]),  # it has the form of an id
        ({"class": "board"}, [CLASSES], {"class_id": {"$in": ["c9"]}}, ["a3"]),
        ({"state": "Alarm"}, [STATES], {"state_id": {"$in": [4, "4"]}}, ["a1", "a2"]),
        ({"object_state": "alarm"}, [STATES], {"state_id": {"$in": [4, "4"]}}, ["a1", "a2"]),
        ({"state": "4"}, [STATES], {"state_id": {"$in": [4, "4"]}}, ["a1", "a2"]),
        ({"property": {"name": "Owner"}}, [], {"properties": {"$elemMatch": {"name": "Owner"}}}, ["a2", "a3"]),
        (
            {"property": {"name": "Owner", "value": "bob"}},
            [],
            {"properties": {"$elemMatch": {"name": "Owner", "value": "bob"}}},
            ["a3"],
        ),
        (
            {"class": "Host", "state": "Alarm", "name_regex": "1$", "discovery_id": "cmdb-1"},
            [CLASSES, STATES],
            {
                "discovery_id": "cmdb-1",
                "name": {"$regex": "1$"},
                "class_id": {"$in": [3, "3"]},
                "state_id": {"$in": [4, "4"]},
            },
            ["a2"],
        ),
    ],
)
def test_search(
    script: Script, check: bool, filters: dict[str, Any], before: list[Any], criteria: dict[str, Any], found: list[Any]
) -> None:
    script(*before, search(**criteria))
    assert ids(run_module(NAME, filters, check=check)) == found


@pytest.mark.parametrize(
    ("filters", "before", "fields", "found"),
    [
        ({"name": "Site"}, [], DEFAULT_FIELDS, ["a1"]),
        ({"class": "Host", "fields": ["name"]}, [CLASSES], "class_id,name", ["a1", "a2"]),
        ({"property": {"name": "Owner"}, "fields": ["weight"]}, [], "properties,weight", ["a2", "a3"]),
    ],
)
def test_without_the_permission_to_search(
    script: Script, filters: dict[str, Any], before: list[Any], fields: str, found: list[Any]
) -> None:
    searches: dict[str, dict[str, Any]] = {
        "name": {"name": "Site"},
        "class": {"class_id": {"$in": [3, "3"]}},
        "property": {"properties": {"$elemMatch": {"name": "Owner"}}},
    }
    criteria = searches[next(iter(filters))]
    script(
        *before,
        replace(search(**criteria), status=403, data={"code": "Forbidden", "message": "run-bulks"}),
        listed(fields),
    )
    assert ids(run_module(NAME, filters)) == found


def test_other_refusals_are_errors(script: Script) -> None:
    script(replace(search(name="x"), status=500, data={"code": "Internal", "message": "no"}))
    assert run_module(NAME, {"name": "x"})["status"] == 500


@pytest.mark.parametrize("answer", [{"items": []}, None, "text", [1]])
def test_a_search_that_does_not_answer_with_objects(script: Script, answer: Any) -> None:
    script(search(answer, name="x"))
    result = run_module(NAME, {"name": "x"})
    assert result["failed"] is True
    assert "did not answer with a list" in result["msg"]


@pytest.mark.parametrize(
    ("filters", "before", "found"),
    [
        ({"tag": "hot"}, [TAGS], ["a1", "a2"]),
        ({"tag": "t1", "name": "Site"}, [TAGS], ["a1"]),
        ({"path": "/ROOT/Site/Rack 1"}, [], ["a2"]),
        ({"path": "Site/Board"}, [], ["a3"]),
        ({"path": "/"}, [], [1]),
        ({"path": "/ROOT/Nowhere"}, [], []),
        ({"path": "/ROOT/Site", "name": "Other"}, [], []),
        ({"parent": "Site"}, [], ["a2", "a3"]),
        ({"parent": "/ROOT"}, [], ["a1", "a4"]),
        ({"parent": "1", "deep": True}, [], ["a1", "a2", "a3", "a4"]),
        ({"parent": "a2", "deep": True}, [], ["a3"]),
        ({"parent": "/ROOT/Site", "deep": True, "property": {"name": "Owner", "value": "ann"}}, [], ["a2"]),
        ({"parent": "/ROOT", "deep": True, "class": "Host"}, [CLASSES], ["a1", "a2"]),
        ({"parent": "/ROOT", "path": "/Lone"}, [], ["a4"]),
        ({"parent": "Site", "path": "/Lone"}, [], []),
        ({"id": "a3", "parent": "Site"}, [], ["a3"]),
        ({"id": "a3", "path": "/ROOT/Site"}, [], []),
        ({"id": "a2", "path": "/ROOT/Site/Rack 1"}, [], ["a2"]),
    ],
)
def test_places_and_tags_are_found_in_the_list(
    script: Script, filters: dict[str, Any], before: list[Any], found: list[Any]
) -> None:
    script(*before, listed())
    assert ids(run_module(NAME, filters)) == found


@pytest.mark.parametrize(("name", "found"), [("site", ["a1"]), ("SITE", ["a1"]), ("siet", [])])
def test_the_case_of_letters(script: Script, name: str, found: list[str]) -> None:
    """A name in other letters is looked for only where there is none in these."""
    script(search([], name=name), search([SITE], name={"$regex": f"^{name}$", "$options": "i"}))
    assert ids(run_module(NAME, {"name": name})) == found


def test_a_name_in_the_same_letters_is_preferred_wherever_it_is(script: Script) -> None:
    other = {"id": "b1", "name": "site", "class_id": 5}
    script(
        search([], name="site", class_id={"$in": [3, "3"]}),
        search([SITE, other], name={"$regex": "^site$", "$options": "i"}),
    )
    assert ids(run_module(NAME, {"name": "site", "class": "3"})) == []


def test_signs_of_expressions_in_a_name_mean_themselves(script: Script) -> None:
    name = "a.b*c [1] (x|y) {2} ^+?$ \\"
    sign = r"a\.b\*c \[1\] \(x\|y\) \{2\} \^\+\?\$ \\"
    script(search([], name=name), search([], name={"$regex": f"^{sign}$", "$options": "i"}))
    assert ids(run_module(NAME, {"name": name})) == []


@pytest.mark.parametrize(
    ("filters", "before", "said"),
    [
        ({"class": "Hots"}, [CLASSES], "class: there is no class 'Hots' (did you mean 'Host'?)"),
        ({"state": "Alram"}, [STATES], "object_state: there is no state 'Alram' (did you mean 'Alarm'?)"),
        ({"tag": "hto"}, [TAGS], "tag: there is no tag 'hto' (did you mean 'hot'?)"),
        ({"tag": "cold", "id": "a1"}, [TAGS], "tag: there is no tag 'cold'"),
        ({"parent": "Siet"}, [listed()], "parent: there is no object 'Siet' (did you mean 'Site'?)"),
        (
            {"parent": "/ROOT/Siet", "name": "nothing"},
            [listed()],
            "parent: there is no object '/ROOT/Siet' (did you mean '/ROOT/Site'?)",
        ),
    ],
)
def test_misspelt_names_are_errors(script: Script, filters: dict[str, Any], before: list[Any], said: str) -> None:
    script(*before)
    result = run_module(NAME, filters)
    assert (result["failed"], result["msg"]) == (
        True,
        f"{said}: check the spelling, and whether the account may see it.",
    )


def test_two_states_of_one_name(script: Script) -> None:
    script(("GET", "/states", 200, [{"id": 4, "name": "Alarm"}, {"id": 9, "name": "Alarm"}]))
    message = "object_state: several states are called 'Alarm' (ids 4, 9): give the id."
    assert run_module(NAME, {"state": "Alarm"})["msg"] == message


def test_a_wrong_expression(script: Script) -> None:
    result = run_module(NAME, {"name_regex": "(["})
    assert result["msg"].startswith("name_regex is '([', which is not a regular expression (")
    assert result["msg"].endswith("): correct it.")


# --- by id and fields -----------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_by_id(script: Script, check: bool) -> None:
    script(("GET", "/objects/a2", 200, RACK))
    assert run_module(NAME, {"id": "a2"}, check=check) == {"changed": False, "objects": [RACK]}


@pytest.mark.parametrize(
    ("filters", "before", "found"),
    [({"name": "Other"}, [], []), ({"tag": "hot"}, [TAGS], ["a2"]), ({"state": "Alarm"}, [STATES], ["a2"])],
)
def test_by_id_and_more(script: Script, filters: dict[str, Any], before: list[Any], found: list[Any]) -> None:
    script(*before, ("GET", "/objects/a2", 200, RACK))
    assert ids(run_module(NAME, {"id": "a2", **filters})) == found


@pytest.mark.parametrize("code", ["NotFound", "ResourceNotFound"])
def test_by_unknown_id(script: Script, code: str) -> None:
    script(("GET", "/objects/gone", 404, {"code": code, "message": "Entity not found: Object(gone)"}))
    assert run_module(NAME, {"id": "gone"}) == {"changed": False, "objects": []}


def test_an_id_is_no_path(script: Script) -> None:
    script(("GET", "/objects/a%2F..%3Fx", 404, {"code": "NotFound", "message": ""}))
    assert run_module(NAME, {"id": "a/..?x"})["objects"] == []


@pytest.mark.parametrize("status", [403, 500])
def test_by_id_refused(script: Script, status: int) -> None:
    script(("GET", "/objects/a2", status, {"code": "Internal", "message": "no"}))
    assert run_module(NAME, {"id": "a2"})["status"] == status


@pytest.mark.parametrize(
    ("args", "exchange", "objects"),
    [
        ({"fields": ["name", "state_id"]}, listed("name,state_id"), [{"id": 1, "name": "ROOT", "state_id": 1}]),
        ({"fields": ["id", "name"]}, listed("name"), [{"id": 1, "name": "ROOT"}]),
        ({"fields": ["weight"], "parent": "Rack 1"}, listed("name,parent_id,weight"), [{"id": "a3"}]),
        ({"fields": ["path"], "name": "Site"}, listed("name,path"), [{"id": "a1"}]),
        ({"fields": ["class_id"], "name": "Site"}, search(name="Site"), [{"id": "a1", "class_id": "3"}]),
        (
            {"fields": ["class_id"], "id": "a2", "name": "Rack 1"},
            Exchange("GET", "/objects/a2?fields=class_id,name", 200, RACK),
            [{"id": "a2", "class_id": 3}],
        ),
    ],
)
def test_fields(script: Script, args: dict[str, Any], exchange: Exchange, objects: list[Any]) -> None:
    script(exchange)
    assert run_module(NAME, args)["objects"][: len(objects)] == objects


def test_only_ids(script: Script) -> None:
    """No field is asked for by an empty name, which a server might take for anything."""
    script(listed("name"))
    assert run_module(NAME, {"fields": ["id"]})["objects"] == [{"id": record["id"]} for record in ALL]


@pytest.mark.parametrize(
    "option", ["id", "discovery_id", "path", "name", "name_regex", "class", "object_state", "state", "tag", "parent"]
)
def test_an_empty_filter_does_not_mean_everything(script: Script, option: str) -> None:
    result = run_module(NAME, {option: ""})
    name = "object_state" if option == "state" else option
    assert (result["failed"], result["msg"]) == (True, f"{name} is empty: give a text, or leave the option out.")


def test_an_empty_name_of_a_property_does_not_mean_any(script: Script) -> None:
    assert (
        run_module(NAME, {"property": {"name": ""}})["msg"]
        == "property: name is empty: give a text, or leave the option out."
    )


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (7, "7"), ("x", "x")])
def test_a_property_is_looked_for_with_the_text_that_the_value_became(script: Script, value: Any, text: str) -> None:
    found = {"id": "p1", "name": "Fan", "properties": [{"id": "x", "name": "On", "value": text, "type_id": 1}]}
    criteria = {"properties": {"$elemMatch": {"name": "On", "value": text}}}
    script(
        Exchange(
            "POST",
            "/objects/search",
            200,
            [found],
            body={"search": criteria, "options": {"includeClientData": True}},
        )
    )
    assert run_module(NAME, {"property": {"name": "On", "value": value}})["objects"] == [found]


def test_a_structure_is_no_value_to_look_for(script: Script) -> None:
    said = run_module(NAME, {"property": {"name": "On", "value": {"a": 1}}})["msg"]
    assert said == "property: value: give a text (use the filter to_json for a structure)."


# --- names, and what belongs to an object ---------------------------------------------------------

USERS = ("GET", "/users", 200, [{"id": "u1", "login": "ann", "group": []}])
TREE = listed("discovery_id,name,parent_id")
OWNED = {**BOARD, "owner_id": "u1"}


def names(result: dict[str, Any]) -> list[Any]:
    return [record["names"] for record in result["objects"]]


def test_resolve_takes_the_tree_from_the_list(script: Script) -> None:
    script(listed(), CLASSES, STATES, TAGS)
    assert names(run_module(NAME, {"resolve": True, "limit": 4})) == [
        {"parents": [], "class": "1", "state": "1", "tags": [], "owner": None},
        {"parents": ["/ROOT"], "class": "Host", "state": "Alarm", "tags": ["hot"], "owner": None},
        {"parents": ["/ROOT/Site"], "class": "Host", "state": "Alarm", "tags": ["hot"], "owner": None},
        {"parents": ["/ROOT/Site", "/ROOT/Site/Rack 1"], "class": "Board", "state": None, "tags": [], "owner": None},
    ]


def test_resolve_reads_the_tree_once_after_a_search(script: Script) -> None:
    script(search([OWNED], name="Board"), TREE, CLASSES, USERS)
    assert names(run_module(NAME, {"name": "Board", "resolve": True})) == [
        {"parents": ["/ROOT/Site", "/ROOT/Site/Rack 1"], "class": "Board", "state": None, "tags": [], "owner": "ann"}
    ]


@pytest.mark.parametrize(
    ("fields", "exchanges", "record"),
    [
        (["class_id"], [listed("class_id"), CLASSES], {"id": "a1", "class_id": "3", "names": {"class": "Host"}}),
        (["parent_id"], [listed("name,parent_id")], {"id": "a1", "parent_id": [1], "names": {"parents": ["/ROOT"]}}),
        (["weight"], [listed("weight")], {"id": "a1", "names": {}}),
    ],
)
def test_resolve_reads_what_is_returned(
    script: Script, fields: list[str], exchanges: list[Any], record: dict[str, Any]
) -> None:
    script(*exchanges)
    assert run_module(NAME, {"fields": fields, "resolve": True})["objects"][1] == record


LINKS = [
    {"id": "l1", "source": "a1", "target": "a2"},
    {"id": "l2", "source": "a3", "target": "a1"},
    {"id": "l3", "source": "a2", "target": "a2"},
    {"id": "l4"},
]
FULL = {
    **RACK,
    "operations": [{"id": "op", "name": "restart"}],
    "properties": [
        {"id": "p1", "name": "Owner", "value": "ann", "type_id": 1},
        {"id": "p2", "name": "TaskType", "value": "ping", "type_id": "8"},
        {"id": "p3", "name": "Manual", "value": "https://example.org", "type_id": 6},
        {"id": "p4", "name": "Plan", "value": "upload_1", "type_id": 7},
    ],
}
NEVER_SET = {"code": "ResourceNotFound", "message": "Entity not found"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("part", "exchanges", "value"),
    [
        ("children", [("GET", "/objects/a2/children", 200, [BOARD])], [BOARD]),
        (
            "conditions",
            [
                ("GET", "/objects/a2/state-conditions", 200, [{"state": 3}]),
                ("GET", "/objects/a2/incident-conditions", 404, NEVER_SET),
            ],
            {"state": [{"state": 3}], "incident": []},
        ),
        ("has_conditions", [("GET", "/objects/a2/state-conditions/exists", 200, True)], True),
        ("has_conditions", [("GET", "/objects/a2/state-conditions/exists", 200, False)], False),
        ("triggers", [("GET", "/objects/a2/state-triggers", 404, NEVER_SET)], []),
        ("triggers", [("GET", "/objects/a2/state-triggers", 200, [{"id": "t"}])], [{"id": "t"}]),
        ("stat_rules", [("GET", "/objects/a2/stat-rules", 200, NEVER_SET)], []),
        ("links", [("GET", "/links", 200, LINKS)], [LINKS[0], LINKS[2]]),
        ("operations", [], FULL["operations"]),
        ("monitoring", [], [FULL["properties"][1]]),
        ("documents", [], FULL["properties"][2:]),
        (
            "paths",
            [
                (
                    "GET",
                    "/objects/a2/paths",
                    200,
                    {
                        "paths": [["a2", "a1", 1], ["a2", "x"]],
                        "objects": [{"id": "a2", "name": "Rack 1"}, {"_id": "a1", "name": "Site"}, ROOT],
                    },
                )
            ],
            ["/ROOT/Site/Rack 1", "/x/Rack 1"],
        ),
    ],
)
def test_gather(script: Script, check: bool, part: str, exchanges: list[Any], value: Any) -> None:
    script(("GET", "/objects/a2", 200, FULL), *exchanges)
    result = run_module(NAME, {"id": "a2", "gather": [part]}, check=check)
    assert result == {"changed": False, "objects": [{**FULL, part: value}]}


@pytest.mark.parametrize("answer", [[], {"paths": 1}, {"paths": [[1]], "objects": [5]}, None])
def test_paths_of_another_shape(script: Script, answer: Any) -> None:
    script(("GET", "/objects/a2", 200, RACK), ("GET", "/objects/a2/paths", 200, answer))
    said = run_module(NAME, {"id": "a2", "gather": ["paths"]})["msg"]
    assert said.startswith("The server sent paths of the record a2 in a form that is not known")


def test_what_parts_are_made_of_is_asked_for(script: Script) -> None:
    script(Exchange("GET", "/objects/a2?fields=name,operations,properties", 200, FULL))
    result = run_module(NAME, {"id": "a2", "fields": ["name"], "gather": ["operations", "monitoring"]})
    assert result["objects"] == [
        {"id": "a2", "name": "Rack 1", "operations": FULL["operations"], "monitoring": [FULL["properties"][1]]}
    ]


def test_a_part_that_the_account_may_not_read_fails_the_task(script: Script) -> None:
    script(
        ("GET", "/objects/a2", 200, RACK), ("GET", "/objects/a2/stat-rules", 403, {"code": "Forbidden", "message": ""})
    )
    assert run_module(NAME, {"id": "a2", "gather": ["stat_rules"]})["status"] == 403


def test_fields_that_do_not_exist_are_told(script: Script) -> None:
    script(listed("class,name"))
    assert run_module(NAME, {"fields": ["name", "class"]})["warnings"] == [
        "fields: none of these objects has the key 'class' (the server calls class 'class_id'): "
        "check the spelling, or leave it out."
    ]


@pytest.mark.parametrize("filters", [{"parent": "/ROOT/New"}, {"class": "New class"}, {"tag": "new", "resolve": True}])
def test_check_mode_assumes_that_an_earlier_task_creates_what_a_filter_names(filters: dict[str, Any]) -> None:
    server = FakeServer(objects=[], classes=[], tags=[])
    result = run_on(server, NAME, filters, check=True)
    assert (result["changed"], result["objects"]) == (False, [])
    assert "yet; check mode assumes that an earlier task creates it." in result["warnings"][0]
    assert "there is no" in run_on(server, NAME, filters)["msg"]
