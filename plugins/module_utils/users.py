# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What user records have in common across server versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Names for the codes of the field `status` (1 and 2 are inferred from examples, 0 and 3 documented).
STATUSES = {"need_activation": 0, "invited": 1, "active": 2, "blocked": 3}


def group_ids(user: Mapping[str, Any]) -> list[str]:
    """Ids of the groups of a user: newer servers send a list, older ones a single id or null."""
    value = user.get("group")
    if value is None or value == "":
        return []
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def find(records: Iterable[Mapping[str, Any]], wanted: str, name_key: str) -> list[str]:
    """Ids of the records whose id or name is `wanted`."""
    return [str(record["id"]) for record in records if wanted in (str(record["id"]), record.get(name_key))]
