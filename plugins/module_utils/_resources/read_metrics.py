# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads metrics as plain rows: the latest values, the names, what is known of them, and their history.

A row is a dictionary `{id, object, metric, timestamp, time, value}`: the id and the path of the object (of a link:
"link" and its id), the name of the metric, the moment in epoch milliseconds and in ISO 8601 in UTC, and the value. Rows
come one by one, and long histories are read in slices, so that any number of them takes little memory.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar
from urllib.parse import quote

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import HttpError, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import ODD, Invalid

from .metric_names import decoded, encoded, flat, is_wanted

Row = dict[str, Any]
Point = tuple[int, int, float]  # the moment, the position of the metric, and the value
Item = TypeVar("Item")
Read = TypeVar("Read")

DAY = 86_400_000  # milliseconds
POINTS = 20_000  # of one object that an answer should hold, more or less
_PAGE = 500  # stored sets of data in one answer
_LAST_MOMENT = 253_402_300_799_999  # of the year 9999
_EXACT = 2**53  # whole numbers below are exact as fractions too
_MOST_NAMES = 20  # in one request, since the address of a request must not be too long
_FUNCTIONS = ("avg", "min", "max", "sum", "dev")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": DAY, "w": 7 * DAY, "n": 0, "y": 0}  # 0: it varies
_DOWNSAMPLE = re.compile(r"(?:([0-9]{1,9})(ms|[smhdwny])|all)[ -]+([a-z]+)")


@dataclass(frozen=True)
class Source:
    """An object or link whose metrics are read: its id, what rows call it, and where it is below the API root."""

    id: str
    title: str
    kind: str = "objects"

    @property
    def path(self) -> str:
        return f"/{self.kind}/{quote(self.id, safe='')}"


@dataclass(frozen=True)
class Downsample:
    """How a server makes fewer points: `text` is what it is asked for, `interval` in milliseconds, 0 where slices would
    cut an interval."""

    text: str
    interval: int


def downsample_in(value: Any) -> Downsample:
    """What `1h avg`, `1h-avg`, `all max`, or a dictionary with `interval` and `function` means. Raises Invalid."""
    if isinstance(value, dict):
        if {*value} != {"interval", "function"}:
            raise Invalid("give interval and function, such as {interval: 1h, function: avg}")
        value = f"{value['interval']} {value['function']}"
    found = _DOWNSAMPLE.fullmatch(str(value).strip())
    if not found or found[3] not in _FUNCTIONS or (found[1] and not int(found[1])):
        raise Invalid(
            f"give an interval and one of {', '.join(_FUNCTIONS)}, such as '1h avg', or 'all avg' for one value"
        )
    if not found[1]:
        return Downsample(f"all-{found[3]}", 0)
    return Downsample(f"{int(found[1])}{found[2]}-{found[3]}", int(found[1]) * _UNITS[found[2]])


@dataclass(frozen=True)
class Period:
    """The time of which the history is wanted, in epoch milliseconds with both ends, and the form of its points."""

    start: int
    end: int
    downsample: Downsample | None = None
    timezone: str | None = None

    @property
    def query(self) -> dict[str, Any]:
        return {"downsample": self.downsample.text if self.downsample else None, "timezone": self.timezone}


# --- the latest values, names, and what is known of them ------------------------------------------


def latest(client: Client, sources: Sequence[Source], wanted: Sequence[str] | None) -> list[Row]:
    """The latest value of each metric, from one request for all sources."""
    asked = [{"type": source.kind, "id": source.id} for source in sources]
    stats = client.send(Request("POST", "/stat/search", body=asked)).data if asked else []
    return _understood("POST /stat/search", _latest_rows, stats, sources, wanted)


def names(client: Client, sources: Sequence[Source], wanted: Sequence[str] | None, parallel: int) -> list[Row]:
    """The names of the metrics, even if their values have expired. Of links only those with values are known."""
    objects = [source for source in sources if source.kind == "objects"]
    links = [source for source in sources if source.kind != "objects"]

    def read(source: Source) -> list[str]:
        path = f"{source.path}/stat/metrics"
        return _understood(f"GET {path}", _texts, _or_none(client, path))

    found = [
        {"id": source.id, "object": source.title, "metric": name}
        for source, known in _ahead(objects, read, parallel)
        for name in known
        if is_wanted(name, wanted)
    ]
    return found + [{key: row[key] for key in ("id", "object", "metric")} for row in latest(client, links, wanted)]


