# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that touches the network: where a server is, the connections to it, and what their failures mean."""

from __future__ import annotations

import os
import re
import socket
import ssl
import warnings
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected
from queue import LifoQueue
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, getproxies_environment

from ansible.module_utils.common.text.formatters import human_to_bytes

from .errors import BadInput, SaymonError, Unreachable, lost, unusable
from .files import Multipart
from .sockets import TooMuch, attempt, limited
from .tls import TRUST_VARIABLES, explain, make_context

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPConnection, HTTPSConnection
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.exceptions import HTTPError, InvalidHeader, LocationParseError, ReadTimeoutError

    REQUESTS_ERROR = None
except ImportError as error:  # pragma: no cover - reported by run.py, which can fail the task in words
    requests = None  # type: ignore[assignment]
    HTTPAdapter = HTTPConnection = HTTPSConnection = HTTPConnectionPool = HTTPSConnectionPool = object  # type: ignore[assignment,misc]
    REQUESTS_ERROR = str(error)

API_ROOT = "/node/api"
_LONGEST_TIMEOUT = 86400
_LONGEST_CONNECT = 10.0
_CHUNK = 64 * 1024
_OVERHEAD = 16 << 20  # bytes of headers and framing that are never too many
_TLS_ALERT = "\x15\x03"
_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_REHEARSED = (
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n[{"a":1}]'
)
_VARIABLES = (*TRUST_VARIABLES, *_PROXY_VARIABLES, *(name.upper() for name in _PROXY_VARIABLES), "REQUEST_METHOD")


@dataclass(frozen=True)
class Connection:
    """Where the server is and how to reach it. `url` is the origin (with a path prefix, if any) without a trailing
    slash.

    `timeout` is in seconds, `max_answer` in bytes.
    """

    url: str
    validate_certs: bool = True
    ca_path: str | None = None
    client_cert: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    timeout: float = 30.0
    retries: int = 3
    max_answer: int = 512 << 20

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Connection:
        """Build it from the shared options; every value that cannot be right is refused with its option's name."""
        timeout, retries = params["saymon_timeout"], params["saymon_retries"]
        if not 0 < timeout <= _LONGEST_TIMEOUT:
            raise BadInput(
                f"saymon_timeout is {timeout}: give a number of seconds above 0, at most {_LONGEST_TIMEOUT}."
            )
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
            _size(params["saymon_max_answer"]),
        )


@lru_cache(maxsize=16)
def _size(text: str) -> int:
    """The bytes that a size such as 512M means."""
    try:
        size = int(human_to_bytes(text))
    except (ArithmeticError, ValueError):
        size = 0
    if size < 1:
        raise BadInput(f"saymon_max_answer is {text}: give a size in bytes, or with a unit such as 512M or 2G.")
    return size


def normal_url(url: str | None) -> str:
    """Return the origin without trailing slashes and without the API root; refuse what is no http(s) URL."""
    if not url:
        raise BadInput(
            "saymon_url is missing: give the address of the SAYMON server as "
            "option or variable, or in the environment as SAYMON_URL."
        )
    if "@" in url:
        raise BadInput("saymon_url holds a user name or password: give them as saymon_login and saymon_password.")
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise BadInput(
            f"saymon_url cannot be read as a URL ({error}): give something like https://saymon.example.org."
        ) from error
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise BadInput(
            f"saymon_url is {url!r}, which is no plain http or https address: "
            "give something like https://saymon.example.org."
        )
    path = parts.path.rstrip("/")
    if path.endswith(API_ROOT):
        path = path[: -len(API_ROOT)].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


class _Limited:
    """A connection that keeps within the limits of the attempt it serves, from its first byte on."""

    def _new_conn(self) -> socket.socket:
        return limited(super()._new_conn())  # type: ignore[misc]

    def connect(self) -> None:
        attempt.connecting = True
        super().connect()  # type: ignore[misc]
        attempt.connecting, attempt.fresh = False, True


class _Connection(_Limited, HTTPConnection):
    """An http connection."""


class _TLSConnection(_Limited, HTTPSConnection):
    """An https connection."""

    def connect(self) -> None:
        try:
            super().connect()
        except ValueError as error:
            if "check_hostname" not in str(error):
                raise
            raise BadInput(
                "saymon_url names an IP address, and the installed urllib3, "
                "older than 2.0, cannot check its certificate: "
                "write saymon_url with a host name, or install a newer urllib3."
            ) from error


