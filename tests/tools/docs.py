# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site of the collection into .build/docs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.tools.ansible_test import repository_copy
from tests.tools.common import BUILD, VENV, clean_env, run


def main() -> None:
    """Let antsibull-docs write the pages' sources and Sphinx the pages; SystemExit with their output when one of them fails."""
    site, source = BUILD / "docs", BUILD / "docs-source"
    for folder in (site, source):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    env = clean_env(BUILD / "home", {"ANSIBLE_COLLECTIONS_PATH": str(BUILD), "PATH": path})
    options = ["--use-current", "--squash-hierarchy", "--lenient"]
    write: list[str | Path] = [VENV / "bin" / "antsibull-docs", "sphinx-init", *options, "--dest-dir", source, "saymon.platform"]
    render: list[str | Path] = ["bash", source / "build.sh"]
    with repository_copy():
        for step in (write, render):
            done = run(step, cwd=source, env=env, capture=True)
            if done.returncode:
                raise SystemExit(done.stdout)
    shutil.copytree(source / "build" / "html", site, dirs_exist_ok=True)
    print(f"Documentation: {os.path.relpath(site / 'index.html')}")


if __name__ == "__main__":
    main()
