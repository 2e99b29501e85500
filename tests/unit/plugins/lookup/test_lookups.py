# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups: what they return, what they ask the server, and what they say."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.saymon.platform.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.saymon.platform.plugins.lookup import (
    saymon_metric,
    saymon_object,
    saymon_user,
    saymon_user_group,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_objects import FIELDS
from ansible_collections.saymon.platform.plugins.plugin_utils import lookup
from ansible_collections.saymon.platform.plugins.plugin_utils.list_store import StoreLists
from ansible_collections.saymon.platform.tests.unit.support import URL, Script

MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (saymon_metric, saymon_object, saymon_user, saymon_user_group)
}
WHO = {"saymon_url": URL, "saymon_login": "ci", "saymon_password": "pass-phrase-1"}
LOGIN = ("POST", "/users/session", 200, "64b1f0c2a9d3e45f6a7b0001", {"login": "ci", "password": "pass-phrase-1"})
OBJECTS = [
    {"id": 1, "name": "ROOT", "parent_id": []},
    {"id": "a", "name": "Завод", "parent_id": [1], "class_id": 24, "properties": []},
    {
        "id": "b",
        "name": "db01",
        "parent_id": ["a"],
        "class_id": 3,
        "state_id": 5,
        "properties": [{"name": "Owner", "value": "{{ 1 + 1 }}"}, {"name": "Password", "value": "hush-hush-7"}],
    },
    {"id": "c", "name": "/var/lib", "parent_id": ["b"], "class_id": 6, "properties": "odd"},
]
PROPERTIES = "/objects?fields=discovery_id%2Cname%2Cparent_id%2Cproperties"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "_known", {})


OF_HOSTS: dict[str, Any] = {"class": "Host"}  # a word of Python


def look(name: str, *terms: Any, variables: dict[str, Any] | None = None, **given: Any) -> list[Any]:
    plugin = MODULES[name].LookupModule()
    plugin._templar = SimpleNamespace(template=lambda value: value)
    found: list[Any] = plugin.run(list(terms), WHO if variables is None else variables, **given)
    return found


def test_properties_of_objects_by_path_name_and_id(script: Script) -> None:
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS))
    assert look("saymon_object", "/ROOT/Завод/db01", "db01", "b", property="Owner") == ["{{ 1 + 1 }}"] * 3
    assert look("saymon_object", ["/Завод/db01"], property="owner") == ["{{ 1 + 1 }}"]
    assert look("saymon_object", "b", property="Password") == ["hush-hush-7"]


def test_what_does_not_exist_is_the_default(script: Script) -> None:
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS))
    assert look("saymon_object", "db02", "db01", "/var/lib", property="Owner", default=None) == [
        None,
        "{{ 1 + 1 }}",
        None,
    ]
    value = {"a": [1]}
    assert look("saymon_object", "db01", property="Site", default=value) == [value]


def test_fields_and_whole_records(script: Script) -> None:
    whole = "/objects?fields=" + "%2C".join(sorted({*FIELDS}))
    fields = "/objects?fields=discovery_id%2Cname%2Cparent_id"
    script(
        LOGIN,
        ("GET", fields + "%2Cstate_id", 200, OBJECTS),
        ("GET", fields, 200, OBJECTS),
        ("GET", whole, 200, OBJECTS),
    )
    assert look("saymon_object", "db01", field="state_id") == [5]
    assert look("saymon_object", "c", "db01", field="path") == ["/ROOT/Завод/db01//var/lib", "/ROOT/Завод/db01"]
    (record,) = look("saymon_object", "db01")
    assert record == OBJECTS[2]


def test_everything_below_and_of_a_class(script: Script) -> None:
    script(
        LOGIN,
        ("GET", "/objects?fields=discovery_id%2Cname%2Cparent_id", 200, OBJECTS),
        ("GET", "/objects?fields=class_id%2Cdiscovery_id%2Cname%2Cparent_id", 200, OBJECTS),
        ("GET", "/classes", 200, [{"id": 3, "name": "Host"}]),
    )
    assert look("saymon_object", "/ROOT/Завод", recursive=True, field="name") == ["Завод", "db01", "/var/lib"]
    assert look("saymon_object", **OF_HOSTS, field="name") == ["db01"]


