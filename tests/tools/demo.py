# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the collection at work: a sandbox, four playbooks, three ad-hoc commands."""

from __future__ import annotations

import secrets
import shlex
import subprocess
import sys
import time

from tests.tools.common import BUILD, ROOT, VENV, clean_env, headline, leave_nothing_behind
from tests.tools.sandbox_process import Sandbox

COMPANY = ("ansible-playbook", "playbooks/company.yml")
ROLLOUT = ("ansible-playbook", "playbooks/rollout.yml")
TOPOLOGY = ("ansible-playbook", "playbooks/topology.yml")
COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("A playbook: session, users and groups, one request, log out", ("ansible-playbook", "playbooks/demo.yml")),
    ("Desired state: a small company's access and topology, from nothing", COMPANY),
    ("The same again: nothing is left to do (changed=0)", COMPANY),
    (
        "What a change would do, shown and not made",
        (*COMPANY, "--check", "--diff", "-e", "company_password_length=14", "-e", "company_rack_row=B"),
    ),
    ("Topology and monitoring as code: classes, conditions, links, flows, from nothing", TOPOLOGY),
    ("The same again: nothing is left to do (changed=0)", TOPOLOGY),
    (
        "Another limit for the load, shown in the form in which it is written",
        (*TOPOLOGY, "--check", "--diff", "-e", "plant_load_limit=12"),
    ),
    ("Live operations: servers are held, changed and watched, two at a time", ROLLOUT),
    (
        "Ad hoc: open a session (its id is secret, so ansible hides it)",
        ("ansible", "localhost", "-m", "saymon.platform.saymon_session"),
    ),
    (
        "Ad hoc: one user by name",
        ("ansible", "localhost", "-m", "saymon.platform.saymon_user_info", "-a", "login=operator"),
    ),
    (
        "Ad hoc: any request of the API",
        ("ansible", "localhost", "-m", "saymon.platform.saymon_api", "-a", "path=/objects/1"),
    ),
)

CLOSING = """
That took {seconds:.0f} s, and the sandbox is stopped. Next steps:
  make sandbox                                 a sandbox of your own, to try playbooks against
  .venv/bin/ansible-doc -l saymon.platform     the modules of the collection
  README.md                                    how to use the collection with a real server
"""


def main() -> int:
    leave_nothing_behind()
    start = time.monotonic()
    with Sandbox(log=BUILD / "log" / "demo.log") as sandbox:
        print(
            f"A sandbox with invented data runs at {sandbox.url}; its address "
            "and credentials are in the environment variables"
        )
        print("SAYMON_URL, SAYMON_LOGIN and SAYMON_PASSWORD of every command below.")
        settings = {**sandbox.credentials, "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0"}
        settings["COMPANY_REPORTS_PASSWORD"] = f"{secrets.token_urlsafe(15)}-1"  # the company's policy asks for a digit
        env = clean_env(BUILD / "home", settings)
        for title, command in COMMANDS:
            headline(title)
            print(f"$ .venv/bin/{shlex.join(command)}", flush=True)
            program = VENV / "bin" / command[0]
            done = subprocess.run(
                [str(program), *command[1:]], cwd=ROOT, env=env, check=False, stdin=subprocess.DEVNULL
            )
            if done.returncode:
                print(f"This should not happen: the command ended with status {done.returncode}.", file=sys.stderr)
                return 1
    print(CLOSING.format(seconds=time.monotonic() - start))
    return 0


if __name__ == "__main__":
    sys.exit(main())
