# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured at scale: the lists of items, and one table of the ways to bring them to the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.benchmark.cases import Task

PROPERTIES = 5
PARALLEL = 8
DELAY = 20
# The sandbox's id of the class that the items name.
CLASS, CLASS_ID = "Host", 3

# What each object has below it, which takes a request for each.
BELOW = "rules"
RULES = [{"when": "value > 5", "then": 2}]

# Whole lists that each object can be given, by path, as the server has them.
_BUSY = {"cpu": {"_gt": "90"}}
GIVEN: dict[str, list[dict[str, Any]]] = {
    "state-conditions": [{"condition": _BUSY, "state": 4, "description": "Busy"}],
    "incident-conditions": [{"condition": _BUSY, "state": 2, "text": "Busy"}],
}
# The names that these conditions, and the links, refer to.
NAMED = {"states": [{"id": 4, "name": "Alarm"}], "incident-levels": [{"id": 2, "name": "Minor"}]}

Items = list[dict[str, Any]]
Tasks = list[Task]


@dataclass(frozen=True)
class Size:
    """How much a run of the benchmark works on: numbers of objects in growing order, and the users and groups of one
    play."""

    objects: tuple[int, int, int]
    users: int
    groups: int

    @property
    def smallest(self) -> int:
        return self.objects[0]

    @property
    def middle(self) -> int:
        return self.objects[1]

    @property
    def largest(self) -> int:
        return self.objects[2]


FULL = Size((100, 1_000, 10_000), 500, 50)
SMALL = Size((30, 60, 200), 30, 5)  # a list of 20 or fewer would be searched for


@dataclass(frozen=True)
class Way:
    """One way to do the work. `work` names what the worker process does; with `creates` it starts from an empty server.

    `parallel` is the option of the module, `delay` makes the server answer each POST so many milliseconds later.
    """

    key: str
    work: str
    creates: bool
    parallel: int = 1
    delay: int = 0


CREATE = Way("create", "module", creates=True)
CREATE_BARE = Way("create bare", "post", creates=True)
CREATE_PARALLEL = Way("create parallel", "module", creates=True, parallel=PARALLEL)
DELAYED = Way("create delayed", "module", creates=True, delay=DELAY)
DELAYED_PARALLEL = Way("create delayed parallel", "module", creates=True, parallel=PARALLEL, delay=DELAY)
AGAIN = Way("unchanged", "module", creates=False)
AGAIN_BARE = Way("fetch bare", "fetch", creates=False)

# In the order in which every round takes them; the delayed ones are taken with the fewest objects only. What the last
# creation leaves is what the unchanged runs find.
DELAYS = (DELAYED, DELAYED_PARALLEL)
CREATIONS = (CREATE, CREATE_BARE, CREATE_PARALLEL)
REPEATS = (AGAIN, AGAIN_BARE)


def objects(count: int) -> Items:
    """Items of saymon_object, as a user would list them."""
    return [
        {
            "name": f"node{number:05}",
            "discovery_id": f"inventory-{number}",
            "class": CLASS,
            "properties": [{"name": name, "value": value} for name, value in _properties(number)],
        }
        for number in range(count)
    ]


def bodies(count: int) -> Items:
    """What must be posted to make the same objects by hand."""
    return [
        {
            "name": f"node{number:05}",
            "discovery_id": f"inventory-{number}",
            "class_id": CLASS_ID,
            "properties": [{"name": name, "type_id": 1, "value": value} for name, value in _properties(number)],
        }
        for number in range(count)
    ]


def _properties(number: int) -> list[tuple[str, str]]:
    return [(f"Property {one}", f"value {one} of {number}") for one in range(1, PROPERTIES + 1)]


def links(count: int) -> Items:
    """Items of saymon_link, each from one of these objects to the next."""
    return [
        {
            "source": f"node{number:05}",
            "target": f"node{(number + 1) % count:05}",
            "properties": [{"name": "Cable", "value": f"C-{number}"}],
        }
        for number in range(count)
    ]


def given_objects(count: int) -> Items:
    """Items of saymon_object with conditions, monitoring and operations."""
    return [
        {
            "name": f"node{number:05}",
            "discovery_id": f"inventory-{number}",
            "monitoring": {"task": "ping", "period": "60s", "settings": {"PingHost": f"node{number:05}.example.org"}},
            "operations": [{"name": "Restart", "type": "program", "parameters": _script(number)}],
            "state_conditions": [{"when": {"cpu": {"gt": 90}}, "state": "Alarm", "description": "Busy"}],
            "incident_conditions": [{"when": {"cpu": {"gt": 90}}, "level": "Minor", "text": "Busy"}],
        }
        for number in range(count)
    ]


def _script(number: int) -> dict[str, str]:
    return {"type": "fileSystem", "path": f"/opt/{number}.sh"}


def given_bodies(count: int) -> Items:
    """What a server holds of them, but for the lists below each."""
    settings = {"TaskType": "ping", "TaskPeriodValue": "60", "TaskPeriodUnit": "seconds"}
    return [
        {
            "name": f"node{number:05}",
            "discovery_id": f"inventory-{number}",
            "class_id": CLASS_ID,
            "properties": [
                {"name": name, "type_id": 8, "value": value}
                for name, value in {**settings, "PingHost": f"node{number:05}.example.org"}.items()
            ],
            "operations": [{"id": f"o-{number}", "name": "Restart", "type": 2, "parameters": _script(number)}],
        }
        for number in range(count)
    ]


def groups(count: int) -> Items:
    """Items of saymon_user_group."""
    return [{"name": f"Team {number:03}", "permissions": ["manage-objects", "manage-links"]} for number in range(count)]


def users(count: int, teams: int) -> Items:
    """Items of saymon_user, each in two of the `teams` groups."""
    return [
        {
            "login": f"person{number:04}",
            "display_name": f"Person {number}",
            "email": f"person{number:04}@example.org",
            "password": f"Invented-{number}",
            "groups": [f"Team {number % teams:03}", f"Team {(number + 1) % teams:03}"],
            "permissions": ["manage-history"],
        }
        for number in range(count)
    ]


# The second hands the list to an action that does nothing with it.
PLAY: Tasks = [{"saymon.platform.saymon_object": {"objects": "{{ objects }}"}}]
IDLE: Tasks = [{"bench_idle": {"objects": "{{ objects }}"}}]


def accounts() -> Tasks:
    """The two tasks that bring the groups of the variable `teams` and the users of `people` to the server."""
    return [
        {"saymon.platform.saymon_user_group": {"user_groups": "{{ teams }}"}},
        {"saymon.platform.saymon_user": {"users": "{{ people }}", "update_password": "on_create"}},
    ]