class _RehearsedConnection(_Connection):
    """A connection to nowhere, on which the answer waits for the request."""

    def _new_conn(self) -> socket.socket:
        ours, self._theirs = socket.socketpair()
        self._theirs.sendall(_REHEARSED)
        return limited(ours)

    def close(self) -> None:
        super().close()
        self._theirs.close()


class _Idle(LifoQueue[Any]):
    """The connections of a pool that wait for work. A pool begins with an empty place for each that it may ever hold,
    which costs a task more than to look for one that is not there."""

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        if item is not None:
            super().put(item, block, timeout)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection
    QueueCls = _Idle


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
    QueueCls = _Idle


class _RehearsedPool(_Pool):
    ConnectionCls = _RehearsedConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class _Adapter(HTTPAdapter):
    """Makes limited connections with one prepared TLS context; requests itself would read the certificates again for
    each connection."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_maxsize=32)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, **kwargs)
        if not proxy.lower().startswith("socks"):  # such a proxy is reached by connections of its own kind
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context decides; nothing to set on the connection."""


class HttpSession:
    """One set of kept-alive connections to a server.

    It does what a Session of requests does, short of what costs each task time and what ours must not do: it merges no
    settings (nothing from the environment may slip in: netrc would replace our authentication, a bundle our TLS
    settings), keeps no cookies, and follows no redirects.
    """

    def __init__(self, connection: Connection) -> None:
        self._verify = connection.validate_certs
        self.adapter = _Adapter(_context(connection))
        self._headers = dict(requests.utils.default_headers())
        if connection.proxy:
            self.proxies = {"http": connection.proxy, "https": connection.proxy}
        else:
            self.proxies = _environment_proxies(connection.url)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: list[tuple[str, str]],
        data: Any,
        files: Any,
        headers: dict[str, str],
        timeout: tuple[float, float],
    ) -> Any:
        """Send one request and return its Response, whose body has not been read. `data` is the body or the form that
        goes with the files; `timeout` is as `timeouts` returns it."""
        request = self.prepared(method, url, params, data, files, headers)
        return self.adapter.send(request, stream=True, timeout=timeout, verify=self._verify, proxies=self.proxies)

    def prepared(
        self, method: str, url: str, params: list[tuple[str, str]], data: Any, files: Any, headers: dict[str, str]
    ) -> Any:
        """The request as it goes over the wire."""
        request = requests.PreparedRequest()
        request.prepare_method(method)
        request.prepare_url(url, params)
        if files:
            data = Multipart(data or {}, files)
            headers = {**headers, "Content-Type": data.content_type}
        request.prepare_headers({**self._headers, **headers})
        request.prepare_body(data, None)
        return request


# One HTTP session per process, way to connect and environment: the items of a loop share its connections.
_sessions: dict[tuple[Any, ...], HttpSession] = {}


def ignore_environment() -> None:
    """Take every setting of ours, of proxies, and of TLS out of the environment of this process, so that only options
    count.

    For a module file on a target, before it reads its options: what the environment of that host says is not the user's
    word.
    """
    for name in list(os.environ):
        if name.startswith("SAYMON_") or name.lower().endswith("_proxy") or name in (*_VARIABLES, "SSLKEYLOGFILE"):
            del os.environ[name]


def http_session(connection: Connection) -> HttpSession:
    """The HTTP session for a way to connect, in the environment of this moment."""
    key = (os.getpid(), connection, *(os.environ.get(name) for name in _VARIABLES))
    if key not in _sessions:
        _sessions[key] = HttpSession(connection)
    return _sessions[key]


@contextmanager
def rehearsal() -> Iterator[Connection]:
    """A way to connect on which any request finds an answer at once. Nothing is sent to anywhere.

    What Python and the libraries set up at their first use (patterns, caches of types), workers find ready when their
    parent has been through a request.
    """
    connection = Connection("http://localhost")
    session = http_session(connection)
    session.adapter.poolmanager.pool_classes_by_scheme = {"http": _RehearsedPool}
    session.proxies = {}
    try:
        yield connection
    finally:
        _sessions.clear()


