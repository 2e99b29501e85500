# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The session as a fact, and what a play may believe of facts.

Any result of any module on a managed host can set facts, and core lets facts outrank the variables of the inventory. So
a fact is input that nobody vouches for: a session counts only with a keyed mark that this run (or, for a session that
was kept, this user) made.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible import constants as C
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import SaymonError

from .run_folder import has_published, mark_published

FACT = "saymon_session"

# Made in the parent process, which loads the action before it forks, so all tasks of the run share it and nobody else
# has it.
_RUN_KEY = secrets.token_bytes(32)
_KEY_SIZE = 32


def marked(fact: Mapping[str, Any], *, keep: bool) -> dict[str, Any]:
    """The fact with the mark that makes it count: in this run, or with `keep` in every run of this user on this
    machine."""
    mark_published()
    return {**fact, "mark": _mark((_kept_key(create=True) or _RUN_KEY) if keep else _RUN_KEY, fact)}


def may_exist() -> bool:
    """Whether any host can have a fact that counts. Looking for one among the facts of another host takes longer."""
    return has_published() or _kept_before


def is_ours(fact: Mapping[str, Any]) -> bool:
    """Whether a fact is, word for word, one that `marked` returned."""
    claimed = fact.get("mark")
    if not isinstance(claimed, str):
        return False
    bare = {key: value for key, value in fact.items() if key != "mark"}
    keys = [key for key in (_RUN_KEY, _kept_key(create=False)) if key]
    return any(hmac.compare_digest(_mark(key, bare).encode(), claimed.encode("utf-8", "replace")) for key in keys)


def set_by_facts(names: Iterable[str], task_vars: Mapping[str, Any]) -> set[str]:
    """Those variables whose value comes from facts of the host, or cannot be told from one that does.

    Core lets facts stand among the variables (INJECT_FACTS_AS_VARS), above the inventory and below everything that a
    play says.
    """
    facts = task_vars.get("ansible_facts")
    if not isinstance(facts, Mapping) or not getattr(C, "INJECT_FACTS_AS_VARS", True):
        return set()
    return {name for name in names if name in facts and name in task_vars and bool(task_vars[name] == facts[name])}


def _mark(key: bytes, fact: Mapping[str, Any]) -> str:
    return hmac.new(
        key, json.dumps(fact, sort_keys=True, default=str).encode("utf-8", "replace"), hashlib.sha256
    ).hexdigest()


def _key_file() -> Path:
    return Path(os.path.expanduser(C.config.get_config_value("ANSIBLE_HOME"))) / "saymon_fact_key"


def _kept_key(*, create: bool) -> bytes | None:
    """The key of this user's kept sessions; None when there is none, and none is to be made."""
    path = _key_file()
    try:
        if create and not path.exists():
            _create_key(path)
        key = path.read_bytes()
        return key if len(key) == _KEY_SIZE else None
    except OSError as error:
        if not create:
            return None
        raise SaymonError(
            f"keep needs the file {path}, which cannot be written ({error.strerror}): "
            "make its folder writable, or leave out keep."
        ) from error


def _create_key(path: Path) -> None:
    """Write a new key beside its place and link it there, so that two runs that start at once agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_SIZE))
        with suppress(FileExistsError):
            os.link(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)


# Whether runs before this one have kept a session. What this run keeps it also publishes.
_kept_before = _kept_key(create=False) is not None
