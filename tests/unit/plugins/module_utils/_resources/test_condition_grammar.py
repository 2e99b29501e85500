# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions in the readable form and in SAYMON's own, and the way between the two."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.condition_grammar import (
    OPERATORS,
    as_field,
    native_of,
    native_value,
    readable_of,
    readable_value,
    same,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

RANDOM = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

PAIRS = [
    ({"cpu.load1": {"gt": 8}}, {"cpu.load1": {"_gt": "8"}}),
    ({"cpu.load1": {"gt": 8.5, "le": 1000000}}, {"cpu.load1": {"_gt": "8.5", "_lte": "1000000"}}),
    ({"имя": {"eq": "Работает"}}, {"имя": {"_eq": "Работает"}}),
    ({"version": {"eq": "007"}}, {"version": {"_eq": "007"}}),
    ({"version": {"ne": "1.10"}}, {"version": {"_neq": "1.10"}}),
    ({"serial": {"eq": "1234567890123456789"}}, {"serial": {"_eq": "1234567890123456789"}}),
    ({"log": {"matches": "^[a-z]+$"}}, {"log": {"_m": "^[a-z]+$"}}),
    ({"log": {"contains": "a", "not_contains": "b"}}, {"log": {"_ct": "a", "_nct": "b"}}),
    ({"rtt": {"exists": True}}, {"rtt": {"_exists": True}}),
    ({"rtt": {"_new": [1]}}, {"rtt": {"_new": [1]}}),
    ({"metric": "cpu", "lt": 0.1}, {"_field": {"name": "cpu", "value": {"_lt": "0.1"}}}),
    ({"metric": {"gt": 1}}, {"metric": {"_gt": "1"}}),
    ({"all": {"gt": 1}, "any": {"lt": -5}}, {"all": {"_gt": "1"}, "any": {"_lt": "-5"}}),
    (
        {"formula": "[disk.used] / [disk.size]", "ge": 0.9},
        {"_formula": {"definition": "{{disk.used}} / {{disk.size}}", "value": ">=0.9"}},
    ),
    ({"formula": "[a b]", "value": "==1"}, {"_formula": {"definition": "{{a b}}", "value": "==1"}}),
    ({"formula": "{{a[0]}} + [1]", "lt": 1}, {"_formula": {"definition": "{{a[0]}} + [1]", "value": "<1"}}),
    ({"ratio": ["a", "b"], "gt": 0.5}, {"_ratio": {"num": "a", "denom": "b", "value": ">0.5"}}),
    (
        {"any": [{"a": {"gt": 1}}, {"all": [{"b": {"lt": 2}}, {"_period": {"from": 9}}]}]},
        {"_or": [{"a": {"_gt": "1"}}, {"_and": [{"b": {"_lt": "2"}}, {"_period": {"from": 9}}]}]},
    ),
    ({"a": {"gt": 1}, "_duration": 60000}, {"a": {"_gt": "1"}, "_duration": 60000}),
    ({"_and": {"unknown": "form"}}, {"_and": {"unknown": "form"}}),
    ({"_and": []}, {"_and": []}),
    # What a newer server adds to a form is not lost, so the form stays SAYMON's own.
    (
        {"_formula": {"definition": "{{a}}", "value": ">1", "unit": "ms"}},
        {"_formula": {"definition": "{{a}}", "value": ">1", "unit": "ms"}},
    ),
    ({"_formula": {"definition": "[1]", "value": ">1"}}, {"_formula": {"definition": "[1]", "value": ">1"}}),
    ({"_field": {"name": "a", "value": "odd"}}, {"_field": {"name": "a", "value": "odd"}}),
    ({}, {}),
]


@pytest.mark.parametrize(("readable", "native"), PAIRS)
def test_each_form_has_its_native_one(readable: Any, native: Any) -> None:
    assert native_of(readable) == native
    assert readable_of(native) == readable


@pytest.mark.parametrize(
    ("readable", "native"),
    [
        ({"a": {"gt": "8"}}, {"a": {"_gt": "8"}}),
        ({"a": {"gt": 8.0}}, {"a": {"_gt": "8"}}),
        ({"a": {"gt": 1e-7}}, {"a": {"_gt": "0.0000001"}}),
        ({"a": {"gt": 10**20}}, {"a": {"_gt": "1" + "0" * 20}}),
        ({"a": {"eq": "1.50"}}, {"a": {"_eq": "1.50"}}),
        ({1: {"gt": 1}}, {"1": {"_gt": "1"}}),
        ({"a": {"_gt": 8}}, {"a": {"_gt": 8}}),
        ({"formula": "{{a}}", "le": "07"}, {"_formula": {"definition": "{{a}}", "value": "<=07"}}),
    ],
)
def test_other_ways_to_write_the_same(readable: Any, native: Any) -> None:
    assert native_of(readable) == native


