# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of metrics as the time series store keeps them, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._resources.metric_names import decoded, encoded
from ansible_collections.saymon.platform.plugins.plugin_utils.jinja import filters, text_in


def encode_metric(name: Any) -> str:
    """What the store forbids in a name becomes its code: `Disk C:` is `Disk///32///C///58///`."""
    return encoded(text_in(name, "the name of a metric, a text"))


def decode_metric(name: Any) -> str:
    """The name that `encode_metric` has encoded."""
    return decoded(text_in(name, "the name of a metric, a text"))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return filters({"encode_metric": encode_metric, "decode_metric": decode_metric})
