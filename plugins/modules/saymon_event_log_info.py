#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List the event log."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_event_log_info
short_description: List SNMP traps and MQTT messages in the event log of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the records of the event log, or those that match all filters. If none matches, the list is empty and the
    task succeeds.
  - The log has a limited size. When it is full, each new record takes the place of the oldest one.
  - Records come in the order of their times. The module reads the log page by page until its end, or until it has found
    O(max_items) records.
  - Needs no permission. An account sees the records of the objects and links that it may see, and those that belong to
    none.
options:
  id:
    description: Only the record with this id.
    type: str
  from:
    description:
      - Only records from this moment on. A date in ISO 8601 with a time zone, epoch milliseconds, V(now), or a time
        before or after now such as V(-1h) and V(+30m).
      - The units are V(s), V(m), V(h), V(d) and V(w).
    type: str
  to:
    description: Only records up to this moment, in the same forms as O(from).
    type: str
  type:
    description: Only SNMP traps (V(trap)), or only MQTT messages (V(mqtt)).
    type: str
    choices: [trap, mqtt]
  level:
    description: Only records of this level.
    type: str
    choices: [clear, minor, major, critical]
  object:
    description: Only records that belong to this object, a path, a name or an id.
    type: str
  link:
    description: Only records that belong to the link with this id.
    type: str
  payload:
    description:
      - Only records whose payload has these variables with these values, such as C(trapOid) of a trap or C(topic) of an
        MQTT message.
      - A number and a text with the same digits are the same.
    type: dict
  text:
    description: Only records with this text in any variable of the payload. The case of letters does not count.
    type: str
  filter:
    description:
      - A filter for the server, which is sent as JSON. It makes a search in a long log faster.
      - The language of these filters is not documented. Criteria as those of MongoDB are likely, such as a dictionary
        from V(payload.topic) to a topic.
      - All other filters are applied by the module itself. The server also gets O(from), O(to) and O(type).
    type: raw
  with_modifications:
    description:
      - Whether to merge the modifications that people have made into the records. C(payload) is then as it was edited,
        C(assignee) is the id of the user to whom the record is assigned or null, and C(modifications) are the
        modifications, the oldest first. O(payload) and O(text) look at the edited payload.
      - The call that lists modifications is not documented. If the server does not have it, the records are returned as
        they came in, with a warning.
    type: bool
    default: false
  order:
    description: Which records come first. With O(max_items), these are the ones that are returned.
    type: str
    choices: [oldest, newest]
    default: oldest
  max_items:
    description: Return no more than this many records.
    type: int
    aliases: [limit]
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing.dest
seealso:
  - module: saymon.platform.saymon_event
"""

EXAMPLES = r"""
- name: The traps of the last two hours
  saymon.platform.saymon_event_log_info:
    from: -2h
    type: trap
  register: traps

- name: Print where they came from, and what they say
  ansible.builtin.debug:
    msg: "{{ traps.events | map(attribute='payload') | map(attribute='text') }}"

- name: The last message of a topic
  saymon.platform.saymon_event_log_info:
    type: mqtt
    payload:
      topic: lab/bench/temperature
    order: newest
    max_items: 1

- name: What a switch has reported, as people have edited it
  saymon.platform.saymon_event_log_info:
    object: north-core-sw
    text: link down
    with_modifications: true

- name: Keep the log of the last day in a file
  saymon.platform.saymon_event_log_info:
    from: -1d
    dest: events.jsonl
    mode: '0640'
