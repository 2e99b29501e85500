# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_operation."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils import _acts
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_operation"
HOST, CLASS, OPERATION, OTHER = (f"64b1f0c2a9d3e45f6a7b8e0{number}" for number in range(1, 5))
JOB = "64b1f0c2a9d3e45f6a7b9a01"
RECORD = {"id": HOST, "name": "db01", "class_id": CLASS, "parent_id": [1]}
ROOT = {"id": 1, "name": "ROOT", "parent_id": []}
VACUUM = {"id": OPERATION, "name": "Vacuum", "type": 2}
NOTE = {"payload": {"once_per": "k"}, "by": "u", "timestamp": 5}
DONE = {"id": JOB, "operation_id": OPERATION, "description": {"exitCode": 0, "stdout": "a\nb"}, "results": []}
FIND = search("id", HOST, among=[RECORD])
OWN = ("GET", f"/objects/{HOST}?fields=name%2Cclass_id%2Coperations", 200, {**RECORD, "operations": [VACUUM]})
RUN = ("POST", f"/objects/{HOST}/operations/{OPERATION}/execute", 200, JOB)
LOOK = ("GET", f"/jobs/{JOB}", 200, DONE)
ASK = {"object": HOST, "operation": "Vacuum"}
ABOUT = {"id": OPERATION, "name": "Vacuum"}
PLANNED = {"before_header": "db01", "after_header": "db01", "before": {}, "after": {"operation": "Vacuum"}}


def jobs(*found: dict[str, Any]) -> tuple[Any, ...]:
    return ("POST", "/jobs", 200, list(found), {"objects": [HOST]})


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(_acts, "time", clock)
    return clock


def test_run_and_wait(script: Script) -> None:
    script(FIND, OWN, RUN, ("GET", f"/jobs/{JOB}", 404, {}), ("GET", f"/jobs/{JOB}", 200, {"id": JOB}), LOOK)
    assert run_module(NAME, ASK) == {
        "changed": True,
        "operation": ABOUT,
        "job": DONE,
        "results": [],
        "rc": 0,
        "stdout": "a\nb",
        "stdout_lines": ["a", "b"],
        "diff": PLANNED,
    }


def test_check_mode_looks_and_does_not_run(script: Script) -> None:
    script(FIND, OWN)
    result = run_module(NAME, ASK, check=True)
    assert result == {"changed": True, "operation": ABOUT, "results": [], "diff": PLANNED}


@pytest.mark.parametrize("check", [False, True])
def test_once_per_key(script: Script, check: bool) -> None:
    other = {**DONE, "id": "x", "operation_id": OTHER, "results": [NOTE]}
    script(FIND, OWN, jobs(other, {**DONE, "results": [NOTE]}))
    result = run_module(NAME, {**ASK, "once_per": "k"}, check=check)
    assert (result["changed"], result["job"]["id"], result["results"], result["rc"]) == (False, JOB, [], 0)


def test_another_key_runs_it_again_and_is_noted(script: Script) -> None:
    keep = ("PATCH", f"/jobs/{JOB}/results", 204, None, {"once_per": "next"})
    script(FIND, OWN, jobs({**DONE, "results": [NOTE]}), RUN, keep, LOOK)
    assert run_module(NAME, {**ASK, "once_per": "next"})["changed"] is True


def test_check_mode_knows_the_keys(script: Script) -> None:
    script(FIND, OWN, jobs({**DONE, "results": [NOTE]}))
    assert run_module(NAME, {**ASK, "once_per": "next"}, check=True)["changed"] is True


def test_a_key_that_cannot_be_noted(script: Script) -> None:
    script(FIND, OWN, jobs(), RUN, ("PATCH", f"/jobs/{JOB}/results", 403, {}, {"once_per": "k"}))
    result = run_module(NAME, {**ASK, "once_per": "k"})
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith(
        f"The operation was run as job {JOB}, but once_per could not be noted there, so that the next run would repeat "
        f"it: PATCH /jobs/{JOB}/results answered 403."
    )


def test_arguments_and_a_result_that_comes_later(script: Script) -> None:
    later = {**DONE, "results": [{"payload": {"rows": 7}, "by": "agent", "timestamp": 9}]}
    script(FIND, OWN, (*RUN, {"mode": "full"}), LOOK, ("GET", f"/jobs/{JOB}", 200, later))
    result = run_module(NAME, {**ASK, "arguments": {"mode": "full"}, "wait_for": "result"})
    assert result["results"] == [{"rows": 7}]
    assert result["diff"]["after"] == {"operation": "Vacuum", "arguments": {"mode": "full"}}


