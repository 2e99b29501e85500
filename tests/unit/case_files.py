# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests that go through all modules need to know of each: one file for each module, named after it, in the
folder cases.

A file may hold
- `DEMO`: options of tasks that work one after the other on the demo seed of the sandbox; every kind of call that the
  module makes is there, the writes included
- `ANSWERS`: what a server answers, by path or `METHOD path`
- `ODD`: options of tasks that work with these answers, each of whose values is then replaced by anything
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

_FILES = sorted(path.stem for path in (Path(__file__).parent / "cases").glob("saymon_*.py"))
_PACKAGE = f"{__name__.rpartition('.')[0]}.cases"


def cases(what: str) -> dict[str, Any]:
    """This part of every file that has it, by module."""
    files = {name: import_module(f"{_PACKAGE}.{name}") for name in _FILES}
    return {name: getattr(file, what) for name, file in files.items() if hasattr(file, what)}


def answers(name: str) -> dict[str, Any]:
    """The answers of all files; where they differ, those of the module itself count."""
    files = cases("ANSWERS")
    merged: dict[str, Any] = {}
    for own in (*files.values(), files.get(name, {})):
        merged.update(own)
    return merged
