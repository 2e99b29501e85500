# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an object or link is held in a state, as users say it, as the server shows it, and when the two are the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    FieldType,
    Flag,
    Invalid,
    Lookup,
    Reference,
    Timestamp,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in

# The clocks of two controllers may differ by this much, in milliseconds.
_SLACK = 60_000
_STATE, _TIME = Reference("state"), Timestamp()


def now() -> int:
    """Epoch milliseconds."""
    return round(time.time() * 1000)


def shown(moment: int) -> str:
    """A moment as people read it."""
    return datetime.fromtimestamp(moment / 1000, timezone.utc).isoformat()


@dataclass(frozen=True)
class Until:
    """When a manual state ends: at a moment, so many milliseconds after the task, or, without both, never. `text` is
    what the user wrote."""

    text: str
    at: int | None = None
    after: int | None = None

    @staticmethod
    def parse(value: Any) -> Until:
        text = str(value).strip()
        if text.lower() in ("", "none"):
            return Until(text)
        here = now()
        at, later = moment_in(value, here), moment_in(value, here + 1)
        return Until(text, at=at) if at == later else Until(text, after=at - here)

    def is_over(self) -> bool:
        return (self.after is not None and self.after <= 0) or (self.at is not None and self.at <= now())


@dataclass(frozen=True)
class Wish:
    """What a user wants: the state to hold something in, None to let it go. `reason` and `until` are None where nothing
    is said of them. With `extend`, an end so long after the task is moved on by each run."""

    state: str | None
    reason: str | None = None
    until: Until | None = None
    extend: bool = False


@dataclass(frozen=True)
class Hold:
    """How something is held. Times are epoch milliseconds; `since` is None once it has begun. `ending` are the ids of
    the states that end it."""

    state: str
    reason: str = ""
    until: int | None = None
    since: int | None = None
    ending: tuple[str, ...] = ()


class HeldState(FieldType):
    """The manual state. Canonical form: a Hold, None where there is none; of a user a Wish."""

    argument: Mapping[str, Any] = {"type": "str"}
    resources = ("state",)

    def parse(self, value: Any) -> Wish:
        return Wish(_STATE.parse(value))

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        if desired.state is None:
            return desired
        return replace(desired, state=_STATE.resolve(desired.state, lookup, create))

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        if value is not None and value.state is not None:
            yield "state", value.state
            for state in getattr(value, "ending", ()):
                yield "state", state

    def read(self, value: Any) -> Hold | None:
        if not value or value.get("stateId") in (None, ""):
            return None
        since = _moment(value.get("since"))
        return Hold(
            _id(value["stateId"]),
            "" if value.get("reason") is None else str(value["reason"]),
            end_in(value),
            since if since is not None and since > now() else None,
            tuple(_id(state) for state in _ending(value)),
        )

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        """What the user does not mention stays, as long as something is held."""
        if desired.state is None:
            return None
        over = current is None or (current.until is not None and current.until <= now())
        base = Hold("") if over else current
        reason = base.reason if desired.reason is None else desired.reason
        same = base.state == desired.state and base.reason == reason and base.since is None
        until = base.until
        if desired.until is not None:
            until = _target(desired.until, until if same else None, extend=desired.extend)
        return Hold(desired.state, reason, until, None, base.ending)

    def body(self, hold: Hold) -> dict[str, Any]:
        """The body of the call that holds something so."""
        body: dict[str, Any] = self.write(hold, False)
        if hold.ending:  # the model has another name for it than the calls of objects and links
            body["clearedByState"] = body.pop("clearedByStateId")
        return body

    def write(self, value: Any, _scalar: bool) -> Any:
        if value is None:
            return None
        parts = {
            "reason": value.reason,
            "until": value.until,
            "clearedByStateId": [_STATE.write(state, False) for state in value.ending],
        }
        return {"stateId": _STATE.write(value.state, False), **{key: part for key, part in parts.items() if part}}

    def show(self, value: Any, lookup: Lookup) -> Any:
        parts = {
            "reason": value.reason,
            "until": None if value.until is None else shown(value.until),
            "since": None if value.since is None else shown(value.since),
            "cleared_by": [lookup.title("state", state) for state in value.ending],
        }
        return {"state": lookup.title("state", value.state), **{key: part for key, part in parts.items() if part}}

    def ends_soon(self, wish: Wish, held: Hold | None) -> bool:
        """Whether less than half of the time after the task, which a user wants it to last, is left."""
        after = wish.until.after if wish.until is not None else None
        return bool(after and held and held.until is not None and held.until < now() + after / 2)


HELD = HeldState()


def _target(until: Until, present: int | None, *, extend: bool) -> int | None:
    """The end to reach. One at some time after the task is reached by any that an earlier run of the same task may have
    set; otherwise each run would move it, and none would find everything as it should be."""
    if until.after is None:
        return until.at
    wanted = -(-(now() + until.after) // 1000) * 1000  # whole seconds are easier to read
    if present is None:
        return wanted
    if extend:
        return max(present, wanted)
    return present if present <= wanted + _SLACK else wanted


def end_in(value: Mapping[str, Any]) -> int | None:
    """The end of a manual state, which old pages call `by`; in the model that is the user."""
    until = _moment(value.get("until"))
    if until is not None:
        return until
    by = value.get("by")
    try:
        return _TIME.parse(by) if isinstance(by, (int, str)) and str(by).isdecimal() else None
    except Invalid:
        return None


def _moment(value: Any) -> int | None:
    """A moment as servers send it, milliseconds or a text; None where there is none."""
    if value in (None, "", 0):
        return None
    try:
        return _TIME.parse(value)
    except Invalid:
        raise ValueError("no moment") from None


def _ending(value: Mapping[str, Any]) -> list[Any]:
    """The states that end it, under whichever of its names the server has them."""
    names = ("clearedByStateId", "clearedByState", "clearedByStateID")
    found: Any = next((value[name] for name in names if value.get(name)), [])
    return found if isinstance(found, list) else [found]


def _id(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise TypeError("no id")
    return str(value)


@dataclass(frozen=True)
class MuteWish:
    """Whether an object is to be muted, and why; None where no reason is given."""

    on: bool
    reason: str | None = None


class Mute(FieldType):
    """Whether the alarms of an object are muted. Canonical form: the reason, None where they are not; of a user a
    MuteWish."""

    argument: Mapping[str, Any] = {"type": "bool"}

    def parse(self, value: Any) -> MuteWish:
        return MuteWish(Flag().parse(value))

    def read(self, value: Any) -> str:
        reason = value.get("reason") if isinstance(value, dict) else None
        return "" if reason is None else str(reason)

    def merge(self, current: Any, desired: Any, _append: bool) -> Any:
        if not desired.on:
            return None
        return current or "" if desired.reason is None else desired.reason

    def write(self, value: Any, _scalar: bool) -> Any:
        return None if value is None else {"reason": value}

    def show(self, value: Any, _lookup: Lookup) -> Any:
        return {"reason": value} if value else True
