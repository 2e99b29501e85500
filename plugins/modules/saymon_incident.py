#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Acknowledge, comment, clear and create incidents."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_incident
short_description: Acknowledge, comment, clear and create incidents (alarms) of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Brings active incidents to a state. They are named by their ids, by a filter, or by the key with which this module
    has created one. If a filter finds none, the task succeeds and changes nothing.
  - Cleared incidents stay in the active list for some time, in which they can be restored. Then they move to the
    history, where nothing can be changed any more.
  - Needs no permission, but access to the objects and links that the incidents are of.
options:
  id:
    description: Id of the incident.
    type: str
  ids:
    description: Ids of several incidents.
    type: list
    elements: str
  all_incidents:
    description: V(true) means all active incidents. Without it, a task that names no incidents is refused.
    type: bool
    default: false
  key:
    description:
      - A text of your own that names an incident which this module has created, such as V(backup-2026-11). It is kept
        as a property of the incident.
      - With O(state=present), an incident with this key is created if the active list has none, also not a cleared one.
    type: str
  state:
    description:
      - V(acknowledged) and V(unacknowledged) say whether somebody has seen the incident. An incident that somebody else
        has acknowledged stays as it is.
      - V(cleared) ends the incident. One that is removed counts as cleared.
      - V(removed) ends the incident too, and lets it vanish instead of moving to the history.
      - V(restored) takes both back.
      - V(present) leaves the incident in the state that it has, for a task that is only about O(comment) or
        O(properties), and creates one with O(key).
      - With V(cleared) and V(removed), an id that the active list does not have is no error, because the incident is
        over.
    type: str
    choices: [present, acknowledged, unacknowledged, cleared, removed, restored]
    default: present
  comment:
    description: A comment. It is not written again if the latest comment says the same.
    type: str
  properties:
    description: Named values of any shape.
    type: dict
  append_properties:
    description: Whether to keep properties that O(properties) does not name. The key is kept at all times.
    type: bool
    default: true
  object:
    description: The object of a new incident, a path, a name or an id.
    type: str
  link:
    description: The id of the link of a new incident.
    type: str
  level:
    description: The level of a new incident, a name such as V(Alarm) or an id.
    type: str
  text:
    description: What is wrong, for a new incident.
    type: str
  outcomes:
    description: Which incidents RV(outcomes) contains, those that were changed or failed (V(changed)) or all of them
      (V(all)).
    type: str
    choices: [changed, all]
    default: changed
  parallel:
    description: How many requests that write may be sent at the same time, from V(1) to V(32).
    type: int
    default: 1
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.writes
  - saymon.platform.connection
  - saymon.platform.incident_filter
notes:
  - All incidents are found and planned before the first write. If an option is wrong, nothing is written.
  - O(object), O(link), O(level) and O(text) are for a new incident only. They are not compared with one that is there.
  - Older servers cannot create incidents. Then the task fails and says so.
seealso:
  - module: saymon.platform.saymon_incident_info
"""

EXAMPLES = r"""
- name: Acknowledge the alarms of a site that are about disks
  saymon.platform.saymon_incident:
    filter:
      object: /ROOT/North site
      recursive: true
      level: [Alarm]
      text: {contains: disk}
    state: acknowledged
    comment: Known, ticket 77

- name: Report something that SAYMON cannot see, once, however often the playbook is repeated
  saymon.platform.saymon_incident:
    key: backup-north-web-1
    object: /ROOT/North site/North rack A1/north-web-1
    level: Warning
    text: The nightly backup failed
    properties:
      job: 4711

- name: It is over
  saymon.platform.saymon_incident:
    key: backup-north-web-1
    state: cleared

- name: Clear what was raised during the maintenance of this morning
  saymon.platform.saymon_incident:
    filter:
      object: /ROOT/North site
      recursive: true
      occurred: {since: -3h, until: -1h}
    state: cleared
    parallel: 4
