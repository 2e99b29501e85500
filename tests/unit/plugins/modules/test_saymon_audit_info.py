# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_audit_info."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._state import timeframe
from ansible_collections.saymon.platform.plugins.modules import saymon_audit_info
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_audit_info"
NOW = 1_900_000_000_000
HOUR = 3_600_000
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
DB = {"id": "64b1f0c2a9d3e45f6a7b8e01", "name": "db", "parent_id": [1]}
FIND = search("name", "ROOT", "db", among=[ROOT, DB])
TREE = Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, [ROOT, DB])
USERS = ("GET", "/users", 200, [{"id": "u1", "login": "ann", "permissions": []}, {"id": "u2", "login": "bob"}])
OLD = {"entityId": DB["id"], "entityType": 1, "kind": 10, "timestamp": NOW - 3 * HOUR, "userId": "u1", "newBody": [1]}
NEW = {"entityId": DB["id"], "entityType": 1, "kind": 99, "timestamp": NOW, "userId": "u2", "oldBody": {}}
SESSION = {"id": "s1", "entityId": "u1", "entityType": 5, "kind": 13, "timestamp": NOW, "userId": "u1"}
RECORDS = [OLD, NEW]


@pytest.fixture(autouse=True)
def _at_a_fixed_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeframe, "now_in_ms", lambda: NOW)


def page(log: str, found: Any, query: str = "", skip: int = 0, size: int = 1000) -> Exchange:
    return Exchange("GET", f"/{log}?{query}limit={size}&skip={skip}", 200, found)


OF_DB = f"objects/{DB['id']}/audit-log"


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("args", "requests", "found"),
    [
        ({"object": "db"}, [FIND, page(OF_DB, RECORDS)], [NEW, OLD]),
        ({"object": "db", "from": "-1h"}, [FIND, page(OF_DB, RECORDS, f"from={NOW - HOUR}&")], [NEW]),
        (
            {"object": "db", "from": NOW - 4 * HOUR, "to": "-1h"},
            [FIND, page(OF_DB, RECORDS, f"from={NOW - 4 * HOUR}&to={NOW - HOUR}&")],
            [OLD],
        ),
        ({"object": "db", "user": "ann"}, [FIND, USERS, page(OF_DB, RECORDS)], [OLD]),
        ({"object": "db", "user": "u2", "max_items": 1}, [FIND, USERS, page(OF_DB, RECORDS)], [NEW]),
        ({"object": "db", "max_items": 1}, [FIND, page(OF_DB, RECORDS)], [NEW]),
        ({"link": "a/b"}, [page("links/a%2Fb/audit-log", [])], []),
        ({"log": "security"}, [page("users/security/log", [SESSION])], [SESSION]),
        ({"log": "security", "user": "bob"}, [USERS, page("users/security/log", [SESSION])], []),
    ],
)
def test_which_records(
    script: Script, check: bool, args: dict[str, Any], requests: list[Any], found: list[dict[str, Any]]
) -> None:
    """Each filter is applied here too: a server may ignore it."""
    script(*requests)
    assert run_module(NAME, args, check=check) == {"changed": False, "records": found}


