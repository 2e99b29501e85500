# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No password, token, sid or csrf value anywhere: output at -vvvvv, callbacks, log file, fact cache, retry files,
left-over files."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from tests.e2e.support import (
    CASES,
    USER_PASSWORD,
    Show,
    Task,
    api,
    ask,
    book,
    calls,
    control,
    interrupt,
    logins_and_logouts,
    new_token,
    play,
    saymon,
    show,
    this_machine,
)
from tests.tools.sandbox_process import Sandbox

if TYPE_CHECKING:
    from tests.e2e.conftest import Runner

KEYCLOAK = "keycloak-marker-5c1f2d"
BODY_SECRETS = [USER_PASSWORD, "Marker-old/7d2 &-of-user", "Marker-of-the-new-one-7d3"]
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Watch:
    """Everything that a run may leave behind, and what must not be in it."""

    runner: Runner
    sandbox: Sandbox
    secrets: set[str] = field(default_factory=set)

    @property
    def folder(self) -> Path:
        return self.runner.directory

    @property
    def sessions_file(self) -> Path:
        """Outside of the folder that is searched."""
        return self.folder.with_name(self.folder.name + "-sessions.json")

    def env(self, **more: str | None) -> dict[str, str | None]:
        return {
            "ANSIBLE_LOG_PATH": str(self.folder / "ansible.log"),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(self.folder / "facts"),
            "ANSIBLE_RETRY_FILES_ENABLED": "1",
            "ANSIBLE_RETRY_FILES_SAVE_PATH": str(self.folder / "retry"),
            **more,
        }

    def note_sessions(self) -> Task:
        """A task that writes down the open sessions, for the search afterwards."""
        args = {"control": self.sandbox.control, "sessions_to": str(self.sessions_file)}
        return {"name": "note", "sandbox_control": args, "run_once": True}

    def noted(self) -> list[tuple[str, str | None]]:
        """(sid, csrf) of the sessions that were written down."""
        return (
            [tuple(pair) for pair in json.loads(self.sessions_file.read_text())] if self.sessions_file.exists() else []
        )

    def evidence(self, done: Show) -> dict[str, str]:
        """Place -> text. The playbook, and what tests themselves wrote there, is no evidence."""
        texts = {"stdout": done.stdout, "stderr": done.stderr}
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in ("playbook.yml", "inventory.ini"):
                texts[str(path.relative_to(self.folder))] = path.read_bytes().decode("utf-8", "replace")
        return texts

    def leaks(self, done: Show, *, allowed: tuple[str, ...] = ()) -> list[str]:
        """Where a secret can be read; `allowed` are beginnings of the names of files in which it may stand."""
        self.sandbox.clear_faults()
        forms = {form for secret in self._secrets() for form in _forms(secret)}
        tags = {entry["sid_tag"] for entry in self.sandbox.journal() if entry["sid_tag"]}
        found = []
        for place, text in self.evidence(done).items():
            if place.startswith(allowed):
                continue
            found += [
                f"{place}: a secret in ...{text[max(text.find(form) - 60, 0) : text.find(form)]}"
                for form in forms
                if form in text
            ]
            sids = {word for word in UUID.findall(text) if hashlib.sha256(word.encode()).hexdigest()[:8] in tags}
            found += [f"{place}: a sid in ...{text[max(text.find(sid) - 60, 0) : text.find(sid)]}" for sid in sids]
        return found

    def _secrets(self) -> set[str]:
        proof = base64.b64encode(f"{self.sandbox.login}:{self.sandbox.password}".encode()).decode()
        noted = {value for pair in self.noted() for value in pair if value}
        tokens = {
            user["authenticationToken"]
            for user in api(self.sandbox, "GET", "/users")
            if user.get("authenticationToken")
        }
        return {self.sandbox.password, proof, KEYCLOAK, *BODY_SECRETS, *self.secrets, *noted, *tokens}


def _forms(secret: str) -> set[str]:
    """A secret as it is, and as it stands in URLs and in JSON texts; half of one is a leak as well."""
    return {form[:16] for form in (secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1])}


@pytest.fixture
def watch(runner: Runner, sandbox: Sandbox) -> Watch:
    """A sandbox with CSRF, and users that have API tokens."""
    sandbox.settings(csrf=True, keycloak_tokens={KEYCLOAK: sandbox.login})
    return Watch(runner, sandbox, {new_token(sandbox), new_token(sandbox, "operator")})


