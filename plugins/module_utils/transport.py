# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that touches the network: where a server is, the connections to it, and what their failures mean."""

from __future__ import annotations

import os
import re
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

from .errors import BadInput, Unreachable, lost

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.exceptions import LocationParseError

    REQUESTS_ERROR = None
except ImportError as error:  # pragma: no cover - reported by run.py, which can fail the task in words
    requests = None  # type: ignore[assignment]
    HTTPAdapter = object  # type: ignore[assignment,misc]
    REQUESTS_ERROR = str(error)

API_ROOT = "/node/api"
_LONGEST_TIMEOUT = 86400


@dataclass(frozen=True)
class Connection:
    """Where the server is and how to reach it. `url` is the origin (with a path prefix, if any) without a trailing slash."""

    url: str
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    timeout: float = 30.0
    retries: int = 3

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Connection:
        """Build it from the shared options; every value that cannot be right is refused with its option's name."""
        timeout, retries = params["saymon_timeout"], params["saymon_retries"]
        if not 0 < timeout <= _LONGEST_TIMEOUT:
            raise BadInput(f"saymon_timeout is {timeout}: give a number of seconds above 0, at most {_LONGEST_TIMEOUT}.")
        if not 0 <= retries <= 10:
            raise BadInput(f"saymon_retries is {retries}: give a number from 0 to 10.")
        if params.get("saymon_client_key") and not params.get("saymon_client_cert"):
            raise BadInput("saymon_client_key is given without saymon_client_cert: give both, or neither.")
        return cls(
            normal_url(params.get("saymon_url")),
            params["saymon_validate_certs"],
            params.get("saymon_ca_path"),
            params.get("saymon_client_cert"),
            params.get("saymon_client_key"),
            params.get("saymon_proxy"),
            timeout,
            retries,
        )


def normal_url(url: str | None) -> str:
    """Return the origin without trailing slashes and without the API root; refuse what is no http(s) URL."""
    if not url:
        raise BadInput(
            "saymon_url is missing: give the address of the SAYMON server as option or variable, or in the environment as SAYMON_URL."
        )
    if "@" in url:
        raise BadInput("saymon_url holds a user name or password: give them as saymon_login and saymon_password.")
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(f"saymon_url cannot be read as a URL ({error}): give something like https://saymon.example.org.") from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise BadInput(f"saymon_url is {url!r}, which is no plain http or https address: give something like https://saymon.example.org.")
    path = parts.path.rstrip("/")
    if path.endswith(API_ROOT):
        path = path[: -len(API_ROOT)].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


class _Adapter(HTTPAdapter):
    """Uses one prepared TLS context; requests itself would read the certificate bundle again for every connection."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides; nothing to set on the connection."""


