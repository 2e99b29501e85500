# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Routes, bodies and the form of answers."""

from __future__ import annotations

import base64
import socket
from pathlib import Path

import pytest
from conftest import ADMIN, Api

from saymon_sandbox.resources import ROUTES


def test_unknown_route_quotes_the_path_behind_nginx(api: Api) -> None:
    answer = api.call("GET", "/no/such", auth=None)
    assert (answer.status_code, answer.text) == (404, '{"code":"ResourceNotFound","message":"/api/no/such does not exist"}')


def test_wrong_verb(api: Api) -> None:
    assert api.fails(405, "PUT", "/users", {})["code"] == "MethodNotAllowed"


def test_outside_of_the_api_is_a_page(api: Api) -> None:
    for path in ("/", "/node/apix/users", "/users"):
        answer = api.http.get(api.url + path, timeout=5)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html")


@pytest.mark.parametrize("path", ["//node/api/users/current", "/node//api///users/current/", "/node/api/users/current?unknown=1"])
def test_slashes_and_unknown_parameters_are_tolerated(api: Api, path: str) -> None:
    """Sent by hand: clients tidy such paths up."""
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head = connection.makefile("rb").read()
    assert b"401" in head.split(b"\r\n")[0]
    assert b"Not logged in." in head


def test_half_a_request_is_not_carried_out(api: Api) -> None:
    """The client goes away before the end of its body, which happens to be complete JSON."""
    host, port = api.url.removeprefix("http://").split(":")
    token = base64.b64encode(":".join(ADMIN).encode()).decode()
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        head = f"POST /node/api/tags HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {token}\r\nContent-Length: 99\r\n\r\n"
        connection.sendall(head.encode() + b'{"name":"half"}')
    entries: list[dict[str, object]] = []
    while not entries:
        entries = [entry for entry in api.control("GET", "/journal") if entry["method"] == "POST" and entry["ms"]]
    assert entries[0]["status"] is None
    assert len(api.ok("GET", "/tags")) == 5


def test_bodies(api: Api) -> None:
    error = api.fails(400, "POST", "/objects", data=b"{nope", headers={"content-type": "application/json"})
    assert error["code"] == "InvalidContent"
    assert error["message"].startswith("Invalid JSON: ")
    assert api.fails(400, "POST", "/objects", [1])["code"] == "BadRequest"
    assert api.fails(400, "POST", "/users/favorites", {})["code"] == "BadRequest"
    api.ok("GET", "/objects", headers={"content-type": "application/json"})


def test_answers_are_compact_utf8(api: Api) -> None:
    answer = api.call("GET", "/users")
    assert answer.headers["content-type"] == "application/json"
    assert "Дежурный Север" in answer.content.decode()
    assert '": ' not in answer.text
    assert '", "' not in answer.text


@pytest.mark.parametrize("path", ["/objects/zzz", "/objects/64b1f0c2a9d3e403ffffffff", "/users/zzz", "/user-groups/zzz", "/links/zzz"])
def test_missing_and_malformed_ids(api: Api, path: str) -> None:
    error = api.fails(404, "GET", path)
    assert error["code"] == "NotFound"
    assert path.rsplit("/", 1)[1] in error["message"]


def test_version_hash_needs_no_credentials(api: Api) -> None:
    value = api.ok("GET", "/version/hash", auth=None)
    assert len(value) == 40
    assert int(value, 16)


@pytest.mark.parametrize("status", [201, 204])
def test_status_of_empty_writes(api: Api, status: int) -> None:
    api.settings(write_status=status)
    answer = api.call("DELETE", f"/objects/{api.object_id('Lab')}")
    assert (answer.status_code, answer.content) == (status, b"")
    assert api.call("POST", "/tags", {"name": "x"}).status_code == 200


def test_forbidden_code(api: Api) -> None:
    auth = api.user("nobody", [])
    assert api.fails(403, "POST", "/objects", {"name": "x"}, auth=auth)["code"] == "Forbidden"
    api.settings(forbidden_code="NotAuthorized")
    assert api.fails(403, "POST", "/objects", {"name": "x"}, auth=auth)["code"] == "NotAuthorized"


def test_every_guarded_route_refuses_strangers_and_people_without_rights(api: Api) -> None:
    auth = api.user("nobody", [])
    for route in ROUTES:
        path = "/".join("1" if part.startswith(":") else part for part in route.path.split("/"))
        if not route.open:
            assert api.call(route.method, path, auth=None).status_code == 401, route.path
        if route.clauses:
            answer = api.call(route.method, path, auth=auth)
            assert answer.status_code == 403, route.path
            for clause in route.clauses:
                assert all(right in answer.json()["message"] for right in clause)


def test_readme_names_every_setting(api: Api) -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text()
    assert [name for name in api.control("GET", "/settings") if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    "body",
    [
        None,
        {},
        [],
        "text",
        5,
        True,
        [1, None],
        [{}],
        {"name": {}, "login": [], "id": None, "parent_id": {}, "search": "x", "bulk": [5], "filter": 5, "order": 5, "data": 1},
        {"name": "x", "properties": {}, "state_id": [], "stateId": {}, "source": 1.5, "key": "k", "newPassword": 5, "token": {}},
        {"login": 5, "password": [], "auth-token": {}, "group": 5, "objectPermissions": [], "class_id": True, "limit": "x"},
        {"auth-service": "keycloak", "auth-service-params": "x", "flags": 5, "offset": "x", "fields": 5, "ui": [], "value": {}},
        {"name": "x", "priority": "9" * 30, "weight": "inf", "length": "nan", "geoposition": ["1e300"], "activeTo": "1e400"},
        {"name": "x", "filter": {"tags": 5}, "order": [5], "limit": -1, "bulk": [{"modify": {"name": 5}}], "search": {"$or": 5}},
    ],
)
def test_no_body_makes_the_server_fail(api: Api, body: object) -> None:
    """Whatever comes is done or refused, and refused things leave the process and its data usable."""
    lab = api.object_id("Lab")
    for route in sorted(ROUTES, key=lambda route: route.method == "DELETE"):
        own = lab if "object" in route.path else "1"
        path = "/".join(own if part.startswith(":") else part for part in route.path.split("/"))
        answer = api.call(route.method, path, body)
        assert answer.status_code < 500, (route.method, path, answer.text)
    api.ok("GET", "/objects")
