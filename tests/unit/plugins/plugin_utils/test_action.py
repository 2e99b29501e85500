# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one action: where options and session come from, what becomes a fact, what is hidden, what runs on the target."""

from __future__ import annotations

import json
import os
from collections import UserString
from collections.abc import Callable
from typing import Any

import pytest
from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials, Session
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from ansible_collections.saymon.platform.plugins.module_utils._run import perform
from ansible_collections.saymon.platform.plugins.plugin_utils import action as action_file
from ansible_collections.saymon.platform.plugins.plugin_utils import options as options_file
from ansible_collections.saymon.platform.plugins.plugin_utils.facts import marked
from ansible_collections.saymon.platform.plugins.plugin_utils.options import Source, resolve
from ansible_collections.saymon.platform.plugins.plugin_utils.run_store import RunSessionStore, reference, stored
from ansible_collections.saymon.platform.tests.unit.support import (
    CREDENTIALS,
    CSRF,
    OTHER_SID,
    SID,
    URL,
    Exchange,
    Script,
    make_action,
    module_of,
    run_action,
    trusted,
)

CI = Credentials("ci", "pass-phrase-1")
BODY = {"login": "ci", "password": "pass-phrase-1"}
LOGIN = Exchange("POST", "/users/session", 200, SID, body=BODY)
REF = reference(Connection(URL), CI)
VARS: dict[str, Any] = {"saymon_url": URL, **CREDENTIALS}
EXPIRED = {"code": "Unauthorized", "message": '{"errorCode":3,"message":"Session expired."}'}


def _fact(**change: Any) -> dict[str, Any]:
    return marked({"url": URL, "login": "ci", "sid": SID, "csrf": None, "ref": "", **change}, keep=False)


def _facts(fact: Any) -> dict[str, Any]:
    return {"ansible_facts": {"saymon_session": fact}}


class HostVars(dict[str, Any]):
    """Like core's view of the variables of all hosts."""

    def raw_get(self, host: str) -> Any:
        return self[host]


def _users(sid: str | None = SID, status: int = 200, data: Any = (), at: str = URL) -> Exchange:
    cookie = f"sid={sid}" if sid else None
    return Exchange(
        "GET", "/users", status, EXPIRED if status == 401 else list(data), headers={"Cookie": cookie}, at=at
    )


def _options(args: dict[str, Any], task_vars: dict[str, Any], name: str = "saymon_user_info") -> dict[str, Any]:
    module = module_of(name)
    template = Templar(loader=DataLoader(), variables=dict(task_vars)).template
    return resolve(name, module.SPEC, Source(args, task_vars, None, template)).values


@pytest.fixture(autouse=True)
def whole_results_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same on all versions of ansible-core; the newer way has its own test."""
    monkeypatch.setattr(action_file, "register_secret", None)


@pytest.fixture
def facts_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", "jsonfile")


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "task", "variable", "environment", "default"),
    [
        ("saymon_url", "http://task", "http://variable", "http://environment", None),
        ("saymon_login", "task", "variable", "environment", None),
        ("saymon_timeout", 1.5, "2.5", "3.5", 30.0),
        ("saymon_retries", 1, "2", "3", 3),
        ("saymon_validate_certs", True, "no", "true", True),
        ("saymon_auth_method", "basic", "token", "basic", "session"),
        ("saymon_run_on", "controller", "target", "controller", "controller"),
        ("saymon_ca_path", "/task", "/variable", "/environment", None),
    ],
)
def test_task_before_variable_before_environment(
    monkeypatch: pytest.MonkeyPatch, name: str, task: Any, variable: Any, environment: str, default: Any
) -> None:
    kinds: dict[type, Callable[[Any], Any]] = {float: float, int: int, bool: lambda text: text in ("true", True)}
    typed = kinds.get(type(task), str)
    assert _options({}, {})[name] == default
    monkeypatch.setenv(name.upper(), environment)
    assert _options({}, {})[name] == typed(environment)
    assert _options({}, {name: variable})[name] == typed(variable)
    assert _options({name: task}, {name: variable})[name] == task
    assert _options({name: None}, {name: variable})[name] == typed(variable)  # null is not given
    assert _options({name: ""}, {name: ""})[name] == typed(environment)  # nor is an empty text


def test_short_names_are_the_same_options() -> None:
    task_vars = {"saymon_url": "http://variable", "saymon_login": "variable"}
    options = _options({"url": "http://task", "login": "task"}, task_vars, "saymon_session")
    assert (options["saymon_url"], options["saymon_login"]) == ("http://task", "task")


def test_the_address_of_the_fact_stands_between_variable_and_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYMON_URL", "http://environment")
    task_vars = _facts(_fact(url="http://fact"))
    assert _options({}, task_vars)["saymon_url"] == "http://fact"
    assert _options({}, {**task_vars, "saymon_url": "http://variable"})["saymon_url"] == "http://variable"
    assert _options({"saymon_url": "http://task"}, task_vars)["saymon_url"] == "http://task"


def test_variables_are_templated() -> None:
    task_vars = {
        "saymon_url": trusted("https://{{ where }}"),
        "where": "saymon.example.org",
        "saymon_retries": trusted("{{ 1 + 1 }}"),
    }
    options = _options({}, task_vars)
    assert (options["saymon_url"], options["saymon_retries"]) == (URL, 2)


def test_an_undefined_variable_is_an_error_of_core() -> None:
    with pytest.raises(AnsibleError, match="undefined"):
        _options({}, {"saymon_url": trusted("{{ nowhere_to_be_found }}")})


def test_special_texts_become_plain(script: Script) -> None:
    """Core passes vaulted and tagged values as other classes, which json and requests would refuse."""

    class Vaulted(UserString):
        """Like core's class for a vaulted value: behaves as a text and is none."""

    args = {"id": Vaulted("7"), "login": trusted("x"), "saymon_password": Vaulted("pass-phrase-1")}
    options = _options(args, {"saymon_login": trusted("ci")})
    for name, value in (("id", "7"), ("login", "x"), ("saymon_password", "pass-phrase-1"), ("saymon_login", "ci")):
        assert options[name] == value
        assert options[name].__class__ is str
    script(LOGIN, _users())
    result = run_action("saymon_user_info", args, {"saymon_url": trusted(URL), "saymon_login": trusted("ci")})
    assert result == {"changed": False, "users": []}


