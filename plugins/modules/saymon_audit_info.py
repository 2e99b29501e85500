#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List what the logs of the server say about changes and sign-ins."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_audit_info
short_description: Find out who changed what on a SAYMON server, and who signed in
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the records of one of the logs of the server, the newest first. If none matches, the list is empty and the
    task succeeds.
  - The audit log and the configuration log belong to an object or a link. The server has no such log of everything. The
    security log is about the whole server.
  - V(security) needs the permission C(read-security-log). For the other logs the documentation of the server names no
    permission. The account needs access to the object, or to both ends of the link.
options:
  log:
    description:
      - V(audit) is who changed what of an object or a link, with the values before and after. It needs O(object) or
        O(link).
      - V(configuration) is how an object or a link was configured after each change. It needs O(object) or O(link).
      - V(security) is who signed in and out, and whose session ended by itself.
    type: str
    choices: [audit, configuration, security]
    default: audit
  object:
    description: The object that the log is about, a path, a name or an id.
    type: str
  link:
    description: The id of the link that the log is about.
    type: str
  from:
    description:
      - Only records at this moment or later. V(now), a time from now such as V(-7d), a date with a time zone such as
        V('2030-12-31T18:00:00Z'), or epoch milliseconds.
      - Without it, the log is read from its beginning.
    type: str
  to:
    description: Only records at this moment or earlier, in the same forms.
    type: str
  user:
    description:
      - Only records of this account, a login or an id. The configuration log does not say who made a change.
      - Without the permission C(manage-users), the server hides the logins of others. Then only an id is understood,
        and the module warns about it.
    type: str
  max_items:
    description: Return no more than this many records, the newest ones.
    type: int
    aliases: [limit]
  resolve:
    description: Whether to add the names of what each record refers to.
    type: bool
    default: false
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing.dest
notes:
  - The server pages its logs. The module reads all pages of the time range, so give O(from) for a log that is long.
  - The logs hold what was configured, passwords of monitoring settings included. If that may be secret, give the file a
    O(mode) such as V('0600'), or the task C(no_log).
  - Which keys the records of the security log have is not documented. They probably are those of the audit log.
seealso:
  - module: saymon.platform.saymon_object
"""

EXAMPLES = r"""
- name: Find out who changed a web server in the last week
  saymon.platform.saymon_audit_info:
    object: /ROOT/North site/North rack A1/north-web-1
    from: -7d
    resolve: true
  register: found

- name: Print it
  ansible.builtin.debug:
    msg: "{{ found.records | map(attribute='names.user') | unique }}"

- name: Keep how it was configured at each time
  saymon.platform.saymon_audit_info:
    log: configuration
    object: /ROOT/North site/North rack A1/north-web-1
    dest: north-web-1.jsonl
    mode: '0600'

- name: Read the last ten sign-ins and sign-outs of an account
  saymon.platform.saymon_audit_info:
    log: security
    user: operator
    from: -30d
    max_items: 10
