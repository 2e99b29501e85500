# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox answers every known endpoint."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from conftest import Api

from saymon_sandbox.resources import ROUTES

_CONTRACT = Path(__file__).resolve().parents[2] / "contract"
KNOWN: dict[str, list[list[str]]] = yaml.safe_load((_CONTRACT / "endpoints.yaml").read_text())


def _endpoint(method: str, path: str) -> str:
    """Parameters have many names and one meaning."""
    return f"{method} {re.sub(r':[^/]+', ':id', path).rstrip('/')}"


ENDPOINTS = [_endpoint(item[0], item[1]) for items in KNOWN.values() for item in items]
ANSWERED = [_endpoint(route.method, route.path) for route in ROUTES]


def test_the_contract_is_well_formed() -> None:
    rows = [item for items in KNOWN.values() for item in items]
    assert [row for row in rows if len(row) != 4 or row[2] not in ("documented", "uncertain") or not row[3]] == []
    assert len(ENDPOINTS) == len(set(ENDPOINTS)) > 200


def test_every_endpoint_is_answered() -> None:
    assert sorted(set(ENDPOINTS) - set(ANSWERED)) == []


def test_the_sandbox_has_no_endpoints_of_its_own() -> None:
    assert sorted(set(ANSWERED) - set(ENDPOINTS)) == []


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_is_answered(api: Api, endpoint: str) -> None:
    """By a handler, which may refuse; a route that is not there would say that it does not exist, or that the verb is wrong."""
    api.settings(signup_enabled=True)
    method, path = endpoint.split()
    answer = api.call(method, path.replace(":id", "zzz"))
    assert answer.status_code != 405
    assert "does not exist" not in answer.text
