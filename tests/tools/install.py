# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection's tarball into .build and install it where the ansible of .venv finds it without any setting."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

from tests.tools.common import BUILD, ROOT, VENV, clean_env, run


def build() -> Path:
    """Build the tarball and return its path; SystemExit when ansible-galaxy refuses."""
    out = BUILD / "dist"
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.tar.gz"):
        old.unlink()
    done = run(
        [VENV / "bin" / "ansible-galaxy", "collection", "build", "--force", "--output-path", out, ROOT],
        env=clean_env(BUILD / "home"),
        capture=True,
    )
    tarballs = list(out.glob("*.tar.gz"))
    if done.returncode or len(tarballs) != 1:
        raise SystemExit(f"ansible-galaxy could not build the collection:\n{done.stdout}")
    return tarballs[0]


def install(tarball: Path, site_packages: Path, ansible_bin: Path) -> None:
    """Install a tarball into the ansible_collections of `site_packages`, which that environment's ansible searches by
    itself."""
    done = run(
        [
            ansible_bin / "ansible-galaxy",
            "collection",
            "install",
            "--force",
            "--no-deps",
            "--offline",
            "-p",
            site_packages,
            tarball,
        ],
        env=clean_env(BUILD / "home"),
        capture=True,
    )
    if done.returncode:
        raise SystemExit(f"ansible-galaxy could not install the collection:\n{done.stdout}")


def main() -> None:
    tarball = build()
    print(f"Built {tarball.relative_to(ROOT)}")
    if "--build-only" not in sys.argv[1:]:
        site_packages = Path(sysconfig.get_path("purelib"))
        install(tarball, site_packages, VENV / "bin")
        print(f"Installed saymon.platform into {site_packages.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