def test_all_pages_are_read(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest may be on the last one."""
    monkeypatch.setattr(saymon_audit_info, "_PAGE", 2)
    records = [{**SESSION, "id": f"s{number}", "timestamp": NOW + number} for number in range(5)]
    pages = [page("users/security/log", records[skip : skip + 2], "", skip, 2) for skip in (0, 2, 4)]
    script(*pages)
    assert run_module(NAME, {"log": "security", "max_items": 1})["records"] == [records[4]]


def test_names(script: Script) -> None:
    script(FIND, page(OF_DB, [*RECORDS, {**OLD, "userId": None, "kind": None, "timestamp": 1}]), USERS, TREE)
    found = run_module(NAME, {"object": "db", "resolve": True})["records"]
    assert [record["names"] for record in found] == [
        {"user": "bob", "object": "/ROOT/db", "kind": 99},
        {"user": "ann", "object": "/ROOT/db", "kind": "property"},
        {"object": "/ROOT/db"},
    ]


def test_names_in_the_security_log(script: Script) -> None:
    script(page("users/security/log", [SESSION]), USERS)
    (found,) = run_module(NAME, {"log": "security", "resolve": True})["records"]
    assert found["names"] == {"user": "ann", "kind": "session"}


def packed(content: bytes) -> dict[str, Any]:
    text = base64.b64encode(gzip.compress(content)).decode()
    return {"id": "c1", "timestamp": NOW, "content": text, "contentEncoding": "GZIP_BASE64"}


@pytest.mark.parametrize("resolve", [False, True])
def test_configurations_are_unpacked(script: Script, resolve: bool) -> None:
    script(page("links/l1/config-log", [packed(json.dumps({"Имя": [1]}).encode())]))
    (found,) = run_module(NAME, {"log": "configuration", "link": "l1", "resolve": resolve})["records"]
    names = {"names": {"link": "l1"}} if resolve else {}
    assert found == {"id": "c1", "timestamp": NOW, "content": {"Имя": [1]}, **names}


@pytest.mark.parametrize(
    "record",
    [
        packed(b"{"),
        packed(b"9" * 20_000_000),
        {**packed(b"{}"), "content": "no base64"},
        {**packed(b"{}"), "content": None},
        {**packed(b"{}"), "content": packed(b"{}")["content"][:12]},
        {**packed(b"{}"), "contentEncoding": "new"},
        {"id": "c1", "timestamp": NOW},
    ],
)
def test_what_cannot_be_unpacked_stays(script: Script, record: dict[str, Any]) -> None:
    """Even a small content may become larger than any answer may be."""
    script(page("links/l1/config-log", [record]))
    options = {"log": "configuration", "link": "l1", "saymon_max_answer": 10_000_000}
    assert run_module(NAME, options)["records"] == [record]


def test_logins_that_are_hidden(script: Script) -> None:
    hidden = [{"id": "u1", "login": "Ann A."}, {"id": "u2", "login": "Bob B."}]
    script(("GET", "/users", 200, hidden), page("users/security/log", [SESSION]))
    result = run_module(NAME, {"log": "security", "user": "u1"})
    assert result["records"] == [SESSION]
    (warning,) = result["warnings"]
    assert warning.startswith("user is taken for an id, since logins cannot be read.")


def test_a_log_that_does_not_say_who(script: Script) -> None:
    script(USERS, page("users/security/log", [{"id": "s1", "login": "ann"}]))
    result = run_module(NAME, {"log": "security", "user": "ann"})
    assert result["msg"] == "The records of this server's log do not say whose they are: leave user out."


def test_into_a_file(script: Script, tmp_path: Path) -> None:
    dest = tmp_path / "log.jsonl"
    script(page("links/l1/audit-log", RECORDS))
    assert run_module(NAME, {"link": "l1", "dest": str(dest), "mode": "0600"})["count"] == 2
    assert [json.loads(line) for line in dest.read_text(encoding="utf-8").splitlines()] == [NEW, OLD]
    assert dest.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("check", [False, True])
def test_an_object_that_an_earlier_task_would_create(script: Script, check: bool) -> None:
    script(
        search("name", "ROOT", "new", among=[ROOT]),
        Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, [ROOT]),
    )
    result = run_module(NAME, {"object": "new"}, check=check)
    if check:
        assert (result["records"], len(result["warnings"])) == ([], 1)
    else:
        assert "there is no object 'new'" in result["msg"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "log is 'audit', which the server keeps for each object and link: give object or link."),
        ({"log": "configuration"}, "log is 'configuration', which the server keeps for each object and link"),
        ({"log": "security", "link": "1"}, "log is 'security', which is about the whole server: leave link out"),
        ({"log": "configuration", "link": "1", "user": "a"}, "log is 'configuration', which does not say who made"),
        ({"link": "1", "max_items": 0}, "max_items is 0: give a number, 1 or more."),
        ({"object": ""}, "object is empty: give a text, or leave the option out."),
        ({"link": "1", "to": "x"}, "to is 'x': give epoch milliseconds"),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], said: str) -> None:
    result = run_module(NAME, args)
    assert (result["failed"], result["msg"][: len(said)]) == (True, said)


@pytest.mark.parametrize("answer", [{"records": []}, [1]])
def test_an_answer_that_is_no_log(script: Script, answer: Any) -> None:
    script(page("links/l1/audit-log", answer))
    assert "did not answer with a list" in run_module(NAME, {"link": "l1"})["msg"]