@pytest.mark.parametrize(
    ("name", "args", "text"),
    [
        (
            "saymon_user_info",
            {"logn": "x"},
            "saymon.platform.saymon_user_info: there is no option logn; did you mean login?",
        ),
        (
            "saymon_user_info",
            {"qqq": "x"},
            "there is no option qqq, only dest, email, fields, group, id, limit, login, ",
        ),
        (
            "saymon_session",
            {"usrl": "x", "qqq": "x"},
            "saymon.platform.saymon_session: there is no option qqq, only keep, saymon_",
        ),
        (
            "saymon_object",
            {"name": "x", "properties": [{"nmae": "x", "value": "y"}]},
            "saymon.platform.saymon_object: properties has no option nmae; did you mean name?",
        ),
        (
            "saymon_object",
            {"name": "x", "properties": [{"name": "x", "qqq": "y"}]},
            "saymon.platform.saymon_object: properties has no option qqq, only ",
        ),
        ("saymon_api", {}, "saymon.platform.saymon_api: missing required arguments: path."),
        ("saymon_api", {"path": "/x", "method": "GOT"}, "method is 'GOT': give one of GET, POST, PUT, PATCH, DELETE."),
        (
            "saymon_api",
            {"path": "/x", "saymon_run_on": "moon"},
            "value of saymon_run_on must be one of: controller, target, got: moon.",
        ),
        ("saymon_api", {"path": "/x", "page_size": "many"}, "'page_size' is of type"),
        (
            "saymon_api",
            {"path": "/x", "body": {}, "body_text": "x"},
            "parameters are mutually exclusive: body|body_text.",
        ),
        ("saymon_session", {"saymon_timeout": "soon"}, "'saymon_timeout' is of type"),
        *(
            ("saymon_bulk", {"filter": odd}, f"filter must be a dictionary, got {type(odd).__name__}: give options and")
            for odd in (5, True, [None], [1, [2]])
        ),
    ],
)
def test_bad_options(name: str, args: dict[str, Any], text: str) -> None:
    result = run_action(name, args, VARS)
    assert (result["failed"], result["changed"]) == (True, False)
    assert text in result["msg"]
    assert not result["msg"].endswith("..")


@pytest.mark.parametrize("value", ["inf", float("inf"), [10**400, None, None]])
def test_numbers_that_core_itself_stumbles_over(value: Any) -> None:
    result = run_action("saymon_api", {"path": "/x", "page_size": value, "paginate": True, "saymon_retries": 0}, VARS)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "Bug" not in result["msg"]


@pytest.mark.parametrize(
    ("value", "items"), [([{"login": "x"}], [{"login": "x"}]), ('[{"login": "x"}]', [{"login": "x"}]), ([], [])]
)
def test_a_list_of_items_is_left_to_the_module(value: Any, items: list[Any]) -> None:
    assert _options({"users": value}, VARS, "saymon_user")["users"] == items


@pytest.mark.parametrize("value", ["text", "{", {"login": "x"}])
def test_what_is_no_list_of_items(value: Any) -> None:
    assert (
        run_action("saymon_user", {"users": value}, VARS)["msg"]
        == f"users must be a list of dictionaries, got {type(value).__name__}: give a list."
    )


@pytest.mark.parametrize("url", [5, [URL], {"a": 1}, "ftp://x"])
def test_a_bad_address_beside_a_fact(url: Any) -> None:
    given = {"saymon_url": url}
    for result in (
        run_action("saymon_user_info", given, _facts(_fact())),
        run_action("saymon_user_info", {}, {**_facts(_fact()), **given}),
    ):
        assert result["failed"]
        assert "saymon_url" in result["msg"]


# --- which session --------------------------------------------------------------------------------


def test_a_session_is_opened_when_there_is_none_and_used_by_all(script: Script) -> None:
    script(LOGIN, _users(), _users())
    for _host in range(2):
        assert run_action("saymon_user_info", {}, VARS) == {"changed": False, "users": []}
    assert (stored(REF) or {})["session"]["sid"] == SID


