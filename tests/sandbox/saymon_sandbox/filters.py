# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Criteria in the manner of MongoDB."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from mongomock import OperationFailure
from mongomock.filtering import filter_applies

from .store import Doc


def matching(criteria: Any, docs: Iterable[Doc]) -> list[Doc]:
    """The documents that meet all criteria. Raises ValueError with the reason when they cannot be evaluated."""
    try:
        return [doc for doc in docs if filter_applies(criteria, doc)]  # type: ignore[no-untyped-call]
    except (OperationFailure, NotImplementedError, ValueError, TypeError, re.error) as problem:
        raise ValueError(str(problem)) from None
