# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that takes longer than anybody waits for an answer: what it creates in the end exists once, and the task
says what it knows."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Runner
from tests.e2e.support import api, calls, play, saymon, show
from tests.tools.sandbox_process import Sandbox

TIMEOUT = 2.0  # seconds
LATE = 3000  # milliseconds until a slow server gets to work
OBJECT = "north-web-1"

# A task, the call that is slow, and what it creates: the list in which that shows, and its name there.
CASES: dict[str, tuple[str, dict[str, Any], str, str, str]] = {
    "object": ("saymon_object", {"name": "Slow"}, "/objects", "/objects", "Slow"),
    "object with a key": ("saymon_object", {"name": "Slow", "discovery_id": "slow"}, "/objects", "/objects", "Slow"),
    "tag": ("saymon_object", {"name": "Lab", "tags": ["Slow"], "create_tags": True}, "/tags", "/tags", "Slow"),
    "group": ("saymon_user_group", {"name": "Slow"}, "/user-groups", "/user-groups", "Slow"),
    "policy": ("saymon_password_policy", {"name": "Slow"}, "/password-policies", "/password-policies", "Slow"),
    "property": (
        "saymon_object",
        {"discovery_id": "web-north-1", "properties": [{"name": "Slow", "value": "x"}]},
        "/objects/*/props",
        "/objects/{id}/props",
        "Slow",
    ),
    "user": ("saymon_user", {"login": "slow"}, "/users", "/users", "slow"),
}


def count(sandbox: Sandbox, path: str, name: str) -> int:
    """How many records of a list have a name."""
    (web,) = (one["id"] for one in api(sandbox, "GET", "/objects?fields=name") if one["name"] == OBJECT)
    return sum(name in (record.get("name"), record.get("login")) for record in api(sandbox, "GET", path.format(id=web)))


@pytest.mark.parametrize("case", CASES)
def test_what_is_created_late_exists_once(runner: Runner, sandbox: Sandbox, case: str) -> None:
    module, args, slow, path, name = CASES[case]
    sandbox.fault(kind="delay", method="POST", path=slow, delay_ms=LATE)
    task = saymon(module, {**args, "saymon_timeout": TIMEOUT})
    done = show(runner, play(task))
    assert done.rc == 0, done.output[-3000:]
    assert done.one(module)["recovered"] is True
    assert done.one(module)["changed"] is True
    assert count(sandbox, path, name) == 1
    again = show(runner, play(task))
    assert again.one(module)["changed"] is False
    assert count(sandbox, path, name) == 1


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("object with a key", "user")])
def test_what_does_not_show_in_time_is_not_created_again(runner: Runner, sandbox: Sandbox, case: str) -> None:
    module, args, slow, _path, _name = CASES[case]
    sandbox.fault(kind="drop_before", method="POST", path=slow)
    done = show(runner, play(saymon(module, {**args, "saymon_timeout": TIMEOUT}, ignore_errors=True)))
    (seen,) = done.of(module)
    result = seen.result
    assert (seen.status, result["changed"]) == ("failed", True)
    assert result["msg"].endswith("and it may still be created: check, then run the task again.")
    last = slow.rpartition("/")[2]
    assert sum(call.startswith("POST") and call.endswith(f"/{last}") for call in calls(sandbox)) == 1


@pytest.mark.parametrize("lost", ["delay", "drop_after"])
def test_a_token_whose_answer_is_lost_is_replaced_by_one_that_works(
    runner: Runner, sandbox: Sandbox, lost: str
) -> None:
    sandbox.fault(kind=lost, method="POST", path="/users/*/auth-token", delay_ms=LATE if lost == "delay" else 0)
    token = saymon("saymon_auth_token", {"user": "auditor", "saymon_timeout": TIMEOUT}, register="made")
    use = {"path": "/users/current", "saymon_auth_method": "token", "saymon_auth_token": "{{ made.token }}"}
    done = show(runner, play(token, saymon("saymon_api", use)))
    assert done.rc == 0, done.output[-3000:]
    assert sum(call.endswith("/auth-token") for call in calls(sandbox)) == 2


@pytest.mark.parametrize("lost", ["delay", "drop_after", "drop_before"])
def test_a_password_whose_answer_is_lost_is_tried_and_not_set_twice(
    runner: Runner, sandbox: Sandbox, lost: str
) -> None:
    """A policy may forbid to use it again."""
    sandbox.fault(kind=lost, method="PUT", path="/users/*/password", delay_ms=LATE if lost == "delay" else 0)
    args = {"login": "operator", "password": "Marker-of-a-slow-one-5", "saymon_timeout": TIMEOUT}
    done = show(runner, play(saymon("saymon_user", args)))
    assert done.rc == 0, done.output[-3000:]
    assert done.one("saymon_user")["recovered"] is True
    sent = sum(call.endswith("/password") for call in calls(sandbox))
    assert sent == (1 if lost == "drop_after" else 2)
    whoami = {
        "path": "/users/current",
        "saymon_auth_method": "basic",
        "saymon_login": "operator",
        "saymon_password": args["password"],
    }
    assert show(runner, play(saymon("saymon_api", whoami))).rc == 0
