# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the sandbox in the foreground for somebody who wants to try playbooks against it."""

from __future__ import annotations

import os
import secrets

from tests.tools.common import BUILD, VENV, VENV_PYTHON

USAGE = """\
The sandbox keeps its data in .build/sandbox.db until that file is removed. In another terminal:

  export SAYMON_URL=http://127.0.0.1:{port} SAYMON_LOGIN=admin SAYMON_PASSWORD={password}
  {bin}/ansible localhost -m saymon.platform.saymon_user_info

SANDBOX_PORT, SANDBOX_PASSWORD and SANDBOX_OPTIONS change how it is started; tests/sandbox/README.md describes all of
it. Ctrl-C stops it.
"""


def main() -> None:
    port = os.environ.get("SANDBOX_PORT") or "8080"
    password = os.environ.get("SANDBOX_PASSWORD") or secrets.token_urlsafe(9)
    BUILD.mkdir(exist_ok=True)
    print(USAGE.format(port=port, password=password, bin=os.path.relpath(VENV / "bin")), flush=True)
    command = [
        str(VENV_PYTHON),
        "-m",
        "saymon_sandbox",
        "--port",
        port,
        "--data",
        str(BUILD / "sandbox.db"),
        "--seed",
        "demo",
    ]
    command += ["--login", "admin", f"--password={password}", *os.environ.get("SANDBOX_OPTIONS", "").split()]
    os.execv(command[0], command)  # Ctrl-C then goes straight to the sandbox, which ends cleanly


if __name__ == "__main__":
    main()
