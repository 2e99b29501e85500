# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of fields: what users may write, what servers may send, and that only real differences count."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK
from ansible_collections.saymon.platform.plugins.module_utils._resources.colors import Color
from ansible_collections.saymon.platform.plugins.module_utils._resources.conditions import Condition
from ansible_collections.saymon.platform.plugins.module_utils._resources.documents import Documents
from ansible_collections.saymon.platform.plugins.module_utils._resources.flow import Route
from ansible_collections.saymon.platform.plugins.module_utils._resources.monitoring import Monitoring
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import Geoposition
from ansible_collections.saymon.platform.plugins.module_utils._resources.operations import Operations
from ansible_collections.saymon.platform.plugins.module_utils._resources.properties import Properties
from ansible_collections.saymon.platform.plugins.module_utils._resources.property_class import AnyValue
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._resources.tag import OnOff
from ansible_collections.saymon.platform.plugins.module_utils._resources.user import STATUSES
from ansible_collections.saymon.platform.plugins.module_utils._state.entries import Entry
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Choice,
    Field,
    FieldType,
    Flag,
    Invalid,
    Items,
    Json,
    JsonText,
    Number,
    Reference,
    Secret,
    Text,
    Timestamp,
    set_of,
)
from ansible_collections.saymon.platform.tests.unit.fake_server import FakeServer, ensure_on
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

STATUS = Choice(STATUSES)
NEW_YEAR = 1893456000000  # 2030-01-01T00:00:00Z


class Names:
    """Knows two groups."""

    ids = {"Operators": "64b1f0c2a9d3e45f6a7b8d01", "Engineers": "64b1f0c2a9d3e45f6a7b8d02"}

    def find_id(self, resource: str, text: str, create: bool) -> Any:
        if create:
            return f"new {resource} {text}"
        if text not in self.ids:
            raise Invalid(f"there is no {resource} {text!r}")
        return self.ids[text]

    def title(self, resource: str, identifier: Any) -> str:
        return next((name for name, known in self.ids.items() if known == identifier), str(identifier))

    def place(self, resource: str, identifier: Any) -> str:
        return self.title(resource, identifier)


@pytest.mark.parametrize(
    ("field_type", "value", "canonical"),
    [
        (FieldType(), {"any": 1}, {"any": 1}),
        (Text(), "", ""),
        (Text(), " a ", " a "),
        (Text(), 5, "5"),
        (Text(), 1.5, "1.5"),
        (Text(), True, "True"),
        (Number(), 60, 60),
        (Number(), "60", 60),
        (Number(), 60.0, 60),
        (Number(), " 60 ", 60),
        (Number(), 0, 0),
        (Number(whole=False), "0.5", 0.5),
        (Number(whole=False, least=None), -37.6, -37.6),
        (Flag(), "yes", True),
        (Flag(), 0, False),
        (Flag(), "off", False),
        (Timestamp(), NEW_YEAR, NEW_YEAR),
        (Timestamp(), str(NEW_YEAR), NEW_YEAR),
        (Timestamp(), "2030-01-01T00:00:00Z", NEW_YEAR),
        (Timestamp(), "2030-01-01T03:00:00+03:00", NEW_YEAR),
        (Timestamp(), datetime(2030, 1, 1, tzinfo=UTC), NEW_YEAR),
        (Timestamp(), "2030-01-01 00:00:00.250+00:00", NEW_YEAR + 250),
        (Timestamp(), "", None),
        (STATUS, "blocked", 3),
        (STATUS, 3, 3),
        (STATUS, "0", 0),
        (Items(Text()), ["b", "a", "b"], ("b", "a", "b")),
        (Items(Text()), "b,a", ("b", "a")),
        (Items(Text()), [], ()),
        (set_of(Text()), ["b", "a", "b"], ("a", "b")),
        (set_of(Text()), [5, "5"], ("5",)),
        (Geoposition(), ["37.5", -1], (37.5, -1)),
        (Geoposition(), [-180, "90"], (-180, 90)),
        (Geoposition(), [], ()),
        (Json("list", []), [{"a": 1}], [{"a": 1}]),
        (Json("dict", {}), {}, {}),
        (JsonText(), {"a": [1]}, {"a": [1]}),
        (JsonText(), '{"a": [1]}', {"a": [1]}),
        (Reference("user_group"), "Operators", "Operators"),
        (Reference("user_group"), 4, "4"),
        (Secret(), "pass", "pass"),
        (Secret(), 1234, "1234"),
        (Properties(), [], {}),
        (Properties(), [{"name": "a", "value": 5}], {"a": (None, "5")}),
        (Properties(), [{"name": "a", "value": "", "type": "readonly"}], {"a": (2, "")}),
        (Properties(), [{"name": "a", "value": None}], {"a": (None, None)}),
        (
            Properties(),
            [{"name": "a", "value": True}, {"name": "b", "value": False}],
            {"a": (None, "true"), "b": (None, "false")},
        ),
        (Properties(), [{"name": "a", "value": "x", "type": "101"}], {"a": (101, "x")}),
        (Properties(), [{"name": "a", "value": "x", "type": 3}], {"a": (3, "x")}),
        (Properties(), [{"name": "a", "value": "x", "type": None}], {"a": (None, "x")}),
    ],
)
def test_parse(field_type: FieldType, value: Any, canonical: Any) -> None:
    parsed = field_type.parse(value)
    assert parsed == canonical
    assert type(parsed) is type(canonical)


