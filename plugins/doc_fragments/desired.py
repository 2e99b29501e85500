# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options of modules that bring things to a desired state."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  src:
    description:
      - Files on the controller with the items, in place of the list option. A glob such as V(objects/*.yml) means all
        files that match it.
      - A relative path is looked for where M(ansible.builtin.copy) looks, first in the folder C(files) of the role.
      - The name of a file says what it holds. V(.json) and V(.yml) or V(.yaml) hold a list of dictionaries, or a
        dictionary with the list under the name of the list option as its only key. V(.jsonl) or V(.ndjson) hold an item
        in each line. V(.csv) holds a header with the names of options, and an item in each row.
      - The files may be encrypted with Ansible Vault, as may single values in YAML. Nothing in them is templated.
      - Ten thousand items from a file cost a fraction of the time that Ansible itself needs to hand over such a list.
    type: list
    elements: path
  outcomes:
    description:
      - Which items of a list RV(outcomes) tells about, those that were changed or failed (V(changed)) or all of them
        (V(all)).
    type: str
    choices: [changed, all]
    default: changed
  parallel:
    description:
      - How many requests that write may be on their way at the same time, from V(1) to V(32). More than one is faster
        for long lists.
    type: int
    default: 1
notes:
  - All items of a task are checked and planned before the first write. When one of them is invalid, nothing is written.
  - When an item of a list fails on the server, the others are still brought to their state, and the task fails at the
    end.
"""
