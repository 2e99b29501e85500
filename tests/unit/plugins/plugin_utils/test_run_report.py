# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server is told of a run that has ended."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible_collections.saymon.platform.plugins.module_utils._api.sockets import attempt
from ansible_collections.saymon.platform.plugins.plugin_utils.run_report import RunReport, send

COUNTS = {"ok": 7, "changed": 2, "failed": 0, "unreachable": 0, "skipped": 3, "rescued": 0, "ignored": 1}
GOOD = RunReport("site.yml", False, COUNTS, 3, [], 12.3456, {"Web": 10.0, "a.b": 2.25})
BAD = replace(GOOD, counts={**COUNTS, "failed": 1, "unreachable": 1}, failed_hosts=["db1", "web1"])
OPTIONS = {
    "annotate": "always",
    "annotation_text": "{playbook} {status}",
    "object": "Shop",
    "metrics": True,
    "incident": True,
    "incident_key": "key of {playbook}",
    "incident_level": "Alarm",
    "incident_text": "{failed} and {unreachable}",
    "check_mode": True,
    "timeout": 5.0,
}
NOTE = ("saymon_annotation", {"content": "site.yml ok", "window": "0"})
PUSH = ("saymon_metric", {"object": "Shop", "metrics": GOOD.metrics(), "dotted": False})
CLEAR = ("saymon_incident", {"key": "key of site.yml", "state": "cleared"})
RAISE = ("saymon_incident", {"key": "key of site.yml", "object": "Shop", "level": "Alarm", "text": "1 and 1"})
RESTORE = ("saymon_incident", {"key": "key of site.yml", "state": "restored", "comment": "1 and 1"})


class Tasks:
    """Takes down the modules that run, and answers with `action`, or fails for those in `errors`."""

    def __init__(self, action: str = "created", errors: dict[str, str] | None = None, seconds: float = 0.0) -> None:
        self.ran: list[tuple[str, dict[str, Any]]] = []
        self._action, self._errors, self._seconds = action, errors or {}, seconds

    def __call__(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        assert attempt.end is not None
        assert 0 < args.pop("saymon_timeout") <= OPTIONS["timeout"]
        assert args.pop("saymon_retries") == 0
        self.ran.append((name, args))
        time.sleep(self._seconds)
        if name in self._errors:
            raise AnsibleError(self._errors[name])
        return {"action": self._action}


@pytest.mark.parametrize(
    ("report", "options", "action", "ran"),
    [
        (GOOD, {}, "", [NOTE, PUSH, CLEAR]),
        (GOOD, {"annotate": "failed"}, "", [PUSH, CLEAR]),
        (GOOD, {"annotate": "never", "metrics": False, "incident": False}, "", []),
        (GOOD, {"object": None, "incident": False}, "", [NOTE]),
        (BAD, {"annotate": "never", "metrics": False}, "created", [RAISE]),
        (BAD, {"annotate": "never", "metrics": False}, "unchanged", [RAISE, RESTORE]),
        (replace(BAD, check=True), {"annotate": "never", "metrics": False}, "", []),
    ],
)
def test_what_the_options_want_is_sent(
    report: RunReport, options: dict[str, Any], action: str, ran: list[tuple[str, dict[str, Any]]]
) -> None:
    tasks = Tasks(action)
    assert send(report, {**OPTIONS, **options}, tasks) == []
    assert tasks.ran == ran
    assert attempt.end is None


def test_one_warning_tells_of_all_failures() -> None:
    tasks = Tasks(errors={"saymon_annotation": "It is away.", "saymon_metric": "It is away.", "saymon_incident": "No."})
    assert send(GOOD, OPTIONS, tasks) == [
        "saymon_report could not send the note and the metrics: It is away. It could not send the incident: No."
    ]
    assert len(tasks.ran) == 3


def test_what_time_is_over_for_is_not_tried() -> None:
    tasks = Tasks(errors={"saymon_metric": "no answer"}, seconds=0.04)
    said = send(GOOD, {**OPTIONS, "timeout": 0.06}, tasks)
    assert [name for name, _args in tasks.ran] == ["saymon_annotation", "saymon_metric"]
    assert said == [
        "saymon_report could not send the metrics and the incident within 0.06 s: check the server, or raise the "
        "option timeout."
    ]


@pytest.mark.parametrize("seconds", [0, -1, 61, float("nan"), float("inf")])
def test_a_time_limit_is_a_short_time(seconds: float) -> None:
    tasks = Tasks()
    with pytest.raises(AnsibleError, match=r"timeout is .* give a number of seconds greater than 0, and at most 60"):
        send(GOOD, {**OPTIONS, "timeout": seconds}, tasks)
    assert tasks.ran == []


def test_an_incident_needs_an_object() -> None:
    tasks = Tasks()
    assert send(GOOD, {**OPTIONS, "object": None}, tasks) == [
        "saymon_report could not send the incident: incident needs an object: give object, or turn incident off."
    ]
    assert tasks.ran == [NOTE]


@pytest.mark.parametrize(
    ("report", "template", "text"),
    [
        (GOOD, "{playbook}: {ok}/{changed}/{skipped}/{ignored} on {hosts}", "site.yml: 7/2/3/1 on 3"),
        (BAD, "{status} {failed_hosts} {plays} {duration}", "failed db1, web1 Web, a.b 12.3"),
        (replace(GOOD, check=True), "{status}", "ok (check mode)"),
        (
            replace(BAD, failed_hosts=[f"h{i}" for i in range(12)]),
            "{failed_hosts}",
            "h0, h1, h2, h3, h4, h5, h6, h7, h8, h9 and 2 more",
        ),
        (replace(GOOD, playbook="{ok}"), "{playbook} { ok } {} {{ok}}", "{ok} { ok } {} {7}"),
    ],
)
def test_texts_have_the_facts_of_the_run(report: RunReport, template: str, text: str) -> None:
    assert report.text("annotation_text", template) == text


def test_a_name_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(AnsibleError) as caught:
        GOOD.text("incident_text", "{who}")
    assert caught.value.message.startswith("incident_text has {who}, which does not exist: use names out of changed, ")


def test_metrics_without_plays_have_no_branch_for_them() -> None:
    values = replace(GOOD, plays={}).metrics()["ansible"]
    assert values == {**COUNTS, "hosts": 3, "success": 1, "check_mode": 0, "duration": 12.346}
    assert GOOD.metrics()["ansible"]["plays"] == {"Web": 10.0, "a.b": 2.25}
