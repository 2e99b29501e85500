# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make resource` writes files that work, keep the rules, and replace nothing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.common import ROOT, clean_env
from tests.tools.resource import create, plural_of

# Prints the complaints of every gate about the collection, and imports the new modules.
LOOK = """
import json
from ansible_collections.saymon.platform.plugins.modules import saymon_probe_thing, saymon_probe_thing_info
from ansible_collections.saymon.platform.tests.unit import gates
gates.ROOT = None  # what is allowed is allowed to the real collection
assert "probe_things" in saymon_probe_thing.SPEC.argument_spec and "name" in saymon_probe_thing_info.SPEC.argument_spec
print(json.dumps({gate.__name__: gate(ROOT) for gate in gates.GATES}))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the collection that may be changed."""
    root = tmp_path / "ansible_collections" / "saymon" / "platform"
    ignore = shutil.ignore_patterns("__pycache__", "sandbox", "output", "*.egg-info")
    for name in ("plugins", "meta", "tests/unit", "tests/integration"):
        shutil.copytree(ROOT / name, root / name, ignore=ignore)
    shutil.copy(ROOT / "galaxy.yml", root)
    return root


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the copy in the place of the collection."""
    env = clean_env(copy.parents[2] / "home", {"PYTHONPATH": str(copy.parents[2]), "PYTHONDONTWRITEBYTECODE": "1"})
    return subprocess.run(
        [sys.executable, *words], cwd=copy, env=env, check=False, capture_output=True, text=True, timeout=120
    )


def complaints(copy: Path) -> dict[str, list[str]]:
    done = run(copy, "-c", f"from pathlib import Path; ROOT = Path({str(copy)!r})\n{LOOK}")
    assert done.returncode == 0, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return {gate: [one for one in said if "probe_thing" in one or "runtime.yml" in one] for gate, said in found.items()}


def register(copy: Path) -> None:
    """Do what `make resource` tells its user to do next."""
    registry = copy / "plugins" / "module_utils" / "_resources" / "registry.py"
    text = registry.read_text()
    imported = text.replace("from .user import", "from .probe_thing import PROBE_THING\nfrom .user import")
    registry.write_text(imported.replace("for resource in (", "for resource in (PROBE_THING, "))


def test_a_new_resource_keeps_the_rules_and_passes_its_tests(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    written = create(copy, "probe_thing")
    assert [path for path, text in before.items() if path.read_bytes() != text] == [copy / "meta" / "runtime.yml"]
    assert {gate: said for gate, said in complaints(copy).items() if said} == {}
    assert any("TODO" in (copy / place).read_text() for place in written)
    register(copy)
    tests = [place for place in written if "/test_" in place]
    done = run(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", *tests)
    assert done.returncode == 0, done.stdout
    assert len(tests) == 2


def test_nothing_is_overwritten(copy: Path) -> None:
    module = copy / "plugins" / "modules" / "saymon_probe_info.py"
    module.write_text("mine")
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    with pytest.raises(SystemExit, match=r"saymon_probe_info\.py"):
        create(copy, "probe")
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["", "Link", "user-group", "../link", "link_"])
def test_an_unfit_name(copy: Path, name: str) -> None:
    with pytest.raises(SystemExit, match="NAME is"):
        create(copy, name)


def test_plurals() -> None:
    assert [plural_of(name) for name in ("link", "class", "password_policy", "key")] == [
        "links",
        "classes",
        "password_policies",
        "keys",
    ]


def test_a_resource_with_the_name_of_a_keyword(copy: Path) -> None:
    written = create(copy, "import")
    assert "plugins/module_utils/_resources/import_.py" in written
    modules = "saymon_import, saymon_import_info"
    done = run(copy, "-c", f"from ansible_collections.saymon.platform.plugins.modules import {modules}")
    assert done.returncode == 0, done.stderr
