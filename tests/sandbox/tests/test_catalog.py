# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links, classes, states, tags, entities."""

from __future__ import annotations

from conftest import Api


def test_links(api: Api) -> None:
    rows = api.ok("GET", "/links")
    assert len(rows) == 4
    expected = {"id", "class_id", "source", "target", "source_name", "target_name", "state_id", "last_state_update"}
    assert set(rows[0]) == expected
    assert set(api.ok("GET", "/links?fields=properties")[0]) == {"id", "properties"}
    lab, site = api.object_id("Lab"), api.object_id("North site")
    made = api.ok("POST", "/links", {"source": lab, "target": site, "properties": [{"name": "Cable", "value": "CAT6", "type_id": 1}]})
    assert (made["class_id"], made["state_id"], list(made["properties"][0])) == (35, 1, ["name", "type_id", "value", "id"])
    assert "source_name" not in made
    assert api.ok("GET", f"/links/{made['id']}") == made
    assert made["id"] in api.ok("GET", "/objects/1")["child_link_ids"]
    assert api.ok("PATCH", f"/links/{made['id']}", {"weight": "2"})["weight"] == 2
    api.fails(400, "PATCH", f"/links/{made['id']}", {"class_id": 3})
    api.fails(400, "POST", "/links", {"source": lab})
    assert api.ok("GET", f"/entities/{made['id']}")["source"] == lab
    assert api.ok("PUT", f"/entities/{made['id']}/state", {"state_id": 5})["state_id"] == 5
    assert api.ok("PUT", f"/links/{made['id']}/manual-state", {"stateId": 9})["state_id"] == 9
    assert len(api.ok("GET", f"/links/{made['id']}/props")) == 1
    assert [record["entityType"] for record in api.ok("GET", f"/links/{made['id']}/audit-log")] == [2, 2, 2, 2]
    assert api.ok("DELETE", f"/links/{made['id']}") is None
    api.fails(404, "GET", f"/links/{made['id']}")
    assert api.ok("GET", "/objects/1")["child_link_ids"] == []


def test_entities(api: Api) -> None:
    assert api.ok("GET", "/entities/1?fields=name") == {"id": 1, "name": "ROOT", "entityType": 1}
    api.fails(404, "GET", "/entities/zzz")


def test_classes(api: Api) -> None:
    classes = {item["id"]: item["name"] for item in api.ok("GET", "/classes")}
    assert {1: "Root", 2: "Saymon Agent", 3: "Host", 35: "Link"}.items() <= classes.items()
    made = api.ok("POST", "/classes", {"name": "Pump"})
    assert made == {"id": made["id"], "name": "Pump", "operations": [], "client_data": "{}", "entityType": 4}
    body = {"description": "d", "properties": [{"name": "p", "value": "v"}], "category_id": "7"}
    changed = api.ok("PATCH", f"/classes/{made['id']}", body)
    assert list(changed["properties"][0]) == ["name", "type_id", "value", "id"]
    by_id = api.ok("GET", f"/classes/{made['id']}")
    assert by_id == {"id": made["id"], "name": "Pump", "operations": [], "description": "d", "category_id": 7}
    thing = api.ok("POST", "/objects", {"name": "x", "class_id": made["id"]})
    assert thing["class_id"] == made["id"]
    assert api.ok("GET", f"/classes/{made['id']}/object-count") == 1
    api.fails(409, "DELETE", f"/classes/{made['id']}")
    api.ok("DELETE", f"/objects/{thing['id']}")
    assert api.ok("DELETE", f"/classes/{made['id']}") is None
    api.fails(409, "DELETE", "/classes/3")
    api.fails(400, "POST", "/classes", {})


def test_states(api: Api) -> None:
    assert {state["id"] for state in api.ok("GET", "/states")} == {1, 3, 4, 5, 6, 7, 8, 9}
    made = api.ok("POST", "/states", {"name": "Maintenance"})
    assert made == {"id": made["id"], "name": "Maintenance", "priority": 0, "ui": {"colors": {"main": "rgb(40 173 250)"}}}
    changed = api.ok("PATCH", f"/states/{made['id']}", {"ui": {"colors": {"light": "#fff"}}})
    assert changed["ui"]["colors"] == {"main": "rgb(40 173 250)", "light": "#fff"}
    assert api.ok("GET", f"/states/{made['id']}") == changed
    lab = api.object_id("Lab")
    api.ok("PUT", f"/objects/{lab}/state", {"state_id": made["id"]})
    api.fails(409, "DELETE", f"/states/{made['id']}")
    api.ok("PUT", f"/objects/{lab}/state", {"state_id": 3})
    assert api.ok("DELETE", f"/states/{made['id']}") is None


def test_tags(api: Api) -> None:
    assert len(api.ok("GET", "/tags")) == 5
    first, second = (api.ok("POST", "/tags", {"name": "same"}) for _ in range(2))
    assert first["id"] != second["id"]
    assert api.ok("PATCH", f"/tags/{first['id']}", {"color": "#112233"}) == {**first, "color": "#112233"}
    assert api.ok("GET", f"/tags/{first['id']}")["color"] == "#112233"
    assert api.ok("DELETE", f"/tags/{first['id']}") is None
    api.fails(404, "GET", f"/tags/{first['id']}")


