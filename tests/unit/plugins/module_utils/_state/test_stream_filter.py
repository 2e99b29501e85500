# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a long list is given up while it arrives, and that nothing depends on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Json, Text
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, Packed, Plan, unpacked
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.plugins.module_utils._state.stream_filter import StreamFilter
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, Record, ensure_on

PAIR = {"name": "rack", "value": "A1"}
SERVED = [{"id": "p1", "type_id": 1, **PAIR}]


def _item(number: int = 0, **given: Any) -> Item:
    parsed = {option: OBJECT.by_option[option].type.parse(value) for option, value in given.items()}
    return Item(OBJECT, number, parsed, {"state": "present", "append_properties": True}, None)


def _record(**changes: Any) -> Record:
    return {
        "id": "o1",
        "name": "Host",
        "discovery_id": "d1",
        "properties": SERVED,
        "client_data": '{"a": 1}',
        **changes,
    }


@pytest.mark.parametrize("named", [{"name": "Host"}, {"discovery_id": "d1"}, {"name": "other", "discovery_id": "d1"}])
def test_what_agrees_is_left_out(named: dict[str, Any]) -> None:
    item = _item(**named, properties=[PAIR])
    stream_filter = StreamFilter(OBJECT, [item])
    record, whole = stream_filter(_record()), _record()
    del whole["properties"]
    assert record == whole
    assert stream_filter.left_out == {("properties", "o1"): item}


@pytest.mark.parametrize(
    "given",
    [
        {"name": "Host"},
        {"name": "Host", "properties": [{"name": "rack", "value": "B2"}]},
        {"name": "Host", "properties": [PAIR, {"name": "slot", "value": "3"}]},
        {"name": "Host", "properties": [PAIR], "client_data": {"a": 2}},
        {"name": "host", "properties": [PAIR]},
        {"discovery_id": "d2", "properties": [PAIR]},
    ],
)
def test_everything_else_stays(given: dict[str, Any]) -> None:
    item = _item(**given)
    kept = "client_data" if "client_data" in given else "properties"
    stream_filter = StreamFilter(OBJECT, [item])
    assert stream_filter(_record())[kept] == _record()[kept]
    assert (kept, "o1") not in stream_filter.left_out


def test_a_record_that_is_updated_by_a_put_of_everything_is_kept_whole() -> None:
    views = [{"id": f"v{n}", "name": f"v{n}", "data": {"wide": True}, "color": "red"} for n in range(2)]
    table = Resource(
        name="view",
        plural="views",
        path="/views",
        update="PUT",
        fields=(
            Field("name", "name", Text(filled=True)),
            Field("data", "data", Json("dict", {})),
            Field("color", "color", Text()),
        ),
    )
    server = FakeServer(views=views)
    items = [{"name": f"v{n}", "data": {"wide": True}, "color": "blue"} for n in range(2)]
    assert ensure_on(server, table, *items).get("msg") is None
    assert server.data["/views"] == [{**view, "color": "blue"} for view in views]


def test_an_item_that_is_planned_again_finds_what_was_left_out() -> None:
    """The parent is planned after its children, and only then are these known to be right."""
    server = FakeServer(objects=[{"id": "o1", "name": "Host", "parent_id": [1], "properties": [dict(SERVED[0])]}])
    server.deaf = {"POST /objects/search"}
    items = [
        {"name": "Host", "append_parents": True, "parents": ["/new"], "properties": [PAIR], "id": "o1"},
        {"name": "new"},
    ]
    result = ensure_on(server, "object", *items)
    assert (result.get("msg"), [list(diff["after"]) for diff in result["diff"]]) == (
        None,
        [["parents"], ["name", "state"]],
    )


def test_items_of_one_name_are_told_apart_later() -> None:
    items = [_item(number, name="Host", properties=[PAIR]) for number in range(2)]
    assert StreamFilter(OBJECT, items)(_record()) == _record()


@pytest.mark.parametrize("name", [None, 7, ["Host"], {"a": 1}])
def test_odd_names_of_a_server_do_no_harm(name: Any) -> None:
    assert StreamFilter(OBJECT, [_item(name="Host", properties=[PAIR])])(_record(name=name)) == _record(name=name)


def _disks(count: int) -> list[Record]:
    hosts = [{"id": f"h{n}", "name": f"host{n}", "parent_id": [1]} for n in range(count)]
    disks = [
        {"id": f"d{n}", "name": "disk", "parent_id": [f"h{n}"], "properties": [dict(SERVED[0])]} for n in range(count)
    ]
    return [*hosts, *disks]


