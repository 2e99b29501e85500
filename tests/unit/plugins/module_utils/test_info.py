# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Info modules, proved by a table made here: filters, references, names, fields, order, files, and what belongs to a
record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Answer, Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError
from ansible_collections.saymon.platform.plugins.module_utils._info import Info, info_of
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    Number,
    Reference,
    Text,
    set_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Search, exactly, matching
from ansible_collections.saymon.platform.plugins.module_utils._state.gather import AtOnce, Each, Part
from ansible_collections.saymon.platform.plugins.module_utils._state.reader import list_below
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, info_on

Record = dict[str, Any]

BOX = Resource(
    name="tool_box",
    plural="tool_boxes",
    path="/boxes",
    fields=(
        Field("name", "name", Text(filled=True)),
        Field("class", "class_id", Reference("class")),
        Field("tags", "tags", set_of(Reference("tag"))),
        Field("places", "stands.at", set_of(Reference("object"))),
        Field("weight", "weightInKilos", Number()),
        Field("color", "color", Choice({"red": 1, "blue": 2})),
    ),
)
FILTERS: dict[str, str | Filter] = {
    "name": "name",
    "class": "class",
    "tag": "tags",
    "place": "places",
    "weight": "weight",
    "color": "color",
    "serial": exactly("serial"),
    "name_regex": matching("name_regex", "name"),
}
OWNER = Field("owner", "owner_id", Reference("user"))
INFO = info_of(BOX, FILTERS, read_only=[OWNER], known=["serial"])

BIG: Record = {
    "id": "b2",
    "name": "Big",
    "class_id": 3,
    "tags": [{"id": "t1"}, "t2"],
    "stands": {"at": ["o1", 1]},
    "weightInKilos": "60",
    "color": 1,
    "serial": "Q1",
    "owner_id": "u1",
}
SMALL: Record = {"id": "b10", "name": "small", "class_id": "c9", "tags": [], "color": 2, "weightInKilos": 5}
OTHER: Record = {"id": 7, "name": "Small", "class_id": None, "stands": {"at": ["gone"]}, "owner_id": "u9"}
BOXES = [SMALL, OTHER, BIG]  # not in the order of their ids


def make_server(boxes: list[Record] | None = None) -> FakeServer:
    return FakeServer(
        boxes=BOXES if boxes is None else boxes,
        classes=[{"id": 3, "name": "Host"}, {"id": "c9", "name": "Switch"}],
        tags=[{"id": "t1", "name": "warm"}, {"id": "t2", "name": "hot"}, {"id": "t3", "name": "Hot"}],
        objects=[{"id": "o1", "name": "Site", "parent_id": [1]}],
        users=[{"id": "u1", "login": "ann", "group": []}],
    )


def found(server: FakeServer, info: Info = INFO, **args: Any) -> list[Any]:
    result = info_on(server, info, **args)
    assert (result.get("msg"), result["changed"]) == (None, False)
    return [record["id"] for record in result["tool_boxes"]]


