# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run test suites by name and sum them up; the names are the keys of SUITES.

Of several suites, those named in BESIDE run in a process of their own beside the others, and their output follows at
the end.

TESTS in the environment holds further pytest arguments (for unit, sandbox and e2e), TARGETS the integration targets to
run.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from tests.tools import ansible_test, browser
from tests.tools.common import (
    BUILD,
    ROOT,
    VENV,
    VENV_PYTHON,
    Result,
    clean_env,
    headline,
    leave_nothing_behind,
    link_collection,
    run,
    stop_group,
)
from tests.tools.sandbox_process import Sandbox


def _pytest(
    suite: str,
    arguments: Iterable[str | Path],
    *,
    python: Path = VENV_PYTHON,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> Result:
    """Run pytest and read its counts from the report it writes; a run that breaks off, or finds no test, counts as one
    failure."""
    report = BUILD / "reports" / f"{suite}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    start = time.monotonic()
    selected = shlex.split(os.environ.get("TESTS", ""))
    command: list[str | Path] = [python, "-m", *arguments, "-q", f"--junitxml={report}", *selected]
    done = run(command, cwd=cwd, env=clean_env(BUILD / "home", env))
    counts = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    if report.exists():
        for element in ET.parse(report).getroot().iter("testsuite"):
            counts = {name: counts[name] + int(element.get(name, 0)) for name in counts}
    failed = counts["failures"] + counts["errors"]
    if done.returncode and not failed:
        failed = 1
    passed = max(counts["tests"] - counts["failures"] - counts["errors"] - counts["skipped"], 0)
    return Result(suite, passed, failed, counts["skipped"], time.monotonic() - start)


def lint() -> Result:
    """The checks of noxfile.py; each of its sessions counts as one test."""
    report = BUILD / "reports" / "lint.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    start = time.monotonic()
    done = run([VENV_PYTHON, "-m", "nox", "--report", report], env=clean_env(BUILD / "home"))
    if not report.exists():
        raise SystemExit(f"nox ended with status {done.returncode} and wrote no report")
    sessions = {one["name"]: one["result"] for one in json.loads(report.read_text(encoding="utf-8"))["sessions"]}
    failed = [name for name, result in sessions.items() if result != "success"]
    return Result("lint", len(sessions) - len(failed), len(failed), 0, time.monotonic() - start, ", ".join(failed))


def _unit_tests(suite: str, marks: str, python: Path, collect: Iterable[str] = ()) -> Result:
    arguments = [*collect, "pytest", "tests/unit", "-m", marks]
    return _pytest(suite, arguments, python=python, env={"PYTHONPATH": str(link_collection())})


def unit(python: Path = VENV_PYTHON, *, measure: bool = True) -> Result:
    """The collection's unit tests; with `measure` the line coverage of plugins/ below the configured bar is one more
    failure."""
    collect = ["coverage", "run", "-m"] if measure and not os.environ.get("TESTS") else []
    result = _unit_tests("unit", "not slow and not processes", python, collect)
    if not collect:
        return result
    report = run([python, "-m", "coverage", "report"], env=clean_env(BUILD / "home"))
    if report.returncode:
        return replace(result, failed=result.failed + 1, note="coverage is below the bar")
    return replace(result, passed=result.passed + 1)


def bad_input(python: Path = VENV_PYTHON) -> Result:
    """The unit tests that try thousands of options, states and answers which nobody thought of."""
    return _unit_tests("bad-input", "slow", python)


def processes(python: Path = VENV_PYTHON) -> Result:
    """The unit tests of what processes share and how they end, which start real ones."""
    return _unit_tests("processes", "processes", python)


def sandbox() -> Result:
    """The tests of the sandbox itself."""
    return _pytest("sandbox", ["pytest", "-p", "no:cacheprovider"], cwd=ROOT / "tests" / "sandbox")


def e2e(ansible_bin: Path = VENV / "bin", *, exhaustive: bool = False) -> Result:
    """Tests that run ansible against a sandbox; of long tables of cases a sample, or with `exhaustive` all of them."""
    browser.provide()
    env = {"SAYMON_TEST_ANSIBLE_BIN": str(ansible_bin), "PYTHONPATH": str(link_collection())}
    env["SAYMON_TEST_EXHAUSTIVE"] = "1" if exhaustive else ""
    return _pytest("e2e", ["pytest", "tests/e2e"], env=env)


def integration(ansible_bin: Path = VENV / "bin") -> Result:
    """The integration targets against a sandbox."""
    with Sandbox() as server:
        config = {
            "saymon_test_url": server.url,
            "saymon_test_login": server.login,
            "saymon_test_password": server.password,
            "saymon_test_control": server.control,
        }
        return ansible_test.integration(config, ansible_bin, os.environ.get("TARGETS", ""))


SUITES: dict[str, Callable[[], Result]] = {
    "lint": lint,
    "unit": unit,
    "processes": processes,
    "bad-input": bad_input,
    "sandbox": sandbox,
    "e2e": e2e,
    "integration": integration,
    "sanity": ansible_test.sanity,
}
# These wait for nothing and measure nothing, so they take the second core while the others run.
BESIDE = ("lint", "bad-input", "sandbox", "integration", "sanity")


def summarize(results: Iterable[Result]) -> bool:
    """Print one line a suite and the totals in the line below; returns whether nothing failed."""
    results = list(results)
    headline("Summary")
    width = max((len(result.suite) for result in results), default=0)
    for result in results:
        state = "FAIL" if result.failed else "ok"
        counts = f"{result.passed:5} passed {result.failed:3} failed {result.skipped:3} skipped {result.seconds:7.1f} s"
        print(f"{state:5}{result.suite:{width}}{counts}  {result.note}".rstrip())
    passed, failed, skipped = (
        sum(getattr(result, name) for result in results) for name in ("passed", "failed", "skipped")
    )
    print(f"\n{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""), flush=True)
    return not failed


def guarded(name: str, suite: Callable[[], Result]) -> Result:
    """Run a suite; one that breaks down itself is a failure, and the others still run."""
    try:
        return suite()
    except (Exception, SystemExit) as error:
        if isinstance(error, SystemExit) and isinstance(error.code, int):
            raise  # a signal told us to stop
        print(f"{name}: {type(error).__name__}: {error}")
        return Result(name, 0, 1, note="broke down")


def _run_in_turn(names: Iterable[str]) -> list[Result]:
    results = []
    for name in names:
        headline(name)
        results.append(guarded(name, SUITES[name]))
    return results


@contextmanager
def _beside(names: list[str]) -> Iterator[Callable[[], list[Result]]]:
    """Run suites in a process of its own meanwhile; yields the function that waits for it, prints its output and
    returns the results."""
    with tempfile.TemporaryDirectory(prefix="saymon-suites-") as folder:
        output, results = Path(folder, "output"), Path(folder, "results.json")
        command = [sys.executable, "-m", "tests.tools.suites", "--results", str(results), *names]
        with output.open("w") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

        def collect() -> list[Result]:
            process.wait()
            print(output.read_text(encoding="utf-8", errors="replace"), end="", flush=True)
            if not results.exists():
                return [Result(name, 0, 1, note="broke down") for name in names]
            return [Result(**one) for one in json.loads(results.read_text(encoding="utf-8"))]

        try:
            yield collect
        finally:
            if process.poll() is None:
                stop_group(process, 40)  # longer than it takes to stop a child of its own


def _run(names: list[str]) -> list[Result]:
    """Run suites, as far as possible two at a time; returns their results in the order of the names."""
    beside = [name for name in names if name in BESIDE]
    if len(beside) in (0, len(names)):
        return _run_in_turn(names)
    with _beside(beside) as collect:
        results = _run_in_turn(name for name in names if name not in beside)
        return sorted([*results, *collect()], key=lambda result: names.index(result.suite))


def main() -> None:
    leave_nothing_behind()
    names = sys.argv[1:]
    report = Path(names[1]) if names[:1] == ["--results"] else None
    names = names[2:] if report else names
    unknown = [name for name in names if name not in SUITES]
    if unknown or not names:
        raise SystemExit(f"Name suites out of {', '.join(SUITES)}")
    if report:
        report.write_text(json.dumps([asdict(result) for result in _run_in_turn(names)]), encoding="utf-8")
        return
    sys.exit(0 if summarize(_run(names)) else 1)


if __name__ == "__main__":
    main()
