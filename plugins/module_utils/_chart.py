# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Charts as SVG files that need nothing else: states over time, and numbers over time.

The same input gives the same bytes. All times are in UTC. A place in a chart is in pixels from the upper left corner.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

WIDTH = 960
MARGIN = 16
LANE, BAR = 24, 16  # height of a lane, and of the bars in it
PLOT_HEIGHT = 320  # of a line chart
MOST_POINTS = 300  # of a line

_WIDEST_NAME = 340  # of a lane
_LETTER = 7  # a letter of the font is about as wide; those of East Asia take two
_LEGEND_LINE = 20
_TITLE_LINE = 34
_AXIS = 40
_VALUE_AXIS = 64
RIGHT = WIDTH - 40  # where the plot ends: half of a label is wider than the margin

_SECOND, _MINUTE, _HOUR, _DAY = 1000, 60_000, 3_600_000, 86_400_000
_MONDAY = 4 * _DAY  # the epoch began on a Thursday
_STEPS = (
    *(_SECOND * number for number in (1, 2, 5, 10, 15, 30)),
    *(_MINUTE * number for number in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * number for number in (1, 2, 3, 6, 12)),
    *(_DAY * number for number in (1, 2, 7, 14)),
)
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 6000, 12_000)
_MOST_TICKS = 10

# Each can be told apart from the others, and from a white and a black ground.
_PALETTE = (
    "#3b82f6",
    "#e8710a",
    "#1a9e4b",
    "#d6336c",
    "#8b5cf6",
    "#0e9aa7",
    "#b58900",
    "#e5484d",
    "#6b7c93",
    "#a0522d",
)
_DASHES = ("", "6 3", "2 3", "8 3 2 3")

_STYLE = """<style>
svg{background:#ffffff;font:12px system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
text{fill:#1f2328}.title{font-size:16px;font-weight:600}.axis{fill:#59636e}
rect{shape-rendering:crispEdges}.grid{stroke:#d1d9e0}.track{fill:#eceff2}.line{fill:none;stroke-width:1.6;stroke-linejoin:round}
@media (prefers-color-scheme:dark){svg{background:#0d1117}text{fill:#f0f6fc}.axis{fill:#9198a1}
.grid{stroke:#3d444d}.track{fill:#1f252d}}
</style>
"""
_EMPTY = "There is no data in this period."

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN_COLOR = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})|[a-z]{3,24}")
_RGB = re.compile(r"rgba?\( *(\d{1,3}) *[, ] *(\d{1,3}) *[, ] *(\d{1,3}) *([,/][ .\d]*%? *)?\)")


class Bar(NamedTuple):
    """A time from `since` to `until` (epoch milliseconds) in which something in the lane `lane` had the state
    `state`."""

    lane: str
    state: str
    since: int
    until: int


class _Point(NamedTuple):
    at: float
    value: float


