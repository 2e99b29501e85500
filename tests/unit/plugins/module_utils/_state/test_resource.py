# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of resources, and finding records in them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT, Tree
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    Invalid,
    Items,
    Number,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Index, Resource

THING = Resource(
    name="odd_thing",
    plural="odd_things",
    path="/things",
    fields=(Field("name", "name", Text()), Field("size", "size", Number(1))),
)
PAIR = Resource(name="pair", plural="pairs", path="/pairs", key=("name", "size"), fields=THING.fields)
THINGS: list[dict[str, Any]] = [
    {"id": 1, "name": "One"},
    {"id": "a", "name": "two"},
    {"id": "b", "name": "TWO"},
    {"id": "c", "name": "two", "size": "2"},
    {"id": "d"},
    {"id": "n", "name": 7},
]


def ids(records: list[dict[str, Any]]) -> list[Any]:
    return [record["id"] for record in records]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1", [1]),
        ("a", ["a"]),
        ("One", [1]),
        ("one", [1]),
        ("two", ["a", "c"]),
        ("TWO", ["b"]),
        ("Two", ["a", "b", "c"]),
        ("three", []),
        ("None", []),  # one without a name is not called so
        ("none", []),
        ("7", ["n"]),
    ],
)
def test_named(text: str, found: list[Any]) -> None:
    assert ids(Index(THING, THINGS).named(text)) == found


@pytest.mark.parametrize("name", [[], ["two"], {}, {"two": 1}, True])
def test_a_name_that_is_no_text_is_nobodys(name: Any) -> None:
    assert ids(Index(THING, [*THINGS, {"id": "x", "name": name}]).named("two")) == ["a", "c"]


