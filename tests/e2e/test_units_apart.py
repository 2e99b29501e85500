# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The unit tests of modules get along with the part of ansible that a target has, as `ansible-test units` demands."""

from __future__ import annotations

import os
from pathlib import Path

import ansible

from tests.tools.common import ROOT, VENV_PYTHON, clean_env, link_collection, run


def test_the_unit_tests_of_modules_need_nothing_of_the_controller(tmp_path: Path) -> None:
    target = tmp_path / "ansible"
    target.mkdir()
    (target / "__init__.py").touch()
    (target / "module_utils").symlink_to(Path(ansible.__file__).parent / "module_utils")
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(link_collection())])}
    folders = [ROOT / "tests" / "unit" / "plugins" / name for name in ("modules", "module_utils")]
    command: list[str | Path] = [
        VENV_PYTHON,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        *folders,
    ]
    done = run(command, env=clean_env(tmp_path / "home", env), capture=True)
    assert done.returncode == 0, done.stdout[-3000:]
