# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where sessions and options come from: facts, caches, variables, environment, targets; and what is said when it goes
wrong."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.conftest import Runner
from tests.e2e.support import (
    CASES,
    MODULES,
    TASKS,
    Task,
    api,
    ask,
    calls,
    control,
    failures,
    logins_and_logouts,
    play,
    sampled,
    saymon,
    show,
    this_machine,
)
from tests.tools.sandbox_process import Sandbox

NOBODY: dict[str, str | None] = {"SAYMON_URL": None, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
CURRENT = saymon("saymon_api", {"path": "/users/current"})


def login_of(result: dict[str, Any]) -> str:
    """Whose session answered a task like CURRENT."""
    login: str = result["json"]["login"]
    return login


# --- the fact cache -------------------------------------------------------------------------------


def cache(runner: Runner, **env: str | None) -> dict[str, str | None]:
    return {
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(runner.directory / "facts"),
        **env,
    }


def test_a_kept_session_serves_another_process(runner: Runner, sandbox: Sandbox) -> None:
    opened = ask(runner, "saymon_session", "keep=true", env=cache(runner))
    assert opened.rc == 0, opened.output
    assert (logins_and_logouts(sandbox), sandbox.sessions()) == ((1, 0), 1)
    used = ask(runner, "saymon_api", "path=/users/current", env=cache(runner, **NOBODY))
    assert used.rc == 0, used.output
    assert login_of(used.results[0].result) == sandbox.login
    assert (logins_and_logouts(sandbox), sandbox.sessions()) == ((1, 0), 1)
    ended = ask(runner, "saymon_session", "state=absent", env=cache(runner, **NOBODY))
    assert ended.rc == 0, ended.output
    assert (logins_and_logouts(sandbox), sandbox.sessions()) == ((1, 1), 0)
    nobody = ask(
        runner, "saymon_api", "path=/users/current", env=cache(runner, SAYMON_LOGIN=None, SAYMON_PASSWORD=None)
    )
    assert nobody.rc != 0
    assert nobody.results[0].result["msg"].startswith("Nobody to sign in as: ")


def test_a_session_that_was_not_kept_is_opened_again(runner: Runner, sandbox: Sandbox) -> None:
    assert ask(runner, "saymon_session", env=cache(runner)).rc == 0
    used = ask(runner, "saymon_api", "path=/users/current", env=cache(runner))
    assert used.rc == 0, used.output
    assert logins_and_logouts(sandbox) == (2, 2)
    assert "WARNING" not in used.output


def test_a_kept_session_that_has_expired(runner: Runner, sandbox: Sandbox) -> None:
    assert ask(runner, "saymon_session", "keep=true", env=cache(runner)).rc == 0
    sandbox.expire_sessions()
    alone = ask(runner, "saymon_api", "path=/users/current", env=cache(runner, **NOBODY))
    ((_task, message),) = failures(alone.results)
    assert message == (
        "GET /users/current answered 401 Unauthorized: Session expired. "
        "Check the credentials, or open a new session with saymon.platform.saymon_session."
    )
    healed = ask(runner, "saymon_api", "path=/users/current", env=cache(runner))
    assert healed.rc == 0, healed.output
    assert logins_and_logouts(sandbox) == (2, 1)


# --- options --------------------------------------------------------------------------------------


def as_variables(sandbox: Sandbox, login: str | None = None) -> dict[str, str]:
    """The credentials of the administrator or of a user of the seed, as variables or options."""
    password = f"{login}-demo-pass" if login else sandbox.password
    return {"saymon_url": sandbox.url, "saymon_login": login or sandbox.login, "saymon_password": password}


def test_module_defaults_of_the_action_group(runner: Runner, sandbox: Sandbox) -> None:
    reading = [
        saymon(module, args) for module, args in CASES if module.endswith("_info") and module != "saymon_session_info"
    ]
    defaults = {"group/saymon.platform.saymon": as_variables(sandbox)}
    done = show(runner, play(saymon("saymon_session"), *reading, CURRENT, module_defaults=defaults), env=NOBODY)
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (1, 1)


def test_every_module_is_in_the_action_group(runner: Runner, sandbox: Sandbox) -> None:
    """With an address that nobody answers as the group's default, every module must fail because of it."""
    nowhere = {"saymon_url": "http://127.0.0.1:9", "saymon_retries": 0}
    tasks = [
        saymon(module, TASKS[module][0], name=module, ignore_errors=True)
        for module in MODULES
        if module != "saymon_session_info"
    ]
    done = show(runner, play(*tasks, module_defaults={"group/saymon.platform.saymon": nowhere}))
    assert [text for _task, text in failures(done.results) if "http://127.0.0.1:9 cannot be reached" not in text] == []
    assert len(failures(done.results)) == len(tasks)


def test_the_first_of_option_variable_fact_and_environment_counts(runner: Runner, sandbox: Sandbox) -> None:
    variables = as_variables(sandbox, "engineer")
    option = saymon("saymon_api", {"path": "/users/current", **as_variables(sandbox, "manager")}, name="option")
    session = saymon("saymon_session", as_variables(sandbox, "auditor"))
    unset = dict.fromkeys(variables, "")
    done = show(
        runner,
        play({**CURRENT, "name": "environment"}, session, {**CURRENT, "name": "fact"}),
        play({**CURRENT, "name": "variable"}, option, {**CURRENT, "name": "empty", "vars": unset}, vars=variables),
    )
    assert done.rc == 0, done.output
    seen = {name: login_of(done.one(name)) for name in ("environment", "fact", "variable", "option", "empty")}
    assert seen == {
        "environment": sandbox.login,
        "fact": "auditor",
        "variable": "engineer",
        "option": "manager",
        "empty": "auditor",
    }
    assert logins_and_logouts(sandbox) == (4, 4)


def test_a_given_sid_counts_more_than_a_session_of_the_run(runner: Runner, sandbox: Sandbox) -> None:
    """Whoever hands over a session means that one, also when this run has opened another for the same credentials."""
    login = {"login": "auditor", "password": "auditor-demo-pass"}
    made = saymon("saymon_api", {"method": "POST", "path": "/users/session", "body": login}, register="made")
    given = saymon("saymon_api", {"path": "/users/current", "saymon_sid": "{{ made.json }}"}, name="given")
    done = show(runner, play(CURRENT, made, given, {**CURRENT, "name": "own"}))
    assert done.rc == 0, done.output
    assert (login_of(done.one("given")), login_of(done.one("own"))) == ("auditor", sandbox.login)


def test_extra_variables_with_templates(runner: Runner, sandbox: Sandbox) -> None:
    secret = runner.directory / "password"
    secret.write_text(sandbox.password, encoding="utf-8")
    variables = {"saymon_url": "{{ base }}/", "base": sandbox.url, "saymon_login": "{{ 'ADMIN' | lower }}"}
    variables["saymon_password"] = f"{{{{ lookup('ansible.builtin.file', '{secret}') }}}}"
    done = show(runner, play(CURRENT, vars=variables), env=NOBODY)
    assert done.rc == 0, done.output


# --- on a target ----------------------------------------------------------------------------------


def comparable(result: dict[str, Any]) -> dict[str, Any]:
    """A result without what differs from call to call, or is core's own."""
    own = {
        "elapsed",
        "invocation",
        "_ansible_no_log",
        "_ansible_parsed",
        "headers",
        "warnings",
        "deprecations",
        "exception",
    }
    cut = {key: value for key, value in result.items() if key not in own and not key.startswith("ansible_")}
    for item in cut["json"] if isinstance(cut.get("json"), list) else [cut.get("json")]:
        if isinstance(item, dict):  # made anew by each call
            for key in ("id", "created", "updated", "last_state_update"):
                item.pop(key, None)
    return cut


def test_a_target_gives_the_same_results_with_one_login(runner: Runner, sandbox: Sandbox) -> None:
    """Check mode for those that write, so that both begin with the same state."""
    known = [module for module in MODULES if module not in ("saymon_session", "saymon_auth_token")]
    cases = [(module, TASKS[module][0]) for module in sampled(known, 3)]
    checked = {"check_mode": True}
    here = [saymon(module, args, name=f"here {module}", **checked) for module, args in cases]
    there = [
        saymon(module, {**args, "saymon_run_on": "target"}, name=f"there {module}", **checked) for module, args in cases
    ]
    # Its session is opened on the target as well, and serves the others.
    session = saymon("saymon_session", {"saymon_run_on": "target"})
    done = show(runner, play(session, *there, *here), inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    for module, _args in cases:
        assert comparable(done.one(f"there {module}")) == comparable(done.one(f"here {module}")), module
    assert sandbox.writes() == []
    assert logins_and_logouts(sandbox)[0] == 1


def test_what_a_target_wrote_is_seen_by_the_next_task(runner: Runner, sandbox: Sandbox) -> None:
    """A write must be known to all tasks, wherever it was made."""
    group = {"name": "Shared lists"}
    there = {"saymon_run_on": "target", "state": "absent"}
    tasks = [
        saymon("saymon_user_group", {**group, **more}, name=name)
        for name, more in (("made", {}), ("gone", there), ("again", {}))
    ]
    done = show(runner, play(*tasks), inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    assert [seen.result["changed"] for seen in done.results] == [True, True, True]


def test_what_another_account_wrote_is_seen_by_the_next_task(runner: Runner, sandbox: Sandbox) -> None:
    group = {"name": "Shared lists"}
    made = saymon("saymon_user_group", group, name="made")
    same = saymon("saymon_user_group", group, name="same")
    gone = saymon("saymon_user_group", {**group, "state": "absent", **as_variables(sandbox, "manager")}, name="gone")
    again = saymon("saymon_user_group", group, name="again")
    done = show(runner, play(made, same, gone, again))
    assert done.rc == 0, done.output
    assert [seen.result["changed"] for seen in done.results] == [True, False, True, True]


def test_a_session_that_dies_before_a_target_uses_it(runner: Runner, sandbox: Sandbox) -> None:
    there = saymon("saymon_api", {"path": "/users/current", "saymon_run_on": "target"})
    expire = control(sandbox, ("POST", "/sessions/expire"))
    done = show(runner, play(there, expire, there), inventory=this_machine("localhost"))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox)[0] == 2


def test_async_and_poll(runner: Runner, sandbox: Sandbox) -> None:
    """Modules run in the background, all of them at once with the free strategy, but for those that hand out a
    secret."""
    secret = ("saymon_session", "saymon_auth_token", "saymon_metric_token")
    modules = sorted({*sampled(MODULES, 3, beginning=1), *secret})
    tasks = [
        saymon(
            module,
            TASKS[module][-1 if module == "saymon_api" else 0],
            when=f"inventory_hostname == '{module}'",
            **{"async": 60, "poll": 1},
        )
        for module in modules
    ]
    # Core looks up ~ in two ways when HOME is not the user's own, so the folder is named.
    env = {"ANSIBLE_FORKS": "20", "ANSIBLE_ASYNC_DIR": str(runner.directory / "async")}
    done = show(runner, play(*tasks, hosts="all", strategy="free"), env=env, inventory=this_machine(*modules))
    ended = {seen.host: seen.status for seen in done.results if seen.status != "skipped"}
    assert ended == {module: "failed" if module in secret else "ok" for module in modules}, done.output
    assert {text.partition(":")[0] for _task, text in failures(done.results)} == {"async cannot be used here"}
    assert len(sandbox.writes()) >= len(
        [module for module in modules if not module.endswith("_info") and module not in (*secret, "saymon_wait")]
    )
    assert logins_and_logouts(sandbox)[0] == 1


# --- check mode -----------------------------------------------------------------------------------


def test_check_mode_writes_nothing(runner: Runner, sandbox: Sandbox) -> None:
    before = [api(sandbox, "GET", path) for path in ("/users", "/user-groups", "/objects", "/password-policies")]
    tasks = [saymon(module, args) for module, args in CASES if module != "saymon_session"]
    sessions = [saymon(module, args, name="session") for module, args in CASES if module == "saymon_session"]
    done = show(runner, play(*sessions, *tasks), args=["--check", "--diff"])
    assert done.rc == 0, done.output
    assert sandbox.writes() == []
    assert [
        api(sandbox, "GET", path) for path in ("/users", "/user-groups", "/objects", "/password-policies")
    ] == before
    assert logins_and_logouts(sandbox) == (1, 1), "reading needs a session, in check mode too"


def test_check_mode_of_saymon_session_opens_and_ends_nothing(runner: Runner, sandbox: Sandbox) -> None:
    tasks = [saymon("saymon_session", {"state": state}, name=state) for state in ("present", "renewed", "absent")]
    done = show(runner, play(*tasks), args=["--check"])
    assert done.rc == 0, done.output
    assert calls(sandbox) == []
    assert [done.one(state)["msg"] for state in ("present", "renewed", "absent")] == [
        "Would open a session.",
        "Would open a session.",
        "There is no open session.",
    ]


def test_check_mode_of_a_play_with_a_login_task(runner: Runner, sandbox: Sandbox) -> None:
    """The credentials stand in the login task alone; the tasks that follow know only the fact."""
    account = {name.lower().replace("saymon_", ""): value for name, value in sandbox.credentials.items()}
    group = saymon("saymon_user_group", {"name": "Not there yet"})
    end = saymon("saymon_session", {"state": "absent"}, name="end")
    done = show(runner, play(saymon("saymon_session", account), group, CURRENT, end), args=["--check"], env=NOBODY)
    assert done.rc == 0, done.output
    assert done.one("saymon_user_group")["action"] == "created"
    assert sandbox.writes() == []
    assert logins_and_logouts(sandbox) == (1, 1)


# --- TLS ------------------------------------------------------------------------------------------


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 and its key; returns their paths."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox.example.org")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate = builder.sign(key, hashes.SHA256())
    paths = folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*form))
    return paths


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, dict[str, str], Path]]:
    """A sandbox with https: its URL, its credentials as variables, its certificate. The control plane is not needed."""
    certificate, key = self_signed(tmp_path)
    with Sandbox("--quiet", "--tls-cert", str(certificate), "--tls-key", str(key)) as server:
        yield server.url, as_variables(server), certificate


