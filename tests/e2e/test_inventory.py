# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin in real runs of ansible-inventory and ansible-playbook."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Outcome, Runner
from tests.e2e.support import api, calls, logins_and_logouts, play, saymon, show
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

Options = dict[str, Any]
HOSTS: Options = {"source": {"classes": ["Host"]}}
READS = ["GET /objects", "GET /classes", "GET /states", "GET /tags"]


def source_file(runner: Runner, options: Options, name: str = "plant.saymon.yml") -> Path:
    path = runner.directory / name
    path.write_text(yaml.safe_dump({"plugin": "saymon.platform.saymon", **options}, allow_unicode=True), "utf-8")
    return path


def listed(runner: Runner, options: Options, *args: str, **env: str | None) -> Outcome:
    """What ansible-inventory makes of these options."""
    words = args or ("--list", "--export")
    return runner.run(["ansible-inventory", "-i", source_file(runner, options), *words], env)


def inventory(runner: Runner, options: Options, **env: str | None) -> dict[str, Any]:
    done = listed(runner, options, **env)
    assert done.rc == 0, done.output
    assert "WARNING" not in done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def hosts(found: dict[str, Any]) -> set[str]:
    return {*found["_meta"]["hostvars"]}


def plain(value: Any) -> Any:
    """A value without the mark that core may write around texts that are no templates."""
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"] if {*value} == {"__ansible_unsafe"} else {k: plain(v) for k, v in value.items()}
        )
    return [plain(one) for one in value] if isinstance(value, list) else value


def refused(done: Outcome) -> str:
    """What core says about a file that it could not read, in one line. Core breaks lines at hyphens too."""
    assert "Failed to parse" in done.output, done.output
    return " ".join(done.stderr.split()).replace("- ", "-")


def test_objects_become_hosts_with_one_login(runner: Runner, sandbox: Sandbox) -> None:
    found = inventory(runner, {**HOSTS, "ansible_host": ["No such", "IP"]})
    assert len(hosts(found)) == 8
    variables = plain(found["_meta"]["hostvars"]["north-db-1"])
    assert {*variables} == {"saymon", "ansible_host"}
    assert variables["ansible_host"] == "192.0.2.21"
    assert variables["saymon"]["tags"] == ["critical", "production", "storage"]
    assert variables["saymon"]["properties"]["OS"] == "Debian 12"
    assert calls(sandbox, sessions=False) == READS
    assert logins_and_logouts(sandbox) == (1, 1)


def test_groups_are_nested_as_the_objects_are(runner: Runner) -> None:
    done = listed(runner, {**HOSTS, "group_by": ["class", "state", "tag", "path"]}, "--graph")
    assert done.rc == 0, done.output
    assert "  |--@path_North_site:\n  |  |--@path_North_site_North_rack_A1:\n  |  |  |--north-core-sw" in done.stdout
    for group in ("class_Host", "state_Alarm", "tag_critical", "path_Customer_services"):
        assert f"@{group}:" in done.stdout


def test_expressions_are_those_of_other_plugins(runner: Runner) -> None:
    found = inventory(
        runner,
        {
            **HOSTS,
            "compose": {"system": "saymon.properties.OS | default('-')"},
            "groups": {"databases": "'db' in saymon.name"},
            "keyed_groups": [{"key": "saymon.tags", "prefix": "has"}],
        },
    )
    assert plain(found["_meta"]["hostvars"]["north-db-1"])["system"] == "Debian 12"
    assert found["databases"]["hosts"] == ["north-db-1"]
    assert found["has_storage"]["hosts"] == ["north-db-1", "south-backup"]
    wrong = {**HOSTS, "compose": {"system": "saymon.properties.OS"}, "strict": True}
    assert "Could not set system" in refused(listed(runner, wrong))


@pytest.mark.parametrize(
    ("hostnames", "wanted"),
    [
        (["property:IP"], "192.0.2.21"),
        (["property:None", "discovery_id", "name"], "db-north-1"),
        (["path"], "North site_North rack A2_north-db-1"),
        (["{{ saymon.nothing }}", "{{ saymon.name | upper }}.example.org"], "NORTH-DB-1.example.org"),
    ],
    ids=str,
)
def test_names_of_hosts(runner: Runner, hostnames: list[str], wanted: str) -> None:
    assert wanted in hosts(inventory(runner, {**HOSTS, "hostnames": hostnames}))


