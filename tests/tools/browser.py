# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The headless browser in which pages are tested: Chromium and ChromeDriver, as Debian and others package them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

PACKAGES = ("chromium", "chromium-driver")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_DRIVERS = ("chromedriver", "chromium.chromedriver")
# Without these, it calls home at every start.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


def missing() -> str:
    """What keeps us from starting a browser, as a sentence; '' when nothing does."""
    if _found(_BROWSERS) and _found(_DRIVERS):
        return ""
    return f"no browser: install Chromium and ChromeDriver (on Debian: apt-get install {' '.join(PACKAGES)})"


def provide() -> str:
    """Install the browser if that is for us to do (in CI, as root, on Debian); returns what is still missing."""
    if missing() and os.environ.get("CI") and os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *PACKAGES)):
            subprocess.run(["apt-get", *words], env=env, stdout=subprocess.DEVNULL, check=False)
    return missing()


@contextmanager
def browser(*, width: int = 1280, height: int = 800, dark: bool = False) -> Iterator[Chrome]:
    """A browser with a profile of its own, which is gone afterwards."""
    with TemporaryDirectory(prefix="saymon-browser-", ignore_cleanup_errors=True) as profile:
        options = ChromeOptions()
        options.binary_location = _found(_BROWSERS)
        for word in ("--headless=new", f"--user-data-dir={profile}", f"--window-size={width},{height}", *_QUIET):
            options.add_argument(word)
        if os.geteuid() == 0:
            options.add_argument("--no-sandbox")  # which it demands of root
        if dark:
            options.add_argument("--blink-settings=preferredColorScheme=0")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        driver = Chrome(options=options, service=Service(_found(_DRIVERS), env={**os.environ, "HOME": profile}))
        try:
            yield driver
        finally:
            driver.quit()


def _found(names: tuple[str, ...]) -> str:
    places = (shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/lib/chromium") for name in names)
    return next((str(Path(place)) for place in places if place), "")
