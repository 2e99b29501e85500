# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one way a module runs, in process and as a module file."""

from __future__ import annotations

import errno
import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.basic import AnsibleModule
from ansible_collections.saymon.platform.plugins.module_utils import _run as run_module_file
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import LEFT_OUT, MASK, Secrets, printable
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main, memory_store, perform
from ansible_collections.saymon.platform.tests.unit.support import (
    CREDENTIALS,
    SID,
    URL,
    Exchange,
    Script,
    run_module,
    validated,
)

SPEC = Spec(options={"body": {"type": "dict"}})


def _perform(run: Callable[[TaskContext], dict[str, Any]], check: bool = False, /, **args: Any) -> dict[str, Any]:
    params = validated("saymon_session_info", {"saymon_url": URL, **args})
    return perform(SPEC, run, params, check=check, make_store=memory_store, secrets=Secrets(), say=print)


def test_a_result_is_unchanged_unless_the_module_says_so() -> None:
    assert _perform(lambda context: {"x": 1}) == {"changed": False, "x": 1}
    assert _perform(lambda context: {"changed": True}) == {"changed": True}


def test_what_a_module_gets(capsys: pytest.CaptureFixture[str]) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.say("hello")
        context.warnings.append("careful")
        session = context.sessions.peek()
        assert session is not None
        return {
            "seen": [
                context.check,
                context.client.read_only,
                context.connection.url,
                context.credentials.login,
                session.login,
                context.args["saymon_retries"],
            ]
        }

    result = _perform(run, True, saymon_sid=SID, saymon_login="ci")
    assert result == {"changed": False, "seen": [True, True, URL, "ci", "ci", 3], "warnings": ["careful"]}
    assert capsys.readouterr().out == "hello\n"


def test_a_failure_is_a_failed_result() -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.warnings.append("careful")
        raise SaymonError("What happened.", status=409)

    assert _perform(run) == {
        "changed": False,
        "failed": True,
        "msg": "What happened.",
        "status": 409,
        "warnings": ["careful"],
    }


def test_a_bug_is_one_message() -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        return {"x": context.args["no such option"]}

    result = _perform(run, **CREDENTIALS)
    assert result["failed"]
    assert result["msg"].startswith("Bug in saymon.platform, please report it: KeyError at run, line ")
    assert "Traceback" not in result["msg"]
    assert "Traceback" in result["exception"]
    assert "pass-phrase-1" not in json.dumps(result)


def test_check_mode_that_writes_is_a_bug(script: Script) -> None:
    result = _perform(lambda context: {"x": context.client.send(Request("PUT", "/x"))}, True, saymon_sid=SID)
    assert "check mode must not send PUT /x" in result["msg"]


def test_secrets_of_the_options_are_masked() -> None:
    secrets = {
        "saymon_password": "secret-1",
        "saymon_auth_token": "secret-2",
        "saymon_keycloak_token": "secret-3",
        "saymon_csrf": "secret-4",
    }

    def run(context: TaskContext) -> dict[str, Any]:
        raise SaymonError(" ".join([*secrets.values(), SID]))

    assert _perform(run, saymon_sid=SID, **secrets)["msg"] == " ".join([MASK] * 5)


def test_a_new_sid_is_masked_too(script: Script) -> None:
    script(
        Exchange("POST", "/users/session", 200, SID, body={"login": "ci", "password": "pass-phrase-1"}),
        ("GET", "/x", 200, {"echo": f"<{SID}>"}),
    )
    assert _perform(lambda context: {"x": context.client.get("/x")}, **CREDENTIALS)["x"] == {"echo": f"<{MASK}>"}


@pytest.mark.parametrize(
    ("args", "text"),
    [({"saymon_url": ""}, "saymon_url is missing"), ({"saymon_auth_method": "basic"}, "basic, which needs")],
)
def test_options_that_cannot_be_used(args: dict[str, Any], text: str) -> None:
    result = _perform(lambda context: {}, **args)
    assert result["failed"]
    assert text in result["msg"]


@pytest.mark.parametrize("before", range(1490, 1512))
def test_a_long_message_is_cut_and_no_secret_with_it(before: int) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        raise SaymonError("m" * before + "pass-phrase-1" + "m" * 5000)

    text = _perform(run, **CREDENTIALS)["msg"]
    assert len(text) < 1600
    assert text.endswith("...")
    assert "pas" not in text


def test_without_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module_file, "REQUESTS_ERROR", "No module named 'requests'")
    result = _perform(lambda context: {})
    assert result["failed"]
    assert "requests" in result["msg"]
    assert "Bug" not in result["msg"]