"""

RETURN = r"""
incident:
  description: The incident after the task, with the server's own keys. In check mode, as it is before the task, but
    with the comment and the properties that it would have.
  returned: success, with O(id) or O(key), if there is such an incident
  type: dict
  contains:
    id:
      description: Id of the incident. It keeps it in the history.
      type: str
      sample: 64c2a1b0d4e5f60718293a4b
    entityId:
      description: Id of the object or link.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    entityType:
      description: V(1) for an object, V(2) for a link.
      type: int
      sample: 1
    type:
      description: V(1) when a state raised it, V(2) when a condition did.
      type: int
      sample: 1
    state:
      description: Id of the level, a number for built-in levels and a text for others. V(3) means cleared.
      type: raw
      sample: 4
    lastState:
      description: Id of the level that it had before it was cleared.
      type: raw
      sample: 4
    text:
      description: What is wrong, null when nothing was said.
      type: str
      sample: No data for 5 minutes
    timestamp:
      description: When it was registered, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    localTimestamp:
      description: When it occurred, in milliseconds since 1970-01-01 UTC.
      type: int
      sample: 1700000000000
    clearTimestamp:
      description: When it was cleared. Missing, or V(0), while it is open.
      type: int
      sample: 1700000600000
    acknowledgedBy:
      description: Id of the user who acknowledged it. Null or missing when nobody did.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    comment:
      description: The latest comment. Missing when there is none.
      type: str
      sample: Known, ticket 77
    properties:
      description: Named values, in one of several forms, as pairs, records or a dictionary.
      type: raw
      sample: [[ticket, "77"]]
  sample:
    id: 64c2a1b0d4e5f60718293a4b
    entityId: 64b1f0c2a9d3e45f6a7b8e01
    entityType: 1
    type: 1
    state: 4
    lastState: 4
    text: No data for 5 minutes
    timestamp: 1700000000000
    localTimestamp: 1700000000000
action:
  description: What was done, or would be done in check mode. One of C(created), C(updated), C(deleted) and
    C(unchanged).
  returned: success, with O(id) or O(key), if there is such an incident
  type: str
  sample: updated
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success, with O(id) or O(key), if there is such an incident
  type: bool
  sample: false
outcomes:
  description:
    - What became of each item that was changed or failed, or with O(outcomes=all) of every item, in the order of the
      list.
    - C(action) can also be C(failed) and C(skipped), then with C(msg).
  returned: with O(ids), O(filter) or O(all_incidents), and with O(id) or O(key), if there is no such incident
  type: list
  elements: dict
  contains:
    text:
      description: What is wrong, or the id of an incident without a text.
      type: str
      sample: The disk is nearly full
    id:
      description: Id of the item, or null when it is not known.
      type: raw
      sample: 64c2a1b0d4e5f60718293a4b
    action:
      description: What was done, C(updated), C(unchanged), C(failed) or C(skipped).
      type: str
      sample: updated
    changed:
      description: Whether something was written, or may have been when the item failed.
      type: bool
      sample: true
    msg:
      description: Why the item failed or was skipped. Missing for all others.
      type: str
      sample: "POST /incidents/64c2a1b0d4e5f60718293a4b/clear answered 403 Forbidden."
  sample:
    - text: The disk is nearly full
      id: 64c2a1b0d4e5f60718293a4b
      action: updated
      changed: true