@dataclass(frozen=True)
class _Scale:
    """Turns values from `low` to `high` into places from `start` to `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.5
        return self.start + share * (self.end - self.start)


# --- states over time -----------------------------------------------------------------------------


def timeline(
    bars: Iterable[Bar], lanes: Sequence[str], colors: Mapping[str, str], start: int, end: int
) -> Iterator[bytes]:
    """A lane for each name in `lanes` with the states that it was in, in the period from `start` to `end` (epoch
    milliseconds). Yields the pieces of a file.

    `colors` are those of the states, as stylesheets write them; a state without a usable one gets another.
    """
    by_lane: dict[str, list[Bar]] = {name: [] for name in lanes}
    states: dict[str, str] = {}
    for each in bars:
        by_lane[each.lane].append(each)
        states.setdefault(each.state, "")
    for number, name in enumerate(states):
        states[name] = _color(colors.get(name, ""), number)
    gutter = min(_WIDEST_NAME, max(map(_width_of, lanes), default=0)) + MARGIN + 8
    legend, top = _legend({name: f'fill="{color}"' for name, color in states.items()}, _TITLE_LINE + 8)
    bottom = top + LANE * max(len(lanes), 2)
    scale = _Scale(start, end, gutter, RIGHT)
    yield _head(f"States from {_moment(start)} to {_moment(end)} UTC", bottom + _AXIS)
    yield from legend
    yield from _time_axis(scale, top, bottom)
    if not states:
        yield _middle((top + bottom) / 2)
    for number, name in enumerate(lanes):
        yield from _lane(name, by_lane[name], states, scale, top + LANE * number)
    yield b"</svg>\n"


def _lane(name: str, bars: list[Bar], colors: Mapping[str, str], scale: _Scale, top: float) -> Iterator[bytes]:
    x, y = scale.start, top + (LANE - BAR) / 2
    label = _text(x - 8, top + LANE / 2 + 4, _shortened(name, _WIDEST_NAME), 'text-anchor="end"', name)
    yield f'<g>{label}<rect class="track" x="{_at(x)}" y="{_at(y)}"'.encode()
    yield f' width="{_at(scale.end - x)}" height="{BAR}"><title>{_safe(name)}: not known</title></rect>\n'.encode()
    for each in _visible(bars, scale):
        left, right = scale(each.since), scale(each.until)
        period = f"{_moment(each.since)} – {_moment(each.until)} ({_length(each.until - each.since)})"
        said = f"{each.lane}: {each.state}\n{period}"
        yield (
            f'<rect x="{_at(left)}" y="{_at(y)}" width="{_at(max(right - left, 1))}" height="{BAR}" '
            f'fill="{colors[each.state]}"><title>{_safe(said)}</title></rect>\n'
        ).encode()
    yield b"</g>\n"


def _visible(bars: list[Bar], scale: _Scale) -> list[Bar]:
    """The bars, those that are narrower than a pixel last, so that nothing covers them, and one of each state in each
    pixel."""
    wide: list[Bar] = []
    narrow: dict[tuple[int, str], Bar] = {}
    for each in bars:
        if scale(each.until) - scale(each.since) >= 1:
            wide.append(each)
        else:
            narrow.setdefault((int(scale(each.since)), each.state), each)
    return [*wide, *narrow.values()]


# --- numbers over time ----------------------------------------------------------------------------


def line_chart(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """A line for each metric of each object. Yields the pieces of a file.

    `rows` hold `object` and `metric`, texts, `timestamp` in epoch milliseconds and `value`, a number; those without a
    number are left out. Of a line with very many points only some are drawn, among them its extremes.
    """
    lines = _lines(rows)
    names = _line_names(list(lines))
    styles = {name: _line_style(number) for number, name in enumerate(names.values())}
    legend, top = _legend(styles, _TITLE_LINE + 8)
    bottom = top + PLOT_HEIGHT
    points = [point for line in lines.values() for point in line]
    yield _head(_title_of_lines(list(lines)), bottom + _AXIS)
    yield from legend
    if not points:
        yield _middle((top + bottom) / 2) + b"</svg>\n"
        return
    times, values = [point.at for point in points], [point.value for point in points]
    ticks = value_ticks(min(values), max(values))
    spare = _MINUTE if min(times) == max(times) else 0
    x = _Scale(min(times) - spare, max(times) + spare, MARGIN + _VALUE_AXIS, RIGHT)
    y = _Scale(ticks[0], ticks[-1], bottom, top)
    yield from _time_axis(x, top, bottom)
    yield from _value_axis(ticks, x, y)
    for key, line in lines.items():
        yield _line(line, names[key], styles[names[key]], x, y)
    yield b"</svg>\n"


def _lines(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[_Point]]:
    """The points of each line in the order of their times."""
    found: dict[tuple[str, str], list[_Point]] = {}
    for row in rows:
        at, value = _finite(row.get("timestamp")), _finite(row.get("value"))
        if at is not None and value is not None and 0 <= at <= _LAST_MOMENT:
            found.setdefault((str(row.get("object")), str(row.get("metric"))), []).append(_Point(at, value))
    return {key: sorted(points) for key, points in found.items()}


def _finite(value: Any) -> float | None:
    """A number that can be drawn; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not abs(value) < _TOO_LARGE:
        return None
    return float(value) if abs(value) > 1 / _TOO_LARGE else 0.0


_TOO_LARGE = 1e300  # beyond, not even differences are numbers
_LAST_MOMENT = 253_402_300_799_999  # of the year 9999


