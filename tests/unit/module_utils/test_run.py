# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way a module runs, in process and as a module file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils import run as run_module_file
from ansible_collections.saymon.platform.plugins.module_utils.arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils.client import Request
from ansible_collections.saymon.platform.plugins.module_utils.errors import SaymonError
from ansible_collections.saymon.platform.plugins.module_utils.run import Call, main, memory_book, perform
from ansible_collections.saymon.platform.plugins.module_utils.scrub import MASK, Secrets
from ansible_collections.saymon.platform.tests.unit.support import CREDENTIALS, SID, URL, Exchange, Script, validated

SPEC = Spec(options={"body": {"type": "dict"}})


def _perform(run: Callable[[Call], dict[str, Any]], check: bool = False, /, **args: Any) -> dict[str, Any]:
    params = validated("saymon_session_info", {"saymon_url": URL, **args})
    return perform(SPEC, run, params, check=check, make_book=memory_book, secrets=Secrets(), say=print)


def test_a_result_is_unchanged_unless_the_module_says_so() -> None:
    assert _perform(lambda call: {"x": 1}) == {"changed": False, "x": 1}
    assert _perform(lambda call: {"changed": True}) == {"changed": True}


def test_what_a_module_gets(capsys: pytest.CaptureFixture[str]) -> None:
    def run(call: Call) -> dict[str, Any]:
        call.say("hello")
        call.warnings.append("careful")
        session = call.book.peek()
        assert session is not None
        return {
            "seen": [
                call.check,
                call.client.read_only,
                call.connection.url,
                call.credentials.login,
                session.login,
                call.args["saymon_retries"],
            ]
        }

    result = _perform(run, True, saymon_sid=SID, saymon_login="ci")
    assert result == {"changed": False, "seen": [True, True, URL, "ci", "ci", 3], "warnings": ["careful"]}
    assert capsys.readouterr().out == "hello\n"


def test_a_failure_is_a_failed_result() -> None:
    def run(call: Call) -> dict[str, Any]:
        call.warnings.append("careful")
        raise SaymonError("What happened.", status=409)

    assert _perform(run) == {"changed": False, "failed": True, "msg": "What happened.", "status": 409, "warnings": ["careful"]}


def test_a_bug_is_one_message() -> None:
    def run(call: Call) -> dict[str, Any]:
        return {"x": call.args["no such option"]}

    result = _perform(run, **CREDENTIALS)
    assert result["failed"]
    assert result["msg"].startswith("Bug in saymon.platform, please report it: KeyError at run, line ")
    assert "Traceback" not in result["msg"]
    assert "Traceback" in result["exception"]
    assert "pass-phrase-1" not in json.dumps(result)


def test_check_mode_that_writes_is_a_bug(script: Script) -> None:
    result = _perform(lambda call: {"x": call.client.send(Request("PUT", "/x"))}, True, saymon_sid=SID)
    assert "check mode must not send PUT /x" in result["msg"]


def test_secrets_of_the_options_are_masked() -> None:
    secrets = {
        "saymon_password": "secret-1",
        "saymon_auth_token": "secret-2",
        "saymon_keycloak_token": "secret-3",
        "saymon_csrf": "secret-4",
    }

    def run(call: Call) -> dict[str, Any]:
        raise SaymonError(" ".join([*secrets.values(), SID]))

    assert _perform(run, saymon_sid=SID, **secrets)["msg"] == " ".join([MASK] * 5)


def test_a_new_sid_is_masked_too(script: Script) -> None:
    script(
        Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"}),
        ("GET", "/x", 200, {"echo": f"<{SID}>"}),
    )
    assert _perform(lambda call: {"x": call.client.get("/x")}, **CREDENTIALS)["x"] == {"echo": f"<{MASK}>"}


@pytest.mark.parametrize(
    ("args", "text"), [({"saymon_url": ""}, "saymon_url is missing"), ({"saymon_auth_method": "basic"}, "basic, which needs")]
)
def test_options_that_cannot_be_used(args: dict[str, Any], text: str) -> None:
    result = _perform(lambda call: {}, **args)
    assert result["failed"]
    assert text in result["msg"]


@pytest.mark.parametrize("before", range(1490, 1512))
def test_a_long_message_is_cut_and_no_secret_with_it(before: int) -> None:
    def run(call: Call) -> dict[str, Any]:
        raise SaymonError("m" * before + "pass-phrase-1" + "m" * 5000)

    text = _perform(run, **CREDENTIALS)["msg"]
    assert len(text) < 1600
    assert text.endswith("...")
    assert "pas" not in text


def test_without_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module_file, "REQUESTS_ERROR", "No module named 'requests'")
    result = _perform(lambda call: {})
    assert result["failed"]
    assert "requests" in result["msg"]
    assert "Bug" not in result["msg"]


# --- as a module file --------------------------------------------------------------------------------------------------


class Ended(BaseException):
    """What the stand-in for AnsibleModule raises where the real one leaves the process."""


class Module:
    """Stands in for AnsibleModule, which would read its options from a pipe and leave the process."""

    params: dict[str, Any] = {}
    check_mode = False
    made: dict[str, Any] = {}

    def __init__(self, **kwargs: Any) -> None:
        type(self).made = kwargs
        self.warned: list[str] = []

    def debug(self, text: str) -> None:
        """Nobody listens."""

    def warn(self, text: str) -> None:
        self.warned.append(text)

    def exit_json(self, **result: Any) -> None:
        raise Ended("exit", result, self.warned)

    def fail_json(self, **result: Any) -> None:
        raise Ended("fail", result, self.warned)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> type[Module]:
    monkeypatch.setattr(run_module_file, "AnsibleModule", Module)
    monkeypatch.setattr(Module, "params", validated("saymon_session_info", {"saymon_url": URL, "saymon_sid": SID}))
    return Module


def _main(run: Callable[[Call], dict[str, Any]], spec: Spec = SPEC) -> Any:
    with pytest.raises(Ended) as caught:
        main(spec, run)
    return caught.value.args


def test_main_ends_well(module: type[Module]) -> None:
    def run(call: Call) -> dict[str, Any]:
        call.warnings.append("careful")
        return {"x": call.client.read_only}

    assert _main(run) == ("exit", {"changed": False, "x": False}, ["careful"])
    assert module.made == {"argument_spec": SPEC.argument_spec, "supports_check_mode": True}


def test_main_passes_rules_and_check_mode(module: type[Module], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "check_mode", True)
    assert _main(lambda call: {"x": call.check}, Spec(required_together=[("a", "b")]))[1]["x"] is True
    assert module.made["required_together"] == [("a", "b")]


def test_main_fails(module: type[Module]) -> None:
    def run(call: Call) -> dict[str, Any]:
        raise SaymonError("What happened.")

    assert _main(run)[:2] == ("fail", {"changed": False, "failed": True, "msg": "What happened."})


def test_main_marks_what_it_reveals(module: type[Module]) -> None:
    assert _main(lambda call: {"sid": call.secrets.reveal(SID)})[1] == {"changed": False, "sid": SID, "saymon_revealed": True}
