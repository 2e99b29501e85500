# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing secret in results."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import (
    DEEPEST,
    LEFT_OUT,
    MASK,
    SECRET_KEYS,
    Secrets,
    _has_secret_key,
    _Masker,
    is_distinctive,
    printable,
    too_deep,
)
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
        ({f"key {SECRET}": 1}, {f"key {SECRET}": 1}),
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


def test_a_short_secret_is_masked_only_as_a_whole_text() -> None:
    assert _secrets("1").scrub({"id": "64b1", "x": "1", "n": 1, "msg": "1"}) == {
        "id": "64b1",
        "x": "1",
        "n": 1,
        "msg": MASK,
    }
    assert _secrets("12345").scrub("x12345") == "x12345"
    assert _secrets("123456").scrub("x123456") == f"x{MASK}"


WORDS = [
    "failed",
    "ok",
    "operator",
    "Operators",
    "night.shift",
    "123456",
    "manage-objects",
    "\u043e\u043f\u0435\u0440\u0430\u0442\u043e\u0440",
]


@pytest.mark.parametrize("word", WORDS)
def test_a_plain_word_stays_in_the_data(word: str) -> None:
    data = {
        "action": word,
        "users": [{word: word, "name": f"the {word} here", "tags": [word]}],
        "diff": {"before_header": f"user {word}"},
    }
    assert _secrets(word).scrub(data) == data


@pytest.mark.parametrize("word", WORDS)
def test_a_plain_word_is_masked_where_a_secret_stands(word: str) -> None:
    assert _secrets(word).scrub({"x": {"password": word, "pasword": word, "tokens": [word]}}) == {
        "x": {"password": MASK, "pasword": MASK, "tokens": [MASK]}
    }
    assert _secrets(word).scrub({"url": f"https://x/?a={word}&token={word}"}) == {
        "url": f"https://x/?a={word}&token={MASK}"
    }
    assert _secrets(word).scrub({"body": f'{{"password": "{word}"}}'}) == {"body": f'{{"password": "{MASK}"}}'}


@pytest.mark.parametrize("word", [word for word in WORDS if len(word) >= 6])
def test_a_plain_word_is_masked_in_texts_for_people(word: str) -> None:
    said = f"the word {word} is refused"
    clean = f"the word {MASK} is refused"
    result = {
        "msg": said,
        "warnings": [said],
        "exception": said,
        "outcomes": [{"name": word, "action": word, "msg": said}],
    }
    assert _secrets(word).scrub(result) == {
        "msg": clean,
        "warnings": [clean],
        "exception": clean,
        "outcomes": [{"name": word, "action": word, "msg": clean}],
    }


@pytest.mark.parametrize(
    "secret",
    [
        "hunter22",
        "pass-phrase-1",
        "aB3$%xY",
        "sixteenlettersaz",
        "correct horse battery",
        "\u5bc6\u7801\u5bc6\u7801\u5bc6\u7801",
        "Tr0ub4dor",
    ],
)
def test_a_distinctive_secret_is_masked_anywhere(secret: str) -> None:
    assert _secrets(secret).scrub({"users": [{"login": secret, "note": f"<{secret}>"}]}) == {
        "users": [{"login": MASK, "note": f"<{MASK}>"}]
    }


def test_what_the_user_wrote_openly_stays_in_the_data() -> None:
    """A login that equals its password is still a login."""
    for input_ in (
        {"login": "test123", "password": "test123"},
        {"users": [{"login": "test123", "password": "test123"}]},
    ):
        secrets = Secrets()
        secrets.add_from(input_)
        result = {"user": {"login": "test123", "password": "test123"}, "msg": "user test123 is bad"}
        assert secrets.scrub(result) == {"user": {"login": "test123", "password": MASK}, "msg": f"user {MASK} is bad"}