def modules_at_work(*only: str) -> list[Task]:
    """Tasks of these modules, by default of all, without stopping at failures."""
    wanted = [(module, args) for module, args in CASES if not only or module in only]
    return [
        saymon(module, args, name=f"{module} {number}", ignore_errors=True)
        for number, (module, args) in enumerate(wanted)
    ]


def secret_calls() -> list[Task]:
    """Calls whose bodies or answers hold secrets."""
    user = {"login": "marked", "password": BODY_SECRETS[0], "group": []}
    passwords = {"currentPassword": BODY_SECRETS[1], "newPassword": BODY_SECRETS[2]}
    token = (
        "/users/{{ users.json | selectattr('login', 'equalto', 'operator') | map(attribute='id') | first }}/auth-token"
    )
    return [
        saymon("saymon_api", {"path": "/users"}, register="users"),
        saymon("saymon_api", {"method": "POST", "path": "/users", "body": user}, ignore_errors=True),
        saymon("saymon_api", {"method": "PUT", "path": "/users/1/password", "body": passwords}, ignore_errors=True),
        saymon("saymon_api", {"method": "POST", "path": token}, name="new token"),
        saymon(
            "saymon_api",
            {"method": "POST", "path": "/users/session", "body": {"login": "x", "password": BODY_SECRETS[0]}},
            ignore_errors=True,
        ),
    ]


def fault(sandbox: Sandbox, **rule: object) -> Task:
    return control(sandbox, ("DELETE", "/faults"), ("POST", "/faults", {"times": 0, "echo": True, **rule}))


def echoes(sandbox: Sandbox) -> list[Task]:
    """All modules, and the calls with secrets, against a server that repeats headers and bodies of requests in its
    answers."""
    tasks: list[Task] = []
    for rule in ({"kind": "status", "status": 400}, {"kind": "html"}, {"kind": "status", "status": 200}):
        tasks += [
            fault(sandbox, **rule),
            *modules_at_work(),
            *[{**task, "ignore_errors": True} for task in secret_calls()[:3]],
        ]
    return tasks


def test_success_and_failure_of_every_module(watch: Watch) -> None:
    sandbox = watch.sandbox
    tasks = [*modules_at_work(), *secret_calls(), watch.note_sessions(), *echoes(sandbox), watch.note_sessions()]
    gone = [control(sandbox, ("DELETE", "/faults")), saymon("saymon_api", {"path": "/nothing-here"}, name="stop")]
    done = show(watch.runner, play(*tasks, *gone), args=["-vvvvv"], env=watch.env())
    assert done.rc == 2, done.output
    assert done.of("stop"), done.output[-3000:]
    assert {sid for sid, csrf in watch.noted() if csrf}, "the sandbox gave csrf values, which the search must know"
    assert list((watch.folder / "facts").iterdir()), "there is a fact cache to search"
    assert watch.leaks(done) == []


@pytest.mark.parametrize("statuses", [(400, 500, 200, 401), (403,)])
def test_refusals_that_echo_the_login(watch: Watch, statuses: tuple[int, ...]) -> None:
    """The body of the login call holds the password, and a server may repeat it. A 401 or 403 is not asked for again in
    a run."""
    some = modules_at_work("saymon_api", "saymon_session")
    pages = [fault(watch.sandbox, kind="html"), *some]
    tasks = [task for status in statuses for task in (fault(watch.sandbox, kind="status", status=status), *some)]
    done = show(watch.runner, play(*pages, *tasks), args=["-vvvvv"], env=watch.env())
    ended = [seen.status for seen in done.results if seen.task.startswith("saymon_")]
    assert ended.count("failed") == (1 + len(statuses)) * (len(some) - 1), (
        "all but the ending of a session that is not there"
    )
    assert watch.leaks(done) == []


@pytest.mark.parametrize(
    "way", ["token session", "keycloak session", "basic", "token", "wrong password", "wrong token"]
)
def test_every_way_to_sign_in(watch: Watch, way: str) -> None:
    token = new_token(watch.sandbox)
    wrong = "a-wrong-secret-marker"
    watch.secrets |= {token, wrong}
    ways: dict[str, dict[str, str | None]] = {
        "token session": {"SAYMON_AUTH_TOKEN": token},
        "keycloak session": {"SAYMON_KEYCLOAK_TOKEN": KEYCLOAK},
        "basic": {"SAYMON_AUTH_METHOD": "basic"},
        "token": {"SAYMON_AUTH_METHOD": "token", "SAYMON_AUTH_TOKEN": token},
        "wrong password": {"SAYMON_PASSWORD": wrong},
        "wrong token": {"SAYMON_AUTH_METHOD": "token", "SAYMON_AUTH_TOKEN": wrong},
    }
    some = modules_at_work("saymon_api", "saymon_session", "saymon_session_info", "saymon_user")
    tasks = [*some, watch.note_sessions(), fault(watch.sandbox, kind="status", status=400), *some]
    done = show(watch.runner, play(*tasks), args=["-vvvvv"], env=watch.env(**ways[way]))
    assert done.rc == 0, done.output
    assert [seen for seen in done.results if seen.status == "failed"]
    assert bool(watch.noted()) == (way in ("token session", "keycloak session"))
    assert watch.leaks(done) == []