def metadata(client: Client, sources: Sequence[Source], wanted: Sequence[str] | None, parallel: int) -> list[Row]:
    """The type of each metric, and how often it changes, as far as an agent or a person has told."""

    def read(source: Source) -> list[Row]:
        path = f"{source.path}/stat/meta"
        return _understood(f"GET {path}", _description, source, _or_none(client, path))

    rows = [row for _source, found in _ahead(sources, read, parallel) for row in found]
    return [row for row in rows if is_wanted(row["metric"], wanted)]


def _latest_rows(stats: Any, sources: Sequence[Source], wanted: Sequence[str] | None) -> list[Row]:
    by_id = {str(stat["entityId"]): stat for stat in stats or []}
    return [row for source in sources if source.id in by_id for row in _rows_of(source, by_id[source.id], wanted)]


def _rows_of(source: Source, stat: Mapping[str, Any], wanted: Sequence[str] | None) -> list[Row]:
    at = _moment(stat["timestamp"])
    leaves = [(name, value) for name, value in flat(dict(stat["payload"])) if is_wanted(name, wanted)]
    return [_row(source, name, at, value) for name, value in leaves]


def _row(source: Source, name: str, at: int, value: Any) -> Row:
    time = datetime.fromtimestamp(at / 1000, timezone.utc).isoformat(timespec="milliseconds")
    return {
        "id": source.id,
        "object": source.title,
        "metric": name,
        "timestamp": at,
        "time": time.replace("+00:00", "Z"),
        "value": value,
    }


def _description(source: Source, answer: Any) -> list[Row]:
    rows = []
    for name, leaf in _described_in({} if answer is None else answer["payload"], ""):
        kind, rate = (None if leaf.get(key) is None else str(leaf[key]) for key in ("type", "changeRate"))
        rows.append({"id": source.id, "object": source.title, "metric": name, "type": kind, "change_rate": rate})
    return rows


