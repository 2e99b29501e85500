#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which states objects or links have been in."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_state_history_info
short_description: List in which states objects or links have been, and how much of the time they were available
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the states that objects or links have had in a period, each with its beginning, its end and the reason for
    it, and for each object or link the time that it has spent in each state.
  - With O(dest), the rows go into a file, which may be a chart.
  - Needs access to the objects or links.
  - The history of one object is one request. Those of several are read together, up to a hundred at a time, and each
    object that changed in the period takes one more request, for the state in which it was before. Up to three further
    requests read the names.
options:
  object:
    description: An object, a path, a name or an id.
    type: str
  objects:
    description: Objects, each a path, a name or an id.
    type: list
    elements: str
  recursive:
    description: Whether everything below the named objects belongs to them.
    type: bool
    default: false
  class:
    description: Only objects of this class, a name or an id. Without O(object) and O(objects), all of them.
    type: str
  tag:
    description: Only objects with this tag, a name or an id. Without O(object) and O(objects), all of them.
    type: str
  links:
    description: Links, in place of objects, by their ids.
    type: list
    elements: str
  from:
    description:
      - When the period begins. A time before now such as V(-12h), V(-7d) or V(2w-ago), a date such as
        V(2026-03-01T00:00:00Z), or epoch milliseconds.
    type: str
    default: -24h
  to:
    description: When the period ends, in the same forms, or V(now). A moment in the future counts as now.
    type: str
    default: now
  available:
    description: The states that count as available, names or ids.
    type: list
    elements: str
    default: [Working]
  without:
    description:
      - States whose time does not count, neither as available nor as not available, names or ids. For example,
        V(NoData) or V(Disable).
    type: list
    elements: str
    default: []
  without_manual:
    description:
      - Whether time in a state that somebody has set by hand does not count either. It is known by the record in the
        history, which then names the user or the reason.
    type: bool
    default: false
  parallel:
    description: How many requests may be on their way at the same time, from 1 to 32.
    type: int
    default: 1
  dest:
    description:
      - A file to write the rows of RV(changes) to, instead of returning them.
      - The file extension names the format, V(.json), V(.yml) or V(.yaml), V(.jsonl) or V(.ndjson) with one row in each
        line, V(.csv), or V(.svg) for a chart with a lane for each object, in the colours that the server gives the
        states. The chart needs no other file, and a browser shows it in light and dark.
      - The file is written completely or not at all, on the controller unless the task runs on its target.
      - Texts are written to CSV unchanged. A spreadsheet program may take a text that begins with V(=) for a formula.
    type: path
  mode:
    description:
      - Mode of the file, as octal digits in quotes such as V('0640').
      - Without it, an existing file keeps its mode, and a new file gets the system's default, usually V('0644').
    type: raw
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
notes:
  - What the server has deleted from its history is not known. Time before the first record of an object counts neither
    as available nor as not available, unless the object itself tells since when it is in its present state.
  - Records that repeat the state of the one before them, with another reason, are no rows of their own.
  - With O(dest), the task reports a change if the content or the mode of the file differs. In check mode, it writes
    nothing. A period that ends now, or is given by times before now, is another one in each run. Give dates where the
    file of a second run is to be the same.
seealso:
  - module: saymon.platform.saymon_object_info
  - module: saymon.platform.saymon_state
"""

EXAMPLES = r"""
- name: Look at the last week of a site
  saymon.platform.saymon_state_history_info:
    object: /ROOT/North site
    recursive: true
    from: -7d
  register: week

- name: Print what was less available than promised
  ansible.builtin.debug:
    msg: "{{ item.object }}: {{ item.available_percent }} %"
  loop: "{{ week.availability }}"
  loop_control:
    label: "{{ item.object }}"
  when: item.available_percent is not none and item.available_percent < 99.5

