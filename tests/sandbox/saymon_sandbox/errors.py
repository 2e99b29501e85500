# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error answers of the API."""

from __future__ import annotations

from typing import Any

import orjson

# Every documented authentication error carries this inner code.
AUTH_ERROR_CODE = 3


class ApiError(Exception):
    """An answer with status >= 400. `body` is the JSON document that goes on the wire."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(body.get("message", ""))
        self.status = status
        self.body = body


def error(status: int, code: str, message: str) -> ApiError:
    return ApiError(status, {"code": code, "message": message})


def unauthorized(text: str, code: str = "Unauthorized") -> ApiError:
    """401 whose `message` is itself a JSON document encoded as a string."""
    inner = orjson.dumps({"errorCode": AUTH_ERROR_CODE, "message": text}).decode()
    return error(401, code, inner)


def not_logged_in() -> ApiError:
    return unauthorized("Not logged in.")


def session_expired() -> ApiError:
    return unauthorized("Session expired.")


def invalid_token() -> ApiError:
    return unauthorized("Invalid API token.")


def invalid_credentials() -> ApiError:
    return unauthorized("Invalid login or password.", "InvalidCredentials")


def wrong_csrf() -> ApiError:
    """The one error without the usual outer envelope."""
    return ApiError(401, {"errorCode": AUTH_ERROR_CODE, "message": "Wrong CSRF Token"})


def bad_request(message: str) -> ApiError:
    return error(400, "BadRequest", message)


def absent(name: str, status: int = 400) -> ApiError:
    """A mandatory parameter is missing or empty."""
    return error(status, "Conflict" if status == 409 else "BadRequest", f'Mandatory "{name}" parameter is absent/empty.')


def conflict(message: str) -> ApiError:
    return error(409, "Conflict", message)


def not_found(kind: str, item_id: object) -> ApiError:
    """No such item, or one that the caller may not see."""
    return error(404, "NotFound", f"Entity not found: {kind}({item_id})")


def never_set(kind: str, owner: str, owner_id: object, status: int = 404) -> ApiError:
    """A sub-resource that was never written."""
    return error(status, "ResourceNotFound", f"Entity not found: {kind}({owner_id}, {owner}({owner_id}))")


def unknown_route(path: str) -> ApiError:
    """`path` is relative to the API root; the text quotes it as the process behind nginx sees it."""
    return error(404, "ResourceNotFound", f"/api{path} does not exist")


def method_not_allowed(method: str) -> ApiError:
    return error(405, "MethodNotAllowed", f"{method} is not allowed")


def internal(text: str) -> ApiError:
    return error(500, "Internal", f"caused by Error: {text}")
