# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is monitored of an object or link: the agent, the kind of check, its period and settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import kind_of
from ansible_collections.saymon.platform.plugins.module_utils._api.scrub import MASK, looks_secret
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import (
    Field,
    FieldType,
    Invalid,
    Lookup,
    Reference,
    Text,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import seconds_in

MONITORING_FLAGS: Mapping[str, Mapping[str, Any]] = {"append_monitoring": {"type": "bool", "default": True}}

_AGENT, _TASK, _PERIOD, _UNIT = "AgentId", "TaskType", "TaskPeriodValue", "TaskPeriodUnit"
_OPTIONS = {_AGENT: "agent", _TASK: "task", _PERIOD: "period", _UNIT: "period"}
_SERVICE = 8  # the type of the properties that hold the settings

# Only seconds are known to be a unit of the server, so that is what is written.
_WRITTEN_UNIT = "seconds"
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}


class Monitoring(FieldType):
    """The settings of a check. Canonical form: a dictionary from the server's name of a setting to its text; the agent
    is an id, and the period a number of seconds. None stands for a setting that shall go."""

    empty: Any = {}
    hashable = False
    resources = ("object",)
    holds_secrets = True
    argument: Mapping[str, Any] = {
        "type": "dict",
        "options": {
            "agent": {"type": "str"},
            "task": {"type": "str"},
            "period": {"type": "str"},
            "settings": {"type": "dict"},
        },
    }
    _agent = Reference("object")

    def parse(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"must be a dictionary, got {kind_of(value)}")
        unknown = sorted(str(option) for option in {*value} - {*self.argument["options"]})
        if unknown:
            raise Invalid(f"there is no option {unknown[0]!r}: choose one of agent, task, period, settings")
        parsed: dict[str, Any] = {}
        for option, name, parse in (
            ("agent", _AGENT, self._agent.parse),
            ("task", _TASK, Text(filled=True).parse),
            ("period", _PERIOD, _seconds_of),
        ):
            if value.get(option) is not None:
                try:
                    parsed[name] = parse(value[option])
                except Invalid as error:
                    raise Invalid(f"{option}: {error}") from None
        return {**parsed, **_settings_of(value.get("settings"))}

    def read(self, value: Any) -> dict[str, Any]:
        settings = {str(entry["name"]): str(entry["value"]) for entry in value if entry.get("value") is not None}
        factor, period = _SECONDS.get(settings.get(_UNIT, "")), settings.get(_PERIOD, "")
        if factor and period.isdecimal():
            del settings[_UNIT]
            return {**settings, _PERIOD: int(period) * factor}
        return settings

    def resolve(self, desired: Any, lookup: Lookup, create: bool) -> Any:
        if _AGENT not in desired:
            return desired
        return {**desired, _AGENT: self._agent.resolve(desired[_AGENT], lookup, create)}

    def references(self, value: Any) -> Iterator[tuple[str, Any]]:
        if value.get(_AGENT):
            yield "object", value[_AGENT]

    def merge(self, current: Any, desired: Any, append: bool) -> Any:
        kept = dict(current) if append else {}
        if _PERIOD in desired:
            kept.pop(_UNIT, None)
        for name, value in desired.items():
            kept[name] = current[name] if name in current and _same_setting(current[name], value) else value
        return {name: value for name, value in kept.items() if value is not None}

    def write(self, value: Any, _scalar: bool) -> list[dict[str, Any]]:
        return [{**setting, "type_id": _SERVICE} for setting in _written(value)]

    def secrets(self, value: Any) -> Iterator[str]:
        return (text for name, text in value.items() if looks_secret(name) and isinstance(text, str))

    def show(self, value: Any, lookup: Lookup) -> Any:
        shown: dict[str, Any] = {}
        for name, text in sorted(value.items()):
            if name == _AGENT:
                shown["agent"] = lookup.title("object", text)
            elif name == _TASK:
                shown["task"] = text
            elif name == _PERIOD:
                shown["period"] = f"{text}s" if isinstance(text, int) else text
            else:
                shown.setdefault("settings", {})[name] = MASK if looks_secret(name) else text
        return shown


def monitoring(collection: str) -> Field:
    """The field `monitoring` of the items at `collection`, with MONITORING_FLAGS among the flags of the resource. The
    settings are properties of a type of their own, which one call replaces together."""

    def write(_task: Any, record: Mapping[str, Any], _current: Any, target: Any) -> Iterator[Request]:
        yield Request("POST", f"{collection}/{record['id']}/monitoring", body=_written(target))

    return Field(
        "monitoring",
        "properties",
        Monitoring(),
        writer=write,
        in_create=False,
        append="append_monitoring",
        only=_is_setting,
        repeatable=True,
    )


def _is_setting(entry: Any) -> bool:
    """Whether an entry of the properties holds a setting. What is no entry is left to the reader to complain about."""
    return not isinstance(entry, dict) or str(entry.get("type_id")) == str(_SERVICE)


def _settings_of(given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise Invalid(f"settings must be a dictionary, got {kind_of(given)}")
    parsed: dict[str, Any] = {}
    for name, value in given.items():
        if not isinstance(name, str) or not name:
            raise Invalid(f"{name!r} cannot be the name of a setting: give a text that is not empty")
        if name in _OPTIONS:
            raise Invalid(f"settings has {name!r}, which has an option of its own: give it as {_OPTIONS[name]}")
        parsed[name] = _text_of(value)
    return parsed


def _text_of(value: Any) -> str | None:
    """The text by which the server holds a setting."""
    if isinstance(value, (bool, dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return None if value is None else str(value)


def _seconds_of(value: Any) -> int:
    try:
        seconds = seconds_in(value)
    except Invalid as error:
        raise Invalid(f"{value!r} is not a period: {error}") from None
    if seconds < 1:
        raise Invalid(f"{value!r} is not a period: give 1 second or more")
    return seconds


def _same_setting(one: Any, other: Any) -> bool:
    """Whether two values are equal, as texts or as the lists and dictionaries that they hold as JSON."""
    if one == other:
        return True
    if not isinstance(one, str) or not isinstance(other, str) or not {one[:1], other[:1]} <= {"[", "{"}:
        return False
    try:
        sides = [json.dumps(json.loads(side), sort_keys=True) for side in (one, other)]
    except (ValueError, RecursionError):
        return False
    return sides[0] == sides[1]


def _written(settings: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The settings as the server takes them: names and texts."""
    written = []
    for name, value in settings.items():
        written.append({"name": name, "value": str(value) if isinstance(value, int) else value})
        if name == _PERIOD and isinstance(value, int):
            written.append({"name": _UNIT, "value": _WRITTEN_UNIT})
    return written
