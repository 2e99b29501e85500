# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Passwords that are common words, texts that steer terminals, and data of any depth: nothing changes what a result
means."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.support import CASES, MODULES, Seen, Task, api, ask, play, sampled, saymon, show, this_machine

if TYPE_CHECKING:
    from tests.e2e.conftest import Runner
    from tests.tools.sandbox_process import Sandbox

DISTINCTIVE = "Marker-9c1-of-the-account"
# fmt: off
WORDS = [
    "failed", "changed", "msg", "true", "false", "none", "ok", "present", "absent", "created", "updated", "deleted",
    "unchanged", "skipped", "state", "name", "user", "users", "admin", "object", "objects", "action", "diff",
    "before", "after", "warnings", "results", "status", "id", "login", "password", "secret", "root", "host",
    "summary", "outcomes", "1", "0", "a", "the", "error", "json", "text", "word-12", "Operators", "Probe",
]
# fmt: on
MASK = "********"
MEANING = {
    "changed",
    "failed",
    "action",
    "name",
    "login",
    "state",
    "method",
    "valid",
    "permissions",
    "displayName",
    "email",
    "path",
}

# A steering sequence, a C1 control, an override of the writing direction.
STEERING = "A\x1b[31m\x9b\u202eB"


def account(sandbox: Sandbox, login: str, password: str) -> dict[str, str]:
    """Make an administrator with a password, and return the options to sign in as that one."""
    permissions = next(user["permissions"] for user in api(sandbox, "GET", "/users") if user["login"] == sandbox.login)
    api(
        sandbox,
        "POST",
        "/users",
        {"login": login, "displayName": "Worker", "password": password, "permissions": permissions},
    )
    return {"saymon_login": login, "saymon_password": password}


def work(number: int, options: dict[str, str], cases: list[tuple[str, dict[str, Any]]]) -> list[Task]:
    """Every module, and two tasks that fail, with one account. Names tell the account and the case."""
    tasks = [(module, args) for module, args in cases if "state" not in args or module != "saymon_session"]
    tasks += [
        ("saymon_api", {"path": "/nothing"}),
        ("saymon_user", {"users": [{"login": "probe", "email": 5, "pasword": "x"}]}),
    ]
    return [
        saymon(module, {**args, **options}, name=f"{number} {case} {module}", ignore_errors=True)
        for case, (module, args) in enumerate(tasks)
    ]


def meaning(seen: Seen) -> Any:
    """What must not depend on a password: status, every key, whether a value is masked, and those values that say
    something."""
    return [seen.status, *sorted(_leaves(seen.result, ""))]


# Texts for people, and what core repeats of the options.
_OTHER = {"diff", "msg", "headers", "invocation"}


def _leaves(value: Any, place: str) -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, one in value.items() if key not in _OTHER for leaf in _leaves(one, f"{place}.{key}")]
    if isinstance(value, list):
        return [leaf for one in value for leaf in _leaves(one, f"{place}[]")]
    if isinstance(value, str):
        # The name of the account differs from one to the next.
        said = (
            re.sub(r"word-\d+$", "word", value) if place.rpartition(".")[2].rstrip("[]") in MEANING else MASK in value
        )
        return [f"{place}={said}"]
    return [f"{place}={value if isinstance(value, bool) else type(value).__name__}"]


