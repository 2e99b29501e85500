# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated agents."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PASSWORD, Api, Process

from saymon_sandbox.__main__ import main

HOUR = 3_600_000
# A Monday at noon, years ahead.
NOON = 1_999_080_000_000 // (24 * HOUR) * 24 * HOUR + 12 * HOUR


@contextlib.contextmanager
def _live(*arguments: str) -> Iterator[Api]:
    running = Process("--password", PASSWORD, "--quiet", "--live", *arguments)
    try:
        yield Api(running.url)
    finally:
        assert running.stop() == 0


def _hosts(api: Api) -> list[Any]:
    return [row for row in api.ok("GET", "/objects?fields=name,class_id,state_id") if row["class_id"] == 3]


def _cpu(api: Api, name: str, since: int) -> list[Any]:
    found = api.ok("GET", f"/objects/{api.object_id(name)}/history?metrics=cpu.usedPercent&from={since}")
    return found[0]["dps"] if found else []


def _move(api: Api, now: int) -> None:
    """To a moment, and lets happen what is due until then."""
    api.control("POST", "/clock", {"now_ms": now})
    api.ok("GET", "/incidents/count")


def test_agents_push_data_of_hosts() -> None:
    with _live("10") as api:
        assert len(_hosts(api)) == 10
        _move(api, NOON)
        _move(api, NOON + 2 * 60_000)
        path = f"/objects/{api.object_id('north-web-1')}"
        assert sorted(api.ok("GET", f"{path}/stat")) == ["cpu", "disk", "memory", "network"]
        meta = api.ok("GET", f"{path}/stat/meta")
        assert (meta["agentVersion"], meta["payload"]["cpu"]["usedPercent"]["type"]) == ("5.0.1", "PERCENTILE")
        assert [row["name"] for row in _hosts(api)][-1] == "simulated-0010"
        assert {row["state_id"] for row in _hosts(api)} <= {3, 4, 5, 7}


def test_the_same_seed_gives_the_same_data() -> None:
    seen = []
    for number in ("7", "7", "8"):
        with _live("5", "--random-seed", number) as api:
            _move(api, NOON)
            seen.append([_cpu(api, name, NOON - HOUR) for name in ("north-web-1", "south-web-1")])
    assert seen[0] == seen[1] != seen[2]
    assert 50 <= max(len(points) for points in seen[0]) <= 60


def test_things_go_wrong_and_become_well_again() -> None:
    """Within a day of 25 hosts some disks fill up, some hosts die, and load follows the hour."""
    with _live("25") as api:
        for hours in range(0, 25, 4):
            _move(api, NOON + hours * HOUR)
        reasons = [row.get("reason", {}) for row in api.ok("GET", f"/state-history-log?from={NOON}")]
        told = {(reason.get("branch") or {}).get("description") for reason in reasons}
        assert {"The disk is almost full", "The disk is filling up", ""} <= told
        assert 15 in {reason.get("code") for reason in reasons}
        traps = api.ok("GET", f"/event-log?from={NOON}&to={NOON + 25 * HOUR}")
        assert {row["payload"]["text"] for row in traps} == {"cold start"}
        levels = {row["lastState"] for row in api.ok("GET", "/incident-history")}
        assert {1, 2, 4} <= levels
        points = _cpu(api, "north-web-2", NOON)
        by_hour: dict[int, list[float]] = {}
        for at, value in points:
            by_hour.setdefault(at // HOUR % 24, []).append(value)
        assert sum(by_hour[13]) / len(by_hour[13]) > 2 * sum(by_hour[2]) / len(by_hour[2])


def test_agents_start_anew_after_a_reset() -> None:
    with _live("8") as api:
        api.control("POST", "/reset", {"seed": "demo"})
        assert len(_hosts(api)) == 8
        api.control("POST", "/clock", {"advance_ms": 120_000})
        assert api.ok("GET", f"/objects/{api.object_id('north-web-1')}/stat")
        api.ok("DELETE", f"/objects/{api.object_id('north-web-1')}")
        api.control("POST", "/clock", {"advance_ms": 120_000})
        assert len(_hosts(api)) == 7


def test_there_are_data_of_the_last_hour_at_once_and_after_the_clock_went_back() -> None:
    with _live("10") as api:
        now = api.control("GET", "/clock")["now_ms"]
        assert len(_cpu(api, "simulated-0010", now - HOUR)) > 20
        _move(api, NOON)
        _move(api, NOON - 100 * HOUR)
        _move(api, NOON - 99 * HOUR)
        found = [_cpu(api, host["name"], NOON - 100 * HOUR)[0][0] for host in _hosts(api)]
        assert all(at < NOON - 99 * HOUR for at in found)


def test_many_agents_start_quickly() -> None:
    times: list[float] = []
    while len(times) < 3 and min(times, default=2) >= 2:
        started = time.monotonic()
        with _live("1000"):
            times.append(time.monotonic() - started)
    assert min(times) < 2


@pytest.mark.parametrize("count", ["-1", "10001", "x"])
def test_a_wrong_number_of_agents_is_refused(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--live", count])
    assert ended.value.code == 2
    assert "--live" in capsys.readouterr().err


def test_agents_find_their_hosts_again(tmp_path: Path) -> None:
    arguments = ("12", "--data", str(tmp_path / "a.db"))
    with _live(*arguments) as api:
        names = [row["name"] for row in _hosts(api)]
        api.ok("DELETE", f"/objects/{api.object_id('simulated-0010')}")
    with _live(*arguments) as api:
        assert sorted(row["name"] for row in _hosts(api)) == sorted({*names} - {"simulated-0010"} | {"simulated-0013"})
