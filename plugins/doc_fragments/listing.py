# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that return a list."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
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
notes:
  - With O(dest), the task reports a change if the content or the mode of the file differs. In check mode, it writes
    nothing.
"""
