# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters: there and back, odd values, and one sentence for what they cannot take."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.saymon.platform.plugins.filter import conditions, mermaid, metric_names, paths, properties
from ansible_collections.saymon.platform.plugins.module_utils._resources.condition_grammar import OPERATORS, same
from hypothesis import given, settings
from hypothesis import strategies as st

FILTERS = {
    name: function
    for module in (conditions, mermaid, metric_names, paths, properties)
    for name, function in module.FilterModule().filters().items()
}

texts = st.text(st.characters(codec="utf-8"), min_size=1)


def apply(name: str, *args: Any, **options: Any) -> Any:
    return FILTERS[name](*args, **options)


# --- properties -----------------------------------------------------------------------------------


@given(st.dictionaries(texts, st.one_of(st.none(), st.text())))
def test_properties_there_and_back(values: dict[str, Any]) -> None:
    assert apply("properties_to_dict", apply("dict_to_properties", values)) == values


def test_properties_of_some_types() -> None:
    listed = [
        {"name": "Владелец", "value": "Дежурный", "type_id": 1},
        {"name": "TaskType", "value": "ping", "type_id": "8"},
    ]
    assert apply("properties_to_dict", {"id": 1, "properties": listed}) == {"Владелец": "Дежурный", "TaskType": "ping"}
    assert apply("properties_to_dict", listed, types="service") == {"TaskType": "ping"}
    assert apply("properties_to_dict", listed, types=[1]) == {"Владелец": "Дежурный"}
    assert apply("properties_to_dict", [{"name": "a", "value": "b"}], ["info"]) == {"a": "b"}
    twice = [*listed, {"name": "TaskType", "value": "x"}]
    assert apply("properties_to_dict", twice, types=["service"]) == {"TaskType": "ping"}


def test_properties_become_texts() -> None:
    assert apply("dict_to_properties", {"a": True, "b": 42, "c": None}, type="readonly") == [
        {"name": "a", "value": "true", "type_id": 2},
        {"name": "b", "value": "42", "type_id": 2},
        {"name": "c", "value": None, "type_id": 2},
    ]


# --- names of metrics -----------------------------------------------------------------------------


@given(texts)
def test_names_of_metrics_there_and_back(name: str) -> None:
    encoded = apply("encode_metric", name)
    assert re.fullmatch(r"[\w\-./]+", encoded)
    if "///" not in name:
        assert apply("decode_metric", encoded) == name


# --- conditions -----------------------------------------------------------------------------------

comparisons = st.dictionaries(
    st.sampled_from([*OPERATORS]), st.one_of(st.integers(-99, 99), st.text(max_size=5)), min_size=1
)
leaves = st.dictionaries(st.sampled_from(["cpu.load1", "память", "metric"]), comparisons, min_size=1)
trees = st.recursive(
    leaves,
    lambda inner: st.dictionaries(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3), min_size=1),
)


@settings(max_examples=50, deadline=None)
@given(trees)
def test_conditions_there_and_back(readable: dict[str, Any]) -> None:
    native = apply("native_condition", readable)
    assert same(apply("native_condition", apply("readable_condition", native)), native)
    assert apply("native_condition", native) == native


def test_a_condition_that_has_no_readable_form_stays() -> None:
    assert apply("readable_condition", {"all": {"_strange": 1}}) == {"all": {"_strange": 1}}


# --- paths ----------------------------------------------------------------------------------------

plain = st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=1, max_size=6)


@given(st.lists(plain, max_size=5), st.sampled_from([None, "/var/lib", "/", "/дата/1"]))
def test_paths_there_and_back(names: list[str], last: str | None) -> None:
    whole = [*names, *([last] if last else [])]
    assert apply("split_path", apply("join_path", whole)) == whole


@given(st.lists(st.one_of(plain, st.sampled_from(["Web/API", "/var/lib", "C:/дата"])), max_size=5))
def test_paths_with_known_names_there_and_back(names: list[str]) -> None:
    held = [name for name in names if "/" in name]
    if not {part for name in held for part in name.split("/")} & {*names}:
        assert apply("split_path", apply("join_path", names), names=held) == names


@pytest.mark.parametrize(
    ("path", "names"),
    [("", []), ("/", []), ("ROOT/a", ["ROOT", "a"]), ("/ROOT/a/", ["ROOT", "a"]), ("/ROOT//", ["ROOT", "/"])],
)
def test_odd_paths(path: str, names: list[str]) -> None:
    assert apply("split_path", path) == names


# --- Mermaid --------------------------------------------------------------------------------------


