# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of what every module promises."""

from __future__ import annotations


class ModuleDocFragment:
    # What all modules have in common.
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Whether the module runs in check mode, in which it changes nothing.
  diff_mode:
    description: Whether the module shows what it changes, or would change, in diff mode.
  idempotent:
    description:
      - Whether a second run of the same task finds nothing to change and sends no request that writes.
  action_group:
    description: The group whose C(module_defaults) apply to the module.
    support: full
    membership: [saymon.platform.saymon]
"""

    # For modules that only read.
    INFO = r"""
attributes:
  check_mode:
    support: full
    details:
      - The module only reads from the server.
  diff_mode:
    support: N/A
    details:
      - The module only reads from the server.
  idempotent:
    support: full
    details:
      - The module only reads from the server.
"""

    # For modules that bring something to a desired state (core takes the last word of a name for a file first, so not
    # "desired").
    WRITES = r"""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Shows only the fields that differ. Secrets are masked.
      - In a registered result, the two sides of C(diff) are texts. Read them with the filter C(from_json).
  idempotent:
    support: full
"""