def test_users_and_groups(script: Script) -> None:
    users = [{"id": "u1", "login": "operator", "email": "o@example.org", "authenticationToken": "t0ken-t0ken"}]
    groups = [{"id": "g1", "name": "Дежурные", "permissions": ["manage-objects"]}]
    script(LOGIN, ("GET", "/users", 200, users), ("GET", "/user-groups", 200, groups))
    assert look("saymon_user", "OPERATOR", "u1", field="email") == ["o@example.org"] * 2
    assert look("saymon_user", "operator") == [{**users[0], "authenticationToken": "********"}]
    assert look("saymon_user_group", "дежурные", field="permissions") == [["manage-objects"]]
    assert look("saymon_user", "nobody", default={}) == [{}]


def test_latest_values(script: Script) -> None:
    stat = {"entityId": "b", "timestamp": 1700000000000, "payload": {"cpu": {"load1": 0.7, "load5": None}, "up": "yes"}}

    def asked(*ids: str) -> tuple[Any, ...]:
        found = [stat] if "b" in ids else []
        return ("POST", "/stat/search", 200, found, [{"type": "objects", "id": one} for one in ids])

    script(
        LOGIN,
        ("GET", "/objects?fields=discovery_id%2Cname%2Cparent_id", 200, OBJECTS),
        *[asked("b")] * 3,
        asked("b", "a"),
        asked("a"),
    )
    assert look("saymon_metric", "db01", metric="cpu.load1") == [0.7]
    assert look("saymon_metric", "db01", metric="cpu") == [{"cpu.load1": 0.7, "cpu.load5": None}]
    assert look("saymon_metric", "db01") == [{"cpu.load1": 0.7, "cpu.load5": None, "up": "yes"}]
    assert look("saymon_metric", "db01", "Завод", "db01", "db09", metric="up", default=0) == ["yes", 0, "yes", 0]
    with pytest.raises(AnsibleLookupError, match="object '/ROOT/Завод' has no value of the metric 'up': check the"):
        look("saymon_metric", "Завод", metric="up")


# --- what is read once ----------------------------------------------------------------------------


def test_a_hundred_lookups_are_one_request(script: Script) -> None:
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS))
    for _number in range(100):
        assert look("saymon_object", "db01", property="Owner") == ["{{ 1 + 1 }}"]


def test_other_processes_take_the_same_list(script: Script) -> None:
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS))
    for _process in range(5):
        lookup._known.clear()
        assert look("saymon_object", "db01", property="Owner") == ["{{ 1 + 1 }}"]


@pytest.mark.parametrize("same_process", [True, False])
def test_what_the_run_writes_is_seen(script: Script, same_process: bool) -> None:
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS), ("GET", PROPERTIES, 200, []))
    look("saymon_object", "db01", property="Owner")
    with StoreLists("any").writing():
        pass
    if not same_process:
        lookup._known.clear()
    assert look("saymon_object", "db01", property="Owner", default="gone") == ["gone"]


@pytest.mark.parametrize("same_process", [True, False])
def test_a_list_that_is_too_old(script: Script, same_process: bool) -> None:
    script(LOGIN, *[("GET", PROPERTIES, 200, OBJECTS)] * 3)
    for age in (0, 0, 1e-9):
        look("saymon_object", "db01", property="Owner", max_age=age)
        if not same_process:
            lookup._known.clear()
    assert look("saymon_object", "db01", property="Owner", max_age=60) == ["{{ 1 + 1 }}"]


def test_another_account_has_lists_of_its_own(script: Script) -> None:
    other = ("POST", "/users/session", 200, "64b1f0c2a9d3e45f6a7b0002", {"login": "cd", "password": "pass-phrase-2"})
    script(LOGIN, ("GET", PROPERTIES, 200, OBJECTS), other, ("GET", PROPERTIES, 200, []))
    look("saymon_object", "db01", property="Owner")
    account = {**WHO, "saymon_login": "cd", "saymon_password": "pass-phrase-2"}
    assert look("saymon_object", "db01", property="Owner", default="", variables=account) == [""]


# --- what they say --------------------------------------------------------------------------------


def test_an_empty_list_of_names_asks_nothing(script: Script) -> None:
    assert look("saymon_object", []) == []


