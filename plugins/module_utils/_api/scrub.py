# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps passwords, tokens, sid and csrf out of everything that a task returns, without changing what the rest of it
means.

The rule for each place of a result:

- Keys are never masked, nor are numbers and booleans, but for what stands under the key of a secret.
- Under the key of a secret any value is masked; under a key that only looks like one (`pasword`), a value that is a
  known secret. The same holds for `key=value` and `"key": "value"` inside a text, and for entries with the keys `name`
  and `value`, such as properties.
- A distinctive secret (see `is_distinctive`) is masked wherever it stands, in whichever way it is encoded.
- A secret that is a plain word, or that the user also wrote openly (login and password may be the same), is masked in
  texts for people (`msg`, `warnings` and the like), and stays in the data: there it may be a login, a name, a state or
  an action, which plays compute with.
- A secret shorter than six characters cannot be masked inside a text without destroying it. It is masked where it is
  the whole text. A text of the server that repeats one is left out: the message of an error, or `text` and `json` of an
  answer with an error status.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from html.entities import codepoint2name
from typing import Any
from urllib.parse import unquote, unquote_plus

MASK = "********"
LEFT_OUT = "the server's message is left out because it repeats a secret"

# Levels. The API nests a dozen, and core itself gives up on results that are about twice as deep.
DEEPEST = 100

# Fields of the API, headers and options whose value is a secret wherever they stand.
SECRET_KEYS = frozenset(
    {
        "authenticationToken",
        "auth-token",
        "api-token",
        "password",
        "newPassword",
        "currentPassword",
        "pass",
        "x-csrf-token",
    }
    | {"cookie", "set-cookie", "authorization", "x-session-id"}
    | {"auth_token", "saymon_password", "saymon_auth_token", "saymon_keycloak_token", "saymon_sid", "saymon_csrf"}
)
_LOWER_KEYS = frozenset(key.lower() for key in SECRET_KEYS)
_KEY_ENDS = (
    b'token":',
    b'pass":',
    b'password":',
    b'cookie":',
    b'authorization":',
    b'-session-id":',
    b'_sid":',
    b'_csrf":',
)  # of all

# Names that look like those of a secret, misspelt ones included, and fields of the API with such a word that hold none.
_LOOKS_SECRET = re.compile(r"pas+w|pwd|pass.?phrase|token|secret|api.?key", re.IGNORECASE)
_HOLDS_NONE = re.compile(r"polic|update|change|lifetime|period|number|enabled|subject", re.IGNORECASE)

_ADDRESSES = frozenset({"saymon_url", "saymon_proxy", "url"})

_SHORTEST_PART = 6
_LONGEST_WORD = 15
_SEPARATORS = re.compile(r"[-_.]")
_PLAIN_RUN = re.compile("[A-Za-z0-9]+")

# Pairs inside of a text: in a query, in a form or among the words of a command, and in JSON. The account in an address.
_PAIR = re.compile(r"(?P<head>(?P<key>[^=&?\s]+)=)(?P<value>[^&\s]+)")
_JSON_PAIR = re.compile(r'(?P<head>"(?P<key>[^"\\]+)\\*":\s*\\*")(?P<value>[^"\\]*)')
_ACCOUNT = re.compile(r"(?:[\w+.-]+://)?([^/:@\s]*):(.+)@")

_SURROGATES = re.compile("[\ud800-\udfff]")
_HUGE = 10**4000  # Python refuses to write such a number as text

_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_UNPRINTABLE = re.compile(f"[{_CONTROLS}]")
_UNPRINTABLE_IN_LINES = re.compile(f"(?![\n\t])[{_CONTROLS}]")


def printable(text: str, *, lines: bool = False) -> str:
    r"""The text with what could steer a terminal or reorder a line written as an escape such as `\x1b`.

    Line breaks and tabs stay only with `lines`, for texts that have several lines by nature.
    """
    pattern = _UNPRINTABLE_IN_LINES if lines else _UNPRINTABLE
    return pattern.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