def test_objects_without_a_name_are_left_out_with_a_warning(runner: Runner) -> None:
    done = listed(runner, {**HOSTS, "hostnames": ["discovery_id"]})
    said = " ".join(done.stderr.split())
    assert done.rc == 0
    assert "hostnames: no entry gives a name to the object " in said and "/ROOT/Lab/Lab bench/lab-test-1 (id" in said, (
        said
    )


def test_two_objects_of_one_name(runner: Runner) -> None:
    cpus: Options = {"source": {"classes": ["CPU"]}}
    said = refused(listed(runner, cpus))
    for number, identifier in ((1, "64b1f0c2a9d3e40300000012"), (2, "64b1f0c2a9d3e40300000014")):
        assert f"/north-web-{number}/CPU (id {identifier})" in said
    assert "set duplicates to path or id" in said
    assert "North site_North rack A2_north-db-1_CPU" in hosts(inventory(runner, {**cpus, "duplicates": "path"}))
    assert "CPU_64b1f0c2a9d3e40300000016" in hosts(inventory(runner, {**cpus, "duplicates": "id"}))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"sorce": {}}, "there is no option 'sorce' (did you mean 'source'?)"),
        ({"source": {"clases": ["Host"]}}, "source has no option clases; did you mean classes?"),
        ({"source": {"classes": ["Hosst"]}}, "source.classes: there is no class 'Hosst' (did you mean 'Host'?)"),
        ({"source": "Host"}, "source"),
        ({"hostnames": ["nam"]}, "hostnames: 'nam' does not say where a name comes from"),
        ({"duplicates": "first"}, "duplicates"),
        ({"group_by": ["colour"]}, "group_by"),
        ({"saymon_url": "ftp://x"}, "saymon_url"),
    ],
    ids=str,
)
def test_bad_options_are_named_with_their_file(runner: Runner, options: Options, says: str) -> None:
    said = refused(listed(runner, options))
    assert says in said
    assert "plant.saymon.yml" in said
    assert "Traceback" not in said


def test_a_file_of_another_name_is_refused(runner: Runner) -> None:
    path = source_file(runner, HOSTS, "plant.yml")
    done = runner.run(["ansible-inventory", "-i", path, "--list", "-vvv"])
    assert "its name does not end in saymon.yml or saymon.yaml" in " ".join(done.output.split())


def test_a_play_and_its_inventory_share_a_login(runner: Runner, sandbox: Sandbox) -> None:
    path = source_file(runner, {**HOSTS, "group_by": ["path"]})
    task = saymon("saymon_object_info", {"id": "{{ saymon.id }}", "fields": ["name"]})
    done = show(runner, play(task, hosts="path_North_site"), inventory=str(path), args=["--limit", "north-web-*"])
    assert done.rc == 0, done.output
    assert {seen.host for seen in done.results} == {"north-web-1", "north-web-2"}
    assert logins_and_logouts(sandbox) == (1, 1)


def test_what_comes_from_the_server_is_no_template(runner: Runner, sandbox: Sandbox) -> None:
    evil = "{{ 6 * 7 }}"
    body = {"name": f"a/{evil}", "class_id": 3, "properties": [{"name": "Owner", "value": evil, "type_id": 1}]}
    api(sandbox, "POST", "/objects", body)
    path = source_file(
        runner,
        {**HOSTS, "source": {"properties": {"Owner": None}}, "compose": {"composed": "'x' ~ saymon.properties.Owner"}},
    )
    message = "{{ inventory_hostname }}|{{ saymon.properties.Owner }}|{{ composed }}"
    task = {"name": "say", "ansible.builtin.debug": {"msg": message}}
    done = show(runner, play(task, hosts="all"), inventory=str(path))
    assert done.one("say")["msg"] == f"a_{evil}|{evil}|x{evil}"


def test_addresses_that_are_none(runner: Runner, sandbox: Sandbox) -> None:
    body = {"class_id": 3, "properties": [{"name": "IP", "value": "-oProxyCommand=x", "type_id": 1}]}
    api(sandbox, "POST", "/objects", {"name": "-бд/../1", **body})
    options: Options = {"source": {"properties": {"IP": "-oProxyCommand=x"}}, "ansible_host": ["IP"]}
    done = listed(runner, options)
    assert "is no address" in done.stderr
    assert {*plain(json.loads(done.stdout)["_meta"]["hostvars"])["_бд_.._1"]} == {"saymon"}