# --- filters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "ids", "reads"),
    [
        ({}, [7, "b2", "b10"], []),
        ({"id": "7"}, [7], []),
        ({"id": "b9"}, [], []),
        ({"name": "Big"}, ["b2"], []),
        ({"name": "bIG"}, ["b2"], []),
        ({"name": "small"}, ["b10"], []),  # exists in these letters
        ({"name": "SMALL"}, [7, "b10"], []),  # does not
        ({"weight": 60}, ["b2"], []),
        ({"color": "blue"}, ["b10"], []),
        ({"serial": "Q1"}, ["b2"], []),
        ({"serial": "q1"}, [], []),
        ({"name_regex": "^.mall$"}, [7, "b10"], []),
        ({"name_regex": "(?i)^s", "color": "blue"}, ["b10"], []),
        ({"class": "Host"}, ["b2"], ["/classes"]),
        ({"class": "host"}, ["b2"], ["/classes"]),
        ({"class": "3"}, ["b2"], ["/classes"]),
        ({"class": "Host", "tag": "warm"}, ["b2"], ["/classes", "/tags"]),
        ({"tag": "hot"}, ["b2"], ["/tags"]),
        ({"tag": "Hot"}, [], ["/tags"]),
        ({"class": "Host", "name": "small"}, [], ["/classes"]),
        ({"place": "/ROOT/Site"}, ["b2"], ["/objects/search"]),
    ],
)
def test_filters(filters: Record, ids: list[Any], reads: list[str]) -> None:
    server = make_server()
    assert found(server, **filters) == ids
    assert server.reads == [*reads, "/boxes"]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"class": "Hots"}, "class: there is no class 'Hots' (did you mean 'Host'?)"),
        ({"tag": "cold stuff"}, "tag: there is no tag 'cold stuff'"),
        ({"place": "/ROOT/Sity"}, "place: there is no object '/ROOT/Sity' (did you mean '/ROOT/Site'?)"),
        ({"name": "nothing", "class": "Swich"}, "class: there is no class 'Swich' (did you mean 'Switch'?)"),
    ],
)
def test_an_unknown_name_is_an_error(filters: Record, said: str) -> None:
    server = make_server()
    result = info_on(server, INFO, **filters)
    assert result["msg"] == f"{said}: check the spelling, and whether the account may see it."
    assert "/boxes" not in server.reads


def test_a_name_of_several_is_an_error() -> None:
    assert (
        info_on(make_server(), INFO, tag="HOT")["msg"]
        == "tag: several tags are called 'HOT' (ids t2, t3): give the id."
    )


@pytest.mark.parametrize("option", ["id", "name", "class", "tag", "place", "serial", "name_regex", "color"])
def test_an_empty_text_is_refused(option: str) -> None:
    server = make_server()
    result = info_on(server, INFO, **{option: ""})
    assert result["msg"] == f"{option} is empty: give a text, or leave the option out."
    assert server.reads == []


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({"limit": 0}, "limit is 0: give a number, 1 or more."),
        ({"limit": -3}, "limit is -3: give a number, 1 or more."),
        ({"weight": -1}, "weight is -1: give a whole number, 0 or more."),
        (
            {"name_regex": "*"},
            "name_regex is '*', which is not a regular expression (nothing to repeat at position 0): correct it.",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(args: Record, said: str) -> None:
    server = make_server()
    assert info_on(server, INFO, **args)["msg"] == said
    assert server.reads == []


def test_a_search_on_the_server() -> None:
    """It gets the filters with ids in place of names, and what is needed of the records. It may return too much."""
    asked: list[tuple[Any, Any]] = []

    def read(search: Search) -> list[Record]:
        asked.append((dict(search.wanted), search.keys))
        return search.client.get_list("/boxes")

    info = info_of(BOX, FILTERS, read=read)
    assert found(make_server(), info, **{"class": "Host", "name": "Big"}) == ["b2"]
    assert found(make_server(), info, color="blue", name_regex="m", fields=["serial"]) == ["b10"]
    assert asked == [({"name": "Big", "class": "3"}, None), ({"color": 2}, {"serial", "color", "name"})]


@pytest.mark.parametrize(
    ("fields", "asked"),
    [
        (None, "class_id,color,name,owner_id,serial,stands,tags,weightInKilos"),
        (["name"], "class_id,name"),
        (["id", "names"], "class_id"),
    ],
)
def test_the_list_call_asks_for_what_is_needed(fields: list[str] | None, asked: str) -> None:
    server = Queried(boxes=BOXES, classes=[{"id": 3, "name": "Host"}])
    table = Resource(**{**vars_of(BOX), "query": lambda keys: {"fields": ",".join(sorted(keys))}})
    info_on(server, info_of(table, FILTERS, read_only=[OWNER], known=["serial"]), fields=fields, **{"class": "Host"})
    assert server.queries["/boxes"] == [("fields", asked)]


class Queried(FakeServer):
    """Writes down with which parameters a list was read."""

    def __init__(self, **collections: list[Record]) -> None:
        super().__init__(**collections)
        self.queries: dict[str, list[tuple[str, str]]] = {}

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        self.queries[request.path] = request.query
        return super().send(request, recover=recover)


def vars_of(resource: Resource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in resource.__dataclass_fields__}


# --- fields, order, files -------------------------------------------------------------------------


def test_fields() -> None:
    result = info_on(make_server(), INFO, fields=["name", "serial"])
    assert result == {
        "changed": False,
        "tool_boxes": [
            {"id": 7, "name": "Small"},
            {"id": "b2", "name": "Big", "serial": "Q1"},
            {"id": "b10", "name": "small"},
        ],
    }


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("nmae", "'nmae' (did you mean 'name'?)"),
        ("weight", "'weight' (the server calls weight 'weightInKilos')"),
        ("xyz", "'xyz'"),
    ],
)
def test_a_field_that_no_record_has(field: str, said: str) -> None:
    result = info_on(make_server(), INFO, fields=["name", field])
    assert [list(record) for record in result["tool_boxes"]] == [["id", "name"]] * 3
    assert result["warnings"] == [
        f"fields: none of these tool boxes has the key {said}: check the spelling, or leave it out."
    ]