- name: Count overloaded hosts as available, and leave out time without data
  saymon.platform.saymon_state_history_info:
    class: Host
    from: -30d
    available: [Working, Overloaded]
    without: [NoData, Disable]
    without_manual: true

- name: Draw the last day of all hosts
  saymon.platform.saymon_state_history_info:
    class: Host
    dest: hosts.svg

- name: Write the changes of two servers into a table
  saymon.platform.saymon_state_history_info:
    objects: [north-web-1, north-web-2]
    from: -90d
    to: -1h
    dest: changes.csv
"""

RETURN = r"""
changes:
  description:
    - The states, object after object as the task names them, and oldest first.
    - A row is a time in one state within the period. The rows of an object follow each other without a gap.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    object:
      description: Path of the object. Missing with O(links).
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1
    link:
      description: The paths of the two ends of the link. Only with O(links).
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1 - /ROOT/North site/North rack A1/north-core-sw
    id:
      description: Id of the object or link.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e01
    state:
      description: Name of the state. Its id, if the server no longer has the state.
      type: str
      sample: Alarm
    state_id:
      description: Id of the state.
      type: str
      sample: '5'
    carried:
      description: Whether the state is older than the period. Such a row is no change, and begins with the period.
      type: bool
      sample: false
    manual:
      description: Whether somebody has set the state by hand.
      type: bool
      sample: false
    since:
      description: When the state began, in epoch milliseconds.
      type: int
      sample: 1767268800000
    since_time:
      description: The same as a date in UTC.
      type: str
      sample: '2026-01-01T12:00:00.000+00:00'
    until:
      description: When it ended, in epoch milliseconds. Of the last row, the end of the period.
      type: int
      sample: 1767269100000
    until_time:
      description: The same as a date in UTC.
      type: str
      sample: '2026-01-01T12:05:00.000+00:00'
    seconds:
      description: How long it lasted.
      type: float
      sample: 300.0
    reason:
      description:
        - Why the state changed, with the server's own keys, such as C(code), C(text), C(by) and C(rootCause). Empty
          where it was not read, as for a state that several objects have had since before the period.
      type: dict
      sample: {code: 12}
    comment:
      description: The comment that a user has added to the change, or an empty text.
      type: str
      sample: ''
  sample:
    - object: /ROOT/North site/North rack A1/north-web-1
      id: 64b1f0c2a9d3e45f6a7b8e01
      state: Alarm
      state_id: '5'
      carried: false
      manual: false
      since: 1767268800000
      since_time: '2026-01-01T12:00:00.000+00:00'
      until: 1767269100000
      until_time: '2026-01-01T12:05:00.000+00:00'
      seconds: 300.0
      reason: {code: 12}
      comment: ''
availability:
  description: How long each object or link was in which state, in the order of the rows.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: Path of the object. Missing with O(links).
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1
    link:
      description: The paths of the two ends of the link. Only with O(links).
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1 - /ROOT/North site/North rack A1/north-core-sw
    id:
      description: Id of the object or link.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e01
    available_percent:
      description:
        - The share of the time that counts in which the state was one of O(available), rounded down to four digits.
          Null when no time counts.
      type: float
      sample: 99.6527
    available_seconds:
      description: The time in the states of O(available).
      type: float
      sample: 86100.0
    counted_seconds:
      description: The time that counts, which is that in known states but for those of O(without).
      type: float
      sample: 86400.0
    unknown_seconds:
      description: The time in which the state is not known, as before the object was created. It never counts.
      type: float
      sample: 0.0
    states:
      description: The time in each state, the most first, whether it counts or not.
      type: list
      elements: dict
      contains:
        state:
          description: Name of the state.
          type: str
          sample: Working
        state_id:
          description: Id of the state.
          type: str
          sample: '3'
        seconds:
          description: The time in the state.
          type: float
          sample: 86100.0
        percent:
          description: The same as a share of the whole period, rounded down to four digits.
          type: float
          sample: 99.6527
      sample:
        - {state: Working, state_id: '3', seconds: 86100.0, percent: 99.6527}
        - {state: Alarm, state_id: '5', seconds: 300.0, percent: 0.3472}
  sample:
    - object: /ROOT/North site/North rack A1/north-web-1
      id: 64b1f0c2a9d3e45f6a7b8e01
      available_percent: 99.6527
      available_seconds: 86100.0
      counted_seconds: 86400.0
      unknown_seconds: 0.0
      states:
        - {state: Working, state_id: '3', seconds: 86100.0, percent: 99.6527}
        - {state: Alarm, state_id: '5', seconds: 300.0, percent: 0.3472}