def test_the_fact_of_this_host_comes_first(script: Script) -> None:
    hostvars = HostVars(localhost=_facts(_fact(sid="of-localhost")), bastion=_facts(_fact(sid="of-bastion")))
    script(_users())
    run_action("saymon_user_info", {}, {**_facts(_fact()), "hostvars": hostvars}, delegate_to="bastion")


def test_then_the_delegating_host_then_localhost(script: Script) -> None:
    hostvars = HostVars(localhost=_facts(_fact(sid="of-localhost")), bastion=_facts(_fact(sid="of-bastion")), bare={})
    script(_users("of-bastion"), _users("of-localhost"), _users("of-localhost"), _users("of-localhost"))
    run_action("saymon_user_info", {}, {"hostvars": hostvars}, delegate_to="bastion")
    run_action("saymon_user_info", {}, {"hostvars": hostvars, **_facts({})}, delegate_to="unknown")
    run_action("saymon_user_info", {}, {"hostvars": hostvars}, delegate_to="bare")
    run_action("saymon_user_info", {}, {"hostvars": hostvars})


def test_a_host_is_not_looked_at_twice(script: Script) -> None:
    task_vars = {"inventory_hostname": "localhost", "hostvars": HostVars(localhost=_facts(_fact())), **_facts({})}
    result = run_action("saymon_user_info", {"saymon_url": URL}, task_vars)
    assert "Nobody to sign in as" in result["msg"]


@pytest.mark.parametrize(
    "fact", [None, "text", [], {}, {"sid": SID}, _fact(sid=None), _fact(sid=None, ref="gone"), _fact(sid=None, ref=5)]
)
def test_a_dead_fact_is_ignored(script: Script, fact: Any) -> None:
    script(LOGIN, _users())
    run_action("saymon_user_info", {}, {**VARS, **_facts(fact)})


def test_without_session_and_credentials() -> None:
    result = run_action("saymon_user_info", {"saymon_url": URL}, _facts({}))
    assert result["failed"]
    assert "Nobody to sign in as" in result["msg"]


def test_a_sid_never_goes_to_another_origin(script: Script) -> None:
    other = "http://other.example.org"
    task_vars = {**_facts(_fact()), "hostvars": HostVars(localhost=_facts(_fact())), **CREDENTIALS}
    script(
        Exchange("POST", "/users/session", 200, OTHER_SID, body=BODY, headers={"Cookie": None}, at=other),
        _users(OTHER_SID, at=other),
    )
    run_action("saymon_user_info", {"saymon_url": other}, task_vars)
    result = run_action("saymon_user_info", {"saymon_url": "http://third.example.org"}, _facts(_fact()))
    assert "Nobody to sign in as" in result["msg"]


def test_the_same_address_in_other_words_is_the_same(script: Script) -> None:
    script(_users())
    run_action("saymon_user_info", {"saymon_url": f"{URL}/node/api/"}, _facts(_fact()))


def test_the_session_of_another_login_is_not_used(script: Script) -> None:
    script(LOGIN, _users())
    run_action("saymon_user_info", {}, {**VARS, **_facts(_fact(login="operator", sid=OTHER_SID))})


@pytest.mark.parametrize("option", ["saymon_auth_token", "saymon_keycloak_token"])
@pytest.mark.parametrize("where", ["task", "variable"])
def test_a_token_that_is_given_is_used_and_not_the_fact(script: Script, option: str, where: str) -> None:
    given = {option: "t-secret"}
    keycloak = {"auth-service": "keycloak", "auth-service-params": {"token": "t-secret"}}
    body = keycloak if option == "saymon_keycloak_token" else {"auth-token": "t-secret"}
    script(Exchange("POST", "/users/session", 200, OTHER_SID, body=body), _users(OTHER_SID))
    task_vars = {**_facts(_fact()), **(given if where == "variable" else {})}
    run_action("saymon_user_info", {"saymon_url": URL, **(given if where == "task" else {})}, task_vars)


@pytest.mark.parametrize("token", ["SAYMON_AUTH_TOKEN", "SAYMON_KEYCLOAK_TOKEN"])
def test_login_and_password_count_more_than_a_token_of_the_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv(token, "t-of-somebody-else")
    script(LOGIN, _users())
    run_action("saymon_user_info", {}, VARS)


def test_a_token_that_is_given_counts_more_than_a_login_of_the_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYMON_LOGIN", "admin")
    monkeypatch.setenv("SAYMON_PASSWORD", "admin-phrase")
    script(Exchange("POST", "/users/session", 200, SID, body={"auth-token": "t-secret"}), _users())
    run_action("saymon_user_info", {"saymon_auth_token": "t-secret"}, {"saymon_url": URL})


