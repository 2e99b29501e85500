# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data of entities: the latest, their metadata, their history, and tokens that read one metric."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import orjson

from .. import errors, fields, ids, life, metrics, stats
from ..call import EMPTY, Call
from ..routing import Route
from ..store import Doc
from .entities import Kind
from .links import LINK
from .objects import OBJECT

_READERS: dict[str, fields.Reader] = {
    "payload": fields.record,
    "timestamp": fields.integer,
    "period": fields.integer,
    "expiryPeriod": fields.integer,
    "groupKey": fields.anything,
    "initiator": fields.text,
}
_HISTORY_READERS: dict[str, fields.Reader] = {
    "ids": ids.as_ids,
    **dict.fromkeys(("from", "to", "limit", "skip", "after"), fields.integer),
    "include": fields.record,
    "exclude": fields.record,
}
_TOKEN_READERS: dict[str, fields.Reader] = {"entityId": ids.as_id, "entityType": fields.integer, "metric": fields.text}
_KINDS = {1: OBJECT, 2: LINK}
_BY_WORD = {"objects": OBJECT, "links": LINK}
_OLD_WORDS = {1: "obj", 2: "link"}
_PAGE = 10
_JAVA_EXPONENT_FROM = 1e7


def _shown(call: Call, record: Doc) -> Doc:
    if call.sandbox.settings.stat_entity_type == "text":
        return {**record, "entityType": _OLD_WORDS[record["entityType"]]}
    return record


def get_stat(call: Call, kind: Kind) -> Any:
    doc = kind.of(call)
    found = stats.latest(call.sandbox, kind.collection, doc["id"])
    if found is None:
        raise errors.never_set("Stat", kind.name, doc["id"])
    if kind is OBJECT and call.sandbox.settings.object_stat == "payload":
        return found["payload"]
    return _shown(call, found)


def push(call: Call, kind: Kind) -> Any:
    """The body is a Stat, or just its payload."""
    doc = kind.of(call)
    body = call.json()
    if not isinstance(body, dict):
        raise errors.bad_request("The body must be an object.")
    given = fields.merge({}, fields.read(body, _READERS)) if isinstance(body.get("payload"), dict) else {"payload": body}
    life.receive(call.sandbox, kind.collection, doc, given)
    return EMPTY


def list_metrics(call: Call) -> list[str]:
    return stats.metric_names(call.sandbox, OBJECT.collection, OBJECT.of(call)["id"])


def get_meta(call: Call, kind: Kind) -> Doc:
    doc = kind.of(call)
    found = call.sandbox.store.get("stat_meta", stats.key(kind.collection, doc["id"]))
    if found is None:
        raise errors.never_set("StatMetadata", kind.name, doc["id"])
    return found


def set_meta(call: Call, kind: Kind) -> Any:
    """What an agent had said of itself is gone until it reports again."""
    doc = kind.of(call)
    body = call.json()
    if not isinstance(body, dict):
        raise errors.bad_request("The body must be an object.")
    made = {"entityId": doc["id"], "entityType": kind.type, "payload": body}
    call.sandbox.store.put("stat_meta", stats.key(kind.collection, doc["id"]), made)
    return EMPTY


def _found(call: Call, kind: Kind, wanted: object) -> Doc | None:
    try:
        return kind.find(call, str(wanted))
    except errors.ApiError:
        return None


def search_stats(call: Call) -> list[Doc]:
    """Unknown and invisible entities, and those without data, are left out."""
    found = []
    for item in call.array():
        asked: Doc = item if isinstance(item, dict) else {}
        kind = _BY_WORD.get(str(asked.get("type")))
        doc = _found(call, kind, asked.get("id")) if kind else None
        stat = stats.latest(call.sandbox, kind.collection, doc["id"]) if kind and doc else None
        if stat is not None:
            found.append(_shown(call, stat))
    return found


def _records(call: Call, entity: object, given: Doc, before: int) -> list[Doc]:
    """The stored data of one entity, oldest first; without `from` only the last of them."""
    for kind in (OBJECT, LINK):
        doc = _found(call, kind, entity)
        if doc is not None:
            name = stats.key(kind.collection, doc["id"])
            latest = call.sandbox.store.latest(stats.LOG, name)
            earliest = given.get("from", latest["timestamp"] if latest else None)
            return list(call.sandbox.store.log(stats.LOG, name, earliest, before))
    return []


def _matches(record: Doc, wanted: Doc) -> bool:
    """Whether the fields with these dotted names have these values."""
    return all(metrics.value_at(record, name) == value for name, value in wanted.items())


def stat_history(call: Call) -> list[Doc]:
    """Newest first."""
    given = fields.merge({}, call.given(_HISTORY_READERS))
    call.require(given, "ids")
    if "skip" in given and "after" in given:
        raise errors.bad_request('"skip" and "after" cannot be used together.')
    before = given.get("to", call.sandbox.clock.now() + 1)
    found = [record for entity in given["ids"] for record in _records(call, entity, given, before)]
    found = [
        record
        for record in found
        if (not given.get("include") or _matches(record, given["include"]))
        and not (given.get("exclude") and _matches(record, given["exclude"]))
        and ("after" not in given or record["timestamp"] < given["after"])
    ]
    found.sort(key=lambda record: record["timestamp"], reverse=True)
    skip = max(given.get("skip", 0), 0)
    return [_shown(call, record) for record in found[skip : skip + max(given.get("limit", _PAGE), 0)]]


