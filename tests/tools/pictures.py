# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the pictures of the documentation anew."""

from __future__ import annotations

import sys

import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.tools.browser import browser, missing
from tests.tools.common import ROOT
from tests.tools.sandbox_process import Sandbox

IMAGES = ROOT / "docs" / "images"
_SECONDS = 15
_MOMENT = 1_800_005_400_000  # the pictures shall show the same each time


def sandbox_page() -> None:
    """The sandbox at work, with data of simulated agents."""
    with Sandbox("--quiet", "--live", "20") as server, browser(width=1280, height=900) as driver:
        server.request("POST", "/clock", {"now_ms": _MOMENT})
        who = (server.login, server.password)
        for path in ("users/current", "objects", "incidents", "objects/unknown"):
            requests.get(f"{server.url}/node/api/{path}", auth=who, timeout=_SECONDS)
        driver.get(f"{server.control}/")
        WebDriverWait(driver, _SECONDS).until(lambda page: page.find_elements(By.CSS_SELECTOR, "#calls tr"))
        driver.save_screenshot(str(IMAGES / "sandbox.png"))


def main() -> int:
    if missing():
        print(missing(), file=sys.stderr)
        return 1
    sandbox_page()
    return 0


if __name__ == "__main__":
    sys.exit(main())