@pytest.mark.parametrize(
    ("boxes", "field"),
    [
        (BOXES, "owner_id"),
        ([SMALL], "owner_id"),
        ([SMALL], "serial"),
        ([], "nmae"),
        ([{"id": 1, "new": 5}, BIG], "new"),
    ],
)
def test_fields_that_may_be_there(boxes: list[Record], field: str) -> None:
    """What is documented may be missing in each record, and a newer server may have more than is documented."""
    assert "warnings" not in info_on(make_server(boxes), INFO, fields=[field])


def test_order_and_limit() -> None:
    assert found(make_server(), limit=2) == [7, "b2"]
    assert found(make_server(), limit=9) == [7, "b2", "b10"]


def test_into_a_file(tmp_path: Path) -> None:
    dest = tmp_path / "boxes.json"
    result = info_on(make_server(), INFO, dest=str(dest), fields=["class_id"], resolve=True, limit=2)
    assert result == {"changed": True, "dest": str(dest), "count": 2}
    assert json.loads(dest.read_text("utf-8")) == [
        {"class_id": None, "id": 7, "names": {"class": None}},
        {"class_id": 3, "id": "b2", "names": {"class": "Host"}},
    ]


# --- names ----------------------------------------------------------------------------------------


def test_resolve() -> None:
    server = make_server()
    result = info_on(server, INFO, resolve=True)
    assert [record["names"] for record in result["tool_boxes"]] == [
        {"class": None, "tags": [], "places": ["gone"], "owner": "u9"},
        {"class": "Host", "tags": ["hot", "warm"], "places": ["/ROOT", "/ROOT/Site"], "owner": "ann"},
        {"class": "Switch", "tags": [], "places": [], "owner": None},
    ]
    assert [{key: value for key, value in record.items() if key != "names"} for record in result["tool_boxes"]] == [
        OTHER,
        BIG,
        SMALL,
    ]
    assert sorted(server.reads) == ["/boxes", "/classes", "/objects", "/tags", "/users"]


def test_resolve_reads_what_filters_have_read_no_second_time() -> None:
    server = make_server()
    filters: Record = {"place": "/ROOT/Site", "class": "host"}
    assert found(server, resolve=True, **filters) == ["b2"]
    assert sorted(server.reads) == ["/boxes", "/classes", "/objects", "/tags", "/users"]


