# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_incident."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident import MARK
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, WatchedStore, lost, refused, run_on
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_incident"
ME = "64b1f0c2a9d3e45f6a7b8c01"
SHOP = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "Shop", "parent_id": [1]}
ROOT = {"id": 1, "name": "ROOT", "parent_id": []}
OPEN: dict[str, Any] = {"id": "i1", "entityId": SHOP["id"], "entityType": 1, "state": 1, "text": "disk", "timestamp": 5}
SEEN = {**OPEN, "acknowledgedBy": ME}
CLEARED = {**OPEN, "state": "3", "lastState": 1, "clearTimestamp": 9}
REMOVED = {**CLEARED, "removed": {"userId": ME, "timestamp": 9}}
LEVELS = ("GET", "/incident-levels", 200, [{"id": 1, "name": "Alarm"}, {"id": 2, "name": "Warning"}])
PAGE = "/incidents?sortField=timestamp&sortDirection=asc&limit=1000"


def one(record: Any) -> Exchange:
    return Exchange("GET", f"/incidents/{record['id']}", 200, record)


def act(step: str, record: Any = None) -> Exchange:
    return Exchange("POST", f"/incidents/{(record or OPEN)['id']}/{step}")


def say(text: str) -> Exchange:
    return Exchange(
        "POST", "/incidents/i1/comment", sent=text.encode(), headers={"Content-Type": "text/plain; charset=utf-8"}
    )


# --- from state to state --------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("record", "state", "steps", "before", "after"),
    [
        (OPEN, "acknowledged", ["acknowledge"], "unacknowledged", "acknowledged"),
        ({**OPEN, "acknowledgedBy": None}, "acknowledged", ["acknowledge"], "unacknowledged", "acknowledged"),
        (SEEN, "unacknowledged", ["unacknowledge"], "acknowledged", "unacknowledged"),
        (CLEARED, "acknowledged", ["acknowledge"], "unacknowledged", "acknowledged"),
        (SEEN, "cleared", ["clear"], "open", "cleared"),
        (OPEN, "removed", ["clear-remove"], "open", "removed"),
        (CLEARED, "removed", ["clear-remove"], "cleared", "removed"),
        (CLEARED, "restored", ["undo-clear"], "cleared", "open"),
        (REMOVED, "restored", ["undo-remove", "undo-clear"], "removed", "open"),
        ({**OPEN, "removed": {"userId": ME}}, "restored", ["undo-remove"], "open, to be removed", "open"),
        ({**OPEN, "removed": {"userId": ME}}, "removed", ["clear"], "open, to be removed", "removed"),
    ],
)
def test_a_change(
    script: Script, check: bool, record: Any, state: str, steps: list[str], before: str, after: str
) -> None:
    after_it = {**record, "seen": "afterwards"}
    script(one(record), *([] if check else [*map(act, steps), one(after_it)]))
    result = run_module(NAME, {"id": "i1", "state": state}, check=check)
    assert result["changed"] is True
    assert result["diff"] == [
        {
            "before_header": "incident disk",
            "after_header": "incident disk",
            "before": {"state": before},
            "after": {"state": after},
        }
    ]
    assert (result["action"], result["incident"]) == ("updated", record if check else after_it)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("record", "state"),
    [
        (SEEN, "acknowledged"),
        ({**REMOVED, "acknowledgedBy": "somebody"}, "acknowledged"),
        (OPEN, "unacknowledged"),
        (CLEARED, "cleared"),
        (REMOVED, "cleared"),
        (REMOVED, "removed"),
        (OPEN, "restored"),
        (OPEN, "present"),
        (REMOVED, "present"),
    ],
)
def test_no_change(script: Script, check: bool, record: Any, state: str) -> None:
    script(one(record))
    result = run_module(NAME, {"id": "i1", "state": state}, check=check)
    assert (result["changed"], result["diff"]) == (False, [])
    assert (result["action"], result["incident"]) == ("unchanged", record)


# --- comment and properties -----------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_a_comment(script: Script, check: bool) -> None:
    script(
        one({**OPEN, "comment": "alt"}), *([] if check else [act("acknowledge"), say("Известно, ticket 77"), one(OPEN)])
    )
    result = run_module(NAME, {"id": "i1", "state": "acknowledged", "comment": " Известно, ticket 77\n"}, check=check)
    assert result["diff"][0]["after"] == {"state": "acknowledged", "comment": "Известно, ticket 77"}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("text", ["ticket 77", " ticket 77 "])