def test_no_waiting(script: Script) -> None:
    script(FIND, OWN, RUN)
    assert run_module(NAME, {**ASK, "wait_for": "nothing"})["job"] == {"id": JOB}


def test_the_end_does_not_come(script: Script, clock: Clock) -> None:
    script(FIND, OWN, RUN, *[("GET", f"/jobs/{JOB}", 200, {"id": JOB})] * 6)
    result = run_module(NAME, {**ASK, "wait_timeout": 2})
    assert (result["changed"], clock.now) == (True, 2)
    assert result["msg"] == (
        f"The operation 'Vacuum' of 'db01' was started as job {JOB}, which has not ended after 2 s: raise "
        f"wait_timeout, or look at GET /jobs/{JOB} later."
    )


def test_a_program_that_fails(script: Script) -> None:
    bad = {**DONE, "description": {"exitCode": 3, "stdout": "no space"}}
    script(FIND, OWN, RUN, ("GET", f"/jobs/{JOB}", 200, bad))
    result = run_module(NAME, ASK)
    assert (result["failed"], result["changed"], result["rc"], result["stdout"]) == (True, True, 3, "no space")
    assert result["msg"] == "The program of the operation 'Vacuum' of 'db01' ended with the exit code 3."


def test_an_operation_of_the_class(script: Script) -> None:
    own = ("GET", OWN[1], 200, {**RECORD, "operations": [{"id": OTHER, "name": "vacuum"}]})
    script(FIND, own, ("GET", f"/classes/{CLASS}", 200, {"id": CLASS, "operations": [VACUUM]}), RUN, LOOK)
    assert run_module(NAME, ASK)["operation"] == ABOUT


def test_by_path_and_by_the_id_of_the_operation(script: Script) -> None:
    script(search("name", "ROOT", "ROOT/db01", "db01", among=[ROOT, RECORD]), OWN, RUN, LOOK)
    assert run_module(NAME, {"object": "/ROOT/db01", "operation": OPERATION})["operation"] == ABOUT


def test_of_a_link(script: Script) -> None:
    own = ("GET", "/links/77?fields=name%2Cclass_id%2Coperations", 200, {"id": "77", "operations": [VACUUM]})
    script(own, ("POST", f"/links/77/operations/{OPERATION}/execute", 200, {"id": JOB}), LOOK)
    assert run_module(NAME, {"link": "77", "operation": "Vacuum"})["diff"]["before_header"] == "link 77"


def test_a_lost_answer_is_not_repeated(script: Script) -> None:
    script(FIND, OWN, Exchange("POST", RUN[1], error=requests.exceptions.ReadTimeout()))
    result = run_module(NAME, ASK)
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["msg"].startswith("This may have been done: ")


@pytest.mark.parametrize("answer", [None, "", [], {"job": 1}])
def test_a_job_without_a_name(script: Script, answer: Any) -> None:
    script(FIND, OWN, (*RUN[:3], answer))
    result = run_module(NAME, ASK)
    assert (result["failed"], result["changed"]) == (True, True)
    assert "without naming its job" in result["msg"]


@pytest.mark.parametrize(
    ("args", "exchanges", "said"),
    [
        ({"once_per": ""}, [], "once_per is empty: give a text, or leave the option out."),
        ({"wait_timeout": 0}, [], "wait_timeout is 0.0: give a number of seconds greater than 0, and at most 604800."),
        (
            {"operation": "Sweep"},
            [FIND, OWN, ("GET", f"/classes/{CLASS}", 200, {"id": CLASS})],
            "operation is 'Sweep', which 'db01' does not have: check the spelling, or create it first.",
        ),
        (
            {},
            [FIND, (*OWN[:3], {**RECORD, "operations": [VACUUM, {**VACUUM, "id": OTHER}]})],
            f"operation is 'Vacuum', of which 'db01' has several (ids {OPERATION}, {OTHER}): give the id.",
        ),
    ],
)
def test_bad_input(script: Script, args: dict[str, Any], exchanges: list[Any], said: str) -> None:
    script(*exchanges)
    result = run_module(NAME, {**ASK, **args})
    assert (result["failed"], result["changed"], result["msg"]) == (True, False, said)
