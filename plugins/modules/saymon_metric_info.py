#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read metrics."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_metric_info
short_description: Read metrics of objects and links of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the latest values of metrics, their names, what is known of them, or their history, as rows that are ready
    for a file. What has no data has no rows, and the task succeeds.
  - With O(read=history), O(dest) may also end in V(.svg), for a chart with a line for each metric of each object. It
    needs no other file, and a browser shows it in light and dark.
  - Needs access to the objects and links.
options:
  object:
    description: The object, a path, a name or an id.
    type: str
  objects:
    description: Several objects, each a path, a name or an id.
    type: list
    elements: str
  recursive:
    description: Whether everything below these objects is meant, too.
    type: bool
    default: false
  class:
    description: Only objects of this class, a name or an id. Alone, it means all of them.
    type: str
  tag:
    description: Only objects with this tag, a name or an id. Alone, it means all of them.
    type: str
  links:
    description: The ids of links, beside the objects or alone.
    type: list
    elements: str
  read:
    description:
      - V(latest) means the latest values, from one request for everything.
      - V(names) means the names of the metrics, which the server knows even if their values have expired. Of links,
        only metrics that have values are known.
      - V(metadata) means the types of the metrics and how often they change.
      - V(history) means the stored numbers between O(from) and O(to), as they are or with O(downsample).
      - V(records) means the stored sets of data between O(from) and O(to), the newest first. They also have the values
        that are not numbers, as long as the server keeps them.
    type: str
    choices: [latest, names, metadata, history, records]
    default: latest
  metrics:
    description:
      - Names of metrics such as V(cpu.load1). Without it, all of them are meant.
      - The name of a branch such as V(cpu) means everything in it, except with O(read=history), where each name is that
        of a metric. Without names, the history is that of the metrics that have a number at present.
    type: list
    elements: str
  from:
    description:
      - The beginning of what V(history) and V(records) mean. Without it, that is an hour ago.
      - One of V(now), a time from now such as V(-1d) or V(1d-ago), a date such as V(2030-12-31T18:00:00Z), and epoch
        milliseconds.
    type: str
  to:
    description: The end, in the same forms. It may be in the future. Without it, that is now.
    type: str
  downsample:
    description:
      - How to make fewer points of the history, as an interval and a function such as V(1h avg), or as a dictionary
        with the keys C(interval) and C(function). V(all avg) makes one value of the whole period.
      - The functions are C(avg), C(min), C(max), C(sum) and C(dev) (standard deviation). The units are C(ms), C(s),
        C(m), C(h), C(d), C(w), C(n) (months) and C(y).
    type: raw
  timezone:
    description: The time zone that decides when days, weeks and months begin, such as V(Europe/Berlin).
    type: str
  limit:
    description: With O(read=records), read no more than this many sets of data.
    type: int
  parallel:
    description: How many objects and links may be read at the same time, from V(1) to V(32).
    type: int
    default: 1
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing.dest
notes:
  - The rows of a history are in the order of the objects, and then of time.
  - A long history is read in slices. With O(dest), the rows go into the file as they come, so that any number of them
    takes little memory. Without it, all of them are in the result, which is slow for more than some thousands.
  - Characters that the time series store forbids in names come as they were written, and not as codes.
seealso:
  - module: saymon.platform.saymon_metric
"""

EXAMPLES = r"""
- name: Read the latest load of all web servers
  saymon.platform.saymon_metric_info:
    objects: [north-web-1, north-web-2]
    metrics: [cpu.load1]
  register: load

- name: Fail if one of them is too busy
  ansible.builtin.assert:
    that: load.metrics | selectattr('value', 'gt', 20) | length == 0

- name: Find out which metrics there are
  saymon.platform.saymon_metric_info:
    object: north-web-1
    read: names

- name: Save the hourly averages of the last week of a whole site
  saymon.platform.saymon_metric_info:
    object: /ROOT/North site
    recursive: true
    read: history
    from: -1w
    downsample: 1h avg
    dest: load.csv

- name: Read the highest value of each day of a month
  saymon.platform.saymon_metric_info:
    object: north-web-1
    read: history
    metrics: [cpu.load1]
    from: "2030-01-01T00:00:00+01:00"
    to: "2030-02-01T00:00:00+01:00"
    downsample:
      interval: 1d
      function: max
    timezone: Europe/Berlin

- name: Look at the last ten sets of data, texts included
  saymon.platform.saymon_metric_info:
    object: north-web-1
    read: records
    from: -1d
    limit: 10

- name: Draw the load of a server over the last day
  saymon.platform.saymon_metric_info:
    object: north-web-1
    read: history
    metrics: [cpu.usedPercent]
    from: -1d
    downsample: 5m avg
    dest: load.svg
"""

RETURN = r"""
metrics:
  description: A row for each metric, with V(history) and V(records) for each point in time.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the object or link.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8e01
    object:
      description: Path of the object, or C(link) and the id of the link.
      type: str
      sample: /ROOT/North site/North rack A1/north-web-1
    metric:
      description: Name of the metric.
      type: str
      sample: cpu.load1
    timestamp:
      description: Moment of the value, in epoch milliseconds. Not with V(names) and V(metadata).
      type: int
      sample: 1700000000000
    time:
      description: The same in ISO 8601, in UTC. Not with V(names) and V(metadata).
      type: str
      sample: "2023-11-14T22:13:20.000Z"
    value:
      description: The value. With V(history) it is a number. Not with V(names) and V(metadata).
      type: raw
      sample: 0.7
    type:
      description: Type of the values such as C(PERCENTILE) or C(TIMESTAMP), null if unknown. Only with V(metadata).
      type: str
      sample: PERCENTILE
    change_rate:
      description: How often the value changes, C(ALWAYS), C(SOMETIMES), C(NEVER) or null. Only with V(metadata).
      type: str
      sample: ALWAYS
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8e01
      object: /ROOT/North site/North rack A1/north-web-1
      metric: cpu.load1
      timestamp: 1700000000000
      time: "2023-11-14T22:13:20.000Z"
      value: 0.7