def test_the_same_comment(script: Script, check: bool, text: str) -> None:
    script(one({**OPEN, "comment": text}))
    assert run_module(NAME, {"id": "i1", "comment": "ticket 77"}, check=check)["changed"] is False


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    "present",
    [
        {"a": 1, "b": [True]},
        [["a", 1], ["b", [True]]],
        [{"key": "a", "value": 1}, {"key": "b", "value": [True]}],
    ],
)
@pytest.mark.parametrize(
    ("options", "writes"),
    [
        ({"properties": {"a": 1}}, []),
        ({"properties": {}}, []),
        ({"properties": {"a": 2, "c": None}}, [("POST", {"a": 2, "c": None})]),
        ({"properties": {"b": [1]}}, [("POST", {"b": [1]})]),
        ({"properties": {"b": [True], "a": 1}, "append_properties": False}, []),
        (
            {"properties": {"c": {"d": 1}}, "append_properties": False},
            [("POST", {"c": {"d": 1}}), ("DELETE", ["a", "b"])],
        ),
        ({"properties": {}, "append_properties": False}, [("DELETE", ["a", "b"])]),
    ],
)
def test_properties(script: Script, check: bool, present: Any, options: Any, writes: list[Any]) -> None:
    record = {**OPEN, "properties": present}
    script(one(record))
    script(*([] if check else [Exchange(method, "/incidents/i1/props", 200, OPEN, body) for method, body in writes]))
    script(*([one(OPEN)] if writes and not check else []))
    assert run_module(NAME, {"id": "i1", **options}, check=check)["changed"] is bool(writes)


@pytest.mark.parametrize("answer", ["", "null", "[]", "{}", '{"ok": true}'])
def test_an_answer_that_is_no_incident_is_looked_into(script: Script, answer: str) -> None:
    before, after = ({**OPEN, "properties": values} for values in ([["a", 1]], []))
    options = {"id": "i1", "properties": {}, "append_properties": False}
    script(one(before), Exchange("DELETE", "/incidents/i1/props", 200, body=["a"], text=answer))
    script(Exchange("GET", PAGE, 200, [after]), one(after))
    result = run_module(NAME, options)
    assert (result["changed"], result["recovered"], result["incident"]) == (True, True, after)
    script(one(before))
    for _attempt in range(3):
        script(Exchange("DELETE", "/incidents/i1/props", 200, body=["a"], text=answer))
        script(*([Exchange("GET", PAGE, 200, [before])] if _attempt < 2 else []))
    result = run_module(NAME, options)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "DELETE /incidents/i1/props was not answered with the incident." in result["msg"]


# --- which incidents ------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [False, True])
def test_by_filter(script: Script, check: bool) -> None:
    query = (
        "filter=%5B%5B%22%24and%22%2C%5B%5B%22severity%22%2C%5B%221%22%5D%5D%2C%5B%22text%22%2C%7B%22value%22%3A%22disk"
        "%22%2C%22op%22%3A%22_ct%22%7D%5D%2C%5B%22entity%22%2C%22objects-64b1f0c2a9d3e45f6a7b8e01%22%5D%5D%5D%5D"
    )
    others = [
        {**OPEN, "id": "i2", "state": 2},
        {**OPEN, "id": "i3", "text": "net"},
        {**OPEN, "id": "i4", "entityId": "x"},
    ]
    script(
        LEVELS,
        search("name", "ROOT", "ROOT/Shop", "Shop", among=[ROOT, SHOP]),
        Exchange("GET", PAGE.replace("?", f"?{query}&"), 200, [*others, {**SEEN, "id": "i5"}, OPEN]),
        *(
            []
            if check
            else [
                act("acknowledge"),
                say("Known, ticket 77"),
                Exchange("POST", "/incidents/i5/comment", sent=b"Known, ticket 77"),
            ]
        ),
    )
    result = run_module(
        NAME,
        {
            "filter": {"object": "/ROOT/Shop", "level": ["Alarm"], "text": {"contains": "disk"}},
            "state": "acknowledged",
            "comment": "Known, ticket 77",
        },
        check=check,
    )
    assert [(outcome["id"], outcome["action"]) for outcome in result["outcomes"]] == [
        ("i1", "updated"),
        ("i5", "updated"),
    ]
    assert [diff["after"] for diff in result["diff"]] == [
        {"state": "acknowledged", "comment": "Known, ticket 77"},
        {"comment": "Known, ticket 77"},
    ]


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("options", "exchanges"),
    [
        ({"filter": {"open": True}}, [Exchange("GET", PAGE, 200, [CLEARED])]),
        ({"all_incidents": True}, [Exchange("GET", PAGE, 200, [])]),
        ({"key": "k"}, [Exchange("GET", PAGE, 200, [OPEN])]),
        ({"ids": []}, []),
        ({"id": "i9"}, [("GET", "/incidents/i9", 404, {})]),
        ({"ids": ["i8", "i9"]}, [("GET", "/incidents/i8", 404, {}), ("GET", "/incidents/i9", 404, {})]),
    ],
)
def test_nothing_to_clear(script: Script, check: bool, options: Any, exchanges: list[Any]) -> None:
    script(*exchanges)
    result = run_module(NAME, {**options, "state": "cleared"}, check=check)
    assert (result["changed"], result["diff"], result["outcomes"]) == (False, [], [])