"""

RETURN = r"""
events:
  description: The records, with the server's own keys and C(id).
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the record, the same as C(_id).
      type: str
      sample: 64b1f0c2a9d3e40800000001
    _id:
      description: Id of the record, under the server's own key.
      type: str
      sample: 64b1f0c2a9d3e40800000001
    agentId:
      description: Id of the agent that has received it.
      type: raw
      sample: 64b1f0c2a9d3e40300000001
    entity:
      description: The object or link to which it belongs, with its id, name and type (1 object, 2 link).
      type: dict
      sample: {entityId: 64b1f0c2a9d3e40300000009, entityName: north-core-sw, entityType: 1}
    level:
      description: 0 clear, 1 minor, 2 major, 3 critical.
      type: int
      sample: 2
    type:
      description: 1 SNMP trap, 2 MQTT message.
      type: int
      sample: 1
    timestamp:
      description: When it came in, in epoch milliseconds.
      type: int
      sample: 1700000000000
    skip:
      description: Its place in the log at that moment.
      type: int
      sample: 0
    payload:
      description:
        - Of a trap, C(agentAddress), C(senderAddress), C(enterpriseOid), C(trapOid), C(genericTrap), C(specificTrap),
          C(bindings) and C(text).
        - Of an MQTT message, C(topic) and C(message).
      type: dict
      sample: {trapOid: 1.3.6.1.6.3.1.1.5.3, text: link down}
    assignee:
      description: Id of the user to whom the record is assigned. Only with O(with_modifications).
      type: raw
      sample: 64b1f0c2a9d3e40100000002
    modifications:
      description: What people have changed, the oldest first, as the server shows it. Only with O(with_modifications).
      type: list
      elements: dict
      sample: [{_id: 64b1f0c2a9d3e45f6a7b8f71, target: 64b1f0c2a9d3e40800000001, body: {payload: {text: planned work}}}]
  sample:
    - id: 64b1f0c2a9d3e40800000001
      _id: 64b1f0c2a9d3e40800000001
      level: 2
      type: 1
      timestamp: 1700000000000
      skip: 0
      payload: {trapOid: 1.3.6.1.6.3.1.1.5.3, text: link down}
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: events.jsonl
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._acts import Owner, owner_of
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, kind_of
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.event_log import (
    Modifications,
    id_of,
    merged,
    read_events,
    read_modifications,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid, json_or
from ansible_collections.saymon.platform.plugins.module_utils._state.moments import moment_in

_TYPES = {"trap": 1, "mqtt": 2}
_LEVELS = {"clear": 0, "minor": 1, "major": 2, "critical": 3}

SPEC = Spec(
    options={
        "id": {"type": "str"},
        "from": {"type": "str"},
        "to": {"type": "str"},
        "type": {"type": "str", "choices": list(_TYPES)},
        "level": {"type": "str", "choices": list(_LEVELS)},
        "object": {"type": "str"},
        "link": {"type": "str"},
        "payload": {"type": "dict"},
        "text": {"type": "str"},
        "filter": {"type": "raw"},
        "with_modifications": {"type": "bool", "default": False},
        "order": {"type": "str", "choices": ["oldest", "newest"], "default": "oldest"},
        "max_items": {"type": "int", "aliases": ["limit"]},
        **DEST_OPTIONS,
    },
    mutually_exclusive=[("object", "link")],
)


def _find(context: TaskContext) -> list[Record]:
    args = context.args
    refuse_empty(args, ["id", "from", "to", "object", "link", "text"])
    if args["max_items"] is not None and args["max_items"] < 1:
        raise BadInput(f"max_items is {args['max_items']}: give a number, 1 or more.")
    query = _query(args)
    owner = owner_of(context) if args["object"] or args["link"] else None
    complete, checks = _completion(context), _checks(args, query, owner)

    def take(record: Record) -> Record | None:
        whole = complete(record)
        return whole if all(check(whole) for check in checks) else None

    most = args["max_items"] if args["id"] is None else 1
    return read_events(context.client, query, take, newest_first=args["order"] == "newest", most=most)


def _query(args: Mapping[str, Any]) -> dict[str, Any]:
    """What the server is asked for."""
    now = round(time.time() * 1000)
    query: dict[str, Any] = {}
    for option in ("from", "to"):
        if args[option] is not None:
            try:
                query[option] = moment_in(args[option], now)
            except Invalid as error:
                raise BadInput(f"{option} is {args[option]!r}: {error}.") from None
    if len(query) == 2 and query["from"] > query["to"]:
        raise BadInput(
            f"from is {args['from']!r}, which is after to ({args['to']!r}): give the earlier moment as from."
        )
    if args["type"] is not None:
        query["type"] = _TYPES[args["type"]]
    if args["filter"] is not None:
        criteria = json_or(args["filter"])
        if not isinstance(criteria, (dict, list)):
            raise BadInput(
                f"filter must be a dictionary or a list, got {kind_of(criteria)}: give criteria of the server."
            )
        query["filter"] = json.dumps(criteria, ensure_ascii=False)
    return query


def _completion(context: TaskContext) -> Callable[[Record], Record]:
    """What makes a record as it is returned out of the one that the server sends."""
    modifications: Modifications | None = None
    if context.args["with_modifications"]:
        modifications, why = read_modifications(context.client)
        if modifications is None:
            context.warnings.append(
                f"This server does not show modifications, so the records are as they came in. {why}"
            )
    if modifications is None:
        return lambda record: {**record, "id": id_of(record)}
    by_record = modifications.by_record()

    def complete(record: Record) -> Record:
        own = by_record.get(id_of(record), [])
        return {**merged(record, own), "id": id_of(record), "modifications": own}

    return complete


def _checks(args: Mapping[str, Any], query: Mapping[str, Any], owner: Owner | None) -> list[Callable[[Record], bool]]:
    """The filters, which the server may have applied or not."""
    checks: list[Callable[[Record], bool]] = []
    if args["id"] is not None:
        checks.append(lambda record: record["id"] == args["id"])
    if "from" in query:
        checks.append(lambda record: _number(record.get("timestamp")) >= query["from"])
    if "to" in query:
        checks.append(lambda record: _number(record.get("timestamp")) <= query["to"])
    if "type" in query:
        checks.append(lambda record: str(record.get("type")) == str(query["type"]))
    if args["level"] is not None:
        checks.append(lambda record: str(record.get("level")) == str(_LEVELS[args["level"]]))
    if owner is not None:
        checks.append(lambda record: _entity_of(record) == owner.id)
    if args["payload"]:
        wanted = {name: _text(value) for name, value in args["payload"].items()}
        checks.append(lambda record: all(_text(_payload_of(record).get(name)) == wanted[name] for name in wanted))
    if args["text"] is not None:
        words = args["text"].casefold()
        checks.append(lambda record: any(words in _text(one).casefold() for one in _payload_of(record).values()))
    return checks


def _payload_of(record: Record) -> Mapping[str, Any]:
    payload = record.get("payload")
    return payload if isinstance(payload, dict) else {}


def _entity_of(record: Record) -> str:
    entity = record.get("entity")
    return str(entity.get("entityId")) if isinstance(entity, dict) else ""


def _number(value: Any) -> float:
    return value if isinstance(value, (int, float)) else 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


run = listed("events", _find, order=None)


if __name__ == "__main__":
    main(SPEC, run)
