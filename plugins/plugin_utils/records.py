# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records of the run: for each server and account the session that all tasks share, in a sealed file with a lock
beside it."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import asdict
from io import FileIO
from pathlib import Path
from typing import Any

from ansible_collections.saymon.platform.plugins.module_utils._api.session import Credentials
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection

from .run_folder import open_private, run_secret, sessions_folder
from .sealed import Damaged, Sealer, unsealed

# Other runs cannot guess from a reference in a cached fact which password it stands for.
_SALT = run_secret("names")

Record = dict[str, Any]


def reference(connection: Connection, credentials: Credentials, sid: str | None = None) -> str:
    """The name under which the session of these credentials on this server is kept during the run; of a `sid` that was
    given, its successors."""
    return secret_name(connection.url, asdict(credentials), sid)


def secret_name(*parts: Any) -> str:
    """A name for a file that tells nothing about the parts, which are plain data."""
    return hmac.new(_SALT, json.dumps(parts).encode(), hashlib.sha256).hexdigest()[:32]


def record_path(ref: str) -> Path:
    return sessions_folder() / f"saymon-{ref}.record"


def lock_path(ref: str) -> Path:
    return sessions_folder() / f"saymon-{ref}.lock"


def stored(ref: Any) -> Record | None:
    """The record kept under a reference, or None when there is none that this run has written. Its keys:

    `session` (the open one), `opened_at` (when its login began, monotonic seconds), `connection` (None when only a
    target reaches the server), `credentials`, `keep` (the sid that is to stay open when the run ends), `left` (sessions
    with their connections that another one has replaced, and that could not be ended), `ended` (the sids that the run
    has ended), `failure` (of the last login: its `kind`, `msg` and `details`, when it came, `at`, and how many `writes`
    the run had made).
    """
    if not isinstance(ref, str) or not ref.isalnum():
        return None
    path = record_path(ref)
    try:
        with FileIO(os.open(path, os.O_RDONLY | os.O_NOFOLLOW)) as file:
            record: Record = json.loads(b"".join(unsealed(file, path.name)))
    except (OSError, Damaged):
        return None
    return record


def save(ref: str, record: Record) -> None:
    """Put a record in the place of the last one in one step. Raises OSError, and then the last one stays."""
    path = record_path(ref)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    try:
        with open_private(fresh) as file:
            file.truncate()
            sealer = Sealer(file, path.name)
            sealer.write(json.dumps(record).encode())
            sealer.finish()
        fresh.replace(path)
    finally:
        with suppress(OSError):
            fresh.unlink()