@pytest.mark.parametrize("options", [{"all_incidents": True}, {"ids": [f"i{number}" for number in range(30)]}])
def test_many(script: Script, options: Any) -> None:
    records = [{**OPEN, "id": f"i{number}"} for number in range(30)]
    script(Exchange("GET", PAGE, 200, [*reversed(records)]))
    script(*(act("clear", record) for record in sorted(records, key=lambda record: (len(record["id"]), record["id"]))))
    result = run_module(NAME, {**options, "state": "cleared"})
    assert result["summary"]["updated"] == 30


@pytest.mark.parametrize("state", ["acknowledged", "unacknowledged", "restored", "present"])
def test_an_id_that_is_not_there(script: Script, state: str) -> None:
    script(one(OPEN), ("GET", "/incidents/i2", 404, {}))
    result = run_module(NAME, {"ids": ["i1", "i2", "i1"], "state": state, "comment": "x"})
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == (
        "No active incident has the id i2: it may be in the history by now, or out of reach for the account."
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"state": "cleared"},
            "Nothing says which incidents are meant: give id, ids, filter or key, or all_incidents=true for all active "
            "ones.",
        ),
        ({"id": "a", "filter": {"open": True}}, "id and filter are given together: give one of them."),
        ({"all_incidents": True, "key": "k"}, "key and all_incidents are given together: give one of them."),
        ({"filter": {}}, "filter must be a dictionary with conditions such as {level: [Alarm]}, got {}."),
        ({"id": ""}, "id is empty: give a text, or leave the option out."),
        ({"ids": ["a", ""]}, "ids holds an empty text: give ids that are not empty."),
        (
            {"id": "a", "level": "Alarm", "text": "x"},
            "level and text can only be given for a new incident, which needs key and state=present: add the key, or "
            "leave level and text out.",
        ),
        (
            {"key": "k", "object": "Shop", "state": "cleared"},
            "object can only be given for a new incident, which needs key and state=present: add the key, or leave "
            "object out.",
        ),
        (
            {"key": "k", "object": "Shop", "link": "l1"},
            "object and link are given together: an incident is of one of them.",
        ),
        ({"id": "a", "comment": "  "}, "comment is '  ': give a text that is not empty."),
        ({"id": "a", "parallel": 0}, "parallel is 0: give a number from 1 to 32."),
    ],
)
def test_what_is_refused_before_anything_is_sent(script: Script, options: Any, said: str) -> None:
    assert run_module(NAME, options)["msg"] == said


# --- creation -------------------------------------------------------------------------------------

