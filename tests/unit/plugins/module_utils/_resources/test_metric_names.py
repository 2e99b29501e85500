# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of metrics: dotted and nested, and as the time series store keeps them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.metric_names import (
    decoded,
    encoded,
    flat,
    is_wanted,
    nested,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from hypothesis import given
from hypothesis import strategies as st

_PARTS = st.text(st.characters(exclude_characters="."), min_size=1, max_size=3)
_TREES = st.recursive(
    st.integers(), lambda inner: st.dictionaries(_PARTS, inner, min_size=1, max_size=3), max_leaves=8
).filter(lambda tree: isinstance(tree, dict))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cpu.load1", "cpu.load1"),
        ("/var/log free-space_1", "/var/log///32///free-space_1"),
        ("100%,é", "100///37//////44///é"),
        ("a///b", "a///b"),
    ],
)
def test_names_in_the_time_series_store(name: str, kept: str) -> None:
    assert encoded(name) == kept
    assert decoded(kept) == name


@given(st.text())
def test_every_name_survives_the_store(name: str) -> None:
    if decoded(name) == name:  # what looks like a code already cannot be told from one
        assert decoded(encoded(name)) == name


@pytest.mark.parametrize("name", ["///55296///", "///9999999///", "///x///", "//32//"])
def test_codes_that_stand_for_nothing(name: str) -> None:
    assert decoded(name) == name


@given(_TREES)
def test_dotted_names_and_trees_mean_the_same(tree: dict[str, Any]) -> None:
    assert nested(dict(flat(tree))) == tree
    assert nested(tree) == tree
    assert nested(tree, dotted=False) == tree


def test_dots_that_are_part_of_names() -> None:
    tree = {"a.b": 1, "a": {"b.c": 2}}
    assert nested(tree, dotted=False) == tree


def test_leaves() -> None:
    tree: dict[str, Any] = {"a": {"b": 1, "c": [True, {"d": "x"}]}, "e": None, "f": {}, "g": []}
    assert list(flat(tree)) == [("a.b", 1), ("a.c.0", True), ("a.c.1.d", "x"), ("e", None)]


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ({"a": 1, "a.b": 2}, "'a' is a value and a branch, since there is also 'a.b'"),
        ({"a": {"b.c": 1}, "a.b.c.d": 2}, "'a.b.c' is a value and a branch, since there is also 'a.b.c.d'"),
        ({"a.b.c": 1, "a": {"b": 2}}, "'a.b' is a value and a branch, since there is also 'a.b.c'"),
        ({"a": {"b": 1}, "a.b": 1}, "'a.b' is given twice"),
        ({"a.": 1}, "the name 'a.' has an empty part"),
        ({"a": {"": 1}}, "the name 'a.' has an empty part"),
    ],
)
def test_names_that_contradict_each_other(tree: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match="^" + said.replace(".", r"\.")):
        nested(tree)


@pytest.mark.parametrize(
    ("name", "wanted", "is_it"),
    [
        ("cpu.load1", None, True),
        ("cpu.load1", ["cpu.load1"], True),
        ("cpu.load1", ["ram", "cpu"], True),
        ("cpus", ["cpu"], False),
        ("cpu", ["cpu.load1"], False),
        ("cpu", [], False),
    ],
)
def test_names_and_branches_that_are_wanted(name: str, wanted: list[str] | None, is_it: bool) -> None:
    assert is_wanted(name, wanted) is is_it