@pytest.mark.parametrize(
    ("field_type", "value", "said"),
    [
        (Text(), ["a"], "give a text"),
        (Text(), {}, "give a text"),
        (Number(), "many", "give a whole number, 0 or more"),
        (Number(), True, "give a whole number, 0 or more"),
        (Number(), -1, "give a whole number, 0 or more"),
        (Number(), 1.5, "give a whole number, 0 or more"),
        (Number(), "", "give a whole number, 0 or more"),
        (Number(), [1], "give a whole number, 0 or more"),
        (Number(), "inf", "give a whole number, 0 or more"),
        (Number(whole=False), "nan", "give a number, 0 or more"),
        (Number(whole=False, least=None), {}, "give a number"),
        (Flag(), "perhaps", "give true or false"),
        (Flag(), 2, "give true or false"),
        (Flag(), [], "give true or false"),
        (Timestamp(), 1700000000, "seconds"),
        (Timestamp(), "2030-01-01", "the time zone is missing"),
        (Timestamp(), "2030-01-01T00:00:00", "the time zone is missing"),
        (Timestamp(), "tomorrow", "give epoch milliseconds or a date such as"),
        (Timestamp(), True, "give epoch milliseconds or a date such as"),
        (Timestamp(), 1900000000000000, ""),  # microseconds: no calendar reaches that far
        (Timestamp(), "1e300", ""),
        (STATUS, "gone", "give one of active, blocked, invited, need_activation"),
        (STATUS, 7, "give one of"),
        (STATUS, 2.5, "give one of"),
        (STATUS, [2], "give one of"),
        (Items(Text()), {"a": 1}, "give a list"),
        (Items(Text()), [["a"]], "give a text"),
        (Items(Text()), [None], "give a text"),
        *(
            (Geoposition(), wrong, "give longitude (from -180 to 180) and latitude (from -90 to 90), or an empty list")
            for wrong in ([1], [1, 2, 3], [181, 0], [0, 90.5], [-180.001, 0], [55, -91])
        ),
        (Geoposition(), [1, "x"], "give a number"),
        (Geoposition(), [1, "nan"], "give a number"),
        (Json("list", []), {"a": 1}, "give a list"),
        (Json("dict", {}), "x", "give a dictionary"),
        (JsonText(), "[1]", "give a dictionary"),
        (JsonText(), "{", "give a dictionary"),
        (Reference("tag"), "", "give a name or an id"),
        (Reference("tag"), True, "give a name or an id"),
        (Reference("tag"), 1.5, "give a name or an id"),
        (Reference("tag"), {"id": 1}, "give a name or an id"),
        (Secret(), "", "give a text that is not empty"),
        (Secret(), ["x"], "give a text that is not empty"),
        (Secret(), True, "give a text that is not empty"),
        (Properties(), {"a": 1}, "must be a list of dictionaries, got dict"),
        (Properties(), ["a"], "each property must be a dictionary, got str"),
        (Properties(), [{"value": "x"}], "each property must have name"),
        (Properties(), [{"name": "", "value": "x"}], "name of each property: give a text that is not empty"),
        (Properties(), [{"name": "a", "value": "x", "colour": "red"}], "each property has no option 'colour'"),
        (
            Properties(),
            [{"name": "a", "value": "x", "type": "red"}],
            "'red' is not a type of property: give info, readonly",
        ),
        (Properties(), [{"name": "a", "value": "x", "type": 0}], "0 is not a type of property"),
        (Properties(), [{"name": "a", "value": "x", "type": True}], "True is not a type of property"),
        (Properties(), [{"name": "a", "value": ["x"]}], "use the filter to_json"),
        (Properties(), [{"name": ["a"], "value": "x"}], ""),
        (Properties(), [{"name": "a", "value": "x"}, {"name": "a", "value": "y"}], "property 'a' is listed twice"),
        (Properties(), [{"name": 5, "value": "x"}, {"name": "5", "value": "y"}], "is listed twice"),
        (Properties(), [{"name": "5", "value": "x"}, {"name": 5, "value": "y"}], "is listed twice"),
    ],
)
def test_parse_refuses(field_type: FieldType, value: Any, said: str) -> None:
    with pytest.raises(Invalid) as caught:
        field_type.parse(value)
    assert said in str(caught.value)
    assert not str(caught.value).endswith(".")  # the engine ends the sentence


