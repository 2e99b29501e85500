# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts: everything in them is where a model computes it to be, at any size, with any names, and without any data."""

from __future__ import annotations

import itertools
import random
import re
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from ansible_collections.saymon.platform.plugins.module_utils import _chart
from ansible_collections.saymon.platform.plugins.module_utils._chart import (
    BAR,
    LANE,
    MOST_POINTS,
    PLOT_HEIGHT,
    RIGHT,
    WIDTH,
    Bar,
    line_chart,
    time_ticks,
    timeline,
    value_ticks,
)

START = 1_800_000_000_000  # 2027-01-15T08:00:00Z
HOUR = 3_600_000
COLORS = {"Working": "#4caf50", "Alarm": "rgb(229 57 53)", "Авария": "tomato"}
NASTY = "<script>&\"'\x00\ud800\U0001f600</text> Серверная №1"

Element = ElementTree.Element


def parsed(pieces: Any) -> Element:
    data = b"".join(pieces)
    assert b"http" not in data.replace(b'xmlns="http://www.w3.org/2000/svg"', b"")  # nothing is loaded from elsewhere
    root = ElementTree.fromstring(data)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    inside(root)
    return root


def inside(root: Element) -> None:
    """All texts and rectangles are within the picture."""
    height = float(str(root.get("height")))
    for element in root.iter():
        if element.tag in ("text", "rect"):
            assert 0 <= float(str(element.get("x"))) <= WIDTH
            assert 0 <= float(str(element.get("y"))) <= height
        if element.tag == "rect":
            assert float(str(element.get("x"))) + float(str(element.get("width"))) <= WIDTH


def texts(root: Element) -> list[str]:
    return ["".join(part for part in one.itertext() if part) for one in root.iter("text")]


def title_of(element: Element) -> str:
    return str(element.findtext("title"))


def box(element: Element) -> tuple[float, ...]:
    return tuple(float(str(element.get(name))) for name in ("x", "y", "width", "height"))


def lanes_of(root: Element) -> list[tuple[Element, list[Element]]]:
    """The track and the bars of each lane."""
    return [(rects[0], rects[1:]) for rects in (group.findall("rect") for group in root.iter("g"))]


