# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options made from tables, and the shape of results."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, BinaryIO

import pytest
from ansible_collections.saymon.platform.plugins.module_utils.client import Chunks, ListCache
from ansible_collections.saymon.platform.plugins.module_utils.ensure import NOUNS, ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils.fields import Secret
from ansible_collections.saymon.platform.plugins.module_utils.scrub import MASK
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on, refused, run_on

ANN = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ann", "email": "ann@example.org"}


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_options(name: str) -> None:
    noun = NOUNS[name]
    spec = spec_of(noun)
    many = spec.options[noun.plural]["options"]
    assert spec.bulk == noun.plural
    assert set(spec.options) == {*many, noun.plural, "src", "outcomes", "parallel"}
    assert set(many) == {"id", "state", *noun.by_option, *noun.flags}
    for option, argument in many.items():
        assert "default" not in argument  # else an item would overrule what is said beside the list
        assert {**argument, "default": spec.options[option].get("default")} == {"default": None, **spec.options[option]}
        secret = option in noun.by_option and isinstance(noun.by_option[option].kind, Secret)
        assert bool(argument.get("no_log")) is secret
        assert "no_log" in argument or not any(word in option for word in ("pass", "token", "secret", "key"))
    assert spec.options["state"]["default"] == "present"
    assert spec.options[noun.plural]["elements"] == "dict"


def test_specs_do_not_share_dictionaries() -> None:
    spec_of(NOUNS["user"]).options["login"]["type"] = "int"
    assert spec_of(NOUNS["user"]).options["login"]["type"] == "str"
    assert "no_log" not in NOUNS["user"].flags["update_password"]


def test_steering_beside_the_list_holds_for_all_and_yields_to_the_item() -> None:
    server = FakeServer(users=[{**ANN, "permissions": ["a"]}, {"id": "b1", "login": "bob", "permissions": ["a"]}])
    items = [{"login": "ann", "permissions": ["b"]}, {"login": "bob", "permissions": ["b"], "append_permissions": False}]
    ensure_on(server, "user", *items, append_permissions=True)
    assert [user["permissions"] for user in server.data["/users"]] == [["a", "b"], ["b"]]
    result = ensure_on(server, "user", {"login": "ann", "state": "present"}, {"login": "bob"}, state="absent")
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged", "deleted"]


@pytest.mark.parametrize("check", [False, True])
def test_null_means_not_given(check: bool) -> None:
    server = FakeServer(users=[ANN])
    result = ensure_on(
        server, "user", {"login": "ann", "email": None, "groups": None, "state": None, "id": None, "append_groups": None}, check=check
    )
    assert result["outcomes"] == [{"login": "ann", "id": ANN["id"], "action": "unchanged", "changed": False}]


def test_the_keys_of_results() -> None:
    server = FakeServer(users=[ANN])
    one = run_on(server, "saymon_user", {"login": "ann", "email": "new@example.org"})
    assert set(one) == {"changed", "diff", "user", "action", "recovered"}
    many = run_on(server, "saymon_user", {"users": [{"login": "ann"}]})
    assert set(many) == {"changed", "diff", "outcomes", "summary"}
    server.before = [("POST /users", refused(403))]
    failed = run_on(server, "saymon_user", {"users": [{"login": "ann"}, {"login": "bob"}]})
    assert set(failed) == {"changed", "diff", "outcomes", "summary", "failed", "msg"}
    assert [set(outcome) for outcome in failed["outcomes"]] == [{"login", "id", "action", "changed", "msg"}]


def test_outcomes_are_of_what_changed_or_failed_unless_all_are_wanted() -> None:
    users = [{"login": "ann"}, {"login": "bob"}, {"login": "eve"}]
    for wanted, actions in (("changed", ["created", "failed"]), ("all", ["unchanged", "created", "failed"])):
        server = FakeServer(users=[ANN])
        server.before = [("POST /users", lambda request: None), ("POST /users", refused(403))]
        result = run_on(server, "saymon_user", {"users": users, "outcomes": wanted})
        assert [outcome["action"] for outcome in result["outcomes"]] == actions
        assert (result["summary"]["unchanged"], result["summary"]["created"], result["summary"]["failed"]) == (1, 1, 1)


def test_one_failure_keeps_its_details() -> None:
    server = FakeServer(users=[ANN])
    server.before = [("PATCH .*", refused(403))]
    result = run_on(server, "saymon_user", {"login": "ann", "email": "new@example.org"})
    assert (result["failed"], result["changed"], result["status"], result["method"]) == (True, False, 403, "PATCH")


def test_a_long_list_of_failures_is_cut() -> None:
    server = FakeServer()
    server.before = [("POST /users", refused(403))] * 8
    result = ensure_on(server, "user", *({"login": f"u{number}"} for number in range(8)))
    assert result["msg"].startswith("8 of 8 users failed: users[0] (u0): POST /users answered 403")
    assert result["msg"].endswith(" (and 3 more, see outcomes)")
    assert result["msg"].count("answered 403") == 5