period:
  description: The period that the options mean.
  returned: success
  type: dict
  contains:
    from:
      description: Its beginning as a date in UTC.
      type: str
      sample: '2026-01-01T00:00:00.000+00:00'
    to:
      description: Its end as a date in UTC.
      type: str
      sample: '2026-01-02T00:00:00.000+00:00'
  sample: {from: '2026-01-01T00:00:00.000+00:00', to: '2026-01-02T00:00:00.000+00:00'}
count:
  description: Number of rows in the file, or of those that the chart shows.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: hosts.svg
"""

import time
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._chart import Bar, timeline
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.link import LINK
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._resources.state import STATE
from ansible_collections.saymon.platform.plugins.module_utils._resources.state_history import (
    PRESENT_KEYS,
    Period,
    Stay,
    availability,
    stays_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._scope import (
    NOT_BOTH_IN_SCOPE,
    ONE_OF_SCOPE,
    SCOPE_OPTIONS,
    objects_in_scope,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in

SPEC = Spec(
    options={
        **{name: dict(option) for name, option in SCOPE_OPTIONS.items()},
        "links": {"type": "list", "elements": "str"},
        "from": {"type": "str", "default": "-24h"},
        "to": {"type": "str", "default": "now"},
        "available": {"type": "list", "elements": "str", "default": ["Working"]},
        "without": {"type": "list", "elements": "str", "default": []},
        "without_manual": {"type": "bool", "default": False},
        "parallel": {"type": "int", "default": 1},
        **DEST_OPTIONS,
    },
    required_one_of=[(*ONE_OF_SCOPE[0], "links")],
    mutually_exclusive=[*NOT_BOTH_IN_SCOPE, *((name, "links") for name in ONE_OF_SCOPE[0])],
)


class _View:
    """What a task has found: rows, what is told of each object or link, and the names of all of them."""

    def __init__(self, context: TaskContext) -> None:
        self.context = context
        self.kind = "object" if context.args["links"] is None else "link"
        self.period = _period(context.args)
        self.parallel = context.parallel()
        self.names: list[str] = []
        self.availability: list[Record] = []
        self.colors: dict[str, str] = {}

    def find(self, context: TaskContext) -> list[Record]:
        """The rows of all objects or links."""
        args, period = context.args, self.period
        finder, entities = (_objects if self.kind == "object" else _links)(context)
        told = len(finder.warnings)
        available, without = ({*_states(finder, option, args[option])} for option in ("available", "without"))
        records = [record for _name, record in entities]
        found = stays_of(context.client, f"{self.kind}s", records, period, parallel=self.parallel)
        rows = []
        for name, record in entities:
            who, stays = {self.kind: name, "id": str(record["id"])}, found[str(record["id"])]
            sums = availability(stays, period, available, without, without_manual=args["without_manual"])
            for one in sums["states"]:
                one["state"] = finder.title("state", one["state_id"])
            self.names.append(name)
            self.availability.append({**who, **sums})
            rows += [{**who, **_row(finder, stay)} for stay in stays]
        states = finder.index("state").records if args["dest"] else {}
        self.colors = {finder.title("state", one): STATE.by_option["color"].read(states[one]) for one in states}
        context.warnings += finder.warnings[told:]
        return rows

    def draw(self, rows: list[Record]) -> Iterator[bytes]:
        """A chart of the rows, whose secrets are masked."""
        names = self.context.secrets.scrub(self.names)
        bars = [Bar(row[self.kind], row["state"], row["since"], row["until"]) for row in rows]
        return timeline(bars, names, self.colors, self.period.start, self.period.end)


def run(context: TaskContext) -> dict[str, Any]:
    view = _View(context)
    result = listed("changes", view.find, order=None, writers={".svg": view.draw})(context)
    period = {"from": _date(view.period.start), "to": _date(view.period.end)}
    return {**result, "availability": view.availability, "period": period}


def _period(args: dict[str, Any]) -> Period:
    now = round(time.time() * 1000)
    start, end = (_moment(option, args[option], now) for option in ("from", "to"))
    if start >= min(end, now):
        before = "to" if end <= now else "now"
        raise BadInput(f"from is {args['from']!r}, which is not before {before}: give an earlier moment.")
    return Period(max(start, 0), min(end, now), open=end >= now)  # no server has records from before 1970


def _moment(option: str, text: str, now: int) -> int:
    try:
        return moment_in(text, now)
    except Invalid as error:
        raise BadInput(f"{option} is {text!r}: {error}.") from None


def _objects(context: TaskContext) -> tuple[Finder, list[tuple[str, Record]]]:
    """The objects that the task is about, each with its path."""
    finder, records = objects_in_scope(context, PRESENT_KEYS)
    return finder, _named([finder.title("object", record["id"]) for record in records], records)


def _links(context: TaskContext) -> tuple[Finder, list[tuple[str, Record]]]:
    """The links that the task is about, each with the paths of its ends."""
    finder = Finder(context.client, LINK, RESOURCES, context.credentials, check=context.check)
    finder.whole = True  # the paths of the ends need all objects
    found = context.client.get_list("/links", fields=",".join(sorted({*PRESENT_KEYS, "source", "target"})))
    by_id = {str(record["id"]): record for record in found}
    records = []
    for one in dict.fromkeys(context.args["links"]):
        if one not in by_id:
            raise BadInput(
                f"links: there is no link {one!r}: give the id of a link, and check that the account may see it."
            )
        records.append(by_id[one])
    ends = [[finder.title("object", record.get(end)) for end in ("source", "target")] for record in records]
    names = _named([" - ".join(both) for both in ends], records)
    context.warnings += finder.warnings
    return finder, names


def _named(names: list[str], records: list[Record]) -> list[tuple[str, Record]]:
    """Each record with its name, to which its id is added where several have the same."""
    shared = {name for name in names if names.count(name) > 1} if len({*names}) < len(names) else ()
    return [(f"{name} ({one['id']})" if name in shared else name, one) for name, one in zip(names, records)]


def _states(finder: Finder, option: str, names: list[str]) -> Iterator[str]:
    """The ids of the states that an option names."""
    for name in names:
        try:
            yield str(finder.find_id("state", name, False))
        except Invalid as error:
            raise BadInput(f"{option}: {error}.") from None


def _row(finder: Finder, stay: Stay) -> Record:
    record = stay.change.record
    reason, comment = record.get("reason"), record.get("comment")
    return {
        "state": finder.title("state", stay.change.state),
        "state_id": stay.change.state,
        "carried": stay.carried,
        "manual": stay.change.manual,
        "since": stay.since,
        "since_time": _date(stay.since),
        "until": stay.until,
        "until_time": _date(stay.until),
        "seconds": stay.milliseconds / 1000,
        "reason": reason if isinstance(reason, dict) else {},
        "comment": "" if comment is None else str(comment),
    }


def _date(moment: int) -> str:
    return datetime.fromtimestamp(moment / 1000, timezone.utc).isoformat(timespec="milliseconds")


if __name__ == "__main__":
    main(SPEC, run)
