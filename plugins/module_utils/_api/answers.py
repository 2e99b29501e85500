# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what the API answers: JSON, text, and the several shapes in which it reports an error."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from .errors import AnswerLost, HttpError, SaymonError, WrongAnswer, lost, unusable
from .scrub import DEEPEST
from .scrub import too_deep as nests_too_deep

_LONGEST_WAIT = 60.0
_PIECE = 256 * 1024
_ENVELOPE = 1024 * 1024  # the longest error that is looked for at the beginning of a download
_BLANKS = " \t\n\r"
_AFTER_ELEMENT = re.compile(r"[ \t\n\r]*([,\]])[ \t\n\r]*")
_PAGE = re.compile(r"[\s\ufeff]*(<\?xml[^>]*>\s*|<!--([^-]|-(?!->))*-->\s*)*<(!doctype|html|head|body)", re.IGNORECASE)
_WRONG_PORT = re.compile(
    r"HTTP request (was sent )?to (an )?HTTPS (port|server)|plain HTTP to an SSL-enabled", re.IGNORECASE
)
_element_at = json.JSONDecoder().raw_decode


class TooDeep(ValueError):
    """JSON that is nested more deeply than anything that the API sends."""


class TooLong(Exception):
    """An answer with more bytes than the caller takes."""


def unpacked(chunks: Iterable[bytes], coding: str, most: int) -> Iterator[bytes]:
    """The bytes of a body, its compression undone piece by piece. `coding` is its Content-Encoding.

    Raises TooLong as soon as more than `most` bytes have come out, and zlib.error when the compression is damaged or
    not known.
    """
    size = 0
    for piece in _inflated(chunks) if coding.strip().lower() not in ("", "identity") else chunks:
        size += len(piece)
        if size > most:
            raise TooLong
        yield piece


def _inflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip and deflate, the codings that a request asks for; what is neither raises zlib.error."""
    engine = None
    for chunk in chunks:
        while chunk:
            engine = engine or zlib.decompressobj(zlib.MAX_WBITS | 32)  # finds out which of the two it is
            yield engine.decompress(chunk, _PIECE)
            chunk = engine.unconsumed_tail
            if engine.eof:  # gzip may consist of several parts
                chunk, engine = engine.unused_data, None
    if engine is not None:
        yield engine.flush()
        if not engine.eof:
            raise zlib.error("the compressed data breaks off")


def decode(method: str, path: str, status: int, text: str, kind: str, *, reads: bool) -> Any:
    """Return the JSON value of a body, or None when it is empty or plain text. `kind` is its Content-Type.

    JSON that breaks off raises AnswerLost, because the rest got lost on the way: a read may be tried again.
    """
    start = text.lstrip()[:1]
    if not start:
        return None
    try:
        data = json.loads(text)
        deep = text.count("[") + text.count("{") > DEEPEST and nests_too_deep(data)
    except RecursionError:
        deep = True
    except ValueError as error:
        if "json" in kind and status < 300 and not looks_like_html(text):
            raise broken_off(method, path, reads=reads) from error
        return None
    if not deep:
        return data
    if status < 300:
        raise too_deep(method, path, reads=reads)
    return None


def too_deep(method: str, path: str, *, reads: bool) -> SaymonError:
    said = (
        f"{method} {path} answered with JSON that is nested more than "
        f"{DEEPEST} levels deep, as no SAYMON server sends it"
    )
    return unusable(f"{said}; check saymon_url", reads=reads)


def broken_off(method: str, path: str, *, reads: bool) -> AnswerLost:
    return lost(f"{method} {path}: the JSON of the answer broke off or is damaged", reads=reads)


def read_list(chunks: Iterable[bytes], take: Callable[[Any], Any]) -> tuple[list[Any] | None, str]:
    """Decode a JSON list while it arrives, so that a long one is never held as a whole text: its elements as `take`
    returns them.

    The text that comes with them is empty; of a body that is no list it is all that is returned. Raises ValueError when
    the list breaks off or is no JSON, and TooDeep when an element is nested too deeply.
    """
    texts = codecs.iterdecode(chunks, "utf-8", "replace")
    text = ""
    for more in texts:
        text = (text + more).lstrip(_BLANKS)
        if text:
            break
    if not text.startswith("["):
        return None, text + "".join(texts)
    return [take(element) for element in _elements(text[1:], texts)], ""


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
        except RecursionError as error:
            raise TooDeep from error
        if after is None:  # the rest of the element is still on its way
            text, at = _longer(text[at:], texts), 0
        else:
            # Few elements have brackets enough to be too deep, and counting them costs next to nothing.
            if text.count("{", at, end) + text.count("[", at, end) > DEEPEST and nests_too_deep(element):
                raise TooDeep
            yield element
            at, closed = after.end(), after[1] == "]"
    if (text[at:] + "".join(texts)).strip(_BLANKS):
        raise ValueError("something follows the list")


def _longer(text: str, texts: Iterator[str]) -> str:
    """The text with what comes next, at least as much again: an element of many chunks is not tried after each of
    them."""
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
    """Raise unless the answer is a success: any 2xx (exact codes of writes are not documented), or a status in
    `expect`.

    An object with a `code` key is an error whatever its status (documented envelope), unless its status was expected.
    """
    if expect:
        if status in expect:
            return
    elif 200 <= status < 300 and not is_error(data):
        if looks_like_html(text):
            raise _html(method, path, status)
        return
    elif status == 400 and _WRONG_PORT.search(text[:_PIECE]):
        raise WrongAnswer(
            f"{method} {path}: the server speaks TLS on this port. Write saymon_url with https, or name the http port."
        )
    elif looks_like_html(text) and status not in (502, 503, 504):
        raise _html(method, path, status)
    code, reason = _error_of(data)
    if expect and status < 400:
        reason = f"expected was {' or '.join(map(str, expect))}"
    elif 300 <= status < 400:
        reason = "a redirect, which the API never sends: check the scheme and host of saymon_url"
    raise HttpError(method, path, status, code, reason)


def looks_like_html(text: str) -> bool:
    return _PAGE.match(text) is not None


def start_of_file(chunks: Iterator[bytes], kind: str) -> tuple[bytes, bool]:
    """Read the beginning of a download, and tell whether it is the user's file: not so an error or a login page with a
    success status.

    `kind` is its Content-Type; of a type that neither has, nothing is read. What comes back belongs before the rest of
    the chunks.
    """
    head = b""
    if kind and "json" not in kind.lower() and "html" not in kind.lower():
        return head, True
    for chunk in chunks:
        head += chunk
        start = head[:_PIECE].strip()
        if len(head) > _ENVELOPE or (start and start[:1] not in (b"{", b"<", b"\xef")):
            break
    text = head.decode("utf-8", "replace")
    return head, not looks_like_html(text) and not is_error(_parsed(text))


def _parsed(text: str) -> Any:
    """The JSON value of a text, None when it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header, at most a minute; None without one or when it is a date, which nobody sends
    here."""
    value = next((value for key, value in headers.items() if key.lower() == "retry-after"), "")
    return min(float(value), _LONGEST_WAIT) if value.strip().isdecimal() else None


def _html(method: str, path: str, status: int) -> WrongAnswer:
    return WrongAnswer(
        f"{method} {path} was answered by an HTML page (status {status}), not by the SAYMON API. "
        "Check saymon_url: it must be the address of the SAYMON web server, "
        "and no login page or proxy may stand before it.",
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
        with suppress(AttributeError):
            message = _parsed(message).get("message", message)
    return str(data.get("code", "")), str(message)
