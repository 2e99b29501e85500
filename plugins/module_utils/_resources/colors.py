# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, as the web client uses them."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._state.field_types import Invalid, Text

_COLOR = re.compile(r"#[0-9a-f]{3,8}|[a-z]+(\(.*\))?")


class Color(Text):
    """A colour as stylesheets write it. Canonical form: small letters without blanks around; an empty text means
    none."""

    def parse(self, value: Any) -> str:
        color = super().parse(value).strip().lower()
        if color and not _COLOR.fullmatch(color):
            raise Invalid("give a colour such as '#2e7d32' or 'rgb(46 125 50)'")
        return color

    def read(self, value: Any) -> str:
        return super().read(value).strip().lower()
