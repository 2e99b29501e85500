# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in README.md and docs works: plays, tasks, lists for `src`, and commands, with the output they show."""

from __future__ import annotations

import ast
import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.saymon.platform.plugins.module_utils import _info, _module
from ansible_collections.saymon.platform.plugins.module_utils._state import (
    entries,
    field_types,
    finder,
    gather,
    resource,
    transition,
)

from tests.e2e.conftest import ANSIBLE_BIN, Runner
from tests.e2e.support import play, saymon, show
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

# Of Event-Driven Ansible, test_eda.py tries the rulebook, and its page installs things. test_inventory.py tries
# inventory files.
_DOCS = [path for path in (ROOT / "docs").glob("*.md") if path.name not in ("eda.md", "inventory.md")]
PAGES = ("README.md", *sorted(str(path.relative_to(ROOT)) for path in _DOCS))
# What an example leaves to the reader.
FILES = {
    "objects.jsonl": '{"name": "Plant East", "tags": ["new"]}\n',
    "staff.csv": "login,groups[]\nday.shift,Operators\n",
    "teams/one.yml": "- login: team.one\n  password: Team-one-pass-1\n",
}
HOST = "north-web-1"  # the object that stands for a host of the inventory
# Programs that are not tried here: each has checks of its own, or changes more than a test may.
NOT_TRIED = ("make", "ansible-galaxy", "python3")
# What differs from one run to the next.
VOLATILE = {"elapsed", "url", "mark", "ref", "login", "headers"}


@dataclass(frozen=True)
class Block:
    """A block of code on a page: the line where it starts, what stands behind the ticks, and the text."""

    page: str
    line: int
    info: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def language(self) -> str:
        return self.info[0] if self.info else ""

    @property
    def data(self) -> Any:
        return _Loader(self.text).get_single_data()

    @property
    def commands(self) -> list[str]:
        """The command lines: those with a prompt, or all of them where there is no prompt."""
        lines = [line.partition(" #")[0].rstrip() for line in self.text.splitlines()]
        prompted = [line[2:] for line in lines if line.startswith("$ ")]
        return prompted or [line for line in lines if re.match(r"\.venv/bin/|make |export |[a-z0-9-]+ .*install", line)]


class _Loader(yaml.SafeLoader):
    """Reads secrets of ansible-vault as texts."""


_Loader.add_constructor("!vault", lambda loader, node: "Night-shift-pass-1")


def _blocks() -> list[Block]:
    found = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for match in re.finditer(r"^( *)```([^\n]*)\n(.*?)^\1```", text, re.MULTILINE | re.DOTALL):
            line = text[: match.start()].count("\n") + 1
            found.append(Block(page, line, tuple(match[2].split()), match[3]))
    return found


BLOCKS = _blocks()
LISTS = [block for block in BLOCKS if len(block.info) > 1]
BOOKS = [block for block in BLOCKS if block.language == "yaml" and block not in LISTS]
SHELL = [block for block in BLOCKS if not block.info and block.commands]
PYTHON = [block for block in BLOCKS if block.language == "python"]
# Pictures and lines of output, which nobody can run.
PLAIN = [block for block in BLOCKS if not block.info and block not in SHELL]


def test_every_block_is_tried_or_known_not_to_be_an_example() -> None:
    assert len(LISTS) + len(BOOKS) + len(SHELL) + len(PYTHON) + len(PLAIN) == len(BLOCKS)
    assert [block.text[:15] for block in PLAIN] == ["  controller on", "objects: 2150 o"]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_tables(block: Block) -> None:
    """Excerpts of tables, which can only be read: they name real things of the table format."""
    names = {
        node.func.id
        for node in ast.walk(ast.parse(block.text.replace(", ...}", "}")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    places = (field_types, entries, resource, transition, finder, gather, _module, _info)
    known = {"main"}.union(*map(vars, places))
    assert names <= known, block.text


def _here(text: str, sandbox: Sandbox, runner: Runner) -> str:
    """An example with this server, account and folder in place of the made-up ones."""
    places = {
        "https://saymon.example.org": sandbox.url,
        "login: ci\n": f"login: {sandbox.login}\n",
        "/var/lib/saymon": str(runner.directory),
    }
    for old, new in places.items():
        text = text.replace(old, new)
    return text


def _prepare(runner: Runner) -> None:
    for name, content in FILES.items():
        path = runner.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")


@pytest.mark.parametrize("block", BOOKS, ids=str)
def test_plays_and_tasks(runner: Runner, sandbox: Sandbox, block: Block) -> None:
    _prepare(runner)
    entries = yaml.safe_load(_here(block.text, sandbox, runner))
    plays = entries if "hosts" in entries[0] else [play(*entries)]
    hosts = f"[web]\n{HOST}\n[local]\nlocalhost ansible_connection=local\n"
    secrets = json.dumps({"vault_saymon_password": sandbox.password})
    done = show(runner, *plays, args=["-e", secrets], inventory=hosts)
    assert done.rc == 0, done.output
    assert "WARNING" not in done.output, done.output


@pytest.mark.parametrize("block", LISTS, ids=str)
def test_lists(runner: Runner, sandbox: Sandbox, block: Block) -> None:
    name = block.info[1]
    plural = Path(name).stem
    text = block.text if "!vault" not in block.text else yaml.safe_dump(block.data)
    (runner.directory / name).write_text(text, encoding="utf-8")
    module = f"saymon_{plural.removesuffix('s')}"
    options = {"src": name, **({"create_tags": True} if module == "saymon_object" else {})}
    done = show(runner, play(saymon(module, options)))
    assert done.rc == 0, done.output
    assert done.one(module)["changed"] is True


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_commands(runner: Runner, sandbox: Sandbox, block: Block) -> None:
    commands = [command for command in block.commands if not command.startswith(NOT_TRIED)]
    for command in {*block.commands} - {*commands}:
        assert not command.startswith("make ") or f"\n{command.split()[1]}:" in (ROOT / "Makefile").read_text()
    if "plant.yml" in block.text:
        books = [one for one in BOOKS if one.page == block.page and one.line < block.line]
        (runner.directory / "plant.yml").write_text(books[-1].text, encoding="utf-8")
    script = "\n".join(commands).replace(".venv/bin/", f"{shlex.quote(str(ANSIBLE_BIN))}/")
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=runner.directory,
        env=runner.environment(),
        check=False,
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    shown, answered = _outputs(block.text), _outputs(done.stdout)
    assert shown in ([], answered)
    for line in re.findall(
        r"^(?:TASK \[.*?\]|\w+: \[localhost\]|localhost +: ok.*?failed=0)", block.text, re.MULTILINE
    ):
        assert line in done.stdout, (line, done.stdout)


def _outputs(text: str) -> list[Any]:
    """The results that ad-hoc commands have printed, without what differs from run to run."""
    results = re.findall(r"^localhost \| \w+ => (\{.*?^\})", text, re.MULTILINE | re.DOTALL)
    return [_lasting(json.loads(result)) for result in results]


def _lasting(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: key if key in VOLATILE else _lasting(part) for key, part in value.items()}
    return [_lasting(part) for part in value] if isinstance(value, list) else value