# --- what a server repeats ------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["abc", "1", "a&<b"])
@pytest.mark.parametrize("encode", [str, html.escape, lambda text: json.dumps(text + '"')[1:-3]])
def test_the_words_of_a_server_that_repeats_a_short_secret_are_left_out(
    script: Script, password: str, encode: Callable[[str], str]
) -> None:
    script(("GET", "/x", 400, {"code": "BadRequest", "message": f"'{encode(password)}' is bad."}))
    result = _perform(lambda context: {"x": context.client.get("/x")}, saymon_sid=SID, saymon_password=password)
    assert result["msg"].startswith(f"GET /x answered 400 BadRequest: {LEFT_OUT}. The server could not")
    assert (result["status"], result["code"], result["path"]) == (400, "BadRequest", "/x")


def test_so_are_those_of_a_refused_login(script: Script) -> None:
    refusal = {"code": "Unauthorized", "message": json.dumps({"message": "abc is wrong"})}
    script(Exchange("POST", "/users/session", 401, refusal, body={"login": "ci", "password": "abc"}))
    result = _perform(lambda context: {"x": context.client.get("/x")}, saymon_login="ci", saymon_password="abc")
    assert f"refused login 'ci' ({LEFT_OUT}): check saymon_login" in result["msg"]

    script(Exchange("POST", "/users/session", 401, refusal, body={"login": "ci", "password": "abc"}))
    result = _perform(lambda context: {"x": context.sessions.get()}, saymon_login="ci", saymon_password="abc")
    assert f"refused login 'ci' ({LEFT_OUT}): check saymon_login" in result["msg"]


def test_a_code_that_is_a_short_secret(script: Script) -> None:
    script(("GET", "/x", 400, {"code": "abc", "message": "no"}))
    result = _perform(lambda context: {"x": context.client.get("/x")}, saymon_sid=SID, saymon_password="abc")
    assert result["msg"].startswith(f"GET /x answered 400 {MASK}: no.")


@pytest.mark.parametrize("password", ["abc", "hunter22", "operator"])
def test_an_item_that_fails(script: Script, password: str) -> None:
    refusal = {"code": "Internal", "message": f"password {password} is too simple"}
    script(("GET", "/users", 200, []), ("POST", "/users", 500, refusal, {"login": "ann", "password": password}))
    result = run_module("saymon_user", {"users": [{"login": "ann", "password": password}]})
    assert password not in result["msg"] + result["outcomes"][0]["msg"]
    assert result["outcomes"][0]["action"] == "failed"
    assert result["summary"]["failed"] == 1


@pytest.mark.parametrize("sid", ["created", "ok"])
def test_a_sid_that_is_a_common_word(script: Script, sid: str) -> None:
    """A hostile server chooses it."""
    script(("GET", "/x", 200, {"action": sid}), ("GET", "/y", 400, {"code": "Bad", "message": f"no: {sid}"}))

    def run(context: TaskContext) -> dict[str, Any]:
        return {"action": sid, sid: True, "json": context.client.get("/x")}

    assert _perform(run, saymon_sid=sid) == {"changed": False, "action": sid, sid: True, "json": {"action": sid}}
    assert (
        sid
        not in _perform(lambda context: {"x": context.client.get("/y")}, saymon_sid=sid)["msg"]
        .split("answered 400")[1]
        .split(".")[0]
    )


def test_what_stands_under_a_misspelt_option_is_not_shown() -> None:
    secrets = Secrets()
    result = run_module("saymon_user", {"users": [{"login": "x", "pasword": "hunter22"}]}, secrets=secrets)
    assert "there is no such option" in result["msg"]
    assert "hunter22" not in json.dumps(result)
    assert secrets.scrub({"args": {"users": [{"pasword": "hunter22"}]}}) == {"args": {"users": [{"pasword": MASK}]}}


@pytest.mark.parametrize("option", ["saymon_proxy", "saymon_url"])
def test_the_account_in_an_address_is_masked(option: str) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        raise SaymonError("it is http://me:hunter22@proxy:3128 or hunter22")

    secrets = Secrets()
    params = validated("saymon_session_info", {"saymon_url": URL, option: "http://me:hunter22@proxy:3128"})
    result = perform(SPEC, run, params, check=False, make_store=memory_store, secrets=secrets, say=print)
    assert "hunter22" not in json.dumps(result)
    assert secrets.scrub("hunter22") == MASK


# --- what people see ------------------------------------------------------------------------------