@pytest.mark.parametrize("file", ["", "list.jsonl"])
def test_a_record_that_agrees_with_another_item_is_read_again(file: str) -> None:
    """Two disks, of which one item means the first by its place and another the second by its id: the name fits
    both."""
    server = FakeServer(objects=_disks(2))
    server.deaf = {"POST /objects/search"}
    items = [
        {"name": "disk", "parents": ["/host0"], "properties": [PAIR]},
        {"id": "d1", "properties": [{"name": "rack", "value": "B2"}, {"name": "slot", "value": "3"}]},
    ]
    result = ensure_on(server, "object", *items, file=file)
    assert [outcome["action"] for outcome in result["outcomes"]] == ["unchanged", "updated"]
    assert result["diff"][0]["before"] == {"properties": {"rack": "A1"}}
    assert server.reads == ["/objects/search", "/objects", "/objects/d1"]
    assert [(method, path) for method, path, _body in server.writes] == [
        ("PATCH", "/objects/d1/props/p1"),
        ("POST", "/objects/d1/props"),
    ]


def test_a_list_reads_once_and_a_single_item_shows_the_whole_record() -> None:
    server = FakeServer(objects=_disks(50))
    items = [{"name": "disk", "parents": [f"/host{n}"], "properties": [PAIR]} for n in range(50)]
    assert ensure_on(server, "object", *items)["changed"] is False
    assert server.reads == ["/objects"]
    assert "properties" not in str(ensure_on(server, "object", items[0])["diff"])


@pytest.mark.parametrize("file", ["", "list.jsonl"])
def test_the_bulk_is_changed_where_it_differs(file: str) -> None:
    server = FakeServer(
        objects=[{"id": f"o{n}", "name": f"o{n}", "parent_id": [1], "properties": [dict(SERVED[0])]} for n in range(3)]
    )
    server.deaf = {"POST /objects/search"}
    items = [
        {"name": f"o{n}", "weight": 2, "properties": [{"name": "rack", "value": "A1" if n else "B2"}]} for n in range(3)
    ]
    foreseen = ensure_on(server, "object", *items, check=True, file=file)
    result = ensure_on(server, "object", *items, file=file)
    assert result["diff"] == foreseen["diff"]
    assert sorted(path for _method, path, _body in server.writes) == [
        "/objects/o0",
        "/objects/o0/props/p1",
        "/objects/o1",
        "/objects/o2",
    ]
    assert ensure_on(server, "object", *items, file=file)["changed"] is False


def test_records_share_the_texts_of_keys_and_names() -> None:
    """Each comes with texts of its own; a hundred thousand of them would be held twice."""
    items = [_item(number, name=f"n{number}", properties=[PAIR]) for number in range(2)]
    stream_filter = StreamFilter(OBJECT, items)
    first, second = (stream_filter(json.loads(json.dumps(_record(name=f"n{number}")))) for number in range(2))
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert first["name"] is items[0].desired["name"]


@pytest.mark.parametrize(("place", "packed"), [(0, False), (None, False), ("list.jsonl:1", True)])
def test_only_what_a_file_holds_is_packed(place: int | str | None, packed: bool) -> None:
    """The items of an option are in memory anyway."""
    given = {"name": "Host", "properties": [PAIR], "client_data": {"a": [1, {"b": None}]}, "tags": ["x"]}
    item = parse_item(OBJECT, given, place, {})
    assert {option: isinstance(value, Packed) for option, value in item.desired.items()} == {
        "name": False,
        "properties": packed,
        "client_data": packed,
        "tags": False,
    }
    assert unpacked(item.desired["properties"]) == {"rack": (None, "A1")}
    assert unpacked(item.desired["client_data"]) == {"a": [1, {"b": None}]}


def test_what_cannot_be_packed_stays_as_it_is() -> None:
    deep: dict[str, Any] = {}
    for _level in range(5000):
        deep = {"a": deep}
    assert parse_item(OBJECT, {"name": "Host", "client_data": deep}, "list.yml[0]", {}).desired["client_data"] is deep


def test_nobody_can_write_into_a_plan_without_a_change() -> None:
    """All of them share what they hold."""
    plan = Plan(_item(name="Host"), "none", "Host").settle()
    with pytest.raises(TypeError):
        plan.after["name"] = "x"
    with pytest.raises(AttributeError):
        plan.written_apart.append(OBJECT.fields[0])
