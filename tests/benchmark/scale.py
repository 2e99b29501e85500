# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measure bulk work: thousands of objects by way of one task, and users with their groups."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.benchmark import measure, scale_cases
from tests.benchmark.measure import API_ROOT, BenchmarkError
from tests.benchmark.scale_cases import AGAIN, CREATIONS, DELAYS, REPEATS, Size, Tasks, Way
from tests.benchmark.scale_figures import Piece, Scale
from tests.tools.sandbox_process import Sandbox

_SLOW_ROUNDS = 3

Lists = list[tuple[str, dict[str, str]]]


def collect(size: Size, rounds: int, log: Path, folder: Path) -> Scale:
    """Take all measurements. Within a round the ways follow each other; the slow ones have fewer rounds."""
    scale = Scale(size)
    slow_rounds = min(rounds, _SLOW_ROUNDS)
    with Sandbox("--quiet", seed="empty", log=log) as sandbox:
        for count in size.objects:
            ways = (*DELAYS, *CREATIONS) if count == size.smallest else CREATIONS
            for _round in range(slow_rounds if count == size.largest else rounds):
                _create(scale, count, ways, sandbox, folder)
            for _round in range(rounds):
                _repeat(scale, count, sandbox, folder)
            _play_objects(scale, count, slow_rounds, sandbox, folder)
        _play_accounts(scale, slow_rounds, sandbox, folder)
    return scale


def _create(scale: Scale, count: int, ways: Sequence[Way], sandbox: Sandbox, folder: Path) -> None:
    """One round: every way makes the same objects on an empty server, as the bodies of its requests show."""
    posted = set()
    for way in ways:
        sandbox.reset()
        if way.delay:
            sandbox.fault(kind="delay", method="POST", path="/objects", times=0, delay_ms=way.delay)
        piece, calls = _work(way, count, sandbox, folder)
        scale.add(way, count, piece)
        posted.add(
            json.dumps(
                sorted(
                    json.dumps(call["body"], sort_keys=True)
                    for call in calls
                    if (call["method"], call["path"]) == ("POST", "/objects")
                )
            )
        )
    if len(posted) != 1:
        raise BenchmarkError(f"The ways to create {count:,} objects did not send the same bodies.")


def _repeat(scale: Scale, count: int, sandbox: Sandbox, folder: Path) -> None:
    """One round over objects that are as they should be: the bare reader fetches the lists that the module has asked
    for."""
    lists: Lists = []
    for way in REPEATS:
        piece, calls = _work(way, count, sandbox, folder, lists)
        scale.add(way, count, piece)
        if way is AGAIN:
            lists = [(call["path"], call["query"]) for call in calls if call["method"] == "GET"]


def _work(
    way: Way, count: int, sandbox: Sandbox, folder: Path, lists: Lists | None = None
) -> tuple[Piece, list[dict[str, Any]]]:
    """Let a fresh process do one piece of work; returns its figures and what the server saw of it."""
    job = {
        "work": way.work,
        "url": sandbox.url,
        "api": sandbox.url + API_ROOT,
        "sid": measure.open_session(sandbox),
        "count": count,
        "parallel": way.parallel,
        "changes": count if way.creates else 0,
        "lists": lists or [],
    }
    sandbox.clear_journal()
    done = measure.worker(job, folder)
    calls = sandbox.journal()
    failed = sum(call["status"] >= 300 for call in calls)
    if done.returncode or failed:
        raise BenchmarkError(
            f"The work '{way.key}' on {count:,} objects failed ({failed} requests were refused):\n{done.stderr[-2000:]}"
        )
    reads = sum(call["method"] == "GET" for call in calls)
    piece = Piece.of(json.loads(done.stdout), reads, len(calls) - reads)
    _tell(piece.seconds, f"{way.key}, {count:,} objects")
    return piece, calls


def _play_objects(scale: Scale, count: int, rounds: int, sandbox: Sandbox, folder: Path) -> None:
    """Whole plays with one task that takes the unchanged objects from a file of variables."""
    variables = _write(folder / "objects.json", {"objects": scale_cases.objects(count)})
    for _round in range(rounds):
        for name, tasks, samples in (
            ("play", scale_cases.PLAY, scale.plays),
            ("idle play", scale_cases.IDLE, scale.idle),
        ):
            seconds, calls = _play(tasks, variables, sandbox, folder, f"{name}, {count:,} objects")
            samples.setdefault(count, []).append(seconds)
            if bool(calls) != (tasks is scale_cases.PLAY):
                raise BenchmarkError(f"The {name} of {count:,} objects sent {len(calls)} requests.")


def _play_accounts(scale: Scale, rounds: int, sandbox: Sandbox, folder: Path) -> None:
    """A play with a task for groups and one for users: it makes them, and then has to find them unchanged."""
    size = scale.size
    given = {"teams": scale_cases.groups(size.groups), "people": scale_cases.users(size.users, size.groups)}
    variables = _write(folder / "accounts.json", given)
    sandbox.reset()
    measure.playbook("scale", scale_cases.accounts(), sandbox, folder, vars_files=[variables])
    if len(sandbox.writes()) < size.users + size.groups:
        raise BenchmarkError("The play for users and groups did not make all of them.")
    for _round in range(rounds):
        _seconds, calls = _play(
            scale_cases.accounts(), variables, sandbox, folder, f"play, {size.users} users, {size.groups} groups"
        )
        scale.account_reads.append(sum(call["method"] == "GET" for call in calls))


def _play(
    tasks: Tasks, variables: str, sandbox: Sandbox, folder: Path, title: str
) -> tuple[float, list[dict[str, Any]]]:
    """Run a play that finds everything as it should be; returns its seconds and the requests that the server saw."""
    sandbox.clear_journal()
    seconds, _usage = measure.playbook("scale", tasks, sandbox, folder, vars_files=[variables])
    sent = sorted({f"{call['method']} {call['path']}" for call in sandbox.writes()})
    if sent:
        raise BenchmarkError(f"Nothing was to be changed by the {title}, but it sent {', '.join(sent[:5])}.")
    _tell(seconds, title)
    return seconds, sandbox.journal()


def _write(file: Path, value: dict[str, Any]) -> str:
    file.write_text(json.dumps(value), encoding="utf-8")
    return str(file)


def _tell(seconds: float, what: str) -> None:
    print(f"scale      {seconds:6.2f} s  {what}", file=sys.stderr, flush=True)