def test_tls(runner: Runner, tls: tuple[str, dict[str, str], Path]) -> None:
    url, variables, certificate = tls

    def current(name: str, **options: Any) -> Task:
        return saymon("saymon_api", {"path": "/users/current", **options}, name=name, ignore_errors=True)

    done = show(
        runner,
        play(
            current("untrusted", saymon_retries=0),
            current("not validated", saymon_validate_certs=False),
            current("trusted", saymon_ca_path=str(certificate)),
            current("no such file", saymon_ca_path="/nowhere/ca.pem"),
            vars=variables,
        ),
    )
    assert {seen.task: seen.status for seen in done.results} == {
        "untrusted": "failed",
        "not validated": "ok",
        "trusted": "ok",
        "no such file": "failed",
    }
    assert dict(failures(done.results)) == {
        "untrusted": (
            f"POST /users/session: no trusted TLS connection to {url} (self-signed "
            "certificate). Give the authority as saymon_ca_path, "
            "or for a self-signed test server set saymon_validate_certs: false."
        ),
        "no such file": "saymon_ca_path is /nowhere/ca.pem, which does not exist: give the path of a PEM file.",
    }
    assert "InsecureRequestWarning" not in done.output


# --- errors ---------------------------------------------------------------------------------------


@contextmanager
def some_web_server() -> Iterator[str]:
    """A server that is no SAYMON: it answers every request with an HTML page."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            page = b"<!DOCTYPE html><html><body>It works!</body></html>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        do_GET = do_POST = answer  # the names that the base class looks for

        def log_message(self, *args: Any) -> None:
            """Silence."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


