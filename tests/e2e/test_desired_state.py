# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is described is what comes to be: check mode promises it, the run does it, a second run finds it done."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import (
    Show,
    Task,
    api,
    calls,
    control,
    environment,
    failures,
    new_token,
    play,
    results,
    saymon,
    show,
    this_machine,
)
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

PASSWORD = "Marker-Of-New-User-83"
COMPANY = ROOT / "playbooks" / "company.yml"

# Tasks on the demo seed that do not depend on each other, since in check mode nothing of an earlier one is there. Each
# has a module, its options, and what the run does.
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "user made": (
        "saymon_user",
        {
            "login": "fresh",
            "password": PASSWORD,
            "update_password": "on_create",
            "email": "fresh@example.org",
            "groups": ["Operators"],
            "object_include": ["/ROOT/North site"],
            "contacts": ["fresh@example.org"],
            "active_to": "2031-01-01T00:00:00Z",
        },
        "created",
    ),
    "user changed": (
        "saymon_user",
        {
            "login": "operator",
            "email": "changed@example.org",
            "groups": ["Engineers"],
            "language": "ru",
            "object_exclude": ["/ROOT/Lab"],
        },
        "updated",
    ),
    "user blocked": ("saymon_user", {"login": "engineer", "state": "blocked"}, "updated"),
    "user deleted": ("saymon_user", {"login": "former", "state": "absent"}, "deleted"),
    "user unchanged": ("saymon_user", {"login": "loner", "permissions": [], "status": "active"}, "unchanged"),
    "user that never was": ("saymon_user", {"login": "nobody", "state": "absent"}, "unchanged"),
    "users": (
        "saymon_user",
        {
            "users": [
                {"login": "fresh-1", "groups": ["Engineers"], "password": PASSWORD, "update_password": "on_create"},
                {"login": "manager", "permissions": ["run-bulks"], "append_permissions": True},
                {"login": "nobody-2", "state": "absent"},
                {"login": "auditor", "language": "en"},
            ]
        },
        "1 created, 2 updated, 1 unchanged",
    ),
    "group made": (
        "saymon_user_group",
        {
            "name": "Fresh group",
            "permissions": ["manage-links", "manage-objects"],
            "object_include": ["/ROOT/North site"],
        },
        "created",
    ),
    "group changed": (
        "saymon_user_group",
        {"name": "Operators", "permissions": ["run-bulks"], "append_permissions": True, "object_exclude": ["Lab"]},
        "updated",
    ),
    "group with a new member": (
        "saymon_user_group",
        {"name": "North site", "members": ["loner"], "append_members": True},
        "updated",
    ),
    "group deleted": ("saymon_user_group", {"name": "Auditors", "state": "absent"}, "deleted"),
    "groups": (
        "saymon_user_group",
        {
            "user_groups": [
                {"name": "Fresh group 1", "permissions": []},
                {"name": "Engineers", "permissions": ["run-bulks"], "append_permissions": True},
                {"name": "Nobody", "state": "absent"},
            ]
        },
        "1 created, 2 unchanged",
    ),
    "policy made": (
        "saymon_password_policy",
        {"name": "Fresh policy", "length": 9, "password_lifetime": 90},
        "created",
    ),
    "policy changed": ("saymon_password_policy", {"id": "1", "length": 10, "min_digits": 1}, "updated"),
    "policy deleted": ("saymon_password_policy", {"name": "Old policy", "state": "absent"}, "deleted"),
    "policies": (
        "saymon_password_policy",
        {"password_policies": [{"name": "Fresh policy 1", "length": 3}, {"name": "Kept policy", "length": 5}]},
        "1 created, 1 unchanged",
    ),
    "object made": (
        "saymon_object",
        {
            "name": "Fresh site",
            "class": "Info",
            "geoposition": [30.5, 60],
            "tags": ["production", "test"],
            "client_data": {"showArrow": True},
            "properties": [{"name": "Address", "value": "2 Quay"}],
        },
        "created",
    ),
    "object changed": (
        "saymon_object",
        {
            "discovery_id": "web-north-2",
            "tags": ["critical"],
            "append_tags": True,
            "weight": 2.5,
            "properties": [{"name": "OS", "value": "Debian 13"}, {"name": "Note", "value": "new"}],
        },
        "updated",
    ),
    "object moved": (
        "saymon_object",
        {"discovery_id": "db-north-1", "parents": ["/ROOT/North site/North rack A1"]},
        "updated",
    ),
    "object with exact properties": (
        "saymon_object",
        {
            "discovery_id": "sw-north-core",
            "properties": [{"name": "IP", "value": "192.0.2.1"}],
            "append_properties": False,
        },
        "updated",
    ),
    "object deleted": ("saymon_object", {"name": "South site", "state": "absent", "recursive": True}, "deleted"),
    "objects": (
        "saymon_object",
        {
            "create_tags": True,
            "objects": [
                {
                    "name": "leaf",
                    "discovery_id": "leaf-1",
                    "parents": ["/ROOT/Tree/Rack"],
                    "tags": ["brand-new"],
                    "class": 3,
                },
                {"name": "Rack", "parents": ["/ROOT/Tree"]},
                {"name": "Tree"},
                {"name": "Lab", "geoposition_radius": 150, "tags": ["test"]},
                {"name": "Customer services", "weight": 3},
            ],
        },
        "3 created, 1 updated, 1 unchanged",
    ),
    "token made": ("saymon_auth_token", {"user": "north.duty"}, "changed"),
    "token revoked": ("saymon_auth_token", {"user": "manager", "state": "absent"}, "changed"),
}
MODULES = sorted({module for module, _args, _word in CASES.values()})
TASKS = [saymon(module, args, name=name) for name, (module, args, _word) in CASES.items()]