"""

RETURN = r"""
records:
  description: The records of the log, the newest first, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the record. May be missing in the audit log.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b9301
    timestamp:
      description: When it happened, in epoch milliseconds.
      type: int
      sample: 1924970400000
    entityId:
      description: Id of what was changed. Not in the configuration log, as is each key below but the last three.
      type: raw
      sample: 64b1f0c2a9d3e45f6a7b8e01
    entityType:
      description: What that is, V(1) an object, V(2) a link, V(5) a user.
      type: int
      sample: 1
    kind:
      description: Which part was changed, V(10) a property, V(13) a session, otherwise as C(entityType).
      type: int
      sample: 10
    oldBody:
      description: The part before the change.
      type: raw
      sample: {name: Owner, value: Plant}
    newBody:
      description: The part after the change.
      type: raw
      sample: {name: Owner, value: Network}
    userId:
      description: Id of the account.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    content:
      description:
        - What was configured, in the configuration log.
        - The server packs it. The module unpacks it and leaves out C(contentEncoding). What it cannot unpack stays as
          the server sent it.
      type: raw
      sample: {name: db01, weight: 2}
    contentEncoding:
      description: How the server has packed C(content), only where that could not be undone.
      type: str
      sample: GZIP_BASE64
    names:
      description:
        - The names of what the record refers to, with O(resolve=true). The module adds this key.
        - C(user) is a login, C(object) a path, and C(kind) the word for the code, such as C(property).
      type: dict
      sample: {user: ci, object: /ROOT/Plant North/Rack 1/db01, kind: property}
  sample:
    - entityId: 64b1f0c2a9d3e45f6a7b8e01
      entityType: 1
      kind: 10
      oldBody: {name: Owner, value: Plant}
      newBody: {name: Owner, value: Network}
      timestamp: 1924970400000
      userId: 64b1f0c2a9d3e45f6a7b8c01
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: north-web-1.jsonl
"""

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._acts import Owner, owner_of
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record, Request, make_query
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import BadInput, Hidden, WrongAnswer
from ansible_collections.saymon.platform.plugins.module_utils._arguments import Spec
from ansible_collections.saymon.platform.plugins.module_utils._listing import DEST_OPTIONS, listed
from ansible_collections.saymon.platform.plugins.module_utils._resources.object import OBJECT
from ansible_collections.saymon.platform.plugins.module_utils._resources.registry import RESOURCES
from ansible_collections.saymon.platform.plugins.module_utils._run import TaskContext, main
from ansible_collections.saymon.platform.plugins.module_utils._state.desired import refuse_empty
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Finder
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import (
    TIMEFRAME_OPTIONS,
    Timeframe,
    newest_first,
    timeframe_of,
)

SPEC = Spec(
    options={
        "log": {"type": "str", "choices": ["audit", "configuration", "security"], "default": "audit"},
        "object": {"type": "str"},
        "link": {"type": "str"},
        **TIMEFRAME_OPTIONS,
        "user": {"type": "str"},
        "max_items": {"type": "int", "aliases": ["limit"]},
        "resolve": {"type": "bool", "default": False},
        **DEST_OPTIONS,
    },
    mutually_exclusive=[("object", "link")],
)
_BELOW = {"audit": "audit-log", "configuration": "config-log"}  # the logs of one object or link
_SECURITY_LOG = "/users/security/log"
_PAGE = 1000  # records
_GZIP = 31  # what zlib calls the format
_CODES = {"1": "object", "2": "link", "3": "flow", "4": "class", "5": "user", "10": "property", "13": "session"}


def _find(context: TaskContext) -> list[Record]:
    """The records that the task asks for, the newest first."""
    args = context.args
    _check(args)
    frame = timeframe_of(args)
    owner = owner_of(context) if args["log"] in _BELOW else None
    if owner is not None and owner.id is None:  # in check mode, of an object that an earlier task would create
        return []
    finder = Finder(context.client, OBJECT, RESOURCES, context.credentials, check=context.check)
    finder.whole = True  # each list is read once
    user = None if args["user"] is None else _user_id(finder, args["user"])
    records = [record for record in _read(context, owner, frame) if frame.holds(record)]
    if user is not None:
        records = _of_user(records, user)
    records = newest_first(records)[: args["max_items"]]
    if args["log"] == "configuration":
        records = [_unpacked(record, context.connection.max_answer) for record in records]
    if args["resolve"]:
        records = [{**record, "names": _names(finder, record, owner)} for record in records]
    context.warnings += finder.warnings
    return records


def _check(args: dict[str, Any]) -> None:
    """Refuse what can be refused before anything is sent."""
    refuse_empty(args, SPEC.options)
    log = args["log"]
    given = next((option for option in ("object", "link") if args[option] is not None), None)
    if log in _BELOW and given is None:
        raise BadInput(f"log is {log!r}, which the server keeps for each object and link: give object or link.")
    if log not in _BELOW and given is not None:
        raise BadInput(f"log is {log!r}, which is about the whole server: leave {given} out, or choose another log.")
    if log == "configuration" and args["user"] is not None:
        raise BadInput(
            "log is 'configuration', which does not say who made a change: leave user out, or use log=audit."
        )
    if args["max_items"] is not None and args["max_items"] < 1:
        raise BadInput(f"max_items is {args['max_items']}: give a number, 1 or more.")


def _user_id(finder: Finder, user: str) -> str:
    """The id of the account that is meant."""
    try:
        return str(finder.find_id("user", user, False))
    except Invalid as error:
        raise BadInput(f"user: {error}.") from None
    except Hidden as error:
        finder.warnings.append(f"user is taken for an id, since logins cannot be read. {error}")
        return user


def _read(context: TaskContext, owner: Owner | None, frame: Timeframe) -> Iterator[Record]:
    """All records of the log in the time range, page by page."""
    log = context.args["log"]
    path = _SECURITY_LOG if owner is None else f"{owner.place}/{_BELOW[log]}"
    for _answer, items in context.client.pages(Request("GET", path, make_query(frame.query())), size=_PAGE):
        for item in items:
            if not isinstance(item, dict):
                raise WrongAnswer(f"GET {path} did not answer with a list of records: is this server a SAYMON?")
            yield item


def _of_user(records: list[Record], user: str) -> list[Record]:
    if records and not any("userId" in record for record in records):
        raise WrongAnswer("The records of this server's log do not say whose they are: leave user out.")
    return [record for record in records if str(record.get("userId")) == user]


def _unpacked(record: Record, most: int) -> Record:
    """A record of the configuration log with its content as data, when that is not longer than `most` bytes."""
    if record.get("contentEncoding") != "GZIP_BASE64":
        return record
    try:
        unzip = zlib.decompressobj(_GZIP)
        text = unzip.decompress(base64.b64decode(record["content"], validate=True), most)
        if not unzip.eof:
            return record
        content = json.loads(text)
    except (KeyError, TypeError, ValueError, RecursionError, zlib.error):
        return record
    return {key: value for key, value in {**record, "content": content}.items() if key != "contentEncoding"}


def _names(finder: Finder, record: Record, owner: Owner | None) -> dict[str, Any]:
    """The names of what a record refers to."""
    names: dict[str, Any] = {}
    if record.get("userId") is not None:
        names["user"] = finder.title("user", record["userId"])
    if owner is not None:
        is_object = owner.path == OBJECT.path
        names["object" if is_object else "link"] = finder.title("object", owner.id) if is_object else owner.id
    if record.get("kind") is not None:
        names["kind"] = _CODES.get(str(record["kind"]), record["kind"])
    return names


run = listed("records", _find, order=None)


if __name__ == "__main__":
    main(SPEC, run)