@pytest.mark.parametrize(
    ("field_type", "value", "canonical"),
    [
        (Text(), "a", "a"),
        (Text(), 5, "5"),
        (Text(), None, ""),
        (Number(), "60", 60),
        (Number(), 60.0, 60),
        (Number(0), None, 0),
        (Number(0), "", 0),
        (Number(1, whole=False), "", 1),
        (Number(), "odd", "odd"),
        (Flag(), 1, True),
        (Flag(), "true", True),
        (Flag(), "", False),
        (Flag(), None, False),
        (Flag(), "false", False),
        (Timestamp(), str(NEW_YEAR), NEW_YEAR),
        (Timestamp(), "", None),
        (Timestamp(), None, None),
        (STATUS, "2", 2),
        (STATUS, None, None),
        (STATUS, "", None),
        (STATUS, 77, 77),
        (set_of(Text()), ["b", "a"], ("a", "b")),
        (set_of(Text()), "a", ("a",)),
        (set_of(Text()), 4, ("4",)),
        (set_of(Text()), "", ()),
        (set_of(Text()), None, ()),
        (set_of(Text()), ["a", None], ("a",)),
        (Items(Number(whole=False)), ["1.5", 2], (1.5, 2)),
        (Json("list", []), None, []),
        (Json("list", []), "", []),
        (JsonText(), '{"a":1}', {"a": 1}),
        (JsonText(), {"a": 1}, {"a": 1}),
        (JsonText(), "", {}),
        (JsonText(), None, {}),
        (JsonText(), "{broken", "{broken"),
        (Reference("tag"), 4, "4"),
        (Reference("tag"), {"id": 4, "name": "x"}, "4"),
        (Reference("tag"), None, None),
        (Reference("tag"), "", None),
        (Properties(), [], {}),
        (Properties(), None, {}),
        (Properties(), "", {}),
        (Properties(), [{"name": "a", "value": "x", "type_id": "3"}], {"a": (3, "x")}),
        (Properties(), [{"name": "a", "value": 5}], {"a": (1, "5")}),
        (Properties(), [{"name": "a", "type_id": None, "value": None}], {"a": (1, "")}),
    ],
)
def test_read(field_type: FieldType, value: Any, canonical: Any) -> None:
    field = Field("option", "key", field_type)
    assert field.read({"key": value, "other": 1}) == canonical


