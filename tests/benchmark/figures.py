# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From samples to figures: medians, comparisons within a round, and the bars that they have to clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Generic, TypeVar

from tests.benchmark.cases import ACTION, DEBUG, EMPTY, FLEET, LOOP, SAYMON, URI, Case
from tests.benchmark.measure import Sample


@dataclass(frozen=True)
class Figure:
    """The median of a value over the rounds, with the extremes."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> Figure:
        return cls(median(values), min(values), max(values))


@dataclass
class Results:
    """Everything measured: per case one sample a round, and the sandbox's requests and pushes of data a second, one
    value a round; `pairs` are the further rounds of those that are compared most closely."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    rates: list[float] = field(default_factory=list)
    pushes: list[float] = field(default_factory=list)
    pairs: dict[str, list[Sample]] = field(default_factory=dict)

    def add(self, case: Case, sample: Sample) -> None:
        self.samples.setdefault(case.key, []).append(sample)

    def add_pair(self, case: Case, sample: Sample) -> None:
        self.pairs.setdefault(case.key, []).append(sample)

    @property
    def close(self) -> Results:
        """The rounds of those that are compared most closely."""
        return Results(self.pairs)

    @property
    def rounds(self) -> int:
        return len(self.rates)

    def seconds(self, case: Case) -> list[float]:
        return [sample.seconds for sample in self.samples[case.key]]

    def net(self, case: Case) -> list[float]:
        """Seconds without the start-up: the empty play of the same round is taken off."""
        return [mine - empty for mine, empty in zip(self.seconds(case), self.seconds(EMPTY), strict=True)]

    def step(self, case: Case) -> list[float]:
        """Milliseconds for one task or loop item, without the start-up."""
        return [1000 * seconds / case.steps for seconds in self.net(case)]

    def processor(self, case: Case) -> list[float]:
        return [sample.processor for sample in self.samples[case.key]]

    def net_processor(self, case: Case) -> list[float]:
        """Seconds of processor time without the start-up."""
        return [mine - empty for mine, empty in zip(self.processor(case), self.processor(EMPTY), strict=True)]

    def memory(self, case: Case) -> list[float]:
        return [sample.memory for sample in self.samples[case.key]]

    def waiting(self) -> float:
        """The share of the time that plays without any request waited for a core: near 0 unless the machine does other
        work."""
        shares = [
            1 - processor / seconds
            for case in (EMPTY, DEBUG)
            for processor, seconds in zip(self.processor(case), self.seconds(case), strict=True)
        ]
        return max(median(shares), 0.0)

    def logins(self, case: Case) -> int:
        """The most logins that a run of the play needed."""
        return max(sample.logins for sample in self.samples[case.key])


def ratios(these: list[float], those: list[float]) -> list[float]:
    """How many times `those` go into `these`, round by round, so that the machine's slower and faster minutes cancel
    out."""
    return [one / other for one, other in zip(these, those, strict=True)]


R = TypeVar("R")


@dataclass(frozen=True)
class Bar(Generic[R]):
    """A promise about one figure: its median (or its worst value) is at most, or at least, `limit`."""

    title: str
    limit: float
    values: Callable[[R], list[float]]
    at_least: bool = False
    worst: bool = False
    form: str = ".1f"
    unit: str = ""

    def value(self, results: R) -> float:
        values = self.values(results)
        if self.worst:
            return min(values) if self.at_least else max(values)
        return median(values)

    def holds(self, results: R) -> bool:
        value = self.value(results)
        return value >= self.limit if self.at_least else value <= self.limit


BARS: tuple[Bar[Results], ...] = (
    Bar(
        "saymon_api is faster than uri, start-up subtracted",
        16,
        lambda r: ratios(r.close.net(URI), r.close.net(SAYMON)),
        at_least=True,
        unit="x",
    ),
    Bar(
        "saymon_api is faster than uri, start-up included",
        8,
        lambda r: ratios(r.seconds(URI), r.seconds(SAYMON)),
        at_least=True,
        unit="x",
    ),
    Bar(
        "saymon_api against the bare action, start-up included",
        1.05,
        lambda r: ratios(r.close.processor(SAYMON), r.close.processor(ACTION)),
        form=".3f",
        unit="x",
    ),
    Bar(
        "saymon_api against the bare action, start-up subtracted",
        1.05,
        lambda r: ratios(r.close.net_processor(SAYMON), r.close.net_processor(ACTION)),
        form=".3f",
        unit="x",
    ),
    Bar("One item of a loop", 8, lambda r: r.step(LOOP), unit=" ms"),
    Bar("Logins of a run on many hosts", 1, lambda r: [float(r.logins(FLEET))], worst=True, form=".0f"),
    Bar("The sandbox on one core", 1500, lambda r: r.rates, at_least=True, form=",.0f", unit=" requests/s"),
    Bar(
        "Pushes on one core: 5,000 objects once a minute",
        5000 / 60,
        lambda r: r.pushes,
        at_least=True,
        form=",.0f",
        unit=" pushes/s",
    ),
)
