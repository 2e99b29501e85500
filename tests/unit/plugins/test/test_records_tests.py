# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests for records."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.saymon.platform.plugins.test.records import TestModule as Plugin

TESTS = Plugin().tests()


@pytest.mark.parametrize(
    ("value", "states", "is_so"),
    [
        (5, None, True),
        ("5", None, True),
        ("ALARM", None, True),
        (3, None, False),
        ("Working", None, False),
        ({"state_id": 8}, None, True),
        ({"state_id": "3"}, None, False),
        ({"state_id": "64b1", "names": {"state": "Пожар"}}, None, False),
        ({"state_id": "64b1", "names": {"state": "Пожар"}}, ["пожар"], True),
        ({"state_id": "64b1"}, ["64b1"], True),
        ({"state_id": 7}, ["nodata"], True),
        ({"state_id": 5}, [8], False),
        ({"state_id": 5}, [], False),
    ],
)
def test_in_alarm(value: Any, states: Any, is_so: bool) -> None:
    assert TESTS["in_alarm"](value, *([] if states is None else [states])) is is_so


@pytest.mark.parametrize(
    ("incident", "is_so"),
    [
        ({"id": "1"}, False),
        ({"id": "1", "acknowledgedBy": None, "acknowledgementTimestamp": None}, False),
        ({"id": "1", "acknowledgedBy": "64b1"}, True),
        ({"entityId": 1, "acknowledgementTimestamp": 1700000000000}, True),
    ],
)
def test_acknowledged(incident: Any, is_so: bool) -> None:
    assert TESTS["acknowledged"](incident) is is_so


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("in_alarm", [None], "a state must be an id or a name, got NoneType None."),
        ("in_alarm", [True], "a state must be an id or a name, got bool True."),
        ("in_alarm", [{"id": 1}], "the record has no state_id: add state_id to fields, or give the name of a state."),
        ("in_alarm", [5, "Alarm"], "the value must be a list of states, got str 'Alarm'."),
        ("in_alarm", [5, [[]]], "a state must be an id or a name, got list []."),
        ("acknowledged", ["x"], "the value must be the record of an incident, got str 'x'."),
    ],
)
def test_what_they_cannot_take(name: str, args: list[Any], says: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        TESTS[name](*args)
    assert str(caught.value) == f"The test saymon.platform.{name}: {says}"
