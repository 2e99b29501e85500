# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a server is and the connections to it: addresses, TLS, proxies, and what their failures are called."""

from __future__ import annotations

import mmap
import os
import socket
import ssl
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest
import requests
from ansible_collections.saymon.platform.plugins.module_utils._api import client, tls, transport
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    Unreachable,
    WrongAnswer,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection, normal_url
from ansible_collections.saymon.platform.tests.unit.support import URL, Script

PARAMS: dict[str, Any] = {
    "saymon_url": URL,
    "saymon_timeout": 30.0,
    "saymon_retries": 3,
    "saymon_validate_certs": True,
    "saymon_max_answer": "512M",
}


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("https://saymon.example.org", "https://saymon.example.org"),
        ("https://saymon.example.org/", "https://saymon.example.org"),
        ("https://saymon.example.org//", "https://saymon.example.org"),
        (" http://10.0.0.5:8080 ", "http://10.0.0.5:8080"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("HTTP://saymon", "http://saymon"),
        ("https://saymon.example.org/node/api", "https://saymon.example.org"),
        ("https://saymon.example.org/node/api/", "https://saymon.example.org"),
        ("https://saymon.example.org/west/node/api", "https://saymon.example.org/west"),
        ("https://saymon.example.org/west/", "https://saymon.example.org/west"),
    ],
)
def test_normal_url(given: str, normal: str) -> None:
    assert normal_url(given) == normal


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (None, "saymon_url is missing"),
        ("", "saymon_url is missing"),
        ("saymon.example.org", "no plain http or https address"),
        ("ftp://saymon.example.org", "no plain http or https address"),
        ("https://", "no plain http or https address"),
        ("https://saymon.example.org/?x=1", "no plain http or https address"),
        ("https://saymon.example.org/#objects", "no plain http or https address"),
        ("https://ci:hidden@saymon.example.org", "holds a user name or password"),
        ("https://hidden@saymon.example.org", "holds a user name or password"),
        ("http://[::1", "cannot be read as a URL"),
        ("http://saymon:99999", "cannot be read as a URL"),
        ("http://saymon:port", "cannot be read as a URL"),
        ("   ", "no plain http or https address"),
    ],
)
def test_bad_url(given: str | None, text: str) -> None:
    with pytest.raises(BadInput, match=text) as caught:
        normal_url(given)
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"saymon_timeout": 0}, "saymon_timeout is 0"),
        ({"saymon_timeout": -1.5}, "saymon_timeout is -1.5"),
        ({"saymon_timeout": float("nan")}, "saymon_timeout is nan"),
        ({"saymon_timeout": float("inf")}, "saymon_timeout is inf"),
        ({"saymon_timeout": 1e300}, "saymon_timeout is 1e"),
        ({"saymon_retries": -1}, "saymon_retries is -1"),
        ({"saymon_retries": 11}, "saymon_retries is 11"),
        ({"saymon_client_key": "/k.pem"}, "saymon_client_key is given without saymon_client_cert"),
        ({"saymon_url": None}, "saymon_url is missing"),
        *(
            ({"saymon_max_answer": text}, f"saymon_max_answer is {text}: give a size")
            for text in ("0", "-1", "5Q", "much", "", "9" * 999)
        ),
    ],
)
def test_bad_connection_options(change: dict[str, Any], text: str) -> None:
    with pytest.raises(BadInput, match=text):
        Connection.from_params({**PARAMS, **change})


@pytest.mark.parametrize(
    ("text", "size"), [("1", 1), ("2048", 2048), ("1K", 1024), ("1.5M", 3 << 19), ("2 G", 2 << 30), ("1MB", 1 << 20)]
)
def test_size_of_an_answer(text: str, size: int) -> None:
    assert Connection.from_params({**PARAMS, "saymon_max_answer": text}).max_answer == size


def test_connection_options() -> None:
    more = {
        "saymon_ca_path": "/ca",
        "saymon_client_cert": "/c",
        "saymon_client_key": "/k",
        "saymon_proxy": "http://p:1",
    }
    connection = Connection.from_params({**PARAMS, **more, "saymon_url": URL + "/", "saymon_validate_certs": False})
    assert connection == Connection(URL, False, "/ca", "/c", "/k", "http://p:1", 30.0, 3, 512 * 1024 * 1024)


def test_one_kept_alive_session_for_each_way_to_connect() -> None:
    plain, other = Connection("http://saymon.example.org"), Connection("http://saymon.example.org", timeout=5.0)
    assert transport.http_session(plain) is transport.http_session(Connection("http://saymon.example.org"))
    assert transport.http_session(plain) is not transport.http_session(other)


