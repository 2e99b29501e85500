# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hashed passwords, their policy, and quick verification of repeated logins."""

from __future__ import annotations

import hashlib
import hmac
import os

from . import errors
from .store import Doc, Store

# Few rounds: the data is invented and every test run logs in often.
_ROUNDS = 500
_DEFAULT_POLICY = "1"

_RULES = (
    ("length", "minimum number of characters", lambda char: True),
    ("minLowercase", "minimum number of lowercase letters", str.islower),
    ("minCapital", "minimum number of capital letters", str.isupper),
    ("minDigits", "minimum number of digits", str.isdigit),
    ("minSpecial", "minimum number of special characters", lambda char: not char.isalnum()),
)


def _digest(password: str, salt: str) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), _ROUNDS).hex()


def hashed(password: str) -> Doc:
    """A credential without a past."""
    salt = os.urandom(8).hex()
    return {"salt": salt, "hash": _digest(password, salt), "previous": []}


class Passwords:
    """Kept apart from the user records, so that no answer can contain them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._verified: dict[tuple[str, str], str] = {}

    def set(self, user_id: str, password: str) -> Doc:
        """Stores the credential and returns it."""
        old = self._store.get("credential", user_id)
        previous = [*old["previous"], {"salt": old["salt"], "hash": old["hash"]}][-50:] if old else []
        made = {**hashed(password), "previous": previous}
        self._store.put("credential", user_id, made)
        return made

    def verify(self, user_id: str, password: str) -> bool:
        record = self._store.get("credential", user_id)
        if record is None:
            return False
        cached = self._verified.get((user_id, password))
        if cached is None or cached != record["hash"]:
            digest = _digest(password, record["salt"])
            if not hmac.compare_digest(digest, record["hash"]):
                return False
            if len(self._verified) > 1000:
                self._verified.clear()
            self._verified[(user_id, password)] = digest
        return True

    def forget(self, user_id: str) -> None:
        self._store.delete("credential", user_id)

    def check_policy(self, password: str, user_id: str | None = None) -> None:
        """Raises the documented `Internal` error that names the first broken rule of the default policy."""
        policy = self._store.get("password_policy", _DEFAULT_POLICY) or {}
        for name, text, counts in _RULES:
            least = policy.get(name) or 0
            if sum(1 for char in password if counts(char)) < least:
                raise errors.internal(f"Password does not match policy: {text} - {least}")
        number = policy.get("uniquePasswordsNumber") or 0
        record = self._store.get("credential", user_id) if user_id and number else None
        if record is not None and _was_used(record, password, number):
            raise errors.internal(f"Password does not match policy: number of unique passwords - {number}")


def _was_used(record: Doc, password: str, number: int) -> bool:
    known = [*record["previous"], record][-number:]
    return any(_digest(password, item["salt"]) == item["hash"] for item in known)