def test_the_cache(runner: Runner, sandbox: Sandbox) -> None:
    folder = runner.directory / "cache"
    options = {**HOSTS, "cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(folder)}
    first = inventory(runner, options)
    assert calls(sandbox, sessions=False) == READS
    assert inventory(runner, options) == first
    assert calls(sandbox, sessions=False) == READS
    assert sandbox.password not in "".join(path.read_text() for path in folder.iterdir())
    nothing = json.dumps([play(hosts="all")])
    done = runner.playbook(nothing, "--flush-cache", inventory=str(source_file(runner, options)))
    assert done.rc == 0, done.output
    assert calls(sandbox, sessions=False) == READS * 2
    inventory(runner, {**options, "source": {"classes": ["CPU"]}, "duplicates": "id"})
    assert len(calls(sandbox, sessions=False)) == 2 * len(READS) + 3  # no tags there
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    inventory(runner, {**options, "cache_timeout": 1})
    assert len(calls(sandbox, sessions=False)) == 3 * len(READS) + 3


def test_other_inventories_go_on_without_the_server(runner: Runner) -> None:
    path = source_file(runner, {**HOSTS, "saymon_url": "http://127.0.0.1:9", "saymon_retries": 0})
    done = runner.run(["ansible-inventory", "-i", path, "-i", "spare.invalid,", "--list"])
    assert done.rc == 0, done.output
    assert hosts(json.loads(done.stdout)) | {*json.loads(done.stdout)["ungrouped"]["hosts"]} == {"spare.invalid"}
    assert "127.0.0.1:9" in refused(done)


def test_no_secret_is_shown(runner: Runner, sandbox: Sandbox) -> None:
    body = {"name": "safe", "class_id": 3, "parent_id": ["1"]}
    secret = {"name": "Root password", "value": "Marker-of-a-property-9", "type_id": 1}
    api(sandbox, "POST", "/objects", {**body, "properties": [secret]})
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(runner.directory / "c")}
    account = {"saymon_login": sandbox.login, "saymon_password": sandbox.password}
    env = {"ANSIBLE_LOG_PATH": str(runner.directory / "log"), "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = listed(runner, {**HOSTS, **cache, **account}, "--list", "-vvvvv", **env)
    assert '"safe"' in done.stdout
    wrong = listed(runner, {**HOSTS, **account, "saymon_password": "Marker-wrong-1"}, "--list", "-vvvvv", **env)
    written = "".join(path.read_text() for path in (runner.directory / "c").iterdir())
    texts = done.output + wrong.output + written + (runner.directory / "log").read_text()
    for marker in (sandbox.password, "Marker-of-a-property-9", "Marker-wrong-1"):
        assert marker not in texts


def test_options_may_be_templates(runner: Runner) -> None:
    options: Options = {"source": {"classes": ["Host"], "under": "/ROOT/{{ site }} site"}}
    done = listed(runner, options, "--list", "-e", "site=South")
    assert hosts(json.loads(done.stdout)) == {"south-core-sw", "south-web-1", "south-backup"}, done.output


def examples() -> list[str]:
    tree = ast.parse((ROOT / "plugins" / "inventory" / "saymon.py").read_text(encoding="utf-8"))
    values = {node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)}  # type: ignore[attr-defined]
    text = str(ast.literal_eval(values["EXAMPLES"]))
    return [part for part in text.split("---\n") if part.strip()]


@pytest.mark.parametrize("text", examples(), ids=lambda text: text.splitlines()[0])
def test_examples(runner: Runner, sandbox: Sandbox, text: str) -> None:
    parent = api(sandbox, "POST", "/objects", {"name": "Plant North", "class_id": 24, "parent_id": ["1"]})["id"]
    owner = {"name": "Owner", "value": "Platform team", "type_id": 1}
    api(sandbox, "POST", "/objects", {"name": "db01", "class_id": 3, "parent_id": [parent], "properties": [owner]})
    path = runner.directory / "example.saymon.yml"
    path.write_text(text, encoding="utf-8")
    done = runner.run(["ansible-inventory", "-i", path, "--list"])
    assert done.rc == 0, done.output
    assert hosts(json.loads(done.stdout)), done.output
    assert "WARNING" not in done.stderr, done.stderr