def _environment_proxies(url: str) -> dict[str, str]:
    """The proxies for an address. To ask for them looks at the whole environment several times, so on systems that have
    no other place for them, one look tells whether there can be any."""
    only_there = getproxies is getproxies_environment
    if only_there and not any(name[-6:].lower() == "_proxy" for name in os.environ):
        return {}
    proxies: dict[str, str] = requests.utils.get_environ_proxies(url)
    return proxies


def _context(connection: Connection) -> ssl.SSLContext | None:
    if not connection.url.startswith("https:"):
        return None
    if not connection.validate_certs:
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
    return make_context(connection.validate_certs, connection.ca_path, connection.client_cert, connection.client_key)


def limits(connection: Connection) -> AbstractContextManager[None]:
    """Bounds one attempt: its time, and roughly what comes over the wire, so that headers and framing without end have
    one too."""
    return attempt.limited(connection.timeout, 2 * connection.max_answer + _OVERHEAD)


def within(seconds: float) -> AbstractContextManager[None]:
    """Bounds all attempts of the block together, beside the limits that each of them has."""
    return attempt.within(seconds)


def timeouts(connection: Connection) -> tuple[float, float]:
    """Seconds for connecting, and for each wait after that, as requests wants them. Raises socket.timeout when the time
    of all attempts together is over before this one has begun."""
    left = attempt.seconds_left() if attempt.end is not None else None
    longest = connection.timeout if left is None else min(left, connection.timeout)
    return min(longest, _LONGEST_CONNECT), longest


def received(response: Any) -> Iterator[bytes]:
    """The body of an answer as it comes over the wire, still compressed."""
    try:
        yield from iter(lambda: response.raw.read(_CHUNK), b"")
    except ValueError as error:  # what http.client makes of a negative chunk size
        raise HTTPException(str(error)) from error


@contextmanager
def translated(asked: str, connection: Connection, *, reads: bool) -> Iterator[None]:
    """Turn the exceptions of the transport into ours, and decide for each whether the server can have acted on what was
    asked."""
    try:
        yield
    except MemoryError as error:
        raise unusable(
            f"{asked}: this machine has not enough memory for the request or its answer, so ask for less", reads=reads
        ) from error
    except (requests.exceptions.RequestException, HTTPError, HTTPException, OSError, UnicodeError) as error:
        raise _Failure(error, asked, connection, reads).meaning() from error


def too_long(asked: str, connection: Connection, *, reads: bool) -> SaymonError:
    limit = f"saymon_max_answer ({connection.max_answer} bytes)"
    return unusable(f"{asked}: the answer is longer than {limit}; ask for less, or raise this option", reads=reads)


