# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every message that the page about troubleshooting quotes can come from the code."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest
from ansible_collections.saymon.platform.tests.unit.gates import ROOT

PAGE = "docs/troubleshooting.md"
_LEAST = 12  # characters of a fixed part that says something
# Messages with words of somebody else (the server, ansible-core, OpenSSL), or with a value in every place: the fixed
# parts that stand in the code, if there are any.
_SPECIAL: dict[str, tuple[str, ...]] = {
    "... the certificate has expired that ... shows": ("certificate has expired|",),
    "... answered 302: a redirect, which the API never sends": ("a redirect, which the API never sends",),
    "... refused login ... (Invalid login or password)": (" refused login ",),
    "... answered 401 Unauthorized: Session expired": (" answered ",),
    "... answered 401": (" answered ",),
    "Wrong CSRF Token": (),
    "... missing required arguments: ...": (),
    "... value of ... must be one of: ...": (),
    "Failed to import the required Python library (requests)": (),
    "page_size is ...": ("page_size",),
    "max_items is ...": ("max_items",),
}


@cache
def _fixed_parts() -> tuple[str, ...]:
    """What lies between the values in all texts of the plugins."""
    parts: set[str] = set()
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                parts.add(node.value)
    return tuple(parts)


def _quoted() -> list[str]:
    """The messages in the first column of the tables of messages."""
    quoted: list[str] = []
    inside = False
    for line in (ROOT / PAGE).read_text(encoding="utf-8").splitlines():
        inside = line.startswith("| message") or (inside and line.startswith("|"))
        if inside and not line.startswith(("| message", "|---")):
            quoted += re.findall(r"`([^`]+)`", line.split(" | ")[0])
    return quoted


def _comes_from_code(fragment: str) -> bool:
    """Whether a fixed part of some text holds the fragment, or the fragment holds a fixed part that is long enough."""
    words = fragment.strip(" .:(),")
    return any(
        words in part or (len(part.strip()) >= _LEAST and part.strip(" .:(),") in words) for part in _fixed_parts()
    )


def _unknown_parts(message: str) -> list[str]:
    if message in _SPECIAL:
        return [part for part in _SPECIAL[message] if not any(part in text for text in _fixed_parts())]
    return [part for part in message.split("...") if part.strip(" .:(),") and not _comes_from_code(part)]


@pytest.mark.parametrize("message", _quoted())
def test_a_quoted_message_can_come_from_the_code(message: str) -> None:
    assert _unknown_parts(message) == [], f"{PAGE} quotes {message!r}"


def test_there_are_messages_and_an_unknown_one_is_noticed() -> None:
    assert len(_quoted()) > 80
    assert not _comes_from_code("the moon is made of cheese")
    assert {*_SPECIAL} <= {*_quoted()}
