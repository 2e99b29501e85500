# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps web pages away from the control plane, which asks for no credentials."""

from __future__ import annotations

import re

from starlette.datastructures import Headers

_LOOPBACK = ("127.0.0.1", "::1")
# A page whose own name was made to point at this machine sends that name.
_OWN_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
# What a browser sends for a page of ours, and for an address that a person typed.
_OWN_SITES = ("same-origin", "none")


def refusal(client: str | None, scheme: str, headers: Headers) -> str:
    """Why a request must not reach the control plane, as a sentence; '' when it may."""
    if client not in _LOOPBACK:
        return "the control plane answers to this machine only"
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not _OWN_HOST.fullmatch(hosts[0]):
        return "the Host header must be 127.0.0.1, localhost or [::1], with any port"
    foreign_origin = any(origin != f"{scheme}://{hosts[0]}" for origin in headers.getlist("origin"))
    if foreign_origin or any(site not in _OWN_SITES for site in headers.getlist("sec-fetch-site")):
        return "the control plane does not answer to web pages of other sites"
    return ""


def is_json(headers: Headers) -> bool:
    """Whether the body is declared as JSON, which a form of another site cannot do."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
