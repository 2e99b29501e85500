# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured: one table of plays, each with the requests that it must send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PATH = "/users/current"
TASKS = 50
ITEMS = 500
HOSTS = 200
HOST_TASKS = 3

Task = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """Where the plays send their requests: the full URL of the GET, and the cookie for those that open no session
    themselves."""

    url: str
    cookie: str


@dataclass(frozen=True)
class Case:
    """One play. It runs `tasks` on `hosts` hosts; `steps` tasks or loop items of it send `requests` GET requests
    altogether.

    `step` is what the report calls one of them; a play without steps has none.
    """

    key: str
    title: str
    tasks: Callable[[Target], list[Task]]
    requests: int = 0
    hosts: int = 1
    steps: int = 0
    step: str = ""


def _repeat(count: int, name: str, make: Callable[[Target], Task]) -> Callable[[Target], list[Task]]:
    """`count` tasks, one after another, as a playbook without a loop has them."""
    return lambda target: [{"name": f"{name} {number}", **make(target)} for number in range(1, count + 1)]


def _saymon_api(_target: Target) -> Task:
    return {"saymon.platform.saymon_api": {"path": PATH}}


def _uri(target: Target) -> Task:
    return {"ansible.builtin.uri": {"url": target.url, "headers": {"Cookie": target.cookie}, "return_content": True}}


def _module(target: Target) -> Task:
    return {"bench_module": {"url": target.url, "cookie": target.cookie}}


def _action(target: Target) -> Task:
    return {"bench_action": {"url": target.url, "cookie": target.cookie}}


def _debug(_target: Target) -> Task:
    return {"ansible.builtin.debug": {"msg": "no request"}}


def _fifty(key: str, title: str, make: Callable[[Target], Task], requests: int = TASKS) -> Case:
    return Case(key, title, _repeat(TASKS, "Task", make), requests, steps=TASKS, step="task")


EMPTY = Case("empty", "empty play", lambda _target: [])
SAYMON = _fifty("saymon", f"saymon_api, {TASKS} tasks", _saymon_api)
URI = _fifty("uri", f"ansible.builtin.uri, {TASKS} tasks", _uri)
MODULE = _fifty("module", f"ordinary module, {TASKS} tasks", _module)
ACTION = _fifty("action", f"bare in-process action, {TASKS} tasks", _action)
DEBUG = _fifty("debug", f"debug (no request), {TASKS} tasks", _debug, requests=0)
LOOP = Case(
    "loop",
    f"saymon_api, loop of {ITEMS} items",
    lambda target: [{"name": "Loop", **_saymon_api(target), "loop": "{{ range(" + str(ITEMS) + ") | list }}"}],
    requests=ITEMS,
    steps=ITEMS,
    step="item",
)
FLEET = Case(
    "fleet",
    f"saymon_api, {HOSTS} hosts x {HOST_TASKS} tasks",
    _repeat(HOST_TASKS, "Task", _saymon_api),
    requests=HOSTS * HOST_TASKS,
    hosts=HOSTS,
    steps=HOSTS * HOST_TASKS,
    step="task",
)

# In the order in which every round runs them; the empty play comes first because the others are compared with it.
CASES = (EMPTY, DEBUG, ACTION, SAYMON, MODULE, URI, LOOP, FLEET)

# Those whose small differences need many rounds.
PAIRED = (EMPTY, ACTION, SAYMON, URI)