@pytest.mark.parametrize(
    ("args", "reads"),
    [
        ({"name": "nothing"}, ["/boxes"]),
        ({"fields": ["name"]}, ["/boxes"]),
        ({"fields": ["tags", "name"]}, ["/boxes", "/tags"]),
        ({"id": "b10"}, ["/boxes", "/classes"]),
    ],
)
def test_resolve_reads_only_what_is_needed(args: Record, reads: list[str]) -> None:
    server = make_server()
    info_on(server, INFO, resolve=True, **args)
    assert server.reads == reads


def test_a_field_that_is_told_from_the_whole_record_has_no_name() -> None:
    info = info_of(BOX, {}, read_only=[Field("whole", "", Reference("class"))])
    result = info_on(make_server([SMALL]), info, resolve=True, fields=["class_id"])
    assert result["tool_boxes"][0]["names"] == {"class": "Switch"}


class Closed(FakeServer):
    """Refuses to read some lists."""

    refused: dict[str, int]

    def send(self, request: Request, *, recover: bool = True) -> Answer:
        if request.path in self.refused:
            raise HttpError(request.method, request.path, self.refused[request.path], "Forbidden", "")
        return super().send(request, recover=recover)


@pytest.mark.parametrize("status", [403, 404, 405])
def test_names_that_the_account_may_not_read(status: int) -> None:
    server = Closed(boxes=[BIG, {**BIG, "id": "b3"}], classes=[{"id": 3, "name": "Host"}])
    server.refused = {"/tags": status}
    result = info_on(server, INFO, resolve=True, fields=["tags", "class_id"])
    assert [record["names"] for record in result["tool_boxes"]] == [{"class": "Host", "tags": ["t1", "t2"]}] * 2
    (warning,) = result["warnings"]
    assert warning.startswith(
        f"The names of tags cannot be read, so resolve returns their ids. GET /tags answered {status}"
    )


def test_names_that_the_server_hides() -> None:
    server = FakeServer(boxes=[BIG], users=[{"id": "u1", "login": "Ann A."}])
    result = info_on(server, INFO, resolve=True, fields=["owner_id"])
    assert result["tool_boxes"][0]["names"] == {"owner": "u1"}
    assert "lacks the permission manage-users" in result["warnings"][0]


def test_another_failure_of_a_list_fails_the_task() -> None:
    server = Closed(boxes=[BIG])
    server.refused = {"/tags": 500}
    assert info_on(server, INFO, resolve=True)["status"] == 500


# --- what belongs to a record ---------------------------------------------------------------------


def _rules(search: Search, record: Record) -> list[Any]:
    return list_below(search.client, f"/boxes/{record['id']}/rules")


def _heavy(_search: Search, records: list[Record]) -> dict[str, bool]:
    return {str(record["id"]): float(record["weightInKilos"]) > 9 for record in records if "weightInKilos" in record}


def _labels(search: Search, records: list[Record]) -> dict[str, list[Any]]:
    labels = search.client.get_list("/labels")
    return {str(record["id"]): [one for one in labels if one["box"] == record["id"]] for record in records}


PARTS: dict[str, Part] = {
    "rules": Each(_rules),
    "heavy": AtOnce(_heavy, keys=("weightInKilos",)),
    "labels": AtOnce(_labels, option="with_labels"),
}
WITH_PARTS = info_of(
    BOX, {"name": "name"}, options={"with_labels": {"type": "bool", "default": False}}, gather=PARTS, read_only=[OWNER]
)


def with_parts() -> FakeServer:
    server = FakeServer(boxes=BOXES, labels=[{"id": "l1", "box": "b2"}])
    server.whole_lists = {"/rules"}
    server.below = {"/boxes/b2/rules": [{"if": "hot"}]}
    return server


def test_the_options_of_parts() -> None:
    options = WITH_PARTS.spec.options
    assert options["gather"] == {"type": "list", "elements": "str", "choices": ["rules", "heavy"], "default": []}
    assert options["parallel"] == {"type": "int", "default": 1}
    assert {"gather", "parallel"} & INFO.spec.options.keys() == set()


