# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long lists that come from files, go into one, or need a request for each item: the cases, the measurements, the
promises. A new case is a line in CASES, and its promise one in `bars`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmark import measure, scale_cases
from tests.benchmark.canned import Canned
from tests.benchmark.cases import Task
from tests.benchmark.figures import Bar, ratios
from tests.benchmark.measure import API_ROOT, BenchmarkError
from tests.benchmark.scale_figures import Piece
from tests.benchmark.tables import table

_SID = "0123456789abcdef0123456789abcdef"
DELAY = 20
PARALLEL = 8


@dataclass(frozen=True)
class Size:
    """How many objects the plays have, how many the longest list, and how many have something below them; `few` and
    `many` items show how the cost of one grows."""

    objects: int
    most: int
    below: int
    few: int
    many: int


FULL = Size(10_000, 100_000, 1_000, 500, 5_000)
SMALL = Size(50, 500, 40, 30, 120)


@dataclass(frozen=True)
class Case:
    """Either a play with the task that `task(folder)` returns, or a piece of `work` of scale_worker; `count` says on
    how many items. The server has the objects that `bodies` of scale_cases makes, and what is below them comes `delay`
    milliseconds later."""

    key: str
    title: str
    count: Callable[[Size], int]
    task: Callable[[Path], Task] | None = None
    work: str = ""
    parallel: int = 1
    delay: int = 0
    bodies: str = "bodies"


def _from(name: str) -> Callable[[Path], Task]:
    return lambda folder: {"saymon.platform.saymon_object": {"src": str(folder / name)}}


def _into(name: str) -> Callable[[Path], Task]:
    return lambda folder: {"saymon.platform.saymon_object_info": {"dest": str(folder / name)}}


EMPTY = Case("empty", "empty play", lambda size: size.objects)
JSON = Case("json", "play, unchanged, from JSON", lambda size: size.objects, _from("list.json"))
YAML = Case("yaml", "play, unchanged, from YAML", lambda size: size.objects, _from("list.yml"))
DEST = Case("dest", "play, all into a JSON file", lambda size: size.objects, _into("objects.json"))
SOME_LINES = Case("lines", "module, unchanged, from JSON lines", lambda size: size.objects, work="lines")
MANY_LINES = Case("many lines", "module, unchanged, from JSON lines", lambda size: size.most, work="lines")
BELOW = Case("below", f"module, a read of {DELAY} ms for each", lambda size: size.below, work="below", delay=DELAY)
BELOW_PARALLEL = replace(BELOW, key="below parallel", title=f"the same with parallel: {PARALLEL}", parallel=PARALLEL)
FEW_LINKS = Case("few links", "module, unchanged links", lambda size: size.few, work="links")
MANY_LINKS = replace(FEW_LINKS, key="many links", count=lambda size: size.many)
FEW_GIVEN = Case(
    "few given",
    "module, unchanged, with conditions, monitoring and operations",
    lambda size: size.few,
    work="given",
    bodies="given_bodies",
)
MANY_GIVEN = replace(FEW_GIVEN, key="many given", count=lambda size: size.many)
GIVEN = replace(
    FEW_GIVEN, key="given", title=f"the same, with reads of {DELAY} ms", count=lambda size: size.below, delay=DELAY
)
GIVEN_PARALLEL = replace(GIVEN, key="given parallel", title=f"the same with parallel: {PARALLEL}", parallel=PARALLEL)

# Within a round in this order.
CASES = (
    EMPTY,
    JSON,
    YAML,
    DEST,
    SOME_LINES,
    MANY_LINES,
    BELOW,
    BELOW_PARALLEL,
    FEW_LINKS,
    MANY_LINKS,
    FEW_GIVEN,
    MANY_GIVEN,
    GIVEN,
    GIVEN_PARALLEL,
)