def test_class_properties(api: Api) -> None:
    made = api.ok("POST", "/classes", {"name": "Pump"})
    path = f"/classes/{made['id']}/props"
    assert api.ok("GET", path) == []
    first = api.ok("POST", path, {"name": "a", "value": "1"})["id"]
    assert api.ok("PATCH", f"{path}/{first}", {"value": "2"}) == first
    assert api.ok("GET", path) == [{"name": "a", "type_id": 1, "value": "2", "id": first}]
    shown = next(row for row in api.ok("GET", "/classes") if row["id"] == made["id"])
    assert shown["properties"] == api.ok("GET", path)
    assert "updated" not in shown
    assert api.ok("DELETE", f"{path}/{first}") is None
    api.fails(404, "DELETE", f"{path}/{first}")
    api.fails(404, "GET", "/classes/zzz/props")
    auth = api.user("props", ["manage-properties"])
    api.fails(403, "POST", path, {"name": "t", "value": "ping", "type_id": 8}, auth=auth)
    api.ok("POST", path, {"name": "t", "value": "1"}, auth=auth)
    api.fails(403, "POST", path, {"name": "t", "value": "1"}, auth=api.user("nobody", []))


def test_a_deleted_class_takes_its_conditions_along(api: Api) -> None:
    made = api.ok("POST", "/classes", {"name": "Pump"})
    path = f"/classes/{made['id']}"
    api.ok("PUT", f"{path}/state-conditions", [{"condition": {}, "state": 3}])
    api.ok("POST", "/objects", {"name": "x", "class_id": made["id"]})
    api.fails(409, "DELETE", path)
    assert len(api.ok("GET", f"{path}/state-conditions")) == 1


def test_property_classes(api: Api) -> None:
    built_in = api.ok("GET", "/property-classes")
    assert {"date", "datetime", "dictionary"} <= {row["value_type_id"] for row in built_in}
    assert all(row["system"] for row in built_in)
    made = api.ok("POST", "/property-classes", {"name": "Serial", "value_type_id": "string", "mask": "^SN", "system": True})
    expected = {"description": "", "value": None, "multiple": False, "source": "", "mask": "^SN", "system": False}
    assert made == {"id": made["id"], "name": "Serial", "value_type_id": "string", **expected}
    assert api.ok("GET", "/property-classes") == [*built_in, made]
    path = f"/property-classes/{made['id']}"
    changed = api.ok("PATCH", path, {"multiple": True, "multiple_separator": ";", "mask": None, "value_type_id": "date"})
    assert changed == {**made, "multiple": True, "multiple_separator": ";", "mask": ""} == api.ok("GET", path)
    for bad in ({"name": "x"}, {"value_type_id": "date"}, {"name": "x", "value_type_id": "date", "multiple": "yes"}):
        api.fails(400, "POST", "/property-classes", bad)
    for method in ("PATCH", "DELETE"):
        api.fails(409, method, f"/property-classes/{built_in[0]['id']}", {"name": "x"})
        api.fails(403, method, path, {}, auth=api.user(f"nobody-{method}", []))
    assert api.ok("DELETE", path) is None
    api.fails(404, "GET", path)


def test_older_servers_have_no_property_classes(api: Api) -> None:
    api.settings(property_classes=False)
    for method, path in (("GET", ""), ("GET", "/1"), ("POST", ""), ("PATCH", "/1"), ("DELETE", "/1")):
        api.fails(404, method, f"/property-classes{path}", {"name": "x", "value_type_id": "date"})


def test_a_change_of_a_class_property_may_need_all_of_it(api: Api) -> None:
    made = api.ok("POST", "/classes", {"name": "Pump", "properties": [{"name": "a", "value": "1"}]})
    path = f"/classes/{made['id']}/props/{made['properties'][0]['id']}"
    api.settings(class_property_whole=True)
    api.fails(400, "PATCH", path, {"value": "2"})
    api.fails(400, "PATCH", path, {"name": "a"})
    api.ok("PATCH", path, {"name": "a", "value": "2"})
    assert api.ok("GET", f"/classes/{made['id']}/props")[0]["value"] == "2"


def test_a_class_in_use_can_be_deleted_where_that_is_switched_on(api: Api) -> None:
    made = api.ok("POST", "/classes", {"name": "Pump"})
    thing = api.ok("POST", "/objects", {"name": "x", "class_id": made["id"]})
    api.settings(delete_class_in_use=True)
    api.ok("DELETE", f"/classes/{made['id']}")
    assert api.ok("GET", f"/objects/{thing['id']}")["class_id"] == made["id"]
    api.fails(409, "DELETE", "/classes/3")


def test_tags_may_have_unique_names(api: Api) -> None:
    first, second = (api.ok("POST", "/tags", {"name": name}) for name in ("one", "two"))
    api.settings(unique_tag_names=True)
    api.fails(409, "POST", "/tags", {"name": "one"})
    api.fails(409, "PATCH", f"/tags/{second['id']}", {"name": "one"})
    assert api.ok("PATCH", f"/tags/{first['id']}", {"name": "one", "color": "#fff"})["color"] == "#fff"


def test_the_svg_background_of_a_state_has_two_places(api: Api) -> None:
    made = api.ok("POST", "/states", {"name": "A", "ui": {"colors": {"svgBackground": ["#111", "#222"]}}})
    assert made["ui"]["colors"]["svgBackground"] == ["#111", "#222"]
    api.settings(svg_background_place="top")
    shown = {"id": made["id"], "name": "A", "priority": 0, "ui": {"colors": {"main": "rgb(40 173 250)"}}}
    assert api.ok("GET", f"/states/{made['id']}") == {**shown, "svgBackground": ["#111", "#222"]}
    assert {**shown, "svgBackground": ["#111", "#222"]} in api.ok("GET", "/states")
    changed = api.ok("PATCH", f"/states/{made['id']}", {"svgBackground": ["#333"]})
    assert (changed["svgBackground"], "svgBackground" in changed["ui"]["colors"]) == (["#333"], False)
    api.settings(svg_background_place="nested")
    assert api.ok("GET", f"/states/{made['id']}")["ui"]["colors"]["svgBackground"] == ["#333"]
