# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user may have meant by a name that does not exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

_MOST = 20_000  # names to look at: with more of them, it would take longer than a hint is worth


def near_miss(word: str, known: Iterable[str]) -> str:
    """The name most like a word, as " (did you mean 'a'?)"; empty when none is. The case of letters does not count."""
    by_folded = {name.casefold(): name for name in islice(known, _MOST)}
    near = get_close_matches(word.casefold(), by_folded, n=1)
    return f" (did you mean {by_folded[near[0]]!r}?)" if near else ""