@pytest.mark.parametrize(
    ("record", "canonical"),
    [
        ({"a": {"b": {"c": "x"}}}, "x"),
        ({"a": {"b": {"c": None}}}, ""),
        ({"a": {"b": {}}}, ""),
        ({"a": {"b": "text"}}, ""),
        ({"a": None}, ""),
        ({}, ""),
    ],
)
def test_read_nested(record: Mapping[str, Any], canonical: str) -> None:
    assert Field("option", "a.b.c", Text()).read(record) == canonical


@pytest.mark.parametrize(
    ("field_type", "value", "given"),
    [
        (Reference("tag"), {"name": "x"}, "1"),
        (set_of(Reference("tag")), [{"name": "x"}], ("1",)),
        (Properties(), 5, {}),
        (Properties(), ["x"], {}),
        (Properties(), [{"value": "x"}], {}),
        (Properties(), [{"name": []}], {}),
    ],
)
def test_a_form_that_is_not_known_is_told(field_type: FieldType, value: Any, given: Any) -> None:
    field, record = Field("option", "key", field_type), {"id": "r1", "key": value}
    said = "record r1 holds key in a form that is not known: .* report it"
    with pytest.raises(WrongAnswer, match=said):
        field.read(record)
    with pytest.raises(WrongAnswer, match=said):
        field.compare(record, value, given, False)


@pytest.mark.parametrize(
    ("field_type", "current", "given", "append", "aimed"),
    [
        (Text(), "a", "b", False, "b"),
        (Text(), "a", "b", True, "b"),
        (set_of(Text()), ("a", "c"), ("b",), False, ("b",)),
        (set_of(Text()), ("a", "c"), ("b",), True, ("a", "b", "c")),
        (set_of(Text()), ("a", "c"), ("c",), True, ("a", "c")),
        (set_of(Text()), ("a",), (), False, ()),
        (set_of(Text()), ("a",), (), True, ("a",)),
        (
            JsonText(),
            {"a": 1, "b": {"c": 2, "d": 3}},
            {"b": {"c": 5}, "e": 6},
            False,
            {"a": 1, "b": {"c": 5, "d": 3}, "e": 6},
        ),
        (JsonText(), {"a": {"b": 1}}, {"a": 5}, False, {"a": 5}),
        (JsonText(), {"a": 5}, {"a": {"b": 1}}, False, {"a": {"b": 1}}),
        (JsonText(), "{broken", {"a": 1}, False, {"a": 1}),
        (JsonText(), {"a": [1, 2]}, {"a": [1]}, False, {"a": [1]}),
        (Properties(), {"a": (1, "x")}, {"b": (None, "y")}, True, {"a": (1, "x"), "b": (1, "y")}),
        (Properties(), {"a": (1, "x")}, {"b": (3, "y")}, False, {"b": (3, "y")}),
        (Properties(), {"a": (3, "x")}, {"a": (None, "y")}, True, {"a": (3, "y")}),
        (Properties(), {"a": (3, "x")}, {"a": (2, "x")}, True, {"a": (2, "x")}),
        (Properties(), {"a": (3, "x"), "b": (1, "y")}, {"a": (None, "x")}, True, {"a": (3, "x"), "b": (1, "y")}),
        # documents, files and monitoring settings have calls of their own
        (
            Properties(),
            {"link": (6, "u"), "file": (7, "f"), "cpu": (8, "m"), "old": (2, "x"), "free": (101, "y")},
            {},
            False,
            {"link": (6, "u"), "file": (7, "f"), "cpu": (8, "m")},
        ),
        (Properties(), {"link": (6, "u")}, {"link": (None, "v")}, False, {"link": (6, "v")}),
    ],
)
def test_aim(field_type: FieldType, current: Any, given: Any, append: bool, aimed: Any) -> None:
    before = json.dumps([current, given])
    assert field_type.merge(current, given, append) == aimed
    assert json.dumps([current, given]) == before  # neither side is changed in place