count:
  description: Number of rows in the file.
  returned: success, with O(dest)
  type: int
  sample: 168
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: load.csv
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._chart import line_chart
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, Writer, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources import read_metrics
from ansible_collections.saymon.platform.plugins.module_utils._resources.read_metrics import Period, Source
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._scope import (
    NOT_BOTH_IN_SCOPE,
    ONE_OF_SCOPE,
    SCOPE_OPTIONS,
    objects_in_scope,
)
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in

_OF_A_PERIOD = ("history", "records")
_POINTS = ("id", "object", "metric", "timestamp", "time", "value")
_COLUMNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("latest", *_OF_A_PERIOD), _POINTS),
    "names": ("id", "object", "metric"),
    "metadata": ("id", "object", "metric", "type", "change_rate"),
}

# Options that count for some values of `read` only, with their defaults.
_DEFAULTS = {"from": "-1h", "to": "now"}
_ONLY_WITH: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(_DEFAULTS, _OF_A_PERIOD),
    **dict.fromkeys(("downsample", "timezone"), ("history",)),
    "limit": ("records",),
}

SPEC = Spec(
    options={
        **{name: dict(argument) for name, argument in SCOPE_OPTIONS.items()},
        "links": {"type": "list", "elements": "str"},
        "read": {"type": "str", "choices": list(_COLUMNS), "default": "latest"},
        "metrics": {"type": "list", "elements": "str"},
        "from": {"type": "str"},
        "to": {"type": "str"},
        "downsample": {"type": "raw"},
        "timezone": {"type": "str"},
        "limit": {"type": "int"},
        "parallel": {"type": "int", "default": 1},
        **DEST_OPTIONS,
    },
    required_one_of=[(*ONE_OF_SCOPE[0], "links")],
    mutually_exclusive=NOT_BOTH_IN_SCOPE,
)


def _rows(context: TaskContext) -> Iterable[dict[str, Any]]:
    """The rows that the task asks for. What is wrong with its options is found before anything is sent."""
    args, client, parallel = context.args, context.client, context.parallel()
    period = _period(args)
    wanted = args["metrics"]
    if wanted is not None and "" in wanted:
        raise BadInput("metrics holds an empty name: give names such as cpu.load1, or leave metrics out.")
    sources = _sources(context)
    if args["read"] == "names":
        return read_metrics.names(client, sources, wanted, parallel)
    if args["read"] == "metadata":
        return read_metrics.metadata(client, sources, wanted, parallel)
    if args["read"] == "records":
        return read_metrics.stored(client, sources, wanted, period, args["limit"])
    if args["read"] == "history":
        return read_metrics.history(client, read_metrics.with_names(client, sources, wanted), period, parallel)
    return read_metrics.latest(client, sources, wanted)


def _period(args: dict[str, Any]) -> Period:
    refuse_empty(args, _ONLY_WITH)
    for option, reads in _ONLY_WITH.items():
        if args[option] is not None and args["read"] not in reads:
            raise BadInput(
                f"{option} is given, and has no effect with read={args['read']}: set read to {' or '.join(reads)}, or "
                f"leave {option} out."
            )
    now = round(time.time() * 1000)
    given = {option: args[option] or default for option, default in _DEFAULTS.items()}
    start, end = (_read(option, value, lambda one: moment_in(one, now)) for option, value in given.items())
    if start > end:
        raise BadInput(f"from is {given['from']!r}, which is later than to, {given['to']!r}: swap them.")
    downsample = args["downsample"]
    if downsample is not None:
        downsample = _read("downsample", downsample, read_metrics.downsample_in)
    if args["limit"] is not None and args["limit"] < 1:
        raise BadInput(f"limit is {args['limit']}: give a number, 1 or more.")
    return Period(start, end, downsample, args["timezone"])


def _read(option: str, value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except Invalid as error:
        raise BadInput(f"{option} is {value!r}: {error}.") from None


def _sources(context: TaskContext) -> list[Source]:
    """The objects and links that the task is about."""
    args = context.args
    if args["links"] is not None and "" in args["links"]:
        raise BadInput("links holds an empty id: give the ids of links, or leave links out.")
    links = [Source(one, f"link {one}", "links") for one in dict.fromkeys(args["links"] or ())]
    if all(args[option] is None for option in ONE_OF_SCOPE[0]):
        return links
    finder, records = objects_in_scope(context)
    return [Source(str(record["id"]), finder.title("object", record["id"])) for record in records] + links


_CHARTS: dict[str, dict[str, Writer]] = {"history": {".svg": line_chart}}
_RUNS = {
    read: listed("metrics", _rows, order=None, columns=columns, writers=_CHARTS.get(read))
    for read, columns in _COLUMNS.items()
}


def run(context: TaskContext) -> dict[str, Any]:
    return _RUNS[context.args["read"]](context)


if __name__ == "__main__":
    main(SPEC, run)