def _ca_from_environment() -> str | None:
    """The variables that tools built on requests honour, so that a site sets its own authority once."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")


def _make_context(ca_path: str | None) -> ssl.SSLContext:
    path = ca_path or _ca_from_environment()
    if path and os.path.isdir(path):
        return ssl.create_default_context(capath=path)
    return ssl.create_default_context(cafile=path if path and os.path.exists(path) else None)


# Built while the controller imports its plugins: every forked worker then finds it ready (25 ms each otherwise).
_DEFAULT_CONTEXT = _make_context(None)


def ignore_environment() -> None:
    """Read nothing from the environment from now on: no proxy, no certificate authority."""


# One HTTP session, that is one set of kept-alive connections, per process and way to connect: the items of a loop share it.
_sessions: dict[tuple[int, Connection], Any] = {}


def _tls_context(connection: Connection) -> ssl.SSLContext:
    if connection.validate_certs and not connection.ca_path and not connection.client_cert:
        return _DEFAULT_CONTEXT
    for name in ("ca_path", "client_cert", "client_key"):
        path = getattr(connection, name)
        if path and not os.path.exists(path):
            raise BadInput(f"saymon_{name} is {path}, which does not exist: give the path of a PEM file.")
    try:
        context = _make_context(connection.ca_path)
        if connection.client_cert:
            context.load_cert_chain(connection.client_cert, connection.client_key)
    except (ssl.SSLError, OSError) as error:
        names = [name for name, path in (("saymon_ca_path", connection.ca_path), ("saymon_client_cert", connection.client_cert)) if path]
        raise BadInput(f"{' or '.join(names)} cannot be used ({error}): give PEM files that belong together.") from error
    if not connection.validate_certs:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    return context


def http_session(connection: Connection) -> Any:
    key = (os.getpid(), connection)
    if key not in _sessions:
        session = requests.Session()
        # Nothing from the environment may slip in: netrc would replace our authentication, a bundle our TLS settings.
        session.trust_env = False
        session.verify = connection.validate_certs
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.mount("http://", HTTPAdapter(pool_maxsize=32))
        if connection.url.startswith("https:"):
            session.mount("https://", _Adapter(_tls_context(connection)))
        if connection.proxy:
            session.proxies = {"http": connection.proxy, "https": connection.proxy}
        else:
            session.proxies = requests.utils.get_environ_proxies(connection.url)
        _sessions[key] = session
    return _sessions[key]


@contextmanager
def translated(asked: str, connection: Connection, *, reads: bool) -> Iterator[None]:
    """Turn the exceptions of the transport into ours, and decide for each whether the server can have acted on what was asked."""
    where = connection.url
    try:
        yield
    except requests.exceptions.SSLError as error:
        if "WRONG_VERSION_NUMBER" in str(error) or "RECORD_LAYER_FAILURE" in str(error):
            raise Unreachable(
                f"{asked}: {where} does not speak TLS. Write saymon_url with http, or name the https port.", final=True
            ) from error
        raise Unreachable(
            f"{asked}: no trusted TLS connection to {where} ({_reason(error)}). Give the authority as saymon_ca_path, "
            "or for a self-signed test server set saymon_validate_certs: false.",
            final=True,
        ) from error
    except requests.exceptions.ProxyError as error:
        raise Unreachable(
            f"{asked}: the proxy for {where} failed ({_reason(error)}). Check saymon_proxy and the proxy variables."
        ) from error
    except requests.exceptions.ConnectTimeout as error:
        raise Unreachable(
            f"{asked}: {where} did not accept a connection in time. Check saymon_url, the network and saymon_timeout."
        ) from error
    except requests.exceptions.ConnectionError as error:
        if _never_sent(error):
            raise Unreachable(
                f"{asked}: {where} cannot be reached ({_reason(error)}). Check saymon_url and that the server runs."
            ) from error
        raise lost(f"{asked} to {where}: the connection broke before the answer was complete", reads=reads) from error
    except requests.exceptions.Timeout as error:
        raise lost(f"{asked} to {where}: no answer within {connection.timeout:g} s; saymon_timeout sets the limit", reads=reads) from error
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError) as error:
        raise lost(f"{asked} to {where}: the answer broke off", reads=reads) from error
    except (
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.MissingSchema,
        LocationParseError,
    ) as error:
        raise BadInput(f"{asked}: the address cannot be used ({_reason(error)}): check saymon_url and saymon_proxy.") from error
    except (requests.exceptions.InvalidHeader, UnicodeEncodeError) as error:
        raise BadInput(
            f"{asked}: the query, the sid or a credential holds characters that cannot be sent: check it for line breaks."
        ) from error


def _never_sent(error: Exception) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


def _reason(error: BaseException) -> str:
    """The innermost plain words of a nested transport error, without object addresses."""
    text = str(error)
    found = re.findall(r"\[Errno -?\d+\] ([^'\")]+)|certificate verify failed: ([^('\")]+)|(?:Error|Exception)\('?([^'\"<>]+?)'?[,)]", text)
    words = [next(part for part in parts if part).strip(" :") for parts in found]
    return words[-1] if words else re.sub(r"<[^>]*>", "", text)[:120].strip() or type(error).__name__


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy that an environment names for an address, for a process that must not look into its own."""
    folded = {name.lower(): value for name, value in environment.items() if name.lower().endswith("_proxy")}
    if requests.utils.should_bypass_proxies(url, folded.get("no_proxy", "")):
        return None
    return folded.get(f"{urlsplit(url).scheme}_proxy") or folded.get("all_proxy") or None