NEW = {"key": "k1", "object": "Shop", "level": "Warning", "text": "Диск"}
BODY = {"properties": {"job": 1, MARK: "k1"}, "entityId": SHOP["id"], "entityType": 1, "state": 2, "text": "Диск"}
FIND = search("name", "ROOT", "Shop", among=[ROOT, SHOP])


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("shown", [[["job", 1], [MARK, "k1"]], {"job": 1, MARK: "k1"}])
def test_a_new_incident(script: Script, check: bool, shown: Any) -> None:
    created = {**BODY, "id": "i1", "properties": shown}
    script(Exchange("GET", PAGE, 200, [OPEN]), FIND, LEVELS)
    script(*([] if check else [Exchange("POST", "/incidents", 200, created, BODY), say("wer?"), one(created)]))
    result = run_module(NAME, {**NEW, "properties": {"job": 1}, "comment": "wer?"}, check=check)
    assert (result["action"], result["incident"].get("id")) == ("created", None if check else "i1")
    assert result["diff"][0]["after"] == {
        "comment": "wer?",
        "entity_type": "object",
        "key": "k1",
        "level": "Warning",
        "object": "Shop",
        "properties": {"job": 1},
        "state": "present",
        "text": "Диск",
    }


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("record", [OPEN, CLEARED])
def test_it_is_there_already(script: Script, check: bool, record: Any) -> None:
    script(Exchange("GET", PAGE, 200, [{**record, "properties": [[MARK, "k1"]]}]))
    assert run_module(NAME, NEW, check=check)["changed"] is False


def test_a_new_incident_of_a_link(script: Script) -> None:
    body = {"properties": {MARK: "k1"}, "entityId": "l1", "entityType": 2, "state": 2, "text": "Диск"}
    script(Exchange("GET", PAGE, 200, []), ("GET", "/links?fields=class_id,source,target", 200, [{"id": "l1"}]), LEVELS)
    script(Exchange("POST", "/incidents", 200, {**body, "id": "i1"}, body), one({**body, "id": "i1"}))
    assert run_module(NAME, {**NEW, "object": None, "link": "l1"})["changed"] is True


def test_the_key_is_given_where_the_creation_ignores_it(script: Script) -> None:
    created = {**BODY, "id": "i1"}
    del created["properties"]
    script(
        Exchange("GET", PAGE, 200, []),
        FIND,
        LEVELS,
        Exchange("POST", "/incidents", 200, created, {**BODY, "properties": {MARK: "k1"}}),
    )
    script(Exchange("POST", "/incidents/i1/props", 200, created, {MARK: "k1"}), one(created))
    assert run_module(NAME, NEW)["changed"] is True


def test_the_key_cannot_be_given(script: Script) -> None:
    created = {"id": "i1"}
    script(
        Exchange("GET", PAGE, 200, []),
        FIND,
        LEVELS,
        Exchange("POST", "/incidents", 200, created, {**BODY, "properties": {MARK: "k1"}}),
    )
    script(Exchange("POST", "/incidents/i1/props", 403, {}, {MARK: "k1"}))
    result = run_module(NAME, NEW)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith(
        "The incident i1 was created without its key, so that another run would create one more: "
    )


@pytest.mark.parametrize("status", [404, 405])
def test_an_older_server(script: Script, status: int) -> None:
    script(Exchange("GET", PAGE, 200, []), FIND, LEVELS)
    script(Exchange("POST", "/incidents", status, {}, {**BODY, "properties": {MARK: "k1"}}))
    result = run_module(NAME, NEW)
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == (
        "This server cannot create incidents, which only newer versions can: raise it by data or by a condition, or "
        "update the server."
    )


def test_a_new_incident_lacks_something(script: Script) -> None:
    script(Exchange("GET", PAGE, 200, []))
    assert run_module(NAME, {"key": "k1", "level": "Alarm"})["msg"] == (
        "No active incident has the key 'k1', and object and text must be given to create one."
    )


def test_the_key_stays_where_properties_are_made_exact(script: Script) -> None:
    script(Exchange("GET", PAGE, 200, [{**OPEN, "properties": [[MARK, "k1"], ["a", 1]]}]))
    script(Exchange("DELETE", "/incidents/i1/props", 200, OPEN, ["a"]), one(OPEN))
    result = run_module(NAME, {"key": "k1", "properties": {}, "append_properties": False})
    assert result["diff"][0]["before"] == {"properties": {"a": 1}}
    assert result["diff"][0]["after"] == {"properties": {}}


# --- faults ---------------------------------------------------------------------------------------