summary:
  description: Number of items with each outcome, and of items whose state was read again after a lost answer.
  returned: as C(outcomes)
  type: dict
  contains:
    created:
      description: Always 0, because a new incident has a key.
      type: int
      sample: 0
    updated:
      description: Number of items that were changed.
      type: int
      sample: 2
    deleted:
      description: Always 0, because incidents are cleared and not deleted.
      type: int
      sample: 0
    unchanged:
      description: Number of items that needed no change.
      type: int
      sample: 1
    failed:
      description: Number of items that failed.
      type: int
      sample: 0
    skipped:
      description: Number of items that were not tried because the server could no longer be reached.
      type: int
      sample: 0
    recovered:
      description: Number of items whose state was read again after a lost answer.
      type: int
      sample: 0
  sample: {created: 0, updated: 2, deleted: 0, unchanged: 1, failed: 0, skipped: 0, recovered: 0}
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._module import ensure_items
from ansible_collections.saymon.platform.plugins.module_utils._resources.find_incidents import (
    find_incidents,
    search_incidents,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.incident import (
    INCIDENT,
    MARK,
    NEW_INCIDENT,
    ON_CREATE,
    active_incident,
    active_incidents,
    knowing,
    values_of,
)
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item, refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, age_of
from ansible_collections.saymon.platform.plugins.module_utils._state.reader import FEW
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import Resource

_QUOTED = 5  # so many ids are quoted in a message
_NAMES = ("id", "ids", "filter", "key", "all_incidents")
_OF_A_NEW_ONE = ("object", "link", "level", "text")
_OVER = ("cleared", "removed")

SPEC = Spec(
    options={
        "id": {"type": "str"},
        "ids": {"type": "list", "elements": "str"},
        "filter": {"type": "dict"},
        "all_incidents": {"type": "bool", "default": False},
        "key": {"type": "str", "no_log": False},
        **{option: dict(field_type.argument) for option, field_type in INCIDENT.types.items()},
        "append_properties": {"type": "bool", "default": True},
        **{option: {"type": "str"} for option in _OF_A_NEW_ONE},
        "outcomes": {"type": "str", "choices": ["changed", "all"], "default": "changed"},
        "parallel": {"type": "int", "default": 1},
    },
)


def run(context: TaskContext) -> dict[str, Any]:
    context.parallel()  # a bad one is refused before anything is read
    _check(context.args)
    wanted = _item(INCIDENT, context.args, {})  # what is wrong is told even if no incident is found
    one = context.args["id"] is not None or context.args["key"] is not None
    result = ensure_items(lambda: _find(context, wanted), context, listed=not one)
    if result["changed"] and not context.check and "incident" in result:
        with suppress(SaymonError):  # the task has done its work
            found = active_incident(context.client, str(result["incident"]["id"]))
            result["incident"] = found or result["incident"]
    return result


def _check(args: Mapping[str, Any]) -> None:
    """Refuse what can be refused before anything is sent."""
    refuse_empty(args, ["id", "key", *_OF_A_NEW_ONE])
    given = [option for option in _NAMES if args[option] not in (None, False)]
    if not given:
        raise BadInput(
            "Nothing says which incidents are meant: give id, ids, filter or key, or all_incidents=true for all "
            "active ones."
        )
    if len(given) > 1:
        raise BadInput(f"{' and '.join(given)} are given together: give one of them.")
    if "" in (args["ids"] or ()):
        raise BadInput("ids holds an empty text: give ids that are not empty.")
    new = [option for option in _OF_A_NEW_ONE if args[option] is not None]
    if new and (args["key"] is None or args["state"] != "present"):
        raise BadInput(
            f"{' and '.join(new)} can only be given for a new incident, which needs key and state=present: add the "
            f"key, or leave {' and '.join(new)} out."
        )
    if args["object"] is not None and args["link"] is not None:
        raise BadInput("object and link are given together: an incident is of one of them.")


def _find(context: TaskContext, wanted: Item) -> tuple[Resource, list[Item]]:
    """The incidents that are meant, each to become as `wanted`, as items of a table that knows their records."""
    args = context.args
    records = _records(context)
    if not records and args["key"] is not None and args["state"] == "present":
        return knowing(NEW_INCIDENT, []), [_new(args)]
    ids = [str(record["id"]) for record in records]
    return knowing(INCIDENT, records), [Item(INCIDENT, None, wanted.desired, wanted.flags, one) for one in ids]


def _records(context: TaskContext) -> list[Record]:
    args, client = context.args, context.client
    if args["filter"] is not None:
        search = search_incidents(client, RESOURCES, context.credentials, args, check=context.check)
        context.warnings += [text for text in search.finder.warnings if text not in context.warnings]
        found = find_incidents(search)
    elif args["key"] is not None:
        found = [record for record in active_incidents(client) if values_of(record).get(MARK) == args["key"]]
    elif args["all_incidents"]:
        found = list(active_incidents(client))
    else:
        found = _by_ids(client, args)
    return sorted(found, key=lambda record: age_of(record["id"]))


def _by_ids(client: Client, args: Mapping[str, Any]) -> list[Record]:
    ids = list(dict.fromkeys(args["ids"] if args["id"] is None else [args["id"]]))
    if len(ids) <= FEW:
        found = [record for record in (active_incident(client, one) for one in ids) if record is not None]
    else:
        found = [record for record in active_incidents(client) if str(record["id"]) in {*ids}]
    missing = sorted({*ids} - {str(record["id"]) for record in found})
    if missing and args["state"] not in _OVER:
        raise BadInput(
            f"No active incident has the id {', '.join(missing[:_QUOTED])}"
            f"{f' (and {len(missing) - _QUOTED} more)' if len(missing) > _QUOTED else ''}: it may be in the history by "
            "now, or out of reach for the account."
        )
    return found


def _new(args: Mapping[str, Any]) -> Item:
    """The incident to create."""
    owner = "object" if args["link"] is None else "link"
    missing = [option for option in (owner, "level", "text") if args[option] is None]
    if missing:
        raise BadInput(
            f"No active incident has the key {args['key']!r}, and {' and '.join(missing)} must be given to create one."
        )
    properties = {**(args["properties"] or {}), MARK: args["key"]}
    own = {option: args[option] for option in ("key", owner, "level", "text")}
    return _item(NEW_INCIDENT, {**args, "properties": properties}, {**own, "entity_type": 2 if owner == "link" else 1})


def _item(table: Resource, args: Mapping[str, Any], own: Mapping[str, Any]) -> Item:
    given = {option: args[option] for option in ("state", "comment", "properties") if option in table.types}
    flags = {"append_properties": args["append_properties"], **ON_CREATE}
    return parse_item(table, {**own, **given}, None, flags)


if __name__ == "__main__":
    main(SPEC, run)
