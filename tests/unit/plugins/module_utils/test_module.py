# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options made from tables, and the shape of results."""

from __future__ import annotations

import gc
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK
from ansible_collections.saymon.platform.plugins.module_utils._module import ensure, spec_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Items, Secret
from ansible_collections.saymon.platform.tests.unit.fake_server import (
    FakeServer,
    WatchedStore,
    ensure_on,
    lost,
    refused,
    run_on,
)

ANN = {"id": "64b1f0c2a9d3e45f6a7b8c01", "login": "ann", "email": "ann@example.org"}


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_options(name: str) -> None:
    resource = RESOURCES[name]
    spec = spec_of(resource)
    many = spec.options[resource.plural]["options"]
    assert spec.bulk == resource.plural
    assert set(spec.options) == {*many, resource.plural, "src", "outcomes", "parallel"}
    assert set(many) == {"id", "state", *resource.by_option, *resource.shorthands, *resource.flags}
    for option, argument in many.items():
        assert "default" not in argument  # else an item would overrule what is said beside the list
        assert {**argument, "default": spec.options[option].get("default")} == {"default": None, **spec.options[option]}
        secret = option in resource.by_option and isinstance(resource.by_option[option].type, Secret)
        assert bool(argument.get("no_log")) is secret
        assert "no_log" in argument or not any(word in option for word in ("pass", "token", "secret", "key"))
    assert spec.options["state"]["default"] == "present"
    assert spec.options[resource.plural]["elements"] == "dict"


def test_specs_do_not_share_dictionaries() -> None:
    spec_of(RESOURCES["user"]).options["login"]["type"] = "int"
    assert spec_of(RESOURCES["user"]).options["login"]["type"] == "str"
    assert "no_log" not in RESOURCES["user"].flags["update_password"]


def test_steering_beside_the_list_holds_for_all_and_yields_to_the_item() -> None:
    server = FakeServer(users=[{**ANN, "permissions": ["a"]}, {"id": "b1", "login": "bob", "permissions": ["a"]}])
    items = [
        {"login": "ann", "permissions": ["b"]},
        {"login": "bob", "permissions": ["b"], "append_permissions": False},
    ]
    ensure_on(server, "user", *items, append_permissions=True)
    assert [user["permissions"] for user in server.data["/users"]] == [["a", "b"], ["b"]]
    result = ensure_on(server, "user", {"login": "ann", "state": "present"}, {"login": "bob"}, state="absent")
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged", "deleted"]


