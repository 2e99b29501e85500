# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated agents: they push data of hosts, with a daily rhythm, and now and then something goes wrong.

What an agent sees at a moment depends on the random seed, the agent's number and the moment alone.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from typing import Any

from . import events, life, lists, stats
from .builders import ADMIN_ID, seed_id
from .resources.objects import new_object
from .sandbox import Sandbox
from .store import Doc

_MINUTE, _HOUR = 60_000, 3_600_000
_EVERY = _MINUTE
# An agent whose clock has been moved further than this leaves out what is older.
_CATCH_UP = 6 * _HOUR
# At the start there is an hour of data already, unless these pushes are not enough for that.
_FIRST_PUSHES = 2000
_HOST_CLASS, _FAMILY = 3, 9
# In this time a host may die once, for a part of it.
_SLOT = 2 * _HOUR
_DEATH_RATE = 0.1
# Every so often a disk that fills has been emptied; one host in five has such a disk.
_FILLING = 8 * _HOUR
_FILLERS = 5
_COLD_START = "1.3.6.1.6.3.1.1.5.1"
_CONDITIONS: list[Doc] = [
    {"condition": {"disk.usedPercent": {"_gt": "95"}}, "state": 5, "description": "The disk is almost full"},
    {"condition": {"disk.usedPercent": {"_gt": "85"}}, "state": 4, "description": "The disk is filling up"},
    {"condition": {"cpu.usedPercent": {"_gt": "90"}}, "state": 4, "description": "The CPU is busy"},
    {"condition": {}, "state": 3, "description": ""},
]
_PERCENT = {"type": "PERCENTILE", "changeRate": "ALWAYS"}
_METADATA = {part: {"usedPercent": _PERCENT} for part in ("cpu", "memory", "disk")}


class Agents:
    """Each watches one host: those of the seed first, and then hosts of its own."""

    def __init__(self, sandbox: Sandbox, count: int, seed: int) -> None:
        self._sandbox = sandbox
        self._count = count
        self._seed = seed
        self._hosts: list[str] = []
        self._coming: list[tuple[int, int]] = []

    def start(self) -> None:
        """Takes up hosts, and creates those that are lacking; called again after a reset."""
        store, now = self._sandbox.store, self._sandbox.clock.now()
        hosts = [doc for doc in store.all("object").values() if doc["class_id"] == _HOST_CLASS][: self._count]
        free = (number for number in itertools.count(len(hosts) + 1) if store.get("object", seed_id(_FAMILY, number)) is None)
        hosts += [self._new_host(number) for number in itertools.islice(free, self._count - len(hosts))]
        self._hosts = [str(host["id"]) for host in hosts]
        for host in hosts:
            if not lists.effective(store, "state-conditions", "object", host):
                store.put("list", lists.key("state-conditions", "object", host["id"]), {"items": _CONDITIONS})
        past = min(_HOUR, _FIRST_PUSHES // max(len(hosts), 1) * _EVERY)
        self._schedule(now - past)
        store.commit()

    def _schedule(self, begin: int) -> None:
        self._coming = [(self._next_push(agent, begin), agent) for agent in range(len(self._hosts))]
        heapq.heapify(self._coming)

    def _new_host(self, number: int) -> Doc:
        given = {"name": f"simulated-{number:04d}", "class_id": _HOST_CLASS}
        host = new_object(self._sandbox.clock.now(), seed_id(_FAMILY, number), ADMIN_ID, given)
        self._sandbox.store.put("object", host["id"], host)
        life.begin(self._sandbox, "object", host)
        return host

    def _next_push(self, agent: int, now: int) -> int:
        """The pushes of all agents are spread over the period."""
        offset = agent * 7919 % _EVERY
        return (now - offset) // _EVERY * _EVERY + offset + _EVERY

    def next(self) -> tuple[int, Doc] | None:
        """When an agent pushes next, and which."""
        if not self._coming:
            return None
        if self._coming[0][0] > self._sandbox.clock.latest() + _EVERY:  # the clock has been moved back
            self._schedule(self._sandbox.clock.latest())
        due, agent = self._coming[0]
        return due, {"agent": agent}

    def push(self, sandbox: Sandbox, found: Doc) -> None:
        """What the agent does at its moment: nothing while the host is dead or deleted."""
        agent, now = found["agent"], sandbox.clock.now()
        earliest = max(now, sandbox.clock.latest() - _CATCH_UP)
        heapq.heapreplace(self._coming, (self._next_push(agent, earliest), agent))
        host = sandbox.store.get("object", self._hosts[agent])
        if host is None or self._is_dead(agent, now):
            return
        agent_fields: Doc = {"taskType": "system", "agentId": host["id"], "agentVersion": "5.0.1", "agentBuild": "1"}
        times = {"timestamp": now, "period": _EVERY}
        life.receive(sandbox, "object", host, {"payload": self._payload(agent, now), **times, "expiryPeriod": 2 * _EVERY, **agent_fields})
        meta = {"entityId": host["id"], "entityType": 1, **agent_fields, **times, "payload": _METADATA}
        sandbox.store.put("stat_meta", stats.key("object", host["id"]), meta)
        if self._is_dead(agent, now - _EVERY):
            trap = {"trapOid": _COLD_START, "genericTrap": 0, "specificTrap": 0, "text": "cold start", "bindings": "[]"}
            events.record(sandbox, events.TRAP, trap, host["id"], 1, host["id"])

    def _chance(self, agent: int, *about: object) -> random.Random:
        return random.Random(f"{self._seed}:{agent}:{':'.join(str(item) for item in about)}")

    def _is_dead(self, agent: int, at: int) -> bool:
        chance = self._chance(agent, "death", at // _SLOT)
        if chance.random() >= _DEATH_RATE:
            return False
        began, lasted = chance.randrange(_SLOT // 2), chance.randrange(10, 50) * _MINUTE
        return began <= at % _SLOT < began + lasted

    def _payload(self, agent: int, at: int) -> dict[str, Any]:
        nature, noise = self._chance(agent), self._chance(agent, at)
        strength = nature.uniform(0.6, 1.2)
        day = max(0.0, math.sin((at / _HOUR % 24 - 6) / 12 * math.pi))
        busy = min(100.0, strength * (15 + 60 * day) + noise.uniform(0, 10))
        memory = 30 + 20 * nature.random() + busy / 4
        return {
            "cpu": {"usedPercent": round(busy, 1), "load1": round(busy / 25, 2)},
            "memory": {"usedPercent": round(memory, 1)},
            "disk": {"usedPercent": round(self._disk(agent, nature, at), 1)},
            "network": {"inBytes": int(busy * noise.uniform(800, 1200)), "outBytes": int(busy * noise.uniform(300, 500))},
        }

    def _disk(self, agent: int, nature: random.Random, at: int) -> float:
        began = nature.randrange(_FILLING)
        if agent % _FILLERS:
            return 30 + began / _FILLING * 30
        return 55 + (at + began) % _FILLING / _FILLING * 44
