# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not known about one item after answers to its writes got lost, and how long to wait until it shows."""

from __future__ import annotations

import time
from collections.abc import Callable

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import AnswerLost, SaymonError, Unreachable

_FIRST_PAUSE = 0.5


class NotThereYet(Exception):
    """What a call should create, whose answer got lost, is not to be seen. The text names it."""


def too_late(what: object) -> SaymonError:
    """The error when it has not shown in time."""
    return SaymonError(
        f"The answer to the creation of {what} was lost, and it may still be created: check, then run the task again."
    )


class InDoubt(SaymonError):
    """A write may have been done, and it cannot be found out. `gone` is the error when the server cannot be reached any
    more."""

    def __init__(self, lost: AnswerLost | None, failed: SaymonError | None = None) -> None:
        said = f"This may have been done: {lost.repeatable() if lost else ''}"
        if failed:
            first = str(lost).partition(". ")[0].rstrip(".")
            said = f"This may have been done: {first}. Then the server could not be asked what became of it: {failed}"
        super().__init__(said, changed=True)
        self.gone = failed if isinstance(failed, Unreachable) else None


class Doubts:
    """The calls for one item whose answers got lost.

    `created` and `lost` are creations which the server may still be at work on, and would do twice. `unverified` are
    options with a value that the server never shows, with the error of the call that should have set it alone.
    `patience` is in seconds.
    """

    def __init__(self, patience: float, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self.created = False
        self.lost: list[Request] = []
        self.unverified: dict[str, AnswerLost | None] = {}
        self.last: AnswerLost | None = None
        self._count = 0
        self._patience = patience
        self._pause = _FIRST_PAUSE
        self._sleep = sleep

    def count(self, error: AnswerLost) -> int:
        """How many answers have got lost, with this one."""
        self.last = error
        self._count += 1
        return self._count

    def forbid(self, request: Request) -> bool:
        """Whether this very call may still be under way."""
        asked = (request.method, request.path, request.body, request.files)
        return any((sent.method, sent.path, sent.body, sent.files) == asked for sent in self.lost)

    def wait(self) -> bool:
        """Pause before the next look, longer each time; False when the pauses have taken as long as an answer may
        take."""
        if self._patience <= 0:
            return False
        pause = min(self._pause, self._patience)
        self._patience -= pause
        self._pause *= 2
        self._sleep(pause)
        return True
