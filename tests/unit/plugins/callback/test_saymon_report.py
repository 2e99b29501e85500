# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback saymon_report: what it makes of the events of a run, and that nothing it does can break one."""

from __future__ import annotations

import tracemalloc
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
import yaml
from ansible import context
from ansible.executor.stats import AggregateStats
from ansible.plugins.callback import CallbackBase
from ansible_collections.saymon.platform.plugins.callback import saymon_report
from ansible_collections.saymon.platform.plugins.callback.saymon_report import CallbackModule
from ansible_collections.saymon.platform.plugins.plugin_utils import run_report

DOC = yaml.safe_load(saymon_report.DOCUMENTATION)
DEFAULTS = {name: option.get("default") for name, option in DOC["options"].items()}


class Callback(CallbackModule):
    """One whose options are given, and whose warnings can be looked at."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.given = {**DEFAULTS, **options}
        self._display = MagicMock()

    def set_options(self, *_args: Any, **_keywords: Any) -> None:
        """They are set."""

    def get_option(self, option: str, *_args: Any, **_keywords: Any) -> Any:
        return self.given[option]

    @property
    def warnings(self) -> list[str]:
        return [call.args[0] for call in self._display.warning.call_args_list]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[run_report.RunReport]:
    """The reports that would be sent."""
    reports: list[run_report.RunReport] = []

    def send(report: run_report.RunReport, _options: Any, _run: Any) -> list[str]:
        reports.append(report)
        return []

    monkeypatch.setattr(run_report, "send", send)
    monkeypatch.setattr(context, "CLIARGS", {"check": False})
    return reports


def play(name: str) -> Any:
    manager = SimpleNamespace(get_vars=lambda play: {})
    return SimpleNamespace(get_name=lambda: name, get_variable_manager=lambda: manager, get_loader=lambda: None)


def stats_of(**counts: dict[str, int]) -> AggregateStats:
    stats = AggregateStats()
    for what, hosts in counts.items():
        for host, number in hosts.items():
            for _one in range(number):
                stats.increment(what, host)
    return stats


def finish(callback: CallbackModule, stats: AggregateStats, *plays: str, playbook: str = "/srv/site.yml") -> None:
    callback.v2_playbook_on_start(SimpleNamespace(_file_name=playbook))
    for name in plays:
        callback.v2_playbook_on_play_start(play(name))
    callback.v2_playbook_on_stats(stats)


def test_a_run_in_numbers(sent: list[run_report.RunReport]) -> None:
    stats = stats_of(ok={"a": 3, "b": 2}, changed={"a": 1}, failures={"b": 1}, dark={"c": 1}, skipped={"a": 4})
    callback = Callback()
    finish(callback, stats, "Web", "Db", "Web")
    (report,) = sent
    assert (report.playbook, report.check, report.hosts, report.failed_hosts) == ("site.yml", False, 3, ["b", "c"])
    assert report.counts == {
        "ok": 5,
        "changed": 1,
        "failed": 1,
        "unreachable": 1,
        "skipped": 4,
        "rescued": 0,
        "ignored": 0,
    }
    assert list(report.plays) == ["Web", "Db"]
    assert 0 <= sum(report.plays.values()) <= report.duration
    assert callback.warnings == []


def test_playbooks_of_one_command_are_counted_apart(sent: list[run_report.RunReport]) -> None:
    callback = Callback()
    stats = stats_of(ok={"a": 3})
    finish(callback, stats, "Web")
    stats.increment("ok", "a")
    finish(callback, stats, playbook="other.yml")
    assert [(report.playbook, report.counts["ok"], list(report.plays)) for report in sent] == [
        ("site.yml", 3, ["Web"]),
        ("other.yml", 1, []),
    ]


@pytest.mark.parametrize(("wanted", "reports"), [(False, []), (True, [True])])
def test_check_mode(
    sent: list[run_report.RunReport], monkeypatch: pytest.MonkeyPatch, wanted: bool, reports: list[bool]
) -> None:
    monkeypatch.setattr(context, "CLIARGS", {"check": True})
    finish(Callback(check_mode=wanted), stats_of(ok={"a": 1}), "Web")
    assert [report.check for report in sent] == reports


@pytest.mark.parametrize("error", [ValueError("odd"), RecursionError(), MemoryError()])
def test_no_error_leaves_the_callback(
    sent: list[run_report.RunReport], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def send(*_args: Any) -> list[str]:
        raise error

    monkeypatch.setattr(run_report, "send", send)
    callback = Callback()
    finish(callback, stats_of(ok={"a": 1}), "Web")
    assert callback.warnings == [f"Bug in saymon_report, please report it: {type(error).__name__}: {error}"]


def test_nothing_is_done_for_results_of_tasks() -> None:
    """So a run does not become slower, however many tasks and hosts it has, and no result can be kept."""
    own = {name for name in vars(CallbackModule) if name.startswith(("v2_", "runner_", "playbook_"))}
    assert own == {"v2_playbook_on_start", "v2_playbook_on_play_start", "v2_playbook_on_stats"}
    assert CallbackModule.__mro__[1] is CallbackBase


def test_ten_thousand_batches_need_no_memory(sent: list[run_report.RunReport]) -> None:
    callback = Callback()
    stats = stats_of(ok={f"host{number}": 1 for number in range(10_000)})
    batch = play("Rollout")
    callback.v2_playbook_on_start(SimpleNamespace(_file_name="site.yml"))
    tracemalloc.start()
    for _batch in range(10_000):
        callback.v2_playbook_on_play_start(batch)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    callback.v2_playbook_on_stats(stats)
    assert kept < 50_000
    assert (sent[0].hosts, list(sent[0].plays)) == (10_000, ["Rollout"])


def test_each_option_can_be_set_in_all_usual_ways() -> None:
    assert set(DOC["options"]) == set(saymon_report._OPTIONS)
    for name, option in DOC["options"].items():
        assert option["ini"] == [{"section": "callback_saymon_report", "key": name}]
        assert option["env"] == [{"name": f"SAYMON_REPORT_{name.upper()}"}]
        assert option["vars"] == [{"name": f"saymon_report_{name}"}]