def test_nothing_of_the_environment_slips_in(monkeypatch: pytest.MonkeyPatch) -> None:
    session = transport.http_session(Connection(URL))
    request = session.prepared("GET", URL, [], None, None, {"Cookie": "sid=mine"})
    assert request.headers["Cookie"] == "sid=mine"


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What goes over the connections of a rehearsal."""
    sent: list[bytes] = []

    def close(connection: Any) -> None:
        if connection.sock is not None:
            sent.append(connection._theirs.recv(1 << 16))
        rehearsed(connection)

    rehearsed = transport._RehearsedConnection.close
    monkeypatch.setattr(transport._RehearsedConnection, "close", close)
    return sent


def test_a_rehearsal_goes_through_a_request_and_leaves_nothing(
    wire: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://environment:3128")
    with transport.rehearsal() as connection:
        assert [Client(connection).get("/users", key="value") for _request in range(2)] == [[{"a": 1}]] * 2
    assert [one.split(b"\r\n")[0] for one in wire] == [b"GET /node/api/users?key=value HTTP/1.1"] * 2
    assert transport._sessions == {}


def test_what_netrc_says_is_not_sent(wire: list[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine localhost login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert requests.utils.get_netrc_auth("http://localhost") == ("somebody", "else")
    with transport.rehearsal() as connection:
        Client(connection).get("/users")
    assert wire[0].startswith(b"GET ")
    assert b"authorization" not in wire[0].lower()


def test_an_answer_comes_before_its_body(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a body can be given up before it fills the memory."""
    begun = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc"
    monkeypatch.setattr(transport, "_REHEARSED", begun)
    with transport.rehearsal() as connection:
        answer = transport.http_session(connection).request(
            "GET", f"{connection.url}/x", params=[], data=None, files=None, headers={}, timeout=(0.2, 0.2)
        )
        assert answer.raw.read(3) == b"abc"
        answer.close()


PROXY = "http://environment:3128"


@pytest.mark.parametrize(
    "name", ["http_proxy", "HTTP_PROXY", "Http_Proxy", "all_proxy", "https_proxy", "no_proxy", "X"]
)
def test_proxies_are_those_that_requests_finds(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, PROXY)
    url = "http://saymon.example.org"
    assert transport._environment_proxies(url) == requests.utils.get_environ_proxies(url)
    assert (transport._environment_proxies(url) == {}) is (name == "X")


def test_a_system_may_have_another_place_for_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (transport, requests.utils):
        monkeypatch.setattr(module, "getproxies", lambda: {"http": PROXY})
    assert transport._environment_proxies("http://saymon.example.org") == {"http": PROXY}


def test_connections_are_used_again_and_never_refused() -> None:
    pool = transport._Pool("localhost", 1, maxsize=1)
    first, second = pool._get_conn(), pool._get_conn()
    pool._put_conn(first)
    pool._put_conn(second)  # one too many, which is closed
    pool._put_conn(None)
    assert pool._get_conn() is first
    assert pool._get_conn() not in (first, second)


def _answering(monkeypatch: pytest.MonkeyPatch, status: int, **headers: str) -> tuple[Any, list[Any]]:
    """A session whose server always answers the same, and the requests that it gets."""
    session, sent = transport.http_session(Connection(URL)), []
    answer: Any = requests.Response()
    answer.status_code = status
    answer.headers.update(headers)
    answer._original_response = MagicMock(msg=Message())
    for name, value in headers.items():
        answer._original_response.msg[name] = value

    def send(request: Any, **_keywords: Any) -> Any:
        sent.append(request)
        requests.cookies.extract_cookies_to_jar(answer.cookies, request, answer)  # type: ignore[no-untyped-call]
        return answer

    monkeypatch.setattr(session.adapter, "send", send)
    return session, sent


def _get(session: Any) -> Any:
    return session.request("GET", URL, params=[], data=None, files=None, headers={}, timeout=(1.0, 1.0))


def test_the_session_keeps_no_cookies(monkeypatch: pytest.MonkeyPatch) -> None:
    session, sent = _answering(monkeypatch, 200, **{"Set-Cookie": "sid=theirs; Path=/"})
    assert _get(session).cookies.get_dict() == {"sid": "theirs"}
    _get(session)
    assert ["Cookie" in request.headers for request in sent] == [False, False]