# --- states over time -----------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 50])
def test_every_bar_is_where_its_time_is(count: int) -> None:
    chance = random.Random(count)
    lanes = [f"/ROOT/Площадка {number}/web-{number}" for number in range(count)]
    end = START + 24 * HOUR
    bars = []
    for lane in lanes:
        edges = [START, *sorted(chance.sample(range(START + HOUR, end, HOUR // 2), 5)), end]
        pairs = list(itertools.pairwise(edges))
        bars += [Bar(lane, chance.choice([*COLORS]), since, until) for since, until in pairs[chance.randint(0, 1) :]]
    root = parsed(timeline(bars, lanes, COLORS, START, end))
    drawn = lanes_of(root)
    assert len(drawn) == count
    tops = [float(str(track.get("y"))) for track, _bars in drawn]
    assert [after - before for before, after in itertools.pairwise(tops)] == [LANE] * (count - 1)
    for lane, (track, rects) in zip(lanes, drawn, strict=True):
        left, top, width, height = box(track)
        assert left + width == pytest.approx(RIGHT, abs=0.11)
        assert height == BAR
        mine = [each for each in bars if each.lane == lane]
        assert len(rects) == len(mine)
        for each, rect in zip(mine, rects, strict=True):
            x, y, long, high = box(rect)
            assert x == pytest.approx(left + (each.since - START) / (end - START) * width, abs=0.11)
            assert x + long == pytest.approx(left + (each.until - START) / (end - START) * width, abs=0.16)
            assert (y, high) == (top, BAR)
            assert rect.get("fill") == {"Alarm": "#e53935"}.get(each.state, COLORS[each.state])
            assert title_of(rect).startswith(f"{lane}: {each.state}\n")
    assert {*COLORS} <= {*texts(root)}
    assert texts(root)[0] == "States from 2027-01-15 08:00:00 to 2027-01-16 08:00:00 UTC"
    assert [text for text in texts(root) if text.startswith("/ROOT")] == lanes


def test_short_times_are_seen_and_not_drawn_by_the_thousand() -> None:
    end = START + 30 * 24 * HOUR
    bars = [
        Bar("a", "Alarm" if number % 2 else "Working", START + number * 1000, START + number * 1000 + 1000)
        for number in range(20_000)
    ]
    bars.append(Bar("a", "Working", START + 20_000_000, end - 1))
    bars.append(Bar("a", "Авария", end - 1, end))
    ((_track, rects),) = lanes_of(parsed(timeline(bars, ["a"], COLORS, START, end)))
    assert len(rects) < 2 * WIDTH
    assert {rect.get("fill") for rect in rects} == {"#4caf50", "#e53935", "tomato"}
    assert rects[0].get("fill") == "#4caf50"  # the wide one lies below those of one pixel
    assert all(box(rect)[2] == 1 for rect in rects[1:])


def test_a_tooltip_says_when_and_how_long() -> None:
    bars = [
        Bar("a", "Alarm", START, START + 90_500),
        Bar("a", "Working", START + 90_500, START + 27 * HOUR),
        Bar("a", "Alarm", START + 27 * HOUR, START + 27 * HOUR + 400),
    ]
    ((_track, rects),) = lanes_of(parsed(timeline(bars, ["a"], COLORS, START, START + 28 * HOUR)))
    said = [title_of(rect) for rect in rects]
    assert said[0] == "a: Working\n2027-01-15 08:01:30 – 2027-01-16 11:00:00 (1 d 2 h)"
    assert said[1] == "a: Alarm\n2027-01-15 08:00:00 – 2027-01-15 08:01:30 (1 min 30 s)"
    assert said[2].endswith("(0.4 s)")


@pytest.mark.parametrize(("lanes", "bars"), [([], 0), (["a"], 0)])
def test_a_timeline_without_data_says_so(lanes: list[str], bars: int) -> None:
    root = parsed(timeline([], lanes, COLORS, START, START + HOUR))
    assert "There is no data in this period." in texts(root)
    assert len(lanes_of(root)) == len(lanes)


def test_names_of_any_kind() -> None:
    lanes = [NASTY, "/ROOT/" + "очень длинный путь " * 20 + "конец", "日本語" * 40, ""]
    bars = [Bar(lane, NASTY, START, START + HOUR) for lane in lanes]
    root = parsed(timeline(bars, lanes, {NASTY: 'red"/><script/>'}, START, START + HOUR))
    assert not list(root.iter("script"))
    shown = NASTY.replace("\x00", "\ufffd").replace("\ud800", "\ufffd")
    assert shown in texts(root)
    labels = [one for one in root.iter("text") if one.get("text-anchor") == "end"]
    assert [title_of(one) for one in labels[1:3]] == lanes[1:3]
    assert "".join(labels[1].itertext()).endswith("… очень длинный путь конец") or str(labels[1][0].tail).startswith(
        "…"
    )
    assert str(labels[1][0].tail).endswith("конец")


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("#4CAF50", "#4caf50"),
        ("#fff", "#fff"),
        ("rgb(40 173 250)", "#28adfa"),
        ("rgb(40, 173, 250)", "#28adfa"),
        ("rgba(40, 173, 250, 0.5)", "#28adfa"),
        (" Red ", "red"),
        ("rgb(400 0 0)", None),
        ("url(#x)", None),
        ("#12345", None),
        ('"><script/>', None),
        ("", None),
    ],
)
def test_colors(given: str, drawn: str | None) -> None:
    bars = [Bar("a", "Alarm", START, START + HOUR)]
    ((_track, (rect,)),) = lanes_of(parsed(timeline(bars, ["a"], {"Alarm": given}, START, START + HOUR)))
    assert rect.get("fill") == (drawn or _chart._PALETTE[0])


# --- numbers over time ----------------------------------------------------------------------------


def rows(values: list[Any], name: str = "/ROOT/db", metric: str = "cpu", step: int = 60_000) -> list[dict[str, Any]]:
    return [
        {"object": name, "metric": metric, "timestamp": START + number * step, "time": "x", "value": value}
        for number, value in enumerate(values)
    ]


def paths(root: Element) -> list[tuple[str, list[tuple[float, float]]]]:
    """Tooltip and points of each line."""
    found = []
    for one in root.iter("path"):
        if one.find("title") is not None:
            places = re.findall(r"[ML]([-\d.]+) ([-\d.]+)", str(one.get("d")))
            found.append((title_of(one), [(float(x), float(y)) for x, y in places]))
    return found


def test_every_point_is_where_its_value_is() -> None:
    values = [3, -1.5, 8, 7.25, 0]
    root = parsed(line_chart(rows(values)))
    ((said, points),) = paths(root)
    assert said == "/ROOT/db\nfrom -1.5 to 8, last 0"
    ticks = value_ticks(-1.5, 8)
    top = 42 + 20 + 8
    left = 16 + 64
    for number, ((x, y), value) in enumerate(zip(points, values, strict=True)):
        assert x == pytest.approx(left + number / 4 * (RIGHT - left), abs=0.06)
        assert y == pytest.approx(top + (ticks[-1] - value) / (ticks[-1] - ticks[0]) * PLOT_HEIGHT, abs=0.06)
    assert {"-2", "0", "2", "4", "6", "8", "08:00:30", "2027-01-15", "cpu"} <= {*texts(root)}


@pytest.mark.parametrize(
    ("names", "title", "legend"),
    [
        ([("a", "cpu"), ("b", "cpu")], "cpu", ["a", "b"]),
        ([("a", "cpu"), ("a", "ram")], "a", ["cpu", "ram"]),
        ([("a", "cpu"), ("b", "ram")], "Metrics", ["a · cpu", "b · ram"]),
        ([("a", "cpu")], "cpu", ["a"]),
    ],
)
def test_what_all_lines_have_in_common_is_the_title(
    names: list[tuple[str, str]], title: str, legend: list[str]
) -> None:
    given = [row for name, metric in names for row in rows([1, 2], name, metric)]
    root = parsed(line_chart(given))
    assert texts(root)[: len(legend) + 1] == [title, *legend]


def test_long_lines_keep_their_extremes() -> None:
    chance = random.Random(1)
    values = [chance.uniform(40, 60) for _number in range(20_000)]
    values[7_777], values[12_345] = 99.0, 1.0
    root = parsed(line_chart(rows(values)))
    ((_said, points),) = paths(root)
    assert MOST_POINTS / 2 < len(points) <= MOST_POINTS
    assert [x for x, _y in points] == sorted(x for x, _y in points)
    assert (points[0][0], points[-1][0]) == (16 + 64, RIGHT)
    ticks = value_ticks(1, 99)
    heights = [70 + (ticks[-1] - value) / (ticks[-1] - ticks[0]) * PLOT_HEIGHT for value in (99, 1)]
    assert [min(y for _x, y in points), max(y for _x, y in points)] == pytest.approx(heights, abs=0.06)


def test_fifty_lines_can_be_told_apart() -> None:
    given = [row for number in range(40) for row in rows([number, 1], f"/ROOT/узел-{number}")]
    root = parsed(line_chart(given))
    styles = [
        (one.get("stroke"), one.get("stroke-dasharray")) for one in root.iter("path") if one.find("title") is not None
    ]
    assert len({*styles}) == 40
    assert len([text for text in texts(root) if "узел" in text]) == 40


@pytest.mark.parametrize("values", [[], [None], ["x", True, float("nan"), float("inf"), 10**400, [], {}]])
def test_a_chart_without_numbers_says_so(values: list[Any]) -> None:
    assert "There is no data in this period." in texts(parsed(line_chart(rows(values))))


@pytest.mark.parametrize("moment", [None, "x", True, -1, 10**18, 1e300])
def test_rows_without_a_time_are_left_out(moment: Any) -> None:
    root = parsed(line_chart([{**rows([1])[0], "timestamp": moment}]))
    assert "There is no data in this period." in texts(root)


@pytest.mark.parametrize("values", [[5], [0], [5, 5, 5], [1e-320], [1e299, -1e299], [0.1 + 0.2, 0.3], [1e15, 1e15 + 3]])
def test_values_that_hardly_differ_or_differ_enormously(values: list[float]) -> None:
    root = parsed(line_chart(rows(values)))
    ((_said, points),) = paths(root)
    assert all(70 <= y <= 70 + PLOT_HEIGHT for _x, y in points)
    assert len(points) == max(len(values), 2)


def test_names_in_a_line_chart_are_escaped() -> None:
    root = parsed(line_chart(rows([1, 2], NASTY, NASTY)))
    assert not list(root.iter("script"))
    assert NASTY.replace("\x00", "\ufffd").replace("\ud800", "\ufffd") in texts(root)


def test_the_same_input_gives_the_same_bytes() -> None:
    given = [row for name in "cab" for row in rows([3, 1, 2], name)]
    assert b"".join(line_chart(given)) == b"".join(line_chart(iter(given)))
    bars = [Bar(lane, state, START, START + 9) for lane in "ba" for state in ("x", "y")]
    first, second = (b"".join(timeline(bars, ["a", "b"], {}, START, START + 9)) for _run in range(2))
    assert first == second


# --- axes -----------------------------------------------------------------------------------------

SECOND, MINUTE, DAY = 1000, 60_000, 24 * HOUR


@pytest.mark.parametrize(
    ("length", "step"),
    [
        (500, SECOND),
        (8 * SECOND, SECOND),
        (MINUTE, 10 * SECOND),
        (10 * MINUTE, 2 * MINUTE),
        (HOUR, 10 * MINUTE),
        (DAY, 3 * HOUR),
        (7 * DAY, DAY),
        (30 * DAY, 7 * DAY),
        (90 * DAY, 14 * DAY),
    ],
)
def test_times_are_round(length: int, step: int) -> None:
    for start in (START, START + 12_345_678):
        moments = [moment for moment, _label, _date in time_ticks(start, start + length)]
        assert all(start <= moment <= start + length for moment in moments)
        assert {after - before for before, after in itertools.pairwise(moments)} <= {step}
        assert len(moments) >= length // step
        assert all((moment - (4 * DAY if step > DAY else 0)) % step == 0 for moment in moments)


@pytest.mark.parametrize(("days", "months"), [(150, 1), (400, 2), (365 * 4, 6), (365 * 40, 60), (365 * 7000, 12_000)])
def test_long_periods_have_months_and_years(days: int, months: int) -> None:
    ticks = time_ticks(START, START + days * DAY)
    dates = [datetime.fromtimestamp(moment / 1000, UTC) for moment, _label, _date in ticks]
    assert 1 <= len(ticks) <= 10
    assert all((date.day, date.hour, (date.year * 12 + date.month - 1) % months) == (1, 0, 0) for date in dates)
    assert [label for _moment, label, _date in ticks] == [date.strftime("%Y-%m") for date in dates]


def test_the_date_stands_where_it_begins() -> None:
    ticks = time_ticks(START, START + DAY)
    assert [(label, date) for _moment, label, date in ticks][:7] == [
        ("09:00", "2027-01-15"),
        ("12:00", ""),
        ("15:00", ""),
        ("18:00", ""),
        ("21:00", ""),
        ("00:00", "2027-01-16"),
        ("03:00", ""),
    ]
    assert [label for _moment, label, _date in time_ticks(START, START + 3 * SECOND)] == [
        f"08:00:0{number}" for number in range(4)
    ]
    assert time_ticks(START, START + 2 * DAY + HOUR)[0][1] == "12:00"
    assert time_ticks(START, START + 8 * DAY)[0][1] == "2027-01-16"


def test_values_are_one_two_or_five() -> None:
    chance = random.Random(3)
    for _case in range(500):
        low = chance.uniform(-1, 1) * 10 ** chance.randint(-12, 12)
        high = low + chance.random() * 10 ** chance.randint(-12, 12)
        ticks = value_ticks(low, high)
        steps = [after - before for before, after in itertools.pairwise(ticks)]
        assert ticks[0] <= low + 1e-8 * steps[0]
        assert ticks[-1] >= high - 1e-8 * steps[0]
        assert 2 <= len(ticks) <= 11
        assert max(steps) == pytest.approx(min(steps), rel=1e-2)
        assert f"{steps[0]:.1e}"[0] in "125" or f"{steps[0]:.2e}"[:3] in ("9.9", "4.9", "1.9")


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 0.05, ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05"]),
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (0, 3e9, ["0.0", "0.5G", "1.0G", "1.5G", "2.0G", "2.5G", "3.0G"]),
        (-20_000, 20_000, ["-20k", "-15k", "-10k", "-5k", "0", "5k", "10k", "15k", "20k"]),
    ],
)
def test_values_have_as_many_digits_as_they_need(low: float, high: float, labels: list[str]) -> None:
    assert _chart._labels(value_ticks(low, high)) == labels
