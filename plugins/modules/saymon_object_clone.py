#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copy an object with everything below it."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_object_clone
short_description: Copy an object with everything below it and the links inside, under a new name
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Copies an object with its settings, everything that is below it, and the links between these. The server copies, and
    then the module gives the copy its name and place. Until then, two objects beside each other have the same name.
  - If an object with this name is there already, nothing is copied, and the task returns that object. So the task can
    be repeated. Whether it is like the original is not compared.
  - The keys in other systems (C(discovery_id)) stay with the originals.
  - Needs the permission C(manage-objects), or C(create-objects) and C(modify-objects), and access to the original.
options:
  object:
    description: The object to copy, a path, a name or an id.
    type: str
    required: true
  name:
    description: Name of the copy.
    type: str
    required: true
  parents:
    description: The objects above the copy, each a path, a name or an id. The default is those of the original.
    type: list
    elements: str
  background:
    description:
      - Whether the server copies in the background, which is needed for large trees, where a request would take too
        long. The module waits for the end all the same.
    type: bool
    default: false
  wait_timeout:
    description: How long to wait for the end in the background, in seconds. After that the task fails, while the server
      goes on.
    type: float
    default: 300
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - By the name and place of the copy.
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.connection
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: A second rack like the first
  saymon.platform.saymon_object_clone:
    object: /ROOT/North site/North rack A1
    name: North rack A9

- name: A whole site below another, copied in the background
  saymon.platform.saymon_object_clone:
    object: /ROOT/North site
    name: North site (test)
    parents: [/ROOT/South site]
    background: true
"""

RETURN = r"""
object:
  description: The copy, with the server's own keys. In check mode, as far as it is known.
  returned: success
  type: dict
  contains:
    id:
      description: Id of the object. Missing in check mode, if there is no copy yet.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    name:
      description: Name of the object.
      type: str
      sample: North rack A9
  sample: {id: 64b1f0c2a9d3e45f6a7b8e01, name: North rack A9}
action:
  description: What was done, or would be done in check mode. One of C(created) and C(unchanged).
  returned: success
  type: str
  sample: created
recovered:
  description: Whether the answer to a write was lost, and the module read the present state again and continued from
    there.
  returned: success
  type: bool
  sample: false
"""

from contextlib import nullcontext
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._acts import (
    Owner,
    bulk_finished,
    object_named,
    seconds_of,
    wait_for,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request, is_record
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import AnswerLost, SaymonError
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._module import applied, planner_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import (
    OBJECT,
    either_form,
    parents_of,
    search_objects,
)
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import parse_item, refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.doubts import InDoubt
from ansible_collections.saymon.platform.plugins.module_utils._state.plan import Item, ids_of

SPEC = Spec(
    options={
        "object": {"type": "str", "required": True},
        "name": {"type": "str", "required": True},
        "parents": {"type": "list", "elements": "str"},
        "background": {"type": "bool", "default": False},
        "wait_timeout": {"type": "float", "default": 300},
    }
)


def run(context: TaskContext) -> dict[str, Any]:
    refuse_empty(context.args, ["object", "name"])
    seconds = seconds_of(context, "wait_timeout")
    with nullcontext() if context.check else context.sessions.exclusive({"object"}):
        # Only now: while another task copies it, there are two of this name for a moment.
        original = object_named(context, "object", context.args["object"])
        record = {} if original.id is None else context.client.get_record(original.place, fields="name,parent_id")
        item = _copy_of(context, record)
        plan = planner_of(OBJECT, context, cached=False).plan_all([item])[0]
        if plan.action != "create":
            return {"changed": False, "object": plan.record, "action": "unchanged", "recovered": False}
        result = {"changed": True, "action": "created", "recovered": False, "diff": _diff(context, original)}
        if context.check:
            return {**result, "object": {"name": context.args["name"]}}
        return {**result, **_copy(context, original, record, item, seconds)}


def _copy_of(context: TaskContext, original: Record) -> Item:
    """The copy as it shall be."""
    above = [str(parent) for parent in (context.args["parents"] or parents_of(original))]
    return parse_item(OBJECT, {"name": context.args["name"], "parents": above}, None, {"state": "present"})


def _diff(context: TaskContext, original: Owner) -> dict[str, Any]:
    header = f"object {context.args['name']}"
    after = {"name": context.args["name"], "state": "present", "copy of": original.name}
    return {"before_header": header, "after_header": header, "before": {"state": "absent"}, "after": after}


def _copy(context: TaskContext, original: Owner, record: Record, item: Item, seconds: float) -> dict[str, Any]:
    """Have the server copy the original, and give the copy its name and place."""
    known = {str(child["id"]) for child in _beside(context, record)}
    lost: AnswerLost | None = None
    copy: Record | None = None
    try:
        copy = _start(context, original, seconds)
    except AnswerLost as error:
        lost = error
    if copy is None:
        copy = _appeared(context, record, known, lost)
    item.id = str(copy["id"])
    try:
        planner = planner_of(OBJECT, context, cached=False)
        result = applied(planner, planner.plan_all([item]), context)
    except SaymonError as error:
        raise SaymonError(
            f"{original.name!r} was copied (the copy has the id {item.id}), but the copy could not be given its name "
            f"and place: {error}",
            changed=True,
        ) from error
    return {"object": result["object"], "recovered": lost is not None or result["recovered"]}


def _start(context: TaskContext, original: Owner, seconds: float) -> Record | None:
    """Start copying, and wait for the end. Returns the copy where the server shows it."""
    if context.args["background"]:
        answer = context.client.send(Request("POST", f"{original.place}/clone-bulk")).data
        bulk_finished(context, answer, seconds)
        return None
    copy = context.client.send(Request("POST", f"{original.place}/clone")).data
    return copy if is_record(copy) else None


def _appeared(context: TaskContext, record: Record, known: set[str], lost: AnswerLost | None) -> Record:
    """The copy, which the server puts beside the original."""

    def fresh() -> list[Record] | None:
        return [child for child in _beside(context, record) if str(child["id"]) not in known] or None

    try:
        found = wait_for(fresh, context.connection.timeout)
    except SaymonError as error:
        raise InDoubt(lost, error) from error
    if found is None:
        raise InDoubt(lost)
    if len(found) > 1:
        raise SaymonError(
            f"{record.get('name')!r} was copied, but there are several new objects beside it (ids {ids_of(found)}), so "
            "which one is the copy is not known: rename it, or delete it and run the task again.",
            changed=True,
        )
    return found[0]


def _beside(context: TaskContext, record: Record) -> list[Record]:
    """The objects that have a parent in common with this one."""
    parents = {str(parent) for parent in parents_of(record)}
    forms = [form for parent in sorted(parents) for form in either_form(parent)]
    found = search_objects(context.client, {"parent_id": {"$in": forms}}, client_data=False)
    if found is None:
        found = context.client.get_list("/objects", fields="name,parent_id")
    return [child for child in found if parents & {str(parent) for parent in parents_of(child)}]


if __name__ == "__main__":
    main(SPEC, run)
