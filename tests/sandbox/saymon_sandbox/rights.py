# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Permission strings and expressions."""

from __future__ import annotations

from collections.abc import Iterable

# Words of the endpoint tables that mean "the caller can reach that very entity"; the lookup itself enforces them.
REACH = frozenset({"objectPermissions", "linkPermissions", "entityPermissions", "referencePermissions"})

_SPLIT = {
    "manage-objects": ("create-objects", "modify-objects", "delete-objects"),
    "manage-links": ("create-links", "modify-links", "delete-links"),
    "manage-flows": ("create-flows", "modify-flows", "delete-flows"),
    "manage-documents": ("create-documents", "upload-documents", "modify-documents", "delete-documents"),
    "manage-classes": ("modify-classes",),
}

ALL = (
    *(right for manage, split in _SPLIT.items() for right in (manage, *split)),
    "manage-properties",
    "manage-service-properties",
    "manage-property-classes",
    "manage-operations",
    "execute-operations",
    "run-bulks",
    "run-discovery",
    "manage-configuration",
    "manage-users",
    "manage-event-log",
    "manage-history",
    "manage-scripts",
    "manage-dictionaries",
    "read-security-log",
    "upload-agent-updates",
)

Clauses = tuple[frozenset[str], ...]


def parse(expression: str) -> Clauses:
    """Clauses that must all hold, each by any of its rights. `a & (b | c)`, `a | b`, `a & b`; `none` and '' ask for nothing."""
    clauses = []
    for part in expression.split("&"):
        names = {name.strip() for name in part.strip().strip("()").split("|")} - {"", "none"}
        if names and not names & REACH:
            clauses.append(frozenset(names))
    return tuple(clauses)


def missing(clauses: Clauses, rights: frozenset[str]) -> str:
    """The unmet part of the expression as text; '' when everything holds."""
    return " & ".join(" | ".join(sorted(clause)) for clause in clauses if not clause & rights)


def expand(rights: Iterable[str]) -> frozenset[str]:
    """Adds what a manage right implies."""
    held = set(rights)
    for manage, split in _SPLIT.items():
        if manage in held:
            held.update(split)
    return frozenset(held)
