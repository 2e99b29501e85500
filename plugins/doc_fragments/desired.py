# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that bring things to a desired state."""

from __future__ import annotations

_SRC = r"""
  src:
    description:
      - Files on the controller that hold the items, instead of the list option. A glob such as V(objects/*.yml) means
        all files that match it.
      - A relative path is looked up where M(ansible.builtin.copy) looks, first in the folder C(files) of the role.
      - The file extension names the format. V(.json), V(.yml) and V(.yaml) hold a list of dictionaries, or a dictionary
        whose only key is the name of the list option. V(.jsonl) and V(.ndjson) hold one item in each line. V(.csv)
        holds a header with the names of options, and one item in each row.
      - The files may be encrypted with Ansible Vault, and so may single values in YAML. Nothing in them is templated.
      - For thousands of items this is many times faster than a list in a playbook.
    type: list
    elements: path
"""
_PARALLEL = r"""
  parallel:
    description:
      - How many requests that write may be sent at the same time, from V(1) to V(32). Larger values are faster for long
        lists.
    type: int
    default: 1
"""


class ModuleDocFragment:
    DOCUMENTATION: str = (
        "options:"
        + _SRC
        + r"""
  outcomes:
    description:
      - Which items of a list RV(outcomes) contains, those that were changed or failed (V(changed)) or all of them
        (V(all)).
    type: str
    choices: [changed, all]
    default: changed"""
        + _PARALLEL
        + r"""
notes:
  - All items of a task are checked and planned before the first write. If one of them is invalid, nothing is written.
  - If the server refuses an item of a list, the others are still brought to their state, and the task fails at the end.
  - Tasks of one run that write the same kind of thing take turns. Two separate runs do not, so manage each record from
    one run only.
"""
    )

    # For modules that add what they never compare.
    BATCH: str = "options:" + _SRC + _PARALLEL
