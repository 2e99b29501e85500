# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module saymon_link_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.saymon.platform.tests.unit.support import Exchange, Script, run_module, search

NAME = "saymon_link_info"
ALL = (
    "class_id,client_data,created,last_state_update,manual_state,operations,owner_id,properties,source,source_name,"
    "state_id,tags,target,target_name,updated,weight"
)
ROOT: dict[str, Any] = {"id": 1, "name": "ROOT", "parent_id": []}
DB, SWITCH, OTHER = ({"id": f"o{number}", "name": name, "parent_id": [1]} for number, name in enumerate("abc"))
OBJECTS = [ROOT, DB, SWITCH, OTHER]
CABLE = {"id": "p1", "name": "Cable", "value": "CAT6", "type_id": 1}
FIRST = {"id": "l1", "source": "o0", "target": "o1", "class_id": 35, "properties": [CABLE], "weight": 1}
SECOND = {
    "id": "l2",
    "source": "o1",
    "target": "o2",
    "class_id": "36",
    "state_id": 5,
    "properties": [{**CABLE, "value": "Fibre"}],
}
THIRD = {"id": "l3", "source": "o1", "target": "o0", "class_id": 36}
LINKS = [THIRD, FIRST, SECOND]
STATES = ("GET", "/states", 200, [{"id": 5, "name": "Alarm"}])
CLASSES = ("GET", "/classes", 200, [{"id": 35, "name": "Link"}, {"id": 36, "name": "Cable"}])


def listed(fields: str = ALL) -> Exchange:
    return Exchange("GET", f"/links?fields={fields}", 200, LINKS)


def by_name(name: str) -> Exchange:
    return search("name", *sorted(("ROOT", name)), among=OBJECTS)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("filters", "lookups", "found"),
    [
        ({}, [], [FIRST, SECOND, THIRD]),
        ({"id": "l2"}, [], [SECOND]),
        ({"source": "b"}, [by_name("b")], [SECOND, THIRD]),
        ({"target": "/a"}, [by_name("a")], [THIRD]),
        ({"object": "a"}, [by_name("a")], [FIRST, THIRD]),
        ({"object": "a", "source": "b"}, [search("name", "ROOT", "a", "b", among=OBJECTS)], [THIRD]),
        ({"class": "cable"}, [CLASSES], [SECOND, THIRD]),
        ({"class": 35}, [], [FIRST]),
        ({"property": {"name": "Cable"}}, [], [FIRST, SECOND]),
        ({"property": {"name": "Cable", "value": "Fibre"}}, [], [SECOND]),
        ({"property": {"name": "cable"}}, [], []),
        ({"property": {"name": "Cable", "value": ""}, "source": "b"}, [by_name("b")], []),
        ({"state": "alarm"}, [STATES], [SECOND]),
        ({"link_state": 5}, [STATES], [SECOND]),
    ],
)
def test_filters(
    script: Script, check: bool, filters: dict[str, Any], lookups: list[Any], found: list[dict[str, Any]]
) -> None:
    script(*lookups, listed())
    assert run_module(NAME, filters, check=check) == {"changed": False, "links": found}


@pytest.mark.parametrize(
    ("filters", "asked", "found"),
    [
        ({"fields": ["weight"]}, "class_id,source,target,weight", [{"id": "l1", "weight": 1}, {"id": "l2"}]),
        (
            {"fields": ["target"], "property": {"name": "Cable", "value": "CAT6"}},
            "class_id,properties,source,target",
            [{"id": "l1", "target": "o1"}],
        ),
    ],
)
def test_fields(script: Script, filters: dict[str, Any], asked: str, found: list[dict[str, Any]]) -> None:
    script(listed(asked))
    assert run_module(NAME, {"limit": 2, **filters})["links"] == found


def test_names_are_read_with_one_list_of_each_kind(script: Script) -> None:
    script(Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS), listed(), CLASSES, STATES)
    (found,) = run_module(NAME, {"source": "b", "target": "c", "resolve": True})["links"]
    assert found["names"] == {"source": "/ROOT/b", "target": "/ROOT/c", "class": "Cable", "state": "Alarm", "tags": []}


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"source": ""}, "source is empty: give a text, or leave the option out."),
        ({"property": {"name": ""}}, "property: name is empty: give a text"),
        ({"object": "nobody"}, "object: there is no object 'nobody': check the spelling"),
    ],
)
def test_wrong_filters(script: Script, filters: dict[str, Any], said: str) -> None:
    if "object" in filters:
        script(by_name("nobody"), Exchange("GET", "/objects?fields=discovery_id,name,parent_id", 200, OBJECTS))
    assert run_module(NAME, filters)["msg"].startswith(said)