def prepare(sandbox: Sandbox, *, old: bool) -> None:
    """What the cases need besides the demo seed; the journal is empty afterwards."""
    sandbox.settings(old_version=old)
    for name, length in (("Old policy", 4), ("Kept policy", 5)):
        api(sandbox, "POST", "/password-policies", {"name": name, "length": length})
    new_token(sandbox, "manager")


def word(result: dict[str, Any]) -> str:
    """What a result says that was done."""
    if "summary" in result:
        return ", ".join(f"{count} {what}" for what, count in result["summary"].items() if count)
    return str(result.get("action") or ("changed" if result["changed"] else "unchanged"))


def promise(result: dict[str, Any]) -> dict[str, Any]:
    """The part of a result that check mode must know beforehand: all but ids of new things and what the server adds."""
    if "censored" in result:  # before core 2.22 that is all one sees of a task that returns a token
        return {"changed": result["changed"]}
    kept = {key: result.get(key) for key in ("changed", "action", "diff", "summary", "dangling_members", "user")}
    if "summary" not in result and "action" in result:
        kept.pop("user")  # the record, which the server completes
    kept["outcomes"] = [
        {**one, "id": None} if one["action"] == "created" else one for one in result.get("outcomes", [])
    ]
    return kept


def check_the_server(sandbox: Sandbox, *, old: bool) -> None:
    """Some of what the cases ask for, looked up without the collection."""
    users = {user["login"]: user for user in api(sandbox, "GET", "/users")}
    groups = {group["name"]: group for group in api(sandbox, "GET", "/user-groups")}
    objects = {one["name"]: api(sandbox, "GET", f"/objects/{one['id']}") for one in api(sandbox, "GET", "/objects")}
    policies = {policy["name"]: policy for policy in api(sandbox, "GET", "/password-policies")}
    tags = {tag["id"]: tag["name"] for tag in api(sandbox, "GET", "/tags")}

    def some(value: Any) -> Any:
        """One value where an old server has one, a list elsewhere."""
        return value if old else [value]

    assert users["operator"]["group"] == users["fresh-1"]["group"] == some(groups["Engineers"]["id"])
    assert users["fresh"]["activeTo"] == 1_924_992_000_000
    assert users["fresh"]["objectPermissions"] == {"include": [objects["North site"]["id"]], "exclude": []}
    assert users["engineer"]["status"] == 3
    assert "former" not in users
    assert groups["Operators"]["objectPermissions"] == {"include": [1], "exclude": [objects["Lab"]["id"]]}
    assert set(groups["Operators"]["permissions"]) == {"execute-operations", "manage-event-log", "run-bulks"}
    assert users["loner"]["group"] == some(groups["North site"]["id"])
    assert (policies["Default"]["length"], "Old policy" in policies, policies["Fresh policy"]["passwordLifetime"]) == (
        10,
        False,
        90,
    )
    assert objects["leaf"]["parent_id"] == some(objects["Rack"]["id"])
    assert objects["Rack"]["parent_id"] == some(objects["Tree"]["id"])
    assert [tags[tag] for tag in objects["leaf"]["tags"]] == ["brand-new"]
    assert {tags[tag] for tag in objects["north-web-2"]["tags"]} == {"production", "critical"}
    values = {
        name: {one["name"]: one["value"] for one in objects[name]["properties"]}
        for name in ("north-web-2", "north-core-sw")
    }
    assert values == {
        "north-web-2": {"IP": "192.0.2.12", "OS": "Debian 13", "Note": "new"},
        "north-core-sw": {"IP": "192.0.2.1"},
    }
    assert not {"South site", "South rack B1", "south-web-1"} & objects.keys()
    assert (
        bool(users["north.duty"].get("authenticationToken")),
        bool(users["manager"].get("authenticationToken")),
    ) == (True, False)


