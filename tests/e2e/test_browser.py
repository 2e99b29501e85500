# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people see: the sandbox's page, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.e2e.support import api
from tests.tools.browser import browser, missing
from tests.tools.sandbox_process import Sandbox

SECONDS = 15


@pytest.fixture(scope="module")
def chrome() -> Iterator[Chrome]:
    reason = missing()
    if reason:
        assert not os.environ.get("CI"), reason
        pytest.skip(reason)
    with browser() as driver:
        yield driver


@pytest.fixture
def sandbox(chrome: Chrome) -> Iterator[Sandbox]:
    with Sandbox("--quiet") as server:
        chrome.get(f"{server.control}/")
        yield server
        said = [entry for entry in chrome.get_log("browser") if entry["level"] == "SEVERE"]  # type: ignore[no-untyped-call]
    assert said == []


def shows(chrome: Chrome, element: str, text: str) -> None:
    """Wait until an element holds a text."""
    WebDriverWait(chrome, SECONDS).until(lambda driver: text in driver.find_element(By.ID, element).text)


def state_of(chrome: Chrome, name: str) -> str:
    row = chrome.find_element(By.XPATH, f"//tbody[@id='tree']/tr[td[1][normalize-space()='{name}']]")
    return str(row.find_elements(By.TAG_NAME, "td")[2].text)


def object_id(sandbox: Sandbox, name: str) -> str:
    return str(next(one["id"] for one in api(sandbox, "GET", "/objects?fields=name") if one["name"] == name))


def test_the_page_follows_what_happens(chrome: Chrome, sandbox: Sandbox) -> None:
    shows(chrome, "tree", "north-web-1")
    assert state_of(chrome, "north-web-1") != "Alarm"
    web = object_id(sandbox, "north-web-1")
    condition = [{"condition": {"disk": {"_gt": "90"}}, "state": 5, "description": "The disk is full"}]
    api(sandbox, "PUT", f"/objects/{web}/state-conditions", condition)
    api(sandbox, "POST", f"/objects/{web}/stat", {"payload": {"disk": 97}})
    shows(chrome, "alarms", "north-web-1")
    WebDriverWait(chrome, SECONDS).until(lambda driver: state_of(driver, "north-web-1") == "Alarm")
    shows(chrome, "calls", f"POST /objects/{web}/stat")
    incident = next(one for one in api(sandbox, "GET", "/incidents") if one["entityId"] == web)
    api(sandbox, "POST", f"/incidents/{incident['id']}/acknowledge")
    shows(chrome, "alarms", "acknowledged")
    api(sandbox, "PUT", f"/objects/{web}/manual-state", {"stateId": 9, "reason": "Rollout"})
    WebDriverWait(chrome, SECONDS).until(lambda driver: state_of(driver, "north-web-1").endswith(" held"))


def test_names_are_text_and_never_markup(chrome: Chrome, sandbox: Sandbox) -> None:
    name = "<img src=x onerror=document.title='taken'> Площадка"
    api(sandbox, "POST", "/objects", {"name": name, "class_id": 3, "parent_id": ["1"]})
    shows(chrome, "tree", name)
    assert chrome.title == "SAYMON sandbox"
    assert chrome.find_elements(By.TAG_NAME, "img") == []


def test_the_filter_leaves_what_fits(chrome: Chrome, sandbox: Sandbox) -> None:
    shows(chrome, "tree", "north-web-1")
    chrome.find_element(By.ID, "filter").send_keys("WEB-1")
    names = [
        row.find_element(By.TAG_NAME, "td").text
        for row in chrome.find_elements(By.CSS_SELECTOR, "#tree tr")
        if row.is_displayed()
    ]
    assert names == ["north-web-1", "south-web-1", "Ping south-web-1"]


def test_a_lost_sandbox_is_said_to_be_lost(chrome: Chrome) -> None:
    with Sandbox("--quiet") as server:
        chrome.get(f"{server.control}/")
        shows(chrome, "tree", "north-web-1")
        assert not chrome.find_element(By.ID, "lost").is_displayed()
    WebDriverWait(chrome, SECONDS).until(lambda driver: driver.find_element(By.ID, "lost").is_displayed())
    assert "north-web-1" in chrome.find_element(By.ID, "tree").text
