# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that come from files (src) and go into files (dest), in real plays."""

from __future__ import annotations

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ANSIBLE_BIN, Runner
from tests.e2e.support import Show, Task, api, play, saymon, show, this_machine
from tests.tools.common import clean_env, run
from tests.tools.sandbox_process import Sandbox

PASSWORD = "Marker-Of-Listed-User-61"
OBJECTS: list[dict[str, Any]] = [
    {"name": "Plant Ω", "tags": ["production", "test"], "geoposition": [30.5, 60]},
    {
        "name": "db01",
        "parents": ["/ROOT/Plant Ω"],
        "properties": [{"name": "Owner", "value": "x; y"}],
        "client_data": {"showArrow": True},
    },
    {"name": "Lab", "tags": ["test"], "weight": 3},
]
CSV = """\
name,parents[],tags[],geoposition[],weight,client_data,properties[]
Plant Ω,,production;test,30.5;60,,,
db01,/ROOT/Plant Ω,,,,"{""showArrow"": true}","[{""name"": ""Owner"", ""value"": ""x; y""}]"
Lab,,test,,3,,
"""


def write(runner: Runner, name: str, content: str) -> Path:
    path = runner.directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def text_of(items: list[dict[str, Any]], suffix: str) -> str:
    if suffix == "csv":
        return CSV
    if suffix == "jsonl":
        return "".join(json.dumps(item) + "\n" for item in items)
    return json.dumps({"objects": items}) if suffix == "json" else yaml.safe_dump(items)


def vaulted(runner: Runner, password: Path, content: str) -> str:
    """The content as Ansible Vault encrypts it."""
    plain = write(runner, "plain.txt", content)
    run(
        [ANSIBLE_BIN / "ansible-vault", "encrypt", "--vault-password-file", password, plain],
        cwd=runner.directory,
        env=clean_env(runner.directory),
    )
    return plain.read_text()


@pytest.mark.parametrize("suffix", ["json", "yml", "jsonl", "csv"])
def test_a_file_does_what_the_list_does(runner: Runner, sandbox: Sandbox, suffix: str) -> None:
    write(runner, f"objects.{suffix}", text_of(OBJECTS, suffix))
    listed = saymon("saymon_object", {"objects": OBJECTS}, name="listed", check_mode=True, diff=True)
    checked = saymon("saymon_object", {"src": f"objects.{suffix}"}, name="checked", check_mode=True, diff=True)
    done = saymon("saymon_object", {"src": f"objects.{suffix}"}, name="done", diff=True)
    again = saymon("saymon_object", {"src": f"objects.{suffix}", "outcomes": "all"}, name="again")
    seen = show(runner, play(listed, checked, done, again))
    assert seen.rc == 0, seen.output
    assert seen.one("listed") == seen.one("checked")
    assert seen.one("checked")["diff"] == seen.one("done")["diff"]
    assert [(one["name"], one["action"]) for one in seen.one("done")["outcomes"]] == [
        ("Plant Ω", "created"),
        ("db01", "created"),
        ("Lab", "updated"),
    ]
    assert [(one["name"], one["action"]) for one in seen.one("again")["outcomes"]] == [
        (one["name"], "unchanged") for one in OBJECTS
    ]
    assert len(sandbox.writes()) == 3


def test_a_list_that_is_right_already_has_no_outcomes(runner: Runner) -> None:
    seen = show(runner, play(saymon("saymon_user", {"users": [{"login": "operator"}, {"login": "loner"}]})))
    (result,) = [one.result for one in seen.results]
    assert (result["outcomes"], result["summary"]["unchanged"]) == ([], 2)


def test_roles_and_globs(runner: Runner, sandbox: Sandbox) -> None:
    """Like copy: first the folder of the role, and a relative path within it."""
    for number in (1, 2):
        write(runner, f"roles/people/files/parts/{number}.json", json.dumps([{"login": f"person-{number}"}]))
    write(runner, "parts/3.json", json.dumps([{"login": "person-3"}]))
    write(runner, "home/more.jsonl", '{"login": "person-4"}\n')
    task = saymon("saymon_user", {"src": ["parts/*.json", "~/more.jsonl"]})
    write(runner, "roles/people/tasks/main.yml", json.dumps([task]))
    seen = show(runner, {"hosts": "localhost", "gather_facts": False, "roles": ["people"]})
    assert seen.rc == 0, seen.output
    made = [entry["body"]["login"] for entry in sandbox.writes()]
    assert made == ["person-1", "person-2", "person-4"]