@pytest.mark.parametrize("old", [False, True], ids=["new server", "old server"])
def test_check_mode_promises_what_the_run_does(runner: Runner, sandbox: Sandbox, old: bool) -> None:
    prepare(sandbox, old=old)
    checked = show(runner, play(*TASKS), args=["--check", "--diff"])
    assert checked.rc == 0, checked.output
    assert sandbox.writes() == []
    done = show(runner, play(*TASKS), args=["--diff"])
    assert done.rc == 0, done.output
    for name, (_module, _args, expected) in CASES.items():
        result = done.one(name)
        assert (name, word(result)) == (name, expected)
        assert result["changed"] == (expected != "unchanged"), name
        if "censored" not in result:
            assert promise(checked.one(name)) == promise(result), name
    assert PASSWORD not in checked.output + done.output
    check_the_server(sandbox, old=old)
    # The second run finds everything done.
    sandbox.clear_journal()
    again = show(runner, play(*TASKS))
    assert again.rc == 0, again.output
    assert [seen.task for seen in again.results if seen.result["changed"]] == []
    assert sandbox.writes() == []


def test_a_given_password_is_set_in_each_run_unless_told_otherwise(runner: Runner, sandbox: Sandbox) -> None:
    always = saymon("saymon_user", {"login": "operator", "password": PASSWORD}, name="always")
    once = saymon(
        "saymon_user", {"login": "operator", "password": PASSWORD, "update_password": "on_create"}, name="once"
    )
    done = show(runner, play(always, once, always), args=["--diff"])
    assert done.rc == 0, done.output
    assert [seen.result["changed"] for seen in done.results] == [True, False, True]
    assert [(entry["method"], entry["body"]) for entry in sandbox.writes()] == [("PUT", {"newPassword": "***"})] * 2


def test_what_is_as_it_should_be_costs_a_read_of_each_kind(runner: Runner, sandbox: Sandbox) -> None:
    """500 users and 50 groups, in two tasks; the few objects that they refer to are searched for."""
    groups = [
        {"name": f"Team {number}", "permissions": ["run-bulks"], "object_include": ["/ROOT/Lab"]}
        for number in range(50)
    ]
    users = [
        {
            "login": f"person-{number}",
            "email": f"person-{number}@example.org",
            "groups": [f"Team {number % 50}"],
            "object_include": ["/ROOT/North site", "/ROOT/South site"],
        }
        for number in range(500)
    ]
    tasks = [
        saymon("saymon_user_group", {"user_groups": groups, "parallel": 8}),
        saymon("saymon_user", {"users": users, "parallel": 8}),
    ]
    made = show(runner, play(*tasks))
    assert made.rc == 0, made.output[-3000:]
    assert [word(seen.result) for seen in made.results] == ["50 created", "500 created"]
    sandbox.clear_journal()
    again = show(runner, play(*tasks))
    assert [word(seen.result) for seen in again.results] == ["50 unchanged", "500 unchanged"]
    reads = calls(sandbox, sessions=False)
    assert {*reads} == {"GET /users", "GET /user-groups", "POST /objects/search"}
    assert all(reads.count(read) <= 2 for read in reads)  # once a task, since it rests on no read of an earlier one