def test_the_environment_completes_a_login(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYMON_PASSWORD", "pass-phrase-1")
    script(LOGIN, _users())
    run_action("saymon_user_info", {"saymon_login": "ci"}, {"saymon_url": URL})


@pytest.mark.parametrize("on_disk", [False, True])
@pytest.mark.parametrize(
    "environment", [{"SAYMON_LOGIN": "admin", "SAYMON_PASSWORD": "admin-phrase"}, {"SAYMON_AUTH_TOKEN": "t-of-admin"}]
)
def test_the_account_of_the_environment_does_not_replace_that_of_the_fact(
    script: Script, monkeypatch: pytest.MonkeyPatch, on_disk: bool, environment: dict[str, str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if on_disk:
        monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", "jsonfile")
    script(LOGIN)
    facts = run_action("saymon_session", {"url": URL, "login": "ci", "password": "pass-phrase-1"})["ansible_facts"]
    assert ("sid" in facts["saymon_session"]) is not on_disk
    # also when the session has to be renewed
    script(
        _users(), _users(status=401), Exchange("POST", "/users/session", 200, OTHER_SID, body=BODY), _users(OTHER_SID)
    )
    for _task in range(2):
        assert run_action("saymon_user_info", {}, {"ansible_facts": facts})["users"] == []


def test_a_session_opened_with_a_token_is_not_replaced_by_the_environment(
    script: Script, monkeypatch: pytest.MonkeyPatch, facts_on_disk: None
) -> None:
    monkeypatch.setenv("SAYMON_AUTH_TOKEN", "t-of-admin")
    script(Exchange("POST", "/users/session", 200, SID, body={"auth-token": "t-secret"}))
    facts = run_action("saymon_session", {"url": URL, "auth_token": "t-secret"})["ansible_facts"]
    script(_users())
    run_action("saymon_user_info", {}, {"ansible_facts": facts})


def test_credentials_of_the_environment_renew_a_fact_of_their_own(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYMON_LOGIN", "ci")
    monkeypatch.setenv("SAYMON_PASSWORD", "pass-phrase-1")
    monkeypatch.setenv("SAYMON_URL", f"{URL}/")  # the address must be known apart from the fact
    script(_users(OTHER_SID, 401), LOGIN, _users(), _users())
    for _task in range(2):  # the second finds the new session in the store, although its fact is the old one
        assert run_action("saymon_user_info", {}, _facts(_fact(sid=OTHER_SID)))["users"] == []


@pytest.mark.parametrize("url", [None, "http://other.example.org", "no address"])
def test_an_address_of_a_fact_gets_no_credentials_from_elsewhere(
    script: Script, monkeypatch: pytest.MonkeyPatch, url: str | None
) -> None:
    monkeypatch.setenv("SAYMON_LOGIN", "ci")
    if url:
        monkeypatch.setenv("SAYMON_URL", url)
    script(_users(OTHER_SID, 401))
    result = run_action("saymon_user_info", {}, {**_facts(_fact(sid=OTHER_SID)), "saymon_password": "pass-phrase-1"})
    assert (result["failed"], result["status"]) == (True, 401)


def test_a_fact_that_nobody_vouches_for_is_ignored(script: Script) -> None:
    script(LOGIN, _users(), _users(), _users())
    for change in ({"sid": OTHER_SID}, {"mark": "0" * 64}, {"mark": None}):
        result = run_action("saymon_user_info", {}, {**VARS, **_facts({**_fact(), **change})})
        assert result["users"] == []
        assert "The fact saymon_session is ignored" in result["warnings"][0]


@pytest.mark.parametrize("injected", [True, False])
def test_connection_options_from_facts_are_ignored(monkeypatch: pytest.MonkeyPatch, injected: bool) -> None:
    monkeypatch.setattr(C, "INJECT_FACTS_AS_VARS", injected, raising=False)
    task_vars = {
        "saymon_timeout": "7",
        "saymon_retries": "1",
        "ansible_facts": {"saymon_timeout": "7", "saymon_retries": "2"},
    }
    options = _options({}, task_vars)
    assert (options["saymon_timeout"], options["saymon_retries"]) == (30.0 if injected else 7.0, 1)


def test_a_kept_fact_of_an_earlier_run_serves_as_long_as_the_server_takes_it(script: Script) -> None:
    script(_users(), _users(status=401))
    assert run_action("saymon_user_info", {}, _facts(_fact(ref="fromanotherrun")))["users"] == []
    result = run_action("saymon_user_info", {}, _facts(_fact(ref="fromanotherrun")))
    assert (result["failed"], result["status"]) == (True, 401)


def test_a_given_sid_is_used(script: Script) -> None:
    script(Exchange("PUT", "/x", headers={"Cookie": f"sid={OTHER_SID}; csrf={CSRF}", "x-csrf-token": CSRF}))
    args = {"path": "/x", "method": "PUT", "saymon_url": URL, "saymon_sid": OTHER_SID, "saymon_csrf": CSRF}
    assert run_action("saymon_api", args, _facts(_fact()))["changed"] is True


@pytest.mark.parametrize("method", ["basic", "token"])
def test_other_methods_leave_the_fact_alone(script: Script, method: str) -> None:
    query = "?auth-token=t-secret&api-token=t-secret" if method == "token" else ""
    script(Exchange("GET", f"/users{query}", 200, [], headers={"Cookie": None}))
    args = {"saymon_url": URL, "saymon_auth_method": method, "saymon_auth_token": "t-secret", **CREDENTIALS}
    assert run_action("saymon_user_info", args, _facts(_fact()))["users"] == []
    assert stored(REF) is None


def test_check_mode_reads_with_a_session_of_its_own(script: Script) -> None:
    script(LOGIN, _users())
    assert run_action("saymon_user_info", {}, VARS, check=True)["users"] == []
    assert (
        run_action("saymon_api", {"path": "/x", "method": "DELETE"}, VARS, check=True)["msg"] == "Would send DELETE /x."
    )


# --- the session as a fact ------------------------------------------------------------------------


def _session(args: dict[str, Any], task_vars: dict[str, Any], **kwargs: Any) -> Any:
    return run_action("saymon_session", args, task_vars, **kwargs)


def test_the_fact_while_facts_live_in_memory(script: Script) -> None:
    script(Exchange("POST", "/users/session", 200, SID, body=BODY, cookies={"csrf": CSRF}))
    result = _session({}, VARS)
    shown = {"url": URL, "login": "ci", "sid": SID, "csrf": CSRF}
    assert result == {
        "changed": True,
        "msg": "Opened a session.",
        "session": shown,
        "ansible_facts": {"saymon_session": marked({**shown, "ref": REF}, keep=False)},
        "_ansible_no_log": True,
    }


@pytest.mark.parametrize("plugin", ["jsonfile", "community.general.redis"])
@pytest.mark.parametrize("keep", [False, True])
def test_the_fact_while_facts_live_on_disk(
    script: Script, monkeypatch: pytest.MonkeyPatch, plugin: str, keep: bool
) -> None:
    monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", plugin)
    script(LOGIN)
    result = _session({"keep": keep}, VARS)
    fact = result["ansible_facts"]["saymon_session"]
    assert result["session"]["sid"] == SID
    assert fact == marked(
        {**result["session"], "ref": REF} if keep else {"url": URL, "login": "ci", "ref": REF}, keep=keep
    )
    assert ((stored(REF) or {}).get("keep") == SID) is keep
    script(_users())
    run_action("saymon_user_info", {}, {"ansible_facts": result["ansible_facts"]})


def test_a_valid_session_stays_and_is_published(script: Script) -> None:
    script(LOGIN, Exchange("GET", "/users/current", 200, {"id": 1, "login": "ci"}, headers={"Cookie": f"sid={SID}"}))
    assert _session({}, VARS)["changed"] is True
    result = _session({}, VARS)
    assert (result["changed"], result["ansible_facts"]["saymon_session"]["ref"], result["_ansible_no_log"]) == (
        False,
        REF,
        True,
    )


@pytest.mark.parametrize("plugin", ["memory", "jsonfile"])
def test_the_fact_in_check_mode_lets_others_open_the_session(
    script: Script, monkeypatch: pytest.MonkeyPatch, plugin: str
) -> None:
    monkeypatch.setenv("ANSIBLE_CACHE_PLUGIN", plugin)
    result = _session({"url": URL, "login": "ci", "password": "pass-phrase-1"}, {}, check=True)
    shown = {"url": URL, "login": "ci"}
    facts = {"saymon_session": marked({**shown, "ref": REF}, keep=False)}
    assert result == {"changed": True, "msg": "Would open a session.", "session": shown, "ansible_facts": facts}
    script(LOGIN, _users(), _users())
    for _task in range(2):
        assert run_action("saymon_user_info", {}, {"ansible_facts": facts}, check=True)["users"] == []


def test_absent_clears_the_fact(script: Script) -> None:
    script(LOGIN)
    facts = _session({}, VARS)["ansible_facts"]
    script(Exchange("GET", "/users/current", 200, {"id": 1, "login": "ci"}))
    checked = _session({"state": "absent"}, {"ansible_facts": facts}, check=True)
    assert (checked["changed"], "ansible_facts" in checked) == (True, False)
    script(Exchange("DELETE", "/users/session", 200, headers={"Cookie": f"sid={SID}"}))
    result = _session({"state": "absent"}, {"ansible_facts": facts})
    assert result == {
        "changed": True,
        "msg": "Ended the session.",
        "session": {"url": URL, "login": "ci"},
        "ansible_facts": {"saymon_session": {}},
    }
    assert stored(REF) == {"ended": [SID]}


def test_a_failure_publishes_nothing(script: Script) -> None:
    script(Exchange("POST", "/users/session", 401, EXPIRED, body=BODY))
    result = _session({}, VARS)
    assert result["failed"]
    assert "ansible_facts" not in result


# --- what is hidden -------------------------------------------------------------------------------


def test_a_revealed_secret_hides_the_result(script: Script) -> None:
    script(
        LOGIN,
        Exchange("POST", "/users/1/auth-token", 200, "11112222-3333"),
        Exchange("GET", "/users/1", 200, {"id": 1}),
    )
    result = run_action("saymon_api", {"path": "/users/1/auth-token", "method": "POST"}, VARS)
    assert (result["json"], result["_ansible_no_log"]) == ("11112222-3333", True)
    assert "_ansible_no_log" not in run_action("saymon_api", {"path": "/users/1"}, VARS)


def test_where_core_masks_values_they_are_registered(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[str] = []
    monkeypatch.setattr(action_file, "register_secret", registered.append)
    script(LOGIN)
    result = _session({}, VARS)
    assert SID in registered
    assert "_ansible_no_log" not in result


def test_secrets_are_masked_in_errors_and_results(script: Script) -> None:
    script(
        LOGIN,
        Exchange("GET", "/x", 400, {"code": "X", "message": f"{SID} pass-phrase-1"}),
        Exchange("GET", "/x", 200, {"cookie": "c", "s": SID}),
    )
    assert "X: ******** ********" in run_action("saymon_api", {"path": "/x"}, VARS)["msg"]
    assert run_action("saymon_api", {"path": "/x"}, VARS)["json"] == {"cookie": "********", "s": "********"}


# --- on the target --------------------------------------------------------------------------------


class Target:
    """Stands in for the module files on the task's host: answers in turn, and remembers what they were started with."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.started: list[dict[str, Any]] = []

    def execute(self, action: Any) -> Callable[..., dict[str, Any]]:
        def run(
            module_name: Any = None, module_args: Any = None, task_vars: Any = None, wrap_async: bool = False
        ) -> dict[str, Any]:
            started = {"name": module_name, "args": module_args, "check": action._task.check_mode, "async": wrap_async}
            json.dumps(started)
            self.started.append(started)
            return self.answers.pop(0)

        return run

    def run(self, name: str, args: dict[str, Any], task_vars: dict[str, Any], **kwargs: Any) -> Any:
        action = make_action(name, args, task_vars, **kwargs)
        action._execute_module = self.execute(action)
        result = action.run(task_vars=task_vars)
        assert self.answers == []
        return result


OPENED = {"changed": True, "session": {"url": URL, "login": "ci", "sid": SID, "csrf": CSRF}, "saymon_revealed": True}
ON_TARGET = {**VARS, "saymon_run_on": "target"}
NEW_LOGIN = "saymon.platform.saymon_session"


@pytest.mark.parametrize("check", [False, True])
def test_a_module_on_the_target_gets_the_session_and_no_password(script: Script, check: bool) -> None:
    target = Target(OPENED, {"changed": False, "users": [], "msg": f"{SID} pass-phrase-1"})
    result = target.run("saymon_user_info", {"login": "x", "saymon_timeout": "5"}, ON_TARGET, check=check)
    assert result == {"changed": False, "users": [], "msg": "******** ********"}
    login, module = target.started
    assert (login["name"], login["check"], module["name"], module["check"]) == (NEW_LOGIN, False, None, check)
    assert {name: login["args"][name] for name in ("state", "saymon_url", "saymon_login", "saymon_password")} == {
        "state": "renewed",
        **VARS,
    }
    assert "saymon_sid" not in login["args"]
    assert (module["args"]["login"], module["args"]["saymon_timeout"]) == ("x", 5.0)
    assert (module["args"]["saymon_sid"], module["args"]["saymon_csrf"]) == (SID, CSRF)
    assert not set(module["args"]) & {"saymon_password", "saymon_auth_token", "saymon_keycloak_token"}
    # the next task finds the session in the store
    again = Target({"changed": False, "users": []})
    again.run("saymon_user_info", {}, ON_TARGET)
    assert again.started[0]["args"]["saymon_sid"] == SID


def test_an_expired_session_is_renewed_on_the_target(script: Script) -> None:
    RunSessionStore(REF, Connection(URL), CI).adopt(Session(URL, OTHER_SID))
    target = Target({"failed": True, "status": 401, "msg": "x"}, OPENED, {"changed": True})
    assert target.run("saymon_api", {"path": "/x", "method": "PUT"}, ON_TARGET) == {"changed": True}
    assert [started["args"].get("saymon_sid") for started in target.started] == [OTHER_SID, None, SID]


def test_a_session_that_cannot_be_renewed(script: Script) -> None:
    target = Target({"failed": True, "status": 401, "msg": "Session expired."})
    result = target.run("saymon_user_info", {"saymon_run_on": "target"}, _facts(_fact(ref="fromanotherrun")))
    assert result == {"failed": True, "status": 401, "msg": "Session expired."}


@pytest.mark.parametrize(("status", "kept"), [(401, True), (403, True), (None, False)])
def test_a_login_that_fails_on_the_target(script: Script, status: int | None, kept: bool) -> None:
    failure = {"failed": True, "msg": "refused login 'ci', pass-phrase-1", **({"status": status} if status else {})}
    result = Target(failure).run("saymon_user_info", {}, ON_TARGET)
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, "refused login 'ci', ********")
    assert ((stored(REF) or {})["failure"]["kind"] == "NotSignedIn") is kept
    assert result.get("status") == status


@pytest.mark.parametrize(("more", "ended"), [({}, True), ({"saymon_run_on": "target"}, False)])
def test_a_session_for_a_job_in_the_background_ends_with_the_run(
    script: Script, more: dict[str, Any], ended: bool
) -> None:
    """The job runs on the host, but nothing says that only the host reaches the server."""
    target = Target(OPENED, {"started": 1, "ansible_job_id": "j1"})
    target.run("saymon_user", {"login": "x"}, {**VARS, **more}, async_val=60)
    assert ((stored(REF) or {})["connection"] is not None) is ended


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "writes"),
    [
        ("saymon_user_info", {}, {}, 0),
        ("saymon_user", {"login": "x"}, {"check": True}, 0),
        ("saymon_user", {"login": "x"}, {}, 1),
    ],
)
def test_what_a_target_writes_is_counted(
    script: Script, name: str, args: dict[str, Any], kwargs: dict[str, Any], writes: int
) -> None:
    sessions = RunSessionStore(REF, Connection(URL), CI)
    sessions.adopt(Session(URL, SID))
    Target({"changed": False}).run(name, args, ON_TARGET, **kwargs)
    assert sessions.lists.writes() == writes


def test_what_a_job_in_the_background_writes_can_come_at_any_time(script: Script) -> None:
    sessions = RunSessionStore(REF, Connection(URL), CI)
    sessions.adopt(Session(URL, SID))
    Target({"started": 1}).run("saymon_user_info", {}, VARS, async_val=60)
    assert sessions.lists.writes() == sessions.lists.writes() == 0
    Target({"started": 1}).run("saymon_user", {"login": "x"}, VARS, async_val=60)
    assert sessions.lists.writes() != sessions.lists.writes()


@pytest.mark.parametrize("failing", [False, True])
def test_a_session_that_nobody_else_can_use_ends_with_the_task(
    script: Script, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", "/nowhere")
    script(LOGIN, Exchange("GET", "/x", 500 if failing else 200), Exchange("DELETE", "/users/session", 200))
    assert run_action("saymon_api", {"path": "/x"}, VARS).get("failed", False) is failing


def test_async_runs_on_the_target() -> None:
    RunSessionStore(REF, Connection(URL), CI).adopt(Session(URL, SID))
    target = Target({"started": 1, "ansible_job_id": "j1"})
    assert target.run("saymon_user_info", {}, VARS, async_val=60) == {"started": 1, "ansible_job_id": "j1"}
    assert target.started[0]["async"] is True


def test_a_list_of_items_goes_to_the_target_too() -> None:
    target = Target({"changed": False})
    RunSessionStore(REF, Connection(URL), CI).adopt(Session(URL, SID))
    target.run("saymon_user", {"users": [{"login": "x"}]}, ON_TARGET)
    assert target.started[0]["args"]["users"] == [{"login": "x"}]


def test_other_methods_hand_over_the_credentials() -> None:
    target = Target({"changed": False})
    target.run("saymon_user_info", {"saymon_auth_method": "basic"}, ON_TARGET)
    assert target.started[0]["args"]["saymon_password"] == "pass-phrase-1"
    assert "saymon_sid" not in target.started[0]["args"]


def test_session_info_on_the_target_says_that_nobody_is_signed_in() -> None:
    for answer in ({"failed": True, "status": 401, "msg": "x"}, None):
        task_vars = {**(ON_TARGET if answer else {"saymon_url": URL, "saymon_run_on": "target"})}
        target = Target(*([answer] if answer else []), {"changed": False, "valid": False})
        assert target.run("saymon_session_info", {}, task_vars) == {"changed": False, "valid": False}
        assert not set(target.started[-1]["args"]) & {"saymon_sid", "saymon_password"}


def test_a_bad_address_is_said_before_anything_starts() -> None:
    assert "saymon_url is missing" in Target().run("saymon_user_info", {"saymon_run_on": "target"}, {})["msg"]


def test_the_session_module_on_the_target(script: Script) -> None:
    target = Target(dict(OPENED, session=dict(OPENED["session"])))  # type: ignore[call-overload]
    result = target.run(
        "saymon_session",
        {"login": "ci", "password": "pass-phrase-1", "keep": True},
        {"saymon_url": URL, "saymon_run_on": "target"},
    )
    args = target.started[0]["args"]
    assert (args["saymon_login"], args["saymon_password"], args["keep"]) == ("ci", "pass-phrase-1", True)
    assert not set(args) & {"login", "password", "url", "auth_token"}
    assert result["ansible_facts"]["saymon_session"] == marked({**OPENED["session"], "ref": REF}, keep=True)  # type: ignore[dict-item]
    assert result["_ansible_no_log"] is True
    assert "saymon_revealed" not in result
    # the session is one of this run, and a task that knows only the fact can use it
    again = Target({"changed": False})
    again.run("saymon_user_info", {"saymon_run_on": "target"}, {"ansible_facts": result["ansible_facts"]})
    assert again.started[0]["args"]["saymon_sid"] == SID


def test_the_session_module_on_the_target_ends_the_session(script: Script) -> None:
    RunSessionStore(REF, Connection(URL), CI).adopt(Session(URL, SID))
    checked = Target({"changed": True, "session": {"url": URL, "login": "ci"}}).run(
        "saymon_session", {"state": "absent"}, ON_TARGET, check=True
    )
    assert "ansible_facts" not in checked
    target = Target({"changed": True, "session": {"url": URL, "login": "ci"}})
    result = target.run("saymon_session", {"state": "absent"}, ON_TARGET)
    assert result["ansible_facts"] == {"saymon_session": {}}
    assert target.started[0]["args"]["saymon_sid"] == SID
    assert RunSessionStore(REF, Connection(URL), CI).peek() is None


def test_the_session_module_cannot_be_async() -> None:
    assert "async cannot be used here" in Target().run("saymon_session", {}, VARS, async_val=60)["msg"]


def test_what_reveals_a_secret_cannot_be_async() -> None:
    """Core keeps the result of a background task in a file."""
    for name, args in (("saymon_auth_token", {}), ("saymon_api", {"path": "/users/1/auth-token", "method": "POST"})):
        assert "async cannot be used here" in Target().run(name, args, VARS, async_val=60)["msg"]


def test_what_a_target_answers_is_believed_only_as_a_result(script: Script) -> None:
    elsewhere = {**OPENED, "session": {**OPENED["session"], "url": "http://thief.example.org", "login": 5, "csrf": []}}  # type: ignore[dict-item]
    target = Target(
        elsewhere, {"changed": False, "users": [], "ansible_facts": {"saymon_url": "http://thief.example.org"}}
    )
    assert target.run("saymon_user_info", {}, ON_TARGET) == {"changed": False, "users": []}
    assert RunSessionStore(REF, Connection(URL), CI).peek() == Session(URL, SID)


@pytest.mark.parametrize("session", [None, "text", {}, {"sid": ""}, {"sid": 5}])
def test_a_login_on_the_target_without_a_session(session: Any) -> None:
    result = Target({"changed": True, "session": session}).run("saymon_user_info", {}, ON_TARGET)
    assert "The login on the target returned no session id" in result["msg"]


def test_a_proxy_of_the_task_s_environment_is_handed_over() -> None:
    for environment, proxy in (
        ([{"HTTPS_PROXY": "http://proxy:3128"}], "http://proxy:3128"),
        ([{"all_proxy": "http://proxy:3128"}], "http://proxy:3128"),
        ([{"https_proxy": "http://proxy:3128", "no_proxy": "example.org"}], None),
        ([{"https_proxy": "http://proxy:3128"}, {"https_proxy": ""}], None),
    ):
        RunSessionStore(REF, Connection(URL), CI).adopt(Session(URL, SID))
        target = Target({"changed": False})
        action = make_action("saymon_user_info", {}, ON_TARGET)
        action._task.environment = environment
        action._execute_module = target.execute(action)
        action.run(task_vars=ON_TARGET)
        assert target.started[0]["args"].get("saymon_proxy") == proxy


def test_the_environment_of_a_task_counts_as_the_environment(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYMON_URL", "http://other.example.org")
    action = make_action("saymon_user_info", {}, CREDENTIALS)
    action._task.environment = [{"SAYMON_URL": "http://third.example.org"}, {"SAYMON_URL": URL, "UNUSED": None}]
    script(LOGIN, _users())
    assert action.run(task_vars=CREDENTIALS)["users"] == []
    assert os.environ["SAYMON_URL"] == "http://other.example.org"
    action._task.environment = ["text"]
    assert "environment must be a dictionary, got str" in action.run(task_vars=CREDENTIALS)["msg"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("login", {"team": "ops"}),
        ("display_name", ["ops"]),
        ("password", {"team": SID}),
        ("groups", ["ops", {"team": "ops"}]),
        ("contacts", [["ops"]]),
        ("saymon_login", {"team": "ops"}),
    ],
)
def test_a_structure_is_not_taken_for_a_text(script: Script, option: str, value: Any) -> None:
    """In a list of items it is refused, and one item must not differ from it."""
    result = run_action("saymon_user", {"login": "ann", "saymon_url": URL, **CREDENTIALS, option: value})
    assert (result["failed"], result["msg"]) == (
        True,
        f"{option}: give a text (use the filter to_json for a structure).",
    )


# --- what makes a task quick ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["saymon_api", "saymon_user", "saymon_session"])
@pytest.mark.parametrize(
    ("args", "environment"),
    [
        ({}, {}),
        ({"saymon_url": URL, "saymon_timeout": "7", "saymon_validate_certs": "no"}, {}),
        ({"saymon_timeout": 7}, {"SAYMON_RETRIES": "5", "SAYMON_LOGIN": "ci", "SAYMON_VALIDATE_CERTS": "false"}),
    ],
)
def test_options_that_nobody_gives_have_the_values_that_core_would_give(
    monkeypatch: pytest.MonkeyPatch, name: str, args: dict[str, Any], environment: dict[str, str]
) -> None:
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    spec = module_of(name).SPEC
    wanted = {**args, **{option: "x" for option, rules in spec.options.items() if rules.get("required")}}
    whole = ArgumentSpecValidator(spec.argument_spec, **spec.rules).validate(wanted)
    assert options_file._validated(name, spec, wanted) == whole.validated_parameters


def test_the_rehearsal_gets_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails in silence, as nothing depends on it."""
    results: list[dict[str, Any]] = []

    def watched(
        spec: Any, run: Any, args: dict[str, Any], *, check: bool, make_store: Any, secrets: Any, say: Any
    ) -> dict[str, Any]:
        results.append(perform(spec, run, args, check=check, make_store=make_store, secrets=secrets, say=say))
        return results[-1]

    monkeypatch.setattr(action_file, "perform", watched)
    action_file._rehearse.__wrapped__()
    assert results == [{"changed": False, "json": [{"a": 1}]}]