ERRORS: dict[str, tuple[dict[str, Any], str]] = {
    "wrong password": (
        {"saymon_password": "mistyped"},
        (
            "{url} refused login 'admin' (Invalid login or password): check saymon_login and saymon_password, "
            "and that the account is neither blocked nor expired."
        ),
    ),
    "blocked user": (
        {"saymon_login": "former", "saymon_password": "former-demo-pass"},
        (
            "{url} refused login 'former' (Invalid login or password): check saymon_login and saymon_password, "
            "and that the account is neither blocked nor expired."
        ),
    ),
    "wrong token": (
        {"saymon_auth_token": "no-such-token"},
        "{url} refused saymon_auth_token (Invalid API token): it may be "
        "removed, or tokens may be switched off; create a new one.",
    ),
    "wrong Keycloak token": (
        {"saymon_keycloak_token": "no-such-token"},
        "{url} refused the Keycloak token (Invalid login or password): get a "
        "fresh one, and check that the server knows this Keycloak.",
    ),
    "refused port": (
        {"saymon_url": "http://127.0.0.1:9", "saymon_retries": 0},
        "POST /users/session: http://127.0.0.1:9 cannot be reached (Connection "
        "refused). Check saymon_url and that the server runs.",
    ),
    "unknown host": (
        {"saymon_url": "http://saymon.invalid", "saymon_retries": 0},
        (
            "POST /users/session: http://saymon.invalid cannot be reached (Name or service not known). "
            "Check saymon_url and that the server runs."
        ),
    ),
    "no URL": (
        {"saymon_url": "saymon.example.org"},
        "saymon_url is 'saymon.example.org', which is no plain http or https "
        "address: give something like https://saymon.example.org.",
    ),
    "some web server": (
        {"saymon_url": "{web}"},
        (
            "POST /users/session was answered by an HTML page (status 200), not "
            "by the SAYMON API. Check saymon_url: it must be the "
            "address of the SAYMON web server, and no login page or proxy may stand before it."
        ),
    ),
    "unknown path": (
        {"path": "/nothing-here"},
        (
            "GET /nothing-here answered 404 ResourceNotFound: /api/nothing-here does not exist. "
            "Check the id or path, and whether the account may see it."
        ),
    ),
    "missing right": (
        {
            "saymon_login": "loner",
            "saymon_password": "loner-demo-pass",
            "path": "/user-groups/64b1f0c2a9d3e45f6a7bffff",
        },
        (
            "GET /user-groups/64b1f0c2a9d3e45f6a7bffff answered 403 Forbidden: {said}. "
            "Give the account the missing permission, or sign in as somebody who has it."
        ),
    ),
    "missing option": ({"path": None}, "saymon.platform.saymon_api: missing required arguments: path."),
    "unknown option": ({"pfad": "/users"}, "saymon.platform.saymon_api: there is no option pfad, only {options}."),
    "wrong choice": (
        {"method": "FETCH"},
        "method is 'FETCH': give one of GET, POST, PUT, PATCH, DELETE.",
    ),
}


