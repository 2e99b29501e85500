#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until objects are as wanted."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_wait
short_description: Wait until objects are in a state, have no incidents, or report certain data
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Looks at objects again and again until all that the task asks for holds for all of them, and fails when that takes
    too long. The message of the failure names those that are not as wanted, and says why.
  - Each look takes one request for each of O(object_state), O(no_incidents) and O(metric), however many the objects
    are. Hosts that wait at the same time share these requests, so that a task on many hosts costs the server hardly
    more than one on a single host. With O(saymon_run_on=target) and C(async), each host makes its own.
  - Which objects the task is about is decided once, when it begins. What it says of them rests on what it reads after
    that, and never on what an earlier task has read.
  - When the server does not answer while the task waits, it looks again later. What waiting does not mend, such as a
    missing permission, fails at once, and so does a server that cannot be reached when the task begins.
  - Needs access to the objects. With the permission C(run-bulks), a few objects among many cost the server less.
options:
  object:
    description: The object to wait for, a path, a name or an id.
    type: str
  objects:
    description: The objects to wait for, each a path, a name or an id.
    type: list
    elements: str
  recursive:
    description: Whether everything below O(object) or O(objects) is meant too, at any depth.
    type: bool
    default: false
  class:
    description: Only objects of this class, a name or an id. Alone, all objects of the class.
    type: str
  tag:
    description: Only objects with this tag, a name or an id. Alone, all objects with the tag.
    type: str
  object_state:
    description:
      - The state that each object is to be in, a name or an id. With several, each object is to be in one of them.
    type: list
    elements: str
  no_incidents:
    description:
      - Whether there are to be no active incidents of the objects. One that has been cleared does not count, although
        it stays in the list of active ones for a while.
    type: bool
    default: false
  metric:
    description:
      - A condition that the latest data of each object is to meet, as in
        O(saymon.platform.saymon_object#module:state_conditions[].when).
      - It is evaluated here and not by the server, with metrics by their dotted names, the operators C(eq), C(ne),
        C(gt), C(ge), C(lt), C(le), C(contains), C(not_contains), C(matches) and C(exists), and with C(all), C(any) and
        C(ratio). A C(formula) is refused.
      - Values that look like numbers are compared as numbers. A metric that is missing meets only C(exists=false).
      - The latest data may be older than the task. With O(settle) longer than the period of the checks, newer data
        decides.
    type: dict
  within:
    description: How long to wait at most, in seconds or with a unit, such as V(90s), V(5m) or V(1h). With V(0),
      the task looks once.
    type: str
    default: 5m
  settle:
    description:
      - For how long everything must hold without a break before the task ends, in seconds or with a unit. It counts as
        part of O(within).
      - A break that is shorter than the time between two looks is not seen. When the server does not answer, nobody
        knows what holds, so the time begins anew.
    type: str
    default: "0"
  interval:
    description:
      - How long to wait from one look to the next, in seconds or with a unit. While something is still missing, the
        pauses grow to 10 seconds.
      - Hosts that wait at the same time take what one of them has read up to this long ago, but no longer than 5
        seconds.
    type: str
    default: 1s
attributes:
  check_mode:
    support: full
    details:
      - Looks once, returns RV(waiting), and does not fail because of it, since what the tasks before would have changed
        is not so.
  diff_mode:
    support: N/A
    details:
      - The module changes nothing.
  idempotent:
    support: full
    details:
      - The module only reads from the server, and never reports a change.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_object_info
  - module: saymon.platform.saymon_check_now
"""

EXAMPLES = r"""
- name: Wait until a server has been working for 2 seconds, and has no incidents
  saymon.platform.saymon_wait:
    object: /ROOT/North site/North rack A1/north-web-1
    object_state: Working
    no_incidents: true
    within: 5m
    settle: 2s

- name: Wait until no host below a site is down any more
  saymon.platform.saymon_wait:
    object: /ROOT/North site
    recursive: true
    class: Host
    object_state: [Working, Overloaded, Alarm, Created]
    within: 1h
    interval: 10s

- name: Wait until the load is low, and go on all the same if that takes too long
  saymon.platform.saymon_wait:
    objects: [north-web-1, north-web-2]
    metric:
      cpu.load1: {lt: 2}
    within: 3s
  register: load
  failed_when: load is failed and load.waiting is not defined

- name: Each host of the play waits for its own object, and all of them share the requests
  saymon.platform.saymon_wait:
    object: "{{ monitored_as }}"
    object_state: Working
  vars:
    monitored_as: north-web-1  # usually a variable of the host, or inventory_hostname
"""

RETURN = r"""
waited:
  description: How long the task has waited, in seconds.
  returned: when the wait has ended, well or by the time
  type: float
  sample: 41.7
objects:
  description: What was seen last of each object, in the order in which they are named, children after parents.
  returned: when the wait has ended, well or by the time
  type: list
  elements: dict
  contains:
    id:
      description: Id of the object.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e01
    path:
      description: Path of the object.
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1
    state:
      description: Name of its state. Without O(object_state), that at the beginning of the task; null when the object
        does not exist any more.
      type: str
      sample: Working
    incidents:
      description: Its active incidents.
      returned: with O(no_incidents)
      type: list
      elements: dict
      contains:
        id:
          description: Id of the incident.
          type: str
          sample: 64b1f0c2a9d3e45f6a7b9101
        text:
          description: Its text.
          type: str
          sample: Load above 8
      sample: []
    metrics:
      description: The values of the metrics of the condition, null for one that is missing.
      returned: with O(metric)
      type: dict
      sample: {"cpu.load1": 0.7}
    data_timestamp:
      description: When this data was measured, in epoch milliseconds; null when there is none.
      returned: with O(metric)
      type: int
      sample: 1700000000000
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e01
      path: /ROOT/North site/North rack A1/north-web-1
      state: Working
waiting:
  description: Those of them that are not as wanted, with the reason. Empty on success; in check mode, what the task
    would wait for.
  returned: when the wait has ended, well or by the time
  type: list
  elements: dict
  contains:
    id:
      description: Id of the object. What else is known of it is as in RV(objects).
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e02
    path:
      description: Path of the object.
      type: str
      sample: /ROOT/North site/North rack A1/north-web-2
    state:
      description: Name of its state.
      type: str
      sample: Alarm
    reason:
      description: Why it is not as wanted.
      type: str
      sample: is in the state Alarm and has an active incident (Load above 8)
  sample: []
waiting_count:
  description: How many these are.
  returned: when the wait has ended, well or by the time
  type: int
  sample: 0
"""

import copy
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._resources.condition_check import Check, check_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.watch import (
    Criterion,
    Incidents,
    Metrics,
    Patience,
    States,
    Wait,
    Watch,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._scope import (
    NOT_BOTH_IN_SCOPE,
    ONE_OF_SCOPE,
    SCOPE_OPTIONS,
    id_in_scope,
    objects_in_scope,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import seconds_in

_LONGEST_WAIT = 7 * 24 * 3600
_OLDEST = 5  # seconds: of what another host has read

SPEC = Spec(
    options={
        **{name: dict(argument) for name, argument in SCOPE_OPTIONS.items()},
        "object_state": {"type": "list", "elements": "str"},
        "no_incidents": {"type": "bool", "default": False},
        "metric": {"type": "dict"},
        "within": {"type": "str", "default": "5m"},
        "settle": {"type": "str", "default": "0"},
        "interval": {"type": "str", "default": "1s"},
    },
    required_one_of=ONE_OF_SCOPE,
    mutually_exclusive=NOT_BOTH_IN_SCOPE,
)


def run(context: TaskContext) -> dict[str, Any]:
    patience, check = _patience(context.args), _check(context.args)
    began = time.monotonic()
    client = copy.copy(context.client)
    client.lists = client.lists.lasting(min(patience.interval, _OLDEST))
    watch = _watch(replace(context, client=client), check, began)
    with client.lists.watching(watch.ids):
        if context.check:
            watch.look(client)
        elif watch.ids:
            Wait(watch, patience, client, context.say).until_it_holds()
        else:
            context.warnings.append("No object is meant, so there was nothing to wait for: check class and tag.")
    return {"waited": round(time.monotonic() - began, 1), **watch.result()}


def _watch(context: TaskContext, check: Check | None, began: float) -> Watch:
    """The objects of the task, and what is to hold for them."""
    args = context.args
    finder, records = objects_in_scope(context, ["state_id"])
    wanted = None
    if args["object_state"] is not None:
        warned = len(finder.warnings)
        wanted = {id_in_scope(finder, "object_state", "state", text) for text in args["object_state"]}
        context.warnings += finder.warnings[warned:]
    total = len(finder.index("object").records)
    criteria: list[Criterion] = [
        States(records, began, wanted, total, lambda identifier: finder.title("state", identifier))
    ]
    if args["no_incidents"]:
        criteria.append(Incidents())
    if check is not None:
        criteria.append(Metrics(check))
    return Watch({str(record["id"]): finder.title("object", record["id"]) for record in records}, criteria)


def _check(args: Mapping[str, Any]) -> Check | None:
    """The condition on the data; refuses a task that waits for nothing."""
    if args["object_state"] is None and args["metric"] is None and not args["no_incidents"]:
        raise BadInput("Nothing says what to wait for: give object_state, no_incidents or metric.")
    if args["object_state"] == []:
        raise BadInput("object_state is an empty list: name at least one state, or leave the option out.")
    try:
        return None if args["metric"] is None else check_of(args["metric"])
    except Invalid as error:
        raise BadInput(f"metric: {error}.") from None


def _patience(args: Mapping[str, Any]) -> Patience:
    seconds = {}
    for option, least in (("within", 0), ("settle", 0), ("interval", 1)):
        try:
            seconds[option] = seconds_in(args[option])
        except Invalid as error:
            raise BadInput(f"{option} is {args[option]!r}: {error}.") from None
        if not least <= seconds[option] <= _LONGEST_WAIT:
            raise BadInput(f"{option} is {args[option]!r}: give from {least} to {_LONGEST_WAIT} seconds.")
    if seconds["settle"] > seconds["within"]:
        raise BadInput(
            f"settle is {args['settle']!r}, and within is {args['within']!r}, which is shorter: "
            "raise within, or lower settle."
        )
    return Patience(**seconds)


if __name__ == "__main__":
    main(SPEC, run)
