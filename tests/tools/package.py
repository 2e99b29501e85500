# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check the tarball: it holds what its users need and nothing of the workshop, and galaxy.ansible.com would import
it."""

from __future__ import annotations

import os
import sys
import tarfile
from pathlib import Path

from tests.tools.ansible_test import repository_files
from tests.tools.common import BUILD, VENV, VENV_PYTHON, clean_env, run
from tests.tools.install import build

# Everything that the tarball may hold at its top.
SHIPPED_FILES = {
    "CHANGELOG.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    "REUSE.toml",
    "requirements.txt",
}
SHIPPED_FOLDERS = {"LICENSES", "changelogs", "docs", "extensions", "meta", "playbooks", "plugins", "roles"}
NEEDED = {"README.md", "meta/runtime.yml", "requirements.txt", "MANIFEST.json"}


def content(tarball: Path) -> list[str]:
    """Complaints about the files of a tarball."""
    with tarfile.open(tarball) as archive:
        names = [member.name for member in archive.getmembers() if not member.isdir()]
    shipped = SHIPPED_FILES | {"tests/config.yml"}
    complaints = [
        f"{name} must not be in the tarball"
        for name in names
        if name not in shipped and name.split("/")[0] not in SHIPPED_FOLDERS
    ]
    known = {*repository_files(), "MANIFEST.json", "FILES.json"}
    complaints += [
        f"{name} is in the tarball and is not a file of the repository" for name in names if name not in known
    ]
    return complaints + [f"{name} is missing from the tarball" for name in sorted(NEEDED - set(names))]


def galaxy_importer(tarball: Path) -> list[str]:
    """Complaints of galaxy-importer; it ends well whatever it finds, so its log decides."""
    config, folder = BUILD / "galaxy-importer.cfg", BUILD / "import"
    config.write_text(
        "[galaxy-importer]\nRUN_ANSIBLE_TEST = False\nOFFLINE_ANSIBLE_LINT = True\nRUN_FLAKE8 = False\n",
        encoding="utf-8",
    )
    folder.mkdir(exist_ok=True)
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    env = clean_env(BUILD / "home", {"GALAXY_IMPORTER_CONFIG": str(config), "NO_COLOR": "1", "PATH": path})
    done = run([VENV_PYTHON, "-m", "galaxy_importer.main", tarball], cwd=folder, env=env, capture=True)
    if done.returncode:
        return [done.stdout]
    return [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]


def main() -> None:
    tarball = build()
    complaints = content(tarball) + galaxy_importer(tarball)
    print("\n".join(complaints))
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    main()