def test_an_id_goes_before_a_name() -> None:
    assert ids(Index(THING, [*THINGS, {"id": "e", "name": "a"}]).named("a")) == ["a"]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"name": "two", "size": 1}, ["a"]),
        ({"name": "two", "size": 2, "other": 5}, ["c"]),
        ({"name": "Two", "size": 1}, []),
        ({"name": "One", "size": 1}, [1]),
    ],
)
def test_find_by_all_keys(given: dict[str, Any], found: list[Any]) -> None:
    assert ids(Index(PAIR, THINGS).find(given)) == found


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "name and size must be given"),
        ({"name": "x"}, "size must be given"),
        ({"name": "", "size": 1}, "name must be given"),
    ],
)
def test_find_needs_all_keys(given: dict[str, Any], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        Index(PAIR, THINGS).find(given)


def test_what_is_added_is_found_in_every_way() -> None:
    index = Index(THING, THINGS)
    before = [ids(index.named("new")), ids(index.find({"name": "new"}))]
    index.add({"id": "n", "name": "new"})
    index.add({"id": "m", "name": "NEW"})
    assert [before, ids(index.named("new")), ids(index.named("New")), ids(index.find({"name": "new"}))] == [
        [[], []],
        ["n"],
        ["n", "m"],
        ["n"],
    ]
    assert ids(index.named("m")) == ["m"]


@pytest.mark.parametrize(
    ("values", "scalar"),
    [
        ([], False),
        ([None, ""], False),
        (["a", None], True),
        ([1], True),
        ([["a"], "b"], False),
        ([[]], False),
    ],
)
def test_scalars(values: list[Any], scalar: bool) -> None:
    index = Index(THING, [{"id": number, "group": value} for number, value in enumerate(values)] + [{"id": "x"}])
    assert index.holds_scalars("group") is scalar
    assert index.holds_scalars("objectPermissions.include") is False


def test_labels_and_calls() -> None:
    assert (THING.label, THING.creators, THING.by_option["size"].key) == ("odd thing", (("POST", "/things"),), "size")
    assert len(RESOURCES["password_policy"].creators) == 2


@pytest.mark.parametrize("name", sorted(RESOURCES))
def test_tables_are_sound(name: str) -> None:
    """What would only show when somebody uses just that option."""
    resource = RESOURCES[name]
    assert resource.name == name
    options = [one.option for one in resource.fields]
    keys = [one.key for one in resource.fields if one.only is None]  # others share a list, of which each has a part
    assert len(options) == len(set(options))
    assert len(keys) == len(set(keys))
    reserved = {"id", "state", "parallel", resource.plural, *resource.flags}
    assert not reserved & set(options)
    assert set(resource.key) | set(resource.find_by) <= set(options)
    used = {flag for one in resource.fields for flag in (one.append, one.create) if flag}
    assert used <= set(resource.flags)
    assert {flag for flag in resource.flags if flag.startswith(("append_", "create_"))} <= used
    for one in resource.fields:
        field_type = one.type.element if isinstance(one.type, Items) else one.type
        assert not isinstance(field_type, Reference) or field_type.resource in RESOURCES
        assert one.read({}) == one.type.empty == one.read({one.key.partition(".")[0]: None})
        assert one.type.merge(one.type.empty, one.type.empty, False) == one.type.empty
        assert set(one.type.argument) <= {"type", "elements", "choices", "options", "no_log"}


# --- the tree of objects --------------------------------------------------------------------------

RECORDS: list[dict[str, Any]] = [
    {"id": "o", "name": "Orphan"},
    {"id": 1, "name": "Wurzel", "parent_id": []},
    {"id": "s", "name": "Site", "parent_id": [1]},
    {"id": "t", "name": "site", "parent_id": ["1"]},
    {"id": "r", "name": "Rack", "parent_id": ["s", "t"], "discovery_id": "d"},
    {"id": "q", "name": "Rack", "parent_id": "t", "discovery_id": ""},
    {"id": "w", "name": "Wurzel", "parent_id": [1]},
    {"id": "v", "name": "/var/lib", "parent_id": ["r"]},
    {"id": "b", "name": "a/b", "parent_id": ["v"]},
    {"id": "c", "name": "a", "parent_id": ["v"]},
    {"id": "d", "name": "b", "parent_id": ["c"]},
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/", [1]),
        ("/Wurzel", [1]),
        ("/wurzel/Site", ["s"]),
        ("/Site/Rack", ["r"]),
        ("//site//Rack/", ["q", "r"]),
        ("/Wurzel/Wurzel", ["w"]),
        ("/ROOT", []),
        ("/Nowhere/Rack", []),
        ("/Site/rack", []),
        ("Wurzel/Site/Rack", ["r"]),
        ("Site/Rack", ["r"]),
        ("Site/rack", []),
        ("a/b", ["b"]),
        ("/Site/Rack//var/lib", ["v"]),
        ("/Site/Rack/var/lib", []),
        ("/Site/Rack//var/lib/a/b", ["b", "d"]),
        ("Rack", ["r", "q"]),
        ("r", ["r"]),
        ("Site", ["s"]),
        ("SITE", ["s", "t"]),
        ("Orphan", ["o"]),
    ],
)
def test_paths(text: str, found: list[Any]) -> None:
    assert ids(Tree(OBJECT, RECORDS).named(text)) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"discovery_id": "d", "name": "other"}, ["r"]),
        ({"discovery_id": "x", "name": "Rack"}, []),
        ({"name": "Site"}, ["s"]),
        ({"name": "Site", "parents": ()}, ["s"]),
        ({"name": "Rack"}, []),
        ({"name": "Rack", "parents": ("s",)}, ["r"]),
        ({"name": "Rack", "parents": ("s", "t")}, ["r", "q"]),
    ],
)
def test_find_objects(given: dict[str, Any], found: list[Any]) -> None:
    assert ids(Tree(OBJECT, RECORDS).find(given)) == found


@pytest.mark.parametrize("given", [{}, {"parents": ("s",)}, {"discovery_id": "", "name": ""}])
def test_an_object_needs_a_key(given: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="discovery_id, path, or name with parents, must be given"):
        Tree(OBJECT, RECORDS).find(given)


def test_the_root() -> None:
    assert Tree(OBJECT, RECORDS).root == "1"
    assert (
        Tree(OBJECT, [{"id": "x", "name": "Top", "parent_id": []}, {"id": "y", "name": "y", "parent_id": ["x"]}]).root
        == "x"
    )
    assert Tree(OBJECT, []).root == Tree(OBJECT, [{"id": "y", "name": "y", "parent_id": ["x"]}]).root == "1"
