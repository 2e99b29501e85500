# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding objects in trees of odd shapes. What is asked of the server stands in the test of saymon_object_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, Record, run_on


def below(parent: str, *objects: Record, deep: bool = True) -> list[Any]:
    result = run_on(
        FakeServer(objects=objects), "saymon_object_info", {"parent": parent, "deep": deep, "fields": ["name"]}
    )
    return [record["id"] for record in result["objects"]]


def test_a_very_deep_tree() -> None:
    chain: list[Record] = [
        {"id": f"o{number}", "name": f"o{number}", "parent_id": [f"o{number - 1}" if number else 1]}
        for number in range(1500)
    ]
    assert len(below("/ROOT", *chain)) == 1500
    assert below("o1498", *chain) == ["o1499"]


def test_many_ways_up() -> None:
    """Each object stands below both of the layer above: there are 2 ** 40 ways from the bottom to the root."""
    layers: list[Record] = [
        {
            "id": f"{side}{number}",
            "name": f"{side}{number}",
            "parent_id": [f"a{number - 1}", f"b{number - 1}"] if number else [1],
        }
        for number in range(40)
        for side in "ab"
    ]
    assert len(below("/ROOT", *layers)) == 80
    assert below("a38", *layers) == ["a39", "b39"]


def test_rings_end() -> None:
    ring = [{"id": f"o{number}", "name": f"o{number}", "parent_id": [f"o{(number + 1) % 3}"]} for number in range(3)]
    assert below("/ROOT", *ring) == []
    assert sorted(below("o0", *ring)) == ["o0", "o1", "o2"]
    assert below("o0", *ring, deep=False) == ["o2"]


@pytest.mark.parametrize(("parent", "found"), [("/ROOT", ["a"]), ("hidden", None), ("a", ["b"])])
def test_parts_of_a_tree(parent: str, found: list[str] | None) -> None:
    """An account sees some objects and not what stands between them. The root may be named all the same."""
    server = FakeServer(
        objects=[
            {"id": "a", "name": "a", "parent_id": [1]},
            {"id": "b", "name": "b", "parent_id": ["a", "x"]},
            {"id": "c", "name": "c", "parent_id": ["x"]},
        ]
    )
    del server.data["/objects"][0]
    result = run_on(server, "saymon_object_info", {"parent": parent})
    if found is None:
        assert result["msg"] == (
            "parent: there is no object 'hidden': check the spelling, and whether the account may see it."
        )
    else:
        assert [record["id"] for record in result["objects"]] == found


def test_several_parents_of_a_name() -> None:
    halls: list[Record] = [
        {"id": "h1", "name": "Hall", "parent_id": [1]},
        {"id": "h2", "name": "Hall", "parent_id": ["h1"]},
    ]
    racks: list[Record] = [
        {"id": "r1", "name": "r1", "parent_id": ["h1"]},
        {"id": "r2", "name": "r2", "parent_id": ["h2"]},
    ]
    server = FakeServer(objects=[*halls, *racks])
    assert run_on(server, "saymon_object_info", {"parent": "Hall"})["msg"] == (
        "parent: several objects are called 'Hall' (ids h1, h2): give the id."
    )
    assert below("/ROOT/Hall/Hall", *halls, *racks) == ["r2"]
    assert below("h1", *halls, *racks, deep=False) == ["h2", "r1"]


def parents_of(server: FakeServer) -> dict[Any, list[str]]:
    """What `resolve` calls the parents of each object."""
    result = run_on(server, "saymon_object_info", {"resolve": True, "fields": ["parent_id"]})
    return {record["id"]: record["names"]["parents"] for record in result["objects"]}


def test_paths_in_odd_trees() -> None:
    """Where no path leads up from the root, a parent keeps its id. A parent that can be seen is preferred."""
    server = FakeServer(
        objects=[
            {"id": "a", "name": "A", "parent_id": ["hidden", 1]},
            {"id": "b", "name": "B", "parent_id": ["a", "hidden"]},
            {"id": "c", "name": "C", "parent_id": ["d"]},
            {"id": "d", "name": "D", "parent_id": ["c"]},
            {"id": "e", "name": "E", "parent_id": ["d", "b"]},
            {"id": "f", "name": "F", "parent_id": "b"},
        ]
    )
    paths = {
        1: [],
        "a": ["/ROOT", "hidden"],
        "b": ["/ROOT/A", "hidden"],
        "c": ["d"],
        "d": ["c"],
        "e": ["/ROOT/A/B", "d"],
        "f": ["/ROOT/A/B"],
    }
    assert parents_of(server) == paths
    del server.data["/objects"][0]
    assert parents_of(server) == {key: value for key, value in paths.items() if key != 1}


def test_paths_of_a_very_deep_tree() -> None:
    chain: list[Record] = [
        {"id": f"o{number}", "name": "x", "parent_id": [f"o{number - 1}" if number else 1]} for number in range(1100)
    ]
    assert parents_of(FakeServer(objects=reversed(chain)))["o1099"] == ["/ROOT" + "/x" * 1099]


@pytest.mark.parametrize(
    "properties", [None, [], "", [{"name": "a", "value": None}], [{"name": "a", "type_id": None, "value": 5}]]
)
def test_odd_properties(properties: Any) -> None:
    server = FakeServer(objects=[{"id": "o", "name": "o", "parent_id": [1], "properties": properties}])
    found = run_on(server, "saymon_object_info", {"parent": "/ROOT", "property": {"name": "a", "value": "5"}})[
        "objects"
    ]
    assert len(found) == bool(properties and properties[0].get("value") == 5)