@pytest.mark.parametrize("status", [400, 500])
def test_an_answer_of_the_server_that_repeats_a_short_secret_is_left_out(status: int) -> None:
    result = {
        "status": status,
        "text": "bad password: abc&1",
        "json": {"code": "abc&1", "message": "it is abc&amp;1", "details": [{"x": "fine"}]},
    }
    assert _secrets("abc&1").scrub(result) == {
        "status": status,
        "text": LEFT_OUT,
        "json": {"code": "abc&1", "message": LEFT_OUT, "details": [{"x": "fine"}]},
    }


def test_other_answers_are_data() -> None:
    result = {"status": 200, "text": "an abc book", "json": {"message": "an abc book"}}
    assert _secrets("abc").scrub(result) == result


def test_the_longest_goes_first() -> None:
    assert _secrets("secret", "secret-and-more").scrub("secret-and-more secret") == f"{MASK} {MASK}"


@pytest.mark.parametrize("key", sorted(SECRET_KEYS))
def test_secret_keys(key: str) -> None:
    secrets = Secrets()
    for name in (key, key.upper(), key.lower()):
        assert secrets.scrub([{name: "abc"}]) == [{name: MASK}]
        assert _has_secret_key(json.dumps({name: "abc"}))
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
        {
            "body": [{"password": "hidden-1"}, ({"newPassword": 87654321},)],
            "x": {"auth-token": ["hidden-3"]},
            "password": None,
        }
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
    assert secrets.scrub({"sid": SECRET, "cookie": SECRET, "msg": "other-secret"}) == {
        "sid": SECRET,
        "cookie": SECRET,
        "msg": MASK,
    }


def test_the_original_stays_as_it_is() -> None:
    data = {"a": [SECRET]}
    _secrets(SECRET).scrub(data)
    assert data == {"a": [SECRET]}


_texts = st.text(st.sampled_from("ab1/&%+ \"'\\\né"), max_size=8)
_data = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(_texts | st.sampled_from(["password", "Cookie"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.slow
@settings(max_examples=200, derandomize=True, deadline=None, database=None)
@given(_data, st.lists(_texts, max_size=3), st.lists(_texts, max_size=1))
def test_the_fast_path_equals_the_slow_one(data: Any, values: list[str], revealed: list[str]) -> None:
    secrets = _secrets(*values)
    for value in revealed:
        secrets.reveal(value)
    hidden = {value for value in values if value} - set(revealed)
    slow = _Masker(secrets, hidden, sorted(hidden), sound=True).result(data)
    assert secrets.scrub(data) == slow
    left = json.dumps(slow, ensure_ascii=False)
    for secret in hidden:
        if is_distinctive(secret) and secret not in MASK and not isinstance(data, dict):
            assert json.dumps(secret, ensure_ascii=False)[1:-1] not in left


# --- what encodes a secret ------------------------------------------------------------------------

ODD = [
    "quo\"te's<in>&side",
    "back\\slash\\\\twice",
    "line\nbreak\r\ttab",
    "\u043f\u0430\u0440\u043e\u043b\u044c \u0441\u0435\u043a\u0440\u0435\u0442",
    "\U0001f511-key-\u00e9\u20ac",
    "a b+c/d%41;e=f",
    "p\u00e4ss\x01w\x7f\u2028rd",
    "x\ud800y-lone",
]


def _json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _json_as_is(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": _json,
    "JSON, letters kept": _json_as_is,
    "JSON in JSON": lambda text: _json(_json(text)),
    "JSON in JSON, letters kept": lambda text: _json_as_is(_json_as_is(text)),
    "JSON in JSON in JSON": lambda text: _json(_json_as_is(_json(text))),
    "JSON of PHP": lambda text: _json(text).replace("/", "\\/"),
    "JSON of Go": lambda text: (
        _json_as_is(text)
        .replace("<", "\\u003c")
        .replace(">", "\\u003E")
        .replace("&", "\\u0026")
        .replace("'", "\\u0027")
    ),
    "capital JSON": lambda text: re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), _json(text)),
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "HTML numbers": lambda text: "".join(
        char if char.isalnum() and char.isascii() else f"&#{ord(char)};" for char in text
    ),
    "HTML hex": lambda text: "".join(
        char if char.isalnum() and char.isascii() else f"&#x{ord(char):X};" for char in text
    ),
    "HTML of other hands": lambda text: html.escape(text, quote=False).replace('"', "&#34;").replace("'", "&#39;"),
    "HTML of JSON": lambda text: html.escape(_json(text)),
    "query": lambda text: quote_plus(text, errors="replace"),
    "path": lambda text: quote(text, errors="replace"),
    "lower query": lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="", errors="replace")),
    "query twice": lambda text: quote(quote(text, safe="", errors="replace"), safe=""),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", ODD)
