# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fixtures for tests that run ansible itself: a sandbox, and runners of playbooks and ad-hoc commands in a clean
environment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.tools.common import VENV, clean_env
from tests.tools.sandbox_process import Sandbox

ANSIBLE_BIN = Path(os.environ.get("SAYMON_TEST_ANSIBLE_BIN") or VENV / "bin")
_TIMEOUT = 120.0


@dataclass(frozen=True)
class Outcome:
    """What a command did: its exit status and its two output streams."""

    rc: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Both streams, for searching and for messages of failed assertions."""
        return f"{self.stdout}\n{self.stderr}"

    def json(self) -> Any:
        """The result after `host | STATUS => ` of an ad-hoc command with a single host."""
        return json.loads(self.stdout.split(" => ", 1)[1])


class Runner:
    """Runs ansible commands of the version under test with a home, a temp folder and a working folder of their own.

    The environment holds the sandbox's credentials (SAYMON_URL, SAYMON_LOGIN, SAYMON_PASSWORD) and nothing else that
    concerns ansible; `env` adds variables, and a value of None takes one away.
    """

    def __init__(self, sandbox: Sandbox, directory: Path) -> None:
        self.sandbox = sandbox
        self.directory = directory

    def environment(self, env: Mapping[str, str | None] | None = None) -> dict[str, str]:
        """The environment of a command."""
        temp = self.directory / "tmp"
        temp.mkdir(exist_ok=True)
        config = self._file("ansible.cfg", "")  # an empty one, lest the machine's be used
        settings = {
            "TMPDIR": str(temp),
            "ANSIBLE_CONFIG": str(config),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
        }
        settings.update(ANSIBLE_INVENTORY_UNPARSED_WARNING="0", **self.sandbox.credentials)
        merged: dict[str, str | None] = {**clean_env(self.directory / "home", settings), **(env or {})}
        return {name: value for name, value in merged.items() if value is not None}

    def run(self, command: Sequence[str | Path], env: Mapping[str, str | None] | None = None) -> Outcome:
        """Run one of ansible's programs; the first word is its name."""
        done = subprocess.run(
            [str(ANSIBLE_BIN / command[0]), *map(str, command[1:])],
            cwd=self.directory,
            env=self.environment(env),
            check=False,
            text=True,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def playbook(
        self,
        playbook: str | Path,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        inventory: str | Path | None = None,
    ) -> Outcome:
        """Run a playbook, given as a path or as its text; so is an inventory with a line break, else it is a path or
        host list.

        Without an inventory there is the implicit localhost only.
        """
        path = playbook if isinstance(playbook, Path) else self._file("playbook.yml", playbook)
        words: list[str | Path] = ["ansible-playbook", path]
        if inventory is not None:
            words += ["-i", self._file("inventory.ini", inventory) if "\n" in str(inventory) else inventory]
        return self.run([*words, *args], env)

    def adhoc(
        self,
        module: str,
        arguments: str = "",
        *args: str,
        hosts: str = "localhost",
        env: Mapping[str, str | None] | None = None,
    ) -> Outcome:
        """Run one module as an ad-hoc command; `module` without a dot is one of this collection."""
        name = module if "." in module else f"saymon.platform.{module}"
        words: list[str | Path] = ["ansible", hosts, "-m", name]
        return self.run([*words, *(["-a", arguments] if arguments else []), *args], env)

    def _file(self, name: str, text: str | Path) -> Path:
        path = self.directory / name
        path.write_text(str(text), encoding="utf-8")
        return path


def pytest_configure() -> None:
    """Take SIGTERM and SIGHUP for a Ctrl-C: pytest then ends its fixtures, which stops the sandboxes."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@pytest.fixture(scope="module")
def sandbox_process() -> Iterator[Sandbox]:
    """One sandbox for the tests of a module."""
    with Sandbox("--quiet") as process:
        yield process


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """The module's sandbox, back at its seed."""
    sandbox_process.reset()
    return sandbox_process


@pytest.fixture
def runner(sandbox: Sandbox, tmp_path: Path) -> Runner:
    """Runner of any ansible command in the test's own folder."""
    return Runner(sandbox, tmp_path)


@pytest.fixture
def playbook(runner: Runner) -> Any:
    """`playbook(text_or_path, *args, env=None, inventory=None)` runs ansible-playbook and returns an Outcome."""
    return runner.playbook


@pytest.fixture
def adhoc(runner: Runner) -> Any:
    """`adhoc(module, arguments="", *args, hosts="localhost", env=None)` runs ansible and returns an Outcome."""
    return runner.adhoc
