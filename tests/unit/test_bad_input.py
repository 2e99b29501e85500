# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever somebody writes into a task, and whatever a server answers, the result has one clear message, never a
traceback."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import requests
from ansible import constants as C
from ansible_collections.saymon.platform.plugins.module_utils._api import client
from ansible_collections.saymon.platform.plugins.module_utils._arguments import CONNECTION_OPTIONS
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.tests.unit.gates import modules
from ansible_collections.saymon.platform.tests.unit.support import make_action, module_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NAMES = [path.stem for path in modules(Path(__file__).resolve().parents[2])]
# Together all modules get at least 2,000 cases, and each gets some however many there are.
CASES = max(40, -(-2000 // len(NAMES)))

# Braces would be templates in variables, before ansible-core 2.19 whoever wrote them.
_TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="{}"), max_size=12),
    st.sampled_from(
        [
            "",
            " ",
            "\n",
            "\x00",
            "a\x00b",
            "\ud800",
            "é",
            "имя",
            "😀",
            "a" * 5000,
            "null",
            "1",
            "-1",
            "true",
            "../..",
            "~",
            "$HOME",
        ]
    ),
)
_JUNK = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), _TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_TEXTS, inner, max_size=3)),
    max_leaves=4,
)
_NESTED: Any = []
for _level in range(60):
    _NESTED = [{"x": _NESTED}]
_ANY = st.one_of(_JUNK, st.just(_NESTED))

# For options whose value is looked at before anything is sent.
_LIKELY: dict[str, list[Any]] = {
    "saymon_url": [
        "http://saymon.example.org",
        "https://saymon.example.org/node/api",
        "http://nowhere.invalid",
        "http://a..b",
        "http://" + "a" * 64,
        "http://[::1",
        "http://saymon:99999",
        "http://\u20ac",
        "http://ho\x00st",
        "http://exa mple",
        "ftp://saymon.example.org",
        "saymon.example.org",
        "http://",
        "//",
        "https://ci:hidden@saymon.example.org",
    ],
    "saymon_proxy": [
        "http://proxy:3128",
        "proxy",
        "http://",
        "socks5://x",
        "http://a..b",
        "\x00",
        "http://ci:hidden@nowhere.invalid",
    ],
    "saymon_sid": ["5d0c9a0e", "a b", "a\nb", "сид"],
    "saymon_csrf": ["c", "a\r\nb", "знак"],
    "path": [
        "/users",
        "users?a=1",
        "/objects/search",
        "//",
        "/../x",
        "/%2e%2e/x",
        "/a b",
        "/x#y",
        "http://x/y",
        "/é",
        "/%",
        "?",
        "/x?%ff",
    ],
    "body": [{"a": 1}, [1], "text", {"password": ["x"]}, {"a": "\ud800"}],
    "files": [{"file": "/"}, {"file": "/nowhere"}, {"file": "a\x00b"}, {"file": __file__}, {"": ""}],
}


def _valid(name: str, option: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the option takes, so that the case gets beyond the check of types."""
    if option.get("choices"):
        # What runs on a target is core's business.
        return st.sampled_from([choice for choice in option["choices"] if choice != "target"])
    kind = option.get("type", "str")
    if kind == "list" and option.get("options"):
        return st.lists(_options(option["options"]), max_size=2)
    if kind == "dict" and option.get("options"):
        return _options(option["options"])
    simple: dict[str, st.SearchStrategy[Any]] = {
        "bool": st.sampled_from([True, False, "yes", "off"]),
        "int": st.one_of(st.integers(-2, 12), st.sampled_from(["3", 10**30])),
        "float": st.one_of(st.floats(-1, 60), st.sampled_from(["2.5", 1e300, float("inf"), float("nan")])),
        "list": st.lists(_valid(name, {"type": option.get("elements", "str")}), max_size=3)
        if kind == "list"
        else st.none(),
        "dict": st.dictionaries(_TEXTS, _JUNK, max_size=3),
        "raw": _JUNK,
    }
    return simple.get(kind, _TEXTS)


def _option(name: str, option: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    likely = [st.sampled_from(_LIKELY[name])] * 4 if name in _LIKELY else []
    return st.one_of(*likely, _valid(name, option), _valid(name, option), _ANY)


def _options(spec: Mapping[str, Mapping[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: _option(name, option) for name, option in spec.items()})


@st.composite
def _tasks(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Options of the task, variables, check mode: a sound task in which some options are replaced, and sometimes an
    unknown one."""
    spec = module_of(name).SPEC.argument_spec
    args: dict[str, Any] = {"saymon_url": "http://saymon.example.org", "saymon_retries": draw(st.integers(0, 1))}
    args.update(
        draw(
            st.sampled_from(
                [{}, {"saymon_sid": "5d0c9a0e"}, {"saymon_login": "ci", "saymon_password": "pass-phrase-1"}]
            )
        )
    )
    for option in (one for one in spec if spec[one].get("required")):
        args[option] = draw(_option(option, spec[option]))
    variables: dict[str, Any] = {}
    for option in draw(st.lists(st.sampled_from(sorted(spec)), max_size=4, unique=True)):
        holder = variables if option in CONNECTION_OPTIONS and draw(st.booleans()) else args
        args.pop(option, None)
        holder[option] = draw(_option(option, spec[option]))
    if draw(st.integers(0, 9)) == 0:
        args[draw(_TEXTS)] = draw(_ANY)
    return args, variables, draw(st.booleans())


_KEYS = sorted(
    {
        "id",
        "_id",
        "code",
        "message",
        "state_id",
        *(one.key.partition(".")[0] for resource in RESOURCES.values() for one in resource.fields),
    }
)
_VALUES = st.one_of(st.integers(-1, 5), st.sampled_from(["", "x", "1", "64b1f0c2a9d3e45f6a7b8c01"]), _JUNK)
_RECORDS = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=8).flatmap(
    lambda record: st.integers(0, 5).map(lambda number: {**record, "id": number} if number else record)
)
# status, body, Content-Type
_ANSWERS = st.tuples(
    st.sampled_from([200, 200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503]),
    st.one_of(st.lists(_RECORDS, max_size=3), _RECORDS, st.lists(_RECORDS, min_size=1, max_size=3), _JUNK).map(
        lambda data: json.dumps(data).encode()
    )
    | st.binary(max_size=8)
    | st.sampled_from([b"", b"<!DOCTYPE html>", b'{"id":', b"[" * 50_000]),
    st.sampled_from(["application/json", "text/plain", ""]),
)


