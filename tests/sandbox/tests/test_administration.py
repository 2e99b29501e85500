# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Dictionaries, scripts, MQTT subscriptions, bulk changes of links."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Api

DICTIONARIES = ("/dictionaries", "/dictionaries-monitoring")


@pytest.mark.parametrize("path", DICTIONARIES)
def test_dictionaries(api: Api, path: str) -> None:
    made = api.ok("POST", path, {"name": "Valve", "content": {"0": "shut", "1": "open"}, "comment": "c"})
    assert made == {"id": made["id"], "name": "Valve", "content": '{"0":"shut","1":"open"}', "contentType": "object", "comment": "c"}
    assert api.ok("GET", path) == [made] == [api.ok("GET", f"{path}/{made['id']}")]
    changed = api.ok("PATCH", f"{path}/{made['id']}", {"content": '{"2": ["a", "b"]}'})
    assert changed["content"] == '{"2": ["a", "b"]}'
    api.settings(dictionary_content="object")
    assert api.ok("GET", path)[0]["content"] == {"2": ["a", "b"]}
    api.fails(409, "POST", path, {"name": "Valve"})
    other = api.ok("POST", path, {"name": "Pump", "columns": {"0": {"name": "key"}}})
    assert (other["content"], other["columns"]) == ({}, {"0": {"name": "key"}})
    api.fails(409, "PATCH", f"{path}/{other['id']}", {"name": "Valve"})
    api.settings(unique_dictionary_names=False)
    assert api.ok("POST", path, {"name": "Valve"})["name"] == "Valve"
    for wrong in ({}, {"name": ""}, {"name": "x", "content": "text"}, {"name": "x", "content": [1]}):
        api.fails(400, "POST", path, wrong)
    assert api.ok("DELETE", f"{path}/{other['id']}") is None
    api.fails(404, "GET", f"{path}/{other['id']}")


def test_a_change_keeps_what_it_does_not_mention_but_for_monitoring(api: Api) -> None:
    left = []
    for path in DICTIONARIES:
        made = api.ok("POST", path, {"name": "Valve", "content": {"0": "shut"}, "comment": "c"})
        changed = api.ok("PATCH", f"{path}/{made['id']}", {"description": "d"})
        left.append((changed["name"], changed["content"], changed.get("comment"), changed["description"]))
    assert left == [("Valve", '{"0":"shut"}', "c", "d"), ("Valve", "{}", None, "d")]


@pytest.mark.parametrize(
    ("path", "more", "right"),
    [("/dictionary-groups", {"description": "d"}, "manage-dictionaries"), ("/scripts", {"text": "echo\n"}, "manage-scripts")],
)
def test_groups_and_scripts(api: Api, path: str, more: dict[str, Any], right: str) -> None:
    made = api.ok("POST", path, {"name": "a", **more})
    assert made == {"id": made["id"], "name": "a", **more}
    one = f"{path}/{made['id']}"
    assert api.ok("PATCH", one, {"name": "b"}) == {**made, "name": "b"} == api.ok("GET", one)
    assert api.ok("POST", path, {"name": "b"})["name"] == "b"
    holder, other = api.user("holder", [right], [1]), api.user("other", [], [1])
    assert len(api.ok("GET", path, auth=holder)) == 2
    for verb, target in (("GET", path), ("GET", one), ("POST", path), ("PATCH", one), ("DELETE", one)):
        api.fails(403, verb, target, auth=other)
    assert api.ok("DELETE", one, auth=holder) is None
    api.fails(404, "GET", one)


def test_dictionaries_are_read_by_all_and_written_by_some(api: Api) -> None:
    other = api.user("other", [], [1])
    assert api.ok("GET", "/dictionaries", auth=other) == []
    api.fails(403, "POST", "/dictionaries", {"name": "x"}, auth=other)
    api.fails(403, "GET", "/dictionaries-monitoring", auth=other)


def test_older_servers_know_no_newer_dictionaries(api: Api) -> None:
    api.settings(newest_dictionaries=False)
    for path in ("/dictionary-groups", "/dictionaries-monitoring"):
        assert "does not exist" in api.fails(404, "GET", path)["message"]
        api.fails(404, "POST", path, {"name": "x"})


def test_mqtt_subscriptions_come_from_monitoring_settings(api: Api) -> None:
    lab = api.object_id("Lab")
    settings = {"TaskType": "mqtt", "MqttTopic": "site/lab", "MqttExpiryPeriodValue": "5", "MqttExpiryPeriodUnit": "minutes"}
    assert api.ok("GET", "/mqtt/subscriptions") == []
    api.ok("POST", f"/objects/{lab}/monitoring", [{"name": name, "value": value} for name, value in settings.items()])
    link = api.ok("GET", "/links")[0]["id"]
    api.ok("POST", f"/links/{link}/monitoring", [{"name": name, "value": settings[name]} for name in ("TaskType", "MqttTopic")])
    owner = {"entityId": lab, "entityType": 1}
    assert api.ok("GET", "/mqtt/subscriptions") == [
        {"owner": owner, "topic": "site/lab", "dataExpiryPeriod": 300_000},
        {"owner": {"entityId": link, "entityType": 2}, "topic": "site/lab"},
    ]
    assert api.ok("GET", "/mqtt/subscriptions", auth=api.user("blind", ["manage-service-properties"])) == []
    api.fails(403, "GET", "/mqtt/subscriptions", auth=api.user("other", [], [1]))


def test_agents_are_updated_by_those_who_may(api: Api) -> None:
    assert api.ok("POST", "/agents/update") is None
    api.fails(403, "POST", "/agents/update", auth=api.user("other", [], [1]))


def test_bulk_changes_of_links(api: Api) -> None:
    links = api.ok("GET", "/links")
    core = api.object_id("north-core-sw")
    body = {
        "search": {"source": core},
        "bulk": [
            {"modify": {"weight": 3}},
            {"properties.createOrModify": {"name": "Cable", "value": "new"}},
            {"stateConditions": [{"condition": {}, "state": 3}]},
        ],
    }
    answer = api.ok("POST", "/bulk/links", body)
    assert answer["finished"] is False
    assert api.ok("GET", f"/bulk/{answer['bulkId']}/status") == {"finished": True}
    for row in links:
        link = api.ok("GET", f"/links/{row['id']}")
        wanted = (3, "new") if row["source"] == core else (None, "CAT6")
        assert (link.get("weight"), link["properties"][0]["value"]) == wanted
    assert api.ok("GET", f"/links/{links[0]['id']}/state-conditions") == [{"condition": {}, "state": 3}]
    api.fails(400, "POST", "/bulk/links", {"bulk": [{"modify": {"source": None}}]})
    api.fails(400, "POST", "/bulk/links", {"bulk": [{"nothing": 1}]})
    api.fails(400, "POST", "/bulk/links", {"search": [1], "bulk": []})
    api.fails(403, "POST", "/bulk/links", body, auth=api.user("other", ["run-bulks"], [1]))