def test_secrets_as_task_options_and_on_the_target(watch: Watch) -> None:
    """Options stand in the invocation that core shows at -vvv; a module file on a target gets them as its arguments."""
    options = {
        "saymon_login": watch.sandbox.login,
        "saymon_password": watch.sandbox.password,
        "saymon_url": watch.sandbox.url,
    }
    here = [saymon(module, {**args, **options}, name=f"here {module}", ignore_errors=True) for module, args in CASES]
    # Those that handle secrets; the others take the same road with less to hide.
    some = [case for case in CASES if case[0] in ("saymon_api", "saymon_session", "saymon_user")]
    target = {**options, "saymon_run_on": "target"}
    there = [saymon(module, {**args, **target}, name=f"there {module}", ignore_errors=True) for module, args in some]
    refused = [{**task, "name": "refused"} for task in there[:2]]
    wrong = fault(watch.sandbox, kind="status", status=400)
    tasks = [*here, watch.note_sessions(), *there, watch.note_sessions(), wrong, *refused]
    env = watch.env(SAYMON_LOGIN=None, SAYMON_PASSWORD=None, SAYMON_URL=None)
    done = show(watch.runner, play(*tasks), args=["-vvvvv"], env=env, inventory=this_machine("localhost"))
    assert {seen.status for seen in done.of("refused")} == {"failed"}, done.output[-3000:]
    assert watch.leaks(done) == []


def test_ctrl_c_leaves_nothing_behind(watch: Watch) -> None:
    watch.sandbox.fault(kind="delay", path="/objects", delay_ms=200, times=0)
    endless = saymon("saymon_api", {"path": "/objects", "query": {"fields": "id"}}, loop="{{ range(500) | list }}")
    tasks = [saymon("saymon_session"), watch.note_sessions(), endless]
    done = interrupt(watch.runner, book(play(*tasks)), lambda: len(calls(watch.sandbox)) > 4, "-vvvvv", env=watch.env())
    assert done.rc != 0
    assert watch.noted()
    assert watch.leaks(done) == []
    assert logins_and_logouts(watch.sandbox) == (1, 1)


@pytest.mark.parametrize("keep", [True, False])
def test_only_a_kept_session_is_in_the_fact_cache(watch: Watch, keep: bool) -> None:
    tasks = [saymon("saymon_session", {"keep": keep}, register="session"), watch.note_sessions()]
    use = saymon("saymon_api", {"path": "/users/current"}, when="session.session.sid is defined")
    done = show(watch.runner, play(*tasks, use), args=["-vvvvv"], env=watch.env())
    assert done.rc == 0, done.output
    ((sid, csrf),) = watch.noted()
    cached = "".join(path.read_text() for path in (watch.folder / "facts").iterdir())
    assert ((sid in cached), (str(csrf) in cached)) == (keep, keep)
    assert watch.leaks(done, allowed=("facts/",)) == []
    assert logins_and_logouts(watch.sandbox) == (1, 0 if keep else 1)


def test_the_result_of_saymon_session(watch: Watch) -> None:
    """Where core can mask single values the result is readable with the sid masked; before that it is hidden as a
    whole."""
    done = show(watch.runner, play(saymon("saymon_session"), watch.note_sessions()), args=["-vvv"], env=watch.env())
    result = done.one("saymon_session")
    assert watch.leaks(done) == []
    if "censored" in result:
        assert "session" not in result
        assert "saymon_session" in done.stdout
    else:
        ((sid, csrf),) = watch.noted()
        assert result["msg"] == "Opened a session."
        assert result["session"]["login"] == watch.sandbox.login
        assert result["session"]["sid"] not in (sid, csrf)


def test_ad_hoc_commands(watch: Watch) -> None:
    for module, arguments in (
        ("saymon_session", ""),
        ("saymon_api", "path=/users"),
        ("saymon_user_info", "saymon_password=marker-new-7d3"),
    ):
        done = ask(watch.runner, module, arguments, "-vvvvv", env=watch.env(SAYMON_PASSWORD=watch.sandbox.password))
        assert watch.leaks(done) == [], module
