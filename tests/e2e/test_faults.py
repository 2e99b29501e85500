# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every kind of failure of the server with every module: the task heals, or fails with one clear sentence; nobody waits
long."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import CASES, MODULES, TASKS, Seen, Task, control, play, sampled, saymon, show
from tests.tools.sandbox_process import Sandbox

LANES = 4  # runs at a time, each with a sandbox of its own: most of the time is pauses between attempts

FAULTS: dict[str, dict[str, Any]] = {
    "delay": {"kind": "delay", "delay_ms": 1500},
    "refuse": {"kind": "refuse", "seconds": 0.2},
    "drop_before": {"kind": "drop_before"},
    "drop_after": {"kind": "drop_after"},
    "truncate": {"kind": "truncate"},
    "html": {"kind": "html"},
    "expire_sessions": {"kind": "expire_sessions"},
    "429": {"kind": "status", "status": 429, "retry_after": 0},
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "status", "status": 502, "retry_after": 0},
    "503": {"kind": "status", "status": 503, "retry_after": 0},
    "504": {"kind": "status", "status": 504, "retry_after": 0},
}
FINAL = {"500", "html"}  # no reason to ask again
PASSING = {"502", "504"}  # when they stay they go the way of 503
TIMEOUT = {"delay": 0.4}


@dataclass(frozen=True)
class Case:
    """One task under one fault, which hits the first request (`once`), each of them (`always`), or the `login`."""

    fault: str
    when: str
    number: int

    @property
    def name(self) -> str:
        return f"{self.fault} {self.when} {self.number}"

    @property
    def module(self) -> str:
        return CASES[self.number][0]

    @property
    def reads(self) -> bool:
        module, args = CASES[self.number]
        return module.endswith("_info") or (module == "saymon_api" and "method" not in args)

    @property
    def before(self) -> list[tuple[Any, ...]]:
        """Calls of the control plane that make the fault."""
        rule = {**FAULTS[self.fault], "times": 0 if self.when == "always" else 1}
        if rule["kind"] == "refuse" and self.when == "always":
            rule["seconds"] = 1.0
        if self.when == "login":
            return [
                ("POST", "/sessions/expire"),
                ("POST", "/faults", {**rule, "method": "POST", "path": "/users/session"}),
            ]
        return [("POST", "/faults", rule)]

    @property
    def task(self) -> Task:
        module, args = CASES[self.number]
        options = {**args, "saymon_retries": 1, "saymon_timeout": TIMEOUT.get(self.fault, 30)}
        return saymon(module, options, name=self.name, ignore_errors=True)


def _faults_of(module: int, *, first: bool) -> list[str]:
    if not first:
        return sampled(["drop_after", "truncate", "503", "expire_sessions"], 2, beginning=module)
    return sampled(FAULTS, 3, beginning=module)


def _cases() -> list[Case]:
    """The first task of each module meets all faults (a third of them, in turn, unless the tests are to be exhaustive),
    its further tasks those that differ most; sessions end last."""
    first = {module: number for number, (module, _args) in reversed(list(enumerate(CASES)))}
    usual = [
        Case(fault, when, number)
        for number, (module, _args) in enumerate(CASES)
        for fault in _faults_of(MODULES.index(module), first=number == first[module])
        for when in ("once", "always")
        if when == "once" or fault not in PASSING
    ]
    logins = [
        Case(fault, "login", first["saymon_user_info"])
        for fault in FAULTS
        if fault not in ("expire_sessions", "refuse")
    ]
    return logins + sorted(usual, key=lambda case: case.module == "saymon_session")


@dataclass(frozen=True)
class Ending:
    """How a case ended, and what the sandbox was asked."""

    case: Case
    seen: Seen
    journal: list[dict[str, Any]]


