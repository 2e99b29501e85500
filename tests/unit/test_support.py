# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripted server must itself be able to fail a test."""

from __future__ import annotations

import pytest
from ansible_collections.saymon.platform.tests.unit.support import URL, Exchange, Script, run_module, validated

USERS = f"{URL}/node/api/users"


def _scripted(*exchanges: Exchange) -> Script:
    script = Script()
    script(*exchanges)
    return script


def test_follows_the_script() -> None:
    script = _scripted(
        Exchange("GET", "/users?a=1&b=", 200, [1]),
        Exchange("POST", "/users", body={"x": 1}, headers={"A": "b", "C": None}),
    )
    assert script.request("GET", USERS, params=[("a", "1"), ("b", "")]).json() == [1]
    assert script.request("POST", USERS, data=b'{"x":1}', headers={"a": "b"}).content == b""
    script.check_done()


@pytest.mark.parametrize(
    ("exchange", "method", "kwargs", "message"),
    [
        (Exchange("GET", "/users"), "PUT", {}, "expected 'GET"),
        (Exchange("GET", "/users/1"), "GET", {}, "expected 'GET .*/users/1'"),
        (Exchange("GET", "/users", at="http://other"), "GET", {}, "expected 'GET http://other"),
        (Exchange("GET", "/users?a=1"), "GET", {}, "query: expected .*'a'"),
        (Exchange("GET", "/users"), "GET", {"params": [("a", "1")]}, "query: expected"),
        (Exchange("GET", "/users"), "GET", {"data": b"x"}, "body: expected None, came b'x'"),
        (Exchange("PUT", "/users", body={}), "PUT", {}, "body: expected {}"),
        (
            Exchange("PUT", "/users", body={"a": 1}),
            "PUT",
            {"data": b'{"a":2}'},
            "body: expected {'a': 1}, came {'a': 2}",
        ),
        (
            Exchange("GET", "/users", headers={"Cookie": None}),
            "GET",
            {"headers": {"Cookie": "x"}},
            "header Cookie: expected None",
        ),
        (Exchange("PUT", "/users", form={"a": "1"}), "PUT", {"data": {"a": "2"}}, "form: expected"),
        (Exchange("PUT", "/users", files={"f": "a"}), "PUT", {"files": {"f": ("b", None)}}, "files: expected"),
    ],
)
def test_a_different_request_fails(exchange: Exchange, method: str, kwargs: dict[str, object], message: str) -> None:
    with pytest.raises(pytest.fail.Exception, match=message):
        _scripted(exchange).request(method, USERS, **kwargs)


def test_one_too_many_fails_through_the_code_under_test(script: Script) -> None:
    with pytest.raises(pytest.fail.Exception, match=r"One request too many: GET .*/users"):
        run_module("saymon_user_info")


def test_a_missing_one_fails() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"did not come: \['GET /users'\]"):
        _scripted(Exchange("GET", "/users")).check_done()


def test_options_that_the_action_would_refuse_are_refused() -> None:
    with pytest.raises(AssertionError, match="logn"):
        validated("saymon_user_info", {"logn": "x"})
