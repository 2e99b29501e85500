# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of all unit tests: nothing of the machine slips in, nothing reaches a network."""

from __future__ import annotations

import errno
import gc
import mmap
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api import client, transport
from ansible_collections.saymon.platform.plugins.module_utils._state import doubts
from ansible_collections.saymon.platform.tests.unit.support import Script

# ansible-test keeps the controller's part of ansible from the tests of modules, as a target does from modules.
CONTROLLER = find_spec("ansible.constants") is not None
if CONTROLLER:
    from ansible import constants as C
    from ansible_collections.saymon.platform.plugins.plugin_utils import run_folder

    # The first action goes through a request, which is none of a test's.
    import_module("ansible_collections.saymon.platform.plugins.action.saymon_api")


_SHARED_MEMORY = "/dev/shm"
_IN_MEMORY = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: thousands of random cases (make bad-input)")
    config.addinivalue_line("markers", "processes: real processes, and time that really passes (make processes)")


def pytest_collection_finish() -> None:
    """What there is by now stays, so the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()


def _refuse(*_args: Any) -> None:
    raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")


def _resolve(host: Any, port: Any, *_args: Any, **_kwargs: Any) -> list[Any]:
    """Every name exists and leads to an address where nothing listens, but for those below .invalid."""
    if str(host).endswith(".invalid"):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", int(port or 0)))]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """As pytest's own, in a tenth of its time: every test gets one here, in memory where there is such a place, and it
    is removed with the test."""
    path = Path(tempfile.mkdtemp(prefix="saymon-unit-", dir=_IN_MEMORY)).resolve()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[float]]:
    """An environment without settings, a session store of its own, no pauses (their lengths are returned), no
    network."""
    for name in list(os.environ):
        if name.startswith("SAYMON_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    naps: list[float] = []
    if CONTROLLER:
        monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(tmp_path))
        monkeypatch.setattr(run_folder, "_PARENT", os.getpid())  # ansible-test forks for each test
        monkeypatch.setattr(run_folder, "_marks", mmap.mmap(-1, mmap.PAGESIZE))
    for sleeper in (client.Client, doubts.Doubts):
        defaults = sleeper.__init__.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "sleep", naps.append)
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    monkeypatch.setattr(socket, "getaddrinfo", _resolve)
    transport._sessions.clear()
    yield naps
    transport._sessions.clear()


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, isolated: list[float]) -> Iterator[Script]:
    """The scripted server. TaskContext it with the exchanges to expect; what is left over at the end fails the test."""
    server = Script()
    server.naps = isolated
    monkeypatch.setattr(client, "http_session", server.session)
    yield server
    server.check_done()