class Incidents(FakeServer):
    """A server that knows what the calls below an incident do."""

    def _act(self, request: Request, body: Any) -> Any:
        found = re.fullmatch("/incidents/(i[0-9]+)/([a-z-]+)", request.path)
        if found is None:
            return super()._act(request, body)
        (record,) = self.find("/incidents", id=found[1]) or [{}]
        if not record:
            raise HttpError(request.method, request.path, 404, "NotFound", "")
        if found[2] == "comment":
            record.update(comment=request.text, commentsCount=record.get("commentsCount", 0) + 1)
        elif found[2] == "props":
            values = record.setdefault("properties", {})
            values.update(body) if request.method == "POST" else [values.pop(name) for name in body]
            return record
        elif found[2] in ("clear", "clear-remove"):
            record.update(CLEARED if found[2] == "clear" else REMOVED, id=record["id"])
        else:
            record["acknowledgedBy"] = {"acknowledge": ME, "unacknowledge": None}[found[2]]
        return None


TASK = {
    "all_incidents": True,
    "state": "acknowledged",
    "comment": "ticket 77",
    "properties": {"a": 1},
    "append_properties": False,
}


def incidents(count: int = 3) -> Incidents:
    return Incidents(incidents=[{**OPEN, "id": f"i{number}", "properties": {"b": 2}} for number in range(count)])


@pytest.mark.parametrize("parallel", [1, 4])
@pytest.mark.parametrize(
    "call", ["POST /incidents/i1/acknowledge", "POST /incidents/i1/comment", ".* /incidents/i1/props"]
)
@pytest.mark.parametrize("after", [False, True])
def test_a_lost_answer(call: str, after: bool, parallel: int) -> None:
    server = incidents()
    (server.after if after else server.before).append((call, lost))
    result = run_on(server, NAME, {**TASK, "parallel": parallel})
    if "comment" in call and not after:
        assert "may still" in result["msg"] or "This may have been done" in result["msg"]
    else:
        assert (result.get("msg"), result["changed"]) == (None, True)
        assert [one.get("commentsCount") for one in server.data["/incidents"]] == [1, 1, 1]
    server.before.clear()
    server.after.clear()
    run_on(server, NAME, TASK)
    server.journal.clear()
    again = run_on(server, NAME, TASK)
    assert (again["changed"], server.writes) == (False, [])
    assert all(one["properties"] == {"a": 1} for one in server.data["/incidents"])


def test_a_creation_whose_answer_is_lost_is_not_repeated() -> None:
    server = Incidents(incidents=[], objects=[SHOP], incident_levels=[{"id": 2, "name": "Warning"}])
    server.after = [("POST /incidents", lost)]
    result = run_on(server, NAME, NEW)
    assert (result.get("msg"), result["changed"], result["recovered"]) == (None, True, True)
    assert len(server.data["/incidents"]) == 1
    server.journal.clear()
    assert run_on(server, NAME, NEW)["changed"] is False
    assert server.writes == []


def test_one_that_is_refused_stops_no_other() -> None:
    server = incidents()
    server.before = [("POST /incidents/i1/acknowledge", refused(403))]
    result = run_on(server, NAME, {**TASK, "outcomes": "all"})
    assert result["failed"] is True
    assert [outcome["action"] for outcome in result["outcomes"]] == ["updated", "failed", "updated"]
    assert result["msg"].startswith("1 of 3 incidents failed: POST /incidents/i1/acknowledge answered 403")


def test_two_tasks_of_a_run_take_turns() -> None:
    server = incidents()

    def meanwhile() -> None:
        server.data["/incidents"].pop()
        server.data["/incidents"][0]["acknowledgedBy"] = "somebody"
        server.counted.written += 1

    store = WatchedStore(meanwhile)
    server.sessions = store
    result = run_on(server, NAME, {"all_incidents": True, "state": "acknowledged"})
    assert (result.get("msg"), store.wanted) == (None, [{"incident"}])
    assert server.writes == [("POST", "/incidents/i1/acknowledge", None)]


def test_one_that_has_vanished_after_the_change(script: Script) -> None:
    script(one(OPEN), act("clear-remove"), ("GET", "/incidents/i1", 404, {}))
    result = run_module(NAME, {"id": "i1", "state": "removed"})
    assert (result["changed"], result["incident"]) == (True, OPEN)


def test_an_unreachable_server_says_so(script: Script) -> None:
    script(*[Exchange("GET", "/incidents/i1", error=requests.exceptions.ConnectionError("no route"))] * 4)
    assert run_module(NAME, {"id": "i1"})["failed"] is True
