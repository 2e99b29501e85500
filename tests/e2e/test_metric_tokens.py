# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nobody sees a metric token, however the task that creates, uses or revokes it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Runner
from tests.e2e.support import Task, play, saymon, show
from tests.e2e.test_leaks import Watch, fault
from tests.tools.sandbox_process import Sandbox

ARGS: dict[str, Any] = {"object": "north-web-1", "metric": "cpu.load1"}
REVOKE = {"state": "absent", "token": "{{ made.token }}"}


def _written_down(expression: str, path: Path) -> Task:
    """A task that keeps tokens for the search, outside of the folder that is searched."""
    copy = {"content": "{{ " + expression + " | to_json }}", "dest": str(path), "mode": "0600"}
    return {"name": "note", "ansible.builtin.copy": copy, "no_log": True, "diff": False, "delegate_to": "localhost"}


def test_no_token_is_shown(runner: Runner, sandbox: Sandbox, tmp_path_factory: Any) -> None:
    aside = tmp_path_factory.mktemp("aside")
    watch = Watch(runner, sandbox)
    dest = aside / "token"
    several = saymon(
        "saymon_metric_token", {**ARGS, "metric": "{{ item }}"}, loop=["cpu.load1", "memory.used"], register="several"
    )
    tasks = [
        saymon("saymon_metric_token", ARGS, register="made", name="made"),
        _written_down("made.token", aside / "made.json"),
        several,
        _written_down("several.results | map(attribute='token')", aside / "several.json"),
        saymon("saymon_metric_token", {**ARGS, "dest": str(dest)}, name="kept"),
        saymon("saymon_metric_token", ARGS, check_mode=True, name="checked"),
        fault(sandbox, kind="status", status=400, path="/metric-token/*"),
        saymon("saymon_metric_token", REVOKE, ignore_errors=True, name="refused"),
        fault(sandbox, kind="status", status=400, path="/nothing"),
        saymon("saymon_metric_token", REVOKE, name="revoked"),
        saymon("saymon_metric_token", REVOKE, name="revoked again"),
    ]
    done = show(runner, play(*tasks), args=["-vvvvv", "--diff"], env=watch.env())
    assert done.rc == 0, done.output
    watch.secrets |= {json.loads((aside / "made.json").read_text()), dest.read_text()}
    watch.secrets |= {*json.loads((aside / "several.json").read_text())}
    assert len(watch.secrets) == 4
    assert dest.stat().st_mode & 0o777 == 0o600
    assert [seen.status for seen in done.of("refused")] == ["failed"], done.output
    assert done.one("kept")["dest"] == str(dest)
    assert [done.one(name)["changed"] for name in ("revoked", "revoked again")] == [True, False]
    assert watch.leaks(done) == []


def test_no_token_is_kept_in_the_file_of_an_async_task(runner: Runner, sandbox: Sandbox) -> None:
    task = saymon("saymon_metric_token", ARGS, **{"async": 10, "poll": 1})
    done = show(runner, play(task))
    (seen,) = done.results
    assert "async cannot be used here: it would keep the secret" in str(seen.result["msg"])
    assert not [call for call in sandbox.journal() if call["method"] == "POST" and "metric-token" in call["path"]]