def test_a_secret_is_found_in_whatever_way_it_is_encoded(secret: str, encoding: str) -> None:
    echoed = ENCODINGS[encoding](secret)
    assert _secrets(secret).scrub(f"before {echoed} after") == f"before {MASK} after"
    assert _secrets(secret).scrub({"x": [f"<{echoed}>"]})["x"][0] == f"<{MASK}>"


def test_hostile_texts_do_not_take_long() -> None:
    started = time.monotonic()
    secrets = _secrets('\\a\\\\b\n"&', "&&&&<<<<", "\u043f\u0430\u0440\u043e\u043b\u044c")
    for text in ("\\" * 200_000, "&amp;" * 40_000, "%25" * 60_000, "&#0" + "0" * 200_000):
        secrets.scrub(text)
    assert time.monotonic() - started < 10


# --- what is learnt -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "pasword",
        "passwd",
        "paswoord",
        "PassWord2",
        "user_pwd",
        "pass_phrase",
        "apikey",
        "API-Key",
        "apiToken",
        "clientSecret",
        "token",
    ],
)
def test_names_that_look_like_those_of_secrets(key: str) -> None:
    for data in (
        {key: "hunter22"},
        {"users": [{"login": "x", key: "hunter22"}]},
        {"x": {key: ["hunter22"]}},
        {"body": json.dumps({key: "hunter22"})},
    ):
        secrets = Secrets()
        secrets.add_from(data)
        assert secrets.scrub("<hunter22>") == f"<{MASK}>", data


@pytest.mark.parametrize(
    "data",
    [
        {"update_password": "on_create-1"},
        {"passwordPolicy": {"minLength": "on_create-1"}},
        {"password_policies": [{"name": "on_create-1"}]},
        {"passwordLifetime": "on_create-1"},
        {"authTokenEnabled": "on_create-1"},
        {"permissions": ["on_create-1"]},
        {"compass": "on_create-1", "bypass": "on_create-1"},
    ],
)
def test_names_that_hold_no_secret(data: Any) -> None:
    secrets = Secrets()
    secrets.add_from(data)
    assert secrets.scrub("on_create-1") == "on_create-1"


def test_numbers_are_secrets_only_under_the_exact_names() -> None:
    secrets = Secrets()
    secrets.add_from({"tokenAge": 86400000, "passwords": True, "password": {"x": [123456789]}})
    assert secrets.scrub("86400000 True 123456789") == f"86400000 True {MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "/users?auth-token=hunter22&x=1",
        "login=x&password=hunter22",
        "pasword=hunter22",
        "http://me:hunter22@proxy:3128",
        '[{"secret": "hunter22"}]',
    ],
)
def test_secrets_inside_of_texts_are_learnt(text: str) -> None:
    secrets = Secrets()
    secrets.add_from({"x": [text]})
    assert secrets.scrub("<hunter22>") == f"<{MASK}>"


@pytest.mark.parametrize(
    ("url", "password"),
    [
        ("http://me:hunter22@proxy:3128", "hunter22"),
        ("me:hunter22@proxy", "hunter22"),
        ("https://me:hunter%2022@proxy", "hunter 22"),
        ("https://me:hunt@er/22@[::1", "hunt@er/22"),
        ("http://me:a+b-12@proxy", "a+b-12"),
    ],
)
def test_the_password_of_an_address(url: str, password: str) -> None:
    secrets = Secrets()
    secrets.add_url(url)
    assert secrets.scrub(f"<{password}> {url}").startswith(f"<{MASK}> ")
    assert password not in secrets.scrub({"x": url})["x"]


