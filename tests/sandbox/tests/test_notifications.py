# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log, and templates of notifications."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Api


def test_the_demo_has_events(api: Api) -> None:
    rows = api.ok("GET", "/event-log")
    assert [(row["type"], (row.get("entity") or {}).get("entityName")) for row in rows] == [
        (1, "north-core-sw"),
        (2, "lab-test-1"),
        (1, None),
    ]
    assert [row["timestamp"] for row in rows] == sorted(row["timestamp"] for row in rows)


def _events(api: Api) -> list[Any]:
    for seeded in api.ok("GET", "/event-log"):
        api.ok("DELETE", f"/event-log/{seeded['_id']}")
    made = [api.control("POST", "/events", {"type": 1, "payload": {"trapOid": "1.3.6", "text": "link down"}, "level": 2})]
    for topic in ("a", "b"):
        api.control("POST", "/clock", {"advance_ms": 1000})
        body = {"type": 2, "payload": {"topic": topic, "message": "{}"}, "entityId": api.object_id("Lab"), "agentId": "x"}
        made.append(api.control("POST", "/events", body))
    return made


def test_the_event_log(api: Api) -> None:
    made = _events(api)
    assert api.ok("GET", "/event-log") == [{**event, "skip": at} for at, event in enumerate(made)]
    assert made[1]["entity"] == {"entityId": api.object_id("Lab"), "entityName": "Lab", "entityType": 1}

    def found(query: str) -> list[int]:
        return [row["skip"] for row in api.ok("GET", f"/event-log?{query}")]

    assert found("type=2") == [1, 2]
    assert found("inverse=true&limit=2") == [2, 1]
    assert found("sortDirection=desc&skip=1") == [1, 0]
    assert found("sortField=level") == [1, 2, 0]
    assert found(f"from={made[1]['timestamp']}&to={made[1]['timestamp']}") == [1]
    assert [row["skip"] for row in api.ok("GET", "/event-log", params={"filter": json.dumps({"payload.topic": "b"})})] == [2]
    api.fails(400, "GET", "/event-log?filter=[]")
    assert len(api.ok("GET", "/event-log", auth=api.user("blind", []))) == 1


def test_edits_leave_the_record_alone(api: Api) -> None:
    event = _events(api)[1]
    path = f"/event-log/{event['_id']}"
    me = api.ok("GET", "/users/current")["id"]
    assert api.ok("PATCH", f"{path}/assignee", {"userId": me}) is None
    first = api.ok("GET", "/event-log/modifications")[0]
    assert {name: first[name] for name in ("target", "body", "skip")} == {"target": event["_id"], "body": {"userId": me}, "skip": 0}
    assert api.ok("PATCH", f"/event-log/{first['_id']}/payload", {"text": "planned"}) is None
    second = api.ok("GET", "/event-log/modifications?skip=1")[0]
    assert (second["target"], second["body"]) == (first["_id"], {"payload": {"text": "planned"}})
    assert api.ok("GET", "/event-log")[1] == {**event, "skip": 1}
    reader, blind = api.user("reader", [], [1]), api.user("blind", ["manage-event-log"])
    for verb, target in (("PATCH", f"{path}/assignee"), ("PATCH", f"{path}/payload"), ("DELETE", path)):
        api.fails(403, verb, target, {"userId": me}, auth=reader)
        api.fails(404, verb, target, {"userId": me}, auth=blind)
    assert api.ok("GET", "/event-log/modifications", auth=blind) == []
    api.fails(400, "PATCH", f"{path}/assignee", {})
    api.fails(404, "PATCH", f"{path}/assignee", {"userId": "nobody"})
    assert api.ok("DELETE", path) is None
    assert len(api.ok("GET", "/event-log")) == 2
    api.fails(404, "DELETE", path)