@pytest.mark.parametrize("native", [{"x": 42}, {"a": {"gt": 8}}, {"a": {}}, {"all": ["b"]}, {"formula": "x"}, [], "x"])
def test_what_the_readable_form_cannot_express(native: Any) -> None:
    assert readable_of(native) is None


@pytest.mark.parametrize(
    ("readable", "said"),
    [
        ("cpu > 8", "a condition must be a dictionary such as {cpu.load1: {gt: 8}}, got 'cpu > 8'"),
        ({"cpu": 8}, "cpu must have a comparison such as {gt: 8}, got 8"),
        ({"cpu": {}}, "cpu must have a comparison such as {gt: 8}, got {}"),
        ({"cpu": {"gte": 8}}, "'gte' of cpu is not an operator: choose one of eq, ne, gt, ge, lt, le, contains, "),
        ({"cpu": {"gt": [8]}}, "gt of cpu must be a text or a number, got [8]"),
        ({"cpu": {"gt": float("nan")}}, "gt of cpu must be a text or a number, got nan"),
        ({"cpu": {"gt": None}}, "gt of cpu must be a text or a number, got None"),
        ({"cpu": {"gt": 8, "_gt": 9}}, "_gt is given twice, also by its readable name: leave one of the two out"),
        ({"all": [], "_and": []}, "all must be a list of conditions, got []"),
        ({"all": "x"}, "all must be a list of conditions, got 'x'"),
        ({"any": [{"a": {"gt": 1}}, 5]}, "a condition must be a dictionary such as {cpu.load1: {gt: 8}}, got 5"),
        (
            {"formula": "[a]"},
            "formula must have exactly one comparison, gt, ge, lt, le or a value such as '==0.9', got ",
        ),
        ({"formula": "[a]", "gt": 1, "lt": 5}, "formula must have exactly one comparison"),
        ({"formula": "[a]", "eq": 1}, "formula must have exactly one comparison"),
        ({"formula": "[a]", "gt": True}, "gt of formula must be a text or a number, got True"),
        ({"formula": "", "gt": 1}, "formula must be a text that is not empty, got ''"),
        ({"metric": 5, "gt": 1}, "metric must be a text that is not empty, got 5"),
        ({"metric": "cpu"}, "cpu must have a comparison such as {gt: 8}, got {}"),
        ({"ratio": ["a"], "gt": 1}, "ratio must be a list of two metrics, got ['a']"),
    ],
)
def test_refused(readable: Any, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        native_of(readable)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": {"_gt": "8"}}, {"a": {"_gt": 8}}),
        ({"a": {"_gt": "8.50"}}, {"a": {"_gt": 8.5}}),
        ({"a": {"_exists": True}}, {"a": {"_exists": "true"}}),
        ({"a": {"_exists": True}}, {"a": {"_exists": "True"}}),
        ({"a": {"_gt": "8"}}, {"_field": {"name": "a", "value": {"_gt": 8}}}),
        ({"_and": [{"a": {"_gt": "8"}}]}, {"_and": [{"_field": {"value": {"_gt": 8}, "name": "a"}}]}),
        ({"a": 1, "b": 2}, {"b": "2", "a": "1.0"}),
    ],
)
def test_same(one: Any, other: Any) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": {"_gt": "8"}}, {"a": {"_gt": "9"}}),
        ({"a": {"_gt": "8"}}, {"a": {"_gte": "8"}}),
        ({"a": {"_gt": "8"}}, {"b": {"_gt": "8"}}),
        ({"a": {"_eq": "007"}}, {"a": {"_eq": "7"}}),
        ({"a": {"_eq": "123456789012345678"}}, {"a": {"_eq": "123456789012345679"}}),
        ({"a": {"_exists": True}}, {"a": {"_exists": 1}}),
        ({"a": {"_exists": None}}, {"a": {}}),
        ({"_and": [1, 2]}, {"_and": [2, 1]}),
        ({"_field": {"name": "a", "value": {}, "x": 1}}, {"a": {}}),
    ],
)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)