def _run_lane(sandbox: Sandbox, folder: Path, cases: list[Case]) -> list[Ending]:
    between: list[tuple[Any, ...]] = [("DELETE", "/faults"), ("GET", "/journal"), ("DELETE", "/journal")]
    tasks = [saymon("saymon_session")]
    for case in cases:
        tasks += [control(sandbox, *between, *case.before, name="between"), case.task]
    done = show(Runner(sandbox, folder), play(*tasks, control(sandbox, *between, name="between")), args=["-vvv"])
    assert done.rc == 0, done.output[-3000:]
    for word in ("Traceback", "Bug in"):
        assert word not in done.output, done.output[max(done.output.find(word) - 500, 0) :][:2000]
    journals = [seen.result["answers"][1] for seen in done.of("between")[1:]]
    return [Ending(case, done.of(case.name)[0], journal) for case, journal in zip(cases, journals, strict=True)]


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> list[Ending]:
    """All cases, run in parallel."""
    cases = _cases()
    with ExitStack() as stack:
        sandboxes = [stack.enter_context(Sandbox("--quiet")) for _lane in range(LANES)]
        pool = stack.enter_context(ThreadPoolExecutor(LANES))
        lanes = [
            pool.submit(_run_lane, box, tmp_path_factory.mktemp("lane"), cases[n::LANES])
            for n, box in enumerate(sandboxes)
        ]
        return [ending for lane in lanes for ending in lane.result()]


def _broken(endings: list[Ending], rule: Any) -> str:
    """A readable list of the cases that break a rule."""
    bad = [ending for ending in endings if not rule(ending)]
    lines = [
        f"{one.case.name} ({one.case.module}): {one.seen.status} {json.dumps(one.seen.result)[:300]}" for one in bad
    ]
    return "\n".join(lines)


def test_every_module_has_a_task() -> None:
    assert sorted(TASKS) == MODULES


def test_each_fault_was_met(endings: list[Ending]) -> None:
    """Otherwise the other tests would prove nothing. A refused connection never reaches the journal, and without a
    session saymon_session may have nothing to ask."""
    certain = [one for one in endings if one.case.fault != "refuse" and one.case.module != "saymon_session"]
    missed = [one for one in certain if not any(entry["fault"] for entry in one.journal)]
    assert not missed, [
        (one.case.name, one.case.module, one.seen.status, one.seen.result, one.journal) for one in missed
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_task_ends_well_or_with_one_clear_sentence(endings: list[Ending], fault: str) -> None:
    def clear(one: Ending) -> bool:
        text = str(one.seen.result.get("msg", ""))
        return one.seen.status == "ok" or (
            one.seen.status == "failed" and 20 < len(text) < 500 and "\n" not in text and text.endswith(".")
        )

    assert _broken([one for one in endings if one.case.fault == fault], clear) == ""


def test_a_fault_that_passes_does_not_stop_a_reader(endings: list[Ending]) -> None:
    passing = [one for one in endings if one.case.reads and one.case.when == "once" and one.case.fault not in FINAL]
    assert passing
    assert _broken(passing, lambda one: one.seen.status == "ok") == ""


def test_a_login_is_tried_again_only_when_it_cannot_have_happened_or_does_no_harm(endings: list[Ending]) -> None:
    logins = [one for one in endings if one.case.when == "login"]
    made = {one.case.fault: [entry["path"] for entry in one.journal].count("/users/session") for one in logins}
    assert {fault: number for fault, number in made.items() if number > 2} == {}
    assert [one.seen.status for one in logins if one.case.fault == "429"] == ["ok"]


def test_a_fault_that_stays_is_reported(endings: list[Ending]) -> None:
    # A refusal is over after a second; an invalid session is no failure for those who only ask about sessions.
    lasting = [
        one for one in endings if one.case.when == "always" and one.case.fault not in ("refuse", "expire_sessions")
    ]
    lasting = [one for one in lasting if one.case.module != "saymon_session"]
    assert _broken(lasting, lambda one: one.seen.status == "failed") == ""


def test_requests_and_logins_are_bounded(endings: list[Ending]) -> None:
    def modest(one: Ending) -> bool:
        logins = [entry for entry in one.journal if (entry["method"], entry["path"]) == ("POST", "/users/session")]
        return len(logins) <= 2 and len(one.journal) <= 20

    assert _broken(endings, modest) == ""


def test_a_server_that_asks_for_patience_gets_it(sandbox: Sandbox, tmp_path: Path) -> None:
    """Retry-After counts in seconds and replaces the growing pause."""
    sandbox.fault(kind="status", status=503, retry_after=2, path="/users/current")
    began = time.monotonic()
    done = show(Runner(sandbox, tmp_path), play(saymon("saymon_api", {"path": "/users/current", "saymon_retries": 1})))
    assert done.rc == 0, done.output
    refused, answered = [entry["time"] for entry in sandbox.journal() if entry["path"] == "/users/current"]
    assert 1900 <= answered - refused <= (time.monotonic() - began) * 1000
