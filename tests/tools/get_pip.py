# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-in for the pip bootstrap script that ansible-test downloads: installs pip from the wheel that Python carries
for ensurepip.

ansible-test takes it from its cache, so its virtual environments need no other source than the package index pip is set
up for. It is run by every Python that ansible-test finds, Python 3.9 included.
"""

from __future__ import annotations

import ensurepip
import sys
from pathlib import Path


def main() -> None:
    """Run `pip install` with the arguments of the original script."""
    folders = [Path(ensurepip.__file__).parent / "_bundled"]
    distribution = getattr(ensurepip, "_WHEEL_PKG_DIR", None)  # Debian and Fedora keep the wheel elsewhere
    if distribution:
        folders.append(Path(distribution))
    wheels = [wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))]
    if not wheels:
        raise SystemExit(f"{sys.executable} carries no wheel of pip for ensurepip")
    sys.path.insert(0, str(wheels[-1]))
    arguments = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
    if not any(word.split("=")[0] == "pip" for word in arguments):
        arguments.append("pip")
    sys.argv[1:] = ["install", *arguments]

    from pip._internal.cli.main import main as pip

    sys.exit(pip())


if __name__ == "__main__":
    main()