class _Failure:
    """A failure of the transport, and what it means for the user."""

    def __init__(self, error: Exception, asked: str, connection: Connection, reads: bool) -> None:
        self.error = error
        self.asked = asked
        self.where = connection.url
        self.connection = connection
        self.reads = reads
        self.causes = list(_causes(error))

    def meaning(self) -> SaymonError:
        return self._of_request() or self._of_tls() or self._of_connecting() or self._of_answer()

    def _among(self, *kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in self.causes)

    def _lost(self, said: str) -> SaymonError:
        return lost(f"{self.asked} to {self.where}: {said}", reads=self.reads)

    def _unreachable(self, said: str, *, final: bool = False) -> SaymonError:
        return Unreachable(f"{self.asked}: {said}", final=final or None)

    def _of_request(self) -> SaymonError | None:
        known = requests.exceptions
        if self._among(known.InvalidURL, known.InvalidSchema, known.MissingSchema, LocationParseError):
            return BadInput(
                f"{self.asked}: the address cannot be used ({_reason(self.error)}): check saymon_url and saymon_proxy."
            )
        if self._among(UnicodeEncodeError) or (self._among(known.InvalidHeader) and not self._among(InvalidHeader)):
            return BadInput(
                f"{self.asked}: the query, the sid or a credential holds characters "
                "that cannot be sent: check it for line breaks."
            )
        return None

    def _of_tls(self) -> SaymonError | None:
        if not self._among(requests.exceptions.SSLError, ssl.SSLError):
            return None
        text = str(self.error)
        said = explain(text, self.where, proved=bool(self.connection.client_cert))
        if said is None and "certificate verify failed" in text:
            said = (
                f"no trusted TLS connection to {self.where} ({_reason(self.error)}). "
                "Give the authority as saymon_ca_path, "
                "or for a self-signed test server set saymon_validate_certs: false."
            )
        return self._unreachable(said, final=True) if said else None

    def _of_connecting(self) -> SaymonError | None:
        if self._among(requests.exceptions.ProxyError):
            return self._unreachable(
                f"the proxy for {self.where} failed ({_reason(self.error)}). "
                "Check saymon_proxy and the proxy variables."
            )
        if self._among(requests.exceptions.ConnectTimeout):
            return self._unreachable(
                f"{self.where} did not accept a connection in time. Check saymon_url, the network and saymon_timeout."
            )
        if not (attempt.connecting or _never_sent(self.error)):
            return None
        if self._timed_out():
            return self._unreachable(
                f"{self.where}, or the proxy before it, accepted a connection and did not complete it within "
                f"{self.connection.timeout:g} s. Check scheme and port of saymon_url, the proxy, and saymon_timeout."
            )
        return self._unreachable(
            f"{self.where} cannot be reached ({_reason(self.error)}). Check saymon_url and that the server runs."
        )

    def _of_answer(self) -> SaymonError:
        if self._among(TooMuch):
            return too_long(self.asked, self.connection, reads=self.reads)
        if self._timed_out():
            return self._lost(f"no answer within {self.connection.timeout:g} s; saymon_timeout sets the limit")
        if any(isinstance(one, BadStatusLine) and str(one).startswith(_TLS_ALERT) for one in self.causes):
            return self._unreachable(
                f"{self.where} speaks TLS. Write saymon_url with https, or name the http port.", final=True
            )
        if self._among(
            IncompleteRead, requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError
        ):
            return self._lost("the answer broke off")
        if self._among(HTTPException, InvalidHeader) and not self._among(RemoteDisconnected):
            return self._lost(f"what came back is not valid HTTP ({self._words()}); check saymon_url")
        return self._lost(f"the connection broke before the answer was complete{self._suspicion()}")

    def _suspicion(self) -> str:
        """With TLS 1.3 a server refuses the client after the handshake, and may hang up before its reason is read."""
        cut = self._among(ssl.SSLError, ConnectionError) and not self._among(RemoteDisconnected)
        if not (cut and attempt.fresh and self.where.startswith("https:")):
            return ""
        what = "have refused the client certificate" if self.connection.client_cert else "want a client certificate"
        return f"; the server may {what} (saymon_client_cert)"

    def _timed_out(self) -> bool:
        return self._among(socket.timeout, ReadTimeoutError, requests.exceptions.Timeout)

    def _words(self) -> str:
        """What is wrong with an answer, short and printable."""
        said = next(
            str(one) or type(one).__name__ for one in self.causes if isinstance(one, (HTTPException, InvalidHeader))
        )
        return "".join(char if char.isprintable() else "?" for char in said[:100])


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and those it wraps, as requests and urllib3 nest them."""
    todo = [error]
    while todo:
        one = todo.pop()
        yield one
        inner = [one.__cause__, getattr(one, "reason", None), *one.args]
        todo += [each for each in inner if isinstance(each, BaseException)]


def _never_sent(error: Exception) -> bool:
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError")


def _reason(error: BaseException) -> str:
    """The innermost plain words of a nested transport error, without object addresses."""
    text = str(error)
    found = re.findall(
        r"\[Errno -?\d+\] ([^'\")]+)|certificate verify failed: ([^('\")]+)|(?:Error|Exception)\('?([^'\"<>]+?)'?[,)]",
        text,
    )
    words = [next(part for part in parts if part).strip(" :") for parts in found]
    return words[-1] if words else re.sub(r"<[^>]*>", "", text)[:120].strip() or type(error).__name__


def proxy_for(url: str, environment: Mapping[str, str]) -> str | None:
    """The proxy that an environment names for an address, for a process that must not look into its own."""
    folded = {name.lower(): value for name, value in environment.items() if name.lower().endswith("_proxy")}
    if requests.utils.should_bypass_proxies(url, folded.get("no_proxy", "")):
        return None
    return folded.get(f"{urlsplit(url).scheme}_proxy") or folded.get("all_proxy") or None
