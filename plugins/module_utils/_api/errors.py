# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that render themselves: each says what was asked, what came back and what to do about it."""

from __future__ import annotations

from typing import Any


def kind_of(value: Any) -> str:
    """What a value is, for messages about one of the wrong kind."""
    return "null" if value is None else type(value).__name__


class SaymonError(Exception):
    """A failure that a user can understand; `str()` is one clear text, `result()` the keys of a failed task."""

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details = {key: value for key, value in details.items() if value is not None}

    def result(self) -> dict[str, Any]:
        return {"msg": str(self), **self.details}


class BadInput(SaymonError):
    """An option that cannot be used as given; nothing was sent for it."""


class NotSignedIn(SaymonError):
    """No session and no way to open one, or the server refused the credentials."""


class Unreachable(SaymonError):
    """The request certainly did not reach the API: name, connection, proxy or TLS failed first."""


class AnswerLost(SaymonError):
    """A request was sent but its answer never arrived whole: the server may or may not have acted on a write.

    `advice` is what to do about it, said after what happened.
    """

    def __init__(self, said: str, advice: str = "") -> None:
        super().__init__(f"{said} {advice}".rstrip())
        self.said = said
        self.advice = advice

    def repeatable(self) -> AnswerLost:
        """The error of a task that looks at the server's state before it writes: running it again does no harm."""
        return AnswerLost(self.said, "Run the task again: it looks before it writes.") if self.advice else self


def lost(said: str, *, reads: bool) -> AnswerLost:
    """The error with the advice that fits the request; of a write the caller may know better (see `repeatable`)."""
    if reads:
        return AnswerLost(f"{said}. Try again.")
    return AnswerLost(f"{said}. The server may or may not have acted on it.", "Look before you run the task again.")


def unusable(said: str, *, reads: bool) -> SaymonError:
    """The error for an answer that came, cannot be used, and would be no better the next time."""
    return WrongAnswer(f"{said}.") if reads else lost(said, reads=False)


class Hidden(SaymonError):
    """The server hides what the task needs, because the account lacks a permission."""


class WrongAnswer(SaymonError):
    """Something answered, but not a SAYMON API: an HTML page or text that is no JSON."""


class HttpError(SaymonError):
    """The API refused a request. `status` is the HTTP status, `code` the name in the error envelope ('' when
    absent)."""

    def __init__(self, method: str, path: str, status: int, code: str, reason: str) -> None:
        name = f" {code}" if code else ""
        said = f": {reason.rstrip('.')}" if reason else ""
        hint = _REMEDIES.get(status, "")
        super().__init__(
            f"{method} {path} answered {status}{name}{said}.{' ' + hint if hint else ''}",
            status=status,
            code=code or None,
            method=method,
            path=path,
        )
        self.status = status
        self.code = code
        self.reason = reason

    @property
    def absent(self) -> bool:
        """True when the item, or the sub-resource that was never set, does not exist."""
        return self.status == 404 or self.code in ("ResourceNotFound", "NotFound")


_REMEDIES = {
    400: "The server could not use the request as sent: check the option values.",
    401: "Check the credentials, or open a new session with saymon.platform.saymon_session.",
    403: "Give the account the missing permission, or sign in as somebody who has it.",
    404: "Check the id or path, and whether the account may see it.",
    405: "This server version does not support the call.",
    409: "The server refuses this in its present state or configuration: another item may have the same key.",
    429: "The server limits requests: try again later or raise saymon_retries.",
    500: "The server named the reason above; if it did not, look into its log.",
    502: "The SAYMON service behind the web server does not answer: check that it runs.",
    503: "The SAYMON service is not available: try again later.",
    504: "The SAYMON service did not answer in time: try again later or raise saymon_timeout.",
}