STEERING = "a\x1b[31m\x07\u202e\nb"
ESCAPED = "a\\x1b[31m\\x07\\u202e\\nb"


def test_control_characters_are_shown_and_never_sent_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.say(STEERING)
        context.warnings.append(STEERING)
        return {"msg": STEERING, "outcomes": [{"name": STEERING, "msg": STEERING}], "record": {"name": STEERING}}

    assert _perform(run) == {
        "changed": False,
        "msg": ESCAPED,
        "warnings": [ESCAPED],
        "outcomes": [{"name": STEERING, "msg": ESCAPED}],
        "record": {"name": STEERING},
    }
    assert capsys.readouterr().out == ESCAPED + "\n"


def test_the_traceback_of_a_bug_keeps_its_lines() -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        raise ValueError("a\x1b[31m")

    text = _perform(run)["exception"]
    assert text.count("\n") > 3
    assert "\x1b" not in text


def test_progress_reveals_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.say("it is pass-phrase-1")
        return {}

    _perform(run, **CREDENTIALS)
    assert capsys.readouterr().out == f"it is {MASK}\n"


SIDES: list[dict[str, Any]] = [
    {
        "name": "\u0421\u0442\u043e\u0439\u043a\u0430",
        "weight": 1,
        "tags": ["\u0430", "b"],
        "empty": [],
        "none": None,
        "on": True,
    },
    {"z": {"b": [1, {"c": "x\ny"}], "a": {}}, "a": 'quo"te \\'},
    {},
    {"state": "absent"},
]


@pytest.mark.parametrize("side", SIDES)
def test_a_diff_is_the_text_that_core_would_write_but_with_any_alphabet(side: dict[str, Any]) -> None:
    result = _perform(
        lambda context: {
            "diff": [{"before": {}, "after": side, "before_header": "user \u0430\x1b", "after_header": "x"}]
        }
    )
    wanted = json.dumps(side, ensure_ascii=False, indent=4, sort_keys=True) + "\n"
    assert result["diff"] == [
        {"before": "{}\n", "after": wanted, "before_header": "user \u0430\\x1b", "after_header": "x"}
    ]
    assert _perform(lambda context: {"diff": {"before": side, "after": {}}})["diff"] == {
        "before": wanted,
        "after": "{}\n",
    }
    assert _perform(lambda context: {"diff": []})["diff"] == []


def test_secrets_and_controls_in_a_diff() -> None:
    side = {"password": "anything", "name": "pass-phrase-1 \x1b \u202e \x9b"}
    after = _perform(lambda context: {"diff": {"after": side}}, **CREDENTIALS)["diff"]["after"]
    assert json.loads(after.replace("\\u202e", "").replace("\\x9b", "")) == {"password": MASK, "name": f"{MASK} \x1b  "}
    assert printable(after, lines=True) == after


# --- accidents ------------------------------------------------------------------------------------