@pytest.mark.parametrize(
    ("name", "terms", "given", "says"),
    [
        ("saymon_object", [], {}, "No object is named: give paths, names or ids, or one of class and tag."),
        ("saymon_user", [], {}, "No user is named: give names or ids."),
        ("saymon_user_group", [], {}, "No user group is named: give names or ids."),
        ("saymon_object", [""], {}, "A name is empty: check the variable from which it comes."),
        ("saymon_object", [{"a": 1}], {}, "_terms: give a text (use the filter to_json for a structure)."),
        ("saymon_object", ["x"], {"max_age": -1}, "max_age is -1.0: give a number of seconds, 0 or more."),
        ("saymon_object", ["x"], {"max_age": "nan"}, "max_age is nan: give a number of seconds, 0 or more."),
        ("saymon_object", ["x"], {"propperty": "y"}, "there is no option propperty; did you mean property?"),
        ("saymon_object", ["x"], {"property": "y", "field": "z"}, "parameters are mutually exclusive: property|field."),
        ("saymon_object", ["x"], {"property": ""}, "property is empty: give a text, or leave the option out."),
        ("saymon_user", ["x"], {"field": ""}, "field is empty: give a text, or leave the option out."),
        ("saymon_metric", ["x"], {"metric": ""}, "metric is empty: give a text, or leave the option out."),
        ("saymon_object", ["x"], {"class": ""}, "class is empty: give a text, or leave the option out."),
    ],
)
def test_bad_calls_send_nothing(script: Script, name: str, terms: list[Any], given: dict[str, Any], says: str) -> None:
    with pytest.raises(AnsibleLookupError) as caught:
        look(name, *terms, **given)
    assert str(caught.value) == f"saymon.platform.{name}: {says}"


@pytest.mark.parametrize(
    ("terms", "given", "says"),
    [
        (
            ["db02"],
            {},
            "there is no object 'db02' (did you mean 'db01'?): check the spelling, and whether the account may see it "
            "(or give default).",
        ),
        (
            ["db01"],
            {"property": "Ownr"},
            "object '/ROOT/Завод/db01' has no property 'Ownr' (did you mean 'Owner'?): check the spelling "
            "(or give default).",
        ),
        (
            ["db01"],
            {"field": "stateid"},
            "object '/ROOT/Завод/db01' has no field 'stateid' (did you mean 'state_id'?): check the spelling "
            "(or give default).",
        ),
        (["same"], {"default": 1}, "several objects are called 'same' (ids x, y): give the id."),
        (
            [],
            {"tag": "nil", "default": 1},
            "tag: there is no tag 'nil': check the spelling, and whether the account may see it.",
        ),
    ],
)
def test_what_is_not_there(script: Script, terms: list[Any], given: dict[str, Any], says: str) -> None:
    extra = [{"id": one, "name": "same", "parent_id": ["a"]} for one in ("x", "y")]
    tag: list[Any] = [("GET", "/tags", 200, [])] if "tag" in given else []
    keys = {
        "name",
        "parent_id",
        "discovery_id",
        *({"properties"} if "property" in given else ()),
        *({"tags"} if tag else ()),
    }
    keys |= {given["field"]} if "field" in given else set()
    keys = {*FIELDS} | keys if not {"property", "field"} & given.keys() else keys
    script(LOGIN, ("GET", "/objects?fields=" + "%2C".join(sorted(keys)), 200, [*OBJECTS, *extra]), *tag)
    with pytest.raises(AnsibleLookupError) as caught:
        look("saymon_object", *terms, **given)
    assert str(caught.value) == f"saymon.platform.saymon_object: {says}"


def test_a_failed_login_tells_no_password(script: Script) -> None:
    script((*LOGIN[:2], 401, {"code": "InvalidCredentials", "message": "no pass-phrase-1"}, LOGIN[4]))
    with pytest.raises(AnsibleLookupError, match="refused") as caught:
        look("saymon_object", "db01")
    assert "pass-phrase-1" not in str(caught.value)


@pytest.mark.parametrize("name", MODULES)
def test_the_options_are_documented(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = MODULES[name]
    documented = yaml.safe_load(module.DOCUMENTATION)["options"]
    shared = yaml.safe_load(ModuleDocFragment.PLUGIN)["options"]
    specs = []

    def note(_name: str, spec: Any, *_rest: Any) -> dict[str, Any]:
        specs.append(spec)
        return {"values": []}

    monkeypatch.setattr(lookup, "run_here", note)
    look(name, "x")
    (spec,) = specs
    told = {
        option: {key: one.get(key) for key in ("type", "elements", "default")} for option, one in documented.items()
    }
    assert told == {
        option: {key: one.get(key) for key in ("type", "elements", "default")} for option, one in spec.options.items()
    }
    assert {*spec.argument_spec} - {*spec.options} - {*shared} == {"saymon_run_on"}
    assert issubclass(module.LookupModule, LookupBase)
