# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to happen once happens once, however many hosts ask for it at the same time."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import play, saymon, show
from tests.tools.sandbox_process import Sandbox

HOSTS = [f"host{number}" for number in range(10)]


def count(sandbox: Sandbox, end: str) -> int:
    return sum(call["path"].endswith(end) for call in sandbox.writes())


@pytest.mark.parametrize("attempt", range(3))
def test_ten_hosts_copy_and_run_once(runner: Runner, sandbox: Sandbox, attempt: int) -> None:
    tasks = [
        saymon("saymon_session"),
        saymon("saymon_operation", {"object": "north-web-1", "operation": "Restart nginx", "once_per": "день 1"}),
        saymon("saymon_object_clone", {"object": "/ROOT/Lab/Lab bench", "name": f"Копия {attempt}"}),
    ]
    inventory = "\n".join(HOSTS) + "\n"
    done = show(runner, play(*tasks, hosts="all"), env={"ANSIBLE_FORKS": "10"}, inventory=inventory)
    assert done.rc == 0, done.output
    for task in ("saymon_operation", "saymon_object_clone"):
        assert sorted(seen.result["changed"] for seen in done.of(task)) == [False] * 9 + [True]
    assert (count(sandbox, "/execute"), count(sandbox, "/clone")) == (1, 1)