def test_nothing_is_gathered_unasked() -> None:
    server = with_parts()
    assert info_on(server, WITH_PARTS)["tool_boxes"] == [OTHER, BIG, SMALL]
    assert server.reads == ["/boxes"]


@pytest.mark.parametrize("parallel", [1, 4])
def test_parts(parallel: int) -> None:
    server = with_parts()
    result = info_on(server, WITH_PARTS, gather=["rules", "heavy"], with_labels=True, parallel=parallel)
    assert result["tool_boxes"] == [
        {**OTHER, "rules": [], "labels": []},
        {**BIG, "rules": [{"if": "hot"}], "heavy": True, "labels": [{"id": "l1", "box": "b2"}]},
        {**SMALL, "rules": [], "heavy": False, "labels": []},
    ]
    assert server.reads[:2] == ["/boxes", "/labels"]
    assert sorted(server.reads[2:]) == ["/boxes/7/rules", "/boxes/b10/rules", "/boxes/b2/rules"]


def test_parts_are_read_of_what_is_returned_only() -> None:
    server = with_parts()
    result = info_on(server, WITH_PARTS, gather=["rules", "heavy"], fields=["name"], name="big", limit=1)
    assert result["tool_boxes"] == [{"id": "b2", "name": "Big", "rules": [{"if": "hot"}], "heavy": True}]
    assert server.reads == ["/boxes", "/boxes/b2/rules"]
    server.journal.clear()
    assert info_on(server, WITH_PARTS, gather=["rules"], with_labels=True, name="none")["tool_boxes"] == []
    assert server.reads == ["/boxes"]


def test_parts_are_read_at_the_same_time() -> None:
    barrier = Barrier(3, timeout=20)

    def read(_search: Search, _record: Record) -> int:
        return barrier.wait() >= 0

    info = info_of(BOX, {}, gather={"met": Each(read)})
    assert [one["met"] for one in info_on(with_parts(), info, gather=["met"], parallel=3)["tool_boxes"]] == [True] * 3


def test_after_a_failure_nothing_more_is_read() -> None:
    boxes = [{"id": number} for number in range(200)]
    server = Closed(boxes=boxes)
    server.refused = {f"/boxes/{number}/rules": 403 for number in range(200)}
    asked: list[Any] = []

    def read(search: Search, record: Record) -> list[Any]:
        asked.append(record["id"])
        return _rules(search, record)

    result = info_on(server, info_of(BOX, {}, gather={"rules": Each(read)}), gather=["rules"])
    assert result["status"] == 403
    assert len(asked) < 100


@pytest.mark.parametrize("parallel", [0, 33])
def test_parallel_has_bounds(parallel: int) -> None:
    server = with_parts()
    message = f"parallel is {parallel}: give a number from 1 to 32."
    assert info_on(server, WITH_PARTS, parallel=parallel)["msg"] == message
    assert server.reads == []


@pytest.mark.parametrize(
    "make", [lambda read: Each(lambda search, record: read()), lambda read: AtOnce(lambda search, records: read())]
)
def test_a_part_of_another_shape_is_told(make: Callable[..., Any]) -> None:
    answer: Record = {}
    info = info_of(BOX, {}, gather={"odd": make(lambda: answer["x"])})
    said = info_on(with_parts(), info, gather=["odd"], limit=1)["msg"]
    assert said.startswith("The server sent odd")
    assert "leave odd out of gather" in said


# --- lists below a record -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "entries"), [([{"a": 1}], [{"a": 1}]), (None, []), ({"code": "ResourceNotFound"}, [])]
)
def test_lists_below(monkeypatch: pytest.MonkeyPatch, answer: Any, entries: list[Any]) -> None:
    server = with_parts()
    monkeypatch.setattr(Client, "get", lambda self, path: answer)
    assert list_below(server, "/boxes/b2/rules") == entries