def _line_names(keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What to call each line: object and metric, without the one that all lines have in common."""
    objects, metrics = {key[0] for key in keys}, {key[1] for key in keys}
    if len(metrics) == 1:
        return {key: key[0] for key in keys}
    if len(objects) == 1:
        return {key: key[1] for key in keys}
    return {key: f"{key[0]} · {key[1]}" for key in keys}


def _title_of_lines(keys: Sequence[tuple[str, str]]) -> str:
    objects, metrics = sorted({key[0] for key in keys}), sorted({key[1] for key in keys})
    if len(metrics) == 1:
        return metrics[0]
    return objects[0] if len(objects) == 1 else "Metrics"


def _line_style(number: int) -> str:
    dash = _DASHES[number // len(_PALETTE) % len(_DASHES)]
    return f'stroke="{_PALETTE[number % len(_PALETTE)]}"' + (f' stroke-dasharray="{dash}"' if dash else "")


def _line(points: list[_Point], name: str, style: str, x: _Scale, y: _Scale) -> bytes:
    drawn = thinned(points)
    values = [point.value for point in points]
    said = f"{name}\nfrom {_number(min(values))} to {_number(max(values))}, last {_number(values[-1])}"
    places = [f"{_at(x(point.at))} {_at(y(point.value))}" for point in drawn]
    # A line of one point has no length, and round ends make it a dot.
    ends = "" if len(places) > 1 else ' stroke-linecap="round" style="stroke-width:6"'
    way = "M" + "L".join(places if len(places) > 1 else places * 2)
    return f'<path class="line" {style}{ends} d="{way}"><title>{_safe(said)}</title></path>\n'.encode()


def thinned(points: list[_Point]) -> list[_Point]:
    """At most MOST_POINTS of the points: the first and the last one, and the lowest and the highest of each of many
    equal parts of the time."""
    if len(points) <= MOST_POINTS:
        return points
    parts: dict[int, list[_Point]] = {}
    last = MOST_POINTS // 2 - 2
    scale = _Scale(points[0].at, points[-1].at, 0, last + 1)
    for point in points:
        parts.setdefault(min(int(scale(point.at)), last), []).append(point)
    kept = {points[0], points[-1]}
    for part in parts.values():
        kept |= {min(part, key=lambda point: point.value), max(part, key=lambda point: point.value)}
    return sorted(kept)


# --- axes -----------------------------------------------------------------------------------------


def time_ticks(start: int, end: int) -> list[tuple[int, str, str]]:
    """Round moments in a period (epoch milliseconds), each with its label, and with a second one where the date that it
    belongs to begins; at most ten."""
    step = next((one for one in _STEPS if (end - start) // one < _MOST_TICKS), 0)
    offset = _MONDAY if step > 2 * _DAY else 0
    if step:
        first = -((offset - start) // step) * step + offset
        moments = list(range(first, end + 1, step))
    else:
        moments = _month_starts(start, end)
    ticks, shown = [], ""
    for moment in moments:
        label, date = (_utc(moment).strftime(pattern) for pattern in _patterns(step))
        ticks.append((moment, label, date if date != shown else ""))
        shown = date
    return ticks


def _patterns(step: int) -> tuple[str, str]:
    """How to write moments that lie `step` milliseconds apart, 0 for months: the label, and the date it belongs to."""
    if step and step < _DAY:
        return "%H:%M:%S" if step < _MINUTE else "%H:%M", "%Y-%m-%d"
    return "%Y-%m-%d" if step else "%Y-%m", ""


def _month_starts(start: int, end: int) -> list[int]:
    """The first days of months or years in a long period."""
    first, last = (_utc(moment).year * 12 + _utc(moment).month - 1 for moment in (start, end))
    step = next((one for one in _MONTHS if (last - first) // one < _MOST_TICKS), _MONTHS[-1])
    months = range(-(-first // step) * step, last + 1, step)
    moments = (datetime(month // 12, month % 12 + 1, 1, tzinfo=timezone.utc) for month in months)
    return [at for at in (round(moment.timestamp()) * 1000 for moment in moments) if start <= at <= end]


def value_ticks(low: float, high: float) -> list[float]:
    """Round values, 1, 2 or 5 times a power of ten apart, from one at or below `low` to one at or above `high`."""
    low, high = _widened(low, high)
    rough = (high - low) / 8
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _widened(low: float, high: float) -> tuple[float, float]:
    """A range of some width around a single value."""
    if high - low > abs(high) * 1e-9:
        return low, high
    margin = abs(high) / 2 or 1.0
    return low - margin, high + margin


def _time_axis(scale: _Scale, top: float, bottom: float) -> Iterator[bytes]:
    for moment, label, date in time_ticks(math.ceil(scale.low), math.floor(scale.high)):
        x = _at(scale(moment))
        yield f'<path class="grid" d="M{x} {_at(top)}V{_at(bottom)}"/>'.encode()
        for line, text in enumerate(filter(None, (label, date))):
            yield _text(scale(moment), bottom + 16 + 15 * line, text, 'class="axis" text-anchor="middle"').encode()
        yield b"\n"


def _value_axis(ticks: list[float], x: _Scale, y: _Scale) -> Iterator[bytes]:
    for tick, label in zip(ticks, _labels(ticks)):
        yield f'<path class="grid" d="M{_at(x.start)} {_at(y(tick))}H{_at(x.end)}"/>'.encode()
        yield _text(x.start - 8, y(tick) + 4, label, 'class="axis" text-anchor="end"').encode() + b"\n"


# --- parts of both --------------------------------------------------------------------------------


def _head(title: str, height: float) -> bytes:
    size = f'width="{WIDTH}" height="{_at(height)}" viewBox="0 0 {WIDTH} {_at(height)}"'
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">\n'
    heading = _text(MARGIN, 28, _shortened(title, WIDTH - 2 * MARGIN), 'class="title" id="title"')
    return f"{start}{_STYLE}{heading}\n".encode()


def _legend(entries: Mapping[str, str], top: float) -> tuple[list[bytes], float]:
    """A sample of each style with its name, in lines of the width of the chart, and the place below them."""
    pieces = []
    x, y = float(MARGIN), top
    most = WIDTH - 2 * MARGIN - 24
    for name, style in entries.items():
        label = _shortened(name, most)
        width = _width_of(label) + 40
        if x > MARGIN and x + width > WIDTH:
            x, y = float(MARGIN), y + _LEGEND_LINE
        if style.startswith("fill"):
            sample = f'<rect x="{_at(x)}" y="{_at(y)}" width="16" height="12" {style}/>'
        else:
            sample = f'<path class="line" {style} d="M{_at(x)} {_at(y + 6)}h16"/>'
        pieces.append(f"{sample}{_text(x + 22, y + 10, label)}\n".encode())
        x += width
    return pieces, y + (_LEGEND_LINE if entries else 0) + 8


def _middle(y: float) -> bytes:
    return _text(WIDTH / 2, y, _EMPTY, 'class="axis" text-anchor="middle"').encode() + b"\n"


def _text(x: float, y: float, text: str, attributes: str = "", full: str = "") -> str:
    """A text; `full` is shown when the mouse rests on one that is shortened."""
    title = f"<title>{_safe(full)}</title>" if full and full != text else ""
    return f'<text x="{_at(x)}" y="{_at(y)}"{" " * bool(attributes)}{attributes}>{title}{_safe(text)}</text>'


def _safe(text: str) -> str:
    """A text as XML may hold it."""
    clean = _NOT_XML.sub("\ufffd", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _color(text: str, number: int) -> str:
    """A colour that every program understands; one of our own, by number, in place of anything else."""
    text = text.strip().lower()
    parts = _RGB.fullmatch(text)
    if parts and all(int(part) <= 255 for part in parts.groups()[:3]):
        return "#" + "".join(f"{int(part):02x}" for part in parts.groups()[:3])
    return text if _PLAIN_COLOR.fullmatch(text) else _PALETTE[number % len(_PALETTE)]


def _width_of(text: str) -> int:
    return sum(_LETTER * (2 if unicodedata.east_asian_width(letter) in "WF" else 1) for letter in text)


def _shortened(text: str, most: int) -> str:
    """The end of a text that is too wide, since that of a path says most."""
    if _width_of(text) <= most:
        return text
    start, left = len(text), most - _LETTER
    while _width_of(text[start - 1]) <= left:
        start -= 1
        left -= _width_of(text[start])
    return f"…{text[start:]}"


def _at(place: float) -> str:
    """A place with one decimal, where it has any."""
    return f"{place:.1f}".removesuffix(".0")


def _labels(ticks: list[float]) -> list[str]:
    """The values of an axis with as many digits as tell them apart: 0.25, 12.5k, 3G."""
    size, letter = _prefix(max(map(abs, ticks)))
    digits = max(0, -math.floor(math.log10((ticks[1] - ticks[0]) / size) + 1e-9))
    form = f".{digits}f" if digits <= _MOST_DIGITS else f".{_MOST_DIGITS}g"
    return [f"{tick / size:{form}}{letter if tick else ''}" for tick in ticks]


def _number(value: float) -> str:
    size, letter = _prefix(abs(value))
    return f"{value / size:.6g}{letter}"


def _prefix(value: float) -> tuple[float, str]:
    return next(((size, letter) for least, size, letter in _PREFIXES if value >= least), (1.0, ""))


_MOST_DIGITS = 6
_PREFIXES = ((1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))  # from which value on


def _utc(moment: float) -> datetime:
    return datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=moment)


def _moment(moment: int) -> str:
    return _utc(moment).strftime("%Y-%m-%d %H:%M:%S")


def _length(milliseconds: int) -> str:
    """A duration in its two largest units: 2 d 3 h, 5 min 10 s, 0.4 s."""
    if milliseconds < _MINUTE:
        return f"{milliseconds / _SECOND:g} s"
    sizes = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (_SECOND, "s"))
    first = next(number for number, (size, _unit) in enumerate(sizes) if milliseconds >= size)
    parts, left = [], milliseconds
    for size, unit in sizes[first : first + 2]:
        parts.append(f"{left // size} {unit}" if left >= size else "")
        left %= size
    return " ".join(filter(None, parts))
