# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs: what runs of operations leave behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Record, Request
from ansible_collections.saymon.platform.plugins.module_utils._state.timeframe import Timeframe


def jobs_of(client: Client, kind: str, ids: Sequence[Any], frame: Timeframe | None = None) -> list[Record]:
    """The jobs of the `objects` or `links` (`kind`) with these ids, perhaps only those of a time range."""
    if not ids:
        return []
    frame = frame or Timeframe()
    jobs = client.records(Request("POST", "/jobs", body={kind: ids, **frame.query()}))
    owners = {str(identifier) for identifier in ids}
    return [job for job in jobs if frame.holds(job) and str(job.get("owner_id", ids[0])) in owners]
