# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mark of a session fact: whose key it takes, how long that lives, and what cannot be forged."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import SaymonError
from ansible_collections.saymon.platform.plugins.plugin_utils import facts
from ansible_collections.saymon.platform.plugins.plugin_utils.facts import is_ours, marked, set_by_facts

FACT = {"url": "https://saymon.example.org", "login": "ci", "sid": "x", "csrf": None, "ref": "y"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def _next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_RUN_KEY", b"of another run, as random as ours")


def test_a_mark_serves_in_this_run(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    fact = marked(FACT, keep=False)
    assert is_ours(fact)
    _next_run(monkeypatch)
    assert not is_ours(fact)
    assert not home.exists()


def test_the_mark_of_a_kept_session_serves_in_every_run_of_this_user(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    fact = marked(FACT, keep=True)
    _next_run(monkeypatch)
    assert is_ours(fact)
    assert marked(FACT, keep=True) == fact
    (file,) = home.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_bytes(b"short")
    assert not is_ours(fact)
    file.unlink()
    assert not is_ours(fact)


@pytest.mark.parametrize(
    "change", [{"url": "http://thief"}, {"sid": "z"}, {"more": 1}, {"mark": None}, {"mark": ["x"]}, {"mark": "\udc80"}]
)
def test_whatever_is_changed_is_seen(change: dict[str, Any]) -> None:
    assert not is_ours({**marked(FACT, keep=False), **change})


def test_a_home_that_cannot_be_written(home: Path) -> None:
    home.write_text("a file where the folder should be")
    with pytest.raises(SaymonError, match=r"keep needs the file .*saymon_fact_key, which cannot be written"):
        marked(FACT, keep=True)


@pytest.mark.parametrize("found", [None, "text", {}])
def test_no_facts_at_all(found: Any) -> None:
    assert set_by_facts(["saymon_url"], {"saymon_url": "x", "ansible_facts": found}) == set()
