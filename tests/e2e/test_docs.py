# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation of every module works, in the order in which it stands there."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Runner
from tests.e2e.support import MODULES, play, show
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

# What the examples leave to the reader.
VARIABLES = {"night_shift_password": "Night-shift-pass-1", "mail_password": "Mail-pass-phrase-1"}
FILES = {
    "classes.yml": "- name: Meter\n  properties:\n    - {name: Unit, value: m3}\n",
    "incident-levels.yml": "- {name: Hint, priority: 1}\n",
    "states.yml": "- {name: Retired, priority: 1}\n",
    "tags.csv": "name,color\ncore,#5e35b1\nedge,#00838f\n",
    "property-classes.yml": "- {name: Floor, value_type: number}\n",
    "files/staff.csv": "login,email,groups[]\nday.shift.2,day.shift.2@example.org,Operators;Engineers\n",
    "files/db01.png": "a picture",
    "groups.yml": "- name: Plant planners\n  permissions: [manage-objects]\n",
    "policies.json": '{"password_policies": [{"name": "Robots", "length": 32}]}',
    "export/links.csv": "source,target,class\ndb01,sw1,Link\nsw1,sw2,\n",
    "export/sites.jsonl": '{"name": "Plant East", "tags": ["new"]}\n{"name": "Plant West"}\n',
}


def examples_in(path: Path) -> list[dict[str, Any]]:
    """The tasks under EXAMPLES in the source of a module or plugin."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "EXAMPLES"
        and isinstance(node.value, ast.Constant)
    ]
    tasks: list[dict[str, Any]] = yaml.safe_load(str(texts[0]))
    return tasks


def count_tasks(tasks: list[dict[str, Any]]) -> int:
    """How many tasks these are with those in blocks, all of which run when nothing fails."""
    below = [part for task in tasks for part in (task.get("block"), task.get("always")) if part]
    return sum("block" not in task for task in tasks) + sum(map(count_tasks, below))


@pytest.mark.parametrize("module", MODULES)
def test_examples(runner: Runner, sandbox: Sandbox, module: str) -> None:
    tasks = examples_in(ROOT / "plugins" / "modules" / f"{module}.py")
    assert any(f"saymon.platform.{module}" in task for task in tasks), "no example uses the module itself"
    for name, content in FILES.items():
        path = runner.directory / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    server = {"saymon_url": sandbox.url, "saymon_login": sandbox.login, "saymon_password": sandbox.password}
    env = {"SAYMON_URL": None, "SAYMON_LOGIN": None, "SAYMON_PASSWORD": None}
    done = show(runner, play(*tasks, vars={**server, **VARIABLES}), env=env)
    assert done.rc == 0, done.output
    assert [seen.status for seen in done.results if not seen.status.startswith("item")] == ["ok"] * count_tasks(
        tasks
    ), done.output
    assert "WARNING" not in done.output
    assert sandbox.sessions() == 0