@pytest.mark.parametrize("keywords", [{}, {"async": 60, "poll": 1}])
def test_a_target_gets_the_items(runner: Runner, sandbox: Sandbox, keywords: dict[str, Any]) -> None:
    write(
        runner,
        "users.jsonl",
        json.dumps({"login": "fresh", "password": PASSWORD}) + "\n" + json.dumps({"login": "operator"}) + "\n",
    )
    task: Task = saymon("saymon_user", {"src": "users.jsonl", "saymon_run_on": "target"}, **keywords)
    env = {"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    seen = show(runner, play(task, hosts="all"), inventory=this_machine("bastion"), args=["-vvv"], env=env)
    assert seen.rc == 0, seen.output
    assert seen.results[-1].result["summary"]["created"] == 1
    assert "fresh" in {user["login"] for user in api(sandbox, "GET", "/users")}
    assert PASSWORD not in seen.output + json.dumps([one.result for one in seen.results])


@pytest.mark.parametrize("whole", [True, False], ids=["whole file", "single values"])
def test_vaults_and_secrets(runner: Runner, sandbox: Sandbox, whole: bool) -> None:
    key = write(runner, "key.txt", "open-sesame\n")
    if whole:
        text = vaulted(runner, key, yaml.safe_dump([{"login": "fresh", "password": PASSWORD}]))
    else:
        lines = vaulted(runner, key, PASSWORD).replace("\n", "\n    ").rstrip()
        text = f"- login: fresh\n  password: !vault |\n    {lines}\n"
    (runner.directory / "plain.txt").unlink()
    write(runner, "users.yml", text)
    task = saymon("saymon_user", {"src": "users.yml"}, diff=True)
    locked = show(runner, play(task))
    assert "users.yml: the vault cannot be opened: " in locked.results[0].result["msg"]
    assert sandbox.writes() == []
    seen = show(runner, play(task), args=["-vvvvv", "--vault-password-file", str(key)])
    assert seen.rc == 0, seen.output
    assert [entry["body"] for entry in sandbox.writes()] == [{"login": "fresh", "password": "***"}]
    assert PASSWORD not in seen.output + locked.output + json.dumps([one.result for one in seen.results])


# What is wrong with a file, and what is said; `Secret` must not be repeated.
BROKEN: dict[str, tuple[str, str]] = {
    "item.jsonl": (
        '{"login": "a"}\n{"login": "b", "status": "awake"}\n',
        "item.jsonl:2 (b): status is 'awake': give one of ",
    ),
    "item.csv": ("login,status\na,active\nb,awake\n", "item.csv:3 (b): status is 'awake': give one of "),
    "item.yml": ("- login: a\n- login: b\n  status: awake\n", "item.yml[1] (b): status is 'awake': give one of "),
    "item.json": (
        '[{"login": "a"}, {"login": "b", "status": "awake"}]',
        "item.json[1] (b): status is 'awake': give one of ",
    ),
    "text.json": (
        f'[{{"password": "{PASSWORD}"',
        "text.json: this is not valid JSON (Expecting ',' delimiter, line 1, column ",
    ),
    "text.yml": (
        f"- password: {PASSWORD}\n  password: x\n",
        "text.yml:1: this is not valid YAML (the key 'password' is a duplicate): ",
    ),
    "empty.json": ("", "empty.json is empty: "),
    "reference.jsonl": (
        '{"login": "a", "groups": ["Operatrs"]}',
        "reference.jsonl:1 (a): groups: there is no user group 'Operatrs'",
    ),
    "twice.csv": ("login\na\na\n", "twice.csv:3 (a): "),
}


def test_broken_files_are_told_before_anything_is_sent(runner: Runner, sandbox: Sandbox) -> None:
    for name, (content, _said) in BROKEN.items():
        write(runner, name, content)
    tasks = [
        saymon("saymon_user", {"src": name}, name=name, ignore_errors=True)
        for name in (*BROKEN, "none.json", "none*.json")
    ]
    seen = show(runner, play(*tasks))
    for name, (_content, said) in BROKEN.items():
        assert seen.one(name)["msg"].startswith(said), seen.one(name)["msg"]
    assert "there is no such file (searched in " in seen.one("none.json")["msg"]
    assert "no file matches it (searched in " in seen.one("none*.json")["msg"]
    assert sandbox.writes() == []
    assert PASSWORD not in seen.output


def test_templates_in_files_are_data(runner: Runner, sandbox: Sandbox) -> None:
    write(runner, "users.json", json.dumps([{"login": "fresh", "display_name": "{{ saymon_url }}"}]))
    seen = show(runner, play(saymon("saymon_user", {"src": "users.json"})))
    assert sandbox.writes()[0]["body"]["displayName"] == "{{ saymon_url }}"
    (warning,) = seen.results[0].result["warnings"]
    assert warning.startswith(
        "users.json[0]: a value holds {{ or {%, but what stands in a file of src is not templated"
    )


# --- dest -----------------------------------------------------------------------------------------


def info(dest: Any, module: str = "saymon_object_info", **keywords: Any) -> Task:
    return saymon(module, {"dest": str(dest)}, **keywords)


@pytest.mark.parametrize("suffix", ["json", "yml", "jsonl", "csv"])
def test_a_list_goes_into_a_file(runner: Runner, sandbox: Sandbox, suffix: str) -> None:
    dest = runner.directory / f"objects.{suffix}"
    tasks = [info(dest, name="checked", check_mode=True), saymon("saymon_object_info", name="returned")]
    tasks += [info(dest, name="written"), info(dest, name="again")]
    seen = show(runner, play(*tasks))
    assert seen.rc == 0, seen.output
    count = len(seen.one("returned")["objects"])
    for name, changed in (("checked", True), ("written", True), ("again", False)):
        result = seen.one(name)
        assert (result["changed"], result["count"], result["dest"]) == (changed, count, str(dest))
        assert "objects" not in result
    text = dest.read_text(encoding="utf-8")
    if suffix == "csv":
        assert next(csv.DictReader(text.splitlines()))["name"] == "ROOT"
    else:
        records = [json.loads(line) for line in text.splitlines()] if suffix == "jsonl" else yaml.safe_load(text)
        assert {str(one["id"]): one for one in records} == {
            str(one["id"]): one for one in seen.one("returned")["objects"]
        }
    assert stat.S_IMODE(dest.stat().st_mode) == 0o644
    assert sandbox.writes() == []


def test_what_dest_refuses_costs_no_request(runner: Runner, sandbox: Sandbox) -> None:
    seen = show(runner, play(info("objects.txt", ignore_errors=True), info("none/objects.json", ignore_errors=True)))
    assert "whose format is not known: give a file that ends in " in seen.results[0].result["msg"]
    assert (
        seen.results[1].result["msg"].startswith("dest is 'none/objects.json', which cannot be written (No such file")
    )


def test_the_file_of_a_target_is_on_the_target(runner: Runner, sandbox: Sandbox) -> None:
    task = saymon("saymon_user_info", {"dest": "~/users.json", "mode": "0600", "saymon_run_on": "target"})
    seen = show(runner, play(task, task, hosts="all"), inventory=this_machine("bastion"))
    assert seen.rc == 0, seen.output
    assert [one.result["changed"] for one in seen.results] == [True, False]
    dest = Path(seen.results[0].result["dest"])
    assert (dest.name, stat.S_IMODE(dest.stat().st_mode)) == ("users.json", 0o600)
    tokens = [user["authenticationToken"] for user in api(sandbox, "GET", "/users") if user.get("authenticationToken")]
    assert not any(token in dest.read_text() for token in tokens)
    assert len(json.loads(dest.read_text())) == seen.results[0].result["count"]


@pytest.mark.parametrize("suffix", ["json", "yml", "jsonl", "csv"])
def test_fields_that_are_options_too_can_be_read_again(runner: Runner, sandbox: Sandbox, suffix: str) -> None:
    """Whoever keeps a file of such fields can bring the server back to it."""
    fields = ["name", "discovery_id", "weight", "geoposition", "client_data"]
    first = saymon("saymon_object_info", {"dest": f"kept.{suffix}", "fields": fields})
    same = saymon("saymon_object", {"src": f"kept.{suffix}"}, name="same")
    spoil = saymon("saymon_object", {"name": "Lab", "weight": 7})
    mend = saymon("saymon_object", {"src": f"kept.{suffix}"}, name="mend")
    seen: Show = show(runner, play(first, same, spoil, mend))
    assert seen.rc == 0, seen.output
    assert seen.one("same")["changed"] is False, seen.one("same")
    assert [(one["name"], one["action"]) for one in seen.one("mend")["outcomes"]] == [("Lab", "updated")]


def test_long_work_tells_how_far_it_has_got(runner: Runner, sandbox: Sandbox) -> None:
    write(runner, "users.jsonl", "".join(json.dumps({"login": f"person-{number}"}) + "\n" for number in range(14)))
    sandbox.fault(kind="delay", method="POST", path="/users", times=0, delay_ms=600)
    seen = show(runner, play(saymon("saymon_user", {"src": "users.jsonl"})), args=["-v"])
    assert seen.rc == 0, seen.output
    (line,) = [line for line in seen.stdout.splitlines() if " of 14 changes done, " in line]
    assert line.startswith("users: ") and line.endswith(" left"), line