def test_no_word_as_a_password_changes_what_a_result_means(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.settings(csrf=True)
    words, some = [DISTINCTIVE, *WORDS], sampled(MODULES, 4)
    # What saymon_audit_info returns depends on what the tasks before have done.
    cases = [case for case in CASES if case[0] in some and case[0] != "saymon_audit_info"]
    tasks = [
        task
        for number, word in enumerate(words)
        for task in work(number, account(sandbox, f"word-{number}", word), cases)
    ]
    done = show(runner, play(*tasks))
    assert done.rc == 0, done.output[-3000:]
    assert DISTINCTIVE not in done.output + json.dumps([seen.result for seen in done.results])
    of: dict[int, dict[str, Any]] = {}
    for seen in done.results:
        number, _blank, case = seen.task.partition(" ")
        of.setdefault(int(number), {})[case] = meaning(seen)
    assert [len(results) for results in of.values()] == [len(tasks) // len(words)] * len(words)
    differing = {
        f"{words[number]}: {case}": sorted(set(said) ^ set(of[0][case]))
        for number, results in of.items()
        for case, said in results.items()
        if said != of[0][case]
    }
    assert differing == {}


@pytest.mark.parametrize("word", ["changed", "created", "probe"])
def test_nor_on_a_target(runner: Runner, sandbox: Sandbox, word: str) -> None:
    """There core itself would mask the values of some options in its own way."""
    tasks = []
    for number, password in enumerate((DISTINCTIVE, word)):
        cases: list[tuple[str, dict[str, Any]]] = [
            ("saymon_user", {"login": "probe", "password": password}),
            ("saymon_user", {"login": "probe", "display_name": f"the {word}", "language": word}),
            ("saymon_user", {"login": "probe", "state": "absent"}),
        ]
        options = {
            **account(sandbox, f"word-{number}", password),
            "saymon_run_on": "target",
            "saymon_auth_method": "basic",
        }
        tasks += work(number, options, cases)
    done = show(runner, play(*tasks), inventory=this_machine("localhost"))
    results = [meaning(seen) for seen in done.results]
    half = len(results) // 2
    assert len(results) == len(tasks)
    assert [sorted(set(one) ^ set(other)) for one, other in zip(results[:half], results[half:], strict=True)] == [
        []
    ] * half
    assert [seen.status for seen in done.results[:3]] == ["ok"] * 3, done.output[-3000:]


@pytest.mark.parametrize("login", ["operative", "op-77x-42"])
def test_a_login_that_is_its_own_password(runner: Runner, sandbox: Sandbox, login: str) -> None:
    args = {"login": login, "password": login, "display_name": "Somebody"}
    tasks = [
        saymon("saymon_user", args, name="one"),
        saymon("saymon_user", {"users": [{**args, "update_password": "on_create"}], "outcomes": "all"}, name="many"),
        saymon("saymon_user_info", {"login": login}, name="info"),
    ]
    done = show(runner, play(*tasks), args=["--diff"])
    assert done.rc == 0, done.output
    assert done.one("one")["user"]["login"] == login
    assert done.one("many")["outcomes"][0]["login"] == login
    assert done.one("info")["users"][0]["login"] == login
    assert f'"password": "{login}"' not in done.output
    assert f'"login": "{login}"' in done.stdout


@pytest.mark.parametrize("password", ["abc", "qu\"o't&e\\<x>\n1", "пароль-1"])
def test_errors_that_repeat_a_password(runner: Runner, sandbox: Sandbox, password: str) -> None:
    sandbox.fault(kind="status", path="/users", method="POST", status=400, times=0, echo=True)
    user = {"login": "probe", "password": password}
    tasks = [
        saymon("saymon_user", user, name="one", ignore_errors=True),
        saymon("saymon_user", {"users": [user]}, name="many", ignore_errors=True),
        saymon("saymon_api", {"method": "POST", "path": "/users", "body": user}, name="api", ignore_errors=True),
        saymon("saymon_api", {"method": "POST", "path": "/users", "body": user, "expect": [400]}, name="expected"),
    ]
    done = show(runner, play(*tasks))
    said = "\n".join(json.dumps(seen.result, ensure_ascii=False) for seen in done.results)
    said += "\n".join(re.sub(r"^TASK.*|^\S*playbook\.yml.*", "", line) for line in done.output.splitlines())
    assert [seen.status for seen in done.results] == ["failed", "failed", "failed", "ok"], done.results
    assert len(re.findall(r"answered 400", said)) >= 3
    for part in ("abc", "qu\\", "&e", "пароль", "\\u043f"):
        assert part not in said, said


def test_what_steers_a_terminal_is_shown_as_text(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="status", path="/user-groups", status=400, times=0, code=STEERING)
    tasks = [
        saymon("saymon_user", {"login": "probe", "display_name": STEERING}, name="new"),
        saymon("saymon_user", {"login": "probe", "display_name": "Стойка"}, name="change"),
        saymon("saymon_user", {"login": STEERING, "status": STEERING}, name="refused", ignore_errors=True),
        saymon("saymon_user_group_info", {}, name="error", ignore_errors=True),
    ]
    done = show(runner, play(*tasks), args=["--diff"])
    # The last part of a failure is core's own dump of the result, with the code that the server sent as data.
    ours = "\n".join(line.partition(', "code":')[0] for line in done.output.splitlines())
    for char in "\x1b\x9b\u202e":
        assert char not in ours, ascii(ours)
    assert done.stdout.count(r"[31m\x9b\u202eB") >= 2
    assert '"display_name": "Стойка"' in done.stdout
    assert done.one("new")["user"]["displayName"] == STEERING, "the data itself is as it was"


def test_data_of_any_depth(runner: Runner, sandbox: Sandbox) -> None:
    deep: Any = "end"
    for _level in range(150):
        deep = {"a": deep}
    task = saymon(
        "saymon_object", {"name": "deep", "parents": ["/ROOT"], "client_data": deep}, name="write", ignore_errors=True
    )
    done = show(runner, play(task))
    assert done.one("write")["changed"] is True, "it has been created, and only its record cannot be handed over"
    assert "nested more than 100 levels deep" in done.one("write")["msg"]
    assert "recursion" not in done.output
    assert "Bug in" not in done.output


def test_a_misspelt_password_is_shown_nowhere(runner: Runner, sandbox: Sandbox) -> None:
    for arguments in ("login=x pasword=hunter22", '{"users": [{"login": "x", "pasword": "hunter22"}]}'):
        done = ask(runner, "saymon_user", arguments, "-vvv")
        assert done.rc != 0
        assert "no such option" in done.output or "no option pasword" in done.output
        assert "hunter22" not in done.output, arguments