def too_deep(data: Any) -> bool:
    """Whether data has more levels than core can take as a result.

    Looks level by level, since what is too deep for others would be too deep for a function that calls itself. Nearly
    all values of long lists are scalars, and their type alone sorts them out.
    """
    level = [data]
    for _depth in range(DEEPEST):
        level = [
            inner
            for container in level
            for inner in _VALUES.get(type(container), _inside)(container)
            if type(inner) not in _SCALARS
        ]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    """The values inside of a container of any type; none inside of anything else."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()


_SCALARS = frozenset({str, int, float, bool, type(None)})
_VALUES: dict[type, Callable[[Any], Iterable[Any]]] = {dict: dict.values, list: iter}


class Secrets:
    """The secrets of one task. `scrub` returns a copy of any result with every known one replaced by a fixed mask."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._revealed: set[str] = set()
        self._inputs: list[Any] = []

    def add(self, *values: Any) -> None:
        self._known.update(value for value in values if isinstance(value, str) and value)

    def add_from(self, data: Any) -> None:
        """Take every value that stands under the key of a secret, or one that looks like it, anywhere inside what a
        user wrote."""
        self.note(data)
        for key, value in _leaves(data):
            if _is_secret(key):
                self.add(str(value))
            elif looks_secret(key):
                self.add(value)
            elif isinstance(value, str):
                self._add_from_text(value)
                if key in _ADDRESSES:
                    self.add_url(value)

    def _add_from_text(self, text: str) -> None:
        if text.lstrip()[:1] in ("{", "["):
            try:
                inner = json.loads(text)
            except (ValueError, RecursionError):
                inner = text
            if not isinstance(inner, str):
                self.add_from(inner)
                return
        if "=" in text:
            self.add(*(unquote_plus(value) for _head, key, value in _PAIR.findall(text) if looks_secret(key)))
        if "://" in text:
            self.add_url(text)

    def add_url(self, url: Any) -> None:
        """Take the password, and `user:password`, out of an address such as http://user:password@proxy:3128."""
        found = _ACCOUNT.match(url) if isinstance(url, str) else None
        if found:
            for read in (str, unquote):
                self.add(read(found[2]), f"{read(found[1])}:{read(found[2])}")

    def note(self, data: Any) -> None:
        """Remember what a user wrote in the open, without looking for secrets in it."""
        self._inputs.append(data)

    def reveal(self, value: str) -> str:
        """Let one secret through, because handing it over is the purpose of the task; the caller hides the result."""
        self._revealed.add(value)
        return value

    @property
    def revealed(self) -> frozenset[str]:
        return frozenset(self._revealed)

    def repeated(self, text: str) -> bool:
        """Whether a text holds a secret that is too short to be masked inside of it."""
        return any(_pattern(secret).search(text) for secret in self._hidden() if len(secret) < _SHORTEST_PART)

    def scrub(self, data: Any) -> Any:
        """Data of a result, or a single text, without secrets, and without what JSON cannot carry.

        A long list is searched as one text first: walking ten thousand clean records would cost more than the task.
        """
        text = _json(data)
        hidden = self._hidden()
        found = [secret for secret in hidden if text is None or _may_hold(text, secret)]
        if text is not None and not found and not _has_secret_key(text):
            return data
        return _Masker(self, hidden, found, sound=text is not None).result(data)

    def _hidden(self) -> set[str]:
        return self._known - self._revealed

    def written_openly(self, wanted: set[str]) -> set[str]:
        """Those of the texts that a user also wrote where no secret stands."""
        return {
            value
            for data in self._inputs
            for key, value in _leaves(data)
            if isinstance(value, str) and value in wanted and not looks_secret(key)
        }