def test_a_short_password_of_an_address() -> None:
    secrets = Secrets()
    secrets.add_url("http://me:ab1@proxy:3128")
    assert secrets.scrub({"msg": "http://me:ab1@proxy:3128 is down"}) == {"msg": f"http://{MASK}@proxy:3128 is down"}


@pytest.mark.parametrize("url", [None, 1, "", "http://proxy:3128", "http://me@proxy", "https://x/y@z"])
def test_addresses_without_a_password(url: Any) -> None:
    secrets = Secrets()
    secrets.add_url(url)
    assert secrets.scrub("http://proxy:3128 me x y z") == "http://proxy:3128 me x y z"


# --- what JSON and terminals can take -------------------------------------------------------------


def _deep(levels: int) -> Any:
    data: Any = {"password": "hunter22"}
    for number in range(levels):
        data = [data] if number % 2 else {"a": data, "b": 1}
    return data


def test_depth() -> None:
    assert [too_deep(_deep(levels)) for levels in (0, 50, DEEPEST - 1, DEEPEST + 1, 100_000)] == [
        False,
        False,
        False,
        True,
        True,
    ]
    assert not too_deep("text")


@pytest.mark.parametrize("levels", [DEEPEST, 400, 3000])
def test_deep_data_is_searched_and_scrubbed(levels: int) -> None:
    secrets = Secrets()
    secrets.add_from(_deep(levels))
    assert secrets.scrub("<hunter22>") == f"<{MASK}>"
    assert "hunter22" not in json.dumps(secrets.scrub({"x": _deep(levels)}))


def test_what_json_cannot_carry() -> None:
    result = Secrets().scrub({"a\ud800": ["\udc80x", float("nan"), float("inf"), 1.5, 10**30, 10**5000, None, True]})
    assert result == {"a\ufffd": ["\ufffdx", "nan", "inf", 1.5, 10**30, hex(10**5000), None, True]}
    json.dumps(result, allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "line", "lines"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc", "a\\nb\\tc", "a\nb\tc"),
        ("\r\x07\x7f\x9b", "\\r\\x07\\x7f\\x9b", "\\r\\x07\\x7f\\x9b"),
        ("\u202e\u2066\u2028\u2029", "\\u202e\\u2066\\u2028\\u2029", "\\u202e\\u2066\\u2028\\u2029"),
        ("\ud800", "\\ud800", "\\ud800"),
        (
            "\u0421\u0442\u043e\u0439\u043a\u0430 \u00e9 \U0001f511 \\x1b",
            "\u0421\u0442\u043e\u0439\u043a\u0430 \u00e9 \U0001f511 \\x1b",
            "\u0421\u0442\u043e\u0439\u043a\u0430 \u00e9 \U0001f511 \\x1b",
        ),
    ],
)
def test_printable(text: str, line: str, lines: str) -> None:
    assert (printable(text), printable(text, lines=True)) == (line, lines)


def test_the_name_of_an_entry_is_the_key_of_its_value() -> None:
    """As of a property, or of a setting of the monitoring."""
    secrets = Secrets()
    secrets.add_from({"properties": [{"name": "SnmpPassword", "value": "given"}, {"name": "Owner", "value": "ann"}]})
    held = [{"name": name, "value": value} for name in ("SnmpPassword", "Owner") for value in ("given", "ann", "other")]
    masked = [{"name": "SnmpPassword", "value": MASK}, *held[1:]]
    assert secrets.scrub({"object": {"properties": held}}) == {"object": {"properties": masked}}
    unknown = [{"name": "password", "value": "whatever"}, {"name": 5, "value": "x"}]
    assert secrets.scrub([*unknown, held[0]]) == [*unknown, masked[0]], "what nobody has written is no known secret"