# A list with one bad item, and what is said about it.
BAD: dict[str, tuple[str, dict[str, Any], str]] = {
    "no group": (
        "saymon_user",
        {"users": [{"login": "good"}, {"login": "bad", "groups": ["Operatrs"]}]},
        "users[1] (bad): groups: there is no user group 'Operatrs': check the spelling, or create it first.",
    ),
    "no option": (
        "saymon_user",
        {"users": [{"login": "good"}, {"login": "bad", "pasword": PASSWORD}]},
        "users[1] (bad): pasword: there is no such option, choose one of id, login, ",
    ),
    "no text": (
        "saymon_user",
        {"users": [{"login": "good"}, {"login": "bad", "password": [PASSWORD]}]},
        "users[1] (bad): password: give a text that is not empty.",
    ),
    "no dictionary": ("saymon_user", {"users": [{"login": "good"}, f"login=bad password={PASSWORD}"]}, "users[1]: "),
    "no login": (
        "saymon_user",
        {"users": [{"login": "good"}, {"email": "bad@example.org"}]},
        "users[1]: login must be given",
    ),
    "twice": (
        "saymon_user",
        {"users": [{"login": "operator", "email": "a@example.org"}, {"login": "operator", "language": "en"}]},
        "users[1] (operator): this user is listed twice, also as users[0] (operator): merge the two.",
    ),
    "oneself": (
        "saymon_user",
        {
            "users": [
                {"login": "good"},
                {"login": "{{ lookup('ansible.builtin.env', 'SAYMON_LOGIN') }}", "state": "absent"},
            ]
        },
        "users[1] (admin): 'admin' is the account that is signed in and would be deleted: set allow_self to do it.",
    ),
    "no object": (
        "saymon_user_group",
        {"user_groups": [{"name": "good"}, {"name": "bad", "object_include": ["/ROOT/Nowhere"]}]},
        "user_groups[1] (bad): object_include: there is no object "
        "'/ROOT/Nowhere': check the spelling, or create it first.",
    ),
    "no member": (
        "saymon_user_group",
        {"user_groups": [{"name": "good"}, {"name": "Operators", "members": ["loner", "nobody"]}]},
        "user_groups[1] (Operators): members: there is no user 'nobody': check the spelling, or create it first.",
    ),
    "no number": (
        "saymon_password_policy",
        {"password_policies": [{"name": "good"}, {"name": "bad", "length": "long"}]},
        "password_policies[1] (bad): length is 'long': give a whole number, 0 or more.",
    ),
    "no class": (
        "saymon_object",
        {"objects": [{"name": "good"}, {"name": "bad", "class": "Hosts"}]},
        "objects[1] (bad): class: there is no class 'Hosts': check the spelling, or create it first.",
    ),
    "no tag": (
        "saymon_object",
        {"objects": [{"name": "good", "tags": ["new"], "create_tags": True}, {"name": "bad", "tags": ["newer"]}]},
        "objects[1] (bad): tags: there is no tag 'newer': check the spelling, or create it first.",
    ),
    "children": (
        "saymon_object",
        {"objects": [{"name": "good"}, {"name": "North site", "state": "absent"}]},
        "objects[1] (North site): 'North site' has children (2), which "
        "would be deleted with it: set recursive to delete them too.",
    ),
    "another class": (
        "saymon_object",
        {"objects": [{"name": "good"}, {"discovery_id": "web-north-1", "class": "Info"}]},
        "objects[1] (web-north-1): class is 'Host' and cannot be changed after creation: ",
    ),
    "no user": (
        "saymon_auth_token",
        {"user": "nobody"},
        "user is 'nobody', which means no user: give the login or the id of one.",
    ),
}


def test_one_bad_item_and_nothing_is_written(runner: Runner, sandbox: Sandbox) -> None:
    tasks = [saymon(module, args, name=name, ignore_errors=True) for name, (module, args, _said) in BAD.items()]
    done = show(runner, play(*tasks), args=["--diff"])
    assert done.rc == 0, done.output[-3000:]
    said = dict(failures(done.results))
    assert {name: text[: len(BAD[name][2])] for name, text in said.items()} == {
        name: text for name, (_m, _a, text) in BAD.items()
    }
    assert sandbox.writes() == []
    assert PASSWORD not in done.output


