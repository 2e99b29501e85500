# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the option that selects incidents."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  filter:
    description:
      - Only the incidents that meet all of these conditions. As much of it as possible is left to the server, and
        everything is checked again, because servers may ignore filters.
      - C(object) is an object or a list of objects, each a path, a name or an id. With C(recursive=true), everything
        below them counts too, links with an end there included.
      - C(link) is the id of a link, or a dictionary with the objects C(source) and C(target) that it joins.
      - C(level) is a level or a list of levels, each a name such as V(Alarm) or an id. A cleared incident has the level
        V(Cleared).
      - C(text) and C(comment) are texts, or dictionaries with C(equals), C(not_equals), C(contains), C(not_contains)
        and C(matches), which takes a regular expression. The case of letters counts.
      - C(registered), C(occurred) and C(cleared) are dictionaries with C(since), C(until) or both. A moment is V(now),
        a time before it such as V(-1h) or V(-2d), a date in ISO 8601 with a time zone, or epoch milliseconds.
      - C(acknowledged_by) is the login or id of a user, or a list of them.
      - C(acknowledged), C(open) and C(removed) are V(true) or V(false). An incident is open until it is cleared.
      - C(class) and C(entity_state) are the class and the state of the object or link, a name, an id or a list of them.
      - C(property) is a dictionary with the C(name) of a property of the object or link, and how its value compares, as
        for C(text). Without that, it is enough to have the property.
      - C(all) and C(any) are lists of such dictionaries, all or any of which must match.
    type: dict
"""
