# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The history of states from a server that really has one, however it reads the uncertain parts of the reference."""

from __future__ import annotations

import random
import time
from pathlib import Path
from typing import Any

import pytest
from ansible import constants as C
from ansible_collections.saymon.platform.tests.unit.support import make_action

from tests.e2e.support import api
from tests.tools.sandbox_process import Sandbox

HOSTS = ["north-web-1", "north-web-2", "north-db-1", "south-web-1"]


def _history(sandbox: Sandbox, **options: Any) -> dict[str, Any]:
    who = {"saymon_url": sandbox.url, "saymon_login": sandbox.login, "saymon_password": sandbox.password}
    result: dict[str, Any] = make_action("saymon_state_history_info", {**who, **options}, {}).run(task_vars={})
    assert not result.get("failed"), result["msg"]
    return result


def _make_history(sandbox: Sandbox, seed: int) -> tuple[dict[str, list[tuple[int, str]]], int, int]:
    """Change states for a while; for each host the moments and states, and a period in the middle of it."""
    chance = random.Random(seed)
    ids = {one["name"]: one["id"] for one in api(sandbox, "GET", "/objects") if one["name"] in HOSTS}
    for _change in range(60):
        api(
            sandbox, "PUT", f"/objects/{ids[chance.choice(HOSTS[:3])]}/state", {"state_id": chance.choice([3, 4, 5, 8])}
        )
        time.sleep(0.005)
    rows = {name: api(sandbox, "GET", f"/objects/{ids[name]}/state-history") for name in HOSTS}
    told = {name: [(row["timestamp"], str(row["stateId"])) for row in found] for name, found in rows.items()}
    moments = sorted(at for found in told.values() for at, _state in found)[-60:]
    return told, moments[15], moments[45]


def _expected(told: list[tuple[int, str]], start: int, end: int) -> list[tuple[int, str]]:
    """What one host's rows must be: since when it was in which state within the period."""
    before = [state for at, state in told if at <= start][-1:]
    return [(start, state) for state in before] + [(at, state) for at, state in told if start < at < end]


@pytest.mark.parametrize("inverse", ["oldest", "newest"])
@pytest.mark.parametrize("from_zero", [True, False])
def test_states_within_a_period(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, inverse: str, from_zero: bool
) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    sandbox.request("PATCH", "/settings", {"state_log_inverse": inverse, "log_limit_from_zero": from_zero})
    told, start, end = _make_history(sandbox, seed=from_zero)
    period = {"from": str(start), "to": str(end)}
    together = _history(sandbox, objects=HOSTS, **period)["changes"]
    alone = [row for name in HOSTS for row in _history(sandbox, object=name, **period)["changes"]]
    for one in together + alone:
        del one["reason"]  # that of a state which is older than the period is not looked up among many
    assert together == alone
    for name in HOSTS:
        found = [(row["since"], row["state_id"]) for row in alone if row["object"].endswith(f"/{name}")]
        assert found == _expected(told[name], start, end)


def test_a_second_run_draws_the_same(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
    _told, start, end = _make_history(sandbox, seed=2)
    dest = tmp_path / "chart.svg"
    options = {"objects": HOSTS, "from": str(start), "to": str(end), "dest": str(dest)}
    assert [_history(sandbox, **options)["changed"] for _run in range(2)] == [True, False]