@pytest.mark.parametrize("check", [False, True])
def test_null_means_not_given(check: bool) -> None:
    server = FakeServer(users=[ANN])
    result = ensure_on(
        server,
        "user",
        {"login": "ann", "email": None, "groups": None, "state": None, "id": None, "append_groups": None},
        check=check,
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
    assert result["msg"].endswith(" (and 5 more, see outcomes)")
    assert result["msg"].count("answered 403") == 3


def test_passwords_of_a_list_are_masked_wherever_they_turn_up() -> None:
    server = FakeServer(users=[ANN])
    server._make = lambda path, body: {"id": "new1", **body, "note": f"made with {body['password']}"}  # type: ignore[method-assign]
    result = run_on(server, "saymon_user", {"login": "eve", "password": "pass-phrase-2"})
    assert (result["user"]["note"], result["user"]["password"]) == (f"made with {MASK}", MASK)


# Without these there is no new one.
NEEDED = {"property_class": {"value_type": "date"}}


def _named(field: Field, name: str) -> Any:
    """What to write for a field that names an item, or one of the two that it joins."""
    return [name] if isinstance(field.type, Items) else name


@pytest.mark.parametrize("name", [name for name in sorted(RESOURCES) if RESOURCES[name].fields])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_check_mode_equals_the_run(name: str, state: str) -> None:
    """Outcomes and diff, but for the ids that nobody knows yet."""
    resource = RESOURCES[name]
    objects = [{"id": text, "name": text, "parent_id": [1]} for text in ("here", "new")]
    server = FakeServer(tags=[{"id": "t1", "name": "hot"}], objects=objects if resource.named_by_references else [])
    keys = [resource.by_option[option] for option in resource.key]
    record = {field.key: _named(field, "here") for field in keys if resource.named_by_references}
    server.data[resource.path].append({resource.title: "here", "parent_id": [1], **record, "id": "here"})
    items: list[dict[str, Any]] = [
        {field.option: _named(field, "here") for field in keys},
        {field.option: _named(field, "new") for field in keys} | NEEDED.get(name, {}),
        {"id": "gone", "state": "absent"},
    ]
    foreseen = ensure_on(server, name, *items, check=True, state=state)
    result = ensure_on(server, name, *items, state=state)
    for outcome in (*foreseen["outcomes"], *result["outcomes"]):
        del outcome["id"]
    assert foreseen == result
    assert result["changed"] is True


def test_lists_may_be_shared_with_tasks_at_the_same_moment_until_something_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What comes after a write, or after others have written, is read by the task alone."""
    server = FakeServer(users=[ANN], user_groups=[{"id": "g1", "name": "Operators"}])
    get_list = server.get_list
    shared: list[tuple[str, bool]] = []

    def watched(path: str, *, cached: bool = False, **query: Any) -> Any:
        shared.append((path, cached))
        return get_list(path, cached=cached, **query)

    monkeypatch.setattr(server, "get_list", watched)
    server.after = [("PATCH .*", lost)]
    ensure_on(server, "user", {"login": "ann", "groups": ["Operators"]})
    assert shared == [("/user-groups", True), ("/users", True), ("/user-groups", False), ("/users", False)]


@pytest.mark.parametrize(
    ("resource", "item", "steering", "resources"),
    [
        ("tag", {"name": "new"}, {}, {"tag"}),
        ("user", {"login": "ann", "email": "new@example.org", "groups": ["Operators"]}, {}, {"user"}),
        ("user_group", {"name": "Operators", "permissions": ["a"]}, {}, {"user_group"}),
        ("user_group", {"name": "Operators", "members": ["ann"]}, {}, {"user_group", "user"}),
        ("object", {"name": "Site", "tags": ["new"]}, {"create_tags": True}, {"object", "tag"}),
        ("object", {"name": "Site", "tags": ["old"]}, {}, {"object"}),
    ],
)
def test_who_writes_keeps_others_from_writing_the_same(
    resource: str, item: dict[str, Any], steering: dict[str, Any], resources: set[str]
) -> None:
    server = FakeServer(
        users=[ANN], user_groups=[{"id": "g1", "name": "Operators"}], tags=[{"id": "t1", "name": "old"}]
    )
    sessions = server.sessions = WatchedStore()
    send = server.send

    def watched(request: Request, *, recover: bool = True) -> Answer:
        assert request.reads or sessions.held
        return send(request, recover=recover)

    server.send = watched  # type: ignore[method-assign]
    assert ensure_on(server, resource, item, check=True, **steering)["changed"] is True
    assert sessions.wanted == []  # check mode holds nobody up
    assert ensure_on(server, resource, item, **steering)["changed"] is True
    assert (sessions.wanted, sessions.held) == ([resources], False)
    assert ensure_on(server, resource, item, **steering)["changed"] is False
    assert sessions.wanted == [resources]  # who has nothing to write waits for nobody


def test_what_a_task_of_the_run_wrote_meanwhile_is_read_before_writing() -> None:
    """Ten hosts put one user into ten groups: each must keep what the others gave it, and only those that change
    something say so."""
    groups = [{"id": f"g{number}", "name": f"group {number}"} for number in range(3)]
    server = FakeServer(users=[{**ANN, "group": []}], user_groups=groups)

    def another_host() -> None:
        server.sessions = None
        ensure_on(server, "user", {"login": "ann", "groups": ["group 1"]}, append_groups=True)
        ensure_on(server, "user_group", {"name": "group 2", "members": ["ann"]}, append_members=True)
        server.journal.clear()

    server.sessions = WatchedStore(another_host)
    assert ensure_on(server, "user", {"login": "ann", "groups": ["group 0"]}, append_groups=True)["changed"] is True
    assert sorted(server.one("/users", login="ann")["group"]) == ["g0", "g1", "g2"]
    assert sorted(server.reads) == ["/user-groups", "/users"]
    server.data["/users"][0]["group"] = []
    server.sessions = WatchedStore(another_host)
    result = ensure_on(server, "user", {"login": "ann", "groups": ["group 1"]}, append_groups=True)
    assert (result["changed"], result["diff"], server.writes) == (False, [], [])


def test_nothing_is_read_twice_when_nobody_wrote() -> None:
    server = FakeServer(users=[ANN])
    server.sessions = WatchedStore()
    ensure_on(server, "user", {"login": "ann", "email": "new@example.org"})
    assert server.reads == ["/users"]


def test_what_cannot_be_any_more_once_others_have_written_is_refused() -> None:
    server = FakeServer(users=[ANN], user_groups=[{"id": "g1", "name": "Operators"}])

    def another_host() -> None:
        server.sessions = None
        ensure_on(server, "user_group", {"name": "Operators", "state": "absent"})
        server.journal.clear()

    server.sessions = WatchedStore(another_host)
    result = ensure_on(server, "user", {"login": "ann", "groups": ["Operators"]})
    assert result["msg"].startswith("users[0] (ann): groups: there is no user group 'Operators'")
    assert (result["changed"], server.writes) == (False, [])


def test_the_diff_shows_what_was_done() -> None:
    server = FakeServer(users=[ANN])
    server.before = [("POST /users", refused(403))]
    items = [{"login": "bob"}, {"login": "ann", "email": "new@example.org"}]
    assert [diff["after_header"] for diff in ensure_on(server, "user", *items, check=True)["diff"]] == [
        "user bob",
        "user ann",
    ]
    assert [diff["after_header"] for diff in ensure_on(server, "user", *items)["diff"]] == ["user ann"]


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
    run = ensure(RESOURCES["tag"])
    assert run is not ensure(RESOURCES["tag"])
    first, second = FakeServer(tags=[{"id": "t1", "name": "hot"}]), FakeServer()
    for server, action in ((first, "unchanged"), (second, "created"), (second, "unchanged"), (first, "unchanged")):
        assert ensure_on(server, "tag", {"name": "hot"})["outcomes"][0]["action"] == action
