# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A managed host that is not what it seems: its facts, its environment and its answers must not get hold of a
credential."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.support import (
    Show,
    Task,
    api,
    calls,
    failures,
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

HOST = "victim"
FORGED = {
    "login": "admin",
    "sid": "5d0c9a0e-4b7a-4f0e-9a3c-7f1e2b3c4d5e",
    "csrf": None,
    "ref": "0" * 32,
    "mark": "0" * 64,
}

# A module as it would come back from a host that somebody else controls: an ordinary answer, and facts of the host's
# choice.
INNOCENT = """
import json
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(argument_spec={"facts": {"type": "dict"}})
module.exit_json(ping="pong", ansible_facts=module.params["facts"])
"""


class Thief:
    """A web server that notes everything that reaches it, and answers each login as a server would."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        heard = self.heard

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                heard.append(f"{self.requestline}\n{self.headers}\n{body}")
                text = json.dumps("stolen-sid" if "session" in self.path else []).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = answer

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def thief() -> Iterator[Thief]:
    server = Thief()
    yield server
    server.close()


def attacked(
    runner: Runner,
    sandbox: Sandbox,
    facts: dict[str, Any],
    *tasks: Task,
    env: Mapping[str, str | None] | None = None,
    injected: bool = True,
    inventory: str = "",
) -> Show:
    """A play whose first task brings these facts from the host; the server and the account are known from the
    inventory."""
    library = runner.directory / "library"
    library.mkdir(exist_ok=True)
    (library / "innocent.py").write_text(INNOCENT, encoding="utf-8")
    words = inventory or " ".join(f"{name.lower()}={value}" for name, value in sandbox.credentials.items())
    hosts = this_machine(HOST).rstrip() + f" {words}\n"
    nothing = dict.fromkeys(sandbox.credentials)
    settings: dict[str, str | None] = {
        "ANSIBLE_LIBRARY": str(library),
        "ANSIBLE_INJECT_FACT_VARS": str(injected),
        **nothing,
        **(env or {}),
    }
    first = {"name": "innocent", "innocent": {"facts": facts}}
    return show(runner, play(first, *tasks, hosts=HOST), env=settings, inventory=hosts)


def look(**more: Any) -> Task:
    return saymon(
        "saymon_user_info", {"login": "operator", **more.pop("args", {})}, name="look", ignore_errors=True, **more
    )


@pytest.mark.parametrize("injected", [True, False])
@pytest.mark.parametrize(
    "forged", ["saymon_session", "saymon_url", "saymon_proxy", "saymon_login", "saymon_run_on", "saymon_auth_method"]
)
def test_facts_of_a_host_do_not_move_credentials(
    runner: Runner, sandbox: Sandbox, thief: Thief, forged: str, injected: bool
) -> None:
    values: dict[str, Any] = {
        "saymon_session": {"url": thief.url, **FORGED},
        "saymon_url": thief.url,
        "saymon_proxy": thief.url,
        "saymon_login": "operator",
        "saymon_run_on": "target",
        "saymon_auth_method": "basic",
    }
    done = attacked(runner, sandbox, {forged: values[forged]}, look(), injected=injected)
    assert thief.heard == []
    if injected and forged in (
        "saymon_url",
        "saymon_login",
    ):  # core shows no more what the inventory says, so the task has to end
        assert f"{forged} is missing" in failures(done.results)[0][1]
    else:
        assert [user["login"] for user in done.one("look")["users"]] == ["operator"], done.output
    ignored = f"{'The fact saymon_session' if forged == 'saymon_session' else forged} is ignored"
    if injected or forged == "saymon_session":
        assert ignored in done.output
    assert {entry["login"] for entry in sandbox.journal() if entry.get("login")} <= {"admin"}


def test_an_address_from_facts_is_not_completed_from_the_environment(
    runner: Runner, sandbox: Sandbox, thief: Thief
) -> None:
    """The environment may hold the account, as in a pipeline; it goes to the server that the environment names, or
    nowhere."""
    account = {name: value for name, value in sandbox.credentials.items() if name != "SAYMON_URL"}
    for facts in ({"saymon_url": thief.url}, {"saymon_session": {"url": thief.url, **FORGED}}):
        done = attacked(runner, sandbox, facts, look(), env=account, inventory="x=1")
        assert "saymon_url is missing" in failures(done.results)[0][1], done.output
    assert thief.heard == []


def test_the_fact_of_another_host_is_believed_no_more(runner: Runner, sandbox: Sandbox, thief: Thief) -> None:
    """Neither on localhost, where all hosts look for a session, nor on a host that a task is delegated to."""
    forged = {"saymon_session": {"url": thief.url, **FORGED}}
    plant = {"name": "plant", "innocent": {"facts": forged}, "delegate_to": "localhost", "delegate_facts": True}
    plant["vars"] = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    account = {name: value for name, value in sandbox.credentials.items() if name != "SAYMON_URL"}
    done = attacked(runner, sandbox, {}, plant, look(), env=account, inventory="x=1")
    assert thief.heard == []
    assert "saymon_url is missing" in failures(done.results)[0][1], done.output


def test_a_session_of_this_run_counts_and_one_that_was_changed_does_not(
    runner: Runner, sandbox: Sandbox, thief: Thief
) -> None:
    moved = {"saymon_session": "{{ saymon_session | combine({'url': '" + thief.url + "'}) }}"}
    forge = {"name": "forge", "innocent": {"facts": moved}}
    session = saymon("saymon_session", name="session")
    done = attacked(runner, sandbox, {}, session, look(), forge, {**look(), "name": "look again"})
    assert done.rc == 0, done.output
    assert thief.heard == []
    assert [user["login"] for user in done.one("look")["users"]] == ["operator"]
    assert [user["login"] for user in done.one("look again")["users"]] == ["operator"], (
        "the account of the inventory still serves"
    )
    assert logins_and_logouts(sandbox) == (1, 1)


@pytest.mark.parametrize("way", [{"args": {"saymon_run_on": "target"}}, {"async": 60, "poll": 1}])
def test_the_environment_of_a_target_changes_nothing(
    runner: Runner, sandbox: Sandbox, thief: Thief, way: dict[str, Any]
) -> None:
    """Neither whose account acts there, nor which way the request goes; and later tasks act as the account that they
    name."""
    token = new_token(sandbox, "operator")
    env = {"SAYMON_AUTH_TOKEN": token, "http_proxy": thief.url, "HTTP_PROXY": thief.url, "SAYMON_PROXY": None}
    env["ANSIBLE_ASYNC_DIR"] = str(runner.directory / "async")
    me = {"path": "/users/current", **way.get("args", {})}
    keywords = {key: value for key, value in way.items() if key != "args"}
    here = saymon("saymon_api", {"path": "/users/current"}, name="here", environment={"no_proxy": "127.0.0.1"})
    done = attacked(runner, sandbox, {}, saymon("saymon_api", me, name="there", **keywords), here, env=env)
    assert done.rc == 0, done.output
    assert [done.one(name)["json"]["login"] for name in ("there", "here")] == ["admin", "admin"]
    # Only the controller goes by its own environment: it ends the session of a background task when the run ends.
    assert [heard.partition(" ")[0] for heard in thief.heard] == ["DELETE"] * ("async" in way)


def test_a_target_cannot_choose_the_address_of_a_session(runner: Runner, sandbox: Sandbox, thief: Thief) -> None:
    """The login on a bastion answers with an address of the bastion's choice; the session is used with ours, and no
    fact comes from it."""
    collections = runner.directory / "python" / "hostile"
    collections.mkdir(parents=True)
    wrapper = collections / "python"
    wrapper.write_text(
        "#!/bin/sh\n"
        f'exec {json.dumps(str(_interpreter(runner)))} "$@" | sed \'s#{sandbox.url}#{thief.url}#g; '
        f's#"changed": true#"changed": true, "ansible_facts": {{"saymon_url": "{thief.url}"}}#\'\n',
        encoding="utf-8",
    )
    wrapper.chmod(0o755)
    there = saymon(
        "saymon_session", {"saymon_run_on": "target"}, name="there", vars={"ansible_python_interpreter": str(wrapper)}
    )
    done = attacked(runner, sandbox, {}, there, look())
    assert thief.heard == []
    assert [user["login"] for user in done.one("look")["users"]] == ["operator"], done.output
    assert "is ignored" not in done.output


def _interpreter(runner: Runner) -> str:
    line = this_machine(HOST)
    return line.split("ansible_python_interpreter='")[1].rstrip("'\n")


@pytest.mark.parametrize("keyword", ["environment", "play"])
def test_environment_of_task_or_play_is_honoured(runner: Runner, sandbox: Sandbox, thief: Thief, keyword: str) -> None:
    """A user who writes the server and the account there means them, on the controller as on a target."""
    variables = dict(sandbox.credentials)
    nobody = dict.fromkeys(sandbox.credentials)
    tasks = [saymon("saymon_api", {"path": "/users/current"}, name=f"as {n}") for n in (1, 2)]
    tasks[1]["saymon.platform.saymon_api"]["saymon_run_on"] = "target"
    tasks[1]["delegate_to"] = HOST
    if keyword == "environment":
        tasks = [{**task, "environment": variables} for task in tasks]
        plays = play(*tasks)
    else:
        plays = play(*tasks, environment=variables)
    done = show(runner, plays, env={**nobody, "SAYMON_URL": thief.url}, inventory=this_machine("localhost", HOST))
    assert done.rc == 0, done.output
    assert [done.one(f"as {n}")["json"]["login"] for n in (1, 2)] == ["admin", "admin"]
    assert thief.heard == []


def test_a_proxy_in_the_environment_of_a_task_is_used(runner: Runner, sandbox: Sandbox, thief: Thief) -> None:
    tasks = [
        saymon("saymon_api", {"path": "/through"}, name="here", environment={"http_proxy": thief.url}),
        saymon(
            "saymon_api",
            {"path": "/through", "saymon_run_on": "target"},
            name="there",
            environment={"http_proxy": thief.url},
        ),
        saymon("saymon_api", {"path": "/users/current"}, name="straight"),
    ]
    done = show(runner, play(*tasks), inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    assert sum("GET " in heard and "/through" in heard for heard in thief.heard) == 2
    assert "GET /node/api/users/current" in calls(sandbox) or "GET /users/current" in calls(sandbox)


@pytest.mark.parametrize(
    ("module", "args"),
    [
        ("saymon_session", {}),
        ("saymon_auth_token", {"user": "operator"}),
        (
            "saymon_api",
            {
                "path": "/users/session",
                "method": "POST",
                "body": {"login": "admin", "password": "{{ saymon_password }}"},
            },
        ),
    ],
)
def test_a_secret_is_not_left_in_the_file_of_a_background_task(
    runner: Runner, sandbox: Sandbox, module: str, args: dict[str, Any]
) -> None:
    task = saymon(module, args, name="told", ignore_errors=True, **{"async": 60, "poll": 1})
    done = attacked(runner, sandbox, {}, task, env={"ANSIBLE_ASYNC_DIR": str(runner.directory / "async")})
    assert failures(done.results)[0][1].startswith("async cannot be used here"), done.output
    assert sandbox.writes() == []
    assert not list((runner.directory / "async").glob("*"))


@pytest.mark.parametrize("callback", ["default", "minimal", "oneline", "json"])
def test_a_loop_over_what_reveals_a_secret_is_hidden(runner: Runner, sandbox: Sandbox, callback: str) -> None:
    task = saymon(
        "saymon_auth_token", {"user": "{{ item }}", "renew": True}, loop=["operator", "engineer"], register="made"
    )
    used = saymon(
        "saymon_api", {"path": "/users/current", "saymon_auth_method": "token"}, name="used", loop="{{ made.results }}"
    )
    used["saymon.platform.saymon_api"]["saymon_auth_token"] = "{{ item.token }}"
    used["no_log"] = True
    env = (
        {"ANSIBLE_STDOUT_CALLBACK": f"ansible.builtin.{callback}"}
        if callback != "json"
        else {"ANSIBLE_CALLBACK_RESULT_FORMAT": "json"}
    )
    done = show(
        runner, play(task, used), env={**env, "ANSIBLE_LOG_PATH": str(runner.directory / "log")}, args=["-vvvv"]
    )
    assert done.rc == 0, done.output
    tokens = [user["authenticationToken"] for user in api(sandbox, "GET", "/users") if user.get("authenticationToken")]
    assert len(tokens) == 2
    shown = done.output + (runner.directory / "log").read_text()
    assert not [token for token in tokens if token in shown]
