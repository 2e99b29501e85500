# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the integration targets against a real server, then report which assumptions about it held.

SAYMON_TEST_URL, SAYMON_TEST_LOGIN and SAYMON_TEST_PASSWORD name it; TARGETS selects. The targets make objects and users
of their own, named after the run, and remove them at the end.
"""

from __future__ import annotations

import os
import sys

from tests.tools import ansible_test, assumptions
from tests.tools.common import headline, leave_nothing_behind
from tests.tools.suites import guarded, summarize

VARIABLES = ("SAYMON_TEST_URL", "SAYMON_TEST_LOGIN", "SAYMON_TEST_PASSWORD")


def main() -> None:
    leave_nothing_behind()
    missing = [name for name in VARIABLES if not os.environ.get(name)]
    if missing:
        raise SystemExit(
            f"Set {', '.join(missing)}: the address of a server for tests, and an account with all permissions there."
        )
    config = {name.lower(): os.environ[name] for name in VARIABLES}
    config["saymon_test_control"] = ""  # only a sandbox can be told to misbehave
    url, login, password = (os.environ[name] for name in VARIABLES)
    headline(f"integration on {url}")
    tests = guarded("integration", lambda: ansible_test.integration(config, targets=os.environ.get("TARGETS", "")))
    headline(f"assumptions about {url}")
    held = guarded("assumptions", lambda: assumptions.report(url, login, password))
    sys.exit(0 if summarize([tests, held]) else 1)


if __name__ == "__main__":
    main()
