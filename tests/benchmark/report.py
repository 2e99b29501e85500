# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the figures down: the tables of the terminal and of docs/benchmarks.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from tests.benchmark import lists, scale_figures, scale_report
from tests.benchmark.cases import CASES, EMPTY, FLEET, ITEMS, SAYMON, TASKS, Case
from tests.benchmark.figures import BARS, Bar, Figure, R, Results, ratios
from tests.benchmark.lists import Lists
from tests.benchmark.measure import FORKS
from tests.benchmark.scale_figures import Scale
from tests.benchmark.tables import table

IMAGE = "images/benchmark.png"
# From this share of waiting on, the figures should be taken again.
_QUIET = 0.1


@dataclass(frozen=True)
class Machine:
    """What the figures depend on and a reader can compare with."""

    cores: int
    python: str
    core: str
    system: str

    @classmethod
    def here(cls) -> Machine:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(
            cores, platform.python_version(), version("ansible-core"), f"{platform.system()} {platform.machine()}"
        )

    def __str__(self) -> str:
        return f"{self.cores} cores, {self.system}, Python {self.python}, ansible-core {self.core}"


def plays(results: Results) -> str:
    """One row a play."""
    heading = ("play", "median s", "min s", "max s", "ms a step", "times saymon_api", "CPU s", "peak MiB", "logins")
    return table([heading, *(_play(results, case) for case in CASES)])


def _play(results: Results, case: Case) -> list[str]:
    seconds = Figure.of(results.seconds(case))
    step = f"{Figure.of(results.step(case)).median:.1f}" if case.steps else "-"
    compared = case.steps == SAYMON.steps and case is not SAYMON
    times = f"{Figure.of(ratios(results.net(case), results.net(SAYMON))).median:.2f}" if compared else "-"
    used = [f"{Figure.of(results.processor(case)).median:.2f}", f"{Figure.of(results.memory(case)).median:.0f}"]
    shown = [f"{value:.2f}" for value in (seconds.median, seconds.least, seconds.most)]
    return [case.title, *shown, step, times, *used, str(results.logins(case))]


def bars(results: R, goals: Sequence[Bar[R]]) -> str:
    """One row a bar, with its verdict."""
    rows = [["bar", "wanted", "measured", "verdict"]]
    for goal in goals:
        wanted = f"{'>=' if goal.at_least else '<='} {goal.limit:,g}{goal.unit}"
        measured = f"{goal.value(results):{goal.form}}{goal.unit}"
        rows.append([goal.title, wanted, measured, "pass" if goal.holds(results) else "FAIL"])
    return table(rows)


def sandbox(results: Results, tool: str) -> str:
    """The request rate in words."""
    rate = Figure.of(results.rates)
    return (
        f"Sandbox, pinned to one core, one client on one connection ({tool}): "
        f"{rate.median:,.0f} requests/s (min {rate.least:,.0f}, max {rate.most:,.0f})."
    )


def terminal(results: Results, scale: Scale, listed: Lists, machine: Machine, tool: str) -> str:
    """The report for the terminal."""
    title = f"{machine}; {rounds(results)}"
    one = [plays(results), sandbox(results, tool), bars(results, BARS)]
    many = [scale_report.times(scale), scale_report.costs(scale), bars(scale, scale_figures.bars(scale.size))]
    files = [lists.times(listed), bars(listed, lists.bars(listed.size))]
    return "\n\n".join([title, *one, *many, *files, quiet(results)])


def rounds(results: Results) -> str:
    return "1 round" if results.rounds == 1 else f"{results.rounds} rounds"


def quiet(results: Results) -> str:
    """How much other work disturbed the measurements, in words."""
    share = f"Plays that send nothing waited {results.waiting():.0%} of their time for a core"
    if results.waiting() <= _QUIET:
        return f"{share}: the machine was quiet."
    return f"{share}: the machine was busy with other work, so the times are too long and the ratios uncertain."


def page(results: Results, scale: Scale, listed: Lists, machine: Machine, tool: str) -> str:
    """The page docs/benchmarks.md."""
    empty = Figure.of(results.seconds(EMPTY)).median
    return _PAGE.format(
        machine=machine,
        rounds=rounds(results),
        quiet=quiet(results),
        plays=plays(results),
        bars=bars(results, BARS),
        many=scale_report.section(scale, bars(scale, scale_figures.bars(scale.size))),
        files=lists.section(listed, bars(listed, lists.bars(listed.size))),
        pairs=len(results.close.samples[EMPTY.key]),
        sandbox=sandbox(results, tool),
        image=IMAGE,
        tasks=TASKS,
        items=ITEMS,
        fleet=f"{FLEET.hosts} hosts with {FLEET.steps // FLEET.hosts} tasks each",
        forks=FORKS,
        empty=empty,
    )


_PAGE = """\
# Benchmarks

This page and its picture are written by `make bench`; run it to get the figures of your own machine.

![Cost of one request to SAYMON by way of sending it]({image})

{machine}. Medians of {rounds}. {quiet}

## One request

{plays}

{sandbox}

{bars}

### How to read the figures

- Every play has `gather_facts: false` and runs on one host unless its name says otherwise. A request is always the same
  `GET /users/current` to a sandbox on the same machine. The {tasks} tasks are {tasks} separate tasks; the loop is one
  task with {items} items.
- **saymon_api** logs in, sends the requests and logs out, all within the measured time. The others get a cookie that is
  ready to use and pay for no login.
- **ansible.builtin.uri** is what a playbook without this collection would use. The **ordinary module** sends its
  request with `open_url` and does nothing else: what any module costs that is transferred to the host, unpacked and
  started there. Both run over `connection: local` with the interpreter given and the default settings of ansible, so no
  ssh is in the figures.
- The **bare in-process action** is an action plugin that calls `requests.get` and nothing else: no options, session,
  retry or hiding of secrets. It marks how fast anything can be that runs as a task of its own. **debug** sends nothing:
  it shows what ansible itself takes for a task.
- A round runs all plays once, one after another, and the next round follows. *ms a step* is the time of a play without
  that of the empty play of the same round ({empty:.2f} s in the middle), divided by its tasks or items. *Times
  saymon_api* compares the plays of {tasks} tasks with the one of saymon_api in the same way, round by round, so a slow
  minute weighs on both sides.
- saymon_api, the bare action and uri are compared in {pairs} further rounds of their own: with the bare action in
  processor time, because what other work the machine does weighs less on that, with uri in seconds.
- What saymon_api still costs more than the bare action: Python compiles the files of a collection anew in each run of
  ansible, it logs in and out once, and core searches more places for the action of a collection than for one beside the
  playbook, for each task.
- *CPU s* is the processor time of a whole play with all its processes. *Peak MiB* is the resident memory of the largest
  of these processes, not the sum of all.
- *Logins* were counted by the server. The play of {fleet} runs with {forks} forks.
- Every run is checked against the server's journal: a play that sends one request too few or too many does not count.

{many}

{files}

## Limits

The server answers at once and sits on the same machine, so these figures show what the client side costs and nothing of
what a real server or a network adds: with an answer time of 200 ms each way of sending takes 200 ms longer a request,
and the ratios shrink. Client and server share the cores. Ratios carry over to other machines well, absolute times do
not. `uri` gains when pipelining is on and loses over ssh; neither is shown. The request rate belongs to the sandbox and
says nothing about a real SAYMON server.
"""
