# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what the modules share that bring things to a desired state."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  parallel:
    description:
      - How many requests that write may be on their way at the same time, from V(1) to V(32). More than one is faster for long lists.
    type: int
    default: 1
notes:
  - All items of a task are checked and planned before the first write. When one of them is invalid, nothing is written.
  - When an item of a list fails on the server, the others are still brought to their state, and the task fails at the end.
"""