@dataclass
class Lists:
    """Everything measured here: one piece a round for each case; `lists` of a piece is the MiB of the user's file."""

    size: Size
    pieces: dict[str, list[Piece]] = field(default_factory=dict)

    def seconds(self, case: Case) -> list[float]:
        return [piece.seconds for piece in self.pieces[case.key]]

    def memory(self, case: Case) -> list[float]:
        """How many times the JSON of the user's list the memory rises."""
        return [piece.memory / piece.lists for piece in self.pieces[case.key]]

    def each(self, case: Case) -> list[float]:
        """Seconds for one item."""
        return [seconds / case.count(self.size) for seconds in self.seconds(case)]

    def memory_of_each(self, case: Case) -> list[float]:
        """MiB for one item."""
        return [piece.memory / case.count(self.size) for piece in self.pieces[case.key]]

    def lists_read(self, case: Case) -> list[float]:
        """How many reads there were beside one for each whole list that the items were given."""
        given = len(scale_cases.GIVEN) * case.count(self.size) if case.work == FEW_GIVEN.work else 0
        return [float(piece.reads - given) for piece in self.pieces[case.key]]


def collect(size: Size, rounds: int, folder: Path, cases: tuple[Case, ...] = CASES) -> Lists:
    lists = Lists(size)
    for _round in range(rounds):
        for case in cases:
            count = case.count(size)
            _write_lists(folder, count, lines_only=bool(case.work))
            with Canned(count, case.delay, case.bodies) as server:
                piece = _play(case, server.url, folder) if not case.work else _work(case, count, server.url, folder)
                piece = replace(piece, **server.counts())
            print(f"lists      {piece.seconds:6.2f} s  {case.title}, {count:,} items", file=sys.stderr, flush=True)
            lists.pieces.setdefault(case.key, []).append(piece)
    return lists