@pytest.mark.parametrize(
    ("field_type", "value", "scalar", "written"),
    [
        (Text(), "a", False, "a"),
        (Timestamp(), None, False, None),
        (set_of(Text()), ("a", "b"), False, ["a", "b"]),
        (set_of(Text()), ("a",), True, "a"),
        (set_of(Text()), (), True, None),
        (set_of(Text()), (), False, []),
        (set_of(Reference("object")), ("1", "64b1f0c2a9d3e45f6a7b8d01"), False, [1, "64b1f0c2a9d3e45f6a7b8d01"]),
        (set_of(Reference("object")), ("1",), True, 1),
        (Reference("class"), "3", False, 3),
        (Reference("class"), "000000000000000000000003", False, "000000000000000000000003"),
        (JsonText(), {"имя": 1}, False, '{"имя": 1}'),
        (Properties(), {"a": (3, "x")}, False, [{"name": "a", "type_id": 3, "value": "x"}]),
    ],
)
def test_write(field_type: FieldType, value: Any, scalar: bool, written: Any) -> None:
    assert field_type.write(value, scalar) == written


def test_write_refuses_what_an_old_server_cannot_hold() -> None:
    with pytest.raises(Invalid, match="this older server holds only one value here: give one"):
        set_of(Text()).write(("a", "b"), True)


@pytest.mark.parametrize(
    ("field_type", "value", "shown"),
    [
        (Text(), "a", "a"),
        (Timestamp(), NEW_YEAR, "2030-01-01T00:00:00+00:00"),
        (Timestamp(), None, None),
        (Timestamp(), 1900000000000000, 1900000000000000),  # a server may hold anything
        (STATUS, 3, "blocked"),
        (STATUS, 77, 77),
        (Secret(), "pass", MASK),
        (set_of(Reference("user_group")), (Names.ids["Operators"], "gone"), ["Operators", "gone"]),
        (Items(STATUS), (0, 2), ["need_activation", "active"]),
        (
            Properties(),
            {"a": (1, "x"), "b": (2, "y"), "c": (101, "z")},
            {"a": "x", "b": "y (readonly)", "c": "z (101)"},
        ),
    ],
)
def test_show(field_type: FieldType, value: Any, shown: Any) -> None:
    assert field_type.show(value, Names()) == shown


def test_resolve() -> None:
    groups, names = set_of(Reference("user_group")), Names()
    assert groups.resolve(("Operators", "Engineers", "Operators"), names, False) == tuple(sorted(Names.ids.values()))
    assert groups.resolve(("Fresh",), names, True) == ("new user_group Fresh",)
    with pytest.raises(Invalid, match="there is no user_group 'Fresh'"):
        groups.resolve(("Fresh",), names, False)
    assert Text().resolve("a", names, False) == "a"


@pytest.mark.parametrize("text", ["3", "123456789", "64b1f0c2a9d3e45f6a7b8d01"])
def test_trusted_ids_are_not_looked_up(text: str) -> None:
    assert Reference("class", trust_ids=True).resolve(text, Names(), False) == text
    with pytest.raises(Invalid, match="there is no class"):
        Reference("class").resolve(text, Names(), False)


@pytest.mark.parametrize("text", ["Host", "64B1F0C2A9D3E45F6A7B8D01", "64b1f0c2a9d3e45f6a7b8d0", "1234567890", "3\n"])
def test_what_only_looks_like_an_id_is_looked_up(text: str) -> None:
    with pytest.raises(Invalid, match="there is no class"):
        Reference("class", trust_ids=True).resolve(text, Names(), False)


# --- every field of every resource ----------------------------------------------------------------