def test_rules_compare_fields() -> None:
    assert as_field({"a": {"_gt": "1"}}) == {"_field": {"name": "a", "value": {"_gt": "1"}}}
    others: list[Any] = [{"a": {"_gt": "1"}, "b": {"_gt": "1"}}, {"_and": []}, {}, {"a": 1}]
    for other in others:
        assert as_field(other) == other


@pytest.mark.parametrize(
    ("readable", "native"),
    [
        ("[new.cpu] * 2 + [current.a b]", "{{new.cpu}} * 2 + {{current.a b}}"),
        ("[OK]", "[OK]"),
        ("{{new.x[0]}} [new.y]", "{{new.x[0]}} [new.y]"),
        ("{{other}}", "{{other}}"),
    ],
)
def test_values_of_actions(readable: str, native: str) -> None:
    assert native_value(readable) == native
    assert readable_value(native) == readable


# --- any condition --------------------------------------------------------------------------------

METRICS = st.sampled_from(["cpu.load1", "a b", "имя", "all", "formula", "metric", "gt", "x[0]", "1"])
CONSTANTS = st.one_of(
    st.integers(-(10**9), 10**9),
    st.integers(-(10**4), 10**4).map(lambda number: number / 16),
    st.sampled_from(["", "x", "007", "1.50", "true", "[a]", "{{a}}", ">=5", "имя", "1e3"]),
)
COMPARISONS = st.dictionaries(st.sampled_from(sorted(OPERATORS)), CONSTANTS, min_size=1, max_size=2)
SIGNED = st.dictionaries(st.sampled_from(["gt", "ge", "lt", "le"]), CONSTANTS, min_size=1, max_size=1)
FORMULAS = st.sampled_from(["[a] / [b]", "[cpu.load 1] * 2", "{{a}} + {{b[0]}}", "1", "{{a", "max([a], 1)"])


def _trees(leaves: st.SearchStrategy[Any], words: tuple[str, str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.sampled_from(words).flatmap(
            lambda word: st.lists(inner, min_size=1, max_size=3).map(lambda parts: {word: parts})
        ),
        max_leaves=6,
    )


READABLE = _trees(
    st.one_of(
        st.dictionaries(METRICS, COMPARISONS, min_size=1, max_size=2),
        st.builds(lambda metric, compared: {"metric": metric, **compared}, METRICS, COMPARISONS),
        st.builds(lambda text, compared: {"formula": text, **compared}, FORMULAS, SIGNED),
        st.builds(lambda num, denom, compared: {"ratio": [num, denom], **compared}, METRICS, METRICS, SIGNED),
        st.builds(lambda body: {"_period": body}, st.dictionaries(st.sampled_from("ab"), st.integers())),
    ),
    ("all", "any"),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), CONSTANTS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "_and",
                    "_or",
                    "_field",
                    "_formula",
                    "_ratio",
                    "_gt",
                    "_new",
                    "name",
                    "value",
                    "definition",
                    "all",
                    "gt",
                ]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
NATIVE = st.dictionaries(st.sampled_from(["cpu", "all", "_and", "_or", "_field", "_formula", "_x"]), JSON, max_size=3)


@pytest.mark.slow
@RANDOM
@given(READABLE)
def test_there_and_back(readable: Any) -> None:
    given = copy.deepcopy(readable)
    native = native_of(readable)
    assert readable == given  # left alone
    assert json.loads(json.dumps(native)) == native
    back = readable_of(native)
    assert back is not None
    assert native_of(back) == native
    assert readable_of(native_of(back)) == back


@pytest.mark.slow
@RANDOM
@given(NATIVE)
def test_back_and_there(native: Any) -> None:
    """What comes from a server either has a readable form that means the same, or is left as it is."""
    kept = copy.deepcopy(native)
    readable = readable_of(native)
    assert native == kept
    if readable is not None:
        assert same(native_of(readable), native)


@pytest.mark.slow
@RANDOM
@given(READABLE, READABLE)
def test_only_the_same_is_the_same(one: Any, other: Any) -> None:
    natives = [json.dumps(native_of(each), sort_keys=True) for each in (one, other)]
    if natives[0] == natives[1]:
        assert same(native_of(one), native_of(other))
    changed = native_of({"all": [one, {"cpu": {"gt": 1}}]})
    assert not same(changed, native_of({"all": [one, {"cpu": {"gt": 2}}]}))