def _write_lists(folder: Path, count: int, *, lines_only: bool) -> None:
    """The user's list in each format; JSON is YAML too, but nobody would write it so."""
    lines = [json.dumps(one) for one in scale_cases.objects(count)]
    (folder / "list.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if not lines_only:
        (folder / "list.json").write_text(f"[{','.join(lines)}]\n", encoding="utf-8")
        (folder / "list.yml").write_text("".join(_yaml(one) for one in scale_cases.objects(count)), encoding="utf-8")


def _yaml(item: dict[str, Any]) -> str:
    properties = "".join(f"  - name: {one['name']}\n    value: {one['value']}\n" for one in item["properties"])
    return (
        f"- name: {item['name']}\n  discovery_id: {item['discovery_id']}\n  class: {item['class']}\n"
        f"  properties:\n{properties}"
    )


def _play(case: Case, url: str, folder: Path) -> Piece:
    tasks = []
    if case.task is not None:
        ((module, options),) = case.task(folder).items()
        tasks = [{module: {**options, "saymon_url": url, "saymon_sid": _SID}}]
    seconds, usage = measure.playbook("lists", tasks, None, folder)
    size = (folder / "list.json").stat().st_size
    return Piece.of(
        {"seconds": seconds, "memory": usage.ru_maxrss / measure.MAXRSS_PER_MIB, "bytes": size}, reads=0, writes=0
    )


def _work(case: Case, count: int, url: str, folder: Path) -> Piece:
    job = {
        "work": case.work,
        "url": url,
        "api": url + API_ROOT,
        "sid": _SID,
        "count": count,
        "parallel": case.parallel,
        "changes": 0,
        "lists": [],
        "file": str(folder / "list.jsonl"),
    }
    done = measure.worker(job, folder)
    if done.returncode:
        raise BenchmarkError(f"The work '{case.key}' on {count:,} objects failed:\n{done.stderr[-2000:]}")
    return Piece.of(json.loads(done.stdout), reads=0, writes=0)


def bars(size: Size) -> tuple[Bar[Lists], ...]:
    """The promises about lists of a `size`."""
    few, many = f"{size.objects:,}", f"{size.most:,}"
    return (
        _plays(f"Play with {few} unchanged objects from JSON against the empty play", JSON),
        _plays(f"Play that writes {few} objects into a file against the empty play", DEST),
        Bar(
            f"Checking one of {many} objects from JSON lines against one of {few}",
            1.2,
            lambda lists: [median(lists.each(MANY_LINES)) / median(lists.each(SOME_LINES))],
            form=".2f",
            unit="x",
        ),
        Bar(
            f"Memory for {many} unchanged objects from JSON lines against the file",
            6,
            lambda lists: lists.memory(MANY_LINES),
            form=".2f",
            unit="x",
        ),
        Bar(
            f"{size.below:,} reads of {DELAY} ms with parallel: {PARALLEL} against one by one",
            6,
            lambda lists: ratios(lists.seconds(BELOW), lists.seconds(BELOW_PARALLEL)),
            at_least=True,
            form=".2f",
            unit="x",
        ),
        Bar(
            f"{size.below:,} objects with {len(scale_cases.GIVEN)} lists of {DELAY} ms each with parallel: {PARALLEL} "
            "against one by one",
            6,
            lambda lists: ratios(lists.seconds(GIVEN), lists.seconds(GIVEN_PARALLEL)),
            at_least=True,
            form=".2f",
            unit="x",
        ),
        *_linear("links", size, FEW_LINKS, MANY_LINKS),
        *_linear("objects with conditions, monitoring and operations", size, FEW_GIVEN, MANY_GIVEN),
        _count(
            "Reads of unchanged links, whatever the number",
            2,
            lambda lists: [*lists.lists_read(FEW_LINKS), *lists.lists_read(MANY_LINKS)],
        ),
        _count(
            "Reads of objects with such lists, beside one for each list",
            3,
            lambda lists: [*lists.lists_read(GIVEN), *lists.lists_read(GIVEN_PARALLEL), *lists.lists_read(MANY_GIVEN)],
        ),
        _count(
            "Writes of all these",
            0,
            lambda lists: [float(piece.writes) for pieces in lists.pieces.values() for piece in pieces],
        ),
    )


def _linear(what: str, size: Size, few: Case, many: Case) -> tuple[Bar[Lists], Bar[Lists]]:
    """The cost of one item, in time and in memory, does not grow with their number."""
    said = f"of {size.many:,} unchanged {what} against one of {size.few:,}"
    return (
        Bar(
            f"Checking one {said}",
            1.2,
            lambda lists: [median(lists.each(many)) / median(lists.each(few))],
            form=".2f",
            unit="x",
        ),
        Bar(
            f"Memory for one {said}",
            1.2,
            lambda lists: [median(lists.memory_of_each(many)) / median(lists.memory_of_each(few))],
            form=".2f",
            unit="x",
        ),
    )


def _count(title: str, limit: int, values: Callable[[Lists], list[float]]) -> Bar[Lists]:
    """A number of requests, of which the worst round counts."""
    return Bar(title, limit, values, worst=True, form=".0f")


def _plays(title: str, case: Case) -> Bar[Lists]:
    return Bar(title, 4, lambda lists: ratios(lists.seconds(case), lists.seconds(EMPTY)), form=".2f", unit="x")


def times(lists: Lists) -> str:
    """One row a case."""
    rows = [["work", "items", "s", "peak MiB"]]
    for case in CASES:
        memory = median(piece.memory for piece in lists.pieces[case.key])
        objects = "-" if case is EMPTY else f"{case.count(lists.size):,}"
        rows.append([case.title, objects, f"{median(lists.seconds(case)):.2f}", f"{memory:.0f}"])
    return table(rows)


def section(lists: Lists, promises: str) -> str:
    """The section of docs/benchmarks.md; `promises` is the table of the bars."""
    return _SECTION.format(times=times(lists), bars=promises, delay=DELAY, properties=scale_cases.PROPERTIES)


_SECTION = """\
## Lists from files and into files

{times}

{bars}

### How to read these figures

- The objects are those of the section before, each with {properties} properties, unless it is said otherwise. A link
  has one property. Conditions are two lists below each object, monitoring and operations are in its record.
- *Play* is a whole run of ansible-playbook whose only task names a file, and the empty play has no task. Core neither
  reads nor copies such a list, which is why this takes a fraction of the plays above.
- *Module* is the module alone, in a process of its own. It reads JSON lines one by one. *Peak MiB* is the largest
  process of a play, and for the module by how much its memory rises, the user's list included.
- A field with a path of its own takes a read for each object. Where it is said, the server takes {delay} ms for it.
- The server counts the requests.
- The server has prepared answers and checks nothing: to create a hundred thousand objects first would take minutes."""
