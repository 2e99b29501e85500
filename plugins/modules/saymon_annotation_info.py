#!/usr/bin/python
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""List notes on charts."""

from __future__ import annotations

DOCUMENTATION = r"""
module: saymon_annotation_info
short_description: List the notes on the charts of a SAYMON server
version_added: 0.1.0
author: saymon.platform contributors (@saymon-platform)
description:
  - Returns the annotations of a time range, or those of them that match all filters. If none matches, the list is empty
    and the task succeeds.
  - Needs no permission.
options:
  id:
    description: Only the annotation with this id.
    type: str
  from:
    description:
      - Only annotations at this moment or later. V(now), a time from now such as V(-7d), a date with a time zone such
        as V('2030-12-31T18:00:00Z'), or epoch milliseconds.
    type: str
  to:
    description: Only annotations at this moment or earlier, in the same forms.
    type: str
  content:
    description: Only annotations with this text.
    type: str
  content_contains:
    description: Only annotations whose text contains this one. The case of letters does not count.
    type: str
  content_regex:
    description: Only annotations whose text contains a match of this regular expression. The case of letters counts.
    type: str
  user:
    description: Only annotations that this account wrote, a login or an id.
    type: str
extends_documentation_fragment:
  - saymon.platform.attributes
  - saymon.platform.attributes.info
  - saymon.platform.connection
  - saymon.platform.listing
seealso:
  - module: saymon.platform.saymon_annotation
"""

EXAMPLES = r"""
- name: Find out what was rolled out last week
  saymon.platform.saymon_annotation_info:
    from: -7d
    content_contains: rollout
  register: found

- name: Write the notes of a quarter into a file, with the logins of those who wrote them
  saymon.platform.saymon_annotation_info:
    from: "2030-10-01T00:00:00+03:00"
    to: "2030-12-31T23:59:59+03:00"
    resolve: true
    dest: notes.csv
"""

RETURN = r"""
annotations:
  description: The annotations, with the server's own keys.
  returned: success, without O(dest)
  type: list
  elements: dict
  contains:
    id:
      description: Id of the annotation.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8d01
    timestamp:
      description: The moment that the note is about, in epoch milliseconds.
      type: int
      sample: 1924970400000
    content:
      description: Text of the note.
      type: str
      sample: Rollout 4.2 on web01
    user:
      description: Id of the account that wrote it.
      type: str
      sample: 64b1f0c2a9d3e45f6a7b8c01
    changed:
      description: When the note was last written, in epoch milliseconds.
      type: int
      sample: 1924970400123
    names:
      description: The names of what the record refers to, by option, with O(resolve=true). The module adds this key.
      type: dict
      sample: {user: ci}
  sample:
    - id: 64b1f0c2a9d3e45f6a7b8d01
      timestamp: 1924970400000
      content: Rollout 4.2 on web01
count:
  description: Number of records in the file.
  returned: success, with O(dest)
  type: int
  sample: 12
dest:
  description: The file that O(dest) names.
  returned: success, with O(dest)
  type: str
  sample: notes.csv
"""

from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Record
from ansible_collections.saymon.platform.plugins.module_utils._info import info_of
from ansible_collections.saymon.platform.plugins.module_utils._resources.annotation import ANNOTATION, notes_between
from ansible_collections.saymon.platform.plugins.module_utils._run import main
from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Field, Reference
from ansible_collections.saymon.platform.plugins.module_utils._state.finder import Filter, Search, matching
from ansible_collections.saymon.platform.plugins.module_utils._state.resource import text_of
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import TIMEFRAME_OPTIONS, timeframe_of


def _read(search: Search) -> list[Record]:
    """The notes of the time range, which a server may also ignore."""
    frame = timeframe_of(search.args)
    return [note for note in notes_between(search.client, frame) if frame.holds(note)]


def _containing(_search: Search, value: Any, notes: list[Record]) -> list[Record]:
    folded = value.casefold()
    return [note for note in notes if folded in text_of(note, "content").casefold()]


_INFO = info_of(
    ANNOTATION,
    {
        "content": "content",
        "content_contains": Filter({"type": "str"}, ("content",), _containing),
        "content_regex": matching("content_regex", "content"),
        "user": "user",
    },
    options=TIMEFRAME_OPTIONS,
    read_only=[Field("user", "user", Reference("user"))],
    known=["changed"],
    read=_read,
)
SPEC = _INFO.spec
run = _INFO.run


if __name__ == "__main__":
    main(SPEC, run)