def _nested(levels: int) -> Any:
    data: Any = "end"
    for _level in range(levels):
        data = {"a": [data]}
    return data


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
        (MemoryError(), "not enough memory"),
        (
            OSError(errno.ENOSPC, "No space left on device", "/tmp/x"),
            "(No space left on device: /tmp/x). Check the free space",
        ),
        (
            FileNotFoundError("No usable temporary directory found"),
            "(No usable temporary directory found). Check the free space",
        ),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), "cannot be encoded"),
    ],
)
def test_accidents_are_one_sentence(error: Exception, said: str) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        raise error

    result = _perform(run)
    assert said in result["msg"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert not {"Bug", "recursion", "exception"} & {*result["msg"].split(), *result}


@pytest.mark.parametrize("changed", [True, False])
def test_a_result_that_is_too_deep_for_core(changed: bool) -> None:
    result = _perform(lambda context: {"changed": changed, "json": _nested(200)}, saymon_sid=SID)
    assert (result["failed"], result["changed"]) == (True, changed)
    assert "nested more than 100 levels deep" in result["msg"]
    assert "json" not in result


@pytest.mark.parametrize("levels", [200, 5000])
def test_input_that_is_deep(levels: int) -> None:
    params = {**validated("saymon_session_info", {"saymon_url": URL}), "body": _nested(levels)}
    result = perform(
        SPEC, lambda context: {"x": 1}, params, check=False, make_store=memory_store, secrets=Secrets(), say=print
    )
    assert result == {"changed": False, "x": 1}


def test_a_result_that_json_cannot_carry() -> None:
    odd = {"nan": float("nan"), "lone": "\ud800", "\udc80": 10**5000}
    result = _perform(lambda context: {"record": odd, "msg": "\ud800", "diff": {"after": odd}})
    json.dumps(result, allow_nan=False, ensure_ascii=False).encode()
    assert result["record"]["nan"] == "nan"


# --- as a module file -----------------------------------------------------------------------------


class Ended(BaseException):
    """What the stand-in for AnsibleModule raises where the real one leaves the process."""


class Module:
    """Stands in for AnsibleModule, which would read its options from a pipe and leave the process."""

    params: dict[str, Any] = {}
    check_mode = False
    made: dict[str, Any] = {}
    no_log_values: set[str] = set()

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
    monkeypatch.setattr(run_module_file, "_Module", Module)
    monkeypatch.setattr(Module, "params", validated("saymon_session_info", {"saymon_url": URL, "saymon_sid": SID}))
    return Module


def _main(run: Callable[[TaskContext], dict[str, Any]], spec: Spec = SPEC) -> Any:
    with pytest.raises(Ended) as caught:
        main(spec, run)
    return caught.value.args


def test_main_ends_well(module: type[Module]) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.warnings.append("careful")
        return {"x": context.client.read_only}

    assert _main(run) == ("exit", {"changed": False, "x": False}, ["careful"])
    assert module.made == {"argument_spec": SPEC.target_spec, "supports_check_mode": True, "no_log": True}


def test_main_passes_rules_and_check_mode(module: type[Module], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "check_mode", True)
    assert _main(lambda context: {"x": context.check}, Spec(required_together=[("a", "b")]))[1]["x"] is True
    assert module.made["required_together"] == [("a", "b")]


def test_main_fails(module: type[Module]) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        raise SaymonError("What happened.")

    assert _main(run)[:2] == ("fail", {"changed": False, "failed": True, "msg": "What happened."})


def test_main_marks_what_it_reveals(module: type[Module]) -> None:
    assert _main(lambda context: {"sid": context.secrets.reveal(SID)})[1] == {
        "changed": False,
        "sid": SID,
        "saymon_revealed": True,
    }


def _real_module(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], run: Any, **args: Any
) -> tuple[dict[str, Any], list[str]]:
    """The result of a module file with core's own class, and what it wrote into the log of the machine."""
    logged: list[str] = []
    internal = {"_ansible_no_log": False, "_ansible_debug": True, "_ansible_syslog_facility": "LOG_USER"}
    raw = json.dumps({"ANSIBLE_MODULE_ARGS": {"saymon_url": URL, **internal, **args}}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", raw)
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
    monkeypatch.setattr(AnsibleModule, "log", lambda _self, text, log_args=None: logged.append(f"{text} {log_args}"))
    with pytest.raises(SystemExit):
        main(Spec(options={"body": {"type": "raw"}}), run)
    return json.loads(capsys.readouterr().out.strip().splitlines()[-1]), logged


def test_the_log_of_the_target_gets_no_options(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(context: TaskContext) -> dict[str, Any]:
        context.say("progress with hidden-body-1")
        return {"x": 1}

    result, logged = _real_module(monkeypatch, capsys, run, body={"password": "hidden-body-1", "note": "a note"})
    assert result["x"] == 1
    assert logged == [f"[debug] progress with {MASK} None"]
    assert "hidden-body-1" not in json.dumps(result)


@pytest.mark.parametrize("word", ["changed", "created", "operator", "record", "invocation", "1", "ok"])
def test_core_masks_nothing_in_its_own_way(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    record = {"login": word, "action": word, "note": f"the {word}", word: 1}
    result, _logged = _real_module(
        monkeypatch,
        capsys,
        lambda context: {"record": record, "changed": True},
        saymon_password=word,
        saymon_login=word,
    )
    assert (result["record"], result["changed"]) == (record, True)
    assert (
        result.get("invocation", {"module_args": {"saymon_password": MASK}})["module_args"]["saymon_password"] == MASK
    )


def test_a_target_reads_nothing_from_its_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ignored: list[bool] = []
    monkeypatch.setattr(run_module_file, "ignore_environment", lambda: ignored.append(True))
    monkeypatch.setenv("SAYMON_LOGIN", "somebody-else")
    monkeypatch.setenv("SAYMON_PROXY", "http://proxy.example.org")
    result, _logged = _real_module(
        monkeypatch,
        capsys,
        lambda context: {"x": [context.credentials.login, context.connection.proxy, context.args["saymon_retries"]]},
    )
    assert (result["x"], ignored) == ([None, None, 3], [True])
