# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users by login, e-mail or token."""

from __future__ import annotations

from .store import Doc, Store

NEED_ACTIVATION = 0
NEED_PASSWORD = 1
ACTIVE = 2
BLOCKED = 3


class Accounts:
    """Look-up tables that the store keeps up to date."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._logins: dict[str, Doc] = {}
        self._tokens: dict[str, Doc] = {}
        store.observe("user", self._changed)

    def _changed(self, old: Doc | None, new: Doc | None) -> None:
        for table, field in ((self._logins, "login"), (self._tokens, "authenticationToken")):
            if old and old.get(field):
                table.pop(old[field], None)
            if new and new.get(field):
                table[new[field]] = new

    def by_login(self, login: str) -> Doc | None:
        return self._logins.get(login)

    def by_login_or_email(self, name: str) -> Doc | None:
        """Of several accounts with the same e-mail the oldest counts."""
        found = self.by_login(name)
        if found is None and "@" in name:
            found = next((user for user in self._store.all("user").values() if user.get("email") == name), None)
        return found

    def by_token(self, token: str) -> Doc | None:
        return self._tokens.get(token)


def usable(user: Doc | None) -> bool:
    """Blocked accounts and those that wait for activation are refused everywhere."""
    return user is not None and user.get("status", ACTIVE) == ACTIVE