FIELDS = [
    pytest.param(resource, field, id=f"{resource}.{field.option}")
    for resource in sorted(RESOURCES)
    for field in RESOURCES[resource].fields
    if not field.load  # a value that the server computes has tests of its own
]
READABLE = [one for one in FIELDS if not isinstance(one.values[1].type, Secret)]  # type: ignore[union-attr]
PEOPLE = [{"id": f"64b1f0c2a9d3e45f6a7b8c0{number}", "login": f"user{number}", "group": []} for number in range(4)]
OTHERS: dict[str, list[Any]] = {
    "users": PEOPLE,
    "user_groups": [{"id": f"64b1f0c2a9d3e45f6a7b8d0{number}", "name": f"group{number}"} for number in range(4)],
    "objects": [
        {"id": f"64b1f0c2a9d3e45f6a7b8e0{number}", "name": f"object{number}", "parent_id": [1]} for number in range(4)
    ],
    "classes": [{"id": number, "name": f"class{number}"} for number in range(4)],
    "states": [{"id": number, "name": f"state{number}"} for number in range(4)],
    "incident_levels": [{"id": number, "name": f"level{number}"} for number in range(4)],
    "tags": [{"id": f"64b1f0c2a9d3e45f6a7b8f0{number}", "name": f"tag{number}"} for number in range(4)],
}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
CONDITIONS = st.fixed_dictionaries({"cpu.load1": st.fixed_dictionaries({"gt": st.integers(0, 99)})})
JSON = st.recursive(
    TEXTS | st.integers(2, 99) | st.none(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
)


def _values(field_type: FieldType) -> st.SearchStrategy[Any]:
    """What a user may write for a field of this type."""
    if isinstance(field_type, Geoposition):
        return st.just([]) | st.tuples(st.integers(-180, 180), st.floats(-90, 90, allow_subnormal=False)).map(list)
    if isinstance(field_type, Entry):
        needed = {field.option: _values(field.type) for field in field_type.fields if field.option != "extra"}
        return st.fixed_dictionaries(needed)
    if isinstance(field_type, Condition):
        return CONDITIONS
    if isinstance(field_type, Items):
        least = 1 if isinstance(field_type, Route) else 0
        return st.lists(_values(field_type.element), min_size=least, max_size=3)
    if isinstance(field_type, Reference):
        return st.integers(0, 3).map(lambda number: f"{field_type.resource.rpartition('_')[2]}{number}")
    if isinstance(field_type, Json):
        return (
            st.dictionaries(TEXTS, JSON, max_size=2)
            if field_type.type is dict
            else st.lists(st.dictionaries(TEXTS, JSON, max_size=2), max_size=2)
        )
    if isinstance(field_type, Number):
        numbers = st.integers(0, 99)
        return numbers if field_type.whole else numbers | st.floats(0, 99, allow_subnormal=False)
    if isinstance(field_type, Properties):
        one = st.fixed_dictionaries(
            {"name": TEXTS.filter(bool), "value": TEXTS, "type": st.sampled_from(["info", "readonly", 3, 101])}
        )
        return st.lists(one, max_size=3, unique_by=lambda pair: pair["name"])
    if isinstance(field_type, (Monitoring, Operations, Documents)):
        return _belongings(field_type)
    simple: dict[type[FieldType], st.SearchStrategy[Any]] = {
        Text: TEXTS.filter(bool),
        Color: st.sampled_from(["#5e35b1", " #ABC ", "RGB(94 53 177)", "red"]),
        AnyValue: JSON.filter(bool),
        Flag: st.booleans(),
        OnOff: st.booleans(),
        Timestamp: st.integers(NEW_YEAR, NEW_YEAR * 2),
        Choice: st.sampled_from(sorted(STATUSES)),
        JsonText: st.dictionaries(TEXTS, JSON, max_size=2),
        Secret: TEXTS.filter(bool),
    }
    argument = field_type.argument
    if argument.get("choices") and type(field_type) not in simple:
        return st.sampled_from(argument["choices"])
    return (
        TEXTS if argument["type"] == "raw" else simple[next(one for one in type(field_type).__mro__ if one in simple)]
    )


def _belongings(field_type: FieldType) -> st.SearchStrategy[Any]:
    """What a user may write for a field that is kept beside an item."""
    if isinstance(field_type, Monitoring):
        settings = st.dictionaries(TEXTS.filter(bool), TEXTS | JSON.filter(lambda value: value is not None), max_size=3)
        return st.fixed_dictionaries(
            {},
            optional={
                "agent": st.integers(0, 3).map(lambda number: f"object{number}"),
                "task": TEXTS.filter(bool),
                "period": st.sampled_from(["60", 60, "90s", "2m", "1 h", "1d"]),
                "settings": settings,
            },
        )
    name = TEXTS.filter(bool)
    one: st.SearchStrategy[Any] = st.fixed_dictionaries({"name": name, "url": name})
    if isinstance(field_type, Operations):
        parameters = st.fixed_dictionaries({"path": name, "args": st.lists(TEXTS | st.integers(), max_size=2)})
        required: dict[str, st.SearchStrategy[Any]] = {
            "name": name,
            "type": st.just("program"),
            "parameters": parameters,
        }
        more = {"description": TEXTS, "popup_result": st.booleans(), "run_on_change": st.booleans()}
        one = st.fixed_dictionaries(required, optional=more)
    return st.lists(one, max_size=3, unique_by=lambda entry: entry["name"])


def _server_forms(field_type: FieldType, value: Any) -> Iterator[Any]:
    """Other forms in which a server may send a value that the engine wrote."""
    empty = value == field_type.empty or value in ([], "{}")
    if empty:
        yield from (None, "")
    if isinstance(field_type, Items):
        inner = [next(_server_forms(field_type.element, one), one) if one not in ({}, "") else one for one in value]
        yield inner
        if field_type.unordered:
            yield [*reversed(inner), *value]
        if len(value) == 1 and not isinstance(field_type.element, Json):
            yield value[0]
    elif isinstance(field_type, (Properties, Monitoring, Documents)):
        yield [{**one, "type_id": str(one["type_id"]), "owner_type": 1} for one in reversed(value)]
    elif isinstance(field_type, Reference):
        yield from (str(value), {"id": value, "name": "x"})
        if str(value).isdigit() and len(str(value)) < 10:
            yield int(value)
    elif isinstance(field_type, JsonText):
        yield from (json.loads(value), json.dumps(json.loads(value), indent=1, sort_keys=True))
    else:
        yield from _simple_forms(field_type, value)


def _simple_forms(field_type: FieldType, value: Any) -> Iterator[Any]:
    """The same for values that are neither lists nor dictionaries."""
    if isinstance(field_type, (Number, Timestamp, Choice)) and value is not None:
        yield from (str(value), float(value))
    elif isinstance(field_type, Color):
        yield value.upper()
    elif isinstance(field_type, OnOff):
        yield from (True, "true") if value == "on" else (False, None, "")
    elif isinstance(field_type, Flag) and value:
        yield from (1, "true")


def _fixed_values(field: Field) -> tuple[str, str]:
    """Two ids that a reference may have which cannot change."""
    if isinstance(field.type, Reference) and not field.type.trust_ids:
        return OTHERS["objects"][1]["id"], OTHERS["objects"][2]["id"]
    return "1", "2"


def _item(resource: str, field: Field, value: Any) -> dict[str, Any]:
    """An item that is found, whatever its field holds."""
    if RESOURCES[resource].named_by_references:
        return {"id": "SUBJECT", field.option: value}
    key = RESOURCES[resource].key[0]
    return {
        field.option: value,
        **({"id": "SUBJECT"} if field.option in (key, "discovery_id", "parents") else {key: "subject"}),
    }


def _server_with(resource: str, field: Field, value: Any) -> FakeServer:
    server, table = FakeServer(**OTHERS), RESOURCES[resource]
    subject: dict[str, Any] = {"id": "SUBJECT", "parent_id": [1], table.title: "subject"}
    for part in (table.by_option[option] for option in table.key if table.named_by_references):
        one = OTHERS["objects"][0]["id"]
        subject[part.key] = [one] if isinstance(part.type, Items) else one
    server.data[table.path].append(subject)
    if field.create_only:
        subject[field.key] = field.type.write(value, False)
        return server
    result = ensure_on(server, resource, _item(resource, field, value))
    assert not result.get("failed"), result
    server.journal.clear()
    return server


def _holder(server: FakeServer, resource: str, field: Field) -> tuple[dict[str, Any], str]:
    """The (nested) record that holds the field, and the key in it."""
    record: dict[str, Any] = server.one(RESOURCES[resource].path, id="SUBJECT")
    *way, last = field.key.split(".")
    for step in way:
        record = record.setdefault(step, {})
    return record, last


# What keeps other entries unless it is told not to.
_ADDING = ("append_properties", "append_monitoring", "append_operations", "append_documents")

FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.parametrize(("resource", "field"), READABLE)
@FEW
@given(data=st.data())
def test_what_the_server_has_is_no_change(resource: str, field: Field, data: st.DataObject) -> None:
    """Neither in the form in which it was written, nor in any other form in which a server may send it, nor in another
    order."""
    value = _fixed_values(field)[1] if field.create_only else data.draw(_values(field.type))
    server = _server_with(resource, field, value)
    forms: list[Any] = [value]
    if isinstance(field.type, Items) and field.type.unordered:
        forms.append([*reversed(value), *value])
    if isinstance(field.type, Number):
        forms += [str(value), float(value)]
    for form in forms:
        result = ensure_on(server, resource, _item(resource, field, form))
        assert (result["changed"], result["diff"], server.writes) == (False, [], [])
    holder, key = _holder(server, resource, field)
    if key not in holder:
        return
    for other in list(_server_forms(field.type, holder[key])):
        holder[key] = other
        result = ensure_on(server, resource, _item(resource, field, value))
        assert (result["changed"], result["diff"], server.writes) == (False, [], []), other


@pytest.mark.slow
@pytest.mark.parametrize(("resource", "field"), FIELDS)
@FEW
@given(data=st.data())
def test_any_change_of_a_field_is_seen(resource: str, field: Field, data: st.DataObject) -> None:
    """Check mode and run report it alike, the run makes it, and a second run finds nothing left to do."""
    old, new = data.draw(_values(field.type)), data.draw(_values(field.type))
    if field.create_only:
        old, new = _fixed_values(field)
    server = _server_with(resource, field, old)
    item = _item(resource, field, new)
    lookup = _Ids(server)
    current = field.type.merge(field.type.empty, field.type.resolve(field.type.parse(old), lookup, False), False)
    wanted = field.type.merge(current, field.type.resolve(field.type.parse(new), lookup, False), False)
    assume(wanted != current or isinstance(field.type, Secret))
    steering: dict[str, Any] = {field.append: False} if field.append in _ADDING else {}
    predicted = ensure_on(server, resource, item, check=True, **steering)
    assert server.writes == []
    result = ensure_on(server, resource, item, **steering)
    assert result.get("diff") == predicted.get("diff")
    if field.create_only:
        assert "cannot be changed after creation" in predicted["msg"]
        assert predicted["msg"] == result["msg"]
        assert server.writes == []
        return
    assert predicted["changed"] is result["changed"] is True
    assert [*result["diff"][0]["before"]] == [*result["diff"][0]["after"]] == [field.option]
    assert server.writes
    if isinstance(field.type, Secret):
        assert server.passwords == {"SUBJECT": new}
        return
    server.journal.clear()
    assert ensure_on(server, resource, item, **steering)["changed"] is False
    assert server.writes == []


class _Ids:
    """Looks names up on a server, to know beforehand what is the same."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def find_id(self, resource: str, text: str, create: bool) -> Any:
        records = self.server.find(RESOURCES[resource].path)
        return next(str(one["id"]) for one in records if text in (str(one["id"]), one[RESOURCES[resource].title]))

    def title(self, resource: str, identifier: Any) -> str:
        return str(identifier)

    place = title