def test_a_graph_of_objects_and_links() -> None:
    objects = [
        {"id": 1, "name": "ROOT", "parent_id": []},
        {"id": "a", "name": "Завод", "parent_id": [1]},
        {"id": "b", "name": "db01", "parent_id": "a"},
    ]
    links = [{"id": "l", "source": "b", "target": "c", "names": {"source": "/ROOT/db01", "target": "/ROOT/sw1"}}]
    assert apply("to_mermaid", [*objects, *links, *links]).splitlines() == [
        "graph LR",
        '    n1["ROOT"]',
        '    n2["Завод"]',
        '    n3["db01"]',
        '    n4["/ROOT/sw1"]',
        "    n1 --- n2",
        "    n2 --- n3",
        "    n3 --> n4",
    ]


def test_names_from_other_records_and_ids() -> None:
    graph = apply("to_mermaid", [{"source": "a", "target": 7}], objects=[{"id": "a", "name": "db01"}], direction="TB")
    assert graph.splitlines() == ["graph TB", '    n1["db01"]', '    n2["7"]', "    n1 --> n2"]
    assert apply("to_mermaid", []) == "graph LR\n"


@given(st.text())
def test_no_name_leaves_its_quotes(name: str) -> None:
    graph = apply("to_mermaid", [{"id": "a", "name": name}])
    assert re.fullmatch(r'graph LR\n    n1\["[^"\n\[\]{}<>`&\\|]+"\]\n', graph)


def test_codes_in_names() -> None:
    assert 'n1["#34;a#34; #35;1 #60;b#62;"]' in apply("to_mermaid", [{"id": 1, "name": '"a"\n#1 <b>'}])


# --- what they cannot take ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("properties_to_dict", ["x"], "the value must be a list of properties, got str 'x'."),
        ("properties_to_dict", [{"id": 1}], "the record has no properties: ask for them with fields, or give the list"),
        ("properties_to_dict", [["a"]], "a property must be a dictionary with name and value, got str 'a'."),
        ("properties_to_dict", [[{"name": "a"}, {"name": "a"}]], "several properties are called 'a': choose one with"),
        ("properties_to_dict", [[], ["secret"]], "'secret' is not a type of property: give info,"),
        ("dict_to_properties", [None], "the value must be a dictionary of names and values, got NoneType None."),
        ("dict_to_properties", [{"a": [1]}], "the value of 'a' must be a text, got list [1]: use the filter to_json"),
        ("dict_to_properties", [{"": 1}], "the name of a property must be a text that is not empty, got str ''."),
        ("dict_to_properties", [{"a": 1}, True], "True is not a type of property"),
        ("encode_metric", [7], "the value must be the name of a metric, a text, got int 7."),
        ("decode_metric", [None], "the value must be the name of a metric, a text, got NoneType None."),
        ("native_condition", ["x" * 99], "a condition must be a dictionary such as {cpu.load1: {gt: 8}}, got 'xxx"),
        ("native_condition", [{"a": {"above": 1}}], "'above' of a is not an operator: choose one of eq,"),
        (
            "readable_condition",
            [[]],
            "the condition must be a dictionary such as {cpu.load1: {_gt: '8'}}, got list [].",
        ),
        ("split_path", [["a"]], "the value must be a path, a text, got list ['a']."),
        ("split_path", ["a", [""]], "a name must be a text that is not empty, got str ''."),
        ("join_path", ["a"], "the value must be a list of names, got str 'a'."),
        ("join_path", [["a", 1]], "a name must be a text that is not empty, got int 1."),
        ("to_mermaid", [{}], "the value must be a list of objects or links, got dict {}."),
        ("to_mermaid", [[{"name": "a"}]], "a record must be a dictionary with id, or with source and target, got dict"),
        ("to_mermaid", [[], [], "up"], "direction must be one of LR, RL, TB, TD, BT, got str 'up'."),
    ],
)
def test_what_they_cannot_take(name: str, args: list[Any], says: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        apply(name, *args)
    said = str(caught.value)
    assert said.startswith(f"The filter saymon.platform.{name}: {says}")
    assert said.endswith(".")


def test_a_value_without_an_end() -> None:
    deep: Any = {"a": {"gt": 1}}
    for _level in range(5000):
        deep = {"all": [deep]}
    with pytest.raises(AnsibleFilterError, match="nested too deeply"):
        apply("native_condition", deep)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    max_leaves=10,
)


@pytest.mark.parametrize("name", FILTERS)
@settings(max_examples=50, deadline=None)
@given(value=anything)
def test_any_value_is_taken_or_refused(name: str, value: Any) -> None:
    with suppress(AnsibleFilterError):
        apply(name, value)