def test_passwords_of_a_list_are_masked_wherever_they_turn_up() -> None:
    server = FakeServer(users=[ANN])
    server._make = lambda path, body: {"id": "new1", **body, "note": f"made with {body['password']}"}  # type: ignore[method-assign]
    result = run_on(server, "saymon_user", {"login": "eve", "password": "pass-phrase-2"})
    assert (result["user"]["note"], result["user"]["password"]) == (f"made with {MASK}", MASK)


@pytest.mark.parametrize("name", [name for name in sorted(NOUNS) if NOUNS[name].fields])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_equals_the_run(name: str, state: str) -> None:
    """Outcomes and diff, but for the ids that nobody knows yet."""
    noun = NOUNS[name]
    server = FakeServer(tags=[{"id": "t1", "name": "hot"}])
    server.data[noun.path].append({"id": "here", noun.title: "here", "parent_id": [1]})
    items: list[dict[str, Any]] = [{noun.key[0]: "here"}, {noun.key[0]: "new"}, {"id": "gone", "state": "absent"}]
    foreseen = ensure_on(server, name, *items, check=True, state=state)
    result = ensure_on(server, name, *items, state=state)
    for outcome in (*foreseen["outcomes"], *result["outcomes"]):
        del outcome["id"]
    assert foreseen == result
    assert result["changed"] is True


class MemoryLists(ListCache):
    """Keeps lists from task to task, as a run of a playbook does."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def get(self, _key: str) -> BinaryIO | None:
        return BytesIO(self.bodies[_key]) if _key in self.bodies else None

    @contextmanager
    def copying(self, _key: str) -> Iterator[Callable[[Chunks], Chunks]]:
        def copy(chunks: Chunks) -> Chunks:
            body = b"".join(chunks)
            copies.append(body)
            return iter([body])

        copies: list[bytes] = []
        yield copy
        self.bodies[_key] = copies[-1]

    def drop(self) -> None:
        self.bodies.clear()


def test_lists_of_earlier_tasks_serve_for_what_is_right_already() -> None:
    server = FakeServer(objects=[{"id": "s1", "name": "Site", "parent_id": [1]}])
    server.lists = MemoryLists()
    reads = []
    for _host in range(3):
        assert ensure_on(server, "object", {"name": "Site"})["changed"] is False
        reads.append(len(server.reads))
    assert reads == [1, 1, 1]


@pytest.mark.parametrize("item", [{"name": "Site", "weight": 2}, {"name": "New"}, {"name": "Site", "state": "absent"}])
def test_nothing_is_written_by_an_old_list(item: dict[str, Any]) -> None:
    """Somebody else has done meanwhile what the task is for: the old list says that there is work, a fresh one that there is none."""
    server = FakeServer(objects=[{"id": "s1", "name": "Site", "parent_id": [1]}])
    server.lists = MemoryLists()
    assert ensure_on(server, "object", {"id": "s1", "weight": 1}, check=True)["changed"] is False
    assert ensure_on(server, "object", item, check=True)["changed"] is True
    del server.data["/objects"][1:]
    if item.get("state") != "absent":
        server.data["/objects"].append({"id": "s1", "parent_id": [1], **item})
    for check in (True, False):
        assert ensure_on(server, "object", item, check=check)["changed"] is False
    assert server.writes == []


def test_an_old_list_is_no_reason_to_fail() -> None:
    server = FakeServer()
    server.lists = MemoryLists()
    assert ensure_on(server, "object", {"name": "ROOT", "id": 1}, {"discovery_id": "d", "name": "X"}, check=True)["changed"] is True
    server.data["/objects"].append({"id": "s1", "name": "Site", "parent_id": [1]})
    assert ensure_on(server, "object", {"name": "Rack", "parents": ["Site"]})["changed"] is True


def test_writes_make_lists_old() -> None:
    server = FakeServer(objects=[{"id": "s1", "name": "Site", "parent_id": [1]}])
    server.lists = MemoryLists()
    for name in ("New", "Newer", "New", "Newer"):
        ensure_on(server, "object", {"name": name})
    assert [record["name"] for record in server.data["/objects"]] == ["ROOT", "Site", "New", "Newer"]


def test_the_collector_is_switched_on_again() -> None:
    ensure_on(FakeServer(), "user", {"logn": "x"})
    assert gc.isenabled()
    gc.disable()
    try:
        ensure_on(FakeServer(), "user", {"login": "x"})
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_runs_do_not_share_anything() -> None:
    run = ensure(NOUNS["tag"])
    assert run is not ensure(NOUNS["tag"])
    first, second = FakeServer(tags=[{"id": "t1", "name": "hot"}]), FakeServer()
    for server, action in ((first, "unchanged"), (second, "created"), (second, "unchanged"), (first, "unchanged")):
        assert ensure_on(server, "tag", {"name": "hot"})["outcomes"][0]["action"] == action