class Babbler:
    """A server that answers anything to anybody."""

    def __init__(self, answers: list[tuple[int, bytes, str]]) -> None:
        self._answers = cycle(answers)

    def request(self, *_args: Any, **_kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, content, response.headers["Content-Type"] = next(self._answers)
        response.raw = io.BytesIO(content)
        return response


@st.composite
def _sound_tasks(draw: st.DrawFn, name: str) -> tuple[dict[str, Any], bool]:
    """Options that the module takes, with texts that are ids or names, and check mode."""
    spec = module_of(name).SPEC
    args: dict[str, Any] = {"saymon_url": "http://saymon.example.org", "saymon_retries": 0, "saymon_sid": "5d0c9a0e"}
    own = {
        option: one
        for option, one in spec.options.items()
        if option not in ("src", "dest", "files", "expect", "max_items", "parallel")
    }
    chosen = draw(st.lists(st.sampled_from(sorted(own)), max_size=4, unique=True)) if own else []
    for option in {*chosen, *(one for one in own if own[one].get("required"))}:
        text = own[option].get("type", "str") == "str" and not own[option].get("choices")
        args[option] = draw(
            st.sampled_from(["x", "1", "/users", "64b1f0c2a9d3e45f6a7b8c01"]) if text else _valid(option, own[option])
        )
    return args, draw(st.booleans())


def _is_clear(result: Any, *, may_have_changed: bool) -> None:
    assert isinstance(result, dict)
    assert json.dumps(result)
    if result.get("failed"):
        assert isinstance(result["msg"], str)
        assert result["msg"].strip()
        assert result.get("changed") is False or may_have_changed
        assert len(result["msg"]) < 20_000
    said = str(result.get("msg", ""))
    assert "Traceback" not in said, said
    assert "Bug in saymon.platform" not in said, (said, result.get("exception"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_any_options(name: str) -> None:
    # hypothesis calls the inner function many times; the network of all of them refuses at once (see conftest.py).
    @settings(
        max_examples=CASES, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(_tasks(name))
    def check(task: tuple[dict[str, Any], dict[str, Any], bool]) -> None:
        args, variables, check_mode = task
        _is_clear(
            make_action(name, args, variables, check=check_mode).run(task_vars=dict(variables)), may_have_changed=False
        )

    check()


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_any_answers(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    @settings(
        max_examples=CASES // 2, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(_sound_tasks(name), st.lists(_ANSWERS, min_size=1, max_size=4))
    def check(task: tuple[dict[str, Any], bool], answers: list[tuple[int, bytes, str]]) -> None:
        babbler = Babbler(answers)
        monkeypatch.setattr(client, "http_session", lambda connection: babbler)
        # Two tasks of a run of its own: the second also meets what the first has kept.
        monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", mkdtemp(dir=tmp_path))
        args, check_mode = task
        for _task in range(2):
            result = make_action(name, args, {}, check=check_mode).run(task_vars={})
            _is_clear(result, may_have_changed=not check_mode)

    check()
