# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions that die in the middle of a run: it goes on, with exactly one more login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.support import calls, control, crowd, expire, failures, logins_and_logouts, play, saymon, show
from tests.tools.sandbox_process import Sandbox

if TYPE_CHECKING:
    from tests.e2e.conftest import Runner

CURRENT = saymon("saymon_api", {"path": "/users/current"})
WRITE = saymon(
    "saymon_api", {"method": "POST", "path": "/objects", "body": {"name": "probe", "class_id": 3, "parent_id": ["1"]}}
)

GIVEN_UP = (
    "GET /users/current answered 401 Unauthorized: Session expired. "
    "Check the credentials, or open a new session with saymon.platform.saymon_session."
)


def test_expiry_between_two_tasks(runner: Runner, sandbox: Sandbox) -> None:
    done = show(runner, play(CURRENT, expire(sandbox), CURRENT, CURRENT))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)
    assert calls(sandbox, sessions=False) == ["GET /users/current"] * 4
    assert [entry["status"] for entry in sandbox.journal()] == [200, 200, 401, 200, 200, 200, 200]


def test_expiry_after_an_explicit_session(runner: Runner, sandbox: Sandbox) -> None:
    """The fact then holds a dead sid on every host; the first one to notice logs in for all."""
    session = saymon("saymon_session")
    done = show(runner, play(session, expire(sandbox), CURRENT, CURRENT, hosts="all"), inventory=crowd(5))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)


def test_expiry_inside_a_loop(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="expire_sessions", path="/users/current", nth=25)
    done = show(runner, play({**CURRENT, "loop": list(range(50))}))
    assert done.rc == 0, done.output
    assert [seen.status for seen in done.results].count("item ok") == 50
    assert logins_and_logouts(sandbox) == (2, 1)
    assert len(calls(sandbox, sessions=False)) == 51


def test_forty_hosts_notice_the_expiry_at_once(runner: Runner, sandbox: Sandbox) -> None:
    done = show(
        runner, play(CURRENT, expire(sandbox), CURRENT, hosts="all"), env={"ANSIBLE_FORKS": "20"}, inventory=crowd(40)
    )
    assert done.rc == 0, done.output
    assert [seen.status for seen in done.of("saymon_api")] == ["ok"] * 80
    assert logins_and_logouts(sandbox) == (2, 1)
    assert 81 <= len(calls(sandbox, sessions=False)) <= 120


def test_an_hour_without_requests(runner: Runner, sandbox: Sandbox) -> None:
    nearly = control(sandbox, ("POST", "/clock", {"advance_ms": 3_500_000}))
    over = control(sandbox, ("POST", "/clock", {"advance_ms": 3_600_001}))
    done = show(runner, play(CURRENT, nearly, CURRENT, nearly, CURRENT, over, CURRENT))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)


@pytest.mark.parametrize("with_credentials", [True, False])
def test_a_given_sid_that_has_expired(runner: Runner, sandbox: Sandbox, with_credentials: bool) -> None:
    env = {} if with_credentials else {"SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = show(runner, play(CURRENT), env={**env, "SAYMON_SID": "01234567-89ab-cdef-0123-456789abcdef"})
    if with_credentials:
        assert done.rc == 0, done.output
        assert logins_and_logouts(sandbox) == (1, 1)
        return
    assert failures(done.results) == [("saymon_api", GIVEN_UP)]
    assert calls(sandbox) == ["GET /users/current"]


def test_csrf(runner: Runner, sandbox: Sandbox) -> None:
    """Writes carry the value that came with the session, also after a new login, which brings a new one."""
    sandbox.settings(csrf=True)
    sandbox.fault(kind="expire_sessions", path="/objects", method="POST", nth=4)
    session = saymon("saymon_session")
    done = show(runner, play(WRITE, session, {**WRITE, "loop": [1, 2, 3]}, WRITE))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)
    assert [entry["status"] for entry in sandbox.writes()] == [200, 200, 200, 401, 200, 200]
    assert sandbox.sessions() == 0, "the logout is a write too"


def test_csrf_switched_on_during_a_run(runner: Runner, sandbox: Sandbox) -> None:
    """A refusal for a missing CSRF value is a 401 as well; a new login brings the value."""
    done = show(runner, play(WRITE, control(sandbox, ("PATCH", "/settings", {"csrf": True})), WRITE))
    assert done.rc == 0, done.output
    assert logins_and_logouts(sandbox) == (2, 1)


def test_a_session_that_dies_again_and_again_is_given_up(runner: Runner, sandbox: Sandbox) -> None:
    sandbox.fault(kind="expire_sessions", path="/users/current", times=0)
    done = show(runner, play(CURRENT))
    assert failures(done.results) == [("saymon_api", GIVEN_UP)]
    assert calls(sandbox, sessions=False) == ["GET /users/current"] * 2
    assert logins_and_logouts(sandbox)[0] == 2
