# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the API answers: JSON, text, and the several shapes in which it reports an error."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from .errors import AnswerLost, HttpError, WrongAnswer, lost

_LONGEST_WAIT = 60.0
_BLANKS = " \t\n\r"
_AFTER_ELEMENT = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
_element_at = json.JSONDecoder().raw_decode


def decode(method: str, path: str, status: int, text: str, kind: str, *, reads: bool) -> Any:
    """Return the JSON value of a body, or None when it is empty or plain text. `kind` is its Content-Type.

    JSON that breaks off raises AnswerLost, because the rest got lost on the way: a read may be tried again.
    """
    start = text.lstrip()[:1]
    if not start:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        if "json" in kind and status < 300:
            raise broken_off(method, path, reads=reads) from error
        return None


def broken_off(method: str, path: str, *, reads: bool) -> AnswerLost:
    return lost(f"{method} {path}: the JSON of the answer broke off or is damaged", reads=reads)


def read_list(chunks: Iterable[bytes], take: Callable[[Any], Any]) -> tuple[list[Any] | None, str]:
    """Decode a JSON list while it arrives, so that a long one is never held as a whole text: its elements as `take` returns them.

    The text that comes with them is empty; of a body that is no list it is all that is returned. Raises ValueError (or RecursionError)
    when the list breaks off or is no JSON.
    """
    texts = codecs.iterdecode(chunks, "utf-8", "replace")
    text = ""
    for more in texts:
        text = (text + more).lstrip(_BLANKS)
        if text:
            break
    if not text.startswith("["):
        return None, text + "".join(texts)
    return [take(one) for one in _elements(text[1:], texts)], ""


def _elements(text: str, texts: Iterator[str]) -> Iterator[Any]:
    """The elements of the list that opened just before `text`."""
    text = text.lstrip(_BLANKS)
    while not text:
        text = _longer(text, texts)
    at = int(text[0] == "]")
    closed = at == 1
    while not closed:
        try:
            element, end = _element_at(text, at)
            after = _AFTER_ELEMENT.match(text, end)
        except ValueError:
            after = None
        if after is None:  # the rest of the element is still on its way
            text, at = _longer(text[at:], texts), 0
        else:
            yield element
            at, closed = after.end(), after[1] == "]"
    if (text[at:] + "".join(texts)).strip(_BLANKS):
        raise ValueError("something follows the list")


def _longer(text: str, texts: Iterator[str]) -> str:
    """The text with what comes next, at least as much again: an element of many chunks is not tried after each of them."""
    parts, size = [text], 0
    for more in texts:
        parts.append(more)
        size += len(more)
        if size > len(text):
            break
    if not size:
        raise ValueError("the list breaks off")
    return "".join(parts).lstrip(_BLANKS)


def raise_for(method: str, path: str, status: int, data: Any, text: str, expect: tuple[int, ...]) -> None:
    """Raise unless the answer is a success: any 2xx (exact codes of writes are not documented), or a status in `expect`.

    An object with a `code` key is an error whatever its status (documented envelope), unless its status was expected.
    """
    if expect:
        if status in expect:
            return
    elif 200 <= status < 300 and not is_error(data):
        if looks_like_html(text):
            raise _html(method, path, status)
        return
    elif looks_like_html(text) and status not in (502, 503, 504):
        raise _html(method, path, status)
    code, reason = _error_of(data)
    if expect and status < 400:
        reason = f"expected was {' or '.join(map(str, expect))}"
    elif 300 <= status < 400:
        reason = "a redirect, which the API never sends: check the scheme and host of saymon_url"
    raise HttpError(method, path, status, code, reason)


def looks_like_html(text: str) -> bool:
    return text[:200].lstrip().lower().startswith(("<!doctype", "<html", "<head", "<body"))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, at most a minute; None without one or when it is a date, which nobody sends here."""
    value = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return min(float(value), _LONGEST_WAIT) if value.strip().isdecimal() else None


def _html(method: str, path: str, status: int) -> WrongAnswer:
    return WrongAnswer(
        f"{method} {path} was answered by an HTML page (status {status}), not by the SAYMON API. "
        "Check saymon_url: it must be the address of the SAYMON web server, and no login page or proxy may stand before it.",
        status=status,
    )


def is_error(data: Any) -> bool:
    """True for the error envelope, and for the bare form of a CSRF refusal."""
    return isinstance(data, dict) and ("code" in data or set(data) == {"errorCode", "message"})


def _error_of(data: Any) -> tuple[str, str]:
    """Return (code, text) of an error body; for failed sign-ins the message is itself JSON with the text inside."""
    if not isinstance(data, dict):
        return "", ""
    message = data.get("message", "")
    if isinstance(message, str) and message.startswith("{"):
        with suppress(ValueError, AttributeError):
            message = json.loads(message).get("message", message)
    return str(data.get("code", "")), str(message)
