# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to records of objects, links and incidents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import list_in, short, tests

# The built-in states, and those of them that open incidents by default.
_BUILT_IN = {
    "1": "Created",
    "3": "Working",
    "4": "Overloaded",
    "5": "Alarm",
    "6": "Stopped",
    "7": "NoData",
    "8": "Down",
    "9": "Disable",
}
_ALARMS = ("Overloaded", "Alarm", "NoData", "Down")


def in_alarm(value: Any, states: Any = _ALARMS) -> bool:
    """Whether the state of a record, or the state of this id or name, is one of `states`, ids or names."""
    wanted = {name for one in list_in(states, "states") for name in _names_of(one)}
    return not wanted.isdisjoint(_names_in(value))


def acknowledged(incident: Any) -> bool:
    """Whether somebody has acknowledged an incident."""
    if not isinstance(incident, Mapping) or not {"id", "entityId"} & incident.keys():
        raise Invalid(f"the value must be the record of an incident, got {short(incident)}")
    return bool(incident.get("acknowledgedBy") or incident.get("acknowledgementTimestamp"))


def _names_in(value: Any) -> set[str]:
    if not isinstance(value, Mapping):
        return _names_of(value)
    if value.get("state_id") is None:
        raise Invalid("the record has no state_id: add state_id to fields, or give the name of a state")
    names = value.get("names")
    named = names.get("state") if isinstance(names, Mapping) else None
    return _names_of(value["state_id"]) | (_names_of(named) if named else set())


def _names_of(state: Any) -> set[str]:
    """What a state is called, by its id or name, without regard to the case of letters."""
    if isinstance(state, bool) or not isinstance(state, (str, int)) or state == "":
        raise Invalid(f"a state must be an id or a name, got {short(state)}")
    return {str(state).casefold(), _BUILT_IN.get(str(state), str(state)).casefold()}


class TestModule:
    def tests(self) -> dict[str, Callable[..., bool]]:
        return tests({"in_alarm": in_alarm, "acknowledged": acknowledged})