def test_proxy_option_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://environment:3128")
    monkeypatch.setenv("http_proxy", "http://environment:3128")
    monkeypatch.setenv("no_proxy", "inside.example.org")
    proxies = {"http": "http://mine:1", "https": "http://mine:1"}
    assert transport.http_session(Connection("http://saymon.example.org", proxy="http://mine:1")).proxies == proxies
    assert transport.http_session(Connection("http://saymon.example.org")).proxies["http"] == "http://environment:3128"
    assert transport.http_session(Connection("http://inside.example.org")).proxies == {}


def _adapter(connection: Connection) -> Any:
    return transport.http_session(connection).adapter


def test_tls_is_checked_unless_told_otherwise() -> None:
    context = _adapter(Connection(URL)).poolmanager.connection_pool_kw["ssl_context"]
    assert context is tls.environment_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context = _adapter(Connection(URL, validate_certs=False)).poolmanager.connection_pool_kw["ssl_context"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert tls.environment_context().verify_mode == ssl.CERT_REQUIRED


def test_a_proxy_gets_the_same_tls_context() -> None:
    adapter = _adapter(Connection(URL, proxy="http://proxy:1"))
    assert adapter.proxy_manager_for("http://proxy:1").connection_pool_kw["ssl_context"] is tls.environment_context()


def test_the_context_alone_decides_about_certificates() -> None:
    pool: Any = type("Pool", (), {})()
    _adapter(Connection(URL)).cert_verify(pool, URL, "/some/bundle", None)
    assert vars(pool) == {}


@pytest.mark.parametrize("option", ["ca_path", "client_cert", "client_key"])
def test_missing_tls_files(option: str) -> None:
    given: dict[str, Any] = (
        {"client_cert": __file__, option: "/nowhere.pem"} if option == "client_key" else {option: "/nowhere.pem"}
    )
    with pytest.raises(BadInput, match=rf"saymon_{option} is /nowhere.pem, which does not exist"):
        Client(Connection(URL, **given)).get("/users")


@pytest.mark.parametrize(("option", "name"), [("ca_path", "saymon_ca_path"), ("client_cert", "saymon_client_cert")])
def test_unusable_tls_files(tmp_path: Path, option: str, name: str) -> None:
    path = tmp_path / "no.pem"
    path.write_text("no certificate")
    given: dict[str, Any] = {option: str(path)}
    with pytest.raises(BadInput, match=f"{name} is {path}, which cannot be used"):
        Client(Connection(URL, **given)).get("/users")


def test_authorities_may_be_a_folder(tmp_path: Path) -> None:
    context = _adapter(Connection(URL, ca_path=str(tmp_path))).poolmanager.connection_pool_kw["ssl_context"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    assert context.get_ca_certs() == []


@pytest.mark.parametrize("path", ["/nowhere.pem", __file__])
@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_unusable_authorities_from_the_environment(monkeypatch: pytest.MonkeyPatch, variable: str, path: str) -> None:
    """Reported by the connection that needs them, and nowhere else."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv(variable, path)
    with pytest.raises(
        BadInput, match=f"^{variable} is {path}, which cannot be used .* remove this environment variable, or give the"
    ):
        Client(Connection(URL)).get("/users")
    for connection in (
        Connection("http://saymon.example.org", retries=0),
        Connection(URL, validate_certs=False, retries=0),
    ):
        with pytest.raises(Unreachable, match="Connection refused"):
            Client(connection).get("/users")


def test_sessions_belong_to_the_environment_of_their_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    connection = Connection("http://saymon.example.org")
    before = transport.http_session(connection)
    with monkeypatch.context() as task:
        task.setenv("http_proxy", "http://environment:3128")
        inside = transport.http_session(connection)
        assert inside.proxies == {"http": "http://environment:3128"}
    assert transport.http_session(connection) is before
    assert before.proxies == {}
    context = _adapter(Connection(URL)).poolmanager.connection_pool_kw["ssl_context"]
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    other = _adapter(Connection(URL)).poolmanager.connection_pool_kw["ssl_context"]
    assert other is not context
    assert other.get_ca_certs() == []


def test_nothing_is_read_from_the_environment_of_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = [
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "no_proxy",
        "ftp_proxy",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
    ]
    for name in (*settings, "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE", "SAYMON_PASSWORD", "SAYMON_PROXY"):
        monkeypatch.setenv(name, "http://environment:3128")
    transport.ignore_environment()
    assert not [name for name, value in os.environ.items() if value == "http://environment:3128"]
    assert transport.http_session(Connection("http://saymon.example.org")).proxies == {}
    assert "HOME" in os.environ


def test_limits_hold_on_every_connection_but_those_of_other_makes() -> None:
    adapter = _adapter(Connection(URL, proxy="http://proxy:1"))
    for manager in (adapter.poolmanager, adapter.proxy_manager_for("http://proxy:1")):
        for scheme in ("http", "https"):
            kind = manager.connection_from_host("h", 1, scheme).ConnectionCls
            assert issubclass(kind, transport._Limited), (manager, scheme)


def test_an_old_library_that_cannot_check_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(_self: Any) -> None:
        raise ValueError("check_hostname requires server_hostname")

    monkeypatch.setattr("urllib3.connection.HTTPSConnection.connect", connect)
    with pytest.raises(
        BadInput, match=r"saymon_url names an IP address, and the installed urllib3, older than 2\.0, cannot check"
    ):
        Client(Connection("https://192.0.2.1", retries=0)).get("/users")


def test_a_redirect_is_not_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    session, sent = _answering(monkeypatch, 302, Location="http://[::1")
    assert _get(session).status_code == 302
    assert len(sent) == 1


def test_the_parent_makes_the_tls_context_once_a_worker_has_needed_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_defaults", {})
    monkeypatch.setattr(tls, "_needed", mmap.mmap(-1, 1))

    def run_worker(work: Callable[[], Any]) -> bool:
        """Whether the worker found a context."""
        pid = os.fork()
        if not pid:
            found = bool(tls._defaults)
            work()
            os._exit(found)
        return bool(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

    assert not run_worker(lambda: transport.http_session(Connection("http://saymon.example.org")))
    assert not run_worker(lambda: transport.http_session(Connection(URL)))
    assert run_worker(lambda: None)


def test_an_answer_may_be_too_much_for_the_memory(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def absurd(*_args: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(client, "unpacked", absurd)
    for method, kind in (("GET", WrongAnswer), ("POST", AnswerLost)):
        script((method, "/users", 200, []))
        with pytest.raises(kind, match=f"{method} /users: this machine has not enough memory"):
            Client(Connection(URL)).send(Request(method, "/users"))


def test_real_refusal_and_unknown_name() -> None:
    """The true shapes of these exceptions, from requests and urllib3 themselves."""
    with pytest.raises(
        Unreachable, match=r"^GET /users: http://saymon.example.org cannot be reached \(Connection refused\)\. Check"
    ):
        Client(Connection("http://saymon.example.org", retries=0)).get("/users")
    with pytest.raises(Unreachable, match=r"cannot be reached \(Name or service not known\)"):
        Client(Connection("http://nowhere.invalid", retries=0)).get("/users")
    with pytest.raises(Unreachable, match=r"the proxy for http://saymon.example.org failed \(Connection refused\)"):
        Client(Connection("http://saymon.example.org", retries=0, proxy="http://ci:hidden@proxy:1")).get("/users")


def test_real_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, _address: Any) -> None:
        raise ConnectionResetError(104, "Connection reset by peer")

    monkeypatch.setattr(socket.socket, "getpeername", lambda self: ("192.0.2.1", 80), raising=False)
    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr("urllib3.connection.HTTPConnection.getresponse", connect_reset)
    monkeypatch.setattr("urllib3.connection.HTTPConnection.request", lambda *args, **kwargs: None)
    with pytest.raises(AnswerLost, match=r"GET /users to http://saymon.example.org: the connection broke"):
        Client(Connection("http://saymon.example.org", retries=0)).get("/users")


def connect_reset(*_args: Any) -> None:
    raise ConnectionResetError(104, "Connection reset by peer")


@pytest.mark.parametrize(
    "url", ["http://a..b", "http://" + "a" * 64, "http://exa mple", "http://*", "http://\u20ac", "http://ho\x00st"]
)
def test_an_address_that_transport_refuses(url: str) -> None:
    with pytest.raises(BadInput, match="saymon_url"):
        Client(Connection(normal_url(url), retries=0)).get("/users")


def _no_socks(*_args: Any, **_kwargs: Any) -> None:
    raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")


@pytest.mark.parametrize("proxy", ["http://", "socks5://x", "\x00", "http://a..b"])
def test_a_proxy_that_transport_refuses(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", _no_socks)  # as it is without PySocks
    with pytest.raises(BadInput, match="saymon_proxy"):
        Client(Connection("http://saymon.example.org", retries=0, proxy=proxy)).get("/users")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("[Errno 111] Connection refused'))"), "Connection refused"),
        (
            ssl.SSLError("[SSL] certificate verify failed: self-signed certificate (_ssl.c:1)"),
            "self-signed certificate",
        ),
        (ValueError("HTTPPool(<object at 0x7f>): odd"), "HTTPPool(): odd"),
        (ValueError(), "ValueError"),
    ],
)
def test_reasons_are_plain_words(error: Exception, words: str) -> None:
    assert transport._reason(error) == words
