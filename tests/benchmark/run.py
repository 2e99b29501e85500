# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the benchmarks: `python -m tests.benchmark.run [--runs N] [--quick] [--strict]`, or `make bench`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmark import figures, lists, measure, plot, report, scale, scale_cases, scale_figures
from tests.benchmark.cases import CASES, EMPTY, PAIRED, Case, Target
from tests.tools.common import BUILD, ROOT, leave_nothing_behind
from tests.tools.sandbox_process import Sandbox

_RATE_SECONDS = 3.0
_CROWD = "big:5000"  # the seed of the sandbox that data are pushed to
_LOG = BUILD / "log" / "benchmark.log"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.run", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=5, metavar="N", help="how many rounds (default 5); a round takes about a minute"
    )
    parser.add_argument(
        "--pairs",
        type=int,
        default=25,
        metavar="N",
        help="how many rounds of the plays that are compared most closely (default 25)",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one short round, written to .build/benchmark instead of docs: does it all work?",
    )
    parser.add_argument("--strict", action="store_true", help="end with status 1 when a bar is missed")
    arguments = parser.parse_args()
    if arguments.runs < 1 or arguments.pairs < 1:
        parser.error("--runs and --pairs must be at least 1")
    return arguments


def collect(rounds: int, pairs: int) -> figures.Results:
    """Take all measurements; within a round the cases follow each other, so that each meets the same moods of the
    machine. Those that are compared most closely have rounds of their own."""
    results = figures.Results()
    with Sandbox("--quiet", log=_LOG) as sandbox, tempfile.TemporaryDirectory(prefix="saymon-bench-") as name:
        with measure.one_core():
            pinned, crowded = Sandbox("--quiet", log=_LOG), Sandbox("--quiet", seed=_CROWD, log=_LOG)
            pinned.start()
            crowded.start()
        try:
            target, pinned_target, folder = measure.log_in(sandbox), measure.log_in(pinned), Path(name)
            measure.run_play(EMPTY, sandbox, target, folder)  # not counted: it fills the caches of the disk
            for number in range(1, rounds + 1):
                for case in CASES:
                    results.add(case, _told(case, f"round {number}/{rounds}", sandbox, target, folder))
                results.rates.append(measure.request_rate(pinned_target, _RATE_SECONDS))
                results.pushes.append(measure.push_rate(crowded, _RATE_SECONDS))
            for number in range(1, pairs + 1):
                for case in PAIRED:
                    results.add_pair(case, _told(case, f"pair {number}/{pairs}", sandbox, target, folder))
        finally:
            pinned.stop()
            crowded.stop()
    return results


def _told(case: Case, which: str, sandbox: Sandbox, target: Target, folder: Path) -> measure.Sample:
    sample = measure.run_play(case, sandbox, target, folder)
    print(f"{which}  {sample.seconds:6.2f} s  {case.title}", file=sys.stderr, flush=True)
    return sample


def collect_lists(size: lists.Size, rounds: int) -> lists.Lists:
    """Take the measurements of lists in files."""
    with tempfile.TemporaryDirectory(prefix="saymon-bench-") as name:
        return lists.collect(size, rounds, Path(name))


def collect_scale(size: scale_cases.Size, rounds: int) -> scale_figures.Scale:
    """Take the measurements of bulk work, after the others: what it needs must not disturb those."""
    with tempfile.TemporaryDirectory(prefix="saymon-bench-") as name:
        return scale.collect(size, rounds, _LOG, Path(name))


def main() -> int:
    leave_nothing_behind()
    arguments = _arguments()
    rounds = 1 if arguments.quick else arguments.runs
    results = collect(rounds, 1 if arguments.quick else arguments.pairs)
    scaled = collect_scale(scale_cases.SMALL if arguments.quick else scale_cases.FULL, rounds)
    listed = collect_lists(lists.SMALL if arguments.quick else lists.FULL, rounds)
    machine, tool = report.Machine.here(), measure.rate_tool()
    print(report.terminal(results, scaled, listed, machine, tool))
    docs = BUILD / "benchmark" if arguments.quick else ROOT / "docs"
    plot.draw(results, f"Median of {report.rounds(results)}, line: fastest to slowest. {machine}", docs / report.IMAGE)
    (docs / "benchmarks.md").write_text(report.page(results, scaled, listed, machine, tool), encoding="utf-8")
    print(f"\nWritten: {docs.relative_to(ROOT)}/benchmarks.md and {docs.relative_to(ROOT)}/{report.IMAGE}")
    held = [
        *(goal.holds(results) for goal in figures.BARS),
        *(goal.holds(scaled) for goal in scale_figures.bars(scaled.size)),
        *(goal.holds(listed) for goal in lists.bars(listed.size)),
    ]
    return int(arguments.strict and not all(held))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except measure.BenchmarkError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
