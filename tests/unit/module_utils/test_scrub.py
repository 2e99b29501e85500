# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing secret in results."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils import scrub as scrub_module
from ansible_collections.saymon.platform.plugins.module_utils.scrub import MASK, SECRET_KEYS, Secrets
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = "pass/phrase 1&2"


def _secrets(*values: str) -> Secrets:
    secrets = Secrets()
    secrets.add(*values)
    return secrets


@pytest.mark.parametrize(
    ("data", "clean"),
    [
        (SECRET, MASK),
        (f"a {SECRET} b {SECRET}", f"a {MASK} b {MASK}"),
        ("?p=pass%2Fphrase%201%262", f"?p={MASK}"),
        ("?p=pass%2Fphrase+1%262", f"?p={MASK}"),
        ({"a": [{"b": (SECRET, 1, None, True)}]}, {"a": [{"b": [MASK, 1, None, True]}]}),
        ({f"key {SECRET}": 1}, {f"key {MASK}": 1}),
        ({"a": "innocent"}, {"a": "innocent"}),
        ([], []),
        (None, None),
    ],
)
def test_known_values(data: Any, clean: Any) -> None:
    assert _secrets(SECRET).scrub(data) == clean


@pytest.mark.parametrize("secret", ["quo'te\"inside", "back\\slash", "пароль-секрет", "line\nbreak", "tab\tand\x01"])
def test_secrets_that_json_escapes(secret: str) -> None:
    assert _secrets(secret).scrub({"msg": f"<{secret}>"}) == {"msg": f"<{MASK}>"}


def test_a_short_secret_is_masked_only_as_a_whole() -> None:
    assert _secrets("1").scrub({"id": "64b1", "x": "1", "n": 1}) == {"id": "64b1", "x": MASK, "n": 1}
    assert _secrets("12345").scrub("x12345") == "x12345"
    assert _secrets("123456").scrub("x123456") == f"x{MASK}"


def test_the_longest_goes_first() -> None:
    assert _secrets("secret", "secret-and-more").scrub("secret-and-more secret") == f"{MASK} {MASK}"


@pytest.mark.parametrize("key", sorted(SECRET_KEYS))
def test_secret_keys(key: str) -> None:
    secrets = Secrets()
    for name in (key, key.upper(), key.lower()):
        assert secrets.scrub([{name: "abc"}]) == [{name: MASK}]
        assert secrets.scrub({"a": {name: 12345}}) == {"a": {name: MASK}}
        assert secrets.scrub({name: ["abc", {"x": "def"}]}) == {name: MASK}
        assert secrets.scrub({name: None}) == {name: None}
        assert secrets.scrub({name: ""}) == {name: ""}


def test_other_keys_stay() -> None:
    data = {"passport": "x", "login": "ci", "cookies": 1, "tokens": ["t"]}
    assert Secrets().scrub(data) is data


def test_values_under_secret_keys_are_learnt() -> None:
    secrets = Secrets()
    secrets.add_from(
        {"body": [{"password": "hidden-1"}, ({"newPassword": 87654321},)], "x": {"auth-token": ["hidden-3"]}, "password": None}
    )
    assert secrets.scrub("hidden-1 87654321 hidden-3 None") == f"{MASK} {MASK} {MASK} None"


def test_only_texts_are_secrets() -> None:
    secrets = Secrets()
    secrets.add(None, "", 1, True, ["x"])
    assert secrets.scrub(["", "1", "x", 1]) == ["", "1", "x", 1]


def test_what_is_revealed_passes() -> None:
    secrets = _secrets(SECRET, "other-secret")
    assert secrets.reveal(SECRET) == SECRET
    assert secrets.revealed == {SECRET}
    assert secrets.scrub({"sid": SECRET, "cookie": SECRET, "msg": "other-secret"}) == {"sid": SECRET, "cookie": SECRET, "msg": MASK}


def test_the_original_stays_as_it_is() -> None:
    data = {"a": [SECRET]}
    _secrets(SECRET).scrub(data)
    assert data == {"a": [SECRET]}


_texts = st.text(st.sampled_from("ab1/&%+ \"'\\\né"), max_size=8)
_data = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts | st.sampled_from(["password", "Cookie"]), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=120, derandomize=True, deadline=None, database=None)
@given(_data, st.lists(_texts, max_size=3), st.lists(_texts, max_size=1))
def test_the_fast_path_equals_the_slow_one(data: Any, values: list[str], revealed: list[str]) -> None:
    secrets = _secrets(*values)
    for value in revealed:
        secrets.reveal(value)
    parts = [one for one in sorted(secrets._known - secrets._revealed, key=len, reverse=True) if len(one) >= 6]
    slow = scrub_module._scrub(data, parts, secrets._known - secrets._revealed, secrets._revealed)
    assert secrets.scrub(data) == slow
    left = json.dumps(slow, ensure_ascii=False)
    for part in parts:
        if part not in MASK:
            assert json.dumps(part, ensure_ascii=False)[1:-1] not in left