@pytest.mark.parametrize(
    "body", [{}, {"payload": 5}, {"payload": {}, "type": 3}, {"payload": {}, "entityId": "x"}, {"payload": {}, "level": 9}]
)
def test_what_is_no_event_is_refused(api: Api, body: Any) -> None:
    assert api.http.post(f"{api.url}/_sandbox/events", json=body, timeout=10).status_code == 400


def test_templates_are_a_fixed_set(api: Api) -> None:
    found = {item["templateType"]: item for item in api.ok("GET", "/notification-templates")}
    assert sorted(found) == sorted(
        [
            "email",
            "email-subject",
            "telegram",
            "sms",
            "registration",
            "registration-subject",
            "registration-password",
            "registration-password-subject",
            "forgot",
            "forgot-subject",
        ]
    )
    sms = found["sms"]
    path = f"/notification-templates/{sms['id']}"
    changed = api.ok("PATCH", path, {"content": {"single": "{{entityName}}!"}})
    assert changed == {**sms, "content": {"single": "{{entityName}}!", "pack": sms["content"]["pack"]}}
    assert changed in api.ok("GET", "/notification-templates")
    assert api.ok("GET", f"{path}/preview/single") == {"preview": "<p>Host 1!</p>\n"}
    assert api.ok("POST", f"{path}/restore-default/single") == sms["content"]["single"]
    assert sms in api.ok("GET", "/notification-templates")
    for wrong in (f"{path}/restore-default/double", "/notification-templates/x/restore-default/single"):
        assert api.call("POST", wrong).status_code in (400, 404)
    reader = api.user("reader", [], [1])
    api.fails(403, "PATCH", path, {}, auth=reader)
    api.fails(403, "POST", f"{path}/restore-default/single", auth=reader)


def test_previews(api: Api) -> None:
    body = {
        "group": "state",
        "templateType": "email",
        "type": "single",
        "content": "**{{entityName}}**\n\n{{#no}}x{{/no}}{{^no}}*y*{{/no}}",
    }
    path = "/notification-templates/preview"
    assert api.ok("PATCH", path, body) == {"preview": "<p><strong>Host 1</strong></p>\n<p><em>y</em></p>\n"}
    assert api.ok("PATCH", path, {**body, "content": "{{stateName}}", "isSubject": True}) == {"preview": "Alarm"}
    api.fails(400, "PATCH", path, {**body, "type": "double"})
    api.fails(400, "PATCH", path, {"group": "state"})
    stored = f"/notification-templates/{api.ok('GET', '/notification-templates')[0]['id']}/preview/single"
    api.settings(template_preview="get")
    api.fails(405, "PATCH", path, body)
    assert "preview" in api.ok("GET", stored)
    api.settings(template_preview="patch")
    api.fails(405, "GET", stored)


@pytest.mark.parametrize("as_text", [False, True])
def test_a_sent_notification_can_be_read(api: Api, as_text: bool) -> None:
    key = api.object_id("Lab")
    variables, parameters = {"note": "inspect the pump"}, {"to": "noc@example.org"}
    body = {"entityId": key, "entityType": 1, "subjectTemplate": "{{entityName}}: check", "contentTemplate": "<p>{{note}}</p>"}
    body |= {
        "templateVars": json.dumps(variables) if as_text else variables,
        "sendParams": json.dumps(parameters) if as_text else parameters,
    }
    assert api.ok("POST", "/notification-templates/send", body) is None
    (sent,) = api.control("GET", "/outbox")
    assert {name: sent[name] for name in ("kind", "to", "subject", "content")} == {
        "kind": "e-mail",
        "to": "noc@example.org",
        "subject": "Lab: check",
        "content": "<p>inspect the pump</p>",
    }
    api.control("DELETE", "/outbox")
    assert api.control("GET", "/outbox") == []
    for name in ("subjectTemplate", "contentTemplate", "sendParams"):
        api.fails(400, "POST", "/notification-templates/send", {key: value for key, value in body.items() if key != name})
    api.fails(404, "POST", "/notification-templates/send", body, auth=api.user("blind", []))