class _Masker:
    """Goes through one result and masks what the secrets found in it ask for."""

    def __init__(self, secrets: Secrets, hidden: set[str], found: list[str], *, sound: bool) -> None:
        self._secrets = secrets
        self._hidden = hidden
        self._sound = sound
        parts = sorted((secret for secret in found if len(secret) >= _SHORTEST_PART), key=len, reverse=True)
        openly = secrets.written_openly(set(parts)) if parts else set()
        self._in_pairs = any(secret in openly or not is_distinctive(secret) for secret in found)
        self._in_texts = [_pattern(secret) for secret in parts]
        self._anywhere = [_pattern(secret) for secret in parts if secret not in openly and is_distinctive(secret)]

    def result(self, data: Any) -> Any:
        if isinstance(data, str):
            return self.text(data)
        if not isinstance(data, dict):
            return self.data(data)
        refused = isinstance(data.get("status"), int) and data["status"] >= 400
        return {self._key(key): self._place(key, value, refused) for key, value in data.items()}

    def _place(self, key: Any, value: Any, refused: bool) -> Any:
        """A value at the top of a result."""
        if key in _TEXTS:
            return self._texts(value)
        if key in ("text", "json") and refused:
            return self._told(value)
        if key == "outcomes" and isinstance(value, list):
            return [self.result(one) for one in value]
        return self._item(key, value, 1)

    def _texts(self, value: Any) -> Any:
        return [self._texts(one) for one in value] if isinstance(value, list) else self.text(str(value))

    def text(self, text: str) -> str:
        """A text for people."""
        return MASK if text in self._hidden else self._masked(text, self._in_texts)

    def _told(self, value: Any, key: Any = "") -> Any:
        """What the server said of an error, in any form; the code in it is for plays."""
        if isinstance(value, str) and key not in ("code", "errorCode"):
            return LEFT_OUT if self._secrets.repeated(value) else self.text(value)
        if isinstance(value, dict):
            return {self._key(inner): self._told(self._item(inner, one, 1), inner) for inner, one in value.items()}
        if isinstance(value, list):
            return [self._told(one, key) for one in value]
        return self.data(value, key)

    def data(self, value: Any, key: Any = "", depth: int = 0) -> Any:
        if isinstance(value, str):
            return MASK if value in self._hidden and looks_secret(str(key)) else self._masked(value, self._anywhere)
        if isinstance(value, (dict, list, tuple)) and depth > DEEPEST:
            return MASK  # nobody looks at it, but a secret could be there
        if isinstance(value, dict):
            return {
                self._key(inner): self._item(inner, one, depth + 1, _meant(inner, value))
                for inner, one in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.data(one, key, depth + 1) for one in value]
        return value if self._sound else _written(value)

    def _item(self, key: Any, value: Any, depth: int, meant: Any = None) -> Any:
        """A value in a dictionary. `meant` is what its key stands for, where that is another than the key itself."""
        secret = _is_secret(str(key)) and value not in (None, "", True, False)
        return (
            MASK
            if secret and not (isinstance(value, str) and value in self._secrets.revealed)
            else self.data(value, meant or key, depth)
        )

    def _key(self, key: Any) -> Any:
        return key if self._sound or not isinstance(key, str) else _SURROGATES.sub("\ufffd", key)

    def _masked(self, text: str, patterns: list[re.Pattern[str]]) -> str:
        if self._in_pairs and "=" in text:
            text = _PAIR.sub(self._pair, text)
        if self._in_pairs and '":' in text:
            text = _JSON_PAIR.sub(self._pair, text)
        for pattern in patterns:
            text = pattern.sub(MASK, text)
        return text if self._sound else _SURROGATES.sub("\ufffd", text)

    def _pair(self, found: re.Match[str]) -> str:
        """A pair inside of a text, its value masked when it is a secret."""
        value = found["value"]
        secret = looks_secret(found["key"]) and self._hidden.intersection((value, unquote_plus(value)))
        return found["head"] + MASK if secret else found[0]


# What a result says to people, at its top and in each of its outcomes.
_TEXTS = frozenset({"msg", "warnings", "exception", "stdout", "stderr", "module_stdout", "module_stderr"})


def _leaves(data: Any) -> Iterator[tuple[str, Any]]:
    """Texts and numbers anywhere inside, each with the key it stands under; without recursion, since input can have any
    depth."""
    todo = [("", data)]
    while todo:
        key, value = todo.pop()
        if isinstance(value, dict):
            # Whatever stands below the key of a secret belongs to it.
            todo.extend((key if _is_secret(key) else str(_meant(inner, value)), one) for inner, one in value.items())
        elif isinstance(value, (list, tuple)):
            todo.extend((key, one) for one in value)
        elif value is not None and not isinstance(value, bool):
            yield key, value


def _meant(key: Any, entry: dict[Any, Any]) -> Any:
    """What a key of a dictionary stands for: in an entry with a name and a value, `value` stands for the name."""
    name = entry.get("name") if key == "value" else None
    return name if isinstance(name, str) and looks_secret(name) else key


@lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    """Whether a secret stands under the key, whatever it is."""
    return key.lower() in _LOWER_KEYS


@lru_cache(maxsize=1024)
def looks_secret(key: str) -> bool:
    """Whether a secret may stand under the key."""
    return _is_secret(key) or (_LOOKS_SECRET.search(key) is not None and _HOLDS_NONE.search(key) is None)


def _json(data: Any) -> str | None:
    """The data as one text to search in, None when JSON cannot carry it."""
    try:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, default=str)
        if not text.isascii():
            text.encode()
    except (ValueError, RecursionError):
        return None
    return text


def _written(number: Any) -> Any:
    """A number that JSON cannot carry as text."""
    if isinstance(number, float) and not math.isfinite(number):
        return str(number)
    return hex(number) if isinstance(number, int) and abs(number) > _HUGE else number


def _has_secret_key(text: str) -> bool:
    lower = text.encode().lower()  # much faster than as a text
    return any(end in lower for end in _KEY_ENDS)


def is_distinctive(secret: str) -> bool:
    """Whether a text that holds the secret can hardly do so by chance: it is long, or more than a word or a number.

    Words are written in one case, perhaps with a capital in front, and may be joined: night.shift.
    """
    bare = _SEPARATORS.sub("", secret)
    word = bare.isdecimal() or (bare.isalpha() and (bare.islower() or bare.isupper() or bare.istitle()))
    return len(secret) >= _SHORTEST_PART and not (word and len(bare) <= _LONGEST_WORD)


def _may_hold(text: str, secret: str) -> bool:
    """Whether it is worth looking closer. No encoding changes letters and digits, and to find those is fast."""
    run = max(_PLAIN_RUN.findall(secret), key=len, default="")
    return run in text if run else _pattern(secret).search(text) is not None


def _pattern(secret: str) -> re.Pattern[str]:
    """Finds a secret as it is, and as JSON, Python, HTML and addresses write it, one inside the other as well."""
    return re.compile("".join(map(_any_form, secret)))


@lru_cache(maxsize=1024)
def _any_form(char: str) -> str:
    """All that may stand for a character. The number of backslashes is bounded, since hostile texts may hold
    millions."""
    if char.isascii() and char.isalnum():
        return char
    code = ord(char)
    utf16 = _hex(char.encode("utf-16-be", "surrogatepass"))
    escapes = ["".join(rf"\\\\{{0,7}}u{high}{low}" for high, low in zip(utf16[::2], utf16[1::2]))]
    if code < 256:
        escapes.append(rf"\\\\{{0,7}}x{utf16[1]}")
    elif code > 0xFFFF:
        escapes.append(rf"\\\\{{0,7}}U{''.join(_hex_digits(f'{code:08x}'))}")
    if char in "\n\r\t\b\f":
        escapes.append(rf"\\\\{{0,7}}{json.dumps(char)[2]}")
    elif code < 128:
        escapes.append(rf"\\{{0,8}}{re.escape(char)}" if char != "\\" else r"\\{1,8}")
    names = [name for name in (codepoint2name.get(code), "apos" if char == "'" else None) if name]
    numbers = f"#0*{code};|#[xX]0*{''.join(_hex_digits(f'{code:x}'))};"
    entity = (
        ("" if code > 127 else r"\\{0,8}")
        + "&(?:amp;){0,2}(?:"
        + "|".join([*(f"{name};" for name in names), numbers])
        + ")"
    )
    percent = "".join(f"%(?:25){{0,2}}{byte}" for byte in _hex(char.encode("utf-8", "replace")))
    more = {" ": r"\+"}.get(char, "\ufffd" if "\ud800" <= char <= "\udfff" else "")
    return "(?:" + "|".join([*escapes, entity, percent, *filter(None, [more]), re.escape(char)]) + ")"


def _hex(raw: bytes) -> list[str]:
    """Two hexadecimal digits for each byte, in any case."""
    digits = _hex_digits(raw.hex())
    return ["".join(pair) for pair in zip(digits[::2], digits[1::2])]


def _hex_digits(text: str) -> list[str]:
    return [f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in text]
