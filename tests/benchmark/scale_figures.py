# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The figures of the bulk work, and the bars that they have to clear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from statistics import median

from tests.benchmark.figures import Bar, ratios
from tests.benchmark.scale_cases import (
    AGAIN,
    AGAIN_BARE,
    CREATE,
    CREATE_BARE,
    CREATE_PARALLEL,
    DELAY,
    DELAYED,
    DELAYED_PARALLEL,
    PARALLEL,
    Size,
    Way,
)

_MIB = 1024 * 1024


@dataclass(frozen=True)
class Piece:
    """One piece of bulk work: wall-clock seconds, MiB above start-up at the peak, MiB of the lists fetched (bare reader
    only), and the requests that the server saw."""

    seconds: float
    memory: float
    lists: float
    reads: int
    writes: int

    @classmethod
    def of(cls, report: dict[str, float], reads: int, writes: int) -> Piece:
        return cls(report["seconds"], report["memory"], report["bytes"] / _MIB, reads, writes)


@dataclass
class Scale:
    """Everything measured at scale.

    `pieces` has one a round per way and number of objects; `plays` and `idle` the seconds of whole plays per number of
    objects, with the module and with a task that does nothing with the same list; `account_reads` the GET requests of
    the play for users and groups.
    """

    size: Size
    pieces: dict[tuple[Way, int], list[Piece]] = field(default_factory=dict)
    plays: dict[int, list[float]] = field(default_factory=dict)
    idle: dict[int, list[float]] = field(default_factory=dict)
    account_reads: list[int] = field(default_factory=list)

    def add(self, way: Way, count: int, piece: Piece) -> None:
        self.pieces.setdefault((way, count), []).append(piece)

    def seconds(self, way: Way, count: int) -> list[float]:
        return [piece.seconds for piece in self.pieces[way, count]]

    def memory(self, way: Way, count: int) -> list[float]:
        return [piece.memory for piece in self.pieces[way, count]]

    def requests(self, way: Way, count: int) -> int:
        """The most requests that a round needed."""
        return max(piece.reads + piece.writes for piece in self.pieces[way, count])

    def lists(self, count: int) -> float:
        """MiB of the lists of an unchanged run, as JSON."""
        return max(piece.lists for piece in self.pieces[AGAIN_BARE, count])

    def growth(self, way: Way) -> float:
        """How many times more an object costs among the most objects than among the middle number; 1 means linear
        growth."""
        few, many = self.size.middle, self.size.largest
        return (median(self.seconds(way, many)) / many) / (median(self.seconds(way, few)) / few)

    def unchanged(self) -> list[Piece]:
        """The unchanged runs of the module with any number of objects."""
        return list(chain.from_iterable(self.pieces[AGAIN, count] for count in self.size.objects))


def bars(size: Size) -> tuple[Bar[Scale], ...]:
    """The promises about work of a `size`."""
    few, many = size.middle, size.largest
    return (
        *(
            _times(
                f"Rate of creating {count:,} objects against bare requests",
                0.8,
                CREATE_BARE,
                CREATE,
                count,
                at_least=True,
            )
            for count in (few, many)
        ),
        _times(
            f"Rate of creating {few:,} objects with parallel: {PARALLEL} against one by one",
            1,
            CREATE,
            CREATE_PARALLEL,
            few,
            at_least=True,
        ),
        _times(
            f"The same with {size.smallest:,} objects and a server that takes {DELAY} ms",
            4,
            DELAYED,
            DELAYED_PARALLEL,
            size.smallest,
            at_least=True,
        ),
        _times(f"{many:,} unchanged objects against bare requests for the same lists", 2, AGAIN, AGAIN_BARE, many),
        Bar(
            f"Memory for {many:,} unchanged objects against the JSON of the lists",
            4,
            lambda s: [memory / s.lists(many) for memory in s.memory(AGAIN, many)],
            form=".2f",
            unit="x",
        ),
        _count(
            "GET requests of an unchanged run, whatever the number",
            2,
            lambda s: [piece.reads for piece in s.unchanged()],
        ),
        _count("Writes of an unchanged run", 0, lambda s: [piece.writes for piece in s.unchanged()]),
        _growth(f"Creating one of {many:,} objects against one of {few:,}", CREATE),
        _growth(f"Checking one of {many:,} objects against one of {few:,}", AGAIN),
        _count(
            f"GET requests for {size.users:,} unchanged users and {size.groups:,} groups", 3, lambda s: s.account_reads
        ),
    )


def _times(title: str, limit: float, these: Way, those: Way, count: int, *, at_least: bool = False) -> Bar[Scale]:
    """How many times as long `these` take as `those`, or, which is the same, how many times the rate of `these` `those`
    reach."""
    return Bar(
        title,
        limit,
        lambda s: ratios(s.seconds(these, count), s.seconds(those, count)),
        at_least=at_least,
        form=".2f",
        unit="x",
    )


def _growth(title: str, way: Way) -> Bar[Scale]:
    """Linear growth, with room for what the server needs to find its way among more objects."""
    return Bar(title, 1.5, lambda s: [s.growth(way)], form=".2f", unit="x")


def _count(title: str, limit: int, values: Callable[[Scale], Sequence[int]]) -> Bar[Scale]:
    """A number of requests, of which the worst round counts."""
    return Bar(title, limit, lambda s: [float(value) for value in values(s)], worst=True, form=".0f")