def test_the_same_from_a_target(runner: Runner, sandbox: Sandbox) -> None:
    """Everything works from a bastion as well, and promises as much in check mode."""
    prepare(sandbox, old=False)
    names = ("users", "groups", "policies", "objects", "token made")
    tasks = [task for task in TASKS if task["name"] in names]
    infos = [
        saymon("saymon_object_info", {"discovery_id": "leaf-1", "fields": ["name", "path"]}),
        saymon("saymon_password_policy_info", {"name": "Fresh policy 1"}),
    ]
    there: dict[str, Any] = {"vars": {"saymon_run_on": "target", "ansible_pipelining": True}, "hosts": "bastion"}
    check = show(runner, play(tasks[0], **there), args=["--check", "--diff"], inventory=this_machine("bastion"))
    assert check.rc == 0, check.output
    assert sandbox.writes() == []
    done = show(runner, play(*tasks, *infos, **there), args=["--diff"], inventory=this_machine("bastion"))
    assert done.rc == 0, done.output
    for name in names:
        assert (name, word(done.one(name))) == (name, CASES[name][2])
    assert promise(check.one("users")) == promise(done.one("users"))
    assert [one["path"] for one in done.one("saymon_object_info")["objects"]] == ["ROOT/Tree/Rack/leaf"]
    assert [one["length"] for one in done.one("saymon_password_policy_info")["password_policies"]] == [3]
    again = show(runner, play(*tasks), args=["--diff"])
    assert [(seen.task, seen.result["changed"]) for seen in again.results] == [(task["name"], False) for task in tasks]


def role(**variables: Any) -> Task:
    """A task that runs the role."""
    given = {f"saymon_apply_{name}": value for name, value in variables.items()}
    return {"name": "role", "ansible.builtin.include_role": {"name": "saymon.platform.saymon_apply"}, "vars": given}


def test_passwords_stay_out_of_sight(runner: Runner, sandbox: Sandbox) -> None:
    """Those in lists, in each way they go: through the module here and on a target, through the role, in success, diff
    and failure."""
    users = [{"login": "secretive", "password": PASSWORD}, {"login": "operator", "password": PASSWORD + "-2"}]
    task = saymon("saymon_user", {"users": users}, ignore_errors=True)
    target = saymon("saymon_user", {"users": users, "saymon_run_on": "target"}, name="target", ignore_errors=True)
    wrong = saymon(
        "saymon_user",
        {"users": [*users, {"login": "loner", "groups": ["none"], "password": PASSWORD}]},
        name="wrong",
        ignore_errors=True,
    )
    apply = role(users=users, update_password="always")
    tasks = [task, target, wrong, saymon("saymon_auth_token", {"user": "loner"}), apply]
    tasks += [echo(sandbox, method="P*"), task, target, echo(sandbox), task, target, apply]
    done = show(runner, play(*tasks), args=["-vvvvv", "--diff"], inventory=this_machine("localhost"))
    assert done.rc == 2, done.output[-3000:]
    assert {seen.task for seen in done.results if seen.status == "failed"} >= {"wrong", "saymon_user", "target"}
    assert len(done.of("saymon_user")) == 3
    sandbox.clear_faults()
    tokens = [user["authenticationToken"] for user in api(sandbox, "GET", "/users") if user.get("authenticationToken")]
    dump = (runner.directory / "dump.jsonl").read_text(encoding="utf-8")
    for secret in (PASSWORD, sandbox.password, *tokens):
        assert secret not in done.output + dump
    assert len(tokens) == 1


def echo(sandbox: Sandbox, **rule: str) -> Task:
    """From now on the server refuses, and repeats the whole request in its message."""
    return control(
        sandbox,
        ("DELETE", "/faults"),
        ("POST", "/faults", {"kind": "status", "status": 400, "times": 0, "echo": True, **rule}),
    )


def company(runner: Runner, *args: str, env: dict[str, str | None] | None = None) -> Show:
    """Run the playbook of the small company."""
    (runner.directory / "dump.jsonl").unlink(missing_ok=True)
    done = runner.playbook(
        COMPANY, *args, env=environment(runner, {"COMPANY_REPORTS_PASSWORD": PASSWORD, **(env or {})})
    )
    return Show(done.rc, done.stdout, done.stderr, results(runner))


def did(done: Show) -> list[str]:
    """What the role says it did."""
    return [str(line) for line in done.one("saymon.platform.saymon_apply : Say what was done")["msg"]]