def _described_in(tree: Mapping[str, Any], above: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The name and the description of each metric. A metric may be called `type` itself, so a description is told by
    what it holds."""
    for key, inner in tree.items():
        name = f"{above}.{key}" if above else key
        if any(not isinstance(one, dict) for one in inner.values()):
            yield name, inner
        else:
            yield from _described_in(inner, name)


def _texts(answer: Any) -> list[str]:
    if not isinstance(answer, (list, type(None))) or not all(isinstance(one, str) for one in answer or []):
        raise ValueError("not a list of names")
    return answer or []


def _or_none(client: Client, path: str) -> Any:
    """What a call answers, None when there is no such data."""
    try:
        return client.get(path)
    except HttpError as error:
        if not error.absent:
            raise
        return None


# --- history --------------------------------------------------------------------------------------


def history(
    client: Client, wanted: Sequence[tuple[Source, Sequence[str]]], period: Period, parallel: int
) -> Iterator[Row]:
    """The stored numbers of these metrics, by source and then by time. The first slices of several sources are read
    together."""
    histories = [_History(client, source, metrics, period) for source, metrics in wanted if metrics]
    for one, points in _ahead(histories, _History.read_slice, parallel):
        yield from one.rows(points)
        while one.start <= period.end:
            yield from one.rows(one.read_slice())


def with_names(
    client: Client, sources: Sequence[Source], wanted: Sequence[str] | None
) -> list[tuple[Source, list[str]]]:
    """Each source with the metrics whose history is wanted: these, or without any, those that have a number now."""
    if wanted is not None:
        return [(source, list(dict.fromkeys(wanted))) for source in sources]
    found: dict[str, list[str]] = {source.id: [] for source in sources}
    for row in latest(client, sources, None):
        if isinstance(row["value"], (int, float)) and not isinstance(row["value"], bool):
            found[row["id"]].append(row["metric"])
    return [(source, found[source.id]) for source in sources]


@dataclass
class _History:
    """What is left to read of one source, from `start` on, and how long its next slice is, in milliseconds."""

    client: Client
    source: Source
    metrics: Sequence[str]
    period: Period
    start: int = field(init=False)
    length: int = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.period.start
        downsample = self.period.downsample
        if downsample is None:
            self.length = DAY
        elif downsample.interval and not self.period.timezone:
            self.length = downsample.interval * max(POINTS // len(self.metrics), 1)
        else:  # there are few points, and nobody here knows where their intervals begin
            self.length = self.period.end - self.start + 1

    def read_slice(self) -> list[Point]:
        """The points of the next slice, in the order of time. Its end is asked for too, since a server may or may not
        include it, and is left to the slice after it."""
        period, begin = self.period, self.start
        self.start += self.length
        if period.downsample is not None and period.downsample.interval:
            self.start -= self.start % period.downsample.interval
        last = self.start > period.end
        points = self._points(begin, period.end if last else self.start)
        first = begin == period.start  # an interval may have begun before it
        kept = sorted(
            (point for point in points if (first or point[0] >= begin) and (last or point[0] < self.start)),
            key=lambda point: point[:2],
        )
        if period.downsample is None:  # the next one is as long as promises about as many points as is good
            self.length = max(round(self.length * min(max(POINTS / max(len(kept), 1), 1 / 8), 8)), 1)
        return kept

    def rows(self, points: Sequence[Point]) -> Iterator[Row]:
        return (_row(self.source, self.metrics[place], at, value) for at, place, value in points)

    def _points(self, begin: int, end: int) -> list[Point]:
        path = f"{self.source.path}/history"
        points = []
        for first in range(0, len(self.metrics), _MOST_NAMES):
            asked = self.metrics[first : first + _MOST_NAMES]
            # A comma separates names, so one that is part of a name is written as its code.
            texts = ",".join(encoded(name) if "," in name else name for name in asked)
            query = {"metrics": texts, "from": begin, "to": end, **self.period.query}
            answer = self.client.send(Request("GET", path, make_query(query))).data
            places = {name: first + place for place, name in enumerate(asked)}
            points += _understood(f"GET {path}", _points_in, answer, places)
        return points


def _points_in(answer: Any, places: Mapping[str, int]) -> list[Point]:
    points = []
    for series in answer or []:
        place = places.get(decoded(str(series["metric"])))
        if place is not None:  # others were not asked for
            points += [(at, place, value) for at, value in _pairs_in(series["dps"]) if value is not None]
    return points


def _pairs_in(dps: Any) -> Iterator[tuple[int, float | None]]:
    """The points, which servers send as pairs, as a map, or as objects."""
    for point in dps.items() if isinstance(dps, dict) else dps:
        at, value = (point["timestamp"], point["value"]) if isinstance(point, dict) else point
        yield _moment(at), _number(value)


def _moment(value: Any) -> int:
    moment = round(float(value))
    if not 0 <= moment <= _LAST_MOMENT:
        raise ValueError("not a moment in epoch milliseconds")
    return moment


def _number(value: Any) -> float | None:
    """A number, perhaps written as `1.2E9`; None where an interval holds none."""
    if value is None:
        return None
    number = value if isinstance(value, int) else float(value)
    if not math.isfinite(number):
        return None
    return int(number) if abs(number) < _EXACT and number == int(number) else number


# --- stored sets of data --------------------------------------------------------------------------


def stored(
    client: Client, sources: Sequence[Source], wanted: Sequence[str] | None, period: Period, limit: int | None
) -> Iterator[Row]:
    """The values in the stored sets of data, texts and booleans included, the newest first. `limit` is the number of
    sets."""
    by_id = {source.id: source for source in sources}
    for page in _pages(client, list(by_id), period, limit):
        yield from _understood("POST /stat-history", _stored_rows, page, by_id, wanted)


def _stored_rows(page: Any, by_id: Mapping[str, Source], wanted: Sequence[str] | None) -> list[Row]:
    known = [(by_id.get(str(stat["entityId"])), stat) for stat in page]
    return [row for source, stat in known if source is not None for row in _rows_of(source, stat, wanted)]


def _pages(client: Client, ids: list[str], period: Period, limit: int | None) -> Iterator[list[Any]]:
    skip, before = 0, None
    while ids and (limit is None or skip < limit):
        size = _PAGE if limit is None else min(_PAGE, limit - skip)
        body = {"ids": ids, "from": period.start, "to": period.end + 1, "limit": size, "skip": skip}
        page = client.send(Request("POST", "/stat-history", body=body)).data or []
        if page == before:  # a server that does not page sends the same each time
            return
        yield page
        if len(page) < size:
            return
        skip, before = skip + size, page


# --- what they share ------------------------------------------------------------------------------


def _ahead(items: Sequence[Item], read: Callable[[Item], Read], parallel: int) -> Iterator[tuple[Item, Read]]:
    """Each item with what is read of it, in order, with up to `parallel` reads on their way at a time."""
    if parallel == 1:
        yield from ((item, read(item)) for item in items)
        return
    with ThreadPoolExecutor(parallel) as pool:
        for first in range(0, len(items), parallel):
            some = items[first : first + parallel]
            yield from zip(some, pool.map(read, some))


def _understood(asked: str, read: Callable[..., Read], *args: Any) -> Read:
    try:
        return read(*args)
    except ODD as error:
        raise WrongAnswer(
            f"{asked} sent metrics in a form that is not known: look at the answer with saymon.platform.saymon_api, "
            "and report it if this server is a SAYMON."
        ) from error
