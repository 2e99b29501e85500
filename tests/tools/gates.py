# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks of this repository's own rules that no common tool knows."""

from __future__ import annotations

import ast
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from tests.tools.ansible_test import repository_files
from tests.tools.common import ROOT
from tests.tools.install import build

MAX_FUNCTION_LINES = 60

# Everything that the tarball may hold at its top.
SHIPPED_FILES = {"CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md", "REUSE.toml", "requirements.txt"}
SHIPPED_FOLDERS = {"LICENSES", "changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"}


def _functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """Name, first line and length of each function; the docstring does not count."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                length -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node.name, node.lineno, length


def function_length() -> str:
    """No function is longer than MAX_FUNCTION_LINES."""
    return "\n".join(
        f"{name}:{line}: {function}() has {length} lines, more than {MAX_FUNCTION_LINES}"
        for name in repository_files()
        if name.endswith(".py")
        for function, line, length in _functions(ROOT / name)
        if length > MAX_FUNCTION_LINES
    )


def action_group() -> str:
    """The action group lists exactly the modules, and each module has its twin among the action plugins."""
    group = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["saymon"]
    modules = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
    actions = sorted(path.stem for path in (ROOT / "plugins" / "action").glob("*.py") if path.stem != "__init__")
    complaints = [] if modules else ["plugins/modules is empty"]
    if sorted(group) != modules:
        complaints.append(f"meta/runtime.yml: the group saymon and plugins/modules differ in {sorted(set(group) ^ set(modules))}")
    if actions != modules:
        complaints.append(f"plugins/action and plugins/modules differ in {sorted(set(actions) ^ set(modules))}")
    return "\n".join(complaints)


def tarball_content() -> str:
    """The tarball holds what its users need and nothing of the workshop."""
    with tarfile.open(build()) as archive:
        names = [member.name for member in archive.getmembers() if not member.isdir()]
    fit = SHIPPED_FILES | {"tests/config.yml"}
    wrong = [name for name in names if name not in fit and name.split("/")[0] not in SHIPPED_FOLDERS]
    tracked = {*repository_files(), "MANIFEST.json", "FILES.json"}
    wrong += [f"{name} (not a file of the repository)" for name in names if name not in tracked]
    missing = sorted({"README.md", "meta/runtime.yml", "requirements.txt", "MANIFEST.json"} - set(names))
    complaints = [f"does not belong into the tarball: {name}" for name in wrong]
    return "\n".join(complaints + [f"missing in the tarball: {name}" for name in missing])


CHECKS: dict[str, Callable[[], str]] = {
    "function length": function_length,
    "action group": action_group,
    "tarball content": tarball_content,
}
