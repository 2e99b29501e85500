# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that return a list."""

from __future__ import annotations

_DEST = r"""
  dest:
    description:
      - A file to write the list to, instead of returning it. This is much faster for thousands of records.
      - The file extension names the format, V(.json), V(.yml) or V(.yaml), V(.jsonl) or V(.ndjson) with one record in
        each line, or V(.csv).
      - The file is written completely or not at all, on the controller unless the task runs on its target. Secrets in
        it are masked. Names, addresses and permissions are not.
      - Texts are written to CSV unchanged. A spreadsheet program may take a text that begins with V(=) for a formula.
    type: path
  mode:
    description:
      - Mode of the file, as octal digits in quotes such as V('0640').
      - Without it, an existing file keeps its mode, and a new file gets the system's default, usually V('0644').
    type: raw
"""
_NOTE = r"""
  - With O(dest), the task reports a change if the content or the mode of the file differs. In check mode, it writes
    nothing.
"""


class ModuleDocFragment:
    DOCUMENTATION: str = (
        r"""
options:
  fields:
    description:
      - The keys of a record to return, in place of all of them. C(id) is returned at all times.
      - They are the server's own keys, such as C(class_id). A newer server may have more of them than are documented
        here, so a key that no record has is not an error. The module warns about it if it is not documented either.
    type: list
    elements: str
  limit:
    description: Return no more than this many, those with the lowest ids.
    type: int
  resolve:
    description:
      - Whether to add the names of what the records refer to.
      - Each record then has the key C(names), a dictionary from the option of the managing module to a name, or to a
        list of names. Objects are named by their paths. For example, the record of an object has C(names.class),
        C(names.tags) and C(names.parents). What refers to nothing is null, or an empty list. With O(fields), only the
        references that are returned are named.
      - What the account may not see is named by its id. If it may not read the names at all, the module warns about it.
      - It takes one request for each kind of thing that the records refer to, however many records there are.
    type: bool
    default: false"""
        + _DEST
        + r"""
notes:
  - Filters compare names as all modules do. The case of letters counts only if several names differ in nothing else.
    A filter that refers to something else takes a name or an id, and a name that does not exist is an error."""
        + _NOTE
    )

    # For modules that return a list and have other options than these.
    DEST: str = "options:" + _DEST + "notes:" + _NOTE