def test_the_company(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.reset("empty")
    first = ["password policies: 1 updated", "objects: 9 created", "user groups: 3 created", "users: 6 created"]
    checked = company(runner, "--check", "--diff")
    assert checked.rc == 0, checked.output
    assert did(checked)[1:] == first
    assert sandbox.writes() == []
    done = company(runner, "--diff")
    assert done.rc == 0, done.output
    assert did(done) == first
    for promised, made in zip(checked.results, done.results, strict=True):
        assert promised.result.get("diff") == made.result.get("diff"), made.task
    shown = done.one("Show who may do what, and what is watched")["msg"]
    assert "max.gray       blocked" in shown
    assert "dairy-reports  active    Dairy visitors" in shown
    assert "    west-mes-1           IP 198.51.100.71, OS Debian 12" in shown
    sandbox.clear_journal()
    again = company(runner)
    assert again.rc == 0, again.output
    assert did(again) == [
        "password policies: 1 unchanged",
        "objects: 9 unchanged",
        "user groups: 3 unchanged",
        "users: 6 unchanged",
    ]
    assert [seen.task for seen in again.results if seen.result.get("changed")] == []
    change = ["-e", "company_password_length=14", "-e", "company_duty_phone='+44 1632 960123'"]
    changed = company(runner, "--check", "--diff", *change)
    assert did(changed)[1:] == [
        "password policies: 1 updated",
        "objects: 1 updated, 8 unchanged",
        "user groups: 3 unchanged",
        "users: 1 updated, 5 unchanged",
    ]
    assert re.search(r'-    "length": 12\n\+    "length": 14', changed.stdout)
    assert re.search(r'-        "\+44 1632 960100",\n\+        "\+44 1632 960123",', changed.stdout)
    assert sandbox.writes() == []
    assert PASSWORD not in "".join(one.output for one in (checked, done, again, changed))


def test_the_company_wants_its_secret(runner: Runner, sandbox: Sandbox) -> None:
    done = company(runner, env={"COMPANY_REPORTS_PASSWORD": None})
    assert [text for _task, text in failures(done.results)] == [
        "Put the password of the reporting service into the environment variable COMPANY_REPORTS_PASSWORD."
    ]
    assert calls(sandbox) == []


def test_the_role(runner: Runner, sandbox: Sandbox) -> None:
    """On a host that is on no network: nothing to do costs nothing; options reach the modules; a wrong item stops it
    with one sentence."""
    tags = {"objects": [{"name": "Tagged", "tags": ["from-the-role"]}], "create_tags": True}
    password = {"users": [{"login": "operator", "password": PASSWORD}]}
    steps = [
        role(),
        role(**tags),
        role(**password),
        role(**password, update_password="always"),
        role(users=[{"login": "x", "groups": ["none"]}]),
    ]
    done = show(runner, play(*steps, hosts="nowhere.invalid"), inventory="nowhere.invalid\n")
    assert [
        seen.result["msg"]
        for seen in done.of("saymon_apply : Say what was done")
        or done.of("saymon.platform.saymon_apply : Say what was done")
    ] == [
        ["All lists are empty, so there was nothing to do."],
        ["objects: 1 created"],
        ["users: 1 unchanged"],
        ["users: 1 updated"],
    ]
    assert failures(done.results) == [
        (
            "saymon.platform.saymon_apply : Bring the users to their state",
            "users[0] (x): groups: there is no user group 'none': check the spelling, or create it first.",
        )
    ]
    assert [f"{entry['method']} {entry['path'].split('/')[1]}" for entry in sandbox.writes()] == [
        "POST tags",
        "POST objects",
        "PUT users",
    ]


@pytest.mark.parametrize("form", ["objects", "src"])
def test_module_defaults_beside_a_list(runner: Runner, sandbox: Sandbox, tmp_path: Path, form: str) -> None:
    """What steers holds for all items; what belongs to one item is refused, with the place where it may come from."""
    objects = [{"path": f"/ROOT/Steered {number}", "tags": ["of defaults"]} for number in (1, 2)]
    file = tmp_path / "objects.json"
    file.write_text(json.dumps(objects))
    task = saymon("saymon_object", {form: objects if form == "objects" else str(file)})
    for defaults in ({"weight": 2}, {"path": "/ROOT/Other", "create_tags": True}):
        done = show(runner, play(task, module_defaults={"saymon.platform.saymon_object": defaults}))
        own = next(iter(defaults))
        assert failures(done.results) == [
            (
                "saymon_object",
                f"{form} and {own} are given together, in the task or in module_defaults: "
                f"move {own} into the list, or leave {form} out.",
            )
        ]
    for steering, what in (({"create_tags": True}, "2 created"), ({"state": "absent"}, "2 deleted")):
        done = show(runner, play(task, module_defaults={"saymon.platform.saymon_object": steering}))
        assert word(done.one("saymon_object")) == what
