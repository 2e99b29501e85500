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
      - A file that the list is written to, in place of returning it. Ansible itself needs seconds to take a result of
        ten thousand records.
      - The name says in which format, V(.json), V(.yml) or V(.yaml), V(.jsonl) or V(.ndjson) for a record in each line,
        or V(.csv).
      - The file is written as a whole or not at all, on the controller unless the task runs on its target. Secrets in
        it are masked.
      - Texts are written to CSV as they are. A program for spreadsheets may take a text that begins with V(=) for a
        formula.
    type: path
  mode:
    description:
      - Mode of the file, as octal digits in quotes such as V('0640').
      - Without it a file that is there keeps its mode, and a new one gets that of any new file, most often V('0644').
    type: raw
notes:
  - With O(dest) the task reports a change when the content or the mode of the file differs. In check mode it writes
    nothing.
"""
