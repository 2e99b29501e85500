# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report on assumptions, after the integration targets of `make test-live`: it tells servers apart, and leaves
nothing behind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.e2e.support import api
from tests.tools import ansible_test, assumptions, live
from tests.tools.assumptions import PROBES, report
from tests.tools.common import ROOT, Result
from tests.tools.probe_bench import PREFIX
from tests.tools.sandbox_process import Sandbox

LISTS = ("/users", "/user-groups", "/objects", "/tags", "/password-policies")
DIFFERENT: dict[str, Any] = {
    "old_version": True,
    "csrf": True,
    "write_status": 204,
    "forbidden_code": "NotAuthorized",
    "duplicate_login_status": 409,
    "policy_create_verb": "patch",
    "search_permission": "objects",
    "prop_create_answer": "string",
    "group_delete_clears_members": True,
    "upsert_replaces_properties": False,
}
FOUND = {
    "whether the server checks csrf": "yes, status 401",
    "what the call that verifies a session answers": "null",
    "name of the error in a 403": "403 NotAuthorized",
    "which status a successful write has": "POST 200, PATCH 200, PUT 204, DELETE 204",
    "group of a user": "a text",
    "what an account without manage-users sees of others": "more than id, login",
    "the status for a duplicate login": "409",
    "whether deleting a group removes its id from the users": "yes",
    "how a password policy is created": "PATCH",
    "which permission a search needs": "none",
    "parent_id of an object": "a text",
    "properties when an object is created with a known discovery_id": "kept",
    "what the server answers when a property is created": "a text",
}


def _content(sandbox: Sandbox) -> dict[str, Any]:
    """All records of the kinds that the probes make, the computed and the personal ones included."""
    return {path: api(sandbox, "GET", path) for path in LISTS}


def _rows(printed: str) -> dict[str, tuple[str, str]]:
    """What was found, and whether it held, by name of the assumption."""
    rows = [re.split(r" {2,}", line) for line in printed.splitlines()]
    assert rows[0] == ["assumption", "expected", "found", "held"], printed
    return {row[0]: (row[2], row[3]) for row in rows[1:] if len(row) == 4}


def _report(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> tuple[Result, dict[str, tuple[str, str]]]:
    result = report(sandbox.url, sandbox.login, sandbox.password)
    printed = capsys.readouterr().out
    assert sandbox.password not in printed
    return result, _rows(printed)


def test_all_hold_on_the_default_sandbox(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    before = _content(sandbox)
    result, rows = _report(sandbox, capsys)
    assert list(rows) == [probe.name for probe in PROBES]
    assert {name: row for name, row in rows.items() if row[1] != "yes"} == {}
    assert (result.passed, result.failed) == (len(PROBES), 0)
    assert _content(sandbox) == before
    assert sandbox.sessions() == 0


def test_differences_are_named_and_no_failures(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.settings(**DIFFERENT)
    before = _content(sandbox)
    result, rows = _report(sandbox, capsys)
    assert {name: found for name, (found, held) in rows.items() if held == "no"} == FOUND
    assert (result.passed, result.failed, result.note) == (len(PROBES), 0, f"{len(FOUND)} did not hold")
    assert _content(sandbox) == before
    assert sandbox.sessions() == 0


def test_a_probe_that_breaks_is_a_failure_and_the_others_go_on(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _content(sandbox)
    sandbox.fault(kind="status", status=500, method="POST", path="/objects/*/props", times=0)
    result, rows = _report(sandbox, capsys)
    broken = {name for name, (_found, held) in rows.items() if held == "broke"}
    assert broken == {
        "which status a successful write has",
        "writes that answer without a body",
        "what the server answers when a property is created",
    }
    assert (result.passed, result.failed) == (len(PROBES) - 3, 3)
    assert _content(sandbox) == before


def test_removes_what_an_aborted_run_left(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _content(sandbox)
    api(sandbox, "POST", "/tags", {"name": PREFIX})
    api(sandbox, "POST", "/users", {"login": PREFIX, "password": "Left-behind-1"})
    assert _report(sandbox, capsys)[0].failed == 0
    assert _content(sandbox) == before

    def interrupt(bench: Any) -> str:
        assert len(api(sandbox, "GET", "/objects")) > len(before["/objects"])
        raise KeyboardInterrupt

    monkeypatch.setattr(assumptions, "PROBES", (*PROBES, assumptions.Probe("interrupted", "", interrupt)))
    with pytest.raises(KeyboardInterrupt):
        report(sandbox.url, sandbox.login, sandbox.password)
    assert _content(sandbox) == before
    assert sandbox.sessions() == 0


@pytest.mark.parametrize("status", [404, 405])
def test_says_what_could_not_be_removed(sandbox: Sandbox, capsys: pytest.CaptureFixture[str], status: int) -> None:
    sandbox.fault(kind="status", status=status, method="DELETE", path="/tags/*", times=0)
    counts = []
    for _run in range(2):
        result = report(sandbox.url, sandbox.login, sandbox.password)
        assert capsys.readouterr().out.count("could not be removed: /tags/") == result.failed
        counts.append(result.failed)
    assert counts == [2, 2], "every run left more behind"


@pytest.mark.parametrize(("different", "status"), [(False, 0), (True, 0), (None, 1)])
def test_live_run_ends_with_the_report(
    sandbox: Sandbox,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    different: bool | None,
    status: int,
) -> None:
    monkeypatch.setattr(ansible_test, "integration", lambda config, targets: Result("integration", 1, 0))
    monkeypatch.setattr(live, "leave_nothing_behind", lambda: None)
    if different:
        sandbox.settings(**DIFFERENT)
    for name, value in zip(live.VARIABLES, (sandbox.url, sandbox.login, sandbox.password), strict=True):
        monkeypatch.setenv(name, "wrong" if different is None and name.endswith("PASSWORD") else value)
    with pytest.raises(SystemExit) as ended:
        live.main()
    assert ended.value.code == status
    printed = capsys.readouterr().out
    assert printed.index("== integration") < printed.index("== assumptions") < printed.index("== Summary")


def test_names_are_those_of_the_documentation() -> None:
    text = " ".join((ROOT / "docs" / "compatibility.md").read_text(encoding="utf-8").replace("`", "").split())
    assert [probe.name for probe in PROBES if probe.name not in text] == []