@pytest.mark.parametrize("verbosity", ["-v", "-vvv"])
def test_messages(runner: Runner, sandbox: Sandbox, verbosity: str) -> None:
    """One sentence or two for each mistake, word by word; never a traceback."""
    with some_web_server() as web:
        tasks = []
        for name, (options, _message) in ERRORS.items():
            given = {key: value.format(web=web) if isinstance(value, str) else value for key, value in options.items()}
            args = {key: value for key, value in {"path": "/users/current", **given}.items() if value is not None}
            tasks.append(saymon("saymon_api", args, name=name, ignore_errors=True))
        done = show(runner, play(*tasks), args=[verbosity])
    assert done.rc == 0, done.output
    said = dict(failures(done.results))
    right = said.get("missing right", "").partition("Forbidden: ")[2].partition(". Give")[0]
    assert "manage-users" in right
    known = said.get("unknown option", "").partition("only ")[2].rstrip(".")
    assert {"path", "saymon_url"} <= set(known.split(", "))
    assert said == {
        name: message.format(url=sandbox.url, said=right, options=known) for name, (_options, message) in ERRORS.items()
    }
    assert "Traceback" not in done.output
    assert "Bug in" not in done.output


def test_messages_of_a_target_are_the_same(runner: Runner, sandbox: Sandbox) -> None:
    names = ("wrong password", "refused port", "unknown path")
    tasks = [
        saymon(
            "saymon_api",
            {"path": "/users/current", **ERRORS[name][0], "saymon_run_on": "target"},
            name=name,
            ignore_errors=True,
        )
        for name in names
    ]
    done = show(runner, play(*tasks), args=["-vvv"], inventory=this_machine("localhost"))
    assert dict(failures(done.results)) == {name: ERRORS[name][1].format(url=sandbox.url) for name in names}
    assert "Traceback" not in done.output


def test_nothing_is_said_twice(runner: Runner, sandbox: Sandbox) -> None:
    """At normal verbosity a failure is one line of the playbook's output, and its result holds nothing but what was
    asked and said."""
    done = show(runner, play(saymon("saymon_api", {"path": "/nothing-here"})))
    failed = json.loads(json.dumps(done.results[0].result))
    known = {"msg", "status", "code", "method", "path", "changed", "_ansible_no_log", "exception"}
    assert set(failed) <= known
    assert (failed["status"], failed["code"], failed["method"], failed["path"]) == (
        404,
        "ResourceNotFound",
        "GET",
        "/nothing-here",
    )