def _moment(call: Call, name: str, default: int | None = None) -> int:
    text = call.query.get(name, "")
    if not text and default is not None:
        return default
    if not text:
        raise errors.absent(name)
    try:
        return metrics.moment(text, call.sandbox.clock.now())
    except ValueError as problem:
        raise errors.bad_request(f'Invalid "{name}" parameter: {problem}.') from None


def _downsampler(call: Call) -> Callable[[metrics.Points, int], metrics.Points] | None:
    text = call.query.get("downsample", "")
    try:
        return metrics.downsampler(text) if text else None
    except ValueError as problem:
        raise errors.bad_request(f'Invalid "downsample" parameter: {problem}.') from None


def history(call: Call, kind: Kind) -> list[Doc]:
    """Numbers over time. A metric without any is left out."""
    doc = kind.of(call)
    names = list(dict.fromkeys(metrics.unescaped(name) for name in call.values("metrics")))
    if not names:
        raise errors.absent("metrics")
    start, end = _moment(call, "from"), _moment(call, "to", call.sandbox.clock.now())
    downsampled = _downsampler(call)
    series: dict[str, dict[int, int | float]] = {name: {} for name in names}
    for record in call.sandbox.store.log(stats.LOG, stats.key(kind.collection, doc["id"]), start, end + 1):
        for name in names:
            value = metrics.value_at(record["payload"], name)
            if metrics.is_number(value):
                series[name][record["timestamp"]] = value
    tag = f"{'obj' if kind is OBJECT else 'link'}{doc['id']}"
    answer = []
    for name, values in series.items():
        points = list(values.items())
        if points:
            shown = _points(call, downsampled(points, start) if downsampled else points)
            answer.append({"metric": metrics.escaped(name), "tags": {"entity": tag}, "aggregateTags": [], "dps": shown})
    return answer


def _points(call: Call, points: metrics.Points) -> Any:
    settings = call.sandbox.settings
    shown = [(at, _java(value) if settings.history_exponents else value) for at, value in points]
    if settings.history_points == "map":
        return {str(at): value for at, value in shown}
    if settings.history_points == "objects":
        return [{"timestamp": at, "value": value} for at, value in shown]
    return [[at, value] for at, value in shown]


def _java(value: float) -> Any:
    """A large fractional number as Java writes it: 1.2E9."""
    if isinstance(value, int) or abs(value) < _JAVA_EXPONENT_FROM:
        return value
    mantissa, _e, exponent = f"{value:.16e}".partition("e")
    digits = mantissa.rstrip("0")
    return orjson.Fragment(f"{digits}{'0' if digits.endswith('.') else ''}E{int(exponent)}")


def create_token(call: Call) -> Doc:
    given = call.given(_TOKEN_READERS)
    for name in ("entityId", "entityType", "metric"):
        call.require(given, name)
    kind = _KINDS.get(given["entityType"])
    if kind is None:
        raise errors.bad_request('"entityType" must be 1 or 2.')
    kind.find(call, str(given["entityId"]))
    token: Doc = {"id": str(uuid.uuid4()), **given}
    call.sandbox.store.put("metric_token", token["id"], token)
    return token


def read_by_token(call: Call) -> Doc:
    token = call.stored("metric_token", "MetricToken", call.params["id"])
    found = stats.latest(call.sandbox, _KINDS[token["entityType"]].collection, token["entityId"])
    value = metrics.value_at(found["payload"], token["metric"]) if found else metrics.MISSING
    return {**token, "value": None if value is metrics.MISSING else value}


def revoke_token(call: Call) -> Any:
    token = call.stored("metric_token", "MetricToken", call.params["id"])
    _KINDS[token["entityType"]].find(call, str(token["entityId"]))
    call.sandbox.store.delete("metric_token", token["id"])
    return EMPTY


def _owner_routes(root: str, kind: Kind, read: str, push_permission: str, modify: str) -> list[Route]:
    table: list[tuple[str, str, str, Callable[..., Any]]] = [
        ("GET", "stat", read, get_stat),
        ("POST", "stat", push_permission, push),
        ("GET", "stat/meta", read, get_meta),
        ("POST", "stat/meta", modify, set_meta),
        ("GET", "history", read, history),
    ]
    return [Route(verb, f"{root}/:id/{path}", permission, partial(handler, kind=kind)) for verb, path, permission, handler in table]


_MODIFY_OBJECT = "objectPermissions & (modify-objects | manage-objects)"
ROUTES = [
    *_owner_routes("/objects", OBJECT, "objectPermissions", _MODIFY_OBJECT, _MODIFY_OBJECT),
    Route("GET", "/objects/:id/stat/metrics", "objectPermissions", list_metrics),
    *_owner_routes("/links", LINK, "linkPermissions", "linkPermissions", "linkPermissions & (modify-links | manage-links)"),
    Route("POST", "/stat/search", "", search_stats),
    Route("POST", "/stat-history", "", stat_history),
    Route("POST", "/metric-token", "", create_token),
    Route("GET", "/metric-token/:id/stat", "", read_by_token, open=True),
    Route("DELETE", "/metric-token/:id", "", revoke_token),
]
